import type { Interpreter } from '../interpreter';
import { readInteger, type Region } from '../memory';
import type { RunObject } from '../objects';

export interface Besides {
  /** References that are not the code's where the run begins, and that it has to look after. */
  readonly lent?: number;
  /** The address of an instance that is gone, with what only it points at. */
  readonly gone?: bigint;
}

/**
 * References of an object that the run's code owns and for which nothing lasting is left: no field, global, heap block,
 * collection, or caller. Negative where more were given up than the code had.
 */
export function referencesLeft(
  run: Interpreter,
  object: RunObject,
  returned: bigint,
  { lent = 0, gone }: Besides = {},
): number {
  const { sim } = object;
  if (sim ? sim.freed : object.freed) return object.assumed ? -1 : 0;
  const owned = (sim ? sim.references : object.references) - (object.assumed ? 1 : 0) + lent;
  const without = gone === undefined ? new Set<Region>() : reachable(run, gone);
  return owned <= 0 ? owned : Math.max(0, owned - holders(run, object.region.base, returned, without));
}

/** Whether memory that outlives the function holds an address in a range. */
export function holdsAddress(run: Interpreter, range: { readonly start: bigint; readonly end: bigint }): boolean {
  for (const region of run.memory.regions()) {
    if (region.kind === 'stack' || region.kind === 'code') continue;
    for (let offset = 0; offset + 8 <= region.size; offset += 8) {
      const value = readInteger(region.bytes, offset, 8);
      if (range.start <= value && value < range.end) return true;
    }
  }
  return false;
}

/** Places that outlive the function and hold an object's address. */
function holders(run: Interpreter, address: bigint, returned: bigint, without: ReadonlySet<Region>): number {
  let count = address === returned ? 1 : 0;
  // Where the run broke off, variables hold it too.
  for (const frame of run.frames) for (const value of frame.registers) if (value === address) count++;
  for (const region of run.memory.regions()) {
    if (region.kind === 'stack' || region.kind === 'code' || without.has(region)) continue;
    for (let offset = 0; offset + 8 <= region.size; offset += 8)
      if (region.bytes[offset + 7] === 0xff && readInteger(region.bytes, offset, 8) === address) count++;
  }
  for (const object of run.objects.all())
    if (!object.freed) for (const element of object.contents) if (element === address) count++;
  return count;
}

/** The memory of an instance, and the structures that it points at. */
function reachable(run: Interpreter, self: bigint): Set<Region> {
  const found = new Set<Region>();
  const own = run.memory.find(self);
  for (const region of own ? [own] : []) {
    found.add(region);
    for (let offset = 0; offset + 8 <= region.size; offset += 8) {
      const pointed = run.memory.find(readInteger(region.bytes, offset, 8));
      if (pointed && isOwn(run, pointed)) found.add(pointed);
    }
  }
  return found;
}

/** Whether memory is no object with owners of its own. */
function isOwn(run: Interpreter, { base, kind }: Region): boolean {
  if (kind === 'stack' || kind === 'global' || kind === 'code') return false;
  const object = run.objects.at(base);
  return object === undefined || !run.resolver.isKind(object.class, 'OSMetaClassBase');
}
