import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import type { Log } from 'sarif';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maximumBytes } from '../../../server/files';
import { wantsColor } from '../../../server/cli/terminal';
import { run } from './fake';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'maplens-cli-'))));
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, content: string | Uint8Array): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
}

const clean = 'int main() {}\n';
const leaky = '\tmap = LEAK;\n';

describe('exit codes', () => {
  it.each([
    ['nothing to report', ['check', '$/clean.cpp'], 0],
    ['a warning', ['check', '$/leaky.cpp'], 1],
    ['a warning, but errors count', ['check', '$/leaky.cpp', '--fail-on', 'error'], 0],
    ['a warning, but nothing counts', ['check', '$/leaky.cpp', '--fail-on=never'], 0],
    ['a note', ['check', '$/note.cpp'], 0],
    ['a note that counts', ['check', '$/note.cpp', '--fail-on', 'info'], 1],
    ['another rule only', ['check', '$/leaky.cpp', '--rule', 'ignored-address'], 0],
    ['several rules', ['check', '$/leaky.cpp', '--rule', 'ignored-address,leaked-reference'], 1],
    ['help', ['--help'], 0],
    ['help of a command', ['check', '--help'], 0],
    ['version', ['--version'], 0],
  ])('%s: %s gives %i', async (_name, argv, code) => {
    put('clean.cpp', clean);
    put('leaky.cpp', leaky);
    put('note.cpp', 'NOTE');
    const result = await run(root, argv);
    expect(result).toMatchObject({ code, errors: [] });
  });
});

describe('wrong usage is one clear line and 2', () => {
  it.each([
    [[], 'no command; try "maplens --help"'],
    [['chek'], 'unknown command "chek"; there are check, merge, simulate, rules and explain'],
    [['check'], 'check needs a file or folder'],
    [['check', '$', '--format', 'xml'], '--format is one of text, json, sarif, not "xml"'],
    [['check', '$', '--fail-on', 'all'], '--fail-on is one of error, warning, info, hint, never, not "all"'],
    [['check', '$', '--colour'], "Unknown option '--colour'"],
    [['check', '$', '--rule', 'nope'], 'no rule "nope"; there are leaked-reference, ignored-address'],
    [['simulate'], 'simulate needs a file'],
    [['simulate', 'a.cpp'], 'simulate needs --function NAME'],
    [['simulate', 'a.cpp', 'b.cpp'], 'simulate takes one file, not "b.cpp" as well'],
    [['simulate', 'a.cpp', '--function', 'f', '--value', 'x'], '--value wants name=literal, not "x"'],
    [['simulate', 'a.cpp', '--function', 'f', '--step', '-1'], '--step'],
    [
      ['simulate', 'a.cpp', '--function', 'f', '--machine', 'vax'],
      'unknown machine "vax"; known are macos-15.4-arm64,',
    ],
    [['simulate', 'a.cpp', '--function', 'f', '--budget', '0'], '--budget wants a number, not "0"'],
    [['simulate', 'a.cpp', '--function', 'f', '--step', 'one'], '--step wants a number, not "one"'],
  ])('%j', async (argv, message) => {
    const { code, out, errors } = await run(root, argv);
    expect({ code, out, lines: errors.length }).toEqual({ code: 2, out: '', lines: 1 });
    expect(errors[0]).toContain(message);
    expect(errors[0]).not.toContain('\n');
  });
});

