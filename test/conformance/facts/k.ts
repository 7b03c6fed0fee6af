import type { Fact } from './fact';

/** Section K: where the kernel does otherwise than headers, documentation or habit have it. XNU xnu-11417.101.15. */
export const factsK: readonly Fact[] = [
  {
    id: 'K1',
    text: 'kIOMapPrefault works on the kernel task, which its comment forbids.',
    source: 'iokit/IOKit/IOMemoryDescriptor.h; osfmk/vm/vm_map.c, kernel_prefault (vm_map_enter_mem_object)',
  },
  {
    id: 'K2',
    text: 'A kIOMapUnique map of virtual memory is handed to a later caller who does not ask for kIOMapUnique.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'K3',
    text: 'redirect() never asks whether the map was made with kIOMapUnique.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::redirect',
  },
  {
    id: 'K4',
    text: 'redirect(NULL) blocks accesses only where the memory reference has exactly one entry.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::redirect',
  },
  {
    id: 'K5',
    text: 'A length of zero is the whole length also behind an offset, so that the request fails.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::createMappingInTask',
  },
  {
    id: 'K6',
    text: 'A placed mapping may begin elsewhere than at atAddress, and kIOMapStatic takes atAddress although kIOMapAnywhere is set.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::memoryReferenceMap, IOMemoryMap::init',
  },
  {
    id: 'K7',
    text: 'kIOMapReadOnly has no effect where the memory is mapped into the task that owns it.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::doMap',
  },
  {
    id: 'K8',
    text: 'An explicit cache mode changes the memory for all its mappings, and is ignored where a map is shared.',
    source: 'osfmk/vm/vm_memory_entry.c, mach_make_memory_entry_internal; iokit/Kernel/IOMemoryDescriptor.cpp',
  },
  {
    id: 'K9',
    text: 'getMemoryDescriptor() is the parent of a sub-descriptor, and a private descriptor for physical memory that was mapped with kIOMapUnique.',
    source: 'iokit/Kernel/IOSubMemoryDescriptor.cpp, makeMapping; iokit/Kernel/IOMemoryDescriptor.cpp, makeMapping',
  },
  {
    id: 'K10',
    text: 'getMapOptions() can have bits that were never passed: kIOMapStatic, and for device memory the number of its cache mode.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::doMap',
  },
  {
    id: 'K11',
    text: 'The last release leaves what was mapped with kIOMapOverwrite or kIOMapStatic, and what a sub-map showed.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::unmap, IOMemoryDescriptor::doUnmap',
  },
  {
    id: 'K12',
    text: 'A buffer for no task is NULL without kIOMemoryPageable.',
    source: 'iokit/Kernel/IOBufferMemoryDescriptor.cpp, initWithPhysicalMask',
  },
  {
    id: 'K13',
    text: 'A new DriverKit buffer is as long as its capacity, not empty.',
    source: 'iokit/Kernel/IOUserServer.cpp, IOBufferMemoryDescriptor::Create_Impl',
  },
  {
    id: 'K14',
    text: "DriverKit's CreateMapping() accepts any alignment and looks at none; without a word about it, it puts guard pages around.",
    source: 'iokit/Kernel/IOUserServer.cpp, IOMemoryDescriptor::CreateMapping_Impl',
  },
  {
    id: 'K15',
    text: "A sub-descriptor's direction does not limit what a mapping of it may do.",
    source: 'iokit/Kernel/IOSubMemoryDescriptor.cpp, makeMapping',
  },
  {
    id: 'K16',
    text: 'A mapping of a sub-descriptor is not confined to it: offset and length are held against the parent.',
    source: 'iokit/Kernel/IOSubMemoryDescriptor.cpp, makeMapping',
  },
  {
    id: 'K17',
    text: 'IODataQueue::getMemoryDescriptor() makes a new descriptor for each call, which the caller must release.',
    source: 'iokit/Kernel/IODataQueue.cpp, IODataQueue::getMemoryDescriptor',
  },
  {
    id: 'K18',
    text: 'Memory of withAddress() is prepared already.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::withAddress (kIOMemoryAutoPrepare)',
  },
  {
    id: 'K19',
    text: "kIOMapReadOnly from an application is masked off; only the driver's options make a client's mapping read-only.",
    source: 'iokit/Kernel/IOUserClient.cpp, IOUserClient::mapClientMemory64',
  },
  {
    id: 'K20',
    text: 'complete() without prepare() succeeds and does nothing.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::complete',
  },
  {
    id: 'K21',
    text: 'makeMapping() is annotated as not retained, though it hands its caller a reference.',
    source: 'iokit/IOKit/IOMemoryDescriptor.h, IOMemoryDescriptor::makeMapping',
    unshown: 'It is an annotation of a private function that no driver calls; what it hands over is C.6.',
  },
  {
    id: 'K22',
    text: 'A map with one owner counts two references: its descriptor’s set has one, too, which does not keep it alive.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::taggedRelease',
  },
];
