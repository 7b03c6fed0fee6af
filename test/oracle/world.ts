import { has, OracleKernel } from './kernel';
import { Mapper, newDescriptor, type Request } from './mapping';
import { build } from './reference';
import { Memory } from './memory';
import { Pages, type Region } from './space';
import {
  Panic,
  Refused,
  type Layout,
  type Made,
  type OracleDescriptor,
  type OracleMap,
  type OracleTask,
  type Range,
} from './things';
import type { MachineLayout } from '../../sim/profiles';

/** The whole oracle: the factories of descriptors, and what calls do besides mapping. */

const pageable = 0x20;
const sharing = 0xf0000;
const clearEncrypt = 0x200000;

/** The profile's numbers are given; what is done with them is not. */
export function layoutOf(given: MachineLayout): Layout {
  const size = BigInt(given.profile.pageSize);
  const region = (range: { readonly start: bigint; readonly end: bigint }): Region => ({
    start: Number(range.start / size),
    end: Number(range.end / size),
  });
  const program = { start: given.user.min, end: given.user.min + 0x4800000n };
  return {
    pageSize: given.profile.pageSize,
    arch: given.profile.arch,
    user: region({ start: given.user.min, end: given.user.max }),
    userKept: [program, ...given.userReserved].map(region),
    userPermanent: given.userReserved.map(region),
    kernel: region({ start: given.kernel.min, end: given.kernel.max }),
    data: region(given.kernelData),
    iokit: region(given.kernelIOKit),
    pageable: region(given.kernelPageable),
    pointers: region(given.kernelPointers),
    pageableCap: given.pageableCap,
  };
}

export class World {
  readonly kernel: OracleKernel;
  readonly mapper: Mapper;
  readonly memory: Memory;

  constructor(layout: Layout) {
    this.kernel = new OracleKernel(layout);
    this.mapper = new Mapper(this.kernel);
    this.memory = new Memory(this.kernel);
  }

  map(request: Request): Made {
    return this.mapper.create(request);
  }

  /** IOMemoryMap::redirect. @returns whether it succeeds. */
  redirect(map: OracleMap, to: OracleDescriptor | undefined, offset: bigint): boolean {
    if (!map.address || !map.alive) return true;
    const { memory } = map;
    if (!memory) throw new Panic('fMemory is NULL');
    if (!map.block && memory.reference?.entries.length === 1) map.block = this.mapper.request(memory.reference, map);
    if (!to) return true;
    const done = to === memory || this.mapper.redirect(map, to, offset);
    map.block = undefined;
    return done;
  }

  /** Where a task's own memory goes: the first hole. The kernel's allocators choose for themselves. */
  firstHole(task: OracleTask, size: bigint): bigint | undefined {
    const page = task.space.hole(this.kernel.pagesFor(size), task.space.region);
    return page === undefined ? undefined : BigInt(page) * this.kernel.page;
  }

  allocated(
    task: OracleTask,
    address: bigint,
    size: bigint,
    protection: number,
    { kernelObject = false, unmade = false } = {},
  ): void {
    const { kernel } = this;
    const start = kernel.pageOf(address);
    const count = kernel.pageOf(address + size + kernel.page - 1n) - start;
    if (task.space.anyUsed(start, count)) throw new Error('the memory is in use');
    const pages = new Pages(kernel.layout.pageSize, count);
    pages.kernelObject = kernelObject;
    for (let i = 0; i < count; i++) task.space.set(start + i, pages, i, protection, unmade);
  }

  deallocate(task: OracleTask, address: bigint, size: bigint): void {
    const { kernel } = this;
    const start = kernel.pageOf(address);
    task.space.remove(start, kernel.pageOf(address + size + kernel.page - 1n) - start);
  }

