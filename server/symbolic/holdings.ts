import type { BlockId, Function, Place } from '../ir/types';
import { walkInstruction, walkTerminator } from '../ir/walk';
import type { Context } from './context';
import { classOf } from './context';
import type { Program } from './program';
import type { ObjectState, State } from './state';
import type { Location, Value, Values } from './values';
import { baseOf } from './values';

/**
 * A variable that may hold a counted object: a local, or a field of the object whose method it is, or of what such a
 * field points at (`ivars->map`).
 */
export interface Variable {
  readonly place: Extract<Place, { readonly kind: 'local' | 'field' }>;
  /** Equal for the same variable of a function. */
  readonly key: string;
  readonly name: string;
}

/** What a variable holds on some of the paths to a place. */
export interface Holding {
  /** Undefined: nothing is known of it, or it is NULL. */
  readonly object: ObjectState | undefined;
  /** Whether it is NULL, as far as the path knows. */
  readonly isNull: 'yes' | 'no' | 'maybe';
}

/** What all paths to a place know; `states`: how many different ones there are. */
export interface PointFacts {
  readonly states: number;
  readonly held: ReadonlyMap<string, readonly Holding[]>;
  /** By the creating call's `creationKey`: each state of such an object, and on how many of the states it is in view. */
  readonly objects: ReadonlyMap<string, { readonly states: readonly ObjectState[]; readonly seen: number }>;
}

interface Point {
  states: number;
  readonly held: Map<string, Map<ObjectState | undefined, Set<Holding['isNull']>>>;
  readonly objects: Map<string, { readonly states: Set<ObjectState>; seen: number }>;
}

/** The variables of a function that are named in it, by their keys. */
export function objectVariables(fn: Function, program: Program): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  const place = (each: Place): void => {
    const variable = variableOf(fn, each);
    if (!variable || found.has(variable.key)) return;
    const name = classOf(each.type);
    if (name !== undefined && program.isA(name, 'OSMetaClassBase')) found.set(variable.key, variable);
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) walkInstruction(instruction, { place });
    walkTerminator(block.terminator, { place });
  }
  return found;
}

export function variableOf(fn: Function, place: Place): Variable | undefined {
  if (place.kind === 'local') return { place, key: `${place.local}`, name: fn.locals[place.local]?.name ?? '' };
  const key = fieldKey(place);
  return key !== undefined && place.kind === 'field' ? { place, key, name: place.name } : undefined;
}

function fieldKey(place: Place): string | undefined {
  if (place.kind !== 'field' || place.base.kind !== 'deref') return undefined;
  const { pointer } = place.base;
  if (pointer.op === 'this') return place.name;
  const outer = pointer.op === 'load' ? fieldKey(pointer.place) : undefined;
  return outer === undefined ? undefined : `${outer}->${place.name}`;
}

export function creationKey({ creation }: ObjectState): string | undefined {
  return creation && `${creation.span.start} ${creation.span.end}`;
}

/** Notes what the variables of one function hold before each of its instructions, over all paths. */
export class HoldingsRecorder {
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #points = new Map<BlockId, Point[]>();
  readonly #creations = new Set<string>();
  readonly #holders = new WeakMap<ObjectState, readonly string[]>();

  constructor(fn: Function, program: Program) {
    this.#variables = objectVariables(fn, program);
  }

  /** A path gets to an instruction of a block, or to its terminator, which comes after the last. */
  reached(context: Context, state: State, block: BlockId, index: number): void {
    const points = this.#points.get(block) ?? [];
    this.#points.set(block, points);
    const point = (points[index] ??= { states: 0, held: new Map(), objects: new Map() });
    point.states++;
    for (const [key, variable] of this.#variables) note(point, key, state, held(context.values, state, variable));
    const seen = new Set<string>();
    for (const object of state.objects.values()) {
      const key = creationKey(object);
      if (key === undefined) continue;
      this.#creations.add(key);
      const known = point.objects.get(key) ?? { states: new Set<ObjectState>(), seen: 0 };
      point.objects.set(key, known);
      // One that may be none yet is there on some of the paths only.
      if (!seen.has(key) && !state.mayBeNull(object.value)) known.seen++;
      seen.add(key);
      known.states.add(object);
      if (object.stored.length > 0 && !this.#holders.has(object)) this.#holders.set(object, holders(state, object));
    }
  }

  /** Whether a call, by its `creationKey`, makes a counted object on some path. */
  makes(key: string): boolean {
    return this.#creations.has(key);
  }

  /** The fields and globals that an object was stored in, by their names; what has none, as `*parameter`, is ''. */
  holders(object: ObjectState): readonly string[] {
    return this.#holders.get(object) ?? [];
  }

  /** What is known before an instruction of a block; undefined where no path gets there. */
  at(block: BlockId, index: number): PointFacts | undefined {
    const point = this.#points.get(block)?.[index];
    if (!point) return undefined;
    return {
      states: point.states,
      held: new Map(
        [...point.held].map(([key, objects]) => [
          key,
          [...objects].flatMap(([object, nulls]) => [...nulls].map((isNull) => ({ object, isNull }))),
        ]),
      ),
      objects: new Map([...point.objects].map(([key, { states, seen }]) => [key, { states: [...states], seen }])),
    };
  }
}

function holders(state: State, object: ObjectState): readonly string[] {
  const found = new Set<string>();
  for (const [place, value] of state.store)
    if (object.stored.includes(place.id) && baseOf(value) === object.value) found.add(place.name);
  return [...found].sort();
}

function held(values: Values, state: State, { place }: Variable): Value | undefined {
  const at = locationOf(values, state, place);
  if (!at) return undefined;
  const stored = state.store.get(at);
  if (stored) return stored;
  // A local that nothing was stored in has no value, unless the caller gave one.
  const value = values.initial(at, state.epochOf(at), place.type);
  return state.objects.has(value) || state.constraints.has(value) ? value : undefined;
}

function locationOf(values: Values, state: State, place: Place): Location | undefined {
  if (place.kind === 'local') return values.local(place.local);
  if (place.kind !== 'field' || place.base.kind !== 'deref') return undefined;
  const { pointer } = place.base;
  if (pointer.op === 'this') return values.field(values.deref(values.solid('this')), place.name, place.owner);
  const outer = pointer.op === 'load' ? locationOf(values, state, pointer.place) : undefined;
  if (!outer) return undefined;
  return values.field(values.deref(state.load(values, outer, pointer.type)), place.name, place.owner);
}

function note(point: Point, key: string, state: State, value: Value | undefined): void {
  const base = value && baseOf(value);
  const object = base && state.objects.get(base);
  const isNull = base && state.isNull(base) ? 'yes' : !base || state.mayBeNull(base) ? 'maybe' : 'no';
  const held = point.held.get(key) ?? new Map<ObjectState | undefined, Set<Holding['isNull']>>();
  point.held.set(key, held);
  const nulls = held.get(object);
  if (nulls) nulls.add(isNull);
  else held.set(object, new Set([isNull]));
}
