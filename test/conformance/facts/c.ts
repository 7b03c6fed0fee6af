import type { Fact } from './fact';

/** Section C: sharing, sub-maps, reference counting. XNU xnu-11417.101.15. */
export const factsC: readonly Fact[] = [
  {
    id: 'C.1',
    text: "A request looks through the descriptor's maps in the order in which they were made and takes the first compatible one; kIOMapStatic and kIOMapUnique do not look.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::makeMapping',
  },
  {
    id: 'C.2.1',
    text: 'Compatible 1: the map is not unmapped and lies in the VM map of the task that is asked for.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.2.2',
    text: 'Compatible 2: both have kIOMapReadOnly or neither has; a writable map never answers a read-only request.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.2.3',
    text: 'Compatible 3: both have the same guard field.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.2.4',
    text: "Compatible 4: the request has the default cache mode, which any map meets, or the mode in the map's options.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.2.5',
    text: "Compatible 5: the request has kIOMapAnywhere, or its address is the map's first address, also where only a part of the map is wanted.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.2.6',
    text: "Compatible 6: the wanted range lies inside the map's; the sum of offset and length is not tested for overflow.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.3',
    text: 'An equal range answers with the same map and one more reference; a smaller one with a sub-map that retains the map and takes no VM entry.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.4',
    text: 'kIOMapUnique, kIOMapStatic, kIOMapPrefault, kIOMapOverwrite and kIOMapReference of either side are not compared.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.4.1',
    text: 'A kIOMapUnique map of virtual memory is handed to a later request without kIOMapUnique; one of physical memory is not, because a descriptor of its own holds it.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::makeMapping and IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.4.2',
    text: 'A shared map may be one that was not prefaulted, one with another cache mode than the default, or, for a part, one at another address than the one asked for.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.4.3',
    text: "Maps that setMapping() recorded and those that are the task's own memory can be shared like any other.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.4.4',
    text: 'A map of device memory made with the default mode has no cache mode in its options, so a request that names the mode it really has makes a second mapping.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::doMap and IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.5',
    text: 'kIOMapReference answers with a map that exists, or a sub-map of one; where none fits, NULL and nothing is kept.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::makeMapping',
  },
  {
    id: 'C.6',
    text: "A map retains its descriptor and its super map, not its task; the descriptor's set retains the map.",
    source:
      'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::init, ::setMemoryDescriptor; IOMemoryDescriptor::addMapping',
  },
  {
    id: 'C.6.1',
    text: 'A map is freed as soon as its count would fall below two, and a map with one owner counts two.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::taggedRelease; libkern/c++/OSObject.cpp, taggedRelease',
  },
  {
    id: 'C.6.2',
    text: "The set's reference on a map does not keep it alive.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::taggedRelease',
  },
  {
    id: 'C.6.3',
    text: 'A descriptor may be released as soon as it is mapped: the map keeps it and its memory; a leaked map leaks them, and the address range.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::setMemoryDescriptor, ::free',
  },
  {
    id: 'C.6.4',
    text: 'Two callers of one shared map own a reference each, and one who releases twice frees it under the other.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible, ::taggedRelease',
  },
  {
    id: 'C.6.5',
    text: 'A sub-map keeps its super map, and with it the whole address range, after the owner of the super map has released it.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible, ::free',
  },
  {
    id: 'C.7',
    text: 'free() unmaps, leaves the set, gives back the descriptor and then the super map, and ends a block that redirect() left.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::free',
  },
  {
    id: 'C.8',
    text: 'unmap() removes the VM entry of a map that is neither a sub-map nor static nor overwritten, sets the address to 0 for all its owners, and succeeds also when there is nothing to do.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::unmap, IOMemoryDescriptor::doUnmap',
  },
  {
    id: 'C.8.1',
    text: 'unmap() on a super map leaves its sub-maps with their address, and later requests may be answered with those.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::unmap, ::copyCompatible',
    settled:
      'Confirmed: unmap() touches only its own fAddressMap and fAddress. A sub-map has its own reference on the VM map, so copyCompatible() finds it alive.',
  },
  {
    id: 'C.8.2',
    text: 'unmap() on a sub-map clears only the sub-map: the memory stays mapped through its super map.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::unmap',
  },
  {
    id: 'C.8.3',
    text: 'After unmap() the same request makes a new mapping, because the old map is not compatible any more.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::copyCompatible',
  },
  {
    id: 'C.9',
    text: 'Initialising a descriptor again empties its set of maps: a map with one owner is freed under that owner, a map with several lives on outside the set and is freed one release too early.',
    source:
      'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::initWithOptions; libkern/c++/OSObject.cpp, taggedRelease',
    settled:
      "Confirmed for one owner. The notes say that each map is freed; in fact flushCollection() takes only the set's reference, so a map with n owners counts n afterwards: it is freed at once for n = 1, and at the (n-1)th release otherwise. A descriptor that is redirected keeps its maps.",
  },
  {
    id: 'C.10',
    text: 'A static map that is longer than its descriptor has no descriptor, yet stands in the set, where it dangles after its release.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::makeMapping, IOMemoryMap::setMemoryDescriptor',
    settled:
      "Confirmed: setMemoryDescriptor() returns before fMemory is set, and free() leaves the set only through fMemory. The offset is no part of the test and is dropped: a static map's offset is always 0.",
  },
  {
    id: 'C.11',
    text: 'What a descriptor and a map are made of: length, task, ranges, wire count, maps in order; and callers, super map, offset, address, length, task, options.',
    source: 'iokit/IOKit/IOMemoryDescriptor.h, IOMemoryDescriptor and IOMemoryMap',
  },
];
