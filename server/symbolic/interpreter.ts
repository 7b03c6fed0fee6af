import type { Ownership } from '../api/attributes';
import { has } from '../api/attributes';
import type { BlockId, Function, Instruction, Terminator } from '../ir/types';
import type { Span } from './span';
import { invoke } from './calls';
import { appear } from './ownership';
import { handedOut, handsOutMemory, loseOld, noteStored } from './stores';
import { noteFieldStore } from './field-stores';
import type { Range } from './constraints';
import { assume, restrict, within } from './constraints';
import type { Context } from './context';
import { addressedMap, classOf, holds, isSmartPointer, siteOf, isWholeAddress } from './context';
import { describeExpr } from './describe';
import { access, DeadPath, escape, evaluate, locate } from './evaluate';
import type { Event } from './events';
import type { FieldStore } from './field-facts';
import type { Liveness } from './liveness';
import { collectExpr, computeLiveness } from './liveness';
import type { Program } from './program';
import { ownTarget } from './program';
import type { ObjectState } from './state';
import type { Knowledge, Step } from './state';
import { allocation, handedOver, isOwned, newForeign, State } from './state';
import type { Summaries } from './summaries';
import type { Location, Value } from './values';
import { Values, baseOf, eachPart } from './values';

export interface Budget {
  /** Instructions, over all paths. */
  readonly instructions: number;
  /** States that enter blocks, over all paths. */
  readonly states: number;
}

export interface Listener {
  event(event: Event, path: Step | undefined): void;
  /** A path returns. `value` is what it returns. */
  returned?(state: State, value: Value | undefined): void;
  stored?(store: FieldStore): void;
}

/** States of one shape that were at one block. */
interface Shape {
  readonly keys: Set<string>;
  readonly variants: Knowledge[];
  merged: State | undefined;
}

/** States of one shape at one block before their constraints are merged. */
const mostVariants = 12;
/** Shapes at one block before the values that no object hangs on are merged as well. */
const mostShapes = 48;
/** States that may go on from each block of a function that is too large for its budget. */
const leastRoom = 8;
/** Times round a loop with the values as they are; after that what the loop writes is any value. */
const exactRounds = 2;
const mostRounds = 4;

/**
 * Follows all paths of one function. States that are equal at a block are merged; states that differ in what they know
 * about conditions only are merged when they become many, as in property simulation (Das, Lerner, Seigle 2002).
 */
export class Interpreter implements Context {
  readonly values = new Values();
  readonly usedTemps: Set<number>;
  readonly #liveness: Liveness;
  readonly #listener: Listener;
  readonly #budget: Budget;
  readonly #epochs = new Map<string, number>();
  readonly #seen = new Map<BlockId, Map<string, Shape>>();
  readonly #coarse = new Map<BlockId, Map<string, State>>();
  readonly #pending: { block: BlockId; state: State }[][] = [];
  /** States that went on from each block, and how many may before they are merged more. */
  readonly #admitted = new Map<BlockId, number>();
  readonly #room: number;
  /** Losses, told at the end, when it is known whether other paths do better. */
  readonly #lost: { event: Extract<Event, { kind: 'lost' }>; path: Step | undefined }[] = [];
  /** Calls whose objects are given up somewhere, by their spans. */
  readonly #givenUp = new Set<string>();
  #instructions = 0;
  #states = 0;
  budgetEnded = false;

  constructor(
    readonly fn: Function,
    readonly program: Program,
    readonly summaries: Summaries,
    listener: Listener,
    budget: Budget,
  ) {
    this.#listener = listener;
    this.#budget = budget;
    this.#liveness = computeLiveness(fn);
    this.#room = Math.max(leastRoom, Math.floor(budget.states / fn.blocks.length));
    this.usedTemps = readTemps(fn);
  }

  emit(event: Event, state: State): void {
    this.#listener.event(event, state.path);
  }

  stored(store: FieldStore): void {
    this.#listener.stored?.(store);
  }

