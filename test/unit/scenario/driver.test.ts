import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../../server/cli/main';
import { createService } from '../../../server/features/create-service';
import { sourcePath, sourcesOf } from '../../../server/features/scenario-sources';
import type { ScenarioSimulation } from '../../../server/features/service';

const folder = join(import.meta.dirname, 'driver');
const card = readFileSync(join(folder, 'card.cpp'), 'utf8');
const samples = join(import.meta.dirname, '../../../samples/FrameGrabber');
const sample = (name: string): string => readFileSync(join(samples, name), 'utf8');

function simulate(
  scenario: string,
  sources: Readonly<Record<string, string>> = { 'card.cpp': card },
): ScenarioSimulation & { ok: true } {
  const service = createService();
  for (const [name, text] of Object.entries(sources)) service.setFile(name, text);
  service.setFile('x.iomap', scenario);
  const result = service.simulateScenario('x.iomap');
  if (!result.ok) throw new Error(result.reason);
  return result;
}

const told = ({ problems, runs }: ScenarioSimulation & { ok: true }): readonly string[] => [
  ...problems.map(({ place, message }) => `${String(place.line)}:${String(place.column)} ${message}`),
  ...runs.flatMap(({ checks }) => checks.flatMap(({ ok, message }) => (ok ? [] : [message]))),
];

const steps = (...lines: readonly string[]): string =>
  [
    '{ "title": "x", "tasks": ["app"], "devices": { "card": { "bars": [{ "address": "0x800000000", "length": "1P" }] } },',
    '"sources": ["card.cpp"], "steps": [',
    ...lines.map((line) => `${line},`),
    ']}',
  ].join('\n');
const start = '{ "run": "Card::start", "this": "driver", "arguments": { "provider": "card" } }';

