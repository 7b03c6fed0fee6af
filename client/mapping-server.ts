import * as vscode from 'vscode';
import { LanguageClient, RevealOutputChannelOn, State, TransportKind } from 'vscode-languageclient/node';
import type { LanguageClientOptions, ServerOptions } from 'vscode-languageclient/node';
import { messages } from '../server/protocol';
import type {
  CounterpartsResult,
  EditScenarioParams,
  EntryPointItem,
  FileFindings,
  InitializationOptions,
  LifetimesParams,
  LifetimesResult,
  PlaceParams,
  ReplayAnswer,
  ReplayParams,
  Reading,
  ScenarioEdit,
  ScenarioForm,
  ScenarioFormWords,
  ScenarioSimulation,
  SimulateParams,
  SimulateScenarioParams,
  SimulationResult,
  StepAction,
} from '../server/protocol';
import { slowAnswer } from './status-model';
import type { Health, ServerState } from './status-model';

/** Documents that MapLens reads. */
export const sourceLanguages = ['c', 'cpp', 'objective-c', 'objective-cpp'];
export const scenarioLanguage = 'iomap';
export const scenarioGlob = '**/*.iomap';
const sourceGlob = '**/{*.c,*.cc,*.cpp,*.cxx,*.m,*.mm,*.h,*.hh,*.hpp,*.iig,.maplens.json}';
/** Folders that nobody writes by hand. */
export const skippedFolders: readonly string[] = [
  '.git',
  'node_modules',
  'build',
  'dist',
  'out',
  'DerivedData',
  'Pods',
];
const skippedGlob = `**/{${skippedFolders.join(',')}}/**`;
/** A request that takes longer than this is shown as busy, in milliseconds. */
const slow = 500;

/** By its language, or by its name where another language was chosen for it. */
export function isScenario({ languageId, uri }: Pick<vscode.TextDocument, 'languageId' | 'uri'>): boolean {
  return languageId === scenarioLanguage || uri.path.toLowerCase().endsWith('.iomap');
}

/** The language server's process, as the client's other parts see it. */
export class MappingServer implements vscode.Disposable {
  readonly #client: LanguageClient;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #healthChanged = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [this.#changed, this.#healthChanged];
  /** Folders that are read beside those of the workspace. */
  readonly #extraFolders = new Set<string>();
  #started: Promise<void> | undefined;
  #health: Health = { server: 'starting', waiting: false, took: 0 };
  #waiting = 0;

  /** Results may differ from those asked before. */
  readonly onDidChange = this.#changed.event;
  readonly onDidChangeHealth = this.#healthChanged.event;

