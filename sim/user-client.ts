import type { Device } from './device';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { NotModelled, Panic, UseAfterFree } from './outcomes';
import type { Task } from './task';

/** What the driver's clientMemoryForType() gave: its return code, and its two out parameters. */
export interface ClientMemoryAnswer {
  readonly kind: 'answer';
  readonly code: number;
  /** The reference is the kernel's from here on, whether the driver had one to give or not. */
  readonly memory: MemoryDescriptor | undefined;
  readonly options: number;
}

/** A driver's own clientMemoryForType(), or CopyClientMemoryForType(). */
export type ClientMemoryMethod = (type: number) => ClientMemoryAnswer | Panic | UseAfterFree | NotModelled;

/** clientMemoryForType() declared for one type. */
export interface ClientMemory {
  /** What it stores into *memory; none is NULL. */
  readonly descriptor?: MemoryDescriptor | undefined;
  /** *options; of a DriverKit client, kIOUserClientMemory* bits. */
  readonly options?: number;
  /** kIOReturnSuccess unless given. */
  readonly code?: number;
  /** False where the driver forgets to retain what it stores. */
  readonly retains?: boolean;
  /** A new descriptor of the same memory in every call, or a new sub-descriptor of the one given. */
  readonly each?: 'same' | 'new' | { readonly offset: bigint; readonly length: bigint };
}

/** IOUserClient: one connection between a task and a driver (iokit/Kernel/IOUserClient.cpp). */
export class UserClient {
  readonly name: string;
  /** The task that opened it. */
  readonly task: Task;
  readonly device: Device | undefined;
  /** kIOUserClientSharedInstanceKey: one client for every task that opens the service. */
  readonly shared: boolean;
  /** An IOUserUserClient: the driver is a DriverKit driver. */
  readonly driverKit: boolean;
  /** Send rights to the connection, by task. */
  readonly rights = new Map<Task, number>();
  /** What the driver answers, by type. */
  readonly memory = new Map<number, ClientMemory>();
  /** The driver's own method; goes before `memory`. */
  method: ClientMemoryMethod | undefined;
  /** The maps that it holds for its task, in order (`mappings`). */
  readonly mappings: MemoryMap[] = [];
  closed = false;
  /** Terminated: the connection's port names the set of mappings from then on (destroyUserReferences). */
  terminated = false;

  constructor(name: string, task: Task, options: UserClientOptions) {
    this.name = name;
    this.task = task;
    this.device = options.device;
    this.shared = options.shared ?? false;
    this.driverKit = options.driverKit ?? false;
  }

  get open(): boolean {
    return this.rights.size > 0;
  }

  /** Who holds `mappings`, as a holder's name. */
  get collection(): string {
    return `client ${this.name}'s mappings`;
  }
}

export interface UserClientOptions {
  readonly device?: Device;
  readonly shared?: boolean;
  readonly driverKit?: boolean;
}
