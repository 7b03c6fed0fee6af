import type { Example, Rule } from './rule';

/** The text of docs/rules/<id>.md. */
export function rulePage(rule: Rule): string {
  return [
    `# ${rule.title}`,
    '',
    `Rule \`${rule.id}\` · ${rule.severity} · confidence: ${rule.confidence} · finds ${rule.semantics.join(', ')}`,
    '',
    rule.explanation,
    '',
    '## Reported',
    '',
    ...rule.examples.bad.flatMap(writeExample),
    '## Not reported',
    '',
    ...rule.examples.good.flatMap(writeExample),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function writeExample(example: Example): string[] {
  return [`${example.title}:`, '', '```cpp', example.source.trimEnd(), '```', ''];
}
