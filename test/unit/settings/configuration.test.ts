import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getLanguageService, TextDocument } from 'vscode-json-languageservice';
import { createService } from '../../../server/features/create-service';
import { allRules } from '../../../server/rules/index';
import { readConfiguration } from '../../../server/settings/configuration';
import { globMatcher } from '../../../server/settings/glob';
import { configurationSchema, rulesSetting } from '../../../server/settings/schema';

describe('globs', () => {
  test.each([
    ['src', 'src/a.cpp', true],
    ['src', 'lib/src/a.cpp', false],
    ['src', 'src2/a.cpp', false],
    ['./src/', 'src/deep/a.cpp', true],
    ['*.cpp', 'a.cpp', true],
    ['*.cpp', 'src/a.cpp', false],
    ['*.cpp', 'a.cpp.h', false],
    ['**/*.cpp', 'a.cpp', true],
    ['**/*.cpp', 'x/y/a.cpp', true],
    ['**/test', 'x/test/a.cpp', true],
    ['src/**', 'src/x/a.cpp', true],
    ['src/**', 'src', false],
    ['src/**/a.cpp', 'src/a.cpp', true],
    ['src/**/a.cpp', 'src/x/y/a.cpp', true],
    ['src/**/a.cpp', 'src/xa.cpp', false],
    ['**', 'x/a.cpp', true],
    ['a?.cpp', 'ab.cpp', true],
    ['a?.cpp', 'a/.cpp', false],
    ['{src,lib}/*.{h,cpp}', 'lib/a.h', true],
    ['{src,lib}/*.{h,cpp}', 'lib/a.m', false],
    ['{src', '{src/a', true],
    ['a[0-9].h', 'a7.h', true],
    ['a[!0-9].h', 'a7.h', false],
    ['a[9-0].h', 'a9.h', false],
    ['a.b+(c)', 'a.b+(c)', true],
    ['a.b', 'axb', false],
    ['', 'x/a.cpp', true],
    ['.', '../a.cpp', false],
    ['a**b', 'axxb', true],
    ['a**b', 'ax/xb', false],
  ])('%j on %j: %s', (pattern, path, expected) => {
    expect(globMatcher(pattern)(path)).toBe(expected);
  });

  test('are made of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]*?!,-^/\\a.()|+$') }), fc.string(), (pattern, path) => {
        expect(typeof globMatcher(pattern)(path)).toBe('boolean');
      }),
    );
  });
});

const ids = allRules.map(({ id }) => id);

describe('what is wrong with a configuration is one line with its place', () => {
  test.each<[string, string, string, boolean]>([
    ['', 'is empty; {} says nothing', '', false],
    ['[]', 'must be an object', '[]', true],
    ['{ "rules": { "no-address": "off" }', 'close brace expected', '', false],
    ['{ "rulez": {} }', 'unknown key "rulez"; there are rules, include and exclude', '"rulez"', true],
    ['{ "rules": [] }', '"rules" is an object: rule → level, or glob → such an object', '[]', true],
    ['{ "rules": { "no-adress": "off" } }', 'unknown rule "no-adress"', '"no-adress"', true],
    [
      '{ "rules": { "leaked-refrence": "off" } }',
      'unknown rule "leaked-refrence"; "leaked-reference"?',
      '"leaked-refrence"',
      true,
    ],
    ['{ "rules": { "no-address": "on" } }', '"no-address" is off, hint, info, warning or error', '"on"', true],
    ['{ "rules": { "no-address": 1 } }', '"no-address" is off, hint, info, warning or error', '1', true],
    [
      '{ "rules": { "no-address": {} } }',
      '"no-address" is a rule: its value is off, hint, info, warning or error',
      '{}',
      true,
    ],
    ['{ "rules": { "src": { "nope": "off" } } }', 'unknown rule "nope"', '"nope"', true],
    ['{ "include": "src" }', '"include" is a list of globs', '"src"', true],
    ['{ "exclude": ["src", 1] }', '"exclude" is a list of globs', '1', true],
  ])('%s', (text, message, place, bySchema) => {
    const [problem, ...more] = readConfiguration(text, ids).problems;
    expect(more).toEqual([]);
    expect(problem!.message).toMatch(new RegExp(`^${message.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')}`));
    if (place !== '') expect(text.slice(problem!.start, problem!.end)).toBe(place);
    if (bySchema) expect(valid(JSON.parse(text))).toBe(false);
  });

  test('nothing, of all that there is', () => {
    const text = `{
      // a comment
      "$schema": "x",
      "rules": { "no-address": "error", "tests/**": { "no-address": "off", "dead-address": "info", }, },
      "include": ["src"], "exclude": ["src/old"],
    }`;
    expect(readConfiguration(text, ids).problems).toEqual([]);
    expect(valid(JSON.parse(text.replace(/\/\/.*/, '').replace(/,(\s*})/g, '$1')))).toBe(true);
  });

  test('any text is read', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]":, ', '"rules"', '"no-address"', '"off"', '1') }),
        (text) => {
          for (const { message } of readConfiguration(text, ids).problems) expect(message).not.toContain('\n');
        },
      ),
    );
    expect(readConfiguration('['.repeat(100_000), ids).problems.length).toBeGreaterThan(0);
  });
});