  /** IOGeneralMemoryDescriptor::initWithOptions. */
  describe(
    task: OracleTask | undefined,
    ranges: readonly Range[],
    options: number,
    autoPrepare = false,
  ): OracleDescriptor | undefined {
    const of = newDescriptor({
      kind: 'general',
      task,
      ranges: ranges.map((range) => ({ ...range })),
      direction: options & 3,
      length: ranges.reduce((sum, range) => sum + range.length, 0n),
      copyOnWrite: has(options, 0x20000),
      wireCount: task ? 0 : 1,
    });
    if (has(options, 0x10000) && task) {
      try {
        of.reference = build(this.kernel, of, false);
      } catch (error) {
        if (error instanceof Refused) return undefined;
        throw error;
      }
    }
    if (autoPrepare && this.memory.prepare(of, 0) !== 'ok') return undefined;
    return of;
  }

  /** Whether IOBufferMemoryDescriptor::initWithPhysicalMask takes its arguments. */
  bufferAllowed(task: OracleTask | undefined, options: number, capacity: bigint, guards: boolean): boolean {
    if (capacity === 0n) return false;
    if (task !== this.kernel.kernelTask && !has(options, pageable)) return false;
    return !(guards && has(options, pageable));
  }

  /** @param address where the kernel's allocator put it; pageable buffers find their own place. */
  buffer(
    task: OracleTask | undefined,
    options: number,
    capacity: bigint,
    address: bigint,
    guards: boolean,
  ): OracleDescriptor | undefined {
    const { kernel } = this;
    const isPageable = has(options, pageable);
    const whole = guards || has(options, sharing | 0xf00 | clearEncrypt);
    const of = newDescriptor({
      kind: 'buffer',
      task: task ?? kernel.kernelTask,
      ranges: [{ address: isPageable ? 0n : address, length: capacity }],
      direction: options & 3,
      length: capacity,
      capacity,
      pageable: isPageable,
      // kIOMemoryBufferCacheMask has three bits.
      cache: (options >>> 8) & 15 & 7,
      ...(isPageable ? {} : { allocation: this.#kernelPages(address, capacity, whole, guards) }),
    });
    if (!isPageable) {
      if (of.allocation?.count === 0) Object.assign(of, { allocation: undefined });
      if (has(options, 0xf00)) of.reference = build(this.kernel, of, false);
      if (this.memory.prepare(of, 0) !== 'ok') throw new Error('a kernel buffer is always wired');
      return of;
    }
    of.reference = build(this.kernel, of, false);
    if (!task) return of;
    const made = this.map({
      of,
      task,
      at: 0n,
      options: 1 | (options & 0x10000f00),
      offset: 0n,
      length: 0n,
    });
    if (made.kind !== 'map') return undefined;
    // reserved->map: out of the set again, and the map's reference is the only one.
    of.set.length = 0;
    of.count = 1;
    of.ownMap = made.map;
    made.map.owned = 0;
    of.ranges[0] = { address: made.map.address, length: capacity };
    return of;
  }

  /** Small blocks share pages of the kernel object; on arm64 large ones are of it too (osfmk/kern/kalloc.c). */
  #kernelPages(
    address: bigint,
    capacity: bigint,
    whole: boolean,
    guards: boolean,
  ): { readonly start: number; readonly count: number } {
    const { kernel } = this;
    const { space } = kernel.kernelTask;
    const start = kernel.pageOf(address);
    const count = kernel.pageOf(address + capacity + kernel.page - 1n) - start;
    const intel = kernel.layout.arch === 'x86_64';
    // On Intel a DMA mapper makes small buffers share ordinary pages (IOBufferMemoryDescriptor.cpp, iopa_alloc).
    const shared = !whole && intel && capacity + 1n <= kernel.page - kernel.page / 64n;
    // Where a zone's block begins is not decided here; one of more than most of a page has pages of its own.
    const fromZone = !whole && !shared && capacity <= kernel.page - 256n;
    // KHEAP_MAX_SIZE is 16 KiB on Intel, where what is larger is ordinary memory (osfmk/kern/kalloc.c, kalloc_large).
    const kernelObject = !whole && !shared && (!intel || capacity <= 0x4000n);
    const { data } = kernel.layout;
    if (start < data.start || start + count > data.end) throw new Error('not in the data range');
    if (fromZone) {
      for (let page = start; page < start + count; page++) {
        if (space.table.get(page)?.pages.kernelObject) continue;
        if (space.used(page)) throw new Error('a zone block in memory that is in use');
        const pages = new Pages(kernel.layout.pageSize, 1);
        pages.kernelObject = true;
        space.set(page, pages, 0, 3);
      }
      return { start, count: 0 };
    }
    if (whole && kernel.inPage(address)) throw new Error('not on a page');
    const edge = guards ? 1 : 0;
    // The guards are pages of the same object (osfmk/vm/vm_kern.c, kmem_alloc_guard).
    const size = BigInt(count + 2 * edge) * kernel.page;
    this.allocated(kernel.kernelTask, BigInt(start - edge) * kernel.page, size, 3, { kernelObject });
    if (guards) for (const page of [start - 1, start + count]) space.table.get(page)!.protection = 0;
    return { start: start - edge, count: count + 2 * edge };
  }

  guardPages(address: bigint, size: bigint): OracleDescriptor {
    const { kernel } = this;
    const count = kernel.pagesFor(size);
    const length = BigInt(count) * kernel.page;
    this.allocated(kernel.kernelTask, address, length, 3, { unmade: true });
    return newDescriptor({
      kind: 'guard',
      task: kernel.kernelTask,
      ranges: [{ address, length }],
      direction: 3,
      length,
      allocation: { start: kernel.pageOf(address), count },
    });
  }

  sub(parent: OracleDescriptor, offset: bigint, length: bigint, direction: number): OracleDescriptor | undefined {
    if (BigInt.asUintN(64, offset + length) > parent.length) return undefined;
    parent.count++;
    return newDescriptor({ kind: 'sub', parent, start: offset, length, direction });
  }

  multi(parts: readonly OracleDescriptor[], direction: number): OracleDescriptor | undefined {
    const flag = (part: OracleDescriptor): boolean => part.pageable;
    if (parts.some((part) => flag(part) !== flag(parts[0]!))) return undefined;
    for (const part of parts) part.count++;
    return newDescriptor({
      kind: 'multi',
      parts: [...parts],
      length: parts.reduce((sum, part) => sum + part.length, 0n),
      direction,
      pageable: parts[0] ? flag(parts[0]) : false,
    });
  }

  interleaved(capacity: bigint, direction: number): OracleDescriptor {
    return newDescriptor({ kind: 'interleaved', segmentCapacity: capacity, direction });
  }

  addSegment(whole: OracleDescriptor, of: OracleDescriptor, offset: bigint, length: bigint): boolean {
    if (whole.segmentsPrepared || BigInt(whole.segments.length) === whole.segmentCapacity) return false;
    if (BigInt.asUintN(64, offset + length) > of.length) return false;
    of.count++;
    whole.segments.push({ of, offset, length });
    whole.length += length;
    return true;
  }

  clearSegments(whole: OracleDescriptor, direction: number): void {
    for (const each of whole.segments) {
      if (whole.segmentsPrepared) this.memory.complete(each.of);
      this.kernel.releaseDescriptor(each.of);
    }
    whole.segments = [];
    whole.length = 0n;
    if (direction) whole.direction = direction;
  }

  setLength(of: OracleDescriptor, length: bigint): void {
    if (length > of.capacity) return;
    of.length = length;
    of.ranges[0]!.length = length;
  }

  releaseOwned(thing: OracleDescriptor | OracleMap): void {
    thing.owned--;
    if ('ranges' in thing) this.kernel.releaseDescriptor(thing);
    else this.kernel.releaseMap(thing);
  }
}
