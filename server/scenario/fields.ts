import type { Node } from 'jsonc-parser';
import type { DataQueue } from '../../sim/data-queue';
import type { Device } from '../../sim/device';
import type { ExternalCall } from '../../sim/external-method';
import type { KernelObject } from '../../sim/kernel-object';
import { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import { returnCodes } from '../../sim/returns';
import type { Task } from '../../sim/task';
import type { UserClient } from '../../sim/user-client';
import type { DriverInstance } from './driver';
import { elementsOf, kindOf, memberOf, membersOf, stringOf, type Member } from './json';
import type { JsonSchema } from './json-schema';
import { numberPattern } from './numbers';
import { optionNames, readOptions } from './option-names';
import { thingText, type NamedNumber, type NoObject, type Thing } from './names';
import type { Scope } from './scope';
import type { About } from './verb';

/**
 * The kinds of values that a step's members have: how each is described in the JSON Schema, and how it is read.
 * `read` answers undefined when it could not, and has told why; NULL is null.
 */
export interface Field<T> {
  readonly schema: JsonSchema;
  readonly required: boolean;
  /** Of a field whose value is a name: what the name may stand for. */
  readonly wants?: readonly NameSort[];
  /** Of an options word: the families of constants (server/api) that belong in it. */
  readonly families?: readonly string[];
  read(node: Node, scope: Scope): T | undefined;
}

/** What a name stands for, as far as the text tells. */
export type NameSort = 'descriptor' | 'map' | 'memory' | 'task' | 'device' | 'client' | 'call' | 'queue' | 'instance';

type Hints = Pick<Field<unknown>, 'wants' | 'families'>;

/** A field that must be there. */
export interface RequiredField<T> extends Field<T> {
  readonly required: true;
}

function field<T>(schema: JsonSchema, read: Field<T>['read'], hints: Hints = {}): (description: string) => Field<T> {
  return (description) => ({ schema: { ...schema, description }, required: false, read, ...hints });
}

export function required<T>(optional: Field<T>): RequiredField<T> {
  return { ...optional, required: true };
}

/** The largest number of bytes that one step reads, writes or compares. */
export const maximumBytes = 64n << 20n;

export const number = field<bigint>({ $ref: '#/definitions/number' }, (node, scope) => scope.number(node));

export const flag = field<boolean>({ type: 'boolean' }, (node, scope) =>
  typeof node.value === 'boolean'
    ? node.value
    : scope.problem(node, `true or false is wanted here, not ${kindOf(node)}`, true),
);

export const text = field<string>(
  { type: 'string' },
  (node, scope) => stringOf(node) ?? scope.problem(node, `a string is wanted here, not ${kindOf(node)}`, true),
);

/** One of some words. */
export function oneOf<const T extends string>(words: readonly T[], description: string): Field<T> {
  return {
    schema: { enum: words, description },
    required: false,
    read: (node, scope) =>
      words.find((word) => word === node.value) ??
      scope.problem(node, `${scope.textOf(node)} is none of ${words.map((word) => `"${word}"`).join(', ')}`, true),
  };
}

function optionsOf(...families: readonly string[]): (description: string) => Field<number> {
  return field<number>({ $ref: '#/definitions/options' }, readOptionsOf, { families });
}

function readOptionsOf(node: Node, scope: Scope): number | undefined {
  if (node.type === 'number') {
    const value = Number(node.value);
    return Number.isInteger(value) && value >= 0 && value <= 0xffffffff
      ? value
      : scope.problem(node, `${scope.textOf(node)} is no word of 32 bits`, true);
  }
  let bits = 0;
  for (const part of node.type === 'array' ? elementsOf(node) : [node]) {
    const words = stringOf(part);
    if (words === undefined) return scope.problem(part, `options are names joined with |, not ${kindOf(part)}`, true);
    const read = readOptions(words);
    if ('wrong' in read) return scope.problem(part, wrongOption(read.wrong));
    bits |= read.bits;
  }
  return bits >>> 0;
}

/** Any options word. */
export const options = optionsOf();

/** kIOMap… */
export const mapOptions = optionsOf('kernel_map_options');

/** A descriptor's direction and kIOMemory… flags. */
export const descriptorOptions = optionsOf('direction', 'descriptor_flags');

/** A buffer's. */
export const bufferOptions = optionsOf('direction', 'buffer_options');

/** A direction, or none for the descriptor's own. */
export const direction = optionsOf('direction');

/** DriverKit's kIOMemoryMap… */
export const driverKitMapOptions = optionsOf('driverkit_map_options');

/** DriverKit's kIOMemoryDirection… */
export const driverKitDirection = optionsOf('driverkit_direction');

function wrongOption(word: string): string {
  if (!word) return 'an option is missing here';
  const near = [...optionNames.keys()].find((name) => name.toLowerCase() === word.toLowerCase());
  return near
    ? `there is no option "${word}"; there is ${near}`
    : `there is no option "${word}" and it is no number of 32 bits`;
}

/** A return code: its name or number. */
export const code = field<number>(
  { anyOf: [{ enum: [...returnCodes.keys()] }, { type: 'string', pattern: '^0x[0-9a-fA-F]{1,8}$' }] },
  (node, scope) => {
    const text = stringOf(node) ?? '';
    const known = returnCodes.get(text) ?? (/^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : undefined);
    return (
      known ?? scope.problem(node, `${scope.textOf(node)} is no return code: kIOReturnNotReady, 0xe00002d8 …`, true)
    );
  },
);

export const task = field<Task>({ $ref: '#/definitions/task' }, (node, scope) => readTask(node, scope), {
  wants: ['task'],
});

/** A task, or NULL. */
export const taskOrNull = field<Task | null>(
  { anyOf: [{ $ref: '#/definitions/task' }, { type: 'null' }] },
  (node, scope) => (node.type === 'null' ? null : readTask(node, scope)),
  { wants: ['task'] },
);

function readTask(node: Node, scope: Scope): Task | undefined {
  const name = stringOf(node);
  if (name === undefined) return scope.problem(node, `a task's name is wanted here, not ${kindOf(node)}`, true);
  const thing = scope.thing(name, node);
  if (!thing) return undefined;
  return thing.kind === 'task' ? thing.task : scope.problem(node, `"${name}" is ${thingText(thing)}, not a task`);
}

function readObject(node: Node, scope: Scope, wanted: string): KernelObject | undefined {
  const name = stringOf(node);
  if (name === undefined) return scope.problem(node, `the name of ${wanted} is wanted here, not ${kindOf(node)}`, true);
  const thing = scope.thing(name, node);
  if (!thing) return undefined;
  if (thing.kind === 'object') return thing.object;
  return scope.problem(
    node,
    thing.kind === 'nothing'
      ? `"${name}" is NULL here: ${thing.why}`
      : `"${name}" is ${thingText(thing)}, not ${wanted}`,
  );
}

function readDescriptor(node: Node, scope: Scope): MemoryDescriptor | undefined {
  const object = readObject(node, scope, 'a descriptor');
  if (!object || object instanceof MemoryDescriptor) return object;
  return scope.problem(node, `"${String(node.value)}" is a map, not a descriptor`);
}

export const object = field<KernelObject>(
  { $ref: '#/definitions/name' },
  (node, scope) => readObject(node, scope, 'a map or descriptor'),
  { wants: ['map', 'descriptor'] },
);

export const objectOrNull = field<KernelObject | null>(
  { anyOf: [{ $ref: '#/definitions/name' }, { type: 'null' }] },
  (node, scope) => (node.type === 'null' ? null : readObject(node, scope, 'a map or descriptor')),
  { wants: ['map', 'descriptor'] },
);

export const descriptor = field<MemoryDescriptor>({ $ref: '#/definitions/name' }, readDescriptor, {
  wants: ['descriptor'],
});

export const descriptorOrNull = field<MemoryDescriptor | null>(
  { anyOf: [{ $ref: '#/definitions/name' }, { type: 'null' }] },
  (node, scope) => (node.type === 'null' ? null : readDescriptor(node, scope)),
  { wants: ['descriptor'] },
);

/** A descriptor of one class. */
export function descriptorOf<D extends MemoryDescriptor>(
  wanted: abstract new (...args: never[]) => D,
  what: string,
  description: string,
): Field<D> {
  return {
    schema: { $ref: '#/definitions/name', description },
    required: false,
    wants: ['descriptor'],
    read: (node, scope) => {
      const found = readDescriptor(node, scope);
      if (!found || found instanceof wanted) return found;
      return scope.problem(node, `"${String(node.value)}" is an ${found.class}, not ${what}`);
    },
  };
}

export const map = field<MemoryMap>(
  { $ref: '#/definitions/name' },
  (node, scope) => {
    const found = readObject(node, scope, 'a map');
    if (!found || found.kind === 'map') return found as MemoryMap | undefined;
    return scope.problem(node, `"${String(node.value)}" is a descriptor, not a map`);
  },
  { wants: ['map'] },
);

export const descriptors = field<readonly MemoryDescriptor[]>(
  { type: 'array', items: { $ref: '#/definitions/name' } },
  (node, scope) => {
    if (node.type !== 'array')
      return scope.problem(node, `a list of descriptors' names is wanted here, not ${kindOf(node)}`, true);
    const found = elementsOf(node).map((element) => readDescriptor(element, scope));
    return found.every((each) => each !== undefined) ? found : undefined;
  },
  { wants: ['descriptor'] },
);

export interface Range {
  readonly address: bigint;
  readonly length: bigint;
}

const rangeSchema: JsonSchema = {
  type: 'object',
  properties: { address: { $ref: '#/definitions/number' }, length: { $ref: '#/definitions/number' } },
  required: ['address', 'length'],
  additionalProperties: false,
};

export const ranges = field<readonly Range[]>(
  {
    type: 'array',
    items: rangeSchema,
  },
  (node, scope) => {
    if (node.type !== 'array') return scope.problem(node, `a list of ranges is wanted here, not ${kindOf(node)}`, true);
    const found = elementsOf(node).map((element) => readRange(element, scope));
    return found.every((each) => each !== undefined) ? found : undefined;
  },
);

/** One range. */
export const range = field<Range>(rangeSchema, readRange);

function readRange(element: Node, scope: Scope): Range | undefined {
  const addressNode = memberOf(element, 'address');
  const lengthNode = memberOf(element, 'length');
  for (const { key, keyNode } of membersOf(element))
    if (key !== 'address' && key !== 'length') scope.problem(keyNode, `a range has no "${key}"`, true);
  if (!addressNode || !lengthNode)
    return scope.problem(element, 'a range is an object with "address" and "length"', true);
  const address = scope.number(addressNode);
  const length = scope.number(lengthNode);
  return address === undefined || length === undefined ? undefined : { address, length };
}

/** Something with a name, of one kind. */
function named<T>(
  sort: NameSort,
  wanted: string,
  pick: (thing: Thing) => T | undefined,
): (description: string) => Field<T> {
  const read = (node: Node, scope: Scope): T | undefined => {
    const name = stringOf(node);
    if (name === undefined)
      return scope.problem(node, `the name of ${wanted} is wanted here, not ${kindOf(node)}`, true);
    const thing = scope.thing(name, node);
    if (!thing) return undefined;
    return pick(thing) ?? scope.problem(node, `"${name}" is ${thingText(thing)}, not ${wanted}`);
  };
  return field<T>({ $ref: '#/definitions/name' }, read, { wants: [sort] });
}

/** A device of the scenario. */
export const device = named<Device>('device', 'a device', (thing) =>
  thing.kind === 'device' ? thing.device : undefined,
);

export const client = named<UserClient>('client', 'a user client', (thing) =>
  thing.kind === 'client' ? thing.client : undefined,
);

/** A call of an external method. */
export const externalCall = named<ExternalCall>('call', 'an external method’s call', (thing) =>
  thing.kind === 'call' ? thing.call : undefined,
);

export const dataQueue = named<DataQueue>('queue', 'a data queue', (thing) =>
  thing.kind === 'queue' ? thing.queue : undefined,
);

/** An instance of a driver's class, that a step's "this" made. */
export const instance = named<DriverInstance>('instance', 'an instance of the driver', (thing) =>
  thing.kind === 'instance' ? thing.instance : undefined,
);

/** Members by name, to be read when it is known what they are for. */
export function members(schema: JsonSchema, what: string): (description: string) => Field<readonly Member[]> {
  return field<readonly Member[]>(schema, (node, scope) => {
    if (node.type === 'object') return membersOf(node);
    if (node.type === 'array' && schema.anyOf)
      return elementsOf(node).map((value, at) => ({ key: String(at), keyNode: value, value }));
    return scope.problem(node, `${what} is wanted here, not ${kindOf(node)}`, true);
  });
}

/** Whatever can be looked at: an object, allocated memory, a task, a number, NULL, or the machine. */
export const checked = field<About | NamedNumber | NoObject | { readonly kind: 'machine' }>(
  { $ref: '#/definitions/name' },
  (node, scope) => {
    const name = stringOf(node);
    if (name === undefined) return scope.problem(node, `a name is wanted here, not ${kindOf(node)}`, true);
    if (name === 'machine') return { kind: 'machine' };
    const thing = scope.thing(name, node);
    switch (thing?.kind) {
      case 'device':
        return scope.problem(node, `"${name}" is a device; look at ${name}.0`);
      case 'client':
      case 'call':
      case 'queue':
      case 'instance':
        return scope.problem(node, `"${name}" is ${thingText(thing)}; look at its maps or descriptors`);
      default:
        return thing;
    }
  },
);

/** Bytes that are written: "11 22 33", or a fill. */
export const bytes = field<Uint8Array>({ $ref: '#/definitions/bytes' }, (node, scope) => {
  const read = readBytes(node, scope);
  if (!read) return undefined;
  return read.fill === undefined ? read.bytes : repeat(read.bytes, read.fill);
});

/** The bytes of a text; of a fill, its pattern and how many bytes it fills. */
export function readBytes(
  node: Node,
  scope: Scope,
): { readonly bytes: Uint8Array; readonly fill?: number } | undefined {
  if (node.type === 'object') {
    for (const { key, keyNode } of membersOf(node))
      if (key !== 'fill' && key !== 'length') scope.problem(keyNode, `a fill has no "${key}"`, true);
    const fillNode = memberOf(node, 'fill');
    const lengthNode = memberOf(node, 'length');
    if (!fillNode || !lengthNode) return scope.problem(node, 'a fill is an object with "fill" and "length"', true);
    const pattern = byteText(fillNode, scope);
    const length = scope.number(lengthNode);
    if (!pattern || length === undefined) return undefined;
    if (!pattern.length) return scope.problem(fillNode, 'a fill needs one byte at least', true);
    if (length > maximumBytes) return scope.problem(lengthNode, 'more than 64M bytes in one step');
    return { bytes: pattern, fill: Number(length) };
  }
  const found = byteText(node, scope);
  return found && { bytes: found };
}

function byteText(node: Node, scope: Scope): Uint8Array | undefined {
  const words = stringOf(node);
  if (words === undefined || !/^\s*([0-9a-fA-F]{2}(\s+|$))*$/.test(words))
    return scope.problem(node, 'bytes are pairs of hexadecimal digits: "11 22 33"', true);
  return Uint8Array.from(words.match(/[0-9a-fA-F]{2}/g) ?? [], (word) => parseInt(word, 16));
}

export function repeat(pattern: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => pattern[index % pattern.length]!);
}

