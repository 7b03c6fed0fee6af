import * as vscode from 'vscode';
import type { FindingPlace, Place } from '../server/protocol';
import { FunctionRuns } from './function-runs';
import { isScenario } from './mapping-server';
import type { MappingServer } from './mapping-server';
import { readPageMessage } from './panel-messages';
import type { FormState, HostMessage, PageMessage, Reveal, StepMove } from './panel-messages';
import { pageHtml } from './panel-page';
import { delayAfter } from './panel-timing';
import { savePicture } from './save-picture';
import type { PanelContent, PanelSubject } from './panel-subject';
import { ScenarioEditing } from './scenario-editing';
import { stepAt } from './scenario-result';
import { ScenarioRuns } from './scenario-runs';
import { startOf } from './step-marker';
import type { StepMarker } from './step-marker';

/** A run longer than this is announced, in milliseconds. */
const busyDelay = 400;

/** One open panel: the mappings of a function of a driver source, or of a scenario, following the document's edits. */
export class Panel implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #closed = new vscode.EventEmitter<void>();
  readonly #subject: PanelSubject;
  /** Of a scenario. */
  readonly #editing: ScenarioEditing | undefined;
  #running = false;
  #pageReady = false;
  #step = 0;
  /** Steps of the user's since the page was made. */
  #heard = 0;
  /** Where the caret was moved to in the code; the panel follows it until the user steps. */
  #caret: { readonly uri: string; readonly at: vscode.Position } | undefined;
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
    private readonly server: MappingServer,
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
    if (scenario) this.#disposables.push((this.#editing = new ScenarioEditing(document, server)));
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
        const [selection] = selections;
        if (kind === undefined || !selection) return;
        this.#caret = { uri: textEditor.document.uri.toString(), at: selection.active };
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
      // The answer of a run that an edit overtook is thrown away: the next one waits for it rather than queue behind it.
      if (this.#running) return this.#schedule(delayAfter(this.#lastRun));
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
    this.#running = true;
    const busy = setTimeout(() => this.#post({ type: 'busy' }), busyDelay);
    try {
      const [conclude, form] = await Promise.all([this.#subject.ask(), this.#editing?.form()]);
      this.#lastRun = performance.now() - from;
      const content = run === this.#runs ? conclude() : undefined;
      if (content) this.#publish(content, form);
    } finally {
      this.#running = false;
      clearTimeout(busy);
    }
  }

  #publish(content: PanelContent, form?: FormState): void {
    if (content.problem) this.marker.clear();
    this.#current = content.trace !== undefined && content.stale === undefined && this.#timer === undefined;
    const step = this.#stepAtCaret();
    const file = vscode.workspace.asRelativePath(this.document.uri, false);
    const at = step !== undefined && { step };
    this.#post({
      type: 'run',
      run: { uri: this.uri, file, ...at, ...content, ...(form && { form }) },
      heard: this.#heard,
    });
  }

  #stepAtCaret(): number | undefined {
    const { shown } = this.#subject;
    if (!shown || !this.#caret || !this.#current) return undefined;
    const { uri, at } = this.#caret;
    return stepAt(shown, this.#step, { file: uri, line: at.line + 1, column: at.character + 1 });
  }

  async #take(message: PageMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#pageReady = true;
        this.#heard = 0;
        this.#subject.take(message);
        this.#schedule(0);
        if (this.#editing) this.#post({ type: 'words', words: await this.server.scenarioFormWords() });
        return;
      case 'edit': {
        const result = await this.#editing?.edit(message);
        if (typeof result === 'string') this.#post({ type: 'refused', id: message.id, reason: result });
        else if (result) this.#caret = { uri: this.uri, at: result };
        return;
      }
      case 'text':
        await vscode.commands.executeCommand('maplens.openText', this.document.uri);
        return;
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

  async #showStep(index: number, reveal: Reveal): Promise<void> {
    this.#step = index;
    if (reveal !== 'none') {
      this.#caret = undefined;
      this.#heard++;
    }
    const trace = this.#subject.shown;
    const step = trace?.steps[index];
    if (!trace || !step?.place) return this.marker.clear();
    const defect = step.defects[0];
    this.marker.mark(
      step.place,
      `${index} of ${trace.steps.length - 1} · ${defect ? `◆ ${defect.message}` : step.sentence}`,
    );
    if (reveal === 'scroll') scrollTo(step.place);
    else if (reveal === 'open' || (reveal === 'select' && visibleEditor(step.place.file)))
      await openPlace(step.place, this.webview.viewColumn);
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
  visibleEditor(place.file)?.revealRange(startOf(place), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Shows a place in a code editor: in one that has the file open, else beside the panel. */
async function openPlace(
  place: Place,
  panelColumn: vscode.ViewColumn | undefined,
  preserveFocus = true,
): Promise<void> {
  const beside = panelColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
  const range = startOf(place);
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
