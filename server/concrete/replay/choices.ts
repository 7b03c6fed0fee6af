import type { Type } from '../../ir/types';
import type { Place } from '../../../sim/trace';
import { placeText } from './place-text';

/** Something that a run takes one way, and that another run of the same code may take another way. */
export interface Choice {
  /** The same in every run that has gone the same way so far. */
  readonly key: string;
  readonly kind:
    /** A value that nothing in the code gives. */
    | 'value'
    /** What a call answers: one of the model's may fail, one of the workspace's may be taken as read. */
    | 'answer'
    /** How long an assumed descriptor is. */
    | 'length'
    /** Whether an assumed descriptor is one of device memory. */
    | 'device'
    /** Where assumed device memory is. */
    | 'base';
  readonly what: string;
  readonly type: Type;
}

/** Choices by key: an integer, or 'unread' for a call whose body is not run. */
export type Overrides = ReadonlyMap<string, bigint | 'unread'>;

/** What a guided run has chosen so far, in order. */
export class Choices {
  readonly #overrides: Overrides;
  readonly #counts = new Map<string, number>();
  readonly made: Choice[] = [];

  constructor(overrides: Overrides) {
    this.#overrides = overrides;
  }

  /** A choice comes up; the override for it, if there is one. */
  open(kind: Choice['kind'], what: string, type: Type, place: Place | undefined): Choice {
    const base = `${kind} ${what} ${placeText(place)}`;
    const count = this.#counts.get(base) ?? 0;
    this.#counts.set(base, count + 1);
    const choice: Choice = { key: `${base} #${String(count)}`, kind, what, type };
    this.made.push(choice);
    return choice;
  }

  /** The calls that were taken as read, each once. */
  unread(): string[] {
    const taken = this.made.filter((choice) => this.of(choice) === 'unread');
    return [...new Set(taken.map(({ what }) => `${what.slice(what.lastIndexOf(':') + 1)}()`))];
  }

  of(choice: Choice): bigint | 'unread' | undefined {
    return this.#overrides.get(choice.key);
  }
}
