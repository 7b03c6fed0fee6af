import * as vscode from 'vscode';
import type { CodePlaceItem } from '../server/protocol';
import type { MappingServer } from './mapping-server';
import { toRange } from './step-marker';

const words = {
  releases: {
    none: 'MapLens knows no place where the object at the caret is released. Put the caret on a variable that holds a map or another counted object, or on the call that makes it.',
    choose: 'Released in several places',
  },
  creations: {
    none: 'MapLens knows no place where the object at the caret is made. Put the caret on a variable that holds a map or another counted object, or on its release.',
    choose: 'Made in several places',
  },
} as const;

/** Goes from what stands at the caret to where it is released, or to where it is made; asks where there are several. */
export async function goToCounterpart(server: MappingServer, which: keyof typeof words): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return;
  const { document, selection } = editor;
  const { line, character } = selection.active;
  const found = (await server.counterparts({ uri: document.uri.toString(), line: line + 1, column: character + 1 }))[
    which
  ];
  const place = found.length > 1 ? await choose(found, words[which].choose) : found[0];
  if (found.length === 0) vscode.window.setStatusBarMessage(words[which].none, 8000);
  if (place) await vscode.window.showTextDocument(vscode.Uri.parse(place.uri), { selection: toRange(place) });
}

async function choose(places: readonly CodePlaceItem[], placeHolder: string): Promise<CodePlaceItem | undefined> {
  const items = places.map((place) => {
    const file = vscode.workspace.asRelativePath(vscode.Uri.parse(place.uri));
    return { label: place.text, description: `${place.name} · ${file}:${place.line}`, place };
  });
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.place;
}
