/** The oracle's memory: page by page, with nothing shared, cut or joined. */

/** A device pager, and the object whose pages it gives; upl_transpose moves it to another. */
export interface Pager {
  pages: Pages;
}

/** Pages of bytes. A device's pages are the physical ones, so `frame` says where they are. */
export class Pages {
  #bytes = new Map<number, Uint8Array>();
  #frame: ((index: number) => Uint8Array) | undefined;
  /** The value of a kIO*Cache constant that was asked for last; 0 = as it came. */
  cache = 0;
  /** Memory of the kernel object (osfmk/vm/vm_map.c, vm_map_remap_extract). */
  kernelObject = false;
  pager: Pager | undefined;
  /** phys_contiguous: a device pager's of one range. */
  contiguous = false;
  /** What it is a copy of. */
  readonly copyOf = new Set<Pages>();
  /** MEMORY_OBJECT_COPY_NONE: a copy of it is one at once, and leaves nothing behind. */
  copiedAtOnce = false;
  /** Of a device pager of several ranges: the pages that it was given. */
  populated: Set<number> | undefined;

  constructor(
    readonly pageSize: number,
    /** How many pages it has, where somebody could ask (osfmk/vm/vm_object.c, vo_size). */
    public count = 0,
    frame?: (index: number) => Uint8Array,
  ) {
    this.#frame = frame;
  }

  page(index: number): Uint8Array {
    if (this.#frame) return this.#frame(index);
    let bytes = this.#bytes.get(index);
    if (!bytes) this.#bytes.set(index, (bytes = new Uint8Array(this.pageSize)));
    return bytes;
  }

  copyFrom(other: Pages, first: number, count: number, at: number): void {
    if (!other.copiedAtOnce) this.copyOf.add(other);
    for (let i = 0; i < count; i++) this.#bytes.set(at + i, other.page(first + i).slice());
  }

  /** vm_object_transpose: everything changes hands, the object's identity does not. */
  exchange(other: Pages): void {
    [this.#bytes, other.#bytes] = [other.#bytes, this.#bytes];
    [this.#frame, other.#frame] = [other.#frame, this.#frame];
    [this.cache, other.cache] = [other.cache, this.cache];
    [this.pager, other.pager] = [other.pager, this.pager];
    [this.contiguous, other.contiguous] = [other.contiguous, this.contiguous];
    [this.copiedAtOnce, other.copiedAtOnce] = [other.copiedAtOnce, this.copiedAtOnce];
    [this.populated, other.populated] = [other.populated, this.populated];
    for (const each of [this, other]) if (each.pager) each.pager.pages = each;
  }
}

/** VM_PROT_READ is 1, VM_PROT_WRITE is 2. */
export interface Page {
  readonly pages: Pages;
  readonly index: number;
  protection: number;
  /** Nobody has touched its VM map entry: there is no VM object yet. */
  unmade: boolean;
}

export interface Region {
  /** Page numbers, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** One task's page table. */
export class Space {
  readonly table = new Map<number, Page>();

  constructor(
    readonly region: Region,
    /** What the system keeps for itself; too large to be listed page by page. */
    readonly kept: readonly Region[],
    /** Of that, what nothing replaces (vme_permanent). */
    readonly permanent: readonly Region[] = [],
  ) {}

  isPermanent(start: number, count: number): boolean {
    return this.permanent.some((region) => start < region.end && start + count > region.start);
  }

  #keptAt(page: number): Region | undefined {
    return this.kept.find((region) => page >= region.start && page < region.end);
  }

  used(page: number): boolean {
    return this.table.has(page) || this.#keptAt(page) !== undefined;
  }

  anyUsed(start: number, count: number): boolean {
    if (this.kept.some((region) => start < region.end && start + count > region.start)) return true;
    for (let page = start; page < start + count; page++) if (this.table.has(page)) return true;
    return false;
  }

  /** The lowest run of free pages in a region, found by looking at one page after the other. */
  hole(count: number, region: Region): number | undefined {
    let free = 0;
    let start = region.start;
    for (let page = region.start; page < region.end; page++) {
      const kept = this.#keptAt(page);
      if (kept) {
        page = kept.end - 1;
        start = kept.end;
        free = 0;
      } else if (this.table.has(page)) {
        start = page + 1;
        free = 0;
      } else if (++free >= count) return start;
      // Nothing is left in the way: the rest is one hole.
      if (free > 65536 && start > this.#last()) return region.end - start >= count ? start : undefined;
    }
    return undefined;
  }

  #last(): number {
    let last = 0;
    for (const page of this.table.keys()) last = Math.max(last, page);
    for (const kept of this.kept) last = Math.max(last, kept.end);
    return last;
  }

  set(page: number, pages: Pages, index: number, protection: number, unmade = false): void {
    this.table.set(page, { pages, index, protection, unmade });
  }

  /** What is touched for the first time gets an object, all of its VM map entry. */
  touch(page: number): void {
    const found = this.table.get(page);
    if (!found?.unmade) return;
    const same = (other: Page | undefined): boolean =>
      other?.unmade === true && other.pages === found.pages && other.protection === found.protection;
    for (let before = page - 1; same(this.table.get(before)); before--) this.table.get(before)!.unmade = false;
    for (let after = page + 1; same(this.table.get(after)); after++) this.table.get(after)!.unmade = false;
    found.unmade = false;
  }

  /** @returns whether every page was there. */
  remove(start: number, count: number): boolean {
    let all = true;
    for (let page = start; page < start + count; page++) if (!this.table.delete(page)) all = false;
    return all;
  }
}
