import { parse, type Node, type ParseError } from 'jsonc-parser';
import { isName, readScenario, reservedNames, type ScenarioDocument } from './document';
import { elementsOf, membersOf, stringOf } from './json';
import { applyEdits, insertElement, oneLine, removeElement, swapElements, type TextEdit } from './list-edits';
import { newStep } from './new-step';
import { readNumber } from './numbers';
import { optionNames, readOptions } from './option-names';
import type { Problem } from './problems';
import { commonMembers, memberFormOf, nameForms, verbOf, type MemberForm } from './step-form';

/** What the panel's form can ask for. Steps are numbered from 0. */
export type StepAction =
  /** A step of a verb, so that it gets the number `step`. */
  | { readonly kind: 'add'; readonly step: number; readonly verb: string }
  | { readonly kind: 'remove'; readonly step: number }
  | { readonly kind: 'move'; readonly step: number; readonly by: 1 | -1 }
  /** A member's value as it is shown (ValueForm); empty: without it. */
  | { readonly kind: 'set'; readonly step: number; readonly member: string; readonly value: string }
  /** Takes constants out of an options word, and puts one in. */
  | {
      readonly kind: 'option';
      readonly step: number;
      readonly member: string;
      readonly drop: readonly string[];
      readonly add?: string;
    };

export type StepEdits =
  | { readonly ok: true; readonly edits: readonly TextEdit[]; readonly text: string; readonly step: number }
  | { readonly ok: false; readonly reason: string };

/**
 * The edits of a scenario's text that an action makes, as small as they can be; or why it makes none.
 * @param run yields what is wrong with a text when it runs.
 */
export function editSteps(text: string, action: StepAction, run: (text: string) => readonly Problem[]): StepEdits {
  const { document, problems } = readScenario(text, '');
  const torn = problems.find(({ syntax }) => syntax);
  if (!document || torn)
    return no(`the text can’t be read${torn ? `: line ${String(torn.place.line)}, ${torn.message}` : ''}`);
  const list = document.stepsNode;
  if (list?.type !== 'array') return no('the scenario has no "steps"');
  const step = document.steps[action.step];
  if (action.kind === 'add') {
    if (action.step < 0 || action.step > document.steps.length) return no('there is no such place');
    const made = newStep(document, action.verb, action.step);
    if (typeof made === 'string') return no(made);
    return done(text, insertElement(text, list, action.step, oneLine(made)), action.step);
  }
  if (!step) return no('there is no such step any more');
  switch (action.kind) {
    case 'remove':
      return done(text, removeElement(text, list, action.step), action.step);
    case 'move': {
      const to = action.step + action.by;
      if (!document.steps[to]) return no(`it is the ${action.by < 0 ? 'first' : 'last'} step already`);
      return done(text, swapElements(text, list, Math.min(action.step, to)), to);
    }
    case 'set':
    case 'option':
      return editMember(document, step, action, run);
    default:
      return action satisfies never;
  }
}

function no(reason: string): StepEdits {
  return { ok: false, reason };
}

function done(text: string, edits: readonly TextEdit[], step: number): StepEdits {
  return { ok: true, edits, text: applyEdits(text, edits), step };
}

type MemberAction = Extract<StepAction, { readonly kind: 'set' | 'option' }>;

function editMember(
  document: ScenarioDocument,
  step: Node,
  action: MemberAction,
  run: (text: string) => readonly Problem[],
): StepEdits {
  const verb = verbOf(step);
  if (!verb) return no('the step has no verb that MapLens knows');
  const form = commonMembers.find(({ name }) => name === action.member) ?? memberFormOf(verb, action.member);
  if (!form) return no(`"${verb.name}" has no "${action.member}"`);
  const before = membersOf(step).find(({ key }) => key === action.member)?.value;
  const content = action.kind === 'set' ? written(action.value, form) : withOption(before, action);
  if (content !== undefined && typeof content !== 'string') return no(content.wrong);
  if (content === undefined && form.required) return no(`"${verb.name}" needs "${form.name}"`);
  const { text } = document;
  const renames = verb.makes && form.name === verb.name;
  if (renames && before) return rename(document, action.step, before, JSON.parse(content!) as string);
  const edits = memberEdits(text, step, action.member, before, content);
  const result = done(text, edits, action.step);
  if (!result.ok || content === undefined) return result;
  const wrong = problemOf(result.text, action, run);
  return wrong === undefined ? result : no(wrong);
}

function memberEdits(
  text: string,
  step: Node,
  member: string,
  before: Node | undefined,
  content: string | undefined,
): readonly TextEdit[] {
  if (content !== undefined && before) {
    const same = text.slice(before.offset, before.offset + before.length) === content;
    return same ? [] : [{ offset: before.offset, length: before.length, text: content }];
  }
  if (content !== undefined)
    return insertElement(text, step, placeFor(step, member), `${JSON.stringify(member)}: ${content}`);
  const index = (step.children ?? []).findIndex(({ children }) => children?.[0]?.value === member);
  return removeElement(text, step, index);
}

/** Members that every step may have come last. */
function placeFor(step: Node, member: string): number {
  const keys = (step.children ?? []).map(({ children }) => String(children?.[0]?.value));
  if (commonMembers.some(({ name }) => name === member)) return keys.length;
  const common = keys.findIndex((key) => commonMembers.some(({ name }) => name === key));
  return common < 0 ? keys.length : common;
}

