import type { Node } from 'jsonc-parser';
import type { Defect, Outcome } from '../../sim/trace';
import { checkExpectation, foreseesDefect, type Check } from './expectations';
import { kindOf, membersOf, memberOf, stringOf, elementsOf } from './json';
import type { Scope } from './scope';
import { verbNamed, verbs } from './steps/index';
import type { StepResult, Verb } from './verb';
import type { Views } from './views';

/** Runs the steps of a scenario on one machine. */

/** The members that every step may have besides its verb's. */
export const stepKeys: readonly string[] = ['expect', 'label', 'on'];

export interface StepRun {
  readonly node: Node;
  readonly checks: readonly Check[];
  /** What went wrong though nothing said that it would. */
  readonly unexpected: string | undefined;
  /** The kernel panicked, or the driver's code did not return: no step follows. */
  readonly ended: Outcome | undefined;
}

/** The verb of a step, or undefined, which was told. */
function verbOf(step: Node, scope: Scope): { verb: Verb; keyNode: Node; value: Node } | undefined {
  if (step.type !== 'object') return scope.problem(step, `a step is an object in braces, not ${kindOf(step)}`, true);
  const members = membersOf(step);
  const candidates = members.flatMap(({ key, keyNode, value }) => {
    const verb = verbNamed(key);
    return verb ? [{ verb, keyNode, value }] : [];
  });
  // "guardPages" is a verb, and a member of "buffer".
  const first = candidates.find(({ verb }) => !candidates.some((other) => verb.name in other.verb.fields));
  if (first) return first;
  const unknown = members.find(({ key }) => !stepKeys.includes(key));
  const list = verbs.map(({ name }) => name).join(', ');
  return scope.problem(
    unknown?.keyNode ?? step,
    `a step needs a verb: one of ${list}`,
    unknown !== undefined || !members.length,
  );
}

/** Runs a step; undefined where it is not for this machine. */
export function runStep(step: Node, scope: Scope, views: Views): StepRun | undefined {
  const nothing: StepRun = { node: step, checks: [], unexpected: undefined, ended: undefined };
  const found = verbOf(step, scope);
  if (!found) return nothing;
  const on = memberOf(step, 'on');
  if (on && !isFor(on, scope)) return undefined;
  const { verb, keyNode, value } = found;
  const labelNode = memberOf(step, 'label');
  const label = labelNode && stringOf(labelNode);
  if (labelNode && label === undefined) scope.problem(labelNode, `a label is a string, not ${kindOf(labelNode)}`, true);
  const { recorder, machine } = scope;
  const place = scope.document.places.place(step.offset, step.length);
  const first = recorder.nextStep;
  scope.driverRan = false;
  recorder.beginStep({ label: label ?? stepText(step, scope), place });
  const result = runVerb(verb, step, value, scope);
  if (result?.why) recorder.sayIfSilent(result.why);
  if (scope.driverRan && !result?.ends)
    for (const leak of recorder.leaks()) {
      recorder.say(leak.message);
      recorder.defect(leak);
    }
  recorder.endStep(true);
  const steps = recorder.stepsFrom(first);
  views.follow(steps);
  const expect = memberOf(step, 'expect');
  const checks = result && expect ? checkExpectation(expect, { scope, result, steps, views }) : [];
  // What follows would only fail again.
  if (result?.outcome === 'NULL' && checks.some(({ ok }) => !ok) && found.verb.makes) scope.spoil(stringOf(value)!);
  // What the checks themselves came upon is no part of the run.
  machine.takeNotes();
  const bad: readonly { readonly kind?: Defect['kind']; readonly message: string }[] = !result
    ? []
    : [
        ...steps.flatMap(({ defects }) => defects),
        ...(result.ends || result.outcome === 'not-modelled' ? [{ message: result.why ?? result.outcome }] : []),
      ];
  const unexpected = bad.find(({ kind }) => !foreseesDefect(expect, kind))?.message;
  return { node: keyNode, checks, unexpected, ended: result && endOf(result) };
}

function endOf({ ends, outcome, reason, why }: StepResult): Outcome | undefined {
  return ends ?? (outcome === 'panic' ? { kind: 'panic', reason: reason ?? why ?? 'panic' } : undefined);
}

/** "on": the machines that a step is for: their names, architectures or releases. */
function isFor(node: Node, scope: Scope): boolean {
  const { name, arch, release } = scope.machine.profile;
  return (node.type === 'array' ? elementsOf(node) : [node]).some((each) => {
    const word = stringOf(each);
    if (word === undefined) scope.problem(each, `a machine is a string, not ${kindOf(each)}`, true);
    return (
      word === name ||
      word === arch ||
      word === release ||
      (word !== undefined && (name.startsWith(`${word}-`) || name.startsWith(`${word}.`)))
    );
  });
}

function runVerb(verb: Verb, step: Node, value: Node, scope: Scope): StepResult | undefined {
  const name = stringOf(value) ?? '';
  let good = true;
  if (verb.makes) {
    if (stringOf(value) === undefined) {
      scope.problem(value, `"${verb.name}" wants the new name, not ${kindOf(value)}`, true);
      good = false;
    } else if (!scope.mayName(name, value)) good = false;
  }
  const values: Record<string, unknown> = {};
  if (verb.subject) {
    values['subject'] = verb.subject.read(value, scope);
    good &&= values['subject'] !== undefined;
  }
  const seen = new Set<string>();
  for (const { key, keyNode, value: member } of membersOf(step)) {
    if (seen.has(key)) {
      scope.problem(keyNode, `"${key}" stands here twice`, true);
      continue;
    }
    seen.add(key);
    if (key === verb.name || stepKeys.includes(key)) continue;
    const field = verb.fields[key];
    if (!field) {
      scope.problem(keyNode, `"${verb.name}" has no "${key}"`, true);
      continue;
    }
    values[key] = field.read(member, scope);
    good &&= values[key] !== undefined;
  }
  for (const [key, field] of Object.entries(verb.fields))
    if (field.required && !seen.has(key)) {
      scope.problem(step, `"${verb.name}" needs "${key}"`, true);
      good = false;
    }
  const result = good ? verb.run(values, { scope, step, name, nameNode: value }) : undefined;
  if (!result && verb.makes && name) scope.spoil(name);
  return result;
}

/** A step in short, as its label in the trace: the verb, then the other members. */
function stepText(step: Node, scope: Scope): string {
  const parts = membersOf(step).flatMap(({ key, value }) => {
    if (stepKeys.includes(key)) return [];
    const text = stringOf(value) ?? scope.textOf(value).replace(/\s+/g, ' ');
    return [`${key} ${text}`];
  });
  const text = parts.join(', ');
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
