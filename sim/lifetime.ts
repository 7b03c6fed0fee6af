import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { GuardPageMemoryDescriptor } from './guard-page-memory-descriptor';
import { pageable } from './composition';
import type { KernelObject } from './kernel-object';
import { useAfterFree, type KernelState } from './kernel-state';
import { kIOMapOverwrite, kIOMapStatic } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import { Released, type CodeResult, type Panic, type ReleaseResult, type UseAfterFree } from './outcomes';
import { noPageableMap } from './reservation';
import { kIOReturnSuccess } from './returns';
import { SubMemoryDescriptor } from './sub-memory-descriptor';
import { addressText, countText, sizeText } from './text';

/** retain, release, free and unmap (IOMemoryDescriptor.cpp, IOMemoryMap::taggedRelease, ::free, ::unmap). */

export function retain(
  state: KernelState,
  object: KernelObject,
): { readonly kind: 'retained'; readonly why: string } | UseAfterFree {
  if (object.freed) return useAfterFree(state, object, 'retain()');
  object.references++;
  state.touch(object);
  const why = `Retains ${object.name}: ${countText(object.references, 'reference')} owned by callers.`;
  state.note('retain', why);
  return { kind: 'retained', why };
}

export function release(state: KernelState, object: KernelObject): ReleaseResult {
  const result = consume(state, object);
  if (result.kind === 'released') state.note(result.freed ? 'free' : 'release', () => result.why);
  return result;
}

/** A release that the kernel does inside another call: only what goes wrong is told. */
export function consume(state: KernelState, object: KernelObject): ReleaseResult {
  if (object.freed) return useAfterFree(state, object, 'release()');
  object.references--;
  state.touch(object);
  if (object.retainCount < object.collectionReferences) return corruptedRegistry(state, object);
  const over = object.references < 0;
  const keepers = over ? object.internalHolders : [];
  if (object.references === 0 && object instanceof BufferMemoryDescriptor) dropAddressMap(state, object);
  const panicked = object.owners <= 0 ? free(state, object) : undefined;
  if (over) {
    const why =
      `Over-release of ${object.name}: no caller owned a reference, so this took ${keepers[0] ? `that of ${keepers[0]}` : 'the last one'}.` +
      (object.freed ? ' It is freed while it is still in use.' : '') +
      ' Release only what you own.';
    state.note('release', why, { kind: 'over-release', message: why, object: object.id });
    return { kind: 'over-release', freed: object.freed, object, why };
  }
  if (panicked) return panicked;
  const { name, freed } = object;
  const left = freed ? freedText(object) : leftText(object);
  return new Released(freed, () =>
    freed ? `Releases ${name}: the last reference, so it is freed.${left}` : `Releases ${name}: ${left}.`,
  );
}

/** DriverKit's library gives up its mapping with the driver's last reference to the buffer. */
function dropAddressMap(state: KernelState, buffer: BufferMemoryDescriptor): void {
  const map = buffer.addressMap;
  if (!map) return;
  buffer.addressMap = undefined;
  map.keepers.clear();
  state.touch(map);
  if (map.owners <= 0) freeMap(state, map);
}

/** OSObject::taggedRelease: a count below the number of collections that hold the object. */
function corruptedRegistry(state: KernelState, object: KernelObject): Panic {
  const why =
    `The kernel panics: a kext releasing ${object.name} has corrupted the registry. No caller owned a reference, and ` +
    `${object.collections.join(' and ')} still ${object.collections.length === 1 ? 'holds' : 'hold'} it. Release only what you own.`;
  state.note('release', why, { kind: 'panic', message: why, object: object.id });
  return { kind: 'panic', reason: 'corrupted the registry', why };
}

/** A collection or a Mach port retains an object. */
export function joinCollection(state: KernelState, object: KernelObject, collection: string): void {
  object.collections.push(collection);
  state.touch(object);
}

