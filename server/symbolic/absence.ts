import type { ObjectState, State } from './state';
import type { Value } from './values';
import { eachPart } from './values';

/** What a call that failed has left where it promised an object: NULL. */
export interface Absence {
  /** As the object would have been, for what is told of it. */
  readonly object: ObjectState;
  /** What the call answered. */
  readonly result: Value;
}

/** A path asks, or shows to code out of view, what may say that calls have failed: nothing is missing any more. */
export function noteAsked(state: State, value: Value): void {
  if (state.absent.size === 0) return;
  eachPart(value, (part) => {
    for (const [none, { result }] of state.absent) if (part === result || part === none) state.absent.delete(none);
  });
}
