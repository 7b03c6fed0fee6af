import type { BlockId, Local, Temp, Type } from '../ir/types';
import type { Absence } from './absence';
import type { Span } from './span';
import type { Atomic } from './atomic';
import type { Limit } from './client-data';
import type { CallFacts } from './events';
import type { ConstraintStore, Range } from './constraints';
import { intersect } from './constraints';
import type { Liveness } from './liveness';
import type { DeviceWork, Preparation } from './preparation';
import type { Location, Value, Values } from './values';
import { addressOfMap, baseOf, eachPart, eachPlacePart } from './values';

/** One step of a path, newest first. `feasible` both ways is what makes a branch worth telling. */
export interface Step {
  readonly span: Span;
  readonly message: string;
  readonly previous: Step | undefined;
  readonly depth: number;
}

/** The blocks that a path went through, newest first. */
export interface Trail {
  readonly block: BlockId;
  readonly previous: Trail | undefined;
}

/** Its blocks in the order in which they were gone through. */
export function blocksOf(last: Trail | undefined): BlockId[] {
  const blocks: BlockId[] = [];
  for (let at = last; at; at = at.previous) blocks.push(at.block);
  return blocks.reverse();
}

/** How a path got somewhere: what is told of it, and all of it. */
export interface Way {
  readonly steps: Step | undefined;
  readonly blocks: Trail | undefined;
}

/** Where a reference came from. */
export type Origin =
  /** A call in this function made it or took a reference for this function: +1. */
  | 'created'
  /** A call of the API returned it without a reference: +0. */
  | 'borrowed'
  /** A field, a global, a parameter: whose reference it is can't be seen here. */
  | 'foreign';

/** The call that a reference came from. */
export interface Creation {
  readonly span: Span;
  /** The function's or method's name as called, e.g. "createMappingInTask". */
  readonly call: string;
  /** The options passed for mapping, where the call takes some. */
  readonly options: Value | undefined;
  /** The result may be NULL. */
  readonly nullable: boolean;
  /** The memory descriptor that a map was made of. */
  readonly of: Value | undefined;
  /** The class that the method was called on. */
  readonly receiver: string | undefined;
  /** The whole call, where the API declares it. */
  readonly made: CallFacts | undefined;
  /** The workspace's declaration says so, by its attributes or its name; no body of it is in view, nor the kernel's word. */
  readonly promised: boolean;
}

/** What a creation's `call` is for an object that `new` made, and for a parameter that comes with its reference. */
export const allocation = 'new';
export const handedOver = '';

/** What a path knows about one kernel object, by the value that points at it. */
export interface ObjectState {
  readonly value: Value;
  readonly class: string | undefined;
  readonly origin: Origin;
  readonly creation: Creation | undefined;
  /** Length of the path when it came into view. */
  readonly since: number;
  /** The first variable that held it. */
  readonly variable: string | undefined;
  /** References that this function has to give up; below 0 when it gave up more than it is known to have. */
  readonly owed: number;
  /** retain() was called here. */
  readonly retained: boolean;
  /** Ids of the places, other than locals, that a pointer to it was stored in. */
  readonly stored: readonly number[];
  /** Given to code that can't be seen: whether anybody keeps, frees or retains it isn't known any more. */
  readonly escaped: boolean;
  /** Something known retains it: a collection, a map of a descriptor. */
  readonly kept: boolean;
  /** A map of this descriptor lives on somewhere, and leads back to it. */
  readonly recoverable: boolean;
  /** A smart pointer looks after the reference. */
  readonly managed: boolean;
  /** The path may be none: a branch contradicts an earlier one unless memory changed in a call, or paths were merged. */
  readonly doubtful: boolean;
  readonly releasedAt: Span | undefined;
  readonly unmappedAt: Span | undefined;
  /** redirect(NULL): accesses sleep from here on. */
  readonly blockedAt: Span | undefined;
  /** Calls that mapped this descriptor before on the path, oldest first; no more than a few. */
  readonly maps: readonly CallFacts[];
  /** Calls of prepare() on this descriptor, oldest first; no more than a few. */
  readonly preparations: readonly Preparation[];
  /** Of an IODMACommand: the memory that it has. */
  readonly work: DeviceWork | undefined;
  /** What calls have set last, by the property's name in the API model ('length'); 'prepared' once prepare() was called. */
  readonly settings: Readonly<Record<string, Value>>;
  /** Where the last local that held it was overwritten, or left scope. */
  readonly overwrittenAt: Span | undefined;
  readonly endedAt: Span | undefined;
}

