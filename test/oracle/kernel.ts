import { Pages, Space, type Region } from './space';
import { Panic, Refused, type Layout, type OracleDescriptor, type OracleMap, type OracleTask } from './things';

/** What the oracle's parts share: arithmetic, placement, lifetimes. Written from XNU's source, not from sim/. */

export const anywhere = 0x1;
export const readOnly = 0x1000;
export const isStatic = 0x01000000;
export const byReference = 0x02000000;
export const unique = 0x04000000;
export const prefault = 0x10000000;
export const overwrite = 0x20000000;
export const guarded = 0xc0000000;

export const has = (options: number, bits: number): boolean => (options & bits) >>> 0 !== 0;
export const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The mode that a request names; 10 to 15 are none (IOMemoryDescriptor.cpp, vmProtForCacheMode). */
export const cacheOf = (options: number): number => {
  const mode = (options >>> 8) & 15;
  return mode > 9 ? 0 : mode;
};

export class OracleKernel {
  readonly page: bigint;
  readonly kernelTask: OracleTask;
  readonly tasks: OracleTask[];
  readonly physical = new Map<number, Uint8Array>();
  /** Descriptors that have a reference. */
  readonly referring = new Set<OracleDescriptor>();

  constructor(readonly layout: Layout) {
    this.page = BigInt(layout.pageSize);
    this.kernelTask = { name: 'kernel', kernel: true, space: new Space(layout.kernel, []) };
    this.tasks = [this.kernelTask];
  }

  newTask(name: string): OracleTask {
    const task = {
      name,
      kernel: false,
      space: new Space(this.layout.user, this.layout.userKept, this.layout.userPermanent),
    };
    this.tasks.push(task);
    return task;
  }

  pageOf(address: bigint): number {
    return Number(address / this.page);
  }

  inPage(address: bigint): number {
    return Number(address % this.page);
  }

  /** Whole pages for bytes. */
  pagesFor(size: bigint): number {
    return Number((size + this.page - 1n) / this.page);
  }

  frame(number: number): Uint8Array {
    let bytes = this.physical.get(number);
    if (!bytes) this.physical.set(number, (bytes = new Uint8Array(this.layout.pageSize)));
    return bytes;
  }

  guardPages(options: number): number {
    const bits = (options & guarded) >>> 0;
    if (bits === 0) return 0;
    return bits === 0x80000000 ? 65536 / this.layout.pageSize : 1;
  }

  /** Where memory for a mapping may be in a task. */
  region(task: OracleTask, pageable: boolean, count: number): Region {
    if (!task.kernel) return task.space.region;
    if (pageable) return this.layout.pageable;
    const { start, end } = this.layout.iokit;
    // It is of the IOKit range's own size, and Intel has none (kmem_range_init).
    if (this.layout.arch === 'x86_64') return { start, end };
    // Requests from 1 MiB on start an eighth into the range (osfmk/vm/vm_kern.c, kmem_large_ranges).
    return count * this.layout.pageSize >= 1 << 20 ? { start: start + (end - start) / 8, end } : { start, end };
  }

  /** Whether a fixed request may lie there at all (osfmk/vm/vm_map.c, vm_map_locate_space_fixed). */
  fits(task: OracleTask, pageable: boolean, start: number, count: number): boolean {
    const inside = (region: Region): boolean => start >= region.start && start + count <= region.end;
    if (!task.kernel) return inside(task.space.region);
    if (pageable) return inside(this.layout.pageable);
    const { pointers, data, iokit } = this.layout;
    if (inside(this.layout.kernel) && start < pointers.end && start + count > pointers.start)
      throw new Panic('pointer range');
    // osfmk/vm/vm_kern.c, kmem_addr_get_range: a request may not leave the range that it starts in.
    for (const range of [data, iokit])
      if (start >= range.start && start < range.end && !inside(range)) throw new Panic('kmem range');
    return inside(data) || inside(iokit);
  }

