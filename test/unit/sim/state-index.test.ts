import { expect, it } from 'vitest';
import { indexOf } from '../../../sim/state-index';
import { Timeline } from '../../../sim/timeline';
import { Recorder } from '../../../sim/recorder';
import { Machine } from '../../../sim/machine';
import { kIODirectionInOut, kIOMapAnywhere, kIOMapUnique, kIOMemoryKernelUserShared } from '../../../sim/map-options';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { MemoryMap } from '../../../sim/memory-map';
import type { State } from '../../../sim/trace';

const page = 0x4000n;

function run(): State {
  const machine = new Machine('macos-15.4-arm64');
  const app = machine.createTask('app');
  const other = machine.createTask('other');
  const recorder = new Recorder(machine, 'lodgers');
  recorder.beginStep({ label: 'maps' });
  const made = machine.bufferInTask(machine.kernelTask, kIODirectionInOut | kIOMemoryKernelUserShared, 4n * page);
  expect(made.kind).toBe('descriptor');
  const buffer = (made as { readonly descriptor: MemoryDescriptor }).descriptor;
  const map = (name: string, task = app, options = 0, offset = 0n, length = 0n): void => {
    const result = machine.createMappingInTask(buffer, task, 0n, kIOMapAnywhere | options, offset, length);
    expect(result.kind).toBe('map');
    recorder.named((result as { readonly map: MemoryMap }).map, name);
  };
  map('whole');
  map('third', app, 0, 2n * page, page);
  map('second', app, 0, page, page);
  map('alias', app, kIOMapUnique);
  map('elsewhere', other);
  map('part', other, 0, page, page);
  recorder.endStep();
  return new Timeline(recorder.finish({ kind: 'budget', reason: '' })).stateAt(1);
}

it('finds in each range the sub-maps and records that lie there, in order of creation', () => {
  const state = run();
  const index = indexOf(state);
  let found = 0;
  for (const entry of state.entries) {
    const start = BigInt(entry.start);
    const end = BigInt(entry.end);
    const wanted = state.maps.filter(
      (map) =>
        map.task === entry.task &&
        map.mapped &&
        (map.static || map.superMap !== undefined) &&
        BigInt(map.address) >= start &&
        BigInt(map.address) < end,
    );
    expect(index.lodgersIn(entry.task, start, end)).toEqual(wanted);
    found += wanted.length;
  }
  expect(found).toBe(3);
  const whole = state.maps.find((map) => map.name === 'whole')!;
  const start = BigInt(whole.address);
  const names = (from: bigint, to: bigint): readonly string[] =>
    index.lodgersIn(whole.task, from, to).map((map) => map.name);
  expect(names(start, start + 4n * page)).toEqual(['third', 'second']);
  expect(names(start + page, start + 2n * page)).toEqual(['second']);
  expect(names(start + 3n * page, start + 4n * page)).toEqual([]);
});

it('finds views by their ids, and the entries of a map', () => {
  const state = run();
  const index = indexOf(state);
  expect(indexOf(state)).toBe(index);
  for (const map of state.maps) {
    expect(index.map(map.id)).toBe(map);
    expect(index.partsOf(map.id)).toEqual(state.entries.filter((each) => each.map === map.id));
  }
  for (const descriptor of state.descriptors) expect(index.descriptor(descriptor.id)).toBe(descriptor);
  for (const entry of state.entries) expect(index.entry(entry.id)).toBe(entry);
  expect(index.map('m999')).toBeUndefined();
  expect(index.descriptor(undefined)).toBeUndefined();
});
