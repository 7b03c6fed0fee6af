import type { Card } from './content';
import type { LaneItem } from './lanes';
import type { Block, BlockSlot } from './mapped-blocks';
import { fit, fitRuns, textWidth } from './measure';
import type { SceneShape, TextRun } from './scene';
import type { Badge } from './states';
import { addressText, sizeText } from '../text';
import type { DescriptorView } from '../trace';

/** Shapes of a card, a block, a guard and a gap; each knows its height before it is drawn. */

const lineHeight = 17;
const innerHeight = 61;
const innerGap = 6;
const maxRanges = 4;
const radius = 4;

export interface Band {
  readonly top: number;
  readonly bottom: number;
}

export function meets(a: Band, b: Band): boolean {
  return a.top <= b.bottom && b.top <= a.bottom;
}

/** Larger memory is taller, by its logarithm. */
function growth(pages: number): number {
  return Math.round(Math.min(30, 6 * Math.log2(Math.max(1, pages))));
}

export function text(
  x: number,
  y: number,
  runs: string | readonly TextRun[],
  classes: string,
  anchor?: 'middle' | 'end',
): SceneShape {
  return {
    kind: 'text',
    class: classes,
    x,
    y,
    ...(anchor ? { anchor } : {}),
    runs: typeof runs === 'string' ? [{ text: runs }] : runs,
  };
}

/** The word of a state in a pill that ends at `right`; answers where it begins. */
function pill(right: number, y: number, badge: Badge): { shapes: SceneShape[]; left: number } {
  const width = Math.ceil(textWidth(badge.word, 'small') * 1.12) + 16;
  return {
    left: right - width,
    shapes: [
      { kind: 'rect', class: `badge ${badge.class}`, x: right - width, y: y - 12, width, height: 16, radius: 8 },
      text(right - width / 2, y, badge.word, `badge-text ${badge.class}`, 'middle'),
    ],
  };
}

export function blockHeight(slot: BlockSlot): number {
  const inner = slot.inner.length ? slot.inner.length * (innerHeight + innerGap) + 4 : growth(slot.pages);
  return 12 + slot.rows * lineHeight + inner;
}

/** Where the blocks inside a block are, when it begins at `top`. */
export function innerBands(slot: BlockSlot, top: number): readonly Band[] {
  const first = top + 11 + slot.rows * lineHeight;
  return slot.inner.map((_, at) => {
    const begin = first + at * (innerHeight + innerGap);
    return { top: begin, bottom: begin + innerHeight };
  });
}

export function itemHeight(item: LaneItem): number {
  switch (item.kind) {
    case 'gap':
      return 30;
    case 'heading':
      return 28;
    case 'fault':
    case 'guard':
      return 22;
    case 'block':
      return blockHeight(item.slot);
    default:
      return item satisfies never;
  }
}

/** The end of an address range gives way before its start does. */
function addressRuns(block: Block, room: number): readonly TextRun[] {
  const [start, end] = block.address;
  if (!start || !end) return block.address;
  const whole = textWidth(start.text + end.text, 'mono');
  return whole <= room ? block.address : fitRuns([start], room, 'mono');
}

/** Draws a block; of those inside it, the ones that meet the window. */
export function drawBlock(
  slot: BlockSlot,
  x: number,
  y: number,
  width: number,
  window: Band | undefined,
  level: 'outer' | 'inner' = 'outer',
): SceneShape {
  const inner = level === 'inner';
  const block = slot.block();
  const height = inner ? innerHeight : blockHeight(slot);
  const state = block.badge?.class ?? '';
  const now = block.current ? 'is-current' : '';
  const base = { x, y, width, height, radius };
  const children: SceneShape[] = [
    { kind: 'rect', class: 'block-back', ...base },
    {
      kind: 'rect',
      class: `block ${inner ? 'sub' : ''} ${block.tone} ${state} ${now}`.replace(/ +/g, ' ').trim(),
      ...base,
    },
  ];
  let baseline = y + 18;
  let right = x + width - 10;
  const left = x + 10;
  if (block.protection !== '---' && block.address.length) {
    children.push(text(right, baseline, block.protection, `mono ${block.tone}`, 'end'));
    right -= textWidth(block.protection, 'mono') + 8;
  }
  if (block.badge) {
    const made = pill(right, baseline, block.badge);
    children.push(...made.shapes);
    right = made.left - 8;
  }
  const rows: { runs: readonly TextRun[]; classes: string }[] = [];
  if (block.address.length) rows.push({ runs: addressRuns(block, right - left), classes: 'mono' });
  rows.push(...block.lines.map((runs) => ({ runs, classes: 'small' })));
  rows.forEach((row, index) => {
    const room = (index === 0 ? right : x + width - 10) - left;
    children.push(text(left, baseline, fitRuns(row.runs, room, row.classes), row.classes));
    baseline += lineHeight;
  });
  const bands = innerBands(slot, y);
  slot.inner.forEach((each, at) => {
    const band = bands[at]!;
    if (!window || meets(band, window)) children.push(drawBlock(each, x + 12, band.top, width - 24, window, 'inner'));
  });
  return { kind: 'group', class: 'object', object: block.object, title: block.title, children };
}

