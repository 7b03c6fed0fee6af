import {
  anywhere,
  byReference,
  cacheOf,
  guarded,
  has,
  isStatic,
  overwrite,
  prefault,
  readOnly,
  unique,
  wrap,
  type OracleKernel,
} from './kernel';
import { addressAt, build, isPhysical, segment } from './reference';
import type { Pages } from './space';
import {
  Left,
  Panic,
  Refused,
  type Block,
  type Entry,
  type Made,
  type OracleDescriptor,
  type OracleMap,
  type OracleTask,
  type Reference,
} from './things';

/** createMappingInTask, read afresh from iokit/Kernel/IOMemoryDescriptor.cpp and its subclasses. */

export interface Request {
  readonly of: OracleDescriptor;
  readonly task: OracleTask | undefined;
  readonly at: bigint;
  readonly options: number;
  readonly offset: bigint;
  readonly length: bigint;
}

export const newDescriptor = (given: Pick<OracleDescriptor, 'kind'> & Partial<OracleDescriptor>): OracleDescriptor => ({
  task: undefined,
  ranges: [],
  direction: 0,
  length: 0n,
  capacity: 0n,
  pageable: false,
  copyOnWrite: false,
  cache: 0,
  wireCount: 0,
  preparedReadOnly: false,
  wired: [],
  reference: undefined,
  set: [],
  count: 1,
  owned: 1,
  freed: false,
  start: 0n,
  parts: [],
  segments: [],
  segmentCapacity: 0n,
  segmentsPrepared: false,
  ...given,
});

export class Mapper {
  constructor(readonly kernel: OracleKernel) {}

  create(request: Request): Made {
    const { task, at, options, offset } = request;
    const length = request.length || request.of.length;
    if (!task) return { kind: 'panic', reason: 'no task' };
    const map: OracleMap = {
      memory: undefined,
      task,
      alive: true,
      address: at,
      offset,
      length,
      options: options >>> 0,
      superMap: undefined,
      count: 1,
      owned: 1,
      freed: false,
    };
    try {
      return this.#makeMapping(request.of, map, options, offset);
    } catch (error) {
      if (error instanceof Refused) return { kind: 'null', reason: error.message };
      if (error instanceof Panic) return { kind: 'panic', reason: error.message };
      throw error;
    }
  }

  /**
   * makeMapping as redirect() calls it, of a map that there is.
   * @returns whether it gave the map; where it did not, it mostly released it.
   */
  redirect(map: OracleMap, to: OracleDescriptor, offset: bigint): boolean {
    map.offset = 0n;
    try {
      this.#makeMapping(to, map, (unique | byReference) >>> 0, offset);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!(error instanceof Left)) this.kernel.releaseMap(map);
      return false;
    }
  }

