import type { Fact } from './fact';

/** Section D: the methods of IOMemoryMap. XNU xnu-11417.101.15. */
export const factsD: readonly Fact[] = [
  {
    id: 'D.getVirtualAddress',
    text: 'getVirtualAddress() is the address of the first byte of data, not of its page, and 0 after unmap() or taskDied().',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::getVirtualAddress',
  },
  {
    id: 'D.getLength',
    text: 'getLength() is the length that was asked for, not rounded, and stays after unmap().',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::getLength',
  },
  {
    id: 'D.getAddressTask',
    text: "getAddressTask() is the task, for a sub-map its super map's; unmap() leaves it, taskDied() clears it.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::getAddressTask, ::taskDied',
  },
  {
    id: 'D.getMapOptions',
    text: "getMapOptions() are the caller's options, with kIOMapStatic where the map is the task's own memory; unmap() leaves them.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::getMapOptions, IOGeneralMemoryDescriptor::doMap',
  },
  {
    id: 'D.getMemoryDescriptor',
    text: 'getMemoryDescriptor() does not retain, is the parent for a sub-descriptor and a private descriptor for unique physical memory, and stays after unmap().',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::getMemoryDescriptor, IOMemoryDescriptor::makeMapping',
  },
  {
    id: 'D.getPhysicalSegment',
    text: "getPhysicalSegment() asks the descriptor at the map's offset and so works after unmap() too.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::getPhysicalSegment',
  },
  {
    id: 'D.unmap',
    text: 'A second unmap(), or one after taskDied(), does nothing and answers kIOReturnSuccess.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::unmap',
  },
  {
    id: 'D.redirect',
    text: 'redirect() on a map that is not mapped any more does nothing and answers kIOReturnSuccess.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::redirect',
  },
  {
    id: 'D.wireRange',
    text: 'wireRange() after unmap() reads a NULL VM map and the kernel faults.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::wireRange; osfmk/vm/vm_map.c, vm_map_wire_impl',
    settled:
      'Confirmed: wireRange() tests neither fAddress nor fAddressMap, and vm_map_wire_impl() reads the page size of the map that it is given.',
  },
  {
    id: 'D.1',
    text: 'In a 64-bit kernel getAddress() and getSize() are getVirtualAddress() and getLength() by another name.',
    source: 'iokit/IOKit/IOMemoryDescriptor.h, IOMemoryMap::getAddress, ::getSize',
    unshown:
      'It is about names of getters: a scenario asks a map for its address and length and does not name the getter. (Running driver code has both.)',
  },
  {
    id: 'D.2.1',
    text: 'redirect() does not ask for kIOMapUnique: on a shared map it moves all who share it.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::redirect',
  },
  {
    id: 'D.2.2',
    text: 'redirect(NULL) blocks the VM object, and so every mapping of it, if the memory reference has exactly one entry; with none or several it succeeds and blocks nothing.',
    source:
      'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::redirect; osfmk/vm/vm_pageout.c, vm_object_iopl_request; osfmk/vm/vm_fault.c, vm_fault_page',
    settled:
      'Confirmed, and wider than the notes say: UPL_BLOCK_ACCESS sets blocked_access on the whole VM object, so every mapping of that memory sleeps, the one in its own task included. The request starts at byte 0 of the entry whatever the offset of the map. For physical memory that is contiguous the block holds too (blocked_access is set before the early return), for accesses that fault: the pages of this map leave the page tables, those of a kernel mapping that are entered already do not.',
  },
  {
    id: 'D.2.3',
    text: 'redirect() to another descriptor exchanges the contents of the two VM objects: existing mappings of either show the other memory; it needs one entry each and a map that covers both objects whole. Otherwise nothing is exchanged and it still succeeds.',
    source:
      'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::doMap; osfmk/vm/vm_pageout.c, upl_transpose; osfmk/vm/vm_object.c, vm_object_transpose',
    settled:
      'Confirmed: the failure of upl_transpose() is logged and turned into success, and the memory references are swapped all the same. vm_object_transpose() also needs both objects to be exactly as long as the map in whole pages, and to have neither shadow nor copy. As the references are swapped with the contents, each descriptor goes on describing the bytes that it had; only mappings that exist already exchange theirs. Two more ends: into the kernel registers are faulted in at once, also in redirect(), which sleeps for good where nothing was exchanged; and a kernel mapping that is moved between pageable and other memory panics when it is unmapped (doUnmap looks in the map of its new memory; the pageable map’s entry in kernel_map is permanent).',
  },
  {
    id: 'D.2.4',
    text: "redirect()'s offset is only compared with the new descriptor's length: the exchange starts at its first byte.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::doMap',
  },
  {
    id: 'D.2.5',
    text: 'redirect() to a descriptor that is too short or has several entries answers kIOReturnError and takes a reference of the map with it; with one owner the map is freed.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::makeMapping, IOMemoryMap::redirect',
    settled:
      'Confirmed: the failure path of makeMapping() releases the mapping that it was given, which is this. With one owner redirect() then goes on to read fRedirUPL of the freed map.',
  },
  {
    id: 'D.2.6',
    text: 'After redirect() the map belongs to the new descriptor, retains it, and has left the set of the old one.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::setMemoryDescriptor',
  },
  {
    id: 'D.2.7',
    text: 'A thread that touches a blocked mapping sleeps until the map is redirected again or freed.',
    source: 'osfmk/vm/vm_fault.c, vm_fault_page',
  },
  {
    id: 'D.3',
    text: 'wireRange() wires with the protection that the direction names, and unwires for direction 0; it compares nothing with getLength(), and unwiring what is not wired panics.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::wireRange; osfmk/vm/vm_map.c, vm_map_unwire_nested',
    settled:
      'IOMemoryMap tests nothing, as the notes say, but the VM does: an unwire without a wire is a panic ("vm_map_unwire: entry is unwired"), and so is one that starts where nothing is mapped.',
  },
  {
    id: 'D.4',
    text: 'Reading the bytes of virtual memory that is not prepared panics; physical memory is always ready.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::dmaCommandOperation',
    settled:
      'Narrower than the notes say: readBytes() and writeBytes() compare the range first, so a range that does not fit answers 0 without a panic.',
  },
  {
    id: 'D.5',
    text: 'taskDied() comes for maps that were exported to user space; it removes the mapping only if userClientUnmap() was called, and clears task and address in any case.',
    source:
      'iokit/Kernel/IOUserClient.cpp, iokit_notify_no_senders; iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::taskDied',
  },
  {
    id: 'D.6',
    text: 'The other redirect(task, bool) of descriptor and map takes pages out of the page tables while a display sleeps.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::redirect(task_t, bool), ::handleFault',
    unshown:
      'Not for drivers: it is private to the graphics families, and works on page tables below the VM entries that are modelled.',
  },
];
