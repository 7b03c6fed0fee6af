import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import type { KernelState } from './kernel-state';
import { cacheName, kIOMapCacheMask, type MapOptions } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import { MemoryObject, type Pager } from './memory-object';
import { setCache } from './memory-reference-create';
import { linearPieces, piecesOf, type MemoryReference, type Pieces } from './memory-reference';
import { Mapped, nothing, panic, type MapResult } from './outcomes';
import { physicalRun } from './physical-segments';
import { choosePages, guardPages, isNoPageableMap, overwritten, reserve } from './reservation';
import type { Task } from './task';
import { addressText, countText, sizeText } from './text';
import type { Protection } from './trace';

/**
 * IOMemoryDescriptorMapAlloc, memoryReferenceMap and memoryReferenceMapNew (iokit/Kernel/IOMemoryDescriptor.cpp):
 * reserves the range, then enters the pages.
 */

/** Of address space that no map answers for. */
const lostToPrefault = 'reserved by a failed prefault, never given back';
const lostToCopy = 'the rest of a copy-on-write copy, never removed';

/** Enters a map's pages. On success the caller has the map to attach: its address and protection are set. */
export function place(
  state: KernelState,
  descriptor: MemoryDescriptor,
  reference: MemoryReference,
  map: MemoryMap,
  options: MapOptions,
  task: Task,
): MapResult {
  const { space } = task;
  const { copy } = reference;
  const { rules } = state.layout;
  const byData = reference.byData && rules.byteAccurate;
  const whole = reference.byData || copy ? undefined : reference.chunks[0]!;
  const linear =
    whole &&
    linearPieces(whole, map.offset, map.length, inPageOf(descriptor, map.offset, state.pageSize), state.pageSize);
  const pieces =
    linear ?? piecesOf(copy ?? reference.chunks, map.offset, map.length, state.pageSize, copy !== undefined);
  if (!linear && pieces.bytes < map.length) return beyondEntries(descriptor);
  if (reference.byData && !byData && !contiguousPages(pieces, state.pageSize)) return notAligned(descriptor);
  const protection: Protection = !options.readOnly && reference.writable ? 'rw-' : 'r--';
  const pageable = descriptor instanceof BufferMemoryDescriptor && descriptor.pageable;
  const guard = guardPages(space, options);
  if (!options.overwrite && pieces.pages + 2 * guard === 0)
    return nothing('empty', 'A mapping of zero bytes is refused (KERN_INVALID_ARGUMENT).');
  // The entry's pages from the first on: what overwrites enters so many, before it finds that there are no more.
  const there =
    whole && linear?.pages
      ? (whole.pageOffset + Number(whole.size)) / state.pageSize - (linear.pieces[0]!.page - whole.page)
      : pieces.pages;
  const base = choosePages(state, task, map, options, {
    pages: options.overwrite ? Math.min(there, pieces.pages) : pieces.pages,
    inPage: pieces.inPage,
    pageable,
    byData,
  });
  // What overwrites reserves nothing: its range is refused when the pages are entered.
  if (typeof base !== 'number' && (!options.overwrite || isNoPageableMap(base))) return base;

  // Device memory is entered at once by its pager, so the flag is dropped.
  const prefault = options.prefault && !(descriptor.pager && rules.kernelPrefault);
  const refused = task.kernel && !rules.kernelPrefault;
  if (prefault && (descriptor.wireCount === 0 || refused || descriptor.physical)) {
    // The range is reserved by now, and returned without being given back.
    if (typeof base === 'number' && !options.overwrite)
      reserve(state, space, base, pieces.pages, guard, protection, lostToPrefault);
    return nothing(
      'not-prepared',
      `kIOReturnBadArgument: ${refused ? 'this kernel has no kIOMapPrefault in kernel_task' : 'kIOMapPrefault needs wired memory, call prepare() first'}. The reserved range stays lost in the task.`,
    );
  }
  if (linear && !linear.inStep) return notAligned(descriptor);
  const refusal = refusedMode(descriptor, options, pieces);
  if (refusal && rules.refusedModePanics)
    return panic('NULL object_handle', `${refusal} The refusal itself stores through a NULL pointer since macOS 15.0.`);
  if (!copy) enterModes(state, reference, pieces, refusal ? 0 : options.cache);
  if (there <= 0 && pieces.pages > 0) return beyondEntries(descriptor);
  if (there < pieces.pages) return overrun(state, descriptor, task, options, base, { ...pieces, pages: there });
  if (typeof base !== 'number') return base;
  const over = overmapped(base, pieces);
  const reserved = base + pieces.pages + guard;
  if (over > reserved) {
    // What lies beyond the reservation is deleted first, as any range that is overwritten.
    const beyond = { pages: over - reserved, inPage: 0, byData: true, pageable };
    const failure = overwritten(state, task, space.addressOf(reserved), options, beyond);
    if (typeof failure !== 'number') return failure;
  }
  const { pager } = descriptor;
  if (pager && !populate(state, descriptor, pager, map, () => task.kernel && pieces.pages === 0)) {
    if (options.overwrite)
      enter(state, descriptor, undefined, task, { base, guard, protection, inherited: false }, pieces);
    return notAligned(descriptor);
  }
  if (pager && (options.bits & kIOMapCacheMask) === 0)
    // doMap puts the mode's number, unshifted, into the low bits of fOptions.
    map.options = (map.options | descriptor.cache) >>> 0;

  const asked = map.address;
  map.protection = protection;
  // What overwrites by whole pages is not told where the pages went (memoryReferenceMap keeps the address it was given).
  if (byData || !options.overwrite) map.address = space.addressOf(base) + BigInt(pieces.inPage);
  enter(state, descriptor, map, task, { base, guard, protection, inherited: prefault && !copy }, pieces);

  const { name } = task;
  const { name: memory } = descriptor;
  const { address, length, offset } = map;
  const { pageSize } = state;
  return new Mapped(map, 'new', () => {
    const guards = guard ? `, with guard pages of ${sizeText(BigInt(guard * pageSize))}` : '';
    const notes = [
      !options.readOnly && !reference.writable
        ? ` Read-only all the same: ${memory} is kIODirectionOut and was first mapped with kIOMapReadOnly.`
        : '',
      options.anywhere || asked === address
        ? ''
        : ` It was asked for at ${addressText(asked)}: data keeps its offset in the page, so use getAddress().`,
      refusal ? ` ${refusal} This kernel forgets the error, and maps in the old mode.` : '',
      copy ? copyNote(offset, pieces, over - (base + pieces.pages)) : '',
    ];
    return `New mapping in ${name} at ${addressText(address)}, ${sizeText(length)}, ${protection}${guards}.${notes.join('')}`;
  });
}

