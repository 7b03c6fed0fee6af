/** Random numbers from a seed: the same sequence for the same seed (xorshift, 32 bits). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
    for (let each = 0; each < 8; each++) this.#next();
  }

  #next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (this.#state = x >>> 0);
  }

  /** A whole number from `low` to `high`, both possible. */
  int(low: number, high: number): number {
    return low + (this.#next() % (high - low + 1));
  }

  /** True with a probability. */
  chance(probability: number): boolean {
    return this.#next() / 2 ** 32 < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.#next() % from.length]!;
  }

  /** Some of a list, in a random order. */
  some<T>(from: readonly T[], count: number): T[] {
    const left = [...from];
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(this.int(0, left.length - 1), 1)[0]!);
  }
}
