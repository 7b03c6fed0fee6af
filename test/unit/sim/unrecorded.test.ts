import { expect, test } from 'vitest';
import { Machine } from '../../../sim/machine';
import { kIOMapAnywhere, kIOMapUnique, kIOMemoryKernelUserShared } from '../../../sim/map-options';
import { Recorder } from '../../../sim/recorder';
import { Timeline } from '../../../sim/timeline';

/** A machine, a buffer and a task; `count` maps that were released, and three that live. */
function busyMachine(count: number): Machine {
  const machine = new Machine('macos-15.4-arm64');
  const task = machine.createTask('client');
  const made = machine.bufferInTask(machine.kernelTask, 3 | kIOMemoryKernelUserShared, 0x10000n);
  if (made.kind !== 'descriptor') throw new Error(made.kind);
  for (let i = 0; i < count + 3; i++) {
    const result = machine.createMappingInTask(made.descriptor, task, 0n, kIOMapAnywhere | kIOMapUnique);
    if (result.kind !== 'map') throw new Error(result.kind);
    if (i < count) machine.release(result.map);
  }
  return machine;
}

test('a machine that nobody records keeps nothing of what is gone', () => {
  const machine = busyMachine(50);
  expect(machine.maps.map((map) => map.id)).toEqual(['m51', 'm52', 'm53']);
  expect(machine.takeNotes()).toEqual([]);
  expect(machine.takeGone()).toEqual([]);
  expect(machine.takeChanges().filter((change) => change.value === null)).toEqual([]);
});

test('a recorder that comes late tells all that there is', () => {
  const machine = busyMachine(50);
  const trace = new Recorder(machine, 'late').finish({ kind: 'returned', value: '' });
  const state = new Timeline(trace).stateAt(0);
  expect(state.tasks.map((task) => task.name)).toEqual(['kernel_task', 'client']);
  expect(state.descriptors).toHaveLength(1);
  expect(state.maps.map((map) => map.id)).toEqual(['m51', 'm52', 'm53']);
  expect(state.entries.map((entry) => entry.id)).toEqual(
    ['t1', 't2'].flatMap((id) => machine.tasks.find((task) => task.id === id)!.space.entries.map((entry) => entry.id)),
  );
});

test('of many holders some are named and the others counted', () => {
  const machine = busyMachine(0);
  const descriptor = machine.descriptors[0]!;
  for (let i = 0; i < 20; i++)
    machine.createMappingInTask(descriptor, machine.tasks[1], 0n, kIOMapAnywhere | kIOMapUnique);
  expect(descriptor.mappedBy.size).toBe(23);
  expect(descriptor.internalHolders).toHaveLength(13);
  expect(descriptor.internalHolders.at(-1)).toBe('maps: 11 more');
});
