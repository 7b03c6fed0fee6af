import * as vscode from 'vscode';
import type { FileFindings, FindingItem } from '../server/protocol';
import { cancellable } from './cancellable';
import { ordered } from './findings-model';
import type { MappingServer } from './mapping-server';

/** So many files are asked for at a time; other questions come between. */
const batch = 16;
/** Quiet time after a change until all is asked for again, in milliseconds. */
const settleTime = 500;

/** starting: no answer yet. partial: stopped before the last file. */
export type FindingsState = 'starting' | 'checking' | 'ready' | 'partial' | 'failed';

/** The findings of all files of the workspace, asked for again when results may differ. */
export class WorkspaceFindings implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];
  #files = new Map<string, FileFindings>();
  #all: readonly FindingItem[] = [];
  #state: FindingsState = 'starting';
  #checked = 0;
  #total = 0;
  #running: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly server: MappingServer,
    private readonly log: (text: string) => void,
  ) {
    this.#disposables = [this.#changed, server.onDidChange(() => this.#later())];
  }

  get all(): readonly FindingItem[] {
    return this.#all;
  }

  get state(): FindingsState {
    return this.#state;
  }

  /** How many files were checked, of how many. */
  get progress(): { readonly checked: number; readonly total: number } {
    return { checked: this.#checked, total: this.#total };
  }

  /** Asks for all findings; while it runs, a second call makes it run once more after that. */
  async refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#check();
    await this.#running;
    this.#running = undefined;
    if (this.#again) {
      this.#again = false;
      await this.refresh();
    }
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), settleTime);
  }

  async #check(): Promise<void> {
    if (this.#state !== 'starting') this.#set('checking');
    try {
      const uris = await this.server.checkedFiles();
      this.#total = uris.length;
      this.#checked = 0;
      const there = new Set(uris);
      for (const uri of this.#files.keys()) if (!there.has(uri)) this.#files.delete(uri);
      const whole = await cancellable('MapLens checks the workspace', async ({ token, report }) => {
        for (let at = 0; at < uris.length; at += batch) {
          if (token.isCancellationRequested) return false;
          const some = uris.slice(at, at + batch);
          report(at, uris.length, some[0]!.slice(some[0]!.lastIndexOf('/') + 1));
          for (const file of await this.server.findings(some)) this.#files.set(file.uri, file);
          this.#checked = Math.min(at + batch, uris.length);
        }
        return true;
      });
      this.#all = ordered([...this.#files.values()]);
      this.#set(whole ? 'ready' : 'partial');
    } catch (error) {
      this.log(`findings: ${String(error)}`);
      this.#set('failed');
    }
  }

  #set(state: FindingsState): void {
    this.#state = state;
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
