import type { VmEntry } from './address-space';
import { useAfterFree, type KernelState } from './kernel-state';
import type { MemoryMap } from './memory-map';
import type { CodeResult } from './outcomes';
import { KERN_INVALID_ADDRESS, KERN_PROTECTION_FAILURE, KERN_SUCCESS, returnName } from './returns';
import { addressText, countText } from './text';
import type { Task } from './task';

/** kIODirectionIn and Out have the values of VM_PROT_READ and WRITE. */
const directionMask = 3;
const write = 2;

/**
 * IOMemoryMap::wireRange (iokit/Kernel/IOMemoryDescriptor.cpp): vm_map_wire_kernel() with the direction as protection,
 * vm_map_unwire() without one. Nothing compares the range with the map's length, or pairs the two.
 * @param offset from the map's address, in bytes.
 */
export function wireRange(
  state: KernelState,
  map: MemoryMap,
  direction: number,
  offset: bigint,
  length: bigint,
): CodeResult {
  if (map.freed) return useAfterFree(state, map, 'wireRange()');
  const task = map.madeFor;
  const stop = (reason: string, why: string): CodeResult => {
    state.note('prepare', why, { kind: 'panic', message: why, object: map.id });
    return { kind: 'panic', reason, why };
  };
  if (!map.alive)
    return stop(
      'NULL vm_map',
      `wireRange() on ${map.name}, which is not mapped any more, reads a NULL map and faults.`,
    );
  const { space } = task;
  const first = map.address + offset;
  // The kernel's page, whatever that of the map is; vm_map_wire clamps the range to the map (VM_MAP_RANGE_CHECK).
  const page = BigInt(state.pageSize);
  const start = Math.max(space.pageOf((first / page) * page), space.min);
  const end = Math.min(space.pageOf(((first + length + page - 1n) / page) * page), space.max);
  const answer = (code: number, why: string): CodeResult => {
    state.touchShown(map);
    state.note('prepare', why);
    return { kind: 'code', code, why };
  };
  const where = `${addressText(first)} in ${task.name}`;
  if (end <= start) return answer(KERN_SUCCESS, 'No page is in the range: nothing to do.');
  const wanted = direction & directionMask;
  if (wanted !== 0) {
    const found = wirable(space.overlapping(start, end), start, end, wanted);
    if (found !== KERN_SUCCESS)
      return answer(
        found,
        `${returnName(found)}: ${found === KERN_INVALID_ADDRESS ? 'not all of the range is mapped' : 'a page does not allow that access'}, at ${where}. Nothing stays wired.`,
      );
    count(state, task, start, end, 1);
    return answer(KERN_SUCCESS, `Wires ${countText(end - start, 'page')} at ${where}.`);
  }
  const entries = space.overlapping(start, end);
  if (!entries.length || entries[0]!.start > start)
    return stop('vm_map_unwire: start not found', `Unwiring ${where}: nothing is mapped there.`);
  if (entries.some((entry) => !entry.wired))
    return stop(
      'vm_map_unwire: entry is unwired',
      `Unwiring ${where}, which is not wired. Unwire what you wired, once.`,
    );
  if (wirable(entries, start, end, 0) !== KERN_SUCCESS)
    return stop('vm_map_unwire: non-contiguous region', `Unwiring ${where}: not all of the range is mapped.`);
  count(state, task, start, end, -1);
  return answer(KERN_SUCCESS, `Unwires ${countText(end - start, 'page')} at ${where}.`);
}

/** vm_map_wire_nested: entries without a gap; what is wired already is not asked for its protection. */
function wirable(entries: readonly VmEntry[], start: number, end: number, wanted: number): number {
  let next = start;
  for (const entry of entries) {
    if (entry.start > next) return KERN_INVALID_ADDRESS;
    if (wanted !== 0 && !entry.wired) {
      // A hole after the entry is seen before its protection.
      const after = entries[entries.indexOf(entry) + 1];
      if (entry.end < end && after?.start !== entry.end) return KERN_INVALID_ADDRESS;
      if (entry.protection === '---' || (wanted & write && entry.protection !== 'rw-')) return KERN_PROTECTION_FAILURE;
    }
    next = entry.end;
  }
  return next >= end ? KERN_SUCCESS : KERN_INVALID_ADDRESS;
}

/** Entries are cut at the range's borders (vm_map_clip_start, vm_map_clip_end). */
function count(state: KernelState, { space }: Task, start: number, end: number, by: number): void {
  for (const entry of space.overlapping(start, end)) {
    const from = Math.max(entry.start, start);
    const { wired = 0, ...rest } = entry;
    const now = wired + by;
    space.replace({
      ...rest,
      start: from,
      end: Math.min(entry.end, end),
      objectPage: entry.objectPage + (from - entry.start),
      ...(entry.descriptorOffset === undefined
        ? {}
        : { descriptorOffset: entry.descriptorOffset + BigInt(from - entry.start) * BigInt(space.pageSize) }),
      ...(now ? { wired: now } : {}),
    });
    if (entry.map) state.touchShown(entry.map);
  }
}
