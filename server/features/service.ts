import type { Place } from '../../sim/trace';
import type { Problem } from '../scenario/problems';
import type { TextEdit } from '../scenario/list-edits';
import type { ScenarioResult } from '../scenario/runner';
import type { StepAction } from '../scenario/step-edits';
import type { NameForm, StepForm, VerbForm } from '../scenario/step-form';
import type { OptionGroup } from './scenario-options';
import type { Trace } from '../../sim/trace';

/**
 * The language service: plain functions over a workspace, with no connection and no file system in sight. The front
 * doors (LSP server, command line, tests) feed it texts and ask it questions. It never throws for what a text says.
 */

/** `hint` is for findings that a team wants to see faintly, if at all: no rule has it by itself. */
export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** 1-based, end exclusive. */
export interface Range {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface PathStep extends Range {
  readonly file: string;
  readonly message: string;
}

/** A change that is right whatever the rest of the program does. */
export interface Fix {
  /** As a command: "Add kIOMapAnywhere". */
  readonly title: string;
  /** In the finding's own file; an empty range inserts. They don't overlap. */
  readonly edits: readonly (Range & { readonly text: string })[];
}

export interface Finding extends Range {
  /** As the file was named to `setFile`. */
  readonly file: string;
  readonly rule: string;
  readonly severity: Severity;
  /** First line: what is wrong, short. Then why it matters and what to do. */
  readonly message: string;
  /** Qualified name of the function; empty outside of functions. */
  readonly function: string;
  readonly path: readonly PathStep[];
  readonly fix?: Fix;
  /** What its replay showed, where it was asked for. */
  readonly replay?: Pick<ReplayResult, 'verdict' | 'reason'>;
  /** A comment in the source says that this is known and right as it is, and why. */
  readonly suppressed?: { readonly reason: string };
}

/** Something that is wrong with a configuration, `.maplens.json`. */
export interface ConfigurationProblem extends Range {
  readonly file: string;
  /** One line. */
  readonly message: string;
}

/** A comment that suppresses a finding; its reason is for a person to write. */
export interface Suggestion {
  /** What it does, e.g. "Suppress leaked-reference here". */
  readonly title: string;
  readonly rule: string;
  /** Empty: the text is inserted before it. */
  readonly range: Range;
  /** The new text: what the person is to replace is `placeholder`. */
  readonly before: string;
  readonly placeholder: string;
  readonly after: string;
}

/** A function that maps memory, hence can be simulated. */
export interface EntryPoint extends Range {
  readonly file: string;
  /** Qualified name, as `simulate` takes it. */
  readonly function: string;
  /** How many calls in it make a mapping. */
  readonly mappings: number;
  /** The last line of its body. */
  readonly lastLine: number;
}

export interface SimulationPlan {
  readonly file: string;
  readonly function: string;
  /** Values for parameters and fields by name, as C literals ("4096", "0x1000", "NULL"). */
  readonly values?: Readonly<Record<string, string>>;
  /** "macos-15.4-arm64" (default) or "macos-15.4-x86_64". */
  readonly machine?: string;
  /** How many instructions the run may take before it ends by its budget; 2,000,000 unless told. */
  readonly budget?: number;
}

export type SimulationResult =
  { readonly ok: true; readonly trace: Trace } | { readonly ok: false; readonly reason: string };

/** What came of running a function along the path of a finding. */
export interface ReplayResult {
  /** `refuted`: the run goes the way of the path and the defect does not show, which is a mistake of MapLens. */
  readonly verdict: 'confirmed' | 'refuted' | 'not-replayable';
  /** One line: why it is not confirmed, or what a confirmed one takes as given; may be empty then. */
  readonly reason: string;
  /** The run; none where none was possible. */
  readonly trace?: Trace;
  /** The number of the step that shows the defect. */
  readonly step: number;
}

export type { Problem, ScenarioResult };
export type { ScenarioCheck, ScenarioRun } from '../scenario/runner';

/**
 * A scenario's runs, with what could not be read of it; places name the file as `setFile` did. Not ok: the text is no
 * scenario at all, `reason` says why in one line.
 */
export type ScenarioSimulation =
  | ({ readonly ok: true } & ScenarioResult)
  | { readonly ok: false; readonly reason: string; readonly problems: readonly Problem[] };

/** A scenario's steps as they can be edited in a form; or why they can't now. */
export type ScenarioForm =
  | { readonly ok: true; readonly steps: readonly StepForm[]; readonly names: readonly NameForm[] }
  | { readonly ok: false; readonly reason: string };

/** What may stand in the steps of every scenario. */
export interface ScenarioFormWords {
  readonly verbs: readonly VerbForm[];
  /** By the families of a member, joined by commas. */
  readonly options: Readonly<Record<string, readonly OptionGroup[]>>;
}

/** The edits of the text that an action makes, and where the step stands afterwards; or why it makes none. */
export type ScenarioEdit =
  | { readonly ok: true; readonly edits: readonly TextEdit[]; readonly place?: Place }
  | { readonly ok: false; readonly reason: string };

export type { StepAction, StepForm, NameForm, VerbForm, OptionGroup };
export type { MemberForm } from '../scenario/step-form';

/** How much was read, honestly. */
export interface Stats {
  readonly files: number;
  /** Files that were scanned only, because nothing in them can concern a mapping. */
  readonly scannedOnly: number;
  readonly bytes: number;
  readonly functions: number;
  /** Bodies whose end was found by the parse exactly where the braces say. */
  readonly delimited: number;
  readonly lowered: { readonly whole: number; readonly part: number; readonly none: number };
  /** Construct → how many functions it kept from being lowered whole. */
  readonly gaps: Readonly<Record<string, number>>;
  /** Functions whose analysis ended at its step budget, by qualified name, sorted. */
  readonly budgetEnded: readonly string[];
  /** Functions with so many paths that some were followed as one, so that something may be missed in them. */
  readonly merged: number;
}

/** What is known of a place in a source; Markdown. */
export interface Hover extends Range {
  readonly markdown: string;
}

export interface SignatureHelp {
  /** The argument that is typed, from 0. */
  readonly argument: number;
  readonly signatures: readonly {
    readonly label: string;
    /** Where the parameters stand in the label, end exclusive. */
    readonly parameters: readonly (readonly [start: number, end: number])[];
    readonly markdown: string;
  }[];
}

/** A constant that belongs into the options that are typed. */
export interface OptionCompletion {
  readonly label: string;
  /** The set that it belongs to, or what it replaces. */
  readonly detail: string;
  readonly markdown: string;
  /** What it is written over: the word that is typed. */
  readonly place: Range;
  /** What goes away with it: a constant that excludes it, with the "|" beside that. */
  readonly removes?: Range;
  /** What to compare with what is typed, where it is not the label. */
  readonly filter?: string;
}

/** A note at a 1-based place between two characters of the text. */
export interface InlayHint {
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly tooltip: string;
}

/** How one map lives in the function that makes it; lines are 1-based, both inclusive. */
export interface LifetimeTrack {
  /** The variable that held it first, or the call that made it. */
  readonly name: string;
  /** Where it is made. */
  readonly line: number;
  /**
   * 'live': it is there on every path. 'maybe': on some, or somebody else may keep it. 'released': the pointer that is
   * left dangles. There is none on lines where nothing is known, and none where there is no map.
   */
  readonly segments: readonly {
    readonly line: number;
    readonly endLine: number;
    readonly life: 'live' | 'maybe' | 'released';
  }[];
  /** The lines where a reference of it is given up. */
  readonly ends: readonly number[];
}

/** A place where a variable is read whose object was released. */
export interface ReleasedVariable extends Range {
  readonly name: string;
  /** On every path that gets there. */
  readonly always: boolean;
  readonly releasedLine: number;
}

export interface Lifetimes {
  readonly tracks: readonly LifetimeTrack[];
  readonly released: readonly ReleasedVariable[];
}

export interface CodePlace extends Range {
  readonly file: string;
  /** Of the function that it stands in, without its class. */
  readonly name: string;
  /** Its first line. */
  readonly text: string;
}

/** Where something is made, and where it is given up. */
export interface Counterparts {
  readonly creations: readonly CodePlace[];
  readonly releases: readonly CodePlace[];
}

/** A call that maps memory, by a name to search for: "map of fRing in FrameGrabber::start". */
export interface MappingSymbol extends Range {
  readonly file: string;
  readonly name: string;
}

/** The name of a rule in a comment or a configuration. */
export interface RuleLink extends Range {
  readonly rule: string;
}

export interface LanguageService {
  /** A source, a scenario (`*.iomap`), or a configuration (`.maplens.json`). */
  setFile(file: string, text: string): void;
  removeFile(file: string): void;
  files(): readonly string[];
  /** Findings of one file, in the order of the text; suppressed ones too, marked as such. */
  diagnose(file: string): readonly Finding[];
  /** Comments that would suppress what begins in some lines of a file, 1-based, both inclusive. */
  suggestions(file: string, firstLine: number, lastLine: number): readonly Suggestion[];
  /** The editor's setting `maplens.rules` for a folder, or with '' for all; yields what is wrong with it, each in one line. */
  setRules(folder: string, value: unknown): readonly string[];
  /** What is wrong with the configurations. */
  configurationProblems(): readonly ConfigurationProblem[];
  /** Whether a configuration lets findings of a file be reported. */
  isIncluded(file: string): boolean;
  /** What is known of the code at a 1-based place. */
  hover(file: string, line: number, column: number): Hover | undefined;
  /** What may be typed in the argument list around a 1-based place. */
  signatureHelp(file: string, line: number, column: number): SignatureHelp | undefined;
  /** The constants that belong into the options that are typed at a 1-based place. */
  completions(file: string, line: number, column: number): readonly OptionCompletion[];
  /** What some lines (1-based, both inclusive) leave open for the reader. */
  inlayHints(file: string, firstLine: number, lastLine: number): readonly InlayHint[];
  /** How maps live in the functions that some lines (1-based, both inclusive) touch. */
  lifetimes(file: string, firstLine: number, lastLine: number): Lifetimes;
  /** Where what stands at a 1-based place is made and given up. */
  counterparts(file: string, line: number, column: number): Counterparts;
  /** The calls that map memory and whose names have the letters of a query, in its order. */
  mappingSymbols(query: string): readonly MappingSymbol[];
  /** Where a file names rules. `text`: of a configuration. */
  ruleLinks(file: string, text?: string): readonly RuleLink[];
  /** Entry points of one file, or of all. */
  entryPoints(file?: string): readonly EntryPoint[];
  simulate(plan: SimulationPlan): SimulationResult;
  /** Runs the function of a finding along its path; the finding as `diagnose` gives it. */
  replay(finding: Finding): ReplayResult;
  /**
   * What a scenario's driver is read from, by the names that `setFile` is to give them: files, and with a slash at their
   * end folders.
   */
  scenarioSources(file: string, text?: string): readonly string[];
  /** Runs a scenario on each of its machines. `text`: of a file that was not set, and is not kept. */
  simulateScenario(file: string, text?: string): ScenarioSimulation;
  /** A scenario's steps as a form. `text` as above. */
  scenarioForm(file: string, text?: string): ScenarioForm;
  scenarioFormWords(): ScenarioFormWords;
  /** What an action of the form makes of a scenario's text. `text` as above. */
  editScenario(file: string, action: StepAction, text?: string): ScenarioEdit;
  /** Of some files, or of all that were set. `all`: read also the files that a check only scans. */
  stats(all?: boolean, files?: readonly string[]): Stats;
}
