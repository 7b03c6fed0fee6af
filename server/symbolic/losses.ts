import type { Function, Terminator } from '../ir/types';
import type { Context } from './context';
import { holds } from './context';
import type { Event } from './events';
import type { Span } from './span';
import type { ObjectState, State, Way } from './state';
import { isOnStack, isOwned } from './state';

type Lost = Extract<Event, { kind: 'lost' }>;

/** The objects that the paths of one function lose, told at the end, when it is known whether other paths do better. */
export class Losses {
  readonly #context: Context;
  readonly #lost: { readonly event: Lost; readonly way: Way }[] = [];
  /** Calls whose objects are given up somewhere, by their spans. */
  readonly #givenUp = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Calls back for every loss, in the order of finding. `all`: every path was followed. */
  tell(all: boolean, listener: (event: Lost, way: Way) => void): void {
    for (const { event, way } of this.#lost) {
      const always = all && !event.object.retained && !this.#givenUp.has(creationKey(event.object));
      listener({ ...event, always }, way);
    }
  }

  /** Notes which objects the path has released or handed on so far. */
  noteGivenUp(state: State): void {
    for (const object of state.objects.values())
      if (object.origin === 'created' && !isOwned(object)) this.#givenUp.add(creationKey(object));
  }

  /** States the loss of every object that nothing holds any more. `returning`: the function ends here. */
  find(
    state: State,
    returning: Extract<Terminator, { op: 'return' }> | undefined,
    holdsPlace: (kind: 'whole' | 'part', local: number | undefined) => boolean,
    holdsTemp: (temp: number) => boolean,
  ): void {
    if (returning) {
      this.noteGivenUp(state);
      for (const object of [...state.objects.values()]) state.noteSurvivor(object);
    }
    for (const object of [...state.objects.values()]) {
      if (!isOwned(object) || state.isNull(object.value)) continue;
      if (!returning && this.#isHeld(state, object, holdsPlace, holdsTemp)) continue;
      this.#lose(state, this.#settle(object), returning);
      state.objects.delete(object.value);
    }
  }

  /** The way back from a map to its descriptor counts only where somebody goes it. */
  #settle(object: ObjectState): ObjectState {
    const way = 'getMemoryDescriptor';
    // Of a data queue, the call of that name is what made the object.
    if (!object.recoverable || (object.creation?.call !== way && this.#context.program.mentions(way))) return object;
    return { ...object, recoverable: false };
  }

  #isHeld(
    state: State,
    object: ObjectState,
    holdsPlace: (kind: 'whole' | 'part', local: number | undefined) => boolean,
    holdsTemp: (temp: number) => boolean,
  ): boolean {
    for (const [place, value] of state.store)
      if (holds(value, object.value) && holdsPlace(isOnStack(place) ? 'whole' : 'part', place.local)) return true;
    for (const [temp, value] of state.temps) if (holds(value, object.value) && holdsTemp(temp)) return true;
    return false;
  }

  #lose(state: State, object: ObjectState, returning: Extract<Terminator, { op: 'return' }> | undefined): void {
    const created = object.creation!.span;
    const lost = (how: Lost['how'], at: Span, implicit = false): void =>
      void this.#lost.push({ event: { kind: 'lost', object, how, at, implicit, always: false }, way: state.way });
    if (object.variable === undefined) lost(this.#isUsed(created) ? 'chained' : 'dropped', created);
    else if (object.overwrittenAt) lost('overwritten', object.overwrittenAt);
    else if (returning) lost('return', returning.span, isImplicit(this.#context.fn, returning));
    else lost('scope', object.endedAt ?? created);
  }

  /** Whether the result of the call at a span is read by anything. */
  #isUsed(span: Span): boolean {
    return this.#context.fn.blocks.some((block) =>
      block.instructions.some(
        (instruction) =>
          instruction.op === 'call' &&
          instruction.span.start === span.start &&
          instruction.span.end === span.end &&
          instruction.temp !== undefined &&
          this.#context.usedTemps.has(instruction.temp),
      ),
    );
  }
}

function creationKey(object: ObjectState): string {
  const span = object.creation?.span;
  return span ? `${span.start}:${span.end}` : '';
}

/** The end of a body without a return statement: the closing brace, or nothing at all. */
function isImplicit(fn: Function, terminator: Terminator): boolean {
  return (
    terminator.op === 'return' &&
    !terminator.value &&
    terminator.span.end - terminator.span.start <= 1 &&
    fn.blocks.length > 0
  );
}
