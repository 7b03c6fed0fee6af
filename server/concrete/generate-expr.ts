import type { BinaryOperator, Expr, Place, Type } from '../ir/types';
import { fieldLayout, rootIsValue, type Context } from './compile-expr';
import { commonType, operandType } from './compile-operators';
import { int32, isPointer, normaliser, pointed, wide, wideLimit } from './values';

/** The range of an integer: numbers of 64 bits are in [-wideLimit, wideLimit), taken as signed. */
export interface Range {
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}

/** An operand in JavaScript: without side effects, and cheap to write twice. */
export interface Piece {
  readonly code: string;
  readonly range: Range;
  /** A constant's value. */
  readonly value?: number;
  /** The same as a JavaScript condition; the value is then 0 or 1. */
  readonly test?: string;
}

/** A place in memory: the address in `code`, or the start of a local's memory, and an offset. */
interface Address {
  readonly code?: string;
  readonly local?: number;
  readonly offset: number;
}

/** What an instruction's code is written to. */
export interface Sink {
  readonly c: Context;
  line(code: string): void;
  /** A constant with the value of an expression; its name. */
  fresh(code: string): string;
  /** A local or temporary whose value is a number here; undefined where it is kept elsewhere. */
  variable(kind: 'l' | 't', index: number): Piece | undefined;
  /** Remembers a span for one access; its name. */
  cache(): string;
  /** The address of a global; its name. */
  global(name: string, type: Type): string;
}

/** Leaves to the closure of the same instruction, which knows all that is odd. */
export const fail = 'break s;';

const u32: Range = { bits: 32, signed: false };
const i32: Range = { bits: 32, signed: true };
const u64: Range = { bits: 64, signed: false };
const truth: Range = { bits: 8, signed: false };

/** The range of a type's values; undefined where they are not kept as numbers. */
export function rangeOf(type: Type): Range | undefined {
  switch (type.kind) {
    case 'int':
      return type.bits === 128 ? undefined : { bits: type.bits, signed: type.signed };
    case 'bool':
      return truth;
    case 'enum':
      return type.of ? rangeOf(type.of) : { bits: 64, signed: true };
    case 'pointer':
    case 'reference':
      return u64;
    case 'void':
    case 'float':
    case 'class':
    case 'array':
    case 'function':
    case 'unknown':
      return undefined;
  }
}

function constant(value: bigint): Piece | undefined {
  const number = wide(value);
  if (!isWide(number)) return undefined;
  const range: Range = number >= 0 ? (number < 2 ** 32 ? u32 : u64) : { bits: 64, signed: true };
  return { code: number < 0 ? `(${number})` : String(number), range, value: number };
}

function constantOf(value: bigint | number): Piece | undefined {
  return typeof value === 'bigint' ? constant(value) : undefined;
}

function fold(
  operator: BinaryOperator,
  left: number | undefined,
  right: number | undefined,
  bits: number,
): bigint | undefined {
  if (left === undefined || right === undefined || left < 0 || right < 0 || right > 63) return undefined;
  if (operator === '<<' && right >= bits) return undefined;
  if (operator === '<<') return BigInt(left) << BigInt(right);
  return operator === '*' ? BigInt(left) * BigInt(right) : undefined;
}

function isWide(value: number): boolean {
  return value >= -wideLimit && value < wideLimit;
}

function neverNegative({ value, range }: Piece): boolean {
  return value === undefined ? !range.signed && range.bits <= 32 : value >= 0;
}

/** A value converted to a type, as C converts it; undefined where the type's values are no numbers. */
export function convert(piece: Piece, to: Type): Piece | undefined {
  if (to.kind === 'bool')
    return piece.test === undefined
      ? { code: `(${piece.code} !== 0 ? 1 : 0)`, range: truth, test: `${piece.code} !== 0` }
      : piece;
  const range = rangeOf(to);
  return range && fit(piece, range);
}

