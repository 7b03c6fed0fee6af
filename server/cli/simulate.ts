import type { EntryPoint, LanguageService, SimulationResult } from '../features/service';
import { layoutPicture, tellingStep } from '../../sim/picture/layout';
import { sceneToSvg } from '../../sim/picture/svg';
import { Timeline } from '../../sim/timeline';
import type { Defect, Trace } from '../../sim/trace';
import { displayPath, readSource } from '../files';
import type { SimulateCommand } from './arguments';
import { load } from './check';
import { fails } from './report';
import { simulationText } from './simulate-text';
import { surroundings } from './surroundings';
import type { Terminal } from './terminal';

/**
 * Instructions that a run may take unless --budget says otherwise: enough for all functions of XNU's own test, and an
 * endless loop ends after seconds. The editor, which runs functions as one types, has a smaller one.
 */
export const defaultBudget = 120_000_000;

/** Runs `maplens simulate`; yields the exit code: 1 when the run shows a defect. */
export async function runSimulate(
  command: SimulateCommand,
  service: LanguageService,
  from: string,
  terminal: Terminal,
): Promise<number> {
  const name = displayPath(command.file, from);
  const source = await readSource(command.file);
  if (!source.ok) {
    terminal.error(`${name}: ${source.problem.message}`);
    return 2;
  }
  const around = await surroundings([command.file], from);
  const included = await load(command.include, from);
  for (const problem of included.problems) terminal.error(`${problem.path}: ${problem.message}`);
  if (included.namedFailed) return 2;
  for (const [file, text] of new Map([...around, ...included.texts, [name, source.text]])) service.setFile(file, text);

  const result = simulate(service, name, command);
  if (!result.ok) {
    terminal.error(`${name}: ${result.reason.split('\n')[0] ?? ''}`);
    return 2;
  }
  const { trace } = result;
  const last = trace.steps.length - 1;
  if (command.step !== undefined && command.step > last) {
    terminal.error(`--step ${command.step}: the run has steps 0 to ${last}`);
    return 2;
  }
  switch (command.format) {
    case 'text':
      simulationText(trace, command.step, terminal);
      break;
    case 'json':
      terminal.out(`${JSON.stringify(trace, null, 2)}\n`);
      break;
    case 'svg':
      terminal.out(`${sceneToSvg(layoutPicture(new Timeline(trace), command.step ?? tellingStep(trace)))}\n`);
      break;
    default:
      return command.format satisfies never;
  }
  return defectsOf(trace).length > 0 && fails('error', command.failOn) ? 1 : 0;
}

/** Runs the function of that name; a name without its class is enough where one entry point only ends so. */
function simulate(service: LanguageService, file: string, command: SimulateCommand): SimulationResult {
  const plan = {
    file,
    function: command.function,
    values: command.values,
    ...(command.machine === undefined ? {} : { machine: command.machine }),
    budget: command.budget ?? defaultBudget,
  };
  const entries = service.entryPoints(file);
  const matching = entries.filter((entry) => entry.function.endsWith(`::${command.function}`));
  const exact = entries.some((entry) => entry.function === command.function);
  if (!exact && matching.length > 1) return { ok: false, reason: `"${command.function}" may be ${names(matching)}` };
  if (!exact && matching.length === 1) return service.simulate({ ...plan, function: matching[0]!.function });
  const result = service.simulate(plan);
  if (result.ok || entries.length === 0) return result;
  return { ok: false, reason: `${result.reason}; functions here that map memory: ${names(entries)}` };
}

function names(entries: readonly EntryPoint[]): string {
  const shown = entries.slice(0, 8).map((entry) => entry.function);
  return shown.join(', ') + (entries.length > shown.length ? ', …' : '');
}

/** All defects of a run, those of its end included. */
export function defectsOf(trace: Trace): readonly Defect[] {
  return trace.steps.flatMap((step) => step.defects);
}
