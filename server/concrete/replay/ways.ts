import { successors } from '../../ir/build';
import type { BlockId, Function } from '../../ir/types';

/** The blocks of a way through a function, in order. */
export type Way = readonly BlockId[];

const reached = new WeakMap<Function, Map<BlockId, ReadonlySet<BlockId>>>();

/** Whether one block may come after another, or is the same. */
export function reaches(fn: Function, from: BlockId, to: BlockId): boolean {
  const known = reached.get(fn) ?? new Map<BlockId, ReadonlySet<BlockId>>();
  reached.set(fn, known);
  let all = known.get(from);
  if (!all) known.set(from, (all = new Set(visit(fn, from).keys())));
  return all.has(to);
}

/** The blocks that may come after one, each with the block before it on the shortest way. */
function visit(fn: Function, from: BlockId, without?: BlockId): Map<BlockId, BlockId | undefined> {
  const before = new Map<BlockId, BlockId | undefined>([[from, undefined]]);
  for (const block of before.keys())
    for (const next of successors(fn.blocks[block]!.terminator))
      if (!before.has(next) && next !== without) before.set(next, block);
  return before;
}

/** What `visit` found, by the block that it began at. */
const visited = new WeakMap<Function, Map<BlockId, Map<BlockId, BlockId | undefined>>>();

/** The shortest way from one block to another, without the first; undefined where there is none. */
function shortest(fn: Function, from: BlockId, to: BlockId): BlockId[] | undefined {
  const known = visited.get(fn) ?? new Map<BlockId, Map<BlockId, BlockId | undefined>>();
  visited.set(fn, known);
  let before = known.get(from);
  if (!before) known.set(from, (before = visit(fn, from)));
  return wayIn(before, from, to);
}

function wayIn(before: ReadonlyMap<BlockId, BlockId | undefined>, from: BlockId, to: BlockId): BlockId[] | undefined {
  if (!before.has(to)) return undefined;
  const way: BlockId[] = [];
  for (let at: BlockId | undefined = to; at !== undefined && at !== from; at = before.get(at)) way.push(at);
  return way.reverse();
}

/** How many places of a way are tried to leave it at. */
const mostExits = 3;

/** Ways that leave the way before a position and come back to it later, without the block there. */
export function around(fn: Function, way: Way, position: number): Way[] {
  const found: Way[] = [];
  for (let exit = position - 1; exit >= 0 && found.length < mostExits; exit--) {
    const before = visit(fn, way[exit]!, way[position]);
    for (let back = position + 1; back < way.length; back++) {
      const there = wayIn(before, way[exit]!, way[back]!);
      if (!there) continue;
      found.push([...way.slice(0, exit + 1), ...there, ...way.slice(back + 1)]);
      break;
    }
  }
  return found;
}

/** Ways that pass a block before they come to the block at a position, and go on from there as before. */
export function detours(fn: Function, way: Way, position: number, over: BlockId): Way[] {
  const back = shortest(fn, over, way[position]!);
  if (!back) return [];
  const found: Way[] = [];
  for (let exit = position; exit >= 0 && found.length < mostExits; exit--) {
    const there = shortest(fn, way[exit]!, over);
    if (there) found.push([...way.slice(0, exit + 1), ...there, ...back, ...way.slice(position + 1)]);
  }
  return found;
}
