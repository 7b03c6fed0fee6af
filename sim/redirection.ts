import { mapParts } from './composed-mapping';
import { GuardPageMemoryDescriptor } from './guard-page-memory-descriptor';
import { InterleavedMemoryDescriptor } from './interleaved-memory-descriptor';
import { useAfterFree, type KernelState } from './kernel-state';
import { dropMap, release, unblock } from './lifetime';
import {
  decodeMapOptions,
  kIOMapReference,
  kIOMapUnique,
  kIOMemoryMapCopyOnWrite,
  kIOMemoryRemote,
} from './map-options';
import { attach, createMapping } from './mapping';
import { buildReference } from './memory-reference-create';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { MemoryObject } from './memory-object';
import { MultiMemoryDescriptor } from './multi-memory-descriptor';
import type { CodeResult, Panic } from './outcomes';
import { privateDescriptor } from './private-descriptor';
import { kIOReturnError, kIOReturnSuccess } from './returns';
import { SubMemoryDescriptor } from './sub-memory-descriptor';
import { hex, sizeText } from './text';

const code = (state: KernelState, value: number, why: string): CodeResult => {
  state.note('redirect', why);
  return { kind: 'code', code: value, why };
};

function panics(state: KernelState, map: MemoryMap, reason: string, why: string): Panic {
  state.note('redirect', why, { kind: 'panic', message: why, object: map.id });
  return { kind: 'panic', reason, why };
}

/**
 * IOMemoryMap::redirect: moves a mapping to other memory by exchanging the VM objects' contents (upl_transpose), or
 * blocks accesses until the next call.
 */
export function redirect(
  state: KernelState,
  map: MemoryMap,
  to: MemoryDescriptor | undefined,
  offset: bigint,
  optionBits = 0,
): CodeResult {
  if (map.freed) return useAfterFree(state, map, 'redirect()');
  if (to?.freed) return useAfterFree(state, to, 'redirect()');
  const from = map.memory;
  if (!map.alive || map.address === 0n)
    return code(state, kIOReturnSuccess, `${map.name} is not mapped: redirect() does nothing and succeeds.`);
  if (!from)
    return panics(
      state,
      map,
      'NULL fMemory',
      `${map.name} has no descriptor (a static map longer than what it was made of): redirect() reads through NULL.`,
    );
  if (!map.blocks && from.reference?.entryCount === 1) {
    const object = blockable(state, from, map);
    if (object && sleepsOn(object)) return hangs(state, map, object);
    if (object) block(state, map, object);
  }
  if (!to) {
    const why = map.blocks
      ? `Blocks ${map.name}: an access to its memory, through any mapping of it, sleeps until the next redirect().`
      : `Succeeds, yet blocks nothing: ${from.name} has no single memory entry that covers the map.`;
    return code(state, kIOReturnSuccess, why);
  }
  if (to === from) {
    unblock(state, map);
    return code(state, kIOReturnSuccess, `Unblocks ${map.name}: it shows ${to.name} already.`);
  }
  const result = moveTo(state, map, from, to, offset, optionBits);
  // Where the map was freed on the way, its free() has unblocked the memory.
  if (!map.freed) unblock(state, map);
  return result;
}

/** What memory_object_iopl_request takes: the pages from the entry's start on, as many as the map has. */
function blockable(state: KernelState, memory: MemoryDescriptor, map: MemoryMap): MemoryObject | undefined {
  const [first] = memory.reference?.chunks ?? [];
  if (!first) return undefined;
  const size = BigInt(state.pageSize);
  const wanted = (map.length + size - 1n) / size;
  const has = memory.physical ? BigInt(first.object.pages) : (BigInt(first.pageOffset) + first.size + size - 1n) / size;
  return has < wanted ? undefined : first.object;
}

/** A second request finds the pages busy and sleeps; device memory has no pages to find (vm_object_iopl_request). */
function sleepsOn(object: MemoryObject): boolean {
  return object.blockedBy !== undefined && !(object.device && object.contiguous);
}

function hangs(state: KernelState, map: MemoryMap, object: MemoryObject): Panic {
  return panics(
    state,
    map,
    'deadlock',
    `redirect() of ${map.name} sleeps for good: ${object.blockedBy!.name} blocks the memory, and the thread that would unblock it needs the lock that this one holds. Redirect ${object.blockedBy!.name} first.`,
  );
}

function block(state: KernelState, map: MemoryMap, object: MemoryObject): void {
  object.blockedBy = map;
  map.blocks = object;
  state.touch(map);
}

