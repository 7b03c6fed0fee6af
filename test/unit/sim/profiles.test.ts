import { describe, expect, test } from 'vitest';
import { kernelRules, releases, type RuleName } from '../../../sim/kernel-rules';
import { Machine } from '../../../sim/machine';
import { kIOMapAnywhere, kIOMapUnique } from '../../../sim/map-options';
import { knownMachines, machineLayout, machineLayouts, machineNames, unknownMachine } from '../../../sim/profiles';
import { runScenario } from './scenario';

test.each([
  ['macos-15.4-arm64', 'macos-15.4-arm64'],
  ['macos-15.4', 'macos-15.4-arm64'],
  ['macos-15', 'macos-15.5-arm64'],
  ['macos-15-x86_64', 'macos-15.5-x86_64'],
  ['macos-11', 'macos-11.3-arm64'],
  ['macos-11.0', 'macos-11.0-arm64'],
  ['macos-12', 'macos-12-arm64'],
  ['macos-10.15', 'macos-10.15-x86_64'],
  ['macos-10', 'macos-10.15-x86_64'],
])('%s is %s', (name, found) => {
  expect(machineLayout(name)?.profile.name).toBe(found);
});

test.each(['', 'macos', 'macos-15.2', 'macos-1', 'macos-9', 'macos-10.15-arm64', 'MACOS-15.4', 'macos-15.4-ppc'])(
  'there is no machine "%s"',
  (name) => {
    expect(machineLayout(name)).toBeUndefined();
    expect(unknownMachine(name)).toContain('known are macos-15.4-arm64, macos-15.4-x86_64, macos-15.5-arm64,');
  },
);

test('every name is there once; the machines of the default release come first', () => {
  expect(new Set(knownMachines).size).toBe(knownMachines.length);
  expect(knownMachines.slice(0, 2)).toEqual(machineNames);
  for (const name of knownMachines) expect(machineLayout(name)?.profile.name).toBe(name);
});

test.each(Object.keys(kernelRules) as RuleName[])('%s holds on some machine and not on another', (name) => {
  const held = new Set(machineLayouts.map((layout) => layout.rules[name]));
  expect([...held].sort()).toEqual([false, true]);
  const { since, until, xnu } = kernelRules[name];
  expect(xnu).toMatch(/^xnu-\d+(\.\d+)+$/);
  for (const layout of machineLayouts) {
    const { release } = layout.profile;
    const number = (wanted: string): number => releases.findIndex((each) => each.release === wanted);
    const at = number(release);
    const from = number(since);
    const to = until === undefined ? Infinity : number(until);
    expect([release, layout.rules[name]]).toEqual([release, at >= from && at < to]);
  }
});

