import type { Event, Report } from '../symbolic/events';
import { isUnprepared } from './calls';
import { isCertain, nameOf } from './wording';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'physical-access') return undefined;
  const { object, prepared } = event;
  const made = object.creation?.made;
  if (!made || !isCertain(object) || !isUnprepared(made)) return undefined;
  if (prepared !== 'never' && prepared !== 'failed') return undefined;
  const why = prepared === 'never' ? 'is not prepared' : 'is not prepared: prepare() failed';
  return {
    at: event.at,
    message:
      `${event.call}() of ${nameOf(object)}, which ${why}\n` +
      'Memory that is not wired has no physical addresses: the kernel panics ("IOGMD: not wired for the IODMACommand"). ' +
      'Call prepare() before, test its result, and complete() afterwards.',
    step: `the memory has no physical addresses`,
  };
}

/** Bytes or physical addresses of memory that is not wired. */
export const unpreparedAccess: Rule = {
  id: 'unprepared-access',
  title: 'Bytes or physical addresses without prepare()',
  severity: 'error',
  confidence: 'high',
  semantics: ['J84'],
  check,
  explanation: `\`readBytes()\`, \`writeBytes()\`, \`getPhysicalSegment()\` and \`getPhysicalAddress()\`, of a descriptor or of a
map, walk the wired pages of the memory. \`withAddressRange()\` and \`withAddressRanges()\` don't prepare, for kernel memory
neither, and buffers made with \`kIOMemoryPageable\` aren't prepared either; walking them panics (xnu
\`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::dmaCommandOperation\`). Physical memory, \`withAddress()\` and buffers
that are not pageable are prepared from the start.`,
  examples: {
    bad: [
      {
        title: "An application's memory, read at once",
        source: `IOReturn FrameGrabber::fetch(mach_vm_address_t address, task_t task, UInt32 *word)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, 4, kIODirectionOut, task);
    if (memory == NULL)
        return kIOReturnNoMemory;
    memory->readBytes(0, word, 4);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: readBytes() of 'memory', which is not prepared
    memory->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'The result of prepare() is printed only',
        source: `addr64_t FrameGrabber::physical(void *bytes)
{
    IOMemoryDescriptor *memory =
        IOMemoryDescriptor::withAddressRange((mach_vm_address_t)bytes, 4096, kIODirectionInOut, kernel_task);
    if (memory == NULL)
        return 0;
    if (memory->prepare() != kIOReturnSuccess)
        IOLog("not prepared");
    IOByteCount length;
    addr64_t address = memory->getPhysicalSegment(0, &length);
//                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: getPhysicalSegment() of 'memory', which is not prepared: prepare() failed
    memory->release();
    return address;
}
`,
      },
      {
        title: 'A pageable buffer, by its map',
        source: `IOPhysicalAddress FrameGrabber::physical(void)
{
    IOBufferMemoryDescriptor *buffer =
        IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut | kIOMemoryPageable, 4096);
    if (buffer == NULL)
        return 0;
    IOPhysicalAddress address = 0;
    IOMemoryMap *map = buffer->map();
    if (map != NULL)
        address = map->getPhysicalAddress();
//                ^^^^^^^^^^^^^^^^^^^^^^^^^ error: getPhysicalAddress() of 'buffer', which is not prepared
    OSSafeReleaseNULL(map);
    buffer->release();
    return address;
}
`,
      },
    ],
    good: [
      {
        title: 'Prepared',
        source: `IOReturn FrameGrabber::fetch(mach_vm_address_t address, task_t task, UInt32 *word)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, 4, kIODirectionOut, task);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOReturn result = memory->prepare();
    if (result == kIOReturnSuccess) {
        memory->readBytes(0, word, 4);
        memory->complete();
    }
    memory->release();
    return result;
}
`,
      },
      {
        title: 'Prepared from the start',
        source: `addr64_t FrameGrabber::physical(void *bytes, mach_vm_address_t registers, IOMemoryDescriptor *given)
{
    IOByteCount length;
    addr64_t sum = given->getPhysicalSegment(0, &length);
    IOMemoryDescriptor *device = IOMemoryDescriptor::withAddressRange(registers, 4096, kIODirectionInOut, NULL);
    IOMemoryDescriptor *own =
        IOMemoryDescriptor::withAddressRange((mach_vm_address_t)bytes, 4096, kIODirectionInOut | kIOMemoryAutoPrepare, kernel_task);
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddress(bytes, 4096, kIODirectionInOut);
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 4096);
    if (device != NULL)
        sum += device->getPhysicalSegment(0, &length);
    if (own != NULL)
        sum += own->getPhysicalSegment(0, &length);
    if (memory != NULL)
        sum += memory->getPhysicalSegment(0, &length);
    if (buffer != NULL)
        sum += buffer->getPhysicalSegment(0, &length);
    OSSafeReleaseNULL(device);
    OSSafeReleaseNULL(own);
    OSSafeReleaseNULL(memory);
    OSSafeReleaseNULL(buffer);
    return sum;
}
`,
      },
      {
        title: 'Whoever it is handed to may prepare it',
        source: `void wireElsewhere(IOMemoryDescriptor *memory);

addr64_t FrameGrabber::physical(mach_vm_address_t address, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, 4, kIODirectionOut, task);
    if (memory == NULL)
        return 0;
    wireElsewhere(memory);
    addr64_t physical = memory->getPhysicalSegment(0, NULL);
    memory->release();
    return physical;
}
`,
      },
    ],
  },
};
