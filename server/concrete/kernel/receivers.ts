import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { MemoryMap } from '../../../sim/memory-map';
import type { DescriptorResult } from '../../../sim/outcomes';
import type { CallSite } from '../call-site';
import { notModelled } from '../halt';
import type { Value } from '../values';

/** The descriptor that a method is called on. */
export function descriptorOf(site: CallSite, address: bigint = site.receiver): MemoryDescriptor {
  const object = site.run.objects.at(address)?.sim;
  return object?.kind === 'descriptor' ? object : notModelled(`${site.name}() on what is no memory descriptor`);
}

/** An init method: turns a new object, maybe of a subclass, into the descriptor that `make` gives. */
export function initDescriptor(site: CallSite, make: () => DescriptorResult): Value {
  const { kernel, objects } = site.run;
  const object = objects.at(site.receiver);
  if (!object || object.sim) return notModelled(`${site.name}() on what is no new object`);
  const made = make();
  if (made.kind === 'use-after-free') return kernel.codeResult(made);
  if (made.kind === 'descriptor') {
    objects.bind(object, made.descriptor);
    kernel.firstName(made.descriptor, object.region.name);
  }
  kernel.steps.note();
  return made.kind === 'descriptor' ? 1n : 0n;
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
