import { mapParts } from './composed-mapping';
import { GuardPageMemoryDescriptor } from './guard-page-memory-descriptor';
import { InterleavedMemoryDescriptor } from './interleaved-memory-descriptor';
import { useAfterFree, type KernelState } from './kernel-state';
import { dropMap } from './lifetime';
import {
  kIOMapCacheMask,
  kIOMapGuardedMask,
  kIOMapReadOnly,
  kIOMapStatic,
  kIOMemoryRemote,
  type MapOptions,
} from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import { MemoryMap } from './memory-map';
import { buildReference, copiesOnWrite } from './memory-reference-create';
import { place } from './memory-reference-map';
import { MultiMemoryDescriptor } from './multi-memory-descriptor';
import { nothing, panic, type MapResult } from './outcomes';
import { privateDescriptor } from './private-descriptor';
import { SubMemoryDescriptor } from './sub-memory-descriptor';
import type { Task } from './task';
import { addressText, hex, sizeText } from './text';

/**
 * IOMemoryDescriptor::createMappingInTask (iokit/Kernel/IOMemoryDescriptor.cpp): makeMapping, copyCompatible, doMap and
 * memoryReferenceMap, in the kernel's order.
 */

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);

export interface MapRequest {
  readonly descriptor: MemoryDescriptor;
  readonly task: Task | undefined;
  readonly at: bigint;
  readonly options: number;
  readonly offset: bigint;
  readonly length: bigint;
}

export function createMapping(state: KernelState, request: MapRequest): MapResult {
  let descriptor = request.descriptor;
  if (descriptor.freed) return useAfterFree(state, descriptor, 'createMappingInTask');
  const task = request.task;
  const { rules } = state.layout;
  if (!task)
    return rules.nullTaskPanics
      ? panic(
          'NULL task',
          'The target task is NULL: the kernel reads its map and faults. Pass kernel_task or a task that you tested.',
        )
      : nothing('null-task', 'The target task is NULL. Pass kernel_task or a task that you tested.');
  // get_task_map() reads the task (osfmk/kern/bsd_kern.c), and nothing that maps holds it.
  const source = descriptor.task;
  if (task.state === 'freed') return usedTask(state, task, descriptor);
  if (source?.state === 'freed') return usedTask(state, source, descriptor);
  if (task.space.pageSize !== state.pageSize) return foreignPages(task);
  if (source && source.space.pageSize !== state.pageSize) return foreignPages(source);
  const options = state.mapOptions(request.options >>> 0);
  const length = request.length === 0n ? descriptor.length : wrap(request.length);
  let offset = wrap(request.offset);
  while (descriptor instanceof SubMemoryDescriptor) {
    offset = wrap(offset + descriptor.start);
    descriptor = descriptor.parent;
  }
  const map = new MemoryMap(
    `m${String(state.nextNumber('m'))}`,
    '',
    task,
    wrap(request.at),
    request.options >>> 0,
    offset,
    length,
  );

  if (rules.snapshotFirst && copiesOnWrite(state, descriptor) && descriptor.task && !descriptor.reference) {
    const failure = buildReference(state, descriptor, options);
    if (failure) return failure;
  }
  if (options.static) {
    if (length > descriptor.length) return listWithoutMemory(state, descriptor, map);
    map.offset = 0n;
    attach(state, descriptor, map);
    const why = `Records ${addressText(map.address)} as a static map: kIOMapStatic makes no VM entry and removes none.`;
    return { kind: 'map', map, how: 'static', why };
  }
  if (options.unique) {
    if (descriptor.physical) {
      const made = privateDescriptor(state, descriptor, offset, length);
      if (!made)
        return nothing(
          'not-contiguous',
          "kIOMapUnique needs physical memory in one contiguous segment from the offset on. Map one range at a time, or drop kIOMapUnique. The IOMemoryMap that was made for it leaks, with a reference of the task's map.",
        );
      descriptor = made;
      offset = 0n;
      map.offset = 0n;
    }
  } else {
    const shared = share(state, descriptor, map, options, rules.guards);
    if (shared) return shared;
    if (options.reference)
      return nothing(
        'no-shared-map',
        `kIOMapReference takes only a compatible map that exists already, and ${descriptor.name} has none.`,
      );
  }
  const result = doMap(state, descriptor, map, options, task, length);
  if (result.kind !== 'map' && descriptor !== request.descriptor && descriptor.owners === 0) {
    descriptor.freed = true;
    state.touch(descriptor);
  }
  return result;
}

