import { cacheName } from './map-options';
import type { Arch } from './trace';

/**
 * What a cache mode is on a machine: the VM_WIMG_* attribute (osfmk/arm/memory_types.h, osfmk/i386/memory_types.h) that
 * IOMemoryDescriptor.cpp's iomd_mem_types has for it. Intel has fewer, so that some modes are the same there.
 */

interface Attribute {
  readonly bits: number;
  /** The mode of which this is another name. */
  readonly same?: number;
}

const notCacheable = 0x4;
const guarded = 0x1;
const coherent = 0x2;
const writeThrough = 0x8;
const inner = 0x10;
/** VM_MEM_RT, on Macs without HAS_UCNORMAL_MEM together with the bits of VM_WIMG_IO. */
const realTime = 0x10;
const earlyAck = 0x20;

const io = coherent | notCacheable | guarded;
const combine = notCacheable | coherent;
const through = writeThrough | coherent | guarded;

/** By the value of the kIO*Cache constant; 0, the default, is copyback. */
const attributes: Readonly<Record<Arch, readonly Attribute[]>> = {
  arm64: [
    { bits: coherent },
    { bits: io },
    { bits: through },
    { bits: coherent },
    { bits: combine },
    { bits: coherent | inner },
    { bits: io | earlyAck },
    { bits: combine | realTime },
    { bits: combine | writeThrough | earlyAck },
    { bits: combine | earlyAck },
  ],
  x86_64: [
    { bits: coherent },
    { bits: io },
    { bits: through },
    { bits: coherent },
    { bits: combine },
    { bits: coherent, same: 3 },
    { bits: io, same: 1 },
    { bits: combine, same: 4 },
    { bits: io, same: 1 },
    { bits: io, same: 1 },
  ],
};

/** The VM_WIMG_* bits of a cache mode, or undefined for a number that is no mode. */
export function cacheBits(arch: Arch, mode: number): number | undefined {
  return attributes[arch][mode]?.bits;
}

/** The mode that a machine has instead of another, e.g. "inhibited" for posted writes on Intel. */
export function cacheInstead(arch: Arch, mode: number): string | undefined {
  const same = attributes[arch][mode]?.same;
  return same === undefined ? undefined : cacheName(same);
}
