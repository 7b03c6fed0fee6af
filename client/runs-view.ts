import * as vscode from 'vscode';
import type { EntryPointItem } from '../server/protocol';
import { cancellable } from './cancellable';
import { entryAround } from './cursor-subject';
import type { MappingServer } from './mapping-server';
import { outcomeLine, outcomeOf } from './run-outcome';
import type { RunOutcome } from './run-outcome';
import { openRow, ScenarioList } from './scenario-list';

export type RunNode =
  | { readonly kind: 'file'; readonly uri: string }
  | { readonly kind: 'entry'; readonly entry: EntryPointItem }
  | { readonly kind: 'scenarios' }
  | { readonly kind: 'scenario'; readonly uri: string };

type RunState =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly outcome: RunOutcome; readonly old: boolean }
  | { readonly kind: 'failed'; readonly reason: string };

/** The side panel's list of entry points by file, and of scenarios, with the outcome of each run. */
export class RunsView implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<RunNode | undefined>();
  readonly #states = new Map<string, RunState>();
  readonly #disposables: vscode.Disposable[] = [];
  readonly #tree: vscode.TreeView<RunNode>;
  readonly #scenarios: ScenarioList;
  #entries: readonly EntryPointItem[] = [];
  #nodes = new Map<string, RunNode>();
  #loading: Promise<void> | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly server: MappingServer,
    private readonly log: (text: string) => void,
  ) {
    this.#tree = vscode.window.createTreeView('maplens.runs', { treeDataProvider: this, showCollapseAll: true });
    this.#scenarios = new ScenarioList(server, log);
    this.#disposables.push(
      this.#tree,
      this.#scenarios,
      this.#scenarios.onDidChange((uri) => this.#showScenario(uri)),
      this.#changed,
      server.onDidChange(() => void this.refresh()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#age(document.uri.toString());
      }),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (vscode.workspace.getConfiguration('maplens', uri).get<boolean>('runOnSave') === true)
          void this.runAgain(uri.toString());
      }),
    );
    void this.#describe('starting');
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    switch (node.kind) {
      case 'file':
        return fileItem(node.uri);
      case 'entry':
        return this.#entryItem(node.entry);
      case 'scenarios':
        return this.#scenarios.groupItem();
      case 'scenario':
        return this.#scenarios.item(node.uri);
      default: {
        const never: never = node;
        return never;
      }
    }
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (!node) {
      await (this.#loading ??= this.#load());
      const files = [...new Set(this.#entries.map((entry) => entry.uri))];
      const nodes = files.map((uri) => this.#node({ kind: 'file', uri }));
      return this.#scenarios.uris.length > 0 ? [...nodes, this.#node({ kind: 'scenarios' })] : nodes;
    }
    if (node.kind === 'scenarios') return this.#scenarios.uris.map((uri) => this.#node({ kind: 'scenario', uri }));
    if (node.kind !== 'file') return [];
    return this.#entries.filter(({ uri }) => uri === node.uri).map((entry) => this.#node({ kind: 'entry', entry }));
  }

  getParent(node: RunNode): RunNode | undefined {
    if (node.kind === 'scenario') return this.#node({ kind: 'scenarios' });
    return node.kind === 'entry' ? this.#node({ kind: 'file', uri: node.entry.uri }) : undefined;
  }

  /** Asks for the entry points again; outcomes of functions that are still there stay. */
  async refresh(): Promise<void> {
    this.#loading = this.#load();
    await this.#loading;
    this.#changed.fire(undefined);
  }

  /** Runs one entry point or scenario, or all of a file, or all scenarios, or all there are. */
  async run(node?: RunNode): Promise<void> {
    await (this.#loading ??= this.#load());
    const entries = this.#entries.filter((entry) => {
      if (!node) return true;
      if (node.kind === 'file') return entry.uri === node.uri;
      return node.kind === 'entry' && keyOf(entry) === keyOf(node.entry);
    });
    const scenarios =
      node?.kind === 'scenario' ? [node.uri] : !node || node.kind === 'scenarios' ? this.#scenarios.uris : [];
    await this.#runThese(entries, scenarios);
  }

  /** Runs the function or the scenario that a caret stands in. False where there is none. */
  async runAt(uri: string, line: number): Promise<boolean> {
    await (this.#loading ??= this.#load());
    const entry = entryAround(this.#entries, uri, line);
    const scenarios = this.#scenarios.uris.filter((one) => one === uri);
    if (!entry && scenarios.length === 0) return false;
    await this.#runThese(entry ? [entry] : [], scenarios);
    const node: RunNode = entry ? { kind: 'entry', entry } : { kind: 'scenario', uri };
    await this.#tree.reveal(this.#node(node), { select: true, focus: false });
    return true;
  }

  /** The row that was chosen last. */
  async chosen(): Promise<RunNode | undefined> {
    await this.#loading;
    return this.#tree.selection[0];
  }

  /** Runs again what has run before, of one file. */
  async runAgain(uri: string): Promise<void> {
    const entries = this.#entries.filter(
      (entry) => entry.uri === uri && this.#states.get(keyOf(entry))?.kind === 'done',
    );
    await this.#runThese(
      entries,
      this.#scenarios.uris.filter((one) => one === uri && this.#scenarios.hasRun(one)),
    );
  }

  async #runThese(entries: readonly EntryPointItem[], scenarios: readonly string[]): Promise<void> {
    const all = entries.length + scenarios.length;
    if (all === 0) return;
    const before = new Map(entries.map((entry) => [keyOf(entry), this.#states.get(keyOf(entry))]));
    for (const entry of entries) this.#states.set(keyOf(entry), { kind: 'running' });
    this.#changed.fire(undefined);
    await cancellable('MapLens runs simulations', async ({ token, report }) => {
      for (const [index, entry] of entries.entries()) {
        const key = keyOf(entry);
        if (token.isCancellationRequested) {
          const state = before.get(key);
          if (state) this.#states.set(key, state);
          else this.#states.delete(key);
          continue;
        }
        report(index, all, shortName(entry));
        this.#states.set(key, await this.#runOne(entry));
        this.#changed.fire(this.#node({ kind: 'entry', entry }));
      }
      for (const [index, uri] of scenarios.entries()) {
        if (token.isCancellationRequested) break;
        report(entries.length + index, all, uri.slice(uri.lastIndexOf('/') + 1));
        await this.#scenarios.run([uri]);
      }
      if (token.isCancellationRequested) this.#changed.fire(undefined);
    });
    this.#count();
  }

  /** Runs a function as its row does; yields what the row then says. */
  async runFunction(uri: string, name: string): Promise<string> {
    await (this.#loading ??= this.#load());
    const entry = this.#entries.find((one) => one.uri === uri && one.function === name);
    if (!entry) return 'it maps no memory any more';
    await this.run({ kind: 'entry', entry });
    return describe(this.#states.get(keyOf(entry)), entry).line;
  }

  #showScenario(uri: string | undefined): void {
    if (uri === undefined) {
      void this.#describe(this.#entries.length + this.#scenarios.uris.length > 0 ? 'ready' : 'empty');
      this.#changed.fire(undefined);
    } else if (this.#scenarios.uris.includes(uri)) {
      this.#changed.fire(this.#node({ kind: 'scenarios' }));
    }
  }

  async #runOne(entry: EntryPointItem): Promise<RunState> {
    try {
      const result = await this.server.simulate({ uri: entry.uri, function: entry.function });
      return result.ok
        ? { kind: 'done', outcome: outcomeOf(result.trace), old: false }
        : { kind: 'failed', reason: result.reason };
    } catch (error) {
      this.log(`run of ${entry.function}: ${String(error)}`);
      return { kind: 'failed', reason: 'the language server did not answer' };
    }
  }

  async #load(): Promise<void> {
    try {
      await this.#scenarios.load();
      this.#entries = await this.server.entryPoints();
      await this.#describe(this.#entries.length + this.#scenarios.uris.length > 0 ? 'ready' : 'empty');
    } catch (error) {
      this.log(`entry points: ${String(error)}`);
      this.#entries = [];
      await this.#describe('failed');
    }
    const there = new Set(this.#entries.map(keyOf));
    for (const key of this.#states.keys()) if (!there.has(key)) this.#states.delete(key);
    this.#nodes = new Map();
    this.#count();
  }

  /** Sets the context that the view's welcome texts depend on. */
  async #describe(state: 'starting' | 'ready' | 'empty' | 'failed'): Promise<void> {
    await vscode.commands.executeCommand('setContext', 'maplens.runs', state);
  }

  /** The same object for the same row, so that the tree keeps its selection. */
  #node(node: RunNode): RunNode {
    const key = node.kind === 'entry' ? keyOf(node.entry) : node.kind === 'scenarios' ? node.kind : node.uri;
    const known = this.#nodes.get(key);
    if (known) return known;
    this.#nodes.set(key, node);
    return node;
  }

  #age(uri: string): void {
    for (const entry of this.#entries) {
      const state = this.#states.get(keyOf(entry));
      if (entry.uri !== uri || state?.kind !== 'done' || state.old) continue;
      this.#states.set(keyOf(entry), { ...state, old: true });
      this.#changed.fire(this.#node({ kind: 'entry', entry }));
    }
  }

  #count(): void {
    const states = [...this.#states.values()];
    const defects = states.reduce((sum, state) => sum + (state.kind === 'done' ? state.outcome.defects.length : 0), 0);
    const { failures } = this.#scenarios;
    const words = [
      ...(defects > 0 ? [`${defects} defect${defects === 1 ? '' : 's'} in simulation runs`] : []),
      ...(failures > 0 ? [`${failures} failed scenario${failures === 1 ? '' : 's'}`] : []),
    ];
    this.#tree.badge = words.length > 0 ? { value: defects + failures, tooltip: words.join(', ') } : undefined;
  }

  #entryItem(entry: EntryPointItem): vscode.TreeItem {
    const state = this.#states.get(keyOf(entry));
    const item = new vscode.TreeItem(this.#label(entry));
    const { icon, line } = describe(state, entry);
    item.id = keyOf(entry);
    item.iconPath = icon;
    item.description = line;
    item.tooltip = tooltip(entry, state, line);
    item.contextValue = state ? 'entry.ran' : 'entry';
    item.accessibilityInformation = { label: `${entry.function}: ${line}` };
    item.command = openRow;
    return item;
  }

  /** The function's own name; with its class where the file has another of that name. */
  #label(entry: EntryPointItem): string {
    const short = shortName(entry);
    const twins = this.#entries.filter((one) => one.uri === entry.uri && shortName(one) === short);
    return twins.length > 1 ? entry.function : short;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

function keyOf(entry: EntryPointItem): string {
  return `${entry.uri}#${entry.function}`;
}

function shortName(entry: EntryPointItem): string {
  return entry.function.slice(entry.function.lastIndexOf(':') + 1);
}

function fileItem(uri: string): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.Uri.parse(uri), vscode.TreeItemCollapsibleState.Expanded);
  item.id = uri;
  item.iconPath = vscode.ThemeIcon.File;
  item.contextValue = 'file';
  return item;
}

