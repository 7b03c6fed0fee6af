import type { Ownership } from '../api/attributes';
import { has } from '../api/attributes';
import type { BlockId, Function, Instruction, Terminator } from '../ir/types';
import type { Span } from './span';
import { noteAsked } from './absence';
import { invoke } from './calls';
import { noteAnswer } from './client-answers';
import { clientParameters, noteCompared } from './client-data';
import { appear } from './ownership';
import { handedOut, handsOutMemory, loseOld, noteClientOptions, noteStored } from './stores';
import { noteFieldStore } from './field-stores';
import { assume, restrict } from './constraints';
import type { Context } from './context';
import { addressedMap, classOf, isSmartPointer, siteOf, isWholeAddress } from './context';
import { describeExpr } from './describe';
import { access, DeadPath, escape, evaluate, locate } from './evaluate';
import type { Event } from './events';
import type { FieldStore, Passed } from './field-facts';
import { Frontier } from './frontier';
import type { Liveness } from './liveness';
import { computeLiveness, readTemps } from './liveness';
import { Losses } from './losses';
import { OpenPreparations } from './preparation';
import type { Program } from './program';
import type { RunsIn } from './registrations';
import { ownTarget } from './program';
import { diesWithFunction, isGot } from './smart-pointers';
import { stackMemoryOf } from './stack-memory';
import type { Way } from './state';
import { allocation, handedOver, isOnStack, newForeign, State } from './state';
import type { Summaries } from './summaries';
import { walkedArrays } from './walked-arrays';
import type { Location, Value } from './values';
import { Values, baseOf, eachPart } from './values';

export interface Budget {
  /** Instructions, over all paths. */
  readonly instructions: number;
  /** States that enter blocks, over all paths. */
  readonly states: number;
}

export interface Listener {
  event(event: Event, way: Way): void;
  /** A path returns. `value` is what it returns. */
  returned?(state: State, value: Value | undefined): void;
  stored?(store: FieldStore): void;
  passed?(value: Value, what: Passed['what'], at: Span): void;
  /** A path gets to an instruction of a block, or to its terminator, whose index is that after the last. */
  reached?(context: Context, state: State, block: BlockId, index: number): void;
}

/** Follows all paths of one function. */
export class Interpreter implements Context {
  readonly values = new Values();
  readonly usedTemps: Set<number>;
  readonly fromClient: ReadonlySet<number>;
  readonly #liveness: Liveness;
  readonly #listener: Listener;
  readonly #budget: Budget;
  readonly #epochs = new Map<string, number>();
  readonly #frontier: Frontier;
  readonly #losses: Losses;
  readonly #preparations = new OpenPreparations();
  readonly #answers: { readonly event: Extract<Event, { kind: 'answer' }>; readonly way: Way }[] = [];
  /** Values of objects from elsewhere that some path releases. */
  readonly #released = new Set<Value>();
  #instructions = 0;
  #states = 0;
  budgetEnded = false;

  /** Paths were merged, as there are too many: what hangs on how they differ is not known. */
  get merged(): boolean {
    return this.#frontier.merged;
  }

  constructor(
    readonly fn: Function,
    readonly program: Program,
    readonly summaries: Summaries,
    listener: Listener,
    budget: Budget,
    readonly runs?: RunsIn,
  ) {
    this.#listener = listener;
    this.#budget = budget;
    this.#liveness = computeLiveness(fn);
    this.#frontier = new Frontier(this, this.#liveness, budget.states);
    this.#losses = new Losses(this);
    this.usedTemps = readTemps(fn);
    this.fromClient = clientParameters(fn, program);
  }

  emit(event: Event, state: State): void {
    if (event.kind === 'release' && event.object.origin === 'foreign') this.#released.add(event.object.value);
    this.#listener.event(event, state.way);
  }

  stored(store: FieldStore): void {
    this.#listener.stored?.(store);
  }

