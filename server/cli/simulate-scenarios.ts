import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isScenario } from '../features/scenarios';
import type { LanguageService, Problem, ScenarioResult, ScenarioSimulation } from '../features/service';
import type { Place } from '../../sim/trace';
import { displayPath, listSources, readSource } from '../files';
import type { ScenariosCommand } from './arguments';
import { schemaProblems } from './scenario-schema';
import { simulationText } from './simulate-text';
import { surroundings } from './surroundings';
import { plural, type Terminal } from './terminal';

interface Ran {
  readonly file: string;
  readonly simulation: ScenarioSimulation;
  /** "x.iomap:3:7: there is no option …". */
  readonly problems: readonly string[];
  /** "x.iomap:12:30: expected address 0x1000, is 0x2000". */
  readonly failures: readonly string[];
}

/**
 * Runs `maplens simulate` on scenarios and folders of them; yields the exit code: 1 for a failed expectation, 2 for what
 * can't be read. One scenario is shown with its mappings, of several only what is wrong.
 */
export async function runSimulateScenarios(
  command: ScenariosCommand,
  service: LanguageService,
  from: string,
  terminal: Terminal,
): Promise<number> {
  const { files, unread } = await filesOf(command.paths, from, terminal);
  let missing = unread;
  const ran: Ran[] = [];
  for (const path of files) {
    const name = displayPath(path, from);
    const source = await readSource(path);
    if (source.ok) ran.push(await run(name, source.text, service, from));
    else {
      missing++;
      terminal.error(`${name}: ${source.problem.message}`);
    }
  }
  if (command.format === 'json') terminal.out(`${JSON.stringify(ran.map(jsonOf), null, 2)}\n`);
  else {
    const [only] = ran;
    if (only && files.length === 1 && only.simulation.ok && !only.problems.length) show(only.simulation, terminal);
    for (const { problems, failures } of ran) for (const line of [...problems, ...failures]) terminal.out(`${line}\n`);
    if (files.length > 1) terminal.out(`${summary(ran)}\n`);
  }
  if (missing || ran.some(({ problems }) => problems.length)) return 2;
  return ran.some(({ failures }) => failures.length) ? 1 : 0;
}

async function filesOf(
  paths: readonly string[],
  from: string,
  terminal: Terminal,
): Promise<{ readonly files: readonly string[]; readonly unread: number }> {
  const files: string[] = [];
  let unread = 0;
  const problem = (path: string, message: string): void => {
    unread++;
    terminal.error(`${displayPath(path, from)}: ${message}`);
  };
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (!info?.isDirectory()) {
      files.push(path);
      continue;
    }
    const list = await listSources(path, { wanted: isScenario });
    for (const each of list.problems) problem(each.path, each.message);
    if (!list.paths.length) problem(path, 'has no scenarios (*.iomap)');
    files.push(...list.paths);
  }
  return { files: [...new Set(files)], unread };
}

async function run(file: string, text: string, service: LanguageService, from: string): Promise<Ran> {
  service.setFile(file, text);
  for (const [name, source] of await driverOf(service.scenarioSources(file), from)) service.setFile(name, source);
  const simulation = service.simulateScenario(file);
  const fromSchema = await schemaProblems(text, file);
  // What both say is told once, in the schema's words; but nothing is lost where only the reader says it.
  const problems = [
    ...fromSchema,
    ...simulation.problems.filter(({ bySchema }) => !bySchema || fromSchema.length === 0),
  ].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  return {
    file,
    simulation,
    problems: problems.map(problemLine),
    failures: simulation.ok ? failureLines(simulation) : [],
  };
}

/** The texts of a scenario's driver, and what they may need to be understood. What is missing the service tells. */
async function driverOf(sources: readonly string[], from: string): Promise<ReadonlyMap<string, string>> {
  const paths: string[] = [];
  for (const source of sources) {
    const path = resolve(from, source);
    if (source === '' || source.endsWith('/')) paths.push(...(await listSources(path)).paths);
    else paths.push(path);
  }
  if (!paths.length) return new Map();
  const texts = new Map(await surroundings(paths, from));
  for (const path of paths) {
    const read = await readSource(path);
    if (read.ok) texts.set(displayPath(path, from), read.text);
  }
  return texts;
}

function jsonOf({ file, simulation, problems, failures }: Ran): object {
  return { file, ...simulation, summary: { problems, failures } };
}

function show(result: ScenarioResult, terminal: Terminal): void {
  for (const { trace, checks } of result.runs) {
    simulationText(trace, undefined, terminal);
    const failed = checks.filter(({ ok }) => !ok).length;
    const held = plural(checks.length - failed, 'expectation');
    terminal.out(`${held} held${failed ? `, ${String(failed)} did not` : ''}.\n\n`);
  }
}

function summary(ran: readonly Ran[]): string {
  const unread = ran.filter(({ problems }) => problems.length).length;
  const failing = ran.filter(({ problems, failures }) => !problems.length && failures.length).length;
  const parts = [
    `${String(ran.length - unread - failing)} as expected`,
    ...(failing ? [`${String(failing)} not as expected`] : []),
    ...(unread ? [`${String(unread)} can't be read`] : []),
  ];
  return `${plural(ran.length, 'scenario')}: ${parts.join(', ')}.`;
}

function at(place: Place): string {
  return `${place.file}:${String(place.line)}:${String(place.column)}`;
}

function problemLine({ place, message }: Problem): string {
  return `${at(place)}: ${message}`;
}

/** The expectations that did not hold, with the machines where the scenario runs on several. */
export function failureLines(result: ScenarioResult): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const { machine, checks } of result.runs)
    for (const { ok, place, message } of checks) {
      if (ok) continue;
      const line = `${at(place)}: ${message}`;
      lines.set(line, [...(lines.get(line) ?? []), machine]);
    }
  return [...lines].map(([line, machines]) =>
    result.runs.length > 1 && machines.length < result.runs.length ? `${line} (on ${machines.join(', ')})` : line,
  );
}
