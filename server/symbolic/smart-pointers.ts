import { has } from '../api/attributes';
import type { FunctionDeclaration } from '../ir/declarations';
import type { Expr, Instruction, Type } from '../ir/types';
import type { Context } from './context';
import { classOf, isSmartPointer, siteOf, takesReference } from './context';
import type { DeadPath } from './evaluate';
import { escape, evaluate } from './evaluate';
import type { State } from './state';
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
    takeOver(state, value, args[1]?.expr, takesReference(type));
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
function takeOver(state: State, value: Value, tag: Expr | undefined, takes: boolean): void {
  const name = tag?.op === 'name' ? tag.name : tag?.op === 'load' && tag.place.kind === 'global' ? tag.place.name : '';
  state.change(baseOf(value), name === 'OSRetain' || (takes && tag === undefined) ? { kept: true } : { managed: true });
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
      const value = args[0]?.value ?? context.values.constant(0n);
      if (args[0]) takeOver(state, value, args[1]?.expr, takesReference(type));
      state.change(held, { escaped: true });
      state.store.set(place, value);
      return done(value);
    }
    default:
      return undefined;
  }
}