describe('a scenario with a driver', () => {
  it('runs its functions one after the other on one machine', () => {
    const result = simulate(readFileSync(join(folder, 'card.iomap'), 'utf8'));
    expect(told(result)).toEqual([]);
    expect(result.runs.map(({ checks }) => checks.length)).toEqual([21, 21]);
    const { steps: traced } = result.runs[0]!.trace;
    expect(new Set(traced.map(({ place }) => place?.file))).toEqual(new Set(['x.iomap', 'card.cpp', undefined]));
    expect(traced.flatMap(({ defects }) => defects.map(({ kind }) => kind))).toEqual(['leak']);
  });

  it('is run by the command line, which reads its sources', async () => {
    let out = '';
    const errors: string[] = [];
    const code = await runCli(['simulate', join(folder, 'card.iomap')], {
      createService: () => createService(),
      rules: [],
      version: '1.0.0',
      directory: import.meta.dirname,
      terminal: { out: (text) => (out += text), error: (line) => errors.push(line), color: false, columns: 100 },
    });
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(out).toMatch(/card\.iomap:\d+ +run Card::start[\s\S]*card\.cpp:\d+ +return kIOReturnNotReady/);
  });

  it('has a sample that holds', () => {
    const result = simulate(sample('FrameGrabber.iomap'), {
      'FrameGrabber.cpp': sample('FrameGrabber.cpp'),
      'FrameGrabber.hpp': sample('FrameGrabber.hpp'),
    });
    expect(told(result)).toEqual([]);
    expect(result.runs[0]!.trace.outcome.kind).toBe('fault');
  });

  it('runs again when a source changes', () => {
    const service = createService();
    service.setFile('x.iomap', steps(start, '{ "run": "checkRing", "this": "driver", "arguments": ["app", 7] }'));
    const problems = (): readonly string[] =>
      service.simulateScenario('x.iomap').problems.map(({ message }) => message);
    expect(problems()).toContain('"card.cpp" can\'t be read: there is no such source');
    service.setFile('card.cpp', card);
    expect(problems()).toEqual([]);
    service.setFile('card.cpp', card.replaceAll('checkRing', 'lookAtRing'));
    expect(problems()).toEqual(['there is no function "checkRing" with a body in the sources']);
  });

  it.each([
    ['{ "run": "mapping", "this": "driver" }', '3:10 there is no function "mapping" with a body in the sources'],
    ['{ "run": "start", "source": "b.cpp" }', '3:29 "b.cpp" is none of "sources"'],
    [
      '{ "run": "Card::stop", "this": "driver", "arguments": { "nub": "card" } }',
      '3:57 Card::stop() has no "nub": it takes provider',
    ],
    ['{ "run": "mapRing", "arguments": { "task": "card" } }', '3:44 task: a device is no task *'],
    ['{ "run": "mapRing", "arguments": { "length": "app" } }', '3:46 length: a task is no IOByteCount'],
    ['{ "run": "mapRing", "arguments": { "length": "lenght" } }', '3:46 there is no "lenght" here'],
    [
      '{ "run": "CardClient::attachCard", "arguments": ["card.0"] }',
      '3:50 card: an IOGeneralMemoryDescriptor is no Card *',
    ],
    ['{ "run": "Card::stop", "this": "app" }', '3:32 "app" is a task, not an instance of the driver'],
    [
      '{ "run": "Card::stop", "this": "d", "fields": { "fRong": null } }',
      '3:49 "d" is an instance of Card, which has no field "fRong"',
    ],
    [
      '{ "run": "Card::stop", "values": { "fRing": "soon" } }',
      '3:45 "soon" is no C literal, and no constant of the sources',
    ],
    ['{ "run": "Card::stop", "as": "app" }', '3:30 "app" is taken already'],
  ])('tells what is wrong at its place: %s', (step, message) => {
    expect(told(simulate(steps(step)))).toContain(message);
  });

  it('tells what is ambiguous', () => {
    const two = `${card}\nvoid CardClient::stop(IOService *) {}\nvoid Other::checkRing() {}`;
    const result = simulate(steps('{ "run": "checkRing" }'), { 'card.cpp': two });
    expect(told(result)).toContain('3:10 "checkRing" is ambiguous: Card::checkRing, Other::checkRing');
  });

  it('wants an instance to be of the class', () => {
    const result = simulate(steps(start, '{ "run": "CardClient::attachCard", "this": "driver" }'));
    expect(told(result)).toContain('4:44 "driver" is a Card, not a CardClient');
  });

  it('tells a leak that nothing expected, though the outcome is as expected', () => {
    const leaking = '{ "run": "checkRing", "this": "driver", "arguments": ["app", 8], "expect": "kIOReturnNotReady" }';
    expect(told(simulate(steps(start, leaking)))).toEqual([
      'nothing said that this would happen: view leaks: 1 reference held, no holder left. Its memory stays mapped in app.',
    ]);
  });

  it('takes values of the scenario into fields, and ends where a function does not return', () => {
    const result = simulate(
      steps(
        '{ "buffer": "b", "task": "kernel_task", "options": "kIODirectionInOut|kIOMemoryKernelUserShared", "capacity": "1P" }',
        '{ "run": "mapRing", "this": "d", "fields": { "fRing": "b" }, "arguments": ["app", 0, "kIOMapAnywhere"], "as": "m", "expect": { "memory": "b" } }',
        '{ "check": "m", "expect": { "references": 1 } }',
        '{ "run": "mapRing", "this": "e", "arguments": ["app", 0, "kIOMapAnywhere"], "expect": { "outcome": "fault", "defect": "null-dereference" } }',
        '{ "release": "m" }',
      ),
    );
    expect(told(result)).toEqual(['7:1 is not reached: the driver did not return before']);
  });

  it('compares what was returned and assumed', () => {
    const step =
      '{ "run": "mapRing", "arguments": { "task": "app" }, "expect": { "returns": 7, "assumes": "nothing" } }';
    expect(told(simulate(steps(step)))).toEqual([
      'expected returns 7, is NULL',
      'expected assumes nothing, is fRing, options, length',
    ]);
  });
});

describe('sources', () => {
  it.each([
    ['a/x.iomap', 'b.cpp', 'a/b.cpp'],
    ['a/x.iomap', '../c/', 'c/'],
    ['x.iomap', '../c/b.cpp', '../c/b.cpp'],
    ['x.iomap', './b.cpp', 'b.cpp'],
    ['/t/a/x.iomap', '../../../b.cpp', '/../b.cpp'],
    ['file:///t/my%20a/x.iomap', 'b c.cpp', 'file:///t/my%20a/b%20c.cpp'],
    ['file:///t/a/x.iomap', '..', 'file:///t/'],
  ])('%s: %s is %s', (scenario, source, path) => {
    expect(sourcePath(scenario, source)).toBe(path);
  });

  it('are files, or all below a folder', () => {
    const files = ['c/b.cpp', 'c/a/a.cpp', 'd.cpp', '../e.cpp'];
    expect(sourcesOf('t/x.iomap', '../c/', files)).toEqual(['c/a/a.cpp', 'c/b.cpp']);
    expect(sourcesOf('x.iomap', 'd.cpp', files)).toEqual(['d.cpp']);
    expect(sourcesOf('x.iomap', '../e.cpp', files)).toEqual(['../e.cpp']);
  });
});