  passed(value: Value, what: Passed['what'], at: Span): void {
    this.#listener.passed?.(value, what, at);
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
    for (const local of walkedArrays(this.fn)) start.exposed.add(local);
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
    for (let next = this.#frontier.next(); next; next = this.#frontier.next()) {
      if (++this.#states > this.#frontier.most || this.#instructions > this.#budget.instructions) {
        this.budgetEnded = true;
        break;
      }
      this.#block(next.block, next.state);
    }
    this.budgetEnded ||= this.#frontier.overflowed;
    this.#losses.tell(!this.budgetEnded, (event, way) => {
      this.#listener.event(event, way);
    });
    this.#tellAnswers();
    for (const { event, way } of this.#preparations.left) this.#listener.event(event, way);
  }

  #enqueue(block: BlockId, state: State): void {
    state.trail = { block, previous: state.trail };
    this.#losses.noteGivenUp(state);
    this.#frontier.enqueue(block, state);
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

  #block(id: BlockId, start: State): void {
    const block = this.fn.blocks[id];
    if (!block) return;
    let states = [start];
    for (const [index, instruction] of block.instructions.entries()) {
      const after: State[] = [];
      for (const state of states) {
        this.#instructions++;
        this.#listener.reached?.(this, state, id, index);
        after.push(...this.#instruction(state, instruction));
      }
      states = after;
      if (states.length === 0) return;
    }
    for (const state of states) {
      this.#listener.reached?.(this, state, id, block.instructions.length);
      this.#terminator(state, block.terminator);
    }
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
        noteClientOptions(this, state, place, value, instruction.value.span);
        noteAnswer(this, state, place, value, instruction.value.span);
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
    for (const [place, held] of [...state.store]) {
      if (place.local !== local || !isOnStack(place)) continue;
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
        noteAsked(state, condition);
        const other = state.fork();
        const canHold = assume(state, this.values, condition, true);
        const canFail = assume(other, this.values, condition, false);
        noteCompared(this, state, condition, true);
        noteCompared(this, other, condition, false);
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
        noteAsked(state, value);
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
            noteCompared(this, taken, this.values.binary('==', value, this.values.constant(low)), true);
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
    this.#losses.find(
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
    this.#preparations.returned(this.fn, state, value, terminator.span);
    if (state.keepsOuts) {
      const outs = handedOut(this.fn, state, terminator.span);
      for (const out of outs) this.passed(out.value, 'memory', out.at);
      this.emit({ kind: 'client-memory', function: this.fn.name, at: terminator.span, value, outs }, state);
    }
    if (value && terminator.value) {
      const at = terminator.value.span;
      const dying = isGot(this.fn, terminator.value) && diesWithFunction(this.fn, state, value);
      if (dying) this.emit({ kind: 'dies-with-function', object: dying, at }, state);
      const map = addressedMap(state, value);
      if (map && terminator.value.type.kind !== 'bool')
        this.emit({ kind: 'address-use', object: map, at, how: 'return' }, state);
      const object = state.objects.get(baseOf(value));
      if (object && terminator.value.type.kind !== 'bool') {
        const says = this.#nameSays();
        if (says)
          this.#answers.push({ event: { kind: 'answer', object, at, function: this.fn.name, says }, way: state.way });
        state.change(object.value, { owed: object.owed - 1 });
      }
    }
    this.#findStackMemory(state, this.fn.result.kind === 'bool' ? undefined : value);
    this.#findTaken(state, terminator);
    this.#findKept(state);
    this.#losses.find(
      state,
      terminator,
      () => false,
      () => false,
    );
  }

  /**
   * States what was returned, now that every path is known. What another path releases came with its reference, whatever
   * says so; and where another path retains what it returns, the caller's pointer may be passed on with its reference.
   */
  #tellAnswers(): void {
    const retains = this.#answers.some(({ event: { object } }) => object.origin === 'foreign' && object.owed > 0);
    for (const { event, way } of this.#answers) {
      const { value, origin, owed } = event.object;
      if (this.#released.has(value) || (retains && origin === 'foreign' && owed === 0)) continue;
      this.#listener.event(event, way);
    }
  }

  /** What the function's name says of the object that it returns; a method may override one that says it otherwise. */
  #nameSays(): Ownership | undefined {
    const { fn } = this;
    const result = fn.result.kind === 'pointer' ? classOf(fn.result) : undefined;
    if (result === undefined || (fn.class !== undefined && !fn.static) || /(?:Matching|Cast)$/.test(fn.name))
      return undefined;
    if (!this.program.isA(result, 'OSMetaClassBase') || this.program.isA(result, 'OSIterator')) return undefined;
    if (ownTarget(fn, this.program).promise) return undefined;
    return /^[gG]et/.test(fn.name) ? 'borrowed' : 'retained';
  }

  /** States which parameters' objects were retained for nobody. */
  #findTaken(state: State, terminator: Extract<Terminator, { op: 'return' }>): void {
    if (isRetainer(this.fn)) return;
    for (const object of state.objects.values()) {
      const { value } = object;
      if (value.kind !== 'initial' || value.place.kind !== 'local' || !object.retained) continue;
      if (object.origin === 'foreign' && !object.escaped && !object.kept && object.owed > object.stored.length)
        this.emit({ kind: 'kept', object, at: terminator.span }, state);
    }
  }

  /** States which objects go on using memory of the stack when the function has returned. */
  #findStackMemory(state: State, returned: Value | undefined): void {
    const tell = (value: Value, where: string | undefined): void => {
      const object = state.objects.get(baseOf(value));
      const memory = object && stackMemoryOf(this, object.creation);
      if (object?.creation && memory)
        this.emit({ kind: 'stack-memory', object, at: object.creation.span, memory: memory.name, where }, state);
    };
    if (returned) tell(returned, undefined);
    for (const [place, value] of state.store) if (place.name !== '' && outlives(place)) tell(value, place.name);
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
}

function describePlaceName(fn: Function, store: Extract<Instruction, { op: 'store' }>): string | undefined {
  return describeExpr(fn, { op: 'load', place: store.place, type: store.place.type, span: store.place.span });
}

/** Whether a place is sure to be there after the function: a global, or part of the object whose method it is. */
/** Whether a function is there to retain what it is given: it does nothing else. */
function isRetainer({ result, blocks }: Function): boolean {
  return (
    result.kind === 'void' &&
    blocks.every(({ instructions }) =>
      instructions.every(
        (each) =>
          each.op !== 'store' &&
          (each.op !== 'call' ||
            (each.callee.kind === 'method'
              ? /^(?:tagged)?[rR]etain$/.test(each.callee.name)
              : each.callee.kind === 'function' &&
                /^(?:OSDynamicCast\b|OSSafeRetain|assert|panic)/.test(each.callee.name))),
      ),
    )
  );
}

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
