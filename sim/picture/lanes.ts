import { addressText, countText, sizeText } from '../text';
import type { EntryView, MapView, TaskView } from '../trace';
import { entrySlot, nowhereSlot, spanOf, type BlockSlot, type Span } from './mapped-blocks';
import { gone, type Badge, type Context, type Fault } from './states';

/** One address space, low to high: blocks, guard pages, gaps with their size, and what is mapped nowhere any more. */

export type LaneItem =
  | { readonly kind: 'gap'; readonly text: string; readonly title: string }
  | {
      readonly kind: 'guard';
      readonly object: string;
      readonly text: string;
      readonly title: string;
      readonly badge?: Badge;
    }
  | { readonly kind: 'block'; readonly slot: BlockSlot }
  /** An access of an address at which nothing is. */
  | { readonly kind: 'fault'; readonly text: string; readonly title: string }
  | { readonly kind: 'heading'; readonly text: string };

export interface Lane {
  readonly task: TaskView;
  readonly note: string;
  readonly items: readonly LaneItem[];
}

export function laneOf(context: Context, task: TaskView): Lane {
  const ofTask = (view: { readonly task: string }): boolean => view.task === task.id;
  const entries = context.now.entries.filter(ofTask);
  const lost = context.lost.filter((entry) => ofTask(entry) && isFree(entries, spanOf(entry)));
  const faults = context.faults.filter(ofTask).sort((a, b) => (a.address < b.address ? -1 : 1));

  const items: LaneItem[] = [];
  let end = BigInt(task.min);
  let reserved: EntryView[] = [];
  const gap = (until: bigint): void => {
    if (until === end && reserved.length === 0) return;
    const here = faults.filter(({ address }) => address >= end && address < until);
    if (reserved.length > 0 || here.length === 0) addGap(items, task, until - end, reserved);
    for (const each of here) {
      if (reserved.length === 0) addGap(items, task, each.address - end, []);
      items.push(faultItem(each));
      end = each.address;
    }
    if (reserved.length === 0 && here.length > 0) addGap(items, task, until - end, []);
    reserved = [];
  };
  items.push(...faults.filter(({ address }) => address < end).map(faultItem));
  for (const entry of lost.length ? merged(entries, lost) : entries) {
    if (isSystemReserved(entry)) {
      reserved.push(entry);
      continue;
    }
    const span = spanOf(entry);
    gap(span.start);
    end = span.end;
    const isLost = lost.length > 0 && lost.includes(entry);
    const wrong = isLost ? undefined : faults.find(({ address }) => address >= span.start && address < span.end);
    if (entry.kind === 'guard') items.push(guardItem(entry, isLost, wrong));
    else items.push({ kind: 'block', slot: entrySlot(context, entry, isLost, wrong) });
  }
  const max = BigInt(task.max);
  gap(max);
  items.push(...faults.filter(({ address }) => address >= max).map(faultItem));

  const { live, nowhere } = sorted(context, task, entries);
  if (nowhere.length) items.push({ kind: 'heading', text: 'mapped nowhere' });
  for (const map of nowhere) items.push({ kind: 'block', slot: nowhereSlot(context, map) });
  return { task, note: noteOf(entries, live), items };
}

/** The maps of a task: how many are mapped, and those of which nothing is. */
function sorted(
  { now }: Context,
  task: TaskView,
  entries: readonly EntryView[],
): { readonly live: number; readonly nowhere: readonly MapView[] } {
  // A map has a block of its own, or lies inside one: else nothing of it is mapped.
  const own = new Set<string>();
  for (const { map } of entries) if (map !== undefined) own.add(map);
  const inside = (map: MapView): boolean => {
    const at = entries[firstEndingAfter(entries, BigInt(map.address))];
    return at !== undefined && !isSystemReserved(at) && spanOf(at).start <= BigInt(map.address);
  };
  const nowhere: MapView[] = [];
  let live = 0;
  for (const map of now.maps) {
    if (map.task !== task.id) continue;
    const placed = map.static || map.superMap !== undefined ? inside(map) : own.has(map.id);
    if (map.mapped && !map.freed && placed) live++;
    if (map.freed ? map.holders.length > 0 : !map.mapped || !placed) nowhere.push(map);
  }
  return { live, nowhere };
}

function guardItem(entry: EntryView, isLost: boolean, wrong: Fault | undefined): LaneItem {
  const span = spanOf(entry);
  const text = `guard ${sizeText(span.end - span.start)}`;
  const badge = isLost ? gone : wrong && ({ word: 'FAULT', class: 'is-fault' } as const);
  const title = wrong?.message ?? `${text} at ${addressText(span.start)}, no access`;
  return { kind: 'guard', object: entry.id, text, title, ...(badge ? { badge } : {}) };
}

function faultItem({ address, message }: Fault): LaneItem {
  return { kind: 'fault', text: `${addressText(address)}: fault, nothing is mapped here`, title: message };
}

function isFree(entries: readonly EntryView[], { start, end }: Span): boolean {
  const next = entries[firstEndingAfter(entries, start)];
  return next === undefined || spanOf(next).start >= end;
}

/** Of entries in order, the number of the first that ends after an address. */
function firstEndingAfter(entries: readonly EntryView[], address: bigint): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spanOf(entries[middle]!).end <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merged(entries: readonly EntryView[], lost: readonly EntryView[]): readonly EntryView[] {
  return [...entries, ...lost].sort((a, b) => (spanOf(a).start < spanOf(b).start ? -1 : 1));
}

function noteOf(entries: readonly EntryView[], live: number): string {
  let made = 0;
  let bytes = 0;
  for (const entry of entries)
    if (entry.kind === 'mapping') {
      made++;
      bytes += spanOf(entry).bytes;
    }
  return live
    ? `${countText(live, 'mapping')}, ${String(made)} VM ${made === 1 ? 'entry' : 'entries'} · ${sizeText(BigInt(bytes))}`
    : 'no mapping';
}

function addGap(items: LaneItem[], task: TaskView, size: bigint, reserved: readonly EntryView[]): void {
  const text = gapText(task, size, reserved);
  const title = [text, ...reserved.map((entry) => entry.note ?? 'reserved')].join(', ');
  if (text) items.push({ kind: 'gap', text, title });
}

function gapText(task: TaskView, size: bigint, reserved: readonly EntryView[]): string {
  if (size <= 0n) return '';
  const kept = reserved.reduce((sum, entry) => sum + spanOf(entry).end - spanOf(entry).start, 0n);
  const names = reserved.map((entry) => entry.note ?? 'reserved');
  if (task.kernel) return `⋯ ${sizeText(size)}`;
  if (!reserved.length) return `⋯ ${sizeText(size)} free`;
  if (kept === size) return `⋯ ${sizeText(size)}, ${names.join(', ')}`;
  return `⋯ ${sizeText(size - kept)} free, ${sizeText(kept)} reserved`;
}

/** Reserved by the system, as opposed to lost by a failed mapping. */
function isSystemReserved(entry: EntryView): boolean {
  return entry.kind === 'reserved' && !entry.note?.includes('never given back');
}
