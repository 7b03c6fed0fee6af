import type { Fact } from './fact';

const kernel = 'iokit/Kernel/IOMemoryDescriptor.cpp';

/**
 * What Apple's page on IOMemoryDescriptor::createMappingInTask says, sentence by sentence, in our own words. Scenarios
 * show each, or how the kernel does otherwise (section K).
 */
export const factsSeed: readonly Fact[] = [
  {
    id: 'seed.1',
    text: 'It maps a memory descriptor into a task.',
    source: `${kernel}, IOMemoryDescriptor::createMappingInTask`,
  },
  {
    id: 'seed.2',
    text: 'What it returns is a reference to an IOMemoryMap, which knows the address and more.',
    source: `${kernel}, IOMemoryMap`,
  },
  {
    id: 'seed.3',
    text: 'Callers may share a mapping: no second one is made where a compatible one exists.',
    source: `${kernel}, IOMemoryDescriptor::makeMapping`,
  },
  {
    id: 'seed.4',
    text: 'Freeing the IOMemoryMap destroys the mapping, so it is released only after the last access.',
    source: `${kernel}, IOMemoryMap::free`,
    settled: 'Not so for kIOMapOverwrite, kIOMapStatic and sub-maps (K11).',
  },
  {
    id: 'seed.5',
    text: 'The IOMemoryMap retains the descriptor that it maps.',
    source: `${kernel}, IOMemoryMap::setMemoryDescriptor`,
  },
  {
    id: 'seed.6',
    text: 'All of the memory or a part of it is mapped, at any free address or at a given one if that can be.',
    source: `${kernel}, IOMemoryDescriptorMapAlloc`,
  },
  {
    id: 'seed.7',
    text: 'A mapping can be read-only, and have a cache mode.',
    source: `${kernel}, IOGeneralMemoryDescriptor::memoryReferenceMap`,
    settled:
      'Read-only has no effect in the task that owns the memory (K7); a cache mode is the memory’s, not the mapping’s (K8).',
  },
  {
    id: 'seed.8',
    text: 'A request that an existing mapping of the descriptor covers shares it.',
    source: `${kernel}, IOMemoryMap::copyCompatible`,
  },
  {
    id: 'seed.10',
    text: 'The first argument is the task that is mapped into; kernel_task is the kernel.',
    source: `${kernel}, IOMemoryDescriptor::createMappingInTask`,
  },
  {
    id: 'seed.11',
    text: 'atAddress is where a placed mapping goes, without kIOMapAnywhere; otherwise it counts for nothing.',
    source: `${kernel}, IOMemoryDescriptorMapAlloc`,
    settled: 'The mapping can begin elsewhere than at atAddress, and kIOMapStatic uses it in any case (K6).',
  },
  {
    id: 'seed.12',
    text: 'kIOMapUnique makes a mapping that redirect() may change.',
    source: `${kernel}, IOMemoryMap::redirect`,
    settled: 'redirect() never tests it (K3).',
  },
  {
    id: 'seed.13',
    text: 'A kIOMapUnique mapping is not shared: the caller gets a new one, not an existing one with one more reference.',
    source: `${kernel}, IOMemoryDescriptor::makeMapping`,
    settled: 'True for the caller; a later plain request is given the unique map (K2).',
  },
  {
    id: 'seed.14',
    text: 'The offset is where in the memory the mapping begins; zero is the start.',
    source: `${kernel}, IOGeneralMemoryDescriptor::doMap`,
  },
  {
    id: 'seed.15',
    text: 'The length is how much is mapped; zero is everything.',
    source: `${kernel}, IOMemoryDescriptor::createMappingInTask`,
    settled: 'Zero is the whole length also behind an offset, which then fails (K5).',
  },
  {
    id: 'seed.16',
    text: 'The page dates the call to macOS 10.11.4; XNU has it since xnu-1228, macOS 10.5.',
    source: 'iokit/IOKit/IOMemoryDescriptor.h (xnu-1228)',
    unshown: 'It is about when the call appeared: no machine profile is older than it.',
  },
  {
    id: 'seed.17',
    text: 'map() maps everything into the kernel, anywhere.',
    source: `${kernel}, IOMemoryDescriptor::map`,
  },
  {
    id: 'seed.18',
    text: 'setMapping() records a mapping that exists already.',
    source: `${kernel}, IOMemoryDescriptor::setMapping`,
  },
];
