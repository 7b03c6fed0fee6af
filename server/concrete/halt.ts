import type { Outcome } from '../../sim/trace';

/**
 * Ends a run from inside of its nested closures. Thrown by the interpreter only, caught by `runFunction` only; it never
 * leaves `server/concrete`.
 */
export class Halt extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.kind);
  }
}

/** Ends the run because MapLens does not model something: `what` names it and, where known, the place of the call. */
export function notModelled(what: string): never {
  throw new Halt({ kind: 'not-modelled', what });
}

/** Ends the run with a fault: an access that the hardware or the kernel would refuse. */
export function fault(reason: string): never {
  throw new Halt({ kind: 'fault', reason });
}

/** Ends the run because C++ does not say what the code does here. */
export function undefinedBehaviour(reason: string): never {
  throw new Halt({ kind: 'undefined', reason });
}

/** Ends the run with a kernel panic. */
export function panic(reason: string): never {
  throw new Halt({ kind: 'panic', reason });
}
