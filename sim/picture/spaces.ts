import type { Timeline } from '../timeline';
import {
  bandOf,
  drawCard,
  drawItem,
  innerBands,
  itemHeight,
  measureCard,
  meets,
  text,
  type Band,
  type CardMeasure,
} from './blocks';
import { contentAt, type CardSlot } from './content';
import type { Lane, LaneItem } from './lanes';
import type { BlockSlot } from './mapped-blocks';
import { fit } from './measure';
import { freeBetween, ribbon, type Crossed } from './ribbons';
import type { PictureOptions, Scene, SceneShape } from './scene';

/** The lanes: what the descriptors describe, then one address space a task, with ribbons between them. */

const margin = 24;
/** Names of the lanes, and the line under them. */
export const headHeight = 55;
const top = 66;
const itemGap = 5;
const cardGap = 18;
/** Ribbons into a window from cards outside of it, or out of it from cards inside, at most. */
const mostRibbons = 150;

/** A picture that knows where everything is, and draws any part of it. */
export interface SpacesPlan {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** The lanes' names; they stay while the rest scrolls. */
  readonly head: readonly SceneShape[];
  /** What meets a window, or all. `strong`: objects whose ribbons are drawn strong besides the step's own. */
  readonly draw: (window?: Band, strong?: readonly string[]) => SceneShape[];
  /** Where an object is. */
  readonly find: (object: string) => Place | undefined;
  /** The object of the step that lies highest. */
  readonly current: Place | undefined;
}

export interface Place extends Band {
  readonly left: number;
  readonly right: number;
}

interface PlacedCard extends Band {
  readonly slot: CardSlot;
  readonly measure: CardMeasure;
}

interface PlacedItem extends Band {
  readonly item: LaneItem;
}

interface PlacedLane extends Crossed {
  readonly lane: Lane;
  readonly items: readonly PlacedItem[];
}

interface PlacedBlock extends Band {
  readonly slot: BlockSlot;
  readonly lane: number;
  readonly indent: number;
}

interface Plan {
  readonly width: number;
  readonly height: number;
  readonly memoryWidth: number;
  readonly pageSize: number;
  readonly cards: readonly PlacedCard[];
  readonly lanes: readonly PlacedLane[];
}

export function planSpaces(timeline: Timeline, step: number, options: PictureOptions = {}): SpacesPlan {
  const plan = placeAll(timeline, step, options.width ?? 1180);
  const { width, height, lanes } = plan;
  return {
    width,
    height,
    title: `Address spaces after step ${String(step)}: ${lanes.map(({ lane }) => `${lane.task.name}, ${lane.note}`).join('; ')}`,
    head: drawHead(plan),
    draw: (window, strong = []) => draw(plan, window, new Set(strong)),
    find: (object) => findPlace(plan, (slot) => slot.object === object, object),
    get current() {
      return findPlace(plan, (slot) => slot.current, undefined);
    },
  };
}

export function layoutSpaces(timeline: Timeline, step: number, options: PictureOptions = {}): Scene {
  const plan = planSpaces(timeline, step, options);
  const { width, height, title } = plan;
  return { width, height, title, shapes: [...plan.head, ...plan.draw(undefined, options.highlight)] };
}

function placeAll(timeline: Timeline, step: number, wanted: number): Plan {
  const content = contentAt(timeline, step);
  const pageSize = timeline.trace.machine.pageSize;
  const [memoryWidth, ribbonWidth, laneGap, narrowestLane] =
    wanted < 760 ? [170, 56, 28, 214] : wanted < 900 ? [200, 84, 44, 250] : [240, 150, 60, 250];
  const count = content.lanes.length;
  const room = wanted - margin * 2 - memoryWidth - ribbonWidth - laneGap * (count - 1);
  const laneWidth = Math.round(Math.max(narrowestLane, Math.min(440, room / count)));
  const firstLane = margin + memoryWidth + ribbonWidth;
  const width = Math.max(wanted, firstLane + count * (laneWidth + laneGap) - laneGap + margin);

  let bottom = top;
  let y = top;
  const cards = content.cards.map((slot) => {
    const measure = measureCard(slot.view, pageSize);
    const card = { slot, measure, top: y, bottom: y + measure.height };
    y = card.bottom + cardGap;
    bottom = card.bottom;
    return card;
  });

  const lanes = content.lanes.map((lane, index) => {
    let at = top;
    const items = lane.items.map((item) => {
      const placed = { item, top: at, bottom: at + itemHeight(item) };
      at = placed.bottom + itemGap;
      return placed;
    });
    bottom = Math.max(bottom, at - itemGap);
    const taken = items.filter(({ item }) => item.kind === 'block' || item.kind === 'guard');
    return {
      lane,
      x: firstLane + index * (laneWidth + laneGap),
      width: laneWidth,
      items,
      free: freeBetween(taken, top, at),
    };
  });
  return { width, height: Math.ceil(bottom + 18), memoryWidth, pageSize, cards, lanes };
}

function drawHead({ width, lanes }: Plan): SceneShape[] {
  return [
    text(margin, 24, 'Memory', 'lane-title'),
    text(margin, 42, 'what the descriptors describe', 'lane-note small dim'),
    ...lanes.flatMap(({ lane, x, width: laneWidth }) => {
      const kind = lane.task.kernel ? 'the kernel' : 'a user task';
      const name = fit(lane.task.name, laneWidth, 'mono');
      return [
        text(x, 24, [{ text: name }, { text: `  ${kind}`, class: 'dim plain' }], 'lane-title'),
        text(x, 42, fit(lane.note, laneWidth, 'small'), 'lane-note small dim'),
      ];
    }),
    { kind: 'line', class: 'lane-rule', x1: 0, x2: width, y1: headHeight - 1, y2: headHeight - 1 },
  ];
}

