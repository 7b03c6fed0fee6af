import type { BinaryOperator, Local, Type, UnaryOperator } from '../ir/types';

/**
 * Symbolic values and places, hash-consed: within one analysis two of them are equal exactly when they are the same
 * object. A value stands for what a run would compute; equal values are equal on every run that takes the path.
 */

interface Common {
  readonly id: number;
  /** The same value with all memory epochs erased: what the text says, whenever it is evaluated. */
  readonly timeless: Value;
  /** How many values it is made of. */
  readonly size: number;
  /** Set when every run computes this number. NULL is 0. */
  readonly constant: bigint | undefined;
  /** Integer width, where the value is one of a known integer type. */
  readonly bits?: number;
  readonly signed?: boolean;
}

export type Value = Common &
  (
    | { readonly kind: 'constant'; readonly name?: string }
    /** What a place held before anything in view wrote it. */
    | { readonly kind: 'initial'; readonly place: Location; readonly epoch: number }
    /** What the instruction at `site` yielded, `generation` telling apart values of one site that live at once. */
    | { readonly kind: 'result'; readonly site: string; readonly generation: number }
    | { readonly kind: 'address'; readonly place: Location }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly value: Value }
    | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Value; readonly right: Value }
    | { readonly kind: 'cast'; readonly value: Value }
    /** A fact about another value, such as the address of a map, or a member of a value. */
    | { readonly kind: 'derived'; readonly what: string; readonly from: Value }
    /** `this`, a string, a function: never NULL. */
    | { readonly kind: 'solid'; readonly what: string }
  );

interface LocationCommon {
  readonly id: number;
  /** The local that the place is part of; absent for memory that others see. */
  readonly local: Local | undefined;
  /** The field's or global's name by which others would write it; '' when it has none. */
  readonly name: string;
}

export type Location = LocationCommon &
  (
    | { readonly kind: 'local' }
    | { readonly kind: 'global' }
    | { readonly kind: 'deref'; readonly pointer: Value }
    /** `owner`: the class that declares it, where known. */
    | { readonly kind: 'field'; readonly base: Location; readonly owner: string | undefined }
    | { readonly kind: 'index'; readonly base: Location; readonly index: Value }
    | { readonly kind: 'value'; readonly value: Value }
  );

type Body<T> = T extends unknown ? Omit<T, 'id' | 'timeless' | 'size'> : never;

/** A value made of more than this is a value of its own: hash functions and the like compute in endless terms. */
const largest = 64;
type LocationBody = Location extends infer T ? (T extends unknown ? Omit<T, 'id'> : never) : never;

function truncate(value: bigint, bits: number | undefined, signed: boolean | undefined): bigint {
  if (bits === undefined) return value;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

function compute(operator: BinaryOperator, a: bigint, b: bigint): bigint | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? undefined : a / b;
    case '%':
      return b === 0n ? undefined : a % b;
    case '<<':
      return b < 0n || b > 127n ? undefined : a << b;
    case '>>':
      return b < 0n || b > 127n ? undefined : a >> b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '==':
      return a === b ? 1n : 0n;
    case '!=':
      return a !== b ? 1n : 0n;
    case '<':
      return a < b ? 1n : 0n;
    case '>':
      return a > b ? 1n : 0n;
    case '<=':
      return a <= b ? 1n : 0n;
    case '>=':
      return a >= b ? 1n : 0n;
    default: {
      const impossible: never = operator;
      return impossible;
    }
  }
}

export function isComparison(operator: BinaryOperator): boolean {
  return ['==', '!=', '<', '>', '<=', '>='].includes(operator);
}

/** Makes values and places, each once. One per analysis. */
export class Values {
  readonly #values = new Map<string, Value>();
  readonly #locations = new Map<string, Location>();

