import { describe, expect, it } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { inShort, simulate } from '../../support/simulate';

/** Driver code with descriptors that are composed of others, and with guard pages. */
interface Case {
  readonly what: string;
  /** The function that runs is `f`. */
  readonly source: string;
  readonly outcome: string;
  readonly defects?: readonly string[];
  /** What a step's sentence says. */
  readonly says?: string;
}

const make = `
IOBufferMemoryDescriptor *page(int value, int count) {
  IOBufferMemoryDescriptor *made = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut,
      count * page_size, page_size);
  unsigned char *bytes = (unsigned char *)made->getBytesNoCopy();
  for (int i = 0; i < count; i++) { bytes[i * page_size] = (unsigned char)(value + i); }
  return made;
}`;

const cases: readonly Case[] = [
  {
    what: 'parts are seen one after the other',
    source: `${make}
      int f() {
        IOMemoryDescriptor *parts[2];
        parts[0] = page(0x10, 2);
        parts[1] = page(0x20, 1);
        IOMultiMemoryDescriptor *all = IOMultiMemoryDescriptor::withDescriptors(parts, 2, kIODirectionInOut);
        parts[0]->release();
        parts[1]->release();
        IOMemoryMap *map = all->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
        all->release();
        unsigned char *at = (unsigned char *)map->getAddress();
        int sum = at[0] + at[page_size] + at[2 * page_size];
        map->release();
        return sum;
      }`,
    outcome: '65',
  },
  {
    what: 'a multi descriptor that is not released leaks, and keeps its parts',
    source: `${make}
      int f() {
        IOMemoryDescriptor *part = page(1, 1);
        IOMultiMemoryDescriptor *all = IOMultiMemoryDescriptor::withDescriptors(&part, 1, kIODirectionInOut);
        part->release();
        return all->getLength() == page_size;
      }`,
    outcome: '1',
    defects: ['leak'],
  },
  {
    what: 'a length of zero beside an offset runs past the end',
    source: `${make}
      int f() {
        IOMemoryDescriptor *part = page(1, 2);
        IOMultiMemoryDescriptor *all = IOMultiMemoryDescriptor::withDescriptors(&part, 1, kIODirectionInOut);
        IOMemoryMap *map = all->createMappingInTask(kernel_task, 0, kIOMapAnywhere, page_size);
        all->release();
        part->release();
        return map == NULL;
      }`,
    outcome: '1',
    says: 'The reserved range stays lost',
  },
  {
    what: 'a NULL element ends the run',
    source: `int f() {
        IOMemoryDescriptor *part = NULL;
        return IOMultiMemoryDescriptor::withDescriptors(&part, 1, kIODirectionInOut) != NULL;
      }`,
    outcome: 'fault',
    defects: ['null-dereference'],
  },
  {
    what: 'a subclass that makes itself of parts',
    source: `${make}
      class Chain : public IOMultiMemoryDescriptor { public: bool init(IOMemoryDescriptor *a, IOMemoryDescriptor *b); };
      bool Chain::init(IOMemoryDescriptor *a, IOMemoryDescriptor *b) {
        IOMemoryDescriptor *parts[] = { a, b };
        return IOMultiMemoryDescriptor::initWithDescriptors(parts, 2, kIODirectionInOut);
      }
      long f() {
        IOMemoryDescriptor *a = page(1, 1);
        Chain *chain = new Chain;
        bool made = chain->init(a, a);
        a->release();
        long pages = made ? chain->getLength() / page_size : 0;
        chain->release();
        return pages;
      }`,
    outcome: '2',
  },
  {
    what: 'guard pages say what they protect',
    source: `${make}
      int f() {
        IOMemoryDescriptor *guard = IOGuardPageMemoryDescriptor::withSize(1);
        IOMemoryDescriptor *data = page(7, 1);
        IOMemoryDescriptor *parts[] = { guard, data, guard };
        IOMultiMemoryDescriptor *all = IOMultiMemoryDescriptor::withDescriptors(parts, 3, kIODirectionInOut);
        guard->release();
        data->release();
        IOMemoryMap *map = all->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
        all->release();
        mach_vm_address_t address = map->getAddress();
        mach_vm_address_t after = address + page_size;
        mach_vm_size_t size = 0;
        vm_region_extended_info info;
        mach_msg_type_number_t count = VM_REGION_EXTENDED_INFO_COUNT;
        mach_port_t unused;
        mach_vm_region(kernel_map, &address, &size, VM_REGION_EXTENDED_INFO, (vm_region_info_t)&info, &count, &unused);
        int before = info.protection;
        mach_vm_region(kernel_map, &after, &size, VM_REGION_EXTENDED_INFO, (vm_region_info_t)&info, &count, &unused);
        map->release();
        return before == VM_PROT_NONE && size == page_size ? info.protection : -1;
      }`,
    outcome: '3',
  },
  {
    what: 'a step beyond a guarded buffer faults',
    source: `int f() {
        IOBufferMemoryDescriptor *buffer =
            IOBufferMemoryDescriptor::inTaskWithGuardPages(kernel_task, kIODirectionInOut, 100);
        char *bytes = (char *)buffer->getBytesNoCopy();
        bytes[page_size - 1] = 1;
        bytes[page_size] = 1;
        return 0;
      }`,
    outcome: 'fault',
    defects: ['fault'],
    says: 'guard page',
  },
  {
    what: 'an interleaved descriptor takes its pieces, and is not mapped',
    source: `${make}
      int f() {
        IOMemoryDescriptor *data = page(1, 2);
        IOInterleavedMemoryDescriptor *all = IOInterleavedMemoryDescriptor::withCapacity(1, kIODirectionInOut);
        int added = all->setMemoryDescriptor(data, page_size, page_size) + 10 * all->setMemoryDescriptor(data, 0, 1);
        IOMemoryMap *map = all->map();
        bool prepared = all->prepare() == kIOReturnSuccess;
        all->complete();
        all->clearMemoryDescriptors();
        all->release();
        data->release();
        return map == NULL && prepared ? added : -1;
      }`,
    outcome: '1',
    says: 'has no doMap',
  },
  {
    what: 'the length for DMA is in whole pages of each range',
    source: `${make}
      unsigned long f() {
        IOMemoryDescriptor *data = page(1, 4);
        IOMemoryDescriptor *part = IOSubMemoryDescriptor::withSubRange(data, page_size - 2, 4, kIODirectionInOut);
        IOMemoryDescriptor *parts[] = { part, data };
        IOMultiMemoryDescriptor *all = IOMultiMemoryDescriptor::withDescriptors(parts, 2, kIODirectionInOut);
        uint64_t offset = 0;
        uint64_t length = all->getDMAMapLength(&offset);
        all->release();
        part->release();
        data->release();
        return offset == page_size - 2 ? length / page_size : 0;
      }`,
    outcome: '6',
  },
];

describe.each(machineNames)('%s', (machine) => {
  it.each(cases)('$what', ({ source, outcome, defects = [], says = '' }) => {
    const trace = simulate(source, 'f', { machine });
    expect(inShort(trace)).toMatchObject({ outcome, defects });
    expect(trace.steps.map((step) => step.sentence).join('\n')).toContain(says);
  });
});