  newEpoch(state: State, site: string): number {
    const used = new Set<number>([state.epoch, ...state.epochs.values()]);
    const add = (part: Value): void => {
      if (part.kind === 'initial') used.add(part.epoch);
    };
    for (const value of state.store.values()) eachPart(value, add);
    for (const value of state.temps.values()) eachPart(value, add);
    for (const value of state.objects.keys()) eachPart(value, add);
    for (let generation = 0; ; generation++) {
      const key = `${site}:${generation}`;
      let epoch = this.#epochs.get(key);
      if (epoch === undefined) {
        epoch = this.#epochs.size + 1;
        this.#epochs.set(key, epoch);
      }
      if (!used.has(epoch)) return epoch;
    }
  }

  /**
   * `track`: treat what these parameters point at as objects, to see what becomes of them. `self`: and the object whose
   * method it is.
   */
  run(track: readonly number[] = [], self = false): void {
    const start = new State();
    start.keepsOuts = handsOutMemory(this.fn);
    if (self) start.setObject(newForeign(this.values.solid('this'), this.fn.class, 0, 'this'));
    this.#takeOver(start);
    for (let local = 0; local < this.fn.parameters; local++) {
      const { type, name } = this.fn.locals[local]!;
      const className = type.kind === 'pointer' ? classOf(type) : undefined;
      if (className === undefined || !this.program.isA(className, 'OSMetaClassBase')) continue;
      const value = this.values.initial(this.values.local(local), 0, type);
      if (!start.objects.has(value)) start.setObject(newForeign(value, className, 0, name));
    }
    for (const local of track) {
      const type = this.fn.locals[local]!.type;
      const value = this.values.initial(this.values.local(local), 0, type);
      if (!start.objects.has(value)) start.setObject(newForeign(value, classOf(type), 0, this.fn.locals[local]!.name));
    }
    this.#enqueue(this.fn.entry, start);
    for (let next = this.#next(); next; next = this.#next()) {
      if (++this.#states > 3 * this.#budget.states || this.#instructions > this.#budget.instructions) {
        this.budgetEnded = true;
        break;
      }
      this.#block(next.block, next.state);
    }
    for (const { event, path } of this.#lost) {
      const always = !this.budgetEnded && !event.object.retained && !this.#givenUp.has(creationKey(event.object));
      this.#listener.event({ ...event, always }, path);
    }
  }