/** Gives back the reference of a collection or a Mach port. */
export function leaveCollection(state: KernelState, object: KernelObject, collection: string): Panic | undefined {
  const index = object.collections.indexOf(collection);
  if (index < 0) return undefined;
  object.collections.splice(index, 1);
  state.touch(object);
  return object.owners <= 0 ? free(state, object) : undefined;
}

/** Another object of the kernel gives back its reference to a descriptor (`keepers`). */
export function leaveKeeper(state: KernelState, descriptor: MemoryDescriptor, keeper: string): Panic | undefined {
  if (!descriptor.keepers.delete(keeper)) return undefined;
  state.touch(descriptor);
  return descriptor.owners <= 0 && !descriptor.freed ? free(state, descriptor) : undefined;
}

function leftText(object: KernelObject): string {
  const left = [
    object.references ? countText(object.references, 'reference') + ' owned by callers' : '',
    object.internalHolders.length ? `kept alive by ${object.internalHolders.join(', ')}` : '',
  ].filter(Boolean);
  return left.join(', ');
}

function freedText(object: KernelObject): string {
  if (object.kind !== 'map') return '';
  const map = object as MemoryMap;
  if (map.options & kIOMapStatic) return ' It made no VM entry, so none goes.';
  if (map.superMap) return ` The memory stays mapped through ${map.superMap.name}.`;
  if (map.options & kIOMapOverwrite) return ' Its pages stay mapped: kIOMapOverwrite mappings are never removed.';
  if (map.entries)
    return ' Pages of it stay mapped: its ranges do not meet on pages, so more was reserved than is removed.';
  return ' Its VM entry is removed.';
}

function free(state: KernelState, object: KernelObject): Panic | undefined {
  return object.kind === 'map'
    ? freeMap(state, object as MemoryMap)
    : freeDescriptor(state, object as MemoryDescriptor);
}

/** IOMemoryMap::free. */
function freeMap(state: KernelState, map: MemoryMap): Panic | undefined {
  if (map.freed) return undefined;
  map.freed = true;
  let panicked = removeMapping(state, map);
  state.touch(map);
  unblock(state, map);
  const { memory, superMap } = map;
  if (memory) {
    dropMap(state, memory, map);
    map.memory = undefined;
  }
  if (superMap) {
    superMap.subMaps.delete(map);
    if (superMap.freed) return superMapGone(state, map, superMap);
    state.touch(superMap);
    if (superMap.owners <= 0) panicked = freeMap(state, superMap) ?? panicked;
  }
  return panicked;
}

/** IOMemoryMap::free gives back fSuperMap: somebody took that reference before, e.g. a redirect() that failed. */
function superMapGone(state: KernelState, map: MemoryMap, superMap: MemoryMap): Panic {
  const why = `Freeing ${map.name} releases ${superMap.name}, the map that it is a part of, which is freed: somebody gave back the reference that ${map.name} has on it.`;
  state.note('free', why, { kind: 'panic', message: why, object: superMap.id });
  return { kind: 'panic', reason: 'use after free', why };
}

/** Commits the UPL with which redirect() blocks memory: who slept on it goes on. */
export function unblock(state: KernelState, map: MemoryMap): void {
  const { blocks } = map;
  map.blocks = undefined;
  state.touch(map);
  if (blocks?.blockedBy !== map) return;
  blocks.blockedBy = blocks.blocked = undefined;
  state.touchMemory((entry) => entry.object === blocks);
}

/** Takes a map out of a descriptor's set and gives back the map's reference on the descriptor. */
export function dropMap(state: KernelState, descriptor: MemoryDescriptor, map: MemoryMap): void {
  descriptor.maps.delete(map);
  descriptor.mappedBy.delete(map);
  state.touch(descriptor);
  if (!descriptor.freed && descriptor.owners <= 0) freeDescriptor(state, descriptor);
}

