import * as vscode from 'vscode';
import type { FindingItem, Range, Severity } from '../server/protocol';
import { countText, fileName, groups, headline, matching, neighbour, shortPlace } from './findings-model';
import type { FindingGroup, Grouping } from './findings-model';
import { startOf } from './step-marker';
import type { WorkspaceFindings } from './workspace-findings';

type FindingNode =
  | { readonly kind: 'group'; readonly group: FindingGroup }
  | { readonly kind: 'finding'; readonly finding: FindingItem }
  | { readonly kind: 'step'; readonly finding: FindingItem; readonly index: number };

const viewId = 'maplens.findings';
/** Without arguments: VS Code forgets those of a row when the row is made anew, and the click on the old one fails. */
const openRow = { command: 'maplens.openFinding' };
const groupingKey = 'maplens.findings.by';

/** The side panel's tree of findings, by rule or by class, each with its path. */
export class FindingsView implements vscode.TreeDataProvider<FindingNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<FindingNode | undefined>();
  readonly #tree: vscode.TreeView<FindingNode>;
  readonly #disposables: vscode.Disposable[];
  #by: Grouping;
  #filter = '';
  #nodes = new Map<string, FindingNode>();
  /** What the tree shows, as text. */
  #rows = '';
  /** How many findings the last whole check had. */
  #last = 0;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly findings: WorkspaceFindings,
    private readonly memory: vscode.Memento,
  ) {
    this.#by = memory.get<Grouping>(groupingKey) === 'class' ? 'class' : 'rule';
    this.#tree = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.#disposables = [this.#tree, this.#changed, findings.onDidChange(() => this.#show())];
    this.#show();
  }

  async groupBy(by: Grouping): Promise<void> {
    this.#by = by;
    await this.memory.update(groupingKey, by);
    this.#show();
  }

  /** Asks for words; without any, all findings are shown again. */
  async askFilter(): Promise<void> {
    const words = await vscode.window.showInputBox({
      title: 'Filter Findings',
      prompt: 'Words of the rule, the text, the function or the file. Nothing shows all.',
      value: this.#filter,
    });
    if (words !== undefined) this.filter(words);
  }

  filter(words: string): void {
    this.#filter = words.trim();
    this.#show();
  }

  /** Goes to the finding after or before the caret. */
  async move(direction: 1 | -1): Promise<void> {
    if (this.findings.state === 'starting') await this.findings.refresh();
    const editor = vscode.window.activeTextEditor;
    const caret = editor?.selection.active;
    const found = neighbour(
      this.#shown(),
      editor && caret
        ? { uri: editor.document.uri.toString(), line: caret.line + 1, column: caret.character + 1 }
        : undefined,
      direction,
    );
    if (!found) {
      void vscode.window.showInformationMessage(
        this.#filter ? `No finding has “${this.#filter}”.` : 'MapLens found nothing in this workspace.',
      );
      return;
    }
    await open(found.uri, found, false);
    vscode.window.setStatusBarMessage(`MapLens: ${headline(found)}`, 6000);
    if (this.#tree.visible) await this.#tree.reveal(this.#find(found), { select: true, focus: false });
  }

  /** Goes to the place of the row that was chosen. */
  async openChosen(): Promise<void> {
    const [node] = this.#tree.selection;
    if (node?.kind === 'finding') await open(node.finding.uri, node.finding, false);
    const step = node?.kind === 'step' ? node.finding.path[node.index] : undefined;
    if (step) await open(step.uri, step, false);
  }

  getTreeItem(node: FindingNode): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return groupItem(node.group, this.#by);
      case 'finding':
        return findingItem(node.finding, this.#by);
      case 'step':
        return stepItem(node.finding, node.index);
      default: {
        const never: never = node;
        return never;
      }
    }
  }

  getChildren(node?: FindingNode): FindingNode[] {
    if (!node) return groups(this.#shown(), this.#by).map((group) => this.#node({ kind: 'group', group }));
    if (node.kind === 'group') return node.group.findings.map((finding) => this.#node({ kind: 'finding', finding }));
    if (node.kind === 'step') return [];
    return node.finding.path.map((_, index) => this.#node({ kind: 'step', finding: node.finding, index }));
  }

  getParent(node: FindingNode): FindingNode | undefined {
    if (node.kind === 'group') return undefined;
    if (node.kind === 'step') return this.#find(node.finding);
    const group = groups(this.#shown(), this.#by).find(({ findings }) => findings.includes(node.finding));
    return group && this.#node({ kind: 'group', group });
  }

  #find(finding: FindingItem): FindingNode {
    return this.#node({ kind: 'finding', finding });
  }

  #shown(): readonly FindingItem[] {
    return matching(this.findings.all, this.#filter);
  }

  /** The same object for the same row, so that the tree keeps what is open. */
  #node(node: FindingNode): FindingNode {
    const key = keyOf(node);
    const known = this.#nodes.get(key);
    if (known) return known;
    this.#nodes.set(key, node);
    return node;
  }

  #show(): void {
    const { all, state, progress } = this.findings;
    const shown = this.#shown();
    const set = (key: string, value: unknown): void => void vscode.commands.executeCommand('setContext', key, value);
    const filtered = shown.length === 0 && this.#filter !== '';
    set('maplens.findings', all.length === 0 ? state : filtered ? 'filtered' : 'some');
    set('maplens.findingsBy', this.#by);
    if (state === 'ready') {
      if (all.length < this.#last) set('maplens.findingMended', true);
      this.#last = all.length;
    }
    set('maplens.findingsFilter', this.#filter !== '');
    set('maplens.findingsFiles', progress.total);
    this.#tree.description = all.length > 0 ? countText(shown.length, all.length, this.#filter) : '';
    this.#tree.message =
      state === 'partial' ? `Stopped: ${progress.checked} of ${progress.total} files were checked.` : '';
    this.#tree.badge =
      all.length > 0 ? { value: all.length, tooltip: countText(all.length, all.length, '') } : undefined;
    // Rows that are made anew under the pointer lose a click: they are made only where they differ.
    const rows = JSON.stringify([this.#by, shown]);
    if (rows === this.#rows) return;
    this.#rows = rows;
    this.#nodes = new Map();
    this.#changed.fire(undefined);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

/** Shows a place in the code. */
export async function open(uri: string, range: Range, preserveFocus: boolean): Promise<void> {
  const selection = startOf(range);
  const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
  const editor = await vscode.window.showTextDocument(vscode.Uri.parse(uri), {
    selection,
    preserveFocus,
    ...(shown?.viewColumn !== undefined && { viewColumn: shown.viewColumn }),
  });
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  // A row's command does not count as one for the walkthrough.
  await vscode.commands.executeCommand('setContext', 'maplens.findingOpened', true);
}

function keyOf(node: FindingNode): string {
  switch (node.kind) {
    case 'group':
      return `group ${node.group.key}`;
    case 'finding':
      return idOf(node.finding);
    case 'step':
      return `${idOf(node.finding)} ${node.index}`;
    default: {
      const never: never = node;
      return never;
    }
  }
}

function idOf({ uri, line, column, rule }: FindingItem): string {
  return `${uri}:${line}:${column} ${rule}`;
}

function groupItem({ key, label, findings }: FindingGroup, by: Grouping): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group ${by} ${key}`;
  item.description = String(findings.length);
  item.tooltip = by === 'rule' ? `${label} (${key})` : label;
  if (by === 'class') item.iconPath = new vscode.ThemeIcon('symbol-class');
  item.contextValue = by === 'rule' ? 'rule' : 'class';
  item.accessibilityInformation = { label: `${label}: ${findings.length} finding${findings.length === 1 ? '' : 's'}` };
  return item;
}

function findingItem(finding: FindingItem, by: Grouping): vscode.TreeItem {
  const { path, rule, title, severity } = finding;
  const first = headline(finding);
  const place = shortPlace(finding);
  // What a group says already its rows need not repeat; a narrow view shows the first words only.
  const item = new vscode.TreeItem(
    by === 'rule' ? place : title,
    path.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.id = `${by} ${idOf(finding)}`;
  item.description = by === 'rule' ? first : place;
  item.iconPath = severityIcon(severity);
  item.contextValue = 'finding';
  const tooltip = new vscode.MarkdownString();
  tooltip.appendText(`${finding.message}\n${rule} · ${finding.function}`);
  item.tooltip = tooltip;
  item.accessibilityInformation = { label: `${severity}: ${first}, ${place}` };
  item.command = { title: 'Go to Finding', ...openRow };
  return item;
}

function stepItem(finding: FindingItem, index: number): vscode.TreeItem {
  const step = finding.path[index]!;
  const item = new vscode.TreeItem(`${index + 1}. ${step.message}`);
  const place = step.uri === finding.uri ? `line ${step.line}` : `${fileName(step.uri)}:${step.line}`;
  item.description = place;
  item.contextValue = 'findingStep';
  item.tooltip = `${step.message}, ${place}`;
  item.accessibilityInformation = { label: `step ${index + 1}: ${step.message}, ${place}` };
  item.command = { title: 'Go to Step', ...openRow };
  return item;
}

function severityIcon(severity: Severity): vscode.ThemeIcon {
  switch (severity) {
    case 'error':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground'));
    case 'warning':
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground'));
    case 'info':
    case 'hint':
      return new vscode.ThemeIcon('info', new vscode.ThemeColor('problemsInfoIcon.foreground'));
    default: {
      const never: never = severity;
      return never;
    }
  }
}
