import { attribute, has } from '../api/attributes';
import type { Event, Making, Report } from '../symbolic/events';
import type { Rule } from './rule';
import { isCertain, nameOf } from './wording';

// The largest page of any Mac.
const page = 0x4000n;

// xnu iokit/IOKit/IOBufferMemoryDescriptor.h: kIOMemoryPhysicallyContiguous, kIOMemoryHostPhysicallyContiguous.
const contiguous = 0x10n | 0x80n;

/** Whether a buffer is surely several pages that lie wherever there was room. */
function isScattered({ declaration, arguments: given }: Making): boolean {
  if (declaration.class !== 'IOBufferMemoryDescriptor' || has(declaration, 'own_pages')) return false;
  let large = false;
  for (const { parameter, constant, bits } of given) {
    if (attribute(parameter, 'sets')?.args[0] === 'length') large = constant !== undefined && constant > page;
    else if (has(parameter, 'bits')) {
      if ((bits.zeros & contiguous) !== contiguous) return false;
    } else if (parameter.type.kind === 'bool') {
      if (constant !== 0n) return false;
    } else if (parameter.type.kind === 'int' && (constant === undefined || constant > 4096n)) return false;
  }
  return large;
}

function check(event: Event): Report | undefined {
  if (event.kind !== 'physical-access' || event.call !== 'getPhysicalAddress' || !isCertain(event.object))
    return undefined;
  const made = event.object.creation?.made;
  if (!made || !isScattered(made)) return undefined;
  return {
    at: event.at,
    message:
      `One physical address for several pages, which are scattered: ${nameOf(event.object)}\n` +
      'getPhysicalAddress() is that of the first byte and holds to the end of its page; a device that goes on from there reads and ' +
      'writes the memory of others. Allocate with kIOMemoryPhysicallyContiguous, or give the device a list of segments (IODMACommand).',
    step: 'only the first page is where the address says',
    unshown: true,
  };
}

/** The physical address of the first byte stands for a buffer whose pages are not contiguous. */
export const scatteredAsLinear: Rule = {
  id: 'scattered-as-linear',
  title: 'Scattered memory is treated as linear',
  severity: 'error',
  confidence: 'high',
  semantics: ['J71'],
  check,
  explanation: `\`IOBufferMemoryDescriptor\` allocates pages wherever there is room, unless \`kIOMemoryPhysicallyContiguous\` is
among its options, \`withContiguousMemory\` is true, or the alignment is more than a page (xnu \`IOBufferMemoryDescriptor.cpp\`,
\`initWithPhysicalMask\`). \`getPhysicalAddress()\` is \`getPhysicalSegment(0, NULL)\`: it drops how far the address goes on.

MapLens reports buffers of more than 16 KiB, which are several pages on every Mac.`,
  examples: {
    bad: [
      {
        title: 'A ring for a device',
        source: `addr64_t FrameGrabber::makeRing()
{
    IOBufferMemoryDescriptor *ring = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut, 0x10000, 4096);
    if (ring == NULL)
        return 0;
    fMemory = ring;
    return ring->getPhysicalAddress();
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: One physical address for several pages, which are scattered: 'ring'
}
`,
      },
    ],
    good: [
      {
        title: 'Contiguous, or a page at most',
        source: `addr64_t FrameGrabber::makeRing(UInt32 how, vm_size_t size)
{
    IOBufferMemoryDescriptor *ring;
    if (how == 0)
        ring = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut | kIOMemoryPhysicallyContiguous, 0x10000, 4096);
    else if (how == 1)
        ring = IOBufferMemoryDescriptor::withCapacity(0x10000, kIODirectionInOut, true);
    else if (how == 2)
        ring = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut, 0x10000, 0x10000);
    else if (how == 3)
        ring = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut, 0x4000, 4096);
    else if (how == 4)
        ring = IOBufferMemoryDescriptor::inTaskWithPhysicalMask(kernel_task, kIODirectionInOut, 0x10000, 0xfff);
    else
        ring = IOBufferMemoryDescriptor::withCapacity(size, kIODirectionInOut);
    if (ring == NULL)
        return 0;
    fMemory = ring;
    return ring->getPhysicalAddress();
}
`,
      },
      {
        title: 'Segment by segment',
        source: `addr64_t FrameGrabber::segmentAt(IOByteCount offset, IOByteCount *length)
{
    IOBufferMemoryDescriptor *ring = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut, 0x10000, 4096);
    if (ring == NULL)
        return 0;
    fMemory = ring;
    return ring->getPhysicalSegment(offset, length);
}
`,
      },
    ],
  },
};
