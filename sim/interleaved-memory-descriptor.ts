import { MemoryDescriptor } from './memory-descriptor';

/** A range of another descriptor. */
export interface Segment {
  readonly descriptor: MemoryDescriptor;
  readonly offset: bigint;
  readonly length: bigint;
}

/**
 * IOInterleavedMemoryDescriptor: pieces of other descriptors for one transfer
 * (iokit/Kernel/IOInterleavedMemoryDescriptor.cpp). It has no doMap of its own, so nothing can map it.
 */
export class InterleavedMemoryDescriptor extends MemoryDescriptor {
  readonly capacity: bigint;
  readonly segments: Segment[] = [];
  /** _descriptorPrepared: a flag, not a count. */
  prepared = false;

  constructor(id: string, name: string, capacity: bigint, flags: number) {
    super(id, name, 'IOInterleavedMemoryDescriptor', undefined, [], flags);
    this.capacity = capacity;
  }

  override get composed(): boolean {
    return true;
  }

  override get parts(): readonly MemoryDescriptor[] {
    return this.segments.map((segment) => segment.descriptor);
  }
}