/** What is wrong with the new value when the scenario runs. */
function problemOf(
  text: string,
  { step, member }: MemberAction,
  run: (text: string) => readonly Problem[],
): string | undefined {
  const { document } = readScenario(text, '');
  const node = membersOf(document?.steps[step]).find(({ key }) => key === member)?.value;
  if (!document || !node) return undefined;
  const { line, column, endLine, endColumn } = document.places.place(node.offset, node.length);
  return run(text).find(
    ({ place }) =>
      (place.line > line || (place.line === line && place.column >= column)) &&
      (place.endLine < endLine || (place.endLine === endLine && place.endColumn <= endColumn)),
  )?.message;
}

/** The JSON of what was put into the form; undefined for nothing. */
function written(value: string, form: MemberForm): string | { readonly wrong: string } | undefined {
  const text = form.kind === 'text' || form.kind === 'json' ? value : value.trim();
  if (text.trim() === '') return undefined;
  switch (form.kind) {
    case 'number': {
      const number = readNumber(text, { pageSize: 4096, value: () => 0n });
      if (typeof number === 'string') return { wrong: number };
      return /^(0|[1-9]\d{0,14})$/.test(text) ? text : JSON.stringify(text);
    }
    case 'options': {
      const read = readOptions(text);
      return 'wrong' in read ? { wrong: wrongOption(read.wrong) } : JSON.stringify(text);
    }
    case 'flag':
      return text === 'true' || text === 'false' ? text : { wrong: `"${text}" is neither true nor false` };
    case 'choice':
      return form.words.includes(text)
        ? JSON.stringify(text)
        : { wrong: `"${text}" is none of ${form.words.join(', ')}` };
    case 'name':
      if (form.nullable && text === 'NULL') return 'null';
      return /^[A-Za-z_]\w*(\.\d+)?$/.test(text) ? JSON.stringify(text) : { wrong: notName(text) };
    case 'text':
      return JSON.stringify(text);
    case 'json': {
      if (!/^\s*([[{"\d-]|(true|false|null)\b)/.test(text)) return JSON.stringify(text.trim());
      const errors: ParseError[] = [];
      const parsed: unknown = parse(text, errors);
      return errors.length ? { wrong: 'this is no JSON' } : oneLine(parsed);
    }
    default:
      return form.kind satisfies never;
  }
}

function wrongOption(word: string): string {
  return word ? `there is no option "${word}"` : 'an option is missing';
}

function notName(text: string): string {
  return `"${text}" can't be a name: letters, digits and _ only, and none of ${reservedNames.join(', ')}`;
}

/** An options word without some constants and with another; undefined where nothing is left. */
function withOption(
  before: Node | undefined,
  { drop, add }: Extract<StepAction, { readonly kind: 'option' }>,
): string | { readonly wrong: string } | undefined {
  if (add !== undefined && !optionNames.has(add)) return { wrong: wrongOption(add) };
  const mask = drop.reduce((all, name) => all | (optionNames.get(name) ?? 0), 0);
  const parts = before?.type === 'array' ? elementsOf(before) : before ? [before] : [];
  const text = parts.map((part) => stringOf(part) ?? String(part.value)).join('|');
  const kept = text
    .split('|')
    .map((word) => word.trim())
    .filter((word) => word !== '' && word !== '0' && !drop.includes(word) && word !== add)
    .flatMap((word) => {
      if (optionNames.has(word)) return [word];
      const bits = (Number(word) & ~mask) >>> 0;
      if (Number.isNaN(Number(word)) || bits === Number(word)) return [word];
      return bits === 0 ? [] : [`0x${bits.toString(16)}`];
    });
  const words = add === undefined ? kept : [...kept, add];
  if (!words.length) return undefined;
  if (before?.type === 'array') return oneLine(words);
  return JSON.stringify(words.join(/\S \| \S/.test(text) ? ' | ' : '|'));
}

/** A new name for what a step makes, wherever the steps use it. */
function rename(document: ScenarioDocument, index: number, node: Node, name: string): StepEdits {
  const old = stringOf(node) ?? '';
  if (name === old) return done(document.text, [], index);
  if (!isName(name)) return no(notName(name));
  if (nameForms(document).some((one) => one.name === name)) return no(`"${name}" is taken already`);
  const uses = isName(old) ? document.steps.slice(index + 1).flatMap((step) => usesOf(step, old)) : [];
  const edits = [node, ...uses].map((use): TextEdit => {
    const whole = new RegExp(`(?<![\\w.])${old}(?!\\w)`, 'g');
    const value = use === node ? name : (stringOf(use) ?? '').replace(whole, name);
    return { offset: use.offset, length: use.length, text: JSON.stringify(value) };
  });
  return done(document.text, edits, index);
}

/** Strings of a step in which a name may stand, and does. */
function usesOf(step: Node, name: string): readonly Node[] {
  const verb = verbOf(step);
  const whole = new RegExp(`(?<![\\w.])${name}(?!\\w)`);
  const strings = (node: Node): readonly Node[] =>
    node.type === 'string'
      ? whole.test(stringOf(node) ?? '')
        ? [node]
        : []
      : node.type === 'array'
        ? elementsOf(node).flatMap(strings)
        : membersOf(node).flatMap(({ key, value }) => (key === 'says' ? [] : strings(value)));
  return membersOf(step).flatMap(({ key, value }) => {
    if (key === 'label' || key === 'on' || (key === verb?.name && (verb.makes || !verb.subject?.wants))) return [];
    const form = verb && memberFormOf(verb, key);
    return form && ['options', 'choice', 'flag', 'text'].includes(form.kind) ? [] : strings(value);
  });
}
