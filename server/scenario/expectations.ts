import type { Node } from 'jsonc-parser';
import type { KernelObject } from '../../sim/kernel-object';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import { returnName } from '../../sim/returns';
import type { Defect, EntryView, Step } from '../../sim/trace';
import { maximumBytes, options, readBytes, repeat } from './fields';
import { kindOf, membersOf, stringOf } from './json';
import type { JsonSchema } from './json-schema';
import { assumesMember, returnsMember } from './driver-expectations';
import type { Scope } from './scope';
import { commonOutcomes, type StepResult } from './verb';
import type { Views } from './views';

/** One thing that was expected of a step, and whether it held. */
export interface Check {
  readonly node: Node;
  /** "address 0x1000". */
  readonly text: string;
  readonly ok: boolean;
  /** Of a check that failed: "expected address 0x1000, is 0x2000". */
  readonly message: string;
}

export interface CheckContext {
  readonly scope: Scope;
  readonly result: StepResult;
  /** The step as the trace has it: what the machine said, and which defects it found. Several where a driver's code ran. */
  readonly steps: readonly Step[];
  /** What the trace shows at the start and now. */
  readonly views: Views;
}

/** A member of an expectation. */
export interface Expectation {
  readonly name: string;
  readonly schema: JsonSchema;
  /** Undefined: the member can't be read, which was told. */
  check(node: Node, context: CheckContext): Check | undefined;
}

/** What an expectation compares; `undefined` on the machine's side is "nothing". */
function compare(node: Node, what: string, expected: string, actual: string | undefined): Check {
  const ok = expected === actual;
  return {
    node,
    text: `${what} ${expected}`,
    ok,
    message: ok ? '' : `expected ${what} ${expected}, is ${actual ?? 'nothing'}`,
  };
}

const hex = (value: bigint | undefined): string | undefined =>
  value === undefined ? undefined : `0x${BigInt.asUintN(64, value).toString(16)}`;

function objectOf({ result }: CheckContext): KernelObject | undefined {
  return result.about?.kind === 'object' ? result.about.object : undefined;
}

function mapOf(context: CheckContext): MemoryMap | undefined {
  const object = objectOf(context);
  return object?.kind === 'map' ? (object as MemoryMap) : undefined;
}

function descriptorOf(context: CheckContext): MemoryDescriptor | undefined {
  const object = objectOf(context);
  return object?.kind === 'descriptor' ? (object as MemoryDescriptor) : undefined;
}

function numberMember(
  name: string,
  description: string,
  actual: (context: CheckContext) => bigint | number | undefined,
  show: (value: bigint) => string = (value) => hex(value)!,
): Expectation {
  return {
    name,
    schema: { $ref: '#/definitions/number', description },
    check: (node, context) => {
      const expected = context.scope.number(node);
      if (expected === undefined) return undefined;
      const found = actual(context);
      return compare(node, name, show(expected), found === undefined ? undefined : show(BigInt(found)));
    },
  };
}

function flagMember(name: string, description: string, actual: (context: CheckContext) => boolean): Expectation {
  return {
    name,
    schema: { type: 'boolean', description },
    check: (node, context) =>
      typeof node.value === 'boolean'
        ? compare(node, name, String(node.value), String(actual(context)))
        : context.scope.problem(node, `true or false is wanted here, not ${kindOf(node)}`, true),
  };
}

function wordMember(
  name: string,
  schema: JsonSchema,
  actual: (context: CheckContext) => string | undefined,
): Expectation {
  return {
    name,
    schema: { type: 'string', ...schema },
    check: (node, context) => {
      const expected = stringOf(node);
      if (expected === undefined)
        return context.scope.problem(node, `a string is wanted here, not ${kindOf(node)}`, true);
      return compare(node, name, expected, actual(context));
    },
  };
}

/** Compares with the object that a name stands for. */
function objectMember(
  name: string,
  description: string,
  actual: (context: CheckContext) => KernelObject | undefined,
  same: boolean,
): Expectation {
  return {
    name,
    schema: { $ref: '#/definitions/name', description },
    check: (node, context) => {
      const { scope } = context;
      const wanted = stringOf(node);
      if (wanted === undefined) return scope.problem(node, `a name is wanted here, not ${kindOf(node)}`, true);
      const found = actual(context);
      const text = `${name} ${wanted}`;
      if (wanted === 'NULL')
        return { node, text, ok: !found, message: `expected ${text}, is ${found ? scope.nameOf(found) : 'NULL'}` };
      const thing = scope.thing(wanted, node);
      if (!thing) return undefined;
      const object = thing.kind === 'object' ? thing.object : undefined;
      const ok = found !== undefined && (object === found) === same;
      return { node, text, ok, message: `expected ${text}, is ${found ? scope.nameOf(found) : 'nothing'}` };
    },
  };
}

