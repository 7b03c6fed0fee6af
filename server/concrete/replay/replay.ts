import type { Claim } from '../../ir/claim';
import { machineLayout, machineLayouts } from '../../../sim/profiles';
import type { Outcome, Trace } from '../../../sim/trace';
import { Interpreter } from '../interpreter';
import type { Program, SourceFunction } from '../program';
import { depth, outcomeOf, parameters, returnedAddress, thisObject, valueText } from '../run';
import { Unknown, type Value } from '../values';
import type { Overrides } from './choices';
import { Guide } from './guide';
import { placeText } from './place-text';
import type { Way } from './ways';

export interface Replay {
  readonly verdict:
    /** The run goes the claim's way and shows the defect. */
    | 'confirmed'
    /** It goes the way, and the defect does not show. */
    | 'refuted'
    /** It can't be made to go the way, or there is nothing to look for; `reason` says why. */
    | 'not-replayable';
  /** One line: why it is not confirmed, or what a confirmed one takes as given; may be empty then. */
  readonly reason: string;
  /** The run that came farthest. */
  readonly trace: Trace | undefined;
  /** The step that shows the defect, or the last one. */
  readonly step: number;
}

/** Runs that are tried for one claim. */
const mostRuns = 120;
/** Instructions of one run, and of all runs for one claim. */
const stepsOfRun = 12_000_000;
const stepsOfAll = 30_000_000;

/** Runs a function along the way of a claim, with whatever values that takes, and looks whether the claim shows. */
export function replay(program: Program, source: SourceFunction, claim: Claim, machine = ''): Replay {
  if (claim.what === 'other') return notReplayable('no run can show what this rule is about', undefined);
  const tried = new Set<string>();
  const pending: Plan[] = [{ way: claim.blocks, overrides: new Map(), left: 0 }];
  let best: Attempt | undefined;
  let arrived: Attempt | undefined;
  let left = stepsOfAll;
  for (let runs = 0; runs < mostRuns && left > 0;) {
    const plan = nearest(pending);
    if (!plan) break;
    const key = keyOf(plan);
    if (tried.has(key)) continue;
    tried.add(key);
    runs++;
    const attempt = run(program, source, claim, plan, machine);
    left -= attempt.steps;
    if (attempt.shows) return { ...attempt, verdict: 'confirmed', reason: givenText(attempt.given) };
    if (attempt.arrived) arrived ??= attempt;
    if (!best || attempt.position > best.position) best = attempt;
    pending.push(...attempt.others);
  }
  if (arrived?.exact && arrived.returned) return { ...arrived, verdict: 'refuted', reason: arrived.reason };
  return best ? notReplayable(best.reason, best) : notReplayable('no run was tried', undefined);
}

function notReplayable(reason: string, attempt: Attempt | undefined): Replay {
  return { verdict: 'not-replayable', reason, trace: attempt?.trace, step: attempt?.step ?? 0 };
}

/** A run to try. */
interface Plan {
  readonly way: Way;
  readonly overrides: Overrides;
  /** How much of its way the run that led to this one had still to go. */
  readonly left: number;
}

/** Takes out the run to try next: that which may come farthest; of those, the one that chooses least, then the first. */
function nearest(pending: Plan[]): Plan | undefined {
  let best = 0;
  pending.forEach((plan, index) => {
    const known = pending[best]!;
    if (plan.left < known.left || (plan.left === known.left && plan.overrides.size < known.overrides.size))
      best = index;
  });
  return pending.splice(best, 1)[0];
}

interface Attempt {
  readonly shows: boolean;
  readonly arrived: boolean;
  /** Every branch went the claim's way. */
  readonly exact: boolean;
  readonly returned: boolean;
  /** Instructions that it took. */
  readonly steps: number;
  readonly position: number;
  /** Choices to try next, the likeliest first. */
  readonly others: readonly Plan[];
  readonly reason: string;
  /** Functions of the workspace that were not run: what they answer was taken as the path has it. */
  readonly given: readonly string[];
  readonly trace: Trace;
  readonly step: number;
}

