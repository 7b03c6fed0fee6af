import type { AddressSpace } from './address-space';

/**
 * alive; terminated: vm_map_terminate() has emptied its map, but somebody holds the task still; freed: the task itself
 * is gone (osfmk/kern/task.c, task_terminate_internal and task_deallocate_internal).
 */
export type TaskState = 'alive' | 'terminated' | 'freed';

/** A task and its VM map. Neither a map nor a descriptor retains it (IOMemoryDescriptor.cpp, IOMemoryMap::init). */
export class Task {
  readonly id: string;
  name: string;
  readonly kernel: boolean;
  readonly space: AddressSpace;
  state: TaskState = 'alive';
  /** RLIMIT_AS, in bytes; none is no limit. */
  sizeLimit: bigint | undefined;

  constructor(id: string, name: string, kernel: boolean, space: AddressSpace) {
    this.id = id;
    this.name = name;
    this.kernel = kernel;
    this.space = space;
  }
}
