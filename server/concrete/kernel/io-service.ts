import { Device } from '../../../sim/device';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { CallSite, KernelTable } from '../call-site';
import { withArticle, type Value } from '../values';
import { optionBits } from './receivers';

/** How many ranges of device memory an assumed provider has. */
const rangeCount = 2n;
/** Whoever asks for a range by a number of its own knows that it is there; PCI devices have six at most. */
const mostRanges = 6n;
/** kIOPCIConfigBaseAddress0, the register of a PCI device's first range. */
const firstBaseAddress = 0x10n;

/**
 * IOService and IOPCIDevice. The base class's life cycle methods succeed and leave the driver's own objects alone
 * (iokit/Kernel/IOService.cpp); of a provider's device memory two ranges are assumed.
 */
export const serviceCalls: KernelTable = {
  'IOService::init': () => 1n,
  'IORegistryEntry::init': () => 1n,
  'IOService::start': () => 1n,
  'IOService::stop': () => 0n,
  'IOService::free': () => 0n,
  'IOService::probe': (site) => site.receiver,
  'IOService::attach': () => 1n,
  'IOService::detach': () => 0n,
  'IOService::open': () => 1n,
  'IOService::close': () => 0n,
  'IOService::terminate': () => 1n,
  'IOService::finalize': () => 1n,
  'IOService::willTerminate': () => 1n,
  'IOService::didTerminate': () => 1n,
  'IOService::registerService': () => 0n,
  'IOService::isInactive': () => 0n,
  'IOService::message': () => 0n,
  'IORegistryEntry::setProperty': () => 1n,
  'IORegistryEntry::removeProperty': () => 0n,
  'IORegistryEntry::setName': () => 0n,
  'IORegistryEntry::setLocation': () => 0n,
  'IORegistryEntry::setProperties': () => 0n,
  'IOUserClient::initWithTask': () => 1n,
  'IOUserClient::clientClose': () => 0n,
  'IOUserClient::clientDied': () => 0n,

  'IOService::getProvider': (site) => relative(site, 'getProvider()', 'provider'),
  'IOService::getDeviceMemoryWithIndex': (site) => {
    const descriptor = deviceMemory(site, site.bits(0));
    return descriptor ? site.run.objects.ofSim(descriptor, 'IODeviceMemory', true).region.base : 0n;
  },
  'IOService::getDeviceMemoryCount': (site) => {
    const { device } = site.run.objects.at(site.receiver) ?? {};
    if (device) return BigInt(device.present ? device.memory.length : 0);
    return site.run.assumer.answer(site, rangeCount);
  },
  'IOService::mapDeviceMemoryWithIndex': (site) => mapDeviceMemory(site, site.bits(0)),
  'IOPCIDevice::getDeviceMemoryWithRegister': (site) => {
    const descriptor = deviceMemory(site, indexOfRegister(site, site.bits(0)));
    return descriptor ? site.run.objects.ofSim(descriptor, 'IODeviceMemory', true).region.base : 0n;
  },
  'IOPCIDevice::mapDeviceMemoryWithRegister': (site) => mapDeviceMemory(site, indexOfRegister(site, site.bits(0))),
  'IOPCIDevice::setMemoryEnable': () => 1n,
  'IOPCIDevice::setBusMasterEnable': () => 1n,
  'IOPCIDevice::setIOEnable': () => 1n,
  'IOPCIDevice::configWrite32': () => 0n,
  'IOPCIDevice::configWrite16': () => 0n,
  'IOPCIDevice::configWrite8': () => 0n,
};

/** Base address registers of 64-bit ranges take two slots each; an index counts the ranges. */
function indexOfRegister(site: CallSite, register: bigint): bigint {
  const { device } = site.run.objects.at(site.receiver) ?? {};
  if (device) {
    const index = device.registers.indexOf(Number(register));
    return BigInt(index < 0 ? device.memory.length : index);
  }
  return register < firstBaseAddress ? mostRanges : (register - firstBaseAddress) / 8n;
}

/** The provider's range `index`; made when first asked for, then always the same. */
function deviceMemory(site: CallSite, index: bigint): MemoryDescriptor | undefined {
  const { kernel, objects } = site.run;
  const provider = objects.at(site.receiver);
  if (provider?.device) return provider.device.present ? provider.device.memory[Number(index)] : undefined;
  if (!provider || index >= mostRanges) return undefined;
  const key = `memory ${String(index)}`;
  const known = provider.state.get(key);
  const existing = known === undefined ? undefined : objects.at(known)?.sim;
  if (existing?.kind === 'descriptor') return existing;
  const name = `${provider.region.name} memory ${String(index)}`;
  const made = kernel.steps.before(() => {
    const descriptor = kernel.deviceMemory();
    if (descriptor) kernel.machine.setName(descriptor, name);
    return descriptor;
  });
  if (!made) return undefined;
  provider.state.set(key, objects.ofSim(made, 'IODeviceMemory', true).region.base);
  site.run.assume(name, `64 KiB at 0x${(made.ranges[0]?.address ?? 0n).toString(16)}`, site.place);
  return made;
}

function mapDeviceMemory(site: CallSite, index: bigint): Value {
  const { kernel, objects } = site.run;
  const declared = objects.at(site.receiver)?.device;
  if (declared)
    return kernel.mapResult(
      site,
      kernel.machine.mapDeviceMemoryWithIndex(declared, Number(index), optionBits(site, 1)),
    );
  const descriptor = deviceMemory(site, index);
  const name = objects.at(site.receiver)?.region.name ?? 'the provider';
  const provider = new Device(name, descriptor ? [descriptor] : [], []);
  const at = descriptor ? 0 : Number(index);
  return kernel.mapResult(site, kernel.machine.mapDeviceMemoryWithIndex(provider, at, optionBits(site, 1)));
}

/** An object that belongs to another one and stays the same for the whole run. */
export function relative(site: CallSite, key: string, name: string, className = 'IOService'): Value {
  const { objects } = site.run;
  const owner = objects.at(site.receiver);
  const known = owner?.state.get(key);
  if (known !== undefined) return known;
  const given = site.run.assumer.given(name, site.result);
  const made =
    given === undefined ? objects.make(className, name, { assumed: true }).region.base : site.run.integer(given);
  if (given === undefined) site.run.assume(`${owner?.region.name ?? ''}->${key}`, withArticle(className), site.place);
  owner?.state.set(key, made);
  return made;
}
