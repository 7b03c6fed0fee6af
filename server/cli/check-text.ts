import type { Finding, Stats } from '../features/service';
import { excerpt } from './excerpt';
import { shown } from './report';
import type { CheckResult } from './report';
import type { Paint, Terminal } from './terminal';
import { paint, plural, wrapWords } from './terminal';

/** Findings for people: place, message, source with a caret, and the path in numbered steps. */
export function checkText(result: CheckResult, terminal: Terminal, showSuppressed: boolean): void {
  const brush = paint(terminal.color);
  for (const finding of shown(result, showSuppressed)) {
    terminal.out(findingText(finding, result.lines.get(finding) ?? '', terminal.columns, brush));
  }
  if (result.stats) terminal.out(`${statsText(result.stats, brush)}\n`);
  terminal.out(`${summary(result, brush)}\n`);
  for (const line of [...replays(result), ...notShown(result)]) terminal.out(`${line}\n`);
}

function findingText(finding: Finding, sourceLine: string, columns: number, brush: Paint): string {
  const [first = '', ...rest] = finding.message.split('\n');
  const label = { error: brush.red, warning: brush.yellow, info: brush.cyan, hint: brush.dim }[finding.severity](
    finding.severity,
  );
  const lines = [
    `${brush.bold(`${finding.file}:${finding.line}:${finding.column}:`)} ${brush.bold(label)}: ${brush.bold(first)} ${brush.dim(`[${finding.rule}]`)}`,
  ];
  const [source, carets] = excerpt(sourceLine, finding, columns);
  lines.push(source, brush.green(carets));
  for (const line of rest)
    for (const part of wrapWords(line.trim(), Math.max(columns - 6, 40))) lines.push(`      ${part}`);
  if (finding.replay) lines.push(`      ${brush.dim(replayText(finding.replay))}`);
  if (finding.suppressed) lines.push(`      ${brush.dim(`suppressed: ${finding.suppressed.reason}`)}`);
  const places = finding.path.map((step) =>
    step.file === finding.file ? `${step.line}:${step.column}` : `${step.file}:${step.line}:${step.column}`,
  );
  const width = Math.max(0, ...places.map((place) => place.length));
  finding.path.forEach((step, index) => {
    const number = String(index + 1).padStart(4);
    lines.push(`${number}. ${brush.dim(places[index]!.padEnd(width))}  ${step.message.replace(/\s*\n\s*/g, ' ')}`);
  });
  return `${lines.join('\n')}\n\n`;
}

function replayText({ verdict, reason }: NonNullable<Finding['replay']>): string {
  return verdict === 'confirmed'
    ? `replay: confirmed, the defect shows in the simulator${reason === '' ? '' : `; ${reason}`}`
    : `replay: not replayable: ${reason}`;
}

/** How the replays went, where there were any, and what they refuted. */
function replays({ findings, refuted }: CheckResult): readonly string[] {
  const verdicts = findings.flatMap(({ replay }) => replay?.verdict ?? []);
  if (verdicts.length + refuted.length === 0) return [];
  const confirmed = verdicts.filter((verdict) => verdict === 'confirmed').length;
  const lines = [`Replayed: ${confirmed} confirmed, ${verdicts.length - confirmed} not replayable.`];
  if (refuted.length === 0) return lines;
  lines.push(`${plural(refuted.length, 'finding')} left out, as the run refutes it; please report that to MapLens:`);
  return [...lines, ...refuted.map(({ file, line, rule }) => `  ${file}:${line}: ${rule}`)];
}

function summary(result: CheckResult, brush: Paint): string {
  const read = plural(result.files.length, 'file');
  if (result.findings.length === 0) return `${brush.green('No findings')} in ${read}.`;
  const counts = (['error', 'warning', 'info', 'hint'] as const)
    .map((severity) => ({ severity, count: result.findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => (severity === 'info' ? plural(count, 'note') : plural(count, severity)));
  const files = new Set(result.findings.map((finding) => finding.file)).size;
  return `${brush.bold(counts.join(', '))} in ${plural(files, 'file')} of ${result.files.length.toLocaleString('en-US')}.`;
}

/** What there is besides the findings that are reported. */
function notShown({ suppressed, baseline, excluded }: CheckResult): readonly string[] {
  const lines: string[] = [];
  if (suppressed.length > 0) lines.push(`${plural(suppressed.length, 'finding')} suppressed by comments.`);
  if (excluded > 0) lines.push(`${plural(excluded, 'file')} left out by .maplens.json.`);
  if (!baseline) return lines;
  if (baseline.known > 0) lines.push(`${plural(baseline.known, 'finding')} known to the baseline.`);
  if (baseline.stale.length > 0) {
    lines.push(`${plural(baseline.stale.length, 'entry', 'entries')} of the baseline no longer found; write it anew:`);
    for (const { file, rule, function: name } of baseline.stale) lines.push(`  ${file}: ${rule} in ${name}`);
  }
  return lines;
}

/** How much was read, for people. */
export function statsText(stats: Stats, brush: Paint): string {
  const share = (part: number): string =>
    stats.functions === 0 ? '' : ` (${((100 * part) / stats.functions).toFixed(2)} %)`;
  const { whole, part, none } = stats.lowered;
  const ended = stats.budgetEnded.length;
  const count = (value: number): string => value.toLocaleString('en-US');
  const rows: [string, string][] = [
    [
      'files',
      `${count(stats.files)}, of which ${count(stats.scannedOnly)} only scanned: nothing in them concerns a mapping`,
    ],
    ['size', `${(stats.bytes / 1e6).toFixed(2)} MB`],
    ['function bodies', count(stats.functions)],
    ['  delimited exactly', `${count(stats.delimited)}${share(stats.delimited)}`],
    ['  lowered whole', `${count(whole)}${share(whole)}`],
    ['  lowered in part', `${count(part)}${share(part)}`],
    ['  not lowered', `${count(none)}${share(none)}`],
    [
      '  paths merged',
      `${count(stats.merged)}${share(stats.merged)}: too many to follow each, so something may be missed`,
    ],
    ['  budget ended', `${count(ended)}${share(ended)}${ended > 0 ? `: ${stats.budgetEnded.join(', ')}` : ''}`],
  ];
  const gaps = Object.entries(stats.gaps).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return [
    brush.bold('How much was read'),
    ...rows.map(([name, value]) => `  ${name.padEnd(20)} ${value}`),
    ...(gaps.length > 0 ? ['  what was not lowered, in how many functions:'] : []),
    ...gaps.map(([construct, functions]) => `    ${count(functions).padStart(6)}  ${construct}`),
    '',
  ].join('\n');
}