/** Whether no reference is left that could keep the object alive, as far as can be seen. */
export function isDead(object: ObjectState): boolean {
  if (object.releasedAt === undefined || object.escaped || object.kept || object.managed) return false;
  if (object.origin === 'created') return object.owed <= 0;
  // What the caller passed, the caller may hold; what a call in the workspace gave, somebody may.
  return object.origin === 'foreign' && isHeldByMemory(object.value) && object.owed < 0;
}

/** Whether a value is what a field or a global held before this function wrote it. */
function isHeldByMemory(value: Value): boolean {
  return (
    value.kind === 'initial' &&
    value.place.local === undefined &&
    value.bits === undefined &&
    // What a getter answers.
    !value.place.name.endsWith('()')
  );
}

/** Whether a value is an address that a map gave, or computed from one. */
function isAddress(value: Value): boolean {
  const base = baseOf(value);
  return base.kind === 'derived' && base.what === addressOfMap;
}

/** `*parameter`. */
export function isOut(place: Location): boolean {
  return place.kind === 'deref' && place.pointer.kind === 'initial' && place.pointer.place.kind === 'local';
}

/** A local, or an element of an array on the stack. */
export function isOnStack(place: Location): boolean {
  return place.kind === 'local' || (place.kind === 'index' && place.base.kind === 'local');
}

/** Whether this function has to give up a reference that nothing else was handed. */
export function isOwned(object: ObjectState): boolean {
  return object.origin === 'created' && !object.escaped && !object.managed && object.owed > object.stored.length;
}

/** An object that came from elsewhere, as first seen. */
export function newForeign(
  value: Value,
  className: string | undefined,
  since: number,
  variable: string | undefined,
): ObjectState {
  return {
    value,
    class: className,
    origin: 'foreign',
    creation: undefined,
    since,
    variable,
    owed: 0,
    retained: false,
    stored: [],
    escaped: false,
    kept: false,
    recoverable: false,
    managed: false,
    doubtful: false,
    releasedAt: undefined,
    unmappedAt: undefined,
    blockedAt: undefined,
    maps: [],
    preparations: [],
    work: undefined,
    settings: {},
    overwrittenAt: undefined,
    endedAt: undefined,
  };
}

export type Outcome = 'done' | 'failed' | 'unknown';

/** What a path knows about numbers. */
export interface Knowledge {
  /** What of an application's numbers was compared. */
  readonly limits: ReadonlyMap<Value, Limit>;
  readonly constraints: ReadonlyMap<Value, Range>;
  readonly past: ReadonlyMap<Value, Range>;
}

export interface Visit {
  readonly count: number;
  readonly held: ReadonlyMap<Location, Value>;
}

export class State implements ConstraintStore {
  readonly store = new Map<Location, Value>();
  readonly temps = new Map<Temp, Value>();
  readonly constraints = new Map<Value, Range>();
  /** Constraints from before memory may have changed, by the timeless value. */
  readonly past = new Map<Value, Range>();
  readonly objects = new Map<Value, ObjectState>();
  /** Values that are NULL since a call failed that nobody has asked for its result. */
  readonly absent = new Map<Value, Absence>();
  /** What of an application's numbers was compared, by the timeless value. */
  readonly limits = new Map<Value, Limit>();
  /** Locals that have left scope but were not reused yet. */
  readonly ended = new Set<Local>();
  /** Locals whose address is known to others. */
  readonly exposed = new Set<Local>();
  /** Epoch of memory, and of single names written since. */
  epoch = 0;
  readonly epochs = new Map<string, number>();
  /** How often each loop's head was passed, and what the loop's locals held then. Not part of what makes states different. */
  readonly visits = new Map<number, Visit>();
  path: Step | undefined = undefined;
  trail: Trail | undefined = undefined;
  /** Spin locks that the path holds, by their timeless values; oldest first. */
  readonly atomic = new Map<Value, Atomic>();
  /** What is written behind parameters counts at the end of the function. */
  keepsOuts = false;
  /** Places whose content counts at the end of the function. */
  readonly lasting = new Set<Location>();