function valid(value: unknown): boolean {
  const { $schema, ...schema } = configurationSchema(allRules) as { $schema: string };
  expect($schema).toContain('draft-07');
  return new Ajv({ strict: false }).compile(schema)(value);
}

describe('VS Code completes and checks by the schemas', () => {
  const json = getLanguageService({});
  json.configure({
    schemas: [
      { uri: 'file', fileMatch: ['.maplens.json'], schema: configurationSchema(allRules) },
      { uri: 'setting', fileMatch: ['settings.json'], schema: { properties: { rules: rulesSetting(allRules) } } },
    ],
  });
  const parse = (
    name: string,
    text: string,
  ): readonly [TextDocument, ReturnType<typeof json.parseJSONDocument>, number] => {
    const document = TextDocument.create(`file:///${name}`, 'json', 1, text.replace('|', ''));
    return [document, json.parseJSONDocument(document), text.indexOf('|')];
  };
  const completed = async (name: string, text: string): Promise<readonly string[]> => {
    const [document, tree, at] = parse(name, text);
    const list = await json.doComplete(document, document.positionAt(at), tree);
    return (list?.items ?? []).map(({ label }) => label).sort();
  };
  const levels = ['"error"', '"hint"', '"info"', '"off"', '"warning"'];

  describe.each(['.maplens.json', 'settings.json'])('%s', (name) => {
    test('names of rules and levels are offered', async () => {
      expect(await completed(name, '{ "rules": { | } }')).toEqual(ids.toSorted());
      expect(await completed(name, '{ "rules": { "no-address": | } }')).toEqual(levels);
      expect(await completed(name, '{ "rules": { "src/**": { "no-address": | } } }')).toEqual(levels);
    });

    test.each([
      ['{ "no-address": "off", "src": { "dead-address": "hint" } }', []],
      ['{ "no-adress": "off" }', ['There is no such rule. A glob has an object: rule → level.']],
      ['{ "no-address": "on" }', [expect.stringContaining('Valid values: "off", "hint"')]],
      ['{ "src": { "no-address": "on" } }', [expect.stringContaining('Valid values: "off", "hint"')]],
    ])('%s', async (rules, told) => {
      const [document, tree] = parse(name, `{ "rules": ${rules} }`);
      expect((await json.doValidation(document, tree)).map(({ message }) => message)).toEqual(told);
    });
  });

  test('comments and trailing commas are right in a configuration', async () => {
    const [document, tree] = parse('.maplens.json', '{ // why\n "include": ["src",], }');
    expect(await json.doValidation(document, tree)).toEqual([]);
  });
});

const source = `IOMemoryMap *expose(IOMemoryDescriptor *memory, task_t task) { return memory->createMappingInTask(task, 0, kIOMapReadOnly); }\n`;

/** The severity of the finding in a file, under configurations and settings; undefined for none. */
function severity(
  file: string,
  configurations: Readonly<Record<string, object>>,
  settings: Readonly<Record<string, object>> = {},
  root = '',
): string | undefined {
  const service = createService(root);
  service.setFile(file, source);
  for (const [name, value] of Object.entries(configurations)) service.setFile(name, JSON.stringify(value));
  for (const [folder, value] of Object.entries(settings)) expect(service.setRules(folder, value)).toEqual([]);
  const findings = service.diagnose(file);
  expect(findings.length).toBeLessThanOrEqual(1);
  expect(service.configurationProblems()).toEqual([]);
  return findings[0]?.severity;
}

