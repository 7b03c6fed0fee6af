import { addressText, sizeText } from '../text';
import type { DescriptorView, EntryView, MapView, Protection } from '../trace';
import type { TextRun } from './scene';
import {
  badgeOf,
  dangling,
  descriptorOf,
  fresh,
  gone,
  holdersText,
  mapOf,
  toneOf,
  type Badge,
  type Context,
  type Fault,
  type Tone,
} from './states';

/** The blocks of a lane. A slot knows how high its block is; the block is written when it is drawn. */

/** The part of a descriptor that a block shows. */
export interface Shows {
  readonly descriptor: string;
  readonly offset: bigint;
  readonly length: bigint;
}

export interface Block {
  readonly object: string;
  readonly title: string;
  /** The address line: the first address, then the end; empty for something that is mapped nowhere. */
  readonly address: readonly TextRun[];
  readonly protection: Protection;
  readonly tone: Tone;
  readonly lines: readonly (readonly TextRun[])[];
  readonly badge?: Badge;
  readonly shows?: Shows;
  readonly current: boolean;
}

export interface BlockSlot {
  readonly object: string;
  /** Lines of text. */
  readonly rows: number;
  readonly pages: number;
  /** The step is about it. */
  readonly current: boolean;
  /** Whose memory it shows; a card's ribbon may lead here. */
  readonly descriptor?: string | undefined;
  /** Sub-maps, and records of the same memory, inside this block. */
  readonly inner: readonly BlockSlot[];
  readonly block: () => Block;
}

export interface Span {
  readonly start: bigint;
  readonly end: bigint;
  /** Its size, for sums and drawing. */
  readonly bytes: number;
}

const spans = new WeakMap<EntryView, Span>();

/** Where an entry is; read once, since neighbouring steps share their views. */
export function spanOf(entry: EntryView): Span {
  let span = spans.get(entry);
  if (!span) {
    const [start, end] = [BigInt(entry.start), BigInt(entry.end)];
    spans.set(entry, (span = { start, end, bytes: Number(end - start) }));
  }
  return span;
}

const dim = (text: string): TextRun => ({ text, class: 'dim' });

/** "0xffff_fe18_0000_0000" and "– …_0001_0000": of the end, the groups that differ from the start's. */
function rangeRuns(start: bigint, end: bigint): TextRun[] {
  const from = addressText(start).split('_');
  const to = addressText(end).split('_');
  const same = from.length === to.length ? to.findIndex((group, at) => group !== from[at]) : 0;
  const rest = same > 0 ? `…_${to.slice(same).join('_')}` : to.join('_');
  return [{ text: addressText(start) }, dim(` – ${rest}`)];
}

/** "1 ref, held by umap": what callers own of a map, and who answers for it. */
function heldRuns(map: MapView): TextRun[] {
  const count = `${String(map.references)} ${map.references === 1 ? 'ref' : 'refs'}`;
  return [dim(`${count} · ${holdersText(map.holders)}`)];
}

export function entrySlot(context: Context, entry: EntryView, lost: boolean, fault: Fault | undefined): BlockSlot {
  return new EntrySlot(context, entry, lost, fault);
}

const none: readonly BlockSlot[] = [];

/** Small, since there may be very many of them. */
class EntrySlot implements BlockSlot {
  readonly object: string;
  readonly rows: number;
  readonly pages: number;
  readonly current: boolean;
  readonly descriptor: string | undefined;
  readonly inner: readonly BlockSlot[];
  readonly #context: Context;
  readonly #entry: EntryView;
  readonly #lost: boolean;
  readonly #badge: Badge | undefined;

  constructor(context: Context, entry: EntryView, lost: boolean, fault: Fault | undefined) {
    this.#context = context;
    this.#entry = entry;
    this.#lost = lost;
    const map = lost ? context.beforeBy.map(entry.map) : context.nowBy.map(entry.map);
    const told = context.told.has(entry.id) || (entry.map !== undefined && context.told.has(entry.map));
    const live = liveMapOf(context, entry, lost, map);
    const span = spanOf(entry);
    this.#badge = fault
      ? { word: 'FAULT', class: 'is-fault' }
      : lost
        ? gone
        : told
          ? entryBadge(context, entry, live)
          : undefined;
    this.object = live?.id ?? entry.id;
    this.rows = 2 + (live && !lost ? 1 : 0) + (entry.kind === 'reserved' ? 1 : 0) + (entryState(entry) ? 1 : 0);
    this.pages = span.bytes / (context.now.tasks[0]?.pageSize ?? 4096);
    this.current = this.#badge !== undefined;
    this.descriptor = entry.descriptor ?? context.nowBy.ownerIn(entry.task, span.start, span.end)?.id;
    this.inner = lost ? none : innerSlots(context, entry, span.start, span.end);
  }

