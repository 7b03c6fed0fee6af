import type { Type } from '../ir/types';
import type { Place } from '../../sim/trace';
import type { Interpreter } from './interpreter';
import { isPointer, uint64, Unknown, voidPointer, type Known, type Value } from './values';

/** One call as it happens: what a modelled kernel call sees of the code that makes it. */
export class CallSite {
  constructor(
    readonly run: Interpreter,
    /** As resolved: "IOMemoryDescriptor::map", "IOLog". */
    readonly name: string,
    /** The object that a method runs on; 0 for functions. */
    readonly receiver: bigint,
    readonly args: readonly Value[],
    /** The arguments' static types. */
    readonly types: readonly Type[],
    /** The arguments' source texts. */
    readonly texts: readonly string[],
    /** Of the call's value. */
    readonly result: Type,
    readonly place: Place | undefined,
    /** The call's source text, in short. */
    readonly text: string,
    /** The variable, field or global that the result goes to; empty where it goes nowhere at once. */
    readonly into: string,
    /** Whether anything can use the result. */
    readonly used: boolean,
    /** The type of what the result goes to. */
    readonly intoType?: Type,
  ) {}

  get count(): number {
    return this.args.length;
  }

  /** An argument's value, assumed now where it was unknown. */
  known(index: number, wanted: Type = this.types[index] ?? uint64): Known {
    const value = this.args[index];
    if (value === undefined) return 0n;
    return value instanceof Unknown ? this.run.settle(value, wanted, {}) : value;
  }

  /** An integer argument; `otherwise` where the call leaves it out. */
  bits(index: number, otherwise = 0n): bigint {
    return index < this.args.length ? this.run.integer(this.known(index)) : otherwise;
  }

  /** An argument for a parameter without a sign: -1 is the largest value. */
  unsigned(index: number, bits: 32 | 64 = 64): bigint {
    return BigInt.asUintN(bits, this.bits(index));
  }

  /** A pointer argument; 0 where the call leaves it out. */
  pointer(index: number): bigint {
    const type = this.types[index];
    return index < this.args.length
      ? this.run.integer(this.known(index, type && isPointer(type) ? type : voidPointer))
      : 0n;
  }
}

/** A kernel function or method as the interpreter models it. */
export type KernelCall = (site: CallSite) => Value;

/** Kernel calls by name: "bzero", "IOMemoryDescriptor::map". */
export type KernelTable = Readonly<Record<string, KernelCall>>;
