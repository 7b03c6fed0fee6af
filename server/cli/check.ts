import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Finding, LanguageService } from '../features/service';
import { displayPath, listSources, problemOf, readSource } from '../files';
import type { FileProblem } from '../files';
import type { CheckCommand } from './arguments';
import { loadConfigurations } from './configurations';
import { lineOf } from './excerpt';
import { fingerprintsOf } from './fingerprints';
import { findAll, partOf, usualJobs } from './jobs';
import type { Job, StartThread } from './jobs';
import { report, tellProblems } from './report';
import type { Found, Inputs, Reporter } from './report';
import { shardText } from './shards';
import { surroundings } from './surroundings';

export interface Loaded {
  readonly texts: ReadonlyMap<string, string>;
  readonly problems: readonly FileProblem[];
  /** Files that were named themselves and could be read. */
  readonly named: readonly string[];
  /** A path that was named itself could not be read. */
  readonly namedFailed: boolean;
}

/** Reads files and folders as named on the command line; texts by their path relative to `from`, in its order. */
export async function load(paths: readonly string[], from: string): Promise<Loaded> {
  const texts = new Map<string, string>();
  const problems: FileProblem[] = [];
  const namedFiles: string[] = [];
  let namedFailed = false;
  const read = async (path: string, named: boolean): Promise<void> => {
    const name = displayPath(path, from);
    if (texts.has(name)) return;
    const source = await readSource(path);
    if (source.ok) {
      texts.set(name, source.text);
      if (named) namedFiles.push(path);
    } else if (named || source.problem.kind !== 'empty') {
      problems.push({ ...source.problem, path: name });
      if (named && source.problem.kind !== 'empty') namedFailed = true;
    }
  };
  for (const path of paths) {
    const info = await stat(path).catch((error: unknown) => problemOf(path, error));
    if ('kind' in info) {
      problems.push({ ...info, path });
      namedFailed = true;
    } else if (info.isDirectory()) {
      const listing = await listSources(path);
      problems.push(...listing.problems.map((problem) => ({ ...problem, path: displayPath(problem.path, from) })));
      if (listing.paths.length === 0 && listing.problems.length === 0) {
        problems.push({ path, kind: 'no-sources', message: 'has no C, C++ or DriverKit sources' });
        namedFailed = true;
      }
      for (const source of listing.paths) await read(source, false);
    } else await read(path, true);
  }
  const ordered = [...texts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { texts: new Map(ordered), problems, named: namedFiles, namedFailed };
}

/** Runs `maplens check`; yields the exit code. */
export async function runCheck(
  command: CheckCommand,
  service: LanguageService,
  startThread: StartThread | undefined,
  reporter: Reporter,
): Promise<number> {
  const { rules, version, from, terminal } = reporter;
  const unknown = command.rules.find((id) => !rules.some((rule) => rule.id === id));
  if (unknown !== undefined) {
    terminal.error(`no rule "${unknown}"; there are ${rules.map((rule) => rule.id).join(', ')}`);
    return 2;
  }
  const { texts, problems, named, namedFailed } = await load(command.paths, from);
  const around = named.length > 0 ? await surroundings(named, from) : new Map<string, string>();
  const configurations = await loadConfigurations(texts.keys(), from);
  const everything = new Map([...around, ...texts, ...configurations.texts]);
  for (const [file, text] of everything) service.setFile(file, text);
  const files = [...texts.keys()];
  const configurationProblems = service.configurationProblems();
  const inputs: Inputs = {
    files,
    excluded: files.filter((file) => !service.isIncluded(file)).length,
    problems: [...problems, ...configurations.problems],
    configurationProblems,
    unread: namedFailed || configurationProblems.length > 0 || configurations.problems.length > 0,
  };
  tellProblems(inputs, terminal);
  if (files.length === 0) return 2;

  const { shard } = command;
  const job: Job = {
    texts: everything,
    files: shard ? partOf(service.files(), everything, shard.part, shard.of) : service.files(),
    reported: new Set(files),
    replay: command.replay,
    stats: !command.stats ? 'none' : command.readAll ? 'of all' : 'of what is read',
  };
  const jobs = command.jobs ?? usualJobs(everything, availableParallelism());
  const { findings, stats } = await findAll(service, job, jobs, startThread);
  const wanted = findings.filter(({ rule }) => command.rules.length === 0 || command.rules.includes(rule));
  const outcome = { found: foundIn(wanted, texts), stats };
  if (!shard) return report(inputs, outcome, command, reporter);

  const run = createHash('sha256')
    .update(JSON.stringify([command.rules, job.stats, job.replay, inputs, ...everything]))
    .digest('hex');
  terminal.out(shardText({ version, run, ...shard, inputs, outcome }));
  return inputs.unread ? 2 : 0;
}

function foundIn(findings: readonly Finding[], texts: ReadonlyMap<string, string>): readonly Found[] {
  const fingerprints = fingerprintsOf(findings, texts);
  return findings.map((finding) => ({
    finding,
    fingerprint: fingerprints.get(finding) ?? '',
    line: lineOf(texts.get(finding.file) ?? '', finding.line) ?? '',
  }));
}
