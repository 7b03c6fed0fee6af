import type { DataQueue } from '../../sim/data-queue';
import type { Device } from '../../sim/device';
import type { ExternalCall } from '../../sim/external-method';
import type { KernelObject } from '../../sim/kernel-object';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import type { Task } from '../../sim/task';
import type { UserClient } from '../../sim/user-client';
import type { DriverInstance } from './driver';

/** Memory that a scenario allocated in a task. */
export interface AllocatedMemory {
  readonly kind: 'memory';
  readonly name: string;
  readonly task: Task;
  readonly address: bigint;
  readonly length: bigint;
}

/** What a name stands for that a call did not make: why it is NULL. */
export interface NoObject {
  readonly kind: 'nothing';
  readonly why: string;
}

/** A number that the driver's code gave. */
export interface NamedNumber {
  readonly kind: 'number';
  readonly value: bigint;
}

/** What a name in a scenario can stand for. */
export type Thing =
  | { readonly kind: 'object'; readonly object: KernelObject }
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'device'; readonly device: Device }
  | { readonly kind: 'client'; readonly client: UserClient }
  | { readonly kind: 'call'; readonly call: ExternalCall }
  | { readonly kind: 'queue'; readonly queue: DataQueue }
  | { readonly kind: 'instance'; readonly instance: DriverInstance }
  | NamedNumber
  | AllocatedMemory
  | NoObject;

/** "a map", "a task": what a thing is, for messages. */
export function thingText(thing: Thing): string {
  switch (thing.kind) {
    case 'object':
      return thing.object.kind === 'map' ? 'a map' : 'a descriptor';
    case 'task':
      return 'a task';
    case 'device':
      return 'a device';
    case 'client':
      return 'a user client';
    case 'call':
      return 'an external method’s call';
    case 'queue':
      return 'a data queue';
    case 'memory':
      return 'allocated memory';
    case 'instance':
      return `an instance of ${thing.instance.class}`;
    case 'number':
      return 'a number';
    case 'nothing':
      return 'NULL';
    default:
      return thing satisfies never;
  }
}

/** A member of a thing as a number: `m.length`, `ring.address`, `gpu.0.length`. Undefined where it has none of that name. */
export function numberOfThing(thing: Thing, member: string): bigint | undefined {
  switch (thing.kind) {
    case 'number':
      return member === 'address' ? thing.value : undefined;
    case 'memory':
      return member === 'address'
        ? thing.address
        : member === 'length'
          ? thing.length
          : member === 'end'
            ? thing.address + thing.length
            : undefined;
    case 'queue':
      return member === 'address' ? thing.queue.address : member === 'length' ? thing.queue.length : undefined;
    case 'object':
      return thing.object.kind === 'map'
        ? numberOfMap(thing.object as MemoryMap, member)
        : numberOfDescriptor(thing.object as MemoryDescriptor, member);
    default:
      return undefined;
  }
}

function numberOfMap(map: MemoryMap, member: string): bigint | undefined {
  switch (member) {
    case 'address':
      return map.address;
    case 'length':
      return map.length;
    case 'offset':
      return map.offset;
    case 'end':
      return map.address + map.length;
    default:
      return undefined;
  }
}

function numberOfDescriptor(descriptor: MemoryDescriptor, member: string): bigint | undefined {
  const first = descriptor.ranges[0];
  switch (member) {
    case 'address':
      return first?.address;
    case 'length':
      return descriptor.length;
    case 'end':
      return first && first.address + first.length;
    case 'capacity':
      return 'capacity' in descriptor ? (descriptor.capacity as bigint) : undefined;
    default:
      return /^\d{1,6}$/.test(member) ? descriptor.ranges[Number(member)]?.address : undefined;
  }
}
