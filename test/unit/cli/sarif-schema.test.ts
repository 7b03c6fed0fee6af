import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { Log } from 'sarif';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../../../server/cli/main';
import { createService } from '../../../server/features/create-service';
import { rules } from './fake';

/** What `--format sarif` prints is SARIF 2.1.0, by its JSON Schema. */

/** The schema is of draft 04; of what later drafts changed it has only these two keywords. */
const schema = JSON.parse(
  readFileSync(new URL('../../fixtures/sarif-2.1.0.schema.json', import.meta.url), 'utf8'),
  (key, value: unknown) =>
    (key === '$schema' || key === 'id') && typeof value === 'string' && value.startsWith('http') ? undefined : value,
) as object;
const validate = new Ajv({
  allErrors: true,
  strict: false,
  unicodeRegExp: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': (text: string) => /^[!-~]*$/.test(text) && URL.canParse(text, 'file:///'),
    'date-time': true,
  },
}).compile(schema);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maplens-sarif-'));
  mkdirSync(join(root, '.git'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function sarif(files: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<Log> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  let out = '';
  await runCli(['check', root, '--format', 'sarif', ...options], {
    createService: () => createService(root),
    rules: [...rules, { ...rules[0]!, id: 'no-address', semantics: [] }],
    version: '1.2.3',
    directory: root,
    terminal: { out: (text) => (out += text), error: () => undefined, color: false, columns: 100 },
  });
  return JSON.parse(out) as Log;
}

const source = (comment = ''): string =>
  `void f(IOMemoryDescriptor *memory, task_t task)\n{\n    memory->createMappingInTask(task, 0, kIOMapReadOnly);${comment}\n}\n`;

test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  ['nothing found', { 'a.cpp': 'int a;\n' }, []],
  ['findings with paths and fixes', { 'a #1.cpp': source() }, []],
  ['statistics', { 'a.cpp': source() }, ['--stats']],
  ['suppressed', { 'a.cpp': source(' // maplens-ignore no-address, leaked-reference -- on "purpose"') }, []],
  ['a baseline', { 'a.cpp': source(), 'base.json': '{ "version": 1, "findings": [] }' }, ['--baseline', 'base.json']],
  ['what could not be read', { 'a.cpp': source(), 'b ü.cpp': '\0', '.maplens.json': '{ "rules": { "x": 1 } }' }, []],
])('%s', async (_name, files, options) => {
  const log = await sarif(files, ...(options[1] === undefined ? options : [options[0]!, join(root, options[1])]));
  validate(log);
  expect(validate.errors).toBeNull();
  expect(log.runs[0]!.results!.length > 0).toBe(_name !== 'nothing found');
});

test('the schema refuses what SARIF is not', async () => {
  const log = await sarif({ 'a.cpp': source() });
  const [run] = log.runs;
  const [result] = run!.results!;
  for (const wrong of [
    { ...log, version: '2.0.0' },
    { ...log, runs: [{ ...run, results: [{ ...result, level: 'fatal' }] }] },
    { ...log, runs: [{ ...run, results: [{ ...result, more: 1 }] }] },
    { ...log, runs: [{ ...run, results: [{ ...result, message: undefined }] }] },
  ])
    expect(validate(JSON.parse(JSON.stringify(wrong)))).toBe(false);
});
