import type { Instruction } from '../ir/types';
import type { Context } from './context';
import { isSmartPointer, siteOf } from './context';
import { describeClass, describeExpr } from './describe';
import type { CallFacts } from './events';
import type { Argument } from './smart-pointers';
import type { Span } from './span';
import type { ObjectState, State } from './state';
import { allocation, handedOver, isDead, isOnStack, newForeign } from './state';
import type { Location, Value } from './values';
import { baseOf } from './values';

/** What calls do to references. */

/** A call of the intermediate representation. */
export type Call = Extract<Instruction, { op: 'call' }>;

/** A call with its arguments evaluated. */
export interface Invocation {
  readonly call: Call;
  readonly name: string;
  readonly receiver: Value | undefined;
  readonly receiverClass: string | undefined;
  readonly args: readonly Argument[];
}

function nameOfReceiver(context: Context, invocation: Invocation): string | undefined {
  const { callee } = invocation.call;
  return callee.kind === 'method' ? describeExpr(context.fn, callee.receiver) : undefined;
}

/** What is known of the object that a value points at; one that came from elsewhere comes into view. */
export function tracked(context: Context, state: State, invocation: Invocation, value: Value): ObjectState | undefined {
  const known = state.objects.get(value);
  if (known) return known;
  if (value.constant !== undefined || value.kind === 'solid' || value.kind === 'address') return undefined;
  const stored: number[] = [];
  for (const [place, held] of state.store) if (!isOnStack(place) && baseOf(held) === value) stored.push(place.id);
  const variable = nameOfReceiver(context, invocation);
  const object = { ...newForeign(value, invocation.receiverClass, state.depth, variable), stored };
  state.setObject(object);
  return object;
}

/** Gives up a reference. */
export function release(context: Context, state: State, invocation: Invocation, value: Value): void {
  const object = tracked(context, state, invocation, value);
  if (!object) return;
  const at = invocation.call.span;
  const works = object.work !== undefined && state.outcome(object.work.result) !== 'failed';
  const written = invocation.call.macro === undefined;
  context.emit({ kind: 'release', object, at, call: invocation.name, works, written }, state);
  state.addStep(at, `${invocation.name}() gives up a reference of ${named(object)} (−1)`);
  state.change(value, { owed: object.owed - 1, releasedAt: at });
}

/** Takes a reference. */
export function retain(context: Context, state: State, invocation: Invocation, value: Value): void {
  const object = tracked(context, state, invocation, value);
  if (!object) return;
  state.addStep(invocation.call.span, `${invocation.name}() takes a reference of ${named(object)} (+1)`);
  // Of what is gone already, nothing more can be said.
  state.change(value, { owed: object.owed + 1, retained: true, escaped: object.escaped || isDead(object) });
}

/** How a sentence calls an object. */
export function named(object: ObjectState): string {
  return object.variable === undefined ? `the ${describeClass(object.class)}` : `'${object.variable}'`;
}

export interface Birth {
  readonly retained: boolean;
  readonly managed?: boolean;
  readonly nullable: boolean;
  readonly options?: Value | undefined;
  readonly of?: Value | undefined;
  readonly made?: CallFacts | undefined;
  /** The workspace's declaration says so, not the API model. */
  readonly promised?: boolean;
  /** Where it appears, if not as the call's result. */
  readonly at?: Span;
}

/** Notes that a value now points at a new object that this function owns a reference of (or not). */
export function create(
  state: State,
  invocation: Invocation,
  value: Value,
  className: string | undefined,
  facts: Birth,
): void {
  const smart = facts.retained && isSmartPointer(invocation.call.type);
  appear(state, value, className, {
    ...facts,
    managed: facts.managed === true || smart,
    at: facts.at ?? invocation.call.span,
    call: simpleName(invocation.name),
    receiver: invocation.receiverClass,
  });
}

/** As `create`, for an object that comes from anything but a call. */
export function appear(
  state: State,
  value: Value,
  className: string | undefined,
  facts: Birth & { readonly at: Span; readonly call: string; readonly receiver: string | undefined },
): void {
  const what = describeClass(className);
  if (facts.retained) state.addStep(facts.at, birthStep(facts.call, article(what)));
  state.setObject({
    ...newForeign(value, className, state.depth, undefined),
    origin: facts.retained ? 'created' : 'borrowed',
    owed: facts.retained ? 1 : 0,
    creation: {
      span: facts.at,
      call: facts.call,
      options: facts.options,
      nullable: facts.nullable,
      of: facts.of && baseOf(facts.of),
      receiver: facts.receiver,
      made: facts.made,
      promised: facts.promised === true,
    },
    managed: facts.managed === true,
    escaped: isImmortal(className),
  });
  // Before what follows, so that the path starts with the creation.
  if (facts.retained) state.change(value, { since: state.depth - 1 });
}

function birthStep(call: string, what: string): string {
  if (call === allocation) return `new makes ${what} with a reference to give up (+1)`;
  if (call === handedOver) return `the caller hands over ${what} with its reference (+1)`;
  return `${call}() returns ${what} with a reference to give up (+1)`;
}

/** Without the class: "withAddress". */
export function simpleName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

function article(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** The two of them live as long as the kernel (xnu libkern/c++/OSBoolean.cpp, OSBoolean::taggedRelease). */
export function isImmortal(className: string | undefined): boolean {
  return className === 'OSBoolean';
}

/** What the call yields. */
export function setResult(state: State, invocation: Invocation, value: Value): void {
  if (invocation.call.temp !== undefined) state.temps.set(invocation.call.temp, value);
}

/** A value that no other value of the state is. */
export function freshResult(state: State, context: Context, invocation: Invocation, what = 'call'): Value {
  const site = siteOf(invocation.call.span, what);
  const value = context.values.result(site, state.freeGeneration(site), invocation.call.type);
  state.renew(value);
  return value;
}

/** The result of a call that gives the same answer for the same arguments until memory changes. */
export function steadyResult(context: Context, state: State, invocation: Invocation): Value {
  const { values } = context;
  const name = `${invocation.name}()`;
  let place: Location =
    invocation.receiver === undefined
      ? values.global(name)
      : values.field(values.deref(baseOf(invocation.receiver)), name);
  for (const { value } of invocation.args) place = values.index(place, value);
  return state.load(values, place, invocation.call.type);
}
