import type { KernelObject } from './kernel-object';
import type { KernelState } from './kernel-state';
import { consume, joinCollection, leaveCollection, taskDied } from './lifetime';
import type { MemoryMap } from './memory-map';
import type { Panic } from './outcomes';
import { KERN_INVALID_VALUE, KERN_SUCCESS } from './returns';
import type { Task } from './task';

/** The name of a port as the holder of a reference. */
const port = 'a Mach port';

/**
 * Mach ports of kernel objects (IOMachPort in iokit/Kernel/IOUserClient.cpp; osfmk/device/iokit_rpc.c). An object has one
 * port, which retains it once for as long as any task has a send right.
 */
export class Ports {
  readonly #state: KernelState;
  readonly #rights = new Map<KernelObject, Map<Task, number>>();

  constructor(state: KernelState) {
    this.#state = state;
  }

  /** How many send rights a task has to an object. */
  rightsOf(task: Task, object: KernelObject): number {
    return this.#rights.get(object)?.get(task) ?? 0;
  }

  /** IOMachPort::makeSendRightForTask. */
  makeRight(task: Task, object: KernelObject): void {
    let rights = this.#rights.get(object);
    if (!rights) {
      this.#rights.set(object, (rights = new Map()));
      joinCollection(this.#state, object, port);
    }
    rights.set(task, (rights.get(task) ?? 0) + 1);
  }

  /** iokit_mod_send_right: KERN_INVALID_VALUE, and nothing done, where the task has fewer than that. */
  dropRights(task: Task, object: KernelObject, count: number): { readonly code: number; readonly panic?: Panic } {
    const rights = this.#rights.get(object);
    const had = rights?.get(task) ?? 0;
    if (!rights || had < count) return { code: KERN_INVALID_VALUE };
    if (had > count) rights.set(task, had - count);
    else rights.delete(task);
    const panic = rights.size === 0 ? this.#noSenders(object) : undefined;
    return panic ? { code: KERN_SUCCESS, panic } : { code: KERN_SUCCESS };
  }

  /** A task's port space goes with it. */
  taskDied(task: Task): Panic | undefined {
    let panicked: Panic | undefined;
    for (const [object, rights] of [...this.#rights]) {
      if (!rights.delete(task) || rights.size > 0) continue;
      panicked = this.#noSenders(object) ?? panicked;
    }
    return panicked;
  }

  /** iokit_no_senders: the port goes, the map is told, then the reference that the lookup took is dropped. */
  #noSenders(object: KernelObject): Panic | undefined {
    const state = this.#state;
    this.#rights.delete(object);
    if (object.freed) return undefined;
    object.references++;
    let panicked = leaveCollection(state, object, port);
    if (object.kind === 'map') panicked = taskDied(state, object as MemoryMap) ?? panicked;
    const dropped = consume(state, object);
    return panicked ?? (dropped.kind === 'panic' ? dropped : undefined);
  }
}
