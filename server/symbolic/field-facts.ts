import type { BlockId, Function } from '../ir/types';
import { decidersOf } from './control';
import { makingOf } from './call-facts';
import type { Event, Making } from './events';
import type { Span } from './span';
import type { ObjectState, State, Trail } from './state';
import { blocksOf } from './state';
import type { Location, Value } from './values';
import { addressOfMap, baseOf, knownBits } from './values';

/** A field by the class that declares it, where known. Fields of one name with unknown owners may be the same. */
export interface FieldName {
  readonly owner: string | undefined;
  readonly name: string;
}

/** What a field held just before it takes another value. */
export type OldContent =
  /** NULL, as the path shows. */
  | 'null'
  /** What this function made and stored there; nothing else holds it. */
  | 'owned'
  /** Something that was released on this path. */
  | 'released'
  /** Something that another variable holds too, or that code out of view was given. */
  | 'shared'
  /** What it held when the function was entered, surely not NULL, and nothing has happened to it since. */
  | 'held'
  | 'unknown';

/** A store as the interpreter states it. */
export interface FieldStore {
  readonly field: FieldName;
  readonly place: Location;
  readonly value: Value;
  readonly state: State;
  readonly at: Span;
  readonly old: OldContent;
}

/** A field takes an object with a reference for it to give up. */
export interface Take {
  readonly field: FieldName;
  /** The call that made the reference. */
  readonly created: Span;
  readonly call: string;
  readonly class: string | undefined;
  /** The call, where the API declares it. */
  readonly made: Making | undefined;
  /** Bits of the mapping options that are surely set, where it is a map. */
  readonly options: bigint | undefined;
  readonly stored: Span;
  /** What the field held before, on the worst of the paths. */
  readonly old: OldContent;
  /** The same function releases the object again, on some path. */
  readonly undone: boolean;
  /** It is a field of the object whose method it is. */
  readonly own: boolean;
  /** The way to the store, on that path. */
  readonly blocks: readonly BlockId[];
}

/** An application gets something of what a field holds. */
export interface Passed {
  readonly field: FieldName;
  readonly at: Span;
  /** address: of a map, or of a buffer's bytes. memory: a mapping of it, or the descriptor to map. */
  readonly what: 'address' | 'memory';
}

/** A function gives up what the field held when it was entered. */
export interface FieldRelease {
  readonly field: FieldName;
  readonly at: Span;
  /** The call stands in the text itself. */
  readonly written: boolean;
  /** On a way out after it, the field still holds the pointer. */
  readonly leaves: boolean;
  /** It is a field of the object whose method it is. */
  readonly own: boolean;
  /** In a method by which an instance ends: nothing but the field's own value decides whether it happens. */
  readonly always: boolean;
  /** A way to it. */
  readonly blocks: readonly BlockId[];
}

/** A field takes an object that somebody else owns, and no reference. */
export interface Borrow {
  readonly field: FieldName;
  readonly stored: Span;
  /** It is a field of the object whose method it is. */
  readonly own: boolean;
  /** Where it came from: the field of a structure that the kernel declares, or a call. */
  readonly from:
    | { readonly kind: 'field'; readonly owner: string; readonly name: string }
    | { readonly kind: 'call'; readonly name: string; readonly class: string | undefined }
    | { readonly kind: 'parameter'; readonly index: number };
}

/** A field takes an address that the map of another field gave. */
export interface AddressTaken {
  readonly field: FieldName;
  readonly of: FieldName;
}

/** What one function does with fields, from its paths. */
export interface FieldFacts {
  readonly takes: readonly Take[];
  readonly releases: readonly FieldRelease[];
  readonly borrows: readonly Borrow[];
  readonly addresses: readonly AddressTaken[];
  readonly passed: readonly Passed[];
}

/** The methods by which an instance ends. */
export const teardownMethods: ReadonlySet<string> = new Set([
  'free',
  'stop',
  'Stop',
  'Stop_Impl',
  'clientClose',
  'clientDied',
  'close',
  'detach',
  'willTerminate',
  'didTerminate',
  'finalize',
]);

/** `this->field`, or a field of what one of its fields points at, as `ivars->field`. */
export function isOwnField(place: Location): boolean {
  let at = place;
  while (at.kind === 'field' || at.kind === 'index') at = at.base;
  if (at.kind !== 'deref') return false;
  const { pointer } = at;
  if (pointer.kind === 'solid') return pointer.what === 'this';
  return (
    pointer.kind === 'initial' && pointer.epoch === 0 && pointer.place.kind === 'field' && isOwnField(pointer.place)
  );
}

/** The field that a place is, or is an element of; undefined for parts of locals. */
export function fieldOf(place: Location): FieldName | undefined {
  let at = place;
  while (at.kind === 'index') at = at.base;
  if (at.kind !== 'field' || at.local !== undefined) return undefined;
  return { owner: at.owner, name: at.name };
}

const worst: readonly OldContent[] = ['owned', 'held', 'unknown', 'shared', 'released', 'null'];

interface Release {
  readonly field: FieldName;
  readonly at: Span;
  readonly written: boolean;
  readonly value: Value;
  readonly place: Location;
  readonly blocks: readonly BlockId[];
}

interface Kept<T> {
  fact: T;
  dropped: boolean;
}

/** Collects what the paths of one function do with fields. */
export class FieldCollector {
  readonly #takes = new Map<string, Kept<Take>>();
  readonly #releases = new Map<string, Release>();
  readonly #left = new Set<string>();
  readonly #borrows = new Map<string, { readonly borrow: Borrow; readonly value: Value; readonly place: Location }>();
  readonly #addresses = new Map<string, AddressTaken>();
  readonly #passed = new Map<string, Passed>();
  readonly #kept = new Set<string>();
  /** Names of the fields that the function stores to. */
  readonly #written = new Set<string>();

