import type { KernelObject } from './kernel-object';
import type { Machine } from './machine';
import type { MemoryMap } from './memory-map';
import { countText } from './text';
import type { Note } from './kernel-state';
import type { Assumption, Change, Defect, Outcome, Place, Step, StepKind, Trace } from './trace';

/**
 * Turns a run on a machine into a trace. The run's interpreter brackets each statement with `beginStep` and `endStep`;
 * the machine itself says what changed, what happened and what went wrong.
 *
 *     recorder.beginStep({ label: 'map = md->map()', place });
 *     const result = machine.map(md);
 *     if (result.kind === 'map') { recorder.named(result.map, 'map'); recorder.hold(result.map, 'map'); }
 *     recorder.endStep();
 *     const trace = recorder.finish({ kind: 'returned', value: '0' });
 *
 * A reference leaks when, at the end, callers own more references of an object than it has holders: drop the names of
 * locals before `finish`, and keep those of what outlives the run (fields, out parameters, the returned value).
 */

export interface StepStart {
  /** The statement's source text, in short. */
  readonly label: string;
  readonly place?: Place;
  /** Overrides the kind that the operations of the step suggest. */
  readonly kind?: StepKind;
}

/** Of several operations in one step, the one that names it: the first of these. */
const weight: readonly StepKind[] = [
  'end',
  'null',
  'map',
  'submap',
  'share',
  'redirect',
  'unmap',
  'free',
  'release',
  'retain',
  'create',
  'prepare',
  'access',
  'log',
  'start',
];

export class Recorder {
  readonly machine: Machine;
  readonly title: string;
  readonly #steps: Step[] = [];
  readonly #assumptions: Assumption[] = [];
  /** The changes of step 0. */
  readonly #first: Change[];
  #open: StepStart | undefined;
  /** Of the open step: what was taken from the machine already. */
  #notes: Note[] = [];
  #changes: Change[] = [];
  /** Objects that the last step showed as freed. */
  #gone: readonly Change[] = [];
  #sentences: string[] = [];
  #defects: Defect[] = [];

