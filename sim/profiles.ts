import type { MachineProfile } from './trace';

/**
 * Machine profiles: page sizes and address ranges (xnu osfmk/mach/{i386,arm}/vm_param.h, osfmk/vm/vm_map.c). The kernel
 * chooses the bases of its ranges at boot; here they are fixed, so that a run is a function of its input.
 */

export interface AddressRange {
  readonly name: string;
  /** End exclusive. */
  readonly start: bigint;
  readonly end: bigint;
}

export interface MachineLayout {
  readonly profile: MachineProfile;
  readonly user: { readonly min: bigint; readonly max: bigint };
  /** Parts of a user task's address space where kIOMapAnywhere never lands. */
  readonly userReserved: readonly AddressRange[];
  readonly kernel: { readonly min: bigint; readonly max: bigint };
  /** Where the kernel puts ordinary allocations, mappings of descriptors, pageable buffers, and pointers. */
  readonly kernelData: AddressRange;
  readonly kernelIOKit: AddressRange;
  readonly kernelPageable: AddressRange;
  readonly kernelPointers: AddressRange;
  /** The largest pageable buffer the kernel maps for itself, in bytes (iokit/Kernel/IOLib.cpp, kIOPageableMaxAllocSize). */
  readonly pageableCap: bigint;
}

const gib = 1n << 30n;

const arm64: MachineLayout = {
  profile: { name: 'macos-15.4-arm64', arch: 'arm64', release: '15.4', pageSize: 16384 },
  // The loader raises the lower bound to the end of __PAGEZERO, 4 GiB for 64-bit programs (bsd/kern/mach_loader.c).
  user: { min: 4n * gib, max: 0x00007ffffe000000n },
  // osfmk/vm/vm_map.c, the arm64 carve-outs of a user map.
  userReserved: [
    { name: 'shared region', start: 6n * gib, end: 10n * gib },
    { name: 'commpage', start: 63n * gib, end: 64n * gib },
    { name: 'GPU carve-out', start: 64n * gib, end: 448n * gib },
  ],
  kernel: { min: 0xfffffe0000000000n, max: 0xfffffed000000000n },
  kernelData: { name: 'data', start: 0xfffffe1400000000n, end: 0xfffffe1800000000n },
  kernelIOKit: { name: 'IOKit', start: 0xfffffe1800000000n, end: 0xfffffe1c00000000n },
  kernelPageable: { name: 'IOKit pageable', start: 0xfffffe1c00000000n, end: 0xfffffe1c60000000n },
  kernelPointers: { name: 'pointers', start: 0xfffffe2000000000n, end: 0xfffffe4000000000n },
  pageableCap: 96n << 20n,
};

const intelData: AddressRange = { name: 'data', start: 0xffffff9300000000n, end: 0xffffffa000000000n };

const x86: MachineLayout = {
  profile: { name: 'macos-15.4-x86_64', arch: 'x86_64', release: '15.4', pageSize: 4096 },
  user: { min: 4n * gib, max: 0x00007fffffe00000n },
  userReserved: [{ name: 'shared region and commpage', start: 0x00007ff800000000n, end: 0x00007fffffe00000n }],
  kernel: { min: 0xffffff8000000000n, max: 0xfffffffffffff000n },
  kernelData: intelData,
  // On Intel the IOKit range is the data range (osfmk/vm/vm_kern.c, kmem_init).
  kernelIOKit: intelData,
  kernelPageable: { name: 'IOKit pageable', start: 0xffffff9000000000n, end: 0xffffff9100000000n },
  kernelPointers: { name: 'pointers', start: 0xffffffb000000000n, end: 0xffffffc000000000n },
  pageableCap: 512n << 20n,
};

export const machineLayouts: readonly MachineLayout[] = [arm64, x86];

export const machineNames: readonly string[] = machineLayouts.map((layout) => layout.profile.name);

export const defaultMachine = arm64.profile.name;

/** The layout of a profile by its name, e.g. "macos-15.4-arm64". */
export function machineLayout(name: string): MachineLayout | undefined {
  return machineLayouts.find((layout) => layout.profile.name === name);
}
