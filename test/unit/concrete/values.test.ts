import { describe, expect, it } from 'vitest';
import { runFunction } from '../../../server/concrete/run';
import type { BinaryOperator, Type } from '../../../server/ir/types';
import { cast, functionOf, giveBack, int, load, local, number, programOf, store } from '../../support/ir';

const float: Type = { kind: 'float', bits: 64 };

/** [left type, left, operator, right type, right, result type, result] as C computes it. */
const cases: readonly (readonly [Type, bigint, BinaryOperator, Type, bigint, Type, string])[] = [
  [int(32), 0x7fffffffn, '+', int(32), 1n, int(32), '-2147483648'],
  [int(32, false), 0n, '-', int(32, false), 1n, int(32, false), '4294967295'],
  [int(64, false), 0n, '-', int(32), 1n, int(64, false), '18446744073709551615'],
  [int(8, false), 255n, '+', int(32), 1n, int(32), '256'],
  [int(16), -1n, '*', int(16), 2n, int(32), '-2'],
  [int(32), -7n, '/', int(32), 2n, int(32), '-3'],
  [int(32), -7n, '%', int(32), 2n, int(32), '-1'],
  [int(32), 1n, '<<', int(32), 31n, int(32), '-2147483648'],
  [int(32, false), 0x80000000n, '>>', int(32), 31n, int(32, false), '1'],
  [int(32), -8n, '>>', int(32), 1n, int(32), '-4'],
  // The usual arithmetic conversions: -1 becomes the largest unsigned number.
  [int(32), -1n, '<', int(32, false), 1n, { kind: 'bool' }, 'false'],
  [int(32), -1n, '<', int(64), 1n, { kind: 'bool' }, 'true'],
  [int(8), -1n, '==', int(32, false), 0xffffffffn, { kind: 'bool' }, 'true'],
  [int(64, false), 0xffffffff00000000n, '&', int(32), -1n, int(64, false), '18446744069414584320'],
  [int(32), 0x0fn, '|', int(32), 0xf0n, int(32), '255'],
  [int(32), 6n, '^', int(32), 3n, int(32), '5'],
];

describe('integers have the widths and signs of C', () => {
  it.each(cases)('%j %s %s %j %s is %j %s', (leftType, left, operator, rightType, right, type, expected) => {
    const source = functionOf('f', {
      result: type,
      blocks: [
        {
          instructions: [],
          terminator: giveBack({
            op: 'binary',
            operator,
            left: number(left, leftType),
            right: number(right, rightType),
            type,
            span: { start: 0, end: 0 },
          }),
        },
      ],
    });
    expect(runFunction(programOf([source]), { source }).outcome).toEqual({ kind: 'returned', value: expected });
  });
});

describe('casts', () => {
  it.each<readonly [Type, bigint, Type, string]>([
    [int(32), 300n, int(8, false), '44'],
    [int(32), 200n, int(8), '-56'],
    [int(32), -1n, int(64, false), '18446744073709551615'],
    [int(32, false), 0xffffffffn, int(64), '4294967295'],
    [int(32), 2n, { kind: 'bool' }, 'true'],
    [int(32), 3n, float, '3'],
  ])('%j %s to %j is %s', (from, value, to, expected) => {
    const source = functionOf('f', {
      result: to,
      locals: [{ name: 'x', type: to }],
      blocks: [
        {
          instructions: [store(local(0, to), cast(number(value, from), to))],
          terminator: giveBack(load(local(0, to))),
        },
      ],
    });
    expect(runFunction(programOf([source]), { source }).outcome).toEqual({ kind: 'returned', value: expected });
  });
});