  /** @param whole the function itself; a block's ways are none of the function's. */
  constructor(
    private readonly fn: Function,
    private readonly whole: boolean,
  ) {}

  stored(store: FieldStore): void {
    const { state, value, field } = store;
    this.#written.add(field.name);
    for (const of of mapFields(state, baseOf(value))) this.#addresses.set(`${field.name} ${of.name}`, { field, of });
    const object = state.objects.get(baseOf(value));
    if (object?.origin === 'created' && object.creation) {
      if (object.owed < 1 || object.escaped || object.kept || object.managed || object.stored.length > 0) return;
      this.#take(store, object);
      return;
    }
    const from = sourceOf(value, object);
    if (!from) return;
    const key = keyOf(field, store.at);
    this.#borrows.set(key, {
      borrow: { field, stored: store.at, own: isOwnField(store.place), from },
      value,
      place: store.place,
    });
  }

  #take(store: FieldStore, object: ObjectState): void {
    const { creation } = object;
    if (!creation) return;
    const { field, at, old } = store;
    const key = `${keyOf(field, at)} ${creation.span.start}`;
    const known = this.#takes.get(key);
    if (known && worst.indexOf(known.fact.old) <= worst.indexOf(old)) return;
    const fact: Take = {
      field,
      created: creation.span,
      call: creation.call,
      class: object.class,
      made: creation.made && makingOf(creation.made),
      options: creation.options && knownBits(creation.options).ones,
      stored: at,
      old,
      undone: false,
      own: isOwnField(store.place),
      blocks: this.#blocks(store.state.trail),
    };
    this.#takes.set(key, { fact, dropped: known?.dropped ?? false });
  }

  released({ object, at, written }: Event & { readonly kind: 'release' }, way: Trail | undefined): void {
    const { value, creation } = object;
    if (creation && object.stored.length > 0)
      for (const take of this.#takes.values())
        if (take.fact.created.start === creation.span.start && take.fact.created.end === creation.span.end)
          take.dropped = true;
    if (value.kind !== 'initial' || value.epoch !== 0 || object.owed !== 0 || object.escaped || object.retained) return;
    const field = fieldOf(value.place);
    if (!field || value.place.kind !== 'field') return;
    this.#releases.set(keyOf(field, at), { field, at, written, value, place: value.place, blocks: this.#blocks(way) });
  }

  /** `value`: the pointer that a field holds, or another value, of which nothing is noted. */
  passed(value: Value, what: Passed['what'], at: Span): void {
    const field = value.kind === 'initial' && value.place.kind === 'field' ? fieldOf(value.place) : undefined;
    if (field) this.#passed.set(keyOf(field, at), { field, at, what });
  }

  returned(state: State): void {
    for (const [key, { value, place }] of this.#releases) {
      if (value.kind === 'initial' && state.epochOf(place) === value.epoch) this.#left.add(key);
    }
    for (const [key, { value, place }] of this.#borrows) {
      const object = state.objects.get(baseOf(value));
      const own = object !== undefined && (object.owed > 0 || object.retained || object.managed);
      if (!own && state.store.get(place) === value) this.#kept.add(key);
    }
  }

  get facts(): FieldFacts {
    return {
      takes: [...this.#takes.values()].map(({ fact, dropped }) => (dropped ? { ...fact, undone: true } : fact)),
      releases: [...this.#releases].map(([key, { field, at, written, place, blocks }]) => ({
        field,
        at,
        written,
        leaves: this.#left.has(key) && !this.#written.has(field.name),
        own: isOwnField(place),
        always: this.#isAlways(field, at),
        blocks,
      })),
      addresses: [...this.#addresses.values()],
      passed: [...this.#passed.values()],
      borrows: [...this.#borrows].filter(([key]) => this.#kept.has(key)).map(([, { borrow }]) => borrow),
    };
  }

  #blocks(trail: Trail | undefined): readonly BlockId[] {
    return this.whole ? blocksOf(trail) : [];
  }

  #isAlways(field: FieldName, at: Span): boolean {
    const { fn } = this;
    if (!teardownMethods.has(fn.name) && !fn.name.startsWith('~')) return false;
    const { names, others } = decidersOf(fn, at);
    return !others && [...names].every((name) => name === field.name);
  }
}

/** The fields that hold the map that an address comes from. */
function mapFields(state: State, address: Value): readonly FieldName[] {
  if (address.kind !== 'derived' || address.what !== addressOfMap) return [];
  const { from } = address;
  const places = [...state.store].flatMap(([place, held]) => (baseOf(held) === from ? [place] : []));
  if (from.kind === 'initial') places.push(from.place);
  return places.flatMap((place) => fieldOf(place) ?? []);
}

function keyOf(field: FieldName, at: Span): string {
  return `${at.start} ${at.end} ${field.owner ?? ''} ${field.name}`;
}

function sourceOf(value: Value, object: ObjectState | undefined): Borrow['from'] | undefined {
  const base = baseOf(value);
  if (object?.origin === 'borrowed' && object.creation)
    return { kind: 'call', name: object.creation.call, class: object.class };
  if (base.kind !== 'initial') return undefined;
  const { place } = base;
  if (place.kind === 'local') return { kind: 'parameter', index: place.local! };
  return place.kind === 'field' && place.owner !== undefined
    ? { kind: 'field', owner: place.owner, name: place.name }
    : undefined;
}
