import type { KernelObject } from '../../sim/kernel-object';
import { Machine } from '../../sim/machine';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import { SubMemoryDescriptor } from '../../sim/sub-memory-descriptor';
import type { Task } from '../../sim/task';
import type { Check } from './check';

/** What a random driver has made, and what it believes to own. */

interface Allocation {
  readonly task: Task;
  readonly address: bigint;
  readonly size: bigint;
}

export const inPages = [0, 0, 0, 0, 0x10, 0x800, 0xfff, 1] as const;

export const hexOf = (value: bigint | number): string => `0x${value.toString(16)}`;

export class DriverState {
  machine!: Machine;
  descriptors: MemoryDescriptor[] = [];
  maps: MemoryMap[] = [];
  allocations: Allocation[] = [];
  /** What the driver owns, as it believes; below zero where a redirect that failed took what others own. */
  owned = new Map<KernelObject, number>();
  /**
   * Maps that a failing redirect gave back a reference of while the driver owned none: makeMapping releases the map that
   * it was given, and the reference may be that of a map inside it (IOMemoryDescriptor.cpp, makeMapping).
   */
  undermined = new WeakSet<MemoryMap>();
  /** Physical ranges that do not meet on pages. */
  readonly ragged = new WeakSet<MemoryDescriptor>();
  /** How many times the machine came down, and was started again. */
  panics = 0;
  readonly log: string[] = [];

  constructor(
    readonly profile: string,
    readonly check?: Check,
    /** Nothing is done after which the kernel itself leaves pages behind. */
    readonly clean = false,
  ) {
    this.#boot();
  }

  #boot(): void {
    this.machine = new Machine(this.profile);
    this.machine.createTask('A');
    this.machine.createTask('B');
    this.descriptors = [];
    this.maps = [];
    this.allocations = [];
    this.owned = new Map();
    this.check?.boot(this.machine);
  }

  get page(): bigint {
    return BigInt(this.machine.pageSize);
  }

  say(text: string): void {
    this.log.push(text);
    if (this.log.length > 400) this.log.splice(0, 200);
  }

  /** Forgets most of what was freed. */
  prune(): void {
    const old = (object: KernelObject): boolean => object.freed;
    if (this.descriptors.filter(old).length > 12) this.descriptors = this.descriptors.filter((each) => !old(each));
    if (this.maps.filter(old).length > 12) this.maps = this.maps.filter((each) => !old(each));
  }

  pick<T>(list: readonly T[], index: number): T | undefined {
    return list.length ? list[index % list.length] : undefined;
  }

  task(index: number): Task {
    return this.machine.tasks[index % 3]!;
  }

  own(object: KernelObject, delta: number): void {
    const count = (this.owned.get(object) ?? 0) + delta;
    if (count) this.owned.set(object, count);
    else this.owned.delete(object);
  }

  made(descriptor: MemoryDescriptor): void {
    this.descriptors.push(descriptor);
    this.own(descriptor, 1);
  }

  panicked(): void {
    this.panics++;
    this.say('  the machine came down');
    this.#boot();
  }

  name(object: KernelObject): string {
    return object.id;
  }

  isRagged(of: MemoryDescriptor): boolean {
    if (of instanceof SubMemoryDescriptor) return this.isRagged(of.parent);
    return this.ragged.has(of) || of.parts.some((part) => this.isRagged(part));
  }

  /** Something to recognise each page by. */
  stamp(task: Task, address: bigint, size: bigint, seed: number): void {
    for (let at = 0n; at < size; at += this.page)
      this.store(task, address + at, (seed * 31 + Number(at / this.page)) & 0xffff);
  }

  store(task: Task, address: bigint, seed: number): void {
    const bytes = Uint8Array.from({ length: 12 }, (_, i) => (seed * (i + 3) + (seed >> (i & 7))) & 255);
    const result = this.machine.write(task, address, bytes);
    this.check?.accessed(task, address, bytes, true, result);
  }

  held(): KernelObject[] {
    return [...this.owned].filter(([, count]) => count > 0).map(([object]) => object);
  }

  /** @returns false where the machine came down. */
  giveBack(object: KernelObject): boolean {
    this.say(`release ${this.name(object)}`);
    const result = this.machine.release(object);
    this.check?.released(object, result);
    this.own(object, -1);
    if (result.kind !== 'panic') return true;
    this.panicked();
    return false;
  }

  /** Gives back everything that is owned, in some order. */
  releaseAll(order: number): void {
    for (let keys = this.held(); keys.length; keys = this.held()) this.giveBack(keys[order % keys.length]!);
    for (const place of this.allocations) {
      this.machine.vm.deallocate(place.task, place.address, place.size);
      this.check?.deallocated(place.task, place.address, place.size);
    }
    this.allocations = [];
  }
}
