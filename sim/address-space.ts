import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { MemoryObject } from './memory-object';
import { RangeTree } from './range-tree';
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
  /** Cannot be deleted while the task lives (vme_permanent). */
  readonly permanent?: boolean;
  /** wired_count: how often vm_map_wire() was asked for it. */
  readonly wired?: number;
  /** A mapping or program with VM_INHERIT_COPY: a child of fork() has a copy. Else mappings have VM_INHERIT_NONE. */
  readonly inherited?: boolean;
  /** Nobody has touched it yet, so it has no VM object (VME_OBJECT_NULL); `object` is the one that it would get. */
  readonly unmade?: boolean;
}

export type NewEntry = Omit<VmEntry, 'id'>;

/** An entry of one shape, which is much cheaper to walk than literals of many; its id is made when somebody asks. */
class Entry implements Required<{ readonly [Field in keyof VmEntry]: unknown }> {
  readonly start: number;
  readonly end: number;
  readonly protection: Protection;
  readonly kind: EntryView['kind'];
  readonly object: MemoryObject | undefined;
  readonly objectPage: number;
  readonly map: MemoryMap | undefined;
  readonly descriptor: MemoryDescriptor | undefined;
  readonly descriptorOffset: bigint | undefined;
  readonly note: string | undefined;
  readonly permanent: boolean | undefined;
  readonly wired: number | undefined;
  readonly inherited: boolean | undefined;
  readonly unmade: boolean | undefined;
  readonly #number: number;

  constructor(number: number, entry: NewEntry) {
    this.start = entry.start;
    this.end = entry.end;
    this.protection = entry.protection;
    this.kind = entry.kind;
    this.object = entry.object;
    this.objectPage = entry.objectPage;
    this.map = entry.map;
    this.descriptor = entry.descriptor;
    this.descriptorOffset = entry.descriptorOffset;
    this.note = entry.note;
    this.permanent = entry.permanent;
    this.wired = entry.wired;
    this.inherited = entry.inherited;
    this.unmade = entry.unmade;
    this.#number = number;
  }

  get id(): string {
    return `e${String(this.#number)}`;
  }
}

export type Placement = { readonly ok: true } | { readonly ok: false; readonly why: 'occupied' | 'outside' };

/**
 * A task's VM map: entries that never overlap, in order of address. Addresses inside are page numbers (they stay below
 * 2^53); `pageOf` and `addressOf` are its border. Operations cost O(log n) for each entry that they touch.
 */
export class AddressSpace {
  readonly pageSize: number;
  readonly min: number;
  readonly max: number;
  readonly #entries = new RangeTree<VmEntry>();
  readonly #pageShift: bigint;
  readonly #pageMask: bigint;
  /** How many of them are wired. */
  #wired = 0;
  readonly #nextNumber: () => number;
  readonly #changed: (entry: VmEntry, present: boolean) => void;

  /**
   * @param pageSize a power of two.
   * @param range lowest address that may be mapped and the first that may not, in bytes.
   * @param changed told of an entry that is there now, or no longer.
   */
  constructor(
    pageSize: number,
    range: { readonly min: bigint; readonly max: bigint },
    nextNumber: () => number,
    changed: (entry: VmEntry, present: boolean) => void,
  ) {
    this.pageSize = pageSize;
    this.#pageShift = BigInt(Math.log2(pageSize));
    this.#pageMask = BigInt(pageSize - 1);
    this.min = this.pageOf(range.min);
    this.max = this.pageOf(range.max);
    this.#nextNumber = nextNumber;
    this.#changed = changed;
  }

  /** All of them in order of address, in an array of their own: O(n). */
  get entries(): readonly VmEntry[] {
    return this.#entries.toArray();
  }

  /** The page that holds a byte address. */
  pageOf(address: bigint): number {
    return Number(address >> this.#pageShift);
  }

  addressOf(page: number): bigint {
    return BigInt(page) << this.#pageShift;
  }

  offsetInPage(address: bigint): number {
    return Number(address & this.#pageMask);
  }

  /** Whole pages that hold `size` bytes. */
  pagesFor(size: bigint): number {
    return Number((size + this.#pageMask) >> this.#pageShift);
  }

  entryAt(page: number): VmEntry | undefined {
    return this.#entries.at(page);
  }

  /** Whether a wired entry touches [start, end). */
  isWired(start: number, end: number): boolean {
    return this.#wired > 0 && this.overlapping(start, end).some((entry) => entry.wired);
  }

  /** The entries that touch [start, end). */
  overlapping(start: number, end: number): readonly VmEntry[] {
    return this.#entries.overlapping(start, end);
  }

  /**
   * First fit: the lowest hole of `pages` pages within [from, to) (osfmk/vm/vm_map_store.c; there is no
   * randomisation per call).
   */
  findHole(pages: number, from: number, to: number): number | undefined {
    const start = this.#entries.firstFit(pages, Math.max(from, this.min));
    return start + pages <= Math.min(to, this.max) ? start : undefined;
  }

  /** Whether a fixed request for [start, end) can be met (osfmk/vm/vm_map.c, vm_map_enter). */
  canPlace(start: number, end: number): Placement {
    if (start < this.min || end > this.max || end <= start) return { ok: false, why: 'outside' };
    return this.#entries.isFree(start, end) ? { ok: true } : { ok: false, why: 'occupied' };
  }

  /** Enters a range that is free; returns the entry. Throws for a range that is not: the caller must have asked. */
  insert(entry: NewEntry): VmEntry {
    if (entry.end <= entry.start || !this.#entries.isFree(entry.start, entry.end))
      throw new Error('AddressSpace.insert: the range is not free');
    return this.#enter(entry);
  }

  #enter(entry: NewEntry): VmEntry {
    const made = new Entry(this.#nextNumber(), entry);
    if (made.wired) this.#wired++;
    this.#entries.insert(made);
    this.#changed(made, true);
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
    if (!this.#entries.isFree(entry.start, entry.end)) this.remove(entry.start, entry.end);
    return this.#enter(entry);
  }

  /** Whether fork() copies the entries of a range: they are cut at its borders (osfmk/vm/vm_map.c, vm_map_inherit). */
  inherit(start: number, end: number, inherited: boolean): void {
    for (const entry of this.overlapping(start, end))
      this.replace({
        ...cut(entry, Math.max(entry.start, start), Math.min(entry.end, end), this.pageSize),
        inherited,
      });
  }

  /** Gives the entries of a range another protection: they are cut at its borders (osfmk/vm/vm_map.c, vm_map_protect). */
  protect(start: number, end: number, protection: VmEntry['protection']): void {
    for (const entry of this.overlapping(start, end))
      this.replace({
        ...cut(entry, Math.max(entry.start, start), Math.min(entry.end, end), this.pageSize),
        protection,
      });
  }

  #delete(entry: VmEntry): void {
    if (entry.wired) this.#wired--;
    this.#entries.delete(entry);
    this.#changed(entry, false);
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