/** A count of bytes to read. */
export const byteCount = field<number>({ $ref: '#/definitions/number' }, (node, scope) => {
  const value = scope.number(node);
  if (value === undefined) return undefined;
  return value <= maximumBytes ? Number(value) : scope.problem(node, 'more than 64M bytes in one step');
});

/** The definitions that the fields' schemas refer to. */
export function fieldDefinitions(): Readonly<Record<string, JsonSchema>> {
  return {
    name: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]*(\\.[0-9]+)?$',
      patternErrorMessage: 'A name: letters, digits and _.',
    },
    task: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      patternErrorMessage: 'A task of "tasks", or kernel_task.',
      examples: ['kernel_task'],
    },
    number: {
      type: ['integer', 'string'],
      pattern: numberPattern,
      patternErrorMessage: 'A number: 4096, "0x1000", "2P" (pages), "64K", a name (its address), "m.length", or a sum.',
      examples: ['0', '1P'],
    },
    options: {
      anyOf: [
        { type: 'string' },
        { type: 'array', items: { anyOf: [{ enum: [...optionNames.keys()] }, { type: 'string' }] } },
        { type: 'integer', minimum: 0 },
      ],
      examples: ['kIOMapAnywhere'],
    },
    bytes: {
      anyOf: [
        { type: 'string', pattern: '^\\s*([0-9a-fA-F]{2}(\\s+|$))*$', patternErrorMessage: 'Bytes: "11 22 33".' },
        {
          type: 'object',
          properties: {
            fill: { type: 'string', description: 'Bytes that are repeated: "11".' },
            length: { $ref: '#/definitions/number', description: 'How many bytes.' },
          },
          required: ['fill', 'length'],
          additionalProperties: false,
        },
      ],
    },
  };
}
