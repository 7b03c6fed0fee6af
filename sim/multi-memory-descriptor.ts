import { MemoryDescriptor } from './memory-descriptor';

/**
 * IOMultiMemoryDescriptor: several descriptors, one after the other, as one (iokit/Kernel/IOMultiMemoryDescriptor.cpp).
 * It retains each of them, once for each time that it is given.
 */
export class MultiMemoryDescriptor extends MemoryDescriptor {
  readonly #parts: readonly MemoryDescriptor[];

  constructor(id: string, name: string, parts: readonly MemoryDescriptor[], flags: number) {
    super(id, name, 'IOMultiMemoryDescriptor', undefined, [], flags);
    this.#parts = [...parts];
    this.length = parts.reduce((sum, part) => sum + part.length, 0n);
  }

  override get composed(): boolean {
    return true;
  }

  override get parts(): readonly MemoryDescriptor[] {
    return this.#parts;
  }
}
