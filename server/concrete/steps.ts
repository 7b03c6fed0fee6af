import type { KernelObject } from '../../sim/kernel-object';
import type { Machine } from '../../sim/machine';
import { Recorder } from '../../sim/recorder';
import type { Defect, Outcome, Place, StepKind, Trace } from '../../sim/trace';
import type { Interpreter } from './interpreter';
import { readInteger } from './memory';
import type { RunObject } from './objects';

/** How many steps, and of them how many that only log, a trace shows. */
const mostSteps = 2000;
const mostLogs = 100;
/** A step costs about as much as so many instructions. */
const stepCost = 1000;

/**
 * The run's trace. A step stays open until the next kernel operation begins, so that it shows also where the statement
 * stored its result.
 */
export class Steps {
  readonly #run: Interpreter;
  readonly #machine: Machine;
  #recorder: Recorder | undefined;
  #open = false;
  #logs = 0;
  /** The run is a part of something larger, which names holders too. */
  readonly #shared: boolean;
  /** The holders that the run itself named. */
  readonly #own = new WeakMap<KernelObject, ReadonlySet<string>>();

  /** @param recorder of what the run is a part of. */
  constructor(run: Interpreter, machine: Machine, recorder?: Recorder) {
    this.#run = run;
    this.#machine = machine;
    this.#recorder = recorder;
    this.#shared = recorder !== undefined;
  }

  /** Step 0 is the machine's state now. */
  start(title: string, place: Place | undefined): void {
    this.#recorder = new Recorder(this.#machine, title, place);
  }

  /** Does something that the run takes to have happened before it began: it becomes a part of step 0. */
  before<T>(make: () => T): T {
    return this.#recorder ? this.#recorder.before(make) : make();
  }

  /** Another call from outside begins. */
  begin(): void {
    this.#open = false;
    this.#logs = 0;
  }

  /** The call from outside is over: its locals are gone. `returned` is the address that it returned, if any. */
  end(outcome: Outcome, returned: bigint): void {
    if (outcome.kind === 'returned') this.#locksLeft(returned);
    this.close();
    this.#open = false;
    if (outcome.kind === 'returned') this.#holdForever(returned);
  }

  /** Whether the picture is still to be taken as the statement leaves it. */
  get open(): boolean {
    return this.#open;
  }

