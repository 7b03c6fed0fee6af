import type { Expr, Place, Type } from '../ir/types';
import { compileBinary, compileUnary } from './compile-operators';
import type { Evaluate, Frame, Storage } from './frame';
import type { Interpreter } from './interpreter';
import { isSmartPointer, unknownArray, type FieldLayout } from './layout';
import { readInteger } from './memory';
import type { SourceFunction } from './program';
import { notModelled } from './halt';
import { Aggregate, isPointer, normaliser, pointed, Unknown, withArticle, type Known, type Value } from './values';

/** What the closures of one function share. */
export interface Context {
  readonly run: Interpreter;
  readonly source: SourceFunction;
  readonly storage: readonly Storage[];
}

/** What the code around an expression says about the value, for the case that it has to be assumed. */
export interface Hint {
  /** The variable that it goes to. */
  readonly name?: string;
  /** The type that it is turned into. */
  readonly type?: Type;
}

/** Turns an expression into a closure. */
export function compileExpr(c: Context, expr: Expr, hint: Hint = {}): Evaluate {
  const { run } = c;
  switch (expr.op) {
    case 'int': {
      const value = normaliser(expr.type)(expr.value);
      return () => value;
    }
    case 'float': {
      const value = normaliser(expr.type)(expr.value);
      return () => value;
    }
    case 'string': {
      let address: bigint | undefined;
      return () => (address ??= run.stringAddress(expr.value));
    }
    case 'null':
      return () => 0n;
    case 'this':
      return (frame) => frame.self;
    case 'temp':
      return (frame) => frame.temps[expr.temp] ?? run.unset(c.source, expr, 'a temporary');
    case 'load':
      return expr.moved && isSmart(expr.type) ? compileMoved(c, expr) : compileLoad(c, expr.place, expr, hint);
    case 'address':
      return compileAddress(c, expr.place);
    case 'unary':
      return compileUnary(c, expr, hint);
    case 'binary':
      return compileBinary(c, expr, hint);
    case 'cast':
      return compileCast(c, expr, hint);
    case 'pointee':
      return compilePointee(c, expr.value);
    case 'sizeof': {
      const { of } = expr;
      const endless = of.kind === 'array' && of.length === undefined;
      // A name that nothing declares may be any number; arithmetic that is not understood is one number.
      if (endless && of.lengthName === undefined)
        return () => notModelled(`${run.sourceText(c.source, expr.span)}: the array's length`);
      const size = BigInt(endless ? unknownArray : run.layouts.size(of));
      return () => {
        if (endless || of.kind === 'unknown' || (of.kind === 'class' && run.layouts.class(of).assumed))
          run.assume(
            of.kind === 'array' || of.name === undefined ? run.sourceText(c.source, expr.span) : `sizeof(${of.name})`,
            String(size),
            run.place(c.source, expr.span),
          );
        return size;
      };
    }
    case 'function': {
      const address = run.callables.functionAddress(expr.name);
      return () => address;
    }
    case 'closure':
      return (frame) => run.callables.closureAddress(frame, expr.index);
    case 'name':
      return () =>
        run.unresolved(
          expr.name,
          hint.type && expr.type.kind === 'unknown' ? hint.type : expr.type,
          run.place(c.source, expr.span),
          c.source.file,
        );
    case 'unknown':
      return () => run.misunderstood(expr.reason, c.source, expr.span);
  }
}

/** As `compileExpr`, for a value that is needed now: an unknown one takes its assumed value. */
export function compileKnown(
  c: Context,
  expr: Expr,
  hint: Hint = {},
  wanted: Type = expr.type,
): (frame: Frame) => Known {
  const seen =
    hint.type === undefined && expr.type.kind === 'unknown' && wanted.kind !== 'unknown'
      ? { ...hint, type: wanted }
      : hint;
  const evaluate = compileExpr(c, expr, seen);
  const { run } = c;
  return (frame) => {
    const value = evaluate(frame);
    return value instanceof Unknown ? run.settle(value, wanted, seen) : value;
  };
}

/** An address or integer operand as a bigint. */
export function compileInteger(
  c: Context,
  expr: Expr,
  hint: Hint = {},
  wanted: Type = expr.type,
): (frame: Frame) => bigint {
  const evaluate = compileKnown(c, expr, hint, wanted);
  const { run } = c;
  return (frame) => run.integer(evaluate(frame));
}

