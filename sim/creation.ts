import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { useAfterFree, type KernelState } from './kernel-state';
import {
  cacheField,
  kIOMapAnywhere,
  kIOMapCacheMask,
  kIOMapPrefault,
  kIOMemoryClearEncrypt,
  kIOMemoryDirectionMask,
  kIOMemoryHostPhysicallyContiguous,
  kIOMemoryMapperNone,
  kIOMemoryPageable,
  kIOMemoryPersistent,
  kIOMemoryPhysicallyContiguous,
  kIOMemorySharingTypeMask,
} from './map-options';
import { buildReference, createMapping } from './mapping';
import { MemoryDescriptor, type MemoryRange } from './memory-descriptor';
import { MemoryObject, PageStore } from './memory-object';
import type { AllocateResult, DescriptorResult } from './outcomes';
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
}

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
  const object = new MemoryObject(new PageStore(state.pageSize), { kernelObject: wanted.kernelObject ?? false });
  space.insert({
    start,
    end: start + pages,
    protection: wanted.protection ?? 'rw-',
    kind: 'buffer',
    object,
    objectPage: 0,
    ...(wanted.note === undefined ? {} : { note: wanted.note }),
  });
  return { kind: 'allocated', address: wanted.address ?? space.addressOf(start) };
}

/** A small block of a kernel zone: blocks share pages, and the pages belong to the kernel object. */
function allocateInZone(state: KernelState, size: bigint, alignment: bigint): bigint {
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
      object: new MemoryObject(new PageStore(state.pageSize), { kernelObject: true }),
      objectPage: 0,
      note: 'kernel heap',
    });
    // The first block of a zone page is seldom the caller's.
    heap = state.heap = { page, store, next: 256 };
  }
  const at = Math.ceil(heap.next / unit) * unit;
  heap.next = at + Number(size);
  return space.addressOf(heap.page) + BigInt(at);
}