function fit(piece: Piece, to: Range): Piece {
  const { code, range, value } = piece;
  if (piece.test !== undefined) return piece;
  if (value !== undefined) {
    const bits = BigInt(value);
    const fitted = constant(to.signed ? BigInt.asIntN(to.bits, bits) : BigInt.asUintN(to.bits, bits))!;
    return { ...fitted, range: to };
  }
  const inside = range.signed
    ? to.signed && to.bits >= range.bits
    : to.bits > range.bits || (to.bits === range.bits && !to.signed);
  if (inside) return piece;
  switch (to.bits) {
    case 64:
      return { code, range: to };
    case 32:
      return { code: to.signed ? `(${code} | 0)` : `(${code} >>> 0)`, range: to };
    case 16:
      return { code: to.signed ? `(${code} << 16 >> 16)` : `(${code} & 65535)`, range: to };
    case 8:
      return { code: to.signed ? `(${code} << 24 >> 24)` : `(${code} & 255)`, range: to };
  }
}

/** An expression's value; undefined where only the closure can tell. */
export function piece(sink: Sink, expr: Expr): Piece | undefined {
  const { run } = sink.c;
  switch (expr.op) {
    case 'int':
      return constantOf(normaliser(expr.type)(expr.value));
    case 'null':
      return { code: '0', range: u64, value: 0 };
    case 'this':
      return { code: 'self', range: u64 };
    case 'temp':
      return sink.variable('t', expr.temp);
    case 'load':
      return load(sink, expr.place, expr.type);
    case 'address':
      return addressPiece(sink, expr.place);
    case 'unary':
      return unary(sink, expr);
    case 'binary':
      return binary(sink, expr);
    case 'cast': {
      if (expr.value.type.kind === 'array' && isPointer(expr.type) && expr.value.op === 'load')
        return addressPiece(sink, expr.value.place);
      const value = piece(sink, expr.value);
      if (expr.type.kind === 'unknown') return value;
      return value && convert(value, expr.type);
    }
    case 'sizeof':
      if (expr.of.kind === 'unknown' || (expr.of.kind === 'array' && expr.of.length === undefined)) return undefined;
      if (expr.of.kind === 'class' && run.layouts.class(expr.of).assumed) return undefined;
      return constant(BigInt(run.layouts.size(expr.of)));
    case 'name': {
      const value = run.wellKnown(expr.name) ?? run.program.constant(expr.name, sink.c.source.file);
      return typeof value === 'bigint' ? constant(value) : undefined;
    }
    case 'float':
    case 'string':
    case 'pointee':
    case 'function':
    case 'closure':
    case 'unknown':
      return undefined;
  }
}

function unary(sink: Sink, expr: Expr & { op: 'unary' }): Piece | undefined {
  const value = piece(sink, expr.value);
  if (!value) return undefined;
  switch (expr.operator) {
    case '!':
      return { code: `(${value.code} === 0 ? 1 : 0)`, range: truth, test: `${value.code} === 0` };
    case '-':
      return convert(checked(sink, `-${value.code}`), expr.type);
    case '~':
      return convert({ code: sink.fresh(`-1 - ${value.code}`), range: { bits: 64, signed: true } }, expr.type);
  }
}

/** A number that is out of range is left to the closure, which has bigints. */
function checked(sink: Sink, code: string): Piece {
  const name = sink.fresh(code);
  sink.line(`if (!(${name} >= ${-wideLimit} && ${name} < ${wideLimit})) ${fail}`);
  return { code: name, range: { bits: 64, signed: true } };
}

