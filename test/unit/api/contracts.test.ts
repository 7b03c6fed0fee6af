import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { promiseOf, saysOwnership, withInherited } from '../../../server/api/contracts';
import type { Hierarchy } from '../../../server/api/contracts';
import type { Attribute, FunctionDeclaration } from '../../../server/ir/declarations';
import { Workspace } from '../../../server/workspace/workspace';

/** A method of a driver's class, as it is declared. */
function declared(text: string): FunctionDeclaration {
  const workspace = new Workspace();
  workspace.setFile(
    'a.cpp',
    `#include <IOKit/IOMemoryDescriptor.h>\nclass Ring : public OSObject {\npublic:\n    ${text}\n};\n`,
  );
  workspace.refresh();
  const [method] = workspace.namesOf('a.cpp').class('Ring')?.methods ?? [];
  if (!method) throw new Error(`not read: ${text}`);
  return method;
}

const written = (attributes: readonly Attribute[]): string =>
  attributes.map(({ name, args }) => (args.length > 0 ? `${name}(${args.join(', ')})` : name)).join(' ');

describe('attributes in the manner of GNU are read', () => {
  it.each([
    ['IOMemoryMap *a(void) __attribute__((os_returns_retained));', 'gnu:os_returns_retained', ''],
    ['__attribute__((os_returns_retained)) IOMemoryMap *a(void);', 'gnu:os_returns_retained', ''],
    ['virtual __attribute__((__os_returns_not_retained__)) IOMemoryMap *a(void);', 'gnu:os_returns_not_retained', ''],
    ['LIBKERN_RETURNS_RETAINED IOMemoryMap *a(void);', 'gnu:os_returns_retained', ''],
    ['IOMemoryMap *a(void) LIBKERN_RETURNS_NOT_RETAINED;', 'gnu:os_returns_not_retained', ''],
    ['void a(LIBKERN_CONSUMED IOMemoryMap *map);', '', 'gnu:os_consumed'],
    ['void a(IOMemoryMap *map LIBKERN_CONSUMED);', '', 'gnu:os_consumed'],
    ['void a(IOMemoryMap *map __attribute__((os_consumed, unused)));', '', 'gnu:os_consumed gnu:unused'],
    ['void a(void) LIBKERN_CONSUMES_THIS;', 'gnu:os_consumes_this', ''],
    ['int a(int b) __attribute__((format(printf, 1, 2))) __attribute__((noinline));', 'gnu:format gnu:noinline', ''],
    ['void a(void) __attribute__(());', '', ''],
  ])('%s', (text, own, ofParameter) => {
    const { attributes, parameters } = declared(text);
    expect(written(attributes)).toBe(own);
    expect(parameters.map((one) => written(one.attributes)).join()).toBe(ofParameter);
  });
});

const hierarchy: Hierarchy = {
  isObject: (name) => /^(?:Ring|IO|OS)/.test(name),
  isIterator: (name) => name === 'OSIterator',
};

/** What is promised, as `function (parameter, parameter)`. */
function promised(declaration: FunctionDeclaration, seen = false): string | undefined {
  const promise = promiseOf(declaration, hierarchy, seen);
  return (
    promise && `${written(promise.attributes)} (${promise.parameters.map((one) => written(one.attributes)).join('; ')})`
  );
}

