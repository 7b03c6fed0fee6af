import { describe, expect, test } from 'vitest';
import { Machine } from '../../../sim/machine';
import { kIOMapAnywhere, kIOMapPrefault, kIOMapReadOnly } from '../../../sim/map-options';
import type { MapResult } from '../../../sim/outcomes';
import { machineNames } from '../../../sim/profiles';
import { returnName } from '../../../sim/returns';

const shared = 0x10003;

function mapOf(result: MapResult): Extract<MapResult, { kind: 'map' }>['map'] {
  if (result.kind !== 'map') throw new Error(JSON.stringify(result));
  return result.map;
}

function start(name: string, options: Parameters<Machine['createTask']>[1] = {}) {
  const machine = new Machine(name);
  const task = machine.createTask('app', options);
  const page = BigInt(machine.pageSize);
  const made = machine.bufferInTask(machine.kernelTask, shared, 4n * page);
  if (made.kind !== 'descriptor') throw new Error(made.kind);
  const map = (bits = 0, at = 0n) =>
    machine.createMappingInTask(made.descriptor, task, at, at ? bits : bits | kIOMapAnywhere);
  return { machine, task, page, buffer: made.descriptor, map };
}

describe.each(machineNames)('%s', (name) => {
  test('a dead task has no entries; a map of it is released as ever; a new mapping succeeds', () => {
    const { machine, task, map } = start(name);
    const before = mapOf(map());
    machine.terminateTask(task);
    expect(task.space.entries).toEqual([]);
    expect(before.address).not.toBe(0n);
    expect(machine.release(before)).toMatchObject({ kind: 'released', freed: true });
    const after = mapOf(map());
    expect(after.address).toBe(task.space.addressOf(task.space.min));
    expect(machine.release(after)).toMatchObject({ kind: 'released', freed: true });
    expect(task.space.entries).toEqual([]);
  });

  test('a map of a dead task is shared still: its vm_map is the same', () => {
    const { machine, task, map } = start(name);
    const before = mapOf(map());
    machine.terminateTask(task);
    expect(map()).toMatchObject({ kind: 'map', how: 'shared', map: before });
    expect(machine.read(task, before.address, 1)).toMatchObject({ kind: 'fault', reason: 'unmapped' });
  });

  test('mapping into a freed task is a use after free, and so is mapping its memory', () => {
    const { machine, task, map } = start(name);
    const other = machine.createTask('other');
    const own = machine.allocate(other, { size: 0x4000n });
    const described = machine.withAddressRange(own.kind === 'allocated' ? own.address : 0n, 0x4000n, 3, other);
    const before = mapOf(map());
    machine.freeTask(task);
    machine.freeTask(other);
    expect(map().kind).toBe('use-after-free');
    expect(machine.release(before)).toMatchObject({ kind: 'released', freed: true });
    if (described.kind !== 'descriptor') throw new Error(described.kind);
    expect(machine.map(described.descriptor).kind).toBe('use-after-free');
  });

  test.each<[string, ...[direction: number, offset: bigint, length: bigint, answer: number | string][]]>([
    ['wires and unwires', [3, 0n, 2n, 0], [0, 0n, 2n, 0]],
    [
      'twice',
      [1, 0n, 1n, 0],
      [1, 0n, 1n, 0],
      [0, 0n, 1n, 0],
      [0, 0n, 1n, 0],
      [0, 0n, 1n, 'vm_map_unwire: entry is unwired'],
    ],
    ['beyond the map', [1, 0n, 5n, 'KERN_INVALID_ADDRESS'], [0, 0n, 1n, 'vm_map_unwire: entry is unwired']],
    ['where nothing is', [1, 9n, 1n, 'KERN_INVALID_ADDRESS'], [0, 9n, 1n, 'vm_map_unwire: start not found']],
    ['nothing', [1, 0n, 0n, 0], [0, 0n, 0n, 0]],
  ])('wireRange: %s', (_, ...calls) => {
    const { machine, page, map } = start(name);
    const made = mapOf(map());
    for (const [direction, offset, length, expected] of calls) {
      const result = machine.wireRange(made, direction, offset * page, length * page);
      const answer =
        result.kind === 'code' ? result.code && returnName(result.code) : result.kind === 'panic' && result.reason;
      expect(answer).toBe(expected);
    }
  });

  test('wireRange asks for the protection, but not of what is wired', () => {
    const { machine, page, map } = start(name);
    const made = mapOf(map(kIOMapReadOnly));
    const code = (direction: number) => machine.wireRange(made, direction, 0n, page);
    expect(code(2)).toMatchObject({ kind: 'code', code: 2 });
    expect(code(1)).toMatchObject({ kind: 'code', code: 0 });
    expect(code(2)).toMatchObject({ kind: 'code', code: 0 });
  });

  test('wireRange counts by page, of the entry that it cuts', () => {
    const { machine, task, page, map } = start(name);
    const made = mapOf(map());
    machine.wireRange(made, 3, page, 2n * page);
    const entries = task.space.entries.filter((entry) => entry.map === made);
    expect(entries.map((entry) => [entry.end - entry.start, entry.wired ?? 0])).toEqual([
      [1, 0],
      [2, 1],
      [1, 0],
    ]);
    machine.write(task, made.address + 2n * page, Uint8Array.of(7));
    expect(machine.readBytes(made.memory!, 2n * page, 1)).toMatchObject({ bytes: Uint8Array.of(7) });
  });

  test('wireRange after unmap() reads a NULL map; a map that is wired still is never unmapped', () => {
    const { machine, task, page, map } = start(name);
    const gone = mapOf(map());
    machine.unmap(gone);
    expect(machine.wireRange(gone, 1, 0n, page)).toMatchObject({ kind: 'panic', reason: 'NULL vm_map' });
    const wired = mapOf(map());
    machine.wireRange(wired, 1, 0n, page);
    machine.takeChanges();
    machine.release(wired);
    expect(machine.takeNotes().map((note) => note.defect?.kind)).toContain('fault');
    expect(task.space.entries.some((entry) => entry.wired)).toBe(true);
  });

  test('a child of fork() sees its own copies, and no mapping but a prefaulted one', () => {
    const { machine, task, page, buffer, map } = start(name);
    const own = machine.allocate(task, { size: page });
    if (own.kind !== 'allocated') throw new Error(own.why);
    machine.write(task, own.address, Uint8Array.of(1));
    const plain = mapOf(map());
    const late = mapOf(machine.createMappingInTask(buffer, task, 0n, kIOMapAnywhere | kIOMapPrefault | 0x4000000));
    machine.write(task, late.address, Uint8Array.of(5));
    const child = machine.fork(task, 'child');
    machine.write(task, own.address, Uint8Array.of(2));
    machine.write(task, late.address, Uint8Array.of(6));
    expect(machine.read(child, own.address, 1)).toMatchObject({ bytes: Uint8Array.of(1) });
    expect(machine.read(child, plain.address, 1)).toMatchObject({ kind: 'fault', reason: 'unmapped' });
    expect(machine.read(child, late.address, 1)).toMatchObject({ bytes: Uint8Array.of(5) });
  });

  test('a child of fork() has no pages of VM_INHERIT_NONE', () => {
    const { machine, task, page } = start(name);
    const own = machine.allocate(task, { size: 4n * page });
    if (own.kind !== 'allocated') throw new Error(own.why);
    machine.vm.inherit(task, own.address + page, page, false);
    const child = machine.fork(task, 'child');
    const readable = [0n, 1n, 2n, 3n].map((at) => machine.read(child, own.address + at * page, 1).kind !== 'fault');
    expect(readable).toEqual([true, false, true, true]);
    machine.vm.inherit(task, own.address, 4n * page, true);
    const second = machine.fork(task, 'second');
    expect(machine.read(second, own.address + page, 1).kind).not.toBe('fault');
  });

  test('RLIMIT_AS counts what is mapped and reserved', () => {
    const { machine, task, page, map } = start(name);
    let used = 0n;
    for (const entry of task.space.entries) used += BigInt(entry.end - entry.start) * page;
    task.sizeLimit = used + 6n * page;
    const first = mapOf(map());
    expect(map(0x4000000)).toMatchObject({ kind: 'null', reason: 'size-limit' });
    machine.release(first);
    expect(map(0x4000000)).toMatchObject({ kind: 'map' });
  });
});

test('a task under Rosetta has pages of 4 KB; mappings into it are not modelled', () => {
  const { machine, task, map } = start('macos-15.4-arm64', { rosetta: true });
  expect([machine.pageSize, task.space.pageSize]).toEqual([16384, 4096]);
  expect(map().kind).toBe('not-modelled');
  expect(start('macos-15.4-x86_64', { rosetta: true }).map().kind).toBe('map');
});
