import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BinaryOperator, Type } from '../../../server/ir/types';
import type { Range } from '../../../server/symbolic/constraints';
import { assume, contains, hull, intersect, within } from '../../../server/symbolic/constraints';
import { State } from '../../../server/symbolic/state';
import type { Value } from '../../../server/symbolic/values';
import { knownBits, Values } from '../../../server/symbolic/values';

const domain = Array.from({ length: 15 }, (_, index) => BigInt(index - 7));
const bound = fc.option(fc.bigInt(-5n, 5n), { nil: undefined });
const anyRange: fc.Arbitrary<Range> = fc
  .record({ low: bound, high: bound, not: fc.uniqueArray(fc.bigInt(-5n, 5n), { maxLength: 3 }) })
  .filter(({ low, high }) => low === undefined || high === undefined || low <= high);

function members(range: Range): bigint[] {
  return domain.filter((value) => contains(range, value));
}

describe('ranges', () => {
  test('an intersection holds what both hold', () => {
    fc.assert(
      fc.property(anyRange, anyRange, (a, b) => {
        const both = intersect(a, b);
        const expected = members(a).filter((value) => contains(b, value));
        expect(both ? members(both) : []).toEqual(expected);
      }),
    );
  });

  test('a hull holds what either holds', () => {
    fc.assert(
      fc.property(anyRange, anyRange, (a, b) => {
        const either = hull(a, b);
        for (const value of [...members(a), ...members(b)]) expect(!either || contains(either, value)).toBe(true);
      }),
    );
  });

  test('within is never said of a range that sticks out', () => {
    fc.assert(
      fc.property(anyRange, anyRange, (a, b) => {
        if (within(a, b)) for (const value of members(a)) expect(contains(b, value)).toBe(true);
      }),
    );
  });
});

const int: Type = { kind: 'int', bits: 32, signed: true };
const names = ['a', 'b'] as const;
type Names = (typeof names)[number];
type Tree =
  | { readonly kind: 'name'; readonly name: Names }
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'not'; readonly of: Tree }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Tree; readonly right: Tree };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant('name' as const), name: fc.constantFrom(...names) }),
    fc.record({ kind: fc.constant('number' as const), value: fc.bigInt(-3n, 3n) }),
    fc.record({ kind: fc.constant('not' as const), of: tie('tree') }),
    fc.record({
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom<BinaryOperator>('+', '-', '&', '|', '==', '!=', '<', '>', '<=', '>='),
      left: tie('tree'),
      right: tie('tree'),
    }),
  ),
}));

function build(values: Values, tree: Tree): Value {
  switch (tree.kind) {
    case 'name':
      return values.initial(values.global(tree.name), 0, int);
    case 'number':
      return values.constant(tree.value);
    case 'not':
      return values.unary('!', build(values, tree.of));
    case 'binary':
      return values.binary(tree.operator, build(values, tree.left), build(values, tree.right));
  }
}

function run(tree: Tree, given: Record<Names, bigint>): bigint {
  switch (tree.kind) {
    case 'name':
      return given[tree.name];
    case 'number':
      return tree.value;
    case 'not':
      return run(tree.of, given) === 0n ? 1n : 0n;
    case 'binary': {
      const a = run(tree.left, given);
      const b = run(tree.right, given);
      const truth = (is: boolean): bigint => (is ? 1n : 0n);
      switch (tree.operator) {
        case '+':
          return a + b;
        case '-':
          return a - b;
        case '&':
          return a & b;
        case '|':
          return a | b;
        case '==':
          return truth(a === b);
        case '!=':
          return truth(a !== b);
        case '<':
          return truth(a < b);
        case '>':
          return truth(a > b);
        case '<=':
          return truth(a <= b);
        case '>=':
          return truth(a >= b);
        default:
          throw new Error(tree.operator);
      }
    }
  }
}

const given = fc.record({ a: fc.bigInt(-4n, 4n), b: fc.bigInt(-4n, 4n) });

describe('conditions', () => {
  test('a path that a run takes is never ruled out', () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), given, (conditions, run_) => {
        const values = new Values();
        const state = new State();
        for (const condition of conditions)
          expect(assume(state, values, build(values, condition), run(condition, run_) !== 0n)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  const contradictions: readonly (readonly [Tree, boolean][])[] = [
    [
      [{ kind: 'name', name: 'a' }, true],
      [{ kind: 'not', of: { kind: 'name', name: 'a' } }, true],
    ],
    [
      [
        { kind: 'binary', operator: '==', left: { kind: 'name', name: 'a' }, right: { kind: 'number', value: 2n } },
        true,
      ],
      [
        { kind: 'binary', operator: '<', left: { kind: 'name', name: 'a' }, right: { kind: 'number', value: 2n } },
        true,
      ],
    ],
    [
      [{ kind: 'binary', operator: '<', left: { kind: 'name', name: 'a' }, right: { kind: 'name', name: 'b' } }, true],
      [{ kind: 'binary', operator: '>=', left: { kind: 'name', name: 'a' }, right: { kind: 'name', name: 'b' } }, true],
    ],
    [
      [
        { kind: 'binary', operator: '&', left: { kind: 'name', name: 'a' }, right: { kind: 'number', value: 2n } },
        true,
      ],
      [
        { kind: 'binary', operator: '&', left: { kind: 'name', name: 'a' }, right: { kind: 'number', value: 2n } },
        false,
      ],
    ],
  ];
  test.each(contradictions.map((conditions) => [conditions]))('a contradiction is ruled out', (conditions) => {
    const values = new Values();
    const state = new State();
    const results = conditions.map(([condition, truth]) => assume(state, values, build(values, condition), truth));
    expect(results).toEqual([true, false]);
  });
});

describe('known bits', () => {
  const options = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant('name' as const), name: fc.constantFrom(...names) }),
      fc.record({ kind: fc.constant('number' as const), value: fc.bigInt(0n, 15n) }),
      fc.record({
        kind: fc.constant('binary' as const),
        operator: fc.constantFrom<BinaryOperator>('&', '|'),
        left: tie('tree'),
        right: tie('tree'),
      }),
    ),
  })).tree;

  test('hold for every run', () => {
    fc.assert(
      fc.property(options, fc.record({ a: fc.bigInt(0n, 15n), b: fc.bigInt(0n, 15n) }), (one, values) => {
        const bits = knownBits(build(new Values(), one));
        const word = run(one, values);
        expect(word & bits.ones).toBe(bits.ones);
        expect(word & bits.zeros).toBe(0n);
      }),
    );
  });

  test('a mask keeps the names of what it lets through', () => {
    const values = new Values();
    const word = values.binary(
      '|',
      values.constant(0x400n, 'kIOMapWriteCombineCache'),
      values.constant(1n, 'kIOMapAnywhere'),
    );
    const masked = values.binary('&', word, values.unary('~', values.constant(0xf00n, 'kIOMapCacheMask')));
    expect(knownBits(masked).named.map(({ name }) => name)).toEqual(['kIOMapAnywhere']);
  });
});