/** IOGeneralMemoryDescriptor::free and its subclasses'. Its set's maps fall below two references and go with it. */
function freeDescriptor(state: KernelState, descriptor: MemoryDescriptor): Panic | undefined {
  if (descriptor.freed) return undefined;
  const { parts } = descriptor;
  descriptor.freed = true;
  descriptor.wireCount = 0;
  descriptor.wired = [];
  state.touch(descriptor);
  let panicked: Panic | undefined;
  for (const map of [...descriptor.maps]) {
    if (map.freed) panicked = releasedTwice(state, descriptor, map);
    else if (!map.memory) flushMap(state, map);
    else panicked = freeMap(state, map) ?? panicked;
  }
  if (descriptor.context) dropContext(state, descriptor);
  if (descriptor instanceof SubMemoryDescriptor) {
    descriptor.parent.subs.delete(descriptor);
    state.touch(descriptor.parent);
    if (descriptor.parent.owners <= 0) panicked = freeDescriptor(state, descriptor.parent) ?? panicked;
  }
  for (const part of parts) panicked = dropPart(state, descriptor, part) ?? panicked;
  if (descriptor instanceof GuardPageMemoryDescriptor) {
    const { space } = state.kernelTask;
    const { address, length } = descriptor.ranges[0]!;
    space.remove(space.pageOf(address), space.pageOf(address + length));
  }
  if (descriptor instanceof BufferMemoryDescriptor) {
    const { ownMap, allocation } = descriptor;
    if (ownMap) {
      ownMap.keepers.clear();
      if (ownMap.owners <= 0) freeMap(state, ownMap);
    }
    if (allocation) state.kernelTask.space.remove(allocation.start, allocation.end);
  }
  return panicked;
}

/** The set still lists a static map that was freed long ago (C.10), and releases it. */
function releasedTwice(state: KernelState, descriptor: MemoryDescriptor, map: MemoryMap): Panic {
  const why = `Freeing ${descriptor.name} releases ${map.name}, which is freed but still in its set: a static map that was longer than its descriptor.`;
  state.note('free', why, { kind: 'panic', message: why, object: map.id });
  return { kind: 'panic', reason: 'use after free', why };
}

/** OSSet::flushCollection: the set's reference goes, and with it the map unless callers hold two of their own (C.9). */
export function flushMap(state: KernelState, map: MemoryMap): Panic | undefined {
  map.unlisted = true;
  state.touch(map);
  return map.owners <= 0 ? freeMap(state, map) : undefined;
}

/** Gives back the reference on the object that setContext() stored. */
export function dropContext(state: KernelState, descriptor: MemoryDescriptor): void {
  const { context } = descriptor;
  descriptor.context = undefined;
  if (!context) return;
  context.contextOf--;
  state.touch(context);
  if (!context.freed && context.owners <= 0) free(state, context);
}

/** Gives back one reference that a composed descriptor has on a part of it. */
export function dropPart(state: KernelState, whole: MemoryDescriptor, part: MemoryDescriptor): Panic | undefined {
  const index = part.partOf.indexOf(whole);
  if (index >= 0) part.partOf.splice(index, 1);
  state.touch(part);
  return part.owners <= 0 ? freeDescriptor(state, part) : undefined;
}

/** Releases a map that the kernel itself made and no driver has seen. */
export function dropOwnMap(state: KernelState, map: MemoryMap): void {
  map.references--;
  if (map.owners > 0) return;
  freeMap(state, map);
  state.forget(map);
}