  /**
   * IOMemoryDescriptorMapAlloc: anonymous memory with the mapping's protection, guards around it.
   * @returns the first page behind the first guard.
   */
  reserve(task: OracleTask, at: bigint, count: number, options: number, protection: number, pageable: boolean): number {
    if (pageable && task.kernel && BigInt(count) * this.page > this.layout.pageableCap)
      throw new Refused('pageable-cap');
    const guard = this.guardPages(options);
    if (guard && !has(options, anywhere)) throw new Refused('guard-needs-anywhere');
    const all = count + 2 * guard;
    if (all === 0) throw new Refused('nothing');
    const { space } = task;
    let start: number;
    if (has(options, anywhere)) {
      if (all > 1 << 24) throw new Refused('no-space');
      const hole = space.hole(all, this.region(task, pageable, all));
      if (hole === undefined) throw new Refused('no-space');
      start = hole;
    } else {
      start = this.pageOf(at);
      if (!this.fits(task, pageable, start, all)) throw new Refused('outside-address-space');
      if (all > 1 << 24 || space.anyUsed(start, all)) throw new Refused('occupied');
    }
    const anonymous = new Pages(this.layout.pageSize, all);
    for (let i = 0; i < all; i++) {
      const isGuard = i < guard || i >= all - guard;
      space.set(start + i, anonymous, i, isGuard ? 0 : protection);
    }
    return start + guard;
  }

  /** IOPageableMapForAddress: only pages of the pageable map are looked for. */
  pageableMap(task: OracleTask, page: number): void {
    const { start, end } = this.layout.pageable;
    if (task.kernel && (page < start || page >= end)) throw new Panic('IOPageableMapForAddress');
  }

  /** IOMemoryDescriptorMapDealloc. The kernel's map bears no gap (osfmk/vm/vm_map.c, vm_map_delete). */
  giveBack(task: OracleTask, address: bigint, size: bigint, options: number): void {
    const guard = this.guardPages(options);
    const start = this.pageOf(address) - guard;
    const end = this.pageOf(wrap(address + size + this.page - 1n)) + guard;
    if (end - start > 1 << 24) throw new Panic('too much');
    if (!task.space.remove(start, end - start) && task.kernel) throw new Panic('gap in the kernel map');
  }

  // Lifetimes (libkern/c++/OSObject.cpp, IOMemoryDescriptor.cpp).

  retainDescriptor(descriptor: OracleDescriptor): void {
    descriptor.count++;
  }

  releaseDescriptor(descriptor: OracleDescriptor): void {
    if (--descriptor.count === 0) this.#freeDescriptor(descriptor);
  }

  releaseMap(map: OracleMap): void {
    if (map.freed) throw new Panic('use after free');
    if (--map.count < 2 && !map.freed) this.#freeMap(map);
  }

  addMapping(descriptor: OracleDescriptor, map: OracleMap): void {
    if (descriptor.set.includes(map)) return;
    descriptor.set.push(map);
    map.count++;
  }

  removeMapping(descriptor: OracleDescriptor, map: OracleMap): void {
    const at = descriptor.set.indexOf(map);
    if (at < 0) return;
    descriptor.set.splice(at, 1);
    this.releaseMap(map);
  }

  unmap(map: OracleMap): void {
    const { memory } = map;
    if (
      map.address &&
      map.alive &&
      !map.superMap &&
      memory &&
      !has(map.options, isStatic) &&
      !has(map.options, overwrite)
    ) {
      const { start, end } = this.layout.pageable;
      const page = this.pageOf(map.address);
      if (memory.pageable) this.pageableMap(map.task, page);
      // The submap's entry in kernel_map is permanent (KMS_PERMANENT; osfmk/vm/vm_map.c, vm_map_delete).
      else if (map.task.kernel && page >= start && page < end) throw new Panic('permanent entry');
      this.giveBack(map.task, map.address, map.length, map.options);
    }
    map.alive = false;
    map.address = 0n;
  }

  #freeMap(map: OracleMap): void {
    map.freed = true;
    this.unmap(map);
    const { memory, superMap } = map;
    if (memory) {
      const at = memory.set.indexOf(map);
      if (at >= 0) memory.set.splice(at, 1);
      map.memory = undefined;
      this.releaseDescriptor(memory);
    }
    map.superMap = undefined;
    map.block = undefined;
    if (superMap) this.releaseMap(superMap);
  }

  #freeDescriptor(descriptor: OracleDescriptor): void {
    descriptor.freed = true;
    this.referring.delete(descriptor);
    const { ownMap, allocation } = descriptor;
    if (ownMap) {
      ownMap.memory!.count += 2;
      this.releaseMap(ownMap);
    }
    descriptor.wireCount = 0;
    descriptor.wired = [];
    descriptor.reference = undefined;
    if (allocation && !this.kernelTask.space.remove(allocation.start, allocation.count)) throw new Panic('gap');
    if (descriptor.parent) this.releaseDescriptor(descriptor.parent);
    for (const part of descriptor.parts) this.releaseDescriptor(part);
    for (const segment of descriptor.segments) this.releaseDescriptor(segment.of);
    descriptor.segments = [];
    for (const map of [...descriptor.set]) this.removeMapping(descriptor, map);
  }
}
