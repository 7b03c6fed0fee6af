import type { Outcome } from '../../sim/trace';

export interface Repository {
  /** OWNER/NAME. */
  readonly name: string;
  readonly commit: string;
}

export interface DriverRun {
  readonly repository: Repository;
  readonly file: string;
  readonly function: string;
  readonly end: Outcome['kind'] | 'not-read';
  /** The value that was returned, else the reason why none was. */
  readonly result: string;
  /** How many mappings the run made, without those that it assumes to be there. */
  readonly mappings: number;
  readonly steps: number;
  readonly milliseconds: number;
  readonly defects: readonly { readonly kind: string; readonly message: string }[];
  readonly assumed: readonly { readonly what: string; readonly value: string }[];
}

/** So many of a run's assumed values are shown. */
const shownAssumptions = 5;

/** What follows this heading is written by hand. */
export const byHand = '## What is behind them';

/** The document about the runs: docs/drivers.md; `notes` is its part that is written by hand. */
export function driversPage(repositories: readonly Repository[], runs: readonly DriverRun[], notes: string): string {
  const returned = runs.filter(({ end }) => end === 'returned');
  const mapped = returned.filter(({ mappings }) => mappings > 0);
  const unmapped = returned.filter(({ mappings }) => mappings === 0);
  const others = runs.filter(({ end }) => end !== 'returned');
  const used = repositories.filter((each) => runs.some(({ repository }) => repository === each));
  const times = returned.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  const median = times[times.length >> 1] ?? 0;
  return `# Real drivers in the simulator

Functions of public drivers that map memory, each run alone, unmodified and without its caller: ${count(returned.length, runs.length)} run to
their return, and ${String(mapped.length)} of these make a mapping on the way. What nothing in the code gives (a parameter, a field, what
the provider answers) is assumed, and the run lists it; \`--value\` or a scenario gives it instead. None of the sources is
part of this repository. To repeat: check the repositories out anywhere, and

    npm run drivers -- DIRECTORY… [--only FUNCTION] [--write]

or one function, with its trace, in its checkout:

    maplens simulate FILE --function NAME

Half of them take less than ${median.toFixed(0)} ms, with the reading of what they call.

## What was read

${table(
  ['repository', 'commit', 'functions', 'returned'],
  used.map((each) => {
    const own = runs.filter(({ repository }) => repository === each);
    const back = own.filter(({ end }) => end === 'returned');
    return [each.name, `\`${each.commit}\``, String(own.length), String(back.length)];
  }),
  ['', '', ':', ':'],
)}

The functions are those that MapLens offers to run: they have a call in them that makes a mapping.

## Functions that return, with a mapping

What leaks when a function returns is what nothing holds any more: a reference in a local variable whose object the
function has not kept. The last column has all that the run assumed.

${table(
  ['function', 'repository, file', 'returns', 'mappings', 'defects', 'assumed values'],
  mapped.map((run) => [
    `\`${run.function}\``,
    `${run.repository.name}, ${run.file}`,
    code(run.result),
    String(run.mappings),
    defects(run),
    assumed(run, Infinity),
  ]),
  ['', '', '', ':', '', ''],
)}

## Functions that return without one

With the assumed values these take a way that does not come to the mapping; the values that lead there are the
reader's to give. Of the assumed values the first ${String(shownAssumptions)} are shown.

${table(
  ['function', 'repository, file', 'returns', 'defects', 'assumed values'],
  unmapped.map((run) => [
    `\`${run.function}\``,
    `${run.repository.name}, ${run.file}`,
    code(run.result),
    defects(run),
    assumed(run, shownAssumptions),
  ]),
)}

## Functions that do not return

${table(
  ['function', 'repository, file', 'ends by', 'why', 'mappings until then'],
  others
    .toSorted((a, b) => (a.end < b.end ? -1 : a.end > b.end ? 1 : 0))
    .map((run) => [
      `\`${run.function}\``,
      `${run.repository.name}, ${run.file}`,
      run.end,
      prose(run.result),
      String(run.mappings),
    ]),
  ['', '', '', '', ':'],
)}

${notes}`;
}

function count(part: number, whole: number): string {
  return `${String(part)} of ${String(whole)}`;
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignment: readonly ('' | ':')[] = head.map(() => ''),
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(alignment.map((each) => `---${each}`)), ...rows.map(line)].join('\n');
}

function defects({ defects }: DriverRun): string {
  const kinds = new Map<string, number>();
  for (const { kind } of defects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [...kinds].map(([kind, times]) => (times === 1 ? kind : `${String(times)} × ${kind}`)).join(', ') || 'none';
}

function assumed({ assumed }: DriverRun, most: number): string {
  if (assumed.length === 0) return 'none';
  const shown = assumed.slice(0, most).map(({ what, value }) => `${code(short(what))} = ${prose(value)}`);
  const more = assumed.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; ${String(more)} more` : shown.join('; ');
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

function prose(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[|<>*_]/g, String.raw`\$&`);
}
