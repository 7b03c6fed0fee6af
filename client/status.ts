import * as vscode from 'vscode';
import type { Reading } from '../server/protocol';
import { isScenario, scenarioLanguage, sourceLanguages } from './mapping-server';
import type { MappingServer } from './mapping-server';
import { statusWords } from './status-model';
import type { StatusWords } from './status-model';
import type { WorkspaceFindings } from './workspace-findings';

const severities: Readonly<Record<StatusWords['severity'], vscode.LanguageStatusSeverity>> = {
  information: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
};

/** The language status item: idle, checking, slow, checked in part, or an error; with the log behind it. */
export class Status implements vscode.Disposable {
  readonly #item: vscode.LanguageStatusItem;
  readonly #disposables: vscode.Disposable[];
  #reading: { readonly uri: string; readonly reading: Reading } | undefined;

  constructor(
    private readonly server: MappingServer,
    private readonly findings: WorkspaceFindings,
    private readonly log: (text: string) => void,
  ) {
    this.#item = vscode.languages.createLanguageStatusItem(
      'maplens',
      [...sourceLanguages, scenarioLanguage].map((language) => ({ language })),
    );
    this.#item.name = 'MapLens';
    this.#disposables = [
      this.#item,
      server.onDidChangeHealth(() => this.#show()),
      findings.onDidChange(() => void this.#read()),
      vscode.window.onDidChangeActiveTextEditor(() => void this.#read()),
    ];
    this.#show();
  }

  /** Asks how much of the document in front was understood. */
  async #read(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document && sourceLanguages.includes(document.languageId) && !isScenario(document))
      try {
        const uri = document.uri.toString();
        this.#reading = { uri, reading: await this.server.reading(uri) };
      } catch (error) {
        this.log(`reading: ${String(error)}`);
        this.#reading = undefined;
      }
    this.#show();
  }

  #show(): void {
    const { state, progress } = this.findings;
    const front = vscode.window.activeTextEditor?.document.uri.toString();
    const reading = this.#reading?.uri === front ? this.#reading?.reading : undefined;
    const { text, detail, severity, busy, command } = statusWords({
      ...this.server.health,
      ...(reading && { reading }),
      ...(state === 'partial' && { stopped: progress }),
    });
    this.#item.text = text;
    this.#item.detail = detail;
    this.#item.severity = severities[severity];
    this.#item.busy = busy;
    this.#item.command = command;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
