import * as vscode from 'vscode';

/** Work that takes longer than this is shown with a way to stop it, in milliseconds. */
const patience = 1000;

export interface Progress {
  readonly token: vscode.CancellationToken;
  /** Tells what is done so far, of how much. */
  report(done: number, all: number, what: string): void;
}

/** Runs work at once; where it takes more than a second, a notification says how far it is and stops it on demand. */
export async function cancellable<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  let tell: Progress['report'] | undefined;
  let latest: Parameters<Progress['report']> | undefined;
  const running = work({
    token: source.token,
    report(...what) {
      latest = what;
      tell?.(...what);
    },
  });
  const timer = setTimeout(() => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(() => source.cancel());
        let told = 0;
        tell = (done, all, what) => {
          const now = all > 0 ? (100 * done) / all : 0;
          progress.report({ message: `${done} of ${all}: ${what}`, increment: now - told });
          told = now;
        };
        if (latest) tell(...latest);
        return running.then(
          () => undefined,
          () => undefined,
        );
      },
    );
  }, patience);
  try {
    return await running;
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}
