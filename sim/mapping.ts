import type { NewEntry } from './address-space';
import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { mapParts } from './composed-mapping';
import { GuardPageMemoryDescriptor } from './guard-page-memory-descriptor';
import { InterleavedMemoryDescriptor } from './interleaved-memory-descriptor';
import { useAfterFree, type KernelState } from './kernel-state';
import { dropMap } from './lifetime';
import {
  cacheName,
  decodeMapOptions,
  kIOMapCacheMask,
  kIOMapGuardedMask,
  kIOMapReadOnly,
  kIOMapStatic,
  kIOMemoryMapCopyOnWrite,
  kIOMemoryRemote,
  type MapOptions,
} from './map-options';
import { MemoryDescriptor } from './memory-descriptor';
import { MemoryMap } from './memory-map';
import { MultiMemoryDescriptor } from './multi-memory-descriptor';
import {
  chunksOfPhysical,
  chunksOfTask,
  piecesOf,
  snapshotOf,
  type Chunk,
  type MemoryReference,
  type Pieces,
} from './memory-reference';
import { MemoryObject } from './memory-object';
import { nothing, panic, type MapResult } from './outcomes';
import { choosePages, guardPages, reserve } from './reservation';
import { KERN_INVALID_RIGHT, KERN_PROTECTION_FAILURE } from './returns';
import { SubMemoryDescriptor } from './sub-memory-descriptor';
import type { Task } from './task';
import { addressText, hex, sizeText } from './text';
import type { Protection } from './trace';

/**
 * IOMemoryDescriptor::createMappingInTask (iokit/Kernel/IOMemoryDescriptor.cpp): makeMapping, copyCompatible, doMap and
 * memoryReferenceMap, in the kernel's order.
 */

