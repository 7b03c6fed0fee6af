import fc from 'fast-check';
import type { KernelObject } from '../../../sim/kernel-object';
import { Machine } from '../../../sim/machine';
import {
  kIOMapAnywhere,
  kIOMapGuardedLarge,
  kIOMapGuardedSmall,
  kIOMapOverwrite,
  kIOMapPrefault,
  kIOMapReadOnly,
  kIOMapReference,
  kIOMapStatic,
  kIOMapUnique,
  kIOMemoryKernelUserShared,
  kIOMemoryPageable,
} from '../../../sim/map-options';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { MemoryMap } from '../../../sim/memory-map';
import { machineNames } from '../../../sim/profiles';
import { Recorder } from '../../../sim/recorder';
import type { Trace } from '../../../sim/trace';

/** Random drivers: calls on whatever was made so far, each answered by a value. */

const optionBits = [
  kIOMapAnywhere,
  kIOMapReadOnly,
  kIOMapUnique,
  kIOMapReference,
  kIOMapStatic,
  kIOMapPrefault,
  kIOMapGuardedSmall,
  kIOMapGuardedLarge,
  0x100,
  0x400,
];

const pick = fc.nat(1000);
const pages = fc.nat(12);
const small = fc.constantFrom(0, 0, 0, 0x10, 0x800, 0x1fff);

export const operation = fc.oneof(
  fc.record({
    do: fc.constant('buffer' as const),
    capacity: fc.integer({ min: 1, max: 0x30000 }),
    pageable: fc.nat(3),
  }),
  fc.record({
    do: fc.constant('describe' as const),
    pages,
    offset: small,
    direction: fc.nat(3),
    ranges: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ do: fc.constant('device' as const), pages, offset: small }),
  fc.record({ do: fc.constant('sub' as const), of: pick, from: pages, pages }),
  fc.record({
    do: fc.constant('map' as const),
    of: pick,
    task: fc.nat(2),
    anywhere: fc.nat(7),
    options: fc.subarray(optionBits, { maxLength: 2 }),
    address: fc.nat(40),
    from: fc.oneof(fc.constant(0), pages),
    pages: fc.oneof(fc.constant(0), pages),
    extra: small,
  }),
  fc.record({ do: fc.constant('release' as const), of: pick }),
  fc.record({ do: fc.constant('retain' as const), of: pick }),
  fc.record({ do: fc.constant('unmap' as const), of: pick }),
  fc.record({ do: fc.constant('redirect' as const), of: pick, to: pick, nothing: fc.boolean() }),
  fc.record({ do: fc.constant('prepare' as const), of: pick, direction: fc.nat(3) }),
  fc.record({ do: fc.constant('complete' as const), of: pick }),
);

export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

export const program = fc.record({
  machine: fc.constantFrom(...machineNames),
  operations: fc.array(operation, { maxLength: 40 }),
});

export class RandomRun {
  readonly machine: Machine;
  readonly recorder: Recorder;
  readonly descriptors: MemoryDescriptor[] = [];
  readonly maps: MemoryMap[] = [];
  /** References that the program owns, as it believes. */
  readonly owned = new Map<KernelObject, number>();
  ended: 'panic' | undefined;

  constructor(machineName: string) {
    this.machine = new Machine(machineName);
    this.machine.createTask('A');
    this.machine.createTask('B');
    this.recorder = new Recorder(this.machine, 'random');
  }

