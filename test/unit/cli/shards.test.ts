import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { version } from '../../../package.json';
import { partOf, usualJobs } from '../../../server/cli/jobs';
import { buildCli } from '../../support/cli';

/** Threads and shards: whoever finds what, the report is the same, byte for byte. */

const folder = mkdtempSync(join(tmpdir(), 'maplens-shards-'));
const tree = join(folder, 'tree');
let cli: string;

beforeAll(async () => {
  cli = await buildCli(folder);
});
beforeEach(() => {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, '.git'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

function maplens(...argv: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], { cwd: tree, encoding: 'utf8' });
  return { code: status, out: stdout, errors: stderr };
}

function put(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
}

/** Checks in `of` parts; yields the names of their files. */
function shards(of: number, ...argv: readonly string[]): string[] {
  return Array.from({ length: of }, (_, index) => {
    const name = `${String(index + 1)}.shard`;
    const { out, code } = maplens('check', '.', '--shard', `${String(index + 1)}/${String(of)}`, ...argv);
    expect(code === 2 || code === 0).toBe(true);
    put({ [name]: out });
    return name;
  });
}

const call = 'createMappingInTask(task, 0, kIOMapReadOnly)';
const pieces = [
  (name: string) =>
    `IOMemoryMap *${name}(IOMemoryDescriptor *memory, task_t task)\n{\n    return memory->${call};\n}\n`,
  (name: string) =>
    `bool ${name}(IOMemoryDescriptor *memory)\n{\n\tIOMemoryMap *map = memory->map();\n\treturn map != NULL;\n}\n`,
  (name: string) => `void ${name}(Holder *holder)\n{\n    holder->helper(kIOMapAnywhere);\n    int é = 1;\n}\n`,
  (name: string) =>
    `void ${name}(IOMemoryDescriptor *memory, task_t task)\n{\n    // maplens-ignore-next-line no-address -- fixed on this machine\n    memory->${call}->release();\n}\n`,
  (name: string) => `// maplens-ignore-next-line no-address -- nothing needs it\nint ${name};\nasm("nop");\n`,
  (name: string) => `void Holder::${name}() { fMap = fMemory->map(); }\n`,
];
const header = `class Holder : public IOService {
    IOMemoryDescriptor *fMemory; IOMemoryMap *fMap;
    IOMemoryMap *helper(IOOptionBits options) { return fMemory->map(options); }
};
`;

/** A tree: for each file the pieces that it has. */
const trees = fc.array(fc.array(fc.nat(pieces.length - 1), { maxLength: 4 }), { minLength: 1, maxLength: 7 });

function generated(files: readonly (readonly number[])[]): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ['holder.h', header],
    ['.maplens.json', '{ "rules": { "d1": { "no-address": "info" } }, "exclude": ["d2/f5.cpp"] }'],
    ...files.map((kinds, file): [string, string] => [
      `d${String(file % 3)}/f${String(file)}.cpp`,
      `#include "../holder.h"\n${kinds.map((kind, index) => pieces[kind]!(`n${String(file)}_${String(index)}`)).join('\n')}`,
    ]),
  ]);
}

const reports = [
  ['--format', 'text', '--show-suppressed'],
  ['--format', 'json', '--fail-on', 'info'],
  ['--format', 'sarif'],
  ['--format', 'text', '--baseline', 'base.json'],
  ['--format', 'sarif', '--baseline', 'base.json', '--fail-on', 'error'],
] as const;

test('jobs and shards change nothing', () => {
  fc.assert(
    fc.property(
      trees,
      fc.integer({ min: 2, max: 4 }),
      fc.constantFrom(...reports),
      fc.boolean(),
      (files, of, how, all) => {
        rmSync(tree, { recursive: true, force: true });
        put({ '.git/x': '', ...generated(files) });
        maplens('check', 'd0', '--write-baseline', 'base.json');
        const what = all ? ['--stats', '--read-all'] : ['--stats'];
        const whole = maplens('check', '.', ...how, ...what, '--jobs', '1');
        expect(whole.errors).toBe('');
        expect(maplens('check', '.', ...how, ...what, '--jobs', '3')).toEqual(whole);
        // In any order.
        expect(maplens('merge', ...shards(of, ...what).reverse(), ...how)).toEqual(whole);
      },
    ),
    { numRuns: 6, seed: 8 },
  );
}, 120_000);

test('what could not be read is told once, and makes the code 2', () => {
  put({ ...generated([[0], [1, 4]]), 'bad.cpp': '\0', '.maplens.json': '{ "rules": { "nope": "off" } }' });
  const whole = maplens('check', '.', '--format', 'sarif');
  expect(whole).toMatchObject({ code: 2, errors: expect.stringMatching(/bad\.cpp: is not text\n.*nope/) as string });
  expect(maplens('merge', ...shards(2), '--format', 'sarif')).toEqual(whole);
});

