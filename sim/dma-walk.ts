import type { Panic, UseAfterFree } from './outcomes';
import type { SegmentResult } from './physical-segments';
import { kIOReturnMessageTooLarge, kIOReturnNotAligned, kIOReturnOverrun, kIOReturnSuccess } from './returns';

/** What a device is told of memory: addresses as it sees them. */
export interface DmaSegment {
  readonly address: bigint;
  readonly length: bigint;
}

/** The limits of a device that segments are cut to. Sizes in bytes, alignments powers of two, never 0. */
export interface DmaLimits {
  /** 0 is no limit. */
  readonly addressBits: number;
  readonly maxSegmentSize: bigint;
  readonly alignment: bigint;
  readonly alignmentLength: bigint;
  readonly alignmentInternalSegments: bigint;
}

export interface DmaWalk extends DmaLimits {
  /** Where the walk starts and ends in the memory. */
  readonly from: bigint;
  readonly end: bigint;
  /** Segments to give; more are left to the next call. */
  readonly count: number;
  /** The segment of the memory itself at an offset. */
  readonly source: (offset: bigint) => SegmentResult;
  /** fCursor: what the device can't take is an error, for nothing was copied. */
  readonly cursor: boolean;
  /** The page that stands for one that the device can't address; absent while it is found out which those are. */
  readonly remapped?: (page: number) => number | undefined;
  readonly pageSize: number;
}

export type WalkResult =
  | {
      readonly kind: 'walked';
      readonly code: number;
      readonly segments: readonly DmaSegment[];
      /** Where the next call goes on. */
      readonly offset: bigint;
    }
  | Panic
  | UseAfterFree;

const unlimited = 1n << 64n;

/** The first address that a device can't reach. */
export function reach(addressBits: number): bigint {
  return addressBits === 0 || addressBits >= 64 ? unlimited : 1n << BigInt(addressBits);
}

/** IODMACommand::genIOVMSegments (iokit/Kernel/IODMACommand.cpp). */
export function walkSegments(walk: DmaWalk): WalkResult {
  const { end, source } = walk;
  const segments: DmaSegment[] = [];
  let { from: offset } = walk;
  let current: { address: bigint; length: bigint } | undefined;
  /** What follows the current segment without being part of it. */
  let next: DmaSegment | undefined;
  let code = kIOReturnSuccess;
  while (next || offset < end) {
    if (!next) {
      const found = source(offset);
      if (found.kind !== 'segment') return found;
      if (found.length === 0n) return { kind: 'walked', code: kIOReturnOverrun, segments, offset };
      if (current && current.address + current.length === found.address) {
        offset += found.length;
        current.length += found.length;
      } else next = found;
    }
    if (!current) {
      current = { ...next! };
      offset += current.length;
      next = undefined;
    }
    if (!next) {
      const cut = cutToReach(walk, current) ?? cutToSize(walk, current);
      if (cut === 'unreachable' || (walk.cursor && isMisaligned(walk, current, segments.length === 0))) {
        code = cut === 'unreachable' ? kIOReturnMessageTooLarge : kIOReturnNotAligned;
        current = undefined;
        break;
      }
      if (cut) {
        next = cut;
        offset -= cut.length;
      }
      if (offset >= end) {
        current.length -= offset - end;
        offset = end;
        break;
      }
    }
    if (next) {
      if (segments.length + 1 === walk.count) break;
      segments.push(current);
      current = undefined;
    }
  }
  if (current) segments.push(current);
  return { kind: 'walked', code, segments, offset };
}

type Segment = { address: bigint; length: bigint };

/** Cuts a segment where the device's addresses end, or puts the page that stands for its first one in its place; the rest. */
function cutToReach(walk: DmaWalk, current: Segment): DmaSegment | 'unreachable' | undefined {
  const limit = reach(walk.addressBits);
  if (!walk.remapped || current.address + current.length <= limit) return undefined;
  if (walk.cursor) return 'unreachable';
  if (current.address < limit) return cutAt(current, limit - current.address);
  const size = BigInt(walk.pageSize);
  const page = walk.remapped(Number(current.address / size));
  if (page === undefined) return 'unreachable';
  const inPage = current.address % size;
  const rest = size - inPage < current.length ? cutAt(current, size - inPage) : undefined;
  current.address = BigInt(page) * size + inPage;
  return rest;
}

function cutToSize(walk: DmaWalk, current: Segment): DmaSegment | undefined {
  let rest: DmaSegment | undefined;
  const shorten = (by: bigint): void => {
    const cut = cutAt(current, current.length - by);
    rest = { address: cut.address, length: cut.length + (rest?.length ?? 0n) };
  };
  if (current.length > walk.maxSegmentSize) shorten(current.length - walk.maxSegmentSize);
  const uneven = current.length % walk.alignmentLength;
  if (uneven && current.length > uneven) shorten(uneven);
  const nextUneven = (rest?.address ?? 0n) % walk.alignmentInternalSegments;
  if (nextUneven && current.length > nextUneven) shorten(nextUneven);
  return rest;
}

/** Shortens a segment; the rest of it. */
function cutAt(current: Segment, length: bigint): DmaSegment {
  const rest = { address: current.address + length, length: current.length - length };
  current.length = length;
  return rest;
}

export function isMisaligned(limits: DmaLimits, segment: DmaSegment, first: boolean): boolean {
  const alignment = first ? limits.alignment : limits.alignmentInternalSegments;
  return segment.address % alignment !== 0n || segment.length % limits.alignmentLength !== 0n;
}