  fork(): State {
    const copy = new State();
    for (const [key, value] of this.store) copy.store.set(key, value);
    for (const [key, value] of this.temps) copy.temps.set(key, value);
    for (const [key, value] of this.constraints) copy.constraints.set(key, value);
    for (const [key, value] of this.past) copy.past.set(key, value);
    for (const [key, value] of this.objects) copy.objects.set(key, value);
    for (const [key, value] of this.limits) copy.limits.set(key, value);
    for (const [key, value] of this.absent) copy.absent.set(key, value);
    for (const local of this.ended) copy.ended.add(local);
    for (const local of this.exposed) copy.exposed.add(local);
    for (const [key, value] of this.epochs) copy.epochs.set(key, value);
    for (const [key, value] of this.visits) copy.visits.set(key, value);
    for (const [key, value] of this.atomic) copy.atomic.set(key, value);
    copy.epoch = this.epoch;
    copy.path = this.path;
    copy.trail = this.trail;
    copy.keepsOuts = this.keepsOuts;
    for (const place of this.lasting) copy.lasting.add(place);
    return copy;
  }

  addStep(span: Span, message: string): void {
    const last = this.path;
    if (last && last.span.start === span.start && last.span.end === span.end && last.message === message) return;
    this.path = { span, message, previous: last, depth: (last?.depth ?? 0) + 1 };
  }

  get way(): Way {
    return { steps: this.path, blocks: this.trail };
  }

  get depth(): number {
    return this.path?.depth ?? 0;
  }

  rangeOf(value: Value): Range | undefined {
    return this.constraints.get(value);
  }

  setRange(value: Value, range: Range): void {
    this.constraints.set(value, range);
    const before = this.past.get(value.timeless);
    if (before && !intersect(before, range)) {
      this.past.delete(value.timeless);
      this.doubt();
    }
    if (range.low === 0n && range.high === 0n) this.objects.delete(value);
  }

  /** This path may be none: nothing is proved about the references that it holds. */
  doubt(): void {
    for (const object of this.objects.values()) if (object.owed > 0) this.setObject({ ...object, doubtful: true });
  }

  isNull(value: Value): boolean {
    if (value.constant !== undefined) return value.constant === 0n;
    const range = this.constraints.get(value);
    return range?.low === 0n && range.high === 0n;
  }

  mayBeNull(value: Value): boolean {
    if (value.constant !== undefined) return value.constant === 0n;
    if (value.kind === 'solid' || value.kind === 'address') return false;
    const range = this.constraints.get(value);
    if (!range) return true;
    return !(
      range.not.includes(0n) ||
      (range.low !== undefined && range.low > 0n) ||
      (range.high !== undefined && range.high < 0n)
    );
  }

  /** How a call that answers zero for success went on this path. */
  outcome(result: Value | undefined): Outcome {
    if (result === undefined) return 'unknown';
    if (this.isNull(result)) return 'done';
    return this.mayBeNull(result) ? 'unknown' : 'failed';
  }

  setObject(object: ObjectState): void {
    this.objects.set(object.value, object);
  }

  /** A map that nobody here releases leads to its descriptor as long as it lives. */
  noteSurvivor(object: ObjectState): void {
    const of = object.creation?.of;
    if (of && object.releasedAt === undefined && !isOwned(object) && !this.isNull(object.value))
      this.change(of, { recoverable: true });
  }

  /** As `change`, and brings what a field or global holds into view. */
  annotate(value: Value, change: Partial<ObjectState>): void {
    if (!this.objects.has(value) && isHeldByMemory(value))
      this.setObject(newForeign(value, undefined, this.depth, undefined));
    this.change(value, change);
  }

