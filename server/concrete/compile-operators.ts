import type { BinaryOperator, Expr, Type } from '../ir/types';
import {
  compileExpr,
  compileInteger,
  compileKnown,
  isSmart,
  compilePointee,
  type Context,
  type Hint,
} from './compile-expr';
import type { Evaluate, Frame } from './frame';
import { notModelled } from './halt';
import { Aggregate, int32, isPointer, normaliser, pointed, uint64, Unknown, type Known } from './values';

/** `-`, `~` and `!`. */
export function compileUnary(c: Context, expr: Expr & { op: 'unary' }, hint: Hint): Evaluate {
  const { run } = c;
  if (expr.operator === '!' && isSmart(expr.value.type)) {
    const pointer = compilePointee(c, expr.value);
    return (frame) => (pointer(frame) === 0n ? 1n : 0n);
  }
  if (expr.value.type.kind === 'class') return objectOperand(expr.operator, expr.value.type.name);
  const wanted: Type = expr.operator === '!' && expr.value.type.kind === 'unknown' ? { kind: 'bool' } : expr.value.type;
  const operand = compileKnown(c, expr.value, hint, wanted);
  const normalise = normaliser(expr.type);
  const number = (frame: Frame): bigint | number => {
    const value = operand(frame);
    return value instanceof Aggregate ? run.integer(value) : value;
  };
  switch (expr.operator) {
    case '-':
      return (frame) => {
        const value = number(frame);
        return normalise(typeof value === 'number' ? -value : -value);
      };
    case '~':
      return (frame) => normalise(~run.integer(number(frame)));
    case '!':
      return (frame) => {
        const value = number(frame);
        return value === 0n || value === 0 ? 1n : 0n;
      };
  }
}

/** Arithmetic, shifts, bit operations and comparisons with C's conversions; pointer arithmetic in elements. */
export function compileBinary(c: Context, expr: Expr & { op: 'binary' }, hint: Hint): Evaluate {
  const object = [expr.left, expr.right].find(({ type }) => type.kind === 'class' && !isSmart(type));
  if (object?.type.kind === 'class') return objectOperand(expr.operator, object.type.name);
  const leftType = operandType(expr.left, expr.right);
  const rightType = operandType(expr.right, expr.left);
  if (isPointer(leftType) && (expr.operator === '+' || expr.operator === '-'))
    return compilePointerArithmetic(c, expr, leftType, rightType);
  if (isPointer(rightType) && expr.operator === '+')
    return compilePointerArithmetic(c, { ...expr, left: expr.right, right: expr.left }, rightType, leftType);
  if (leftType.kind === 'float' || rightType.kind === 'float') return compileFloat(c, expr);
  const left = operand(c, expr.left, leftType, hint);
  const right = operand(c, expr.right, rightType, hint);
  const compared = comparison(expr.operator);
  if (compared) {
    const common = normaliser(commonType(leftType, rightType));
    // `count != 2` and `size < 16` reject: what they compare with is a value that passes.
    if ((expr.operator === '!=' || expr.operator === '<') && !isPointer(leftType) && isPlain(expr.left)) {
      const { assumer } = c.run;
      return (frame) => {
        const b = right(frame);
        assumer.expected = b;
        const a = left(frame);
        assumer.expected = undefined;
        return compared(common(a), common(b)) ? 1n : 0n;
      };
    }
    return (frame) => (compared(common(left(frame)), common(right(frame))) ? 1n : 0n);
  }
  return compileIntegerOperation(c, expr, left, right, leftType, rightType);
}

/** An operator on an object whose class declares none for it. */
function objectOperand(operator: string, name: string): Evaluate {
  return () => notModelled(`operator${operator} of ${name}`);
}

function compileIntegerOperation(
  c: Context,
  expr: Expr & { op: 'binary' },
  left: (frame: Frame) => bigint,
  right: (frame: Frame) => bigint,
  leftType: Type,
  rightType: Type,
): Evaluate {
  const { run } = c;
  const result = normaliser(expr.type.kind === 'unknown' ? commonType(leftType, rightType) : expr.type);
  const common = normaliser(commonType(leftType, rightType));
  const convert = (value: bigint): bigint => common(value) as bigint;
  switch (expr.operator) {
    case '+':
      return (frame) => result(left(frame) + right(frame));
    case '-':
      return (frame) => result(left(frame) - right(frame));
    case '*':
      return (frame) => result(left(frame) * right(frame));
    case '&':
      return (frame) => result(convert(left(frame)) & convert(right(frame)));
    case '|':
      return (frame) => result(convert(left(frame)) | convert(right(frame)));
    case '^':
      return (frame) => result(convert(left(frame)) ^ convert(right(frame)));
    case '/':
    case '%': {
      const divide = expr.operator === '/';
      const text = run.sourceText(c.source, expr.span);
      const lowest = lowestOf(commonType(leftType, rightType));
      return (frame) => {
        const a = convert(left(frame));
        const b = convert(right(frame));
        if (b === 0n) return run.divisionByZero(divide, a);
        if (b === -1n && a === lowest)
          run.kernel.stop('undefined', `${text}: ${String(a)} by -1 is beyond what its type holds.`);
        return result(divide ? a / b : a % b);
      };
    }
    case '<<':
    case '>>': {
      // What an undeclared function answers may be as wide as any integer.
      const bits = expr.left.type.kind === 'unknown' ? 64n : BigInt(run.layouts.size(promoted(leftType)) * 8);
      const text = run.sourceText(c.source, expr.span);
      const leftWards = expr.operator === '<<';
      return (frame) => {
        const a = left(frame);
        const by = right(frame);
        if (by < 0n || by >= bits)
          run.kernel.stop('undefined', `${text}: shifts ${String(bits)} bits by ${String(by)}.`);
        return result(leftWards ? a << by : a >> by);
      };
    }
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return () => 0n;
  }
}

