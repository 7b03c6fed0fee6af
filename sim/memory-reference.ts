import type { MemoryDescriptor } from './memory-descriptor';
import { MemoryObject, type PageStore } from './memory-object';
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
  /** The cache mode that its entries remember, and give their objects again at each mapping; 0 = none. */
  mode: number;
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

/** Ranges of physical memory as one object, each range on pages of its own. */
export function chunksOfPhysical(
  store: PageStore,
  ranges: readonly Range[],
  options: { readonly cache?: number },
): readonly Chunk[] {
  const size = BigInt(store.pageSize);
  let start = 0;
  // getPhysicalSegment takes adjacent ranges for one.
  const joined = adjacentRanges(ranges);
  const runs = joined.map((range) => {
    const page = Number(range.address / size);
    const pages = Number((range.address + range.length + size - 1n) / size) - page;
    const run = { start, pages, store, page };
    start += pages;
    return run;
  });
  const object = new MemoryObject(runs, { ...options, device: true, contiguous: ranges.length === 1 });
  let offset = 0n;
  return joined.map((range, index) => {
    const pageOffset = Number(range.address % size);
    const chunk: Chunk = { object, page: runs[index]!.start, pageOffset, offset, size: range.length };
    offset += range.length;
    return chunk;
  });
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
  wanted: { readonly write: boolean; readonly kernelObject?: boolean },
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
      if (found.protection === '---' || (wanted.write && found.protection !== 'rw-'))
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
      part.object.copied = true;
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
  let inPage: number | undefined;
  const end = offset + length;
  for (const chunk of chunks) {
    const from = chunk.offset > offset ? chunk.offset : offset;
    const to = chunk.offset + chunk.size < end ? chunk.offset + chunk.size : end;
    if (from >= to) continue;
    const start = chunk.pageOffset + Number(from - chunk.offset);
    const first = start % pageSize;
    const reserved = Math.ceil((first + Number(to - from)) / pageSize);
    pieces.push(
      whole
        ? {
            object: chunk.object,
            page: chunk.page,
            pages: pagesOf(chunk, pageSize),
            reserved,
            descriptorOffset: chunk.offset - BigInt(chunk.pageOffset),
          }
        : {
            object: chunk.object,
            page: chunk.page + Math.floor(start / pageSize),
            pages: reserved,
            reserved,
            descriptorOffset: from - BigInt(first),
          },
    );
    inPage ??= first;
    pages += reserved;
  }
  return { pieces, pages, inPage: inPage ?? 0 };
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
