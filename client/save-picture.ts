import * as vscode from 'vscode';
import type { PageMessage } from './panel-messages';

type SaveMessage = Extract<PageMessage, { readonly type: 'save' }>;

const kinds = { svg: 'SVG image', png: 'PNG image' } as const;

/** Asks where to save a picture, and writes it there. */
export async function savePicture({ format, name, data }: SaveMessage, beside: vscode.Uri): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(beside)?.uri;
  const base = beside.scheme === 'untitled' ? folder : vscode.Uri.joinPath(beside, '..');
  const target = await vscode.window.showSaveDialog({
    title: 'Save the picture of this step',
    filters: { [kinds[format]]: [format] },
    ...(base && { defaultUri: vscode.Uri.joinPath(base, `${name}.${format}`) }),
  });
  if (!target) return;
  const bytes = format === 'svg' ? new TextEncoder().encode(data) : Buffer.from(data, 'base64');
  try {
    await vscode.workspace.fs.writeFile(target, bytes);
    vscode.window.setStatusBarMessage(`MapLens: saved ${vscode.workspace.asRelativePath(target)}`, 4000);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await vscode.window.showErrorMessage(`MapLens could not save the picture: ${why}`);
  }
}