  #own(object: KernelObject, delta: number): void {
    this.owned.set(object, (this.owned.get(object) ?? 0) + delta);
  }

  #pick<T>(list: readonly T[], index: number): T | undefined {
    return list.length ? list[index % list.length] : undefined;
  }

  do(operation: Operation): void {
    const { machine, recorder } = this;
    const page = BigInt(machine.pageSize);
    recorder.beginStep({ label: `${operation.do}()` });
    switch (operation.do) {
      case 'buffer': {
        const pageable = operation.pageable === 1;
        const task = operation.pageable === 1 ? machine.tasks[1] : machine.kernelTask;
        const result = machine.bufferInTask(
          task,
          3 | (pageable ? kIOMemoryPageable : operation.pageable === 2 ? kIOMemoryKernelUserShared : 0),
          BigInt(operation.capacity),
        );
        if (result.kind === 'descriptor') this.#made(result.descriptor);
        break;
      }
      case 'describe': {
        const task = machine.tasks[1]!;
        const ranges = [];
        // Ranges that do not meet on pages leave pages behind when they are unmapped; facts.test.ts has that case.
        const single = operation.ranges === 1;
        for (let i = 0; i < operation.ranges; i++) {
          const made = machine.allocate(task, { size: BigInt(operation.pages + 2) * page });
          if (made.kind === 'allocated')
            ranges.push({
              address: made.address + (single ? BigInt(operation.offset) : 0n),
              length: single ? BigInt(operation.pages) * page + 5n : BigInt(operation.pages + 1) * page,
            });
        }
        const result = machine.withAddressRanges(ranges, operation.direction, task);
        if (result.kind === 'descriptor') this.#made(result.descriptor);
        break;
      }
      case 'device': {
        const result = machine.deviceMemory(0x80000000n + BigInt(operation.offset), BigInt(operation.pages + 1) * page);
        if (result.kind === 'descriptor') this.#made(result.descriptor);
        break;
      }
      case 'sub': {
        const parent = this.#pick(this.descriptors, operation.of);
        if (!parent) break;
        const result = machine.subRange(parent, BigInt(operation.from) * page, BigInt(operation.pages) * page, 3);
        if (result.kind === 'descriptor') this.#made(result.descriptor);
        break;
      }
      case 'map': {
        const descriptor = this.#pick(this.descriptors, operation.of);
        if (!descriptor) break;
        const bits = operation.options.reduce((all, bit) => (all | bit) >>> 0, operation.anywhere ? kIOMapAnywhere : 0);
        const result = machine.createMappingInTask(
          descriptor,
          machine.tasks[operation.task],
          operation.address ? 0x140000000n + BigInt(operation.address) * page : 0n,
          bits & ~kIOMapOverwrite,
          BigInt(operation.from) * page,
          BigInt(operation.pages) * page + BigInt(operation.pages ? operation.extra : 0),
        );
        if (result.kind === 'map') {
          if (!this.maps.includes(result.map)) this.maps.push(result.map);
          this.#own(result.map, 1);
          this.recorder.named(result.map, `map${String(this.maps.length)}`);
          this.recorder.hold(result.map, `v${String(this.maps.length)}`);
        }
        if (result.kind === 'panic') this.ended = 'panic';
        break;
      }
      case 'release': {
        const object = this.#pick<KernelObject>([...this.maps, ...this.descriptors], operation.of);
        if (object && (this.owned.get(object) ?? 0) > 0 && !object.freed) this.release(object);
        break;
      }
      case 'retain': {
        const object = this.#pick<KernelObject>([...this.maps, ...this.descriptors], operation.of);
        if (object && machine.retain(object).kind === 'retained') this.#own(object, 1);
        break;
      }
      case 'unmap': {
        const map = this.#pick(this.maps, operation.of);
        if (map && machine.unmap(map).kind === 'panic') this.ended = 'panic';
        break;
      }
      case 'redirect': {
        const map = this.#pick(this.maps, operation.of);
        const to = operation.nothing ? undefined : this.#pick(this.descriptors, operation.to);
        if (!map || map.freed) break;
        const before = map.references;
        const moved = machine.redirect(map, to);
        if (moved.kind === 'panic') this.ended = 'panic';
        if (moved.kind === 'code' && map.references < before) this.#own(map, -1);
        break;
      }
      case 'prepare': {
        const descriptor = this.#pick(this.descriptors, operation.of);
        if (descriptor) machine.prepare(descriptor, operation.direction);
        break;
      }
      case 'complete': {
        const descriptor = this.#pick(this.descriptors, operation.of);
        if (descriptor) machine.complete(descriptor);
        break;
      }
    }
    recorder.endStep();
  }

  #made(descriptor: MemoryDescriptor): void {
    this.descriptors.push(descriptor);
    this.#own(descriptor, 1);
    this.recorder.hold(descriptor, `d${String(this.descriptors.length)}`);
  }

  /** Gives back one reference that the program owns. */
  release(object: KernelObject): void {
    const result = this.machine.release(object);
    this.#own(object, -1);
    if (result.kind === 'panic') this.ended = 'panic';
    if (result.kind !== 'over-release' && object.references === 0) this.recorder.setHolders(object, []);
  }

  /** Gives back everything. */
  releaseAll(): void {
    for (const [object, count] of this.owned)
      for (let i = 0; i < count && !object.freed; i++) {
        this.recorder.beginStep({ label: `release(${object.name})` });
        this.release(object);
        this.recorder.endStep();
      }
  }

  finish(): Trace {
    return this.recorder.finish({ kind: 'returned', value: '' });
  }
}

export function runProgram(given: { readonly machine: string; readonly operations: readonly Operation[] }): RandomRun {
  const run = new RandomRun(given.machine);
  for (const each of given.operations) {
    if (run.ended) break;
    run.do(each);
  }
  return run;
}