/** The VM part of IOMemoryMap::unmap and doUnmap: nothing for sub-maps, static and overwritten mappings. */
function removeMapping(state: KernelState, map: MemoryMap): Panic | undefined {
  let panicked: Panic | undefined;
  const task = map.task;
  if (map.alive && task && map.address !== 0n && !map.superMap && map.memory) {
    const options = state.mapOptions(map.options);
    const other = !options.static && !options.overwrite && task.kernel ? otherMap(state, map, map.memory) : undefined;
    if (other) return other;
    if (!options.static && !options.overwrite) {
      const space = task.space;
      const guard = options.guard === 'none' ? 0 : options.guard === 'small' ? 1 : Math.ceil(65536 / space.pageSize);
      let whole = true;
      const start = space.pageOf(map.address) - guard;
      const last = BigInt.asUintN(64, map.address + map.length);
      const end = space.pageOf(last) + (space.offsetInPage(last) ? 1 : 0) + guard;
      // The kernel waits for its wirings to go; a range that leaves a user's map is not touched (vm_map_delete).
      if (space.isWired(start, end)) sleeps(state, map);
      else if (task.kernel || (start >= space.min && end <= space.max)) whole = space.remove(start, end);
      if (!whole && task.kernel) {
        const why = `Unmapping ${sizeText(map.length)} at ${addressText(map.address)} finds a gap in the kernel's map.`;
        state.note('unmap', why, { kind: 'panic', message: why, object: map.id });
        panicked = { kind: 'panic', reason: 'vm_map_delete: gap', why };
      }
    }
  }
  map.alive = false;
  map.address = 0n;
  map.protection = '---';
  state.touchShown(map);
  return panicked;
}

/**
 * What is mapped into the kernel is looked for in the map that the descriptor's memory goes to: after a redirect() between
 * pageable memory and other, in the wrong one (IOMemoryDescriptor::doUnmap). The pageable map's entry in the kernel's is
 * permanent (KMS_PERMANENT).
 */
function otherMap(state: KernelState, map: MemoryMap, memory: MemoryDescriptor): Panic | undefined {
  const { start, end } = state.layout.kernelPageable;
  const inside = map.address >= start && map.address < end;
  if (inside === pageable(memory)) return undefined;
  const why = `Unmapping ${map.name} at ${addressText(map.address)} looks ${inside ? "in the kernel's map, where the pageable map is permanent" : 'for a pageable map there, and there is none'}: a redirect() gave it ${inside ? 'other' : 'pageable'} memory. Redirect a mapping of the kernel to memory of the same kind.`;
  state.note('unmap', why, { kind: 'panic', message: why, object: map.id });
  return { kind: 'panic', reason: inside ? 'vm_map_delete: permanent entry' : noPageableMap, why };
}

function sleeps(state: KernelState, map: MemoryMap): void {
  const why = `Unmapping ${map.name} sleeps until its range is unwired: pair each wireRange() with one that unwires.`;
  state.note('unmap', why, { kind: 'fault', message: why, object: map.id });
}

/** IOMemoryMap::taskDied: without userClientUnmap() before, the VM entry stays. */
export function taskDied(state: KernelState, map: MemoryMap): Panic | undefined {
  const panicked = map.userClientUnmap ? removeMapping(state, map) : undefined;
  map.alive = false;
  map.task = undefined;
  map.address = 0n;
  map.protection = '---';
  state.touchShown(map);
  return panicked;
}

/** IOMemoryMap::unmap: succeeds also where there is nothing to do. */
export function unmap(state: KernelState, map: MemoryMap): CodeResult {
  if (map.freed) return useAfterFree(state, map, 'unmap()');
  const { alive, address, superMap } = map;
  const subs = [...map.subMaps].filter((sub) => sub.alive);
  const panicked = removeMapping(state, map);
  if (panicked) return panicked;
  let why = `Unmaps ${map.name} from ${addressText(address)}; the object and its reference stay.`;
  if (!alive) why = `${map.name} is not mapped any more: unmap() does nothing and succeeds.`;
  else if (superMap) why = `Clears ${map.name} only: its memory stays mapped through ${superMap.name}.`;
  else if (map.options & kIOMapStatic) why = `Clears ${map.name} only: a static map has no VM entry of its own.`;
  else if (map.options & kIOMapOverwrite)
    why = `Clears ${map.name}; its pages stay mapped: kIOMapOverwrite mappings are never removed.`;
  else if (subs.length)
    why += ` Dangling now: ${subs.map((sub) => sub.name).join(', ')} (sub-maps keep their address). Use release() for a map that may be shared.`;
  else if (map.references > 1) why += ` It is unmapped for every holder (${countText(map.references, 'reference')}).`;
  state.note('unmap', why);
  return { kind: 'code', code: kIOReturnSuccess, why };
}
