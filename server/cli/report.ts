import { resolve } from 'node:path';
import type { ConfigurationProblem, Finding, Severity, Stats } from '../features/service';
import type { FileProblem } from '../files';
import type { FailOn, ReportOptions } from './arguments';
import { compare, readBaseline, writeBaseline } from './baseline';
import type { BaselineEntry } from './baseline';
import { checkText } from './check-text';
import { sarifLog } from './sarif';
import type { RuleInfo } from './sarif';
import type { Terminal } from './terminal';

/** What is known of a check whoever finds what in it. */
export interface Inputs {
  /** Whose findings are wanted, by the names that findings use, in their order. */
  readonly files: readonly string[];
  /** How many of them a configuration leaves out. */
  readonly excluded: number;
  readonly problems: readonly FileProblem[];
  readonly configurationProblems: readonly ConfigurationProblem[];
  /** Something that was named, or a configuration, could not be read. */
  readonly unread: boolean;
}

/** A finding with what a report needs of the sources. */
export interface Found {
  readonly finding: Finding;
  readonly fingerprint: string;
  /** The line that it begins in. */
  readonly line: string;
}

export interface Outcome {
  /** In the order of file names, and in a file of the text. */
  readonly found: readonly Found[];
  readonly stats: Stats | undefined;
}

export interface CheckResult extends Inputs {
  /** What is reported. */
  readonly findings: readonly Finding[];
  /** What comments in the sources suppress. */
  readonly suppressed: readonly Finding[];
  /** What the runs of `--replay` refute: mistakes of MapLens. */
  readonly refuted: readonly Finding[];
  /** Of all of them, as are the lines. */
  readonly fingerprints: ReadonlyMap<Finding, string>;
  readonly lines: ReadonlyMap<Finding, string>;
  readonly baseline: { readonly known: number; readonly stale: readonly BaselineEntry[] } | undefined;
  readonly stats: Stats | undefined;
}

/** Who reports, and where to. */
export interface Reporter {
  readonly rules: readonly RuleInfo[];
  readonly version: string;
  /** The folder that names are relative to. */
  readonly from: string;
  readonly terminal: Terminal;
}

const rank: Readonly<Record<FailOn, number>> = { hint: 0, info: 1, warning: 2, error: 3, never: 4 };

export function fails(severity: Severity, failOn: FailOn): boolean {
  return rank[severity] >= rank[failOn];
}

/** Says what could not be read, a line each. */
export function tellProblems({ problems, configurationProblems }: Inputs, terminal: Terminal): void {
  for (const { path, message } of problems) terminal.error(`${path}: ${message}`);
  for (const { file, line, column, message } of configurationProblems)
    terminal.error(`${file}:${String(line)}:${String(column)}: ${message}`);
}

/** Compares with a baseline or writes one, and reports; yields the exit code. */
export async function report(
  inputs: Inputs,
  { found, stats }: Outcome,
  options: ReportOptions,
  { rules, version, from, terminal }: Reporter,
): Promise<number> {
  const fingerprints = new Map(found.map(({ finding, fingerprint }) => [finding, fingerprint]));
  const all = found.flatMap(({ finding }) =>
    finding.suppressed || finding.replay?.verdict === 'refuted' ? [] : [finding],
  );
  if (options.writeBaseline !== undefined) {
    const failed = await writeBaseline(resolve(from, options.writeBaseline), all, fingerprints, from);
    terminal.error(
      `${options.writeBaseline}: ${failed ?? `${String(all.length)} ${all.length === 1 ? 'finding' : 'findings'} written`}`,
    );
    return failed !== undefined || inputs.unread ? 2 : 0;
  }
  let findings: readonly Finding[] = all;
  let baseline: CheckResult['baseline'];
  if (options.baseline !== undefined) {
    const path = resolve(from, options.baseline);
    const known = await readBaseline(path);
    if (!known.ok) {
      terminal.error(`${options.baseline}: ${known.message}`);
      return 2;
    }
    const { fresh, ...rest } = compare(path, known.entries, all, fingerprints, new Set(inputs.files), from);
    findings = fresh;
    baseline = rest;
  }
  const code = inputs.unread ? 2 : findings.some(({ severity }) => fails(severity, options.failOn)) ? 1 : 0;
  const result: CheckResult = {
    ...inputs,
    findings,
    suppressed: found.flatMap(({ finding }) => (finding.suppressed ? [finding] : [])),
    refuted: found.flatMap(({ finding }) =>
      !finding.suppressed && finding.replay?.verdict === 'refuted' ? [finding] : [],
    ),
    fingerprints,
    lines: new Map(found.map(({ finding, line }) => [finding, line])),
    baseline,
    stats,
  };
  switch (options.format) {
    case 'text':
      checkText(result, terminal, options.showSuppressed);
      break;
    case 'json':
      terminal.out(`${JSON.stringify(findingsJson(result, options.showSuppressed), null, 2)}\n`);
      break;
    case 'sarif':
      terminal.out(`${JSON.stringify(sarifLog(result, rules, version, code), null, 2)}\n`);
      break;
    default:
      return options.format satisfies never;
  }
  return code;
}

/** What `--format json` prints: docs/findings.schema.json. */
function findingsJson(result: CheckResult, showSuppressed: boolean): object {
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
      ...(finding.replay && { replay: replayJson(finding.replay) }),
      ...(finding.suppressed && { suppressed: finding.suppressed }),
    })),
    ...(result.baseline ? { baseline: result.baseline } : {}),
    ...(result.stats ? { stats: result.stats } : {}),
  };
}

function replayJson({ verdict, reason }: NonNullable<Finding['replay']>): object {
  return { verdict, ...(reason !== '' && { reason }) };
}

/** Findings in the order of files and texts, with or without those that comments suppress. */
export function shown(result: CheckResult, showSuppressed: boolean): readonly Finding[] {
  if (!showSuppressed) return result.findings;
  return [...result.findings, ...result.suppressed].toSorted(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
