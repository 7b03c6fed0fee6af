import type { Fact } from './fact';

/** Section E: where the VM puts a mapping, and with which rights. XNU xnu-11417.101.15. */
export const factsE: readonly Fact[] = [
  {
    id: 'E.1',
    text: 'A page is 4096 bytes on Intel and 16384 on Apple silicon.',
    source: 'osfmk/mach/i386/vm_param.h and osfmk/mach/arm/vm_param.h, PAGE_SHIFT',
  },
  {
    id: 'E.2',
    text: 'The pages from the first to the last byte are reserved and later given back, with the guard pages; a size of zero is refused.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptorMapAlloc, IOMemoryDescriptorMapDealloc',
  },
  {
    id: 'E.3',
    text: 'Mappings lie above the page zero of a task, and kIOMapAnywhere leaves out the shared region, the commpage and, on Apple silicon, the GPU carve-out.',
    source: 'bsd/kern/mach_loader.c, load_segment; osfmk/vm/vm_map.c, vm_map_range_configure',
  },
  {
    id: 'E.4',
    text: 'A fixed address is cut to its page; outside the range NULL, on anything that is mapped NULL; kIOMapOverwrite replaces it; the kernel allows only its data and IOKit ranges and panics in a pointer range.',
    source: 'osfmk/vm/vm_map.c, vm_map_locate_space_fixed; osfmk/vm/vm_kern.c, kmem_validate_range_for_overwrite',
    settled:
      'One case more than the notes have: a fixed request in the kernel that starts in one of its ranges and ends beyond it is a panic too (kmem_range_contains_fully), not KERN_INVALID_ADDRESS.',
  },
  {
    id: 'E.5',
    text: 'kIOMapAnywhere takes the lowest hole that is large enough; there is no randomness per call.',
    source: 'osfmk/vm/vm_map.c, vm_map_locate_space_anywhere; osfmk/vm/vm_map_store.c, vm_map_store_find_space_forward',
  },
  {
    id: 'E.6',
    text: 'In the kernel kIOMapAnywhere uses the IOKit range, on Apple silicon from an eighth on for 1 MiB and more; pageable buffers have a submap and a cap of 96 MiB, on Intel 512 MiB.',
    source:
      'osfmk/vm/vm_map.c, vm_map_get_range; osfmk/vm/vm_kern.c, kmem_range_init; iokit/Kernel/IOLib.cpp, IOIteratePageableMaps',
    settled:
      'The notes have the eighth on both architectures. On Intel iokit_range_size is 0, and kmem_range_init() takes the eighth of that, so the large IOKit range starts where the data range starts: no eighth is left out in xnu-11417.101.',
  },
  {
    id: 'E.7',
    text: 'A mapping has its rights as maximum too, so a task cannot make a read-only mapping writable, never EXECUTE, and is not inherited by fork().',
    source:
      'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptorMapAlloc, IOGeneralMemoryDescriptor::memoryReferenceMap',
    settled:
      'The maximum is not shown: a scenario has no mprotect(). A prefaulted mapping is inherited as a copy all the same (B.9).',
  },
  {
    id: 'E.8',
    text: "A task may deallocate or replace the pages of a mapping and the map does not notice: its release removes what is there then; in the kernel's map a gap panics.",
    source: 'osfmk/vm/vm_map.c, vm_map_delete',
  },
  {
    id: 'E.9',
    text: 'The source must be mapped with the wanted rights, and must not be the kernel object (zone blocks, stacks, on Apple silicon large IOMalloc blocks): else NULL.',
    source: 'osfmk/vm/vm_map.c, vm_map_remap_extract; osfmk/kern/kalloc.c, kalloc_large; osfmk/kern/stack.c',
    settled:
      'Small is up to KHEAP_MAX_SIZE (osfmk/kern/kalloc.h), 16 KiB on Intel and 32 KiB on Apple silicon, not a page: a kernel buffer of 4 to 16 KiB that asks for no alignment, sharing or cache mode cannot be mapped on Intel either.',
  },
  {
    id: 'E.10',
    text: "The nine cache modes are attribute bits of the memory object, of which Intel has fewer; device memory's default is the platform's.",
    source:
      'osfmk/arm/memory_types.h and osfmk/i386/memory_types.h; iokit/Kernel/IOMemoryDescriptor.cpp, memoryReferenceCreate',
  },
  {
    id: 'E.11',
    text: 'The numbers of the return codes that mapping and preparing answer.',
    source: 'osfmk/mach/kern_return.h; iokit/IOKit/IOReturn.h',
  },
];
