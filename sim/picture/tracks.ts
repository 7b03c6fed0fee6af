import type { Timeline } from '../timeline';
import type { DescriptorView, MapView, Step } from '../trace';
import { text } from './blocks';
import { isPhysical } from './content';
import { fit, textWidth } from './measure';
import type { PictureOptions, Scene, SceneShape } from './scene';

/** The timeline: steps with their source text in short, and one track of its retain count for each object. */

const nameWidth = 150;
const tail = 150;
const head = 74;
const rowHeight = 30;
const perReference = 4;
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
  readonly leaked: boolean;
}

interface Track {
  readonly id: string;
  readonly name: string;
  readonly tone: string;
  readonly points: readonly Point[];
  /** The step before which the object is gone. */
  readonly end: number | undefined;
}

function tracks(timeline: Timeline): Track[] {
  const found = new Map<string, { name: string; tone: string; points: Point[]; end: number | undefined }>();
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
      const track = known ?? { name: view.name, tone, points: [], end: undefined };
      if ('protection' in view && view.protection !== '---') track.tone = tone;
      track.name = view.name;
      found.set(change.id, track);
      if (view.freed) track.end ??= index;
      const count = 'references' in view ? view.references : view.retainCount;
      track.points.push({ step: index, count, holders: view.holders, freed: view.freed, leaked: view.leaked ?? false });
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

export function layoutTimeline(timeline: Timeline, current: number, options: PictureOptions = {}): Scene {
  const width = options.width ?? 1180;
  const steps = timeline.trace.steps;
  const span = width - nameWidth - tail - 40;
  const { from, to } = visible(steps.length, current, span);
  const pitch = Math.min(130, span / Math.max(1, to - from));
  const x = (step: number): number => Math.round(nameWidth + 40 + (step - from) * pitch);
  const clampX = (step: number): number => x(Math.max(from - 0.5, Math.min(to + 0.5, step)));

  const shapes: SceneShape[] = [];
  const rows = tracks(timeline).filter((track) => (track.points[0]?.step ?? 0) <= to && (track.end ?? to) >= from);
  const height = head + rows.length * rowHeight + 14;
  shapes.push(
    { kind: 'rect', class: 'timeline-back', x: 0, y: 0, width, height },
    { kind: 'line', class: 'timeline-rule', x1: 0, x2: width, y1: 0.5, y2: 0.5 },
    text(24, 28, 'Timeline', 'lane-title'),
  );
  if (from > 0) shapes.push(text(24, 50, `… ${String(from)} earlier`, 'small dim'));
  if (to < steps.length - 1)
    shapes.push(text(width - 24, 28, `${String(steps.length - 1 - to)} later …`, 'small dim', 'end'));

  shapes.push({ kind: 'line', class: 'now', x1: x(current), x2: x(current), y1: 62, y2: height - 8 });
  const currentLabel = fit(shortLabel(steps[current]!, current), Math.max(pitch, 150), 'small');
  const currentHalf = (textWidth(currentLabel, 'small') * 1.12) / 2;
  for (let step = from; step <= to; step++) {
    const each = steps[step]!;
    const now = step === current;
    const bad = each.defects.length > 0;
    if (now) {
      const half = Math.max(11, textWidth(String(step), 'small mono') / 2 + 7);
      shapes.push({ kind: 'rect', class: 'now-cap', x: x(step) - half, y: 14, width: half * 2, height: 18, radius: 9 });
    }
    shapes.push(text(x(step), 27, String(step), `small mono ${now ? 'now-number' : bad ? 'bad' : 'dim'}`, 'middle'));
    if (bad)
      shapes.push({
        kind: 'path',
        class: 'defect-mark',
        title: each.defects.map((defect) => defect.message).join(' '),
        d: diamond(x(step) + (now ? 18 : 13), 23),
      });
    const label = shortLabel(each, step);
    // The current step's label may be wider than its column; its neighbours give way.
    const distance = Math.abs(step - current) * pitch;
    const room = now ? Math.max(pitch, 150) : Math.min(pitch - 6, 2 * (distance - currentHalf) - 10);
    const shown = fit(label, room, 'small');
    if (shown.length > 2 || shown === label)
      shapes.push({
        ...text(x(step), 52, shown, `tick-label small ${now ? 'strong' : bad ? 'bad' : 'dim'}`, 'middle'),
        title: each.label,
      });
  }

  rows.forEach((track, index) => {
    const base = head + index * rowHeight + 20;
    shapes.push({ kind: 'line', class: 'track-row', x1: 24, x2: width - 24, y1: base + 7.5, y2: base + 7.5 });
    shapes.push({
      kind: 'group',
      class: 'object',
      object: track.id,
      title: trackTitle(track),
      children: drawTrack(track, base, { from, to, x: clampX, last: steps.length - 1, width }),
    });
  });
  for (let step = from; step <= to; step++)
    shapes.push({
      kind: 'rect',
      class: 'hit',
      step,
      title: `Step ${String(step)}: ${steps[step]!.label}`,
      x: x(step) - pitch / 2,
      y: 6,
      width: pitch,
      height: height - 12,
    });
  return { width, height, title: `Timeline of ${String(steps.length)} steps with retain counts`, shapes };
}

function diamond(x: number, y: number): string {
  const n = String;
  return `M${n(x)} ${n(y - 4)}L${n(x + 4)} ${n(y)}L${n(x)} ${n(y + 4)}L${n(x - 4)} ${n(y)}Z`;
}

function trackTitle(track: Track): string {
  const counts = track.points.map((point) => `${String(point.count)} at step ${String(point.step)}`);
  return `${track.name}, references: ${counts.join(', ')}`;
}

interface Frame {
  readonly from: number;
  readonly to: number;
  readonly last: number;
  readonly width: number;
  readonly x: (step: number) => number;
}

function drawTrack(track: Track, base: number, frame: Frame): SceneShape[] {
  const shapes: SceneShape[] = [];
  const { x, to, from } = frame;
  const y = (count: number): number => base - Math.min(most, Math.max(0, count - 1)) * perReference;
  shapes.push(text(24, base + 3, fit(track.name, nameWidth - 16, 'small mono'), 'small mono'));

  const points = track.points.filter((point) => point.step <= to);
  const first = points[0];
  if (!first) return shapes;
  const leak = points.find((point) => point.leaked);
  const end = Math.min(track.end ?? leak?.step ?? to + 0.5, to + 0.5);
  let d = `M${String(x(first.step))} ${String(y(first.count))}`;
  let previous = first;
  const counted = points.filter(
    (point, index) =>
      (track.end === undefined || point.step < track.end) && (index === 0 || point.count !== points[index - 1]!.count),
  );
  counted.slice(1).forEach((point, index) => {
    const previousCount = counted[index]!.count;
    d += `H${String(x(point.step))}V${String(y(point.count))}`;
    if (point.step >= from) {
      const next = counted[index + 2];
      const until = next ? x(next.step) : track.end === undefined && !leak ? frame.width - 24 : x(end);
      const note = noteOf(points[points.indexOf(point) - 1]!, point);
      const left = x(point.step) + 5;
      const short = textWidth(note, 'small mono') <= until - left ? note : String(point.count);
      const shape = text(left, y(Math.max(point.count, previousCount)) - 4, short, 'track-note small mono dim');
      shapes.push({ ...shape, title: note });
    }
    previous = point;
  });
  const right = track.end === undefined && !leak ? x(to + 0.5) : x(end);
  d += `H${String(right)}`;
  shapes.unshift({ kind: 'path', class: `track ${track.tone}`, d });
  if (first.step >= from) {
    const at = y(first.count);
    shapes.push({ kind: 'path', class: `track-start ${track.tone}`, d: circle(x(first.step), at) });
  }
  if (track.end !== undefined && track.end <= to) {
    const at = y(previous.count);
    const n = (value: number): string => String(value);
    shapes.push({
      kind: 'path',
      class: 'track-end',
      d: `M${n(right - 4)} ${n(at - 4)}L${n(right + 4)} ${n(at + 4)}M${n(right - 4)} ${n(at + 4)}L${n(right + 4)} ${n(at - 4)}`,
    });
    shapes.push(text(right + 8, at + 3, 'freed', 'track-note small mono dim'));
  }
  if (leak && leak.step <= to) {
    const at = y(leak.count);
    shapes.push({
      kind: 'path',
      class: 'track-leak',
      d: `M${String(right)} ${String(at)}H${String(frame.width - 24)}`,
    });
    shapes.push(
      text(frame.width - 24, at - 5, `leaked: ${String(leak.count)} held`, 'track-note small mono bad', 'end'),
    );
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
