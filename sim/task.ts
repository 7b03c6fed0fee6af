import type { AddressSpace } from './address-space';

/** A task and its VM map. Neither a map nor a descriptor retains it (IOMemoryDescriptor.cpp, IOMemoryMap::init). */
export class Task {
  readonly id: string;
  name: string;
  readonly kernel: boolean;
  readonly space: AddressSpace;

  constructor(id: string, name: string, kernel: boolean, space: AddressSpace) {
    this.id = id;
    this.name = name;
    this.kernel = kernel;
    this.space = space;
  }
}
