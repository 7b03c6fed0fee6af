import type { KernelState } from './kernel-state';
import { kIOMemoryDirectionMask, kIOMemoryMapperNone } from './map-options';
import { MemoryDescriptor } from './memory-descriptor';
import { physicalRun } from './physical-segments';

/**
 * A Unique map of physical memory gets a descriptor of its own, which only the map holds (IOMemoryDescriptor.cpp,
 * makeMapping). None where [offset, offset + length) is not one contiguous segment, or lies at address zero.
 */
export function privateDescriptor(
  state: KernelState,
  descriptor: MemoryDescriptor,
  offset: bigint,
  length: bigint,
): MemoryDescriptor | undefined {
  const run = physicalRun(descriptor.ranges, offset);
  if (!run || run.address === 0n || run.length < length) return undefined;
  const made = new MemoryDescriptor(
    `d${String(state.nextNumber('d'))}`,
    `${descriptor.name} (private)`,
    'IOGeneralMemoryDescriptor',
    undefined,
    [{ address: run.address, length }],
    (descriptor.flags & kIOMemoryDirectionMask) | kIOMemoryMapperNone,
  );
  made.references = 0;
  made.wireCount = 1;
  state.descriptors.set(made.id, made);
  return made;
}
