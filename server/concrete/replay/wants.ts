import type { BinaryOperator, Type } from '../../ir/types';
import { isPointer } from '../values';

/** What a value has to be for a branch to go one way: `value operator than`. */
export interface Want {
  readonly operator: Comparison;
  readonly than: bigint;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

const opposites: Readonly<Record<Comparison, Comparison>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};
const mirrored: Readonly<Record<Comparison, Comparison>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
};

export const holds: Want = { operator: '!=', than: 0n };
export const fails: Want = { operator: '==', than: 0n };

export function isComparison(operator: BinaryOperator): operator is Comparison {
  return operator in opposites;
}

/** What the opposite of a condition wants. */
export function opposite({ operator, than }: Want): Want {
  return { operator: opposites[operator], than };
}

/** The comparison with its sides exchanged. */
export function mirror(operator: Comparison): Comparison {
  return mirrored[operator];
}

/** kIOReturnError: what a call that fails answers (iokit/IOKit/IOReturn.h). */
const failure = 0xe00002bcn;

/** Values that would do, the likeliest first. */
export function candidates({ operator, than }: Want, type: Type): bigint[] {
  const other = isCode(type) ? failure : isPointer(type) || type.kind === 'bool' ? 1n : than + 1n;
  switch (operator) {
    case '==':
      return [than];
    case '!=':
      return than === 0n ? [...new Set([other, 1n])] : [...new Set([0n, than + 1n, than - 1n])];
    case '<':
      return [than - 1n, 0n];
    case '<=':
      return [than, 0n];
    case '>':
      return [than + 1n];
    case '>=':
      return [than, than + 1n];
  }
}

/** Whether values of a type say how a call went: 0 for success. */
export function isCode(type: Type): boolean {
  return type.kind === 'int' && /^(IOReturn|kern_return_t|OSReturn|errno_t)$/.test(type.name ?? '');
}

/** The values of x for which `x operator by` is one of `values`; undefined where no simple arithmetic says. */
export function undo(operator: BinaryOperator, values: readonly bigint[], by: bigint): bigint[] | undefined {
  switch (operator) {
    case '+':
      return values.map((value) => value - by);
    case '-':
      return values.map((value) => value + by);
    case '*':
      return by === 0n ? undefined : values.map((value) => value / by);
    case '/':
      return values.map((value) => value * by);
    case '%':
      return [...values];
    case '&':
      return [...new Set(values.map((value) => (value === 0n ? 0n : (value & by) === 0n ? by : value & by)))];
    case '|':
      return [...values];
    case '^':
      return values.map((value) => value ^ by);
    case '<<':
      return values.map((value) => value >> by);
    case '>>':
      return values.map((value) => (value === 0n ? 0n : value << by));
    default:
      return undefined;
  }
}

/** Every bit of a value matters. */
export const all = -1n;

/** Which bits of x matter where those of `mask` do of `x operator by`. */
export function undoMask(operator: BinaryOperator, mask: bigint, by: bigint): bigint {
  switch (operator) {
    case '&':
      return mask & by;
    case '|':
      return mask & ~by;
    case '^':
      return mask;
    case '>>':
      return mask === all ? all : mask << by;
    case '<<':
      return mask >> by;
    default:
      return all;
  }
}

/** Whether an operator's sides may be exchanged. */
export function isSymmetric(operator: BinaryOperator): boolean {
  return operator === '+' || operator === '*' || operator === '&' || operator === '|' || operator === '^';
}
