import type { Node } from 'jsonc-parser';
import type { Place } from '../../sim/trace';
import type { ScenarioDocument } from './document';
import type { Field, NameSort } from './fields';
import { elementsOf, membersOf, memberOf, stringOf } from './json';
import type { JsonSchema } from './json-schema';
import { readOptions } from './option-names';
import { verbNamed, verbs } from './steps/index';
import type { Verb } from './verb';

/** A scenario's steps as a form: what stands in each, and what may. Plain JSON. */

export type ValueKind = 'number' | 'options' | 'flag' | 'choice' | 'name' | 'text' | 'json';

export interface MemberForm {
  readonly name: string;
  readonly description: string;
  readonly kind: ValueKind;
  readonly required: boolean;
  /** NULL may be given. */
  readonly nullable: boolean;
  /** Of a choice: the words. */
  readonly words: readonly string[];
  /** Of a name: what it may stand for. */
  readonly wants: readonly NameSort[];
  /** Of options: the families of constants that belong in them. */
  readonly families: readonly string[];
  /** Of a new name: what it will stand for. */
  readonly makes?: NameSort;
}

export interface VerbForm {
  readonly name: string;
  readonly family: string;
  readonly description: string;
  /** Its own value is the name of something new. */
  readonly makes: boolean;
  readonly subject: MemberForm;
  readonly members: readonly MemberForm[];
}

export interface ValueForm {
  readonly member: string;
  /** A string's contents; the text of any other value. */
  readonly text: string;
  /** Of options that can be read. */
  readonly bits?: number;
}

export interface StepForm {
  readonly place: Place;
  /** Absent where the step can't be read. */
  readonly verb?: string;
  readonly values: readonly ValueForm[];
}

export interface NameForm {
  readonly name: string;
  readonly sort: NameSort;
  /** The number of the step that makes it, from 0; -1 where it is there from the start. */
  readonly step: number;
  /** Of memory: the task whose it is. */
  readonly owner?: string;
}

/** Members that every step may have. */
export const commonMembers: readonly MemberForm[] = [
  common('expect', 'The outcome in a word, or what is so after the step: { "length": "4P" }.', 'json'),
  common('label', 'What the trace calls the step.', 'text'),
  common('on', 'Only on these machines: a name, an architecture (arm64) or a release (15.4).', 'json'),
];

function common(name: string, description: string, kind: ValueKind): MemberForm {
  return { name, description, kind, required: false, nullable: false, words: [], wants: [], families: [] };
}

/** What may stand in steps, the same for all scenarios. */
export function verbForms(): readonly VerbForm[] {
  return verbs.map((verb) => ({
    name: verb.name,
    family: verb.family,
    description: verb.description,
    makes: verb.makes,
    subject: subjectFormOf(verb),
    members: [
      ...Object.entries(verb.fields).map(([name, field]) => memberForm(name, field, field.required)),
      ...commonMembers,
    ],
  }));
}

/** The verb's own value. */
export function subjectFormOf(verb: Verb): MemberForm {
  const form = memberForm(verb.name, verb.subject, true);
  return verb.makes ? { ...form, kind: 'text', makes: sortOf(verb) } : form;
}

/** A member of a verb's step, its own value too. */
export function memberFormOf(verb: Verb, name: string): MemberForm | undefined {
  const field = verb.fields[name];
  return name === verb.name ? subjectFormOf(verb) : field && memberForm(name, field, field.required);
}

/** The steps of a scenario, in order. */
export function stepForms({ steps, places, text: all }: ScenarioDocument): readonly StepForm[] {
  return steps.map((step) => {
    const verb = verbOf(step);
    return {
      place: places.place(step.offset, step.length),
      ...(verb && { verb: verb.name }),
      values: membersOf(step).map(({ key, value }) => {
        const text = stringOf(value) ?? all.slice(value.offset, value.offset + value.length);
        const bits = verb?.fields[key]?.families ? bitsOf(value) : undefined;
        return { member: key, text, ...(bits !== undefined && { bits }) };
      }),
    };
  });
}

/** The names that steps may use. */
export function nameForms({ steps, tasks, devices }: ScenarioDocument): readonly NameForm[] {
  const declared: NameForm[] = [{ name: 'kernel_task', sort: 'task', step: -1 }];
  for (const { name } of tasks) declared.push({ name, sort: 'task', step: -1 });
  for (const { name, bars } of devices) {
    declared.push({ name, sort: 'device', step: -1 });
    bars.forEach((_, at) => declared.push({ name: `${name}.${String(at)}`, sort: 'descriptor', step: -1 }));
  }
  const made = steps.flatMap((step, index): NameForm[] => {
    const verb = verbOf(step);
    const name = verb?.makes ? stringOf(memberOf(step, verb.name)) : undefined;
    const owner = stringOf(memberOf(step, 'task'));
    return verb && name ? [{ name, sort: sortOf(verb), step: index, ...(owner !== undefined && { owner }) }] : [];
  });
  return [...declared, ...made];
}

/** The verb of a step, where it has exactly one that is no member of another. */
export function verbOf(step: Node): Verb | undefined {
  const found = membersOf(step).flatMap(({ key }) => verbNamed(key) ?? []);
  return found.find(({ name }) => !found.some((other) => name in other.fields));
}

/** What a verb's new name stands for. */
export function sortOf({ name, outcomes }: Pick<Verb, 'name' | 'outcomes'>): NameSort {
  switch (name) {
    case 'allocate':
      return 'memory';
    case 'fork':
      return 'task';
    case 'openClient':
      return 'client';
    case 'beginCall':
      return 'call';
    case 'dataQueue':
      return 'queue';
    default:
      return outcomes.includes('new') ? 'map' : 'descriptor';
  }
}

/** The bits of an options word, where it can be read. */
export function bitsOf(node: Node): number | undefined {
  if (node.type === 'number') return Number(node.value) >>> 0;
  let bits = 0;
  for (const part of node.type === 'array' ? elementsOf(node) : [node]) {
    const words = stringOf(part);
    const read = words === undefined ? undefined : readOptions(words);
    if (!read || 'wrong' in read) return undefined;
    bits |= read.bits;
  }
  return bits >>> 0;
}

function memberForm(name: string, field: Field<unknown> | undefined, required: boolean): MemberForm {
  const schema: JsonSchema = field?.schema ?? { $ref: '#/definitions/name', description: 'The new name.' };
  const options = schema.anyOf ?? [schema];
  return {
    name,
    description: schema.description ?? '',
    kind: kindOfSchema(options, field),
    required,
    nullable: options.some(({ type }) => type === 'null'),
    words: (schema.enum ?? []).map(String),
    wants: field?.wants ?? [],
    families: field?.families ?? [],
  };
}

function kindOfSchema(options: readonly JsonSchema[], field: Field<unknown> | undefined): ValueKind {
  const [first] = options;
  if (field?.families) return 'options';
  if (field?.wants && first?.$ref !== undefined) return 'name';
  if (first?.$ref === '#/definitions/number') return 'number';
  if (first?.$ref === '#/definitions/name') return 'text';
  if (first?.type === 'boolean') return 'flag';
  if (first?.enum && options.length === 1) return 'choice';
  return first?.type === 'string' ? 'text' : 'json';
}