  /** Ends the open step: the picture is now as the statement left it. */
  close(): void {
    const recorder = this.#recorder;
    if (!recorder || !this.#open) return;
    this.#open = false;
    this.#hold();
    recorder.endStep();
  }

  /** Makes a step of what the simulator had to say, and of a sentence of the run's own. */
  note(kind?: StepKind, sentence?: string, defect?: Defect): void {
    const notes = this.#machine.takeNotes();
    const recorder = this.#recorder;
    if (!recorder || (notes.length === 0 && sentence === undefined)) return;
    recorder.endStep();
    this.#run.spend(stepCost);
    if (kind === 'log' && ++this.#logs > mostLogs) return;
    // What a very long run does later shows in its last step.
    if (recorder.nextStep >= mostSteps && !defect && !notes.some((note) => note.defect)) return;
    const { label, place } = this.#run.here();
    this.#open = true;
    recorder.beginStep({ label, ...(place ? { place } : {}), ...(kind ? { kind } : {}) });
    recorder.add(notes);
    if (sentence !== undefined && !notes.some((note) => sentence.includes(note.sentence))) recorder.say(sentence);
    if (defect) recorder.defect(defect);
  }

  /** The whole trace. `returned` is the address that the function returned, if it returned one. */
  finish(outcome: Outcome, end: { readonly label?: string; readonly place?: Place }, returned: bigint): Trace {
    const recorder = this.#recorder ?? new Recorder(this.#machine, '');
    this.end(outcome, returned);
    for (const assumption of this.#run.assumptions) recorder.assume(assumption);
    return recorder.finish(outcome, end);
  }

  /** Says which variables point to which objects, and names objects after the first one. */
  #hold(): void {
    const { objects } = this.#run;
    const holders = objects.holders();
    for (const object of [...objects.simulated()]) {
      if (!object.sim) continue;
      const names = holders.get(object.region.base) ?? [];
      if (names[0] !== undefined && object.sim.unnamed) this.#machine.setName(object.sim, names[0]);
      this.#setHolders(object.sim, names);
      if (object.sim.freed && names.length === 0) objects.forget(object);
    }
  }

  /** Says what still answers for each object once the function's locals are gone. */
  #holdForever(returned: bigint): void {
    const { objects } = this.#run;
    const found = this.#pointers(new Map([...objects.simulated()].map((object) => [object.region.base, object])));
    for (const object of objects.simulated()) {
      const sim = object.sim;
      if (!sim) continue;
      const names = found.get(object) ?? [];
      if (sim.freed) {
        // A local that held it is gone; a field that still does points nowhere.
        this.#setHolders(sim, names);
        continue;
      }
      if (object.region.base === returned) names.push('the returned value');
      if (object.assumed) names.push('whoever made it');
      if (sim.kind === 'descriptor')
        for (const map of sim.mappedBy) {
          // Whoever has the map gets at the descriptor by getMemoryDescriptor().
          const holder = objects.ofSim(map, 'IOMemoryMap');
          if (found.has(holder) || holder.region.base === returned || holder.assumed || this.#others(map).length > 0)
            names.push(`map ${map.name}`);
        }
      this.#setHolders(sim, this.#answering(sim, names));
    }
  }

  /** Locks that are held, and that nothing lasting knows: no code can give them up any more. */
  #locksLeft(returned: bigint): void {
    const { own } = this.#run.kernel.locks;
    if (own.size === 0) return;
    const found = this.#pointers(new Map([...own.keys()].map((object) => [object.region.base, object])));
    for (const [object, { name, line }] of own) {
      if (found.has(object) || object.region.base === returned) continue;
      const taken = line === undefined ? '' : `, taken in line ${String(line)}`;
      const message = `${name} is still held${taken}, and nothing that could give it up is left.`;
      this.note('access', message, { kind: 'lock', message });
    }
  }

  #setHolders(object: KernelObject, names: readonly string[]): void {
    if (!this.#shared) return this.#machine.setHolders(object, names);
    const others = this.#others(object);
    const own = names.map((name) => `${name} (driver)`);
    this.#own.set(object, new Set(own));
    this.#machine.setHolders(object, [...others, ...own]);
  }

  /** Holders that the run did not name. */
  #others(object: KernelObject): readonly string[] {
    if (!this.#shared) return [];
    const own = this.#own.get(object);
    return [...object.holders].filter((holder) => !own?.has(holder));
  }

  /**
   * Names for all references, once something lasting points to the object: who has it can give back the others too. Code
   * that is not modelled may keep any number of references to what it was given.
   */
  #answering(sim: KernelObject, names: readonly string[]): readonly string[] {
    const distinct = names.map((name, index) => (names.indexOf(name) === index ? name : `${name} (${String(index)})`));
    const first = distinct[0] ?? (this.#run.kernel.hasEscaped(sim) ? 'code that is not modelled' : undefined);
    if (first === undefined) return [];
    if (distinct.length === 0) distinct.push(first);
    const others = this.#others(sim).length;
    for (let count = distinct.length + 1; distinct.length < sim.references - others; count++)
      distinct.push(`${first} (reference ${String(count)})`);
    return distinct;
  }

  /** Everything that points to an object from memory that outlives the function: fields, globals, heap, collections. */
  #pointers(targets: ReadonlyMap<bigint, RunObject>): Map<RunObject, string[]> {
    const { objects, memory } = this.#run;
    const found = new Map<RunObject, string[]>();
    const add = (object: RunObject | undefined, name: string): void => {
      if (!object) return;
      const names = found.get(object);
      if (names) names.push(name);
      else found.set(object, [name]);
    };
    for (const region of memory.regions()) {
      if (region.kind === 'stack' || region.kind === 'code') continue;
      for (let offset = 0; offset + 8 <= region.size; offset += 8) {
        if (region.bytes[offset + 7] !== 0xff) continue;
        const target = targets.get(readInteger(region.bytes, offset, 8));
        if (target) add(target, objects.slotName(region.base + BigInt(offset)) ?? region.name);
      }
    }
    for (const object of objects.all())
      for (const element of object.contents) if (!object.freed) add(targets.get(element), object.region.name);
    return found;
  }
}
