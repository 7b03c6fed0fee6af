import { attribute, bitFamilies, has, mapsContract } from '../api/attributes';
import type { CallArgument, CallFacts, Making, TaskKind } from '../symbolic/events';
import type { ObjectState } from '../symbolic/state';
import type { Value } from '../symbolic/values';

/** Questions that several rules ask about a call. */

// xnu iokit/IOKit/IOMapTypes.h.
export const mapBits = {
  anywhere: 0x00000001n,
  cacheMask: 0x00000f00n,
  readOnly: 0x00001000n,
  static: 0x01000000n,
  reference: 0x02000000n,
  unique: 0x04000000n,
  prefault: 0x10000000n,
  overwrite: 0x20000000n,
  guardedMask: 0xc0000000n,
} as const;

/** The argument whose parameter has an attribute; undefined where it is omitted. */
export function argumentWith(call: CallFacts, name: string): CallArgument | undefined {
  return call.arguments.find((argument) => has(argument.parameter, name));
}

/** The argument that takes constants of a family and is no pointer to them. */
export function optionsOf(call: CallFacts, family: string): CallArgument | undefined {
  return call.arguments.find(
    ({ parameter }) => parameter.type.kind !== 'pointer' && bitFamilies(parameter).includes(family),
  );
}

/** Bits of the options that a call maps with, its own included; nothing is said of static maps, which map nothing. */
export interface MapRequest {
  readonly options: CallArgument | undefined;
  readonly ones: bigint;
  readonly zeros: bigint;
  readonly task: TaskKind | undefined;
}

const all = 0xffffffffn;

/** What a call of the kernel's API asks to map; undefined for other calls and where it may only make a record. */
export function mapRequest(call: CallFacts): MapRequest | undefined {
  const maps = mapsContract(call.declaration);
  const takesOptions = call.declaration.parameters.some((one) => bitFamilies(one).includes('kernel_map_options'));
  if (!maps || maps.static || !takesOptions) return undefined;
  const options = optionsOf(call, 'kernel_map_options');
  const own = maps.anywhere ? mapBits.anywhere : 0n;
  const ones = (options?.bits.ones ?? 0n) | own;
  const zeros = (options?.bits.zeros ?? all) & ~own;
  if ((zeros & mapBits.static) === 0n) return undefined;
  const task = maps.task === 'kernel_task' ? 'kernel' : argumentWith(call, 'task')?.task;
  return { options, ones, zeros, task };
}

/** Whether every bit is surely set. */
export function sure(bits: bigint, wanted: bigint): boolean {
  return (bits & wanted) === wanted;
}

/** The class of the object that a method is called on, as exactly as it is known. */
export function receiverClass(call: CallFacts): string | undefined {
  return call.receiver?.class ?? call.receiverClass;
}

/** What an object's property was set to last: by a call, or when the object was made. */
export function setting(object: ObjectState | undefined, name: string): Value | undefined {
  if (!object || object.escaped) return undefined;
  return (
    object.settings[name] ??
    object.creation?.made?.arguments.find(({ parameter }) => attribute(parameter, 'sets')?.args[0] === name)?.value
  );
}

/** Whether a value is the answer of a method without arguments that changes nothing; yields the object's pointer. */
export function answerOf(value: Value, method: string): Value | undefined {
  if (value.kind === 'cast') return answerOf(value.value, method);
  if (value.kind !== 'initial' || value.place.kind !== 'field' || value.place.name !== `${method}()`) return undefined;
  const { base } = value.place;
  return base.kind === 'deref' ? base.pointer : undefined;
}

/** Whether one number is surely more than another. */
export function exceeds(value: Value, limit: Value): boolean {
  if (value.constant !== undefined && limit.constant !== undefined) return value.constant > limit.constant;
  if (value.kind !== 'binary') return false;
  const factor = value.left.timeless === limit.timeless ? value.right.constant : undefined;
  const other = value.right.timeless === limit.timeless ? value.left.constant : undefined;
  if (value.operator === '+') return (factor ?? other ?? 0n) > 0n;
  if (value.operator === '*') return (factor ?? other ?? 0n) > 1n;
  return value.operator === '<<' && (factor ?? 0n) > 0n;
}

/** Whether a call makes a map, or a buffer, that surely is the kernel's own. */
export function isMadeInKernel({ declaration, arguments: given }: Making): boolean {
  return (
    has(declaration, 'in_kernel') ||
    mapsContract(declaration)?.task === 'kernel_task' ||
    given.some(({ task }) => task === 'kernel')
  );
}

/** Whose memory a new descriptor describes: the kernel's, that of a task; undefined for physical memory and where it can't be told. */
export function taskOf(made: CallFacts): Value | 'kernel' | undefined {
  const task = argumentWith(made, 'task');
  if (task) return task.task === 'kernel' ? 'kernel' : task.task === 'none' ? undefined : task.value.timeless;
  return has(made.declaration, 'in_kernel') ? 'kernel' : undefined;
}

// xnu iokit/IOKit/IOBufferMemoryDescriptor.h, IOMemoryDescriptor.h.
const pageable = 0x20n;
const autoPrepare = 0x8n;

/** Whether what a call has made is memory that is surely neither physical nor prepared. */
export function isUnprepared(made: CallFacts): boolean {
  if (has(made.declaration, 'unprepared')) {
    const options = optionsOf(made, 'descriptor_flags');
    return taskOf(made) !== undefined && sure(options?.bits.zeros ?? all, autoPrepare);
  }
  return sure(optionsOf(made, 'buffer_options')?.bits.ones ?? 0n, pageable);
}
