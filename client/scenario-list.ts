import * as vscode from 'vscode';
import { scenarioGlob, skippedFolders } from './mapping-server';
import type { MappingServer } from './mapping-server';
import { scenarioLine, scenarioOutcome } from './scenario-result';
import type { ScenarioOutcome } from './scenario-result';

/** A workspace with more folders than this is not looked through further; what is opened or made in it is listed still. */
const mostFolders = 5000;

/**
 * What a click on a row of a run does. Without arguments: VS Code forgets those of a row when the row is made anew, as runs
 * do, and a click on the old one fails.
 */
export const openRow = { title: 'Show Mappings', command: 'maplens.openRun' };

type ScenarioState =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly outcome: ScenarioOutcome; readonly old: boolean }
  | { readonly kind: 'failed'; readonly reason: string };

/** The workspace's scenarios with their last results, as rows of the side view. */
export class ScenarioList implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<string | undefined>();
  readonly #states = new Map<string, ScenarioState>();
  readonly #disposables: vscode.Disposable[];
  #uris: readonly string[] = [];
  #loaded: Promise<void> | undefined;
  /** How many folders beside those of the workspace were looked through. */
  #extra = 0;

  /** The URI of the scenario whose row differs now; undefined where the list does. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly server: MappingServer,
    private readonly log: (text: string) => void,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(scenarioGlob);
    this.#disposables = [
      this.#changed,
      watcher,
      watcher.onDidCreate((uri) => {
        if (!uri.path.split('/').some((name) => skippedFolders.includes(name)))
          this.#list([...this.#uris, uri.toString()]);
      }),
      watcher.onDidDelete((uri) => this.#list(this.#uris.filter((one) => one !== uri.toString()))),
      watcher.onDidChange((uri) => this.#age(uri.toString())),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.reload()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#age(document.uri.toString());
      }),
    ];
  }

  /** By path. */
  get uris(): readonly string[] {
    return this.#uris;
  }

  hasRun(uri: string): boolean {
    return this.#states.get(uri)?.kind === 'done';
  }

  /** How many of the last results have a failed expectation. */
  get failures(): number {
    return [...this.#states.values()].filter((state) => state.kind === 'done' && state.outcome.failed > 0).length;
  }

  /** Looks again. */
  async reload(): Promise<void> {
    this.#loaded = undefined;
    await this.load();
    this.#changed.fire(undefined);
  }

  /** Looks for the scenarios of the workspace, once; from then on its changes are followed. */
  load(): Promise<void> {
    const extra = this.server.extraFolders.length;
    if (extra !== this.#extra) this.#loaded = undefined;
    this.#extra = extra;
    return (this.#loaded ??= this.#find().then((uris) => this.#keep(uris)));
  }

  async #find(): Promise<string[]> {
    const found: string[] = [];
    const folders = [...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri), ...this.server.extraFolders];
    for (let at = 0; at < folders.length && at < mostFolders; at++) {
      const folder = folders[at]!;
      try {
        for (const [name, type] of await vscode.workspace.fs.readDirectory(folder)) {
          const uri = vscode.Uri.joinPath(folder, name);
          if (type === vscode.FileType.Directory && !skippedFolders.includes(name)) folders.push(uri);
          else if (type === vscode.FileType.File && name.toLowerCase().endsWith('.iomap')) found.push(uri.toString());
        }
      } catch (error) {
        this.log(`scenarios: ${folder.toString()}: ${String(error)}`);
      }
    }
    return found;
  }

  #list(uris: readonly string[]): void {
    this.#keep(uris);
    this.#changed.fire(undefined);
  }

  /** Results of those that are still there stay. */
  #keep(uris: readonly string[]): void {
    const there = new Set(uris);
    this.#uris = [...there].sort();
    for (const uri of this.#states.keys()) if (!there.has(uri)) this.#states.delete(uri);
  }

  async run(uris: readonly string[]): Promise<void> {
    for (const uri of uris) this.#set(uri, { kind: 'running' });
    for (const uri of uris) this.#set(uri, await this.#runOne(uri));
  }

  async #runOne(uri: string): Promise<ScenarioState> {
    try {
      const simulation = await this.server.simulateScenario(vscode.Uri.parse(uri));
      return { kind: 'done', outcome: scenarioOutcome(simulation), old: false };
    } catch (error) {
      this.log(`run of ${uri}: ${String(error)}`);
      return { kind: 'failed', reason: 'it could not be read, or the language server did not answer' };
    }
  }

  #age(uri: string): void {
    const state = this.#states.get(uri);
    if (state?.kind === 'done' && !state.old) this.#set(uri, { ...state, old: true });
  }

  #set(uri: string, state: ScenarioState): void {
    this.#states.set(uri, state);
    this.#changed.fire(uri);
  }

  /** The row over all scenarios. */
  groupItem(): vscode.TreeItem {
    const item = new vscode.TreeItem('Scenarios', vscode.TreeItemCollapsibleState.Expanded);
    item.id = 'scenarios';
    item.iconPath = new vscode.ThemeIcon('beaker');
    item.contextValue = 'scenarios';
    const ran = [...this.#states.values()].filter((state) => state.kind === 'done');
    if (ran.length > 0)
      item.description = this.failures > 0 ? `${this.failures} of ${this.#uris.length} failed` : `${ran.length} ran`;
    return item;
  }

  item(uri: string): vscode.TreeItem {
    const resource = vscode.Uri.parse(uri);
    const state = this.#states.get(uri);
    const { icon, line } = describe(state);
    const item = new vscode.TreeItem(resource.path.slice(resource.path.lastIndexOf('/') + 1));
    item.id = uri;
    item.iconPath = icon;
    item.description = line;
    const text = new vscode.MarkdownString();
    text.appendText(`${vscode.workspace.asRelativePath(resource)}\n${line}`);
    item.tooltip = text;
    item.contextValue = state ? 'scenario.ran' : 'scenario';
    item.accessibilityInformation = { label: `${item.label as string}: ${line}` };
    item.command = openRow;
    return item;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

function describe(state: ScenarioState | undefined): { icon: vscode.ThemeIcon; line: string } {
  if (!state) return { icon: new vscode.ThemeIcon('circle-outline'), line: 'not run yet' };
  switch (state.kind) {
    case 'running':
      return { icon: new vscode.ThemeIcon('loading~spin'), line: 'running' };
    case 'failed':
      return { icon: new vscode.ThemeIcon('circle-slash'), line: `not run: ${state.reason}` };
    case 'done': {
      const line = scenarioLine(state.outcome);
      return state.old
        ? { icon: new vscode.ThemeIcon('history'), line: `${line} · before the edit` }
        : { icon: outcomeIcon(state.outcome), line };
    }
    default: {
      const never: never = state;
      return never;
    }
  }
}

function outcomeIcon({ failed, unread }: ScenarioOutcome): vscode.ThemeIcon {
  if (failed > 0) return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
  if (unread !== undefined) return new vscode.ThemeIcon('question', new vscode.ThemeColor('testing.iconSkipped'));
  return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
}
