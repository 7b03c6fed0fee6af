import { segmentsOf } from '../../../sim/composition';
import type { Segment } from '../../../sim/interleaved-memory-descriptor';
import type { MemoryDescriptor, MemoryRange } from '../../../sim/memory-descriptor';
import { SubMemoryDescriptor } from '../../../sim/sub-memory-descriptor';

/** What a descriptor describes of other descriptors; undefined where it has ranges of its own. */
function within(descriptor: MemoryDescriptor): readonly Segment[] | undefined {
  if (descriptor instanceof SubMemoryDescriptor)
    return [{ descriptor: descriptor.parent, offset: descriptor.start, length: descriptor.length }];
  return segmentsOf(descriptor);
}

/** Which byte of which other descriptor a byte of a descriptor is, and how many follow it there. */
export function segmentAt(descriptor: MemoryDescriptor, offset: bigint): Segment | undefined {
  let skip = offset;
  for (const segment of within(descriptor) ?? []) {
    if (skip < segment.length) return { ...segment, offset: segment.offset + skip, length: segment.length - skip };
    skip -= segment.length;
  }
  return undefined;
}

/** The ranges of memory that a part of a descriptor comes down to (getPhysicalSegment, _kIOMemorySourceSegment). */
export function sourceRanges(descriptor: MemoryDescriptor, offset = 0n, length = descriptor.length): MemoryRange[] {
  const found: MemoryRange[] = [];
  let skip = offset;
  let left = length;
  const take = (size: bigint, ranges: (skip: bigint, size: bigint) => readonly MemoryRange[]): void => {
    const here = size - skip < left ? size - skip : left;
    if (here > 0n) {
      found.push(...ranges(skip, here));
      left -= here;
      skip = 0n;
    } else skip -= size;
  };
  const segments = within(descriptor);
  if (segments)
    for (const segment of segments)
      take(segment.length, (from, size) => sourceRanges(segment.descriptor, segment.offset + from, size));
  else
    for (const range of descriptor.ranges)
      take(range.length, (from, size) => [{ address: range.address + from, length: size }]);
  return found;
}
