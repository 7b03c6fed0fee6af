import type { Fact } from './fact';

const md = 'iokit/Kernel/IOMemoryDescriptor.cpp';
const sub = 'iokit/Kernel/IOSubMemoryDescriptor.cpp';
const multi = 'iokit/Kernel/IOMultiMemoryDescriptor.cpp';
const vmMap = 'osfmk/vm/vm_map.c';
const vmEntry = 'osfmk/vm/vm_memory_entry.c';

const oneThread = 'The simulator runs one thread at a time and has no interrupt level: blocking has no result to show.';
const developmentOnly = 'Only a development kernel does this; the profiles are release kernels.';

/** Section B: IOMemoryDescriptor::createMappingInTask, step by step. */
export const factsB: readonly Fact[] = [
  {
    id: 'B.1',
    text: 'Length zero means the whole length of the descriptor, not the rest behind the offset; with an offset it always ends beyond the descriptor, and the answer is NULL.',
    source: `${md}, IOMemoryDescriptor::createMappingInTask and IOGeneralMemoryDescriptor::doMap`,
  },
  {
    id: 'B.2',
    text: 'A NULL task is a kernel panic since macOS 15.4, because a size check reads the task’s map before anything refuses NULL; before, the answer was NULL.',
    source: `${md}, IOMemoryDescriptor::createMappingInTask (136275805) and IOMemoryMap::init; osfmk/kern/bsd_kern.c, get_task_map`,
    settled:
      'Confirmed in the history: vm_map_is_map_size_valid is called in xnu-11417.101.15 and not in xnu-11215.81.4; get_task_map reads the task without a test. The check itself rejects nothing on a release kernel.',
  },
  {
    id: 'B.3',
    text: 'A new map records the task without retaining it, the retained address space, the options, offset and length, and the address passed until there is a better one.',
    source: `${md}, IOMemoryMap::init`,
  },
  {
    id: 'B.4',
    text: 'The range is checked after the search for a shared map: an offset at or beyond the end, or offset plus length beyond it, gives NULL; the sum is not tested for overflow.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap`,
    settled:
      'Confirmed for IOGeneralMemoryDescriptor alone. IOMultiMemoryDescriptor::doMap has no range check (its test of the offset is an assert), so there a bad range is found after the reservation: B.16.2.',
  },
  {
    id: 'B.4.1',
    text: 'A descriptor without bytes can’t be mapped: offset 0 is at its end.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap`,
  },
  {
    id: 'B.4.2',
    text: 'An offset equal to the descriptor’s length gives NULL.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap`,
  },
  {
    id: 'B.4.3',
    text: 'A length that makes offset plus length wrap around passes the range check: virtual memory then panics ("overrun"), and a shared map gets a wild length.',
    source: `${md}, IOGeneralMemoryDescriptor::memoryReferenceMapNew and IOMemoryMap::copyCompatible`,
    settled:
      'Confirmed, with an exception: pageable buffers and physical memory take memoryReferenceMap, whose allocation of that size fails, so they give NULL. By whole pages the sum that counts is length plus offset in the page, also without an overflow test: a length of zero from within a page on maps that page.',
  },
  {
    id: 'B.4.4',
    text: 'An offset need not be on a page: the returned address keeps the data’s offset in its page.',
    source: `${md}, memoryReferenceMap and memoryReferenceMapNew (vmf_return_data_addr); ${vmMap}, vm_map_enter_mem_object`,
  },
  {
    id: 'B.4.5',
    text: 'Whole pages are reserved, but getLength() answers what was asked for.',
    source: `${md}, memoryReferenceMapNew (mapSize) and IOMemoryMap::getLength`,
  },
  {
    id: 'B.5',
    text: 'The order is: static record; for kIOMapUnique a private descriptor of physical memory; else a shared map; kIOMapReference without one gives NULL; else a new mapping.',
    source: `${md}, IOMemoryDescriptor::makeMapping`,
  },
  {
    id: 'B.5.1',
    text: 'Mapping and dropping a last reference may block: both take the global mutex and may allocate, so neither belongs at interrupt level or under a spin lock.',
    source: `${md}, LOCK in makeMapping, IOMemoryMap::unmap and taggedRelease`,
    settled:
      'Confirmed by reading: gIOMemoryLock is an IORecursiveLock, and the copy-on-write reference is built before it because it may allocate pages.',
    unshown: oneThread,
  },
  {
    id: 'B.5.2',
    text: 'kIOMapUnique on physical memory needs one contiguous segment that holds the range, else NULL; the map then belongs to a new descriptor of just that range.',
    source: `${md}, IOMemoryDescriptor::makeMapping`,
    settled:
      'Confirmed, the leak too: the failing path leaves without releasing the new IOMemoryMap, which keeps its reference on the address space. A failing copy-on-write reference (IOGeneralMemoryDescriptor::makeMapping) leaks it in the same way.',
  },
  {
    id: 'B.6',
    text: 'A mapping may read, and write unless kIOMapReadOnly, limited by what the memory reference allows; it never executes, and losing write is no error.',
    source: `${md}, memoryReferenceMap and memoryReferenceMapNew (prot)`,
  },
  {
    id: 'B.6.1',
    text: 'The memory reference is built once and may write if the direction is not exactly Out, or the descriptor has a cache mode, or the first mapping was not read-only.',
    source: `${md}, memoryReferenceCreate and memoryReferenceCreateOptions`,
  },
  {
    id: 'B.6.2',
    text: 'Read-only sticks: an Out descriptor first mapped with kIOMapReadOnly gives read-only mappings ever after, and writing faults.',
    source: `${md}, memoryReferenceMapNew (prot &= ref->prot)`,
    settled: 'Confirmed by reading: nothing rebuilds the reference before the descriptor is initialised again.',
  },
  {
    id: 'B.6.3',
    text: 'A reference that may write can’t be built over memory that the source task can’t write: NULL. Only kIODirectionOut with kIOMapReadOnly maps read-only memory.',
    source: `${md}, memoryReferenceCreate; ${vmMap}, vm_map_remap_extract (required_cur_prot)`,
    settled: 'Confirmed: mach_make_memory_entry_share asks vm_map_copy_extract for exactly the wanted protection.',
  },
  {
    id: 'B.6.4',
    text: 'An Out descriptor with kIOMemoryPersistent builds its reference without write when it is made, so all its mappings are read-only.',
    source: `${md}, IOGeneralMemoryDescriptor::initWithOptions (memoryReferenceCreate(0, …))`,
    settled: 'Confirmed by reading.',
  },
  {
    id: 'B.6.5',
    text: 'The reference of physical memory and of a pageable buffer may always write.',
    source: `${md}, memoryReferenceCreate (cacheMode, MAP_MEM_NAMED_CREATE)`,
  },
  {
    id: 'B.6.6',
    text: 'A development kernel logs a backtrace when an Out descriptor is mapped writable; a release kernel says nothing.',
    source: `${md}, memoryReferenceCreateOptions`,
    unshown: developmentOnly,
  },
  {
    id: 'B.7',
    text: 'Mapping a descriptor anywhere into the task that has its memory returns the memory’s own address, when it is one range from offset 0 without guard and without kIOMapUnique.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap`,
    settled:
      'Read: the test stands before the memory reference, so for copy-on-write memory the shortcut answers the live bytes and not the snapshot, which the document does not say.',
  },
  {
    id: 'B.7.1',
    text: 'On the same-task shortcut kIOMapReadOnly and a cache mode are recorded but have no effect, and prefault and overwrite are ignored.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap`,
  },
  {
    id: 'B.7.2',
    text: 'Unmapping or releasing a same-task map changes nothing in memory.',
    source: `${md}, IOMemoryMap::unmap (kIOMapStatic)`,
  },
  {
    id: 'B.7.3',
    text: 'getMapOptions() of a same-task map holds kIOMapStatic.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap`,
  },
  {
    id: 'B.7.4',
    text: 'So mapping a kernel buffer into kernel_task gives its own bytes; with an offset, a guard or kIOMapUnique it is a second mapping elsewhere.',
    source: `${md}, IOMemoryDescriptor::map and IOGeneralMemoryDescriptor::doMap`,
  },
  {
    id: 'B.8',
    text: 'Without kIOMapAnywhere the request is for exactly the address passed; address 0 is never allowed, so forgetting the flag gives NULL.',
    source: `${md}, IOMemoryDescriptorMapAlloc; ${vmMap}, vm_map_locate_space_fixed`,
  },
  {
    id: 'B.8.1',
    text: 'A fixed mapping can be elsewhere than asked: the page is that of the request but the offset in it is the data’s; physical and pageable memory can land a page lower.',
    source: `${md}, memoryReferenceMap (addr -= pageOffset) and memoryReferenceMapNew; ${vmMap}, vm_map_enter_mem_object_sanitize (REALIGN_START)`,
    settled:
      'Confirmed by reading, both formulas. With kIOMapOverwrite the whole-page path keeps the address that it was given, although the pages go lower.',
  },
  {
    id: 'B.8.2',
    text: 'A fixed range that is taken, or lies outside the address space, gives NULL; kIOMapOverwrite replaces pages instead of reserving.',
    source: `${vmMap}, vm_map_locate_space_fixed`,
  },
  {
    id: 'B.8.3',
    text: 'Mappings made with kIOMapOverwrite are never removed, not by unmap() and not by release().',
    source: `${md}, IOMemoryDescriptor::doUnmap`,
    settled:
      'Neither are those that fail after their pages were entered: where the device pager refuses them, doUnmap leaves them in place of what they replaced.',
  },
  {
    id: 'B.8.4',
    text: 'kIOMapOverwrite of a task’s memory at an impossible address panics ("map enter err"); in the kernel, an address in a pointer range panics, and so does a pageable buffer outside its submap.',
    source: `${md}, memoryReferenceMapNew; osfmk/vm/vm_kern.c, kmem_validate_range_for_overwrite; iokit/Kernel/IOLib.cpp, IOPageableMapForAddress`,
    settled:
      'Confirmed. Physical memory takes memoryReferenceMap, which returns the error: NULL. The panic came with the byte-accurate path of macOS 11.',
  },
  {
    id: 'B.8.5',
    text: 'kIOMapOverwrite with kIOMapAnywhere overwrites at address 0, which panics as in B.8.4.',
    source: `${md}, memoryReferenceMapNew (addr = 0)`,
  },
  {
    id: 'B.9',
    text: 'kIOMapPrefault needs a prepared descriptor, else NULL, and the range that was reserved by then is lost; device memory ignores it; it works in kernel_task since macOS 10.13.',
    source: `${md}, memoryReferenceMapNew (kIOMapPrefault); ${vmMap}, vm_map_enter_mem_object (kernel_prefault)`,
    settled:
      'Confirmed, the loss too: the function returns kIOReturnBadArgument without IOMemoryDescriptorMapDealloc. Of copy-on-write memory only the prefaulting is skipped; the test for preparation is still made. What is lost is anonymous memory with the mapping’s rights, so that it can be read, as zeros, and written.',
  },
  {
    id: 'B.9.inheritance',
    text: 'A prefaulted mapping is inherited as a copy by a forked child, any other not at all.',
    source: `${vmMap}, vm_map_enter_mem_object_prefault (VM_INHERIT_DEFAULT)`,
  },
  {
    id: 'B.9.prefault-errors',
    text: 'Pages that can’t be entered are ignored in a user task and reported in the kernel, where memory of a task then panics ("map enter err").',
    source: `${vmMap}, vm_map_enter_mem_object (pmap_enter_object_options_check)`,
    settled: 'Confirmed by reading; wired pages are valid, so it takes a failing pmap_enter.',
    unshown: 'The simulator has no physical page tables that could run out.',
  },
  {
    id: 'B.10',
    text: 'A guard is reserved with the mapping on both sides, without access; it does not count in the length and goes with the map.',
    source: `${md}, IOMemoryDescriptorMapAlloc and IOMemoryDescriptorMapDealloc`,
  },
  {
    id: 'B.11',
    text: 'Mappings of copy-on-write memory show what it held when the first was asked for; neither side’s later writes reach the other, while prepare() and readBytes() use the live memory.',
    source: `${md}, IOGeneralMemoryDescriptor::makeMapping and memoryReferenceCreate (mapRef); ${vmEntry}, mach_make_memory_entry_copy`,
    settled: 'Confirmed: wiring reads _memRef’s own entries, mapping reads _memRef->mapRef.',
  },
  {
    id: 'B.11.1',
    text: 'All mappings of a copy-on-write descriptor share one snapshot, so they see each other’s writes.',
    source: `${md}, memoryReferenceMapNew (mapRef); ${vmMap}, vm_map_enter_mem_object (is_copy)`,
  },
  {
    id: 'B.11.2',
    text: 'A cache mode asked for on copy-on-write memory panics since macOS 15: the refused change writes its result through NULL. Before, the refusal was ignored and the mapping made.',
    source: `${md}, memoryReferenceMapNew (memEntryCacheMode); ${vmEntry}, mach_make_memory_entry_internal and mach_make_memory_entry_cleanup`,
    settled:
      'The document says NULL. mach_make_memory_entry_cleanup (since xnu-11215.1.10) stores to *object_handle, and memoryReferenceMapNew passes NULL for it. In xnu-10063 the error came back, and the result of entering the pages replaced it before anything looked at it.',
  },
  {
    id: 'B.11.3',
    text: 'A mapping of a part of copy-on-write memory is wrong: the whole copy is entered from its start at the address, over what is next to it, and stays there.',
    source: `${vmMap}, vm_map_enter_mem_object (is_copy: target_size, vm_map_copy_first_entry)`,
    settled:
      'Confirmed by reading: the offset counts only for the offset in the page; the range is reserved again in the copy’s full size with overwrite.',
  },
  {
    id: 'B.11.4',
    text: 'Memory that a client passes is copy-on-write by default: DriverKit’s CreateMemoryDescriptorFromClient, and structureInputDescriptor of an external method.',
    source:
      'iokit/Kernel/IOUserServer.cpp, IOUserClient::CreateMemoryDescriptorFromClient_Impl; iokit/Kernel/IOUserClient.cpp, is_io_connect_method and is_io_connect_async_method',
  },
  {
    id: 'B.12',
    text: 'Mapping remote memory succeeds on a release kernel without mapping anything; the map has the address passed, and its release deallocates that range of the task.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap and IOMemoryDescriptor::doUnmap`,
    settled:
      'Confirmed: fAddress is the address passed and no static flag is set, so the release does deallocate there.',
  },
  {
    id: 'B.13',
    text: 'A cache mode changes the memory object, so all mappings of it; the last request wins; shared and same-task maps change nothing. Refused for a reference that can’t write: a panic since macOS 15, ignored before.',
    source: `${vmEntry}, mach_make_memory_entry_mem_only and mach_make_memory_entry_cleanup; osfmk/vm/vm_object.c, vm_object_change_wimg_mode`,
    settled:
      'The document says KERN_INVALID_RIGHT and NULL for the reference that can’t write. As in B.11.2 the refusal stores through NULL; before xnu-11215 its error was overwritten and the mapping made in the old mode. A reference also remembers its mode and sets it again at each mapping (vm_map_enter_mem_object, named_entry->access). The mode is an entry’s: a mapping changes it for the entries that it shows, not for the whole descriptor.',
  },
  {
    id: 'B.14',
    text: 'kernel_task is a target like others, but for its own range of addresses, few fixed addresses, a capped submap for pageable buffers and a panic when something is unmapped twice.',
    source: `${md}, IOMemoryDescriptorMapAlloc (KMEM_RANGE_ID_IOKIT); ${vmMap}, vm_map_delete`,
  },
  {
    id: 'B.15',
    text: 'Neither a map nor a descriptor retains the task: a task that is gone is used after free, and one that has only terminated may still be mapped into.',
    source: `${md}, IOMemoryMap::init; ${vmMap}, vm_map_terminate and vm_map_enter`,
    settled:
      'Confirmed: vm_map_terminate empties the map and sets its flag, task->map stays, and vm_map_enter has no test of the flag.',
  },
  {
    id: 'B.16',
    text: 'A multi descriptor reserves exactly the length and has each part map itself over the running address.',
    source: `${multi}, IOMultiMemoryDescriptor::doMap`,
  },
  {
    id: 'B.16.1',
    text: 'Parts must begin and end on pages (the last may end anywhere), else they overlap, and the returned address leaves out the first part’s offset in its page.',
    source: `${multi}, IOMultiMemoryDescriptor::doMap (nextAddress += chunk)`,
    settled: 'Confirmed: the address of a part’s own map is never read.',
  },
  {
    id: 'B.16.2',
    text: 'Running past the last part gives kIOReturnUnderrun, so NULL, and the reserved range is lost.',
    source: `${multi}, IOMultiMemoryDescriptor::doMap; ${md}, IOMemoryMap::unmap (fMemory is not set)`,
    settled: 'Confirmed: nothing deallocates, and the temporary map has no descriptor yet through which it could.',
  },
  {
    id: 'B.16.3',
    text: 'Parts must agree on being pageable, else there is no multi descriptor; that directions agree is only asserted.',
    source: `${multi}, IOMultiMemoryDescriptor::initWithDescriptors`,
  },
  {
    id: 'B.17',
    text: 'Mapping a sub-descriptor is mapping its parent at the sub-range’s start plus the offset.',
    source: `${sub}, IOSubMemoryDescriptor::makeMapping`,
  },
  {
    id: 'B.17.1',
    text: 'The sub-range is no border: offset and length are checked against the parent alone, and a wrapped offset reaches what is before it.',
    source: `${sub}, IOSubMemoryDescriptor::makeMapping; ${md}, IOGeneralMemoryDescriptor::doMap`,
    settled: 'Confirmed by reading: makeMapping adds to the map’s own offset with 64 bits.',
  },
  {
    id: 'B.17.2',
    text: 'A map of a sub-descriptor belongs to the parent, is shared in the parent’s set, and follows the parent’s direction and flags.',
    source: `${sub}, IOSubMemoryDescriptor::makeMapping`,
    settled:
      'Holds for createMappingInTask. DriverKit’s CreateMapping reads the direction of the descriptor it is called on, so there the sub’s Out does ask for read-only (A.5.3).',
  },
  {
    id: 'B.17.3',
    text: 'A sub-descriptor whose offset plus length wraps around is made; DriverKit’s CreateSubMemoryDescriptor refuses it.',
    source: `${sub}, IOSubMemoryDescriptor::initSubRange; iokit/Kernel/IOUserServer.cpp, IOMemoryDescriptor::CreateSubMemoryDescriptor_Impl`,
  },
  {
    id: 'B.18',
    text: 'An interleaved descriptor can’t be mapped: it has no doMap of its own, and the inherited one is unsupported.',
    source: `${md}, IOMemoryDescriptor::doMap; iokit/Kernel/IOInterleavedMemoryDescriptor.cpp`,
  },
  {
    id: 'B.19',
    text: 'Several ranges are linear only if every inner border is on a page: else virtual ranges each start on a page of their own without an error and unmapping leaves pages behind, and physical ones give NULL.',
    source: `${md}, memoryReferenceMapNew (mapAddr += entrySize), IOMemoryDescriptorMapDealloc and populateDevicePager`,
    settled:
      'Confirmed by reading: mapSize is the sum of each entry’s whole pages, and deallocation counts from the address and the length alone. The notes have the inner borders only. Several physical ranges are also mapped from a page of them on only: the pager takes their pages at the mapping’s offset, and vm_object_populate_with_private() refuses one within a page (KERN_FAILURE, then kIOReturnBadArgument and NULL).',
  },
  {
    id: 'B.20',
    text: 'There is no error code: bad range, place taken or impossible, missing shared map, guard without anywhere, unprepared prefault, unusable source, interleaved memory, non-contiguous unique memory and the pageable cap all give NULL.',
    source: `${md}, IOMemoryDescriptor::createMappingInTask`,
    settled: 'The document’s list of panics lacks the two of B.11.2 and B.13.',
  },
  {
    id: 'B.20.no-space',
    text: 'An address space without a hole of the size gives NULL.',
    source: `${vmMap}, vm_map_locate_space_anywhere`,
  },
  {
    id: 'B.20.limits',
    text: 'A mapping that would take a process over its RLIMIT_AS gives NULL.',
    source: `${vmMap}, vm_map_enter (RLIMIT_AS)`,
  },
];
