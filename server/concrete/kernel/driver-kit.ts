import { BufferMemoryDescriptor } from '../../../sim/buffer-memory-descriptor';
import type { CreateMappingResult, CreateResult } from '../../../sim/driver-kit';
import type { CallSite, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import type { Value } from '../values';
import { descriptorOf, mapOf, optionBits, storeOut } from './receivers';

/** kIOReturnSuccess. */
const success = 0n;

/** The DriverKit side of memory descriptors and maps: the driver is a task of its own, the simulator's "client". */
export const driverKitCalls: KernelTable = {
  'IOBufferMemoryDescriptor::Create': (site) => {
    const { kernel } = site.run;
    kernel.codeTask = kernel.client();
    const made = kernel.machine.driverKit.create(kernel.client(), optionBits(site, 0), site.bits(1), site.bits(2));
    return created(site, 3, made);
  },
  'IOMemoryDescriptor::CreateMapping': (site) => {
    const { kernel } = site.run;
    kernel.codeTask = kernel.client();
    const made = kernel.machine.driverKit.createMapping(kernel.client(), descriptorOf(site), {
      options: optionBits(site, 0),
      address: site.bits(1),
      offset: site.bits(2),
      length: site.bits(3),
      alignment: site.bits(4),
    });
    return mapped(site, 5, made);
  },
  'IOMemoryDescriptor::CreateSubMemoryDescriptor': (site) => {
    const of = site.pointer(3);
    const made = site.run.kernel.machine.driverKit.createSub(
      optionBits(site, 0),
      site.bits(1),
      site.bits(2),
      of === 0n ? undefined : descriptorOf(site, of),
    );
    return created(site, 4, made);
  },
  'IOMemoryDescriptor::GetLength': (site) => {
    storeOut(site, 0, site.run.kernel.getter(descriptorOf(site), 'getLength'));
    return success;
  },
  'IOBufferMemoryDescriptor::GetAddressRange': (site) => {
    const { kernel } = site.run;
    kernel.codeTask = kernel.client();
    const result = kernel.machine.driverKit.addressRange(kernel.client(), bufferOf(site));
    if (result.kind !== 'range') {
      const { code } = mappingOf(site, result);
      return code;
    }
    kernel.steps.note();
    const address = site.pointer(0);
    const access = site.run.access(undefined, site.texts[0] ?? '');
    site.run.store(address, { kind: 'int', bits: 64, signed: false }, result.address, access);
    site.run.store(address + 8n, { kind: 'int', bits: 64, signed: false }, result.length, access);
    return success;
  },
  'IOBufferMemoryDescriptor::SetLength': (site) =>
    site.run.kernel.codeResult(site.run.kernel.machine.driverKit.setLength(bufferOf(site), site.bits(0))),
  'IOMemoryMap::GetAddress': (site) => site.run.kernel.getter(mapOf(site), 'getAddress'),
  'IOMemoryMap::GetLength': (site) => site.run.kernel.getter(mapOf(site), 'getLength'),
  'IOMemoryMap::GetOffset': (site) => site.run.kernel.getter(mapOf(site), 'getOffset'),
};

function bufferOf(site: CallSite): BufferMemoryDescriptor {
  const descriptor = descriptorOf(site);
  return descriptor instanceof BufferMemoryDescriptor ? descriptor : notModelled(`${site.name}() on what is no buffer`);
}

/** Stores what a call made, NULL where it made nothing, and answers its return code. */
function created(site: CallSite, index: number, result: CreateResult): Value {
  const { kernel } = site.run;
  if (result.kind !== 'code') return kernel.codeResult(result);
  const { descriptor, code, why } = result;
  out(site, index, descriptor ? kernel.descriptorResult(site, { kind: 'descriptor', descriptor, why }) : 0n);
  if (!descriptor) kernel.steps.note();
  return BigInt(code);
}

function mapped(site: CallSite, index: number, result: CreateMappingResult): Value {
  const { code, map } = mappingOf(site, result);
  out(site, index, map);
  return code;
}

function mappingOf(site: CallSite, result: CreateMappingResult): { readonly code: bigint; readonly map: bigint } {
  const { kernel } = site.run;
  if (result.kind !== 'code') return { code: 0n, map: kernel.mapResult(site, result) };
  const { map, how, why, code } = result;
  if (map) return { code: success, map: kernel.mapResult(site, { kind: 'map', map, how: how ?? 'new', why }) };
  kernel.steps.note();
  return { code: BigInt(code), map: 0n };
}

function out(site: CallSite, index: number, made: bigint): void {
  const address = site.pointer(index);
  if (address === 0n) return;
  site.run.store(
    address,
    { kind: 'pointer', to: { kind: 'unknown' } },
    made,
    site.run.access(undefined, (site.texts[index] ?? '').replace(/^&/, '')),
  );
}
