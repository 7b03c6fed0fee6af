import { write } from './access';
import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { allocate, allocateInZone, zoneStart, initialise, kIOMemoryAutoPrepare } from './creation';
import { useAfterFree, type KernelState } from './kernel-state';
import {
  kIOMapAnywhere,
  kIOMapCacheMask,
  kIOMapCacheShift,
  kIOMapPrefault,
  kIOMemoryClearEncrypt,
  kIOMemoryDirectionMask,
  kIOMemoryHostPhysicallyContiguous,
  kIOMemoryMapperNone,
  kIOMemoryPageable,
  kIOMemoryPersistent,
  kIOMemoryPhysicallyContiguous,
  kIOMemoryPurgeable,
  kIOMemorySharingTypeMask,
  kIOMemoryThreadSafe,
} from './map-options';
import { createMapping } from './mapping';
import { chunksOfTask, snapshotOf } from './memory-reference';
import type { DescriptorResult, UseAfterFree } from './outcomes';
import { transfer, type TransferResult } from './preparation';
import { returnName } from './returns';
import type { Task } from './task';
import { addressText, sizeText } from './text';

/** IOBufferMemoryDescriptor's factories and methods (iokit/Kernel/IOBufferMemoryDescriptor.cpp). */

export interface BufferRequest {
  /** NULL is a task too: memory that is mapped nowhere yet, if it is pageable. */
  readonly task: Task | undefined;
  readonly options: number;
  readonly capacity: bigint;
  readonly alignment?: bigint;
  readonly physicalMask?: bigint;
  readonly guarded?: boolean;
  /** withCopy: where the buffer's pages are in `task` already. */
  readonly at?: bigint;
}

type BufferResult = DescriptorResult<BufferMemoryDescriptor>;

/** kIOBufferDescriptorMemoryFlags. */
const descriptorFlags =
  kIOMemoryDirectionMask | kIOMemoryAutoPrepare | kIOMemoryThreadSafe | kIOMemoryClearEncrypt | kIOMemoryMapperNone;

/** sizeof(IOLibPageMallocHeader) on LP64. */
const heapHeader = 24n;

/** KHEAP_MAX_SIZE on Intel (osfmk/kern/kalloc.h), where larger blocks are not the kernel object's. */
const largestZone = 16n << 10n;

/** What initWithPhysicalMask decides before it allocates. */
interface Plan {
  readonly size: bigint;
  readonly alignment: bigint;
  readonly options: number;
  readonly highest: bigint;
}

/** IOBufferMemoryDescriptor::initWithPhysicalMask. */
export function makeBuffer(state: KernelState, request: BufferRequest): BufferResult {
  const none = (why: string): BufferResult => {
    state.note('null', why);
    return { kind: 'null', why };
  };
  const { capacity, guarded = false, at } = request;
  const kernel = state.kernelTask;
  const pageable = (request.options & kIOMemoryPageable) !== 0;
  const plan = planOf(state, request);
  if (typeof plan === 'string') return none(plan);
  const { options } = plan;
  if (request.task !== kernel && !pageable)
    return none('A buffer for another task than kernel_task needs kIOMemoryPageable: NULL.');
  if (pageable && guarded) return none('Guard pages do not go with pageable memory: NULL.');

  let address = at ?? 0n;
  let allocation: BufferMemoryDescriptor['allocation'];
  if (!pageable) {
    const made = allocateBuffer(state, plan, guarded);
    if (typeof made === 'string') return none(made);
    ({ address, allocation } = made);
  }
  const number = state.nextNumber('d');
  const keeps = at === undefined && (pageable || (options & kIOMapCacheMask) !== 0);
  const buffer = new BufferMemoryDescriptor(
    `d${String(number)}`,
    `buffer ${String(number)}`,
    request.task ?? kernel,
    address,
    capacity,
    (options & descriptorFlags) | (keeps ? kIOMemoryPersistent : 0) | (pageable ? 0 : kIOMemoryAutoPrepare),
    { pageable, guarded, purgeable: pageable && (options & kIOMemoryPurgeable) !== 0 },
  );
  // The field has four bits and its place in the flags three: 8 is lost, 9 becomes 1 (kIOMemoryBufferCacheMask).
  buffer.cache = ((options & kIOMapCacheMask) >>> kIOMapCacheShift) & 7;
  buffer.allocation = allocation;
  const failure = initialise(state, buffer);
  if (failure) {
    if (allocation) kernel.space.remove(allocation.start, allocation.end);
    return none(failure);
  }
  state.descriptors.set(buffer.id, buffer);
  if (pageable && request.task && at === undefined) {
    const refused = mapOwn(state, buffer, request.task, options);
    if (refused) return none(refused);
  }
  state.touch(buffer);
  const where = buffer.ranges[0]!.address;
  const why = pageable
    ? `Makes a pageable buffer of ${sizeText(capacity)}${request.task ? ` in ${request.task.name} at ${addressText(where)}` : ', mapped nowhere yet'}.`
    : `Makes a buffer of ${sizeText(capacity)} in the kernel at ${addressText(address)}, wired${guarded ? ', between two guard pages' : ''}.`;
  state.note('create', why);
  return { kind: 'descriptor', descriptor: buffer, why };
}

