import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './fake';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maplens-scenarios-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const scenario = (...steps: string[]): string =>
  [
    '{ "title": "A ring", "tasks": ["A"], "machine": ["macos-15.4-arm64", "macos-15.4-x86_64"],',
    '"steps": [',
    ...steps,
    ']}',
  ].join('\n');
const ring =
  '{ "buffer": "ring", "task": "kernel_task", "options": "kIODirectionInOut|kIOMemoryKernelUserShared", "capacity": "2P" },';
const good = scenario(ring, '{ "map": "m", "of": "ring", "into": "A", "options": "kIOMapAnywhere", "expect": "new" }');
const wrong = scenario(
  ring,
  '{ "map": "m", "of": "ring", "into": "A", "options": "kIOMapAnywhere", "expect": { "length": "1P" } }',
);
const unread = scenario(ring, '{ "map": "m", "of": "rong", "into": "A" }');

function file(name: string, text: string): void {
  mkdirSync(join(root, name, '..'), { recursive: true });
  writeFileSync(join(root, name), text);
}

describe('maplens simulate, of scenarios', () => {
  it('shows one with its steps and mappings on each machine', async () => {
    file('good.iomap', good);
    const { code, out, errors } = await run(root, ['simulate', '$/good.iomap']);
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(out).toMatch(/A ring on .*arm64[\s\S]*good\.iomap:4[\s\S]*1 expectation held\.[\s\S]*x86_64/);
  });

  it('ends with 1 and the place where an expectation does not hold', async () => {
    file('wrong.iomap', wrong);
    const { code, out } = await run(root, ['simulate', '$/wrong.iomap']);
    expect(code).toBe(1);
    expect(out).toContain('wrong.iomap:4:93: expected length 0x4000, is 0x8000 (on macos-15.4-arm64)\n');
    expect(out).toContain('wrong.iomap:4:93: expected length 0x1000, is 0x2000 (on macos-15.4-x86_64)\n');
  });

  it('ends with 2 and the place of what can’t be read', async () => {
    file('unread.iomap', unread);
    const { code, out } = await run(root, ['simulate', '$/unread.iomap']);
    expect(code).toBe(2);
    expect(out).toBe('unread.iomap:4:21: there is no "rong" here\n');
  });

  it('tells once what the schema and the reader both say', async () => {
    file('a.iomap', scenario(ring, '{ "map": "m", "of": "ring" }'));
    const { code, out } = await run(root, ['simulate', '$/a.iomap']);
    expect(code).toBe(2);
    expect(out.split('\n').filter((line) => line.startsWith('a.iomap'))).toEqual([
      'a.iomap:4:1: Missing property "into".',
    ]);
  });

  it('runs folders, and says of several only what is wrong', async () => {
    file('all/good.iomap', good);
    file('all/deep/wrong.iomap', wrong);
    file('all/unread.iomap', unread);
    file('all/driver.cpp', 'int x;');
    const { code, out } = await run(root, ['simulate', '$/all']);
    expect(code).toBe(2);
    expect(out.split('\n').slice(-2)[0]).toBe("3 scenarios: 1 as expected, 1 not as expected, 1 can't be read.");
    expect(out).not.toContain('Mappings');
  });

  it('gives everything as JSON', async () => {
    file('wrong.iomap', wrong);
    const { code, out } = await run(root, ['simulate', '$/wrong.iomap', '--format', 'json']);
    expect(code).toBe(1);
    const [first] = JSON.parse(out) as [{ file: string; runs: { machine: string; trace: { steps: object[] } }[] }];
    expect(first.file).toBe('wrong.iomap');
    expect(first.runs.map(({ machine }) => machine)).toEqual(['macos-15.4-arm64', 'macos-15.4-x86_64']);
    expect(first.runs[0]!.trace.steps).toHaveLength(4);
  });

  it.each([
    ['{ "title": ', 'a.iomap:1:'],
    ['[]', 'a.iomap:1:1: '],
    ['"x"', 'a.iomap:1:1: '],
    [`{ "title": "x", "steps": ${'['.repeat(100_000)}`, 'a.iomap:1:'],
  ])('says where a text is no scenario, and ends with 2: %.20s', async (text, place) => {
    file('a.iomap', text);
    const { code, out, errors } = await run(root, ['simulate', '$/a.iomap']);
    expect({ code, errors }).toEqual({ code: 2, errors: [] });
    expect(out.split('\n').filter((line) => line.startsWith(place))).not.toEqual([]);
  });

  it.each([
    [['$/none.iomap'], 'none.iomap: no such file or folder'],
    [['$/empty'], 'empty: has no scenarios (*.iomap)'],
    [['$/a.iomap', '$/b.cpp'], 'simulate takes scenarios (*.iomap) or one source'],
    [['$/a.iomap', '--step', '1'], '--step is for sources'],
    [['$/a.iomap', '--format', 'svg'], '--format is one of text, json'],
  ])('says what is wrong: %s', async (argv, message) => {
    mkdirSync(join(root, 'empty'));
    const { code, errors } = await run(root, ['simulate', ...argv]);
    expect(code).toBe(2);
    expect(errors.join('\n')).toContain(message);
  });
});