/** Of address space that no map answers for. */
const lostToPrefault = 'reserved by a failed prefault, never given back';

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
  for (const used of [task, descriptor.task]) if (used?.state === 'freed') return usedTask(state, used, descriptor);
  for (const used of [task, descriptor.task])
    if (used && used.space.pageSize !== state.pageSize)
      return { kind: 'not-modelled', what: `mappings of memory of a task under Rosetta, or into it (${used.name})` };
  const options = decodeMapOptions(request.options, rules);
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
    if (offset + length > descriptor.length)
      return { kind: 'not-modelled', what: 'a static map that is longer than its descriptor' };
    attach(state, descriptor, map);
    const why = `Records ${addressText(map.address)} as a static map: kIOMapStatic makes no VM entry and removes none.`;
    return { kind: 'map', map, how: 'static', why };
  }
  if (options.unique) {
    if (options.reference)
      return panic(
        'NULL fMemory',
        'kIOMapUnique with kIOMapReference is the request of redirect(): on a new map it reads a NULL descriptor. Never combine them.',
      );
    if (descriptor.physical) {
      const chunk = physicalChunks(state, descriptor).find(
        (each) => offset >= each.offset && offset < each.offset + each.size,
      );
      if (!chunk || chunk.offset + chunk.size - offset < length)
        return nothing(
          'not-contiguous',
          'kIOMapUnique needs physical memory in one contiguous segment from the offset on. Map one range at a time, or drop kIOMapUnique.',
        );
      descriptor = privateDescriptor(state, descriptor, offset, length);
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
  return result.kind === 'map' && descriptor instanceof GuardPageMemoryDescriptor ? guardAll(result, task) : result;
}

/** IOGuardPageMemoryDescriptor::doMap: what is mapped then loses every protection, its maximum too. */
function guardAll(result: MapResult & { readonly kind: 'map' }, task: Task): MapResult {
  const { map } = result;
  const { space } = task;
  const start = space.pageOf(map.address);
  const end = start + space.pagesFor(map.length);
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
  return {
    ...result,
    why: `Guard pages in ${task.name} at ${addressText(map.address)}, ${sizeText(map.length)}: every access faults.`,
  };
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
  if (end < offset || length === 0n)
    return descriptor.physical || !state.layout.rules.byteAccurate
      ? nothing(
          'beyond-descriptor',
          'offset + length wraps around 64 bits. Compare them with getLength() without adding.',
        )
      : panic(
          'overrun',
          'offset + length wraps around 64 bits and passes the range check. Compare them with getLength() without adding.',
        );
  if (descriptor.flags & kIOMemoryRemote) return { kind: 'not-modelled', what: 'a mapping of kIOMemoryRemote memory' };

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
  if (reference.snapshot && length < descriptor.length)
    return { kind: 'not-modelled', what: 'a partial mapping of copy-on-write memory' };
  return place(state, descriptor, reference, map, options, task);
}

/** memoryReferenceCreate; a result only where it fails. */
export function buildReference(
  state: KernelState,
  descriptor: MemoryDescriptor,
  options: Pick<MapOptions, 'readOnly'>,
): MapResult | undefined {
  if (!descriptor.task) {
    descriptor.cache ||= state.deviceCache;
    const chunks = physicalChunks(state, descriptor);
    descriptor.reference = { writable: true, chunks, entryCount: 1, byData: false, snapshot: false };
    return undefined;
  }
  const write = descriptor.direction !== 'out' || descriptor.cache !== 0 || !options.readOnly;
  const ranges =
    descriptor instanceof BufferMemoryDescriptor
      ? [{ address: descriptor.ranges[0]!.address, length: descriptor.capacity }]
      : descriptor.ranges;
  const found = chunksOfTask(descriptor.task, ranges, write, state.layout.rules.kernelObjectRefused);
  if (!found.ok) {
    if (found.code === KERN_INVALID_RIGHT)
      return nothing(
        'kernel-object',
        `KERN_INVALID_RIGHT: ${found.why}. Map a page-aligned IOBufferMemoryDescriptor instead.`,
      );
    if (found.code === KERN_PROTECTION_FAILURE)
      return nothing(
        'not-writable',
        `KERN_PROTECTION_FAILURE: ${found.why}. For read-only memory use kIODirectionOut with kIOMapReadOnly.`,
      );
    return nothing(
      'not-accessible',
      `KERN_INVALID_ADDRESS: ${found.why}. Check the address and length that the descriptor was made with.`,
    );
  }
  const snapshot = copiesOnWrite(state, descriptor);
  const chunks = snapshot ? snapshotOf(found.chunks, state.pageSize) : found.chunks;
  descriptor.reference = { writable: write, chunks, entryCount: found.entryCount, byData: true, snapshot };
  if (descriptor.cache) setCache(state, chunks, descriptor.cache);
  return undefined;
}

function copiesOnWrite(state: KernelState, descriptor: MemoryDescriptor): boolean {
  return state.layout.rules.copyOnWrite && (descriptor.flags & kIOMemoryMapCopyOnWrite) !== 0;
}

/** The answer of a call that reads a task which is gone. */
function usedTask(state: KernelState, task: Task, descriptor: MemoryDescriptor): MapResult {
  const why = `createMappingInTask reads ${task.name}, which was freed: neither descriptors nor maps hold a task. Hold it with task_reference() for as long as you use it.`;
  state.note('access', why, { kind: 'use-after-free', message: why, object: descriptor.id });
  return { kind: 'use-after-free', why };
}

function setCache(state: KernelState, chunks: readonly Chunk[], cache: number): void {
  const objects = new Set<MemoryObject>();
  for (const { object } of chunks)
    if (object.cache !== cache) {
      object.cache = cache;
      objects.add(object);
    }
  if (objects.size) state.touchMemory((entry) => entry.object !== undefined && objects.has(entry.object));
}

function physicalChunks(state: KernelState, descriptor: MemoryDescriptor): readonly Chunk[] {
  if (descriptor.reference) return descriptor.reference.chunks;
  const object = new MemoryObject(state.physical, { cache: descriptor.cache || state.deviceCache });
  return chunksOfPhysical(object, descriptor.ranges, state.pageSize);
}

/** A Unique map of physical memory gets a descriptor of its own, which only the map holds (makeMapping). */
function privateDescriptor(
  state: KernelState,
  descriptor: MemoryDescriptor,
  offset: bigint,
  length: bigint,
): MemoryDescriptor {
  let rest = offset;
  const range = descriptor.ranges.find((each) => {
    if (rest < each.length) return true;
    rest -= each.length;
    return false;
  })!;
  const made = new MemoryDescriptor(
    `d${String(state.nextNumber('d'))}`,
    `${descriptor.name} (private)`,
    'IOGeneralMemoryDescriptor',
    undefined,
    [{ address: range.address + rest, length }],
    descriptor.flags,
  );
  made.references = 0;
  made.wireCount = 1;
  state.descriptors.set(made.id, made);
  return made;
}

/** IOMemoryDescriptorMapAlloc and memoryReferenceMap(New): reserves the range, then enters the pages. */
function place(
  state: KernelState,
  descriptor: MemoryDescriptor,
  reference: MemoryReference,
  map: MemoryMap,
  options: MapOptions,
  task: Task,
): MapResult {
  const space = task.space;
  const pieces = piecesOf(reference.chunks, map.offset, map.length, state.pageSize);
  const { rules } = state.layout;
  const byData = reference.byData && rules.byteAccurate;
  if (!byData && !contiguousPages(pieces, state.pageSize))
    return nothing(
      'not-aligned',
      `kIOReturnNotAligned: the ranges inside this ${descriptor.task ? '' : 'physical '}memory do not start and end on pages. Map each range by itself.`,
    );
  const protection: Protection = !options.readOnly && reference.writable ? 'rw-' : 'r--';
  const pageable = descriptor instanceof BufferMemoryDescriptor && descriptor.pageable;
  const guard = guardPages(space, options);
  const chosen = choosePages(state, task, map, options, { ...pieces, pageable, byData });
  if (typeof chosen !== 'number') return chosen;
  const base = chosen;

  // Device memory is entered at once by its pager, so the flag is dropped.
  const dropped = descriptor.physical && rules.kernelPrefault;
  const prefault = options.prefault && !dropped;
  const refused = task.kernel && !rules.kernelPrefault;
  if (prefault && (descriptor.wireCount === 0 || refused || descriptor.physical)) {
    // The range is reserved by now, and returned without being given back.
    if (!options.overwrite) reserve(space, base, pieces.pages, guard, protection, lostToPrefault);
    return nothing(
      'not-prepared',
      `kIOReturnBadArgument: ${refused ? 'this kernel has no kIOMapPrefault in kernel_task' : 'kIOMapPrefault needs wired memory, call prepare() first'}. The reserved range stays lost in the task.`,
    );
  }
  if (options.cache) {
    if (reference.snapshot)
      return nothing(
        'cache-mode-refused',
        'A cache mode cannot be set on copy-on-write memory. Leave it at the default.',
      );
    if (!reference.writable)
      return nothing(
        'cache-mode-refused',
        `KERN_INVALID_RIGHT: ${descriptor.name} was first mapped read-only, and changing its cache mode to ${cacheName(options.cache)} needs write access.`,
      );
    setCache(state, reference.chunks, options.cache);
  }
  if (!descriptor.task && options.cache === 0)
    // doMap puts the mode's number, unshifted, into the low bits of fOptions.
    map.options = (map.options | descriptor.cache) >>> 0;

  const asked = map.address;
  map.protection = protection;
  map.address = space.addressOf(base) + BigInt(pieces.inPage);
  attach(state, descriptor, map);
  const enter = (entry: NewEntry): void => {
    if (entry.end > entry.start) space.replace(entry);
  };
  enter({ start: base - guard, end: base, protection: '---', kind: 'guard', objectPage: 0, map });
  let page = base;
  for (const piece of pieces.pieces) {
    enter({
      start: page,
      end: page + piece.pages,
      protection,
      kind: 'mapping',
      object: piece.object,
      objectPage: piece.page,
      map,
      descriptor,
      descriptorOffset: piece.descriptorOffset,
      // vm_map_enter_mem_object_prefault passes VM_INHERIT_DEFAULT, but for copies, which are entered elsewhere.
      ...(prefault && !reference.snapshot ? { inherited: true } : {}),
    });
    page += piece.pages;
  }
  enter({ start: page, end: page + guard, protection: '---', kind: 'guard', objectPage: 0, map });

  const silent =
    !options.readOnly && !reference.writable
      ? ` Read-only all the same: ${descriptor.name} is kIODirectionOut and was first mapped with kIOMapReadOnly.`
      : '';
  const moved =
    options.anywhere || asked === map.address
      ? ''
      : ` It was asked for at ${addressText(asked)}: data keeps its offset in the page, so use getAddress().`;
  return {
    kind: 'map',
    map,
    how: 'new',
    why:
      `New mapping in ${task.name} at ${addressText(map.address)}, ${sizeText(map.length)}, ${protection}` +
      (guard ? `, with guard pages of ${sizeText(BigInt(guard * state.pageSize))}` : '') +
      `.${silent}${moved}`,
  };
}

function contiguousPages(pieces: Pieces, pageSize: number): boolean {
  return pieces.pieces.every((piece, index) => {
    if (index === 0) return true;
    const before = pieces.pieces[index - 1]!;
    return piece.descriptorOffset === before.descriptorOffset + BigInt(before.pages * pageSize);
  });
}

/** addMapping and setMemoryDescriptor: the set lists the map, the map retains the descriptor. */
export function attach(state: KernelState, descriptor: MemoryDescriptor, map: MemoryMap): void {
  if (map.memory && map.memory !== descriptor) dropMap(state, map.memory, map);
  map.memory = descriptor;
  map.lastMemory = descriptor.id;
  descriptor.maps.add(map);
  descriptor.mappedBy.add(map);
  if (!map.name) map.name = `map ${map.id.slice(1)}`;
  state.maps.set(map.id, map);
  state.touch(map);
}
