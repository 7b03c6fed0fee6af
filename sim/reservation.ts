import type { AddressSpace } from './address-space';
import type { KernelState } from './kernel-state';
import type { MapOptions } from './map-options';
import type { MemoryMap } from './memory-map';
import { nothing, panic, type MapResult } from './outcomes';
import type { Task } from './task';
import { addressText, sizeText } from './text';
import type { Protection } from './trace';

/** Where a mapping goes: IOMemoryDescriptorMapAlloc and the map ranges of osfmk/vm/vm_map.c. Pages, not bytes. */

/** kIOMapGuardSizeLarge. */
const largeGuard = 65536n;

/** Guard pages on each side (IOMemoryDescriptorMapGuardSize); kIOMapOverwrite reserves nothing, so it has none. */
export function guardPages(state: KernelState, options: MapOptions): number {
  if (options.guard === 'none' || options.overwrite) return 0;
  return options.guard === 'small' ? 1 : Number(largeGuard / BigInt(state.pageSize));
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
  const guard = guardPages(state, options);
  if (options.guard !== 'none' && !options.overwrite && !options.anywhere)
    return nothing('guard-needs-anywhere', 'kIOReturnBadArgument: guard pages need kIOMapAnywhere.');

  const at = options.anywhere ? 0n : byData ? map.address : BigInt.asUintN(64, map.address - BigInt(wanted.inPage));
  const base = space.pageOf(at);
  if (options.overwrite) {
    const inside = base >= space.min && base + pages <= space.max;
    if (task.kernel && inside && inRange(state, base, base + pages, [state.layout.kernelPointers]))
      return panic('kernel pointer range', `kIOMapOverwrite at ${addressText(at)} lies in the kernel's pointer range.`);
    if (!inside)
      return byData
        ? panic(
            'map enter err',
            `kIOMapOverwrite at ${addressText(at)}, outside ${task.name}'s address space. ${options.anywhere ? 'With kIOMapAnywhere the address is taken as 0: choose one of the two.' : 'Only overwrite a range that you reserved.'}`,
          )
        : nothing(
            'outside-address-space',
            `kIOMapOverwrite at ${addressText(at)}, outside ${task.name}'s address space.`,
          );
    return base;
  }
  if (options.anywhere) {
    const found = findAnywhere(state, task, pages + 2 * guard, pageable);
    return typeof found === 'number' ? found + guard : found;
  }
  if (task.kernel && inRange(state, base, base + pages, [state.layout.kernelPointers]))
    return panic('kernel pointer range', `A fixed request at ${addressText(at)} lies in the kernel's pointer range.`);
  const { kernelData, kernelIOKit, kernelPageable } = state.layout;
  const allowed = pageable ? [kernelPageable] : [kernelData, kernelIOKit];
  const fits = space.canPlace(base, base + pages);
  if (map.address === 0n)
    return nothing(
      'no-address',
      'Without kIOMapAnywhere this is a fixed request at address 0, which no task allows. Add kIOMapAnywhere.',
    );
  if ((!fits.ok && fits.why === 'outside') || (task.kernel && !inRange(state, base, base + pages, allowed)))
    return nothing(
      'outside-address-space',
      `KERN_INVALID_ADDRESS: ${addressText(map.address)} is outside the range of ${task.name} where mappings may be. Use kIOMapAnywhere.`,
    );
  if (!fits.ok)
    return nothing(
      'occupied',
      `KERN_NO_SPACE: something is mapped in ${task.name} at ${addressText(map.address)} already. Use kIOMapAnywhere, or free the range first.`,
    );
  return base;
}

/** Enters address space without memory, between its guards; `map` is whose it is, as long as somebody's. */
export function reserve(
  space: AddressSpace,
  base: number,
  pages: number,
  guard: number,
  protection: Protection,
  note: string,
  map?: MemoryMap,
): void {
  for (const entry of [
    { start: base - guard, end: base, protection: '---', kind: 'guard' },
    { start: base, end: base + pages, protection, kind: 'reserved' },
    { start: base + pages, end: base + pages + guard, protection: '---', kind: 'guard' },
  ] as const)
    if (entry.end > entry.start) space.insert({ ...entry, objectPage: 0, note, ...(map ? { map } : {}) });
}

function inRange(
  state: KernelState,
  start: number,
  end: number,
  ranges: readonly { readonly start: bigint; readonly end: bigint }[],
): boolean {
  const size = BigInt(state.pageSize);
  return ranges.some((range) => start >= Number(range.start / size) && end <= Number(range.end / size));
}

function findAnywhere(state: KernelState, task: Task, pages: number, pageable: boolean): number | MapResult {
  const space = task.space;
  const full = (): MapResult =>
    nothing(
      'no-space',
      `KERN_NO_SPACE: ${task.name} has no hole of ${sizeText(BigInt(pages) * BigInt(state.pageSize))}.`,
    );
  if (!task.kernel) return space.findHole(pages, space.min, space.max) ?? full();
  const { kernelIOKit, kernelPageable, pageableCap } = state.layout;
  if (pageable) {
    if (BigInt(pages) * BigInt(state.pageSize) > pageableCap)
      return nothing(
        'pageable-cap',
        `A pageable buffer of more than ${sizeText(pageableCap)} cannot be mapped into the kernel. Map it in parts.`,
      );
    return space.findHole(pages, space.pageOf(kernelPageable.start), space.pageOf(kernelPageable.end)) ?? full();
  }
  const start = space.pageOf(kernelIOKit.start);
  const end = space.pageOf(kernelIOKit.end);
  // osfmk/vm/vm_map.c: requests of 1 MiB or more start one eighth into the range.
  const large = BigInt(pages) * BigInt(state.pageSize) >= 1n << 20n;
  return space.findHole(pages, large ? start + Math.floor((end - start) / 8) : start, end) ?? full();
}