function run(program: Program, source: SourceFunction, claim: Claim, plan: Plan, machine: string): Attempt {
  const layout = machineLayout(machine) ?? machineLayouts[0]!;
  const guide = new Guide(claim, plan.way, plan.overrides);
  const run = new Interpreter(program, layout.profile, {}, { steps: stepsOfRun, depth }, undefined, guide);
  const code = source.function;
  const namePlace = run.place(source, code.nameSpan);
  let returned: Value = 0n;
  let outcome: Outcome;
  try {
    run.at(source, code.nameSpan);
    const self = code.class !== undefined && !code.static ? thisObject(run, source) : 0n;
    const args = parameters(run, source);
    run.kernel.steps.start(code.qualifiedName, namePlace);
    returned = run.invoke(source, self, args);
    outcome = { kind: 'returned', value: valueText(run, returned, code.result) };
    for (const name of claim.then ?? []) callNext(run, code.class ?? '', self, name);
  } catch (thrown) {
    outcome = outcomeOf(thrown);
  }
  const end = outcome.kind === 'returned' ? run.leftAt() : run.here();
  const address = returnedAddress(returned instanceof Unknown ? (returned.value ?? 0n) : returned);
  const trace = run.kernel.steps.finish(outcome, { label: end.label, ...(end.place && { place: end.place }) }, address);
  const defects = new Set(trace.steps.flatMap((step) => step.defects.map(({ kind }) => kind)));
  const shows = guide.arrived && guide.evidence.shows(outcome, guide.current, address, defects);
  const step = trace.steps.findLastIndex((each) => each.defects.length > 0);
  return {
    shows,
    arrived: guide.arrived && guide.evidence.reached && guide.evidence.found,
    exact: guide.exact && plan.way === claim.blocks,
    returned: outcome.kind === 'returned',
    steps: stepsOfRun - run.left[0]!,
    position: guide.position,
    others: nextOf(guide, plan, outcome),
    reason: reasonOf(guide, outcome),
    given: guide.choices.unread(),
    trace,
    step: step < 0 ? trace.steps.length - 1 : step,
  };
}

/** Calls a method of the instance, where its class or a base has a body for it. */
function callNext(run: Interpreter, className: string, self: bigint, name: string): void {
  for (const each of run.resolver.chain(className)) {
    const next = run.program.functions(`${each}::${name}`)[0];
    if (!next) continue;
    run.at(next, next.function.nameSpan);
    run.invoke(next, self, parameters(run, next));
    return;
  }
}

/** What to try after a run that went wrong, the likeliest first. */
function nextOf(guide: Guide, { way, overrides }: Plan, outcome: Outcome): Plan[] {
  const first = guide.conflict;
  const left = way.length - (first?.position ?? guide.position);
  const broken = [...guide.missed(), ...(outcome.kind === 'returned' ? [] : guide.unread())];
  const options = first?.options ?? [...guide.failable(), ...guide.alternatives.toReversed()];
  const chosen = [...broken, ...options].flatMap(({ choice, values }) =>
    values
      .filter((value) => overrides.get(choice.key) !== value)
      .map((value) => ({ way, overrides: new Map(overrides).set(choice.key, value), left })),
  );
  const ways = first ? [...first.detours, ...first.around] : [];
  return [...chosen, ...ways.map((other) => ({ way: other, overrides, left }))];
}

function givenText(names: readonly string[]): string {
  return names.length === 0 ? '' : `what ${names.join(', ')} answers is taken as the path has it`;
}

function reasonOf(guide: Guide, outcome: Outcome): string {
  const first = guide.conflict;
  if (first) return `'${first.condition}' at ${placeText(first.place)} does not come out as the path has it`;
  switch (outcome.kind) {
    case 'returned':
      return guide.arrived ? 'the run goes the way of the path, and the defect does not show' : 'the run ends before';
    case 'not-modelled':
      return `not modelled: ${outcome.what}`;
    case 'budget':
    case 'fault':
    case 'panic':
    case 'undefined':
      return `the run ends before: ${outcome.reason}`;
  }
}

function keyOf({ way, overrides }: Plan): string {
  const chosen = [...overrides].map(([key, value]) => `${key}=${String(value)}`).sort();
  return `${way.join()}\n${chosen.join('\n')}`;
}
