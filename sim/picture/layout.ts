import { countText, sizeText } from '../text';
import type { Timeline } from '../timeline';
import type { Step, Trace } from '../trace';
import { text } from './blocks';
import { fit, textWidth, wrap } from './measure';
import type { PictureOptions, Scene, SceneShape } from './scene';
import { layoutSpaces } from './spaces';
import { layoutTimeline } from './tracks';

/** The whole picture of a step: what ran and why, the address spaces, the timeline. Pure: same trace, same scene. */

/** "arm64 · macOS 15.4 · 16 KB pages". */
export function machineText(trace: Trace): string {
  const { arch, release, pageSize } = trace.machine;
  return `${arch} · macOS ${release} · ${sizeText(BigInt(pageSize))} pages`;
}

/** "step 5 of 11 · line 142". */
export function placeText(trace: Trace, step: number): string {
  const place = trace.steps[step]?.place;
  return `step ${String(step)} of ${String(trace.steps.length - 1)}${place ? ` · line ${String(place.line)}` : ''}`;
}

/** The step that a picture shows unless told: the first with a defect, else the last that mapped something, else the last. */
export function tellingStep(trace: Trace): number {
  const made = (step: Step): boolean => ['map', 'share', 'submap'].includes(step.kind);
  const defect = trace.steps.findIndex((step) => step.defects.length > 0);
  if (defect >= 0) return defect;
  const mapped = trace.steps.findLastIndex(made);
  return mapped >= 0 ? mapped : trace.steps.length - 1;
}

function layoutHeader(timeline: Timeline, step: number, width: number): Scene {
  const { trace } = timeline;
  const each = trace.steps[step];
  const shapes: SceneShape[] = [text(24, 27, trace.title, 'title')];
  let x = 24 + textWidth(trace.title, 'mono') * 1.12 + 18;
  const chip = (label: string, state = ''): void => {
    const size = Math.ceil(textWidth(label, 'small')) + 18;
    if (x + size > width - 24) return;
    shapes.push(
      { kind: 'rect', class: `chip ${state}`.trim(), x, y: 12.5, width: size, height: 21, radius: 10 },
      text(x + size / 2, 27, label, `small ${state || 'dim'}`, 'middle'),
    );
    x += size + 8;
  };
  chip(machineText(trace));
  if (trace.assumptions.length) chip(countText(trace.assumptions.length, 'assumed value'));
  const defects = trace.steps.flatMap((one) => one.defects);
  if (defects.length) chip(`◆ ${countText(defects.length, 'defect')}`, 'bad');
  const top = 46;
  let y = top + 20;
  const where = placeText(trace, step);
  const after = 24 + textWidth(where, 'small mono') + 14;
  shapes.push(text(24, y, where, 'small mono dim'));
  if (each) {
    shapes.push({ ...text(after, y, fit(each.label, width - after - 24, 'mono'), 'step mono'), title: each.label });
    const bad = each.defects.length > 0;
    for (const line of wrap(`${bad ? '◆' : '→'} ${each.sentence}`, width - 48, '')) {
      y += 19;
      shapes.push(text(24, y, line, `sentence ${bad ? 'bad' : ''}`.trim()));
    }
  }
  const height = y + 14;
  return {
    width,
    height,
    title: trace.title,
    shapes: [{ kind: 'rect', class: 'band', x: 0, y: top, width, height: height - top }, ...shapes],
  };
}

export function layoutPicture(timeline: Timeline, step: number, options: PictureOptions = {}): Scene {
  const spaces = layoutSpaces(timeline, step, options);
  const width = spaces.width;
  const header = layoutHeader(timeline, step, width);
  const tracks = layoutTimeline(timeline, step, { ...options, width });
  const { trace } = timeline;
  const sentence = trace.steps[step]?.sentence ?? '';
  return {
    width,
    height: header.height + spaces.height + tracks.height,
    title: `${trace.title}, ${placeText(trace, step)}. ${sentence}`,
    shapes: [
      ...header.shapes,
      ...spaces.shapes.map((shape) => moved(shape, header.height)),
      ...tracks.shapes.map((shape) => moved(shape, header.height + spaces.height)),
    ],
  };
}

function moved(shape: SceneShape, down: number): SceneShape {
  switch (shape.kind) {
    case 'rect':
    case 'text':
      return { ...shape, y: shape.y + down };
    case 'line':
      return { ...shape, y1: shape.y1 + down, y2: shape.y2 + down };
    case 'path':
      return { ...shape, d: movedPath(shape.d, down) };
    case 'group':
      return { ...shape, children: shape.children.map((child) => moved(child, down)) };
    default:
      return shape satisfies never;
  }
}

/** Path data of this folder: absolute M, L, C, H, V and Z, and the relative arcs of circles. */
function movedPath(d: string, down: number): string {
  return d.replace(/([MLCHVZa])([^MLCHVZa]*)/g, (whole, command: string, rest: string) => {
    if (command === 'H' || command === 'Z' || command === 'a') return whole;
    const numbers = rest.trim().split(/\s+/).map(Number);
    const shift = (value: number, index: number): number =>
      command === 'V' || index % 2 === 1 ? Math.round((value + down) * 10) / 10 : value;
    return command + numbers.map(shift).join(' ');
  });
}
