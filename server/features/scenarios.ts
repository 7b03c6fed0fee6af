import { readScenario } from '../scenario/document';
import type { Problem } from '../scenario/problems';
import { runScenario } from '../scenario/runner';
import type { ScenarioSimulation } from './service';

/** What a file's name ends with when it is a scenario (docs/iomap.md). */
export const scenarioExtension = '.iomap';

export function isScenario(file: string): boolean {
  return file.toLowerCase().endsWith(scenarioExtension);
}

/** The workspace's scenarios. They are no sources: nothing that is asked about sources sees them. */
export class Scenarios {
  readonly #texts = new Map<string, string>();
  readonly #ran = new Map<string, ScenarioSimulation>();

  setFile(file: string, text: string): void {
    if (this.#texts.get(file) === text) return;
    this.#texts.set(file, text);
    this.#ran.delete(file);
  }

  removeFile(file: string): void {
    this.#texts.delete(file);
    this.#ran.delete(file);
  }

  /** Runs a scenario on each of its machines; the answer is kept until its text changes. `other`: that text instead. */
  simulate(file: string, other?: string): ScenarioSimulation {
    const text = this.#texts.get(file);
    if (other !== undefined && other !== text) return simulate(other, file);
    if (text === undefined) return { ok: false, reason: `${file} is not part of the workspace.`, problems: [] };
    let answer = this.#ran.get(file);
    if (!answer) this.#ran.set(file, (answer = simulate(text, file)));
    return answer;
  }
}

function simulate(text: string, file: string): ScenarioSimulation {
  const { document, problems } = readScenario(text, file);
  if (!document) return { ok: false, reason: firstOf(problems), problems };
  const result = runScenario(document);
  return { ok: true, ...result, problems: [...problems, ...result.problems] };
}

function firstOf(problems: readonly Problem[]): string {
  const [first] = problems;
  return first ? `Line ${String(first.place.line)}: ${first.message}.` : 'This is no scenario.';
}
