import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulationPlan, SimulationResult } from '../../../server/features/service';
import type { Defect, MapView, Trace } from '../../../sim/trace';
import { displayPath } from '../../../server/files';
import { surroundings } from '../../../server/cli/surroundings';
import { run } from './fake';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maplens-simulate-'));
  writeFileSync(join(root, 'a.cpp'), 'int x;\n');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const map: MapView = {
  id: 'map1',
  name: 'map',
  descriptor: 'descriptor1',
  task: 'kernel',
  address: '0xfffffe1800014000',
  offset: '0x0',
  length: '0x4000',
  options: 'kIOMapAnywhere',
  protection: 'rw-',
  cache: 'default',
  references: 1,
  holders: ['map'],
  static: false,
  mapped: true,
  freed: false,
};

function trace(defects: readonly Defect[] = []): Trace {
  return {
    version: 1,
    title: 'A::start',
    machine: { name: 'macos-15.4-arm64', arch: 'arm64', release: '15.4', pageSize: 16384 },
    assumptions: [{ what: 'fTask', value: 'a client task' }],
    steps: [
      {
        kind: 'start',
        label: 'start',
        sentence: '',
        changes: [
          {
            of: 'task',
            id: 'kernel',
            value: { id: 'kernel', name: 'kernel_task', kernel: true, pageSize: 16384, min: '0x0', max: '0x1' },
          },
        ],
        defects: [],
      },
      {
        kind: 'map',
        label: 'map = md->map()',
        sentence: 'Maps 16 KB.',
        place: { file: 'a.cpp', line: 3, column: 1, endLine: 3, endColumn: 2 },
        changes: [
          { of: 'map', id: 'map1', value: map },
          {
            of: 'entry',
            id: 'entry1',
            value: {
              id: 'entry1',
              task: 'kernel',
              start: '0xfffffe1800014000',
              end: '0xfffffe1800018000',
              protection: 'rw-',
              kind: 'mapping',
              cache: 'default',
              map: 'map1',
            },
          },
        ],
        defects: [],
      },
      {
        kind: 'end',
        label: 'return',
        sentence: '',
        changes: [{ of: 'map', id: 'map1', value: { ...map, leaked: defects.length > 0 } }],
        defects,
      },
    ],
    outcome: { kind: 'returned', value: 'kIOReturnSuccess' },
  };
}

const leak: Defect = { kind: 'leak', message: 'map leaks', object: 'map1' };

