/**
 * The panel's speed, in Chromium: how long a step takes to be drawn with many mappings, how many frames a second stepping
 * and scrolling get, and how long a keystroke takes to its picture. Of a step the time is measured in the page, from the
 * message to the end of script, style and layout; of a keystroke, in this process, the service's work and the trace as
 * text, and in the page its reading and drawing. The panel's quiet time after a keystroke is added.
 *
 *   npm run bench:panel
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { editDelay } from '../../client/panel-timing';
import { createService } from '../../server/features/create-service';
import { Machine } from '../../sim/machine';
import { kIODirectionInOut, kIOMapAnywhere, kIOMapUnique, kIOMemoryKernelUserShared } from '../../sim/map-options';
import type { MemoryMap } from '../../sim/memory-map';
import { Recorder } from '../../sim/recorder';
import type { Trace } from '../../sim/trace';
import { launch, openPanel, runOf, type Stage } from '../panel/stage';

const size = 0x4000n;
const stepsEach = 60;
const view = { width: 1180, height: 780 };

/** A run in which `live` mappings are there from its first step on, and each further step makes or releases one. */
function manyMappings(live: number): Trace {
  const machine = new Machine();
  const task = machine.createTask('app');
  const made = machine.bufferInTask(machine.kernelTask, kIODirectionInOut | kIOMemoryKernelUserShared, 4n * size);
  if (made.kind !== 'descriptor') throw new Error(made.why);
  const recorder = new Recorder(machine, `Driver::with${String(live)}`);
  const maps: MemoryMap[] = [];
  const map = (): void => {
    const result = machine.createMappingInTask(made.descriptor, task, 0n, kIOMapAnywhere | kIOMapUnique, 0n, size);
    if (result.kind !== 'map') throw new Error('no mapping');
    recorder.named(result.map, `map${String(maps.length)}`);
    recorder.hold(result.map, `maps[${String(maps.length)}]`);
    maps.push(result.map);
  };
  recorder.beginStep({ label: 'all of them' });
  for (let i = 0; i < live; i++) map();
  recorder.endStep();
  for (let step = 0; step < stepsEach; step++) {
    recorder.beginStep({ label: `step ${String(step)}` });
    if (step % 2 === 0) map();
    else {
      const each = maps.splice((step * 7919) % maps.length, 1)[0]!;
      recorder.setHolders(each, []);
      machine.release(each);
    }
    recorder.endStep();
  }
  return recorder.finish({ kind: 'budget', reason: 'enough' });
}

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))]!;
}

function line(name: string, figure: string, target: string, kept: boolean): void {
  console.log(`  ${name.padEnd(38)} ${figure.padEnd(34)} ${kept ? 'kept' : 'NOT KEPT'}: ${target}`);
}

/** Goes from step to step; of each, the milliseconds until everything is laid out. */
async function stepTimes(page: Page, steps: number): Promise<readonly number[]> {
  return page.evaluate(async (count) => {
    const times: number[] = [];
    for (let index = 2; index < count; index++) {
      await new Promise((done) => requestAnimationFrame(done));
      const from = performance.now();
      window.dispatchEvent(new MessageEvent('message', { data: { type: 'select', index } }));
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      document.querySelector('.paper')?.getBoundingClientRect();
      times.push(performance.now() - from);
    }
    return times;
  }, steps);
}

/** Steps once a frame for a while: frames a second. */
async function steppingFrames(page: Page, steps: number): Promise<number> {
  return page.evaluate(async (count) => {
    const from = performance.now();
    let frames = 0;
    while (performance.now() - from < 2000) {
      const index = 2 + (frames % (count - 2));
      window.dispatchEvent(new MessageEvent('message', { data: { type: 'select', index } }));
      await new Promise((done) => requestAnimationFrame(done));
      frames++;
    }
    return (frames * 1000) / (performance.now() - from);
  }, steps);
}

/** Scrolls a good part of the view once a frame: frames a second. */
async function scrollingFrames(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const box = document.querySelector('.spaces')!;
    box.scrollTop = 0;
    const from = performance.now();
    let frames = 0;
    while (performance.now() - from < 2000) {
      box.scrollTop += 220;
      await new Promise((done) => requestAnimationFrame(done));
      frames++;
    }
    return (frames * 1000) / (performance.now() - from);
  });
}