  constant(value: bigint, name?: string): Value {
    return this.#value(`# ${value} ${name ?? ''}`, () => ({
      kind: 'constant',
      constant: value,
      ...(name === undefined ? {} : { name }),
    }));
  }

  solid(what: string): Value {
    return this.#value(`s ${what}`, () => ({ kind: 'solid', what, constant: undefined }));
  }

  initial(place: Location, epoch: number, type: Type): Value {
    const known = type.kind === 'int' ? { bits: type.bits, signed: type.signed } : {};
    const still = this.#still(place);
    const timeless = epoch === 0 && still === place ? undefined : this.initial(still, 0, type);
    return this.#value(
      `i ${place.id} ${epoch}`,
      () => ({ kind: 'initial', place, epoch, constant: undefined, ...known }),
      timeless,
    );
  }

  result(site: string, generation: number, type?: Type): Value {
    const known = type?.kind === 'int' ? { bits: type.bits, signed: type.signed } : {};
    return this.#value(`r ${site} ${generation}`, () => ({
      kind: 'result',
      site,
      generation,
      constant: undefined,
      ...known,
    }));
  }

  address(place: Location): Value {
    if (place.kind === 'deref') return place.pointer;
    return this.#value(`a ${place.id}`, () => ({ kind: 'address', place, constant: undefined }));
  }

  derived(what: string, from: Value, type?: Type): Value {
    const known = type?.kind === 'int' ? { bits: type.bits, signed: type.signed } : {};
    const timeless = from.timeless === from ? undefined : this.derived(what, from.timeless, type);
    return this.#value(
      `d ${what} ${from.id}`,
      () => ({ kind: 'derived', what, from, constant: undefined, ...known }),
      timeless,
    );
  }

  unary(operator: UnaryOperator, value: Value): Value {
    if (value.constant !== undefined) {
      const a = value.constant;
      const constant = operator === '-' ? -a : operator === '~' ? ~a : a === 0n ? 1n : 0n;
      if (operator !== '~') return this.constant(constant);
      return this.#value(`u ${operator} ${value.id}`, () => ({ kind: 'unary', operator, value, constant }));
    }
    if (operator === '!' && value.kind === 'unary' && value.operator === '!' && this.#isTruth(value.value))
      return value.value;
    const timeless = value.timeless === value ? undefined : this.unary(operator, value.timeless);
    return this.#value(
      `u ${operator} ${value.id}`,
      () => ({ kind: 'unary', operator, value, constant: undefined }),
      timeless,
    );
  }

  binary(operator: BinaryOperator, left: Value, right: Value): Value {
    if (left.constant !== undefined && right.constant !== undefined) {
      const constant = compute(operator, left.constant, right.constant);
      // Bit combinations keep their structure: rules want to know which named constants went in.
      const keep = operator === '|' || operator === '&';
      if (constant !== undefined && !keep) return this.constant(constant);
      if (constant !== undefined)
        return this.#value(`b ${operator} ${left.id} ${right.id}`, () => ({
          kind: 'binary',
          operator,
          left,
          right,
          constant,
        }));
    }
    if (left === right) {
      if (operator === '==' || operator === '<=' || operator === '>=') return this.constant(1n);
      if (operator === '!=' || operator === '<' || operator === '>' || operator === '-') return this.constant(0n);
    }
    if (right.constant === 0n && (operator === '+' || operator === '-' || operator === '|')) return left;
    if (left.constant === 0n && (operator === '+' || operator === '|')) return right;
    if (operator === '>') return this.binary('<', right, left);
    if (operator === '>=') return this.unary('!', this.binary('<', left, right));
    if (operator === '<=') return this.unary('!', this.binary('<', right, left));
    if (operator === '!=') return this.unary('!', this.binary('==', left, right));
    if (operator === '==' && left.id > right.id) return this.binary('==', right, left);
    const timeless =
      left.timeless === left && right.timeless === right
        ? undefined
        : this.binary(operator, left.timeless, right.timeless);
    return this.#value(
      `b ${operator} ${left.id} ${right.id}`,
      () => ({ kind: 'binary', operator, left, right, constant: undefined }),
      timeless,
    );
  }

  /** A conversion to an integer type. One that keeps all bits of a value is no change. */
  cast(value: Value, type: Type): Value {
    if (type.kind === 'bool') {
      if (value.constant !== undefined) return this.constant(value.constant === 0n ? 0n : 1n);
      return this.#isTruth(value) ? value : this.unary('!', this.unary('!', value));
    }
    if (type.kind !== 'int') return value;
    if (value.constant !== undefined) {
      const wrapped = truncate(value.constant, type.bits, type.signed);
      return wrapped === value.constant ? value : this.constant(wrapped);
    }
    if (value.bits === undefined || value.bits <= type.bits) return value;
    const timeless = value.timeless === value ? undefined : this.cast(value.timeless, type);
    return this.#value(
      `c ${type.bits} ${type.signed} ${value.id}`,
      () => ({ kind: 'cast', value, constant: undefined, bits: type.bits, signed: type.signed }),
      timeless,
    );
  }

  /** `number` as a value of the same type as `like` would hold it. */
  fit(number: bigint, like: Value): bigint {
    return truncate(number, like.bits, like.signed);
  }

  local(local: Local): Location {
    return this.#location(`l ${local}`, () => ({ kind: 'local', local, name: '' }));
  }

  global(name: string): Location {
    return this.#location(`g ${name}`, () => ({ kind: 'global', local: undefined, name }));
  }

  deref(pointer: Value): Location {
    if (pointer.kind === 'address') return pointer.place;
    return this.#location(`d ${pointer.id}`, () => ({ kind: 'deref', local: undefined, name: '', pointer }));
  }

  field(base: Location, name: string, owner?: string): Location {
    return this.#location(`f ${base.id} ${name}`, () => ({ kind: 'field', local: base.local, name, base, owner }));
  }

  index(base: Location, index: Value): Location {
    return this.#location(`x ${base.id} ${index.id}`, () => ({
      kind: 'index',
      local: base.local,
      name: base.name,
      base,
      index,
    }));
  }

  of(value: Value): Location {
    return this.#location(`v ${value.id}`, () => ({ kind: 'value', local: undefined, name: '', value }));
  }

  #still(place: Location): Location {
    switch (place.kind) {
      case 'local':
      case 'global':
        return place;
      case 'deref':
        return this.deref(place.pointer.timeless);
      case 'field':
        return this.field(this.#still(place.base), place.name, place.owner);
      case 'index':
        return this.index(this.#still(place.base), place.index.timeless);
      case 'value':
        return this.of(place.value.timeless);
      default: {
        const impossible: never = place;
        return impossible;
      }
    }
  }

  /** Whether a value can only be 0 or 1. */
  #isTruth(value: Value): boolean {
    return (
      (value.kind === 'unary' && value.operator === '!') || (value.kind === 'binary' && isComparison(value.operator))
    );
  }

  #value(key: string, make: () => Body<Value>, timeless?: Value): Value {
    const known = this.#values.get(key);
    if (known) return known;
    const body = make();
    const size = sizeOfBody(body);
    if (size > largest && body.constant === undefined) return this.result(key, 0);
    const value = { ...body, size, id: this.#values.size } as { -readonly [K in keyof Value]: Value[K] };
    value.timeless = timeless ?? (value as Value);
    this.#values.set(key, value as Value);
    return value as Value;
  }

  #location(key: string, make: () => LocationBody): Location {
    const known = this.#locations.get(key);
    if (known) return known;
    const location = { ...make(), id: this.#locations.size } as Location;
    this.#locations.set(key, location);
    return location;
  }
}

