import type { Hex, Outcome, Step } from '../../sim/trace';

/** Number of bytes between two addresses. */
export function distance(start: Hex, end: Hex): bigint {
  return BigInt(end) - BigInt(start);
}

/** What a step did, without its defects, which stand in lines of their own. Empty where they tell it all. */
export function withoutDefects({ sentence, defects }: Pick<Step, 'sentence' | 'defects'>): string {
  return defects.reduce((text, { message }) => text.replace(message, '').trim(), sentence);
}

/** How the run ended, in a short sentence. Undefined where it just returned. */
export function ending(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'returned':
      return undefined;
    case 'panic':
      return `The run ends in a panic: ${outcome.reason}`;
    case 'fault':
      return `The run ends in a fault: ${outcome.reason}`;
    case 'undefined':
      return `The run ends at undefined behaviour: ${outcome.reason}`;
    case 'not-modelled':
      return `The run stops here, because the simulator does not model ${outcome.what}`;
    case 'budget':
      return `The run was stopped: ${outcome.reason}`;
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/** Names in the order in which they came up; those that are new come last, those that are gone are left out. */
export function inOrder(before: readonly string[], names: readonly string[]): readonly string[] {
  return [...before.filter((name) => names.includes(name)), ...names.filter((name) => !before.includes(name))];
}

/** The last part of a file's URI. */
export function fileName(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
