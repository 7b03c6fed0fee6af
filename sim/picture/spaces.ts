import type { Timeline } from '../timeline';
import { bandOf, drawCard, drawItem, itemHeight, measureCard, text, type Band, type CardMeasure } from './blocks';
import { contentAt, type Block, type Lane } from './content';
import { fit } from './measure';
import type { PictureOptions, Scene, SceneShape } from './scene';

/** The lanes: what the descriptors describe, then one address space a task, with ribbons between them. */

const margin = 24;
const top = 66;
const itemGap = 5;
const cardGap = 18;

interface PlacedLane {
  readonly lane: Lane;
  readonly x: number;
  readonly width: number;
  /** Heights that blocks take; ribbons to lanes further right pass between them where they can. */
  readonly taken: readonly Band[];
}

export function layoutSpaces(timeline: Timeline, step: number, options: PictureOptions = {}): Scene {
  const wanted = options.width ?? 1180;
  const content = contentAt(timeline, step, options.highlight);
  const pageSize = timeline.trace.machine.pageSize;

  const [memoryWidth, ribbonWidth, laneGap, narrowestLane] =
    wanted < 760 ? [170, 56, 28, 214] : wanted < 900 ? [200, 84, 44, 250] : [240, 150, 60, 250];
  const count = content.lanes.length;
  const room = wanted - margin * 2 - memoryWidth - ribbonWidth - laneGap * (count - 1);
  const laneWidth = Math.round(Math.max(narrowestLane, Math.min(440, room / count)));
  const firstLane = margin + memoryWidth + ribbonWidth;
  const width = Math.max(wanted, firstLane + count * (laneWidth + laneGap) - laneGap + margin);

  const back: SceneShape[] = [];
  const front: SceneShape[] = [];
  back.push(
    text(margin, 24, 'Memory', 'lane-title'),
    text(margin, 42, 'what the descriptors describe', 'lane-note small dim'),
  );

  const cards = new Map<string, { readonly measure: CardMeasure; readonly y: number }>();
  let bottom = top;
  let y = top;
  for (const card of content.cards) {
    const measure = measureCard(card, pageSize);
    cards.set(card.view.id, { measure, y });
    front.push(drawCard(card, measure, margin, y, memoryWidth, pageSize));
    y += measure.height + cardGap;
    bottom = Math.max(bottom, y - cardGap);
  }
  if (!content.cards.length) front.push(text(margin, top + 18, 'no descriptor yet', 'small dim'));

  const places = new Map<Block, Band>();
  const blocks: { readonly block: Block; readonly lane: number; readonly indent: number }[] = [];
  const placed: PlacedLane[] = content.lanes.map((lane, index) => {
    const x = firstLane + index * (laneWidth + laneGap);
    const taken: Band[] = [];
    const kernel = lane.task.kernel ? 'the kernel' : 'a user task';
    back.push(
      text(
        x,
        24,
        [{ text: fit(lane.task.name, laneWidth, 'mono') }, { text: `  ${kernel}`, class: 'dim plain' }],
        'lane-title',
      ),
      text(x, 42, fit(lane.note, laneWidth, 'small'), 'lane-note small dim'),
    );
    let at = top;
    for (const item of lane.items) {
      const height = itemHeight(item);
      front.push(...drawItem(item, x, at, laneWidth, places));
      if (item.kind === 'block') {
        blocks.push({ block: item.block, lane: index, indent: 0 });
        for (const inner of item.block.inner) blocks.push({ block: inner, lane: index, indent: 12 });
      }
      if (item.kind === 'block' || item.kind === 'guard') taken.push({ top: at, bottom: at + height });
      at += height + itemGap;
    }
    bottom = Math.max(bottom, at - itemGap);
    return { lane, x, width: laneWidth, taken };
  });

  bottom += 18;
  back.push({ kind: 'line', class: 'lane-rule', x1: 0, x2: width, y1: 54, y2: 54 });
  for (const lane of placed)
    back.push({ kind: 'line', class: 'lane-axis', x1: lane.x, x2: lane.x, y1: top - 6, y2: bottom - 6 });

  const ribbons = blocks.flatMap(({ block, lane, indent }) => {
    const { shows } = block;
    const card = shows && cards.get(shows.descriptor);
    const to = places.get(block);
    // A sub-map's bytes are its super map's: its own ribbon only where the step is about it.
    if (!card || !to || (indent > 0 && !block.current)) return [];
    const from = bandOf(card.measure, card.y, shows.offset, shows.length);
    if (!from) return [];
    const shape: SceneShape = {
      kind: 'path',
      class: `ribbon ${block.tone} ${block.current ? 'is-current' : 'is-faint'}`,
      object: block.object,
      d: ribbon(margin + memoryWidth - 12, from, placed, lane, placed[lane]!.x + indent, to),
    };
    return [{ shape, current: block.current }];
  });
  ribbons.sort((a, b) => Number(a.current) - Number(b.current));

  return {
    width,
    height: Math.ceil(bottom),
    title: `Address spaces after step ${String(step)}: ${content.lanes.map((lane) => `${lane.task.name}, ${lane.note}`).join('; ')}`,
    shapes: [...back, ...ribbons.map((each) => each.shape), ...front],
  };
}

/** A band from a card to a lane; on its way it crosses the lanes before, between their blocks where there is room. */
function ribbon(x0: number, from: Band, lanes: readonly PlacedLane[], lane: number, x1: number, to: Band): string {
  const parts: [number, Band][] = [[x0, from]];
  for (let i = 0; i < lane; i++) {
    const each = lanes[i]!;
    const height = Math.min(14, to.bottom - to.top);
    const middle = passage(each.taken, (to.top + to.bottom) / 2, height);
    const band = { top: middle - height / 2, bottom: middle + height / 2 };
    parts.push([each.x, band], [each.x + each.width, band]);
  }
  parts.push([x1, to]);
  const n = (value: number): string => String(Math.round(value * 10) / 10);
  const [start, ...rest] = parts as [[number, Band], ...[number, Band][]];
  let d = `M${n(start[0])} ${n(start[1].top)}`;
  let previous = start;
  for (const next of rest) {
    d += curve(previous[0], previous[1].top, next[0], next[1].top, n);
    previous = next;
  }
  d += `L${n(previous[0])} ${n(previous[1].bottom)}`;
  for (const next of [start, ...rest].slice(0, -1).reverse()) {
    d += curve(previous[0], previous[1].bottom, next[0], next[1].bottom, n);
    previous = next;
  }
  return `${d}Z`;
}

function curve(xa: number, ya: number, xb: number, yb: number, n: (value: number) => string): string {
  const middle = (xa + xb) / 2;
  return `C${n(middle)} ${n(ya)} ${n(middle)} ${n(yb)} ${n(xb)} ${n(yb)}`;
}

/** The height nearest to `wanted` at which a band of `height` meets no block; `wanted` where there is none. */
function passage(taken: readonly Band[], wanted: number, height: number): number {
  const free = (middle: number): boolean =>
    taken.every((band) => middle + height / 2 <= band.top || middle - height / 2 >= band.bottom);
  const candidates = [
    wanted,
    ...taken.flatMap((band) => [band.top - height / 2 - 2, band.bottom + height / 2 + 2]),
  ].filter((middle) => middle > top && free(middle));
  return candidates.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? wanted;
}
