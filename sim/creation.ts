import { useAfterFree, type KernelState } from './kernel-state';
import { flushMap } from './lifetime';
import { kIOMemoryAsReference, kIOMemoryPersistent, kIOMemoryRemote } from './map-options';
import { MemoryDescriptor, type MemoryRange } from './memory-descriptor';
import { buildReference } from './memory-reference-create';
import { MemoryObject } from './memory-object';
import type { AllocateResult, DescriptorResult, Panic } from './outcomes';
import { prepare } from './preparation';
import { kIOReturnSuccess } from './returns';
import { SubMemoryDescriptor } from './sub-memory-descriptor';
import type { Task } from './task';
import { addressText, sizeText } from './text';
import type { Protection } from './trace';

/** Memory of tasks, and the descriptors' factories. */

export interface Allocation {
  readonly size: bigint;
  /** A fixed address; else the first hole. */
  readonly address?: bigint;
  /** Power of two; above the page size it moves the start. */
  readonly alignment?: bigint;
  readonly protection?: Protection;
  /** Zone blocks and stacks: memory that can't be mapped anywhere else. */
  readonly kernelObject?: boolean;
  readonly note?: string;
  /** Without a VM object until somebody touches it. */
  readonly unmade?: boolean;
  /** One run of physical memory, and whether it lies below 4 GiB. */
  readonly contiguous?: boolean;
  readonly low?: boolean;
}

/** kIOMemoryAutoPrepare. */
export const kIOMemoryAutoPrepare = 0x8;

/** max_mem of the machine that runs are made on: a descriptor of more pages is refused. */
const machineMemory = 64n << 30n;

/** Memory of a task's own: what an application or the kernel allocates for itself. */
export function allocate(state: KernelState, task: Task, wanted: Allocation): AllocateResult {
  const space = task.space;
  const inPage = wanted.address === undefined ? 0 : space.offsetInPage(wanted.address);
  const pages = space.pagesFor(wanted.size + BigInt(inPage));
  let start: number | undefined;
  if (wanted.address !== undefined) {
    start = space.pageOf(wanted.address);
    if (!space.canPlace(start, start + pages).ok)
      return { kind: 'null', why: `${addressText(wanted.address)} is not free in ${task.name}.` };
  } else {
    const range = state.layout.kernelData;
    const from = task.kernel ? space.pageOf(range.start) : space.min;
    const to = task.kernel ? space.pageOf(range.end) : space.max;
    const unit = Math.max(1, Number((wanted.alignment ?? 1n) / BigInt(state.pageSize)));
    const hole = space.findHole(pages + unit - 1, from, to);
    start = hole === undefined ? undefined : Math.ceil(hole / unit) * unit;
  }
  if (start === undefined || pages === 0)
    return { kind: 'null', why: `${task.name} has no room for ${sizeText(wanted.size)}.` };
  const object = MemoryObject.ofPages(state.pageSize, pages, {
    kernelObject: wanted.kernelObject ?? false,
    contiguous: wanted.contiguous ?? false,
    low: wanted.low ?? false,
  });
  space.insert({
    start,
    end: start + pages,
    protection: wanted.protection ?? 'rw-',
    kind: 'buffer',
    object,
    objectPage: 0,
    ...(wanted.note === undefined ? {} : { note: wanted.note }),
    ...(wanted.unmade ? { unmade: true } : {}),
  });
  return { kind: 'allocated', address: wanted.address ?? space.addressOf(start) };
}

/** The first block of a zone's page is seldom the caller's. */
export const zoneStart = 256n;

/** A small block of a kernel zone: blocks share pages, and the pages belong to the kernel object. */
export function allocateInZone(state: KernelState, size: bigint, alignment: bigint): bigint {
  const unit = Math.max(16, Number(alignment));
  const space = state.kernelTask.space;
  let heap = state.heap;
  const start = heap ? Math.ceil(heap.next / unit) * unit : 0;
  if (!heap || start + Number(size) > state.pageSize) {
    const { kernelData } = state.layout;
    const page = space.findHole(1, space.pageOf(kernelData.start), space.pageOf(kernelData.end));
    if (page === undefined) throw new Error('The kernel data range is full');
    const store = space.insert({
      start: page,
      end: page + 1,
      protection: 'rw-',
      kind: 'buffer',
      object: MemoryObject.ofPages(state.pageSize, 1, { kernelObject: true }),
      objectPage: 0,
      note: 'kernel heap',
    });
    heap = state.heap = { page, store, next: Number(zoneStart) };
  }
  const at = Math.ceil(heap.next / unit) * unit;
  heap.next = at + Number(size);
  return space.addressOf(heap.page) + BigInt(at);
}

/** IOMemoryDescriptor::withAddressRanges, withOptions and, with kIOMemoryAutoPrepare, withAddress. */
export function makeDescriptor(
  state: KernelState,
  task: Task | undefined,
  ranges: readonly MemoryRange[],
  flags: number,
  className = 'IOGeneralMemoryDescriptor',
): DescriptorResult {
  const number = state.nextNumber('d');
  const descriptor = new MemoryDescriptor(
    `d${String(number)}`,
    `descriptor ${String(number)}`,
    className,
    task,
    ranges,
    flags,
  );
  const failure = initialise(state, descriptor);
  if (failure) return { kind: 'null', why: failure };
  state.descriptors.set(descriptor.id, descriptor);
  state.touch(descriptor);
  const where = task ? `memory of ${task.name}` : 'physical memory';
  const why = `Describes ${sizeText(descriptor.length)} of ${where}${task && !descriptor.wireCount ? ', not wired' : ''}.`;
  state.note('create', why);
  return { kind: 'descriptor', descriptor, why };
}

