import type { MemoryDescriptor } from './memory-descriptor';
import { MemoryObject, type PageRun, type PageStore } from './memory-object';
import { physicalRun } from './physical-segments';
import { KERN_INVALID_ADDRESS, KERN_INVALID_RIGHT, KERN_PROTECTION_FAILURE } from './returns';
import { addressText } from './text';
import type { Task } from './task';

/** A run of bytes of one VM object: a memory entry. */
export interface Chunk {
  readonly object: MemoryObject;
  /** The object's page with the first byte, and the byte's offset in it. */
  readonly page: number;
  readonly pageOffset: number;
  /** Where the run starts in the descriptor, and its length, in bytes. */
  readonly offset: bigint;
  readonly size: bigint;
}

/**
 * IOMemoryReference: which memory a descriptor's mappings show, and whether they may be writable. It is built once
 * (IOMemoryDescriptor.cpp, memoryReferenceCreate); mappings made later inherit its protection.
 */
export interface MemoryReference {
  readonly writable: boolean;
  /** The live memory. Virtual: a chunk for each memory entry. Physical: one for each range, of one entry together. */
  readonly chunks: readonly Chunk[];
  /** The number of memory entries. */
  readonly entryCount: number;
  /** Of virtual memory by its data address; else by whole pages (pageable buffers, physical memory). */
  readonly byData: boolean;
  /** The cache mode that each entry remembers, and gives its object again at each mapping; 0 = none. */
  readonly modes: number[];
  /** mapRef: the copy that mappings of kIOMemoryMapCopyOnWrite show; a chunk for each run of adjacent ranges. */
  readonly copy?: readonly Chunk[];
}

export type ChunkResult =
  | { readonly ok: true; readonly chunks: readonly Chunk[] }
  | { readonly ok: false; readonly code: number; readonly address: bigint; readonly why: string };

interface Range {
  readonly address: bigint;
  readonly length: bigint;
}

/**
 * Ranges of physical memory as one object of a device pager, whose pages follow each other as the bytes do
 * (populateDevicePager); those of several ranges are there once a mapping of them was made.
 */
export function chunksOfPhysical(
  store: PageStore,
  ranges: readonly Range[],
  options: { readonly cache?: number },
): readonly Chunk[] {
  const size = BigInt(store.pageSize);
  const touched = ({ address, length }: Range): number =>
    Number((address + length + size - 1n) / size - address / size);
  const inPage = (ranges[0]?.address ?? 0n) % size;
  const count = ranges.reduce((sum, range) => sum + touched(range), 0);
  const runs: PageRun[] = [];
  for (let start = 0; start < count;) {
    const byte = BigInt(start) * size - inPage;
    const run = physicalRun(ranges, byte < 0n ? 0n : byte);
    // Pages beyond the last byte, where ranges do not meet on pages, are never populated.
    const pages = run ? Math.min(touched(run), count - start) : count - start;
    runs.push({ start, pages, store, page: run ? Number(run.address / size) : 0 });
    start += pages;
  }
  const contiguous = ranges.length === 1;
  const object = new MemoryObject(runs, {
    ...options,
    device: true,
    contiguous,
    populated: contiguous ? 'all' : 'none',
  });
  return [{ object, page: 0, pageOffset: Number(inPage), offset: 0n, size: BigInt(count) * size - inPage }];
}

/** Ranges that touch are one (memoryReferenceCreate); empty ones count for nothing. */
export function adjacentRanges(ranges: readonly Range[]): readonly Range[] {
  const joined: { address: bigint; length: bigint }[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (last && last.address + last.length === range.address) last.length += range.length;
    else joined.push({ ...range });
  }
  return joined.filter((range) => range.length > 0n);
}

/**
 * The memory behind a task's ranges, an entry for each VM entry that it lies in (vmkf_copy_single_object); fails where
 * the task could not access it itself.
 */
export function chunksOfTask(
  task: Task,
  ranges: readonly Range[],
  wanted: {
    readonly write: boolean;
    readonly kernelObject?: boolean;
    /** For a UPL: reading asks for no right, but memory that nobody has touched needs one (vm_map_create_upl). */
    readonly wire?: boolean;
  },
): ChunkResult {
  const space = task.space;
  const chunks: Chunk[] = [];
  let offset = 0n;
  for (const range of adjacentRanges(ranges)) {
    const rangeEnd = range.address + range.length;
    let address = range.address;
    while (address < rangeEnd) {
      const page = space.pageOf(address);
      const found = space.entryAt(page);
      const at = `${addressText(address)} in ${task.name}`;
      if (!found?.object) return { ok: false, code: KERN_INVALID_ADDRESS, address, why: `nothing is mapped at ${at}` };
      const none = found.protection === '---' && (!wanted.wire || found.unmade);
      if (none || (wanted.write && found.protection !== 'rw-'))
        return {
          ok: false,
          code: KERN_PROTECTION_FAILURE,
          address,
          why: `the memory at ${at} is ${found.protection}${wanted.write ? ', and write access is wanted' : ''}`,
        };
      if (found.object.kernelObject && !wanted.kernelObject)
        return {
          ok: false,
          code: KERN_INVALID_RIGHT,
          address,
          why: `the memory at ${at} belongs to the kernel object (a zone block or a kernel stack)`,
        };
      if (found.unmade) space.replace({ ...found, unmade: false });
      const end = space.addressOf(found.end);
      const size = (end < rangeEnd ? end : rangeEnd) - address;
      chunks.push({
        object: found.object,
        page: found.objectPage + (page - found.start),
        pageOffset: space.offsetInPage(address),
        offset,
        size,
      });
      offset += size;
      address += size;
    }
  }
  return { ok: true, chunks };
}

