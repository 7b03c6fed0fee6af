/**
 * Runs the functions of real drivers that map memory, each alone and with the values that the simulator assumes:
 *
 *   npm run drivers -- [OWNER/NAME=]DIRECTORY… [--only FUNCTION] [--write]
 *
 * The sources are not part of this repository; a directory is a checkout, named by its remote where no name is given. With
 * --write docs/drivers.md is written anew, but for its last part.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Trace } from '../../sim/trace';
import { surroundings } from '../../server/cli/surroundings';
import { defaultBudget, defectsOf } from '../../server/cli/simulate';
import { createService } from '../../server/features/create-service';
import type { LanguageService } from '../../server/features/service';
import { listSources } from '../../server/files';
import { byHand, driversPage, type DriverRun, type Repository } from './page';

const page = 'docs/drivers.md';

function git(directory: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', directory, ...args], { encoding: 'utf8' }).trim();
}

function repository(argument: string): Repository & { readonly directory: string } {
  const [, given, path] = /^(?:([\w.-]+\/[\w.-]+)=)?(.*)$/.exec(argument)!;
  const directory = resolve(path!);
  const remote = /([\w.-]+)[/+]([\w.-]+?)(?:\.git|\/repo)?\/?$/.exec(git(directory, 'remote', 'get-url', 'origin'));
  const name = given ?? (remote ? `${remote[1]!}/${remote[2]!}` : directory);
  return { name, commit: git(directory, 'rev-parse', '--short=12', 'HEAD'), directory };
}

function text(path: string): string {
  return readFileSync(path, 'utf8');
}

/** The part of the document that is written by hand. */
function notes(): string {
  const written = text(page);
  const start = written.indexOf(byHand);
  return start < 0 ? `${byHand}\n` : written.slice(start);
}

/** The files below a directory that have functions that map memory, with these functions. */
async function entryPoints(directory: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const service = createService();
  const { paths } = await listSources(directory);
  for (const path of paths) service.setFile(relative(directory, path), text(path));
  const found = new Map<string, readonly string[]>();
  for (const path of paths) {
    const file = relative(directory, path);
    const functions = service.entryPoints(file).map((entry) => entry.function);
    if (functions.length > 0) found.set(file, [...new Set(functions)]);
  }
  return found;
}

/** The maps that appear after the first step, which has what the run assumes to be there. */
function mappingsOf(trace: Trace): number {
  const [start, ...later] = trace.steps.map(({ changes }) =>
    changes.flatMap((change) => (change.of === 'map' && change.value ? [change.id] : [])),
  );
  const assumed = new Set(start);
  return new Set(later.flat().filter((id) => !assumed.has(id))).size;
}

function runOne(service: LanguageService, repo: Repository, file: string, name: string): DriverRun {
  const from = performance.now();
  const result = service.simulate({ file, function: name, budget: defaultBudget });
  const milliseconds = performance.now() - from;
  const of = { repository: repo, file, function: name, milliseconds };
  if (!result.ok)
    return { ...of, end: 'not-read', result: result.reason, mappings: 0, steps: 0, defects: [], assumed: [] };
  const { trace } = result;
  const { outcome } = trace;
  return {
    ...of,
    end: outcome.kind,
    result:
      outcome.kind === 'returned' ? outcome.value : outcome.kind === 'not-modelled' ? outcome.what : outcome.reason,
    mappings: mappingsOf(trace),
    steps: trace.steps.length,
    defects: defectsOf(trace).map(({ kind, message }) => ({ kind, message })),
    assumed: trace.assumptions.map(({ what, value }) => ({ what, value })),
  };
}

function show(run: DriverRun): void {
  const { file, mappings, steps, milliseconds } = run;
  console.log(`${run.repository.name} ${file} ${run.function}`);
  console.log(
    `  ${run.end}: ${run.result}; ${String(mappings)} mappings, ${String(steps)} steps, ${milliseconds.toFixed(1)} ms`,
  );
  for (const { kind, message } of run.defects) console.log(`  ! ${kind}: ${message}`);
  for (const { what, value } of run.assumed) console.log(`  ${what} = ${value}`);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { write: { type: 'boolean', default: false }, only: { type: 'string' } },
    allowPositionals: true,
  });
  if (positionals.length === 0) {
    console.error('usage: npm run drivers -- [OWNER/NAME=]DIRECTORY… [--only FUNCTION] [--write]');
    return 2;
  }
  const runs: DriverRun[] = [];
  const repositories = positionals.map(repository).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const repo of repositories)
    for (const [file, names] of await entryPoints(repo.directory)) {
      const service = createService();
      for (const [path, source] of await surroundings([resolve(repo.directory, file)], repo.directory))
        service.setFile(path, source);
      for (const name of names) {
        if (values.only !== undefined && name !== values.only) continue;
        const run = runOne(service, repo, file, name);
        show(run);
        runs.push(run);
      }
    }
  const returned = runs.filter(({ end }) => end === 'returned').length;
  console.log(`${String(returned)} of ${String(runs.length)} functions run to their return`);
  if (values.write) writeFileSync(page, driversPage(repositories, runs, notes()));
  return 0;
}

process.exitCode = await main();