function sizeOfBody(body: Body<Value>): number {
  switch (body.kind) {
    case 'constant':
    case 'result':
    case 'solid':
      return 1;
    case 'initial':
    case 'address':
      return 1 + sizeOfPlace(body.place);
    case 'unary':
    case 'cast':
      return 1 + body.value.size;
    case 'binary':
      return 1 + body.left.size + body.right.size;
    case 'derived':
      return 1 + body.from.size;
    default: {
      const impossible: never = body;
      return impossible;
    }
  }
}

function sizeOfPlace(place: Location): number {
  switch (place.kind) {
    case 'local':
    case 'global':
      return 1;
    case 'deref':
      return 1 + place.pointer.size;
    case 'field':
      return 1 + sizeOfPlace(place.base);
    case 'index':
      return 1 + sizeOfPlace(place.base) + place.index.size;
    case 'value':
      return place.value.size;
    default: {
      const impossible: never = place;
      return impossible;
    }
  }
}

/** What `derived` values that are a type's size start with. */
export const sizeOf = 'sizeof ';

/** Calls `visit` for every value that `value` is made of, itself included. */
export function eachPart(value: Value, visit: (part: Value) => void): void {
  visit(value);
  switch (value.kind) {
    case 'constant':
    case 'result':
    case 'solid':
      return;
    case 'initial':
    case 'address':
      eachPlacePart(value.place, visit);
      return;
    case 'unary':
    case 'cast':
      eachPart(value.value, visit);
      return;
    case 'binary':
      eachPart(value.left, visit);
      eachPart(value.right, visit);
      return;
    case 'derived':
      eachPart(value.from, visit);
      return;
    default: {
      const impossible: never = value;
      return impossible;
    }
  }
}

