import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Log } from 'sarif';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../../server/cli/main';
import { createService } from '../../../server/features/create-service';
import { rules } from './fake';

/** Configurations, suppressions and baselines: the command line over the real language service. */

const call = 'memory->createMappingInTask(task, 0, kIOMapReadOnly)';
const source = (name: string, more = ''): string =>
  `IOMemoryMap *${name}(IOMemoryDescriptor *memory, task_t task)\n{\n    return ${call};${more}\n}\n`;
const known = [...rules, { ...rules[0]!, id: 'no-address' }];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maplens-project-'));
  mkdirSync(join(root, '.git'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

async function maplens(
  folder: string,
  ...argv: readonly string[]
): Promise<{ code: number; out: string; errors: string[] }> {
  let out = '';
  const errors: string[] = [];
  const directory = join(root, folder);
  // Paths to check count from the process's folder, as in a shell.
  const placed = argv.map((word, index) => (argv[0] === 'check' && index === 1 ? join(directory, word) : word));
  const code = await runCli(placed, {
    createService: () => createService(directory),
    rules: known,
    version: '1.2.3',
    directory,
    terminal: { out: (text) => (out += text), error: (line) => errors.push(line), color: false, columns: 100 },
  });
  return { code, out, errors };
}

const lastLines = (out: string): string => out.trimEnd().split('\n\n').at(-1)!;

describe('.maplens.json', () => {
  test.each([
    ['severity', { '.maplens.json': '{ "rules": { "no-address": "info" } }' }, '', 0, '1 note in 1 file of 1.'],
    ['faint', { '.maplens.json': '{ "rules": { "no-address": "hint" } }' }, '', 0, '1 hint in 1 file of 1.'],
    ['off', { '.maplens.json': '{ "rules": { "no-address": "off" } }' }, '', 0, 'No findings in 1 file.'],
    [
      'for a folder, from a folder below',
      { '.maplens.json': '{ "rules": { "src": { "no-address": "off" } } }' },
      'src',
      0,
      'No findings in 1 file.',
    ],
    [
      'left out',
      { '.maplens.json': '{ "exclude": ["src"] }' },
      '',
      0,
      'No findings in 1 file.\n1 file left out by .maplens.json.',
    ],
    ['above the project', { '../.maplens.json': '' }, '', 1, '1 error in 1 file of 1.'],
  ])('%s', async (_name, files, folder, code, summary) => {
    put({ 'src/a.cpp': source('a') });
    for (const [path, text] of Object.entries(files)) if (!path.startsWith('..')) put({ [path]: text });
    const result = await maplens(folder, 'check', '.');
    expect({ ...result, out: lastLines(result.out) }).toEqual({ code, out: summary, errors: [] });
  });

  test('has its errors told with their places, and counts otherwise', async () => {
    put({ 'a.cpp': source('a'), '.maplens.json': '{\n  "rules": { "no-address": "info", "nope": "off" }\n}\n' });
    const result = await maplens('', 'check', '.', '--format', 'sarif');
    expect(result).toMatchObject({ code: 2, errors: ['.maplens.json:2:36: unknown rule "nope"'] });
    const [run] = (JSON.parse(result.out) as Log).runs;
    expect(run!.results![0]!.level).toBe('note');
    expect(run!.invocations![0]!.toolConfigurationNotifications).toEqual([
      {
        level: 'error',
        message: { text: 'unknown rule "nope"' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: '.maplens.json', uriBaseId: '%SRCROOT%' },
              region: { startLine: 2, startColumn: 36, endLine: 2, endColumn: 42 },
            },
          },
        ],
      },
    ]);
  });
});

describe('suppressed findings', () => {
  beforeEach(() => put({ 'a.cpp': source('a', ' // maplens-ignore no-address -- on purpose') }));

  test('are counted, and shown when asked', async () => {
    const without = await maplens('', 'check', '.');
    expect(without).toMatchObject({ code: 0, out: 'No findings in 1 file.\n1 finding suppressed by comments.\n' });
    const shown = await maplens('', 'check', '.', '--show-suppressed');
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/^a\.cpp:3:\d+: error: .*\[no-address\]/);
    expect(shown.out).toContain('      suppressed: on purpose\n');
    const json = await maplens('', 'check', '.', '--show-suppressed', '--format', 'json');
    expect(JSON.parse(json.out)).toMatchObject({ findings: [{ suppressed: { reason: 'on purpose' } }] });
    expect(JSON.parse((await maplens('', 'check', '.', '--format', 'json')).out)).toEqual({ findings: [] });
  });

  test('have their justification in SARIF', async () => {
    const [run] = (JSON.parse((await maplens('', 'check', '.', '--format', 'sarif')).out) as Log).runs;
    expect(run!.results).toMatchObject([
      {
        ruleId: 'no-address',
        suppressions: [{ kind: 'inSource', status: 'accepted', justification: 'on purpose' }],
        partialFingerprints: { 'maplens/v1': expect.stringMatching(/^[0-9a-f]{16}:1$/) as string },
        fixes: [{ artifactChanges: [{ replacements: [{ insertedContent: { text: 'kIOMapAnywhere | ' } }] }] }],
      },
    ]);
  });
});

