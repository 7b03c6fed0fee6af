import type { Arch } from '../../sim/trace';
import { Span } from './span';
import { wide } from './values';

/** What a byte of a region holds. */
export const enum ByteState {
  /** Nothing was ever written: reading it is undefined. */
  Uninitialised = 0,
  Defined = 1,
  /** It existed before the run began, so it holds a value that the run has to assume when it reads it. */
  Assumed = 2,
}

/** Other states: some bits of the byte are set, and the others never were. Where all but the highest are, that counts as set. */
export function stateOfBits(mask: number): number {
  if (mask === 0) return ByteState.Uninitialised;
  if (mask === 0xff || mask === 0x7f) return ByteState.Defined;
  return mask < 0x7f ? mask + 2 : mask + 1;
}

/** The bits of a byte that are set; all, where they are assumed. */
export function bitsOfState(state: number): number {
  if (state === ByteState.Uninitialised) return 0;
  if (state <= ByteState.Assumed) return 0xff;
  return state <= 0x80 ? state - 2 : state - 1;
}

/** Whether nothing was ever written to a byte, or to some bits of it. */
export function isUnset(state: number): boolean {
  return state === ByteState.Uninitialised || state > ByteState.Assumed;
}

export type RegionKind = 'stack' | 'heap' | 'object' | 'global' | 'assumed' | 'code';

/** One object of the run's own memory: a local whose address is taken, a heap block, an instance, a global. */
export class Region {
  #freed = false;
  #span: Span | undefined;
  /** Whole pages of ordinary memory, which a descriptor can map; not a block of a zone. */
  pageable = false;
  /** A variable that existed before the run, with what it is initialised with: the run assumes that it still holds it. */
  initialised = false;
  /** The state that all bytes began in. */
  readonly fresh: ByteState;
  constructor(
    readonly base: bigint,
    readonly size: number,
    readonly kind: RegionKind,
    /** How the source names it: "this", "provider", "buffer". */
    public name: string,
    readonly bytes: Uint8Array,
    readonly state: Uint8Array,
    fresh: ByteState,
  ) {
    this.fresh = fresh;
  }

  get freed(): boolean {
    return this.#freed;
  }

  set freed(value: boolean) {
    this.#freed = value;
    if (value) this.#span?.end();
  }

  /** Its bytes for quick accesses, as long as it lives. */
  get span(): Span {
    if (!this.#span) {
      this.#span = new Span(wide(this.base), this.bytes, this.state);
      if (this.#freed) this.#span.end();
    }
    return this.#span;
  }
}

const slotBits = 20n;
const slotSize = 1 << Number(slotBits);
/** Regions above this many slots can't be made: the address range that they come from ends. */
const maximumSlots = 250_000;

/**
 * The run's own memory: kernel stack, zone memory and globals. Every region starts in a slot of its own, so an access
 * beyond its end meets no other region. The addresses lie in the kernel's range, away from where mappings are placed.
 */
export class RunMemory {
  readonly #start: bigint;
  readonly #slots: (Region | undefined)[] = [];
  readonly #idle: number[] = [];
  /** Where regions begin, and where the last of them may end; as `wide` numbers. */
  readonly lowest: number;
  readonly highest: number;

  constructor(arch: Arch) {
    this.#start = arch === 'x86_64' ? 0xffff_ffc0_0000_0000n : 0xffff_fe60_0000_0000n;
    this.lowest = wide(this.#start);
    this.highest = this.lowest + maximumSlots * slotSize;
  }

  /** A new region of `size` bytes in the given state, or undefined when the range is used up. Defined bytes are 0. */
  allocate(size: number, state: ByteState, kind: RegionKind, name: string): Region | undefined {
    const slots = Math.max(1, Math.ceil((size + 1) / slotSize));
    let first = this.#slots.length;
    if (first + slots > maximumSlots) {
      const idle = slots === 1 ? this.#idle.shift() : undefined;
      if (idle === undefined) return undefined;
      first = idle;
    }
    const base = this.#start + (BigInt(first) << slotBits);
    const region = new Region(base, size, kind, name, new Uint8Array(size), new Uint8Array(size).fill(state), state);
    for (let slot = 0; slot < slots; slot++) this.#slots[first + slot] = region;
    return region;
  }

  /** Ends a region's life. Its addresses stay its own until the range runs out. */
  free(region: Region): void {
    region.freed = true;
    if (region.size < slotSize) this.#idle.push(Number((region.base - this.#start) >> slotBits));
  }

  /** The quick way to a region's bytes; undefined where there is none alive. */
  span(address: number): Span | undefined {
    const distance = address - this.lowest;
    if (distance < 0 || distance >= this.#slots.length * slotSize) return undefined;
    const region = this.#slots[Math.floor(distance / slotSize)];
    return region && !region.freed ? region.span : undefined;
  }

  /** The region whose slots contain an address, even past its end; undefined for addresses of anything else. */
  find(address: bigint): Region | undefined {
    const distance = address - this.#start;
    if (distance < 0n) return undefined;
    const slot = distance >> slotBits;
    return slot < BigInt(this.#slots.length) ? this.#slots[Number(slot)] : undefined;
  }

  /** Gives a region's addresses up: something else keeps its bytes from now on. */
  forget(region: Region): void {
    const first = Number((region.base - this.#start) >> slotBits);
    for (let slot = first; this.#slots[slot] === region; slot++) this.#slots[slot] = undefined;
    region.span.end();
  }

  /** The byte offset of an address in its region; it may lie outside of the region's size. */
  offset(region: Region, address: bigint): number {
    return Number(address - region.base);
  }

  /** All regions that are alive, each once. */
  *regions(): Iterable<Region> {
    let last: Region | undefined;
    for (const region of this.#slots) {
      if (region === undefined || region === last || region.freed) continue;
      last = region;
      yield region;
    }
  }
}

/** The little-endian unsigned integer in `size` bytes. */
export function readInteger(bytes: Uint8Array, offset: number, size: number): bigint {
  let low = 0;
  const lowBytes = Math.min(size, 4);
  for (let at = 0; at < lowBytes; at++) low += bytes[offset + at]! * 2 ** (8 * at);
  if (size <= 4) return BigInt(low);
  let value = BigInt(low);
  for (let at = 4; at < size; at += 4) {
    let part = 0;
    for (let byte = 0; byte < Math.min(4, size - at); byte++) part += bytes[offset + at + byte]! * 2 ** (8 * byte);
    if (part !== 0) value |= BigInt(part) << BigInt(8 * at);
  }
  return value;
}

/** Writes the low `size` bytes of an integer, little-endian. */
export function writeInteger(bytes: Uint8Array, offset: number, size: number, value: bigint): void {
  for (let at = 0; at < size; at += 4) {
    const part = Number(BigInt.asUintN(32, value >> BigInt(8 * at)));
    for (let byte = 0; byte < Math.min(4, size - at); byte++) bytes[offset + at + byte] = (part >>> (8 * byte)) & 0xff;
  }
}
