import type { VmEntry } from './address-space';
import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { segmentsOf } from './composition';
import { GuardPageMemoryDescriptor } from './guard-page-memory-descriptor';
import type { Segment } from './interleaved-memory-descriptor';
import type { KernelState } from './kernel-state';
import { cacheInstead } from './cache-attributes';
import { cacheName, mapOptionsText } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { MemoryObject } from './memory-object';
import { kIOMapStatic } from './map-options';
import { SubMemoryDescriptor } from './sub-memory-descriptor';
import type { Task } from './task';
import { hex } from './text';
import type { Arch, DescriptorView, EntryView, MapView, TaskView } from './trace';

/** The trace's views of the model's objects. */

/** Ordinary memory without a mode of its own is cached copyback. */
function modeName(object: MemoryObject | undefined): string {
  return object?.cache ? cacheName(object.cache) : 'copyback';
}

function instead(object: MemoryObject | undefined, arch: Arch): { readonly cacheAs?: string } {
  const cacheAs = object && cacheInstead(arch, object.cache);
  return cacheAs === undefined ? {} : { cacheAs };
}

export function taskView(task: Task): TaskView {
  return {
    id: task.id,
    name: task.name,
    kernel: task.kernel,
    pageSize: task.space.pageSize,
    ...(task.state === 'alive' ? {} : { state: task.state }),
    min: hex(task.space.addressOf(task.space.min)),
    max: hex(task.space.addressOf(task.space.max)),
  };
}

function optionsText(descriptor: MemoryDescriptor): string {
  const words: string[] = [];
  if (descriptor instanceof BufferMemoryDescriptor) {
    words.push(descriptor.pageable ? 'pageable' : 'kernel buffer');
    if (descriptor.capacity !== descriptor.length) words.push(`capacity ${hex(descriptor.capacity)}`);
  }
  if (descriptor instanceof SubMemoryDescriptor)
    words.push(`sub-range of ${descriptor.parent.name} +${hex(descriptor.start)}`);
  else if (descriptor.physical) words.push('physical');
  if (descriptor instanceof GuardPageMemoryDescriptor) words.push('guard pages');
  if (descriptor instanceof BufferMemoryDescriptor && descriptor.guarded) words.push('between guard pages');
  const parts = segmentsOf(descriptor);
  if (parts) words.push(parts.length ? `made of ${partsText(parts)}` : 'made of nothing yet');
  if (descriptor.flags & 0x20000) words.push('copy on write');
  return words.join(', ');
}

/** Of a composed descriptor: how often all of it is wired. */
function wiredCount(descriptor: MemoryDescriptor): number {
  if (descriptor instanceof SubMemoryDescriptor) return wiredCount(descriptor.parent);
  const { parts, wireCount } = descriptor;
  return descriptor.composed && parts.length ? Math.min(...parts.map(wiredCount)) : wireCount;
}

function partsText(parts: readonly Segment[]): string {
  return parts
    .map(({ descriptor, offset }) => (offset === 0n ? descriptor.name : `${descriptor.name} +${hex(offset)}`))
    .join(', ');
}

/** The memory whose cache mode a descriptor has. */
export function memoryOf(descriptor: MemoryDescriptor): MemoryObject | undefined {
  const root = descriptor instanceof SubMemoryDescriptor ? descriptor.parent : descriptor;
  const { reference, task } = root;
  if (reference?.chunks[0]) return reference.chunks[0].object;
  return task && root.ranges[0] ? task.space.entryAt(task.space.pageOf(root.ranges[0].address))?.object : undefined;
}

/** The memory at a map's first byte. */
export function memoryOfMap(map: MemoryMap): MemoryObject | undefined {
  return map.alive && map.task ? map.task.space.entryAt(map.task.space.pageOf(map.address))?.object : undefined;
}

export function descriptorView(descriptor: MemoryDescriptor, state: KernelState): DescriptorView {
  const root = descriptor instanceof SubMemoryDescriptor ? descriptor.parent : descriptor;
  const parts = segmentsOf(descriptor);
  const object = memoryOf(root);
  const cache = !object && root.physical ? cacheName(root.cache || state.deviceCache) : modeName(object);
  return {
    id: descriptor.id,
    name: descriptor.name,
    class: descriptor.class,
    length: hex(descriptor.length),
    direction: descriptor.direction,
    ...(descriptor.task ? { task: descriptor.task.id } : {}),
    ...(parts
      ? {
          parts: parts.map((part) => ({
            descriptor: part.descriptor.id,
            offset: hex(part.offset),
            length: hex(part.length),
          })),
        }
      : {}),
    ranges: descriptor.ranges.map((range) => ({ address: hex(range.address), length: hex(range.length) })),
    options: optionsText(descriptor),
    cache,
    wired: wiredCount(descriptor),
    retainCount: descriptor.freed ? 0 : descriptor.retainCount,
    holders: [...descriptor.holders, ...(descriptor.freed ? [] : descriptor.internalHolders)],
    freed: descriptor.freed,
    ...(descriptor.leaked ? { leaked: true } : {}),
  };
}

function wiredBy(map: MemoryMap): { readonly wired?: number } {
  const { space } = map.madeFor;
  const wired = map.alive && map.address !== 0n ? space.entryAt(space.pageOf(map.address))?.wired : undefined;
  return wired ? { wired } : {};
}

export function mapView(map: MemoryMap, arch: Arch): MapView {
  return {
    id: map.id,
    name: map.name,
    descriptor: map.memory?.id ?? map.lastMemory,
    task: map.madeFor.id,
    address: hex(map.address),
    offset: hex(map.offset),
    length: hex(map.length),
    options: mapOptionsText(map.options),
    protection: map.protection,
    cache: modeName(memoryOfMap(map)),
    ...instead(memoryOfMap(map), arch),
    ...wiredBy(map),
    references: map.freed ? 0 : map.references,
    holders: [...map.holders, ...(map.freed ? [] : map.internalHolders)],
    ...(map.superMap ? { superMap: map.superMap.id } : {}),
    static: (map.options & kIOMapStatic) !== 0,
    mapped: map.alive && !map.freed,
    freed: map.freed,
    ...(map.leaked ? { leaked: true } : {}),
  };
}

export function entryView(entry: VmEntry, task: Task, arch: Arch): EntryView {
  const space = task.space;
  return {
    id: entry.id,
    task: task.id,
    start: hex(space.addressOf(entry.start)),
    end: hex(space.addressOf(entry.end)),
    protection: entry.protection,
    kind: entry.kind,
    cache: modeName(entry.object),
    ...instead(entry.object, arch),
    ...(entry.wired ? { wired: entry.wired } : {}),
    ...(entry.map ? { map: entry.map.id } : {}),
    ...(entry.descriptor ? { descriptor: entry.descriptor.id } : {}),
    // An entry that starts inside a page before its data shows the descriptor's byte 0 from there on.
    ...(entry.descriptorOffset === undefined
      ? {}
      : { offset: hex(entry.descriptorOffset < 0n ? 0n : entry.descriptorOffset) }),
    ...(entry.descriptor && entry.object?.copyOf.size ? { copy: true } : {}),
    ...(entry.object?.blockedBy && !entry.object.device ? { blocked: entry.object.blockedBy.name } : {}),
    ...(entry.note ? { note: entry.note } : {}),
  };
}
