import { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { Task } from './task';

/** IOBufferMemoryDescriptor: a descriptor that owns its memory (iokit/Kernel/IOBufferMemoryDescriptor.cpp). */
export class BufferMemoryDescriptor extends MemoryDescriptor {
  readonly capacity: bigint;
  readonly pageable: boolean;
  /** Its pages lie between two guard pages (inTaskWithGuardPages). */
  readonly guarded: boolean;
  readonly purgeable: boolean;
  /** The pages of a kernel buffer and its guards, as page numbers; freed with the descriptor. */
  allocation: { readonly start: number; readonly end: number } | undefined;
  /** reserved->map: the creator task's own mapping of a pageable buffer, retained and outside the set. */
  ownMap: MemoryMap | undefined;

  /** reserved->creator: the task that made it with DriverKit's Create(). */
  creator: Task | undefined;
  /** The creator's mapping behind GetAddressRange(), which DriverKit's library keeps as long as the buffer. */
  addressMap: MemoryMap | undefined;

  constructor(
    id: string,
    name: string,
    task: Task,
    address: bigint,
    capacity: bigint,
    flags: number,
    options: { readonly pageable: boolean; readonly guarded: boolean; readonly purgeable: boolean },
  ) {
    super(id, name, 'IOBufferMemoryDescriptor', task, [{ address, length: capacity }], flags);
    this.capacity = capacity;
    this.pageable = options.pageable;
    this.guarded = options.guarded;
    this.purgeable = options.purgeable;
  }
}
