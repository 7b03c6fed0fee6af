import * as vscode from 'vscode';
import type { FindingPlace, Place } from '../server/protocol';
import { FunctionRuns } from './function-runs';
import { isScenario } from './mapping-server';
import type { MappingServer } from './mapping-server';
import { readPageMessage } from './panel-messages';
import type { HostMessage, PageMessage, StepMove } from './panel-messages';
import { pageHtml } from './panel-page';
import { delayAfter } from './panel-timing';
import { savePicture } from './save-picture';
import type { PanelContent, PanelSubject } from './panel-subject';
import { stepAt } from './scenario-result';
import { ScenarioRuns } from './scenario-runs';
import { toRange } from './step-marker';
import type { StepMarker } from './step-marker';

/** A run longer than this is announced, in milliseconds. */
const busyDelay = 400;

/** One open panel: the mappings of a function of a driver source, or of a scenario, following the document's edits. */
export class Panel implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #closed = new vscode.EventEmitter<void>();
  readonly #subject: PanelSubject;
  #pageReady = false;
  #step = 0;
  /** Where the caret was moved to in a scenario; the panel follows it until the user steps. */
  #caret: vscode.Position | undefined;
  /** What is shown is a run of the text as it is. */
  #current = false;
  #timer: NodeJS.Timeout | undefined;
  #runs = 0;
  /** How long the last run took, in milliseconds. */
  #lastRun = 0;

  readonly onDidClose = this.#closed.event;

  constructor(
    private readonly document: vscode.TextDocument,
    private readonly webview: vscode.WebviewPanel,
    server: MappingServer,
    private readonly marker: StepMarker,
    private readonly log: (text: string) => void,
    extension: vscode.Uri,
    wanted: string | undefined,
    finding: FindingPlace | undefined,
  ) {
    const scenario = isScenario(document);
    this.#subject = scenario
      ? new ScenarioRuns(() => server.simulateScenario(document.uri))
      : new FunctionRuns(document.uri.toString(), server, wanted);
    if (finding) this.#replay(finding);
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
        this.#current = false;
        this.#schedule(delayAfter(this.#lastRun));
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections, kind }) => {
        if (!scenario || textEditor.document !== document || kind === undefined) return;
        this.#caret = selections[0]?.active;
        const index = this.#stepAtCaret();
        if (index !== undefined && index !== this.#step) this.#post({ type: 'select', index });
      }),
      server.onDidChange(() => this.#schedule(delayAfter(this.#lastRun))),
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
    if (name === undefined) return;
    this.#subject.take({ type: 'choose', choice: name });
    this.#schedule(0);
  }

  /** Brings the panel to the front, on the replay of a finding. */
  showReplay(finding: FindingPlace): void {
    this.webview.reveal(this.webview.viewColumn, true);
    this.#replay(finding);
    this.#schedule(0);
  }

  #replay(finding: FindingPlace): void {
    if (this.#subject instanceof FunctionRuns) this.#subject.replay(finding);
  }

  move(move: StepMove): void {
    this.#post({ type: 'move', move });
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run().catch((error: unknown) => {
        this.log(`panel: ${String(error)}`);
        const problem = {
          title: 'MapLens’ language server does not answer',
          hint: 'Run “MapLens: Restart Language Server”, or see “MapLens: Show Log” for what happened.',
        };
        this.#publish(this.#subject.without(problem));
      });
    }, delay);
  }

  async #run(): Promise<void> {
    if (!this.#pageReady) return;
    const run = ++this.#runs;
    const from = performance.now();
    const busy = setTimeout(() => this.#post({ type: 'busy' }), busyDelay);
    try {
      const conclude = await this.#subject.ask();
      this.#lastRun = performance.now() - from;
      if (run === this.#runs) this.#publish(conclude());
    } finally {
      clearTimeout(busy);
    }
  }

  #publish(content: PanelContent): void {
    if (content.problem) this.marker.clear();
    this.#current = content.trace !== undefined && content.stale === undefined && this.#timer === undefined;
    const step = this.#stepAtCaret();
    const file = vscode.workspace.asRelativePath(this.document.uri, false);
    this.#post({ type: 'run', run: { uri: this.uri, file, ...(step !== undefined && { step }), ...content } });
  }

  #stepAtCaret(): number | undefined {
    const { shown } = this.#subject;
    if (!shown || !this.#caret || !this.#current) return undefined;
    const { line, character } = this.#caret;
    return stepAt(shown, this.#step, { file: this.uri, line: line + 1, column: character + 1 });
  }

  async #take(message: PageMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#pageReady = true;
        this.#subject.take(message);
        return this.#schedule(0);
      case 'choose':
      case 'value':
      case 'again':
        this.#subject.take(message);
        return this.#schedule(0);
      case 'step':
        return this.#showStep(message.index, message.reveal);
      case 'reason':
        if (this.#subject.place) await openPlace(this.#subject.place, this.webview.viewColumn, false);
        return;
      case 'runs':
        await vscode.commands.executeCommand('maplens.runs.focus');
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage('MapLens: copied', 2000);
        return;
      case 'save':
        return savePicture(message, this.document.uri);
      case 'failed':
        return this.log(`page: ${message.reason}`);
      default: {
        const never: never = message;
        return never;
      }
    }
  }

  async #showStep(index: number, reveal: 'none' | 'scroll' | 'open'): Promise<void> {
    this.#step = index;
    if (reveal !== 'none') this.#caret = undefined;
    const trace = this.#subject.shown;
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
async function openPlace(
  place: Place,
  panelColumn: vscode.ViewColumn | undefined,
  preserveFocus = true,
): Promise<void> {
  const beside = panelColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
  const range = toRange(place);
  const editor = await vscode.window.showTextDocument(vscode.Uri.parse(place.file), {
    viewColumn: visibleEditor(place.file)?.viewColumn ?? beside,
    preserveFocus,
    preview: false,
  });
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function visibleEditor(uri: string): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri);
}