/** Diagonal lines clipped to a rectangle: the hatch of a guard page, with no pattern to define. */
export function hatch(x: number, y: number, width: number, height: number): string {
  const parts: string[] = [];
  for (let start = -height + 6; start < width; start += 7) {
    const x1 = Math.max(start, 0);
    const x2 = Math.min(start + height, width);
    parts.push(
      `M${String(x + x1)} ${String(y + height - (x1 - start))}L${String(x + x2)} ${String(y + height - (x2 - start))}`,
    );
  }
  return parts.join('');
}

export function drawItem(item: LaneItem, x: number, y: number, width: number, window: Band | undefined): SceneShape[] {
  switch (item.kind) {
    case 'gap': {
      const middle = y + 15;
      return [
        { kind: 'rect', class: 'gap-back', x: x - 3, y: middle - 5, width: 6, height: 10 },
        {
          kind: 'path',
          class: 'gap-mark',
          d: `M${String(x - 5)} ${String(middle - 2)}L${String(x + 5)} ${String(middle - 6)}M${String(x - 5)} ${String(middle + 6)}L${String(x + 5)} ${String(middle + 2)}`,
        },
        { ...text(x + 14, middle + 4, fit(item.text, width - 14, 'small'), 'gap small dim'), title: item.title },
      ];
    }
    case 'heading':
      return [text(x + 10, y + 19, item.text, 'small dim')];
    case 'fault':
      return [
        { kind: 'path', class: 'defect-mark', d: diamond(x, y + 11, 6) },
        { ...text(x + 14, y + 15, fit(item.text, width - 14, 'small'), 'small bad'), title: item.title },
      ];
    case 'guard': {
      const state = item.badge?.class ?? '';
      const label = item.text;
      const back = textWidth(label, 'small mono') + 12;
      return [
        {
          kind: 'group',
          class: 'object',
          object: item.object,
          title: item.title,
          children: [
            { kind: 'rect', class: 'block-back', x, y, width, height: 20, radius: 2 },
            { kind: 'path', class: 'hatch', d: hatch(x, y, width, 20) },
            { kind: 'rect', class: `guard ${state}`.trim(), x, y, width, height: 20, radius: 2 },
            { kind: 'rect', class: 'block-back', x: x + 5, y: y + 3, width: back, height: 14, radius: 2 },
            text(x + 10, y + 14, label, 'small mono dim'),
            ...(item.badge ? pill(x + width - 6, y + 14, item.badge).shapes : []),
          ],
        },
      ];
    }
    case 'block':
      return [drawBlock(item.slot, x, y, width, window)];
    default:
      return item satisfies never;
  }
}

