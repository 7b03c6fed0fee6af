import type { Event, Report } from '../symbolic/events';
import { knownBits } from '../symbolic/values';
import { isCertain, nameOf } from './wording';
import type { Rule } from './rule';

// xnu iokit/IOKit/IOMapTypes.h: kIOMapReadOnly.
const readOnly = 0x1000n;

function check(event: Event): Report | undefined {
  if (event.kind !== 'address-use' || event.how !== 'write') return undefined;
  const { object } = event;
  const options = object.creation?.options;
  if (!options || (knownBits(options).ones & readOnly) === 0n || !isCertain(object)) return undefined;
  return {
    at: event.at,
    message:
      `A store into ${nameOf(object)}, which is mapped with kIOMapReadOnly\n` +
      'The mapping has no write access, now or later: the store faults and the kernel panics. Where the memory is the ' +
      "kernel's own buffer, the option has no effect instead. Drop kIOMapReadOnly, or write through another mapping.",
    step: `a store into ${nameOf(object)}`,
  };
}

/** A store through the address of a mapping made with kIOMapReadOnly. */
export const writeToReadOnlyMap: Rule = {
  id: 'write-to-read-only-map',
  title: 'A store through a read-only mapping',
  severity: 'error',
  confidence: 'high',
  semantics: ['J39'],
  check,
  explanation: `\`kIOMapReadOnly\` takes write access from the present and from the largest protection of the mapping (xnu
\`IOMemoryDescriptor.cpp\`, \`memoryReferenceMap\`). A store through it faults, in the kernel a panic. There is one exception,
which is no better: memory that belongs to the target task already is not mapped again, and the option counts for nothing.`,
  examples: {
    bad: [
      {
        title: 'A counter in a read-only mapping',
        source: `void FrameGrabber::count(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map(kIOMapReadOnly);
    if (map == NULL)
        return;
    UInt32 *frames = (UInt32 *)map->getVirtualAddress();
    *frames = 1;
//  ^^^^^^^ error: A store into 'map', which is mapped with kIOMapReadOnly
    map->release();
}
`,
      },
    ],
    good: [
      {
        title: 'Only read',
        source: `UInt32 FrameGrabber::frames(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map(kIOMapReadOnly);
    if (map == NULL)
        return 0;
    UInt32 *frames = (UInt32 *)map->getVirtualAddress();
    UInt32 count = *frames;
    map->release();
    return count;
}
`,
      },
      {
        title: 'Writable where it is written',
        source: `void FrameGrabber::count(IOMemoryDescriptor *memory, bool write)
{
    IOMemoryMap *map = memory->map(write ? 0 : kIOMapReadOnly);
    if (map == NULL)
        return;
    UInt32 *frames = (UInt32 *)map->getVirtualAddress();
    if (write)
        *frames = 1;
    map->release();
}
`,
      },
    ],
  },
};
