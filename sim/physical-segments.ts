import { segmentsOf } from './composition';
import { useAfterFree, type KernelState } from './kernel-state';
import type { MemoryDescriptor, MemoryRange } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { Panic, UseAfterFree } from './outcomes';
import { SubMemoryDescriptor } from './sub-memory-descriptor';

/** getPhysicalSegment and getPhysicalAddress of descriptors and maps (iokit/Kernel/IOMemoryDescriptor.cpp). */

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);

/** An address of zero and no length stand for "none". */
export type SegmentResult =
  { readonly kind: 'segment'; readonly address: bigint; readonly length: bigint } | Panic | UseAfterFree;

const none: SegmentResult = { kind: 'segment', address: 0n, length: 0n };

/** The contiguous run of physical ranges that starts at an offset; adjacent ranges count as one. */
export function physicalRun(ranges: readonly MemoryRange[], offset: bigint): MemoryRange | undefined {
  let skip = offset;
  for (const [index, range] of ranges.entries()) {
    if (skip >= range.length) {
      skip -= range.length;
      continue;
    }
    const address = range.address + skip;
    let { length } = range;
    length -= skip;
    for (const next of ranges.slice(index + 1)) {
      if (next.address !== address + length) break;
      length += next.length;
    }
    return { address, length };
  }
  return undefined;
}

export function notWired(state: KernelState, descriptor: MemoryDescriptor, method: string): Panic {
  const why = `${method} on ${descriptor.name}, which is not prepared: the kernel panics (not wired). Call prepare() first.`;
  state.note('access', why, { kind: 'panic', message: why, object: descriptor.id });
  return { kind: 'panic', reason: 'IOGMD: not wired', why };
}

/** The physical address of a descriptor's byte, and how far it is contiguous from there. */
export function physicalSegment(
  state: KernelState,
  descriptor: MemoryDescriptor,
  offset: bigint,
  method = 'getPhysicalSegment()',
): SegmentResult {
  if (descriptor.freed) return useAfterFree(state, descriptor, method);
  const at = wrap(offset);
  if (descriptor instanceof SubMemoryDescriptor) {
    if (at >= descriptor.length) return none;
    const found = physicalSegment(state, descriptor.parent, wrap(at + descriptor.start), method);
    if (found.kind !== 'segment' || found.address === 0n) return found;
    const left = descriptor.length - at;
    return { ...found, length: found.length < left ? found.length : left };
  }
  const parts = segmentsOf(descriptor);
  if (parts) {
    let skip = at;
    for (const part of parts) {
      if (skip < part.length) return physicalSegment(state, part.descriptor, part.offset + skip, method);
      skip -= part.length;
    }
    return none;
  }
  if (at >= descriptor.length) return none;
  if (descriptor.physical) {
    const run = physicalRun(descriptor.ranges, at);
    return run ? { kind: 'segment', ...run } : none;
  }
  if (descriptor.wireCount === 0) return notWired(state, descriptor, method);
  return wiredSegment(state, descriptor, at);
}

function wiredSegment(state: KernelState, descriptor: MemoryDescriptor, offset: bigint): SegmentResult {
  const chunk = descriptor.wired.find((each) => offset >= each.offset && offset < each.offset + each.size);
  if (!chunk) return none;
  const size = BigInt(state.pageSize);
  const start = BigInt(chunk.pageOffset) + (offset - chunk.offset);
  const end = chunk.offset + chunk.size < descriptor.length ? chunk.offset + chunk.size : descriptor.length;
  const pageOf = (page: bigint): number | undefined =>
    state.frames.pageOf(chunk.object, chunk.page + Number(page), state.physical);
  const first = pageOf(start / size);
  if (first === undefined) return none;
  let length = size - (start % size);
  for (let i = 1; length < end - offset && pageOf(start / size + BigInt(i)) === first + i; i++) length += size;
  return {
    kind: 'segment',
    address: BigInt(first) * size + (start % size),
    length: length < end - offset ? length : end - offset,
  };
}

/** IOMemoryMap::getPhysicalSegment: the descriptor's, at the map's offset. It works after unmap() too. */
export function mapPhysicalSegment(state: KernelState, map: MemoryMap, offset: bigint): SegmentResult {
  if (map.freed) return useAfterFree(state, map, 'getPhysicalSegment()');
  if (map.memory) return physicalSegment(state, map.memory, wrap(map.offset + offset));
  const why = `${map.name} has no descriptor (a static map longer than what it was made of): getPhysicalSegment() reads through NULL.`;
  state.note('access', why, { kind: 'panic', message: why, object: map.id });
  return { kind: 'panic', reason: 'NULL fMemory', why };
}