/** makeMapping with kIOMapUnique and kIOMapReference, doMap's upl_transpose, and what both leave behind. */
function moveTo(
  state: KernelState,
  map: MemoryMap,
  from: MemoryDescriptor,
  wanted: MemoryDescriptor,
  offset: bigint,
  optionBits: number,
): CodeResult {
  const options = decodeMapOptions(optionBits | kIOMapUnique | kIOMapReference);
  const failed = (why: string): CodeResult => {
    // makeMapping releases the map that it was given (IOMemoryDescriptor.cpp, makeMapping's failure path).
    const result = code(
      state,
      kIOReturnError,
      `${why} redirect() fails and takes a reference of ${map.name} with it: ${map.references > 1 ? 'other holders still have theirs' : 'it is freed'}.`,
    );
    const released = release(state, map);
    return released.kind === 'panic' ? released : result;
  };
  let to = wanted;
  let start = offset;
  while (to instanceof SubMemoryDescriptor) {
    start = BigInt.asUintN(64, start + to.start);
    to = to.parent;
  }
  map.offset = start;
  if (to.physical) {
    const own = privateDescriptor(state, to, start, map.length);
    // The only failure that does not release the map: makeMapping just leaves.
    if (!own)
      return code(
        state,
        kIOReturnError,
        `${to.name} is not one contiguous segment of ${sizeText(map.length)} from +${hex(start)}. redirect() fails; ${map.name} stays as it was.`,
      );
    to = own;
    start = 0n;
    map.offset = 0n;
  }
  if (to instanceof InterleavedMemoryDescriptor) return failed(`${to.name} has no doMap (kIOReturnUnsupported).`);
  if (to instanceof MultiMemoryDescriptor) {
    const placed = mapParts(state, to, map, options, map.task!, (part) => createMapping(state, part));
    if (placed.kind === 'null') return failed(placed.why);
    if (placed.kind !== 'map') return placed;
    return settle(state, map, from, to, start, `${placed.why} Nothing was exchanged.`);
  }
  if (start >= to.length || BigInt.asUintN(64, start + map.length) > to.length)
    return failed(`${to.name} is too short: ${sizeText(to.length)} for ${sizeText(map.length)} at that offset.`);
  if (to.flags & kIOMemoryRemote)
    return settle(
      state,
      map,
      from,
      to,
      start,
      `Reports success, but ${to.name} is kIOMemoryRemote: nothing was exchanged.`,
    );
  if (!to.reference) {
    const failure = buildReference(state, to, options);
    if (failure) return failed(failure.kind === 'null' ? failure.why : `${to.name} cannot be mapped.`);
  }
  const target = to.reference!;
  if (target.entryCount !== 1)
    return failed(
      `${to.name} has ${target.entryCount ? 'several memory entries' : 'no memory entry'} (kIOReturnNotReadable).`,
    );
  const object = blockable(state, to, map);
  if (object && sleepsOn(object)) return hangs(state, map, object);
  const kept =
    object && map.blocks ? untransposable(state, map, from, to, object) : 'one of the two could not be blocked';
  if (!kept && object) {
    map.blocks!.transpose(object);
    const both = new Set([map.blocks, object]);
    state.touchMemory((entry) => entry.object !== undefined && both.has(entry.object));
  }
  to.reference = from.reference;
  from.reference = target;
  if (to instanceof GuardPageMemoryDescriptor) protectNone(map);
  return settle(
    state,
    map,
    from,
    to,
    start,
    kept
      ? `Reports success, but nothing was exchanged: ${kept}.`
      : `Redirects ${map.name} to ${wanted.name}: the two memories exchange contents, in every mapping of either.`,
  );
}

/** Why upl_transpose refuses (osfmk/vm/vm_pageout.c, osfmk/vm/vm_object.c, vm_object_transpose); the kernel only logs it. */
function untransposable(
  state: KernelState,
  map: MemoryMap,
  from: MemoryDescriptor,
  to: MemoryDescriptor,
  object: MemoryObject,
): string | undefined {
  const mine = map.blocks!;
  if (mine === object) return `${from.name} and ${to.name} are the same memory`;
  const first = [from, to].map((each) => each.reference!.chunks[0]!);
  if (first.some((chunk) => chunk.page !== 0 || (chunk.pageOffset !== 0 && !chunk.object.device)))
    return `${first[0]!.page || first[0]!.pageOffset ? from.name : to.name} does not start where its VM object does`;
  const pages = Number((map.length + BigInt(state.pageSize) - 1n) / BigInt(state.pageSize));
  if (mine.pages !== object.pages) return `${from.name} and ${to.name} do not have the same size in pages`;
  if (mine.pages !== pages) return `${map.name} is not as long as the memory, and only whole objects are exchanged`;
  for (const [each, name] of [
    [mine, from.name],
    [object, to.name],
  ] as const) {
    if (each.copied) return `a copy-on-write copy of ${name} exists`;
    if (each.purgeable) return `${name} is purgeable`;
  }
  return undefined;
}

function protectNone(map: MemoryMap): void {
  const space = map.task?.space;
  map.protection = '---';
  if (!space) return;
  const start = space.pageOf(map.address);
  for (const entry of space.overlapping(start, start + space.pagesFor(map.length)))
    if (entry.map === map) space.replace({ ...entry, kind: 'guard', protection: '---' });
}

/** addMapping to the new set, setMemoryDescriptor, removal from the old one. */
function settle(
  state: KernelState,
  map: MemoryMap,
  from: MemoryDescriptor,
  to: MemoryDescriptor,
  offset: bigint,
  why: string,
): CodeResult {
  // A copy-on-write descriptor's copy is not what moves.
  const copy = [from, to].find((each) => each.flags & kIOMemoryMapCopyOnWrite);
  if (from !== to) {
    dropMap(state, from, map);
    map.memory = undefined;
    attach(state, to, map);
  }
  map.offset = offset;
  state.touchMemory((entry) => entry.map === map);
  return code(state, kIOReturnSuccess, copy ? `${why} What mappings of ${copy.name} show is its copy.` : why);
}