/** The first compatible map of the descriptor's set, in insertion order (makeMapping, IOMemoryMap::copyCompatible). */
function share(
  state: KernelState,
  descriptor: MemoryDescriptor,
  map: MemoryMap,
  options: MapOptions,
  guards: boolean,
): MapResult | undefined {
  for (const existing of descriptor.maps) {
    // A static map longer than its descriptor is never taken out of the set (setMemoryDescriptor).
    if (existing.freed) return useAfterFree(state, existing, 'The search for a compatible map');
    if (!compatible(existing, map, options, guards)) continue;
    const same = `same task, same read-only bit`;
    if (existing.length === map.length && existing.offset === map.offset) {
      existing.references++;
      state.touch(existing);
      return {
        kind: 'map',
        map: existing,
        how: 'shared',
        why: `Shares ${existing.name}: ${same}, equal range. The same IOMemoryMap with one more reference, no new VM entry.`,
      };
    }
    const delta = wrap(map.offset - existing.offset);
    map.superMap = existing;
    existing.subMaps.add(map);
    map.offset = wrap(existing.offset + delta);
    map.address = wrap(existing.address + delta);
    map.protection = existing.protection;
    attach(state, descriptor, map);
    return {
      kind: 'map',
      map,
      how: 'sub-map',
      why: `Shares ${existing.name}: ${same}, range inside it. New sub-map, no new VM entry.`,
    };
  }
  return undefined;
}

/**
 * IOMemoryMap::copyCompatible, its six tests in its order; 64-bit sums without an overflow test.
 * @param guards the kernel knows guard pages.
 */
export function compatible(existing: MemoryMap, wanted: MemoryMap, options: MapOptions, guards = true): boolean {
  if (!wanted.task || !existing.alive || existing.task?.space !== wanted.task.space) return false;
  const differing = (existing.options ^ wanted.options) >>> 0;
  if (differing & kIOMapReadOnly) return false;
  if (guards && differing & kIOMapGuardedMask) return false;
  if ((wanted.options & kIOMapCacheMask) !== 0 && differing & kIOMapCacheMask) return false;
  if (!options.anywhere && existing.address !== wanted.address) return false;
  if (wanted.offset < existing.offset) return false;
  return wrap(wanted.offset - existing.offset + wanted.length) <= existing.length;
}

function doMap(
  state: KernelState,
  descriptor: MemoryDescriptor,
  map: MemoryMap,
  options: MapOptions,
  task: Task,
  length: bigint,
): MapResult {
  if (descriptor instanceof InterleavedMemoryDescriptor)
    return nothing(
      'unsupported',
      `kIOReturnUnsupported: an IOInterleavedMemoryDescriptor has no doMap, so it can never be mapped. Map the descriptors that ${descriptor.name} is made of.`,
    );
  if (descriptor instanceof MultiMemoryDescriptor) {
    const result = mapParts(state, descriptor, map, options, task, (part) => createMapping(state, part));
    if (result.kind === 'map') attach(state, descriptor, map);
    return result;
  }
  const result = mapMemory(state, descriptor, map, options, task, length);
  if (result.kind !== 'map' || !(descriptor instanceof GuardPageMemoryDescriptor)) return result;
  guardAll(map);
  if (map.length === 0n) return result;
  const why = `Guard pages in ${task.name} at ${addressText(map.address)}, ${sizeText(map.length)}: every access faults.`;
  return { ...result, why };
}

/** IOGuardPageMemoryDescriptor::doMap: what a map shows loses every protection, its maximum too. */
export function guardAll(map: MemoryMap): void {
  const space = map.task?.space;
  // Of no bytes nothing is protected (osfmk/vm/vm_user.c, mach_vm_protect).
  if (!space || map.length === 0n) return;
  const start = space.pageOf(map.address);
  const end = start + space.pagesFor(map.length + BigInt(space.offsetInPage(map.address)));
  for (const entry of space.overlapping(start, end)) {
    const from = Math.max(entry.start, start);
    space.replace({
      ...entry,
      start: from,
      end: Math.min(entry.end, end),
      objectPage: entry.objectPage + (from - entry.start),
      kind: 'guard',
      protection: '---',
    });
  }
  map.protection = '---';
}