function binary(sink: Sink, expr: Expr & { op: 'binary' }): Piece | undefined {
  const leftType = operandType(expr.left, expr.right);
  const rightType = operandType(expr.right, expr.left);
  const left = piece(sink, expr.left);
  const right = left && piece(sink, expr.right);
  if (!right || leftType.kind === 'float' || rightType.kind === 'float') return undefined;
  const { operator } = expr;
  if (operator === '+' || operator === '-') {
    if (isPointer(leftType)) return pointerSum(sink, left, right, leftType, operator, isPointer(rightType));
    if (isPointer(rightType) && operator === '+') return pointerSum(sink, right, left, rightType, '+', false);
  }
  const commonly = commonType(leftType, rightType);
  const range = rangeOf(commonly);
  const resultType = expr.type.kind === 'unknown' ? commonly : expr.type;
  const result = rangeOf(resultType);
  if (!range || !result) return undefined;
  const folded = fold(operator, left.value, right.value, result.bits);
  if (folded !== undefined) return constantOf(normaliser(resultType)(folded));
  const a = fit(left, range);
  const b = fit(right, range);
  switch (operator) {
    case '==':
    case '!=':
      return condition(`${a.code} ${operator}= ${b.code}`);
    case '<':
      return condition(less(a, b, range));
    case '>':
      return condition(less(b, a, range));
    case '<=':
      return condition(`!(${less(b, a, range)})`);
    case '>=':
      return condition(`!(${less(a, b, range)})`);
    case '+':
    case '-': {
      const small = left.range.bits < 64 && right.range.bits < 64;
      const sum = `${left.code} ${operator} ${right.code}`;
      if (result.bits < 64 || small)
        return convert({ code: sink.fresh(sum), range: { bits: 64, signed: true } }, resultType);
      return convert(checked(sink, sum), resultType);
    }
    case '*':
      if (result.bits < 64)
        return convert({ code: sink.fresh(`Math.imul(${left.code}, ${right.code})`), range: i32 }, resultType);
      return convert(checked(sink, `${left.code} * ${right.code}`), resultType);
    case '&':
    case '|':
    case '^':
      return convert(bitwise(sink, operator, a, b, range), resultType);
    case '/':
    case '%': {
      const quotient = division(sink, operator, a, b, range);
      return convert(quotient, resultType);
    }
    case '<<':
    case '>>':
      return shift(sink, operator, left, right, leftType, resultType);
  }
}

function condition(test: string): Piece {
  return { code: `(${test} ? 1 : 0)`, range: truth, test };
}

function less(a: Piece, b: Piece, { bits, signed }: Range): string {
  const plain = `${a.code} < ${b.code}`;
  if (bits < 64 || signed || (neverNegative(a) && neverNegative(b))) return plain;
  // What is negative as a signed number is above all others.
  if (neverNegative(b)) return `(${a.code} >= 0 && ${plain})`;
  if (neverNegative(a)) return `(${b.code} < 0 || ${plain})`;
  return `(${a.code} < 0 === ${b.code} < 0 ? ${plain} : ${b.code} < 0)`;
}

function bitwise(sink: Sink, operator: '&' | '|' | '^', a: Piece, b: Piece, range: Range): Piece {
  const code = `${a.code} ${operator} ${b.code}`;
  if (range.bits < 64) return { code: sink.fresh(code), range: i32 };
  if (operator === '&' && (neverBeyond32(a) || neverBeyond32(b)))
    return { code: sink.fresh(`(${code}) >>> 0`), range: u32 };
  if (neverBeyond32(a) && neverBeyond32(b)) return { code: sink.fresh(`(${code}) >>> 0`), range: u32 };
  const high = `Math.floor(${a.code} / 4294967296) ${operator} Math.floor(${b.code} / 4294967296)`;
  return {
    code: sink.fresh(`(${high}) * 4294967296 + ((${code}) >>> 0)`),
    range: { bits: 64, signed: true },
  };
}

function neverBeyond32({ value, range }: Piece): boolean {
  return value === undefined ? !range.signed && range.bits <= 32 : value >= 0 && value < 2 ** 32;
}

function division(sink: Sink, operator: '/' | '%', a: Piece, b: Piece, range: Range): Piece {
  if (b.value === undefined) sink.line(`if (${b.code} === 0) ${fail}`);
  else if (b.value === 0) sink.line(fail);
  if (range.bits === 64 && !range.signed)
    for (const each of [a, b]) if (!neverNegative(each)) sink.line(`if (${each.code} < 0) ${fail}`);
  if (range.bits < 64) {
    if (range.signed && (b.value === undefined || b.value === -1))
      sink.line(`if (${b.code} === -1 && ${a.code} === -2147483648) ${fail}`);
    const short = range.signed ? '| 0' : '>>> 0';
    return { code: sink.fresh(`(${a.code} ${operator} ${b.code}) ${short}`), range };
  }
  if (operator === '%') return { code: sink.fresh(`${a.code} % ${b.code} + 0`), range };
  // A power of two divides without rounding.
  const exact = b.value !== undefined && b.value > 0 && Number.isInteger(Math.log2(b.value));
  const quotient = exact
    ? `Math.trunc(${a.code} / ${b.code}) + 0`
    : `(${a.code} - ${a.code} % ${b.code}) / ${b.code} + 0`;
  return { code: sink.fresh(quotient), range };
}

