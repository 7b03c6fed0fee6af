import { releases, rulesOf, type KernelRules, type Release } from './kernel-rules';
import type { Arch, MachineProfile } from './trace';

/**
 * Machine profiles: page sizes and address ranges (xnu osfmk/mach/{i386,arm}/vm_param.h, osfmk/vm/vm_map.c) and the rules
 * of the kernel's version. The kernel chooses the bases of its ranges at boot; here they are fixed, so that a run is a
 * function of its input.
 */

export interface AddressRange {
  readonly name: string;
  /** End exclusive. */
  readonly start: bigint;
  readonly end: bigint;
}

export interface MachineLayout {
  readonly profile: MachineProfile;
  /** The XNU tag that the profile follows. */
  readonly xnu: string;
  readonly rules: KernelRules;
  readonly user: { readonly min: bigint; readonly max: bigint };
  /** Parts of a user task's address space where kIOMapAnywhere never lands. */
  readonly userReserved: readonly AddressRange[];
  readonly kernel: { readonly min: bigint; readonly max: bigint };
  /**
   * Where the kernel puts ordinary allocations, mappings of descriptors, pageable buffers, and pointers. Kernels without
   * ranges (kernelDataRange) have the image and zones where the pointers are.
   */
  readonly kernelData: AddressRange;
  readonly kernelIOKit: AddressRange;
  readonly kernelPageable: AddressRange;
  readonly kernelPointers: AddressRange;
  /** The largest pageable buffer the kernel maps for itself, in bytes (iokit/Kernel/IOLib.cpp, kIOPageableMaxAllocSize). */
  readonly pageableCap: bigint;
}

const gib = 1n << 30n;

type Ranges = Omit<MachineLayout, 'profile' | 'xnu' | 'rules'>;

/** ARM_LARGE_MEMORY, as on every Mac. */
const arm64: Ranges = {
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

const x86: Ranges = {
  user: { min: 4n * gib, max: 0x00007fffffe00000n },
  userReserved: [{ name: 'shared region and commpage', start: 0x00007ff800000000n, end: 0x00007fffffe00000n }],
  kernel: { min: 0xffffff8000000000n, max: 0xfffffffffffff000n },
  kernelData: intelData,
  // On Intel the IOKit range is the data range (osfmk/vm/vm_kern.c, kmem_scramble_ranges).
  kernelIOKit: intelData,
  kernelPageable: { name: 'IOKit pageable', start: 0xffffff9000000000n, end: 0xffffff9100000000n },
  kernelPointers: { name: 'pointers', start: 0xffffffb000000000n, end: 0xffffffc000000000n },
  pageableCap: 512n << 20n,
};

function layoutOf({ release, xnu }: (typeof releases)[number], arch: Arch): MachineLayout {
  const rules = rulesOf(release);
  const ranges = arch === 'arm64' ? arm64 : x86;
  const small = arch === 'arm64' && !rules.largeKernelHeap;
  return {
    profile: { name: `macos-${release}-${arch}`, arch, release, pageSize: arch === 'arm64' ? 16384 : 4096 },
    xnu,
    rules,
    ...ranges,
    ...(small ? { kernel: { min: ranges.kernel.min, max: ranges.kernel.min + 576n * gib } } : {}),
    ...(rules.ownIOKitRange ? {} : { kernelIOKit: ranges.kernelData }),
  };
}

const newestFirst = releases.toReversed();

const main: Release = '15.4';

/** All machines: those of the default release first, then newest first. Macs with Apple silicon begin with macOS 11. */
export const machineLayouts: readonly MachineLayout[] = [
  ...newestFirst.filter(({ release }) => release === main),
  ...newestFirst.filter(({ release }) => release !== main),
].flatMap((each) =>
  (Number(each.release.split('.')[0]) >= 11 ? (['arm64', 'x86_64'] as const) : (['x86_64'] as const)).map((arch) =>
    layoutOf(each, arch),
  ),
);

/** The names of all machines. */
export const knownMachines: readonly string[] = machineLayouts.map((layout) => layout.profile.name);

/** The machines of the release that the model is checked against. */
export const machineNames: readonly string[] = machineLayouts
  .filter((layout) => layout.profile.release === main)
  .map((layout) => layout.profile.name);

export const defaultMachine = machineNames[0]!;

/**
 * The layout of a machine by its name, e.g. "macos-15.4-arm64". Without an architecture it is Apple silicon where such
 * Macs have that macOS; a release without its minor number is the newest of its series ("macos-11" is macOS 11.3).
 */
export function machineLayout(name: string): MachineLayout | undefined {
  const found = /^macos-(\d+(?:\.\d+)?)(?:-(arm64|x86_64))?$/.exec(name);
  if (!found) return undefined;
  const [, release, arch] = found as unknown as [string, string, Arch | undefined];
  const ofArch = machineLayouts.filter(({ profile }) => !arch || profile.arch === arch);
  const exact = ofArch.find(({ profile }) => profile.release === release);
  if (exact) return exact;
  // machineLayouts is newest first, but for the default release.
  return newestFirst
    .filter((each) => each.release.startsWith(`${release}.`))
    .flatMap((each) => ofArch.filter(({ profile }) => profile.release === each.release))[0];
}

/** Every name that `machineLayout` knows: whole ones first, then those without a minor number or an architecture. */
export const acceptedMachines: readonly string[] = [
  ...new Set([
    ...knownMachines,
    ...knownMachines.map((name) => name.replace(/\.\d+/, '')),
    ...knownMachines.map((name) => name.replace(/-(arm64|x86_64)$/, '')),
    ...knownMachines.map((name) => name.replace(/(\.\d+)?-(arm64|x86_64)$/, '')),
  ]),
].filter((name) => machineLayout(name));

/** The sentence for a name that `machineLayout` does not know. */
export function unknownMachine(name: string): string {
  return `unknown machine "${name}"; known are ${knownMachines.join(', ')}`;
}
