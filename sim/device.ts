import { makeDescriptor } from './creation';
import type { KernelState } from './kernel-state';
import { joinCollection, leaveCollection } from './lifetime';
import { cacheName, kIOMemoryMapperNone } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import type { DescriptorResult, Panic } from './outcomes';
import { addressText, countText, sizeText } from './text';

/** Providers with device memory: IODeviceMemory.cpp, IOService.cpp ("Device memory"), IOPCIFamily's IOPCIDevice.cpp. */

export interface BaseAddress {
  /** Physical. */
  readonly address: bigint;
  readonly length: bigint;
  /** The PCI configuration register of the range; without one, the next free (two for a range beyond 4 GiB). */
  readonly register?: number;
  /** The platform's attribute of the range as a kIO*Cache value, kIOInhibitCache unless said otherwise. */
  readonly cache?: number;
}

/** kIOPCIConfigBaseAddress0. */
const firstRegister = 0x10;

/** A nub: its IODeviceMemory array, and the register of each range (the tags that IOPCIBridge gives them). */
export class Device {
  readonly name: string;
  readonly memory: readonly MemoryDescriptor[];
  readonly registers: readonly number[];
  /** False once the nub and its array are gone. */
  present = true;

  constructor(name: string, memory: readonly MemoryDescriptor[], registers: readonly number[]) {
    this.name = name;
    this.memory = memory;
    this.registers = registers;
  }

  get collection(): string {
    return `device ${this.name}'s memory`;
  }
}

/**
 * IODeviceMemory::withRange: a physical IOGeneralMemoryDescriptor that is only cast to IODeviceMemory*, so that
 * OSDynamicCast(IODeviceMemory, …) of it gives NULL.
 */
export function deviceMemory(state: KernelState, address: bigint, length: bigint, cache = 0): DescriptorResult {
  const made = makeDescriptor(state, undefined, [{ address, length }], kIOMemoryMapperNone);
  if (made.kind === 'descriptor') made.descriptor.cache = cache;
  return made;
}

/** IODeviceMemory::arrayFromList and IOService::setDeviceMemory: the array alone retains the ranges. */
export function makeDevice(state: KernelState, name: string, bars: readonly BaseAddress[]): Device {
  const memory: MemoryDescriptor[] = [];
  const registers: number[] = [];
  let register = firstRegister;
  for (const bar of bars) {
    const made = deviceMemory(state, bar.address, bar.length, bar.cache);
    if (made.kind !== 'descriptor') continue;
    made.descriptor.name = `${name}.${String(memory.length)}`;
    made.descriptor.unnamed = false;
    memory.push(made.descriptor);
    register = bar.register ?? register;
    registers.push(register);
    register += bar.address + bar.length > 1n << 32n ? 8 : 4;
  }
  const device = new Device(name, memory, registers);
  for (const descriptor of memory) {
    joinCollection(state, descriptor, device.collection);
    descriptor.references = 0;
  }
  const ranges = memory.map(
    (each) =>
      `${addressText(each.ranges[0]!.address)} (${sizeText(each.length)}, ${cacheName(each.cache || state.deviceCache)})`,
  );
  state.note('create', `Device ${name} has ${countText(memory.length, 'range')} of memory: ${ranges.join(', ')}.`);
  return device;
}

export type DeviceMemoryResult =
  | { readonly kind: 'descriptor'; readonly descriptor: MemoryDescriptor }
  | { readonly kind: 'null'; readonly why: string };

/** IOService::getDeviceMemoryWithIndex: the provider's own reference, +0. */
export function deviceMemoryWithIndex(device: Device, index: number): DeviceMemoryResult {
  return found(device, device.memory[index], `index ${String(index)}`);
}

/** IOPCIDevice::getDeviceMemoryWithRegister: the range whose tag's low byte is the register, +0. */
export function deviceMemoryWithRegister(device: Device, register: number): DeviceMemoryResult {
  const index = device.registers.indexOf(register & 0xff);
  return found(device, device.memory[index], `register 0x${(register & 0xff).toString(16)}`);
}

function found(device: Device, descriptor: MemoryDescriptor | undefined, which: string): DeviceMemoryResult {
  return descriptor && device.present
    ? { kind: 'descriptor', descriptor }
    : { kind: 'null', why: `${device.name} has no device memory with ${which}. Test the result.` };
}

/** The nub goes: its array gives the ranges back, and only those live on that somebody else retained. */
export function removeDevice(state: KernelState, device: Device): Panic | undefined {
  let panicked: Panic | undefined;
  device.present = false;
  for (const descriptor of device.memory) panicked = leaveCollection(state, descriptor, device.collection) ?? panicked;
  const kept = device.memory.filter((each) => !each.freed);
  state.note(
    'free',
    `Device ${device.name} goes, and its array of device memory with it.` +
      (kept.length ? ` Still retained: ${kept.map((each) => each.name).join(', ')}.` : ''),
  );
  return panicked;
}