  change(value: Value, change: Partial<ObjectState>): void {
    const object = this.objects.get(value);
    if (object) this.objects.set(value, { ...object, ...change });
  }

  load(values: Values, place: Location, type: Type): Value {
    const stored = this.store.get(place);
    if (stored) return stored;
    if (place.kind === 'value') return place.value;
    if (place.kind === 'field' || place.kind === 'index') {
      const whole = place.base.kind === 'value' ? place.base.value : this.store.get(place.base);
      if (whole) return values.derived(place.kind === 'field' ? `.${place.name}` : `[${place.index.id}]`, whole, type);
    }
    return values.initial(place, this.epochOf(place), type);
  }

  epochOf(place: Location): number {
    if (place.local !== undefined && !this.exposed.has(place.local)) return 0;
    return this.epochs.get(place.name) ?? this.epoch;
  }

  /** Forgets what a place and its parts hold. */
  forget(place: Location): void {
    for (const known of this.store.keys()) if (isPartOf(known, place)) this.store.delete(known);
  }

  /** Memory that others see may have changed: all of it, or only the fields and globals of these names. */
  invalidate(epoch: number, names?: ReadonlySet<string>): void {
    const hit = (place: Location): boolean =>
      (place.local === undefined || this.exposed.has(place.local)) &&
      place.kind !== 'value' &&
      (names === undefined || (place.name !== '' && names.has(place.name)));
    for (const place of this.store.keys()) if (hit(place)) this.store.delete(place);
    if (names === undefined) {
      this.epoch = epoch;
      this.epochs.clear();
      // Code out of view may have given the locks up.
      this.atomic.clear();
    } else for (const name of names) this.epochs.set(name, epoch);
    for (const [value, range] of this.constraints) {
      let volatile = false;
      eachPart(value, (part) => {
        if (part.kind === 'initial' && hit(part.place)) volatile = true;
      });
      if (volatile && value.kind !== 'constant') this.past.set(value.timeless, range);
    }
  }

  /** Values that are held somewhere. */
  reachable(): Set<Value> {
    const seen = new Set<Value>();
    const add = (part: Value): void => void seen.add(part);
    for (const [place, value] of this.store) {
      eachPart(value, add);
      eachPlacePart(place, add);
    }
    for (const value of this.temps.values()) eachPart(value, add);
    for (const object of this.objects.values()) {
      if (object.creation?.of && object.owed > 0) eachPart(object.creation.of, add);
      for (const result of resultsOf(object)) eachPart(result, add);
      if (object.work) eachPart(object.work.memory, add);
    }
    return seen;
  }

  /** A generation of `site` that no value in use has. */
  freeGeneration(site: string): number {
    const used = new Set<number>();
    const add = (part: Value): void => {
      if (part.kind === 'result' && part.site === site) used.add(part.generation);
    };
    for (const [place, value] of this.store) {
      eachPart(value, add);
      eachPlacePart(place, add);
    }
    for (const value of this.temps.values()) eachPart(value, add);
    for (const [value, object] of this.objects) for (const part of [value, ...resultsOf(object)]) eachPart(part, add);
    let generation = 0;
    while (used.has(generation)) generation++;
    return generation;
  }

  /** Drops constraints on a value that is about to be made anew. */
  renew(value: Value): void {
    const involves = (other: Value): boolean => {
      let found = false;
      eachPart(other, (part) => {
        if (part === value) found = true;
      });
      return found;
    };
    for (const other of this.constraints.keys()) if (involves(other)) this.constraints.delete(other);
    for (const other of this.past.keys()) if (involves(other)) this.past.delete(other);
  }