/** The truth of a condition. */
export function compileCondition(c: Context, expr: Expr): (frame: Frame) => boolean {
  const { run } = c;
  if (isSmart(expr.type)) {
    const pointer = compilePointee(c, expr);
    return (frame) => pointer(frame) !== 0n;
  }
  const { type } = expr;
  if (type.kind === 'class') return () => notModelled(`whether ${withArticle(type.name)} is true`);
  const evaluate = compileKnown(c, expr, {}, type.kind === 'unknown' ? { kind: 'bool' } : type);
  return (frame) => {
    const value = evaluate(frame);
    return typeof value === 'bigint'
      ? value !== 0n
      : typeof value === 'number'
        ? value !== 0
        : run.integer(value) !== 0n;
  };
}

export function isSmart(type: Type): boolean {
  return type.kind === 'class' && isSmartPointer(type.name);
}

/** Whether a smart pointer's value is that of a variable, which keeps its reference; else it is a result's. */
export function isVariable(c: Context, expr: Expr): boolean {
  if (expr.op === 'load') return !expr.moved;
  if (expr.op !== 'temp') return false;
  return c.source.function.blocks.some((block) =>
    block.instructions.some((each) => each.op === 'set' && each.temp === expr.temp && each.value.op === 'load'),
  );
}

/** std::move() of a smart pointer: its value goes elsewhere, and it holds nothing. */
function compileMoved(c: Context, expr: Expr & { op: 'load' }): Evaluate {
  const address = compileAddress(c, expr.place);
  const { smart } = c.run;
  return (frame) => {
    const at = address(frame);
    const value = smart.value(smart.get(at));
    smart.clear(at);
    return value;
  };
}

function compileLoad(c: Context, place: Place, expr: Expr, hint: Hint): Evaluate {
  const { run } = c;
  if (place.type.kind === 'array' && isPointer(expr.type)) return compileAddress(c, place);
  if (place.type.kind === 'function') return compileAddress(c, place);
  if (place.kind === 'local' && c.storage[place.local] === 'register') {
    const local = place.local;
    const name = c.source.function.locals[local]!.name;
    return (frame) => {
      const value = frame.registers[local];
      return value ?? run.unset(c.source, expr, name);
    };
  }
  if (place.kind === 'value') return compileExpr(c, place.value, hint);
  if (place.kind === 'field' && rootIsValue(place.base)) return compileFieldOfValue(c, place, hint);
  if (place.kind === 'global') {
    const known = run.program.constant(place.name, c.source.file);
    if (known !== undefined) {
      const value = normaliser(place.type)(known);
      return () => value;
    }
    const named = run.wellKnown(place.name);
    if (named !== undefined) return () => named;
  }
  const address = compileAddress(c, place);
  const name = placeName(c, place);
  const what = run.sourceText(c.source, place.span);
  const span = place.span;
  // An integer that is cast to something else at once is assumed as what it is cast to.
  const type = place.type;
  const bits = bitsOf(c, place);
  if (bits)
    return (frame) => run.typed.loadBits(address(frame), bits, type, { what, name, hint, source: c.source, span });
  return (frame) => run.load(address(frame), type, { what, name, hint, source: c.source, span });
}

export function rootIsValue(place: Place): boolean {
  return place.kind === 'value' || ((place.kind === 'field' || place.kind === 'index') && rootIsValue(place.base));
}

function compileFieldOfValue(c: Context, place: Place & { kind: 'field' }, hint: Hint): Evaluate {
  const { run } = c;
  const address = compileAddress(c, place);
  const what = run.sourceText(c.source, place.span);
  const bits = bitsOf(c, place);
  const access = { what, name: place.name, hint, source: c.source, span: place.span };
  if (bits) return (frame) => run.typed.loadBits(address(frame), bits, place.type, access);
  return (frame) =>
    run.load(address(frame), place.type, { what, name: place.name, hint, source: c.source, span: place.span });
}

/** The last name in a place: of the field, the local or the global. */
export function placeName(c: Context, place: Place): string {
  switch (place.kind) {
    case 'local':
      return c.source.function.locals[place.local]!.name;
    case 'global':
    case 'field':
      return place.name;
    case 'index':
      return placeName(c, place.base);
    case 'deref':
      return place.pointer.op === 'load' ? placeName(c, place.pointer.place) : '';
    case 'value':
      return '';
  }
}

/** Where a field lies in its class; undefined where nothing declares it. */
export function fieldLayout({ run }: Context, place: Place & { kind: 'field' }): FieldLayout | undefined {
  return (
    run.layouts.field(place.base.type, place.name) ??
    (place.owner === undefined ? undefined : run.layouts.field({ kind: 'class', name: place.owner }, place.name))
  );
}