  block(): Block {
    const [context, entry, lost] = [this.#context, this.#entry, this.#lost];
    const map = (lost ? context.beforeBy.map(entry.map) : undefined) ?? mapOf(context, entry.map);
    return entryBlock(context, entry, {
      lost,
      map,
      liveMap: liveMapOf(context, entry, lost, map),
      descriptor: descriptorOf(context, this.descriptor),
      badge: this.#badge,
      state: entryState(entry),
    });
  }
}

function liveMapOf(context: Context, entry: EntryView, lost: boolean, known: MapView | undefined): MapView | undefined {
  const map = known ?? mapOf(context, entry.map);
  return map && (map.mapped || lost) ? map : undefined;
}

function entryBadge(context: Context, entry: EntryView, live: MapView | undefined): Badge | undefined {
  if (live) return badgeOf(context, context.nowBy.map(entry.map), context.beforeBy.map(entry.map));
  return context.first || context.beforeBy.entry(entry.id) !== undefined ? undefined : fresh;
}

/** What stands between a mapping and its memory. */
function entryState(entry: EntryView): string {
  if (entry.copy === undefined && entry.blocked === undefined) return '';
  return [
    entry.copy === true ? 'a copy-on-write copy of it' : '',
    entry.blocked === undefined ? '' : `blocked: ${entry.blocked} is redirected to nothing`,
  ]
    .filter(Boolean)
    .join(', ');
}

interface EntryFacts {
  readonly lost: boolean;
  readonly map: MapView | undefined;
  readonly liveMap: MapView | undefined;
  readonly descriptor: DescriptorView | undefined;
  readonly badge: Badge | undefined;
  readonly state: string;
}

function entryBlock(context: Context, entry: EntryView, facts: EntryFacts): Block {
  const { lost, map, liveMap, descriptor, badge, state } = facts;
  const { start, end } = spanOf(entry);
  const size = sizeText(end - start);
  const offset = entry.offset === undefined ? '' : ` +${entry.offset}`;
  // Ranges that are not adjacent make a VM entry each.
  const parts = entry.map === undefined ? [] : (lost ? context.beforeBy : context.nowBy).partsOf(entry.map);
  const part = parts.length > 1 ? parts.findIndex((each) => each.id === entry.id) + 1 : 0;
  const name =
    liveMap && part
      ? `${liveMap.name} (${String(part)} of ${String(parts.length)})`
      : (liveMap?.name ?? descriptor?.name ?? entry.note ?? "the task's own memory");
  const first: TextRun[] = [{ text: name, class: 'strong' }];
  if (entry.kind === 'mapping') {
    if (descriptor) first.push(dim(` · ${descriptor.name}${offset}`));
    first.push(dim(` · ${liveMap && !part ? sizeText(liveMap.length) : size} · ${entry.cache}`));
    if (map && !liveMap) first.push(dim(` · left by ${map.name}`));
  } else first.push(dim(descriptor ? ` · its own memory · ${size} · ${entry.cache}` : ` · ${size}`));
  const lines: TextRun[][] = [first];
  if (liveMap && !lost) lines.push(heldRuns(liveMap));
  if (entry.kind === 'reserved') lines.push([dim('reserved, never given back')]);
  if (state) lines.push([{ text: state }]);

  const whole = liveMap && part === 0 && liveMap.address !== '0x0';
  const from = liveMap && part < 2 && liveMap.address !== '0x0' ? BigInt(liveMap.address) : start;
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
  const runs = lines.map((line) => line.map((run) => run.text).join('')).join(' · ');
  return {
    object: liveMap?.id ?? entry.id,
    title: `${addressText(entry.start)} to ${addressText(entry.end)}, ${entry.protection}, ${runs}`,
    address: rangeRuns(from, whole ? from + BigInt(liveMap.length) : end),
    protection: entry.protection,
    tone: toneOf(entry.protection, descriptor),
    lines,
    ...(badge ? { badge } : {}),
    ...(shows ? { shows } : {}),
    current: badge !== undefined,
  };
}

/** Records and sub-maps inside of an entry, then those that the step took away. */
function innerSlots(context: Context, entry: EntryView, start: bigint, end: bigint): readonly BlockSlot[] {
  const lodgers = context.nowBy.lodgersIn(entry.task, start, end);
  const before = context.before === context.now ? lodgers : context.beforeBy.lodgersIn(entry.task, start, end);
  if (lodgers.length === 0 && before.length === 0) return none;
  const now = lodgers
    .filter((each) => !each.freed && each.id !== entry.map)
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1))
    .map((each) => innerSlot(context, each, start, undefined));
  const ghosts = before
    .filter((each) => each.id !== entry.map && !isLive(context.nowBy.map(each.id)))
    .map((each) => innerSlot(context, each, start, gone));
  return ghosts.length ? [...now, ...ghosts] : now;
}

