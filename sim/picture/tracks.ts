import type { Timeline } from '../timeline';
import type { DescriptorView, MapView, Step } from '../trace';
import { diamond, text, type Band } from './blocks';
import { isPhysical } from './states';
import { fit, textWidth } from './measure';
import type { PictureOptions, Scene, SceneShape } from './scene';

/** The timeline: steps with their source text in short, and one track of its retain count for each object. */

const nameWidth = 150;
/** From the names to the first step: the count at the current step stands here. */
const countWidth = 52;
const tail = 150;
const rowHeight = 26;
/** Above the first track: room for the notes of a high count. */
const above = 8;
const labelHeight = 14;
const perReference = 3.5;
const most = 4;
const narrowest = 34;

/** Methods whose result is a code, so that their object says more than where the code goes. */
const answersCode = /^(redirect|prepare|complete|unmap|release|wireRange|readBytes|writeBytes)$/;

/** A statement in few words: "map → umap", "release umap", "return". */
export function shortLabel(step: Step, index: number): string {
  if (index === 0) return 'start';
  const label = step.label.replace(/\s+/g, ' ').trim();
  if (/^return\b/.test(label)) return 'return';
  if (/^(if|else|while|for|switch|do)\b/.test(label)) return label;
  const assigned = /^(?:[\w:<>*& ]+?[ *&])?((?:this->)?\w+)\s*=\s*(.*)$/.exec(label);
  const target = assigned?.[1];
  const expression = assigned?.[2] ?? label;
  const called = /(?:(\w+)\s*(?:->|\.|::)\s*)?(\w+)\s*\(([^()]*)/.exec(expression);
  if (!called) return label;
  const name = called[2]!
    .replace(/^createMappingInTask$/, 'map')
    .replace(/^(inTaskWithOptions|withOptions)$/, 'buffer');
  if (target && !answersCode.test(name)) return `${name} → ${target}`;
  const object = called[1] ?? (/^\w+$/.test(called[3] ?? '') ? called[3] : undefined);
  return object ? `${name.replace('OSSafeReleaseNULL', 'release')} ${object}` : name;
}

interface Point {
  readonly step: number;
  readonly count: number;
  readonly holders: readonly string[];
  readonly freed: boolean;
}

interface Track {
  readonly id: string;
  readonly name: string;
  readonly tone: string;
  readonly points: readonly Point[];
  /** The step at which the object is gone. */
  readonly end: number | undefined;
  /** The step at which it is found to leak. */
  readonly leak: number | undefined;
}

const allTracks = new WeakMap<Timeline, readonly Track[]>();

/** The tracks of a run, made once. */
function tracksOf(timeline: Timeline): readonly Track[] {
  let tracks = allTracks.get(timeline);
  if (!tracks) allTracks.set(timeline, (tracks = readTracks(timeline)));
  return tracks;
}

function readTracks(timeline: Timeline): Track[] {
  interface Growing {
    name: string;
    tone: string;
    readonly points: Point[];
    end: number | undefined;
    leak: number | undefined;
  }
  const found = new Map<string, Growing>();
  const physical = new Set<string>();
  timeline.trace.steps.forEach((step, index) => {
    for (const change of step.changes) {
      if (change.of !== 'descriptor' && change.of !== 'map') continue;
      const known = found.get(change.id);
      if (!change.value) {
        if (known) known.end ??= index;
        continue;
      }
      const view: DescriptorView | MapView = change.value;
      if ('retainCount' in view && isPhysical(view)) physical.add(view.id);
      const device = physical.has('descriptor' in view ? view.descriptor : view.id);
      const tone = device ? 'tone-dev' : 'protection' in view && view.protection === 'r--' ? 'tone-ro' : 'tone-rw';
      const track: Growing = known ?? { name: view.name, tone, points: [], end: undefined, leak: undefined };
      if ('protection' in view && view.protection !== '---') track.tone = tone;
      track.name = view.name;
      found.set(change.id, track);
      if (view.freed) track.end ??= index;
      if (view.leaked) track.leak ??= index;
      const count = 'references' in view ? view.references : view.retainCount;
      track.points.push({ step: index, count, holders: view.holders, freed: view.freed });
    }
  });
  return [...found].map(([id, track]) => ({ id, ...track }));
}

/** Steps that fit beside each other; a long run shows those around the current one. */
function visible(length: number, current: number, room: number): { readonly from: number; readonly to: number } {
  const fits = Math.max(3, Math.floor(room / narrowest) + 1);
  if (length <= fits) return { from: 0, to: length - 1 };
  const from = Math.max(0, Math.min(current - Math.floor(fits / 2), length - fits));
  return { from, to: from + fits - 1 };
}

/** A timeline that knows its size, and draws any part of it. */
export interface TimelinePlan {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Height of the steps' numbers and texts, which stay while the tracks scroll. */
  readonly headHeight: number;
  readonly head: readonly SceneShape[];
  /** The tracks that meet a window, or all. */
  readonly draw: (window?: Band) => SceneShape[];
}

export function layoutTimeline(timeline: Timeline, current: number, options: PictureOptions = {}): Scene {
  const { width, height, title, head, draw } = planTimeline(timeline, current, options);
  return { width, height, title, shapes: [...head, ...draw()] };
}

export function planTimeline(timeline: Timeline, current: number, options: PictureOptions = {}): TimelinePlan {
  const width = options.width ?? 1180;
  const { steps } = timeline.trace;
  const left = nameWidth + countWidth;
  const span = width - left - tail;
  const range = visible(steps.length, current, span);
  const { from, to } = range;
  const pitch = Math.min(130, span / Math.max(1, to - from));
  const x = (step: number): number => Math.round(left + (step - from) * pitch);
  const labelRows = pitch >= 84 ? 1 : pitch >= 48 ? 2 : 3;
  const headHeight = 48 + labelRows * labelHeight;
  const rows = tracksOf(timeline).filter((track) => track.points[0]!.step <= to && (track.end ?? to) >= from);
  const first = headHeight + above;
  const height = first + rows.length * rowHeight + 10;
  const frame: Frame = {
    from,
    to,
    current,
    width,
    x: (step) => x(Math.max(from - 0.5, Math.min(to + 0.5, step))),
  };
  const draw = (window?: Band): SceneShape[] => {
    const seen = window ?? { top: 0, bottom: height };
    const from = Math.max(0, Math.floor((seen.top - first) / rowHeight));
    const until = Math.min(rows.length, Math.ceil((seen.bottom - first) / rowHeight));
    const shapes: SceneShape[] = [
      { kind: 'rect', class: 'timeline-back', x: 0, y: headHeight, width, height: height - headHeight },
    ];
    for (let row = from; row < until; row++) {
      const y = first + (row + 1) * rowHeight - 0.5;
      shapes.push({ kind: 'line', class: 'track-row', x1: 24, x2: width - 24, y1: y, y2: y });
    }
    shapes.push({ kind: 'line', class: 'now', x1: x(current), x2: x(current), y1: headHeight, y2: height - 6 });
    for (let row = from; row < until; row++) {
      const track = rows[row]!;
      shapes.push({
        kind: 'group',
        class: 'object',
        object: track.id,
        title: trackTitle(track),
        children: drawTrack(track, first + row * rowHeight + 18, frame),
      });
    }
    shapes.push(...hits(steps, range.from, range.to, x, pitch, headHeight, height - headHeight));
    return shapes;
  };
  return {
    width,
    height,
    title: `Timeline of ${String(steps.length)} steps with retain counts`,
    headHeight,
    head: [
      { kind: 'rect', class: 'timeline-back', x: 0, y: 0, width, height: headHeight },
      ...drawSteps(steps, current, { from, to, x, pitch, labelRows, width, headHeight }),
      ...hits(steps, from, to, x, pitch, 0, headHeight),
    ],
    draw,
  };
}

/** Transparent columns: choosing one goes to its step. */
function hits(
  steps: readonly Step[],
  from: number,
  to: number,
  x: (step: number) => number,
  pitch: number,
  y: number,
  height: number,
): SceneShape[] {
  return steps.slice(from, to + 1).map((step, at) => ({
    kind: 'rect',
    class: 'hit',
    step: from + at,
    title: `Step ${String(from + at)}: ${step.label}`,
    x: x(from + at) - pitch / 2,
    y,
    width: pitch,
    height,
  }));
}

interface Columns {
  readonly from: number;
  readonly to: number;
  readonly x: (step: number) => number;
  readonly pitch: number;
  /** Neighbours' texts stand at different heights where columns are narrow. */
  readonly labelRows: number;
  readonly width: number;
  readonly headHeight: number;
}

function drawSteps(steps: readonly Step[], current: number, columns: Columns): SceneShape[] {
  const { from, to, x, pitch, labelRows, width, headHeight } = columns;
  const shapes: SceneShape[] = [
    { kind: 'line', class: 'timeline-rule', x1: 0, x2: width, y1: 0.5, y2: 0.5 },
    text(24, 26, 'Timeline', 'lane-title'),
    text(nameWidth + 22, headHeight - 6, 'refs', 'small dim', 'end'),
    { kind: 'line', class: 'now', x1: x(current), x2: x(current), y1: headHeight - 6, y2: headHeight },
  ];
  if (from > 0) shapes.push(text(24, 44, `… ${String(from)} earlier`, 'small dim'));
  if (to < steps.length - 1)
    shapes.push(text(width - 24, 26, `${String(steps.length - 1 - to)} later …`, 'small dim', 'end'));
  const wide = Math.max(pitch * labelRows, 150);
  const currentLabel = fit(shortLabel(steps[current]!, current), wide, 'small');
  const currentHalf = (textWidth(currentLabel, 'small') * 1.12) / 2;
  for (let step = from; step <= to; step++) {
    const each = steps[step]!;
    const now = step === current;
    const bad = each.defects.length > 0;
    if (now) {
      const half = Math.max(11, textWidth(String(step), 'small mono') / 2 + 7);
      shapes.push({ kind: 'rect', class: 'now-cap', x: x(step) - half, y: 12, width: half * 2, height: 18, radius: 9 });
    }
    shapes.push(text(x(step), 25, String(step), `small mono ${now ? 'now-number' : bad ? 'bad' : 'dim'}`, 'middle'));
    if (bad)
      shapes.push({
        kind: 'path',
        class: 'defect-mark',
        title: each.defects.map((defect) => defect.message).join(' '),
        d: diamond(x(step) + (now ? 18 : 13), 21, 4),
      });
    const label = shortLabel(each, step);
    // The current step's label may be wider than its column; its neighbours at the same height give way.
    const beside = (step - current) % labelRows === 0;
    const free = beside ? 2 * (Math.abs(step - current) * pitch - currentHalf) - 10 : Infinity;
    const room = now ? wide : Math.min(pitch * labelRows - 14, free);
    const shown = fit(label, room, 'small');
    if (shown.length > 2 || shown === label)
      shapes.push({
        ...text(
          x(step),
          45 + (step % labelRows) * labelHeight,
          shown,
          `tick-label small ${now ? 'strong' : bad ? 'bad' : 'dim'}`,
          'middle',
        ),
        title: each.label,
      });
  }
  return shapes;
}

function trackTitle(track: Track): string {
  const counts = track.points.slice(0, 40).map((point) => `${String(point.count)} at step ${String(point.step)}`);
  if (track.points.length > counts.length) counts.push(`and ${String(track.points.length - counts.length)} more`);
  return `${track.name}, references: ${counts.join(', ')}`;
}

interface Frame {
  readonly from: number;
  readonly to: number;
  readonly current: number;
  readonly width: number;
  readonly x: (step: number) => number;
}

/** The number of points that are not after a step. */
function pointsUntil(points: readonly Point[], step: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.step <= step) low = middle + 1;
    else high = middle;
  }
  return low;
}

