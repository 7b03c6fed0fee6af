import type { Function, Type } from '../ir/types';
import type { Span } from './span';
import type { Event } from './events';
import type { FieldStore, Passed } from './field-facts';
import type { Program } from './program';
import type { RunsIn } from './registrations';
import type { ObjectState, State } from './state';
import type { Summaries } from './summaries';
import type { Value, Values } from './values';
import { addressOfMap, baseOf } from './values';

/** What one analysis of one function shares. */
export interface Context {
  readonly fn: Function;
  readonly program: Program;
  /** In which context the kernel calls the function, where it was handed to the kernel. */
  readonly runs?: RunsIn | undefined;
  readonly values: Values;
  readonly summaries: Summaries;
  /** Parameters that hold what an application passed. */
  readonly fromClient: ReadonlySet<number>;
  /** Temps that something reads. */
  readonly usedTemps: ReadonlySet<number>;
  emit(event: Event, state: State): void;
  /** A pointer is about to be stored in a field. */
  stored(store: FieldStore): void;
  /** An application gets what `value` points at, or its address. */
  passed(value: Value, what: Passed['what'], at: Span): void;
  /** A number for the memory after the instruction at `site` that no value of the state has. */
  newEpoch(state: State, site: string): number;
}

/** The class that a pointer, reference, smart pointer or class type names. */
export function classOf(type: Type | undefined): string | undefined {
  switch (type?.kind) {
    case 'pointer':
    case 'reference':
      return type.to.kind === 'class' || type.to.kind === 'unknown' ? classOf(type.to) : undefined;
    case 'class':
      return isSmartPointer(type) && type.args?.[0]?.kind === 'class' ? type.args[0].name : type.name;
    case 'unknown':
      return type.name;
    default:
      return undefined;
  }
}

const smartPointers = new Set([
  'OSSharedPtr',
  'OSPtr',
  'OSTaggedSharedPtr',
  'OSTaggedPtr',
  'intrusive_shared_ptr',
  'smart_ptr',
]);

/** A type whose values own the reference that they hold. */
export function isSmartPointer(type: Type | undefined): boolean {
  return type?.kind === 'class' && smartPointers.has(type.name.replace(/^.*::/, ''));
}

/** Of a smart pointer that is made of a plain one without a tag: whether it takes a reference of its own. */
export function takesReference(type: Type): boolean {
  // libkern's first one, os::smart_ptr (xnu-6153 libkern/libkern/c++/OSPtr.h), retains.
  return type.kind === 'class' && type.name.replace(/^.*::/, '') === 'smart_ptr';
}

/** Whether holding `value` is holding a pointer to `object`. */
export function holds(value: Value, object: Value): boolean {
  if (value === object) return true;
  if (value.kind === 'cast') return holds(value.value, object);
  if (value.kind === 'binary' && (value.operator === '+' || value.operator === '-' || value.operator === '|'))
    return holds(value.left, object) || holds(value.right, object);
  return false;
}

/** The map whose address a value is computed from. */
export function addressedMap(state: State, value: Value): ObjectState | undefined {
  const base = baseOf(value);
  if (base.kind !== 'derived' || base.what !== addressOfMap) return undefined;
  return state.objects.get(base.from);
}

export function siteOf(span: Span, what: string): string {
  return `${span.start}:${span.end}:${what}`;
}

/** Whether an address is meant as such: not masked, but moved by an offset at most. */
export function isWholeAddress(value: Value): boolean {
  if (value.kind === 'cast') return isWholeAddress(value.value);
  if (value.kind !== 'binary') return value.kind === 'derived';
  return (value.operator === '+' || value.operator === '-') && isWholeAddress(value.left);
}
