import type { AddressSpace } from './address-space';
import type { KernelState } from './kernel-state';
import type { MapOptions } from './map-options';
import type { MemoryMap } from './memory-map';
import { MemoryObject } from './memory-object';
import { nothing, panic, type MapResult } from './outcomes';
import type { AddressRange } from './profiles';
import type { Task } from './task';
import { addressText, sizeText } from './text';
import type { Protection } from './trace';

/** Where a mapping goes: IOMemoryDescriptorMapAlloc and the map ranges of osfmk/vm/vm_map.c. Pages, not bytes. */

/** kIOMapGuardSizeLarge. */
const largeGuard = 65536n;

/** Guard pages on each side (IOMemoryDescriptorMapGuardSize); kIOMapOverwrite reserves nothing, so it has none. */
export function guardPages(space: AddressSpace, options: MapOptions): number {
  if (options.guard === 'none' || options.overwrite) return 0;
  return options.guard === 'small' ? 1 : Number(largeGuard / BigInt(space.pageSize));
}

export interface WantedPages {
  readonly pages: number;
  /** Offset of the first mapped byte in its page. */
  readonly inPage: number;
  /** The map's address is that of the data, not of its page. */
  readonly byData: boolean;
  /** Pageable memory goes to a submap of the kernel's map (IOIteratePageableMaps). */
  readonly pageable: boolean;
}

/** The first page of a mapping, after its guard; reserves nothing. */
export function choosePages(
  state: KernelState,
  task: Task,
  map: MemoryMap,
  options: MapOptions,
  wanted: WantedPages,
): number | MapResult {
  const { space } = task;
  const { pages, byData, pageable } = wanted;
  const guard = guardPages(space, options);
  if (options.guard !== 'none' && !options.overwrite && !options.anywhere)
    return nothing('guard-needs-anywhere', 'kIOReturnBadArgument: guard pages need kIOMapAnywhere.');
  if (!options.anywhere && !byData && !state.layout.rules.byteAccurate) {
    const inPage = space.offsetInPage(map.address);
    if (inPage !== wanted.inPage)
      return nothing(
        'not-aligned',
        `kIOReturnNotAligned: ${addressText(map.address)} is ${sizeText(BigInt(inPage))} into its page, the data ${sizeText(BigInt(wanted.inPage))}. This kernel maps at a fixed address only with the same offset.`,
      );
  }

  const at = options.anywhere ? 0n : byData ? map.address : BigInt.asUintN(64, map.address - BigInt(wanted.inPage));
  const base = space.pageOf(at);
  const limit = overLimit(task, base, pages + 2 * guard, options.overwrite);
  if (options.overwrite)
    return limit && byData ? enterPanic(limit) : (limit ?? overwritten(state, task, at, options, wanted));
  if (limit) return limit;
  if (options.anywhere) {
    const found = findAnywhere(state, task, pages + 2 * guard, pageable);
    return typeof found === 'number' ? found + guard : found;
  }
  return fixed(state, task, map.address, base, pages, pageable);
}

/** A fixed request (osfmk/vm/vm_map.c, vm_map_locate_space_fixed). */
function fixed(
  state: KernelState,
  task: Task,
  address: bigint,
  base: number,
  pages: number,
  pageable: boolean,
): number | MapResult {
  const { space } = task;
  const end = base + pages;
  // Before the ranges are looked at: osfmk/vm/vm_sanitize.c, vm_sanitize_addr_size, on the way into vm_map_enter.
  if (space.addressOf(base) + BigInt(pages) * BigInt(space.pageSize) > 1n << 64n)
    return nothing(
      'outside-address-space',
      `KERN_INVALID_ARGUMENT: the range at ${addressText(address)} wraps around 64 bits. Keep offset + length within getLength().`,
    );
  const ranges = task.kernel ? kernelPlace(state, space, base, end, pageable) : 'inside';
  if (typeof ranges === 'object') return ranges;
  const fits = space.canPlace(base, end);
  if (address === 0n)
    return nothing(
      'no-address',
      'Without kIOMapAnywhere this is a fixed request at address 0, which no task allows. Add kIOMapAnywhere.',
    );
  if ((!fits.ok && fits.why === 'outside') || ranges === 'outside')
    return nothing(
      'outside-address-space',
      `KERN_INVALID_ADDRESS: ${addressText(address)} is outside the range of ${task.name} where mappings may be. Use kIOMapAnywhere.`,
    );
  if (!fits.ok || ranges === 'occupied')
    return nothing(
      'occupied',
      `KERN_NO_SPACE: something is mapped in ${task.name} at ${addressText(address)} already. Use kIOMapAnywhere, or free the range first.`,
    );
  return base;
}

