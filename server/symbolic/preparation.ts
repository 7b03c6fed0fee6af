import { has } from '../api/attributes';
import type { FunctionDeclaration } from '../ir/declarations';
import type { Function } from '../ir/types';
import type { Context } from './context';
import type { Event } from './events';
import type { Invocation } from './ownership';
import { tracked } from './ownership';
import type { Target } from './program';
import { mayReach } from './reach';
import type { Span } from './span';
import type { ObjectState, State, Way } from './state';
import type { Value } from './values';
import { baseOf } from './values';

/** What a path knows of memory that is wired, and of memory that a device works on. */

/** A call of prepare() on a descriptor. */
export interface Preparation {
  readonly at: Span;
  /** What it answered; undefined where nothing has the answer. */
  readonly result: Value | undefined;
  /** The complete() that undid it. */
  readonly undoneAt: Span | undefined;
}

/** The memory that an IODMACommand has, since `at`. */
export interface DeviceWork {
  readonly memory: Value;
  readonly at: Span;
  readonly result: Value | undefined;
}

/** What complete() undoes, as far as this function prepared. */
export type Undoes =
  /** prepare() of this path. */
  | 'preparation'
  /** Nothing: the path's prepare() failed. */
  | 'failure'
  /** Nothing: what the path prepared is complete already. */
  | 'again'
  /** Nothing that this function did. */
  | 'unknown';

const mostPreparations = 3;

/** Notes what a call has done to the wiring of its receiver. To be called when the call's result is known. */
export function notePreparation(
  context: Context,
  state: State,
  invocation: Invocation,
  api: FunctionDeclaration,
): void {
  const { receiver, call, args } = invocation;
  if (receiver === undefined) return;
  const value = baseOf(receiver);
  const result = call.temp === undefined ? undefined : state.temps.get(call.temp);
  const memory = args[api.parameters.findIndex((parameter) => has(parameter, 'device_works_on'))];
  if (memory) {
    if (tracked(context, state, invocation, value))
      state.change(value, { work: { memory: baseOf(memory.value), at: call.span, result } });
    return;
  }
  if (has(api, 'device_is_done')) state.change(value, { work: undefined });
  if (api.class === undefined || !context.program.isA(api.class, 'IOMemoryDescriptor')) return;
  if (has(api, 'prepares')) {
    const object = tracked(context, state, invocation, value);
    if (!object) return;
    const preparations = [...object.preparations, { at: call.span, result, undoneAt: undefined }];
    state.change(value, { preparations: preparations.slice(-mostPreparations) });
  } else if (has(api, 'completes')) {
    const object = state.objects.get(value);
    if (!object) return;
    const { undoes, preparation } = undone(state, object);
    context.emit({ kind: 'complete', object, at: call.span, undoes, by: commandOf(state, value) }, state);
    const preparations = object.preparations.map((each) =>
      each === preparation ? { ...each, undoneAt: call.span } : each,
    );
    state.change(value, { preparations });
  }
}

const wiring = ['prepares', 'completes', 'device_works_on', 'device_is_done'];

/** After a call of code that may prepare and complete: what it is given, and what memory holds, may be either. */
export function forgetPreparations(context: Context, state: State, { args, name }: Invocation, target: Target): void {
  if (!mayReach(target, name, wiring, context.program)) return;
  const given = new Set(args.map(({ value }) => baseOf(value)));
  for (const object of [...state.objects.values()]) {
    if (object.origin === 'created' && object.stored.length === 0 && !given.has(object.value)) continue;
    const unknown = { at: object.creation?.span ?? { start: 0, end: 0 }, result: undefined, undoneAt: undefined };
    state.change(object.value, { preparations: [unknown], work: undefined });
  }
}

/** States that a descriptor, or the descriptor of a map, is asked for what only prepared memory has. */
export function notePhysicalAccess(context: Context, state: State, { receiver, call, name }: Invocation): void {
  const asked = receiver && state.objects.get(baseOf(receiver));
  const of = asked?.creation?.of;
  const object = of ? state.objects.get(of) : asked;
  if (!object) return;
  const open = object.preparations.filter(({ undoneAt }) => undoneAt === undefined);
  const outcomes = open.map(({ result }) => state.outcome(result));
  const prepared = outcomes.find((outcome) => outcome !== 'failed') ?? outcomes[0] ?? 'never';
  context.emit({ kind: 'physical-access', object, at: call.span, call: name, prepared }, state);
}

function undone(
  state: State,
  object: ObjectState,
): { readonly undoes: Undoes; readonly preparation: Preparation | undefined } {
  const open = object.preparations.filter(({ undoneAt }) => undoneAt === undefined);
  const preparation = open.findLast(({ result }) => state.outcome(result) !== 'failed');
  if (preparation) return { undoes: 'preparation', preparation };
  if (open.length > 0) return { undoes: 'failure', preparation: undefined };
  return { undoes: object.preparations.length > 0 ? 'again' : 'unknown', preparation: undefined };
}

/** The command that has a descriptor's memory. */
function commandOf(state: State, memory: Value): ObjectState | undefined {
  for (const object of state.objects.values())
    if (object.work?.memory === memory && state.outcome(object.work.result) !== 'failed') return object;
  return undefined;
}

const kernelResults = ['kern_return_t', 'IOReturn', 'OSReturn'];

/** Whether a function tells its caller of an error by returning `value`. */
function isError(fn: Function, state: State, value: Value | undefined): boolean {
  if (value === undefined) return false;
  switch (fn.result.kind) {
    case 'int':
      return kernelResults.includes(fn.result.name ?? '') && !state.mayBeNull(value);
    case 'bool':
    case 'pointer':
      return state.isNull(value);
    default:
      return false;
  }
}

/** Whether a value comes out of an array: how often a loop went round there isn't followed to the end. */
function isElement(value: Value, looped: boolean): boolean {
  if (value.kind === 'binary') return true;
  let at = value.kind === 'initial' ? value.place : undefined;
  if (at?.kind === 'deref') return true;
  while (at && at.kind !== 'deref') {
    if (at.kind === 'index') return true;
    at = at.kind === 'field' ? at.base : undefined;
  }
  if (at === undefined || at.pointer.kind === 'solid') return false;
  // The first element of an array is written as any structure.
  return looped || isElement(at.pointer, looped);
}

/** Whether the field that holds an object is sure to hold it still, so that a test of the field was one of the object. */
function isInView(state: State, { value, origin, stored }: ObjectState): boolean {
  if (origin === 'created')
    return stored.length === 0 || [...state.store].some(([place, held]) => place.local === undefined && held === value);
  return value.kind === 'initial' && state.epochOf(value.place) === value.epoch;
}

interface Left {
  readonly event: Extract<Event, { kind: 'left-prepared' }>;
  readonly way: Way;
}

/** What the paths of one function leave prepared when they return. */
export class OpenPreparations {
  readonly #undone = new Set<number>();
  readonly #left: Left[] = [];

  returned(fn: Function, state: State, value: Value | undefined, at: Span): void {
    const error = isError(fn, state, value);
    for (const object of state.objects.values()) {
      const certain = error && !isElement(object.value, state.visits.size > 0) && isInView(state, object);
      for (const preparation of object.preparations) {
        if (preparation.undoneAt) this.#undone.add(preparation.at.start);
        else if (certain && state.outcome(preparation.result) === 'done')
          this.#left.push({ event: { kind: 'left-prepared', object, at, preparation }, way: state.way });
      }
    }
  }

  /** What errors leave prepared that another path completes. */
  get left(): readonly Left[] {
    return this.#left.filter(({ event }) => this.#undone.has(event.preparation.at.start));
  }
}
