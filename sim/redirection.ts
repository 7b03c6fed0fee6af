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
import { attach, createMapping, guardAll } from './mapping';
import { buildReference, copiesOnWrite } from './memory-reference-create';
import { populate } from './memory-reference-map';
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
    const request = requested(state, from, map);
    if (request && sleepsOn(request)) return hangs(state, map, request);
    if (request) block(state, map, request);
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

/** What memory_object_iopl_request takes: pages of an object, and the byte of the object where it begins. */
interface Request {
  readonly object: MemoryObject;
  readonly start: number;
  readonly end: number;
  readonly first: number;
}

/** From the entry's start on, as many bytes as the map has. */
function requested({ pageSize }: KernelState, { reference }: MemoryDescriptor, map: MemoryMap): Request | undefined {
  const [entry] = reference?.chunks ?? [];
  if (!reference || !entry) return undefined;
  const page = BigInt(pageSize);
  const has = ((BigInt(entry.pageOffset) + entry.size + page - 1n) / page) * page;
  // upl_size_t has 32 bits.
  const size = BigInt.asUintN(32, ((map.length + page - 1n) / page) * page) || has;
  if (has < size) return undefined;
  // What is mapped by whole pages has no data offset.
  const first = reference.byData ? entry.page * pageSize + entry.pageOffset : 0;
  const start = Math.floor(first / pageSize);
  return { object: entry.object, start, end: Math.ceil((first + Number(size)) / pageSize), first };
}

/**
 * A second request finds the pages busy and sleeps (other pages of the object are taken for resident), as it does on pages that their pager does not give; contiguous device
 * memory has no pages to find (vm_object_iopl_request).
 */
function sleepsOn({ object, start, end }: Request): boolean {
  if (object.device && object.contiguous) return false;
  const { blocked } = object;
  if (blocked && blocked.start < end && blocked.end > start) return true;
  for (let page = start; page < end; page++) if (!object.hasPage(page)) return true;
  return false;
}

function hangs(state: KernelState, map: MemoryMap, { object }: Request): Panic {
  const why = object.blockedBy
    ? `${object.blockedBy.name} blocks the memory, and the thread that would unblock it needs the lock that this one holds. Redirect ${object.blockedBy.name} first.`
    : 'its device pager was given no page for what the redirect blocks.';
  return panics(state, map, 'deadlock', `redirect() of ${map.name} sleeps for good: ${why}`);
}

function block(state: KernelState, map: MemoryMap, { object, start, end }: Request): void {
  object.blockedBy = map;
  object.blocked = { start, end };
  map.blocks = object;
  state.touch(map);
  state.touchMemory((entry) => entry.object === object);
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
  let own: MemoryDescriptor | undefined;
  const failed = (why: string): CodeResult => {
    if (own) {
      own.freed = true;
      state.touch(own);
    }
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
  map.offset = 0n;
  while (to instanceof SubMemoryDescriptor) {
    start = BigInt.asUintN(64, start + to.start);
    to = to.parent;
  }
  if (copiesOnWrite(state, to) && to.task && !to.reference) {
    const failure = buildReference(state, to, options);
    // Before makeMapping itself, which would release the map.
    if (failure)
      return code(
        state,
        kIOReturnError,
        `The copy of ${to.name} cannot be made. redirect() fails; ${map.name} stays as it was.`,
      );
  }
  map.offset = start;
  if (to.physical) {
    own = privateDescriptor(state, to, start, map.length);
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
  const request = requested(state, to, map);
  if (request && sleepsOn(request)) return hangs(state, map, request);
  const mine = map.blocks;
  const kept = request && mine ? untransposable(state, map, from, to, request) : 'one of the two could not be blocked';
  if (!kept && request && mine) {
    const { object } = request;
    mine.transpose(object);
    // The UPLs follow the contents: what the map shows is free again, and the other memory is what it blocks.
    object.blockedBy = map;
    object.blocked = { start: request.start, end: request.end };
    mine.blockedBy = mine.blocked = undefined;
    map.blocks = object;
    state.touchMemory((entry) => entry.object === mine || entry.object === object);
  }
  to.reference = from.reference;
  from.reference = target;
  if (to.pager) {
    let slept = false;
    const { task } = map;
    const done = populate(state, to, to.pager, map, (address) => {
      if (!task?.kernel) return false;
      const entry = task.space.entryAt(task.space.pageOf(address));
      if (!entry?.object || entry.protection === '---') return true;
      slept = entry.object.blockedBy !== undefined;
      return slept;
    });
    if (slept)
      return panics(
        state,
        map,
        'deadlock',
        `redirect() of ${map.name} sleeps for good: ${kept ?? 'its memory is blocked'}, so nothing was exchanged, and the kernel faults on what ${map.name} shows, which redirect() itself blocks. Redirect a mapping of the kernel to registers only from memory of the same size.`,
      );
    if (!done) return failed(`${to.name} could not be faulted in.`);
  }
  if (to instanceof GuardPageMemoryDescriptor) guardAll(map);
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
  { object, first }: Request,
): string | undefined {
  const mine = map.blocks!;
  if (mine === object) return `${from.name} and ${to.name} are the same memory`;
  const begins = requested(state, from, map)?.first ?? 0;
  if (begins || first) return `${begins ? from.name : to.name} does not start where its VM object does`;
  const pages = Number((map.length + BigInt(state.pageSize) - 1n) / BigInt(state.pageSize));
  if (mine.pages !== object.pages) return `${from.name} and ${to.name} do not have the same size in pages`;
  if (mine.pages !== pages) return `${map.name} is not as long as the memory, and only whole objects are exchanged`;
  for (const [each, name] of [
    [mine, from.name],
    [object, to.name],
  ] as const) {
    if (isCopied(state, each)) return `a copy-on-write copy of ${name} exists`;
    if (each.purgeable) return `${name} is purgeable`;
  }
  return undefined;
}

/** Whether a copy of an object is used by a descriptor or is mapped: O(n) in both. */
function isCopied({ descriptors, tasks }: KernelState, object: MemoryObject): boolean {
  if (object.copied) return true;
  const isCopy = (each: MemoryObject | undefined): boolean => each?.copyOf.has(object) ?? false;
  return (
    [...descriptors.values()].some(
      ({ freed, reference }) => !freed && reference?.copy?.some((chunk) => isCopy(chunk.object)),
    ) || tasks.some(({ space }) => space.entries.some((entry) => isCopy(entry.object)))
  );
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
