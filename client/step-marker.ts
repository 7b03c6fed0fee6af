import * as vscode from 'vscode';
import type { Place } from '../server/protocol';

/** Marks the line of the panel's current step in the code editors that show it. */
export class StepMarker implements vscode.Disposable {
  readonly #line = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('maplens.stepLineBackground'),
    borderColor: new vscode.ThemeColor('maplens.stepLineBorder'),
    borderStyle: 'solid',
    borderWidth: '0 0 0 3px',
    overviewRulerColor: new vscode.ThemeColor('maplens.stepLineBorder'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  readonly #listener = vscode.window.onDidChangeVisibleTextEditors(() => this.#paint());
  #current: { readonly uri: string; readonly range: vscode.Range; readonly note: string } | undefined;

  /** `note` stands after the line, dimmed. */
  mark(place: Place, note: string): void {
    this.#current = { uri: place.file, range: toRange(place), note };
    this.#paint();
  }

  clear(): void {
    this.#current = undefined;
    this.#paint();
  }

  #paint(): void {
    const current = this.#current;
    for (const editor of vscode.window.visibleTextEditors) {
      const here = current !== undefined && editor.document.uri.toString() === current.uri;
      const line = here ? Math.min(current.range.start.line, editor.document.lineCount - 1) : 0;
      editor.setDecorations(
        this.#line,
        here ? [{ range: editor.document.lineAt(line).range, renderOptions: note(current.note) }] : [],
      );
    }
  }

  dispose(): void {
    this.#listener.dispose();
    this.#line.dispose();
  }
}

function note(text: string): vscode.DecorationInstanceRenderOptions {
  const contentText = text.length > 110 ? `${text.slice(0, 109)}…` : text;
  return {
    after: { contentText, margin: '0 0 0 2em', color: new vscode.ThemeColor('maplens.stepNoteForeground') },
  };
}

/** Where a place begins, as an empty range: to reveal all of it scrolls long lines sideways. */
export function startOf(place: Omit<Place, 'file'>): vscode.Range {
  const { start } = toRange(place);
  return new vscode.Range(start, start);
}

/** A place of the wire (1-based) as a range of VS Code. */
export function toRange(place: Omit<Place, 'file'>): vscode.Range {
  return new vscode.Range(place.line - 1, place.column - 1, place.endLine - 1, place.endColumn - 1);
}
