import type { CallSite, KernelTable } from '../call-site';
import type { Type } from '../../ir/types';
import type { Value } from '../values';

type Bits = 8 | 16 | 32 | 64;

/** Atomic operations, byte order, bits, overflow checks and accesses through a base and an offset. */
export const atomicCalls: KernelTable = {
  OSIncrementAtomic: (site) => change(site, 0, 32, (old) => old + 1n),
  OSDecrementAtomic: (site) => change(site, 0, 32, (old) => old - 1n),
  OSAddAtomic: (site) => change(site, 1, 32, (old) => old + site.bits(0)),
  OSIncrementAtomic64: (site) => change(site, 0, 64, (old) => old + 1n),
  OSDecrementAtomic64: (site) => change(site, 0, 64, (old) => old - 1n),
  OSAddAtomic64: (site) => change(site, 1, 64, (old) => old + site.bits(0)),
  OSBitOrAtomic: (site) => change(site, 1, 32, (old) => old | site.bits(0)),
  OSBitAndAtomic: (site) => change(site, 1, 32, (old) => old & site.bits(0)),
  OSCompareAndSwap: (site) => swap(site, 32),
  OSCompareAndSwap64: (site) => swap(site, 64),
  OSCompareAndSwapPtr: (site) => swap(site, 64),

  OSSwapInt16: (site) => swapped(site.bits(0), 16),
  OSSwapInt32: (site) => swapped(site.bits(0), 32),
  OSSwapInt64: (site) => swapped(site.bits(0), 64),
  OSSwapHostToBigInt16: (site) => swapped(site.bits(0), 16),
  OSSwapHostToBigInt32: (site) => swapped(site.bits(0), 32),
  OSSwapHostToBigInt64: (site) => swapped(site.bits(0), 64),
  OSSwapBigToHostInt16: (site) => swapped(site.bits(0), 16),
  OSSwapBigToHostInt32: (site) => swapped(site.bits(0), 32),
  OSSwapBigToHostInt64: (site) => swapped(site.bits(0), 64),
  OSSwapHostToLittleInt16: (site) => site.bits(0),
  OSSwapHostToLittleInt32: (site) => site.bits(0),
  OSSwapHostToLittleInt64: (site) => site.bits(0),
  OSSwapLittleToHostInt16: (site) => site.bits(0),
  OSSwapLittleToHostInt32: (site) => site.bits(0),
  OSSwapLittleToHostInt64: (site) => site.bits(0),
  OSReadLittleInt16: (site) => get(site, 16),
  OSReadLittleInt32: (site) => get(site, 32),
  OSReadLittleInt64: (site) => get(site, 64),
  OSReadBigInt16: (site) => swapped(get(site, 16), 16),
  OSReadBigInt32: (site) => swapped(get(site, 32), 32),
  OSWriteLittleInt16: (site) => put(site, 16, site.bits(2)),
  OSWriteLittleInt32: (site) => put(site, 32, site.bits(2)),
  OSWriteLittleInt64: (site) => put(site, 64, site.bits(2)),
  OSWriteBigInt16: (site) => put(site, 16, swapped(site.bits(2), 16)),
  OSWriteBigInt32: (site) => put(site, 32, swapped(site.bits(2), 32)),

  __builtin_clz: (site) => leadingZeros(site, 32),
  __builtin_clzl: (site) => leadingZeros(site, 64),
  __builtin_clzll: (site) => leadingZeros(site, 64),
  __builtin_ctz: (site) => trailingZeros(site, 32),
  __builtin_ctzl: (site) => trailingZeros(site, 64),
  __builtin_ctzll: (site) => trailingZeros(site, 64),
  __builtin_ffs: (site) => (site.bits(0) === 0n ? 0n : trailingZeros(site, 32) + 1n),
  ffs: (site) => (site.bits(0) === 0n ? 0n : trailingZeros(site, 32) + 1n),
  __builtin_popcount: (site) => ones(site, 32),
  __builtin_popcountl: (site) => ones(site, 64),
  __builtin_popcountll: (site) => ones(site, 64),

  os_add_overflow: (site) => overflow(site, 2, site.bits(0) + site.bits(1)),
  os_sub_overflow: (site) => overflow(site, 2, site.bits(0) - site.bits(1)),
  os_mul_overflow: (site) => overflow(site, 2, site.bits(0) * site.bits(1)),
  os_add3_overflow: (site) => overflow(site, 3, site.bits(0) + site.bits(1) + site.bits(2)),
  os_mul_and_add_overflow: (site) => overflow(site, 3, site.bits(0) * site.bits(1) + site.bits(2)),
  os_convert_overflow: (site) => overflow(site, 1, site.bits(0)),
  __builtin_add_overflow: (site) => overflow(site, 2, site.bits(0) + site.bits(1)),
  __builtin_sub_overflow: (site) => overflow(site, 2, site.bits(0) - site.bits(1)),
  __builtin_mul_overflow: (site) => overflow(site, 2, site.bits(0) * site.bits(1)),
};

