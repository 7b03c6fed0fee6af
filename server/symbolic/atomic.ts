import { has } from '../api/attributes';
import type { FunctionDeclaration } from '../ir/declarations';
import type { Function } from '../ir/types';
import type { Context } from './context';
import { addressedMap } from './context';
import { describeExpr } from './describe';
import type { Call, Invocation } from './ownership';
import type { Program } from './program';
import { calledBy } from './program';
import type { Span } from './span';
import type { State } from './state';
import type { Value } from './values';

/** Where a path may not sleep. */
export interface Atomic {
  /** A spin lock is held, interrupts are off, or the function was handed to the kernel to be called at an interrupt. */
  readonly by: 'lock' | 'interrupts' | 'handler';
  /** The call that began it or that the function was handed to, and the lock as it is written there. */
  readonly at: Span;
  readonly call: string;
  readonly name: string | undefined;
}

/** Notes what a call of the API does to spin locks and interrupts. */
export function noteAtomic(
  context: Context,
  state: State,
  { call, name, args }: Invocation,
  api: FunctionDeclaration,
): void {
  api.parameters.forEach((parameter, index) => {
    const argument = args[index];
    if (!argument) return;
    const begin = (key: Value, by: Atomic['by']): void => {
      const lock = by === 'lock' ? describeExpr(context.fn, argument.expr) : undefined;
      state.atomic.set(key, { by, at: call.span, call: name, name: lock?.replace(/^&/, '') });
    };
    const { value } = argument;
    if (has(parameter, 'spin_locks')) begin(value.timeless, 'lock');
    // A lock under another name: which of them is free now can't be told.
    if (has(parameter, 'spin_unlocks') && !state.atomic.delete(value.timeless)) state.atomic.clear();
    if (has(parameter, 'interrupts_on')) {
      const key = context.values.solid('interrupts');
      if (value.constant === 0n) begin(key, 'interrupts');
      else state.atomic.delete(key);
    }
  });
}

/** Why a path may not sleep; undefined where it may. */
export function atomicAt({ fn, runs }: Context, state: State): Atomic | undefined {
  if (runs?.context === 'interrupt' && runs.call !== undefined)
    return { by: 'handler', at: fn.nameSpan, call: runs.call, name: undefined };
  return [...state.atomic.values()].at(-1);
}

/** States that a call of the API that may sleep is made where nothing may. */
export function tellBlocking(context: Context, state: State, call: Call, api: FunctionDeclaration): void {
  if (!has(api, 'blocks')) return;
  const atomic = atomicAt(context, state);
  if (!atomic) return;
  context.emit({ kind: 'blocking', call: api.name, at: call.span, atomic }, state);
}

/** States that memory of a mapping is accessed where a page fault can't be served. */
export function tellAtomicAccess(context: Context, state: State, pointer: Value, at: Span): void {
  const map = addressedMap(state, pointer);
  const atomic = map && atomicAt(context, state);
  const made = map?.creation?.made;
  if (!made || !atomic) return;
  const memory = made.receiver && (state.objects.get(made.receiver.value) ?? made.receiver);
  context.emit({ kind: 'atomic-access', object: map, memory, at, atomic }, state);
}

/** How many calls deep bodies are searched for calls that give a lock up. */
const deepest = 2;

/** Ends what is known of locks where a body of the workspace may give one up. */
export function forgetAtomic(context: Context, state: State, body: Function): void {
  if (state.atomic.size > 0 && mayUnlock(context.program, body, 0)) state.atomic.clear();
}

function mayUnlock(program: Program, fn: Function, depth: number): boolean {
  return fn.blocks.some(({ instructions }) =>
    instructions.some((each) => {
      if (each.op !== 'call') return false;
      const { api, body } = calledBy(each, program);
      if (api) return api.parameters.some((one) => has(one, 'spin_unlocks') || has(one, 'interrupts_on'));
      return !body || depth >= deepest || mayUnlock(program, body, depth + 1);
    }),
  );
}
