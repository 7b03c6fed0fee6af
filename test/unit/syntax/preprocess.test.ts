import { describe, expect, it } from 'vitest';
import { directiveOf, evaluateCondition, integerOf } from '../../../server/syntax/condition';
import type { Macro } from '../../../server/syntax/preprocess';
import { definitionOf, preprocess } from '../../../server/syntax/preprocess';

/** Tokens of a text under macros given as #define lines, joined by spaces. */
function expanded(defines: readonly string[], text: string, variant: 'first-arm' | 'other-arm' = 'first-arm'): string {
  const macros = new Map<string, Macro>();
  for (const line of defines) {
    const macro = definitionOf(line);
    if (macro && !('undefined' in macro)) macros.set(macro.name, macro);
  }
  const { tokens } = preprocess(text, 0, text.length, (name) => macros.get(name), variant);
  return tokens.map((token) => token.text).join(' ');
}

describe('macros expand', () => {
  it.each<[name: string, defines: string[], text: string, expected: string]>([
    ['an object', ['#define N 3'], 'N + N', '3 + 3'],
    ['a function', ['#define F(a, b) a(b)'], 'F(x, (1, 2))', 'x ( ( 1 , 2 ) )'],
    ['a name without arguments stays', ['#define F(a) a'], 'F + 1', 'F + 1'],
    ['arguments first', ['#define N 3', '#define F(a) [a]'], 'F(N)', '[ 3 ]'],
    ['never into itself', ['#define x x + y', '#define y x'], 'x', 'x + x'],
    [
      'never into itself, as an argument of others either',
      ['#define f p->f', '#define R(x) T((0 != x))', '#define T(c) if (c)'],
      'R(f)',
      'if ( ( 0 != p -> f ) )',
    ],
    ['to strings', ['#define S(a) #a', '#define X(a) S(a)', '#define N 3'], 'S(N) X(N)', '"N" "3"'],
    ['pasted', ['#define P(a, b) a ## b', '#define kFoo 7'], 'P(k, Foo)', '7'],
    ['variadic', ['#define L(f, ...) log(f, ##__VA_ARGS__)'], 'L("a") L("b", 1, 2)', 'log ( "a" ) log ( "b" , 1 , 2 )'],
    ["GNU's named rest", ['#define L(f, args...) log(f, ##args)'], 'L("a") L("b", 1)', 'log ( "a" ) log ( "b" , 1 )'],
    [
      'over several lines',
      ['#define M(a) do { \\\n  f(a); \\\n} while (0)'],
      'M(1);',
      'do { f ( 1 ) ; } while ( 0 ) ;',
    ],
    ['a trailing splice is nothing', ['#define M() f() \\\n'], 'M();', 'f ( ) ;'],
    ['defined on the way', [], 'a\n#define N 4\nN\n#undef N\nN', 'a 4 N'],
  ])('%s', (_name, defines, text, expected) => expect(expanded(defines, text)).toBe(expected));

  it('with the place of their use', () => {
    const text = 'x = F(a);';
    const macro = definitionOf('#define F(v) g(v)') as Macro;
    const { tokens } = preprocess(text, 0, text.length, (name) => (name === 'F' ? macro : undefined), 'first-arm');
    const of = (word: string) => tokens.find((token) => token.text === word)!;
    expect(text.slice(of('g').start, of('g').end)).toBe('F(a)');
    expect(text.slice(of('a').start, of('a').end)).toBe('a');
    expect(of('g').macro).toBe('F');
  });
});

describe('arms of conditionals', () => {
  const text = '#if A\n1\n#elif B\n2\n#else\n3\n#endif\n4';
  it.each<[defines: string[], variant: 'first-arm' | 'other-arm', expected: string]>([
    [[], 'first-arm', '1 4'],
    [[], 'other-arm', '3 4'],
    [['#define A 0'], 'first-arm', '2 4'],
    [['#define A 0', '#define B 1'], 'other-arm', '2 4'],
    [['#define A'], 'other-arm', '1 4'],
  ])('%j, %s: %s', (defines, variant, expected) => expect(expanded(defines, text, variant)).toBe(expected));
});

describe('conditions', () => {
  const values: Readonly<Record<string, bigint | null>> = { ONE: 1n, TWO: 2n, NONE: null };
  it.each<[condition: string, expected: boolean | undefined]>([
    ['if ONE + TWO == 3', true],
    ['if defined(NONE) || ONE', true],
    ['if !defined ONE', false],
    ['if WHO', undefined],
    ['if WHO && 0', false],
    ['if WHO || 1', true],
    ['if (WHO ? 1 : 1) == 1', undefined],
    ['if __has_feature(x) || ONE', true],
    ['ifdef NONE', false],
    ['ifndef NONE', true],
    ['ifdef WHO', undefined],
    ['if (1 << 3) == 0x8 && -1 < 0', true],
    ['if 1 / 0', undefined],
  ])('#%s is %s', (condition, expected) => {
    const line = `#${condition}`;
    expect(evaluateCondition(directiveOf(line, 0, line.length), (name) => values[name])).toBe(expected);
  });

  it.each<[string, bigint | undefined]>([
    ["0x1'000ULL", 4096n],
    ['017', 15n],
    ['0b101', 5n],
    ['12u', 12n],
    ['1.5', undefined],
  ])('%s is %s', (text, value) => expect(integerOf(text)).toBe(value));
});