function notAligned({ task }: MemoryDescriptor): MapResult {
  return nothing(
    'not-aligned',
    task
      ? 'kIOReturnNotAligned: the ranges inside this memory do not start and end on pages. Map each range by itself.'
      : 'kIOReturnNotAligned: physical memory of several ranges is mapped from a page of it on, and only where its ranges meet on pages. Map each range by itself.',
  );
}

/** mach_make_memory_entry with MAP_MEM_ONLY, and vm_map_enter_mem_object: of the entries that the mapping shows. */
function enterModes(state: KernelState, reference: MemoryReference, { pieces }: Pieces, cache: number): void {
  for (const piece of pieces) {
    const entry = reference.entryCount === 1 ? 0 : piece.chunk;
    const mode = (reference.modes[entry] = cache || reference.modes[entry]!);
    if (mode) setCache(state, [piece], mode);
  }
}

/**
 * IOMemoryDescriptor::populateDevicePager: gives the pager the physical pages that a mapping shows. Several ranges have a
 * page at a time, from the mapping's offset on, which must therefore be a page's (vm_object_populate_with_private).
 * @param faults what is mapped into the kernel is faulted in: whether that fails at an address.
 */
export function populate(
  { pageSize }: KernelState,
  { ranges }: MemoryDescriptor,
  { object }: Pager,
  map: MemoryMap,
  faults: (address: bigint) => boolean,
): boolean {
  const page = BigInt(pageSize);
  const contiguous = ranges.length === 1;
  let offset = contiguous ? 0n : map.offset;
  const first = offset;
  let address = map.address;
  let left: bigint | undefined;
  for (let run = physicalRun(ranges, offset); run; run = physicalRun(ranges, offset)) {
    const inPage = left === undefined ? run.address % page : 0n;
    left ??= BigInt.asUintN(64, map.length + inPage);
    const size: bigint = run.length + inPage < left ? run.length + inPage : left;
    if ((size < left && size % page) || (run.address - inPage) % page) return false;
    const pages = Number((size + page - 1n) / page);
    if (contiguous) object.pages = pages;
    else if (size > 0n) {
      if (first % page) return false;
      const from = Number((offset - inPage + page - 1n) / page);
      for (let i = 0; i < pages; i++) object.populate(from + i);
    }
    if (faults(address)) return false;
    offset += size - inPage;
    address += size;
    left -= size;
    if (left === 0n) return true;
  }
  return false;
}

/** A redirect() gave the descriptor the entries of shorter memory. */
function beyondEntries({ name }: MemoryDescriptor): MapResult {
  return panic(
    'entryOffset',
    `${name} has memory entries that are shorter than itself: the kernel looks for more of them.`,
  );
}

/** The entry ends first: what overwrites has entered its last pages by then. */
function overrun(
  state: KernelState,
  descriptor: MemoryDescriptor,
  task: Task,
  options: MapOptions,
  base: number | MapResult,
  pieces: Pieces,
): MapResult {
  if (typeof base !== 'number') return base;
  const { pages } = pieces;
  const entered = pieces.pieces.map((piece) => ({ ...piece, pages, reserved: pages }));
  const protection: Protection = !options.readOnly && descriptor.reference!.writable ? 'rw-' : 'r--';
  if (options.overwrite)
    enter(
      state,
      descriptor,
      undefined,
      task,
      { base, guard: 0, protection, inherited: false },
      { ...pieces, pieces: entered },
    );
  return nothing('overrun', `kIOReturnOverrun: the memory entry of ${descriptor.name} ends before the mapping does.`);
}

