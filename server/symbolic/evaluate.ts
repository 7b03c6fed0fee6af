import type { Expr, Place } from '../ir/types';
import type { Span } from './span';
import { tellAtomicAccess } from './atomic';
import { assume } from './constraints';
import { noteAsked } from './absence';
import { loaded, noteIndices } from './client-data';
import type { Context } from './context';
import { addressedMap, siteOf } from './context';
import type { State } from './state';
import type { Location, Value } from './values';
import { baseOf, sizeOf } from './values';

/** Set on a state when evaluation shows that no run takes its path. */
export class DeadPath extends Set<State> {}

const constantName = /^(k[A-Z]|[A-Z][A-Z0-9_]+$)/;

/** Yields the value of an expression and states what evaluating it does. */
export function evaluate(context: Context, state: State, expr: Expr, dead: DeadPath): Value {
  const { values } = context;
  switch (expr.op) {
    case 'int':
      return values.constant(expr.value, expr.name);
    case 'float':
      return values.solid(`float ${expr.value}`);
    case 'string':
      return values.solid(`string ${expr.value}`);
    case 'null':
      return values.constant(0n);
    case 'this':
      return values.solid('this');
    case 'temp':
      return state.temps.get(expr.temp) ?? values.result(`temp ${expr.temp}`, 0, expr.type);
    case 'load': {
      const place = locate(context, state, expr.place, dead);
      access(context, state, expr.place, place, 'read', dead);
      if (expr.type.kind === 'array') return values.address(place);
      if (expr.place.kind === 'global') {
        const constant = context.program.findConstant(expr.place.name);
        if (constant?.value !== undefined) return values.constant(constant.value, constant.name);
      }
      return loaded(context, state, place, state.load(values, place, expr.type), expr);
    }
    case 'address':
      return values.address(locate(context, state, expr.place, dead));
    case 'unary':
      return values.unary(expr.operator, evaluate(context, state, expr.value, dead));
    case 'binary':
      return values.binary(
        expr.operator,
        evaluate(context, state, expr.left, dead),
        evaluate(context, state, expr.right, dead),
      );
    case 'cast':
      return values.cast(evaluate(context, state, expr.value, dead), expr.type);
    case 'pointee':
      return evaluate(context, state, expr.value, dead);
    case 'sizeof':
      return values.derived(sizeOf + JSON.stringify(expr.of), values.solid('type'));
    case 'function':
      return values.solid(`function ${expr.name}`);
    case 'closure': {
      for (const local of context.fn.closures[expr.index]?.locals ?? []) {
        if (!local.captures) continue;
        const place = values.local(local.captures.local);
        const held = state.load(values, place, local.type);
        escape(state, held);
        if (local.captures.byReference) state.exposed.add(local.captures.local);
      }
      return values.solid(`closure ${expr.index}`);
    }
    case 'name': {
      const constant = context.program.findConstant(expr.name);
      if (constant?.value !== undefined) return values.constant(constant.value, constant.name);
      const place = values.global(expr.name);
      return constantName.test(expr.name) ? values.initial(place, 0, expr.type) : state.load(values, place, expr.type);
    }
    case 'unknown': {
      const site = siteOf(expr.span, 'unknown');
      const value = values.result(site, state.freeGeneration(site), expr.type);
      state.renew(value);
      return value;
    }
    default: {
      const impossible: never = expr;
      return impossible;
    }
  }
}

/** Where a place is, on this path. */
export function locate(context: Context, state: State, place: Place, dead: DeadPath): Location {
  const { values } = context;
  switch (place.kind) {
    case 'local':
      return values.local(place.local);
    case 'global':
      return values.global(place.name);
    case 'deref':
      return values.deref(evaluate(context, state, place.pointer, dead));
    case 'field':
      return values.field(locate(context, state, place.base, dead), place.name, place.owner);
    case 'index':
      return values.index(locate(context, state, place.base, dead), evaluate(context, state, place.index, dead));
    case 'value':
      return values.of(evaluate(context, state, place.value, dead));
    default: {
      const impossible: never = place;
      return impossible;
    }
  }
}

/** States that memory at a place is read or written. */
export function access(
  context: Context,
  state: State,
  place: Place,
  location: Location,
  how: 'read' | 'write',
  dead: DeadPath,
): void {
  let at = location;
  while (at.kind === 'field' || at.kind === 'index') at = at.base;
  noteIndices(context, state, place, location);
  if (at.kind === 'deref') usePointer(context, state, at.pointer, place.span, how, undefined, dead);
}

/**
 * States that what a pointer points at is used: by a read, a write, or the call of a method. Afterwards the pointer
 * isn't NULL.
 */
export function usePointer(
  context: Context,
  state: State,
  pointer: Value,
  span: Span,
  how: 'read' | 'write' | 'method',
  method: string | undefined,
  dead: DeadPath,
): void {
  const base = baseOf(pointer);
  const map = addressedMap(state, pointer);
  if (map && how !== 'method') {
    context.emit({ kind: 'address-use', object: map, at: span, how }, state);
    tellAtomicAccess(context, state, pointer, span);
  }
  if (base.kind === 'constant' || base.constant !== undefined) {
    // A NULL pointer here: the path is one that the author rules out. Device addresses as numbers are fine.
    if (pointer.constant === 0n) dead.add(state);
    return;
  }
  const act = method === undefined ? how : `${method}()`;
  const absent = state.absent.get(base);
  if (absent) context.emit({ kind: 'null-use', object: absent.object, at: span, how: act }, state);
  const object = state.objects.get(base);
  if (object) {
    context.emit({ kind: 'use', object, at: span, how: act }, state);
    if (object.creation?.nullable && state.mayBeNull(base))
      context.emit({ kind: 'null-use', object, at: span, how: act }, state);
  }
  if (base === pointer && !assume(state, context.values, base, true)) dead.add(state);
}

/** Ends what can be claimed about an object that a value leads to: somebody unseen has it. */
export function escape(state: State, value: Value): void {
  noteAsked(state, value);
  const seen = new Set<Value>();
  const visit = (at: Value): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const base = baseOf(at);
    state.annotate(base, { escaped: true });
    if (base.kind === 'derived' && base.what.startsWith('cast')) visit(base.from);
    if (base.kind === 'address') {
      const { place } = base;
      if (place.local !== undefined) {
        state.exposed.add(place.local);
        for (const [known, held] of state.store) if (known.local === place.local) visit(held);
      }
    }
  };
  visit(value);
}
