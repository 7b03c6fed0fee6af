import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import type { KernelState } from './kernel-state';
import { kIOMemoryMapCopyOnWrite, type MapOptions } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import { chunksOfPhysical, chunksOfTask, snapshotOf, type Chunk } from './memory-reference';
import { MemoryObject } from './memory-object';
import { nothing, type MapResult } from './outcomes';
import { KERN_INVALID_RIGHT, KERN_PROTECTION_FAILURE } from './returns';

/** IOGeneralMemoryDescriptor::memoryReferenceCreate (iokit/Kernel/IOMemoryDescriptor.cpp). */

/** Builds a descriptor's reference; a result only where it fails. */
export function buildReference(
  state: KernelState,
  descriptor: MemoryDescriptor,
  options: Pick<MapOptions, 'readOnly'>,
): MapResult | undefined {
  if (!descriptor.task) {
    descriptor.cache ||= state.deviceCache;
    const chunks = chunksOfPhysical(state.physical, descriptor.ranges, { cache: descriptor.cache });
    const { object } = chunks[0]!;
    object.pager = descriptor.pager = { object };
    descriptor.reference = {
      writable: true,
      chunks,
      entryCount: 1,
      byData: false,
      modes: [0],
    };
    return undefined;
  }
  if (descriptor instanceof BufferMemoryDescriptor && descriptor.pageable) {
    descriptor.reference = pageableReference(state, descriptor);
    return undefined;
  }
  const write = descriptor.direction !== 'out' || descriptor.cache !== 0 || !options.readOnly;
  const ranges =
    descriptor instanceof BufferMemoryDescriptor
      ? [{ address: descriptor.ranges[0]!.address, length: descriptor.capacity }]
      : descriptor.ranges;
  const found = chunksOfTask(descriptor.task, ranges, { write, kernelObject: !state.layout.rules.kernelObjectRefused });
  if (!found.ok) {
    if (found.code === KERN_INVALID_RIGHT)
      return nothing(
        'kernel-object',
        `KERN_INVALID_RIGHT: ${found.why}. Map a page-aligned IOBufferMemoryDescriptor instead.`,
      );
    if (found.code === KERN_PROTECTION_FAILURE)
      return nothing(
        'not-writable',
        `KERN_PROTECTION_FAILURE: ${found.why}. For read-only memory use kIODirectionOut with kIOMapReadOnly.`,
      );
    return nothing(
      'not-accessible',
      `KERN_INVALID_ADDRESS: ${found.why}. Check the address and length that the descriptor was made with.`,
    );
  }
  const { chunks } = found;
  const copied = copiesOnWrite(state, descriptor);
  descriptor.reference = {
    writable: write,
    chunks,
    entryCount: chunks.length,
    byData: true,
    modes: chunks.map(() => descriptor.cache),
    ...(copied ? { copy: snapshotOf(chunks, ranges, state.pageSize) } : {}),
  };
  if (descriptor.cache) setCache(state, chunks, descriptor.cache);
  return undefined;
}

/** Whether mappings of a descriptor show a copy. */
export function copiesOnWrite(state: KernelState, descriptor: MemoryDescriptor): boolean {
  return state.layout.rules.copyOnWrite && (descriptor.flags & kIOMemoryMapCopyOnWrite) !== 0;
}

/** MAP_MEM_NAMED_CREATE: a new object of the buffer's size, whatever its range shows. */
function pageableReference(
  state: KernelState,
  buffer: BufferMemoryDescriptor,
): NonNullable<MemoryDescriptor['reference']> {
  const pages = state.kernelTask.space.pagesFor(buffer.capacity);
  const size = BigInt(pages) * BigInt(state.pageSize);
  const object = MemoryObject.ofPages(state.pageSize, pages, {
    cache: buffer.cache,
    purgeable: buffer.purgeable,
    copiedAtOnce: true,
  });
  return {
    writable: true,
    chunks: [{ object, page: 0, pageOffset: 0, offset: 0n, size }],
    entryCount: 1,
    byData: false,
    modes: [buffer.cache],
  };
}

/** Gives the objects of some memory a cache mode (vm_object_change_wimg_mode). */
export function setCache(state: KernelState, chunks: readonly Pick<Chunk, 'object'>[], cache: number): void {
  const objects = new Set<MemoryObject>();
  for (const { object } of chunks)
    if (object.cache !== cache) {
      object.cache = cache;
      objects.add(object);
    }
  if (objects.size) state.touchMemory((entry) => entry.object !== undefined && objects.has(entry.object));
}