  constructor(context: vscode.ExtensionContext) {
    const module = context.asAbsolutePath('dist/server.js');
    const server: ServerOptions = {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=0'] } },
    };
    const watcher = vscode.workspace.createFileSystemWatcher(sourceGlob);
    const options: LanguageClientOptions = {
      documentSelector: [
        ...[...sourceLanguages, scenarioLanguage].map((language) => ({ language })),
        { pattern: '**/.maplens.json' },
      ],
      initializationOptions: { checksJson: true, showsReplays: true } satisfies InitializationOptions,
      synchronize: { fileEvents: watcher },
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      outputChannelName: 'MapLens',
      diagnosticPullOptions: { onChange: true, onTabs: false },
      middleware: {
        provideDiagnostics: (document, previous, token, next) =>
          this.#timed(async () => next(document, previous, token)),
        provideInlayHints: (document, range, token, next) =>
          isOn('inlayHints', document) ? next(document, range, token) : [],
        provideCodeLenses: (document, token, next) => (isOn('codeLenses', document) ? next(document, token) : []),
        provideHover: (document, position, token, next) =>
          isOn('hovers', document) ? next(document, position, token) : null,
      },
    };
    this.#client = new LanguageClient('maplens', 'MapLens', server, options);
    this.#disposables.push(
      watcher,
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('maplens.inlayHints')) this.#refreshHints();
        if (event.affectsConfiguration('maplens.codeLenses')) this.#refreshLenses();
      }),
      this.#client.onDidChangeState(({ newState }) => {
        this.#health = { server: stateOf(newState), waiting: false, took: 0 };
        this.#healthChanged.fire();
        if (newState === State.Running) for (const folder of this.#extraFolders) this.#announce(folder);
      }),
      this.#client.onNotification(messages.failed, ({ what }: { what: string }) => this.#tell({ failed: what })),
      this.#client.onNotification(messages.workspaceChanged, () => {
        // What failed is asked again now, and fails again if it still does.
        const { failed, ...rest } = this.#health;
        if (failed !== undefined) {
          this.#health = rest;
          this.#healthChanged.fire();
        }
        this.#changed.fire();
      }),
      this.#client.onRequest(messages.listFiles, ({ folder }: { folder: string }) => listFiles(folder)),
      this.#client.onRequest(messages.readFile, ({ uri }: { uri: string }) => readFile(uri)),
    );
  }

  /** Starts the server; the second call waits for the same start. Rejects where it can't be started. */
  start(): Promise<void> {
    return (this.#started ??= this.#client.start());
  }

  async restart(): Promise<void> {
    this.#started = this.#client.isRunning() ? this.#client.restart() : this.#client.start();
    await this.#started;
    this.#changed.fire();
  }

  showLog(): void {
    this.#client.outputChannel.show();
  }

  get health(): Health {
    return this.#health;
  }

  /** Reads a folder as if it belonged to the workspace. */
  addFolder(folder: vscode.Uri): void {
    const uri = folder.toString();
    if (this.#extraFolders.has(uri)) return;
    this.#extraFolders.add(uri);
    if (this.#client.isRunning()) this.#announce(uri);
  }

  /** Folders that `addFolder` added. */
  get extraFolders(): readonly vscode.Uri[] {
    return [...this.#extraFolders].map((uri) => vscode.Uri.parse(uri));
  }

  #announce(uri: string): void {
    const event = { added: [{ uri, name: uri.slice(uri.lastIndexOf('/') + 1) }], removed: [] };
    void this.#client.sendNotification('workspace/didChangeWorkspaceFolders', { event });
  }

  /** The URIs of all files that are checked. */
  async checkedFiles(): Promise<readonly string[]> {
    return this.#request<readonly string[]>(messages.checkedFiles);
  }

  async findings(uris: readonly string[]): Promise<readonly FileFindings[]> {
    return this.#request<readonly FileFindings[]>(messages.findings, { uris });
  }

  /** How much of a source was understood. */
  async reading(uri: string): Promise<Reading> {
    return this.#request<Reading>(messages.reading, { uri });
  }

  /** All functions of the workspace that map memory, by URI and line. */
  async entryPoints(): Promise<readonly EntryPointItem[]> {
    return this.#request<readonly EntryPointItem[]>(messages.entryPoints);
  }

  async simulate(params: SimulateParams): Promise<SimulationResult> {
    const machine = vscode.workspace.getConfiguration('maplens', vscode.Uri.parse(params.uri)).get<string>('machine');
    return this.#request<SimulationResult>(messages.simulate, { ...params, ...(machine && { machine }) });
  }

  async replay(params: ReplayParams): Promise<ReplayAnswer> {
    return this.#request<ReplayAnswer>(messages.replay, params);
  }

  /** A scenario that is not open is read, and nothing is opened for it. Rejects where it can't be read. */
  async simulateScenario(uri: vscode.Uri): Promise<ScenarioSimulation> {
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    const text = document?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    const params: SimulateScenarioParams = { uri: uri.toString(), text };
    return this.#request<ScenarioSimulation>(messages.simulateScenario, params);
  }

  /** How maps live in the functions that some lines touch. Asked while the text is looked at: never shown as busy. */
  async lifetimes(params: LifetimesParams, token: vscode.CancellationToken): Promise<LifetimesResult> {
    await this.start();
    return this.#client.sendRequest<LifetimesResult>(messages.lifetimes, params, token);
  }

  async counterparts(params: PlaceParams): Promise<CounterpartsResult> {
    return this.#request<CounterpartsResult>(messages.counterparts, params);
  }

  /** The steps of an open scenario, as they can be edited. */
  scenarioForm(uri: vscode.Uri): Promise<ScenarioForm> {
    return this.#request<ScenarioForm>(messages.scenarioForm, { uri: uri.toString() });
  }

  scenarioFormWords(): Promise<ScenarioFormWords> {
    return this.#request<ScenarioFormWords>(messages.scenarioFormWords);
  }

  /** The edits of an open scenario's text that an action makes. */
  editScenario(uri: vscode.Uri, action: StepAction): Promise<ScenarioEdit> {
    const params: EditScenarioParams = { uri: uri.toString(), action };
    return this.#request<ScenarioEdit>(messages.editScenario, params);
  }

  async #request<T>(method: string, params?: object): Promise<T> {
    await this.start();
    return this.#timed(() =>
      params ? this.#client.sendRequest<T>(method, params) : this.#client.sendRequest<T>(method),
    );
  }

  /** Tells while an answer takes long, and how long it took. */
  async #timed<T>(ask: () => Promise<T>): Promise<T> {
    const since = Date.now();
    const late = setTimeout(() => this.#tell({ waiting: true }), slow);
    const tooLate = setTimeout(() => this.#tell({ waiting: true, took: slowAnswer }), slowAnswer);
    this.#waiting++;
    try {
      return await ask();
    } finally {
      clearTimeout(late);
      clearTimeout(tooLate);
      const took = Date.now() - since;
      const waiting = --this.#waiting > 0 && this.#health.waiting;
      // An answer that came at once shows that the slow time is over.
      if (waiting !== this.#health.waiting || took >= slowAnswer !== this.#health.took >= slowAnswer)
        this.#tell({ waiting, took });
    }
  }

  #tell(change: Partial<Health>): void {
    this.#health = { ...this.#health, ...change };
    this.#healthChanged.fire();
  }

  #refreshHints(): void {
    const hints = this.#client.getFeature('textDocument/inlayHint');
    for (const { document } of vscode.window.visibleTextEditors)
      hints.getProvider(document)?.onDidChangeInlayHints.fire();
  }

  #refreshLenses(): void {
    const lenses = this.#client.getFeature('textDocument/codeLens');
    for (const { document } of vscode.window.visibleTextEditors)
      lenses.getProvider(document)?.onDidChangeCodeLensEmitter.fire();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    void this.#client.dispose();
  }
}

/** Whether a help in the code is switched on for a document. */
function isOn(setting: 'inlayHints' | 'codeLenses' | 'hovers', document: vscode.TextDocument): boolean {
  return vscode.workspace.getConfiguration('maplens', document).get<boolean>(setting) !== false;
}

function stateOf(state: State): ServerState {
  switch (state) {
    case State.Starting:
      return 'starting';
    case State.StartFailed:
      return 'failed';
    case State.Running:
      return 'running';
    case State.Stopped:
      return 'stopped';
    default: {
      const never: never = state;
      return never;
    }
  }
}

/** Sources of a folder that is not on a disk, through VS Code's own file systems. */
async function listFiles(folder: string): Promise<string[]> {
  const base = vscode.Uri.parse(folder);
  const found = await vscode.workspace.findFiles(new vscode.RelativePattern(base, sourceGlob), skippedGlob);
  return found.map(String).sort();
}

async function readFile(uri: string): Promise<{ text: string } | { error: string }> {
  try {
    return { text: new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(uri))) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
