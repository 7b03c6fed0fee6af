import { addressText, countText, sizeText } from '../text';
import { indexOf, type StateIndex } from '../state-index';
import type { Timeline } from '../timeline';
import type { DescriptorView, EntryView, MapView, Protection, State, TaskView } from '../trace';
import type { TextRun } from './scene';

/** What a picture shows at a step, before it has places: lanes of blocks, cards of descriptors, what is new or gone. */

export type Tone = 'tone-rw' | 'tone-ro' | 'tone-dev' | 'tone-none';

export interface Badge {
  readonly word: string;
  /** The state's class, e.g. is-new. */
  readonly class: string;
}

/** The part of a descriptor that a block shows. */
export interface Shows {
  readonly descriptor: string;
  readonly offset: bigint;
  readonly length: bigint;
}

export interface Block {
  readonly object: string;
  readonly title: string;
  /** The address line; empty for something that is mapped nowhere. */
  readonly address: string;
  readonly protection: Protection;
  readonly tone: Tone;
  readonly lines: readonly (readonly TextRun[])[];
  readonly badge?: Badge;
  /** Sub-maps, and records of the same memory, inside this block. */
  readonly inner: readonly Block[];
  readonly shows?: Shows;
  readonly current: boolean;
  readonly pages: number;
}

export type LaneItem =
  | { readonly kind: 'gap'; readonly text: string; readonly title: string }
  | { readonly kind: 'guard'; readonly object: string; readonly text: string; readonly badge?: Badge }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'heading'; readonly text: string };

export interface Lane {
  readonly task: TaskView;
  readonly note: string;
  readonly items: readonly LaneItem[];
}

export interface Card {
  readonly view: DescriptorView;
  readonly title: string;
  readonly tone: Tone;
  readonly lines: readonly string[];
  readonly badge?: Badge;
  readonly current: boolean;
}

export interface PictureContent {
  readonly cards: readonly Card[];
  readonly lanes: readonly Lane[];
}

const gone: Badge = { word: 'GONE', class: 'is-gone' };
const fresh: Badge = { word: 'NEW', class: 'is-new' };
const leaked: Badge = { word: 'LEAKED', class: 'is-leaked' };
const dangling: Badge = { word: 'DANGLING', class: 'is-dangling' };

interface Context {
  readonly now: State;
  readonly before: State;
  /** Views of the two states by their ids. */
  readonly nowBy: StateIndex;
  readonly beforeBy: StateIndex;
  readonly first: boolean;
  readonly highlight: ReadonlySet<string>;
}

/** Reads a step of a trace. Tasks in which nothing is ever mapped have no lane, except the only one. */
export function contentAt(timeline: Timeline, step: number, highlight: readonly string[] = []): PictureContent {
  const now = timeline.stateAt(step);
  const before = step > 0 ? timeline.stateAt(step - 1) : now;
  const context: Context = {
    now,
    before,
    nowBy: indexOf(now),
    beforeBy: indexOf(before),
    first: step === 0,
    highlight: new Set(highlight),
  };
  const { used, order } = wholeRun(timeline);
  const tasks = now.tasks.filter((task) => used.has(task.id));
  return {
    cards: cards(context, order),
    lanes: (tasks.length ? tasks : now.tasks.slice(0, 1)).map((task) => lane(context, task)),
  };
}

interface WholeRun {
  /** Tasks in which something is mapped at some time. */
  readonly used: ReadonlySet<string>;
  /** The order of the cards. */
  readonly order: ReadonlyMap<string, number>;
}

const wholeRuns = new WeakMap<Timeline, WholeRun>();

/** What a picture takes from all steps of the run, made once. */
function wholeRun(timeline: Timeline): WholeRun {
  const known = wholeRuns.get(timeline);
  if (known) return known;
  const used = new Set<string>();
  for (const each of timeline.trace.steps)
    for (const change of each.changes)
      if (change.value && (change.of === 'map' || (change.of === 'entry' && change.value.kind !== 'reserved')))
        used.add(change.value.task);
  const made = { used, order: cardOrder(timeline) };
  wholeRuns.set(timeline, made);
  return made;
}

