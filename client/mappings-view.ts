import * as vscode from 'vscode';
import type { Trace } from '../server/protocol';
import { open } from './findings-view';
import { entryAround, whyNothing } from './cursor-subject';
import { isScenario, sourceLanguages } from './mapping-server';
import type { MappingServer } from './mapping-server';
import { readMappingsMessage } from './mappings-messages';
import type { MappingsContent, MappingsHostMessage, MappingsPageMessage } from './mappings-messages';
import { pageHtml } from './panel-page';
import { drawnTrace } from './scenario-result';

export const mappingsViewId = 'maplens.mappings';

/** Quiet time after an edit or a move of the caret until the table follows, in milliseconds. */
const editDelay = 250;
const caretDelay = 60;

/** The side panel's table of what is mapped where the caret stands, in the run of the function around it. */
export class MappingsView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #disposables: vscode.Disposable[];
  #view: vscode.WebviewView | undefined;
  #ready = false;
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;
  /** What the last run was of, so that a move of the caret inside it costs no run. */
  #shown: { readonly uri: string; readonly subject: string; readonly title: string; readonly trace: Trace } | undefined;
  #fresh = false;

  constructor(
    private readonly server: MappingServer,
    private readonly extension: vscode.Uri,
    private readonly log: (text: string) => void,
  ) {
    this.#disposables = [
      vscode.window.registerWebviewViewProvider(mappingsViewId, this),
      vscode.window.onDidChangeTextEditorSelection(() => this.#later(caretDelay)),
      vscode.window.onDidChangeActiveTextEditor(() => this.#later(caretDelay)),
      server.onDidChange(() => {
        this.#fresh = false;
        this.#later(editDelay);
      }),
      vscode.workspace.onDidChangeTextDocument(({ contentChanges }) => {
        if (contentChanges.length > 0) this.#fresh = false;
      }),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.extension, 'dist')],
    };
    view.webview.onDidReceiveMessage((value: unknown) => {
      const message = readMappingsMessage(value);
      if (message) this.#take(message).catch((error: unknown) => this.log(`mappings: ${String(error)}`));
    });
    view.onDidChangeVisibility(() => this.#later(0));
    view.onDidDispose(() => {
      this.#view = undefined;
      this.#ready = false;
    });
    view.webview.html = pageHtml(view.webview, this.extension, 'mappings-page');
  }

  async #take(message: MappingsPageMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        return this.#show();
      case 'go': {
        const { place } = message;
        return open(place.file, place, false);
      }
      case 'panel':
        await vscode.commands.executeCommand('maplens.showMappings', this.#shown?.uri, this.#shown?.subject);
        return;
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'failed':
        return this.log(`mappings page: ${message.reason}`);
      default: {
        const never: never = message;
        return never;
      }
    }
  }

  #later(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void this.#show().catch((error: unknown) => this.log(`mappings: ${String(error)}`)),
      delay,
    );
  }

  async #show(): Promise<void> {
    if (!this.#ready || !this.#view?.visible) return;
    const asked = ++this.#asked;
    const content = await this.#content();
    if (asked !== this.#asked || !content) return;
    const message: MappingsHostMessage = { type: 'content', content };
    await this.#view?.webview.postMessage(message);
  }

  /** Undefined: the caret moved inside what is shown, and the page knows already. */
  async #content(): Promise<MappingsContent | undefined> {
    const editor = vscode.window.activeTextEditor;
    const document = editor?.document;
    const readable = document !== undefined && (isScenario(document) || sourceLanguages.includes(document.languageId));
    if (!editor || !document || !readable) {
      // The table itself may have the focus: what it shows stays.
      if (!editor && this.#shown) return undefined;
      this.#shown = undefined;
      return { kind: 'empty', ...whyNothing(undefined, []) };
    }
    const uri = document.uri.toString();
    const { line, character } = editor.selection.active;
    const caret = { uri, line: line + 1, column: character + 1 };
    if (isScenario(document)) return this.#ofScenario(document, caret);
    const entries = (await this.server.entryPoints()).filter((entry) => entry.uri === uri);
    const entry = entryAround(entries, uri, caret.line);
    if (!entry) {
      const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
      return { kind: 'empty', ...whyNothing({ name, readable }, entries) };
    }
    return this.#ran(uri, entry.function, entry.function, caret, async () => {
      const result = await this.server.simulate({ uri, function: entry.function });
      return result.ok ? result.trace : result.reason;
    });
  }

  #ofScenario(
    document: vscode.TextDocument,
    caret: Extract<MappingsContent, { readonly kind: 'run' }>['caret'],
  ): Promise<MappingsContent> {
    const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
    return this.#ran(caret.uri, '', name, caret, async () => {
      const simulation = await this.server.simulateScenario(document.uri);
      const run = simulation.ok ? simulation.runs[0] : undefined;
      return run ? drawnTrace(run) : simulation.ok ? 'it names no machine that there is' : simulation.reason;
    });
  }

  async #ran(
    uri: string,
    subject: string,
    title: string,
    caret: Extract<MappingsContent, { readonly kind: 'run' }>['caret'],
    run: () => Promise<Trace | string>,
  ): Promise<MappingsContent> {
    const same = this.#shown?.uri === uri && this.#shown.subject === subject ? this.#shown : undefined;
    if (same && this.#fresh) return { kind: 'run', title, trace: same.trace, caret };
    this.#fresh = true;
    const result = await run();
    if (typeof result !== 'string') {
      this.#shown = { uri, subject, title, trace: result };
      return { kind: 'run', title, trace: result, caret };
    }
    if (same) return { kind: 'run', title, trace: same.trace, caret, stale: result };
    this.#shown = undefined;
    return { kind: 'empty', title: `${title} could not be run`, hint: result };
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
