import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutPicture, tellingStep } from '../../../sim/picture/layout';
import type { RectShape, Scene, SceneShape } from '../../../sim/picture/scene';
import { layoutSpaces } from '../../../sim/picture/spaces';
import { palettes, pictureStyle } from '../../../sim/picture/style';
import { sceneToSvg } from '../../../sim/picture/svg';
import { layoutTimeline, shortLabel } from '../../../sim/picture/tracks';
import { machineNames } from '../../../sim/profiles';
import { stateTable, tableText } from '../../../sim/table';
import { addressText, sizeText } from '../../../sim/text';
import { Timeline } from '../../../sim/timeline';
import { frameGrabber } from './example';
import { program, runProgram } from './random-run';

function flat(shapes: readonly SceneShape[]): SceneShape[] {
  return shapes.flatMap((shape) => (shape.kind === 'group' ? [shape, ...flat(shape.children)] : [shape]));
}

function rects(scene: Scene, name: string): RectShape[] {
  return flat(scene.shapes).filter(
    (shape): shape is RectShape => shape.kind === 'rect' && shape.class.split(' ').includes(name),
  );
}

const bottom = (rect: RectShape): number => rect.y + rect.height;
const contains = (outer: RectShape, inner: RectShape): boolean =>
  inner.x >= outer.x &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y >= outer.y &&
  bottom(inner) <= bottom(outer);
const overlap = (a: RectShape, b: RectShape): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < bottom(b) && b.y < bottom(a);

function checkScene(scene: Scene): void {
  const blocks = rects(scene, 'block');
  const outer = [
    ...blocks.filter((rect) => !rect.class.includes('sub')),
    ...rects(scene, 'guard'),
    ...rects(scene, 'card'),
  ];
  outer.forEach((a, i) => {
    for (const b of outer.slice(i + 1)) expect(overlap(a, b), `${a.class} and ${b.class} overlap`).toBe(false);
  });
  const subs = blocks.filter((rect) => rect.class.includes('sub'));
  for (const sub of subs) expect(outer.filter((rect) => contains(rect, sub))).toHaveLength(1);
  subs.forEach((a, i) => {
    for (const b of subs.slice(i + 1)) expect(overlap(a, b)).toBe(false);
  });
  for (const shape of flat(scene.shapes)) {
    if (shape.kind === 'rect') {
      expect(shape.x).toBeGreaterThanOrEqual(-70);
      expect(bottom(shape)).toBeLessThanOrEqual(scene.height);
    }
    if (shape.kind === 'text') {
      expect(shape.y).toBeLessThanOrEqual(scene.height);
      expect(shape.x).toBeLessThanOrEqual(scene.width);
    }
    if (shape.kind === 'path') expect(shape.d).not.toMatch(/NaN|undefined|Infinity/);
  }
}

test('blocks of a lane never overlap, and a sub-map lies inside its super map', () => {
  fc.assert(
    fc.property(program, fc.constantFrom(640, 1180), (given, width) => {
      const run = runProgram(given);
      const timeline = new Timeline(run.finish());
      for (let step = 0; step < timeline.length; step += 3) checkScene(layoutSpaces(timeline, step, { width }));
      const last = timeline.length - 1;
      checkScene(layoutPicture(timeline, last, { width }));
      const drawn = new Set(flat(layoutSpaces(timeline, last, { width }).shapes).map((shape) => shape.object));
      // Every map that is still alive is in the picture, wherever it is mapped.
      for (const map of timeline.stateAt(last).maps) if (!map.freed) expect(drawn).toContain(map.id);
    }),
    { numRuns: 60 },
  );
});

describe.each(machineNames)('the example on %s', (machine) => {
  const timeline = new Timeline(frameGrabber(machine));

  test('every step lays out', () => {
    for (let step = 0; step < timeline.length; step++) checkScene(layoutPicture(timeline, step));
  });

  test('what is new, gone and leaked has a word', () => {
    const words = (step: number): string[] =>
      flat(layoutSpaces(timeline, step).shapes)
        .filter((shape) => shape.class.startsWith('badge-text'))
        .flatMap((shape) => (shape.kind === 'text' ? shape.runs.map((run) => run.text) : []));
    expect(words(5)).toContain('NEW');
    expect(words(9)).toContain('GONE');
    expect(words(11)).toContain('LEAKED');
    expect(tellingStep(timeline.trace)).toBe(11);
  });

  test('the picture of a step is a function of the trace', () => {
    const again = new Timeline(frameGrabber(machine));
    expect(sceneToSvg(layoutPicture(again, 5))).toBe(sceneToSvg(layoutPicture(timeline, 5)));
  });
});