/**
 * Cards stand in the order of the memory that shows them, over the whole run: ribbons cross less, and no card changes
 * its place from step to step.
 */
function cardOrder(timeline: Timeline): ReadonlyMap<string, number> {
  const seen = new Map<string, { readonly task: string; readonly at: bigint }>();
  const see = (id: string, task: string, address: string): void => {
    const at = BigInt(address);
    if (at !== 0n && !seen.has(id)) seen.set(id, { task, at });
  };
  for (const step of timeline.trace.steps)
    for (const change of step.changes) {
      if (change.of === 'entry' && change.value?.descriptor)
        see(change.value.descriptor, change.value.task, change.value.start);
      else if (change.of === 'descriptor' && change.value?.task && change.value.class === 'IOBufferMemoryDescriptor')
        see(change.value.id, change.value.task, change.value.ranges[0]?.address ?? '0x0');
    }
  const sorted = [...seen].sort(([, a], [, b]) =>
    a.task === b.task ? (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) : a.task < b.task ? -1 : 1,
  );
  return new Map(sorted.map(([id], index) => [id, index]));
}

function descriptorOf(context: Context, id: string | undefined): DescriptorView | undefined {
  return context.nowBy.descriptor(id) ?? context.beforeBy.descriptor(id);
}

function mapOf(context: Context, id: string | undefined): MapView | undefined {
  return context.nowBy.map(id) ?? context.beforeBy.map(id);
}

/** Whether a descriptor describes physical memory, such as a device's registers. */
export function isPhysical(view: DescriptorView): boolean {
  return view.task === undefined && view.parts === undefined;
}

function toneOf(protection: Protection, descriptor: DescriptorView | undefined): Tone {
  if (protection === '---') return 'tone-none';
  if (descriptor && isPhysical(descriptor)) return 'tone-dev';
  return protection === 'rw-' ? 'tone-rw' : 'tone-ro';
}

function holdersText(holders: readonly string[]): string {
  return holders.length ? `held by ${holders.join(', ')}` : 'held by nobody';
}

/** What happened to an object of the state in this step. */
function badgeOf(
  context: Context,
  now: MapView | DescriptorView | undefined,
  before: MapView | DescriptorView | undefined,
): Badge | undefined {
  if (!now) return gone;
  if (now.leaked) return leaked;
  if (now.freed) return now.holders.length ? dangling : gone;
  if (context.first) return undefined;
  if (!before) return fresh;
  const count = (view: MapView | DescriptorView): number => ('references' in view ? view.references : view.retainCount);
  const delta = count(now) - count(before);
  if (delta)
    return {
      word: `${delta > 0 ? '+' : '−'}${countText(Math.abs(delta), 'REF').replace('REFs', 'REFS')}`,
      class: 'is-changed',
    };
  const shown = (view: MapView | DescriptorView): string =>
    'references' in view
      ? [view.address, view.protection, view.cache, view.descriptor, view.mapped].join()
      : [view.length, view.cache, view.wired, view.direction].join();
  return shown(now) === shown(before) ? undefined : { word: 'CHANGED', class: 'is-changed' };
}

/** Variables by name, the kernel's own maps by their number. */
function cardHolders(view: DescriptorView): string {
  const maps = view.holders.filter((holder) => holder.startsWith('map ')).length;
  const rest = view.holders.filter((holder) => !holder.startsWith('map '));
  return holdersText(maps > 1 ? [...rest, countText(maps, 'map')] : view.holders);
}

