import { has, returnContract } from '../api/attributes';
import type { FunctionDeclaration } from '../ir/declarations';
import type { Function, Place } from '../ir/types';
import { concernsMemory } from './call-facts';
import { claimOf } from './claims';
import { classOf } from './context';
import type { Check, Event, PathMessage, Report, SymbolicFinding } from './events';
import type { FieldFacts } from './field-facts';
import { FieldCollector } from './field-facts';
import type { Listener } from './interpreter';
import { Interpreter } from './interpreter';
import type { Dependency, Program, Target } from './program';
import { ownTarget, RecordingProgram } from './program';
import type { RunsIn } from './registrations';
import { contextOf, registrationsIn } from './registrations';
import type { Step, Way } from './state';
import { handsOutMemory } from './stores';
import { Summaries } from './summaries';

export interface FunctionAnalysis {
  /** In the order of the text. */
  readonly findings: readonly SymbolicFinding[];
  /** The step budget ended before all paths were followed; what was found until then is right. */
  readonly budgetEnded: boolean;
  /** There are so many paths that some were followed as one: what is found is right, but something may be missed. */
  readonly merged: boolean;
  /** What its paths do with fields; nothing where the budget ended. */
  readonly fields: FieldFacts;
  /** What was asked about the rest of the program; the result holds as long as these answers do. */
  readonly dependencies: readonly Dependency[];
}

/** Hears of each step of each path, of the function itself and of the closures in it (`context.fn`). */
export type Watcher = NonNullable<Listener['reached']>;

/** How much is spent on a function: on those that have nothing to do with mappings, less. */
export type Effort = 'full' | 'less';

const budgets = {
  full: { instructions: 40_000, states: 4_000 },
  less: { instructions: 20_000, states: 2_000 },
} as const;
/** Steps shown of one path; the first ones and the last ones of a longer path. */
const mostSteps = 24;

interface Candidate {
  readonly finding: SymbolicFinding;
  readonly length: number;
}

/**
 * Follows the paths of one function and of the closures in it, and asks the rules about what happens on them. Each
 * defect is told once, by its shortest path. Never throws; the result depends on the text alone.
 */
export function analyzeFunction(
  fn: Function,
  program: Program,
  checks: readonly Check[],
  effort: Effort = 'full',
  watch?: Watcher,
): FunctionAnalysis {
  const recording = new RecordingProgram(program);
  const summaries = new Summaries(recording);
  const found = new Map<string, Candidate>();
  const fields: FieldFacts[] = [];
  let budgetEnded = false;
  let merged = false;
  const visit = (one: Function, runs: RunsIn | undefined): void => {
    const handed = one.closures.length > 0 ? registrationsIn(one, recording) : [];
    one.closures.forEach((closure, index) => {
      visit(closure, handed.find(({ what }) => what === index)?.runs);
    });
    if (!concerns(one, recording)) return;
    const collector = new FieldCollector(one, one === fn);
    const interpreter = new Interpreter(
      one,
      recording,
      summaries,
      {
        event: (event, way) => {
          if (event.kind === 'release') collector.released(event, way.blocks);
          for (const check of checks) {
            const report = check.check(event);
            if (report) keep(found, check, report, event, way, one === fn);
          }
        },
        stored: (store) => collector.stored(store),
        passed: (value, what, at) => collector.passed(value, what, at),
        returned: (state) => collector.returned(state),
        ...(watch && { reached: watch }),
      },
      budgets[effort],
      runs,
    );
    interpreter.run();
    budgetEnded ||= interpreter.budgetEnded;
    merged ||= interpreter.merged;
    fields.push(collector.facts);
  };
  visit(fn, contextOf(fn, recording));
  const findings = shortestOfEach([...found.values()]);
  findings.sort(
    (a, b) =>
      a.span.start - b.span.start || a.span.end - b.span.end || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  );
  return {
    findings,
    budgetEnded,
    merged,
    fields: budgetEnded ? noFieldFacts : together(fields),
    dependencies: recording.dependencies,
  };
}

/** Of what would be told twice at one place in the same words, that with the shortest path. */
function shortestOfEach(candidates: readonly Candidate[]): SymbolicFinding[] {
  const told = new Map<string, SymbolicFinding>();
  for (const { finding } of candidates.toSorted((a, b) => a.length - b.length)) {
    const key = `${finding.rule} ${finding.span.start} ${finding.span.end} ${finding.message}`;
    if (!told.has(key)) told.set(key, finding);
  }
  return [...told.values()];
}