function compilePointerArithmetic(
  c: Context,
  expr: Expr & { op: 'binary' },
  leftType: Type,
  rightType: Type,
): Evaluate {
  const { run } = c;
  const left = compileInteger(c, expr.left, {}, leftType);
  const right = compileInteger(c, expr.right, {}, rightType);
  const stride = BigInt(run.layouts.stride(pointed(leftType)));
  if (expr.operator === '-' && isPointer(rightType))
    return (frame) => BigInt.asIntN(64, left(frame) - right(frame)) / stride;
  const sign = expr.operator === '-' ? -stride : stride;
  return (frame) => BigInt.asUintN(64, left(frame) + right(frame) * sign);
}

function compileFloat(c: Context, expr: Expr & { op: 'binary' }): Evaluate {
  const left = compileExpr(c, expr.left);
  const right = compileExpr(c, expr.right);
  const { run } = c;
  const number = (value: Known | Unknown): number =>
    Number(value instanceof Unknown ? run.settle(value, { kind: 'float', bits: 64 }, {}) : value);
  const compared = comparison(expr.operator);
  if (compared) return (frame) => (compared(number(left(frame)), number(right(frame))) ? 1n : 0n);
  const result = normaliser(expr.type);
  return (frame) => {
    const a = number(left(frame));
    const b = number(right(frame));
    switch (expr.operator) {
      case '+':
        return result(a + b);
      case '-':
        return result(a - b);
      case '*':
        return result(a * b);
      case '/':
        return result(a / b);
      default:
        return result(0);
    }
  };
}

/** A variable's or a call's value as it is, at most cast. */
function isPlain(expr: Expr): boolean {
  if (expr.op === 'cast') return isPlain(expr.value);
  return expr.op === 'load' || expr.op === 'temp' || expr.op === 'name';
}

function operand(c: Context, expr: Expr, type: Type, hint: Hint): (frame: Frame) => bigint {
  if (isSmart(expr.type)) return compilePointee(c, expr);
  return compileInteger(c, expr, expr.type.kind === 'unknown' ? { ...hint, type } : hint, type);
}

/** An operand's type; where nothing is known of it, the type of what it is combined with. */
export function operandType(expr: Expr, other: Expr): Type {
  if (expr.op === 'null' || isSmart(expr.type)) return { kind: 'pointer', to: { kind: 'unknown' } };
  if (expr.type.kind !== 'unknown')
    return expr.type.kind === 'array' ? { kind: 'pointer', to: expr.type.of } : expr.type;
  if (other.op === 'null' || isSmart(other.type)) return { kind: 'pointer', to: { kind: 'unknown' } };
  if (isPointer(other.type)) return expr.op === 'int' ? uint64 : other.type;
  return other.type.kind === 'unknown' ? uint64 : other.type;
}

function comparison(operator: BinaryOperator): ((a: bigint | number, b: bigint | number) => boolean) | undefined {
  switch (operator) {
    case '==':
      return (a, b) => a === b;
    case '!=':
      return (a, b) => a !== b;
    case '<':
      return (a, b) => a < b;
    case '>':
      return (a, b) => a > b;
    case '<=':
      return (a, b) => a <= b;
    case '>=':
      return (a, b) => a >= b;
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<<':
    case '>>':
    case '&':
    case '|':
    case '^':
      return undefined;
  }
}

/** The value of a signed type that has no counterpart above zero. */
function lowestOf(type: Type): bigint | undefined {
  return type.kind === 'int' && type.signed ? -1n << BigInt(type.bits - 1) : undefined;
}

/** Integer promotion: everything narrower than int becomes int. */
function promoted(type: Type): Type {
  if (type.kind === 'int') return type.bits < 32 ? int32 : type;
  if (isPointer(type)) return uint64;
  if (type.kind === 'enum' && type.of) return promoted(type.of);
  return type.kind === 'unknown' ? uint64 : int32;
}

/** The usual arithmetic conversions of C for two integer operands. */
export function commonType(left: Type, right: Type): Type {
  const a = promoted(left);
  const b = promoted(right);
  if (a.kind !== 'int' || b.kind !== 'int') return uint64;
  if (a.bits !== b.bits) return a.bits > b.bits ? a : b;
  return a.signed ? b : a;
}