/** The view that the trace shows of the object. */
function viewed<T>(
  context: CheckContext,
  pick: (view: { readonly cache: string; readonly cacheAs?: string }) => T,
): T | undefined {
  const object = objectOf(context);
  if (object) {
    const view = context.views.object(object.id);
    return view && pick(view);
  }
  const { about } = context.result;
  if (about?.kind !== 'memory') return undefined;
  const entry = entryAt(context, about.task.id, about.address);
  return entry && pick(entry);
}

function entryAt(context: CheckContext, task: string, address: bigint): EntryView | undefined {
  return context.views.entriesOf(task).find((entry) => BigInt(entry.start) <= address && address < BigInt(entry.end));
}

function protectionOf(context: CheckContext): string | undefined {
  const { about } = context.result;
  if (about?.kind === 'memory') return entryAt(context, about.task.id, about.address)?.protection;
  return mapOf(context)?.protection;
}

/** The outcome, as one word: of calls that return a code its name, however it is spelled. */
export function checkOutcome(node: Node, what: string, { result, scope }: CheckContext): Check | undefined {
  const expected = stringOf(node);
  if (expected === undefined) return scope.problem(node, `an outcome is a word, not ${kindOf(node)}`, true);
  const same =
    result.outcome === expected ||
    (result.code !== undefined &&
      (returnName(result.code) === expected ||
        (result.code === 0 && expected === 'KERN_SUCCESS') ||
        (/^0x[0-9a-f]+$/i.test(expected) && Number(expected) === result.code)));
  if (same) return { node, text: expected, ok: true, message: '' };
  const why = result.why ? `: ${result.why}` : '';
  return { node, text: expected, ok: false, message: `expected ${what}${expected}, is ${result.outcome}${why}` };
}

const isEntryOfMapping = ({ kind }: EntryView): boolean => kind === 'mapping' || kind === 'guard';

const bytesMember: Expectation = {
  name: 'bytes',
  schema: {
    $ref: '#/definitions/bytes',
    description:
      'What was read, or what is in the map’s, descriptor’s or allocated memory: its first bytes "11 22", or a fill.',
  },
  check: (node, context) => {
    const expected = readBytes(node, context.scope);
    if (!expected) return undefined;
    const wanted = expected.fill === undefined ? expected.bytes : repeat(expected.bytes, expected.fill);
    const found = bytesOf(context, wanted.length);
    const text = `bytes ${byteText(wanted, 0)}`;
    if (typeof found === 'string') return { node, text, ok: false, message: `expected ${text}, is ${found}` };
    const wrong = wanted.findIndex((value, index) => found[index] !== value);
    if (wrong < 0) return { node, text, ok: true, message: '' };
    const where = wrong ? ` at +0x${wrong.toString(16)}` : '';
    const message = `expected bytes ${byteText(wanted, wrong)}${where}, is ${byteText(found, wrong) || 'nothing'}`;
    return { node, text, ok: false, message };
  },
};

function byteText(bytes: Uint8Array, from: number): string {
  const shown = [...bytes.subarray(from, from + 8)].map((value) => value.toString(16).padStart(2, '0')).join(' ');
  return bytes.length - from > 8 ? `${shown} …` : shown;
}

/** What was read in the step, else what lies in the memory of the step's object; or why there is nothing. */
function bytesOf({ result, scope }: CheckContext, size: number): Uint8Array | string {
  if (result.bytes) return result.bytes;
  const { about } = result;
  if (BigInt(size) > maximumBytes) return 'more than can be compared';
  const read = (task: Parameters<typeof scope.machine.read>[0], address: bigint): Uint8Array | string => {
    const loaded = scope.machine.read(task, address, size);
    return loaded.kind === 'bytes' ? loaded.bytes : `a fault (${loaded.reason}): ${loaded.why}`;
  };
  if (about?.kind === 'memory') return read(about.task, about.address);
  if (about?.kind !== 'object') return 'nothing';
  if (about.object.kind === 'map') {
    const map = about.object as MemoryMap;
    return map.task ? read(map.task, map.address) : 'nothing';
  }
  const transfer = scope.machine.readBytes(about.object as MemoryDescriptor, 0n, size);
  return transfer.kind === 'transferred' ? transfer.bytes : transfer.why;
}