function isLive(map: MapView | undefined): boolean {
  return map !== undefined && map.mapped && !map.freed;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function innerSlot(context: Context, map: MapView, start: bigint, fate: Badge | undefined): BlockSlot {
  const badge = fate ?? badgeOf(context, context.nowBy.map(map.id), context.beforeBy.map(map.id));
  return {
    object: map.id,
    rows: 2,
    pages: 1,
    current: badge !== undefined,
    descriptor: map.descriptor,
    inner: [],
    block: () => innerBlock(context, map, BigInt(map.address) - start, badge),
  };
}

function innerBlock(context: Context, map: MapView, delta: bigint, badge: Badge | undefined): Block {
  const descriptor = descriptorOf(context, map.descriptor);
  const superMap = mapOf(context, map.superMap);
  const relation = map.static
    ? 'the same memory, no second mapping'
    : superMap
      ? `sub-map of ${superMap.name}`
      : 'sub-map';
  const lines: TextRun[][] = [
    [{ text: map.name, class: 'strong' }, dim(` · ${relation} · ${sizeText(map.length)}`)],
    heldRuns(map),
  ];
  return {
    object: map.id,
    title: `${map.name}, ${relation}, ${addressText(map.address)}, ${map.protection}, ${holdersText(map.holders)}`,
    address: delta
      ? [{ text: addressText(map.address) }, dim(`  +0x${delta.toString(16)}`)]
      : rangeRuns(BigInt(map.address), BigInt(map.address) + BigInt(map.length)),
    protection: map.protection,
    tone: toneOf(map.protection, descriptor),
    lines,
    ...(badge ? { badge } : {}),
    shows: { descriptor: map.descriptor, offset: BigInt(map.offset), length: BigInt(map.length) },
    current: badge !== undefined,
  };
}

/** A map of which nothing is mapped. */
export function nowhereSlot(context: Context, map: MapView): BlockSlot {
  const recorded = map.static && map.mapped && !map.freed;
  const stale = map.mapped && !map.freed && !recorded;
  const fate = map.freed
    ? `freed, still pointed to by ${map.holders.join(', ')}`
    : recorded
      ? `static, records ${addressText(map.address)}, where nothing is mapped`
      : stale
        ? 'nothing of it is mapped at its address any more'
        : 'unmapped, the object is still held';
  const badge = stale ? dangling : badgeOf(context, map, context.beforeBy.map(map.id));
  return {
    object: map.id,
    rows: stale ? 3 : 2,
    pages: 1,
    current: badge !== undefined,
    inner: [],
    block: () => ({
      object: map.id,
      title: `${map.name}: ${fate}`,
      address: stale ? rangeRuns(BigInt(map.address), BigInt(map.address) + BigInt(map.length)) : [],
      protection: '---',
      tone: 'tone-none',
      lines: [[{ text: map.name, class: 'strong' }], [dim(fate)]],
      ...(badge ? { badge } : {}),
      current: badge !== undefined,
    }),
  };
}