/** Where the last page ends that the pieces enter: beyond the reservation where a copy is entered whole. */
function overmapped(base: number, pieces: Pieces): number {
  let page = base;
  let end = base + pieces.pages;
  for (const piece of pieces.pieces) {
    end = Math.max(end, page + piece.pages);
    page += piece.reserved;
  }
  return end;
}

/** @param map none where the mapping fails afterwards, and what it overwrote stays. */
function enter(
  state: KernelState,
  descriptor: MemoryDescriptor,
  map: MemoryMap | undefined,
  task: Task,
  at: { readonly base: number; readonly guard: number; readonly protection: Protection; readonly inherited: boolean },
  pieces: Pieces,
): void {
  const { space } = task;
  const { base, guard, protection } = at;
  const end = base + pieces.pages;
  if (guard) {
    const object = MemoryObject.ofPages(state.pageSize, guard);
    const ofGuard = { protection: '---', kind: 'guard', object, objectPage: 0, map } as const;
    space.replace({ ...ofGuard, start: base - guard, end: base });
    space.replace({ ...ofGuard, start: end, end: end + guard });
  }
  // vm_map_enter_mem_object_prefault passes VM_INHERIT_DEFAULT, but for copies, which are entered elsewhere.
  const inherited = at.inherited || undefined;
  const kind = 'mapping';
  let page = base;
  for (const { object, page: objectPage, pages, reserved, descriptorOffset } of pieces.pieces) {
    const whole = page + pages;
    const inside = Math.min(whole, end);
    if (inside > page)
      space.replace({
        start: page,
        end: inside,
        protection,
        kind,
        object,
        objectPage,
        map,
        descriptor,
        descriptorOffset,
        inherited,
      });
    if (whole > inside) {
      // What lies beyond the reservation belongs to no map, and stays.
      const skipped = inside - page;
      const beyond = descriptorOffset + BigInt(skipped) * BigInt(state.pageSize);
      space.replace({
        start: inside,
        end: whole,
        protection,
        kind,
        object,
        objectPage: objectPage + skipped,
        descriptor,
        descriptorOffset: beyond,
        note: lostToCopy,
        inherited,
      });
    }
    page += reserved;
  }
}

function copyNote(offset: bigint, pieces: Pieces, beyond: number): string {
  const [first] = pieces.pieces;
  const shown = first ? first.descriptorOffset + BigInt(pieces.inPage) : offset;
  const wrong = shown === offset ? '' : ` It shows the memory from its start, not from +0x${offset.toString(16)}.`;
  const over =
    beyond > 0
      ? ` The copy is mapped whole: ${countText(beyond, 'page')} beyond the reservation ${beyond === 1 ? 'is' : 'are'} replaced, and stay${beyond === 1 ? 's' : ''} mapped for good.`
      : '';
  return ` It shows the copy that was made for kIOMemoryMapCopyOnWrite.${wrong}${over}`;
}

/**
 * mach_make_memory_entry(MAP_MEM_ONLY) refuses copies and read-only entries. Since macOS 15 it then stores through the
 * object handle, which IOKit passes as NULL (osfmk/vm/vm_memory_entry.c, mach_make_memory_entry_cleanup); before, the
 * mapping that follows overwrote the error, and was made in the old mode.
 */
function refusedMode(
  { reference, name }: MemoryDescriptor,
  { bits, cache }: MapOptions,
  { pieces }: Pieces,
): string | undefined {
  // A field without a mode asks all the same, for none.
  if (!(bits & kIOMapCacheMask) || !reference || !pieces.length) return undefined;
  const mode = cacheName(cache);
  if (reference.copy)
    return `KERN_INVALID_ARGUMENT: ${name} is mapped as a copy, which takes no cache mode such as ${mode}. Leave it at the default.`;
  if (!reference.writable && pieces.some((piece) => reference.modes[piece.chunk] !== cache))
    return `KERN_INVALID_RIGHT: ${name} was first mapped read-only, and changing its cache mode to ${mode} needs write access.`;
  return undefined;
}

/** How far a byte is in its page, as the descriptor has it: its entry may be that of other memory (redirect). */
function inPageOf({ task, ranges }: MemoryDescriptor, offset: bigint, pageSize: number): number {
  if (!task) return Number((physicalRun(ranges, offset)?.address ?? 0n) % BigInt(pageSize));
  let rest = offset;
  for (const { address, length } of ranges) {
    if (rest < length) return Number((address + rest) % BigInt(pageSize));
    rest -= length;
  }
  return 0;
}

function contiguousPages(pieces: Pieces, pageSize: number): boolean {
  return pieces.pieces.every((piece, index) => {
    if (index === 0) return true;
    const before = pieces.pieces[index - 1]!;
    return piece.descriptorOffset === before.descriptorOffset + BigInt(before.pages * pageSize);
  });
}
