import { allocate } from './creation';
import { GuardPageMemoryDescriptor } from './guard-page-memory-descriptor';
import { InterleavedMemoryDescriptor, type Segment } from './interleaved-memory-descriptor';
import { useAfterFree, type KernelState } from './kernel-state';
import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { directionOf, kIODirectionInOut, kIOMemoryAsReference } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import { MultiMemoryDescriptor } from './multi-memory-descriptor';
import type { DescriptorResult, UseAfterFree } from './outcomes';
import { countText, sizeText } from './text';

/** The factories of descriptors that are composed of others. */

/** Pageable memory is what a multi descriptor asks of its parts' flags (kIOMemoryBufferPageable). */
export function pageable(descriptor: MemoryDescriptor): boolean {
  if (descriptor instanceof BufferMemoryDescriptor) return descriptor.pageable;
  return descriptor instanceof MultiMemoryDescriptor && descriptor.parts.some(pageable);
}

/** What a composed descriptor is made of, in order; undefined for every other. */
export function segmentsOf(descriptor: MemoryDescriptor): readonly Segment[] | undefined {
  if (descriptor instanceof InterleavedMemoryDescriptor) return descriptor.segments;
  return descriptor instanceof MultiMemoryDescriptor
    ? descriptor.parts.map((part) => ({ descriptor: part, offset: 0n, length: part.length }))
    : undefined;
}

/** IOMultiMemoryDescriptor::initWithDescriptors. */
export function makeMulti(
  state: KernelState,
  parts: readonly MemoryDescriptor[],
  direction: number,
): DescriptorResult<MultiMemoryDescriptor> {
  const freed = parts.find((part) => part.freed);
  if (freed) return useAfterFree(state, freed, 'withDescriptors');
  const mixed = parts.find((part) => pageable(part) !== pageable(parts[0]!));
  // The parts were retained by then, and the object's free() gives them back.
  if (mixed)
    return {
      kind: 'null',
      why: `${mixed.name} is ${pageable(mixed) ? '' : 'not '}pageable and ${parts[0]!.name} is ${pageable(mixed) ? 'not' : 'so'}: all parts have to agree.`,
    };
  const number = state.nextNumber('d');
  const made = new MultiMemoryDescriptor(`d${String(number)}`, `descriptor ${String(number)}`, parts, direction);
  for (const part of parts) {
    part.partOf.push(made);
    state.touch(part);
  }
  state.descriptors.set(made.id, made);
  state.touch(made);
  const differing = parts.find((part) => part.direction !== directionOf(direction));
  const why =
    `Chains ${countText(parts.length, 'descriptor')}, ${sizeText(made.length)}, and retains each.` +
    (differing
      ? ` ${differing.name} has another direction than this, which a development kernel's assertion refuses.`
      : '');
  state.note('create', why);
  return { kind: 'descriptor', descriptor: made, why };
}

/** IOGuardPageMemoryDescriptor::initWithSize: ordinary kernel memory until a mapping of it is made. */
export function makeGuardPages(state: KernelState, size: bigint): DescriptorResult<GuardPageMemoryDescriptor> {
  const page = BigInt(state.pageSize);
  const whole = BigInt.asUintN(64, ((size + page - 1n) / page) * page);
  const memory = allocate(state, state.kernelTask, { size: whole, note: 'guard pages', unmade: true });
  if (memory.kind === 'null') return { kind: 'null', why: memory.why };
  const number = state.nextNumber('d');
  const made = new GuardPageMemoryDescriptor(
    `d${String(number)}`,
    `descriptor ${String(number)}`,
    state.kernelTask,
    memory.address,
    whole,
    kIOMemoryAsReference | kIODirectionInOut,
  );
  state.descriptors.set(made.id, made);
  state.touch(made);
  const why = `Makes guard pages of ${sizeText(whole)}: where they are mapped, every access faults.`;
  state.note('create', why);
  return { kind: 'descriptor', descriptor: made, why };
}

/** IOInterleavedMemoryDescriptor::initWithCapacity. */
export function makeInterleaved(
  state: KernelState,
  capacity: bigint,
  direction: number,
): DescriptorResult<InterleavedMemoryDescriptor> {
  // IONew of no elements answers NULL.
  if (capacity === 0n) return { kind: 'null', why: 'A capacity of no descriptors: NULL.' };
  const number = state.nextNumber('d');
  const made = new InterleavedMemoryDescriptor(
    `d${String(number)}`,
    `descriptor ${String(number)}`,
    capacity,
    direction,
  );
  state.descriptors.set(made.id, made);
  state.touch(made);
  const why = `Has room for ${countText(Number(capacity), 'piece')} of other descriptors. It cannot be mapped.`;
  state.note('create', why);
  return { kind: 'descriptor', descriptor: made, why };
}

export type AddResult = { readonly kind: 'added' | 'refused'; readonly why: string } | UseAfterFree;

/** IOInterleavedMemoryDescriptor::setMemoryDescriptor; offset + length is compared without an overflow test. */
export function addSegment(
  state: KernelState,
  whole: InterleavedMemoryDescriptor,
  descriptor: MemoryDescriptor,
  offset: bigint,
  length: bigint,
): AddResult {
  if (whole.freed) return useAfterFree(state, whole, 'setMemoryDescriptor()');
  if (descriptor.freed) return useAfterFree(state, descriptor, 'setMemoryDescriptor()');
  const refused = (why: string): AddResult => {
    state.note('null', why);
    return { kind: 'refused', why };
  };
  if (whole.prepared) return refused(`${whole.name} takes no piece while it is prepared: false.`);
  if (BigInt(whole.segments.length) === whole.capacity) return refused(`${whole.name} is full: false.`);
  if (BigInt.asUintN(64, offset + length) > descriptor.length)
    return refused(`The piece ends beyond ${descriptor.name}, which is ${sizeText(descriptor.length)} long: false.`);
  whole.segments.push({ descriptor, offset, length });
  whole.length = BigInt.asUintN(64, whole.length + length);
  descriptor.partOf.push(whole);
  state.touch(descriptor);
  state.touch(whole);
  const why = `Adds ${sizeText(length)} of ${descriptor.name} to ${whole.name}, which retains it.`;
  state.note('retain', why);
  return { kind: 'added', why };
}
