import type { Place, Trace } from '../server/protocol';

/** Messages between the table of mappings at the cursor and the extension. */

/** What is shown: a run with the caret's place in it, or why there is none. */
export type MappingsContent =
  | {
      readonly kind: 'run';
      readonly title: string;
      readonly trace: Trace;
      readonly caret: { readonly uri: string; readonly line: number; readonly column: number };
      /** The run is of the text before the last edit, and why there is no newer. */
      readonly stale?: string;
    }
  | { readonly kind: 'empty'; readonly title: string; readonly hint: string };

export type MappingsHostMessage =
  | { readonly type: 'content'; readonly content: MappingsContent }
  | { readonly type: 'caret'; readonly line: number; readonly column: number };

export type MappingsPageMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'go'; readonly place: Place }
  | { readonly type: 'panel' }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'failed'; readonly reason: string };

const kinds: readonly MappingsPageMessage['type'][] = ['ready', 'go', 'panel', 'copy', 'failed'];

/** A message of the page; undefined where it is none of the known ones. */
export function readMappingsMessage(value: unknown): MappingsPageMessage | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return kinds.includes(value.type as MappingsPageMessage['type']) ? (value as MappingsPageMessage) : undefined;
}