function cards(context: Context, order: ReadonlyMap<string, number>): Card[] {
  const before = new Map(context.before.descriptors.map((view) => [view.id, view]));
  const now = new Set(context.now.descriptors.map((view) => view.id));
  const shown = [
    ...context.now.descriptors,
    ...context.before.descriptors.filter((view) => !now.has(view.id) && !view.freed),
  ];
  const place = (view: DescriptorView): number => order.get(view.id) ?? order.size;
  return shown
    .sort((a, b) => place(a) - place(b))
    .map((view) => {
      const badge = badgeOf(context, now.has(view.id) ? view : undefined, before.get(view.id));
      const facts = [
        view.options,
        view.cache,
        isPhysical(view) ? '' : view.wired ? 'wired' : 'not wired',
        view.freed ? 'freed' : '',
      ].filter(Boolean);
      return {
        view,
        title: `${view.name}, ${view.class}, ${sizeText(view.length)}, ${facts.join(', ')}, ${holdersText(view.holders)}`,
        tone: isPhysical(view) ? 'tone-dev' : 'tone-rw',
        lines: [facts.join(' · '), cardHolders(view)],
        ...(badge ? { badge } : {}),
        current: badge !== undefined || context.highlight.has(view.id),
      };
    });
}

function overlaps(a: EntryView, b: EntryView): boolean {
  return BigInt(a.start) < BigInt(b.end) && BigInt(b.start) < BigInt(a.end);
}

function lane(context: Context, task: TaskView): Lane {
  const ofTask = (view: { readonly task: string }): boolean => view.task === task.id;
  const entries = context.now.entries.filter(ofTask);
  const ids = new Set(entries.map((entry) => entry.id));
  const lost = context.before.entries.filter(
    (entry) => ofTask(entry) && !ids.has(entry.id) && !entries.some((other) => overlaps(entry, other)),
  );
  const lostIds = new Set(lost.map((entry) => entry.id));
  const all = [...entries, ...lost].sort((a, b) => (BigInt(a.start) < BigInt(b.start) ? -1 : 1));
  const maps = context.now.maps.filter(ofTask);
  const placed = placedIn(entries);

  const items: LaneItem[] = [];
  let end = BigInt(task.min);
  let reserved: EntryView[] = [];
  const gap = (until: bigint): void => {
    const text = gapText(task, until - end, reserved);
    const title = [text, ...reserved.map((entry) => entry.note ?? 'reserved')].join(', ');
    if (text) items.push({ kind: 'gap', text, title });
    reserved = [];
  };
  for (const entry of all) {
    if (isSystemReserved(entry)) {
      reserved.push(entry);
      continue;
    }
    gap(BigInt(entry.start));
    end = BigInt(entry.end);
    const isLost = lostIds.has(entry.id);
    if (entry.kind === 'guard') {
      const size = sizeText(BigInt(entry.end) - BigInt(entry.start));
      items.push({ kind: 'guard', object: entry.id, text: `guard ${size}`, ...(isLost ? { badge: gone } : {}) });
    } else items.push({ kind: 'block', block: entryBlock(context, entry, isLost) });
  }
  gap(BigInt(task.max));

  const nowhere = maps.filter((map) => (map.freed ? map.holders.length > 0 : !map.mapped || !placed(map)));
  if (nowhere.length) items.push({ kind: 'heading', text: 'mapped nowhere' });
  for (const map of nowhere) items.push({ kind: 'block', block: nowhereBlock(context, map) });

  const made = entries.filter((entry) => entry.kind === 'mapping');
  const size = made.reduce((sum, entry) => sum + BigInt(entry.end) - BigInt(entry.start), 0n);
  const live = maps.filter((map) => map.mapped && !map.freed && placed(map));
  const note = live.length
    ? `${countText(live.length, 'mapping')}, ${String(made.length)} VM ${made.length === 1 ? 'entry' : 'entries'} · ${sizeText(size)}`
    : 'no mapping';
  return { task, note, items };
}