  /** Step 0 is the machine's state now: make tasks and whatever exists before the run first. */
  constructor(machine: Machine, title: string, place?: Place) {
    this.machine = machine;
    this.title = title;
    machine.takeNotes();
    this.#first = [...machine.takeChanges()];
    this.#steps.push({
      kind: 'start',
      label: title,
      sentence: 'Before the first statement.',
      ...(place ? { place } : {}),
      changes: this.#first,
      defects: [],
    });
  }

  /** Makes something that the run finds made already: it becomes a part of step 0, whenever the run comes upon it. */
  before<T>(make: () => T): T {
    this.#changes.push(...this.machine.takeChanges());
    this.#notes.push(...this.machine.takeNotes());
    const made = make();
    this.machine.takeNotes();
    this.#first.push(...this.machine.takeChanges());
    return made;
  }

  /** Gives the open step what the machine had to say before the step was begun. */
  add(notes: readonly Note[]): void {
    this.#notes.push(...notes);
  }

  /** The number of the step that is open, or will be next. */
  get nextStep(): number {
    return this.#steps.length;
  }

  /** The step that was closed last. */
  get lastStep(): Step {
    return this.#steps.at(-1)!;
  }

  /** The steps from one number on that are closed. */
  stepsFrom(number: number): readonly Step[] {
    return this.#steps.slice(number);
  }

  /** What step 0 shows; it grows with what `before` makes. */
  get firstChanges(): readonly Change[] {
    return this.#first;
  }

  /**
   * Closes the open step with a sentence, and does what makes steps of its own. What follows is a further step.
   * @param after what that step is called; like the one before it where it is left out.
   */
  aside<T>(sentence: string, work: () => T, after?: (done: T) => StepStart): T {
    const start = this.#open;
    this.say(sentence);
    this.endStep(true);
    const done = work();
    const next = after?.(done) ?? start;
    if (next) this.beginStep(next);
    return done;
  }

  /** Ends a step that is still open. */
  beginStep(start: StepStart): void {
    this.endStep();
    this.#open = start;
  }

  /** A sentence of the interpreter's own for the open step. */
  say(sentence: string): void {
    this.#sentences.push(sentence);
  }

  /** A sentence for the open step where the machine has none. */
  sayIfSilent(sentence: string): void {
    this.#notes.push(...this.machine.takeNotes());
    if (!this.#notes.length && !this.#sentences.length) this.#sentences.push(sentence);
  }

  defect(defect: Defect): void {
    this.#defects.push(defect);
  }

  assume(assumption: Assumption): void {
    if (!this.#assumptions.some((each) => each.what === assumption.what)) this.#assumptions.push(assumption);
  }

  /** Names an object after the first variable that holds it; later names change nothing. */
  named(object: KernelObject, name: string): void {
    if (object.unnamed) this.machine.setName(object, name);
  }

  /** A variable, field or collection answers for a reference. */
  hold(object: KernelObject, name: string): void {
    this.machine.setHolders(object, [...object.holders, name]);
  }

  drop(object: KernelObject, name: string): void {
    this.machine.setHolders(
      object,
      [...object.holders].filter((holder) => holder !== name),
    );
  }

  setHolders(object: KernelObject, names: Iterable<string>): void {
    this.machine.setHolders(object, names);
  }

  /**
   * Closes the open step. A step in which nothing happened is dropped, unless `keep` is set.
   * @returns whether a step was added.
   */
  endStep(keep = false): boolean {
    const start = this.#open;
    if (!start) return false;
    this.#open = undefined;
    const notes = [...this.#notes, ...this.machine.takeNotes()];
    const changes = [...this.#changes, ...this.machine.takeChanges()];
    this.#notes = [];
    this.#changes = [];
    const sentences = [...notes.map((note) => note.sentence), ...this.#sentences];
    const defects = [...notes.flatMap((note) => (note.defect ? [note.defect] : [])), ...this.#defects];
    this.#sentences = [];
    this.#defects = [];
    if (!keep && !sentences.length && !changes.length && !defects.length) return false;
    const gone = this.#gone;
    this.#gone = this.machine.takeGone();
    const kinds = notes.map((note) => note.kind);
    const nullCauses = notes.find((note) => note.nullCauses)?.nullCauses;
    this.#steps.push({
      kind: start.kind ?? weight.find((kind) => kinds.includes(kind)) ?? 'log',
      label: start.label,
      sentence: [...new Set(sentences)].join(' '),
      ...(start.place ? { place: start.place } : {}),
      changes: [...gone, ...lastOfEach(changes)],
      defects,
      ...(nullCauses ? { nullCauses } : {}),
    });
    return true;
  }

  /** Ends the run: adds the last step, with what leaked, and gives the trace. */
  finish(outcome: Outcome, end: { readonly label?: string; readonly place?: Place } = {}): Trace {
    this.endStep();
    const leaks = outcome.kind === 'returned' ? this.leaks() : [];
    const leaked = [...this.machine.descriptors, ...this.machine.maps].some((object) => object.leaked && !object.freed);
    const sentence = endSentence(outcome, leaked);
    this.#open = { kind: 'end', label: end.label ?? 'return', ...(end.place ? { place: end.place } : {}) };
    this.#sentences.push(sentence, ...leaks.map((leak) => leak.message));
    this.#defects.push(...leaks);
    this.endStep(true);
    return {
      version: 1,
      title: this.title,
      machine: this.machine.profile,
      assumptions: this.#assumptions,
      steps: this.#steps,
      outcome,
    };
  }

  /** What leaks that nothing said before; from then on it is shown as leaked. */
  leaks(): readonly Defect[] {
    const defects: Defect[] = [];
    for (const object of [...this.machine.descriptors, ...this.machine.maps]) {
      const lost = object.freed || object.leaked ? 0 : object.references - object.holders.size;
      if (lost <= 0) continue;
      this.machine.setLeaked(object, true);
      const task = object.kind === 'map' ? (object as MemoryMap).task : undefined;
      const mapped = object.kind === 'map' && (object as MemoryMap).alive;
      const left = object.holders.size
        ? `${countText(lost, 'reference')} more than its holders (${[...object.holders].join(', ')})`
        : `${countText(lost, 'reference')} held, no holder left`;
      defects.push({
        kind: 'leak',
        message: `${object.name} leaks: ${left}.${mapped && task ? ` Its memory stays mapped in ${task.name}.` : ''}`,
        object: object.id,
      });
    }
    return defects;
  }
}

/** An object that changed several times in a step changed once, to its last view. */
function lastOfEach(changes: readonly Change[]): readonly Change[] {
  const last = new Map<string, Change>();
  for (const change of changes) last.set(`${change.of} ${change.id}`, change);
  return [...last.values()];
}

function endSentence(outcome: Outcome, leaks: boolean): string {
  switch (outcome.kind) {
    case 'returned': {
      const value = outcome.value ? `Returns ${outcome.value}` : 'Returns';
      return leaks ? `${value}, and something leaks.` : `${value}; nothing leaks.`;
    }
    case 'panic':
      return `The kernel panics: ${outcome.reason}`;
    case 'fault':
      return `The run ends with a fault: ${outcome.reason}`;
    case 'undefined':
      return `The run ends at undefined behaviour: ${outcome.reason}`;
    case 'not-modelled':
      return `The run ends here: not modelled: ${outcome.what}.`;
    case 'budget':
      return `The run ends here: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
