import type { CallSite, KernelTable } from '../call-site';
import { ByteState } from '../memory';
import type { Value } from '../values';
import { storeOut } from './receivers';

/** The largest block that the model allocates; a larger request answers NULL. */
const largest = 256n << 20n;

/** Z_ZERO (osfmk/kern/zalloc.h). */
const zeroed = 0x4n;

/** Allocation and block operations of IOLib and of the C library. */
export const memoryCalls: KernelTable = {
  IOMalloc: (site) => allocate(site, site.unsigned(0), false, false),
  IOMallocZero: (site) => allocate(site, site.unsigned(0), true, false),
  IOMallocData: (site) => allocate(site, site.unsigned(0), false, false),
  IOMallocZeroData: (site) => allocate(site, site.unsigned(0), true, false),
  IOMallocAligned: (site) => allocate(site, site.unsigned(0), false, site.bits(1) >= page(site)),
  IOMallocPageable: (site) => allocate(site, site.unsigned(0), false, true),
  IOMallocPageableZero: (site) => allocate(site, site.unsigned(0), true, true),
  IOMallocContiguous: (site) => {
    const address = allocate(site, site.unsigned(0), false, true);
    if (site.count > 2 && address !== 0n) storeOut(site, 2, 0x2_0000_0000n);
    return address;
  },
  IOFree: (site) => free(site),
  IOFreeData: (site) => free(site),
  IOFreeAligned: (site) => free(site),
  IOFreePageable: (site) => free(site),
  IOFreeContiguous: (site) => free(site),
  // What IOMalloc and its kin are inside of the kernel (iokit/IOKit/IOLib.h): the heap comes first.
  IOMalloc_internal: (site) => allocate(site, site.unsigned(1), (site.bits(2) & zeroed) !== 0n, false),
  __IOMalloc_internal: (site) => allocate(site, site.unsigned(1), (site.bits(2) & zeroed) !== 0n, false),
  IOMallocAligned_internal: (site) => allocate(site, site.unsigned(1), false, site.bits(2) >= page(site)),
  __IOMallocAligned_internal: (site) => allocate(site, site.unsigned(1), false, site.bits(2) >= page(site)),
  kalloc: (site) => allocate(site, site.unsigned(0), false, false),
  kfree: (site) => free(site),
  OSMalloc: (site) => allocate(site, site.unsigned(0), false, false),
  OSFree: (site) => free(site),

  bzero: (site) => fill(site, site.pointer(0), 0, site.unsigned(1)),
  __bzero: (site) => fill(site, site.pointer(0), 0, site.unsigned(1)),
  memset: (site) => fill(site, site.pointer(0), Number(site.bits(1) & 0xffn), site.unsigned(2)),
  memset_s: (site) => fill(site, site.pointer(0), Number(site.bits(2) & 0xffn), site.unsigned(3)) && 0n,
  memcpy: (site) => copy(site, site.pointer(0), site.pointer(1), site.unsigned(2)),
  memmove: (site) => copy(site, site.pointer(0), site.pointer(1), site.unsigned(2)),
  bcopy: (site) => copy(site, site.pointer(1), site.pointer(0), site.unsigned(2)),
  memcmp: (site) => compare(site),
  bcmp: (site) => compare(site),
};

function page(site: CallSite): bigint {
  return BigInt(site.run.profile.pageSize);
}

function allocate(site: CallSite, size: bigint, zero: boolean, pages: boolean): bigint {
  if (size === 0n || size > largest) return 0n;
  const { run } = site;
  const name = site.into === '' ? site.name : site.into;
  const region = run.allocate(Number(size), zero ? ByteState.Defined : ByteState.Uninitialised, 'heap', name);
  // Large blocks are ordinary memory on Intel; on arm64 they belong to the kernel object (osfmk/kern/kalloc.c).
  region.pageable = pages || (size >= page(site) && run.profile.arch === 'x86_64');
  return region.base;
}

function free(site: CallSite): Value {
  const { run } = site;
  const address = site.pointer(0);
  if (address === 0n) return 0n;
  const region = run.memory.find(address);
  if (region) {
    if (region.freed) run.kernel.stop('use-after-free', `${site.name}(): ${region.name} is gone already.`);
    run.memory.free(region);
  } else run.kernel.unshare(address);
  return 0n;
}

function fill(site: CallSite, address: bigint, byte: number, size: bigint): Value {
  const count = block(site, size);
  site.run.typed.writeBytes(address, new Uint8Array(count).fill(byte), site.run.access(undefined, site.texts[0] ?? ''));
  return address;
}

function copy(site: CallSite, to: bigint, from: bigint, size: bigint): Value {
  site.run.typed.copy(to, from, block(site, size), site.run.access(undefined, site.texts[0] ?? ''));
  return to;
}

function compare(site: CallSite): Value {
  const size = block(site, site.unsigned(2));
  const { typed } = site.run;
  const left = typed.readSet(site.pointer(0), size, site.run.access(undefined, site.texts[0] ?? ''));
  const right = typed.readSet(site.pointer(1), size, site.run.access(undefined, site.texts[1] ?? ''));
  for (let at = 0; at < size; at++) {
    const difference = left[at]! - right[at]!;
    if (difference !== 0) return BigInt(difference);
  }
  return 0n;
}

/** A size that no block has means that a subtraction went wrong: the access leaves every mapping. */
function block(site: CallSite, size: bigint): number {
  if (size > largest)
    return site.run.kernel.stop('fault', `${site.name}() of 0x${size.toString(16)} bytes runs out of its memory.`);
  site.run.spend(Number(size >> 4n));
  return Number(size);
}
