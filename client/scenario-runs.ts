import type { Place, ScenarioRun, ScenarioSimulation, Trace } from '../server/protocol';
import type { Problem, ScenarioHead } from './panel-messages';
import type { PanelContent, PanelSubject, SubjectMessage } from './panel-subject';
import { drawnTrace, problemText, tellingProblems } from './scenario-result';

type Ran = Extract<ScenarioSimulation, { readonly ok: true }>;

interface Shown {
  readonly head: ScenarioHead;
  readonly trace: Trace;
  /** Nothing of the text was left out. */
  readonly whole: boolean;
}

/** A scenario in the panel: its run on one of its machines. */
export class ScenarioRuns implements PanelSubject {
  #machine: string | undefined;
  #shown: Shown | undefined;
  #place: Place | undefined;

  constructor(private readonly simulate: () => Promise<ScenarioSimulation>) {}

  get shown(): Trace | undefined {
    return this.#shown?.trace;
  }

  get place(): Place | undefined {
    return this.#place;
  }

  async ask(): Promise<() => PanelContent> {
    const simulation = await this.simulate();
    return () => this.#conclude(simulation);
  }

  without(problem: Problem): PanelContent {
    this.#place = undefined;
    return this.#content({ problem });
  }

  take(message: SubjectMessage): void {
    switch (message.type) {
      case 'ready':
        this.#machine ??= message.function;
        return;
      case 'choose':
        this.#machine = message.choice;
        return;
      case 'again':
        this.#shown = undefined;
        return;
      case 'value':
        return;
      default: {
        const never: never = message;
        return never;
      }
    }
  }

  /** Shows the new run, or the last that was whole with the reason why it is old. */
  #conclude(simulation: ScenarioSimulation): PanelContent {
    const problems = tellingProblems(simulation.problems);
    this.#place = problems[0]?.place;
    const reason = problemText(problems) ?? (simulation.ok ? undefined : simulation.reason);
    const run = simulation.ok ? this.#choose(simulation) : undefined;
    const torn = problems.some(({ syntax }) => syntax);
    if (simulation.ok && run && reason === undefined) {
      this.#show(simulation, run, true);
      return this.#content({});
    }
    if (this.#shown?.whole) return this.#content({ stale: reason ?? 'it names no machine that there is' });
    if (simulation.ok && run && !torn) {
      this.#show(simulation, run, false);
      return this.#content({ note: reason ?? '' });
    }
    this.#shown = undefined;
    return this.#content({
      problem: { title: 'This scenario can’t be read', hint: sentence(reason ?? 'It names no machine that there is') },
    });
  }

  #show(simulation: Ran, run: ScenarioRun, whole: boolean): void {
    this.#machine = run.machine;
    const machines = simulation.runs.map(({ machine, checks }) => ({
      name: machine,
      failed: checks.filter(({ ok }) => !ok).length,
    }));
    this.#shown = {
      head: { title: simulation.title, machines, held: run.checks.filter(({ ok }) => ok).length },
      trace: drawnTrace(run),
      whole,
    };
  }

  /** The machine that is looked at; at first one on which something fails. */
  #choose({ runs }: Ran): ScenarioRun | undefined {
    return (
      runs.find(({ machine }) => machine === this.#machine) ??
      runs.find(({ checks }) => checks.some(({ ok }) => !ok)) ??
      runs[0]
    );
  }

  #content(more: Pick<PanelContent, 'stale' | 'note' | 'problem'>): PanelContent {
    const shown = more.problem ? undefined : this.#shown;
    const place = this.#place && Object.keys(more).length > 0 ? { line: this.#place.line } : undefined;
    return {
      functions: [],
      values: {},
      ...(this.#machine !== undefined && { function: this.#machine }),
      ...(shown && { trace: shown.trace }),
      scenario: shown?.head ?? { title: '', machines: [], held: 0 },
      ...(place && { place }),
      ...more,
    };
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
