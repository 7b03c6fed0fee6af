import type { Fact } from './fact';

const file = 'iokit/Tests/TestIOMemoryDescriptor.cpp';

/** Section I: what XNU's own tests of memory descriptors show. */
export const factsI: readonly Fact[] = [
  {
    id: 'I.1',
    text: 'A descriptor of two ranges and two windows on it, put together, map as one and show the right pages.',
    source: `${file}, IOMultMemoryDescriptorTest`,
  },
  {
    id: 'I.2',
    text: 'getDMAMapLength() counts the whole pages of what is described.',
    source: `${file}, IOMultMemoryDescriptorTest`,
  },
  {
    id: 'I.3',
    text: "Remote memory prepares, and its segments are the addresses that were given; the test's lines that map it are comments.",
    source: `${file}, IOMemoryRemoteTest`,
  },
  {
    id: 'I.4',
    text: "A task's prepared pageable buffer maps into the kernel with kIOMapPrefault.",
    source: `${file}, IOMemoryPrefaultTest`,
  },
  {
    id: 'I.5',
    text: 'A capacity that wraps when it is rounded up gives NULL.',
    source: `${file}, IOBMDOverflowTest`,
  },
  {
    id: 'I.6',
    text: 'A shared buffer maps after each setLength(), at the length of that moment.',
    source: `${file}, IOBMDSetLengthMapTest`,
  },
  {
    id: 'I.7',
    text: 'A descriptor without a byte is an object that prepares.',
    source: `${file}, ZeroLengthTest`,
  },
  {
    id: 'I.8',
    text: 'A fixed kernel address that no mapping may have gives NULL, and nothing is lost.',
    source: `${file}, BadFixedAllocTest`,
  },
  {
    id: 'I.9',
    text: 'prepare() and complete() count, whatever modifiers they are given.',
    source: `${file}, IODirectionPrepareNoZeroFillTest`,
  },
  {
    id: 'I.10',
    text: 'A mapping without copy-on-write shows what the task writes later.',
    source: `${file}, IOMemoryMapTest`,
  },
  {
    id: 'I.11',
    text: 'A mapping with kIOMemoryMapCopyOnWrite does not.',
    source: `${file}, IOMemoryMapTest`,
  },
  {
    id: 'I.12',
    text: 'Guard page descriptors around a page of data map as pages that fault around the data.',
    source: `${file}, IOGuardPageMDTest`,
  },
  {
    id: 'I.13',
    text: 'A buffer with guard pages is rounded up to pages, begins on one, and can be mapped a second time.',
    source: `${file}, IOGuardPageMDTest`,
  },
  {
    id: 'I.14',
    text: "A descriptor's context is retained while it is set.",
    source: `${file}, IOMDContextTest`,
  },
  {
    id: 'I.15',
    text: 'Whatever part of a kernel buffer is mapped, of one range or of three, each word of the mapping is the word of the source.',
    source: `${file}, IOMemoryDescriptorTest`,
    settled: 'The kernel’s loop goes through 16 MiB; running its C++ does that, the scenarios take a sample.',
  },
  {
    id: 'I.16',
    text: 'redirect() between two buffers of one size exchanges what they hold.',
    source: `${file}, IOMemoryDescriptorTest (compiled out)`,
  },
  {
    id: 'I.17',
    text: 'A composed descriptor can be a part of another.',
    source: `${file}, IOMemoryDescriptorTest (compiled out)`,
  },
  {
    id: 'I.18',
    text: 'Mapping and unmapping through a user client leaves nothing behind.',
    source: 'tests/iokit/map_memory_port_leak_45265408.c',
  },
];