/** The bytes of consecutive chunks that are one range, as the copy that kIOMemoryMapCopyOnWrite makes of it. */
export function snapshotOf(chunks: readonly Chunk[], ranges: readonly Range[], pageSize: number): readonly Chunk[] {
  const copies: Chunk[] = [];
  let offset = 0n;
  for (const range of adjacentRanges(ranges)) {
    const end = offset + range.length;
    const from = offset;
    const parts = chunks.filter((chunk) => chunk.offset >= from && chunk.offset < end);
    const pages = parts.reduce((sum, part) => sum + pagesOf(part, pageSize), 0);
    const object = MemoryObject.ofPages(pageSize, pages);
    let page = 0;
    for (const part of parts) {
      const count = pagesOf(part, pageSize);
      object.copyPages(part.object, part.page, page, count);
      if (!part.object.copiedAtOnce) object.copyOf.add(part.object);
      page += count;
    }
    copies.push({ object, page: 0, pageOffset: parts[0]?.pageOffset ?? 0, offset, size: range.length });
    offset = end;
  }
  return copies;
}

/** The pages that a chunk touches. */
export function pagesOf(chunk: Chunk, pageSize: number): number {
  return Math.ceil((chunk.pageOffset + Number(chunk.size)) / pageSize);
}

/** A piece of a mapping: whole pages of one object, one after the other. */
export interface Piece {
  /** Which chunk it is of. */
  readonly chunk: number;
  readonly object: MemoryObject;
  readonly page: number;
  /** The pages that are entered, and those that were reserved for them and after which the next piece starts. */
  readonly pages: number;
  readonly reserved: number;
  /** The descriptor's byte at the first byte of the piece's first page. */
  readonly descriptorOffset: bigint;
}

export interface Pieces {
  readonly pieces: readonly Piece[];
  /** How many of the wanted bytes there are. */
  readonly bytes: bigint;
  /** The pages to reserve. */
  readonly pages: number;
  /** Offset of the first mapped byte in its page. */
  readonly inPage: number;
}

/**
 * The pages that show [offset, offset + length); each chunk starts on a page of its own.
 * @param whole of copies: the VM enters a copy entry whole, from its first page on, wherever the request starts in it
 *   (osfmk/vm/vm_map.c, vm_map_enter_mem_object).
 */
export function piecesOf(
  chunks: readonly Chunk[],
  offset: bigint,
  length: bigint,
  pageSize: number,
  whole = false,
): Pieces {
  const pieces: Piece[] = [];
  let pages = 0;
  let bytes = 0n;
  let inPage: number | undefined;
  const end = offset + length;
  for (const [index, chunk] of chunks.entries()) {
    const from = chunk.offset > offset ? chunk.offset : offset;
    const to = chunk.offset + chunk.size < end ? chunk.offset + chunk.size : end;
    if (from >= to) continue;
    const start = chunk.pageOffset + Number(from - chunk.offset);
    const first = start % pageSize;
    const reserved = Math.ceil((first + Number(to - from)) / pageSize);
    pieces.push(
      whole
        ? {
            chunk: index,
            object: chunk.object,
            page: chunk.page,
            pages: pagesOf(chunk, pageSize),
            reserved,
            descriptorOffset: chunk.offset - BigInt(chunk.pageOffset),
          }
        : {
            chunk: index,
            object: chunk.object,
            page: chunk.page + Math.floor(start / pageSize),
            pages: reserved,
            reserved,
            descriptorOffset: from - BigInt(first),
          },
    );
    inPage ??= first;
    pages += reserved;
    bytes += to - from;
  }
  return { pieces, bytes, pages, inPage: inPage ?? 0 };
}

/**
 * The pages that a mapping by whole pages shows, of one entry (memoryReferenceMap): sums of 64 bits without an overflow
 * test, so that a length may be of less pages than it says, or of none. None where the entry's bytes are not as far in
 * their pages as the descriptor's.
 * @param inPage of the descriptor's byte at the offset.
 */
export function linearPieces(
  chunk: Chunk,
  offset: bigint,
  length: bigint,
  inPage: number,
  pageSize: number,
): Pieces & { readonly inStep: boolean } {
  const size = BigInt(pageSize);
  const start = BigInt(chunk.pageOffset) + (offset - chunk.offset);
  const span = BigInt.asUintN(64, length + BigInt(inPage));
  const pages = Number((span + size - 1n) / size);
  const piece = {
    chunk: 0,
    object: chunk.object,
    page: chunk.page + Number((start - BigInt(inPage)) / size),
    pages,
    reserved: pages,
    descriptorOffset: offset - BigInt(inPage),
  };
  return {
    pieces: pages ? [piece] : [],
    bytes: span,
    pages,
    inPage,
    inStep: pages === 0 || Number(start % size) === inPage,
  };
}

/** Where a descriptor's byte lives: its object, page and offset in the page. */
export function locate(
  descriptor: MemoryDescriptor,
  chunks: readonly Chunk[],
  offset: bigint,
  pageSize: number,
): { readonly object: MemoryObject; readonly page: number; readonly offset: number; readonly run: bigint } | undefined {
  const chunk = chunks.find((each) => offset >= each.offset && offset < each.offset + each.size);
  if (!chunk || offset >= descriptor.length) return undefined;
  const start = chunk.pageOffset + Number(offset - chunk.offset);
  return {
    object: chunk.object,
    page: chunk.page + Math.floor(start / pageSize),
    offset: start % pageSize,
    run: chunk.offset + chunk.size - offset,
  };
}