test('one rule, and a baseline that a merge writes', () => {
  put(generated([[0, 1], [0, 4], [3]]));
  const whole = maplens('check', '.', '--rule', 'no-address', '--write-baseline', 'whole.json');
  expect(whole).toEqual({ code: 0, out: '', errors: 'maplens: whole.json: 2 findings written\n' });
  const merged = maplens('merge', ...shards(3, '--rule', 'no-address', '-j', '2'), '--write-baseline', 'merged.json');
  expect(merged).toEqual({ ...whole, errors: whole.errors.replace('whole', 'merged') });
  expect(maplens('check', '.', '--rule', 'no-address', '--baseline', 'merged.json').code).toBe(0);
});

describe('wrong usage is one line and 2', () => {
  beforeEach(() => put(generated([[0], [1]])));
  const expectError = (run: Run, message: string): void =>
    expect(run).toEqual({ code: 2, out: '', errors: `maplens: ${message}\n` });

  test.each([
    [['--shard', '0/3'], '--shard 0/3: shards are 1/n to n/n'],
    [['--shard', '4/3'], '--shard 4/3: shards are 1/n to n/n'],
    [['--shard', 'x'], '--shard wants i/n, as 1/3, not "x"'],
    [['--shard', '1/3/5'], '--shard wants i/n, as 1/3, not "1/3/5"'],
    [['--shard', '1/3', '--format', 'json'], '--format is for "maplens merge", not for a shard'],
    [['--shard', '1/3', '--baseline', 'b'], '--baseline is for "maplens merge", not for a shard'],
    [['--shard', '1/3', '--show-suppressed'], '--show-suppressed is for "maplens merge", not for a shard'],
    [['--jobs', '0'], '--jobs wants a number from 1 on, not "0"'],
    [['--jobs', 'many'], '--jobs wants a number from 1 on, not "many"'],
  ])('check %j', (argv, message) => expectError(maplens('check', '.', ...argv), message));

  test('merge', () => {
    shards(2);
    const { out } = maplens('check', '.', '--shard', '1/3');
    const other = maplens('check', '.', '--shard', '2/2', '--stats').out;
    const { maplensShard } = JSON.parse(out) as { maplensShard: object };
    const older = { ...maplensShard, version: '0.0.1' };
    const sum = createHash('sha256').update(JSON.stringify(older)).digest('hex');
    const old = JSON.stringify({ maplensShard: older, sum });
    put({
      third: out,
      other,
      old,
      text: 'x',
      json: '{}',
      cut: out.slice(0, -20),
      copy: maplens('check', '.', '--shard', '1/2').out,
    });
    const noShard = 'is no whole shard; "maplens check --shard" writes one';
    expectError(maplens('merge'), 'merge needs what "maplens check --shard" printed');
    expectError(maplens('merge', '1.shard'), 'shard 2/2 is missing');
    expectError(maplens('merge', '2.shard'), 'shard 1/2 is missing');
    expectError(maplens('merge', '1.shard', 'gone'), 'gone: no such file or folder');
    expectError(maplens('merge', '1.shard', 'copy'), 'copy: is shard 1/2, as is 1.shard');
    expectError(maplens('merge', '2.shard', 'third'), 'third: is shard 1/3, and 2.shard is 2/2');
    expectError(
      maplens('merge', '1.shard', 'other'),
      'other: is of another check than 1.shard: its sources or options differ',
    );
    expectError(maplens('merge', 'old'), `old: is of MapLens 0.0.1, and this is ${version}`);
    for (const name of ['text', 'json', 'cut']) expectError(maplens('merge', name), `${name}: ${noShard}`);
    put({ 'd0/f0.cpp': 'int changed;\n', changed: '' });
    put({ changed: maplens('check', '.', '--shard', '2/2').out });
    expectError(
      maplens('merge', '1.shard', 'changed'),
      'changed: is of another check than 1.shard: its sources or options differ',
    );
  });
});

test('parts have each file once, neighbours together, and none is much larger than its due', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (sizes, of) => {
      const texts = new Map(sizes.map((size, index) => [String(index).padStart(2, '0'), ' '.repeat(size)]));
      const files = [...texts.keys()];
      const parts = Array.from({ length: of }, (_, index) => partOf(files, texts, index + 1, of));
      expect(parts.flat()).toEqual(files);
      const whole = sizes.reduce((sum, size) => sum + size, 0);
      for (const part of parts) {
        const size = part.reduce((sum, file) => sum + texts.get(file)!.length, 0);
        expect(size).toBeLessThanOrEqual(whole / of + Math.max(0, ...sizes));
      }
    }),
  );
});

test.each([
  [10, 8, 1],
  [1_999_999, 8, 1],
  [2_000_000, 8, 2],
  [2_000_000, 1, 1],
  [50_000_000, 4, 4],
  [50_000_000, 64, 8],
])('of %i characters on %i cores: %i threads', (size, cores, threads) => {
  expect(usualJobs(new Map([['a.cpp', { length: size } as string]]), cores)).toBe(threads);
});
