/**
 * What differs between the kernels of macOS versions. Each rule names the first release that has it, the first XNU tag
 * in Apple's published source that shows it, and the symbol to read there.
 */

/** macOS versions with a machine profile, oldest first, and the XNU tag that their profile follows. */
export const releases = [
  { release: '10.10', xnu: 'xnu-2782.40.9' },
  { release: '10.11', xnu: 'xnu-3248.60.10' },
  { release: '10.12', xnu: 'xnu-3789.70.16' },
  { release: '10.13', xnu: 'xnu-4570.71.2' },
  { release: '10.14', xnu: 'xnu-4903.270.47' },
  { release: '10.15', xnu: 'xnu-6153.141.1' },
  { release: '11.0', xnu: 'xnu-7195.81.3' },
  { release: '11.3', xnu: 'xnu-7195.141.2' },
  { release: '12', xnu: 'xnu-8020.140.41' },
  { release: '13', xnu: 'xnu-8796.141.3' },
  { release: '14', xnu: 'xnu-10063.141.1' },
  { release: '15.0', xnu: 'xnu-11215.81.4' },
  { release: '15.4', xnu: 'xnu-11417.101.15' },
  { release: '15.5', xnu: 'xnu-11417.121.6' },
] as const;

export type Release = (typeof releases)[number]['release'];

export interface KernelRule {
  readonly since: Release;
  /** The first release without it. */
  readonly until?: Release;
  /** The first tag that has it. */
  readonly xnu: string;
  /** File and symbol. */
  readonly where: string;
  readonly says: string;
}

const rule = (since: Release, xnu: string, where: string, says: string, until?: Release): KernelRule => ({
  since,
  xnu,
  where,
  says,
  ...(until ? { until } : {}),
});

export const kernelRules = {
  nullTaskPanics: rule(
    '15.4',
    'xnu-11417.101.15',
    'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::createMappingInTask',
    "A check of the mapping's size reads the map of a NULL task before IOMemoryMap::init could refuse it.",
  ),
  overwrite: rule(
    '10.11',
    'xnu-3247.1.106',
    'iokit/IOKit/IOTypes.h, kIOMapOverwrite',
    'kIOMapOverwrite is known; before, its bit was ignored.',
  ),
  copyOnWrite: rule(
    '10.12',
    'xnu-3789.1.32',
    'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::memoryReferenceCreate',
    'kIOMemoryMapCopyOnWrite is known.',
  ),
  snapshotFirst: rule(
    '14',
    'xnu-10063.121.3',
    'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::makeMapping',
    'The snapshot of copy-on-write memory is taken before the search for a map to share; before, by doMap.',
  ),
  kernelPrefault: rule(
    '10.13',
    'xnu-4570.1.46',
    'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::memoryReferenceMap',
    'kIOMapPrefault works in kernel_task; before, it was refused there (kIOReturnBadArgument). It is dropped for device memory.',
  ),
  postedWrite: rule(
    '10.13',
    'xnu-4570.1.46',
    'iokit/Kernel/IOMemoryDescriptor.cpp, vmProtForCacheMode',
    'kIOMapPostedWrite is known; before, it was the default.',
  ),
  realTimeModes: rule(
    '10.15',
    'xnu-6153.11.26',
    'iokit/Kernel/IOMemoryDescriptor.cpp, vmProtForCacheMode',
    'kIOMapRealTimeCache, PostedReordered and PostedCombinedReordered are known; before, they were the default.',
  ),
  byteAccurate: rule(
    '11.0',
    'xnu-7195.50.7.100.1',
    'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::memoryReferenceMapNew',
    'Virtual memory is mapped by bytes: ranges may start and end inside pages, a fixed address need not have the data offset in its page, and a page that cannot be entered panics ("map enter err"). Before, each of these was an error.',
  ),
  kernelObjectRefused: rule(
    '11.3',
    'xnu-7195.101.1',
    'osfmk/vm/vm_map.c, vm_map_remap_extract',
    'Memory of the kernel object cannot be mapped elsewhere (KERN_INVALID_RIGHT).',
  ),
  guards: rule(
    '12',
    'xnu-8019.41.5',
    'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptorMapAlloc',
    'kIOMapGuardedSmall and kIOMapGuardedLarge are known; before, their bits were ignored, and not compared when maps are shared.',
  ),
  refusedModePanics: rule(
    '15.0',
    'xnu-11215.1.10',
    'osfmk/vm/vm_memory_entry.c, mach_make_memory_entry_cleanup',
    'A cache mode that a memory entry refuses panics: the answer is stored through the object handle, which IOKit passes as NULL. Before, the error was forgotten, and the mapping made in the old mode.',
  ),
  kernelDataRange: rule(
    '12',
    'xnu-8020.101.4',
    'osfmk/vm/vm_map.c, vm_map_enter_mem_object_helper',
    "Anywhere in the kernel is in the kernel's data range.",
  ),
  kernelFixedInRanges: rule(
    '13',
    'xnu-8796.101.5',
    'osfmk/vm/vm_kern.c, kmem_validate_range_for_overwrite',
    'A fixed address in the kernel must be in a range for data; one in a range for pointers, or a mapping that starts inside a range and ends outside, panics.',
  ),
  largeRequestsApart: rule(
    '13',
    'xnu-8796.101.5',
    'osfmk/vm/vm_kern.c, kmem_range_init',
    "In the kernel's data range requests of 1 MiB and more leave out the first eighth.",
  ),
  largeKernelHeap: rule(
    '15.4',
    'xnu-11417.101.15',
    'osfmk/mach/arm/vm_param.h, VM_MAX_KERNEL_ADDRESS',
    "On Apple silicon the kernel's heap has 768 GiB of addresses; before, 512.",
  ),
  ownIOKitRange: rule(
    '15.4',
    'xnu-11417.101.15',
    'osfmk/vm/vm_kern.c, kmem_scramble_ranges',
    'On Apple silicon mappings of descriptors have a kernel range of their own.',
    '15.5',
  ),
} as const satisfies Readonly<Record<string, KernelRule>>;

export type RuleName = keyof typeof kernelRules;

export type KernelRules = Readonly<Record<RuleName, boolean>>;

const order: readonly Release[] = releases.map(({ release }) => release);

/** Which rules the kernel of a release has. */
export function rulesOf(release: Release): KernelRules {
  const at = order.indexOf(release);
  const has = ({ since, until }: KernelRule): boolean =>
    at >= order.indexOf(since) && (until === undefined || at < order.indexOf(until));
  return Object.fromEntries(
    (Object.keys(kernelRules) as readonly RuleName[]).map((name) => [name, has(kernelRules[name])]),
  ) as Record<RuleName, boolean>;
}
