import * as vscode from 'vscode';
import type { MappingServer } from './mapping-server';
import type { EditRequest, FormState } from './panel-messages';

/**
 * Edits of a scenario that the panel's form asks for. They become edits of the text document, one after the other: the
 * document is all that there is, so undo, save and the text editor beside see them like typing.
 */
export class ScenarioEditing implements vscode.Disposable {
  /** The form of this version, and of later ones that only the form's own edits of values made, still tells the steps. */
  #since: number;
  #own = false;
  #queue: Promise<void> = Promise.resolve();
  readonly #listener: vscode.Disposable;

  constructor(
    private readonly document: vscode.TextDocument,
    private readonly server: Pick<MappingServer, 'scenarioForm' | 'editScenario'>,
  ) {
    this.#since = document.version;
    this.#listener = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document === document && event.contentChanges.length > 0 && !this.#own) this.#since = document.version;
    });
  }

  /** The form of the text as it is now. */
  async form(): Promise<FormState> {
    const { version } = this.document;
    return { version, form: await this.server.scenarioForm(this.document.uri) };
  }

  /** Makes the edit. Yields where the step stands then, or why nothing was changed. */
  edit(request: EditRequest): Promise<vscode.Position | string | undefined> {
    const result = this.#queue.then(() => this.#edit(request));
    this.#queue = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #edit({ version, action }: EditRequest): Promise<vscode.Position | string | undefined> {
    if (version < this.#since) return 'the text has changed meanwhile: look at the step as it is now';
    const { document } = this;
    const asked = document.version;
    const answer = await this.server.editScenario(document.uri, action);
    if (!answer.ok) return answer.reason;
    if (document.version !== asked) return 'the text has changed meanwhile: look at the step as it is now';
    const edit = new vscode.WorkspaceEdit();
    for (const { offset, length, text } of answer.edits) {
      const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
      edit.replace(document.uri, range, text);
    }
    const keepsSteps = action.kind === 'set' || action.kind === 'option';
    this.#own = keepsSteps;
    try {
      if (answer.edits.length > 0 && !(await vscode.workspace.applyEdit(edit)))
        return 'the editor did not take the change: is the file read-only?';
    } finally {
      this.#own = false;
    }
    return answer.place && new vscode.Position(answer.place.line - 1, answer.place.column - 1);
  }

  dispose(): void {
    this.#listener.dispose();
  }
}