export const noPageableMap = 'IOPageableMapForAddress: address out of range';

/** Whether it is the panic of the search for the pageable map, which comes before everything else. */
export function isNoPageableMap(result: MapResult): boolean {
  return result.kind === 'panic' && result.reason === noPageableMap;
}

/**
 * kIOMapOverwrite: what is there is deleted first (vm_map_locate_space_fixed, vm_map_delete). Byte-accurate mappings
 * panic on every failure (memoryReferenceMapNew).
 */
export function overwritten(
  state: KernelState,
  task: Task,
  at: bigint,
  options: MapOptions,
  { pages, byData, pageable }: WantedPages,
): number | MapResult {
  const { space } = task;
  const base = space.pageOf(at);
  const end = base + pages;
  const failed = (why: string): MapResult => (byData ? enterPanic({ why }) : nothing('outside-address-space', why));
  const where = `kIOMapOverwrite at ${addressText(at)}`;
  if (task.kernel) {
    const { kernelPageable } = state.layout;
    if (pageable && (at < kernelPageable.start || at >= kernelPageable.end))
      return panic(noPageableMap, `${where}: a pageable buffer goes over addresses of the kernel's pageable map only.`);
    if (pages === 0) return base;
    const place = kernelPlace(state, space, base, end, pageable);
    if (typeof place === 'object') return place;
    if (place === 'outside') return failed(`${where} is outside the kernel's ranges for data (KERN_INVALID_ADDRESS).`);
    if (!covered(space, base, end))
      return panic(
        'vm_map_delete: gap',
        `${where}: the kernel deletes what is mapped there first, and panics because not all of the range is mapped. Overwrite only a range that you reserved.`,
      );
    return base;
  }
  if (pages === 0) return base;
  if (base < space.min || end > space.max)
    return failed(
      `${where}, outside ${task.name}'s address space (KERN_INVALID_ADDRESS). ${options.anywhere ? 'With kIOMapAnywhere the address is taken as 0: choose one of the two.' : 'Only overwrite a range that you reserved.'}`,
    );
  const permanent = space.overlapping(base, end).find((entry) => entry.permanent);
  if (permanent)
    return failed(`${where}: ${permanent.note ?? 'what is mapped there'} is permanent (KERN_PROTECTION_FAILURE).`);
  return base;
}

const enterPanic = ({ why }: { readonly why: string }): MapResult => panic('map enter err', why);

/** RLIMIT_AS (vm_map_enter): the sum of a map's entries may not pass its limit. */
function overLimit(
  { space, sizeLimit, name }: Task,
  base: number,
  pages: number,
  overwrite: boolean,
): (MapResult & { readonly kind: 'null' }) | undefined {
  if (sizeLimit === undefined) return undefined;
  let used = pages;
  for (const { start, end } of space.entries) used += end - start;
  if (overwrite)
    for (const { start, end } of space.overlapping(base, base + pages))
      used -= Math.min(end, base + pages) - Math.max(start, base);
  if (BigInt(used) * BigInt(space.pageSize) <= sizeLimit) return undefined;
  const why = `KERN_NO_SPACE: ${name}'s address space may be ${sizeText(sizeLimit)} (RLIMIT_AS), and this would pass it.`;
  return { kind: 'null', reason: 'size-limit', why };
}

/**
 * IOMemoryDescriptorMapAlloc: enters anonymous memory between its guards; `map` is whose it is, as long as somebody's. What
 * is not mapped over reads as zeros, and can be written as the mapping could (osfmk/vm/vm_map.c, vm_map_enter).
 */
