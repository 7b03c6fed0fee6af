import type { Fact } from './fact';

/** Section F: prepare() and complete(). XNU xnu-11417.101.15. */
export const factsF: readonly Fact[] = [
  {
    id: 'F.1',
    text: 'Mapping needs no prepare(), except with kIOMapPrefault; readBytes(), writeBytes() and physical addresses need it.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::doMap, ::memoryReferenceMap',
  },
  {
    id: 'F.2',
    text: 'Mapping does not wire and wiring does not map; a map stays when the descriptor is completed.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::prepare, ::complete',
  },
  {
    id: 'F.3',
    text: 'withAddress() and buffers that are not pageable are prepared when they are made; withAddressRange() and pageable buffers are not; physical memory needs none.',
    source:
      'iokit/Kernel/IOMemoryDescriptor.cpp, withAddress, initWithOptions; iokit/Kernel/IOBufferMemoryDescriptor.cpp, initWithPhysicalMask',
  },
  {
    id: 'F.4',
    text: "The first prepare() wires and the others count; direction 0 is the descriptor's own; after one for kIODirectionOut a prepare() that wants to write answers kIOReturnNotWritable and does not count.",
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::wireVirtual',
    settled:
      'For kIODirectionOut alone vm_map_create_upl() compares no protection; only memory without a VM object and without a maximum protection is refused.',
  },
  {
    id: 'F.5',
    text: 'complete() without prepare() answers kIOReturnSuccess and does nothing; its direction counts for nothing.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::complete',
  },
  {
    id: 'F.6',
    text: 'Freeing a descriptor completes it; until then one prepare() too many keeps its pages wired.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::free',
  },
  {
    id: 'F.7',
    text: 'prepare() can fail, and then has wired nothing: memory that is not there, not writable, or remote.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::prepare, ::wireVirtual',
  },
  {
    id: 'F.8',
    text: 'writeBytes() on a descriptor that is prepared for kIODirectionOut writes nothing and answers 0; so do both beyond the end; the direction itself is not tested.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::readBytes, ::writeBytes',
    settled:
      'A sub-range or a multi descriptor has flags of its own, which prepare() does not set: writeBytes() through one writes even where its memory is prepared for kIODirectionOut.',
  },
  {
    id: 'F.9',
    text: 'A sub-descriptor prepares its parent; a multi descriptor prepares each part, and completes those before the one that fails; without parts it answers kIOReturnInternalError.',
    source: 'iokit/Kernel/IOSubMemoryDescriptor.cpp, prepare; iokit/Kernel/IOMultiMemoryDescriptor.cpp, prepare',
    settled:
      'That two threads may not prepare one descriptor at a time without kIOMemoryThreadSafe is not shown: a scenario has one thread.',
  },
  {
    id: 'F.10',
    text: 'An IODMACommand that is freed without clearMemoryDescriptor() leaks its reference on the descriptor.',
    source: 'iokit/Kernel/IODMACommand.cpp, IODMACommand::free',
    unshown: 'Scenarios have no verb for IODMACommand; test/unit/concrete/dma.test.ts shows it in driver code.',
  },
];
