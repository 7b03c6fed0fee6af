import type { CallSite, KernelTable } from '../call-site';
import { int32, uint32, uint64, type Known, type Value } from '../values';
import type { Type } from '../../ir/types';

/** Comparisons and counts of bits; their arguments come in the type in which they are compared. */
export const arithmeticCalls: KernelTable = {
  maplens_min: (site) => extreme(site, false),
  maplens_max: (site) => extreme(site, true),
  // libkern/libkern.h
  imin: (site) => extreme(site, false, int32),
  imax: (site) => extreme(site, true, int32),
  lmin: (site) => extreme(site, false, { kind: 'int', bits: 64, signed: true }),
  lmax: (site) => extreme(site, true, { kind: 'int', bits: 64, signed: true }),
  ulmin: (site) => extreme(site, false, uint64),
  ulmax: (site) => extreme(site, true, uint64),
  __builtin_popcount: (site) => ones(argument(site, 32)),
  __builtin_popcountl: (site) => ones(argument(site, 64)),
  __builtin_popcountll: (site) => ones(argument(site, 64)),
  __builtin_clz: (site) => leading(site, 32),
  __builtin_clzl: (site) => leading(site, 64),
  __builtin_clzll: (site) => leading(site, 64),
  __builtin_ctz: (site) => trailing(site, 32),
  __builtin_ctzl: (site) => trailing(site, 64),
  __builtin_ctzll: (site) => trailing(site, 64),
  __builtin_ffs: (site) => lowest(argument(site, 32)),
  ffs: (site) => lowest(argument(site, 32)),
  ffsll: (site) => lowest(argument(site, 64)),
  fls: (site) => highest(argument(site, 32)),
  flsll: (site) => highest(argument(site, 64)),
};

function extreme(site: CallSite, greater: boolean, type?: Type): Value {
  const value = (index: number): Known => {
    const known = site.known(index, type);
    return typeof known === 'bigint' && type?.kind === 'int'
      ? type.signed
        ? BigInt.asIntN(type.bits, known)
        : BigInt.asUintN(type.bits, known)
      : known;
  };
  const [left, right] = [value(0), value(1)];
  return greater ? (left < right ? right : left) : right < left ? right : left;
}

function argument(site: CallSite, bits: 32 | 64): bigint {
  return BigInt.asUintN(bits, site.run.integer(site.known(0, bits === 32 ? uint32 : uint64)));
}

function ones(value: bigint): bigint {
  return BigInt(value.toString(2).replaceAll('0', '').length);
}

/** The number of the lowest bit that is set, from 1; 0 where none is. */
function lowest(value: bigint): bigint {
  return value === 0n ? 0n : BigInt((value & -value).toString(2).length);
}

/** The number of the highest bit that is set, from 1; 0 where none is. */
function highest(value: bigint): bigint {
  return value === 0n ? 0n : BigInt(value.toString(2).length);
}

function leading(site: CallSite, bits: 32 | 64): bigint {
  return BigInt(bits) - highest(counted(site, bits));
}

function trailing(site: CallSite, bits: 32 | 64): bigint {
  return lowest(counted(site, bits)) - 1n;
}

/** Clang leaves the answer for 0 undefined. */
function counted(site: CallSite, bits: 32 | 64): bigint {
  const value = argument(site, bits);
  if (value === 0n) site.run.kernel.stop('undefined', `${site.name}(0) has no defined value.`);
  return value;
}
