import { MemoryDescriptor } from './memory-descriptor';

/**
 * IOSubMemoryDescriptor: a window on a parent. Mapping, prepare() and complete() go to the parent; a mapping's offset
 * and length are checked against the parent only (iokit/Kernel/IOSubMemoryDescriptor.cpp, makeMapping).
 */
export class SubMemoryDescriptor extends MemoryDescriptor {
  readonly parent: MemoryDescriptor;
  readonly start: bigint;

  constructor(id: string, name: string, parent: MemoryDescriptor, start: bigint, length: bigint, flags: number) {
    super(id, name, 'IOSubMemoryDescriptor', parent.task, [{ address: start, length }], flags);
    this.parent = parent;
    this.start = start;
  }
}