describe('a level', () => {
  const info = { rules: { 'no-address': 'info' } };
  const off = { rules: { 'no-address': 'off' } };
  test.each<
    [string, string, Readonly<Record<string, object>>, Readonly<Record<string, object>>, string, string | undefined]
  >([
    ['is the rule’s own', 'src/a.cpp', {}, {}, '', 'error'],
    ['comes from the file’s folder', 'src/a.cpp', { 'src/.maplens.json': info }, {}, '', 'info'],
    ['comes from a folder above', 'src/x/a.cpp', { '.maplens.json': info }, {}, '', 'info'],
    ['does not come from a folder beside', 'src/a.cpp', { 'lib/.maplens.json': info }, {}, '', 'error'],
    ['comes from the nearest, whole', 'src/a.cpp', { '.maplens.json': off, 'src/.maplens.json': {} }, {}, '', 'error'],
    ['off', 'src/a.cpp', { '.maplens.json': off }, {}, '', undefined],
    [
      'for a folder',
      'src/a.cpp',
      { '.maplens.json': { rules: { src: { 'no-address': 'warning' } } } },
      {},
      '',
      'warning',
    ],
    [
      'for another folder',
      'src/a.cpp',
      { '.maplens.json': { rules: { lib: { 'no-address': 'warning' } } } },
      {},
      '',
      'error',
    ],
    [
      'the last that fits counts',
      'src/a.cpp',
      {
        '.maplens.json': {
          rules: { src: { 'no-address': 'warning' }, 'no-address': 'off', '**/a.cpp': { 'no-address': 'info' } },
        },
      },
      {},
      '',
      'info',
    ],
    [
      'globs count from the configuration’s folder',
      'src/x/a.cpp',
      { 'src/.maplens.json': { rules: { 'x/*': { 'no-address': 'info' } } } },
      {},
      '',
      'info',
    ],
    [
      'above the working directory',
      'a.cpp',
      { '../.maplens.json': { rules: { here: { 'no-address': 'info' } } } },
      {},
      '/up/here',
      'info',
    ],
    ['of a source above the working directory', '../a.cpp', { '../.maplens.json': info }, {}, '/up/here', 'info'],
    ['a setting', 'file:///w/src/a.cpp', {}, { 'file:///w': { 'no-address': 'info' } }, '', 'info'],
    [
      'a setting of an inner folder',
      'file:///w/src/a.cpp',
      {},
      { 'file:///w': {}, 'file:///w/src/': { 'no-address': 'info' } },
      '',
      'info',
    ],
    [
      'a setting with a glob and spaces',
      'file:///w/my%20src/a.cpp',
      {},
      { 'file:///w': { 'my src': { 'no-address': 'off' } } },
      '',
      undefined,
    ],
    [
      'the file goes before the setting',
      'file:///w/a.cpp',
      { 'file:///w/.maplens.json': info },
      { 'file:///w': { 'no-address': 'off' } },
      '',
      'info',
    ],
    [
      'the setting says what the file does not',
      'file:///w/a.cpp',
      { 'file:///w/.maplens.json': {} },
      { 'file:///w': { 'no-address': 'off' } },
      '',
      undefined,
    ],
    ['included', 'src/a.cpp', { '.maplens.json': { include: ['src'] } }, {}, '', 'error'],
    ['not included', 'lib/a.cpp', { '.maplens.json': { include: ['src'] } }, {}, '', undefined],
    ['excluded', 'src/old/a.cpp', { '.maplens.json': { include: ['src'], exclude: ['src/old'] } }, {}, '', undefined],
  ])('%s', (_name, file, configurations, settings, root, expected) => {
    expect(severity(file, configurations, settings, root)).toBe(expected);
  });

  test('changes with the configuration, and back', () => {
    const service = createService();
    service.setFile('src/a.cpp', source);
    const levels = [info, off, {}].map((value) => {
      service.setFile('.maplens.json', JSON.stringify(value));
      return service.diagnose('src/a.cpp')[0]?.severity;
    });
    service.setFile('.maplens.json', JSON.stringify(off));
    service.removeFile('.maplens.json');
    expect([...levels, service.diagnose('src/a.cpp')[0]?.severity]).toEqual(['info', undefined, 'error', 'error']);
    expect(service.files()).toEqual(['src/a.cpp']);
  });

  test('switched off keeps its suppression in use', () => {
    const service = createService();
    service.setFile('a.cpp', source.replace('\n', ' // maplens-ignore no-address -- why\n'));
    service.setFile('.maplens.json', JSON.stringify(off));
    expect(service.diagnose('a.cpp')).toEqual([]);
  });

  test('problems name their place, and what is right counts', () => {
    const service = createService();
    service.setFile('src/a.cpp', source);
    service.setFile('src/.maplens.json', '{\n  "rules": { "no-address": "info", "nope": "off" }\n}\n');
    expect(service.configurationProblems()).toEqual([
      { file: 'src/.maplens.json', message: 'unknown rule "nope"', line: 2, column: 36, endLine: 2, endColumn: 42 },
    ]);
    expect(service.diagnose('src/a.cpp')[0]?.severity).toBe('info');
    expect(service.setRules('', { nope: 'off' })).toEqual(['unknown rule "nope"']);
  });
});
