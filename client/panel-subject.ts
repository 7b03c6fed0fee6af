import type { Place, Trace } from '../server/protocol';
import type { PageMessage, PanelRun, Problem } from './panel-messages';

/** What a panel shows, but for the document's name. */
export type PanelContent = Omit<PanelRun, 'uri' | 'file'>;

/** What the panel's page asks of a subject. */
export type SubjectMessage = Extract<PageMessage, { readonly type: 'ready' | 'choose' | 'value' | 'again' }>;

/** What a document has to show, and its last good run. Knows no VS Code. */
export interface PanelSubject {
  /** The trace that is shown, which steps are numbers of. */
  readonly shown: Trace | undefined;
  /** Where the reason stands why the run is old, partial or missing. */
  readonly place: Place | undefined;
  /**
   * Asks for a run of the text as it is now. What it resolves to tells what to show, and is called if no newer one is asked
   * for; it yields nothing where something else was chosen meanwhile.
   */
  ask(): Promise<() => PanelContent | undefined>;
  /** What to show where nothing can be asked. */
  without(problem: Problem): PanelContent;
  take(message: SubjectMessage): void;
}
