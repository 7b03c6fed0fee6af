import { kIOMapAnywhere, kIOMapGuardedLarge, kIOMapGuardedSmall, kIOMapReadOnly } from '../../../sim/map-options';
import type { CallSite, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import type { Value } from '../values';
import { descriptorOf, mapOf, storeOut } from './receivers';

/** kIOReturnSuccess, kIOReturnError, kIOReturnBadArgument. */
const success = 0n;
const failed = 0xe00002bcn;
const badArgument = 0xe00002c2n;
/** kIOMemoryPageable: a driver's buffer is in its own task, so it can only be pageable (IOUserServer.cpp, Create_Impl). */
const pageable = 0x20;

/** DriverKit's cache values and the kernel's fields (iokit/Kernel/IOUserServer.cpp, CreateMapping_Impl). */
const cacheModes = new Map([
  [0n, 0],
  [0x100n, 0x100],
  [0x200n, 0x300],
  [0x400n, 0x200],
  [0x800n, 0x700],
]);

/** The DriverKit side of memory descriptors and maps: the driver is a task of its own. */
export const driverKitCalls: KernelTable = {
  'IOBufferMemoryDescriptor::Create': (site) => {
    const { kernel } = site.run;
    const options = site.bits(0);
    if (options === 0n || options > 3n) return badArgument;
    kernel.codeTask = kernel.client();
    const made = kernel.machine.bufferInTask(
      kernel.client(),
      Number(options) | pageable,
      site.bits(1),
      site.bits(2) || 1n,
    );
    return out(site, 3, kernel.descriptorResult(site, made));
  },
  'IOMemoryDescriptor::CreateMapping': (site) => createMapping(site),
  'IOMemoryDescriptor::GetLength': (site) => {
    storeOut(site, 0, site.run.kernel.getter(descriptorOf(site), 'getLength'));
    return success;
  },
  'IOBufferMemoryDescriptor::GetAddressRange': (site) => {
    const descriptor = descriptorOf(site);
    const address = site.pointer(0);
    const range = descriptor.ranges[0];
    const access = site.run.access(undefined, site.texts[0] ?? '');
    site.run.store(address, { kind: 'int', bits: 64, signed: false }, range?.address ?? 0n, access);
    site.run.store(address + 8n, { kind: 'int', bits: 64, signed: false }, descriptor.length, access);
    return success;
  },
  'IOBufferMemoryDescriptor::SetLength': (site) => {
    const descriptor = descriptorOf(site);
    if (!('capacity' in descriptor)) return notModelled('SetLength() on what is no buffer');
    site.run.kernel.machine.setLength(
      descriptor as Parameters<typeof site.run.kernel.machine.setLength>[0],
      site.bits(0),
    );
    return success;
  },
  'IOMemoryMap::GetAddress': (site) => site.run.kernel.getter(mapOf(site), 'getAddress'),
  'IOMemoryMap::GetLength': (site) => site.run.kernel.getter(mapOf(site), 'getLength'),
  'IOMemoryMap::GetOffset': (site) => site.run.kernel.getter(mapOf(site), 'getOffset'),
};

function createMapping(site: CallSite): Value {
  const { kernel } = site.run;
  const options = site.bits(0);
  const cache = cacheModes.get(options & 0xff00n);
  if (cache === undefined) return badArgument;
  let mapOptions = cache;
  if ((options & 0x1n) === 0n) {
    mapOptions |= kIOMapAnywhere;
    const guard = options & 0x1cn;
    if (guard === 0xcn) mapOptions |= kIOMapGuardedLarge;
    else if (guard !== 0x4n) mapOptions |= kIOMapGuardedSmall;
  }
  const descriptor = descriptorOf(site);
  const own = site.run.objects.at(site.receiver)?.assumed === false;
  if (!own && ((options & 0x2n) !== 0n || descriptor.direction === 'out')) mapOptions |= kIOMapReadOnly;
  kernel.codeTask = kernel.client();
  const result = kernel.machine.createMappingInTask(
    descriptor,
    kernel.client(),
    site.bits(1),
    mapOptions >>> 0,
    site.bits(2),
    site.bits(3),
  );
  return out(site, 5, kernel.mapResult(site, result));
}

function out(site: CallSite, index: number, made: bigint): Value {
  const address = site.pointer(index);
  if (address !== 0n)
    site.run.store(
      address,
      { kind: 'pointer', to: { kind: 'unknown' } },
      made,
      site.run.access(undefined, (site.texts[index] ?? '').replace(/^&/, '')),
    );
  return made === 0n ? failed : success;
}
