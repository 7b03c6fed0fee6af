import type { Held } from './held-locks';
import type { Interpreter } from './interpreter';

/** The second of two locks was waited for while the first was held. */
interface Taken {
  readonly line: number | undefined;
  /** Locks of which one thread alone can be the holder: they keep two such orders from meeting. */
  readonly guards: ReadonlySet<bigint>;
}

/** Of one pair of locks, so many different situations are kept. */
const most = 8;

/**
 * In which order locks were taken. A, then B here and B, then A there: two threads that do both at once wait for each other
 * for ever. The run itself goes on, for its one thread gets both.
 */
export class LockOrder {
  readonly #run: Interpreter;
  /** By the first lock, then by the second one. */
  readonly #orders = new Map<bigint, Map<bigint, Taken[]>>();
  readonly #told = new Set<string>();

  constructor(run: Interpreter) {
    this.#run = run;
  }

  /** A lock is about to be waited for while others are held. */
  taken(held: Iterable<Held>, next: Held): void {
    if (next.kind === 'shared') return;
    const others = [...held].filter(({ kind }) => kind !== 'shared');
    for (const first of others) {
      const guards = new Set(others.filter((each) => each !== first).map(({ address }) => address));
      const opposite = this.#orders.get(next.address)?.get(first.address);
      const clash = opposite?.find((each) => [...each.guards].every((guard) => !guards.has(guard)));
      if (clash) this.#tell(first, next, clash);
      this.#add(first.address, next.address, { line: next.line, guards });
    }
  }

  forget(address: bigint): void {
    this.#orders.delete(address);
    for (const seconds of this.#orders.values()) seconds.delete(address);
  }

  #add(first: bigint, second: bigint, taken: Taken): void {
    const seconds = this.#orders.get(first) ?? new Map<bigint, Taken[]>();
    this.#orders.set(first, seconds);
    const known = seconds.get(second) ?? [];
    seconds.set(second, known);
    const same = (each: Taken): boolean =>
      each.guards.size === taken.guards.size && [...each.guards].every((guard) => taken.guards.has(guard));
    if (known.length < most && !known.some(same)) known.push(taken);
  }

  #tell(first: Held, next: Held, { line }: Taken): void {
    const pair = [first.address, next.address].sort().join(' ');
    if (this.#told.has(pair)) return;
    this.#told.add(pair);
    const there = line === undefined ? 'before' : `in line ${String(line)}`;
    const message = `${next.name} is taken while ${first.name} is held, and ${there} the other way round: two threads that do this at once wait for each other for ever.`;
    this.#run.kernel.steps.note('access', message, { kind: 'lock', message });
  }
}