function describe(state: RunState | undefined, entry: EntryPointItem): { icon: vscode.ThemeIcon; line: string } {
  if (!state) return { icon: new vscode.ThemeIcon('circle-outline'), line: callsOf(entry) };
  switch (state.kind) {
    case 'running':
      return { icon: new vscode.ThemeIcon('loading~spin'), line: 'running' };
    case 'failed':
      return { icon: new vscode.ThemeIcon('circle-slash'), line: `not run: ${state.reason}` };
    case 'done':
      return {
        icon: outcomeIcon(state.outcome, state.old),
        line: `${outcomeLine(state.outcome)}${state.old ? ' · before the edit' : ''}`,
      };
    default: {
      const never: never = state;
      return never;
    }
  }
}

function outcomeIcon(outcome: RunOutcome, old: boolean): vscode.ThemeIcon {
  if (old) return new vscode.ThemeIcon('history');
  if (outcome.defects.length > 0) return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
  if (outcome.stopped !== undefined || outcome.notModelled !== undefined)
    return new vscode.ThemeIcon('question', new vscode.ThemeColor('testing.iconSkipped'));
  return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
}

function callsOf(entry: EntryPointItem): string {
  return `not run yet · ${entry.mappings} mapping call${entry.mappings === 1 ? '' : 's'}`;
}

function tooltip(entry: EntryPointItem, state: RunState | undefined, line: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendText(`${entry.function}, line ${entry.line}\n`);
  text.appendText(`${line}\n`);
  if (state?.kind === 'done') for (const defect of state.outcome.defects) text.appendText(`◆ ${defect.message}\n`);
  return text;
}
