import { runFunction } from '../concrete/run';
import type { Workspace } from '../workspace/workspace';
import { ConcreteProgram } from './concrete-program';
import type { SimulationPlan, SimulationResult } from './service';

/** Runs one function of a file in the simulator. */
export function simulateFunction(workspace: Workspace, plan: SimulationPlan): SimulationResult {
  const file = workspace.file(plan.file);
  if (!file) return { ok: false, reason: `${plan.file} is not part of the workspace.` };
  const functions = workspace.functions(plan.file);
  const named = functions.filter((each) => each.qualifiedName === plan.function);
  const found =
    named.length > 0 ? named : functions.filter((each) => each.qualifiedName.endsWith(`::${plan.function}`));
  const qualified = new Set(found.map((each) => each.qualifiedName));
  if (qualified.size > 1)
    return { ok: false, reason: `'${plan.function}' is ambiguous in ${plan.file}: ${[...qualified].join(', ')}.` };
  const lowered = found.find((each) => each.variants.length > 0);
  if (!lowered)
    return {
      ok: false,
      reason:
        found.length > 0
          ? `'${plan.function}' could not be read.`
          : `There is no function '${plan.function}' with a body in ${plan.file}.`,
    };
  const program = new ConcreteProgram(workspace, plan.file);
  const [source] = program.placed(lowered);
  if (!source) return { ok: false, reason: `'${plan.function}' could not be read.` };
  return {
    ok: true,
    trace: runFunction(program, {
      source,
      ...(plan.values && { values: plan.values }),
      ...(plan.machine !== undefined && { machine: plan.machine }),
      ...(plan.budget !== undefined && { steps: plan.budget }),
    }),
  };
}
