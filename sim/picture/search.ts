import type { Timeline } from '../timeline';
import { addressText } from '../text';
import type { EntryView, State } from '../trace';
import { spanOf } from './mapped-blocks';

/** Finds an address, or what a name says, in the picture of a step. */

export interface Hit {
  /** The object of the picture to mark. */
  readonly object: string;
  /** "umap in client, +0x4000". */
  readonly what: string;
}

export type Search =
  | { readonly kind: 'found'; readonly hits: readonly Hit[] }
  /** Nothing is there; `step` has it, where one does. */
  | { readonly kind: 'nothing'; readonly why: string; readonly step?: number };

/** @param text an address in hexadecimal with or without "0x" and "_", else a part of a map's or descriptor's name. */
export function search(timeline: Timeline, step: number, text: string): Search {
  const wanted = text.trim();
  const state = timeline.stateAt(step);
  const digits = /^(?:0x)?([0-9a-f_]+)$/i.exec(wanted)?.[1]?.replaceAll('_', '');
  const named = hitsByName(state, wanted);
  if (!digits || (!/^0x/i.test(wanted) && named.length > 0 && !/^\d/.test(wanted))) {
    if (named.length) return { kind: 'found', hits: named };
    return { kind: 'nothing', why: `No map and no descriptor is called “${wanted}” at this step.` };
  }
  const address = BigInt(`0x${digits}`);
  const hits = hitsAt(state, address);
  if (hits.length) return { kind: 'found', hits };
  const where = addressText(address);
  const other = stepWith(timeline, address);
  return other === undefined
    ? { kind: 'nothing', why: `Nothing is at ${where}, at no step of this run.` }
    : { kind: 'nothing', why: `Nothing is at ${where} at this step; at step ${String(other)} there is.`, step: other };
}

function hitsByName(state: State, text: string): Hit[] {
  const wanted = text.toLowerCase();
  if (!wanted) return [];
  const tasks = new Map(state.tasks.map((task) => [task.id, task.name]));
  return [
    ...state.maps
      .filter((map) => map.name.toLowerCase().includes(wanted) && (!map.freed || map.holders.length > 0))
      .map((map) => ({ object: map.id, what: `${map.name} in ${tasks.get(map.task) ?? map.task}` })),
    ...state.descriptors
      .filter((view) => view.name.toLowerCase().includes(wanted))
      .map((view) => ({ object: view.id, what: `${view.name}, the descriptor` })),
  ];
}

function offsetText(offset: bigint): string {
  return offset === 0n ? 'its first byte' : `+0x${offset.toString(16)}`;
}

/** What contains an address: of maps the innermost first, then the descriptors whose ranges do. */
function hitsAt(state: State, address: bigint): Hit[] {
  const hits: Hit[] = [];
  const maps = new Map(state.maps.map((map) => [map.id, map]));
  for (const task of state.tasks) {
    const inside = state.maps.filter((map) => {
      if (map.task !== task.id || !map.mapped || map.freed || (!map.static && map.superMap === undefined)) return false;
      const start = BigInt(map.address);
      return address >= start && address < start + BigInt(map.length);
    });
    for (const map of inside)
      hits.push({ object: map.id, what: `${map.name} in ${task.name}, ${offsetText(address - BigInt(map.address))}` });
    for (const entry of state.entries) {
      if (entry.task !== task.id || entry.kind === 'reserved' || !contains(entry, address)) continue;
      const map = maps.get(entry.map ?? '');
      const own = map !== undefined && map.mapped && entry.kind !== 'guard';
      const name = entry.kind === 'guard' ? 'a guard page' : (map?.name ?? entry.note ?? 'memory of the task');
      const offset = offsetText(address - spanOf(entry).start);
      hits.push({ object: own ? map.id : entry.id, what: `${name} in ${task.name}, ${offset}` });
    }
  }
  for (const view of state.descriptors) {
    if (view.freed) continue;
    let before = 0n;
    for (const range of view.ranges) {
      const start = BigInt(range.address);
      const length = BigInt(range.length);
      if (start !== 0n && address >= start && address < start + length)
        hits.push({ object: view.id, what: `${view.name}, the descriptor, ${offsetText(before + address - start)}` });
      before += length;
    }
  }
  return hits;
}

function contains(entry: EntryView, address: bigint): boolean {
  const { start, end } = spanOf(entry);
  return address >= start && address < end;
}

/** The first step after which something is at an address. */
function stepWith(timeline: Timeline, address: bigint): number | undefined {
  const index = timeline.trace.steps.findIndex(({ changes }) =>
    changes.some(
      ({ of, value }) => of === 'entry' && value !== null && value.kind !== 'reserved' && contains(value, address),
    ),
  );
  return index < 0 ? undefined : index;
}
