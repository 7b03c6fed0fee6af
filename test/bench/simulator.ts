/** The simulator's speed, measured on a machine that nobody records, and that of a long run's timeline. */
import { Machine } from '../../sim/machine';
import { kIODirectionInOut, kIOMapAnywhere, kIOMapUnique, kIOMemoryKernelUserShared } from '../../sim/map-options';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import { Recorder } from '../../sim/recorder';
import type { Task } from '../../sim/task';
import { Timeline } from '../../sim/timeline';

const size = 0x4000n;
const pairs = 50_000;
const rounds = 9;
const steps = 10_000;
const live = 5_000;

/** Numbers that only look random: every run measures the same. */
function dice(): (sides: number) => number {
  let seed = 1;
  return (sides) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * sides);
  };
}

interface Made {
  readonly machine: Machine;
  readonly task: Task;
  readonly buffer: MemoryDescriptor;
}

function makeBuffer(): Made {
  const machine = new Machine();
  const task = machine.createTask('app');
  const made = machine.bufferInTask(machine.kernelTask, kIODirectionInOut | kIOMemoryKernelUserShared, 4n * size);
  if (made.kind !== 'descriptor') throw new Error(`No buffer: ${made.why}`);
  return { machine, task, buffer: made.descriptor };
}

function map({ machine, task, buffer }: Made): MemoryMap {
  const result = machine.createMappingInTask(buffer, task, 0n, kIOMapAnywhere | kIOMapUnique, 0n, size);
  if (result.kind !== 'map') throw new Error('No mapping');
  return result.map;
}

/** Releases one of the live maps, and maps another: the mean of the best round, in microseconds. */
function replaced(mappings: number): number {
  const made = makeBuffer();
  const roll = dice();
  const maps = Array.from({ length: mappings }, () => map(made));
  return best(() => {
    const at = roll(maps.length);
    made.machine.release(maps[at]!);
    maps[at] = map(made);
  });
}

/** Maps and releases, beside the live maps. */
function paired(mappings: number): number {
  const made = makeBuffer();
  for (let i = 0; i < mappings; i++) map(made);
  return best(() => {
    made.machine.release(map(made));
  });
}

function best(run: () => void): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    for (let i = 0; i < pairs; i++) run();
    least = Math.min(least, performance.now() - from);
  }
  return (least * 1000) / pairs;
}

/** A run that maps until `live` maps are there, then releases and maps in turn. */
function longRun(): Timeline {
  const made = makeBuffer();
  const recorder = new Recorder(made.machine, 'long run');
  const roll = dice();
  const maps: MemoryMap[] = [];
  for (let step = 0; step < steps; step++) {
    recorder.beginStep({ label: `step ${String(step)}` });
    if (step < live || step % 2 === 1) {
      const each = map(made);
      recorder.named(each, `map ${String(step)}`);
      recorder.hold(each, `maps[${String(maps.length)}]`);
      maps.push(each);
    } else {
      const at = roll(maps.length);
      const each = maps[at]!;
      maps[at] = maps.at(-1)!;
      maps.pop();
      recorder.setHolders(each, []);
      made.machine.release(each);
    }
    recorder.endStep();
  }
  return new Timeline(recorder.finish({ kind: 'budget', reason: 'enough' }));
}

function usedMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Prints the simulator's figures, each with the one that it must keep. */
export function benchSimulator(): void {
  const few = replaced(1_000);
  const many = replaced(100_000);
  const pair = paired(1_000);
  const line = (name: string, figure: string, target: string, kept: boolean): void =>
    console.log(`  ${name.padEnd(34)} ${figure.padEnd(30)} ${kept ? 'kept' : 'NOT KEPT'}: ${target}`);
  console.log('simulator');
  const thousands = 1000 / pair;
  line('map and release, 1,000 live', `${thousands.toFixed(0)},000 a second`, 'at least 500,000', thousands >= 500);
  line('a random one replaced, 1,000 live', `${few.toFixed(2)} µs`, 'the next line’s base', true);
  line(
    'the same, 100,000 live',
    `${many.toFixed(2)} µs, ratio ${(many / few).toFixed(2)}`,
    'at most 3',
    many <= 3 * few,
  );

  const before = usedMegabytes();
  const timeline = longRun();
  const megabytes = usedMegabytes() - before;
  const whole = `${String(timeline.length)} steps`;
  line(`a trace of ${whole}`, `${megabytes.toFixed(0)} MB with its timeline`, 'below 100', megabytes < 100);
  const roll = dice();
  const times = Array.from({ length: 1000 }, () => {
    const step = roll(timeline.length);
    const from = performance.now();
    const { tasks, descriptors, maps, entries } = timeline.stateAt(step);
    if (tasks.length + descriptors.length + maps.length + entries.length === 0) throw new Error('No state');
    return performance.now() - from;
  }).toSorted((a, b) => a - b);
  const median = times[times.length >> 1]!;
  const slow = times[Math.floor(times.length * 0.99)]!;
  line(
    'any step’s state, its lists read',
    `${median.toFixed(3)} ms, of 99 % below ${slow.toFixed(3)}`,
    'below 1 ms',
    median < 1,
  );
}
