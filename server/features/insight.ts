import type { Function } from '../ir/types';
import { analyzeFunction } from '../symbolic/analyze';
import type { CallFacts, Check, Event } from '../symbolic/events';
import { HoldingsRecorder } from '../symbolic/holdings';
import type { Dependency } from '../symbolic/program';
import { RecordingProgram, stillHolds } from '../symbolic/program';
import type { Span } from '../syntax/text';
import type { Workspace } from '../workspace/workspace';
import { SymbolicProgram } from './symbolic-program';

/** What the paths of a function know, for whoever reads the code. */
export interface Insight {
  /**
   * By `spanKey` of the call: one element a path that reaches it. There is nothing for calls that have nothing to do
   * with memory, and where no path gets there within the budget.
   */
  readonly calls: ReadonlyMap<string, readonly CallFacts[]>;
  /** Of the function and of its closures. */
  readonly holdings: ReadonlyMap<Function, HoldingsRecorder>;
  /** Every place where a reference is given up, with the object as it was before; each once. */
  readonly releases: readonly Extract<Event, { readonly kind: 'release' }>[];
  /** All paths were followed. */
  readonly complete: boolean;
}

interface Kept {
  readonly insight: Insight;
  readonly dependencies: readonly Dependency[];
}

const kept = new WeakMap<Function, Kept>();

/** Kept as long as what it was computed from holds. */
export function insightOf(workspace: Workspace, path: string, fn: Function): Insight {
  const program = new SymbolicProgram(workspace, path);
  const known = kept.get(fn);
  if (known && stillHolds(known.dependencies, program)) return known.insight;
  const made = look(fn, program);
  kept.set(fn, made);
  return made.insight;
}

function look(fn: Function, program: SymbolicProgram): Kept {
  const calls = new Map<string, CallFacts[]>();
  const releases = new Map<string, Insight['releases'][number]>();
  const probe: Check = {
    id: 'probe',
    check(event) {
      if (event.kind === 'release') releases.set(`${spanKey(event.at)} ${event.object.value.id}`, event);
      if (event.kind !== 'call') return undefined;
      const list = calls.get(spanKey(event.at));
      if (list) list.push(event);
      else calls.set(spanKey(event.at), [event]);
      return undefined;
    },
  };
  const holdings = new Map<Function, HoldingsRecorder>();
  const recording = new RecordingProgram(program);
  const analysis = analyzeFunction(fn, recording, [probe], 'full', (context, state, block, index) => {
    const recorder = holdings.get(context.fn) ?? new HoldingsRecorder(context.fn, recording);
    holdings.set(context.fn, recorder);
    recorder.reached(context, state, block, index);
  });
  const insight = { calls, holdings, releases: [...releases.values()], complete: !analysis.budgetEnded };
  return { insight, dependencies: recording.dependencies };
}

export function spanKey({ start, end }: Span): string {
  return `${start} ${end}`;
}
