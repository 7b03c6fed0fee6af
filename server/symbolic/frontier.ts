import type { BlockId, Local } from '../ir/types';
import type { Range } from './constraints';
import { within } from './constraints';
import type { Context } from './context';
import { isSmartPointer } from './context';
import type { Liveness } from './liveness';
import { blend, constraintKey, join, ownershipKey, shapeKey, widen } from './merging';
import type { Knowledge, State } from './state';
import type { Location, Value } from './values';
import { baseOf } from './values';

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
/** How often the budget may be spent before states at a block become one, and before they are given up. */
const joinsAfter = 2;
const endsAfter = 6;
/** Times round a loop with the values as they are; after that what the loop writes is any value. */
const exactRounds = 2;
const mostRounds = 4;

/**
 * The states that wait at blocks. States that are equal at a block are merged; states that differ in what they know about
 * conditions only are merged when they become many, as in property simulation (Das, Lerner, Seigle 2002).
 */
export class Frontier {
  readonly #context: Context;
  readonly #liveness: Liveness;
  readonly #seen = new Map<BlockId, Map<string, Shape>>();
  readonly #coarse = new Map<BlockId, Map<string, State>>();
  readonly #joined = new Map<BlockId, State>();
  readonly #pending: { block: BlockId; state: State }[][] = [];
  /** States that went on from each block, and how many may before they are merged more. */
  readonly #admitted = new Map<BlockId, number>();
  readonly #room: number;
  /** States that may go on from all blocks, before they are merged in one way or the other. */
  readonly #budget: number;
  #total = 0;
  /** States were merged in a way that may cost findings, though what is found is right. */
  merged = false;
  /** A state was given up, as too many went on from its block. */
  overflowed = false;

  /** `states`: how many may enter blocks, over all paths. */
  constructor(context: Context, liveness: Liveness, states: number) {
    this.#context = context;
    this.#liveness = liveness;
    const blocks = context.fn.blocks.length;
    this.#room = Math.max(leastRoom, Math.floor(states / blocks));
    this.#budget = Math.max(states, leastRoom * blocks);
  }

  /** States that enter blocks before the function is given up. */
  get most(): number {
    return endsAfter * this.#budget;
  }

  next(): { block: BlockId; state: State } | undefined {
    for (const queue of this.#pending) {
      const next = queue?.shift();
      if (next) return next;
    }
    return undefined;
  }

  /** Brings a state to a block, unless one like it was there before. */
  enqueue(block: BlockId, state: State): void {
    const loop = this.#liveness.loop(block);
    if (loop) {
      const visit = state.visits.get(block) ?? { count: 0, held: new Map() };
      if (visit.count >= mostRounds) return;
      state.collect(this.#context.values, this.#liveness, block);
      if (visit.count >= exactRounds) this.#forgetLoop(block, state, visit.held);
      const held = new Map([...state.store].filter(([place]) => loop.locals.has(place.local!)));
      state.visits.set(block, { count: visit.count + 1, held });
    }
    state.collect(this.#context.values, this.#liveness, block);
    if (this.#isSpent(block, joinsAfter)) {
      this.#join(block, state);
      return;
    }
    const shapes = this.#seen.get(block) ?? new Map<string, Shape>();
    this.#seen.set(block, shapes);
    const key = shapeKey(state);
    const full = (this.#admitted.get(block) ?? 0) >= this.#room;
    if (!shapes.has(key) && (full || shapes.size >= mostShapes)) {
      this.#enqueueCoarse(block, state);
      return;
    }
    const shape = shapes.get(key) ?? { keys: new Set(), variants: [], merged: undefined };
    shapes.set(key, shape);
    if (shape.merged) {
      if (widen(shape.merged, state)) this.#pushMerged(block, shape.merged, state);
      return;
    }
    const constraints = constraintKey(state);
    if (shape.keys.has(constraints) || shape.variants.some((known) => covers(known, state))) return;
    if (full || shape.variants.length >= mostVariants) {
      shape.merged = state.fork();
      for (const known of shape.variants) widen(shape.merged, known);
      this.#push(block, shape.merged.fork());
    } else {
      shape.keys.add(constraints);
      const { constraints: ranges, past, limits } = state;
      shape.variants.push({ constraints: new Map(ranges), past: new Map(past), limits: new Map(limits) });
      this.#push(block, state);
    }
  }

  #push(block: BlockId, state: State): void {
    this.#total++;
    this.#admitted.set(block, (this.#admitted.get(block) ?? 0) + 1);
    const order = this.#liveness.order(block);
    (this.#pending[order] ??= []).push({ block, state });
  }

  /** Whether the budget was spent so many times, but for what the blocks to come have to have. */
  #isSpent(block: BlockId, times: number): boolean {
    const later = this.#context.fn.blocks.length - this.#liveness.order(block) - 1;
    return this.#total >= times * this.#budget - leastRoom * later;
  }

  /** Many shapes: states in which the same variables hold the same objects become one. */
  #enqueueCoarse(block: BlockId, state: State): void {
    this.merged = true;
    const coarse = this.#coarse.get(block) ?? new Map<string, State>();
    this.#coarse.set(block, coarse);
    const key = ownershipKey(state, (local) => this.#isPointer(local));
    const known = coarse.get(key);
    if (!known) coarse.set(key, state);
    else if (!blend(known, state, this.#context.values, `block ${block}`)) return;
    this.#pushMerged(block, known ?? state, state);
  }

  /** The budget is short: all states at a block become one. */
  #join(block: BlockId, state: State): void {
    this.merged = true;
    if (this.#isSpent(block, endsAfter)) {
      // The end of the function is worth more than the last of the ways to here.
      this.overflowed = true;
      return;
    }
    const known = this.#joined.get(block);
    if (!known) this.#joined.set(block, state);
    else if (!join(known, state, this.#context.values, `block ${block}`)) return;
    this.#pushMerged(block, known ?? state, state);
  }

  /** `last`: the state that came last, and how often it was in which loop. */
  #pushMerged(block: BlockId, merged: State, last: State): void {
    const next = merged.fork();
    next.visits.clear();
    for (const [head, visit] of last.visits) next.visits.set(head, visit);
    this.#push(block, next);
  }

  #isPointer(local: Local): boolean {
    const type = this.#context.fn.locals[local]?.type;
    return type?.kind === 'pointer' || isSmartPointer(type);
  }

  /** What changed in the last round of a loop may be anything after more of them. */
  #forgetLoop(block: BlockId, state: State, before: ReadonlyMap<Location, Value>): void {
    const loop = this.#liveness.loop(block);
    if (!loop) return;
    for (const [place, value] of [...state.store]) {
      if (place.local === undefined || !loop.locals.has(place.local) || before.get(place) === value) continue;
      const object = state.objects.get(baseOf(value));
      const type = this.#context.fn.locals[place.local]?.type;
      const pointer = type?.kind === 'pointer' || isSmartPointer(type);
      if (object || (pointer && value.constant !== undefined)) continue;
      state.store.delete(place);
      const site = `loop ${block} ${place.id}`;
      const fresh = this.#context.values.result(site, state.freeGeneration(site), type);
      state.renew(fresh);
      state.store.set(place, fresh);
    }
    if (loop.names.size > 0) state.invalidate(this.#context.newEpoch(state, `loop ${block}`), loop.names);
  }
}

/** Whether `known` holds for every run that `state`, which has the same shape, holds for. */
function covers(known: Knowledge, state: State): boolean {
  for (const [value, range] of known.constraints) {
    const other: Range | undefined = state.constraints.get(value);
    if (!other || !within(other, range)) return false;
  }
  return true;
}
