/**
 * Consecutive bytes of memory with the state of each (see memory.ts), for accesses that only need a bounds check. Addresses
 * are `wide` numbers. A span that is over contains no address.
 */
export class Span {
  lo: number;
  hi: number;
  readonly view: DataView;
  constructor(
    start: number,
    readonly bytes: Uint8Array,
    readonly state: Uint8Array,
  ) {
    this.lo = start;
    this.hi = start + bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  end(): void {
    this.lo = Infinity;
    this.hi = -Infinity;
  }
}

/** Contains no address. */
export const noSpan = new Span(Infinity, new Uint8Array(0), new Uint8Array(0));