test('the timeline has one column a step, and a window where there are too many', () => {
  const timeline = new Timeline(frameGrabber());
  const columns = (scene: Scene): (number | undefined)[] => rects(scene, 'hit').map((rect) => rect.step);
  expect(columns(layoutTimeline(timeline, 5))).toEqual([...timeline.trace.steps.keys()]);
  const some = columns(layoutTimeline(timeline, 5, { width: 520 }));
  expect(some).toContain(5);
  expect(some.length).toBeLessThan(timeline.length);
});

test.each([
  ['umap = fRing->createMappingInTask(fTask, 0, kIOMapAnywhere)', 'map → umap'],
  ['IOMemoryMap *map = fMD->map()', 'map → map'],
  ['umap->release()', 'release umap'],
  ['OSSafeReleaseNULL(kmap)', 'release kmap'],
  ['return kIOReturnSuccess', 'return'],
  ['this->fMap = provider->mapDeviceMemoryWithIndex(0)', 'mapDeviceMemoryWithIndex → this->fMap'],
  ['if (!hdr->magic)', 'if (!hdr->magic)'],
])('%s is "%s" in short', (label, short) => {
  expect(shortLabel({ kind: 'log', label, sentence: '', changes: [], defects: [] }, 1)).toBe(short);
});

test('an SVG is well formed, has both palettes, and no variable without a value', () => {
  const svg = sceneToSvg(layoutPicture(new Timeline(frameGrabber()), 5));
  const open: string[] = [];
  for (const [, close, name, , empty] of svg.matchAll(/<(\/?)([a-z]+)((?:[^>"]|"[^"]*")*?)(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name!);
  }
  expect(open).toEqual([]);
  expect(svg).toContain('prefers-color-scheme:dark');
  const used = new Set([...pictureStyle.matchAll(/var\(--ml-([\w-]+)\)/g)].map((match) => match[1]!));
  const defined = new Set([...Object.keys(palettes.light), 'sans', 'mono']);
  expect([...used].filter((name) => !defined.has(name))).toEqual([]);
  expect(Object.keys(palettes.dark)).toEqual(Object.keys(palettes.light));
});

test('every class of a scene is documented', () => {
  const documented = readFileSync(fileURLToPath(new URL('../../../sim/picture/scene.ts', import.meta.url)), 'utf8');
  const timeline = new Timeline(frameGrabber());
  const classes = new Set<string>();
  for (let step = 0; step < timeline.length; step++)
    for (const shape of flat(layoutPicture(timeline, step).shapes)) {
      for (const name of shape.class.split(' ')) classes.add(name);
      if (shape.kind === 'text')
        for (const run of shape.runs) for (const name of (run.class ?? '').split(' ')) classes.add(name);
    }
  classes.delete('');
  expect([...classes].filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
});

test('the table says what the picture says', () => {
  const timeline = new Timeline(frameGrabber());
  expect(tableText(stateTable(timeline.stateAt(0)))).toBe('Nothing is mapped.');
  const rows = stateTable(timeline.stateAt(9), timeline.stateAt(8));
  expect(rows.map((row) => [row.task, row.variable, row.size, row.protection, row.holders, row.state])).toEqual([
    ['kernel_task', 'fRing', '64 KB', 'rw-', '', 'buffer'],
    ['kernel_task', 'kmap', '64 KB', 'rw-', 'kmap', 'static, no VM entry of its own'],
    ['kernel_task', 'fRegs', '16 KB', '---', '', 'guard'],
    ['kernel_task', 'fRegs', '16 KB', 'rw-', 'fRegs', ''],
    ['kernel_task', 'fRegs', '16 KB', '---', '', 'guard'],
    ['fTask', 'umap', '64 KB', 'r--', 'sub-map hdr', ''],
    ['fTask', 'hdr', '16 KB', 'r--', 'hdr', 'sub-map of umap'],
    ['fTask', 'rw', '32 KB', 'rw-', '', 'gone'],
  ]);
});

test.each([
  [0n, '0 bytes'],
  [1n, '1 byte'],
  [1023n, '1023 bytes'],
  [1024n, '1 KB'],
  [0x6000n, '24 KB'],
  [1536n, '1.5 KB'],
  [0x10000n, '64 KB'],
  [1n << 20n, '1 MB'],
  [((1n << 30n) * 43n) / 10n, '4.3 GB'],
  [1n << 47n, '128 TB'],
])('%s is %s', (size, text) => {
  expect(sizeText(size)).toBe(text);
});

test('addresses are grouped in fours', () => {
  expect(addressText(0xfffffe1800014000n)).toBe('0xffff_fe18_0001_4000');
  expect(addressText('0x104800000')).toBe('0x1_0480_0000');
  expect(addressText(0n)).toBe('0x0');
});
