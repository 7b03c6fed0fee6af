import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { MemoryObject } from './memory-object';
import type { EntryView, Protection } from './trace';

/** One entry of a VM map. `start` and `end` are page numbers, end exclusive. */
export interface VmEntry {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly protection: Protection;
  readonly kind: EntryView['kind'];
  /** The object that the entry shows, and its page at `start`. */
  readonly object?: MemoryObject;
  readonly objectPage: number;
  readonly map?: MemoryMap;
  readonly descriptor?: MemoryDescriptor;
  /** The descriptor's byte at the first byte of the entry; negative where the entry starts before the memory. */
  readonly descriptorOffset?: bigint;
  readonly note?: string;
}

export type NewEntry = Omit<VmEntry, 'id'>;

export type Placement = { readonly ok: true } | { readonly ok: false; readonly why: 'occupied' | 'outside' };

/**
 * A task's VM map: entries that never overlap, in order of address. Addresses inside are page numbers (they stay below
 * 2^53); `pageOf` and `addressOf` are its border.
 */
export class AddressSpace {
  readonly pageSize: number;
  readonly min: number;
  readonly max: number;
  readonly #entries: VmEntry[] = [];
  readonly #nextId: () => string;
  readonly #changed: (id: string, entry: VmEntry | null) => void;

  /** @param range lowest address that may be mapped and the first that may not, in bytes. */
  constructor(
    pageSize: number,
    range: { readonly min: bigint; readonly max: bigint },
    nextId: () => string,
    changed: (id: string, entry: VmEntry | null) => void,
  ) {
    this.pageSize = pageSize;
    this.min = Number(range.min / BigInt(pageSize));
    this.max = Number(range.max / BigInt(pageSize));
    this.#nextId = nextId;
    this.#changed = changed;
  }

  get entries(): readonly VmEntry[] {
    return this.#entries;
  }

  /** The page that holds a byte address. */
  pageOf(address: bigint): number {
    return Number(address / BigInt(this.pageSize));
  }

  addressOf(page: number): bigint {
    return BigInt(page) * BigInt(this.pageSize);
  }

  offsetInPage(address: bigint): number {
    return Number(address % BigInt(this.pageSize));
  }

  /** Whole pages that hold `size` bytes. */
  pagesFor(size: bigint): number {
    return Number((size + BigInt(this.pageSize) - 1n) / BigInt(this.pageSize));
  }

  entryAt(page: number): VmEntry | undefined {
    const entry = this.#entries[this.#firstEndingAfter(page)];
    return entry && entry.start <= page ? entry : undefined;
  }

  /** The entries that touch [start, end). */
  overlapping(start: number, end: number): readonly VmEntry[] {
    const found: VmEntry[] = [];
    for (let i = this.#firstEndingAfter(start); i < this.#entries.length; i++) {
      const entry = this.#entries[i]!;
      if (entry.start >= end) break;
      found.push(entry);
    }
    return found;
  }

  /**
   * First fit: the lowest hole of `pages` pages within [from, to) (osfmk/vm/vm_map_store.c; there is no
   * randomisation per call).
   */
  findHole(pages: number, from: number, to: number): number | undefined {
    let start = Math.max(from, this.min);
    for (let i = this.#firstEndingAfter(start); i < this.#entries.length; i++) {
      const entry = this.#entries[i]!;
      if (entry.start - start >= pages) break;
      start = Math.max(start, entry.end);
    }
    return start + pages <= Math.min(to, this.max) ? start : undefined;
  }

  /** Whether a fixed request for [start, end) can be met (osfmk/vm/vm_map.c, vm_map_enter). */
  canPlace(start: number, end: number): Placement {
    if (start < this.min || end > this.max || end <= start) return { ok: false, why: 'outside' };
    return this.overlapping(start, end).length ? { ok: false, why: 'occupied' } : { ok: true };
  }

  /** Enters a range that is free; returns the entry. Throws for a range that is not: the caller must have asked. */
  insert(entry: NewEntry): VmEntry {
    if (entry.end <= entry.start || this.overlapping(entry.start, entry.end).length)
      throw new Error('AddressSpace.insert: the range is not free');
    const made: VmEntry = { ...entry, id: this.#nextId() };
    this.#entries.splice(this.#firstEndingAfter(entry.start), 0, made);
    this.#changed(made.id, made);
    return made;
  }

  /** Removes whatever lies in [start, end), cutting entries at its borders; returns false where there was a gap. */
  remove(start: number, end: number): boolean {
    const found = this.overlapping(start, end);
    let covered = 0;
    for (const entry of found) {
      covered += Math.min(entry.end, end) - Math.max(entry.start, start);
      this.#delete(entry);
      if (entry.start < start) this.insert(cut(entry, entry.start, start, this.pageSize));
      if (entry.end > end) this.insert(cut(entry, end, entry.end, this.pageSize));
    }
    return covered === end - start;
  }

  /** Removes what is there, then enters: kIOMapOverwrite and the filling of a reservation. */
  replace(entry: NewEntry): VmEntry {
    this.remove(entry.start, entry.end);
    return this.insert(entry);
  }

  #delete(entry: VmEntry): void {
    const index = this.#firstEndingAfter(entry.start);
    this.#entries.splice(index, 1);
    this.#changed(entry.id, null);
  }

  #firstEndingAfter(page: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.end <= page) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function cut(entry: VmEntry, start: number, end: number, pageSize: number): NewEntry {
  const delta = start - entry.start;
  return {
    ...entry,
    start,
    end,
    objectPage: entry.objectPage + delta,
    ...(entry.descriptorOffset === undefined
      ? {}
      : { descriptorOffset: entry.descriptorOffset + BigInt(delta) * BigInt(pageSize) }),
  };
}
