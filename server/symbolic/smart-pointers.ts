import { has } from '../api/attributes';
import type { FunctionDeclaration } from '../ir/declarations';
import type { Expr, Function, Instruction, Type } from '../ir/types';
import { tellBlocking } from './atomic';
import type { Context } from './context';
import { classOf, holds, isSmartPointer, siteOf, takesReference } from './context';
import type { DeadPath } from './evaluate';
import { escape, evaluate } from './evaluate';
import type { Span } from './span';
import type { ObjectState, State } from './state';
import type { Location, Value } from './values';
import { baseOf } from './values';

type Call = Extract<Instruction, { op: 'call' }>;

export interface Argument {
  readonly expr: Expr;
  readonly value: Value;
}

/** Runs a constructor. */
export function construct(
  context: Context,
  state: State,
  call: Call,
  type: Type,
  object: Expr | undefined,
  args: readonly Argument[],
  dead: DeadPath,
): State[] {
  const { values } = context;
  const place = object && values.deref(evaluate(context, state, object, dead));
  let value: Value;
  if (isSmartPointer(type)) {
    value = args[0]?.value ?? values.constant(0n);
    takeOver(context, state, value, args[1]?.expr, {
      at: args[0]?.expr.span ?? call.span,
      retains: takesReference(type),
    });
  } else {
    const site = siteOf(call.span, 'object');
    value = values.result(site, state.freeGeneration(site), call.type);
    state.renew(value);
    const className = classOf(type);
    const promise = className && constructorOf(context, className, args.length);
    args.forEach((argument, index) => {
      const parameter = promise ? promise.parameters[index] : undefined;
      if (parameter && has(parameter, 'keeps')) state.annotate(baseOf(argument.value), { kept: true });
      else escape(state, argument.value);
    });
    state.invalidate(context.newEpoch(state, siteOf(call.span, 'memory')));
  }
  if (place) {
    state.forget(place);
    state.store.set(place, value);
  }
  if (call.temp !== undefined) state.temps.set(call.temp, value);
  return [state];
}

/** A constructor's promise, where its body is not in view. */
function constructorOf(context: Context, className: string, count: number): FunctionDeclaration | undefined {
  const name = className.slice(className.lastIndexOf(':') + 1);
  return context.program.findMethod(className, name, count, true).promise;
}

/** A smart pointer takes a pointer; with OSRetain it takes a reference of its own and leaves ours to us. */
function takeOver(
  context: Context,
  state: State,
  value: Value,
  tag: Expr | undefined,
  { at, retains }: { readonly at: Span; readonly retains: boolean },
): void {
  const name = tag?.op === 'name' ? tag.name : tag?.op === 'load' && tag.place.kind === 'global' ? tag.place.name : '';
  const adopts = name === 'OSNoRetain';
  const object = state.objects.get(baseOf(value));
  if (object && tag && adopts) context.emit({ kind: 'adopted', object, at, tag: tag.span }, state);
  const isKept = name === 'OSRetain' || (retains && tag === undefined);
  state.change(baseOf(value), isKept ? { kept: true } : { managed: true });
}

/** Whether an expression is what a smart pointer's get() answers, rather than the smart pointer itself. */
export function isGot(fn: Function, expr: Expr): boolean {
  if (expr.op === 'cast') return isGot(fn, expr.value);
  // Written as a call; what converts of itself returns the smart pointer.
  if (expr.op === 'pointee') return expr.span.end > expr.value.span.end;
  if (expr.op !== 'temp') return false;
  for (const { instructions } of fn.blocks)
    for (const one of instructions) if (one.op === 'set' && one.temp === expr.temp) return isGot(fn, one.value);
  return false;
}

/**
 * Whether a function that returns a plain pointer to an object returns one that dies with the function's smart pointers:
 * they have its only reference in view.
 */
export function diesWithFunction(fn: Function, state: State, value: Value): ObjectState | undefined {
  const object = fn.result.kind === 'pointer' ? state.objects.get(baseOf(value)) : undefined;
  if (!object?.managed || object.origin !== 'created' || object.owed !== 1) return undefined;
  if (object.stored.length > 0 || object.escaped || object.kept) return undefined;
  for (const [place, held] of state.store) if (place.local === undefined && holds(held, object.value)) return undefined;
  return object;
}

/** Runs a method of a smart pointer itself; undefined for a method that is not known. */
export function smartMethod(
  context: Context,
  state: State,
  call: Call,
  name: string,
  place: Location,
  type: Type,
  args: readonly Argument[],
): State[] | undefined {
  const held = state.load(context.values, place, type);
  const done = (value: Value): State[] => {
    if (call.temp !== undefined) state.temps.set(call.temp, value);
    return [state];
  };
  switch (name) {
    case 'get':
      return done(held);
    case 'detach': {
      const object = state.objects.get(held);
      if (object) state.change(held, { managed: false });
      state.store.set(place, context.values.constant(0n));
      return done(held);
    }
    case 'reset': {
      const { api } = context.program.findMethod(classOf(type) ?? '', 'release', 0, false);
      // A local that nothing was stored in is empty.
      const isEmpty = state.isNull(held) || (held.kind === 'initial' && held.place.local !== undefined);
      if (api && !isEmpty) tellBlocking(context, state, call, api);
      const value = args[0]?.value ?? context.values.constant(0n);
      if (args[0])
        takeOver(context, state, value, args[1]?.expr, {
          at: args[0]?.expr.span ?? call.span,
          retains: takesReference(type),
        });
      state.change(held, { escaped: true });
      state.store.set(place, value);
      return done(value);
    }
    default:
      return undefined;
  }
}