  /** Puts the number in the place of a value that can only be that number. */
  #settle(values: Values): void {
    const known = (value: Value): Value => {
      const range = value.constant === undefined && !this.absent.has(value) ? this.constraints.get(value) : undefined;
      return range?.low !== undefined && range.low === range.high ? values.constant(range.low) : value;
    };
    for (const [place, value] of this.store) {
      const settled = known(value);
      if (settled !== value) this.store.set(place, settled);
    }
    for (const [temp, value] of this.temps) {
      const settled = known(value);
      if (settled !== value) this.temps.set(temp, settled);
    }
  }

  /** Drops what nothing from the start of a block on can ask for. */
  collect(values: Values, liveness: Liveness, block: number): void {
    this.#settle(values);
    const live = liveness.at(block);
    for (const temp of this.temps.keys()) if (!live.temps.has(temp)) this.temps.delete(temp);
    for (const [place, value] of this.store) {
      if (place.local !== undefined) {
        if (live.locals.has(place.local) || this.exposed.has(place.local)) continue;
        const object = this.objects.get(value);
        if (object && object.owed > 0 && isOnStack(place) && !this.ended.has(place.local)) continue;
        this.store.delete(place);
      } else if (
        !live.names.has(place.name) &&
        !isAddress(value) &&
        !this.lasting.has(place) &&
        !(this.keepsOuts && isOut(place))
      )
        this.store.delete(place);
    }
    for (const local of this.ended) if (!live.locals.has(local)) this.ended.delete(local);
    const reachable = this.reachable();
    for (const [value, object] of this.objects) {
      // What the caller passed is kept to the end, to tell what became of it.
      const passed = value.kind === 'initial' && value.place.kind === 'local';
      if (passed || isOwned(object) || reachable.has(value) || resultsOf(object).length > 0) continue;
      if (this.#isReleasedField(object, live.names)) continue;
      this.noteSurvivor(object);
      this.objects.delete(value);
    }
    const askable = (part: Value): boolean => {
      switch (part.kind) {
        case 'result':
          return reachable.has(part) || this.objects.has(part);
        case 'initial': {
          if (reachable.has(part)) return true;
          const place = part.place;
          if (place.local !== undefined)
            return live.locals.has(place.local) && !this.store.has(place) && part.epoch === this.epochOf(place);
          return live.names.has(place.name) && part.epoch === this.epochOf(place);
        }
        default:
          return true;
      }
    };
    for (const value of this.constraints.keys()) {
      let keep = true;
      eachPart(value, (part) => {
        if (!askable(part)) keep = false;
      });
      if (!keep) this.constraints.delete(value);
    }
    for (const value of this.past.keys()) {
      let keep = true;
      eachPart(value, (part) => {
        if (part.kind === 'initial' && part.place.local === undefined && !live.names.has(part.place.name)) keep = false;
        if (part.kind === 'result' && !reachable.has(part)) keep = false;
      });
      if (!keep) this.past.delete(value);
    }
    const made = this.#passedToMake();
    for (const value of this.limits.keys()) {
      if (reachable.has(value) || made.has(value)) continue;
      eachPart(value, (part) => {
        if (part.kind !== 'initial' || reachable.has(part)) return;
        const { local, name } = part.place;
        if (local === undefined ? name !== '' && !live.names.has(name) : !live.locals.has(local))
          this.limits.delete(value);
      });
    }
  }

  /** The timeless values that the objects were made with: rules ask of them later. */
  #passedToMake(): ReadonlySet<Value> {
    const found = new Set<Value>();
    if (this.limits.size === 0) return found;
    for (const { creation } of this.objects.values())
      for (const { value } of creation?.made?.arguments ?? []) eachPart(value, (part) => void found.add(part.timeless));
    return found;
  }

  /** A field that somebody asks again still holds what was released. */
  #isReleasedField({ value, releasedAt }: ObjectState, names: ReadonlySet<string>): boolean {
    if (releasedAt === undefined || value.kind !== 'initial' || value.place.kind !== 'field') return false;
    const { place, epoch } = value;
    // What a getter answers the next time may be another object.
    if (place.name.endsWith('()')) return false;
    return names.has(place.name) && !this.store.has(place) && epoch === this.epochOf(place);
  }
}

/** Results that decide what the object's calls have done. */
function resultsOf({ preparations, work }: ObjectState): readonly Value[] {
  return [...preparations.map(({ result }) => result), work?.result].filter((result) => result !== undefined);
}

export function isPartOf(place: Location, whole: Location): boolean {
  let at: Location = place;
  for (;;) {
    if (at === whole) return true;
    if (at.kind !== 'field' && at.kind !== 'index') return false;
    at = at.base;
  }
}