function gapText(task: TaskView, size: bigint, reserved: readonly EntryView[]): string {
  if (size <= 0n) return '';
  const kept = reserved.reduce((sum, entry) => sum + BigInt(entry.end) - BigInt(entry.start), 0n);
  const names = reserved.map((entry) => entry.note ?? 'reserved');
  if (task.kernel) return `⋯ ${sizeText(size)}`;
  if (!reserved.length) return `⋯ ${sizeText(size)} free`;
  if (kept === size) return `⋯ ${sizeText(size)}, ${names.join(', ')}`;
  return `⋯ ${sizeText(size - kept)} free, ${sizeText(kept)} reserved`;
}

/** Tells whether a map has a block of its own, or lies inside one: else nothing of it is mapped. */
function placedIn(entries: readonly EntryView[]): (map: MapView) => boolean {
  const shown = entries.filter((entry) => !isSystemReserved(entry));
  const owners = new Set(shown.map((entry) => entry.map));
  const ranges = shown.map((entry) => ({ start: BigInt(entry.start), end: BigInt(entry.end) }));
  return (map) => {
    if (!map.static && !map.superMap) return owners.has(map.id);
    const address = BigInt(map.address);
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle]!.end <= address) low = middle + 1;
      else high = middle;
    }
    return low < ranges.length && ranges[low]!.start <= address;
  };
}

/** Reserved by the system, as opposed to lost by a failed mapping. */
function isSystemReserved(entry: EntryView): boolean {
  return entry.kind === 'reserved' && !entry.note?.includes('never given back');
}

const dim = (text: string): TextRun => ({ text, class: 'dim' });

function entryBlock(context: Context, entry: EntryView, lost: boolean): Block {
  const start = BigInt(entry.start);
  const end = BigInt(entry.end);
  const beforeMap = context.beforeBy.map(entry.map);
  const map = (lost ? beforeMap : undefined) ?? mapOf(context, entry.map);
  const inside = (address: bigint): boolean => address >= start && address < end;
  const owners = entry.descriptor
    ? [descriptorOf(context, entry.descriptor)]
    : context.now.descriptors.filter(
        (view) =>
          view.task === entry.task &&
          !view.freed &&
          view.class !== 'IOSubMemoryDescriptor' &&
          inside(BigInt(view.ranges[0]?.address ?? '0x0')),
      );
  const descriptor = owners[0];
  const size = sizeText(end - start);
  const offset = entry.offset === undefined ? '' : ` +${entry.offset}`;
  const liveMap = map && (map.mapped || lost) ? map : undefined;
  // Ranges that are not adjacent make a VM entry each.
  const parts = entry.map === undefined ? [] : (lost ? context.beforeBy : context.nowBy).partsOf(entry.map);
  const part = parts.length > 1 ? parts.findIndex((each) => each.id === entry.id) + 1 : 0;
  const name =
    liveMap && part
      ? `${liveMap.name} (${String(part)} of ${String(parts.length)})`
      : (liveMap?.name ?? (descriptor ? `${descriptor.name}` : (entry.note ?? "the task's own memory")));
  const first: TextRun[] = [{ text: name, class: 'strong' }];
  if (entry.kind === 'mapping') {
    if (descriptor) first.push(dim(` · ${descriptor.name}${offset}`));
    first.push(dim(` · ${liveMap && !part ? sizeText(liveMap.length) : size} · ${entry.cache}`));
    if (map && !liveMap) first.push(dim(` · left by ${map.name}`));
  } else first.push(dim(descriptor ? ` · its own memory · ${size} · ${entry.cache}` : ` · ${size}`));
  const lines: TextRun[][] = [first];
  if (liveMap && !lost) lines.push([dim(holdersText(liveMap.holders))]);
  if (entry.kind === 'reserved') lines.push([dim('reserved, never given back')]);

  const wasThere = context.beforeBy.entry(entry.id) !== undefined;
  const badge = lost
    ? gone
    : liveMap
      ? badgeOf(context, context.nowBy.map(entry.map), beforeMap)
      : wasThere || context.first
        ? undefined
        : fresh;
  const inner = lost
    ? []
    : context.nowBy
        .lodgersIn(entry.task, start, end)
        .filter((each) => !each.freed && each.id !== entry.map)
        .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1))
        .map((each) => innerBlock(context, each, BigInt(each.address) - start));
  const ghosts = lost
    ? []
    : context.beforeBy
        .lodgersIn(entry.task, start, end)
        .filter((each) => each.id !== entry.map && !isLive(context.nowBy.map(each.id)))
        .map((each) => ({ ...innerBlock(context, each, BigInt(each.address) - start), badge: gone, current: true }));
  const shows: Shows | undefined = descriptor
    ? {
        descriptor: descriptor.id,
        offset: BigInt(entry.offset ?? '0x0'),
        length:
          liveMap && entry.kind === 'mapping'
            ? min(BigInt(liveMap.length), end - start)
            : min(BigInt(descriptor.length), end - start),
      }
    : undefined;
  const tone = toneOf(entry.protection, descriptor);
  const runs = lines.map((line) => line.map((run) => run.text).join('')).join(' · ');
  return {
    object: liveMap?.id ?? entry.id,
    title: `${addressText(entry.start)} to ${addressText(entry.end)}, ${entry.protection}, ${runs}`,
    address: addressText(liveMap && part < 2 && liveMap.address !== '0x0' ? liveMap.address : entry.start),
    protection: entry.protection,
    tone,
    lines,
    ...(badge ? { badge } : {}),
    inner: [...inner, ...ghosts],
    ...(shows ? { shows } : {}),
    current: badge !== undefined || context.highlight.has(liveMap?.id ?? entry.id),
    pages: Number((end - start) / BigInt(context.now.tasks[0]?.pageSize ?? 4096)),
  };
}