describe('maplens simulate', () => {
  it('shows assumptions, steps, mappings of each task and the outcome', async () => {
    const { code, out } = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start'], {
      simulate: () => ({ ok: true, trace: trace() }),
    });
    expect(code).toBe(0);
    for (const part of [
      'A::start on arm64',
      'fTask = a client task',
      '   1  a.cpp:3  map = md->map()',
      'Maps 16 KB.',
      'Mappings at the end',
      '0xffff_fe18_0001_4000',
      'kernel_task  ',
      'Outcome: returned kIOReturnSuccess',
      'No defects.',
    ])
      expect(out).toContain(part);
  });

  it('shows also the step of the first defect, where the end looks different', async () => {
    const { out } = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start'], {
      simulate: () => ({ ok: true, trace: { ...trace(), steps: trace([leak]).steps } }),
    });
    expect(out).toContain('Mappings at the end');
    expect(out).not.toContain('Mappings after');
    const early = trace();
    const gone = { of: 'entry', id: 'entry1', value: null } as const;
    const steps = early.steps.map((step, index) =>
      index === 2 ? { ...step, changes: [gone, { of: 'map', id: 'map1', value: null } as const] } : step,
    );
    const ended = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start'], {
      simulate: () => ({ ok: true, trace: { ...early, steps } }),
    });
    expect(ended.out).toContain('Mappings after step 1');
    expect(ended.out).toMatch(/Mappings at the end[^]*gone/);
  });

  it('names the reason of a NULL, and what rules the others out', async () => {
    const whole = trace();
    const nullCauses = [
      { reason: 'null-task', name: 'no task', verdict: 'excluded', why: 'the task is kernel_task' },
      { reason: 'no-space', name: 'no free range', verdict: 'struck', why: 'no hole' },
      { reason: 'not-prepared', name: 'not wired', verdict: 'not-reached', why: 'the kernel did not come to it' },
    ] as const;
    const steps = whole.steps.map((step, index) => (index === 1 ? { ...step, nullCauses } : step));
    const { out } = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start'], {
      simulate: () => ({ ok: true, trace: { ...whole, steps } }),
    });
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      '(reason 2 of 3, no free range; others ruled out: no task (the task is kernel_task); not come to: not wired)',
    );
  });
  it('shows another step', async () => {
    const { out } = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start', '--step', '0'], {
      simulate: () => ({ ok: true, trace: trace() }),
    });
    expect(out).toContain('Mappings after step 0');
    expect(out).toContain('Nothing is mapped.');
  });

  it.each([
    [[], 1],
    [['--fail-on', 'never'], 0],
    [['--format', 'json'], 1],
    [['--format', 'svg'], 1],
  ])('ends with a code that tells of defects (%j: %i)', async (argv, code) => {
    const result = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start', ...argv], {
      simulate: () => ({ ok: true, trace: trace([leak]) }),
    });
    expect(result).toMatchObject({ code, errors: [] });
    expect(result.out.length).toBeGreaterThan(100);
  });

  it('gives the trace as JSON and a picture as SVG', async () => {
    const simulate = (): SimulationResult => ({ ok: true, trace: trace() });
    const json = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start', '--format', 'json'], { simulate });
    expect(JSON.parse(json.out)).toEqual(trace());
    const svg = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start', '--format', 'svg'], { simulate });
    expect(svg.out).toMatch(/^(<\?xml[^>]*>\s*)?<svg[\s\S]*<\/svg>\s*$/);
  });

  it('passes values and the machine on', async () => {
    const plans: SimulationPlan[] = [];
    await run(
      root,
      [
        'simulate',
        '$/a.cpp',
        '--function',
        'start',
        '--value',
        'n=4',
        '--value',
        'p=NULL',
        '--machine',
        'macos-15.4-x86_64',
        '--budget',
        '5000',
      ],
      { simulate: (plan) => (plans.push(plan), { ok: true, trace: trace() }) },
    );
    expect(plans).toEqual([
      {
        file: 'a.cpp',
        function: 'A::start',
        values: { n: '4', p: 'NULL' },
        machine: 'macos-15.4-x86_64',
        budget: 5000,
      },
    ]);
  });

  it.each([
    [['--function', 'twice'], '"twice" may be A::twice, B::twice'],
    [['--function', 'none'], 'no function none; functions here that map memory: A::start, A::twice, B::twice'],
    [['--function', 'A::start', '--include', '$/gone'], '$/gone: no such file or folder'],
  ])('says what is wrong (%j)', async (argv, message) => {
    const { code, out, errors } = await run(root, ['simulate', '$/a.cpp', ...argv]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors.join('\n')).toContain(message);
  });

  it('refuses a step that the run does not have', async () => {
    const result = await run(root, ['simulate', '$/a.cpp', '--function', 'A::start', '--step', '3'], {
      simulate: () => ({ ok: true, trace: trace() }),
    });
    expect(result).toMatchObject({ code: 2, out: '', errors: ['--step 3: the run has steps 0 to 2'] });
  });
});

describe('what a run reads beside its file', () => {
  const project: Readonly<Record<string, string>> = {
    'driver/Driver.cpp':
      '#include "Driver.h"\n#include <shared/Ring.h>\n  #  import "../shared/Types.h"\n#include <IOKit/IOLib.h>',
    'driver/Driver.h': 'int driver;',
    'driver/more/Unrelated.cpp': '',
    'shared/Ring.h': '#include "deep/Deep.h"',
    'shared/Ring.cpp': '#include "Secret.h"',
    'shared/Secret.h': 'int secret;',
    'shared/Types.h': 'int types;',
    'other/Types.h': 'int others;',
    'other/Ring.h': 'int others;',
    'shared/deep/Deep.h': 'int deep;',
    'tests/Tests.cpp': '#include "Driver.h"',
  };
  const expected = [
    'driver/Driver.cpp',
    'driver/Driver.h',
    'shared/Ring.cpp',
    'shared/Ring.h',
    'shared/Secret.h',
    'shared/Types.h',
    'shared/deep/Deep.h',
  ];

  it.each([
    ['the working directory', ''],
    ['the folder with .git', '/driver'],
  ])('is found in the project: %s', async (kind, directory) => {
    for (const [path, text] of Object.entries(project)) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text || ' ');
    }
    if (directory !== '') mkdirSync(join(root, '.git'));
    const found = await surroundings([join(root, 'driver/Driver.cpp')], root + directory);
    const names = [...found.keys()].map((path) => displayPath(join(root + directory, path), root)).sort();
    expect(names).toEqual(expected);
    expect(
      [...found.keys()].every((path) => directory === '' || /^(\.\.\/|Driver)/.test(path)),
      kind,
    ).toBe(true);
  });
});
