import type { Defect, Trace } from '../server/protocol';

/** A run in short, as the side panel lists it. */
export interface RunOutcome {
  /** Mappings that the run made: each IOMemoryMap object, shared ones once. */
  readonly made: number;
  /** Those of them that somebody still holds after the last step. */
  readonly held: number;
  readonly defects: readonly Defect[];
  /** What the run ended at, because the simulator does not model it. */
  readonly notModelled?: string;
  /** Any other end than returning: panic, fault, undefined behaviour, step budget. */
  readonly stopped?: string;
}

/** Summarises a trace. */
export function outcomeOf(trace: Trace): RunOutcome {
  const held = new Map<string, boolean>();
  for (const step of trace.steps)
    for (const change of step.changes)
      if (change.of === 'map') {
        if (change.value) held.set(change.id, !change.value.freed && change.value.references > 0);
        else if (held.has(change.id)) held.set(change.id, false);
      }
  const result = {
    made: held.size,
    held: [...held.values()].filter(Boolean).length,
    defects: trace.steps.flatMap((step) => step.defects),
  };
  const { outcome } = trace;
  switch (outcome.kind) {
    case 'returned':
      return result;
    case 'not-modelled':
      return { ...result, notModelled: outcome.what };
    case 'panic':
    case 'fault':
      return { ...result, stopped: `${outcome.kind}: ${outcome.reason}` };
    case 'undefined':
      return { ...result, stopped: `undefined behaviour: ${outcome.reason}` };
    case 'budget':
      return { ...result, stopped: outcome.reason };
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/** One short line, the worst first: "1 defect · 3 mappings · 1 held at the end". */
export function outcomeLine(outcome: RunOutcome): string {
  const words: string[] = [];
  if (outcome.defects.length > 0) words.push(count(outcome.defects.length, 'defect'));
  if (outcome.made === 0) words.push('no mapping');
  else
    words.push(
      count(outcome.made, 'mapping'),
      outcome.held === 0 ? 'none held at the end' : `${outcome.held} held at the end`,
    );
  if (outcome.stopped !== undefined) words.push(outcome.stopped);
  if (outcome.notModelled !== undefined) words.push(`not modelled: ${outcome.notModelled}`);
  return words.join(' · ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
