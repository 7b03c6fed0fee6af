import type { Value, Values } from './values';
import { isComparison, sizeOf } from './values';

/** What a path knows about a number: bounds (both inclusive) and single values that it is not. */
export interface Range {
  readonly low: bigint | undefined;
  readonly high: bigint | undefined;
  readonly not: readonly bigint[];
}

const anything: Range = { low: undefined, high: undefined, not: [] };

export function contains(range: Range, value: bigint): boolean {
  return (
    (range.low === undefined || value >= range.low) &&
    (range.high === undefined || value <= range.high) &&
    !range.not.includes(value)
  );
}

/** Undefined when nothing is left. */
export function intersect(a: Range, b: Range): Range | undefined {
  let low = a.low === undefined ? b.low : b.low === undefined || a.low > b.low ? a.low : b.low;
  let high = a.high === undefined ? b.high : b.high === undefined || a.high < b.high ? a.high : b.high;
  const not = [...new Set([...a.not, ...b.not])];
  while (low !== undefined && not.includes(low)) low++;
  while (high !== undefined && not.includes(high)) high--;
  if (low !== undefined && high !== undefined && low > high) return undefined;
  const kept = not.filter((value) => (low === undefined || value > low) && (high === undefined || value < high));
  kept.sort((x, y) => (x < y ? -1 : 1));
  return { low, high, not: kept };
}

/** The least range that holds both; undefined when that is every number. */
export function hull(a: Range, b: Range): Range | undefined {
  const low = a.low === undefined || b.low === undefined ? undefined : a.low < b.low ? a.low : b.low;
  const high = a.high === undefined || b.high === undefined ? undefined : a.high > b.high ? a.high : b.high;
  const not = [...new Set([...a.not, ...b.not])].filter((value) => !contains(a, value) && !contains(b, value));
  not.sort((x, y) => (x < y ? -1 : 1));
  if (low === undefined && high === undefined && not.length === 0) return undefined;
  return { low, high, not };
}

/** Whether every number in `inner` is in `outer`. */
export function within(inner: Range, outer: Range): boolean {
  const both = intersect(inner, outer);
  return both !== undefined && rangeKey(both) === rangeKey(intersect(inner, anything) ?? inner);
}

export function rangeKey(range: Range): string {
  return `${range.low ?? ''}..${range.high ?? ''}!${range.not.join(',')}`;
}

/** Where constraints are kept; a path's state. */
export interface ConstraintStore {
  rangeOf(value: Value): Range | undefined;
  /** Called with a range that is narrower than the one before and not empty. */
  setRange(value: Value, range: Range): void;
}

type Relation = '==' | '!=' | '<' | '<=' | '>' | '>=';

function rangeFor(relation: Relation, bound: bigint): Range {
  switch (relation) {
    case '==':
      return { low: bound, high: bound, not: [] };
    case '!=':
      return { low: undefined, high: undefined, not: [bound] };
    case '<':
      return { low: undefined, high: bound - 1n, not: [] };
    case '<=':
      return { low: undefined, high: bound, not: [] };
    case '>':
      return { low: bound + 1n, high: undefined, not: [] };
    case '>=':
      return { low: bound, high: undefined, not: [] };
    default: {
      const impossible: never = relation;
      return impossible;
    }
  }
}

/** Takes the path on which `value` is non-zero (or zero). False when there is no such path. */
export function assume(store: ConstraintStore, values: Values, value: Value, truth: boolean): boolean {
  return restrict(store, values, value, truth ? '!=' : '==', 0n);
}

/** Takes the path on which `value relation bound` holds. False when there is no such path. */
export function restrict(
  store: ConstraintStore,
  values: Values,
  value: Value,
  relation: Relation,
  bound: bigint,
): boolean {
  if (value.constant !== undefined) return contains(rangeFor(relation, bound), value.constant);
  switch (value.kind) {
    case 'solid':
    case 'address':
      // Never NULL; otherwise any number.
      if (bound === 0n && (relation === '==' || relation === '!=')) return relation === '!=';
      break;
    case 'unary':
      if (value.operator === '!') {
        const wanted = truthOf(relation, bound);
        if (wanted === 'never') return false;
        return wanted === 'any' || assume(store, values, value.value, !wanted);
      }
      if (value.operator === '-' && (relation === '==' || relation === '!='))
        return restrict(store, values, value.value, relation, -bound);
      break;
    case 'binary': {
      if (isComparison(value.operator)) {
        const wanted = truthOf(relation, bound);
        if (wanted === 'never') return false;
        if (wanted === 'any') return true;
        const { left, right } = value;
        // Only '==' and '<' are ever made (Values.binary).
        if (value.operator === '==') {
          if (right.constant !== undefined)
            return restrict(store, values, left, wanted ? '==' : '!=', values.fit(right.constant, left));
          if (left.constant !== undefined)
            return restrict(store, values, right, wanted ? '==' : '!=', values.fit(left.constant, right));
        } else {
          if (right.constant !== undefined)
            return restrict(store, values, left, wanted ? '<' : '>=', values.fit(right.constant, left));
          if (left.constant !== undefined)
            return restrict(store, values, right, wanted ? '>' : '<=', values.fit(left.constant, right));
        }
        return narrow(store, value, wanted ? '!=' : '==', 0n);
      }
      const exact = relation === '==' || relation === '!=';
      if (exact && value.operator === '+' && value.right.constant !== undefined)
        return restrict(store, values, value.left, relation, bound - value.right.constant);
      if (exact && value.operator === '-' && value.right.constant !== undefined)
        return restrict(store, values, value.left, relation, bound + value.right.constant);
      if (exact && bound === 0n && value.operator === '-')
        return restrict(
          store,
          values,
          values.binary('==', value.left, value.right),
          relation === '==' ? '!=' : '==',
          0n,
        );
      if (value.operator === '&' && value.right.constant !== undefined && value.left.constant === undefined) {
        // A value known exactly has known bits.
        const known = store.rangeOf(value.left);
        if (known?.low !== undefined && known.low === known.high)
          return contains(rangeFor(relation, bound), known.low & value.right.constant);
      }
      break;
    }
    case 'constant':
    case 'initial':
    case 'result':
    case 'cast':
    case 'derived':
      break;
    default: {
      const impossible: never = value;
      return impossible;
    }
  }
  return narrow(store, value, relation, bound);
}

/** What `v relation bound` asks of a `v` that is 0 or 1. */
function truthOf(relation: Relation, bound: bigint): boolean | 'any' | 'never' {
  const range = rangeFor(relation, bound);
  const zero = contains(range, 0n);
  const one = contains(range, 1n);
  if (zero && one) return 'any';
  if (!zero && !one) return 'never';
  return one;
}

function naturalRange(value: Value): Range {
  if (value.kind === 'derived' && value.what.startsWith(sizeOf)) return { low: 1n, high: 1n << 40n, not: [] };
  return value.bits !== undefined && value.signed === false ? { low: 0n, high: undefined, not: [] } : anything;
}

function narrow(store: ConstraintStore, value: Value, relation: Relation, bound: bigint): boolean {
  const before = store.rangeOf(value);
  const after = intersect(before ?? naturalRange(value), rangeFor(relation, bound));
  if (!after) return false;
  if (!before || rangeKey(before) !== rangeKey(after)) store.setRange(value, after);
  return true;
}
