import * as vscode from 'vscode';

/** What the lenses over functions do, beside opening the panel. */

interface LspPosition {
  readonly line: number;
  readonly character: number;
}

interface LspLocation {
  readonly uri: string;
  readonly range: { readonly start: LspPosition; readonly end: LspPosition };
}

/** Lists findings at a place of the code; the arguments are LSP's. */
export async function showFindings(
  uri: string,
  position: LspPosition,
  locations: readonly LspLocation[],
): Promise<void> {
  const at = (one: LspPosition): vscode.Position => new vscode.Position(one.line, one.character);
  await vscode.commands.executeCommand(
    'editor.action.goToLocations',
    vscode.Uri.parse(uri),
    at(position),
    locations.map(
      ({ uri: of, range }) =>
        new vscode.Location(vscode.Uri.parse(of), new vscode.Range(at(range.start), at(range.end))),
    ),
    locations.length > 1 ? 'peek' : 'goto',
    'MapLens has no finding here any more.',
  );
}
