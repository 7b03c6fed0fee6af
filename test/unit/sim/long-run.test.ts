import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KernelObject } from '../../../sim/kernel-object';
import { machineNames } from '../../../sim/profiles';
import { SubMemoryDescriptor } from '../../../sim/sub-memory-descriptor';
import { Driver, type Operation } from '../../oracle/driver';

/** Invariants over random drivers of ten thousand operations; `MAPLENS_RUNS` is how many there are. */

const numRuns = Number(process.env['MAPLENS_RUNS'] ?? 1);
const length = 10_000;
const number = fc.nat(0xffff);
const operation: fc.Arbitrary<Operation> = fc.tuple(number, number, number, number, number, number, number);
const operations = fc.array(operation, { minLength: length, maxLength: length, size: 'max' });
const parameters = { numRuns, endOnFailure: true };

function spaces(driver: Driver): void {
  for (const { space, name } of driver.machine.tasks) {
    let end = space.min;
    for (const entry of space.entries) {
      if (entry.start < end || entry.end <= entry.start) throw new Error(`entries overlap in ${name}`);
      end = entry.end;
    }
    if (end > space.max) throw new Error(`an entry lies outside ${name}`);
  }
}

/** Who holds what, counted afresh. */
function counts(driver: Driver): void {
  const maps = driver.machine.maps.filter((map) => !map.freed);
  const descriptors = driver.machine.descriptors.filter((descriptor) => !descriptor.freed);
  const held = new Map<KernelObject, number>();
  const hold = (object: KernelObject | undefined): void => {
    if (object) held.set(object, (held.get(object) ?? 0) + 1);
  };
  const own = (map: { readonly keepers: ReadonlySet<string> }): boolean => map.keepers.size > 0;
  for (const map of maps) {
    if (!own(map)) hold(map.memory);
    hold(map.superMap);
  }
  for (const descriptor of descriptors) {
    if (descriptor instanceof SubMemoryDescriptor) hold(descriptor.parent);
    descriptor.parts.forEach(hold);
  }
  for (const object of [...maps, ...descriptors]) {
    const owned = driver.owned.get(object) ?? 0;
    expect([object.id, object.references]).toEqual([object.id, owned]);
    if (object.kind === 'map' && own(object)) continue;
    const set = object.kind === 'map' ? 1 : 0;
    expect([object.id, object.retainCount]).toEqual([object.id, owned + (held.get(object) ?? 0) + set]);
  }
  for (const map of maps) {
    expect(map.memory?.freed ?? false).toBe(false);
    if (map.superMap && !driver.undermined.has(map.superMap)) expect(map.superMap.freed).toBe(false);
  }
  for (const descriptor of descriptors) for (const map of descriptor.maps) expect(map.freed).toBe(false);
}

/** What is mapped, without the zone's pages, which the kernel's allocator keeps. */
function contents(driver: Driver): string[] {
  return driver.machine.tasks.flatMap(({ space, name }) =>
    [...space.entries]
      .filter((entry) => !entry.object?.kernelObject)
      .map((entry) => `${name} ${String(entry.start)}-${String(entry.end)} ${entry.protection}`),
  );
}

test.each(machineNames)('%s: entries never overlap, counts equal holders', (profile) => {
  fc.assert(
    fc.property(operations, (all) => {
      const driver = new Driver(profile);
      all.forEach((each, index) => {
        driver.do(each);
        if (index % 20 === 0) {
          spaces(driver);
          counts(driver);
        }
      });
    }),
    parameters,
  );
});

test.each(machineNames)('%s: a mapping keeps its pages until it goes, and all go with what made them', (profile) => {
  fc.assert(
    fc.property(operations, fc.nat(97), (all, order) => {
      const driver = new Driver(profile, undefined, { clean: true, without: new Set(['redirect'] as const) });
      const start = contents(driver);
      all.forEach((each, index) => {
        driver.do(each);
        if (index % 50) return;
        for (const map of driver.machine.maps) {
          if (map.freed || !map.alive || !map.task || map.superMap || !map.address) continue;
          // A static map is a record: its pages are somebody else's.
          if (map.options & 0x01000000) continue;
          const { space } = map.task;
          const entry = space.entryAt(space.pageOf(map.address));
          if (entry?.map?.freed !== false) throw new Error(`${map.id} is alive, its pages are gone`);
        }
        for (const { space } of driver.machine.tasks)
          for (const entry of space.entries) if (entry.map) expect(entry.map.freed).toBe(false);
      });
      driver.releaseAll(order);
      const left = [...driver.machine.descriptors, ...driver.machine.maps].filter((object) => !object.freed);
      expect(left.map((object) => object.id)).toEqual([]);
      expect(contents(driver)).toEqual(start);
    }),
    parameters,
  );
});

test.each(machineNames)('%s: the same operations leave the same trace', (profile) => {
  fc.assert(
    fc.property(operations, (all) => {
      const first = new Driver(profile);
      const second = new Driver(profile);
      const told = ({ machine }: Driver): string => JSON.stringify([machine.takeChanges(), machine.takeGone()]);
      for (const each of all) {
        first.do(each);
        second.do(each);
        if (told(first) !== told(second)) throw new Error('the changes differ');
      }
      expect(contents(second)).toEqual(contents(first));
    }),
    parameters,
  );
});
