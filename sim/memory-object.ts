import type { MemoryMap } from './memory-map';

/** Bytes by page, allocated when first written; everything else reads as zero. */
export class PageStore {
  readonly pageSize: number;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(pageSize: number) {
    this.pageSize = pageSize;
  }

  /** Copies bytes of one page; the range must not leave it. */
  read(page: number, offset: number, into: Uint8Array): void {
    const bytes = this.#pages.get(page);
    if (bytes) into.set(bytes.subarray(offset, offset + into.length));
    else into.fill(0);
  }

  /** Stores bytes in one page; the range must not leave it. */
  write(page: number, offset: number, from: Uint8Array): void {
    let bytes = this.#pages.get(page);
    if (!bytes) this.#pages.set(page, (bytes = new Uint8Array(this.pageSize)));
    bytes.set(from, offset);
  }

  /** A page's bytes themselves: what is stored there is stored. */
  bytes(page: number): Uint8Array {
    let bytes = this.#pages.get(page);
    if (!bytes) this.#pages.set(page, (bytes = new Uint8Array(this.pageSize)));
    return bytes;
  }

  /** Copies a whole page of another store here. */
  copyPage(from: PageStore, fromPage: number, toPage: number): void {
    const bytes = from.#pages.get(fromPage);
    if (bytes) this.#pages.set(toPage, bytes.slice());
  }
}

/** A device pager (osfmk/vm/device_vm.c), and the object whose pages it gives; a transposition moves it to another. */
export interface Pager {
  object: MemoryObject;
}

/** Bytes of one page, and the address or offset of the first. */
export interface PageBytes {
  readonly start: bigint;
  readonly bytes: Uint8Array;
}

/** Consecutive pages of an object and where their bytes are: page `start + i` is page `page + i` of the store. */
export interface PageRun {
  readonly start: number;
  readonly pages: number;
  readonly store: PageStore;
  readonly page: number;
}

/**
 * A VM object: pages and their cache mode. The mode belongs to the object, so a mapping that asks for one changes it for
 * every mapping of the same memory (osfmk/vm/vm_memory_entry.c, mach_make_memory_entry with MAP_MEM_ONLY).
 */
export class MemoryObject {
  /** The value of a kIO*Cache constant; 0 = default. */
  cache: number;
  /** Memory of the kernel object (zone blocks, kernel stacks): cannot be mapped (osfmk/vm/vm_map.c, vm_map_remap_extract). */
  readonly kernelObject: boolean;
  /** The map whose redirect() blocks accesses (vm_object.blocked_access): whoever faults on a page sleeps. */
  blockedBy: MemoryMap | undefined;
  /** The pages that are in that map's UPL, and busy. */
  blocked: { readonly start: number; readonly end: number } | undefined;
  /** A child of fork() has a copy of it (vm_object.vo_copy), which rules out a transposition. */
  copied = false;
  /** The objects that it was made of as a copy-on-write copy: those have a vo_copy as long as it is used. */
  readonly copyOf = new Set<MemoryObject>();
  /** MEMORY_OBJECT_COPY_NONE: what is copied of it is copied at once, without a vo_copy. */
  copiedAtOnce: boolean;
  /** A device pager's, whose pages are registers or memory outside the VM. */
  device: boolean;
  pager: Pager | undefined;
  /** Purgeable memory is not transposed either. */
  readonly purgeable: boolean;
  /** Its pages lie one after the other in physical memory. */
  contiguous: boolean;
  /** They lie below 4 GiB (IOKernelAllocateWithPhysicalRestrict). */
  readonly low: boolean;
  /** Of a device pager: the pages that a mapping has given it (device_pager_populate_object); undefined is all. */
  #populated: Set<number> | undefined;
  #runs: readonly PageRun[];
  /** vo_size, in pages; the pages of a device pager of one range are as many as were mapped last. */
  pages: number;

