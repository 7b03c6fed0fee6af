import { segmentsOf } from './composition';
import type { KernelState } from './kernel-state';
import type { MemoryDescriptor, MemoryRange } from './memory-descriptor';
import { SubMemoryDescriptor } from './sub-memory-descriptor';

/** What a descriptor takes of a DMA address space. */
export interface DmaLength {
  /** In bytes, whole pages. */
  readonly length: bigint;
  /** Of the first byte in its page. */
  readonly offset: bigint;
}

/**
 * IOMemoryDescriptor::getDMAMapLength (iokit/Kernel/IOMemoryDescriptor.cpp): the pages of each memory entry where there
 * are some (memoryReferenceGetDMAMapLength), else of each segment of the source addresses. Nothing has to be wired.
 */
export function dmaMapLength(state: KernelState, descriptor: MemoryDescriptor): DmaLength {
  const page = BigInt(state.pageSize);
  const whole = ({ address, length }: MemoryRange): bigint => roundUp(address + length, page) - (address / page) * page;
  const { reference } = descriptor;
  if (reference?.byData && reference.chunks.length > 0)
    return {
      length: reference.chunks.reduce(
        (sum, { pageOffset, size }) => sum + roundUp(BigInt(pageOffset) + size, page),
        0n,
      ),
      offset: BigInt(reference.chunks[0]!.pageOffset),
    };
  const segments = sourceSegments(descriptor, 0n, descriptor.length);
  if (segments.length === 0) return { length: descriptor.length, offset: 0n };
  return { length: segments.reduce((sum, each) => sum + whole(each), 0n), offset: segments[0]!.address % page };
}

function roundUp(value: bigint, page: bigint): bigint {
  return ((value + page - 1n) / page) * page;
}

/** getPhysicalSegment with _kIOMemorySourceSegment: the addresses that the descriptor was made with; adjacent ones as one. */
function sourceSegments(descriptor: MemoryDescriptor, offset: bigint, length: bigint): readonly MemoryRange[] {
  if (descriptor instanceof SubMemoryDescriptor)
    return sourceSegments(descriptor.parent, offset + descriptor.start, length);
  const parts = segmentsOf(descriptor);
  const found: MemoryRange[] = [];
  let skip = offset;
  let left = length;
  const pieces = parts ?? descriptor.ranges.map((range) => ({ ...range, descriptor: undefined, offset: 0n }));
  for (const piece of pieces) {
    if (left <= 0n) break;
    if (skip >= piece.length) {
      skip -= piece.length;
      continue;
    }
    const size = piece.length - skip < left ? piece.length - skip : left;
    if (piece.descriptor) found.push(...sourceSegments(piece.descriptor, piece.offset + skip, size));
    else {
      const address = ('address' in piece ? piece.address : 0n) + skip;
      const last = found.at(-1);
      if (last && last.address + last.length === address) last.length += size;
      else found.push({ address, length: size });
    }
    left -= size;
    skip = 0n;
  }
  return found;
}
