import type { HostMessage, PageMessage } from '../panel-messages';

/** What the page keeps while it is hidden. */
export interface SavedView {
  readonly uri: string;
  readonly function?: string;
  readonly step: number;
  readonly tab: 'picture' | 'table';
  readonly zoom: number;
  /** Whether the list of steps is open. */
  readonly list: boolean;
  /** Whether the form of a scenario is open. */
  readonly editor: boolean;
}

interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): SavedView | undefined;
  setState(state: SavedView): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The extension, as the page sees it. */
export const host: VsCodeApi = acquireVsCodeApi();

/** Calls back for each message of the extension. Returns what ends it. */
export function listen(take: (message: HostMessage) => void): () => void {
  const handle = (event: MessageEvent<HostMessage>): void => {
    try {
      take(event.data);
    } catch (error) {
      host.postMessage({
        type: 'failed',
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  };
  window.addEventListener('message', handle);
  return () => window.removeEventListener('message', handle);
}