  #makeMapping(of: OracleDescriptor, map: OracleMap, options: number, offset: bigint): Made {
    const { kernel } = this;
    if (of.kind === 'sub') return this.#makeMapping(of.parent!, map, options, wrap(offset + of.start));
    if (of.copyOnWrite && of.task && !of.reference)
      try {
        of.reference = build(this.kernel, of, !has(options, readOnly));
      } catch (error) {
        throw error instanceof Refused ? new Left(error.message) : error;
      }
    map.offset = offset;
    if (has(options, isStatic)) {
      kernel.addMapping(of, map);
      this.#setMemory(map, of, 0n);
      return { kind: 'map', how: 'static', map };
    }
    let owner = of;
    if (has(options, unique)) {
      if (isPhysical(of)) {
        const found = segment(of, offset);
        if (!found || found.length < map.length) throw new Left('not-contiguous');
        owner = newDescriptor({
          kind: 'general',
          ranges: [{ address: found.address, length: map.length }],
          direction: of.direction,
          length: map.length,
          wireCount: 1,
          count: 0,
          owned: 0,
        });
        map.offset = 0n;
      }
    } else {
      for (const each of of.set) {
        const hit = compatible(each, map);
        if (!hit) continue;
        if (hit === each) {
          each.count++;
          this.#setMemory(each, of, each.offset);
        } else {
          kernel.addMapping(of, map);
          this.#setMemory(map, of, 0n);
        }
        return { kind: 'map', how: hit === each ? 'shared' : 'sub-map', map: hit };
      }
      if (has(options, byReference)) throw new Refused('no-shared-map');
    }
    const how = this.#doMap(owner, map, options);
    kernel.addMapping(owner, map);
    this.#setMemory(map, owner, map.offset);
    return { kind: 'map', how, map };
  }

  /** IOMemoryMap::setMemoryDescriptor. */
  #setMemory(map: OracleMap, memory: OracleDescriptor, offset: bigint): void {
    if (!map.superMap) {
      if (wrap(offset + map.length) > memory.length) return;
      map.offset = offset;
    }
    if (map.memory === memory) return;
    memory.count++;
    const old = map.memory;
    map.memory = memory;
    if (old) {
      this.kernel.removeMapping(old, map);
      this.kernel.releaseDescriptor(old);
    }
  }

  #doMap(of: OracleDescriptor, map: OracleMap, options: number): string {
    if (of.kind === 'interleaved') throw new Refused('unsupported');
    if (of.kind === 'multi') return this.#doMapMulti(of, map, options);
    const { offset, length, task } = map;
    if (offset >= of.length || wrap(offset + length) > of.length) throw new Refused('beyond-descriptor');
    const range = of.ranges[0];
    if (
      of.task &&
      task === of.task &&
      has(options, anywhere) &&
      !has(options, unique) &&
      !has(options, guarded) &&
      of.ranges.length === 1 &&
      offset === 0n &&
      range!.address &&
      length <= range!.length
    ) {
      map.address = range!.address;
      map.options = (map.options | isStatic) >>> 0;
      if (of.kind === 'guard') this.#protectNone(map);
      return 'same-task';
    }
    of.reference ??= build(this.kernel, of, !has(options, readOnly));
    if (has(options, byReference) && has(options, unique)) {
      if (of.reference.entries.length !== 1) throw new Refused('several-entries');
      if (!map.memory) throw new Panic('fMemory is NULL');
      this.#transpose(of, map);
      if (of.pager && !this.#populate(of, map)) throw new Refused('populate');
      if (of.kind === 'guard') this.#protectNone(map);
      return 'redirected';
    }
    const reference = of.reference.copy ?? of.reference;
    if (reference.byData) this.#mapByData(of, reference, map, options);
    else this.#mapByPage(of, reference, map, options);
    if (of.pager) {
      if (!this.#populate(of, map)) this.#undo(map);
      if (((options >>> 8) & 15) === 0) map.options = (map.options | of.cache) >>> 0;
    }
    if (of.kind === 'guard') this.#protectNone(map);
    return 'new';
  }

  #protectNone(map: OracleMap): void {
    const { kernel } = this;
    const { table } = map.task.space;
    for (
      let page = kernel.pageOf(map.address);
      page < kernel.pageOf(map.address + map.length + kernel.page - 1n);
      page++
    ) {
      const found = table.get(page);
      if (found) found.protection = 0;
    }
  }

  /** memory_object_iopl_request: from the entry's start on, as many bytes as the map has. It finds pages of its own. */
  request(reference: Reference, map: OracleMap): Block | undefined {
    const { page } = this.kernel;
    const entry = reference.entries[0]!;
    const whole = BigInt(entry.count) * page;
    const size = BigInt.asUintN(32, ((map.length + page - 1n) / page) * page) || whole;
    if (size > whole) return undefined;
    const offset = reference.byData ? entry.first * Number(page) + entry.dataOffset : 0;
    const first = Math.floor(offset / Number(page));
    const count = Math.ceil((offset + Number(size)) / Number(page)) - first;
    const { pages } = entry;
    // Busy pages, and those that the pager does not give, are waited for with gIOMemoryLock held.
    const { block } = map;
    if (!pages.contiguous)
      for (let at = first; at < first + count; at++)
        if (
          (block?.pages === pages && at >= block.first && at < block.first + block.count) ||
          (pages.populated && !pages.populated.has(at))
        )
          throw new Panic('hang');
    return { pages, first, count, offset };
  }

  /** upl_transpose, of which only the log tells that it fails; the references change hands in any case. */
  #transpose(of: OracleDescriptor, map: OracleMap): void {
    const from = map.memory!;
    const reference = of.reference!;
    const other = this.request(reference, map);
    const { block } = map;
    if (other && block && this.#transposable(block, other, map)) {
      block.pages.exchange(other.pages);
      [block.pages, other.pages] = [other.pages, block.pages];
    }
    of.reference = from.reference;
    from.reference = reference;
    for (const each of [of, from]) if (each.reference) this.kernel.referring.add(each);
  }

  /** osfmk/vm/vm_object.c, vm_object_transpose. */
  #transposable(one: Block, other: Block, map: OracleMap): boolean {
    if (one.offset || other.offset || one.pages === other.pages) return false;
    const count = this.kernel.pagesFor(map.length);
    return [one, other].every(({ pages }) => pages.count === count && !this.#copied(pages));
  }

  /** Whether a copy of an object exists, in a reference or in somebody's map. */
  #copied(pages: Pages): boolean {
    const { tasks, referring } = this.kernel;
    const isCopy = (each: Pages): boolean => each.copyOf.has(pages);
    for (const { reference } of referring)
      if (reference?.copy?.entries.some((entry) => isCopy(entry.pages))) return true;
    return tasks.some(({ space }) => [...space.table.values()].some((page) => isCopy(page.pages)));
  }

  /** populateDevicePager: in the middle of the memory only whole pages will do. @returns whether all of it was populated. */
  #populate(of: OracleDescriptor, map: OracleMap): boolean {
    const { page } = this.kernel;
    const contiguous = of.ranges.length === 1;
    const { pages } = of.pager!;
    let source = contiguous ? 0n : map.offset;
    let pager = source;
    let at = map.address;
    let found = segment(of, source);
    let inPage = found!.address % page;
    let bytes = wrap(map.length + inPage);
    for (; found; found = bytes ? segment(of, source) : undefined) {
      const address = found.address - inPage;
      let length = found.length + inPage;
      if (length >= bytes) length = bytes;
      else if (length % page) return false;
      if (address % page) return false;
      if (contiguous) pages.count = this.kernel.pagesFor(length);
      for (let done = 0n; done < length && !contiguous; done += page) {
        if (pager % page) return false;
        pages.populated?.add(Number(pager / page));
        pager += page;
      }
      if (map.task.kernel && !this.#fault(map, at)) return false;
      source += length - inPage;
      at += length;
      bytes -= length;
      inPage = 0n;
    }
    return bytes === 0n;
  }

  /** vm_fault, in the kernel's map. */
  #fault(map: OracleMap, address: bigint): boolean {
    const found = map.task.space.table.get(this.kernel.pageOf(address));
    if (!found?.protection) return false;
    if (map.block?.pages === found.pages) throw new Panic('hang');
    return true;
  }

  #undo(map: OracleMap): never {
    if (!has(map.options, overwrite)) this.kernel.giveBack(map.task, map.address, map.length, map.options);
    throw new Refused('not-aligned');
  }

  #protection(reference: Reference, options: number): number {
    return (has(options, readOnly) ? 1 : 3) & reference.protection;
  }

  /** Which entry has a byte. */
  #entryAt(reference: Reference, offset: bigint): number {
    let index = 0;
    while (index < reference.entries.length && offset >= reference.entries[index]!.offset) index++;
    return index - 1;
  }

  #checkPrefault(of: OracleDescriptor, options: number): void {
    // Physical memory is wired without a list of pages (_memoryEntries).
    if (has(options, prefault) && !of.pager && (isPhysical(of) || of.wireCount === 0))
      throw new Refused('not-prepared');
  }

  #setMode(entry: Entry, reference: Reference, options: number): void {
    // The raw field decides whether a mode is asked for, the valid one which.
    const raw = (options >>> 8) & 15;
    if (raw) {
      const mode = cacheOf(options);
      // A refusal is stored through object_handle, which is NULL here (mach_make_memory_entry_cleanup).
      if (!entry.isObject || (entry.access !== mode && !(reference.protection & 2)))
        throw new Panic('mach_make_memory_entry_cleanup');
      if (mode) {
        entry.pages.cache = mode;
        entry.access = mode;
      }
    }
    if (entry.isObject && entry.access) entry.pages.cache = entry.access;
  }

  #enter(
    task: OracleTask,
    pageable: boolean,
    start: number,
    entry: Entry,
    from: number,
    count: number,
    prot: number,
  ): void {
    if (!this.kernel.fits(task, pageable, start, count)) throw new Refused('outside-address-space');
    if (task.space.isPermanent(start, count)) throw new Refused('outside-address-space');
    // What is there is deleted first, and the kernel's map bears no gap (osfmk/vm/vm_map.c, vm_map_delete).
    if (task.kernel)
      for (let i = 0; i < count; i++) if (!task.space.table.has(start + i)) throw new Panic('gap in the kernel map');
    for (let i = 0; i < count; i++) task.space.set(start + i, entry.pages, entry.first + from + i, prot);
  }

  /** memoryReferenceMapNew. */
  #mapByData(of: OracleDescriptor, reference: Reference, map: OracleMap, options: number): void {
    const { kernel } = this;
    const { entries } = reference;
    const pieces: { entry: Entry; from: number; count: number; inPage: number }[] = [];
    let at = map.offset;
    let remain = map.length;
    for (let index = this.#entryAt(reference, at); remain; index++) {
      const entry = entries[index];
      if (!entry) throw new Panic('overrun');
      const inEntry = at - entry.offset;
      if (inEntry >= entry.size) throw new Panic('entryOffset');
      const chunk = entry.size - inEntry < remain ? entry.size - inEntry : remain;
      const start = BigInt(entry.dataOffset) + inEntry;
      const from = kernel.pageOf(start);
      pieces.push({
        entry,
        from,
        count: kernel.pagesFor(start + chunk) - from,
        inPage: kernel.inPage(start),
      });
      at += chunk;
      remain -= chunk;
    }
    const protection = this.#protection(reference, options);
    const count = pieces.reduce((sum, piece) => sum + piece.count, 0);
    let page: number;
    if (has(options, overwrite)) {
      page = has(options, anywhere) ? 0 : kernel.pageOf(map.address);
      if (of.pageable) kernel.pageableMap(map.task, page);
    } else page = kernel.reserve(map.task, map.address, count, options, protection, of.pageable);
    this.#checkPrefault(of, options);
    map.address = BigInt(page) * kernel.page + BigInt(pieces[0]?.inPage ?? 0);
    for (const piece of pieces) {
      this.#setMode(piece.entry, reference, options);
      try {
        // A copy is entered whole, wherever the request starts in it (vm_map_enter_mem_object).
        const [from, pages] = piece.entry.isObject ? [piece.from, piece.count] : [0, piece.entry.count];
        this.#enter(map.task, of.pageable, page, piece.entry, from, pages, protection);
      } catch (error) {
        if (error instanceof Refused) throw new Panic('map enter err');
        throw error;
      }
      page += piece.count;
    }
  }

  /** memoryReferenceMap: physical memory and pageable buffers, each one entry. */
  #mapByPage(of: OracleDescriptor, reference: Reference, map: OracleMap, options: number): void {
    const { kernel } = this;
    const entry = reference.entries[0]!;
    const data = isPhysical(of) ? segment(of, map.offset)!.address : addressAt(of, map.offset);
    const inPage = BigInt(kernel.inPage(data));
    if (isPhysical(of) && map.length === 0n) throw new Refused('nothing');
    const size = wrap(map.length + inPage);
    if (size > 1n << 40n && !has(options, overwrite)) throw new Refused('no-space');
    const count = kernel.pagesFor(size);
    const protection = this.#protection(reference, options);
    const wanted = has(options, anywhere) ? 0n : wrap(map.address - inPage);
    let page: number;
    let address: bigint;
    const reserved = !has(options, overwrite);
    if (reserved) {
      page = kernel.reserve(map.task, wanted, count, options, protection, of.pageable);
      address = BigInt(page) * kernel.page + inPage;
    } else {
      if (of.pageable) kernel.pageableMap(map.task, kernel.pageOf(wanted));
      page = kernel.pageOf(wanted);
      address = wrap(wanted + inPage);
    }
    this.#checkPrefault(of, options);
    const undo = (reason: string): never => {
      if (reserved) kernel.giveBack(map.task, BigInt(page) * kernel.page, BigInt(count) * kernel.page, options);
      throw new Refused(reason);
    };
    const inEntry = map.offset - entry.offset;
    if (inEntry % kernel.page !== inPage) undo('not-aligned');
    if (count) this.#setMode(entry, reference, options);
    const from = kernel.pageOf(inEntry - inPage);
    if (from >= entry.count) throw new Panic('entryOffset');
    const there = Math.min(count, entry.count - from);
    if (there) this.#enter(map.task, of.pageable, page, entry, from, there, protection);
    if (there < count) undo('overrun');
    map.address = address;
  }

  /** IOMultiMemoryDescriptor::doMap. Nothing compares the range with the length before memory is reserved. */
  #doMapMulti(of: OracleDescriptor, map: OracleMap, options: number): string {
    const { kernel } = this;
    let address = map.address;
    if (has(options, overwrite)) {
      if (of.pageable) kernel.pageableMap(map.task, kernel.pageOf(address));
    } else {
      if (map.length > 1n << 40n) throw new Refused('no-space');
      const count = kernel.pagesFor(map.length);
      const wanted = has(options, anywhere) ? 0n : address;
      const page = kernel.reserve(map.task, wanted, count, options, has(options, readOnly) ? 1 : 3, of.pageable);
      address = BigInt(page) * kernel.page;
      map.address = address;
    }
    const subOptions = ((options & ~anywhere) | overwrite) >>> 0;
    let skip = map.offset;
    let remain = map.length;
    for (const part of of.parts) {
      if (!remain) break;
      if (skip >= part.length) {
        skip -= part.length;
        continue;
      }
      const chunk = part.length - skip < remain ? part.length - skip : remain;
      const made = this.create({
        of: part,
        task: map.task,
        at: address,
        options: subOptions,
        offset: skip,
        length: chunk,
      });
      if (made.kind === 'panic') throw new Panic(made.reason);
      if (made.kind === 'null') break;
      kernel.releaseMap(made.map);
      remain -= chunk;
      address += chunk;
      skip = 0n;
    }
    if (remain) throw new Refused('underrun');
    return 'new';
  }
}

/** IOMemoryMap::copyCompatible; makes `wanted` a sub-map where it lies inside. */
function compatible(existing: OracleMap, wanted: OracleMap): OracleMap | undefined {
  if (!existing.alive || existing.task !== wanted.task) return undefined;
  const different = (existing.options ^ wanted.options) >>> 0;
  if (has(different, readOnly) || has(different, guarded)) return undefined;
  if ((wanted.options & 0xf00) !== 0 && (different & 0xf00) !== 0) return undefined;
  if (!has(wanted.options, anywhere) && existing.address !== wanted.address) return undefined;
  if (wanted.offset < existing.offset) return undefined;
  const delta = wanted.offset - existing.offset;
  if (wrap(delta + wanted.length) > existing.length) return undefined;
  if (existing.length === wanted.length && delta === 0n) return existing;
  wanted.superMap = existing;
  existing.count++;
  wanted.address = wrap(existing.address + delta);
  return wanted;
}
