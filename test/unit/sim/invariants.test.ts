import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressSpace } from '../../../sim/address-space';
import { KernelState } from '../../../sim/kernel-state';
import type { Machine } from '../../../sim/machine';
import { decodeMapOptions, mapOptionsText, parseMapOptions } from '../../../sim/map-options';
import { machineLayouts, machineNames } from '../../../sim/profiles';
import { stateTable } from '../../../sim/table';
import { Timeline } from '../../../sim/timeline';
import type { State } from '../../../sim/trace';
import { program, RandomRun, runProgram } from './random-run';

function checkSpaces(machine: Machine): void {
  for (const task of machine.tasks) {
    let end = task.space.min;
    for (const entry of task.space.entries) {
      expect(entry.start).toBeGreaterThanOrEqual(end);
      expect(entry.end).toBeGreaterThan(entry.start);
      expect(Number.isSafeInteger(entry.start)).toBe(true);
      end = entry.end;
    }
    expect(end).toBeLessThanOrEqual(task.space.max);
  }
}

function checkObjects(run: RandomRun): void {
  const live = run.machine.maps.filter((map) => !map.freed);
  for (const descriptor of run.machine.descriptors) {
    if (descriptor.freed) continue;
    const holding = live.filter((map) => map.memory === descriptor && descriptor.mappedBy.has(map));
    expect(descriptor.mappedBy.size).toBe(holding.length);
    expect(descriptor.owners).toBeGreaterThan(0);
    expect(descriptor.references).toBe(run.owned.get(descriptor) ?? 0);
    // A static map that was longer than its descriptor never leaves the set (XNU IOMemoryDescriptor.cpp, makeMapping and
    // IOMemoryMap::free, which has no fMemory to take it out of).
    for (const map of descriptor.maps) if (!decodeMapOptions(map.options).static) expect(map.freed).toBe(false);
  }
  for (const map of live) {
    expect(map.owners).toBeGreaterThan(0);
    if (run.owned.has(map)) expect(map.references).toBe(run.owned.get(map));
    expect(map.memory?.freed ?? false).toBe(false);
    if (map.superMap) expect(map.superMap.freed).toBe(false);
  }
  // Every VM entry of a mapping is accounted for by a live map.
  for (const task of run.machine.tasks)
    for (const entry of task.space.entries) if (entry.map) expect(entry.map.freed).toBe(false);
}

test('entries never overlap and counts equal owners, whatever a driver does', () => {
  fc.assert(
    fc.property(program, ({ machine, operations }) => {
      const run = new RandomRun(machine);
      for (const each of operations) {
        if (run.ended) break;
        run.do(each);
        checkSpaces(run.machine);
        if (!run.ended) checkObjects(run);
      }
    }),
    {
      numRuns: 300,
      examples: [
        [
          {
            // makeMapping drops the private descriptor of a Unique map that it can't make (mapDesc is an OSSharedPtr).
            machine: 'macos-15.4-arm64',
            operations: [
              { do: 'device', pages: 0, offset: 0 },
              { do: 'device', pages: 0, offset: 0 },
              { do: 'map', of: 0, task: 0, anywhere: 0, options: [0x1000000], address: 1, from: 0, pages: 0, extra: 0 },
              { do: 'redirect', of: 0, to: 703, nothing: false },
            ],
          },
        ],
      ],
    },
  );
});

