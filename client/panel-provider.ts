import * as vscode from 'vscode';
import { isScenario } from './mapping-server';
import type { MappingServer } from './mapping-server';
import { Panel } from './panel';
import type { StepMove } from './panel-messages';
import { startOf, StepMarker } from './step-marker';
import type { EntryPointItem, FindingPlace } from '../server/protocol';

export const panelType = 'maplens.panel';
/** Scenarios open in the panel by default, so it is an editor of its own there. */
export const scenarioPanelType = 'maplens.scenario';

/** Opens and finds panels: one a document. */
export class PanelProvider implements vscode.CustomTextEditorProvider, vscode.Disposable {
  readonly #panels = new Map<string, Panel>();
  readonly #wanted = new Map<string, string>();
  readonly #findings = new Map<string, FindingPlace>();
  readonly #marker = new StepMarker();

  constructor(
    private readonly server: MappingServer,
    private readonly log: (text: string) => void,
    private readonly extension: vscode.Uri,
  ) {}

  resolveCustomTextEditor(document: vscode.TextDocument, webview: vscode.WebviewPanel): void {
    const uri = document.uri.toString();
    const panel = new Panel(
      document,
      webview,
      this.server,
      this.#marker,
      this.log,
      this.extension,
      this.#wanted.get(uri),
      this.#findings.get(uri),
    );
    this.#wanted.delete(uri);
    this.#findings.delete(uri);
    this.#panels.set(uri, panel);
    this.#announce();
    panel.onDidClose(() => {
      if (this.#panels.get(uri) === panel) this.#panels.delete(uri);
      this.#announce();
    });
  }

  /** Opens the panel beside the code, on a function where one is named. Focus stays in the code. */
  async show(uri: vscode.Uri, name: string | undefined): Promise<void> {
    const panel = this.#panels.get(uri.toString());
    if (panel) return panel.show(name);
    if (name !== undefined) this.#wanted.set(uri.toString(), name);
    await this.#open(uri);
  }

  /** Opens the panel beside the code, on the replay of a finding. */
  async showReplay(uri: vscode.Uri, finding: FindingPlace): Promise<void> {
    const panel = this.#panels.get(uri.toString());
    if (panel) return panel.showReplay(finding);
    this.#findings.set(uri.toString(), finding);
    await this.#open(uri);
  }

  async #open(uri: vscode.Uri): Promise<void> {
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    const type = isScenario(document ?? { uri, languageId: '' }) ? scenarioPanelType : panelType;
    await vscode.commands.executeCommand('vscode.openWith', uri, type, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
    });
  }

  /** Shows the text of the panel that has the focus, or of a document. */
  async showText(uri: unknown): Promise<void> {
    const active = [...this.#panels.values()].find((panel) => panel.active)?.uri;
    const target = uri instanceof vscode.Uri ? uri : active === undefined ? undefined : vscode.Uri.parse(active);
    if (!target) return;
    const open = vscode.window.visibleTextEditors.find((one) => one.document.uri.toString() === target.toString());
    const viewColumn = open?.viewColumn ?? vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(target, { viewColumn, preview: false });
  }

  /** Shows a scenario's text, and its mappings beside it. */
  async showScenario(uri: vscode.Uri): Promise<void> {
    const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
    const viewColumn = open?.viewColumn ?? vscode.ViewColumn.One;
    await vscode.window.showTextDocument(uri, { viewColumn, preview: false });
    await this.show(uri, undefined);
  }

  /** Shows an entry point's line in the code, and its mappings beside it. */
  async showWithCode(entry: EntryPointItem): Promise<void> {
    const uri = vscode.Uri.parse(entry.uri);
    const selection = startOf(entry);
    const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === entry.uri);
    const viewColumn = open?.viewColumn ?? vscode.ViewColumn.One;
    await vscode.window.showTextDocument(uri, { selection, viewColumn, preview: false });
    await this.show(uri, entry.function);
  }

  /** Moves the active panel, else the only one or the one of the active code editor. */
  move(move: StepMove): void {
    const code = vscode.window.activeTextEditor?.document.uri.toString();
    const panels = [...this.#panels.values()];
    const panel = panels.find((one) => one.active) ?? panels.find((one) => one.uri === code) ?? panels[0];
    panel?.move(move);
  }

  #announce(): void {
    void vscode.commands.executeCommand('setContext', 'maplens.panelOpen', this.#panels.size > 0);
  }

  dispose(): void {
    for (const panel of [...this.#panels.values()]) panel.dispose();
    this.#marker.dispose();
  }
}
