import { InterleavedMemoryDescriptor } from '../../../sim/interleaved-memory-descriptor';
import type { MemoryDescriptor, MemoryRange } from '../../../sim/memory-descriptor';
import type { MemoryMap } from '../../../sim/memory-map';
import type { Task } from '../../../sim/task';
import type { CallSite, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import { readInteger } from '../memory';
import { isPointer, type Value } from '../values';
import { descriptorOf, optionBits, storeOut } from './receivers';

/** kIOMemoryTypeMask, and its values whose buffers are arrays of ranges (iokit/IOKit/IOMemoryDescriptor.h). */
const typeMask = 0xf0;
const virtualRanges = 0x10;
const physicalRanges = 0x20;
/** Private twins with 64-bit ranges: kIOMemoryTypeVirtual64, kIOMemoryTypePhysical64. */
const virtualRanges64 = 0x60;
const physicalRanges64 = 0x70;
/** kIOPreparationIDUnsupported, kIOPreparationIDAlwaysPrepared, kIOPreparationIDStart. */
const preparationUnsupported = 1n;
const alwaysPrepared = 2n;
const firstPreparation = 3n;
/** kIOReturnSuccess. */
const success = 0n;

/** IOMemoryDescriptor and IOGeneralMemoryDescriptor. */
export const memoryDescriptorCalls: KernelTable = {
  'IOMemoryDescriptor::withAddress': (site) => {
    if (site.count > 3) return withRange(site, site.bits(0), site.bits(1), optionBits(site, 2), taskArgument(site, 3));
    const address = site.pointer(0);
    const { kernel } = site.run;
    kernel.share(address);
    return kernel.descriptorResult(site, kernel.machine.withAddress(address, site.bits(1), optionBits(site, 2)));
  },
  'IOMemoryDescriptor::withAddressRange': (site) =>
    withRange(site, site.bits(0), site.bits(1), optionBits(site, 2), taskArgument(site, 3)),
  'IOMemoryDescriptor::withPhysicalAddress': (site) =>
    withRange(site, site.bits(0), site.bits(1), optionBits(site, 2), undefined),
  'IOMemoryDescriptor::withAddressRanges': (site) =>
    withRanges(site, readRanges(site, site.pointer(0), site.bits(1)), optionBits(site, 2), taskArgument(site, 3)),
  'IOMemoryDescriptor::withRanges': (site) =>
    withRanges(site, readRanges(site, site.pointer(0), site.bits(1)), optionBits(site, 2), taskArgument(site, 3)),
  'IOMemoryDescriptor::withPhysicalRanges': (site) =>
    withRanges(site, readRanges(site, site.pointer(0), site.bits(1)), optionBits(site, 2), undefined),
  'IOMemoryDescriptor::withOptions': (site) => {
    const options = optionBits(site, 4);
    const type = options & typeMask;
    const virtual = type === virtualRanges || type === virtualRanges64;
    if (!virtual && type !== physicalRanges && type !== physicalRanges64)
      return notModelled(`IOMemoryDescriptor::withOptions with type 0x${type.toString(16)}`);
    const task = virtual ? taskArgument(site, 3) : undefined;
    return withRanges(site, readRanges(site, site.pointer(0), site.bits(1)), options & ~typeMask, task);
  },
  'IOMemoryDescriptor::withSubRange': (site) => subRange(site),
  'IOSubMemoryDescriptor::withSubRange': (site) => subRange(site),
  'IOMemoryDescriptor::withPersistentMemoryDescriptor': (site) => {
    const original = site.pointer(0);
    if (original === 0n) return 0n;
    const { kernel } = site.run;
    return kernel.descriptorResult(site, kernel.machine.withPersistent(descriptorOf(site, original)));
  },
  'IODeviceMemory::withRange': (site) => {
    const { kernel } = site.run;
    return kernel.descriptorResult(site, kernel.machine.deviceMemory(site.bits(0), site.bits(1)));
  },

  'IOMemoryDescriptor::createMappingInTask': (site) => createMapping(site),
  'IOMemoryDescriptor::map': (site) => {
    const first = site.types[0];
    if (site.count > 1 || (first && isPointer(first))) return createMapping(site);
    const { kernel } = site.run;
    return kernel.mapResult(site, kernel.machine.map(descriptorOf(site), optionBits(site, 0)));
  },
  'IOMemoryDescriptor::setMapping': (site) => {
    const { kernel } = site.run;
    const task = taskArgument(site, 0);
    return kernel.mapResult(
      site,
      kernel.machine.setMapping(descriptorOf(site), task, site.bits(1), optionBits(site, 2)),
    );
  },

  'IOMemoryDescriptor::prepare': (site) =>
    site.run.kernel.codeResult(site.run.kernel.machine.prepare(descriptorOf(site), optionBits(site, 0))),
  'IOMemoryDescriptor::complete': (site) =>
    site.run.kernel.codeResult(site.run.kernel.machine.complete(descriptorOf(site))),
  'IOMemoryDescriptor::getLength': (site) => site.run.kernel.getter(descriptorOf(site), 'getLength'),
  'IOMemoryDescriptor::getDirection': (site) => site.run.kernel.getter(descriptorOf(site), 'getDirection'),
  'IOMemoryDescriptor::getFlags': (site) => BigInt(descriptorOf(site).flags >>> 0),
  'IOMemoryDescriptor::getTag': (site) => site.run.objects.at(site.receiver)?.state.get('tag') ?? 0n,
  'IOMemoryDescriptor::setTag': (site) => {
    site.run.objects.at(site.receiver)?.state.set('tag', site.bits(0));
    return 0n;
  },
  'IOMemoryDescriptor::getPreparationID': (site) => {
    const descriptor = descriptorOf(site);
    if (descriptor instanceof InterleavedMemoryDescriptor) return preparationUnsupported;
    if (descriptor.physical) return alwaysPrepared;
    const wired = descriptor.composed
      ? descriptor.parts.every((part) => part.physical || part.wireCount > 0)
      : descriptor.wireCount > 0;
    return wired ? firstPreparation + BigInt(descriptor.id.slice(1)) : 0n;
  },
  'IOMemoryDescriptor::getDescriptorID': (site) => BigInt(descriptorOf(site).id.slice(1)),
  'IOMemoryDescriptor::getDMAMapLength': (site) => {
    const { kernel } = site.run;
    const found = kernel.machine.getDMAMapLength(descriptorOf(site));
    if ('kind' in found) return kernel.codeResult(found);
    storeOut(site, 0, found.offset);
    return found.length;
  },
  'IOMemoryDescriptor::setContext': (site) => {
    const { objects } = site.run;
    const object = objects.at(site.receiver);
    const context = site.pointer(0);
    const old = object?.state.get('context') ?? 0n;
    if (context !== 0n) objects.retain(context);
    object?.state.set('context', context);
    if (old !== 0n) objects.release(old);
    return 0n;
  },
  'IOMemoryDescriptor::copyContext': (site) => {
    const { objects } = site.run;
    const context = objects.at(site.receiver)?.state.get('context') ?? 0n;
    if (context !== 0n) objects.retain(context);
    return context;
  },
  'IOMemoryDescriptor::performOperation': () => success,
  'IOMemoryDescriptor::readBytes': (site) => {
    const { kernel, typed } = site.run;
    const size = Number(site.bits(2));
    const result = kernel.machine.readBytes(descriptorOf(site), site.bits(0), size);
    if (result.kind !== 'transferred') return kernel.codeResult(result);
    typed.writeBytes(site.pointer(1), result.bytes, site.run.access(undefined, site.texts[1] ?? ''));
    return BigInt(result.bytes.length);
  },
  'IOMemoryDescriptor::writeBytes': (site) => {
    const { kernel, typed } = site.run;
    const bytes = typed.readBytes(
      site.pointer(1),
      Number(site.bits(2)),
      site.run.access(undefined, site.texts[1] ?? ''),
    );
    const result = kernel.machine.writeBytes(descriptorOf(site), site.bits(0), bytes);
    return result.kind === 'transferred' ? BigInt(result.bytes.length) : kernel.codeResult(result);
  },
  'IOMemoryDescriptor::getPhysicalSegment': (site) => physicalSegment(site),
  'IOMemoryDescriptor::getPhysicalSegment64': (site) => physicalSegment(site),
  'IOMemoryDescriptor::getSourceSegment': (site) => {
    const descriptor = descriptorOf(site);
    const range = descriptor.ranges[0];
    return range ? range.address + site.bits(0) : 0n;
  },
  'IOMemoryDescriptor::getPhysicalAddress': (site) => physicalAddress(site, descriptorOf(site), 0n).address,
};

/** The task that an argument means; undefined for NULL. */
export function taskArgument(site: CallSite, index: number): Task | undefined {
  if (index >= site.count) return undefined;
  return site.run.kernel.taskAt(
    site.run.integer(site.known(index, { kind: 'pointer', to: { kind: 'class', name: 'task' } })),
  );
}

function createMapping(site: CallSite): Value {
  const { kernel } = site.run;
  const descriptor = descriptorOf(site);
  const task = taskArgument(site, 0);
  const result = kernel.machine.createMappingInTask(
    descriptor,
    task,
    site.bits(1),
    optionBits(site, 2),
    site.bits(3),
    site.bits(4),
  );
  return kernel.mapResult(site, result);
}

function withRange(site: CallSite, address: bigint, length: bigint, options: number, task: Task | undefined): Value {
  return withRanges(site, [{ address, length }], options, task);
}

function withRanges(site: CallSite, ranges: readonly MemoryRange[], options: number, task: Task | undefined): Value {
  const { kernel } = site.run;
  if (task?.kernel) for (const range of ranges) kernel.share(range.address);
  return kernel.descriptorResult(site, kernel.machine.withAddressRanges(ranges, options, task));
}

/** An array of IOVirtualRange or IOPhysicalRange: address and length, 64 bits each. */
function readRanges(site: CallSite, address: bigint, count: bigint): MemoryRange[] {
  const ranges: MemoryRange[] = [];
  const access = site.run.access(undefined, site.texts[0] ?? '');
  for (let index = 0n; index < count && index < 4096n; index++) {
    const bytes = site.run.typed.readBytes(address + index * 16n, 16, access);
    ranges.push({ address: readInteger(bytes, 0, 8), length: readInteger(bytes, 8, 8) });
  }
  return ranges;
}

function subRange(site: CallSite): Value {
  const { kernel } = site.run;
  const parent = descriptorOf(site, site.pointer(0));
  return kernel.descriptorResult(
    site,
    kernel.machine.subRange(parent, site.bits(1), site.bits(2), optionBits(site, 3)),
    'IOSubMemoryDescriptor',
  );
}

/** Where a byte of a descriptor or a map is in physical memory, and how many bytes follow it there. */
export function physicalAddress(
  site: CallSite,
  object: MemoryDescriptor | MemoryMap,
  offset: bigint,
): { readonly address: bigint; readonly length: bigint } {
  const { kernel } = site.run;
  const found = kernel.machine.getPhysicalSegment(object, offset);
  if (found.kind === 'segment') return found;
  kernel.codeResult(found);
  return { address: 0n, length: 0n };
}

function physicalSegment(site: CallSite): Value {
  const segment = physicalAddress(site, descriptorOf(site), site.bits(0));
  if (site.count > 1) storeOut(site, 1, segment.length);
  return segment.address;
}