  constructor(
    runs: readonly PageRun[],
    options: {
      cache?: number;
      kernelObject?: boolean;
      device?: boolean;
      purgeable?: boolean;
      contiguous?: boolean;
      low?: boolean;
      populated?: 'all' | 'none';
      copiedAtOnce?: boolean;
    } = {},
  ) {
    this.#runs = runs;
    const last = runs.at(-1);
    this.pages = last ? last.start + last.pages : 0;
    this.cache = options.cache ?? 0;
    this.kernelObject = options.kernelObject ?? false;
    this.device = options.device ?? false;
    this.purgeable = options.purgeable ?? false;
    this.contiguous = options.contiguous ?? false;
    this.low = options.low ?? false;
    this.copiedAtOnce = options.copiedAtOnce ?? false;
    this.#populated = options.populated === 'none' ? new Set() : undefined;
  }

  /** An object of so many pages of its own. */
  static ofPages(
    pageSize: number,
    pages: number,
    options: ConstructorParameters<typeof MemoryObject>[1] = {},
  ): MemoryObject {
    return new MemoryObject([{ start: 0, pages, store: new PageStore(pageSize), page: 0 }], options);
  }

  /** The pages that it has now, whatever becomes of the object: what a UPL lists. */
  pinned(): MemoryObject {
    const { cache, kernelObject, device, purgeable, contiguous, low } = this;
    return new MemoryObject(this.#runs, { cache, kernelObject, device, purgeable, contiguous, low });
  }

  /** Gives a device pager's object a page. */
  populate(page: number): void {
    this.#populated?.add(page);
  }

  /** Whether a fault finds the page; else the thread sleeps until its pager has it. */
  hasPage(page: number): boolean {
    return this.#populated?.has(page) ?? true;
  }

  /** Where a page's bytes are; undefined beyond the object's end. */
  place(page: number): { readonly store: PageStore; readonly page: number } | undefined {
    const run = this.#runs.find((each) => page >= each.start && page < each.start + each.pages);
    return run && { store: run.store, page: run.page + (page - run.start) };
  }

  /** Copies `into.length` bytes from a page's offset on; crosses pages, and reads zeros beyond the end. */
  read(page: number, offset: number, into: Uint8Array): void {
    this.#each(page, offset, into, (place, at, part) => {
      if (place) place.store.read(place.page, at, part);
      else part.fill(0);
    });
  }

  write(page: number, offset: number, from: Uint8Array): void {
    this.#each(page, offset, from, (place, at, part) => place?.store.write(place.page, at, part));
  }

  /** Copies whole pages of another object here. */
  copyPages(from: MemoryObject, fromPage: number, toPage: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const source = from.place(fromPage + i);
      const target = this.place(toPage + i);
      if (source && target) target.store.copyPage(source.store, source.page, target.page);
    }
  }

  /** Exchanges everything but the identity with another object (osfmk/vm/vm_object.c, vm_object_transpose). */
  transpose(other: MemoryObject): void {
    [this.#runs, other.#runs] = [other.#runs, this.#runs];
    [this.#populated, other.#populated] = [other.#populated, this.#populated];
    [this.cache, other.cache] = [other.cache, this.cache];
    [this.copiedAtOnce, other.copiedAtOnce] = [other.copiedAtOnce, this.copiedAtOnce];
    [this.device, other.device] = [other.device, this.device];
    [this.contiguous, other.contiguous] = [other.contiguous, this.contiguous];
    [this.pager, other.pager] = [other.pager, this.pager];
    for (const each of [this, other]) if (each.pager) each.pager.object = each;
  }

  #each(
    page: number,
    offset: number,
    bytes: Uint8Array,
    visit: (place: ReturnType<MemoryObject['place']>, offset: number, part: Uint8Array) => void,
  ): void {
    const pageSize = this.#runs[0]?.store.pageSize ?? bytes.length;
    for (let done = 0; done < bytes.length; page++, offset = 0) {
      const size = Math.min(pageSize - offset, bytes.length - done);
      visit(this.place(page), offset, bytes.subarray(done, done + size));
      done += size;
    }
  }
}