/** IOGeneralMemoryDescriptor::doMap. */
function mapMemory(
  state: KernelState,
  descriptor: MemoryDescriptor,
  map: MemoryMap,
  options: MapOptions,
  task: Task,
  length: bigint,
): MapResult {
  const offset = map.offset;
  const end = wrap(offset + length);
  if (offset >= descriptor.length || end > descriptor.length)
    return nothing(
      'beyond-descriptor',
      `The range +${hex(offset)}, ${sizeText(length)} ends beyond ${descriptor.name}, which is ${sizeText(descriptor.length)} long` +
        (offset > 0n && length === descriptor.length
          ? ': with an offset, pass the length of the rest (zero means the full length).'
          : '. Keep offset + length within getLength().'),
    );
  if (descriptor.flags & kIOMemoryRemote) {
    attach(state, descriptor, map);
    const why = `${descriptor.name} is kIOMemoryRemote: a release kernel maps nothing, and reports success with ${addressText(map.address)} as the address.${map.address && !options.overwrite ? ' Releasing the map removes whatever is there.' : ''} Never map such memory.`;
    return { kind: 'map', map, how: 'remote', why };
  }
  const first = descriptor.ranges[0];
  if (
    descriptor.task === task &&
    options.anywhere &&
    !options.unique &&
    options.guard === 'none' &&
    descriptor.ranges.length === 1 &&
    offset === 0n &&
    first &&
    first.address !== 0n &&
    length <= first.length
  ) {
    map.address = first.address;
    map.options = (map.options | kIOMapStatic) >>> 0;
    const source = task.space.entryAt(task.space.pageOf(first.address));
    map.protection = source?.protection ?? '---';
    attach(state, descriptor, map);
    const ignored = [options.readOnly ? 'kIOMapReadOnly' : '', options.cache ? 'the cache mode' : ''].filter(Boolean);
    return {
      kind: 'map',
      map,
      how: 'same-task',
      why:
        `The memory is ${task.name}'s own, so the map is ${addressText(map.address)} itself: no second mapping.` +
        (ignored.length ? ` ${ignored.join(' and ')} has no effect here; use kIOMapUnique for a real alias.` : ''),
    };
  }
  if (!descriptor.reference) {
    const failure = buildReference(state, descriptor, options);
    if (failure) return failure;
  }
  const reference = descriptor.reference!;
  if (options.unique && options.reference)
    return reference.entryCount === 1
      ? panic(
          'NULL fMemory',
          'kIOMapUnique with kIOMapReference is the request of redirect(): on a new map it reads a NULL descriptor. Never combine them.',
        )
      : nothing(
          'several-entries',
          'kIOReturnNotReadable: kIOMapUnique with kIOMapReference is the request of redirect(), which needs memory of one entry. Never combine them.',
        );
  if (end < offset && reference.byData)
    return state.layout.rules.byteAccurate
      ? panic(
          'overrun',
          'offset + length wraps around 64 bits and passes the range check. Compare them with getLength() without adding.',
        )
      : nothing(
          'beyond-descriptor',
          'offset + length wraps around 64 bits. Compare them with getLength() without adding.',
        );
  if (length === 0n && descriptor.physical)
    return nothing('empty', 'A mapping of zero bytes is refused (kIOReturnBadArgument).');
  const result = place(state, descriptor, reference, map, options, task);
  if (result.kind === 'map') attach(state, descriptor, map);
  return result;
}

function foreignPages({ name }: Task): MapResult {
  return { kind: 'not-modelled', what: `mappings of memory of a task under Rosetta, or into it (${name})` };
}

/** The answer of a call that reads a task which is gone. */
function usedTask(state: KernelState, task: Task, descriptor: MemoryDescriptor): MapResult {
  const why = `createMappingInTask reads ${task.name}, which was freed: neither descriptors nor maps hold a task. Hold it with task_reference() for as long as you use it.`;
  state.note('access', why, { kind: 'use-after-free', message: why, object: descriptor.id });
  return { kind: 'use-after-free', why };
}

/**
 * A static map longer than its descriptor: the set lists it, but it has no descriptor (setMemoryDescriptor refuses), so
 * nothing takes it out of the set again.
 */
function listWithoutMemory(state: KernelState, descriptor: MemoryDescriptor, map: MemoryMap): MapResult {
  map.lastMemory = descriptor.id;
  descriptor.maps.add(map);
  enlist(state, map);
  state.touch(descriptor);
  const why = `Records ${addressText(map.address)} as a static map of ${sizeText(map.length)}, longer than ${descriptor.name} (${sizeText(descriptor.length)}): it has no descriptor, and stays in the set of ${descriptor.name} after it is freed. Keep the length within getLength().`;
  return { kind: 'map', map, how: 'static', why };
}

/** addMapping and setMemoryDescriptor: the set lists the map, the map retains the descriptor. */
export function attach(state: KernelState, descriptor: MemoryDescriptor, map: MemoryMap): void {
  if (map.memory && map.memory !== descriptor) dropMap(state, map.memory, map);
  map.memory = descriptor;
  map.lastMemory = descriptor.id;
  descriptor.maps.add(map);
  descriptor.mappedBy.add(map);
  map.unlisted = false;
  enlist(state, map);
}

function enlist(state: KernelState, map: MemoryMap): void {
  if (!map.name) map.name = `map ${map.id.slice(1)}`;
  state.maps.add(map);
  state.touch(map);
}
