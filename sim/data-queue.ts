import { allocate, kIOMemoryAutoPrepare, makeDescriptor } from './creation';
import type { KernelState } from './kernel-state';
import { kIODirectionInOut } from './map-options';
import type { DescriptorResult } from './outcomes';
import { sizeText } from './text';

/** sizeof(IODataQueueMemory) less its first entry, and sizeof(IODataQueueAppendix) (iokit/IOKit/IODataQueueShared.h). */
const headerSize = 12n;
const appendixSize = 28n;

/** IODataQueue and IOSharedDataQueue: whole pages of the kernel's own (iokit/Kernel/IODataQueue.cpp, initWithCapacity). */
export class DataQueue {
  readonly name: string;
  readonly address: bigint;
  /** What getMemoryDescriptor() describes: less than the pages that it lies in. */
  readonly length: bigint;
  freed = false;

  constructor(name: string, address: bigint, length: bigint) {
    this.name = name;
    this.address = address;
    this.length = length;
  }
}

export type DataQueueResult =
  | { readonly kind: 'queue'; readonly queue: DataQueue; readonly why: string }
  | { readonly kind: 'null'; readonly why: string };

/** IODataQueue::withCapacity, or IOSharedDataQueue's, which has an appendix. `size` is in bytes, 32 bits. */
export function makeDataQueue(state: KernelState, name: string, size: bigint, shared: boolean): DataQueueResult {
  const length = size + headerSize + (shared ? appendixSize : 0n);
  if (length > 0xffffffffn) return { kind: 'null', why: 'The size does not fit in 32 bits: NULL.' };
  const made = allocate(state, state.kernelTask, { size: length, note: name });
  if (made.kind === 'null') return made;
  const why = `Makes a queue of ${sizeText(size)} in pages of the kernel's own.`;
  state.note('create', why);
  return { kind: 'queue', queue: new DataQueue(name, made.address, length), why };
}

/** getMemoryDescriptor(): in spite of its name a new descriptor with a reference of the caller's, each time. */
export function dataQueueMemory(state: KernelState, queue: DataQueue): DescriptorResult {
  if (queue.freed) return { kind: 'null', why: `${queue.name} is freed.` };
  return makeDescriptor(
    state,
    state.kernelTask,
    [{ address: queue.address, length: queue.length }],
    kIODirectionInOut | kIOMemoryAutoPrepare,
  );
}

/** IODataQueue::free: the pages leave the kernel's map; mappings in other tasks keep showing them. */
export function freeDataQueue(state: KernelState, queue: DataQueue): void {
  const { space } = state.kernelTask;
  const start = space.pageOf(queue.address);
  queue.freed = true;
  space.remove(start, start + space.pagesFor(queue.length));
  state.note('free', `Frees ${queue.name}.`);
}
