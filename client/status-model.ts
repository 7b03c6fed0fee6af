import type { Reading } from '../server/protocol';

/** What the language status item says; knows no VS Code. */

export type ServerState = 'starting' | 'running' | 'failed' | 'stopped';

export interface Health {
  readonly server: ServerState;
  /** Questions that wait for an answer for longer than half a second. */
  readonly waiting: boolean;
  /** How long the slowest answer since the last quiet time took, in milliseconds. */
  readonly took: number;
  /** What failed inside MapLens since its last start. */
  readonly failed?: string;
  /** How much of the document in front was understood. */
  readonly reading?: Reading;
  /** The check of the workspace was stopped. */
  readonly stopped?: { readonly checked: number; readonly total: number };
}

export interface StatusWords {
  readonly state: 'starting' | 'idle' | 'checking' | 'slow' | 'partial' | 'error';
  readonly text: string;
  readonly detail: string;
  readonly severity: 'information' | 'warning' | 'error';
  readonly busy: boolean;
  readonly command: { readonly title: string; readonly command: string };
}

/** An answer that takes longer than this is called slow, in milliseconds. */
export const slowAnswer = 2000;

const log = { title: 'Show Log', command: 'maplens.showLog' };
const restart = { title: 'Restart', command: 'maplens.restart' };

/** The words of the worst that there is to say. */
export function statusWords(health: Health): StatusWords {
  const { server, waiting, took, failed, reading, stopped } = health;
  const quiet = { severity: 'information', busy: false, command: log } as const;
  switch (server) {
    case 'starting':
      return { ...quiet, state: 'starting', text: 'MapLens: starting', detail: 'reads the sources', busy: true };
    case 'failed':
    case 'stopped': {
      const text = server === 'failed' ? 'MapLens: could not start' : 'MapLens: stopped';
      return { ...quiet, state: 'error', text, detail: 'no findings, no runs', severity: 'error', command: restart };
    }
    case 'running':
      break;
    default:
      return server satisfies never;
  }
  if (failed !== undefined)
    return {
      ...quiet,
      state: 'error',
      text: 'MapLens: error',
      detail: `${failed} failed inside MapLens; the log says why`,
      severity: 'error',
      busy: waiting,
    };
  if (took >= slowAnswer)
    return {
      ...quiet,
      state: 'slow',
      text: 'MapLens: slow',
      detail: waiting ? `waits for ${seconds(took)} already` : `an answer took ${seconds(took)}`,
      severity: 'warning',
      busy: waiting,
    };
  if (waiting) return { ...quiet, state: 'checking', text: 'MapLens: checking', detail: '', busy: true };
  const missing = gaps(reading, stopped);
  if (missing !== undefined)
    return { ...quiet, state: 'partial', text: 'MapLens: checked in part', detail: missing, severity: 'warning' };
  return { ...quiet, state: 'idle', text: 'MapLens: checking as you type', detail: '' };
}

/** What was not checked, and why; undefined where all was. */
function gaps(reading: Reading | undefined, stopped: Health['stopped']): string | undefined {
  if (reading && reading.part > 0)
    return `${reading.part} of ${functions(reading.functions)} could be read in part only: ${reading.gaps.slice(0, 3).join(', ')}`;
  const [first, ...others] = reading?.budgetEnded ?? [];
  if (first !== undefined)
    return `too many paths in ${first}${others.length > 0 ? ` and ${others.length} more` : ''}: not all were followed`;
  return stopped && `the check of the workspace was stopped: ${stopped.checked} of ${stopped.total} files`;
}

function functions(count: number): string {
  return `${count} function${count === 1 ? '' : 's'}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
