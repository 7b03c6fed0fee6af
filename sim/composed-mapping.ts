import { pageable } from './composition';
import type { KernelState } from './kernel-state';
import { dropOwnMap } from './lifetime';
import { kIOMapAnywhere, kIOMapOverwrite, type MapOptions } from './map-options';
import type { MemoryMap } from './memory-map';
import type { MultiMemoryDescriptor } from './multi-memory-descriptor';
import { nothing, type MapResult } from './outcomes';
import { choosePages, guardPages, reserve } from './reservation';
import type { Task } from './task';
import { addressText, hex, sizeText } from './text';
import type { Protection } from './trace';
import type { MapRequest } from './mapping';

const lost = 'reserved by a failed mapping, never given back';

/**
 * IOMultiMemoryDescriptor::doMap: reserves exactly the map's length, then has each part map itself over the reservation
 * at the running address.
 * @param mapPart createMappingInTask.
 */
export function mapParts(
  state: KernelState,
  multi: MultiMemoryDescriptor,
  map: MemoryMap,
  options: MapOptions,
  task: Task,
  mapPart: (request: MapRequest) => MapResult,
): MapResult {
  const { space } = task;
  const pages = space.pagesFor(map.length);
  const guard = guardPages(space, options);
  const protection: Protection = options.readOnly ? 'r--' : 'rw-';
  let start = space.pageOf(map.address);
  if (!options.overwrite) {
    if (pages === 0) return nothing('underrun', `${multi.name} has no bytes to map: no address space is reserved.`);
    const wanted = { pages, inPage: 0, byData: true, pageable: pageable(multi) };
    const chosen = choosePages(state, task, map, options, wanted);
    if (typeof chosen !== 'number') return chosen;
    start = chosen;
    map.address = space.addressOf(start);
    reserve(state, space, start, pages, guard, protection, 'reserved', map);
  }

  const partOptions = ((options.bits & ~kIOMapAnywhere) | kIOMapOverwrite) >>> 0;
  let skip = map.offset;
  let left = map.length;
  let next = map.address;
  let end = start + pages + guard;
  let failed = '';
  let misplaced = '';
  for (const part of multi.parts) {
    if (left === 0n) break;
    if (skip >= part.length) {
      skip -= part.length;
      continue;
    }
    const size = part.length - skip < left ? part.length - skip : left;
    const result = mapPart({ descriptor: part, task, at: next, options: partOptions, offset: skip, length: size });
    if (result.kind === 'null') {
      failed = ` ${part.name} could not be mapped at ${addressText(next)}: ${result.why}`;
      break;
    }
    if (result.kind !== 'map') return result;
    const own = result.map;
    const first = space.pageOf(own.address);
    const after = first + space.pagesFor(BigInt(space.offsetInPage(own.address)) + size);
    // The part's map goes at once; the pages that it made stay, and are the multi descriptor's map's to show.
    for (const entry of space.overlapping(first - 1, after + 1))
      if (entry.map === own) space.replace({ ...entry, map });
    if (own.address !== next && !misplaced)
      misplaced = ` The data of ${part.name} is at ${addressText(own.address)}, not at ${addressText(next)}: parts must start and end on pages.`;
    dropOwnMap(state, own);
    end = Math.max(end, after);
    left -= size;
    next += size;
    skip = 0n;
  }
  if (left > 0n) {
    for (const entry of space.overlapping(start - guard, end)) {
      const { map: owner, ...kept } = entry;
      if (owner !== map) continue;
      space.replace(entry.kind === 'mapping' ? kept : { ...kept, note: lost });
    }
    return nothing(
      'underrun',
      `kIOReturnUnderrun: ${sizeText(left)} of +${hex(map.offset)}, ${sizeText(map.length)} are left to map.` +
        (failed ||
          ` ${multi.name} is ${sizeText(multi.length)} long: with an offset, pass the length of the rest (zero means the full length).`) +
        (options.overwrite ? '' : ' The reserved range stays lost in the task.'),
    );
  }
  map.protection = protection;
  return {
    kind: 'map',
    map,
    how: 'new',
    why: `New mapping in ${task.name} at ${addressText(map.address)}, ${sizeText(map.length)}, each part of ${multi.name} over its place.${misplaced}`,
  };
}
