import * as vscode from 'vscode';
import { FindingsView } from './findings-view';
import type { MappingServer } from './mapping-server';
import { MappingsView } from './mappings-view';
import type { RunsView } from './runs-view';
import { Sample } from './sample';
import { Status } from './status';
import { WorkspaceFindings } from './workspace-findings';

/** The side panel beside its list of runs: findings, mappings at the cursor; the sample driver; the status item. */
export class SidePanel implements vscode.Disposable {
  readonly #findings: WorkspaceFindings;
  readonly #disposables: vscode.Disposable[];

  constructor(
    context: vscode.ExtensionContext,
    server: MappingServer,
    private readonly runs: RunsView,
    log: (text: string) => void,
  ) {
    this.#findings = new WorkspaceFindings(server, log);
    const view = new FindingsView(this.#findings, context.workspaceState);
    const sample = new Sample(context, server);
    const commands: Readonly<Record<string, (...given: never[]) => unknown>> = {
      'maplens.nextFinding': () => view.move(1),
      'maplens.previousFinding': () => view.move(-1),
      'maplens.openFinding': () => view.openChosen(),
      'maplens.groupFindingsByRule': () => view.groupBy('rule'),
      'maplens.groupFindingsByClass': () => view.groupBy('class'),
      'maplens.filterFindings': () => view.askFilter(),
      'maplens.clearFindingsFilter': () => view.filter(''),
      'maplens.checkWorkspace': () => this.#findings.refresh(),
      'maplens.runAtCursor': () => this.#runAtCursor(),
      'maplens.openSample': () => sample.open(),
      'maplens.seeSample': () => sample.see(),
      'maplens.getStarted': () =>
        vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#maplens.start`),
    };
    this.#disposables = [
      this.#findings,
      view,
      new MappingsView(server, context.extensionUri, log),
      new Status(server, this.#findings, log),
      ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run)),
    ];
  }

  /** The server answers. */
  async start(): Promise<void> {
    await this.#findings.refresh();
  }

  async #runAtCursor(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor && (await this.runs.runAt(editor.document.uri.toString(), editor.selection.active.line + 1))) return;
    void vscode.window.showInformationMessage(
      'Put the cursor into a function that maps memory, or into a scenario, to run it.',
    );
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