/** The bits of a place that is a bit field. */
export function bitsOf(c: Context, place: Place): FieldLayout['bits'] {
  return place.kind === 'field' ? fieldLayout(c, place)?.bits : undefined;
}

/** The address of a place that lives in memory. */
export function compileAddress(c: Context, place: Place): (frame: Frame) => bigint {
  const { run } = c;
  switch (place.kind) {
    case 'local': {
      const local = place.local;
      return (frame) => run.localAddress(frame, local);
    }
    case 'global': {
      let address: bigint | undefined;
      return () => (address ??= run.globalAddress(place.name, place.type, c.source.file));
    }
    case 'deref':
      return compileInteger(c, place.pointer, {}, { kind: 'pointer', to: place.type });
    case 'field': {
      const base = compileAddress(c, place.base);
      const layout = fieldLayout(c, place);
      if (layout) {
        const offset = BigInt(layout.offset);
        return (frame) => base(frame) + offset;
      }
      return (frame) => run.undeclaredField(base(frame), place.name, place.type);
    }
    case 'index': {
      const base = compileAddress(c, place.base);
      const index = compileInteger(c, place.index);
      const stride = BigInt(run.layouts.stride(place.type));
      return (frame) => base(frame) + index(frame) * stride;
    }
    case 'value': {
      const value = compileExpr(c, place.value);
      return (frame) => run.materialise(value(frame), place.type);
    }
  }
}

/** The raw pointer inside a smart pointer. */
export function compilePointee(c: Context, expr: Expr): (frame: Frame) => bigint {
  const { run } = c;
  const held = expr.op === 'load' ? asPointer(c, expr.place) : undefined;
  if (held) return compileInteger(c, held);
  const value = compileExpr(c, expr);
  return (frame) => {
    const raw = value(frame);
    const known = raw instanceof Unknown ? run.settle(raw, { kind: 'pointer', to: pointeeType(expr.type) }, {}) : raw;
    return known instanceof Aggregate ? readInteger(known.bytes, 0, 8) : run.integer(known);
  };
}

/** What loads the pointer in a smart pointer that is in memory. One that existed before the run is assumed as any other. */
export function asPointer(c: Context, place: Place): Expr | undefined {
  if (!isSmart(place.type) || rootIsValue(place)) return undefined;
  if (place.kind === 'local' && c.storage[place.local] === 'register') return undefined;
  const type: Type = { kind: 'pointer', to: pointeeType(place.type) };
  return { op: 'load', place: { ...place, type }, type, span: place.span };
}

/** T of OSSharedPtr<T>. */
export function pointeeType(type: Type): Type {
  return type.kind === 'class' ? (type.args?.[0] ?? { kind: 'unknown' }) : pointed(type);
}

function compileCast(c: Context, expr: Expr & { op: 'cast' }, hint: Hint): Evaluate {
  const { run } = c;
  const to = expr.type;
  if (expr.value.type.kind === 'array' && isPointer(to) && expr.value.op === 'load')
    return compileAddress(c, expr.value.place);
  if (isSmart(expr.value.type) && (isPointer(to) || to.kind === 'bool')) {
    const pointer = compilePointee(c, expr.value);
    return to.kind === 'bool' ? (frame) => (pointer(frame) === 0n ? 0n : 1n) : pointer;
  }
  const value = compileExpr(c, expr.value, {
    ...hint,
    type: to.kind === 'unknown' || to.kind === 'void' ? hint.type : (hint.type ?? to),
  });
  if (to.kind === 'void' || to.kind === 'unknown') return value;
  const normalise = normaliser(to);
  return (frame) => {
    const raw = value(frame);
    if (typeof raw === 'bigint' || typeof raw === 'number') return normalise(raw);
    return castOther(run, raw, to);
  };
}

function castOther(run: Interpreter, raw: Value, to: Type): Value {
  if (raw instanceof Unknown) {
    if (raw.value !== undefined) {
      const known = raw.value;
      return known instanceof Aggregate ? known : normaliser(to)(known);
    }
    if (raw.type.kind === 'unknown') raw.type = to;
    if (sameRepresentation(raw.type, to)) return raw;
    const known = run.settle(raw, isPointer(to) && !isPointer(raw.type) ? to : raw.type, {});
    return known instanceof Aggregate ? known : normaliser(to)(known);
  }
  return raw;
}

function sameRepresentation(left: Type, right: Type): boolean {
  if (isPointer(left) && isPointer(right)) return true;
  if (left.kind === 'int' && right.kind === 'int') return left.bits === right.bits && left.signed === right.signed;
  return left.kind === right.kind && left.kind !== 'float';
}
