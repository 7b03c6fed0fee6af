import type { Event, Report } from '../symbolic/events';
import { mapsContract } from '../api/attributes';
import { argumentWith, receiverClass } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !mapsContract(event.declaration)) return undefined;
  const offset = argumentWith(event, 'map_offset');
  if (offset?.constant === undefined || offset.constant === 0n) return undefined;
  const length = argumentWith(event, 'map_length');
  if (length && length.constant !== 0n) return undefined;
  // The parent of a sub-range may have room for it.
  if (receiverClass(event) === 'IOSubMemoryDescriptor') return undefined;
  return {
    at: offset.span,
    about: event.at,
    message:
      'From this offset on the whole length is asked for, which is more than there is\n' +
      'A length of 0 means getLength(), not the rest after the offset, so offset and length together are past the end ' +
      'and the call fails. Pass the length: getLength() less the offset.',
  };
}

/** A mapping from an offset on whose length was left out: it would reach past the end. */
export const offsetWithoutLength: Rule = {
  id: 'offset-without-length',
  title: 'An offset without a length',
  severity: 'error',
  confidence: 'certain',
  semantics: ['J63'],
  check,
  explanation: `A length that is omitted or 0 means the descriptor's whole length (xnu \`IOMemoryDescriptor.cpp\`,
\`IOMemoryDescriptor::createMappingInTask\`), not what is left after the offset. With any offset but 0 the end of the mapping
is past the end of the memory, and the call returns NULL (\`IOGeneralMemoryDescriptor::doMap\`); DriverKit's
\`CreateMapping()\` answers \`kIOReturnError\`.`,
  examples: {
    bad: [
      {
        title: 'The length is left out',
        source: `IOMemoryMap *FrameGrabber::mapRegisters(IOMemoryDescriptor *memory)
{
    return memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0x1000);
//                                                                     ^^^^^^ error: From this offset on the whole length is asked for, which is more than there is
}
`,
      },
      {
        title: 'The length is 0, in DriverKit',
        source: `kern_return_t FrameGrabber::mapRest(IOMemoryDescriptor *memory, IOMemoryMap **map)
{
    return memory->CreateMapping(0, 0, 64, 0, 0, map);
//                                     ^^ error: From this offset on the whole length is asked for, which is more than there is
}
`,
      },
    ],
    good: [
      {
        title: 'With its length',
        source: `IOMemoryMap *FrameGrabber::mapTail(IOMemoryDescriptor *memory)
{
    return memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0x1000, memory->getLength() - 0x1000);
}
`,
      },
      {
        title: 'From the start',
        source: `IOMemoryMap *FrameGrabber::mapWhole(IOMemoryDescriptor *memory)
{
    return memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, 0);
}
`,
      },
      {
        title: "The rest of a sub-range's parent",
        source: `IOMemoryMap *FrameGrabber::mapPart(IOMemoryDescriptor *memory)
{
    IOSubMemoryDescriptor *part = IOSubMemoryDescriptor::withSubRange(memory, 0, 0x1000, kIODirectionInOut);
    if (part == NULL)
        return NULL;
    IOMemoryMap *map = part->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0x1000);
    part->release();
    return map;
}
`,
      },
      {
        title: 'An offset that may be 0',
        source: `IOMemoryMap *FrameGrabber::mapFrom(IOMemoryDescriptor *memory, mach_vm_size_t offset)
{
    return memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, offset);
}
`,
      },
    ],
  },
};
