import * as vscode from 'vscode';
import type { MappingServer } from './mapping-server';

const name = 'FrameGrabber';
const files = ['FrameGrabber.hpp', 'FrameGrabber.cpp', 'FrameGrabber.iomap'] as const;

const inSight = 'volatile UInt32 *registers';

/** The bundled sample driver: a copy of one's own to change, read as if it belonged to the workspace. */
export class Sample {
  readonly #bundled: vscode.Uri;
  readonly #copy: vscode.Uri;

  constructor(
    context: vscode.ExtensionContext,
    private readonly server: MappingServer,
  ) {
    this.#bundled = vscode.Uri.joinPath(context.extensionUri, 'samples', name);
    this.#copy = vscode.Uri.joinPath(context.globalStorageUri, 'samples', name);
    // A window that is opened again may show the sample from before.
    const open = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .some(({ input }) => input instanceof vscode.TabInputText && this.#isSample(input.uri));
    if (open) server.addFolder(this.#copy);
  }

  /** Opens the sample as it was left; offers to bring the original back where it was changed. */
  async open(): Promise<void> {
    const changed = await this.#bring(false);
    this.server.addFolder(this.#copy);
    await this.#show();
    if (!changed) return;
    const again = 'Start Over';
    const choice = await vscode.window.showInformationMessage('The sample driver is as you left it.', again);
    if (choice !== again) return;
    await this.#bring(true);
    await this.#show();
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }

  /** Runs a function of the sample that has a mistake, beside its code. */
  async see(): Promise<void> {
    await this.#bring(false);
    this.server.addFolder(this.#copy);
    const entries = (await this.server.entryPoints()).filter(({ uri }) => this.#isSample(vscode.Uri.parse(uri)));
    const entry = entries.find((one) => one.function === 'FrameGrabber::readVersion') ?? entries[0];
    if (entry) await vscode.commands.executeCommand('maplens.openRun', entry);
  }

  async #show(): Promise<void> {
    const uri = vscode.Uri.joinPath(this.#copy, 'FrameGrabber.cpp');
    const document = await vscode.workspace.openTextDocument(uri);
    // Where something is mapped, and a mistake is in sight.
    const at = document.positionAt(Math.max(0, document.getText().indexOf(inSight)));
    const editor = await vscode.window.showTextDocument(document, {
      preview: false,
      selection: new vscode.Range(at, at),
    });
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenter);
    await vscode.commands.executeCommand('maplens.findings.focus', { preserveFocus: true });
  }

  #isSample(uri: vscode.Uri): boolean {
    return uri.toString().startsWith(`${this.#copy.toString()}/`);
  }

  /** Copies what is not there yet, or all. Yields whether what was there differs from the original. */
  async #bring(all: boolean): Promise<boolean> {
    let differs = false;
    for (const file of files) {
      const from = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.#bundled, file));
      const to = vscode.Uri.joinPath(this.#copy, file);
      const there = await read(to);
      if (there && !same(there, from)) differs = true;
      if (all || !there) await vscode.workspace.fs.writeFile(to, from);
    }
    return differs;
  }
}

async function read(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch {
    return undefined;
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