export function reserve(
  state: KernelState,
  space: AddressSpace,
  base: number,
  pages: number,
  guard: number,
  protection: Protection,
  note: string,
  map?: MemoryMap,
): void {
  const object = MemoryObject.ofPages(state.pageSize, pages + 2 * guard);
  for (const entry of [
    { start: base - guard, end: base, protection: '---', kind: 'guard', objectPage: 0 },
    { start: base, end: base + pages, protection, kind: 'reserved', objectPage: guard },
    { start: base + pages, end: base + pages + guard, protection: '---', kind: 'guard', objectPage: guard + pages },
  ] as const)
    if (entry.end > entry.start) space.insert({ ...entry, object, note, ...(map ? { map } : {}) });
}

/**
 * Where a fixed range lies in the kernel's map: kmem_validate_range_for_overwrite (osfmk/vm/vm_kern.c). Kernels without
 * that test take any address that is free; below their allocations are their image and zones.
 */
function kernelPlace(
  state: KernelState,
  space: AddressSpace,
  base: number,
  end: number,
  pageable: boolean,
): 'inside' | 'outside' | 'occupied' | MapResult {
  const { kernelData, kernelIOKit, kernelPageable, kernelPointers, rules } = state.layout;
  const contains = (range: AddressRange, page: number): boolean =>
    page >= space.pageOf(range.start) && page < space.pageOf(range.end);
  if (pageable) return contains(kernelPageable, base) && contains(kernelPageable, end - 1) ? 'inside' : 'outside';
  if (!rules.kernelFixedInRanges) {
    if (base < space.min || end > space.max) return 'outside';
    const taken = base < space.pageOf(kernelData.start) || contains(kernelPageable, base);
    return taken || contains(kernelPageable, end - 1) ? 'occupied' : 'inside';
  }
  const range = [kernelData, kernelIOKit, kernelPointers].find((each) => contains(each, base));
  if (!range) return 'outside';
  if (!contains(range, end - 1))
    return panic(
      'doesnt fit in one range',
      `The range at ${addressText(space.addressOf(base))} starts in the kernel's ${range.name} range and ends outside of it.`,
    );
  if (range === kernelPointers)
    return panic(
      'kernel pointer range',
      `A fixed request at ${addressText(space.addressOf(base))} lies in the kernel's pointer range.`,
    );
  return 'inside';
}

function covered(space: AddressSpace, start: number, end: number): boolean {
  let sum = 0;
  for (const entry of space.overlapping(start, end)) sum += Math.min(entry.end, end) - Math.max(entry.start, start);
  return sum === end - start;
}

function findAnywhere(state: KernelState, task: Task, pages: number, pageable: boolean): number | MapResult {
  const space = task.space;
  const size = BigInt(pages) * BigInt(space.pageSize);
  const full = (): MapResult => nothing('no-space', `KERN_NO_SPACE: ${task.name} has no hole of ${sizeText(size)}.`);
  if (!task.kernel) return space.findHole(pages, space.min, space.max) ?? full();
  const { kernelData, kernelIOKit, kernelPageable, pageableCap, rules } = state.layout;
  if (pageable) {
    if (size > pageableCap)
      return nothing(
        'pageable-cap',
        `A pageable buffer of more than ${sizeText(pageableCap)} cannot be mapped into the kernel. Map it in parts.`,
      );
    return space.findHole(pages, space.pageOf(kernelPageable.start), space.pageOf(kernelPageable.end)) ?? full();
  }
  if (!rules.kernelDataRange) {
    const first = space.pageOf(kernelData.start);
    const split = space.pageOf(kernelPageable.start);
    const after = Math.max(first, space.pageOf(kernelPageable.end));
    return (
      (split > first ? space.findHole(pages, first, split) : undefined) ??
      space.findHole(pages, after, space.max) ??
      full()
    );
  }
  const start = space.pageOf(kernelIOKit.start);
  const end = space.pageOf(kernelIOKit.end);
  // osfmk/vm/vm_map.c, vm_map_get_range: requests of KMEM_SMALLMAP_THRESHOLD or more start one eighth into the range, of
  // the IOKit range's own size (kmem_range_init), which is 0 on Intel.
  const ownSize = !(rules.ownIOKitRange && kernelIOKit === kernelData);
  const large = rules.largeRequestsApart && ownSize && size >= 1n << 20n;
  return space.findHole(pages, large ? start + Math.floor((end - start) / 8) : start, end) ?? full();
}
