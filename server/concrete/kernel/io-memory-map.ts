import type { KernelTable } from '../call-site';
import { physicalAddress } from './io-memory-descriptor';
import { descriptorOf, mapOf, optionBits, storeOut } from './receivers';

/** IOMemoryMap. */
export const memoryMapCalls: KernelTable = {
  'IOMemoryMap::getVirtualAddress': (site) => site.run.kernel.getter(mapOf(site), 'getVirtualAddress'),
  'IOMemoryMap::getAddress': (site) => site.run.kernel.getter(mapOf(site), 'getAddress'),
  'IOMemoryMap::getLength': (site) => site.run.kernel.getter(mapOf(site), 'getLength'),
  'IOMemoryMap::getSize': (site) => site.run.kernel.getter(mapOf(site), 'getSize'),
  'IOMemoryMap::getMapOptions': (site) => site.run.kernel.getter(mapOf(site), 'getMapOptions'),
  'IOMemoryMap::getMemoryDescriptor': (site) => {
    const map = mapOf(site);
    site.run.kernel.getter(map, 'getLength');
    return map.memory ? site.run.objects.ofSim(map.memory, map.memory.class).region.base : 0n;
  },
  'IOMemoryMap::getAddressTask': (site) => {
    const map = mapOf(site);
    site.run.kernel.getter(map, 'getLength');
    return map.task ? site.run.kernel.taskAddress(map.task) : 0n;
  },
  'IOMemoryMap::getPhysicalAddress': (site) => {
    return physicalAddress(site, mapOf(site), 0n).address;
  },
  'IOMemoryMap::getPhysicalSegment': (site) => {
    const map = mapOf(site);
    const length = site.run.kernel.getter(map, 'getLength');
    const offset = site.bits(0);
    const segment = offset < length ? physicalAddress(site, map, offset) : { address: 0n, length: 0n };
    const rest = length - offset;
    if (site.count > 1) storeOut(site, 1, segment.length < rest ? segment.length : rest);
    return segment.address;
  },
  'IOMemoryMap::unmap': (site) => site.run.kernel.codeResult(site.run.kernel.machine.unmap(mapOf(site))),
  'IOMemoryMap::wireRange': (site) => {
    const { kernel } = site.run;
    return kernel.codeResult(kernel.machine.wireRange(mapOf(site), optionBits(site, 0), site.bits(1), site.bits(2)));
  },
  'IOMemoryMap::redirect': (site) => {
    const { kernel } = site.run;
    const to = site.pointer(0);
    optionBits(site, 1);
    return kernel.codeResult(
      kernel.machine.redirect(mapOf(site), to === 0n ? undefined : descriptorOf(site, to), site.bits(2)),
    );
  },
};
