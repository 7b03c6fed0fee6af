import type { Type } from '../ir/types';
import type { Place } from '../../sim/trace';

/** A struct, union or array by value. `state` says of each byte whether it is defined (see memory.ts). */
export class Aggregate {
  constructor(
    readonly bytes: Uint8Array,
    readonly state: Uint8Array,
  ) {}
}

/**
 * A value that nothing in the code gives: the result of a call that is not modelled, or a name that nothing declares.
 * It takes a value, and is listed as an assumption, when something first depends on it, never earlier.
 */
export class Unknown {
  /** The value once assumed. */
  value: bigint | number | Aggregate | undefined;
  /** Why the code that yields it was not understood: then nothing may depend on it. */
  reason: string | undefined;
  /** Nothing was ever stored where it was read: it may be copied, but nothing may depend on it. */
  neverSet: 'whole' | 'part' | undefined;
  constructor(
    /** What it is, as the source says it: "provider->configRead32(0x10)". */
    readonly what: string,
    /** The last name in it, by which a plan may give its value: "configRead32". */
    readonly name: string,
    public type: Type,
    readonly place: Place | undefined,
  ) {}
}

/** Integers, booleans and pointers are bigints, normalised to their type's range (pointers unsigned); floats numbers. */
export type Value = bigint | number | Aggregate | Unknown;

/** A value that is no longer unknown. */
export type Known = bigint | number | Aggregate;

/** Whether values of a type are addresses. */
export function isPointer(type: Type): boolean {
  return type.kind === 'pointer' || type.kind === 'reference' || type.kind === 'function';
}

/** Whether values of a type are kept as bytes. */
export function isAggregate(type: Type): boolean {
  return type.kind === 'class' || type.kind === 'array';
}

/** What a pointer or a reference points to. */
export function pointed(type: Type): Type {
  return type.kind === 'pointer' || type.kind === 'reference' ? type.to : unknownType;
}

export const unknownType: Type = { kind: 'unknown' };
export const voidType: Type = { kind: 'void' };
export const boolType: Type = { kind: 'bool' };
export const int32: Type = { kind: 'int', bits: 32, signed: true };
export const uint32: Type = { kind: 'int', bits: 32, signed: false };
export const uint64: Type = { kind: 'int', bits: 64, signed: false };
export const uint8: Type = { kind: 'int', bits: 8, signed: false };
export const voidPointer: Type = { kind: 'pointer', to: voidType };

/** The function that brings an integer or float into the range of a type, as a C conversion does. */
export function normaliser(type: Type): (value: bigint | number) => bigint | number {
  switch (type.kind) {
    case 'int': {
      const bits = type.bits;
      return type.signed
        ? (value) => BigInt.asIntN(bits, integer(value))
        : (value) => BigInt.asUintN(bits, integer(value));
    }
    case 'bool':
      return (value) => (typeof value === 'number' ? (value !== 0 ? 1n : 0n) : value !== 0n ? 1n : 0n);
    case 'enum':
      return type.of ? normaliser(type.of) : (value) => BigInt.asIntN(64, integer(value));
    case 'float':
      return type.bits === 32 ? (value) => Math.fround(Number(value)) : (value) => Number(value);
    case 'pointer':
    case 'reference':
    case 'function':
      return (value) => BigInt.asUintN(64, integer(value));
    case 'void':
    case 'class':
    case 'array':
    case 'unknown':
      return (value) => value;
  }
}

/** Integers from -wideLimit to wideLimit - 1 are numbers in compiled code; sums of two of them are still exact. */
export const wideLimit = 2 ** 52;

/** An integer of 64 bits, taken as signed, as a number. Exact for what lies within `wideLimit`, as all addresses do. */
export function wide(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

/** A float truncates towards zero, as in C; one that no integer can hold becomes 0. */
function integer(value: bigint | number): bigint {
  if (typeof value === 'bigint') return value;
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

/** A type in a few words, for messages. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'void':
    case 'bool':
      return type.kind;
    case 'int':
      return type.name ?? `${type.signed ? 'int' : 'uint'}${String(type.bits)}_t`;
    case 'float':
      return type.bits === 32 ? 'float' : 'double';
    case 'pointer':
      return `${typeName(type.to)} *`;
    case 'reference':
      return `${typeName(type.to)} &`;
    case 'class':
    case 'enum':
      return type.name;
    case 'array':
      return `${typeName(type.of)}[${type.length === undefined ? '' : String(type.length)}]`;
    case 'function':
      return 'function';
    case 'unknown':
      return type.name ?? 'unknown type';
  }
}

/** "an IOService", "a Parameters". */
export function withArticle(name: string): string {
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`;
}