function draw(plan: Plan, window: Band | undefined, strong: ReadonlySet<string>): SceneShape[] {
  const { cards, lanes, height, memoryWidth, pageSize } = plan;
  const seen = (band: Band): boolean => !window || meets(band, window);
  const shapes: SceneShape[] = [];
  for (const lane of lanes)
    shapes.push({ kind: 'line', class: 'lane-axis', x1: lane.x, x2: lane.x, y1: top - 6, y2: height - 24 });
  shapes.push(...drawRibbons(plan, window, strong));
  for (const card of within(cards, window))
    shapes.push(drawCard(card.slot.card(), card.measure, margin, card.top, memoryWidth, pageSize));
  if (cards.length === 0 && seen({ top, bottom: top + 24 }))
    shapes.push(text(margin, top + 18, 'no descriptor yet', 'small dim'));
  for (const lane of lanes)
    for (const each of within(lane.items, window))
      shapes.push(...drawItem(each.item, lane.x, each.top, lane.width, window));
  return shapes;
}

/** Of bands in order, those that meet a window. */
function within<B extends Band>(bands: readonly B[], window: Band | undefined): readonly B[] {
  if (!window) return bands;
  let low = 0;
  let high = bands.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bands[middle]!.bottom < window.top) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < bands.length && bands[end]!.top <= window.bottom) end++;
  return bands.slice(low, end);
}

function drawRibbons(plan: Plan, window: Band | undefined, strong: ReadonlySet<string>): SceneShape[] {
  const { cards, lanes, memoryWidth } = plan;
  const byDescriptor = new Map(cards.map((card) => [card.slot.view.id, card]));
  const stands = (slot: BlockSlot): boolean =>
    slot.current || strong.has(slot.object) || (slot.descriptor !== undefined && strong.has(slot.descriptor));
  const shapes: { readonly shape: SceneShape; readonly strong: boolean }[] = [];
  for (const { slot, lane, indent, top: blockTop, bottom } of ribbonEnds(plan, window, byDescriptor, stands)) {
    const { shows, tone, object } = slot.block();
    const card = shows && byDescriptor.get(shows.descriptor);
    const from = card && bandOf(card.measure, card.top, shows.offset, shows.length);
    if (!from) continue;
    const x0 = margin + memoryWidth - 12;
    const d = ribbon(x0, from, lanes.slice(0, lane), lanes[lane]!.x + indent, { top: blockTop, bottom });
    const isStrong = stands(slot);
    const state = isStrong ? 'is-current' : 'is-faint';
    shapes.push({ shape: { kind: 'path', class: `ribbon ${tone} ${state}`, object, d }, strong: isStrong });
  }
  return shapes.sort((a, b) => Number(a.strong) - Number(b.strong)).map(({ shape }) => shape);
}

/**
 * The blocks that a ribbon leads to. A sub-map's bytes are its super map's: it has a ribbon of its own only where the
 * step is about it. Of a window, those to what is in it, and some of those that come from a card in it.
 */
function ribbonEnds(
  { lanes }: Plan,
  window: Band | undefined,
  cards: ReadonlyMap<string, PlacedCard>,
  stands: (slot: BlockSlot) => boolean,
): PlacedBlock[] {
  const ends: PlacedBlock[] = [];
  const inside = new Set<string>();
  if (window) for (const [id, card] of cards) if (meets(card, window)) inside.add(id);
  let far = 0;
  const add = (end: PlacedBlock): void => {
    const { slot } = end;
    if (slot.descriptor === undefined || (end.indent > 0 && !stands(slot))) return;
    if (window && !meets(end, window)) {
      if (!inside.has(slot.descriptor)) return;
      if (!stands(slot) && far++ >= mostRibbons) return;
    }
    ends.push(end);
  };
  lanes.forEach(({ items }, lane) => {
    for (const { item, top: begin, bottom } of items) {
      if (item.kind !== 'block') continue;
      add({ slot: item.slot, lane, indent: 0, top: begin, bottom });
      const { inner } = item.slot;
      if (inner.length === 0) continue;
      const bands = innerBands(item.slot, begin);
      inner.forEach((slot, at) => add({ slot, lane, indent: 12, ...bands[at]! }));
    }
  });
  return ends;
}

function findPlace(
  { cards, lanes, memoryWidth }: Plan,
  is: (slot: BlockSlot) => boolean,
  object: string | undefined,
): Place | undefined {
  let best: Place | undefined;
  const take = (place: Place): void => {
    if (!best || place.top < best.top) best = place;
  };
  for (const { items, x, width } of lanes)
    for (const { item, top: begin, bottom } of items) {
      if (item.kind === 'guard') {
        if (object === undefined ? item.badge !== undefined : item.object === object)
          take({ top: begin, bottom, left: x, right: x + width });
      } else if (item.kind === 'fault' && object === undefined) take({ top: begin, bottom, left: x, right: x + width });
      if (item.kind !== 'block') continue;
      const { slot } = item;
      if (is(slot)) take({ top: begin, bottom, left: x, right: x + width });
      const at = slot.inner.findIndex(is);
      if (at >= 0) take({ ...innerBands(slot, begin)[at]!, left: x + 12, right: x + width - 12 });
    }
  if (best) return best;
  const card = cards.find(({ slot }) => (object === undefined ? slot.current : slot.view.id === object));
  return card && { top: card.top, bottom: card.bottom, left: margin, right: margin + memoryWidth };
}
