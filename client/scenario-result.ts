import type { Defect, Problem, ScenarioCheck, ScenarioRun, ScenarioSimulation, Trace } from '../server/protocol';

/** What came of a scenario, in the words of the panel and of the side view. Knows no VS Code. */

/** What a check is called that finds a defect which nothing expected. */
const unforeseen = 'no defect';

/**
 * A scenario's run as the panel draws it: expectations that failed are defects of their steps; a defect that the
 * scenario expects is none, and stands in its step's sentence.
 */
export function drawnTrace({ trace, checks }: ScenarioRun): Trace {
  const failures = new Map<number, ScenarioCheck[]>();
  for (const check of checks) if (!check.ok) failures.set(check.step, [...(failures.get(check.step) ?? []), check]);
  return {
    ...trace,
    steps: trace.steps.map((step, index) => {
      const failed = failures.get(index) ?? [];
      const surprise = failed.find(({ text }) => text === unforeseen);
      const own = surprise !== undefined || step.kind === 'end' ? step.defects : [];
      const told = failed
        .filter((check) => check !== surprise || own.length === 0)
        .map(({ message }): Defect => ({ kind: 'expectation', message: capital(withoutEcho(message, step.sentence)) }));
      return { ...step, defects: [...told, ...own] };
    }),
  };
}

/** The sentence of a step stands beside its defects: a message need not end with it. */
function withoutEcho(message: string, sentence: string): string {
  const echo = `: ${sentence}`;
  return sentence !== '' && message.endsWith(echo) ? message.slice(0, -echo.length) : message;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The step of a caret, which stands at a 1-based line and column of `file`: one whose text it stands in, else one on its
 * line; the current one before others. Undefined where there is none.
 */
export function stepAt(
  trace: Trace,
  current: number,
  at: { readonly file: string; readonly line: number; readonly column: number },
): number | undefined {
  const onLine = (index: number): boolean => {
    const place = trace.steps[index]?.place;
    return index > 0 && place?.file === at.file && place.line <= at.line && place.endLine >= at.line;
  };
  const around = (index: number): boolean => {
    const place = trace.steps[index]?.place;
    if (!place || !onLine(index)) return false;
    return (
      (place.line < at.line || place.column <= at.column) && (place.endLine > at.line || place.endColumn >= at.column)
    );
  };
  const indices = [current, ...trace.steps.keys()];
  return indices.find(around) ?? indices.find(onLine);
}

/** "line 12: a comma is missing here, and 2 more". */
export function problemText(problems: readonly Problem[]): string | undefined {
  const [first] = problems;
  if (!first) return undefined;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  return `line ${first.place.line}: ${first.message}${more}`;
}

/** The problem that is told first: where the text stops being JSON, what is before may stand only because of it. */
export function tellingProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems.filter(({ syntax }) => syntax), ...problems.filter(({ syntax }) => !syntax)];
}

/** A scenario's result in short, as the side view lists it. */
export interface ScenarioOutcome {
  /** Expectations that hold on every machine, and that fail on one at least. */
  readonly held: number;
  readonly failed: number;
  readonly machines: number;
  /** The machines on which something fails, where it is not all of them. */
  readonly failedOn: readonly string[];
  /** What could not be read or run. */
  readonly unread?: string;
}

export function scenarioOutcome(simulation: ScenarioSimulation): ScenarioOutcome {
  const unread = problemText(tellingProblems(simulation.problems)) ?? (simulation.ok ? undefined : simulation.reason);
  const runs = simulation.ok ? simulation.runs : [];
  const all = new Map<string, boolean>();
  for (const { checks } of runs) {
    const seen = new Map<string, number>();
    for (const { place, ok } of checks) {
      // The same place may have several, in the same order on each machine; their words tell the machine's numbers.
      const at = `${place.line}:${place.column}`;
      const number = (seen.get(at) ?? 0) + 1;
      seen.set(at, number);
      const key = `${at}:${number}`;
      all.set(key, ok && all.get(key) !== false);
    }
  }
  const failing = runs.filter(({ checks }) => checks.some(({ ok }) => !ok));
  return {
    held: [...all.values()].filter(Boolean).length,
    failed: [...all.values()].filter((ok) => !ok).length,
    machines: runs.length,
    failedOn: failing.length < runs.length ? failing.map(({ machine }) => machine) : [],
    ...(unread !== undefined && { unread }),
  };
}

/** One short line: "held · 6 expectations on 2 machines", "failed 2 of 6". */
export function scenarioLine({ held, failed, machines, failedOn, unread }: ScenarioOutcome): string {
  const count = held + failed;
  const words =
    failed > 0
      ? [`failed ${failed} of ${count}${failedOn.length > 0 ? ` on ${failedOn.join(', ')}` : ''}`]
      : unread !== undefined
        ? []
        : count === 0
          ? ['ran · expects nothing']
          : [`held · ${count} expectation${count === 1 ? '' : 's'}${machines > 1 ? ` on ${machines} machines` : ''}`];
  if (unread !== undefined) words.push(`not read: ${unread}`);
  return words.join(' · ');
}
