import * as vscode from 'vscode';
import type { EntryPointItem, Place, SimulationResult } from '../server/protocol';
import type { MappingServer } from './mapping-server';
import { readPageMessage } from './panel-messages';
import type { HostMessage, PageMessage, PanelRun, Problem, StepMove, Trace } from './panel-messages';
import { pageHtml } from './panel-page';
import { toRange } from './step-marker';
import type { StepMarker } from './step-marker';

/** Quiet time after an edit until the shown function runs again, in milliseconds. */
const editDelay = 200;
/** A run longer than this is announced, in milliseconds. */
const busyDelay = 400;

/** One open panel: the mappings of one function of one document, following its edits. */
export class Panel implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #closed = new vscode.EventEmitter<void>();
  #function: string | undefined;
  #values: Readonly<Record<string, string>> = {};
  #shown: { readonly function: string; readonly trace: Trace } | undefined;
  #pageReady = false;
  #timer: NodeJS.Timeout | undefined;
  #runs = 0;

  readonly onDidClose = this.#closed.event;

  constructor(
    private readonly document: vscode.TextDocument,
    private readonly webview: vscode.WebviewPanel,
    private readonly server: MappingServer,
    private readonly marker: StepMarker,
    private readonly log: (text: string) => void,
    extension: vscode.Uri,
    wanted: string | undefined,
  ) {
    this.#function = wanted;
    webview.webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, 'dist')] };
    this.#disposables.push(
      webview.webview.onDidReceiveMessage((value: unknown) => {
        const message = readPageMessage(value);
        if (message) this.#take(message).catch((error: unknown) => this.log(`panel: ${String(error)}`));
        else this.log('panel: a message that is none of the known ones');
      }),
      webview.onDidDispose(() => this.dispose()),
      webview.onDidChangeViewState(() => {
        if (!webview.visible) this.#pageReady = false;
      }),
      vscode.workspace.onDidChangeTextDocument(({ document: changed, contentChanges }) => {
        if (changed !== document || contentChanges.length === 0) return;
        this.#schedule(editDelay);
      }),
      server.onDidChange(() => this.#schedule(editDelay)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('maplens.machine', document.uri)) this.#schedule(0);
      }),
    );
    webview.webview.html = pageHtml(webview.webview, extension);
  }

  get uri(): string {
    return this.document.uri.toString();
  }

  get active(): boolean {
    return this.webview.active;
  }

  /** Brings the panel to the front, on a function where one is named. */
  show(name: string | undefined): void {
    this.webview.reveal(this.webview.viewColumn, true);
    if (name === undefined || name === this.#function) return;
    this.#function = name;
    this.#values = {};
    this.#schedule(0);
  }

  move(move: StepMove): void {
    this.#post({ type: 'move', move });
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#run().catch((error: unknown) => {
        this.log(`panel: ${String(error)}`);
        this.#publish([], {
          title: 'MapLens’ language server does not answer',
          hint: 'Run “MapLens: Restart Language Server”, or see “MapLens: Show Log” for what happened.',
        });
      });
    }, delay);
  }

  async #run(): Promise<void> {
    if (!this.#pageReady) return;
    const run = ++this.#runs;
    const busy = setTimeout(() => this.#post({ type: 'busy' }), busyDelay);
    try {
      const all = await this.server.entryPoints();
      const functions = all.filter((entry) => entry.uri === this.uri);
      this.#function ??= functions[0]?.function;
      const name = this.#function;
      const result =
        name === undefined || !functions.some((entry) => entry.function === name)
          ? undefined
          : await this.server.simulate({ uri: this.uri, function: name, values: this.#values });
      if (run === this.#runs) this.#conclude(functions, result);
    } finally {
      clearTimeout(busy);
    }
  }

  /** Shows the new run, or the last good one with the reason why it is old. */
  #conclude(functions: readonly EntryPointItem[], result: SimulationResult | undefined): void {
    const name = this.#function;
    const last = this.#shown?.function === name ? this.#shown?.trace : undefined;
    const reason = this.#whyNot(result, last);
    if (result?.ok && reason === undefined && name !== undefined) {
      this.#shown = { function: name, trace: result.trace };
      this.#publish(functions);
    } else if (last) this.#publish(functions, undefined, reason);
    else {
      this.#shown = undefined;
      this.#publish(functions, this.#problem(functions, reason));
    }
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
    if (functions.length === 0)
      return {
        title: 'No function in this file maps memory',
        hint: 'The panel shows functions that call createMappingInTask(), map() or one of their relatives. Write one, or open another source; the view “Simulation runs” lists those of the workspace.',
      };
    if (!functions.some((entry) => entry.function === this.#function))
      return {
        title: `${this.#function ?? 'This function'} does not map memory`,
        hint: 'Choose one of this file’s other functions in the list above.',
      };
    return { title: 'This function could not be run', hint: reason ?? 'The simulator gave no reason.' };
  }

  #publish(functions: readonly EntryPointItem[], problem?: Problem, stale?: string): void {
    const run: PanelRun = {
      uri: this.uri,
      file: vscode.workspace.asRelativePath(this.document.uri, false),
      functions: functions.map((entry) => ({ name: entry.function, line: entry.line })),
      values: this.#values,
      ...(this.#function !== undefined && { function: this.#function }),
      ...(this.#shown && !problem && { trace: this.#shown.trace }),
      ...(stale !== undefined && { stale }),
      ...(problem && { problem }),
    };
    if (problem) this.marker.clear();
    this.#post({ type: 'run', run });
  }

  async #take(message: PageMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#pageReady = true;
        this.#function ??= message.function;
        return this.#schedule(0);
      case 'step':
        return this.#showStep(message.index, message.reveal);
      case 'choose':
        this.#function = message.function;
        this.#values = {};
        return this.#schedule(0);
      case 'value': {
        const values = Object.entries(this.#values).filter(([key]) => key !== message.name);
        if (message.value.trim() !== '') values.push([message.name, message.value.trim()]);
        this.#values = Object.fromEntries(values);
        this.#shown = undefined;
        return this.#schedule(0);
      }
      case 'again':
        this.#shown = undefined;
        return this.#schedule(0);
      case 'runs':
        await vscode.commands.executeCommand('maplens.runs.focus');
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage('MapLens: copied', 2000);
        return;
      case 'failed':
        return this.log(`page: ${message.reason}`);
      default: {
        const never: never = message;
        return never;
      }
    }
  }

  async #showStep(index: number, reveal: 'none' | 'scroll' | 'open'): Promise<void> {
    const trace = this.#shown?.trace;
    const step = trace?.steps[index];
    if (!trace || !step?.place) return this.marker.clear();
    const defect = step.defects[0];
    this.marker.mark(
      step.place,
      `${index} of ${trace.steps.length - 1} · ${defect ? `◆ ${defect.message}` : step.sentence}`,
    );
    if (reveal === 'scroll') scrollTo(step.place);
    else if (reveal === 'open') await openPlace(step.place, this.webview.viewColumn);
  }

  #post(message: HostMessage): void {
    void this.webview.webview.postMessage(message);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.marker.clear();
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
    this.#closed.fire();
    this.#closed.dispose();
  }
}

/** Scrolls an editor that shows the place's file; does nothing where there is none. */
function scrollTo(place: Place): void {
  const range = toRange(place);
  visibleEditor(place.file)?.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Shows a place in a code editor: in one that has the file open, else beside the panel. */
async function openPlace(place: Place, panelColumn: vscode.ViewColumn | undefined): Promise<void> {
  const beside = panelColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
  const range = toRange(place);
  const editor = await vscode.window.showTextDocument(vscode.Uri.parse(place.file), {
    viewColumn: visibleEditor(place.file)?.viewColumn ?? beside,
    preserveFocus: true,
    preview: false,
  });
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function visibleEditor(uri: string): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri);
}