/** Alignment and rounding; a sentence where the request overflows. */
function planOf(state: KernelState, request: BufferRequest): Plan | string {
  const page = BigInt(state.pageSize);
  const limit = 1n << 64n;
  const { capacity, physicalMask = 0n } = request;
  let { options } = request;
  let alignment = request.alignment ?? 1n;
  let highest = 0n;
  if (capacity === 0n) return 'A buffer of zero bytes: NULL.';
  if (physicalMask && alignment <= 1n) {
    alignment = BigInt.asUintN(64, ~physicalMask) & (physicalMask - 1n);
    highest = physicalMask | alignment;
    alignment++;
    if (alignment < page) alignment = page;
  }
  if (options & (kIOMemorySharingTypeMask | kIOMapCacheMask | kIOMemoryClearEncrypt) && alignment < page)
    alignment = page;
  const size = alignment >= page ? ((capacity + page - 1n) / page) * page : capacity;
  if (alignment > page) options |= kIOMemoryPhysicallyContiguous;
  if (size >= limit || BigInt.asUintN(64, size + alignment) < capacity) return 'The capacity overflows: NULL.';
  // A machine with a system mapper does not look at the mask.
  if (mapped(state, options)) highest = 0n;
  return { size, alignment, options, highest };
}

/** IOMapper::gSystem: Intel machines have one for all devices, those with Apple silicon one for each. */
function mapped(state: KernelState, options: number): boolean {
  return state.layout.profile.arch === 'x86_64' && !(options & kIOMemoryMapperNone);
}

type Place = { readonly address: bigint; readonly allocation: BufferMemoryDescriptor['allocation'] } | string;

/** Wired memory in the kernel: contiguous or restricted, guarded, of the small buffers' pages, or of the heap. */
function allocateBuffer(state: KernelState, plan: Plan, guarded: boolean): Place {
  const { alignment, options, highest } = plan;
  const page = BigInt(state.pageSize);
  const intel = state.layout.profile.arch === 'x86_64';
  const contiguous =
    (options & kIOMemoryHostPhysicallyContiguous) !== 0 ||
    ((options & kIOMemoryPhysicallyContiguous) !== 0 && !mapped(state, options));
  const size = highest ? ((plan.size + page - 1n) / page) * page : plan.size;
  const pages = (extra: { contiguous?: boolean; low?: boolean; kernelObject?: boolean } = {}, guards = 0n): Place => {
    const { space } = state.kernelTask;
    const made = allocate(state, state.kernelTask, {
      size: size + 2n * guards * page,
      alignment,
      note: 'buffer',
      ...extra,
    });
    if (made.kind === 'null') return made.why;
    const start = space.pageOf(made.address);
    const end = start + space.pagesFor(size) + 2 * Number(guards);
    if (guards)
      for (const at of [start, end - 1])
        space.replace({ start: at, end: at + 1, protection: '---', kind: 'guard', objectPage: 0 });
    return { address: made.address + guards * page, allocation: { start, end } };
  };
  const block = (): Place => ({ address: allocateInZone(state, size, alignment), allocation: undefined });
  if (contiguous || highest || alignment > page) {
    if (guarded) return 'Guard pages do not go with a physical mask or contiguous memory: NULL.';
    // IOKernelAllocateWithPhysicalRestrict: what fits into half a page is contiguous anyhow, and comes from the heap.
    const whole = highest || alignment > page || (contiguous && 2n * size + heapHeader > page);
    return whole
      ? pages({ contiguous: (contiguous && size > page) || alignment > page, low: highest > 0n && highest < 1n << 32n })
      : block();
  }
  if (guarded) return pages({}, 1n);
  // Ordinary memory, whose pages small buffers share that a DMA mapper or user space may see (iopa_alloc).
  const shares = intel && (mapped(state, options) || (options & kIOMemorySharingTypeMask) !== 0);
  if (shares && size + alignment <= page - page / 64n) return pages();
  if (alignment > 1n) return size + heapHeader + alignment - 1n < page ? block() : pages();
  // A zone's block of more than most of a page has whole pages here. What is no zone's is ordinary memory on Intel only.
  if (size <= page - zoneStart) return block();
  return pages({ kernelObject: !intel || size <= largestZone });
}

/** The creator's own map of a pageable buffer: the buffer keeps it, outside its set, and is not retained by it. */
function mapOwn(state: KernelState, buffer: BufferMemoryDescriptor, task: Task, options: number): string | undefined {
  const own = createMapping(state, {
    descriptor: buffer,
    task,
    at: 0n,
    options: kIOMapAnywhere | (options & kIOMapPrefault) | (options & kIOMapCacheMask),
    offset: 0n,
    length: 0n,
  });
  if (own.kind !== 'map') {
    state.descriptors.delete(buffer.id);
    return own.kind === 'null' ? own.why : 'The buffer could not be mapped: NULL.';
  }
  const { map } = own;
  buffer.maps.clear();
  buffer.mappedBy.clear();
  buffer.ownMap = map;
  map.references = 0;
  map.keepers.add(`buffer ${buffer.name}`);
  map.name = `${buffer.name}'s own map`;
  buffer.ranges[0]!.address = map.address;
  return undefined;
}