  /** Parameters whose declaration says that the caller's reference comes with them. */
  #takeOver(start: State): void {
    const { fn } = this;
    const { promise } = ownTarget(fn, this.program);
    promise?.parameters.forEach((parameter, index) => {
      const local = fn.locals[index];
      if (!has(parameter, 'consumes') || !local || index >= fn.parameters) return;
      const value = this.values.initial(this.values.local(index), 0, local.type);
      const { span: at } = local;
      appear(start, value, classOf(local.type), {
        retained: true,
        nullable: false,
        at,
        call: handedOver,
        receiver: undefined,
      });
      start.change(value, { variable: local.name });
      start.store.set(this.values.local(index), value);
    });
  }

  #next(): { block: BlockId; state: State } | undefined {
    for (const queue of this.#pending) {
      const next = queue?.shift();
      if (next) return next;
    }
    return undefined;
  }

  /** Brings a state to a block, unless one like it was there before. */
  #enqueue(block: BlockId, state: State): void {
    this.#noteGivenUp(state);
    const loop = this.#liveness.loop(block);
    if (loop) {
      const visit = state.visits.get(block) ?? { count: 0, held: new Map() };
      if (visit.count >= mostRounds) return;
      state.collect(this.values, this.#liveness, block);
      if (visit.count >= exactRounds) this.#forgetLoop(block, state, visit.held);
      const held = new Map([...state.store].filter(([place]) => loop.locals.has(place.local!)));
      state.visits.set(block, { count: visit.count + 1, held });
    }
    state.collect(this.values, this.#liveness, block);
    const shapes = this.#seen.get(block) ?? new Map<string, Shape>();
    this.#seen.set(block, shapes);
    const key = state.shapeKey();
    const full = (this.#admitted.get(block) ?? 0) >= this.#room;
    if (!shapes.has(key) && (full || shapes.size >= mostShapes)) {
      this.#enqueueCoarse(block, state);
      return;
    }
    const shape = shapes.get(key) ?? { keys: new Set(), variants: [], merged: undefined };
    shapes.set(key, shape);
    let next = state;
    if (shape.merged) {
      if (!shape.merged.widen(state)) return;
      next = shape.merged.fork();
      next.visits.clear();
      for (const [head, visit] of state.visits) next.visits.set(head, visit);
    } else {
      const constraints = state.constraintKey();
      if (shape.keys.has(constraints) || shape.variants.some((known) => covers(known, state))) return;
      if (full || shape.variants.length >= mostVariants) {
        shape.merged = state.fork();
        for (const known of shape.variants) shape.merged.widen(known);
        next = shape.merged.fork();
      } else {
        shape.keys.add(constraints);
        shape.variants.push({ constraints: new Map(state.constraints), past: new Map(state.past) });
      }
    }
    this.#push(block, next);
  }

  #noteGivenUp(state: State): void {
    for (const object of state.objects.values())
      if (object.origin === 'created' && !isOwned(object)) this.#givenUp.add(creationKey(object));
  }

  #push(block: BlockId, state: State): void {
    this.#admitted.set(block, (this.#admitted.get(block) ?? 0) + 1);
    const order = this.#liveness.order(block);
    (this.#pending[order] ??= []).push({ block, state });
  }

  /** Many shapes: states in which the same variables hold the same objects become one. */
  #enqueueCoarse(block: BlockId, state: State): void {
    const merged = this.#coarse.get(block) ?? new Map<string, State>();
    this.#coarse.set(block, merged);
    const key = state.ownershipKey();
    const known = merged.get(key);
    if ((this.#admitted.get(block) ?? 0) >= 3 * this.#room) {
      // The end of the function is worth more than the last of the ways to here.
      this.budgetEnded = true;
      return;
    }
    if (!known) {
      merged.set(key, state);
      this.#push(block, state.fork());
      return;
    }
    if (!known.blend(state, this.values, `block ${block}`)) return;
    const next = known.fork();
    next.visits.clear();
    for (const [head, visit] of state.visits) next.visits.set(head, visit);
    this.#push(block, next);
  }

  /** What changed in the last round of a loop may be anything after more of them. */
  #forgetLoop(block: BlockId, state: State, before: ReadonlyMap<Location, Value>): void {
    const loop = this.#liveness.loop(block);
    if (!loop) return;
    for (const [place, value] of [...state.store]) {
      if (place.local === undefined || !loop.locals.has(place.local) || before.get(place) === value) continue;
      const object = state.objects.get(baseOf(value));
      const type = this.fn.locals[place.local]?.type;
      const pointer = type?.kind === 'pointer' || isSmartPointer(type);
      if (object || (pointer && value.constant !== undefined)) continue;
      state.store.delete(place);
      const site = `loop ${block} ${place.id}`;
      const fresh = this.values.result(site, state.freeGeneration(site), type);
      state.renew(fresh);
      state.store.set(place, fresh);
    }
    if (loop.names.size > 0) state.invalidate(this.newEpoch(state, `loop ${block}`), loop.names);
  }

  #block(id: BlockId, start: State): void {
    const block = this.fn.blocks[id];
    if (!block) return;
    let states = [start];
    for (const instruction of block.instructions) {
      const after: State[] = [];
      for (const state of states) {
        this.#instructions++;
        after.push(...this.#instruction(state, instruction));
      }
      states = after;
      if (states.length === 0) return;
    }
    for (const state of states) this.#terminator(state, block.terminator);
  }

  #instruction(state: State, instruction: Instruction): State[] {
    const dead = new DeadPath();
    const after = this.#execute(state, instruction, dead);
    return dead.size === 0 ? after : after.filter((one) => !dead.has(one));
  }

  #execute(state: State, instruction: Instruction, dead: DeadPath): State[] {
    switch (instruction.op) {
      case 'set':
        state.temps.set(instruction.temp, evaluate(this, state, instruction.value, dead));
        return [state];
      case 'store': {
        const value = evaluate(this, state, instruction.value, dead);
        const place = locate(this, state, instruction.place, dead);
        access(this, state, instruction.place, place, 'write', dead);
        const map = addressedMap(state, value);
        if (map && place.local === undefined) {
          const name = describePlaceName(this.fn, instruction);
          const at = instruction.value.span;
          this.emit({ kind: 'address-use', object: map, at, how: 'store', ...(name !== undefined && { name }) }, state);
        }
        const { type } = instruction.place;
        const meant = instruction.value.op === 'cast' && instruction.value.explicit;
        const from = instruction.value.op === 'cast' ? instruction.value.value.type : instruction.value.type;
        if (
          map &&
          type.kind === 'int' &&
          from.kind === 'int' &&
          type.bits < from.bits &&
          !meant &&
          isWholeAddress(value)
        )
          this.emit({ kind: 'address-cut', object: map, at: instruction.value.span, bits: type.bits }, state);
        const wasEnded = place.kind === 'local' && state.ended.delete(place.local!);
        noteFieldStore(this, state, place, value, instruction.span);
        loseOld(state, place, value, wasEnded ? undefined : instruction.span);
        state.forget(place);
        state.store.set(place, value);
        if (isSmartPointer(instruction.place.type)) state.change(baseOf(value), { managed: true });
        noteStored(this, state, place, value, describePlaceName(this.fn, instruction));
        return [state];
      }
      case 'call':
        return invoke(this, state, instruction, dead);
      case 'new': {
        const site = siteOf(instruction.span, 'new');
        const value = this.values.result(site, state.freeGeneration(site), instruction.type);
        state.renew(value);
        state.temps.set(instruction.temp, value);
        const made = instruction.of.kind === 'class' && !instruction.count ? instruction.of.name : undefined;
        if (made !== undefined && this.program.isA(made, 'OSMetaClassBase'))
          appear(state, value, made, {
            retained: true,
            nullable: false,
            at: instruction.span,
            call: allocation,
            receiver: undefined,
          });
        return [state];
      }
      case 'delete':
        escape(state, evaluate(this, state, instruction.pointer, dead));
        return [state];
      case 'begin': {
        const place = this.values.local(instruction.local);
        state.ended.delete(instruction.local);
        if (!this.fn.locals[instruction.local]?.static) state.forget(place);
        return [state];
      }
      case 'end':
        for (const local of instruction.locals) this.#endLocal(state, local, instruction.span);
        return [state];
      case 'opaque':
        for (const touched of instruction.touches) {
          const value = evaluate(this, state, touched, dead);
          escape(state, value);
          if (value.kind === 'address') state.forget(value.place);
        }
        state.invalidate(this.newEpoch(state, siteOf(instruction.span, 'opaque')));
        return [state];
      default: {
        const impossible: never = instruction;
        return impossible;
      }
    }
  }

  #endLocal(state: State, local: number, span: Span): void {
    if (this.fn.locals[local]?.static) return;
    state.ended.add(local);
    const held = state.store.get(this.values.local(local));
    if (held) {
      const object = state.objects.get(baseOf(held));
      if (object && object.endedAt === undefined) state.change(object.value, { endedAt: span });
    }
  }

  #terminator(state: State, terminator: Terminator): void {
    const dead = new DeadPath();
    switch (terminator.op) {
      case 'jump':
        this.#leave(state, terminator.to);
        return;
      case 'branch': {
        const condition = evaluate(this, state, terminator.condition, dead);
        if (dead.has(state)) return;
        this.emit(
          {
            kind: 'condition',
            value: condition,
            at: terminator.condition.span,
            classOf: (of) => state.objects.get(of)?.class,
          },
          state,
        );
        const other = state.fork();
        const canHold = assume(state, this.values, condition, true);
        const canFail = assume(other, this.values, condition, false);
        if (canHold && canFail && terminator.then !== terminator.else) {
          const text = describeExpr(this.fn, terminator.condition);
          const of = text === undefined ? '' : ` of '${text}'`;
          state.addStep(terminator.condition.span, `takes the true branch${of}`);
          other.addStep(terminator.condition.span, `takes the false branch${of}`);
        }
        if (canHold) this.#leave(state, terminator.then);
        if (canFail) this.#leave(other, terminator.else);
        return;
      }
      case 'switch': {
        const value = evaluate(this, state, terminator.value, dead);
        if (dead.has(state)) return;
        const rest = state;
        let restFeasible = true;
        for (const one of terminator.cases) {
          const taken = state.fork();
          const low = evaluate(this, taken, one.low, dead).constant;
          const high = one.high ? evaluate(this, taken, one.high, dead).constant : low;
          if (low === undefined || high === undefined) {
            this.#leave(taken, one.to);
            continue;
          }
          const feasible =
            low === high
              ? restrict(taken, this.values, value, '==', this.values.fit(low, value))
              : restrict(taken, this.values, value, '>=', low) && restrict(taken, this.values, value, '<=', high);
          if (feasible) {
            const label = describeExpr(this.fn, one.low);
            taken.addStep(one.low.span, `takes ${label === undefined ? 'a case' : `case ${label}`}`);
            this.#leave(taken, one.to);
          }
          if (low === high && restFeasible)
            restFeasible = restrict(rest, this.values, value, '!=', this.values.fit(low, value));
        }
        if (restFeasible) this.#leave(rest, terminator.default);
        return;
      }
      case 'return':
        this.#return(state, terminator, dead);
        return;
      case 'unreachable':
        return;
      default: {
        const impossible: never = terminator;
        return impossible;
      }
    }
  }

  #leave(state: State, to: BlockId): void {
    const live = this.#liveness.at(to);
    this.#findLost(
      state,
      undefined,
      (place, local) =>
        local === undefined ? true : place === 'whole' ? !state.ended.has(local) || live.locals.has(local) : true,
      (temp) => live.temps.has(temp),
    );
    this.#enqueue(to, state);
  }

  #return(state: State, terminator: Extract<Terminator, { op: 'return' }>, dead: DeadPath): void {
    let value: Value | undefined;
    if (terminator.value) {
      value = evaluate(this, state, terminator.value, dead);
      if (dead.has(state)) return;
    }
    this.#listener.returned?.(state, value);
    if (state.keepsOuts) {
      const outs = handedOut(this.fn, state, terminator.span);
      this.emit({ kind: 'client-memory', function: this.fn.name, at: terminator.span, value, outs }, state);
    }
    if (value && terminator.value) {
      const at = terminator.value.span;
      const map = addressedMap(state, value);
      if (map && terminator.value.type.kind !== 'bool')
        this.emit({ kind: 'address-use', object: map, at, how: 'return' }, state);
      const object = state.objects.get(baseOf(value));
      if (object && terminator.value.type.kind !== 'bool') {
        const says = this.#nameSays();
        if (says) this.emit({ kind: 'answer', object, at, function: this.fn.name, says }, state);
        state.change(object.value, { owed: object.owed - 1 });
      }
    }
    this.#findTaken(state, terminator);
    this.#findKept(state);
    this.#findLost(
      state,
      terminator,
      () => false,
      () => false,
    );
  }

  /** What the function's name says of the object that it returns; a method may override one that says it otherwise. */
  #nameSays(): Ownership | undefined {
    const { fn } = this;
    const result = fn.result.kind === 'pointer' ? classOf(fn.result) : undefined;
    if (result === undefined || (fn.class !== undefined && !fn.static) || fn.name.endsWith('Matching'))
      return undefined;
    if (!this.program.isA(result, 'OSMetaClassBase') || this.program.isA(result, 'OSIterator')) return undefined;
    if (ownTarget(fn, this.program).promise) return undefined;
    return /^[gG]et/.test(fn.name) ? 'borrowed' : 'retained';
  }

  /** States which parameters' objects were retained for nobody. */
  #findTaken(state: State, terminator: Extract<Terminator, { op: 'return' }>): void {
    for (const object of state.objects.values()) {
      const { value } = object;
      if (value.kind !== 'initial' || value.place.kind !== 'local' || !object.retained) continue;
      if (object.origin === 'foreign' && !object.escaped && !object.kept && object.owed > object.stored.length)
        this.emit({ kind: 'kept', object, at: terminator.span }, state);
    }
  }

  /** States which addresses outlive the function in memory, though their maps are gone. */
  #findKept(state: State): void {
    for (const [place, value] of state.store) {
      if (place.name === '' || !outlives(place)) continue;
      const map = addressedMap(state, value);
      const at = map?.unmappedAt ?? map?.releasedAt;
      if (map && at) this.emit({ kind: 'address-use', object: map, at, how: 'kept', name: place.name }, state);
    }
  }

  /** States the loss of every object that nothing holds any more. `returning`: the function ends here. */
  #findLost(
    state: State,
    returning: Extract<Terminator, { op: 'return' }> | undefined,
    holdsPlace: (kind: 'whole' | 'part', local: number | undefined) => boolean,
    holdsTemp: (temp: number) => boolean,
  ): void {
    if (returning) {
      this.#noteGivenUp(state);
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
    if (!object.recoverable || (object.creation?.call !== way && this.program.mentions(way))) return object;
    return { ...object, recoverable: false };
  }

  #isHeld(
    state: State,
    object: ObjectState,
    holdsPlace: (kind: 'whole' | 'part', local: number | undefined) => boolean,
    holdsTemp: (temp: number) => boolean,
  ): boolean {
    for (const [place, value] of state.store)
      if (holds(value, object.value) && holdsPlace(place.kind === 'local' ? 'whole' : 'part', place.local)) return true;
    for (const [temp, value] of state.temps) if (holds(value, object.value) && holdsTemp(temp)) return true;
    return false;
  }

  #lose(state: State, object: ObjectState, returning: Extract<Terminator, { op: 'return' }> | undefined): void {
    const created = object.creation!.span;
    const lost = (how: Extract<Event, { kind: 'lost' }>['how'], at: Span, implicit = false): void =>
      void this.#lost.push({ event: { kind: 'lost', object, how, at, implicit, always: false }, path: state.path });
    if (object.variable === undefined) lost(this.#isUsed(created) ? 'chained' : 'dropped', created);
    else if (object.overwrittenAt) lost('overwritten', object.overwrittenAt);
    else if (returning) lost('return', returning.span, isImplicit(this.fn, returning));
    else lost('scope', object.endedAt ?? created);
  }

  /** Whether the result of the call at a span is read by anything. */
  #isUsed(span: Span): boolean {
    return this.fn.blocks.some((block) =>
      block.instructions.some(
        (instruction) =>
          instruction.op === 'call' &&
          instruction.span.start === span.start &&
          instruction.span.end === span.end &&
          instruction.temp !== undefined &&
          this.usedTemps.has(instruction.temp),
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

/** Whether `known` holds for every run that `state`, which has the same shape, holds for. */
function covers(known: Knowledge, state: State): boolean {
  for (const [value, range] of known.constraints) {
    const other: Range | undefined = state.constraints.get(value);
    if (!other || !within(other, range)) return false;
  }
  return true;
}

function readTemps(fn: Function): Set<number> {
  const uses = { locals: new Set<number>(), temps: new Set<number>(), names: new Set<string>() };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      switch (instruction.op) {
        case 'set':
          collectExpr(instruction.value, uses);
          break;
        case 'store':
          collectExpr(instruction.value, uses);
          collectExpr(
            { op: 'address', place: instruction.place, type: { kind: 'void' }, span: instruction.span },
            uses,
          );
          break;
        case 'call':
          for (const argument of instruction.args) collectExpr(argument, uses);
          if (instruction.callee.kind === 'method') collectExpr(instruction.callee.receiver, uses);
          break;
        case 'opaque':
          for (const touched of instruction.touches) collectExpr(touched, uses);
          break;
        default:
          break;
      }
    }
    const { terminator } = block;
    if (terminator.op === 'branch') collectExpr(terminator.condition, uses);
    if (terminator.op === 'switch') collectExpr(terminator.value, uses);
    if (terminator.op === 'return' && terminator.value) collectExpr(terminator.value, uses);
  }
  return uses.temps;
}

function describePlaceName(fn: Function, store: Extract<Instruction, { op: 'store' }>): string | undefined {
  return describeExpr(fn, { op: 'load', place: store.place, type: store.place.type, span: store.place.span });
}

/** Whether a place is sure to be there after the function: a global, or part of the object whose method it is. */
function outlives(place: Location): boolean {
  switch (place.kind) {
    case 'global':
      return true;
    case 'field':
    case 'index':
      return outlives(place.base);
    case 'deref':
      return place.pointer.kind === 'solid' && place.pointer.what === 'this';
    case 'local':
    case 'value':
      return false;
  }
}