interface RangeBox {
  readonly y: number;
  readonly height: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** Lines below the ranges: what it is, and who holds it. */
const cardLines = 2;

const measures = new WeakMap<DescriptorView, CardMeasure>();

/** A card's measures: the boxes of its ranges, relative to its top. */
export interface CardMeasure {
  readonly height: number;
  readonly ranges: readonly RangeBox[];
  /** How many ranges have no box of their own. */
  readonly hidden: number;
}

export function measureCard(view: DescriptorView, pageSize: number): CardMeasure {
  const known = measures.get(view);
  if (known) return known;
  const ranges: RangeBox[] = [];
  let y = 48;
  let offset = 0n;
  const all = view.ranges;
  all.forEach((range, index) => {
    const length = BigInt(range.length);
    if (index < maxRanges) {
      const height = 24 + growth(Number(length / BigInt(pageSize)));
      ranges.push({ y, height, from: offset, to: offset + length });
      y += height + 4;
    }
    offset += length;
  });
  const hidden = Math.max(0, all.length - maxRanges);
  if (hidden) y += lineHeight;
  const measure = { ranges, hidden, height: y + 8 + cardLines * 16 };
  measures.set(view, measure);
  return measure;
}

/** The part of a card's height that stands for [offset, offset + length) of its memory. */
export function bandOf(measure: CardMeasure, top: number, offset: bigint, length: bigint): Band | undefined {
  let first: number | undefined;
  let last: number | undefined;
  for (const range of measure.ranges) {
    const from = offset > range.from ? offset : range.from;
    const to = offset + length < range.to ? offset + length : range.to;
    if (from >= to) continue;
    const at = (byte: bigint): number =>
      top + range.y + (Number(((byte - range.from) * 1000n) / (range.to - range.from)) / 1000) * range.height;
    first ??= at(from);
    last = at(to);
  }
  if (first === undefined || last === undefined) return undefined;
  return last - first < 3 ? { top: first, bottom: first + 3 } : { top: first, bottom: last };
}

export function drawCard(
  card: Card,
  measure: CardMeasure,
  x: number,
  y: number,
  width: number,
  pageSize: number,
): SceneShape {
  const { view } = card;
  const state = card.badge?.class ?? '';
  const children: SceneShape[] = [
    {
      kind: 'rect',
      class: `card ${state} ${card.current ? 'is-current' : ''}`.replace(/ +/g, ' ').trim(),
      x,
      y,
      width,
      height: measure.height,
      radius: 5,
    },
  ];
  const count = view.freed ? 'freed' : `refs ${String(view.retainCount)}`;
  let right = x + width - 12;
  children.push(text(right, y + 20, count, 'small mono dim', 'end'));
  right -= textWidth(count, 'small mono') + 8;
  if (card.badge) {
    const made = pill(right, y + 20, card.badge);
    children.push(...made.shapes);
    right = made.left - 6;
  }
  children.push(text(x + 12, y + 20, fit(view.name, right - x - 12, 'mono'), 'mono strong'));
  const kind = `${view.class}${view.direction === 'none' ? '' : ` · ${view.direction}`}`;
  children.push(text(x + 12, y + 37, fit(kind, width - 24, 'small'), 'small dim'));
  measure.ranges.forEach((box, index) => {
    const range = view.ranges[index]!;
    const top = y + box.y;
    const inner = width - 24;
    children.push({
      kind: 'rect',
      class: `range ${card.tone}`,
      x: x + 12,
      y: top,
      width: inner,
      height: box.height,
      radius: 2,
    });
    const pages = Number(BigInt(range.length) / BigInt(pageSize));
    if (pages > 1 && pages <= 8)
      for (let page = 1; page < pages; page++) {
        const at = Math.round(top + (page * box.height) / pages) + 0.5;
        for (const [x1, x2] of [
          [x + 12, x + 16],
          [x + inner + 8, x + inner + 12],
        ] as const)
          children.push({ kind: 'line', class: `range-page ${card.tone}`, x1, x2, y1: at, y2: at });
      }
    const size = sizeText(range.length);
    const place =
      view.task === undefined
        ? `phys ${addressText(range.address)}`
        : range.address === '0x0'
          ? 'no address of its own'
          : addressText(range.address);
    const middle = top + box.height / 2 + 4;
    children.push(text(x + width - 20, middle, size, 'small mono', 'end'));
    children.push(
      text(x + 20, middle, fit(place, inner - 24 - textWidth(size, 'small mono'), 'small mono'), 'small mono'),
    );
  });
  let baseline = y + measure.height - 8 - (card.lines.length - 1) * 16;
  if (measure.hidden)
    children.push(text(x + 12, baseline - lineHeight, `and ${String(measure.hidden)} more ranges`, 'small dim'));
  for (const line of card.lines) {
    children.push(text(x + 12, baseline, fit(line, width - 24, 'small'), 'small dim'));
    baseline += 16;
  }
  return { kind: 'group', class: 'object', object: view.id, title: card.title, children };
}

/** A diamond around a point: the mark of a defect. */
export function diamond(x: number, y: number, half: number): string {
  const n = String;
  return `M${n(x)} ${n(y - half)}L${n(x + half)} ${n(y)}L${n(x)} ${n(y + half)}L${n(x - half)} ${n(y)}Z`;
}