/** The members that an expectation can have, in the order of the reference. */
export const expectations: readonly Expectation[] = [
  {
    name: 'outcome',
    schema: { type: 'string', description: 'The outcome’s word, as where "expect" is a string.' },
    check: (node, context) => checkOutcome(node, '', context),
  },
  {
    name: 'how',
    schema: { type: 'string', description: 'The same: how a mapping came about.' },
    check: (node, context) => checkOutcome(node, '', context),
  },
  wordMember(
    'reason',
    { description: 'Why there is no map, the panic’s reason, or the fault’s.' },
    ({ result }) => result.reason,
  ),
  numberMember('address', 'Where it is; of a fault, the address that faulted.', (context) => {
    const { about, at, range } = context.result;
    if (at !== undefined || range) return at ?? range?.address;
    if (about?.kind === 'memory') return about.address;
    return mapOf(context)?.address ?? descriptorOf(context)?.ranges[0]?.address;
  }),
  numberMember('length', 'How many bytes it has.', (context) => {
    const { about, range } = context.result;
    if (range) return range.length;
    if (about?.kind === 'memory') return about.length;
    return mapOf(context)?.length ?? descriptorOf(context)?.length;
  }),
  numberMember('offset', 'Where in its descriptor a map begins.', (context) => mapOf(context)?.offset),
  wordMember(
    'protection',
    { enum: ['rw-', 'r--', '---'], description: 'What may be done with the memory.' },
    protectionOf,
  ),
  wordMember(
    'cache',
    { description: 'The memory’s cache mode: "copyback", "inhibited", "write-combined" …' },
    (context) => viewed(context, ({ cache }) => cache),
  ),
  wordMember(
    'cacheAs',
    { description: 'What the cache mode is on this machine, e.g. "inhibited" for posted writes on Intel.' },
    (context) => viewed(context, ({ cache, cacheAs }) => cacheAs ?? cache),
  ),
  {
    name: 'options',
    schema: { $ref: '#/definitions/options', description: 'getMapOptions() of a map.' },
    check: (node, context) => {
      const expected = options('').read(node, context.scope);
      if (expected === undefined) return undefined;
      const map = mapOf(context);
      return compare(node, 'options', hex(BigInt(expected))!, map && hex(BigInt(map.options >>> 0)));
    },
  },
  objectMember('sameAs', 'It is the same object as that one.', objectOf, true),
  objectMember('notSameAs', 'It is another object than that one.', objectOf, false),
  objectMember(
    'superMap',
    'The map that this one is a sub-map of, or NULL.',
    (context) => mapOf(context)?.superMap,
    true,
  ),
  objectMember('memory', 'getMemoryDescriptor() of a map, or NULL.', (context) => mapOf(context)?.memory, true),
  numberMember('retainCount', 'getRetainCount().', (context) => objectOf(context)?.retainCount, String),
  numberMember('references', 'References that callers own.', (context) => objectOf(context)?.references, String),
  flagMember('mapped', 'The map has its mapping still.', (context) => {
    const map = mapOf(context);
    return map !== undefined && map.alive && !map.freed;
  }),
  flagMember('freed', 'The object was freed.', (context) => objectOf(context)?.freed ?? false),
  numberMember(
    'wired',
    'How often the memory is wired.',
    (context) => {
      const view = context.views.object(objectOf(context)?.id ?? '');
      return view && ('wired' in view ? view.wired : 'references' in view ? 0 : undefined);
    },
    String,
  ),
  numberMember('value', 'The number that the call returned.', ({ result }) => result.value),
  returnsMember,
  assumesMember,
  bytesMember,
  numberMember(
    'entries',
    'VM entries of mappings and guard pages in the task (of a map: in its task).',
    (context) => {
      const { about } = context.result;
      const task = about?.kind === 'object' ? mapOf(context)?.task : about?.task;
      return task && context.views.entriesOf(task.id).filter(isEntryOfMapping).length;
    },
    String,
  ),
  wordMember('task', { description: 'The task of a map or descriptor, or NULL.' }, (context) => {
    const { about } = context.result;
    if (about?.kind === 'object') return (mapOf(context)?.task ?? descriptorOf(context)?.task)?.name ?? 'NULL';
    return about?.task.name;
  }),
  {
    name: 'defect',
    schema: {
      enum: [
        'leak',
        'use-after-free',
        'over-release',
        'fault',
        'panic',
        'null-dereference',
        'undefined',
        'lock',
        'none',
      ],
      description: 'The defect that the step shows, or "none".',
    },
    check: (node, { steps, scope }) => {
      const expected = stringOf(node);
      if (expected === undefined) return scope.problem(node, `a string is wanted here, not ${kindOf(node)}`, true);
      const kinds: string[] = steps.flatMap(({ defects }) => defects.map(({ kind }) => kind));
      const ok = expected === 'none' ? !kinds.length : kinds.includes(expected);
      const is = kinds.length ? kinds.join(', ') : 'none';
      return { node, text: `defect ${expected}`, ok, message: `expected defect ${expected}, is ${is}` };
    },
  },
  {
    name: 'says',
    schema: { type: 'string', description: 'A part of the step’s sentence in the trace.' },
    check: (node, { steps, result, scope }) => {
      const expected = stringOf(node);
      if (expected === undefined) return scope.problem(node, `a string is wanted here, not ${kindOf(node)}`, true);
      const said = steps.at(-1)?.sentence || (result.why ?? '');
      const ok = said.includes(expected) || steps.some(({ sentence }) => sentence.includes(expected));
      return { node, text: `says "${expected}"`, ok, message: `expected words "${expected}", are "${said}"` };
    },
  },
  {
    name: 'space',
    schema: {
      const: 'as at the start',
      description: 'Every address space is as it was before the first step (of a task: its own).',
    },
    check: (node, context) => {
      if (node.value !== 'as at the start')
        return context.scope.problem(node, '"space" can only be "as at the start"', true);
      const { about } = context.result;
      const only = about?.kind === 'task' ? about.task.id : undefined;
      const text = 'space as at the start';
      const difference = context.views.spaceDifference(only);
      return { node, text, ok: !difference, message: difference ? `expected ${text}, but ${difference}` : '' };
    },
  },
];