function shift(
  sink: Sink,
  operator: '<<' | '>>',
  left: Piece,
  right: Piece,
  leftType: Type,
  resultType: Type,
): Piece | undefined {
  const promoted = rangeOf(commonType(leftType, int32));
  const result = rangeOf(resultType);
  if (!promoted || !result || result.bits !== promoted.bits || resultType.kind === 'bool') return undefined;
  const { bits, signed } = promoted;
  // A shift by the type's width or more, or backwards: the closure ends the run.
  if (right.value !== undefined && (right.value < 0 || right.value >= bits)) return undefined;
  const by = right.value === undefined ? sink.fresh(right.code) : String(right.value);
  if (right.value === undefined) sink.line(`if (!(${by} >= 0 && ${by} < ${bits})) ${fail}`);
  const value = fit(left, promoted);
  if (bits < 64)
    return convert(
      {
        code: sink.fresh(`${value.code} ${operator === '<<' ? '<<' : signed ? '>>' : '>>>'} ${by}`),
        range: operator === '>>' ? promoted : i32,
      },
      resultType,
    );
  const power = right.value === undefined ? `2 ** ${by}` : String(2 ** Number(by));
  if (operator === '<<') return convert(checked(sink, `${value.code} * ${power}`), resultType);
  if (!signed && !neverNegative(value)) sink.line(`if (${value.code} < 0) ${fail}`);
  return convert({ code: sink.fresh(`Math.floor(${value.code} / ${power})`), range: promoted }, resultType);
}

function pointerSum(
  sink: Sink,
  left: Piece,
  right: Piece,
  type: Type,
  operator: '+' | '-',
  difference: boolean,
): Piece {
  const stride = sink.c.run.layouts.stride(pointed(type));
  if (difference) {
    const bytes = sink.fresh(`${left.code} - ${right.code}`);
    return { code: sink.fresh(`(${bytes} - ${bytes} % ${stride}) / ${stride} + 0`), range: { bits: 64, signed: true } };
  }
  const { code } = checked(sink, `${left.code} ${operator} ${right.code} * ${stride}`);
  return { code, range: u64 };
}

function load(sink: Sink, place: Place, wanted: Type): Piece | undefined {
  const { run } = sink.c;
  if (place.type.kind === 'array' && isPointer(wanted)) return addressPiece(sink, place);
  if (place.kind === 'local' && sink.c.storage[place.local] === 'register') return sink.variable('l', place.local);
  if (place.kind === 'value') return piece(sink, place.value);
  if (rootIsValue(place)) return undefined;
  if (place.kind === 'global') {
    const known = run.program.constant(place.name, sink.c.source.file);
    const value = known === undefined ? run.wellKnown(place.name) : normaliser(place.type)(known);
    if (value !== undefined) return typeof value === 'bigint' ? constant(value) : undefined;
  }
  const range = rangeOf(place.type);
  const from = range && address(sink, place);
  if (!from) return undefined;
  const size = run.layouts.size(place.type);
  const { span, at } = access(sink, from, size, false);
  const last = size === 1 ? '' : ` || ${span}.state[${at} + ${size - 1}] !== 1`;
  sink.line(`if (${span}.state[${at}] !== 1${last}) ${fail}`);
  const signed =
    (place.type.kind === 'int' || (place.type.kind === 'enum' && place.type.of !== undefined)) && range.signed;
  switch (size) {
    case 1:
      if (place.type.kind === 'bool') return condition(sink.fresh(`${span}.bytes[${at}] !== 0`));
      return { code: sink.fresh(`${span}.view.get${signed ? 'Int' : 'Uint'}8(${at})`), range: { bits: 8, signed } };
    case 2:
    case 4: {
      const read = `${span}.view.get${signed ? 'Int' : 'Uint'}${size * 8}(${at}, true)`;
      return { code: sink.fresh(read), range: { bits: size === 2 ? 16 : 32, signed } };
    }
    case 8: {
      const high = sink.fresh(`${span}.view.getInt32(${at} + 4, true)`);
      sink.line(`if (${high} < -1048576 || ${high} > 1048575) ${fail}`);
      return { code: sink.fresh(`${high} * 4294967296 + ${span}.view.getUint32(${at}, true)`), range };
    }
    default:
      return undefined;
  }
}

