import type { Claim } from '../ir/claim';
import type { Function } from '../ir/types';
import type { ClosedMeanwhile } from './concurrent-calls';
import { closedMeanwhile } from './concurrent-calls';
import type { StoppedLate } from './event-sources';
import { stoppedLate } from './event-sources';
import type { AddressTaken, Borrow, FieldFacts, FieldName, FieldRelease, Passed, Take } from './field-facts';
import type { Fix } from './events';
import { teardownMethods } from './field-facts';
import type { FieldUse } from './field-uses';
import { usesOfField } from './field-uses';
import type { Dependency, Program } from './program';
import { RecordingProgram, stillHolds } from './program';
import type { Span } from './span';

/** Something that a function does, with the function: spans are relative to its start. */
export type Located<T> = T & { readonly fn: Function };

/** All that the workspace does with one field. */
export interface FieldHistory {
  readonly field: { readonly owner: string; readonly name: string };
  readonly takes: readonly Located<Take>[];
  readonly releases: readonly Located<FieldRelease>[];
  readonly borrows: readonly Located<Borrow>[];
  /** Fields that take addresses of the field's map. */
  readonly addresses: readonly AddressTaken[];
  readonly passed: readonly Located<Passed>[];
  readonly uses: readonly Located<FieldUse>[];
  /** The methods of the class, its bases and derived classes by which an instance ends, as far as they have bodies. */
  readonly teardown: readonly Function[];
  /** Instances live as long as the kernel: the class keeps its only one in a static member. */
  readonly singleton: boolean;
  readonly program: Program;
  /** Where a source of events is stopped too late. */
  stoppedLate(): readonly StoppedLate[];
  /** Where a client's connection is closed while a call of it runs. */
  closedMeanwhile(): readonly ClosedMeanwhile[];
}

/** A rule's word about a field; `at` is in `fn`. */
export interface FieldReport {
  readonly fn: Function;
  readonly at: Span;
  readonly message: string;
  readonly steps: readonly Located<{ readonly span: Span; readonly message: string }>[];
  readonly fix?: { readonly title: string; readonly edits: readonly Located<Fix['edits'][number]>[] };
  /** What a run that begins with a function has to show. */
  readonly claim?: Located<Claim>;
}

/** What a look at a whole class asks about the workspace. */
export interface FieldProgram {
  /**
   * Every function that may touch fields of a name; undefined where one can't be read whole, so that nothing can be
   * said about all of them.
   */
  functionsNaming(field: FieldName & { readonly owner: string }): readonly Function[] | undefined;
  /** The program as a function's file sees it. */
  programOf(fn: Function): Program;
  factsOf(fn: Function): FieldFacts;
  /** Bodies of the methods of these names in a class, its bases and its derived classes. */
  methods(className: string, names: ReadonlySet<string>): readonly Function[];
  isSingleton(className: string): boolean;
}

/** Undefined where not all that touches the field can be read. */
export function historyOf(
  field: { readonly owner: string; readonly name: string },
  world: FieldProgram,
  asking: Program,
): FieldHistory | undefined {
  const functions = world.functionsNaming(field);
  if (!functions) return undefined;
  const takes: Located<Take>[] = [];
  const releases: Located<FieldRelease>[] = [];
  const borrows: Located<Borrow>[] = [];
  const addresses: AddressTaken[] = [];
  const passed: Located<Passed>[] = [];
  const uses: Located<FieldUse>[] = [];
  const isIt = (other: { readonly field: FieldName }): boolean => isSame(field, other.field, asking);
  for (const fn of functions) {
    for (const use of keptUses(fn, field.name, world.programOf(fn))) if (isIt(use)) uses.push({ ...use, fn });
    const facts = world.factsOf(fn);
    for (const take of facts.takes) if (isIt(take)) takes.push({ ...take, fn });
    for (const release of facts.releases) if (isIt(release)) releases.push({ ...release, fn });
    addresses.push(...facts.addresses.filter((each) => isSame(field, each.of, asking)));
    for (const borrow of facts.borrows) if (isIt(borrow)) borrows.push({ ...borrow, fn });
    for (const one of facts.passed) if (isIt(one)) passed.push({ ...one, fn });
  }
  const history: FieldHistory = {
    field,
    takes,
    releases,
    borrows,
    addresses,
    passed,
    uses,
    teardown: world.methods(field.owner, teardownMethods),
    singleton: world.isSingleton(field.owner),
    program: asking,
    stoppedLate: () => stoppedLate(history, world),
    closedMeanwhile: () => closedMeanwhile(history, world),
  };
  return history;
}

/** Whether two names may be one field. */
function isSame(field: { readonly owner: string; readonly name: string }, other: FieldName, program: Program): boolean {
  return (
    field.name === other.name &&
    (other.owner === undefined ||
      other.owner === field.owner ||
      program.isA(field.owner, other.owner) ||
      program.isA(other.owner, field.owner))
  );
}

interface Kept {
  readonly uses: readonly FieldUse[];
  readonly dependencies: readonly Dependency[];
}

const kept = new WeakMap<Function, Map<string, Kept>>();

/** As `usesOfField`, kept as long as the answers hold that it was found with. */
export function keptUses(fn: Function, name: string, program: Program): readonly FieldUse[] {
  let byName = kept.get(fn);
  if (!byName) kept.set(fn, (byName = new Map<string, Kept>()));
  let entry = byName.get(name);
  if (!entry || !stillHolds(entry.dependencies, program)) {
    const recording = new RecordingProgram(program);
    entry = { uses: usesOfField(fn, name, recording), dependencies: recording.dependencies };
    byName.set(name, entry);
  }
  return entry.uses;
}