function drawTrack(track: Track, base: number, frame: Frame): SceneShape[] {
  const { x, to, from, current } = frame;
  const y = (count: number): number => base - Math.min(most, Math.max(0, count - 1)) * perReference;
  const shapes: SceneShape[] = [];
  // The last point before the window tells the count with which the line enters it.
  const start = Math.max(0, pointsUntil(track.points, from) - 1);
  const points = track.points.slice(start, pointsUntil(track.points, to));
  const first = points[0];
  const gone = track.end ?? Infinity;
  const counted = points.filter(
    (point, index) => index === 0 || (point.step < gone && point.count !== points[index - 1]!.count),
  );
  const leak = track.leak !== undefined && track.leak <= to ? track.leak : undefined;
  const last = counted.at(-1);
  if (!first || !last) return shapes;
  const end = Math.min(track.end ?? leak ?? to + 0.5, to + 0.5);

  let d = `M${String(x(first.step))} ${String(y(first.count))}`;
  const notes: SceneShape[] = [];
  counted.slice(1).forEach((point, index) => {
    const before = counted[index]!;
    d += `H${String(x(point.step))}V${String(y(point.count))}`;
    const next = counted[index + 2];
    const until = next ? x(next.step) : track.end === undefined && leak === undefined ? frame.width - 24 : x(end);
    const note = noteOf(points[points.indexOf(point) - 1]!, point);
    const left = x(point.step) + 5;
    const short = textWidth(note, 'small mono') <= until - left ? note : String(point.count);
    const above = y(Math.max(point.count, before.count)) - 4;
    notes.push({ ...text(left, above, short, 'track-note small mono dim'), title: note });
  });
  const right = x(end);
  shapes.push({ kind: 'path', class: `track ${track.tone}`, d: `${d}H${String(right)}` });
  shapes.push(text(24, base + 3, fit(track.name, nameWidth - 24, 'small mono'), 'small mono'));
  const there = track.points[pointsUntil(track.points, current) - 1];
  if (there && current < gone)
    shapes.push(text(nameWidth + 22, base + 3, String(there.count), 'small mono strong', 'end'));
  if (first.step >= from)
    shapes.push({ kind: 'path', class: `track-start ${track.tone}`, d: circle(x(first.step), y(first.count)) });
  shapes.push(...notes);
  const at = y(last.count);
  if (track.end !== undefined && track.end <= to) {
    shapes.push({ kind: 'path', class: 'track-end', d: cross(right, at) });
    shapes.push(text(right + 8, at + 3, 'freed', 'track-note small mono dim'));
  } else if (leak !== undefined) {
    shapes.push({
      kind: 'path',
      class: 'track-leak',
      d: `M${String(right)} ${String(at)}H${String(frame.width - 24)}`,
    });
    const held = `leaked: ${String(last.count)} held`;
    shapes.push(text(frame.width - 24, at - 5, held, 'track-note small mono bad', 'end'));
  }
  return shapes;
}

function noteOf(before: Point, now: Point): string {
  const added = now.holders.find((holder) => !before.holders.includes(holder));
  const lost = before.holders.find((holder) => !now.holders.includes(holder));
  if (now.count > before.count) return `${String(now.count)}${added ? ` + ${added.replace(/^map /, '')}` : ''}`;
  const kept = now.count === 0 && !now.freed ? keptBy(now.holders) : '';
  return `${String(now.count)}${lost ? ` − ${lost.replace(/^map /, '')}` : ''}${kept}`;
}

/** A variable that still points there keeps nothing alive: the kernel's own objects do. */
function keptBy(holders: readonly string[]): string {
  const keepers = holders.filter((holder) => /^(map|sub-map|sub|buffer|client|device|a Mach) /.test(holder));
  return keepers.length ? `, kept alive by ${keepers.join(', ')}` : '';
}

function circle(x: number, y: number): string {
  const n = String;
  return `M${n(x - 3.5)} ${n(y)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z`;
}

function cross(x: number, y: number): string {
  const n = String;
  return `M${n(x - 4)} ${n(y - 4)}L${n(x + 4)} ${n(y + 4)}M${n(x - 4)} ${n(y + 4)}L${n(x + 4)} ${n(y - 4)}`;
}
