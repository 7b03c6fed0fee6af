import type { Machine } from '../../sim/machine';
import type { Change, Defect, Place, Step, StepKind } from '../../sim/trace';
import type { Interpreter } from './interpreter';

interface Pending {
  kind: StepKind;
  readonly label: string;
  readonly place: Place | undefined;
  readonly sentences: string[];
  readonly defects: Defect[];
}

/**
 * Collects the trace. A step stays open until the next one begins, so that it shows also where its result was stored.
 */
export class Steps {
  readonly #run: Interpreter;
  readonly #machine: Machine;
  readonly #steps: Step[] = [];
  /** What exists before step 0. */
  readonly #before: Change[] = [];
  #pending: Pending | undefined;
  /** Changes of the open step, taken before something that belongs to step 0. */
  #taken: Change[] = [];

  constructor(run: Interpreter, machine: Machine) {
    this.#run = run;
    this.#machine = machine;
  }

  get count(): number {
    return this.#steps.length;
  }

  /** Step 0. */
  start(label: string, sentence: string, place: Place | undefined): void {
    this.#before.push(...this.#machine.takeChanges());
    this.#steps.push({ kind: 'start', label, sentence, ...(place ? { place } : {}), changes: this.#before, defects: [] });
  }

  /** Does something that the run takes to have happened before it began: it changes step 0. */
  before<T>(make: () => T): T {
    this.#taken.push(...this.#machine.takeChanges());
    const notes = this.#machine.takeNotes();
    const made = make();
    this.#machine.takeNotes();
    this.#before.push(...this.#machine.takeChanges());
    for (const note of notes) this.#add(note.kind, note.sentence, note.defect);
    return made;
  }

  /** Makes a step of what the simulator had to say, and of a sentence of the run's own. */
  note(kind?: StepKind, sentence?: string, defect?: Defect): void {
    const notes = this.#machine.takeNotes();
    if (sentence !== undefined && !notes.some((note) => note.sentence === sentence)) {
      this.#open();
      for (const note of notes) this.#add(note.kind, note.sentence, note.defect);
      this.#add(kind ?? 'access', sentence, defect);
      return;
    }
    if (notes.length === 0) return;
    this.#open();
    for (const note of notes) this.#add(note.kind, note.sentence, note.defect);
  }

  /** The last step. */
  end(label: string, sentence: string, place: Place | undefined, defects: readonly Defect[]): void {
    this.close();
    const changes = this.#changes();
    this.#steps.push({ kind: 'end', label, sentence, ...(place ? { place } : {}), changes, defects });
  }

  all(): readonly Step[] {
    this.close();
    return this.#steps;
  }

  /** Ends the open step: the picture is now as the step left it. */
  close(): void {
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    this.#hold();
    const { kind, label, place, sentences, defects } = pending;
    this.#steps.push({
      kind,
      label,
      sentence: sentences.join(' '),
      ...(place ? { place } : {}),
      changes: this.#changes(),
      defects,
    });
  }

  #open(): void {
    this.close();
    const { label, place } = this.#run.here();
    this.#pending = { kind: 'access', label, place, sentences: [], defects: [] };
  }

  #add(kind: StepKind, sentence: string, defect: Defect | undefined): void {
    if (!this.#pending) this.#open();
    const pending = this.#pending!;
    pending.kind = kind;
    pending.sentences.push(sentence);
    if (defect) pending.defects.push(defect);
  }

  #changes(): readonly Change[] {
    const changes = [...this.#taken, ...this.#machine.takeChanges()];
    this.#taken = [];
    return changes;
  }

  /** Says which variables point to which objects, and names objects after the first one. */
  #hold(): void {
    const { objects } = this.#run;
    for (const object of objects.simulated()) {
      if (!object.sim) continue;
      const names = objects.holders(object).map((holder) => holder.name);
      if (names[0] !== undefined && object.sim.unnamed) this.#machine.setName(object.sim, names[0]);
      this.#machine.setHolders(object.sim, names);
    }
  }
}
