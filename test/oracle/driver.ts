import type { Check } from './check';
import { buffer, describe, interleaved, multi, physical, setLength, sub } from './driver-descriptors';
import { map, redirect, release, retain, setMapping, unmap } from './driver-maps';
import { access, allocate, complete, deallocate, prepare, transfer } from './driver-memory';
import { DriverState } from './driver-state';

/**
 * A random driver. Each operation is a few small numbers; what they mean depends on what there is. `check` is told of
 * every call and what it gave, and may be absent.
 */

export type Operation = readonly [kind: number, a: number, b: number, c: number, d: number, e: number, f: number];

type Action = (driver: DriverState, a: number, b: number, c: number, d: number, e: number, f: number) => void;

/** How often each kind of operation comes; the numbers add up to what `Operation[0]` is taken modulo. */
const actions = {
  map: [30, map],
  release: [24, release],
  allocate: [4, allocate],
  describe: [7, describe],
  physical: [2, physical],
  buffer: [5, buffer],
  sub: [3, sub],
  multi: [2, multi],
  interleaved: [1, interleaved],
  retain: [2, retain],
  unmap: [2, unmap],
  prepare: [4, prepare],
  complete: [3, complete],
  setLength: [1, setLength],
  transfer: [4, transfer],
  access: [6, access],
  redirect: [2, redirect],
  deallocate: [1, deallocate],
  setMapping: [1, setMapping],
} as const satisfies Readonly<Record<string, readonly [weight: number, action: Action]>>;

export type Kind = keyof typeof actions;

const kinds = Object.entries(actions).flatMap(([kind, [weight]]) => new Array<Kind>(weight).fill(kind as Kind));

export interface DriverOptions {
  /** No operation of these kinds is done. */
  readonly without?: ReadonlySet<Kind>;
  /**
   * Nothing is done after which the kernel itself leaves pages behind: mappings that overwrite (B.8.3), a prefault of what
   * is not wired (B.9), ranges that do not meet on pages (B.19), composed memory whose parts do not (B.16), and memory
   * that is taken from under a mapping (E.8).
   */
  readonly clean?: boolean;
}

export class Driver extends DriverState {
  readonly #without: ReadonlySet<Kind>;

  constructor(profile: string, check?: Check, options: DriverOptions = {}) {
    super(profile, check, options.clean);
    this.#without = options.without ?? new Set();
  }

  do([number, a, b, c, d, e, f]: Operation): void {
    const kind = kinds[number % kinds.length]!;
    if (this.#without.has(kind)) return;
    this.prune();
    const action: Action = actions[kind][1];
    action(this, a, b, c, d, e, f);
  }
}
