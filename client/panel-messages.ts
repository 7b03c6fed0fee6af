/** What the panel's page and its host say to each other. Plain JSON; both sides import only this. */

import type { ScenarioForm, ScenarioFormWords, StepAction, Trace } from '../server/protocol';

export type { Trace };
export type { ScenarioForm, ScenarioFormWords, StepAction } from '../server/protocol';
export type { MemberForm, NameForm, OptionGroup, StepForm, VerbForm } from '../server/protocol';

/** A function that the panel can show. */
export interface FunctionChoice {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
}

/** A scenario that the panel shows, on one of its machines. */
export interface ScenarioHead {
  readonly title: string;
  /** The machines that it runs on, and how many of its expectations fail there. */
  readonly machines: readonly { readonly name: string; readonly failed: number }[];
  /** How many expectations hold on the machine that is shown. */
  readonly held: number;
}

/** A finding whose path the run that is shown follows. */
export interface ReplayHead {
  readonly rule: string;
  readonly verdict: 'confirmed' | 'refuted' | 'not-replayable';
  /** Why it is not confirmed. */
  readonly reason: string;
}

/** What is shown instead of a picture: why there is none, and what to do. */
export interface Problem {
  readonly title: string;
  readonly hint: string;
}

/** A scenario's steps as they can be edited, and the version of the text that they were read from. */
export interface FormState {
  readonly version: number;
  readonly form: ScenarioForm;
}

/** An edit of a scenario that the form asks for. */
export interface EditRequest {
  /** Of the form that the user looked at. */
  readonly version: number;
  readonly action: StepAction;
}

/** Everything that the page shows; each message replaces the one before. */
export interface PanelRun {
  readonly uri: string;
  /** The document's name, for a person. */
  readonly file: string;
  readonly functions: readonly FunctionChoice[];
  /** The chosen function, or of a scenario the chosen machine, where there is one. */
  readonly function?: string;
  /** The document is a scenario. */
  readonly scenario?: ScenarioHead;
  /** Values that the user gave for parameters and fields, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** The last good run. */
  readonly trace?: Trace;
  /** Why `trace` shows an older text than the editor. */
  readonly stale?: string;
  /** What of the text `trace` leaves out. */
  readonly note?: string;
  /** Where the reason for `stale`, `note` or `problem` stands in the document; 1-based. */
  readonly place?: { readonly line: number };
  /** The run follows the path of a finding. */
  readonly replay?: ReplayHead;
  /** The step to go to, because the caret is on it, or because it shows the finding. */
  readonly step?: number;
  readonly problem?: Problem;
  /** Of a scenario. */
  readonly form?: FormState;
}

export type StepMove = 'next' | 'previous' | 'next-defect' | 'previous-defect';

export type HostMessage =
  /** `heard`: how many steps of the user's the host knew of; its own choice of a step is older than those after it. */
  | { readonly type: 'run'; readonly run: PanelRun; readonly heard: number }
  /** A run has taken so long that the user should know. */
  | { readonly type: 'busy' }
  | { readonly type: 'move'; readonly move: StepMove }
  /** The caret is on a step. */
  | { readonly type: 'select'; readonly index: number }
  /** What may stand in the form, once. */
  | { readonly type: 'words'; readonly words: ScenarioFormWords }
  /** The edit of that number changed nothing, for a reason. */
  | { readonly type: 'refused'; readonly id: number; readonly reason: string };

export type Reveal = 'none' | 'scroll' | 'select' | 'open';

export type PageMessage =
  /** The page is there. `function` is what it showed before it was hidden. */
  | { readonly type: 'ready'; readonly function?: string }
  /**
   * A step is shown, so its line is marked. `scroll`: the user stepped, so an editor that shows the file follows.
   * `select`: the user chose the step, so the caret of such an editor goes there. `open`: the user asked for the line, so
   * the file is opened where it is not.
   */
  | { readonly type: 'step'; readonly index: number; readonly reveal: Reveal }
  /** Another function, or another machine for a scenario. */
  | { readonly type: 'choose'; readonly choice: string }
  /** An empty value goes back to the assumed one. */
  | { readonly type: 'value'; readonly name: string; readonly value: string }
  | { readonly type: 'copy'; readonly text: string }
  /** The picture as a file; `data` is the text of an SVG, or a PNG in base64. `name` has no ending. */
  | { readonly type: 'save'; readonly format: 'svg' | 'png'; readonly name: string; readonly data: string }
  | ({ readonly type: 'edit'; readonly id: number } & EditRequest)
  /** The document is wanted as text, beside the panel. */
  | { readonly type: 'text' }
  | { readonly type: 'again' }
  /** The place is wanted at which the reason for no picture or an old one stands. */
  | { readonly type: 'reason' }
  /** The side panel is wanted. */
  | { readonly type: 'runs' }
  | { readonly type: 'failed'; readonly reason: string };

/** Reads what a page sent. Undefined where it is none of the messages: a page is not trusted. */
export function readPageMessage(value: unknown): PageMessage | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  const has = (name: string, type: 'string' | 'number'): boolean =>
    typeof (value as Record<string, unknown>)[name] === type;
  switch (value.type) {
    case 'ready':
      return !('function' in value) || value.function === undefined || has('function', 'string')
        ? (value as PageMessage)
        : undefined;
    case 'step':
      return has('index', 'number') && has('reveal', 'string') ? (value as PageMessage) : undefined;
    case 'choose':
      return has('choice', 'string') ? (value as PageMessage) : undefined;
    case 'value':
      return has('name', 'string') && has('value', 'string') ? (value as PageMessage) : undefined;
    case 'copy':
      return has('text', 'string') ? (value as PageMessage) : undefined;
    case 'save': {
      const known = 'format' in value && (value.format === 'svg' || value.format === 'png');
      return known && has('name', 'string') && has('data', 'string') ? (value as PageMessage) : undefined;
    }
    case 'edit': {
      const action = has('id', 'number') && has('version', 'number') ? readAction(value) : undefined;
      return action && ({ ...value, action } as PageMessage);
    }
    case 'text':
    case 'again':
    case 'reason':
    case 'runs':
      return { type: value.type };
    case 'failed':
      return has('reason', 'string') ? (value as PageMessage) : undefined;
    default:
      return undefined;
  }
}

function readAction(message: object): StepAction | undefined {
  const action: unknown = 'action' in message ? message.action : undefined;
  if (typeof action !== 'object' || action === null) return undefined;
  const { kind, step, verb, by, member, value, drop, add } = action as Readonly<Record<string, unknown>>;
  if (typeof step !== 'number' || !Number.isInteger(step)) return undefined;
  switch (kind) {
    case 'add':
      return typeof verb === 'string' ? { kind, step, verb } : undefined;
    case 'remove':
      return { kind, step };
    case 'move':
      return by === 1 || by === -1 ? { kind, step, by } : undefined;
    case 'set':
      return typeof member === 'string' && typeof value === 'string' ? { kind, step, member, value } : undefined;
    case 'option': {
      if (typeof member !== 'string' || !Array.isArray(drop)) return undefined;
      const names = drop.filter((name) => typeof name === 'string');
      return { kind, step, member, drop: names, ...(typeof add === 'string' && { add }) };
    }
    default:
      return undefined;
  }
}