describe('input that can’t be read', () => {
  it.each([
    ['a binary file', 'a.cpp', new Uint8Array([0, 1, 2, 0]), 'a.cpp: is not text'],
    ['an empty file', 'a.cpp', '', 'a.cpp: is empty'],
    ['too many braces', 'a.cpp', '{'.repeat(maximumBytes + 1), 'a.cpp: 8.0 MB, more than the 8.0 MB that are read'],
    ['a missing file', 'b.cpp', clean, '$/a.cpp: no such file or folder'],
    ['a path through a file', 'a.cpp/b.cpp', clean, 'a.cpp: has no C, C++ or DriverKit sources', 0],
  ])('%s', async (_name, path, content, message, expected = 2) => {
    put(path, content);
    const { code, errors } = await run(root, ['check', '$/a.cpp']);
    expect(code).toBe(expected);
    expect(errors).toEqual(expected === 2 ? [message] : []);
  });

  it('says that a folder has no sources', async () => {
    put('docs/readme.md', '#');
    expect(await run(root, ['check', '$/docs'])).toMatchObject({
      code: 2,
      errors: ['$/docs: has no C, C++ or DriverKit sources'],
    });
  });

  it('goes on with the rest of a folder, and with the rest of the named ones', async () => {
    put('all/bad.cpp', new Uint8Array([0]));
    put('all/empty.cpp', '');
    put('all/good.cpp', leaky);
    symlinkSync(join(root, 'all'), join(root, 'all', 'loop'));
    symlinkSync(join(root, 'gone.cpp'), join(root, 'all', 'gone.cpp'));
    const folder = await run(root, ['check', '$/all']);
    expect(folder).toMatchObject({ code: 1, errors: ['all/bad.cpp: is not text'] });
    const named = await run(root, ['check', '$/all/bad.cpp', '$/all/good.cpp']);
    expect(named).toMatchObject({ code: 2, errors: ['all/bad.cpp: is not text'] });
    expect(named.out).toContain('all/good.cpp:1:8: warning:');
  });

  it('never throws, whatever the arguments', async () => {
    put('a.cpp', leaky);
    const argument = fc.oneof(
      fc.constantFrom(
        'check',
        'simulate',
        'help',
        '$',
        '$/a.cpp',
        '--format',
        'json',
        '--rule',
        '--function',
        '--',
        '-',
      ),
      fc.string({ maxLength: 8 }).filter((text) => !/[/.~]/.test(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 5 }), async (argv) => {
        const { code, errors } = await run(root, argv);
        expect([0, 1, 2]).toContain(code);
        for (const line of errors) expect(line).not.toMatch(/\n|internal error/);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

describe('text', () => {
  it('shows place, message, source with a caret, reason and path', async () => {
    put('leaky.cpp', leaky);
    const { out } = await run(root, ['check', '$/leaky.cpp']);
    expect(out).toBe(
      [
        "leaky.cpp:1:8: warning: 'map' leaks [leaked-reference]",
        '    1 |     map = LEAK;',
        '      |           ^~~~',
        '      Release it.',
        '   1. 1:8          map gets a reference',
        '   2. other.h:7:3  the function returns',
        '',
        '1 warning in 1 file of 1.',
        '',
      ].join('\n'),
    );
  });

  it('lets no control character of a source reach the terminal', async () => {
    put('evil.cpp', '\u001b[2J LEAK \u009b1m\n');
    expect((await run(root, ['check', '$/evil.cpp'])).out).not.toMatch(/[\u001b\u009b]/);
  });

  it('cuts long lines around the caret', async () => {
    put('long.cpp', `${'x'.repeat(500)}LEAK${'y'.repeat(500)}`);
    const lines = (await run(root, ['check', '$/long.cpp'])).out.split('\n');
    expect(Math.max(...lines.slice(1, 3).map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines[1]!.indexOf('LEAK')).toBe(lines[2]!.indexOf('^'));
  });

  it('counts, and says how much was read', async () => {
    put('clean.cpp', clean);
    const { out } = await run(root, ['check', '$/clean.cpp', '--stats', '--read-all']);
    expect(out).toContain('lowered whole      3 (75.00 %)');
    expect(out).toContain('     1  asm statement');
    expect(out).toContain('1, of which 0 only scanned');
    expect(out).toMatch(/No findings in 1 file\.\n$/);
  });

  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('colours: terminal %s, environment %j: %s', (tty, environment, expected) => {
    expect(wantsColor(tty, environment)).toBe(expected);
  });

  it('has colours only where asked', async () => {
    put('leaky.cpp', leaky);
    expect((await run(root, ['check', '$/leaky.cpp'])).out).not.toContain('\u001b');
    expect((await run(root, ['check', '$/leaky.cpp'], { color: true })).out).toContain('\u001b[33mwarning');
  });
});

describe('JSON', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../docs/findings.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const validate = new Ajv({ allErrors: true, strict: true }).compile(schema);

  it('is what the schema says, with and without findings and statistics', async () => {
    put('src/b.cpp', leaky);
    put('src/a.cpp', 'NOTE LEAK');
    put('clean.cpp', clean);
    for (const argv of [['$/src'], ['$/clean.cpp'], ['$/src', '--stats']]) {
      const value: unknown = JSON.parse((await run(root, ['check', ...argv, '--format', 'json'])).out);
      validate(value);
      expect(validate.errors).toBeNull();
    }
  });

  it('has the schema refuse what is not promised', () => {
    expect(validate({})).toBe(false);
    expect(validate({ findings: [{ file: 'a' }] })).toBe(false);
    expect(validate({ findings: [], more: 1 })).toBe(false);
  });

  it('is ordered by file and place, with relative paths, whatever the order of the arguments', async () => {
    put('src/b.cpp', leaky);
    put('src/a.cpp', 'NOTE LEAK');
    const one = await run(root, ['check', '$/src/b.cpp', '$/src/a.cpp', '--format', 'json']);
    const two = await run(root, ['check', '$/src', '$/src/b.cpp', '--format', 'json']);
    expect(two.out).toBe(one.out);
    const { findings } = JSON.parse(one.out) as { findings: { file: string; column: number }[] };
    expect(findings.map(({ file, column }) => `${file}:${column}`)).toEqual([
      'src/a.cpp:1',
      'src/a.cpp:6',
      'src/b.cpp:8',
    ]);
  });
});

describe('SARIF', () => {
  it('has rules, relative URIs, code flows and notifications', async () => {
    put('my src/a#1.cpp', leaky);
    put('my src/bad.cpp', new Uint8Array([0]));
    const { out } = await run(root, ['check', '$/my src', '--format', 'sarif']);
    const log = JSON.parse(out) as Log;
    expect(log.version).toBe('2.1.0');
    const [sarifRun] = log.runs;
    expect(sarifRun!.tool.driver.rules?.map((rule) => rule.id)).toEqual(['leaked-reference', 'ignored-address']);
    const result = sarifRun!.results![0]!;
    expect(result).toMatchObject({ ruleId: 'leaked-reference', ruleIndex: 0, level: 'warning' });
    expect(result.locations![0]!.physicalLocation).toEqual({
      artifactLocation: { uri: 'my%20src/a%231.cpp', uriBaseId: '%SRCROOT%' },
      region: { startLine: 1, startColumn: 8, endLine: 1, endColumn: 12 },
    });
    expect(result.codeFlows![0]!.threadFlows[0]!.locations.map((step) => step.location?.message?.text)).toEqual([
      'map gets a reference',
      'the function returns',
    ]);
    expect(sarifRun!.invocations![0]).toMatchObject({ executionSuccessful: true, exitCode: 1 });
    expect(sarifRun!.invocations![0]!.toolExecutionNotifications![0]!.message.text).toBe('my src/bad.cpp: is not text');
  });
});
