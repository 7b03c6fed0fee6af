import * as vscode from 'vscode';
import { scenarioLanguage } from './mapping-server';
import { exampleScenario } from './example-scenario';

/** Opens a new scenario with a small example in it, as text. Nothing is written until the user saves. */
export async function newScenario(): Promise<void> {
  const uri = await freeName();
  const document = uri
    ? await vscode.workspace.openTextDocument(uri)
    : await vscode.workspace.openTextDocument({ language: scenarioLanguage, content: exampleScenario });
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  if (document.getText() === '')
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), exampleScenario), {
      undoStopBefore: false,
      undoStopAfter: false,
    });
  editor.selection = new vscode.Selection(0, 0, 0, 0);
}

/**
 * A name in the workspace's first folder that no file has, for a document that is not saved yet: the name is what JSON
 * Schema goes by. Undefined where there is no folder on a disk.
 */
async function freeName(): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder || !['file', 'vscode-remote'].includes(folder.scheme)) return undefined;
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'scenario.iomap' : `scenario-${number}.iomap`;
    const uri = vscode.Uri.joinPath(folder, name);
    const untitled = uri.with({ scheme: 'untitled', authority: '' });
    const open = vscode.workspace.textDocuments.some((one) => one.uri.path === uri.path);
    if (!open && !(await exists(uri))) return untitled;
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