function binary(site: CallSite, bits: Bits): string {
  return BigInt.asUintN(bits, site.bits(0)).toString(2).padStart(bits, '0');
}

/** Of 0 it is undefined; arm64's clz says all of them. */
function leadingZeros(site: CallSite, bits: Bits): bigint {
  const at = binary(site, bits).indexOf('1');
  return BigInt(at < 0 ? bits : at);
}

function trailingZeros(site: CallSite, bits: Bits): bigint {
  const at = binary(site, bits).lastIndexOf('1');
  return BigInt(at < 0 ? bits : bits - 1 - at);
}

function ones(site: CallSite, bits: Bits): bigint {
  return BigInt(binary(site, bits).replaceAll('0', '').length);
}

function unsigned(bits: Bits): Type {
  return { kind: 'int', bits, signed: false };
}

function load(site: CallSite, address: bigint, type: Type, index: number): bigint {
  return site.run.integer(site.run.load(address, type, site.run.access(undefined, site.texts[index] ?? '')));
}

function store(site: CallSite, address: bigint, type: Type, value: bigint, index: number): void {
  site.run.store(address, type, value, site.run.access(undefined, site.texts[index] ?? ''));
}

/** Stores a changed value and answers the one from before. */
function change(site: CallSite, index: number, bits: Bits, operation: (old: bigint) => bigint): Value {
  const address = site.pointer(index);
  const old = load(site, address, { kind: 'int', bits, signed: true }, index);
  store(site, address, unsigned(bits), operation(old), index);
  return old;
}

function swap(site: CallSite, bits: Bits): Value {
  const address = site.pointer(2);
  if (load(site, address, unsigned(bits), 2) !== BigInt.asUintN(bits, site.bits(0))) return 0n;
  store(site, address, unsigned(bits), site.bits(1), 2);
  return 1n;
}

function swapped(value: bigint, bits: Bits): bigint {
  let left = BigInt.asUintN(bits, value);
  let result = 0n;
  for (let byte = 0; byte < bits / 8; byte++, left >>= 8n) result = (result << 8n) | (left & 0xffn);
  return result;
}

function get(site: CallSite, bits: Bits): bigint {
  return load(site, BigInt.asUintN(64, site.pointer(0) + site.bits(1)), unsigned(bits), 0);
}

function put(site: CallSite, bits: Bits, value: bigint): Value {
  store(site, BigInt.asUintN(64, site.pointer(0) + site.bits(1)), unsigned(bits), value, 0);
  return 0n;
}

/** Stores a sum in the type of the result's variable; true where it does not fit. */
function overflow(site: CallSite, index: number, exact: bigint): Value {
  const pointer = site.types[index];
  const type = pointer?.kind === 'pointer' ? pointer.to : unsigned(64);
  const address = site.pointer(index);
  store(site, address, type, exact, index);
  return load(site, address, type, index) === exact ? 0n : 1n;
}
