/** Bytes by page, allocated when first written; everything else reads as zero. */
export class PageStore {
  readonly pageSize: number;
  #pages = new Map<number, Uint8Array>();

  constructor(pageSize: number) {
    this.pageSize = pageSize;
  }

  /** Copies `into.length` bytes from a page's offset on; crosses pages. */
  read(page: number, offset: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; page++, offset = 0) {
      const size = Math.min(this.pageSize - offset, into.length - done);
      const bytes = this.#pages.get(page);
      if (bytes) into.set(bytes.subarray(offset, offset + size), done);
      else into.fill(0, done, done + size);
      done += size;
    }
  }

  write(page: number, offset: number, from: Uint8Array): void {
    for (let done = 0; done < from.length; page++, offset = 0) {
      const size = Math.min(this.pageSize - offset, from.length - done);
      let bytes = this.#pages.get(page);
      if (!bytes) this.#pages.set(page, (bytes = new Uint8Array(this.pageSize)));
      bytes.set(from.subarray(done, done + size), offset);
      done += size;
    }
  }

  /** Copies whole pages of another store here. */
  copyPages(from: PageStore, fromPage: number, toPage: number, count: number): void {
    for (const [page, bytes] of from.#pages)
      if (page >= fromPage && page < fromPage + count) this.#pages.set(page - fromPage + toPage, bytes.slice());
  }

  /** Exchanges contents with another store (osfmk/vm/vm_pageout.c, upl_transpose). */
  swap(other: PageStore): void {
    [this.#pages, other.#pages] = [other.#pages, this.#pages];
  }
}

/**
 * A VM object: pages and their cache mode. The mode belongs to the object, so a mapping that asks for one changes it for
 * every mapping of the same memory (osfmk/vm/vm_memory_entry.c, mach_make_memory_entry with MAP_MEM_ONLY).
 */
export class MemoryObject {
  readonly store: PageStore;
  /** The value of a kIO*Cache constant; 0 = default. */
  cache: number;
  /** Memory of the kernel object (zone blocks, kernel stacks): cannot be mapped (osfmk/vm/vm_map.c, vm_map_remap_extract). */
  readonly kernelObject: boolean;

  constructor(store: PageStore, options: { cache?: number; kernelObject?: boolean } = {}) {
    this.store = store;
    this.cache = options.cache ?? 0;
    this.kernelObject = options.kernelObject ?? false;
  }
}
