import { mapsContract } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import { argumentWith } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !mapsContract(event.declaration)) return undefined;
  const offset = argumentWith(event, 'map_offset');
  const length = argumentWith(event, 'map_length');
  // From the start on, nothing can wrap around.
  if (!offset || !length || offset.constant === 0n) return undefined;
  const number = event.fromClient(length.value);
  if (!number?.wide) return undefined;
  return {
    at: length.span,
    about: event.at,
    message:
      (number.summed
        ? 'The application chooses this length, and the sum that was compared may wrap around\n'
        : 'The application chooses this length, and nothing limits it\n') +
      `${event.declaration.name}() adds offset and length without looking for an overflow. A sum that wraps around passes ` +
      'for small, and the kernel panics or answers with a map of memory that is not the descriptor’s. ' +
      'Use os_add_overflow(), and compare the sum with getLength().',
  };
}

/** An application says how much is mapped, and the kernel's own check can be passed by wrapping around. */
export const clientChosenRange: Rule = {
  id: 'client-chosen-range',
  title: 'An application chooses which part is mapped',
  severity: 'error',
  confidence: 'high',
  semantics: ['J64'],
  check,
  explanation: `The kernel refuses a mapping past the end of the memory, but it adds offset and length as numbers of 64 bits
and does not look for an overflow (xnu \`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::doMap\`). Of offset 0x1000 and
length 0xfffffffffffff000 the sum is 0. Virtual memory then panics with "overrun"
(\`IOGeneralMemoryDescriptor::memoryReferenceMap\`), and a map that others hold already is shared with an address far outside.

What an application passes has to be checked with \`os_add_overflow()\` before it is used. A length alone, from offset 0 on,
is safe: the kernel compares it. Nothing is reported where the path compares the number, masks it, or hands it to code
that is not in view.`,
  examples: {
    bad: [
      {
        title: 'Both from the application',
        source: `IOReturn FrameGrabber::mapPart(IOExternalMethodArguments *arguments)
{
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere,
                                                    arguments->scalarInput[0], arguments->scalarInput[1]);
//                                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^ error: The application chooses this length, and nothing limits it
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'The sum is compared, but may have wrapped around',
        source: `struct FramePart {
    uint64_t offset;
    uint64_t length;
};

IOReturn FrameGrabber::mapChecked(IOExternalMethodArguments *arguments)
{
    const FramePart *part = (const FramePart *)arguments->structureInput;
    if (part->offset + part->length > fMemory->getLength())
        return kIOReturnBadArgument;
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, part->offset, part->length);
//                                                                                                ^^^^^^^^^^^^ error: The application chooses this length, and the sum that was compared may wrap around
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Copied from the application’s memory',
        source: `struct FrameWindow {
    uint64_t offset;
    uint64_t length;
};

IOReturn FrameGrabber::mapWindow(user_addr_t from)
{
    FrameWindow window;
    if (copyin(from, &window, sizeof(window)) != 0)
        return kIOReturnVMError;
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, window.offset, window.length);
//                                                                                                 ^^^^^^^^^^^^^ error: The application chooses this length, and nothing limits it
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
    good: [
      {
        title: 'The sum is looked at for an overflow',
        source: `IOReturn FrameGrabber::mapSum(IOExternalMethodArguments *arguments)
{
    uint64_t offset = arguments->scalarInput[0];
    uint64_t length = arguments->scalarInput[1];
    uint64_t end;
    if (os_add_overflow(offset, length, &end) || end > fMemory->getLength())
        return kIOReturnBadArgument;
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, offset, length);
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Each number is compared',
        source: `IOReturn FrameGrabber::mapCompared(IOExternalMethodArguments *arguments)
{
    uint64_t offset = arguments->scalarInput[0];
    uint64_t length = arguments->scalarInput[1];
    if (offset >= fMemory->getLength() || length > fMemory->getLength() - offset)
        return kIOReturnBadArgument;
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, offset, length);
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'The wrapped sum is smaller than its part',
        source: `IOReturn FrameGrabber::mapWrapped(IOExternalMethodArguments *arguments)
{
    uint64_t offset = arguments->scalarInput[0];
    uint64_t length = arguments->scalarInput[1];
    if (offset + length < offset || offset + length > fMemory->getLength())
        return kIOReturnBadArgument;
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, offset, length);
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Numbers of 32 bits, whose sum fits',
        source: `IOReturn FrameGrabber::mapNarrow(IOExternalMethodArguments *arguments)
{
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere,
                                                    (uint32_t)arguments->scalarInput[0], (uint32_t)arguments->scalarInput[1]);
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A length from the start on, which the kernel compares',
        source: `IOReturn FrameGrabber::mapStart(IOExternalMethodArguments *arguments)
{
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, arguments->scalarInput[0]);
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'One of a few frames',
        source: `IOReturn FrameGrabber::mapFrame(IOExternalMethodArguments *arguments)
{
    uint64_t frame = arguments->scalarInput[0] & 7;
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0x1000 * frame, 0x1000 * (frame + 1));
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Code elsewhere looks at the arguments',
        source: `bool isInside(const IOExternalMethodArguments *arguments, uint64_t limit);

IOReturn FrameGrabber::mapInside(IOExternalMethodArguments *arguments)
{
    if (!isInside(arguments, fMemory->getLength()))
        return kIOReturnBadArgument;
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere,
                                                    arguments->scalarInput[0], arguments->scalarInput[1]);
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