function isLive(map: MapView | undefined): boolean {
  return map !== undefined && map.mapped && !map.freed;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function innerBlock(context: Context, map: MapView, delta: bigint): Block {
  const descriptor = descriptorOf(context, map.descriptor);
  const superMap = mapOf(context, map.superMap);
  const badge = badgeOf(context, context.nowBy.map(map.id), context.beforeBy.map(map.id));
  const relation = map.static
    ? 'the same memory, no second mapping'
    : superMap
      ? `sub-map of ${superMap.name}`
      : 'sub-map';
  const lines: TextRun[][] = [
    [{ text: map.name, class: 'strong' }, dim(` · ${relation} · ${sizeText(map.length)}`)],
    [dim(holdersText(map.holders))],
  ];
  return {
    object: map.id,
    title: `${map.name}, ${relation}, ${addressText(map.address)}, ${map.protection}, ${holdersText(map.holders)}`,
    address: `${addressText(map.address)}${delta ? `  +0x${delta.toString(16)}` : ''}`,
    protection: map.protection,
    tone: toneOf(map.protection, descriptor),
    lines,
    ...(badge ? { badge } : {}),
    inner: [],
    shows: { descriptor: map.descriptor, offset: BigInt(map.offset), length: BigInt(map.length) },
    current: badge !== undefined || context.highlight.has(map.id),
    pages: 1,
  };
}

function nowhereBlock(context: Context, map: MapView): Block {
  const recorded = map.static && map.mapped && !map.freed;
  const stale = map.mapped && !map.freed && !recorded;
  const fate = map.freed
    ? `freed, still pointed to by ${map.holders.join(', ')}`
    : recorded
      ? `static, records ${addressText(map.address)}, where nothing is mapped`
      : stale
        ? 'nothing of it is mapped at its address any more'
        : 'unmapped, the object is still held';
  const beforeMap = context.beforeBy.map(map.id);
  const badge = stale ? dangling : badgeOf(context, map, beforeMap);
  return {
    object: map.id,
    title: `${map.name}: ${fate}`,
    address: stale ? addressText(map.address) : '',
    protection: '---',
    tone: 'tone-none',
    lines: [[{ text: map.name, class: 'strong' }], [dim(fate)]],
    ...(badge ? { badge } : {}),
    inner: [],
    current: badge !== undefined,
    pages: 1,
  };
}
