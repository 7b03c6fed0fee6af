import type { Event, Report } from '../symbolic/events';
import { mapsContract } from '../api/attributes';
import { receiverClass } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !mapsContract(event.declaration)) return undefined;
  if (receiverClass(event) !== 'IOInterleavedMemoryDescriptor') return undefined;
  return {
    at: event.at,
    message:
      'An interleaved descriptor can not be mapped: the result is NULL\n' +
      'IOInterleavedMemoryDescriptor lists pieces for one transfer and has no code to map them. Map the descriptors ' +
      'that it was given.',
  };
}

/** IOInterleavedMemoryDescriptor can't be mapped. */
export const interleavedMapped: Rule = {
  id: 'interleaved-mapped',
  title: 'An interleaved descriptor is mapped',
  severity: 'error',
  confidence: 'certain',
  semantics: ['J72'],
  check,
  explanation: `\`IOInterleavedMemoryDescriptor\` has no \`doMap()\` of its own (xnu \`IOInterleavedMemoryDescriptor.cpp\`), so each attempt to map
it ends in \`kIOReturnUnsupported\` and NULL. Map its components.`,
  examples: {
    bad: [
      {
        title: 'Mapped like any other',
        source: `IOMemoryMap *FrameGrabber::mapPieces(IOInterleavedMemoryDescriptor *pieces)
{
    return pieces->map();
//         ^^^^^^^^^^^^^ error: An interleaved descriptor can not be mapped: the result is NULL
}
`,
      },
      {
        title: 'Through a pointer to the base class',
        source: `IOMemoryMap *FrameGrabber::mapNewPieces(void)
{
    IOMemoryDescriptor *pieces = IOInterleavedMemoryDescriptor::withCapacity(4, kIODirectionIn);
    if (pieces == NULL)
        return NULL;
    IOMemoryMap *map = pieces->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
//                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: An interleaved descriptor can not be mapped: the result is NULL
    pieces->release();
    return map;
}
`,
      },
    ],
    good: [
      {
        title: 'One after the other can be mapped',
        source: `IOMemoryMap *FrameGrabber::mapSeveral(IOMultiMemoryDescriptor *pieces)
{
    return pieces->map();
}
`,
      },
      {
        title: 'For a transfer',
        source: `IOReturn FrameGrabber::wirePieces(IOInterleavedMemoryDescriptor *pieces, IOMemoryDescriptor *memory)
{
    memory->setTag(1);
    return pieces->prepare();
}
`,
      },
    ],
  },
};
