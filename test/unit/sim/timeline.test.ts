import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Timeline } from '../../../sim/timeline';
import type { Change, DescriptorView, EntryView, MapView, State, TaskView, Trace } from '../../../sim/trace';

function traceOf(steps: readonly (readonly Change[])[]): Trace {
  return {
    version: 1,
    title: 'test',
    machine: { name: 'macos-15.4-arm64', arch: 'arm64', release: '15.4', pageSize: 16384 },
    assumptions: [],
    steps: steps.map((changes) => ({ kind: 'log', label: '', sentence: '', changes, defects: [] })),
    outcome: { kind: 'returned', value: '' },
  };
}

const taskView = (id: string, n: number): TaskView => ({
  id,
  name: `task ${String(n)}`,
  kernel: false,
  pageSize: 16384,
  min: '0x0',
  max: '0x100000',
});
const descriptorView = (id: string, n: number): DescriptorView => ({
  id,
  name: id,
  class: 'IOGeneralMemoryDescriptor',
  length: '0x4000',
  direction: 'inout',
  ranges: [],
  options: '',
  cache: 'copyback',
  wired: n,
  retainCount: n,
  holders: [],
  freed: false,
});
const mapView = (id: string, n: number): MapView => ({
  id,
  name: id,
  descriptor: 'd1',
  task: 't1',
  address: '0x4000',
  offset: '0x0',
  length: '0x4000',
  options: '0',
  protection: 'rw-',
  cache: 'copyback',
  references: n,
  holders: [],
  static: false,
  mapped: true,
  freed: false,
});
const entryView = (id: string, n: number): EntryView => ({
  id,
  task: `t${String(n % 3)}`,
  start: `0x${(n * 977).toString(16)}`,
  end: `0x${(n * 977 + 100).toString(16)}`,
  protection: 'rw-',
  kind: 'mapping',
  cache: 'copyback',
});

const change: fc.Arbitrary<Change> = fc
  .record({
    of: fc.constantFrom('task', 'descriptor', 'map', 'entry'),
    number: fc.nat(60),
    n: fc.nat(300),
    gone: fc.integer({ min: 0, max: 2 }).map((dice) => dice === 0),
  })
  .map(({ of, number, n, gone }): Change => {
    const id = `${of[0]!}${String(number)}`;
    switch (of) {
      case 'task':
        return { of, id, value: gone ? null : taskView(id, n) };
      case 'descriptor':
        return { of, id, value: gone ? null : descriptorView(id, n) };
      case 'map':
        return { of, id, value: gone ? null : mapView(id, n) };
      default:
        return { of: 'entry', id, value: gone ? null : entryView(id, n) };
    }
  });

/** All changes up to a step, one after the other. */
function fold(trace: Trace, step: number): State {
  const tasks = new Map<string, TaskView>();
  const descriptors = new Map<string, DescriptorView>();
  const maps = new Map<string, MapView>();
  const entries = new Map<string, EntryView>();
  const set = <V>(table: Map<string, V>, id: string, value: V | null): void => {
    if (value === null) table.delete(id);
    else table.set(id, value);
  };
  for (const { changes } of trace.steps.slice(0, step + 1))
    for (const each of changes)
      if (each.of === 'task') set(tasks, each.id, each.value);
      else if (each.of === 'descriptor') set(descriptors, each.id, each.value);
      else if (each.of === 'map') set(maps, each.id, each.value);
      else set(entries, each.id, each.value);
  return {
    tasks: [...tasks.values()],
    descriptors: [...descriptors.values()],
    maps: [...maps.values()],
    entries: [...entries.values()].sort((a, b) =>
      a.task === b.task ? Number(a.start) - Number(b.start) : a.task < b.task ? -1 : 1,
    ),
  };
}

const lists = ({ tasks, descriptors, maps, entries }: State): State => ({ tasks, descriptors, maps, entries });

it('shows at every step what the changes up to it add up to, asked in any order', () => {
  const steps = fc.array(fc.array(change, { maxLength: 40 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat()), (changes, picks) => {
      const trace = traceOf(changes);
      const timeline = new Timeline(trace);
      for (const pick of picks.take(25)) {
        const step = pick % trace.steps.length;
        expect(lists(timeline.stateAt(step))).toEqual(fold(trace, step));
      }
    }),
    { numRuns: 60 },
  );
});

it('keeps thousands of objects in order while they come, change and go', () => {
  const count = 3000;
  const id = (n: number): string => `m${String(n)}`;
  const steps: Change[][] = [];
  for (let n = 0; n < count; n++) steps.push([{ of: 'map', id: id(n), value: mapView(id(n), 1) }]);
  for (let n = 0; n < count; n += 2) steps.push([{ of: 'map', id: id(n), value: null }]);
  for (let n = 1; n < count; n += 2) steps.push([{ of: 'map', id: id(n), value: mapView(id(n), 2) }]);
  const trace = traceOf(steps);
  const timeline = new Timeline(trace);
  for (const step of [0, 15, 16, 17, 1000, 2999, 3000, 4000, 4499, 4500, 5000, 5999])
    expect(timeline.stateAt(step).maps).toEqual(fold(trace, step).maps);
});

it('is empty before the first step, and goes on as the last one', () => {
  const view = mapView('m1', 1);
  const timeline = new Timeline(traceOf([[], [{ of: 'map', id: 'm1', value: view }], []]));
  expect(timeline.stateAt(-1).maps).toEqual([]);
  expect(timeline.stateAt(0).maps).toEqual([]);
  expect(timeline.stateAt(2).maps).toEqual([view]);
  expect(timeline.stateAt(99).maps).toEqual([view]);
});

it('tells every view that an object had', () => {
  const first = mapView('m1', 1);
  const second = mapView('m1', 2);
  const timeline = new Timeline(
    traceOf([
      [{ of: 'map', id: 'm1', value: first }],
      [{ of: 'descriptor', id: 'm1', value: descriptorView('m1', 1) }],
      [{ of: 'map', id: 'm1', value: second }],
      [{ of: 'map', id: 'm1', value: null }],
    ]),
  );
  expect(timeline.history('map', 'm1')).toEqual([
    { step: 0, value: first },
    { step: 2, value: second },
    { step: 3, value: null },
  ]);
  expect(timeline.history('map', 'm2')).toEqual([]);
});