/**
 * IOBufferMemoryDescriptor::withCopy: copies another task's memory into `task`, and describes the copy. The copy itself
 * belongs to the task: freeing the buffer leaves it there. Mappings do not show it, since the first one gives the buffer
 * an object of its own (memoryReferenceCreate, MAP_MEM_NAMED_CREATE); only prepare() before that reads it.
 */
export function makeBufferCopy(
  state: KernelState,
  task: Task,
  options: number,
  source: { readonly task: Task; readonly address: bigint; readonly size: bigint },
): BufferResult {
  const none = (why: string): BufferResult => {
    state.note('null', why);
    return { kind: 'null', why };
  };
  if (source.size === 0n) return none('A buffer of zero bytes: NULL.');
  if (!(options & kIOMemoryPageable)) return none('withCopy makes pageable buffers only: add kIOMemoryPageable.');
  const range = { address: source.address, length: source.size };
  const found = chunksOfTask(source.task, [range], { write: false });
  if (!found.ok) return none(`${returnName(found.code)}: ${found.why}.`);
  const [copy] = snapshotOf(found.chunks, [range], state.pageSize);
  const made = allocate(state, task, { size: source.size + BigInt(copy!.pageOffset), note: 'copied in by withCopy' });
  if (made.kind === 'null') return none(made.why);
  const { space } = task;
  const entry = space.entryAt(space.pageOf(made.address))!;
  space.replace({ ...entry, object: copy!.object, objectPage: 0 });
  return makeBuffer(state, {
    task,
    options,
    capacity: source.size,
    alignment: BigInt(state.pageSize),
    at: made.address + BigInt(copy!.pageOffset),
  });
}

/** IOBufferMemoryDescriptor::withBytes: as long as the bytes, and filled with them. */
export function makeBufferOf(
  state: KernelState,
  bytes: Uint8Array,
  direction: number,
  contiguous: boolean,
): BufferResult {
  const size = BigInt(bytes.length);
  const page = BigInt(state.pageSize);
  const made = makeBuffer(state, {
    task: state.kernelTask,
    options: direction | (contiguous ? kIOMemoryPhysicallyContiguous : 0),
    capacity: size,
    alignment: size <= page ? size : page,
  });
  if (made.kind !== 'descriptor') return made;
  setBufferLength(state, made.descriptor, 0n);
  appendBytes(state, made.descriptor, bytes);
  return made;
}

/** IOBufferMemoryDescriptor::setLength: no effect beyond the capacity. */
export function setBufferLength(
  state: KernelState,
  buffer: BufferMemoryDescriptor,
  length: bigint,
): UseAfterFree | undefined {
  if (buffer.freed) return useAfterFree(state, buffer, 'setLength()');
  if (length > buffer.capacity) return undefined;
  buffer.length = length;
  buffer.ranges[0]!.length = length;
  state.touch(buffer);
  return undefined;
}

/** IOBufferMemoryDescriptor::setDirection. A memory reference that exists keeps its protection. */
export function setBufferDirection(
  state: KernelState,
  buffer: BufferMemoryDescriptor,
  direction: number,
): UseAfterFree | undefined {
  if (buffer.freed) return useAfterFree(state, buffer, 'setDirection()');
  buffer.flags = (buffer.flags & ~kIOMemoryDirectionMask) | (direction & kIOMemoryDirectionMask);
  state.touch(buffer);
  return undefined;
}

/**
 * IOBufferMemoryDescriptor::appendBytes: as many as the capacity leaves room for. A buffer of the kernel's is written by
 * the CPU, another's by writeBytes(), which panics unless it is prepared.
 */
export function appendBytes(state: KernelState, buffer: BufferMemoryDescriptor, bytes: Uint8Array): TransferResult {
  if (buffer.freed) return useAfterFree(state, buffer, 'appendBytes()');
  const room = buffer.capacity - buffer.length;
  const taken = room < BigInt(bytes.length) ? bytes.subarray(0, Number(room)) : bytes;
  const offset = buffer.length;
  const range = buffer.ranges[0]!;
  buffer.length += BigInt(taken.length);
  range.length += BigInt(taken.length);
  state.touch(buffer);
  if (buffer.task !== state.kernelTask) return transfer(state, buffer, offset, taken, true);
  const stored = write(state, state.kernelTask, range.address + offset, taken);
  return stored.kind === 'fault'
    ? { kind: 'panic', reason: 'fault in bcopy', why: stored.why }
    : { kind: 'transferred', bytes: taken };
}

/** getBytesNoCopy(start, length): 0 where the range does not lie within the buffer's length. */
export function bytesNoCopy(buffer: BufferMemoryDescriptor, start: bigint, length: bigint): bigint {
  const end = BigInt.asUintN(64, start + length);
  return end >= start && start < buffer.length && end <= buffer.length ? buffer.ranges[0]!.address + start : 0n;
}
