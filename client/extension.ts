import * as vscode from 'vscode';
import { showReplayCommand } from '../server/protocol';
import type { EntryPointItem, FindingPlace } from '../server/protocol';
import { goToCounterpart } from './go-to-counterpart';
import { showFindings } from './lenses';
import { LifetimeMarks } from './lifetime-marks';
import { MappingServer, isScenario, sourceLanguages } from './mapping-server';
import { newScenario } from './new-scenario';
import { PanelProvider, panelType, scenarioPanelType } from './panel-provider';
import type { StepMove } from './panel-messages';
import { RunsView } from './runs-view';
import type { RunNode } from './runs-view';
import { SidePanel } from './side-panel';

/** What the extension offers to tests and to other extensions. */
export interface MapLensApi {
  /** Resolves when the language server answers. */
  readonly ready: Promise<void>;
}

export function activate(context: vscode.ExtensionContext): MapLensApi {
  const output = vscode.window.createOutputChannel('MapLens Client', { log: true });
  const log = (text: string): void => output.error(text);
  const server = new MappingServer(context);
  const panels = new PanelProvider(server, log, context.extensionUri);
  const runs = new RunsView(server, log);
  const marks = new LifetimeMarks(server, log);
  const side = new SidePanel(context, server, runs, log);

  const moves: Readonly<Record<string, StepMove>> = {
    'maplens.nextStep': 'next',
    'maplens.previousStep': 'previous',
    'maplens.nextDefect': 'next-defect',
    'maplens.previousDefect': 'previous-defect',
  };
  context.subscriptions.push(
    output,
    server,
    panels,
    runs,
    marks,
    side,
    ...[panelType, scenarioPanelType].map((type) =>
      vscode.window.registerCustomEditorProvider(type, panels, { supportsMultipleEditorsPerDocument: false }),
    ),
    vscode.commands.registerCommand('maplens.showMappings', (uri?: unknown, name?: unknown) =>
      showMappings(server, panels, uri, name),
    ),
    vscode.commands.registerCommand(showReplayCommand, (uri: string, finding: FindingPlace) =>
      panels.showReplay(vscode.Uri.parse(uri), finding),
    ),
    vscode.commands.registerCommand('maplens.openRun', async (given?: EntryPointItem | RunNode) => {
      const chosen = given ?? (await runs.chosen());
      if (!chosen) return undefined;
      if (!('kind' in chosen)) return panels.showWithCode(chosen);
      if (chosen.kind === 'entry') return panels.showWithCode(chosen.entry);
      return chosen.kind === 'scenario' ? panels.showScenario(vscode.Uri.parse(chosen.uri)) : undefined;
    }),
    vscode.commands.registerCommand('maplens.newScenario', newScenario),
    vscode.commands.registerCommand('maplens.openText', (uri?: unknown) => panels.showText(uri)),
    vscode.commands.registerCommand('maplens.run', (node?: RunNode) => runs.run(node)),
    vscode.commands.registerCommand('maplens.runAgain', (node?: RunNode) => runs.run(node)),
    vscode.commands.registerCommand('maplens.runAll', () => runs.run()),
    vscode.commands.registerCommand('maplens.runFunction', async (uri: string, name: string) => {
      const outcome = await runs.runFunction(uri, name);
      const show = 'Show Mappings';
      const chosen = await vscode.window.showInformationMessage(`${name}: ${outcome}`, show);
      if (chosen === show) await panels.show(vscode.Uri.parse(uri), name);
    }),
    vscode.commands.registerCommand('maplens.showFindings', showFindings),
    vscode.commands.registerCommand('maplens.toggleLifetimes', () => marks.toggle()),
    vscode.commands.registerCommand('maplens.goToRelease', () => goToCounterpart(server, 'releases')),
    vscode.commands.registerCommand('maplens.goToCreation', () => goToCounterpart(server, 'creations')),
    vscode.commands.registerCommand('maplens.restart', () => server.restart()),
    vscode.commands.registerCommand('maplens.showLog', () => server.showLog()),
    ...Object.entries(moves).map(([command, move]) =>
      vscode.commands.registerCommand(command, () => panels.move(move)),
    ),
  );

  const ready = server.start();
  ready.then(
    () => Promise.all([runs.refresh(), side.start()]),
    (error: unknown) => log(`the language server did not start: ${String(error)}`),
  );
  return { ready };
}

/** From a code lens with a URI and a function, from an editor's title with a URI, from the palette with nothing. */
async function showMappings(server: MappingServer, panels: PanelProvider, from: unknown, name: unknown): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const uri =
    typeof from === 'string' ? vscode.Uri.parse(from) : from instanceof vscode.Uri ? from : editor?.document.uri;
  const shown = editor?.document;
  const readable = !shown || isScenario(shown) || sourceLanguages.includes(shown.languageId);
  if (!uri || (from === undefined && !readable)) {
    const list = 'Show Simulation Runs';
    const chosen = await vscode.window.showInformationMessage(
      'Open a C or C++ driver source or a scenario first, or choose one in the view “Simulation runs”.',
      list,
    );
    if (chosen === list) await vscode.commands.executeCommand('maplens.runs.focus');
    return;
  }
  if (typeof name === 'string') return panels.show(uri, name);
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  if (isScenario(document ?? { uri, languageId: '' })) return panels.show(uri, undefined);
  const here = editor?.document.uri.toString() === uri.toString() ? editor.selection.active.line + 1 : 0;
  const entries = (await server.entryPoints()).filter((entry) => entry.uri === uri.toString());
  const around = entries.findLast((entry) => entry.line <= here);
  await panels.show(uri, around?.function);
}