/** Calls `visit` for every value that a place's address is computed from. */
export function eachPlacePart(place: Location, visit: (part: Value) => void): void {
  switch (place.kind) {
    case 'local':
    case 'global':
      return;
    case 'deref':
      eachPart(place.pointer, visit);
      return;
    case 'field':
      eachPlacePart(place.base, visit);
      return;
    case 'index':
      eachPlacePart(place.base, visit);
      eachPart(place.index, visit);
      return;
    case 'value':
      eachPart(place.value, visit);
      return;
    default: {
      const impossible: never = place;
      return impossible;
    }
  }
}

/** What the OR-ed constants of an options value say. */
export interface KnownBits {
  /** Bits that are surely set, and bits that are surely clear. */
  readonly ones: bigint;
  readonly zeros: bigint;
  /** The named constants that were OR-ed in, each once, in order. */
  readonly named: readonly NamedBits[];
}

export interface NamedBits {
  readonly name: string;
  readonly bits: bigint;
}

const width = (1n << 32n) - 1n;

/** The bits of a 32-bit options word that are known on this path. */
export function knownBits(value: Value): KnownBits {
  if (value.kind === 'cast') return knownBits(value.value);
  if (value.kind === 'binary' && value.operator === '|') {
    const left = knownBits(value.left);
    const right = knownBits(value.right);
    return {
      ones: left.ones | right.ones,
      zeros: left.zeros & right.zeros,
      named: [...left.named, ...right.named.filter((one) => !left.named.some((other) => other.name === one.name))],
    };
  }
  if (value.kind === 'binary' && value.operator === '&') {
    const left = knownBits(value.left);
    const right = knownBits(value.right);
    const [kept, mask] = value.right.constant === undefined ? [right, value.left] : [left, value.right];
    // A mask lets through the constants that it covers; its own name is no option.
    const through = mask.constant === undefined ? undefined : BigInt.asUintN(32, mask.constant);
    return {
      ones: left.ones & right.ones,
      zeros: left.zeros | right.zeros,
      named: through === undefined ? [] : kept.named.filter(({ bits }) => bits !== 0n && (bits & ~through) === 0n),
    };
  }
  if (value.constant !== undefined) {
    const ones = BigInt.asUintN(32, value.constant);
    const named = value.kind === 'constant' && value.name !== undefined ? [{ name: value.name, bits: ones }] : [];
    return { ones, zeros: ~ones & width, named };
  }
  return { ones: 0n, zeros: 0n, named: [] };
}

/** What `derived` values that are a map's address are called. */
export const addressOfMap = 'address';

/** The value that an address computation starts from: `p` for `p + 4` and `(char *)p`. */
export function baseOf(value: Value): Value {
  let at = value;
  for (;;) {
    if (at.kind === 'cast') at = at.value;
    else if (
      at.kind === 'binary' &&
      (at.operator === '+' || at.operator === '-' || at.operator === '|' || at.operator === '&')
    ) {
      if (at.left.constant !== undefined && at.right.constant === undefined) at = at.right;
      else at = at.left;
    } else return at;
  }
}
