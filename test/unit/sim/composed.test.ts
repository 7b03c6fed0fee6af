import { describe, expect, test } from 'vitest';
import { Machine } from '../../../sim/machine';
import { kIOMapAnywhere } from '../../../sim/map-options';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { DescriptorResult } from '../../../sim/outcomes';
import { contentAt } from '../../../sim/picture/content';
import { machineNames } from '../../../sim/profiles';
import { Recorder } from '../../../sim/recorder';
import { stateTable } from '../../../sim/table';
import { Timeline } from '../../../sim/timeline';
import { runScenario } from './scenario';

/** Descriptors that are composed of others, and guard pages; each fact runs on both architectures. */
const two = `allocate src A 6P
  describe a A kIODirectionInOut src 2P => descriptor
  describe b A kIODirectionInOut src+4P 2P => descriptor
  write A src 0a
  write A src+1P 1a
  write A src+4P 0b
  write A src+5P 1b`;

const facts: Readonly<Record<string, string>> = {
  'a multi descriptor shows its parts one after the other': `${two}
    multi m b a => descriptor
    get m getLength => 4P
    map v m kernel_task 0 kIOMapAnywhere => new
    entries kernel_task => 2
    read kernel_task v 1 => 0b
    read kernel_task v+1P 1 => 1b
    read kernel_task v+2P 1 => 0a
    write kernel_task v+3P ff => written
    read A src+1P 1 => ff`,
  'an offset and a length cut through the parts': `${two}
    multi m a b a => descriptor
    map v m B 0 kIOMapAnywhere 1P 4P => new
    get v getLength => 4P
    read B v 1 => 1a
    read B v+1P 1 => 0b
    read B v+3P 1 => 0a
    read B v+4P 1 => unmapped`,
  'a release removes every part of the mapping': `${two}
    multi m a b => descriptor
    map v m B 0 kIOMapAnywhere => new
    entries B => 2
    release v => freed
    entries B => 0`,
  'each part is retained once for each time that it is given': `${two}
    multi m a b a => descriptor
    get a getRetainCount => 3
    release a => released
    release b => released
    read A src 1 => 0a
    release m => freed
    get a getLength => use-after-free
    get b getLength => use-after-free`,
  'a sub-range of a part that is there already': `${two}
    sub s b 1P 1P => descriptor
    multi m s b => descriptor
    map v m B 0 kIOMapAnywhere => new
    read B v 1 => 1b
    read B v+1P 1 => 0b`,
  'a multi descriptor of multi descriptors': `${two}
    multi m a b => descriptor
    multi n m a => descriptor
    map v n B 0 kIOMapAnywhere => new
    read B v+2P 1 => 0b
    read B v+4P 1 => 0a
    release v => freed
    entries B => 0`,
  'the address ignores where the first part begins in its page': `${two}
    describe c A kIODirectionInOut src+0x810 0x100 => descriptor
    write A src+0x810 cc
    multi m c a => descriptor
    map v m B 0 kIOMapAnywhere 0 0x100 => new
    read B v 1 => 0a
    read B v+0x810 1 => cc`,
  'running past the end gives NULL, and the address space is lost': `${two}
    multi m a b => descriptor
    map v m B 0 kIOMapAnywhere 1P => NULL underrun
    map w m B 0 kIOMapAnywhere 3P 2P => NULL underrun
    map x m B 0 kIOMapAnywhere 3P 1P => new
    entries B => 4`,
  'a part that cannot be mapped gives NULL, and what is before it stays': `${two}
    describe bad A kIODirectionInOut src+5P 2P => descriptor
    multi m a bad => descriptor
    map v m B 0 kIOMapAnywhere => NULL underrun
    entries B => 1`,
  'no parts, no mapping': `multi m => descriptor
    map v m B 0 kIOMapAnywhere => NULL underrun
    prepare m => kIOReturnInternalError`,
  'guards lie around the whole': `${two}
    multi m a b => descriptor
    map v m B 0 kIOMapAnywhere|kIOMapGuardedSmall => new
    read B v+4P 1 => guard page
    entries B => 4
    release v => freed
    entries B => 0`,
  'a fixed address, read-only, and one map for equal requests': `${two}
    multi m a b => descriptor
    map v m B 0x140000000 kIOMapReadOnly => new
    get v getAddress => 0x140000000
    write B v 1 => protection
    map w m B 0x140000000 kIOMapReadOnly => shared
    map x m B 0x140000000 0 => NULL occupied`,
  'parts agree on being pageable': `${two}
    buffer p A kIODirectionInOut|kIOMemoryPageable 1P => descriptor
    buffer q A kIODirectionInOut|kIOMemoryPageable 1P => descriptor
    multi m a p => NULL
    get a getRetainCount => 1
    multi n p q => descriptor
    map v n kernel_task 0 kIOMapAnywhere => new
    write kernel_task v+1P 77
    release v => freed`,
  'prepare() wires every part, or none': `${two}
    describe bad A kIODirectionInOut src+5P 2P => descriptor
    multi m a b => descriptor
    prepare m => kIOReturnSuccess
    writeBytes m 0x10 aa bb => 2
    readBytes a 0x10 2 => aa,bb
    complete m => kIOReturnSuccess
    readBytes a 0 1 => panic
    multi n a bad => descriptor
    prepare n => kIOReturnCannotWire
    readBytes a 0 1 => panic`,
  'bytes are read across parts, where every part is prepared': `${two}
    multi m a b => descriptor
    prepare a => kIOReturnSuccess
    readBytes m 1P 1 => 1a
    readBytes m 2P 1 => panic
    prepare b => kIOReturnSuccess
    readBytes m 2P 1 => 0b
    readBytes m 4P 1 => `,
  'a map of a multi descriptor that is redirected to a shorter one is released by the failure': `${two}
    multi m a b => descriptor
    map v m B 0 kIOMapAnywhere => new
    redirect v a => kIOReturnError
    get v getAddress => use-after-free`,

  'guard pages fault where they are mapped': `guards g 100 => descriptor
    get g getLength => 1P
    map v g A 0 kIOMapAnywhere => new
    read A v 1 => guard page
    entries A => 1
    release v => freed
    entries A => 0`,
  'guard pages between parts': `${two}
    guards g 1P => descriptor
    multi m g a g => descriptor
    release g => released
    map v m kernel_task 0 kIOMapAnywhere => new
    get v getLength => 4P
    entries kernel_task => 3
    read kernel_task v 1 => guard page
    read kernel_task v+1P 1 => 0a
    write kernel_task v+3P 1 => guard page
    release m => released
    release v => freed
    entries kernel_task => 0`,
  'mapped into the kernel, guard pages protect their own memory': `guards g 1P => descriptor
    map v g kernel_task 0 kIOMapAnywhere => same-task
    read kernel_task v 1 => guard page
    map w g A 0 kIOMapAnywhere => NULL not-writable`,
  'a buffer between guard pages': `
    guarded b kIODirectionInOut 100 => descriptor
    get b getLength => 1P
    map m b kernel_task 0 kIOMapAnywhere => same-task
    write kernel_task m+1P 1 => guard page
    map u b A 0 kIOMapAnywhere => new
    release m => freed
    release u => freed
    entries kernel_task => 2
    release b => freed
    entries kernel_task => 0
    guarded p kIODirectionInOut|kIOMemoryPageable 100 => NULL`,

  'an interleaved descriptor is never mapped': `${two}
    interleaved i 2 => descriptor
    piece i a 0 1P => added
    map v i kernel_task 0 kIOMapAnywhere => NULL unsupported
    static s i kernel_task 0x1000 => static`,
  'an interleaved descriptor keeps its pieces': `${two}
    interleaved i 2 => descriptor
    piece i a 1P 2P => refused
    piece i a 1P 1P => added
    piece i b 0 2P => added
    piece i a 0 1P => refused
    get i getLength => 3P
    get a getRetainCount => 2
    prepare i => kIOReturnSuccess
    readBytes i 0 1 => 1a
    readBytes i 1P 1 => 0b
    complete i => kIOReturnSuccess
    clear i => cleared
    get a getRetainCount => 1
    get i getLength => 0`,
  'clearing what is prepared leaves it closed until complete()': `${two}
    interleaved i 2 => descriptor
    piece i a 0 1P => added
    prepare i => kIOReturnSuccess
    clear i => cleared
    piece i b 0 1P => refused
    complete i => kIOReturnSuccess
    piece i b 0 1P => added`,
  'a failed prepare() of an interleaved descriptor leaves parts wired': `${two}
    describe bad A kIODirectionInOut src+5P 2P => descriptor
    interleaved i 2 => descriptor
    piece i a 0 1P => added
    piece i bad 0 1P => added
    prepare i => kIOReturnCannotWire
    readBytes a 0 1 => 0a`,
  'no capacity, no interleaved descriptor': 'interleaved i 0 => NULL',
};

