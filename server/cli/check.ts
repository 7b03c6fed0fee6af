import type { ConfigurationProblem, Finding, LanguageService, Severity, Stats } from '../features/service';
import { displayPath, listSources, problemOf, readSource } from '../files';
import type { FileProblem } from '../files';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CheckCommand, FailOn } from './arguments';
import { compare, readBaseline, writeBaseline } from './baseline';
import type { BaselineEntry, Comparison } from './baseline';
import { checkText } from './check-text';
import { loadConfigurations } from './configurations';
import { fingerprintsOf } from './fingerprints';
import { sarifLog } from './sarif';
import type { RuleInfo } from './sarif';
import { surroundings } from './surroundings';
import type { Terminal } from './terminal';

export interface CheckResult {
  /** What is reported. */
  readonly findings: readonly Finding[];
  /** What comments in the sources suppress. */
  readonly suppressed: readonly Finding[];
  /** Of all of them. */
  readonly fingerprints: ReadonlyMap<Finding, string>;
  readonly baseline: { readonly known: number; readonly stale: readonly BaselineEntry[] } | undefined;
  /** Files that a configuration leaves out. */
  readonly excluded: number;
  /** Texts by the names that findings use. */
  readonly texts: ReadonlyMap<string, string>;
  readonly problems: readonly FileProblem[];
  readonly configurationProblems: readonly ConfigurationProblem[];
  readonly stats: Stats | undefined;
}

export interface Loaded {
  readonly texts: ReadonlyMap<string, string>;
  readonly problems: readonly FileProblem[];
  /** Files that were named themselves and could be read. */
  readonly named: readonly string[];
  /** A path that was named itself could not be read. */
  readonly namedFailed: boolean;
}

const rank: Readonly<Record<FailOn, number>> = { info: 0, warning: 1, error: 2, never: 3 };

export function fails(severity: Severity, failOn: FailOn): boolean {
  return rank[severity] >= rank[failOn];
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
  rules: readonly RuleInfo[],
  version: string,
  from: string,
  terminal: Terminal,
): Promise<number> {
  const unknown = command.rules.find((id) => !rules.some((rule) => rule.id === id));
  if (unknown !== undefined) {
    terminal.error(`no rule "${unknown}"; there are ${rules.map((rule) => rule.id).join(', ')}`);
    return 2;
  }
  const { texts, problems, named, namedFailed } = await load(command.paths, from);
  for (const problem of problems) terminal.error(`${problem.path}: ${problem.message}`);
  if (texts.size === 0) return 2;

  const around = named.length > 0 ? await surroundings(named, from) : new Map<string, string>();
  for (const [file, text] of new Map([...around, ...texts])) service.setFile(file, text);
  const configurations = await loadConfigurations(texts.keys(), from);
  for (const problem of configurations.problems) terminal.error(`${problem.path}: ${problem.message}`);
  for (const [file, text] of configurations.texts) service.setFile(file, text);
  const configurationProblems = service.configurationProblems();
  for (const { file, line, column, message } of configurationProblems)
    terminal.error(`${file}:${String(line)}:${String(column)}: ${message}`);

  const wanted = findingsOf(service, [...texts.keys()]).filter(
    ({ rule }) => command.rules.length === 0 || command.rules.includes(rule),
  );
  const all = wanted.filter((finding) => !finding.suppressed);
  const prints = fingerprintsOf(wanted, texts);
  const comparison = command.baseline === undefined ? undefined : await compareWith(command.baseline, all);
  if (comparison === 'unread') return 2;
  const findings = comparison?.fresh ?? all;
  const stats = command.stats ? service.stats(command.readAll) : undefined;
  const unread = namedFailed || configurationProblems.length > 0 || configurations.problems.length > 0;
  if (command.writeBaseline !== undefined) {
    const failed = await writeBaseline(resolve(from, command.writeBaseline), all, prints, from);
    terminal.error(
      `${command.writeBaseline}: ${failed ?? `${String(all.length)} ${all.length === 1 ? 'finding' : 'findings'} written`}`,
    );
    return failed !== undefined || unread ? 2 : 0;
  }

  const code = unread ? 2 : findings.some((finding) => fails(finding.severity, command.failOn)) ? 1 : 0;
  const result: CheckResult = {
    findings,
    suppressed: wanted.filter((finding) => finding.suppressed),
    fingerprints: prints,
    baseline: comparison && { known: comparison.known, stale: comparison.stale },
    excluded: [...texts.keys()].filter((file) => !service.isIncluded(file)).length,
    texts,
    problems: [...problems, ...configurations.problems],
    configurationProblems,
    stats,
  };
  switch (command.format) {
    case 'text':
      checkText(result, terminal, command.showSuppressed);
      break;
    case 'json':
      terminal.out(`${JSON.stringify(findingsJson(result, command.showSuppressed), null, 2)}\n`);
      break;
    case 'sarif':
      terminal.out(`${JSON.stringify(sarifLog(result, rules, version, code), null, 2)}\n`);
      break;
    default:
      return command.format satisfies never;
  }
  return code;

  async function compareWith(name: string, found: readonly Finding[]): Promise<Comparison | 'unread'> {
    const path = resolve(from, name);
    const baseline = await readBaseline(path);
    if (baseline.ok) return compare(path, baseline.entries, found, prints, new Set(texts.keys()), from);
    terminal.error(`${name}: ${baseline.message}`);
    return 'unread';
  }
}

/** The findings of some files of a service that knows all of them; what the files are split into changes nothing. */
export function findingsOf(service: LanguageService, files: readonly string[]): readonly Finding[] {
  return files.flatMap((file) => service.diagnose(file));
}

/** What `--format json` prints: docs/findings.schema.json. */
export function findingsJson(result: CheckResult, showSuppressed: boolean): object {
  return {
    findings: shown(result, showSuppressed).map((finding) => ({
      file: finding.file,
      line: finding.line,
      column: finding.column,
      endLine: finding.endLine,
      endColumn: finding.endColumn,
      rule: finding.rule,
      severity: finding.severity,
      message: finding.message,
      function: finding.function,
      path: finding.path.map(({ file, line, column, message }) => ({ file, line, column, message })),
      ...(finding.suppressed && { suppressed: finding.suppressed }),
    })),
    ...(result.baseline ? { baseline: result.baseline } : {}),
    ...(result.stats ? { stats: result.stats } : {}),
  };
}

/** Findings in the order of files and texts, with or without those that comments suppress. */
export function shown(result: CheckResult, showSuppressed: boolean): readonly Finding[] {
  if (!showSuppressed) return result.findings;
  return [...result.findings, ...result.suppressed].toSorted(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