async function benchMappings(stage: Stage, live: number): Promise<void> {
  const trace = manyMappings(live);
  await stage.show(runOf(trace));
  await stage.page.waitForTimeout(500);
  // The page's code is compiled as it runs.
  await stepTimes(stage.page, trace.steps.length);
  const times = await stepTimes(stage.page, trace.steps.length);
  const median = quantile(times, 0.5);
  const figure = `${median.toFixed(1)} ms, of 95 % below ${quantile(times, 0.95).toFixed(1)}`;
  const count = live.toLocaleString('en');
  const goal = live > 1000 ? 33 : 16;
  line(`${count} mappings, a step drawn`, figure, `${String(goal)} ms or less`, median <= goal);
  const stepping = await steppingFrames(stage.page, trace.steps.length);
  line(`${count} mappings, a step each frame`, `${stepping.toFixed(0)} frames a second`, 'at least 30', stepping >= 30);
  const scrolling = await scrollingFrames(stage.page);
  line(`${count} mappings, scrolling`, `${scrolling.toFixed(0)} frames a second`, 'at least 30', scrolling >= 30);
}

/** The sample driver, again and again under other names, until it has so many lines. */
function longSource(lines: number): string {
  const sample = readFileSync('samples/FrameGrabber/FrameGrabber.cpp', 'utf8');
  const parts: string[] = [];
  for (let copy = 0, have = 0; have < lines; copy++) {
    const part =
      copy === 0 ? sample : sample.replaceAll(/\bFrameGrabber(Client)?\b(?!\.hpp)/g, `FrameGrabber${String(copy)}$1`);
    parts.push(part);
    have += part.split('\n').length;
  }
  return parts.join('\n');
}

async function benchKeystroke(stage: Stage): Promise<void> {
  const file = 'samples/FrameGrabber/FrameGrabber.cpp';
  const name = 'FrameGrabberClient::showHeader';
  const header = 'samples/FrameGrabber/FrameGrabber.hpp';
  const service = createService();
  service.setFile(header, readFileSync(header, 'utf8'));
  const text = longSource(2000);
  const typed = 'IOMemoryMap *extra = ring->map(); extra->release();';
  const at = text.indexOf('IOMemoryMap *header = ring->createMappingInTask');
  service.setFile(file, text);
  service.diagnose(file);
  const times: { readonly service: number; readonly page: number }[] = [];
  for (let round = 0; round < 3; round++)
    for (let length = 1; length <= typed.length; length++) {
      const from = performance.now();
      service.setFile(file, text.slice(0, at) + typed.slice(0, length) + text.slice(at));
      const result = service.simulate({ file, function: name });
      const message = JSON.stringify(
        result.ok
          ? { type: 'run', run: { uri: file, file, functions: [], values: {}, function: name, trace: result.trace } }
          : {},
      );
      const served = performance.now() - from;
      const drawn = result.ok ? await drawTime(stage.page, message) : 0;
      times.push({ service: served, page: drawn });
    }
  const all = times.map((time) => time.service + time.page + editDelay);
  const lines = text.split('\n').length.toLocaleString('en');
  const slow = quantile(all, 0.95);
  line(
    `keystroke to picture, ${lines} lines`,
    `of 95 % below ${slow.toFixed(0)} ms, median ${quantile(all, 0.5).toFixed(0)}`,
    '100 ms or less',
    slow <= 100,
  );
  const part = (name: 'service' | 'page'): string =>
    quantile(
      times.map((time) => time[name]),
      0.95,
    ).toFixed(1);
  console.log(
    `    of these: ${String(editDelay)} ms quiet time, ${part('service')} ms the service, ${part('page')} ms the page (95 %)`,
  );
}

async function drawTime(page: Page, message: string): Promise<number> {
  return page.evaluate(async (text) => {
    await new Promise((done) => requestAnimationFrame(done));
    const from = performance.now();
    window.dispatchEvent(new MessageEvent('message', { data: JSON.parse(text) }));
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    document.querySelector('.paper')?.getBoundingClientRect();
    return performance.now() - from;
  }, message);
}

const browser = await launch();
try {
  console.log('panel, in Chromium');
  const stage = await openPanel(browser, 'dark', view);
  await benchMappings(stage, 1000);
  await benchMappings(stage, 10_000);
  await benchKeystroke(stage);
} finally {
  await browser.close();
}