const promises: readonly (readonly [declaration: string, promise: string])[] = [
  ['IOMemoryMap *copyMap(void);', 'unseen returns(retained) ()'],
  ['IOMemoryMap *getMap(void);', 'unseen returns(borrowed) ()'],
  ['IOMemoryMap *GetMap(void);', 'unseen returns(borrowed) ()'],
  ['IOMemoryMap *forgetMap(void);', 'unseen returns(retained) ()'],
  ['OSIterator *getIterator(void);', 'unseen returns(retained) ()'],
  ['OSDictionary *serviceMatching(void);', 'unseen ()'],
  ['uint32_t *counters(void);', 'unseen ()'],
  ['void *bytes(void);', 'unseen ()'],
  ['LIBKERN_RETURNS_NOT_RETAINED IOMemoryMap *copyMap(void);', 'unseen returns(borrowed) ()'],
  ['LIBKERN_RETURNS_RETAINED IOMemoryMap *getMap(void);', 'unseen returns(retained) ()'],
  ['LIBKERN_RETURNS_RETAINED OSDictionary *serviceMatching(void);', 'unseen returns(retained) ()'],
  ['void close(void) LIBKERN_CONSUMES_THIS;', 'unseen consumes_this ()'],
  ['void add(IOMemoryMap *map, uint32_t *count, uint32_t index);', 'unseen (keeps; escapes; escapes)'],
  ['void take(LIBKERN_CONSUMED IOMemoryMap *map);', 'unseen (consumes)'],
  ['IOReturn find(IOMemoryMap **map);', 'unseen (escapes)'],
  ['IOReturn find(LIBKERN_RETURNS_RETAINED IOMemoryMap **map);', 'unseen (out(retained, zero))'],
  ['kern_return_t find(LIBKERN_RETURNS_RETAINED IOMemoryMap **map);', 'unseen (out(retained, zero))'],
  ['int find(LIBKERN_RETURNS_RETAINED IOMemoryMap **map);', 'unseen (out(retained, nonzero))'],
  ['bool find(LIBKERN_RETURNS_RETAINED IOMemoryMap **map);', 'unseen (out(retained, nonzero))'],
  ['void find(LIBKERN_RETURNS_RETAINED IOMemoryMap **map);', 'unseen (out(retained, always))'],
  ['void find(LIBKERN_RETURNS_RETAINED IOMemoryMap *&map);', 'unseen (out(retained, always))'],
  ['bool find(LIBKERN_RETURNS_RETAINED_ON_ZERO IOMemoryMap **map);', 'unseen (out(retained, zero))'],
  ['IOReturn find(LIBKERN_RETURNS_RETAINED_ON_NONZERO IOMemoryMap **map);', 'unseen (out(retained, nonzero))'],
  ['IOReturn find(LIBKERN_RETURNS_NOT_RETAINED IOMemoryMap **map);', 'unseen (out(borrowed))'],
  ['double find(LIBKERN_RETURNS_RETAINED IOMemoryMap **map);', 'unseen (escapes)'],
  ['IOReturn find(LIBKERN_RETURNS_RETAINED uint32_t **map);', 'unseen (escapes)'],
];

describe('a declaration without a body in view promises', () => {
  test.each(promises)('%s', (text, promise) => {
    expect(promised(declared(text))).toBe(promise);
  });

  test('nothing by the name of a function that is no method of an object', () => {
    const method = declared('IOMemoryMap *copyMap(void);');
    expect(promised({ ...method, class: undefined })).toBe('unseen ()');
    expect(promised({ ...method, class: 'Plain' })).toBe('unseen ()');
  });

  test('only what server/api/README.md explains', () => {
    const readme = readFileSync(new URL('../../../server/api/README.md', import.meta.url), 'utf8');
    const words = new Set(promises.flatMap(([, promise]) => promise.match(/\w+(?=[ ();,]|$)/g) ?? []));
    expect(words.size).toBeGreaterThan(8);
    expect([...words].filter((word) => !new RegExp(`\`[^\`]*\\b${word}\\b`).test(readme))).toEqual([]);
  });
});

describe('a declaration with a body in view', () => {
  test('promises nothing by its name', () => {
    expect(promised(declared('IOMemoryMap *copyMap(void);'), true)).toBeUndefined();
    expect(promised(declared('void take(LIBKERN_CONSUMED IOMemoryMap *map);'), true)).toBe('unseen (consumes)');
    expect(promised(declared('IOMemoryMap *copyMap(void) LIBKERN_CONSUMES_THIS;'), true)).toBe(
      'unseen consumes_this ()',
    );
  });
});

describe('an override', () => {
  const base = declared(
    'LIBKERN_RETURNS_NOT_RETAINED IOMemoryMap *find(LIBKERN_CONSUMED IOMemoryMap *a, IOMemoryMap *b);',
  );
  test.each([
    ['IOMemoryMap *find(IOMemoryMap *a, IOMemoryMap *b);', 'unseen returns(borrowed) (consumes; keeps)'],
    [
      'LIBKERN_RETURNS_RETAINED IOMemoryMap *find(IOMemoryMap *a, IOMemoryMap *b);',
      'unseen returns(retained) (consumes; keeps)',
    ],
    [
      'IOMemoryMap *find(IOMemoryMap *a, IOMemoryMap *b, int c);',
      'unseen returns(borrowed) (consumes; keeps; escapes)',
    ],
  ])('has what it does not say itself from the base: %s', (text, promise) => {
    expect(promised(withInherited(declared(text), base))).toBe(promise);
  });

  test('says something by itself or by a parameter', () => {
    expect(saysOwnership(base)).toBe(true);
    expect(saysOwnership(declared('void a(LIBKERN_CONSUMED IOMemoryMap *b);'))).toBe(true);
    expect(saysOwnership(declared('void a(IOMemoryMap *b) __attribute__((noinline));'))).toBe(false);
  });
});
