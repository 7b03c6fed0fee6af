import type { Event, Report } from '../symbolic/events';
import { argumentWith } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const offset = argumentWith(event, 'range_offset');
  const length = argumentWith(event, 'range_length');
  // From the start on, nothing can wrap around.
  if (!offset || !length || offset.constant === 0n) return undefined;
  const [start, size] = [event.fromClient(offset.value), event.fromClient(length.value)];
  const which = size?.wide ? length : start?.wide ? offset : undefined;
  if (!which) return undefined;
  const summed = (size?.wide ? size : start)?.summed === true;
  const name = which === length ? 'length' : 'offset';
  return {
    at: which.span,
    about: event.at,
    message:
      (summed
        ? `The application chooses this ${name}, and the sum that was compared may wrap around\n`
        : `The application chooses this ${name}, and nothing limits it\n`) +
      `${event.declaration.name}() accepts a part whose offset and length together wrap around: it then reaches outside the ` +
      'parent. Use os_add_overflow(), and compare the sum with getLength().',
  };
}

/** A part of a descriptor from an application's numbers. */
export const uncheckedSubRange: Rule = {
  id: 'unchecked-sub-range',
  title: 'An application chooses a part of a descriptor',
  severity: 'error',
  confidence: 'high',
  semantics: ['J66'],
  check,
  explanation: `\`initSubRange()\` compares offset plus length with the parent's length, and nothing else (xnu
\`IOSubMemoryDescriptor.cpp\`, \`IOSubMemoryDescriptor::initSubRange\`). A sum that wraps around is small: of offset
0xfffffffffffff000 and length 0x2000 the part starts before the parent does. Mappings and transfers of the part add
the offset once more, and nobody looks again.

Check with \`os_add_overflow()\` what an application passes. (DriverKit's \`CreateSubMemoryDescriptor()\` does so itself.)`,
  examples: {
    bad: [
      {
        title: 'Offset and length from the application',
        source: `IOMemoryDescriptor *FrameGrabber::part(IOExternalMethodArguments *arguments)
{
    return IOSubMemoryDescriptor::withSubRange(fMemory, arguments->scalarInput[0], arguments->scalarInput[1],
//                                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^ error: The application chooses this length, and nothing limits it
                                               kIODirectionInOut);
}
`,
      },
      {
        title: 'A fixed length at any offset',
        source: `IOMemoryDescriptor *FrameGrabber::pageAt(IOExternalMethodArguments *arguments)
{
    return IOSubMemoryDescriptor::withSubRange(fMemory, arguments->scalarInput[0], 0x1000, kIODirectionInOut);
//                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^ error: The application chooses this offset, and nothing limits it
}
`,
      },
      {
        title: 'The sum alone is compared',
        source: `IOMemoryDescriptor *FrameGrabber::checkedPart(IOExternalMethodArguments *arguments)
{
    uint64_t offset = arguments->scalarInput[0];
    uint64_t length = arguments->scalarInput[1];
    if (offset + length > fMemory->getLength())
        return NULL;
    return IOSubMemoryDescriptor::withSubRange(fMemory, offset, length, kIODirectionInOut);
//                                                              ^^^^^^ error: The application chooses this length, and the sum that was compared may wrap around
}
`,
      },
    ],
    good: [
      {
        title: 'Compared one by one',
        source: `IOMemoryDescriptor *FrameGrabber::partWithin(IOExternalMethodArguments *arguments)
{
    uint64_t offset = arguments->scalarInput[0];
    uint64_t length = arguments->scalarInput[1];
    uint64_t whole = fMemory->getLength();
    if (offset > whole || length > whole - offset)
        return NULL;
    return IOSubMemoryDescriptor::withSubRange(fMemory, offset, length, kIODirectionInOut);
}
`,
      },
      {
        title: 'From the start on',
        source: `IOMemoryDescriptor *FrameGrabber::head(IOExternalMethodArguments *arguments)
{
    return IOSubMemoryDescriptor::withSubRange(fMemory, 0, arguments->scalarInput[0], kIODirectionInOut);
}
`,
      },
      {
        title: 'Numbers of 32 bits',
        source: `IOMemoryDescriptor *FrameGrabber::narrowPart(IOExternalMethodArguments *arguments)
{
    uint32_t offset = (uint32_t)arguments->scalarInput[0];
    uint32_t length = (uint32_t)arguments->scalarInput[1];
    return IOSubMemoryDescriptor::withSubRange(fMemory, offset, length, kIODirectionInOut);
}
`,
      },
    ],
  },
};
