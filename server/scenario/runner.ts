import type { Node } from 'jsonc-parser';
import { Machine } from '../../sim/machine';
import { Recorder } from '../../sim/recorder';
import type { Outcome, Place, Trace } from '../../sim/trace';
import type { ScenarioDocument } from './document';
import type { Driver, DriverHost } from './driver';
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
 * @param host what runs the driver that its "sources" are.
 */
export function runScenario(document: ScenarioDocument, host?: DriverHost): ScenarioResult {
  const runs: ScenarioRun[] = [];
  const problems: Problem[] = [...unreadSources(document, host)];
  for (const machine of document.machines) {
    const { run, problems: found } = runOn(document, machine, host);
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

function unreadSources(document: ScenarioDocument, host: DriverHost | undefined): readonly Problem[] {
  return document.sources.flatMap(({ path, node }) =>
    host?.count(path)
      ? []
      : [
          {
            message: `"${path}" can't be read: there is no such source`,
            place: document.places.place(node.offset, node.length),
            bySchema: false,
          },
        ],
  );
}

function driverOf(
  { sources }: ScenarioDocument,
  host: DriverHost | undefined,
  machine: Machine,
  recorder: Recorder,
): Driver | undefined {
  const paths = sources.map(({ path }) => path).filter((path) => host?.count(path));
  return paths.length ? host?.start(paths, machine, recorder) : undefined;
}

function runOn(
  document: ScenarioDocument,
  machineName: string,
  host: DriverHost | undefined,
): { run: ScenarioRun; problems: readonly Problem[] } {
  const machine = new Machine(machineName);
  const place = (node: Node): Place => document.places.place(node.offset, node.length);
  const recorder = new Recorder(machine, document.title, place(document.titleNode));
  const scope = new Scope(machine, recorder, document, driverOf(document, host, machine, recorder));
  recorder.before(() => declare(document, scope));

  const checks: ScenarioCheck[] = [];
  const views = new Views(recorder.firstChanges);
  let ended: Outcome | undefined;
  for (const node of document.steps) {
    if (ended) {
      const why = ended.kind === 'panic' ? 'the kernel panicked' : 'the driver did not return';
      scope.problem(node, `is not reached: ${why} before`);
      break;
    }
    const run = runStep(node, scope, views);
    if (!run) continue;
    checks.push(...checksOf(run, recorder.nextStep - 1, place));
    ({ ended } = run);
  }
  const trace = recorder.finish(ended ?? { kind: 'returned', value: '' }, { label: 'end' });
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
