import * as vscode from 'vscode';
import type { LifetimesResult } from '../server/protocol';
import { trackIcon } from './lifetime-icons';
import type { TrackMark } from './lifetime-icons';
import { lanesOf } from './lifetime-lanes';
import { sourceLanguages } from './mapping-server';
import type { MappingServer } from './mapping-server';
import { toRange } from './step-marker';

/** Quiet time after scrolling and edits until the marks follow, in milliseconds. */
const settleTime = 120;

/** Marks variables that dangle, and, where they are switched on, draws the lives of maps in the gutter. */
export class LifetimeMarks implements vscode.Disposable {
  readonly #released = vscode.window.createTextEditorDecorationType({
    textDecoration: 'line-through',
    color: new vscode.ThemeColor('maplens.releasedVariable'),
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  readonly #maybeReleased = vscode.window.createTextEditorDecorationType({
    borderStyle: 'dotted',
    borderWidth: '0 0 2px 0',
    borderColor: new vscode.ThemeColor('maplens.maybeReleasedVariable'),
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  /** One for each combination of marks that was ever needed. */
  readonly #icons = new Map<string, vscode.TextEditorDecorationType>();
  readonly #timers = new Map<vscode.TextEditor, NodeJS.Timeout>();
  readonly #asked = new Map<vscode.TextEditor, vscode.CancellationTokenSource>();
  readonly #disposables: vscode.Disposable[];
  /** Switched by the command, for as long as the window is open. */
  #shown: boolean | undefined;

  constructor(
    private readonly server: MappingServer,
    private readonly log: (text: string) => void,
  ) {
    this.#disposables = [
      this.#released,
      this.#maybeReleased,
      server.onDidChange(() => this.#refreshAll()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#refreshAll()),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.#refresh(textEditor)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('maplens')) return;
        if (event.affectsConfiguration('maplens.lifetimeTracks')) this.#shown = undefined;
        this.#refreshAll();
      }),
    ];
  }

  /** Shows the tracks in the gutter, or hides them. */
  toggle(): void {
    const editor = vscode.window.activeTextEditor;
    this.#shown = !(this.#shown ?? setting('lifetimeTracks', editor?.document));
    vscode.window.setStatusBarMessage(
      this.#shown ? 'MapLens: lifetimes of maps are shown in the gutter' : 'MapLens: lifetimes of maps are hidden',
      3000,
    );
    this.#refreshAll();
  }

  #refreshAll(): void {
    const visible = new Set(vscode.window.visibleTextEditors);
    for (const [editor, timer] of this.#timers)
      if (!visible.has(editor)) {
        clearTimeout(timer);
        this.#timers.delete(editor);
      }
    for (const editor of visible) this.#refresh(editor);
  }

  #refresh(editor: vscode.TextEditor): void {
    if (!sourceLanguages.includes(editor.document.languageId)) return;
    clearTimeout(this.#timers.get(editor));
    this.#timers.set(
      editor,
      setTimeout(() => {
        this.#timers.delete(editor);
        void this.#mark(editor);
      }, settleTime),
    );
  }

  async #mark(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor;
    const tracks = this.#shown ?? setting('lifetimeTracks', document);
    const variables = setting('releasedVariables', document);
    this.#asked.get(editor)?.cancel();
    this.#asked.delete(editor);
    if (!tracks && !variables) return this.#paint(editor, { tracks: [], released: [] });
    const asking = new vscode.CancellationTokenSource();
    this.#asked.set(editor, asking);
    const { version } = document;
    try {
      const lines = editor.visibleRanges.flatMap(({ start, end }) => [start.line, end.line]);
      const found = await this.server.lifetimes(
        { uri: document.uri.toString(), firstLine: Math.min(...lines) + 1, lastLine: Math.max(...lines) + 1 },
        asking.token,
      );
      // What was asked about an older text is in the wrong places.
      if (asking.token.isCancellationRequested || document.version !== version) return;
      this.#paint(editor, { tracks: tracks ? found.tracks : [], released: variables ? found.released : [] });
    } catch (error) {
      if (!asking.token.isCancellationRequested) this.log(`lifetimes: ${String(error)}`);
    } finally {
      if (this.#asked.get(editor) === asking) this.#asked.delete(editor);
      asking.dispose();
    }
  }

  #paint(editor: vscode.TextEditor, { tracks, released }: LifetimesResult): void {
    const marked = (always: boolean): vscode.DecorationOptions[] =>
      released
        .filter((one) => one.always === always)
        .map((one) => ({
          range: toRange(one),
          hoverMessage: `${one.name} was released in line ${one.releasedLine}${always ? '' : ' on some paths'}.`,
        }));
    editor.setDecorations(this.#released, marked(true));
    editor.setDecorations(this.#maybeReleased, marked(false));
    const byIcon = new Map<string, vscode.Range[]>();
    for (const [line, marks] of lanesOf(tracks)) {
      const key = marks.join(' ');
      this.#iconOf(key, marks);
      byIcon.set(key, [...(byIcon.get(key) ?? []), new vscode.Range(line - 1, 0, line - 1, 0)]);
    }
    for (const [key, type] of this.#icons) editor.setDecorations(type, byIcon.get(key) ?? []);
  }

  #iconOf(key: string, marks: readonly TrackMark[]): void {
    if (this.#icons.has(key)) return;
    const icon = (theme: 'light' | 'dark'): vscode.ThemableDecorationRenderOptions => ({
      gutterIconPath: vscode.Uri.parse(trackIcon(marks, theme)),
      gutterIconSize: '100% 100%',
    });
    this.#icons.set(key, vscode.window.createTextEditorDecorationType({ light: icon('light'), dark: icon('dark') }));
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const asking of this.#asked.values()) asking.cancel();
    for (const disposable of [...this.#disposables, ...this.#icons.values()]) disposable.dispose();
  }
}

function setting(name: string, document: vscode.TextDocument | undefined): boolean {
  return vscode.workspace.getConfiguration('maplens', document).get<boolean>(name) === true;
}
