import type { BlockId, Function } from '../ir/types';
import type { Generated } from './generate';
import type { Region } from './memory';
import type { SourceFunction } from './program';
import type { Value } from './values';

/** Where a local lives: in the frame, in memory of its own, in the enclosing frame, or for as long as the run. */
export type Storage = 'register' | 'memory' | 'reference' | 'static';

/** One activation of a function. */
export class Frame {
  /** Values of register locals; undefined before the first store. */
  readonly registers: (Value | undefined)[];
  /** Regions of the locals that live in memory. */
  readonly regions: (Region | undefined)[];
  readonly temps: (Value | undefined)[];
  result: Value | undefined;
  /** Smart pointers that its closures took copies of. */
  readonly closed: Region[] = [];
  /** The arguments beyond the parameters, of a variadic function. */
  extra: readonly Value[] = [];

  constructor(
    readonly code: Code,
    /** The object that a method runs on; 0 in a function. */
    readonly self: bigint,
    readonly depth: number,
  ) {
    this.registers = new Array<Value | undefined>(code.function.locals.length).fill(undefined);
    this.regions = new Array<Region | undefined>(code.function.locals.length).fill(undefined);
    this.temps = new Array<Value | undefined>(code.function.temps.length).fill(undefined);
  }
}

export type Execute = (frame: Frame) => void;
export type Evaluate = (frame: Frame) => Value;

export interface CodeBlock {
  readonly instructions: readonly Execute[];
  /** The next block, or `returned`. */
  readonly next: (frame: Frame) => BlockId;
}

/** What `next` answers when the function is over. */
export const returned = -1;

/** A function turned into closures. */
export interface Code {
  readonly source: SourceFunction;
  readonly function: Function;
  readonly storage: readonly Storage[];
  readonly blocks: readonly CodeBlock[];
  /** How many blocks ran as closures. */
  heat: number;
  /** The same in JavaScript, once it is worth it. */
  generated: Generated | undefined;
}

/** Something that can be called through an address. */
export type Callable =
  | { readonly kind: 'function'; readonly name: string }
  | {
      readonly kind: 'closure';
      readonly source: SourceFunction;
      readonly self: bigint;
      readonly captured: readonly Captured[];
    };

/** What a closure took with it for one of its locals. */
export interface Captured {
  readonly local: number;
  readonly region: Region;
}
