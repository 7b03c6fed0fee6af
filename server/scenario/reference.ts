import { expectations } from './expectations';
import type { JsonSchema } from './json-schema';
import { verbs } from './steps/index';
import type { Verb } from './verb';

/** The parts of docs/iomap.md that are made from the verbs and expectations, by the names of their markers. */
export function referenceParts(): Readonly<Record<'verbs' | 'expectations', string>> {
  const families = [...new Set(verbs.map(({ family }) => family))];
  return {
    verbs: families
      .map((family) =>
        familyText(
          family,
          verbs.filter((verb) => verb.family === family),
        ),
      )
      .join('\n\n'),
    expectations: [
      '| member | what |',
      '| --- | --- |',
      ...expectations.map(({ name, schema }) => `| \`${name}\` | ${cell(schema.description)}${wordsOf(schema)} |`),
    ].join('\n'),
  };
}

function familyText(family: string, members: readonly Verb[]): string {
  return [
    `### ${family.charAt(0).toUpperCase()}${family.slice(1)}`,
    '',
    '| verb | what it does | members | outcomes |',
    '| --- | --- | --- | --- |',
    ...members.map((verb) => `| ${subject(verb)} | ${cell(verb.description)} | ${fields(verb)} | ${outcomes(verb)} |`),
  ].join('\n');
}

function subject(verb: Verb): string {
  return verb.makes ? `\`${verb.name}\` new name` : `\`${verb.name}\` ${cell(verb.subject?.schema.description)}`;
}

function fields({ fields: all }: Verb): string {
  return Object.entries(all)
    .map(([name, { required, schema }]) => {
      const text = `${cell(schema.description)}${wordsOf(schema)}`;
      return required ? `\`${name}\`: ${text}` : `*\`${name}\`*: ${text}`;
    })
    .join('<br>');
}

function wordsOf({ enum: words }: JsonSchema): string {
  return words && words.length < 11 ? ` (${words.map((word) => `\`${String(word)}\``).join(', ')})` : '';
}

function outcomes(verb: Verb): string {
  return verb.outcomes.map((word) => (word === 'code' ? 'a return code' : `\`${word}\``)).join(', ');
}

function cell(text = ''): string {
  return text.replaceAll('|', '\\|');
}

/** The document with those parts between their markers. */
export function withReference(document: string): string {
  return Object.entries(referenceParts()).reduce(
    (text, [name, part]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`),
        (_, start: string, end: string) => `${start}\n\n${part}\n\n${end}`,
      ),
    document,
  );
}