describe.each(machineNames)('%s', (machine) => {
  test.each(Object.entries(facts))('%s', (_what, scenario) => {
    expect(runScenario(machine, scenario)).toEqual([]);
  });
});

function made<D extends MemoryDescriptor>(result: DescriptorResult<D>, machine: Machine, name: string): D {
  if (result.kind !== 'descriptor') throw new Error(result.kind);
  machine.setName(result.descriptor, name);
  machine.setHolders(result.descriptor, [name]);
  return result.descriptor;
}

test('the table and the picture show guard pages and parts', () => {
  const machine = new Machine('macos-15.4-arm64');
  const task = machine.createTask('A');
  const recorder = new Recorder(machine, 'guarded');
  recorder.beginStep({ label: 'make' });
  const guard = made(machine.guardPages(0x4000n), machine, 'guard');
  const data = made(machine.bufferInTask(machine.kernelTask, 3 | 0x10000, 0x8000n), machine, 'data');
  const multi = made(machine.multi([guard, data, guard], 3), machine, 'mmd');
  const result = machine.createMappingInTask(multi, task, 0n, kIOMapAnywhere);
  if (result.kind !== 'map') throw new Error(result.kind);
  machine.setName(result.map, 'map');
  machine.setHolders(result.map, ['map']);
  recorder.endStep();
  const timeline = new Timeline(recorder.finish({ kind: 'returned', value: '' }));
  const state = timeline.stateAt(1);

  expect(state.entries.filter((entry) => entry.map).map((entry) => [entry.kind, entry.protection])).toEqual([
    ['guard', '---'],
    ['mapping', 'rw-'],
    ['guard', '---'],
  ]);
  expect(state.maps.map((view) => view.name)).toEqual(['map']);
  expect(state.descriptors.find((view) => view.name === 'mmd')).toMatchObject({
    class: 'IOMultiMemoryDescriptor',
    options: 'made of guard, data, guard',
    ranges: [],
    parts: [{ offset: '0x0', length: '0x4000' }, { length: '0x8000' }, { length: '0x4000' }],
  });
  const rows = stateTable(state).filter((row) => row.task === 'A');
  expect(rows.map((row) => `${row.variable}, ${row.descriptor}, ${row.state}`)).toEqual([
    'map, mmd +0x0, guard',
    'map, data +0x0, another part of the map',
    'map, guard +0x0, guard',
  ]);
  const { cards, lanes } = contentAt(timeline, 1);
  expect(cards.find((card) => card.view.name === 'mmd')?.card().title).toContain('made of guard, data, guard');
  const items = lanes.find((lane) => lane.task.name === 'A')?.items ?? [];
  expect(items.map((item) => item.kind).filter((kind) => kind !== 'gap')).toEqual(['guard', 'block', 'guard']);
});
