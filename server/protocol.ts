/**
 * Custom messages between client and server, beside LSP's own. The client imports nothing else of the server.
 *
 * Client → server requests: `maplens/entryPoints`, `maplens/simulate`, `maplens/simulateScenario`, `maplens/replay`,
 * `maplens/checkedFiles`, `maplens/findings`, `maplens/reading`, `maplens/lifetimes`, `maplens/counterparts`, and for the
 * form in which a scenario is edited `maplens/scenarioForm`, `maplens/scenarioFormWords` and `maplens/editScenario`.
 * Server → client: the notifications `maplens/workspaceChanged` (entry points or their results may differ) and
 * `maplens/failed`, and, for workspaces that are not on a disk, the requests `maplens/listFiles` and `maplens/readFile`.
 */

import type {
  CodePlace,
  EntryPoint,
  Lifetimes,
  Range,
  ReplayResult,
  ScenarioSimulation,
  Severity,
  SimulationResult,
  StepAction,
} from './features/service';

export type { EntryPoint, Range, ReplayResult, ScenarioSimulation, Severity, SimulationResult };
export type { Problem, ScenarioCheck, ScenarioRun } from './features/service';
export type { ScenarioEdit, ScenarioForm, ScenarioFormWords, StepAction } from './features/service';
export type { MemberForm, NameForm, OptionGroup, StepForm, VerbForm } from './features/service';
export type { Trace, Step, Outcome, Defect, Place } from '../sim/trace';

/** An entry point with `file` replaced by its document's URI. */
export interface EntryPointItem extends Range {
  readonly uri: string;
  readonly function: string;
  readonly mappings: number;
  readonly lastLine: number;
}

export interface SimulateParams {
  readonly uri: string;
  readonly function: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly machine?: string;
}

/** A finding, by its rule and where it begins; 1-based. */
export interface FindingPlace {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
}

export interface ReplayParams extends FindingPlace {
  readonly uri: string;
}

/** Not found: the text has no such finding any more. `function` is the finding's. */
export type ReplayAnswer =
  { readonly found: false } | ({ readonly found: true; readonly function: string } & ReplayResult);

export interface SimulateScenarioParams {
  readonly uri: string;
  /** Its text, where the document is not open; of an open one the server has a newer. */
  readonly text?: string;
}

export interface EditScenarioParams extends SimulateScenarioParams {
  readonly action: StepAction;
}

/** Lines are 1-based, both inclusive. */
export interface LifetimesParams {
  readonly uri: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

export type LifetimesResult = Lifetimes;

/** 1-based. */
export interface PlaceParams {
  readonly uri: string;
  readonly line: number;
  readonly column: number;
}

/** A place with `file` replaced by its document's URI. */
export interface CodePlaceItem extends Omit<CodePlace, 'file'> {
  readonly uri: string;
}

export interface CounterpartsResult {
  readonly creations: readonly CodePlaceItem[];
  readonly releases: readonly CodePlaceItem[];
}

/** A finding that is not suppressed, with URIs for files. */
export interface FindingItem extends Range {
  readonly uri: string;
  readonly rule: string;
  /** What the rule finds, in a few words. */
  readonly title: string;
  readonly severity: Severity;
  readonly message: string;
  /** Qualified name of the function; empty outside of functions. */
  readonly function: string;
  readonly path: readonly (Range & { readonly uri: string; readonly message: string })[];
}

/** The findings of one file, in the order of the text. */
export interface FileFindings {
  readonly uri: string;
  readonly findings: readonly FindingItem[];
}

/** How much of a source was understood. */
export interface Reading {
  readonly functions: number;
  /** Functions of which a part, or nothing, could be read. */
  readonly part: number;
  /** The constructs that were not understood, the most frequent first. */
  readonly gaps: readonly string[];
  /** Functions whose check ended at its budget, by qualified name. */
  readonly budgetEnded: readonly string[];
}

/** What the client tells at the start. */
export interface InitializationOptions {
  /** It checks scenarios by their JSON Schema itself: MapLens tells only what the schema can't. */
  readonly checksJson?: boolean;
  /** It has the command that shows a finding's replay, `showReplayCommand`. */
  readonly showsReplays?: boolean;
}

export const messages = {
  /** () → EntryPointItem[] of the whole workspace, sorted by URI and line. */
  entryPoints: 'maplens/entryPoints',
  /** SimulateParams → SimulationResult; places in the trace name files by URI. */
  simulate: 'maplens/simulate',
  /** ReplayParams → ReplayAnswer: the finding's function runs along its path; places in the trace name files by URI. */
  replay: 'maplens/replay',
  /** SimulateScenarioParams of a scenario (*.iomap) → ScenarioSimulation; places name files by URI. */
  simulateScenario: 'maplens/simulateScenario',
  /** SimulateScenarioParams → ScenarioForm: its steps as they can be edited in a form; places name files by URI. */
  scenarioForm: 'maplens/scenarioForm',
  /** () → ScenarioFormWords: what may stand in the steps of every scenario. */
  scenarioFormWords: 'maplens/scenarioFormWords',
  /** EditScenarioParams → ScenarioEdit: the edits of the text that an action of the form makes. Nothing is changed. */
  editScenario: 'maplens/editScenario',
  /** LifetimesParams → LifetimesResult: how maps live in the functions that some lines touch. */
  lifetimes: 'maplens/lifetimes',
  /** PlaceParams → CounterpartsResult: where what stands at a place is made and given up. */
  counterparts: 'maplens/counterparts',
  /** () → string[]: the URIs of all files that are checked, sorted. */
  checkedFiles: 'maplens/checkedFiles',
  /** { uris } → FileFindings[] of these files; ask in parts, so that other questions come between them. */
  findings: 'maplens/findings',
  /** { uri } → Reading of one source. */
  reading: 'maplens/reading',
  /** Notification, no parameters. */
  workspaceChanged: 'maplens/workspaceChanged',
  /** Notification { what }: a question failed inside MapLens and got an empty answer; the log says why. */
  failed: 'maplens/failed',
  /** Server → client: { folder: uri } → string[] of URIs of C, C++ and DriverKit files. */
  listFiles: 'maplens/listFiles',
  /** Server → client: { uri } → { text } or { error }. */
  readFile: 'maplens/readFile',
} as const;

/** A code action runs it in the client: (uri, FindingPlace) → the panel on the finding's replay. */
export const showReplayCommand = 'maplens.showReplay';