test('giving back every reference frees every object and removes every mapping', () => {
  fc.assert(
    fc.property(program, (given) => {
      const run = runProgram(given);
      fc.pre(run.ended === undefined);
      run.releaseAll();
      const trace = run.finish();
      for (const object of [...run.descriptors, ...run.maps]) expect(object.freed).toBe(true);
      for (const task of run.machine.tasks)
        expect(task.space.entries.filter((entry) => entry.map !== undefined)).toEqual([]);
      expect(trace.steps.flatMap((step) => step.defects.filter((defect) => defect.kind === 'leak'))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('what is not given back is reported as leaked, each object once', () => {
  fc.assert(
    fc.property(program, (given) => {
      const run = runProgram(given);
      const expected = [...run.machine.descriptors, ...run.machine.maps].filter(
        (object) => !object.freed && object.references > 0,
      );
      for (const object of [...run.descriptors, ...run.maps]) run.recorder.setHolders(object, []);
      const last = run.finish().steps.at(-1)!;
      expect(last.defects.map((defect) => defect.object).sort()).toEqual(expected.map((object) => object.id).sort());
    }),
    { numRuns: 100 },
  );
});

test('a timeline state equals the changes applied one by one', () => {
  fc.assert(
    fc.property(program, (given) => {
      const run = runProgram(given);
      run.releaseAll();
      const trace = run.finish();
      const timeline = new Timeline(trace);
      const tables: Record<'task' | 'descriptor' | 'map' | 'entry', Map<string, unknown>> = {
        task: new Map(),
        descriptor: new Map(),
        map: new Map(),
        entry: new Map(),
      };
      trace.steps.forEach((step, index) => {
        for (const change of step.changes) {
          if (change.value) tables[change.of].set(change.id, change.value);
          else tables[change.of].delete(change.id);
        }
        const state: State = timeline.stateAt(index);
        const byId = (views: readonly { readonly id: string }[]): unknown =>
          Object.fromEntries(views.map((view) => [view.id, view]));
        expect(byId(state.entries)).toEqual(Object.fromEntries(tables.entry));
        expect(byId(state.maps)).toEqual(Object.fromEntries(tables.map));
        expect(byId(state.descriptors)).toEqual(Object.fromEntries(tables.descriptor));
        // The table twin leaves nothing out.
        const rows = new Set(stateTable(state).map((row) => row.id));
        for (const map of state.maps) if (!map.freed) expect(rows).toContain(map.id);
      });
    }),
    { numRuns: 60 },
  );
});

test('first fit finds the lowest hole there is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ start: fc.nat(60), pages: fc.integer({ min: 1, max: 8 }), remove: fc.boolean() }), {
        maxLength: 30,
      }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(60),
      (operations, wanted, from) => {
        let id = 0;
        const space = new AddressSpace(
          4096,
          { min: 0n, max: 64n * 4096n },
          () => id++,
          () => undefined,
        );
        const used = new Array<boolean>(64).fill(false);
        for (const { start, pages, remove } of operations) {
          const end = Math.min(start + pages, 64);
          const free = used.slice(start, end).every((page) => !page);
          expect(space.canPlace(start, end).ok).toBe(free);
          if (remove) expect(space.remove(start, end)).toBe(used.slice(start, end).every(Boolean));
          else if (free) space.insert({ start, end, protection: 'rw-', kind: 'buffer', objectPage: 0 });
          if (remove || free) used.fill(!remove, start, end);
        }
        for (let page = 0; page < 64; page++) expect(space.entryAt(page) !== undefined).toBe(used[page]);
        let lowest: number | undefined;
        for (let page = from; page + wanted <= 64 && lowest === undefined; page++)
          if (used.slice(page, page + wanted).every((each) => !each)) lowest = page;
        expect(space.findHole(wanted, from, 64)).toBe(lowest);
      },
    ),
  );
});

test('option words are read back as written', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (bits) => {
      expect(parseMapOptions(mapOptionsText(bits))).toBe(bits >>> 0);
    }),
  );
  expect(mapOptionsText(0x1001)).toBe('kIOMapAnywhere | kIOMapReadOnly');
  expect(mapOptionsText(0x101)).toBe('kIOMapAnywhere | kIOMapInhibitCache');
  expect(mapOptionsText(0)).toBe('0');
  expect(parseMapOptions('kIOMapAnything')).toBeUndefined();
});

test.each(machineNames)('%s: the ranges of its layout are whole pages, in order', (name) => {
  const layout = machineLayouts.find((each) => each.profile.name === name)!;
  const page = BigInt(layout.profile.pageSize);
  const { kernel, user } = layout;
  for (const range of [layout.kernelData, layout.kernelIOKit, layout.kernelPageable, layout.kernelPointers]) {
    expect(range.start % page).toBe(0n);
    expect(range.end % page).toBe(0n);
    expect(range.start >= kernel.min && range.end <= kernel.max).toBe(true);
  }
  for (const range of layout.userReserved) expect(range.start >= user.min && range.end <= user.max).toBe(true);
  expect(new KernelState(layout).kernelTask.space.addressOf(new KernelState(layout).kernelTask.space.max)).toBe(
    kernel.max,
  );
});
