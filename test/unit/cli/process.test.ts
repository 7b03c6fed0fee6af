import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { Log } from 'sarif';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRules } from '../../../server/rules/index';
import { buildCli } from '../../support/cli';

/** The command line as a process, over the real language service. */

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'maplens-process-'));
const cli = join(folder, 'cli.cjs');

beforeAll(async () => {
  await buildCli(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function maplens(...argv: string[]): { code: number | null; out: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], { cwd: root, encoding: 'utf8' });
  return { code: status, out: stdout, errors: stderr };
}
function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('the sample driver', () => {
  it('has the three mistakes that samples/README.md lists, and no other finding', () => {
    const { code, out, errors } = maplens('check', 'samples', '--format', 'json');
    expect({ code, errors }).toEqual({ code: 1, errors: '' });
    const value = JSON.parse(out) as { findings: { file: string; function: string; rule: string; path: unknown[] }[] };
    const schema = JSON.parse(readFileSync(join(root, 'docs/findings.schema.json'), 'utf8')) as object;
    const validate = new Ajv({ allErrors: true }).compile(schema);
    validate(value);
    expect(validate.errors).toBeNull();
    const listed = [...readFileSync(join(root, 'samples/README.md'), 'utf8').matchAll(/^\| `(\w+::\w+)` \|/gm)];
    expect(value.findings.map((finding) => finding.function).sort()).toEqual(listed.map((match) => match[1]!).sort());
    for (const finding of value.findings) {
      expect(finding.file).toBe('samples/FrameGrabber/FrameGrabber.cpp');
      expect(finding.path.length).toBeGreaterThan(0);
    }
  });

  it('shows in replays the two findings that a run can show', () => {
    const { out } = maplens('check', 'samples', '--replay', '--format', 'json');
    const { findings } = JSON.parse(out) as { findings: { rule: string; replay: object }[] };
    expect(findings.map(({ rule, replay }) => [rule, replay])).toEqual([
      ['dead-address', { verdict: 'confirmed' }],
      ['leaked-reference', { verdict: 'confirmed' }],
      ['redirect-not-unique', { verdict: 'not-replayable', reason: 'no run can show what this rule is about' }],
    ]);
    expect(maplens('check', 'samples', '--replay').out).toContain('Replayed: 2 confirmed, 1 not replayable.');
  });

  it('has the same findings when only the file is named', () => {
    const folder = maplens('check', 'samples', '--format', 'json');
    expect(maplens('check', 'samples/FrameGrabber/FrameGrabber.cpp', '--format', 'json').out).toBe(folder.out);
    expect(maplens('check', 'samples/FrameGrabber/FrameGrabber.hpp')).toMatchObject({ code: 0 });
  });

  it('is reported as docs/cli.md shows', () => {
    const page = readFileSync(join(root, 'docs/cli.md'), 'utf8');
    const shown = /^### Text\n\n((?: {4}.*\n)+)/m.exec(page)![1]!.replace(/^ {4}/gm, '');
    expect(maplens('check', 'samples').out).toContain(shown);
  });

  it('gives the same SARIF twice, with a result for each finding', () => {
    const { out } = maplens('check', 'samples', '--format', 'sarif');
    expect(maplens('check', 'samples', '--format', 'sarif').out).toBe(out);
    const [run] = (JSON.parse(out) as Log).runs;
    expect(run!.results).toHaveLength(3);
    for (const result of run!.results!) expect(run!.tool.driver.rules![result.ruleIndex!]!.id).toBe(result.ruleId);
  });

  it('runs: the mappings of start, and the leak of showHeader', () => {
    const start = maplens('simulate', 'samples/FrameGrabber/FrameGrabber.cpp', '--function', 'FrameGrabber::start');
    expect(start).toMatchObject({ code: 0, errors: '' });
    expect(start.out).toMatch(/kernel_task .*fRegisters/);
    const leak = maplens('simulate', 'samples/FrameGrabber/FrameGrabber.cpp', '--function', 'showHeader');
    expect(leak).toMatchObject({ code: 1, errors: '' });
    expect(leak.out).toMatch(/! leak: header leaks/);
  });

  it('simulate takes macros as a compiler does', () => {
    const file = put(
      'macros.cpp',
      ['#if DEVELOPMENT', 'int g() { return LIMIT; }', '#else', 'int g() { return 1; }', '#endif', 'int f() {']
        .concat(['#if FAST', 'return 2;', '#else', 'return g();', '#endif', '}', 'IOMemoryMap *m;'])
        .join('\n'),
    );
    const outcome = (...macros: string[]): string =>
      /^Outcome: (.*)$/m.exec(maplens('simulate', file, '--function', 'f', ...macros).out)![1]!;
    expect(outcome('-D', 'FAST')).toContain('returned 2');
    expect(outcome('-DDEVELOPMENT', '-D', 'LIMIT=7', '-DFAST=0')).toContain('returned 7');
    expect(outcome('-D', 'DEVELOPMENT=0', '-D', 'FAST=0')).toContain('returned 1');
    expect(maplens('simulate', file, '--function', 'f', '-D', '2X').errors).toContain('-D wants NAME or NAME=VALUE');
  });
});

describe('rules', () => {
  const ids = allRules.map(({ id }) => id);

  it('are listed, one a line, and as JSON', () => {
    const listed = maplens('rules');
    expect(listed).toMatchObject({ code: 0, errors: '' });
    expect(listed.out.split('\n').flatMap((line) => /^[a-z-]+/.exec(line)?.[0] ?? [])).toEqual(ids);
    const { rules } = JSON.parse(maplens('rules', '--format', 'json').out) as { rules: { id: string }[] };
    expect(rules.map(({ id }) => id)).toEqual(ids);
  });

  it('are explained by their pages', () => {
    for (const id of ['leaked-reference', 'unused-suppression'])
      expect(maplens('explain', id)).toEqual({
        code: 0,
        out: readFileSync(join(root, `docs/rules/${id}.md`), 'utf8'),
        errors: '',
      });
    expect(maplens('explain', 'leaked-refrence')).toEqual({
      code: 2,
      out: '',
      errors: 'maplens: no rule "leaked-refrence"; "maplens rules" lists them\n',
    });
  });
});

describe('what a team says of findings', () => {
  const call = 'memory->createMappingInTask(task, 0, kIOMapReadOnly)';
  const text = (before: string, after = '', head = ''): string =>
    `${head}IOMemoryMap *expose(IOMemoryDescriptor *memory, task_t task)\n{\n${before}    return ${call};${after}\n}\n`;
  const team = join(folder, 'team');
  const check = (source: string, configuration?: string): { code: number | null; out: string; errors: string } => {
    rmSync(team, { recursive: true, force: true });
    mkdirSync(join(team, '.git'), { recursive: true });
    put('team/a.cpp', source);
    if (configuration !== undefined) put('team/.maplens.json', configuration);
    return maplens('check', team, '--format', 'json', '--show-suppressed');
  };
  const found = (out: string): readonly string[] =>
    (JSON.parse(out) as { findings: { rule: string; severity: string; suppressed?: { reason: string } }[] }).findings
      .map(({ rule, severity, suppressed }) => `${rule} ${suppressed ? `suppressed: ${suppressed.reason}` : severity}`)
      .sort();

  it.each<[string, string, number, readonly string[]]>([
    ['nothing', text(''), 1, ['no-address error']],
    [
      'the line above',
      text('    // maplens-ignore-next-line no-address -- a test\n'),
      0,
      ['no-address suppressed: a test'],
    ],
    ["the line's end", text('', ' // maplens-ignore no-address -- a test'), 0, ['no-address suppressed: a test']],
    [
      'the whole function',
      text('', '', '// maplens-ignore-function no-address -- a test\n'),
      0,
      ['no-address suppressed: a test'],
    ],
    [
      'no reason',
      text('', ' // maplens-ignore no-address'),
      1,
      ['no-address error', 'suppression-without-reason warning'],
    ],
    [
      'a rule that finds nothing',
      text('', ' // maplens-ignore no-address, dead-address -- a test'),
      1,
      ['no-address suppressed: a test', 'unused-suppression warning'],
    ],
    [
      'no rule',
      text('', ' // maplens-ignore no-adress -- a test'),
      1,
      ['no-address error', 'suppression-of-unknown-rule warning'],
    ],
  ])('a comment for %s', (_name, source, code, findings) => {
    const result = check(source);
    expect({ code: result.code, found: found(result.out), errors: result.errors }).toEqual({
      code,
      found: findings,
      errors: '',
    });
  });

  it.each<[string, number, readonly string[], RegExp]>([
    ['{ "rules": { "no-address": "off" } }', 0, [], /^$/],
    ['{ "rules": { "*.cpp": { "no-address": "hint" } } }', 0, ['no-address hint'], /^$/],
    ['{ "exclude": ["a.cpp"] }', 0, [], /^$/],
    ['{ "rules": { "no-adress": "off" } }', 2, ['no-address error'], /json:1:14: unknown rule "no-adress".*\n$/],
    ['{ "rules": { "no-address": "no" } }', 2, ['no-address error'], /json:1:28: "no-address" is off, .*\n$/],
    ['{ "rules": ', 2, ['no-address error'], /json:1:\d+: .*expected\n/],
  ])('%s', (configuration, code, findings, errors) => {
    const result = check(text(''), configuration);
    expect({ code: result.code, found: found(result.out) }).toEqual({ code, found: findings });
    expect(result.errors).toMatch(errors);
  });
});

describe('bad input', () => {
  it.each([
    ['10 MB of braces', () => put('big.cpp', '{'.repeat(10_000_000)), 2],
    ['2 MB of braces', () => put('deep.cpp', '{'.repeat(2_000_000)), 0],
    [
      '2 MB of braces in a function that maps',
      () => put('in.cpp', `void f(IOMemoryDescriptor *d) { d->map(); ${'{'.repeat(2_000_000)}`),
      0,
    ],
    [
      'parentheses without end',
      () => put('paren.cpp', `void f(IOMemoryDescriptor *d) { d->map${'('.repeat(200_000)}; }`),
      0,
    ],
    ['operators without end', () => put('ops.cpp', `int f(IOMemoryMap *m) { return ${'-'.repeat(200_000)}1; }`), 0],
    ['templates without end', () => put('templates.cpp', `IOMemoryMap *m; ${'A<'.repeat(100_000)}`), 0],
    ['classes that are their own bases', () => put('bases.cpp', cyclic), 0],
    ['a macro that grows', () => put('macro.cpp', growing()), 0],
    ['a binary file', () => put('a.out.cpp', readFileSync(process.execPath).subarray(0, 100_000)), 2],
    ['an empty file', () => put('empty.cpp', ''), 2],
    ['a file that is not there', () => join(folder, 'gone.cpp'), 2],
  ])('%s: no stack trace, at most one line on standard error', (_name, make, expected) => {
    const { code, out, errors } = maplens('check', make(), '--fail-on', 'never');
    expect(errors).not.toMatch(/^\s+at /m);
    expect(errors).not.toContain('internal error');
    expect(errors.split('\n').length).toBe(expected === 2 ? 2 : 1);
    expect(out === '').toBe(expected === 2);
    expect(code).toBe(expected);
  });

  it('ends quietly when nobody reads on', () => {
    const command = `"${process.execPath}" "${cli}" check samples --format sarif --stats | head -c 1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' });
    expect(stdout).toBe('{');
    expect(stderr).toBe('');
  });
});

const cyclic = `template <typename T> struct F : F<T> { int x; };
struct A : B {}; struct B : A { IOMemoryMap *m; int f() { return m->getLength() + q; } };
int g(F<int> *p, A *a) { a->m->release(); return p->y + a->z; }
`;

/** Forty definitions, each twice the one before: 2^40 tokens if nobody stops. */
function growing(): string {
  const lines = ['#define M0 map->getLength() +'];
  for (let i = 1; i <= 40; i++) lines.push(`#define M${i} M${i - 1} M${i - 1}`);
  return `${lines.join('\n')}\nlong f(IOMemoryMap *map) { return M40 0; }\n`;
}
