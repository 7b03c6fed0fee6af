import type { MemoryDescriptor } from './memory-descriptor';
import { MemoryObject, PageStore } from './memory-object';
import { KERN_INVALID_ADDRESS, KERN_INVALID_RIGHT, KERN_PROTECTION_FAILURE } from './returns';
import { addressText } from './text';
import type { Task } from './task';

/** A run of bytes of one VM object. */
export interface Chunk {
  /** Which named entry it belongs to: ranges that are not adjacent have entries of their own. */
  readonly entry: number;
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
  readonly chunks: readonly Chunk[];
  readonly entryCount: number;
  /** Of virtual memory by its data address; else by whole pages (pageable buffers, physical memory). */
  readonly byData: boolean;
  /** The copy that kIOMemoryMapCopyOnWrite shows instead. */
  readonly snapshot: boolean;
}

export type ChunkResult =
  | { readonly ok: true; readonly chunks: readonly Chunk[]; readonly entryCount: number }
  | { readonly ok: false; readonly code: number; readonly address: bigint; readonly why: string };

/** Ranges of physical memory as chunks of the object that stands for it. */
export function chunksOfPhysical(
  object: MemoryObject,
  ranges: readonly { readonly address: bigint; readonly length: bigint }[],
  pageSize: number,
): readonly Chunk[] {
  const size = BigInt(pageSize);
  let offset = 0n;
  return ranges.map((range) => {
    const chunk: Chunk = {
      entry: 0,
      object,
      page: Number(range.address / size),
      pageOffset: Number(range.address % size),
      offset,
      size: range.length,
    };
    offset += range.length;
    return chunk;
  });
}

/**
 * The memory behind a task's ranges; fails where the task could not access it itself.
 * @param refuseKernelObject memory of the kernel object is refused too (vm_map_remap_extract); wiring it is not.
 */
export function chunksOfTask(
  task: Task,
  ranges: readonly { readonly address: bigint; readonly length: bigint }[],
  write: boolean,
  refuseKernelObject: boolean,
): ChunkResult {
  const space = task.space;
  const chunks: Chunk[] = [];
  let entry = -1;
  let offset = 0n;
  let previousEnd: bigint | undefined;
  for (const range of ranges) {
    if (range.address !== previousEnd) entry++;
    previousEnd = range.address + range.length;
    let address = range.address;
    while (address < previousEnd) {
      const found = space.entryAt(space.pageOf(address));
      const at = `${addressText(address)} in ${task.name}`;
      if (!found?.object)
        return {
          ok: false,
          code: KERN_INVALID_ADDRESS,
          address,
          why: `nothing is mapped at ${at}`,
        };
      if (found.protection === '---' || (write && found.protection !== 'rw-'))
        return {
          ok: false,
          code: KERN_PROTECTION_FAILURE,
          address,
          why: `the memory at ${at} is ${found.protection}${write ? ', and write access is wanted' : ''}`,
        };
      if (refuseKernelObject && found.object.kernelObject)
        return {
          ok: false,
          code: KERN_INVALID_RIGHT,
          address,
          why: `the memory at ${at} belongs to the kernel object (a zone block or a kernel stack)`,
        };
      const page = space.pageOf(address);
      const end = space.addressOf(found.end);
      const size = (end < previousEnd ? end : previousEnd) - address;
      chunks.push({
        entry,
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
  return { ok: true, chunks, entryCount: entry + 1 };
}

/** A copy of chunks' present contents in an object of its own (kIOMemoryMapCopyOnWrite). */
export function snapshotOf(chunks: readonly Chunk[], pageSize: number): readonly Chunk[] {
  const object = new MemoryObject(new PageStore(pageSize));
  let page = 0;
  return chunks.map((chunk) => {
    const pages = pagesOf(chunk, pageSize);
    object.store.copyPages(chunk.object.store, chunk.page, page, pages);
    const copy = { ...chunk, object, page };
    page += pages;
    return copy;
  });
}

function pagesOf(chunk: Chunk, pageSize: number): number {
  return Math.ceil((chunk.pageOffset + Number(chunk.size)) / pageSize);
}

/** A piece of a mapping: whole pages of one object, one after the other. */
export interface Piece {
  readonly object: MemoryObject;
  readonly page: number;
  readonly pages: number;
  /** The descriptor's byte at the first byte of the piece's first page. */
  readonly descriptorOffset: bigint;
}

export interface Pieces {
  readonly pieces: readonly Piece[];
  readonly pages: number;
  /** Offset of the first mapped byte in its page. */
  readonly inPage: number;
}

/** The pages that show [offset, offset + length); each named entry starts on a page of its own. */
export function piecesOf(chunks: readonly Chunk[], offset: bigint, length: bigint, pageSize: number): Pieces {
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
    const count = Math.ceil((first + Number(to - from)) / pageSize);
    pieces.push({
      object: chunk.object,
      page: chunk.page + Math.floor(start / pageSize),
      pages: count,
      descriptorOffset: from - BigInt(first),
    });
    inPage ??= first;
    pages += count;
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
