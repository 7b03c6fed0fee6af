import type { EntryPointItem, FindingPlace, ReplayAnswer, SimulationResult, Trace } from '../server/protocol';
import type { MappingServer } from './mapping-server';
import type { Problem, ReplayHead } from './panel-messages';
import type { PanelContent, PanelSubject, SubjectMessage } from './panel-subject';

/** A run to show, and what it is a replay of. */
interface Run {
  readonly result: SimulationResult;
  readonly head?: ReplayHead;
  /** The step that shows the finding. */
  readonly step?: number;
}

/** A driver source in the panel: the mappings of one of its functions, or of the replay of a finding. */
export class FunctionRuns implements PanelSubject {
  readonly place = undefined;
  #function: string | undefined;
  #values: Readonly<Record<string, string>> = {};
  /** The finding whose replay is wanted. */
  #finding: FindingPlace | undefined;
  /** It was asked for since it was shown last. */
  #fresh = false;
  #shown: { readonly function: string; readonly trace: Trace; readonly head?: ReplayHead } | undefined;
  /** Counts what was chosen: an answer to what was asked before is of something else. */
  #questions = 0;

  constructor(
    private readonly uri: string,
    private readonly server: Pick<MappingServer, 'entryPoints' | 'simulate' | 'replay'>,
    wanted: string | undefined,
  ) {
    this.#function = wanted;
  }

  get shown(): Trace | undefined {
    return this.#shown?.trace;
  }

  async ask(): Promise<() => PanelContent | undefined> {
    const question = this.#questions;
    const answer = await this.#ask();
    return () => (question === this.#questions ? answer() : undefined);
  }

  async #ask(): Promise<() => PanelContent> {
    const all = await this.server.entryPoints();
    const functions = all.filter((entry) => entry.uri === this.uri);
    this.#function ??= functions[0]?.function;
    if (this.#finding) {
      const { rule } = this.#finding;
      const answer = await this.server.replay({ uri: this.uri, ...this.#finding });
      return () => {
        if (answer.found) this.#function = answer.function;
        return this.#conclude(functions, replayOf(rule, answer));
      };
    }
    const name = this.#function;
    const known = name !== undefined && functions.some((entry) => entry.function === name);
    const result = known
      ? await this.server.simulate({ uri: this.uri, function: name, values: this.#values })
      : undefined;
    return () => this.#conclude(functions, result && { result });
  }

  /** From now on the replay of a finding is wanted, until another function is chosen. */
  replay(finding: FindingPlace): void {
    this.#questions++;
    this.#finding = finding;
    this.#fresh = true;
    this.#values = {};
    this.#shown = undefined;
  }

  without(problem: Problem): PanelContent {
    return this.#content([], problem);
  }

  take(message: SubjectMessage): void {
    switch (message.type) {
      case 'ready':
        this.#function ??= message.function;
        return;
      case 'choose':
        if (message.choice === this.#function && !this.#finding) return;
        this.#questions++;
        this.#finding = undefined;
        this.#function = message.choice;
        this.#values = {};
        return;
      case 'value': {
        const values = Object.entries(this.#values).filter(([key]) => key !== message.name);
        this.#questions++;
        if (message.value.trim() !== '') values.push([message.name, message.value.trim()]);
        this.#values = Object.fromEntries(values);
        this.#finding = undefined;
        this.#shown = undefined;
        return;
      }
      case 'again':
        this.#questions++;
        this.#shown = undefined;
        return;
      default: {
        const never: never = message;
        return never;
      }
    }
  }

  /** Shows the new run, or the last good one with the reason why it is old. */
  #conclude(functions: readonly EntryPointItem[], run: Run | undefined): PanelContent {
    const result = run?.result;
    const name = this.#function;
    const last = this.#shown?.function === name ? this.#shown?.trace : undefined;
    const reason = this.#whyNot(result, last);
    if (result?.ok && reason === undefined && name !== undefined) {
      this.#shown = { function: name, trace: result.trace, ...(run?.head && { head: run.head }) };
      const step = this.#fresh ? run?.step : undefined;
      this.#fresh = false;
      return { ...this.#content(functions), ...(step !== undefined && { step }) };
    }
    if (last) return this.#content(functions, undefined, reason);
    this.#shown = undefined;
    return this.#content(functions, this.#problem(functions, reason));
  }

  #whyNot(result: SimulationResult | undefined, last: Trace | undefined): string | undefined {
    if (!result) return `${this.#function ?? 'The function'} can’t be found in the text as it is now`;
    if (!result.ok) return result.reason;
    const { outcome } = result.trace;
    // While a line is being typed it often reads as something that no run can do. The picture should not jump then.
    const worse = outcome.kind === 'not-modelled' && last && last.outcome.kind !== 'not-modelled';
    return worse ? `not modelled: ${outcome.what}` : undefined;
  }

  #problem(functions: readonly EntryPointItem[], reason: string | undefined): Problem {
    if (functions.length === 0 && !this.#finding)
      return {
        title: 'No function in this file maps memory',
        hint: 'The panel shows functions that call createMappingInTask(), map() or one of their relatives. Write one, or open another source; the view “Simulation runs” lists those of the workspace.',
      };
    if (!this.#finding && !functions.some((entry) => entry.function === this.#function))
      return {
        title: `${this.#function ?? 'This function'} does not map memory`,
        hint: 'Choose one of this file’s other functions in the list above.',
      };
    return { title: 'This function could not be run', hint: reason ?? 'The simulator gave no reason.' };
  }

  #content(functions: readonly EntryPointItem[], problem?: Problem, stale?: string): PanelContent {
    return {
      functions: functions.map((entry) => ({ name: entry.function, line: entry.line })),
      values: this.#values,
      ...(this.#function !== undefined && { function: this.#function }),
      ...(this.#shown && !problem && { trace: this.#shown.trace }),
      ...(this.#shown?.head && !problem && { replay: this.#shown.head }),
      ...(stale !== undefined && { stale }),
      ...(problem && { problem }),
    };
  }
}

function replayOf(rule: string, answer: ReplayAnswer): Run {
  if (!answer.found) return { result: { ok: false, reason: `The finding of ${rule} is not there any more` } };
  const { verdict, reason, trace, step } = answer;
  if (!trace) return { result: { ok: false, reason: `The finding can’t be replayed: ${reason}` } };
  return { result: { ok: true, trace }, head: { rule, verdict, reason }, step };
}