/** The checks and the work of IOGeneralMemoryDescriptor::initWithOptions; a sentence where it answers false. */
export function initialise(state: KernelState, descriptor: MemoryDescriptor): string | undefined {
  const { task, flags } = descriptor;
  const size = BigInt(state.pageSize);
  const limit = 1n << 64n;
  let total = 0n;
  let pages = 0n;
  for (const { address, length } of descriptor.ranges) {
    const end = address + length + size - 1n;
    if (end >= limit) return 'A range ends beyond 64 bits of address: NULL.';
    if (!task && !(flags & kIOMemoryRemote) && end / size >= 1n << 32n)
      return 'A physical range ends beyond 32 bits of page number: NULL.';
    pages += end / size - address / size;
    total += length;
  }
  if (total >= limit || pages >= 1n << 32n) return 'The ranges together are too long: NULL.';
  if (!task) {
    descriptor.wireCount = 1;
    return undefined;
  }
  if (pages * size > machineMemory)
    return `The ranges together are longer than the machine's memory, ${sizeText(machineMemory)}: NULL.`;
  if (flags & kIOMemoryPersistent && !descriptor.reference) {
    const failure = buildReference(state, descriptor, { readOnly: true });
    if (failure)
      return `kIOMemoryPersistent: ${failure.kind === 'null' ? failure.why : 'the memory cannot be accessed.'}`;
  }
  if (flags & kIOMemoryAutoPrepare) {
    const result = state.quietly(() => prepare(state, descriptor, 0));
    if (result.kind !== 'code' || result.code !== kIOReturnSuccess)
      return `The memory is prepared at once, and that fails: ${result.kind === 'code' ? result.why : 'the thread never returns.'}`;
  }
  return undefined;
}

/**
 * IOGeneralMemoryDescriptor::initWithOptions on a descriptor that is in use: it is completed, loses its reference, and
 * its set of maps is flushed, which frees every map that callers hold only once.
 */
export function reinitialise(
  state: KernelState,
  descriptor: MemoryDescriptor,
  task: Task | undefined,
  ranges: readonly MemoryRange[],
  flags: number,
): DescriptorResult | Panic {
  if (descriptor.freed) return useAfterFree(state, descriptor, 'initWithOptions()');
  descriptor.wireCount = 0;
  descriptor.wired = [];
  descriptor.preparedReadOnly = false;
  descriptor.reference = undefined;
  const flushed = [...descriptor.maps];
  descriptor.maps.clear();
  const dangling = flushed.find((map) => map.freed);
  if (dangling) {
    const why = `initWithOptions() flushes the maps of ${descriptor.name}, and ${dangling.name} was freed long ago: a static map that was longer than its descriptor.`;
    state.note('free', why, { kind: 'panic', message: why, object: dangling.id });
    return { kind: 'panic', reason: 'use after free', why };
  }
  for (const map of flushed) {
    const panicked = map.freed ? undefined : flushMap(state, map);
    if (panicked) return panicked;
  }
  descriptor.cache = 0;
  descriptor.task = task;
  descriptor.flags = flags;
  descriptor.ranges = flags & kIOMemoryAsReference ? (ranges as MemoryRange[]) : ranges.map((range) => ({ ...range }));
  descriptor.length = ranges.reduce((sum, range) => sum + range.length, 0n);
  const failure = initialise(state, descriptor);
  state.touch(descriptor);
  if (failure) return { kind: 'null', why: failure };
  const freed = flushed.filter((map) => map.freed).map((map) => map.name);
  const why =
    `${descriptor.name} describes other memory now: its maps are flushed from its set.` +
    (freed.length ? ` Freed while somebody holds ${freed.length === 1 ? 'it' : 'them'}: ${freed.join(', ')}.` : '') +
    (freed.length ? ' Make a new descriptor instead.' : '');
  state.note('create', why);
  return { kind: 'descriptor', descriptor, why };
}

/** IOSubMemoryDescriptor::withSubRange; offset + length is compared without an overflow test (initSubRange). */
export function makeSubRange(
  state: KernelState,
  parent: MemoryDescriptor,
  offset: bigint,
  length: bigint,
  flags: number,
): DescriptorResult<SubMemoryDescriptor> {
  if (parent.freed) return useAfterFree(state, parent, 'withSubRange');
  if (BigInt.asUintN(64, offset + length) > parent.length)
    return { kind: 'null', why: `The sub-range ends beyond ${parent.name}, which is ${sizeText(parent.length)} long.` };
  const number = state.nextNumber('d');
  const made = new SubMemoryDescriptor(
    `d${String(number)}`,
    `descriptor ${String(number)}`,
    parent,
    offset,
    length,
    flags,
  );
  parent.subs.add(made);
  state.descriptors.set(made.id, made);
  state.touch(made);
  state.touch(parent);
  const why = `A window on ${parent.name}, ${sizeText(length)}. Mappings of it belong to ${parent.name}, and only that one's length limits them.`;
  state.note('create', why);
  return { kind: 'descriptor', descriptor: made, why };
}