export function makeDescriptor(
  state: KernelState,
  task: Task | undefined,
  ranges: readonly MemoryRange[],
  flags: number,
  className = 'IOGeneralMemoryDescriptor',
  prepared = false,
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
  if (!task || prepared) descriptor.wireCount = 1;
  if (flags & kIOMemoryPersistent && task && buildReference(state, descriptor, { readOnly: true }))
    return { kind: 'null', why: 'kIOMemoryPersistent: the memory cannot be accessed, so no descriptor is made.' };
  state.descriptors.set(descriptor.id, descriptor);
  state.touch(descriptor);
  const where = task ? `memory of ${task.name}` : 'physical memory';
  const why = `Describes ${sizeText(descriptor.length)} of ${where}${task && !prepared ? ', not wired' : ''}.`;
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

/** IOBufferMemoryDescriptor::initWithPhysicalMask. */
export function makeBuffer(
  state: KernelState,
  inTask: Task | undefined,
  options: number,
  capacity: bigint,
  alignment: bigint,
  guarded = false,
): DescriptorResult<BufferMemoryDescriptor> {
  const none = (why: string): DescriptorResult<BufferMemoryDescriptor> => {
    state.note('null', why);
    return { kind: 'null', why };
  };
  const page = BigInt(state.pageSize);
  const kernel = state.kernelTask;
  const pageable = (options & kIOMemoryPageable) !== 0;
  if (capacity === 0n) return none('A buffer of zero bytes: NULL.');
  if (options & (kIOMemorySharingTypeMask | kIOMapCacheMask | kIOMemoryClearEncrypt) && alignment < page)
    alignment = page;
  const size = alignment >= page ? ((capacity + page - 1n) / page) * page : capacity;
  if (BigInt.asUintN(64, size + alignment) < capacity || size >= 1n << 47n)
    return none('The capacity overflows: NULL.');
  if (inTask !== kernel && !pageable)
    return none('A buffer for another task than kernel_task needs kIOMemoryPageable: NULL.');

  const contiguous = (options & (kIOMemoryHostPhysicallyContiguous | kIOMemoryPhysicallyContiguous)) !== 0;
  if (guarded && (pageable || contiguous))
    return none(`Guard pages do not go with ${pageable ? 'pageable' : 'contiguous'} memory: NULL.`);

  let address = 0n;
  let allocation: BufferMemoryDescriptor['allocation'];
  if (!pageable) {
    const intel = state.layout.profile.arch === 'x86_64';
    // iopa pages on Intel: ordinary memory, shared by small buffers that a DMA mapper or user space may see.
    const sharedPages =
      intel &&
      ((options & kIOMemorySharingTypeMask) !== 0 || !(options & kIOMemoryMapperNone)) &&
      size + alignment < page / 2n;
    if (!contiguous && !sharedPages && size < page) address = allocateInZone(state, size, alignment);
    else {
      const guards = guarded ? 1 : 0;
      const made = allocate(state, kernel, {
        size: size + 2n * BigInt(guards) * page,
        alignment,
        kernelObject: !contiguous && alignment <= 1n && !intel && !sharedPages,
        note: 'buffer',
      });
      if (made.kind === 'null') return none(made.why);
      const start = kernel.space.pageOf(made.address);
      const end = start + kernel.space.pagesFor(size) + 2 * guards;
      address = kernel.space.addressOf(start + guards);
      allocation = { start, end };
      if (guarded)
        for (const at of [start, end - 1])
          kernel.space.replace({ start: at, end: at + 1, protection: '---', kind: 'guard', objectPage: 0 });
    }
  }
  const number = state.nextNumber('d');
  const flags = (options & kIOMemoryDirectionMask) | (pageable || options & kIOMapCacheMask ? kIOMemoryPersistent : 0);
  const buffer = new BufferMemoryDescriptor(
    `d${String(number)}`,
    `buffer ${String(number)}`,
    inTask ?? kernel,
    address,
    capacity,
    flags,
    pageable,
    guarded,
  );
  // Three bits only: modes 8 and 9 are lost (kIOMemoryBufferCacheMask).
  buffer.cache = cacheField(options) & 7;
  buffer.allocation = allocation;
  state.descriptors.set(buffer.id, buffer);
  if (pageable) {
    buffer.reference = {
      writable: true,
      chunks: [
        {
          entry: 0,
          object: new MemoryObject(new PageStore(state.pageSize), { cache: buffer.cache }),
          page: 0,
          pageOffset: 0,
          offset: 0n,
          size: ((capacity + page - 1n) / page) * page,
        },
      ],
      entryCount: 1,
      byData: false,
      snapshot: false,
    };
    if (inTask) {
      const own = createMapping(state, {
        descriptor: buffer,
        task: inTask,
        at: 0n,
        options: kIOMapAnywhere | (options & kIOMapPrefault) | (options & kIOMapCacheMask),
        offset: 0n,
        length: 0n,
      });
      if (own.kind !== 'map') {
        state.descriptors.delete(buffer.id);
        return none(own.kind === 'null' ? own.why : 'The buffer could not be mapped: NULL.');
      }
      // The buffer keeps this map for itself, outside its set; the map does not retain the buffer.
      const map = own.map;
      buffer.maps.clear();
      buffer.mappedBy.clear();
      buffer.ownMap = map;
      map.references = 0;
      map.keepers.add(`buffer ${buffer.name}`);
      map.name = `${buffer.name}'s own map`;
      buffer.ranges[0]!.address = map.address;
    }
  } else {
    buffer.wireCount = 1;
    if (buffer.cache) buildReference(state, buffer, { readOnly: true });
  }
  state.touch(buffer);
  const why = pageable
    ? `Makes a pageable buffer of ${sizeText(capacity)}${inTask ? ` in ${inTask.name} at ${addressText(buffer.ranges[0]!.address)}` : ', mapped nowhere yet'}.`
    : `Makes a buffer of ${sizeText(capacity)} in the kernel at ${addressText(address)}, wired${guarded ? ', between two guard pages' : ''}.`;
  state.note('create', why);
  return { kind: 'descriptor', descriptor: buffer, why };
}
