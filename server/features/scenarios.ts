import { readScenario } from '../scenario/document';
import type { Problem } from '../scenario/problems';
import { runScenario } from '../scenario/runner';
import { editSteps, type StepAction } from '../scenario/step-edits';
import { nameForms, stepForms, verbForms } from '../scenario/step-form';
import type { Workspace } from '../workspace/workspace';
import { driverHost } from './scenario-driver';
import { optionGroups } from './scenario-options';
import { sourcePath } from './scenario-sources';
import type { ScenarioEdit, ScenarioForm, ScenarioFormWords, ScenarioSimulation } from './service';

/** What a file's name ends with when it is a scenario (docs/iomap.md). */
export const scenarioExtension = '.iomap';

export function isScenario(file: string): boolean {
  return file.toLowerCase().endsWith(scenarioExtension);
}

/** The workspace's scenarios. They are no sources: nothing that is asked about sources sees them. */
export class Scenarios {
  readonly #workspace: Workspace;
  readonly #texts = new Map<string, string>();
  readonly #ran = new Map<string, ScenarioSimulation>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  setFile(file: string, text: string): void {
    if (this.#texts.get(file) === text) return;
    this.#texts.set(file, text);
    this.#ran.delete(file);
  }

  removeFile(file: string): void {
    this.#texts.delete(file);
    this.#ran.delete(file);
  }

  /** A source changed: what was run with sources may run otherwise now. */
  sourcesChanged(): void {
    for (const [file, text] of this.#texts) if (text.includes('"sources"')) this.#ran.delete(file);
  }

  /** Paths of the scenario's sources, as `setFile` is to name them; those of folders end with a slash. */
  sources(file: string, other?: string): readonly string[] {
    const text = other ?? this.#texts.get(file);
    if (!text?.includes('"sources"')) return [];
    return (readScenario(text, file).document?.sources ?? []).map(({ path }) => sourcePath(file, path));
  }

  /** Runs a scenario on each of its machines; the answer is kept until its text changes. `other`: that text instead. */
  simulate(file: string, other?: string): ScenarioSimulation {
    const text = this.#texts.get(file);
    if (other !== undefined && other !== text) return simulate(other, file, this.#workspace);
    if (text === undefined) return { ok: false, reason: `${file} is not part of the workspace.`, problems: [] };
    let answer = this.#ran.get(file);
    if (!answer) this.#ran.set(file, (answer = simulate(text, file, this.#workspace)));
    return answer;
  }

  /** The scenario's steps as a form. */
  form(file: string, other?: string): ScenarioForm {
    const { document, problems } = readScenario(other ?? this.#texts.get(file) ?? '', file);
    const torn = problems.find(({ syntax }) => syntax);
    if (!document || torn) return { ok: false, reason: firstOf(torn ? [torn] : problems) };
    return { ok: true, steps: stepForms(document), names: nameForms(document) };
  }

  /** What may stand in a form. */
  formWords(): ScenarioFormWords {
    const verbs = verbForms();
    const families = new Map(
      verbs.flatMap(({ members }) => members.map((member) => [member.families.join(), member.families])),
    );
    return {
      verbs,
      options: Object.fromEntries([...families].map(([key, each]) => [key, optionGroups(this.#workspace, each)])),
    };
  }

  /** What an action of the form makes of the text. */
  edit(file: string, action: StepAction, other?: string): ScenarioEdit {
    const text = other ?? this.#texts.get(file) ?? '';
    const result = editSteps(text, action, (edited) => this.simulate(file, edited).problems);
    if (!result.ok) return result;
    const { document } = readScenario(result.text, file);
    const step = document?.steps[Math.min(result.step, document.steps.length - 1)];
    return {
      ok: true,
      edits: result.edits,
      ...(document && step && { place: document.places.place(step.offset, step.length) }),
    };
  }
}

function simulate(text: string, file: string, workspace: Workspace): ScenarioSimulation {
  const { document, problems } = readScenario(text, file);
  if (!document) return { ok: false, reason: firstOf(problems), problems };
  const result = runScenario(document, driverHost(workspace, file));
  return { ok: true, ...result, problems: [...problems, ...result.problems] };
}

function firstOf(problems: readonly Problem[]): string {
  const [first] = problems;
  return first ? `Line ${String(first.place.line)}: ${first.message}.` : 'This is no scenario.';
}