describe('a baseline', () => {
  const write = ['check', '.', '--write-baseline', 'base.json'];
  const check = ['check', '.', '--baseline', 'base.json'];

  test.each<[string, Readonly<Record<string, string>>, number, string]>([
    ['knows what it was made of', {}, 0, 'No findings in 2 files.\n2 findings known to the baseline.'],
    [
      'after lines moved',
      { 'a.cpp': `\n// new\n${source('a')}` },
      0,
      'No findings in 2 files.\n2 findings known to the baseline.',
    ],
    ['not a new finding', { 'c.cpp': source('c') }, 1, '1 error in 1 file of 3.\n2 findings known to the baseline.'],
    [
      'not a second one in a file',
      { 'a.cpp': source('a') + source('again') },
      1,
      '1 error in 1 file of 2.\n2 findings known to the baseline.',
    ],
    [
      'not a copy in another file',
      { 'c.cpp': source('a') },
      1,
      '1 error in 1 file of 3.\n2 findings known to the baseline.',
    ],
    [
      'and tells what is no longer found',
      { 'a.cpp': 'int a;\n' },
      0,
      'No findings in 2 files.\n1 finding known to the baseline.\n1 entry of the baseline no longer found; write it anew:\n  a.cpp: no-address in a',
    ],
  ])('%s', async (_name, changes, code, summary) => {
    put({ 'a.cpp': source('a'), 'b.cpp': source('b') });
    expect(await maplens('', ...write)).toEqual({ code: 0, out: '', errors: ['base.json: 2 findings written'] });
    put(changes);
    const result = await maplens('', ...check);
    expect({ ...result, out: lastLines(result.out) }).toEqual({ code, out: summary, errors: [] });
  });

  test('follows a file that is renamed, and is read from any folder', async () => {
    put({ 'src/a.cpp': source('a') });
    await maplens('', ...write);
    expect(JSON.parse(readFileSync(join(root, 'base.json'), 'utf8'))).toMatchObject({
      version: 1,
      findings: [{ file: 'src/a.cpp', rule: 'no-address', function: 'a' }],
    });
    expect((await maplens('src', 'check', '.', '--baseline', '../base.json')).code).toBe(0);
    rmSync(join(root, 'src/a.cpp'));
    put({ 'src/b.cpp': source('a') });
    expect((await maplens('', ...check)).out).toBe('No findings in 1 file.\n1 finding known to the baseline.\n');
  });

  test('says nothing of files that were not checked', async () => {
    put({ 'a/a.cpp': source('a'), 'b/b.cpp': source('b') });
    await maplens('', ...write);
    const { out } = await maplens('', 'check', 'a', '--baseline', 'base.json', '--format', 'json');
    expect(JSON.parse(out)).toEqual({ findings: [], baseline: { known: 1, stale: [] } });
  });

  test.each([
    ['no file', undefined, 'base.json: no such file or folder'],
    ['no JSON', '{', 'base.json: is no baseline; --write-baseline writes one'],
    ['another version', '{ "version": 2, "findings": [] }', 'base.json: is no baseline; --write-baseline writes one'],
    ['other entries', '{ "version": 1, "findings": [{}] }', 'base.json: is no baseline; --write-baseline writes one'],
  ])('%s', async (_name, text, message) => {
    put({ 'a.cpp': source('a'), ...(text === undefined ? {} : { 'base.json': text }) });
    expect(await maplens('', ...check)).toEqual({ code: 2, out: '', errors: [message] });
  });

  test('that can’t be written is told', async () => {
    put({ 'a.cpp': source('a') });
    const { code, errors } = await maplens('', 'check', '.', '--write-baseline', 'no/base.json');
    expect({ code, errors }).toEqual({ code: 2, errors: ['no/base.json: no such file or folder'] });
  });
});

describe('rules', () => {
  test.each<[readonly string[], number, string, readonly string[]]>([
    [['rules'], 0, 'leaked-reference  warning  A reference is leaked\n', []],
    [['rules', '--format', 'json'], 0, '"id": "no-address"', []],
    [['rules', 'x'], 2, '', ['rules takes no names; "maplens explain RULE" tells of one']],
    [['explain', 'no-address'], 0, '# A page\n\nWhy.\n', []],
    [['explain', 'nope'], 2, '', ['no rule "nope"; "maplens rules" lists them']],
    [['explain'], 2, '', ['explain needs one rule; "maplens rules" lists them']],
  ])('%j', async (argv, code, part, errors) => {
    const result = await maplens('', ...argv);
    expect(result).toMatchObject({ code, errors });
    expect(result.out).toContain(part);
  });
});
