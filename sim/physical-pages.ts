import type { MemoryObject, PageStore } from './memory-object';
import type { MachineProfile } from './trace';

/**
 * The physical pages behind memory, given out when somebody first asks: the same run gives the same addresses. Pages of
 * ordinary memory are never neighbours, so that code which counts on it fails here as it does on a used machine.
 */
export class PhysicalPages {
  readonly #given = new WeakMap<PageStore, Map<number, number>>();
  /** The other way round: whose page has a number. */
  readonly #owners = new Map<number, { readonly store: PageStore; readonly page: number }>();
  #next: number;
  #nextLow: number;
  readonly #last: number;

  constructor(profile: MachineProfile) {
    // Where memory starts on Apple silicon of the second generation; above the hole for devices on Intel.
    const base = profile.arch === 'arm64' ? 0x10000000000 : 0x100000000;
    this.#next = base / profile.pageSize;
    this.#last = (base + 64 * 2 ** 30) / profile.pageSize;
    this.#nextLow = 0x1000000 / profile.pageSize;
  }

  /** The physical page number of an object's page; undefined beyond its end. */
  pageOf(object: MemoryObject, page: number, physical: PageStore): number | undefined {
    const place = object.place(page);
    if (!place) return undefined;
    if (place.store === physical) return place.page;
    let given = this.#given.get(place.store);
    if (!given) this.#given.set(place.store, (given = new Map()));
    let found = given.get(place.page);
    if (found === undefined) {
      const count = object.contiguous ? object.pages : 1;
      const first = object.contiguous ? place.page - page : place.page;
      const base = this.#take(count, object.low);
      for (let i = 0; i < count; i++) {
        given.set(first + i, base + i);
        this.#owners.set(base + i, { store: place.store, page: first + i });
      }
      found = given.get(place.page)!;
    }
    return found;
  }

  /** Where the bytes of a physical page are; undefined for one that was never given out: a device's. */
  at(number: number): { readonly store: PageStore; readonly page: number } | undefined {
    return this.#owners.get(number);
  }

  /** The last page of the machine (gIOLastPage), taken to be 64 GiB beyond the first. */
  get last(): number {
    return this.#last;
  }

  #take(count: number, low: boolean): number {
    // Aligned to their size, as contiguous memory with an alignment has to be.
    const unit = 2 ** Math.ceil(Math.log2(count));
    const from = Math.ceil((low ? this.#nextLow : this.#next) / unit) * unit;
    if (low) this.#nextLow = from + count + 1;
    else this.#next = from + count + 1;
    return from;
  }
}
