import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { MemoryMap } from '../../../sim/memory-map';
import type { CallSite } from '../call-site';
import { notModelled } from '../halt';

/** The descriptor that a method is called on. */
export function descriptorOf(site: CallSite, address: bigint = site.receiver): MemoryDescriptor {
  const object = site.run.objects.at(address)?.sim;
  return object?.kind === 'descriptor' ? object : notModelled(`${site.name}() on what is no memory descriptor`);
}

/** The map that a method is called on. */
export function mapOf(site: CallSite): MemoryMap {
  const object = site.run.objects.at(site.receiver)?.sim;
  return object?.kind === 'map' ? object : notModelled(`${site.name}() on what is no memory map`);
}

/** Stores an integer through an out parameter, where the caller passes one. */
export function storeOut(site: CallSite, index: number, value: bigint, bits: 8 | 16 | 32 | 64 = 64): void {
  const address = site.pointer(index);
  if (address === 0n) return;
  site.run.store(
    address,
    { kind: 'int', bits, signed: false },
    value,
    site.run.access(undefined, site.texts[index] ?? ''),
  );
}

/** An IOOptionBits argument as the number that the simulator takes. */
export function optionBits(site: CallSite, index: number, otherwise = 0): number {
  return Number(BigInt.asUintN(32, site.bits(index, BigInt(otherwise))));
}
