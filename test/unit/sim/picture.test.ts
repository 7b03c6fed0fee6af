import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutPicture, tellingStep } from '../../../sim/picture/layout';
import type { RectShape, Scene, SceneShape } from '../../../sim/picture/scene';
import { search } from '../../../sim/picture/search';
import { layoutSpaces, planSpaces } from '../../../sim/picture/spaces';
import { palettes, pictureStyle } from '../../../sim/picture/style';
import { sceneToSvg } from '../../../sim/picture/svg';
import { layoutTimeline, planTimeline, shortLabel } from '../../../sim/picture/tracks';
import { Machine } from '../../../sim/machine';
import { kIODirectionInOut, kIOMapAnywhere, kIOMapReadOnly, kIOMemoryKernelUserShared } from '../../../sim/map-options';
import { machineNames } from '../../../sim/profiles';
import { Recorder } from '../../../sim/recorder';
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
  const columns = (scene: Scene): (number | undefined)[] => [...new Set(rects(scene, 'hit').map((rect) => rect.step))];
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

test('a window draws what the whole picture has there, and an object is where it is drawn', () => {
  fc.assert(
    fc.property(program, fc.nat(600), (given, from) => {
      const timeline = new Timeline(runProgram(given).finish());
      const last = timeline.length - 1;
      const plan = planSpaces(timeline, last);
      const window = { top: from, bottom: from + 200 };
      const boxes = (shapes: readonly SceneShape[]): RectShape[] =>
        flat(shapes).filter(
          (shape): shape is RectShape => shape.kind === 'rect' && /^(block|card|guard)\b/.test(shape.class),
        );
      const inWindow = boxes(plan.draw()).filter(
        (rect) => rect.class !== 'block-back' && rect.y <= window.bottom && bottom(rect) >= window.top,
      );
      expect(boxes(plan.draw(window))).toEqual(expect.arrayContaining(inWindow));
      for (const map of timeline.stateAt(last).maps) {
        const place = plan.find(map.id);
        if (!map.freed) expect(place).toBeDefined();
        if (place) expect(boxes(plan.draw()).some((rect) => rect.x === place.left && rect.y === place.top)).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});

test('the tracks of a window are those of the whole timeline', () => {
  const plan = planTimeline(new Timeline(frameGrabber()), 5);
  const tracks = (shapes: readonly SceneShape[]): (string | undefined)[] =>
    shapes.filter((shape) => shape.kind === 'group').map((shape) => shape.object);
  const all = tracks(plan.draw());
  expect(tracks(plan.draw({ top: plan.headHeight, bottom: plan.headHeight + 40 }))).toEqual(all.slice(0, 2));
});

test.each([
  ['0x1_0480_0010', 9, 'hdr in fTask, +0x10; umap in fTask, +0x10'],
  ['104804010', 9, 'umap in fTask, +0x4010'],
  ['uma', 9, 'umap in fTask'],
  ['0x10', 9, 'Nothing is at 0x10, at no step of this run.'],
  ['nobody', 9, 'No map and no descriptor is called “nobody” at this step.'],
])('searching %s at step %d: %s', (text, step, told) => {
  const timeline = new Timeline(frameGrabber());
  const found = search(timeline, step, text);
  expect(found.kind === 'found' ? found.hits.map((hit) => hit.what).join('; ') : found.why).toBe(told);
});

test('what is not there yet is found at its step', () => {
  const timeline = new Timeline(frameGrabber());
  const made = timeline.trace.steps.findIndex((step) => step.label.startsWith('umap ='));
  const map = timeline.stateAt(made).maps.find((each) => each.name === 'umap')!;
  expect(search(timeline, 0, map.address)).toMatchObject({ kind: 'nothing', step: made });
});

test('an access that fails is drawn where it fails: in a gap, and on the guard page or mapping', () => {
  const machine = new Machine();
  const made = machine.bufferInTask(machine.kernelTask, kIODirectionInOut | kIOMemoryKernelUserShared, 0x4000n);
  if (made.kind !== 'descriptor') throw new Error(made.why);
  const readOnly = kIOMapAnywhere | kIOMapReadOnly;
  const result = machine.createMappingInTask(made.descriptor, machine.createTask('app'), 0n, readOnly, 0n, 0n);
  if (result.kind !== 'map') throw new Error('no map');
  const recorder = new Recorder(machine, 'faults');
  recorder.beginStep({ label: 'write' });
  machine.write(result.map.madeFor, result.map.address, new Uint8Array(1));
  recorder.endStep();
  recorder.beginStep({ label: 'read' });
  machine.read(result.map.madeFor, 0x2_0000_0000n, 1);
  recorder.endStep();
  const timeline = new Timeline(recorder.finish({ kind: 'returned', value: '' }));
  const texts = (step: number): string[] =>
    flat(layoutSpaces(timeline, step).shapes).flatMap((shape) =>
      shape.kind === 'text' ? [shape.runs.map((run) => run.text).join('')] : [],
    );
  expect(texts(1)).toContain('FAULT');
  expect(texts(2)).toContain('0x2_0000_0000: fault, nothing is mapped here');
  expect(texts(2)).not.toContain('FAULT');
});