export const noFieldFacts: FieldFacts = { takes: [], releases: [], borrows: [], addresses: [], passed: [] };

function together(all: readonly FieldFacts[]): FieldFacts {
  return {
    takes: all.flatMap((each) => each.takes),
    releases: all.flatMap((each) => each.releases),
    borrows: all.flatMap((each) => each.borrows),
    addresses: all.flatMap((each) => each.addresses),
    passed: all.flatMap((each) => each.passed),
  };
}

/** Whether anything in a function can be an event: most functions of a driver have nothing to do with references. */
function concerns(fn: Function, program: Program): boolean {
  if (handsOutMemory(fn)) return true;
  if (ownTarget(fn, program).promise?.parameters.some((parameter) => has(parameter, 'consumes'))) return true;
  // A parameter may be handed back.
  const result = fn.result.kind === 'pointer' ? classOf(fn.result) : undefined;
  if (fn.parameters > 0 && result !== undefined && program.isA(result, 'OSMetaClassBase')) return true;
  for (const block of fn.blocks)
    for (const instruction of block.instructions) {
      if (instruction.op === 'new' && instruction.of.kind === 'class') return true;
      if (instruction.op === 'store' && isMemoryField(instruction.place, program)) return true;
      if (instruction.op !== 'call') continue;
      const { callee, args } = instruction;
      if (callee.kind === 'constructor' || callee.kind === 'pointer') continue;
      if (callee.kind === 'method' && args.length === 0 && (callee.name === 'release' || callee.name === 'retain'))
        return true;
      let target: Target = {};
      if (callee.kind === 'function') target = program.findFunction(callee.name, args.length);
      else {
        const className = callee.class ?? classOf(callee.receiver.type);
        if (className !== undefined) target = program.findMethod(className, callee.name, args.length, callee.direct);
      }
      if (target.api && isTelling(target.api)) return true;
      if (target.promise && isTelling(target.promise)) return true;
      if (!target.api && classOf(instruction.type) !== undefined && target.body) return true;
    }
  return false;
}

/** A field that points at a descriptor: what it takes may be somebody else's. */
function isMemoryField(place: Place, program: Program): boolean {
  const name = place.kind === 'field' ? classOf(place.type) : undefined;
  return name !== undefined && program.isA(name, 'IOMemoryDescriptor');
}

const telling = ['releases', 'retains', 'frees_mapping', 'redirects', 'address'];
const tellingParameters = ['out', 'spin_locks', 'interrupts_on'];

function isTelling(api: FunctionDeclaration): boolean {
  return (
    concernsMemory(api) ||
    returnContract(api).ownership !== undefined ||
    telling.some((name) => has(api, name)) ||
    api.parameters.some((parameter) => tellingParameters.some((name) => has(parameter, name)))
  );
}

function keep(
  found: Map<string, Candidate>,
  check: Check,
  report: Report,
  event: Event,
  way: Way,
  whole: boolean,
): void {
  const created = 'object' in event && 'creation' in event.object ? event.object.creation?.span : undefined;
  const about = report.about ?? created ?? report.at;
  const key = `${check.id} ${about.start} ${about.end}`;
  const since = 'object' in event && 'since' in event.object ? event.object.since : undefined;
  const path = steps(way.steps, since);
  const last = { span: report.at, message: report.step ?? report.message.split('\n')[0]! };
  const final = path[path.length - 1];
  const doubled = final?.span.start === last.span.start && final.span.end === last.span.end && path.length > 1;
  const full = since === undefined ? [] : [...(doubled ? path.slice(0, -1) : path), last];
  const claim = full.length > 0 && whole ? claimOf(event, report, way) : undefined;
  const candidate: Candidate = {
    finding: { rule: check.id, span: report.at, message: report.message, path: full, fix: report.fix, claim },
    length: path.length,
  };
  const known = found.get(key);
  if (
    !known ||
    candidate.length < known.length ||
    (candidate.length === known.length && report.at.start < known.finding.span.start)
  )
    found.set(key, candidate);
}

/** The steps after the first `since`, oldest first; a long path keeps its ends. */
function steps(last: Step | undefined, since: number | undefined): PathMessage[] {
  if (since === undefined) return [];
  const list: PathMessage[] = [];
  for (let step = last; step && step.depth > since; step = step.previous)
    list.push({ span: step.span, message: step.message });
  list.reverse();
  if (list.length <= mostSteps) return list;
  return [...list.slice(0, mostSteps / 2), ...list.slice(-mostSteps / 2)];
}