/** Stores a number of a type; whether it could be written. */
export function store(sink: Sink, place: Place, value: Piece): boolean {
  const range = rangeOf(place.type);
  const to = range && !rootIsValue(place) ? address(sink, place) : undefined;
  if (!to) return false;
  const size = sink.c.run.layouts.size(place.type);
  const code = value.value === undefined ? sink.fresh(value.code) : value.code;
  // The address of an object: the picture shows who holds it.
  if (size === 8) sink.line(`if (${code} >= lowest && ${code} < highest) ${fail}`);
  const { span, at } = access(sink, to, size, true);
  switch (size) {
    case 1:
      sink.line(`${span}.bytes[${at}] = ${code};`);
      break;
    case 2:
    case 4:
      sink.line(`${span}.view.setInt${size * 8}(${at}, ${code}, true);`);
      break;
    case 8:
      sink.line(`${span}.view.setInt32(${at}, ${code}, true);`);
      sink.line(`${span}.view.setInt32(${at} + 4, Math.floor(${code} / 4294967296), true);`);
      break;
    default:
      return false;
  }
  for (let byte = 0; byte < size; byte++) sink.line(`${span}.state[${at} + ${byte}] = 1;`);
  return true;
}

function access(
  sink: Sink,
  { code, local, offset }: Address,
  size: number,
  write: boolean,
): Record<'span' | 'at', string> {
  if (local !== undefined) {
    const span = sink.fresh(`regions[${local}].span`);
    sink.line(`if (!(${span}.hi >= ${span}.lo + ${offset + size})) ${fail}`);
    return { span, at: String(offset) };
  }
  const at = offset === 0 ? code! : sink.fresh(`${code!} + ${offset}`);
  const span = sink.cache();
  sink.line(
    `if (!(${at} >= ${span}.lo && ${at} + ${size} <= ${span}.hi) && (${span} = quick.find(${at}, ${size}, ${write})) === none) ${fail}`,
  );
  return { span, at: sink.fresh(`${at} - ${span}.lo`) };
}

function addressPiece(sink: Sink, place: Place): Piece | undefined {
  const found = address(sink, place);
  if (!found) return undefined;
  const start = found.code ?? `regions[${found.local!}].span.lo`;
  return { ...checked(sink, `${start} + ${found.offset}`), range: u64 };
}

function address(sink: Sink, place: Place): Address | undefined {
  const { run, storage } = sink.c;
  switch (place.kind) {
    case 'local': {
      const where = storage[place.local];
      if (where !== 'memory' && where !== 'reference') return undefined;
      sink.line(`if (regions[${place.local}] === undefined) ${fail}`);
      return { local: place.local, offset: 0 };
    }
    case 'global':
      return { code: sink.global(place.name, place.type), offset: 0 };
    case 'deref': {
      const pointer = place.pointer.type.kind === 'unknown' ? undefined : piece(sink, place.pointer);
      return pointer && { code: pointer.value === undefined ? sink.fresh(pointer.code) : pointer.code, offset: 0 };
    }
    case 'field': {
      const layout = fieldLayout(sink.c, place);
      if (!layout || layout.bits) return undefined;
      const base = address(sink, place.base);
      return base && { ...base, offset: base.offset + layout.offset };
    }
    case 'index': {
      const base = address(sink, place.base);
      const index = base && piece(sink, place.index);
      if (!base || !index) return undefined;
      const stride = run.layouts.stride(place.type);
      if (index.value !== undefined && Math.abs(index.value) < 2 ** 31)
        return { ...base, offset: base.offset + index.value * stride };
      const start = base.code ?? `regions[${base.local!}].span.lo`;
      return { code: checked(sink, `${start} + ${index.code} * ${stride}`).code, offset: base.offset };
    }
    case 'value':
      return undefined;
  }
}
