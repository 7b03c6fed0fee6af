import { expect } from 'vitest';
import { ConcreteProgram } from '../../server/features/concrete-program';
import { runFunction } from '../../server/concrete/run';
import { Workspace } from '../../server/workspace/workspace';
import type { Trace } from '../../sim/trace';

/**
 * Runs a function of a driver's source text: twice, as closures and as JavaScript from its first block on. Both have to
 * yield the same trace.
 */
export function simulate(
  text: string,
  name: string,
  options: {
    readonly values?: Readonly<Record<string, string>>;
    readonly machine?: string;
    readonly steps?: number;
  } = {},
): Trace {
  const workspace = new Workspace();
  workspace.setFile('driver.cpp', text);
  workspace.readAll();
  const lowered = workspace.functions('driver.cpp').find((each) => each.qualifiedName === name);
  if (!lowered) throw new Error(`no function ${name}`);
  const program = new ConcreteProgram(workspace, 'driver.cpp');
  const [source] = program.placed(lowered);
  if (!source) throw new Error(`${name} was not lowered`);
  const trace = runFunction(program, { source, hot: Infinity, ...options });
  expect(runFunction(program, { source, hot: 0, ...options })).toEqual(trace);
  return trace;
}

/** Runs a source's function f, which returns a value and hangs on nothing but what it initialises itself. */
export function returns(source: string, expected: string): void {
  const trace = simulate(source, 'f');
  const assumptions = trace.assumptions.filter(({ value }) => !value.endsWith('as initialised'));
  expect({ outcome: trace.outcome, assumptions }).toEqual({
    outcome: { kind: 'returned', value: expected },
    assumptions: [],
  });
}

/** A trace in short: the kinds of its steps, its defects, how it ended. */
export function inShort(trace: Trace): { steps: string; defects: string[]; outcome: string } {
  const { outcome } = trace;
  return {
    steps: trace.steps.map((step) => step.kind).join(' '),
    defects: trace.steps.flatMap((step) => step.defects.map((defect) => defect.kind)),
    outcome: 'value' in outcome ? outcome.value : outcome.kind,
  };
}
