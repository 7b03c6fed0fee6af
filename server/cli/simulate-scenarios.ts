import { readScenario } from '../scenario/document';
import { runScenario, type ScenarioCheck, type ScenarioResult } from '../scenario/runner';
import type { Problem } from '../scenario/problems';
import type { Place } from '../../sim/trace';
import { displayPath, readSource } from '../files';
import type { ScenariosCommand } from './arguments';
import { simulationText } from './simulate-text';
import { plural, type Terminal } from './terminal';

/** Runs `maplens simulate` on scenarios; yields the exit code: 1 for a failed expectation, 2 for what can't be read. */
export async function runSimulateScenarios(
  command: ScenariosCommand,
  from: string,
  terminal: Terminal,
): Promise<number> {
  let code = 0;
  for (const path of command.paths) {
    const name = displayPath(path, from);
    const source = await readSource(path);
    if (!source.ok) {
      terminal.error(`${name}: ${source.problem.message}`);
      code = 2;
      continue;
    }
    const { document, problems } = readScenario(source.text, name);
    const result = document && runScenario(document);
    const all = [...problems, ...(result?.problems ?? [])];
    if (result) show(result, command, terminal);
    for (const problem of all) terminal.out(`${problemLine(problem)}\n`);
    for (const line of failureLines(result)) terminal.out(`${line}\n`);
    if (all.length) code = 2;
    else if (code === 0 && result && failedChecks(result).length) code = 1;
  }
  return code;
}

function show(result: ScenarioResult, command: ScenariosCommand, terminal: Terminal): void {
  if (command.format === 'json') {
    terminal.out(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  for (const run of result.runs) {
    simulationText(run.trace, undefined, terminal);
    const failed = run.checks.filter(({ ok }) => !ok).length;
    const held = run.checks.length - failed;
    terminal.out(`${plural(held, 'expectation')} held${failed ? `, ${String(failed)} did not` : ''}.\n\n`);
  }
}

function failedChecks(result: ScenarioResult): readonly ScenarioCheck[] {
  return result.runs.flatMap((run) => run.checks.filter(({ ok }) => !ok));
}

function at(place: Place): string {
  return `${place.file}:${String(place.line)}:${String(place.column)}`;
}

function problemLine({ place, message }: Problem): string {
  return `${at(place)}: ${message}`;
}

/** "x.iomap:12:30: expected address 0x1000, is 0x2000"; the machine where the scenario runs on several. */
export function failureLines(result: ScenarioResult | undefined): readonly string[] {
  if (!result) return [];
  return result.runs.flatMap((run) =>
    run.checks
      .filter(({ ok }) => !ok)
      .map(({ place, message }) => {
        const where = result.runs.length > 1 ? ` (${run.machine})` : '';
        return `${at(place)}: ${message}${where}`;
      }),
  );
}