/** Scenarios that hold on the machines `on`, and do not on the machines `not`. */
const differences: Record<string, { readonly on: readonly string[]; readonly not: readonly string[]; text: string }> = {
  'a NULL task panics since 15.4': {
    on: ['macos-15.4', 'macos-15.5-x86_64'],
    not: ['macos-15.0', 'macos-10.13'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b NULL 0 kIOMapAnywhere => panic NULL task`,
  },
  'a NULL task gives NULL before': {
    on: ['macos-15.0', 'macos-15.0-x86_64', 'macos-10.10'],
    not: ['macos-15.4'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b NULL 0 kIOMapAnywhere => NULL null-task`,
  },
  'overwriting a bad address panics since 11': {
    on: ['macos-11.0', 'macos-15.4-x86_64'],
    not: ['macos-10.15', 'macos-10.11'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b A 0 kIOMapAnywhere|kIOMapOverwrite => panic map enter err`,
  },
  'overwriting a bad address gives NULL before': {
    on: ['macos-10.15', 'macos-10.11'],
    not: ['macos-11.0', 'macos-10.10'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b A 0 kIOMapAnywhere|kIOMapOverwrite => NULL outside-address-space`,
  },
  'kIOMapOverwrite is no bit of 10.10': {
    on: ['macos-10.10'],
    not: ['macos-10.11'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b A 0 kIOMapAnywhere|kIOMapOverwrite => new
      release m => freed
      entries A => 0`,
  },
  'a fixed address needs the in-page offset of the data before 11': {
    on: ['macos-10.10', 'macos-10.15'],
    not: ['macos-11.0', 'macos-15.4-x86_64'],
    text: `
      allocate a A 4P
      describe d A kIODirectionInOut a+64 1P
      map m d B 0x200000000 0 => NULL not-aligned
      map n d B 0x200000040 0 => new
      get n getAddress => 0x200000040`,
  },
  'ranges that start inside pages cannot be mapped before 11': {
    on: ['macos-10.15'],
    not: ['macos-11.0'],
    text: `
      allocate a A 4P
      describe d A kIODirectionInOut a 64 a+2P 64
      map m d B 0 kIOMapAnywhere => NULL not-aligned`,
  },
  'guards are no bits before 12, and not compared': {
    on: ['macos-10.15', 'macos-11.3', 'macos-11.3-x86_64'],
    not: ['macos-12', 'macos-15.4'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b A 0 kIOMapAnywhere|kIOMapGuardedSmall => new
      entries A => 1
      map n b A 0 kIOMapAnywhere => shared`,
  },
  'memory of the kernel object can be mapped before 11.3': {
    on: ['macos-11.0', 'macos-10.15'],
    not: ['macos-11.3', 'macos-15.4'],
    text: `
      allocate z kernel_task 1P kernel
      describe d kernel_task kIODirectionInOut z 1P
      map m d A 0 kIOMapAnywhere => new
      write kernel_task z 5a
      read A m 1 => 5a`,
  },
  'a fixed kernel address among pointers panics since 13': {
    on: ['macos-13', 'macos-14', 'macos-15.4'],
    not: ['macos-11.3', 'macos-12'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b kernel_task 0xfffffe3000000000 0 => panic kernel pointer range`,
  },
  'a fixed kernel address can be anywhere before 13': {
    on: ['macos-11.3', 'macos-12'],
    not: ['macos-13', 'macos-15.4'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b kernel_task 0xfffffe3000000000 0 => new
      map n b kernel_task 0xfffffe0000000000 kIOMapUnique => NULL occupied`,
  },
  'prefault is refused in the kernel before 10.13, and its addresses are lost': {
    on: ['macos-10.12'],
    not: ['macos-10.13', 'macos-15.4'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b kernel_task 0 kIOMapAnywhere|kIOMapUnique|kIOMapPrefault => NULL not-prepared`,
  },
  'real time is the default cache mode before 10.15': {
    on: ['macos-10.14'],
    not: ['macos-10.15'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b A 0 kIOMapAnywhere|0x700 => new
      cache A m => default`,
  },
  'posted write is the default cache mode before 10.13': {
    on: ['macos-10.12'],
    not: ['macos-10.13'],
    text: `
      buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 1P
      map m b A 0 kIOMapAnywhere|0x600 => new
      cache A m => default`,
  },
  'a recorded mapping takes no snapshot before 14': {
    on: ['macos-13', 'macos-10.12'],
    not: ['macos-14', 'macos-15.4'],
    text: `
      allocate a A 1P
      write A a 11
      describe d A kIODirectionOut|kIOMemoryMapCopyOnWrite a 1P
      static s d B 0x200000000 => static
      write A a 22
      map m d B 0 kIOMapAnywhere|kIOMapUnique => new
      read B m 1 => 22`,
  },
  'copy on write is no flag before 10.12': {
    on: ['macos-10.11'],
    not: ['macos-10.12'],
    text: `
      allocate a A 1P
      describe d A kIODirectionOut|kIOMemoryMapCopyOnWrite a 1P
      map m d B 0 kIOMapAnywhere|kIOMapReadOnly => new
      write A a 22
      read B m 1 => 22`,
  },
};

test.each([
  ['macos-13', 'kernelData', true],
  ['macos-15.4', 'kernelIOKit', true],
  ['macos-15.4', 'kernelData', false],
  ['macos-15.5', 'kernelData', true],
] as const)('on %s a mapping into the kernel is in the range %s: %s', (name, range, inside) => {
  const machine = new Machine(name);
  const made = machine.bufferInTask(machine.kernelTask, 0x10003, 0x4000n);
  if (made.kind !== 'descriptor') throw new Error(made.kind);
  const result = machine.createMappingInTask(made.descriptor, machine.kernelTask, 0n, kIOMapAnywhere | kIOMapUnique);
  if (result.kind !== 'map') throw new Error(result.kind);
  const { start, end } = machineLayout(name)![range];
  expect(result.map.address >= start && result.map.address < end).toBe(inside);
});

describe.each(Object.entries(differences))('%s', (_, { on, not, text }) => {
  test.each(on)('%s', (name) => {
    expect(runScenario(machineLayout(name)!.profile.name, text)).toEqual([]);
  });
  test.each(not)('not on %s', (name) => {
    expect(runScenario(machineLayout(name)!.profile.name, text)).not.toEqual([]);
  });
});
