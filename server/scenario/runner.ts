import type { Node } from 'jsonc-parser';
import { Machine } from '../../sim/machine';
import { Recorder } from '../../sim/recorder';
import type { Place, Trace } from '../../sim/trace';
import type { ScenarioDocument } from './document';
import { sortProblems, type Problem } from './problems';
import { runStep, type StepRun } from './run-steps';
import { Scope } from './scope';
import { Views } from './views';

/** One expectation of a step, and whether it held. */
export interface ScenarioCheck {
  /** The step's number in the trace. */
  readonly step: number;
  readonly place: Place;
  /** "address 0x1000". */
  readonly text: string;
  readonly ok: boolean;
  /** "expected address 0x1000, is 0x2000"; empty where it held. */
  readonly message: string;
}

export interface ScenarioRun {
  readonly machine: string;
  readonly trace: Trace;
  readonly checks: readonly ScenarioCheck[];
}

export interface ScenarioResult {
  readonly title: string;
  readonly about: string | undefined;
  readonly facts: readonly string[];
  /** One for each machine. */
  readonly runs: readonly ScenarioRun[];
  /** What could not be read or run, by place. */
  readonly problems: readonly Problem[];
}

/**
 * Runs a scenario on each of its machines. Never throws for what stands in it: a step that can't be read is a problem,
 * and the others run.
 */
export function runScenario(document: ScenarioDocument): ScenarioResult {
  const runs: ScenarioRun[] = [];
  const problems: Problem[] = [];
  for (const machine of document.machines) {
    const { run, problems: found } = runOn(document, machine);
    runs.push(run);
    problems.push(...found);
  }
  return {
    title: document.title,
    about: document.about,
    facts: document.facts.map(({ id }) => id),
    runs,
    problems: sortProblems(problems),
  };
}

function runOn(document: ScenarioDocument, machineName: string): { run: ScenarioRun; problems: readonly Problem[] } {
  const machine = new Machine(machineName);
  const place = (node: Node): Place => document.places.place(node.offset, node.length);
  const recorder = new Recorder(machine, document.title, place(document.titleNode));
  const scope = new Scope(machine, recorder, document);
  recorder.before(() => declare(document, scope));

  const checks: ScenarioCheck[] = [];
  const views = new Views(recorder.lastStep.changes);
  let panic: string | undefined;
  for (const node of document.steps) {
    if (panic !== undefined) {
      scope.problem(node, 'is not reached: the kernel panicked before');
      break;
    }
    const number = recorder.nextStep;
    const run = runStep(node, scope, views);
    if (!run) continue;
    checks.push(...checksOf(run, number, place));
    ({ panic } = run);
  }
  const trace = recorder.finish(
    panic === undefined ? { kind: 'returned', value: '' } : { kind: 'panic', reason: panic },
    { label: 'end' },
  );
  return { run: { machine: machineName, trace, checks }, problems: scope.problems };
}

function checksOf(run: StepRun, step: number, place: (node: Node) => Place): readonly ScenarioCheck[] {
  const checks = run.checks.map(({ node, text, ok, message }) => ({ step, place: place(node), text, ok, message }));
  if (run.unexpected === undefined) return checks;
  const message = `nothing said that this would happen: ${run.unexpected}`;
  return [...checks, { step, place: place(run.node), text: 'no defect', ok: false, message }];
}

/** Makes the scenario's tasks, and the memory of its devices. */
function declare(document: ScenarioDocument, scope: Scope): void {
  const { machine } = scope;
  for (const { name, program, limit, rosetta = false } of document.tasks) {
    const size = program && scope.number(program);
    const sizeLimit = limit && scope.number(limit);
    const options = {
      rosetta,
      ...(size === undefined ? {} : { program: size }),
      ...(sizeLimit === undefined ? {} : { sizeLimit }),
    };
    scope.define(name, { kind: 'task', task: machine.createTask(name, options) });
  }
  for (const { name, bars } of document.devices) {
    const declared = bars.flatMap((bar) => {
      const address = scope.number(bar.address);
      const length = scope.number(bar.length);
      return address === undefined || length === undefined ? [] : [{ address, length }];
    });
    const device = machine.createDevice(name, declared);
    device.memory.forEach((object, index) => {
      scope.define(`${name}.${String(index)}`, { kind: 'object', object });
      // The provider alone retains it; the name is only a name.
      machine.setHolders(object, []);
    });
    scope.define(name, { kind: 'device', device });
  }
}
