import { MemoryDescriptor } from './memory-descriptor';
import type { Task } from './task';

/**
 * IOGuardPageMemoryDescriptor: kernel memory whose mappings nobody may access; between other descriptors it makes guard
 * pages (iokit/Kernel/IOGuardPageMemoryDescriptor.cpp).
 */
export class GuardPageMemoryDescriptor extends MemoryDescriptor {
  constructor(id: string, name: string, task: Task, address: bigint, size: bigint, flags: number) {
    super(id, name, 'IOGuardPageMemoryDescriptor', task, [{ address, length: size }], flags);
  }
}