const byName: ReadonlyMap<string, Expectation> = new Map(expectations.map((each) => [each.name, each]));

/** Members that say what came out of the step: where one stands, a defect of the step was foreseen. */
const tellsOutcome: readonly string[] = ['outcome', 'how', 'reason', 'defect'];

/** Whether the expectation says how the step ends, so that a defect is expected if it is there. */
export function foreseesDefect(node: Node | undefined, kind?: Defect['kind']): boolean {
  // A function that returns as expected may leak all the same.
  if (kind === 'leak') return membersOf(node).some(({ key }) => key === 'defect');
  return (
    node !== undefined && (node.type === 'string' || membersOf(node).some(({ key }) => tellsOutcome.includes(key)))
  );
}

/** Checks what a step expects. */
export function checkExpectation(node: Node, context: CheckContext): readonly Check[] {
  const { scope } = context;
  if (node.type === 'string') {
    const check = checkOutcome(node, '', context);
    return check ? [check] : [];
  }
  if (node.type !== 'object') {
    scope.problem(node, `"expect" is an outcome's word or an object, not ${kindOf(node)}`, true);
    return [];
  }
  const members = membersOf(node);
  // Where the outcome is another one, what else was expected of it would only say so again.
  const checks: Check[] = [];
  for (const { key, keyNode, value } of [...members].sort((a, b) => rank(a.key) - rank(b.key))) {
    const member = byName.get(key);
    if (!member) {
      scope.problem(keyNode, `there is no expectation "${key}"`, true);
      continue;
    }
    const check = member.check(value, context);
    if (check) checks.push(check);
    if (!check || check.ok) continue;
    if (rank(key) === 0) break;
    const { outcome, why } = context.result;
    if (outcome === 'NULL' || commonOutcomes.includes(outcome)) {
      // There is nothing to compare with, which says more than each member would.
      const message = `expected ${check.text}, is ${outcome}${why ? `: ${why}` : ''}`;
      return [...checks.slice(0, -1), { ...check, message }];
    }
  }
  return checks;
}

function rank(key: string): number {
  return key === 'outcome' || key === 'how' ? 0 : 1;
}
