import type { Event, Report } from '../symbolic/events';
import { isCertain, nameOf } from './wording';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'address-cut' || !isCertain(event.object)) return undefined;
  return {
    at: event.at,
    about: event.at,
    message:
      `The address of ${nameOf(event.object)} loses its upper half: only ${String(event.bits)} bits are stored\n` +
      'An address has 64 bits in the kernel and in most tasks; what is left points somewhere else. Use ' +
      'mach_vm_address_t, IOVirtualAddress or a pointer.',
    step: 'the address is cut',
  };
}

/** An address that is stored in a type which is too short for it. */
export const truncatedAddress: Rule = {
  id: 'truncated-address',
  title: "A map's address in 32 bits",
  severity: 'error',
  confidence: 'high',
  semantics: ['J94'],
  check,
  explanation: `\`getVirtualAddress()\` and \`getAddress()\` return 64 bits on every kernel that still exists (\`IOVirtualAddress\`,
\`mach_vm_address_t\`). In a \`UInt32\` the upper half is lost without a word from the compiler. A conversion that is written out
is taken for meant.`,
  examples: {
    bad: [
      {
        title: 'In a variable',
        source: `UInt32 FrameGrabber::readOld(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    fMap = map;
    UInt32 address = map->getVirtualAddress();
//                   ^^^^^^^^^^^^^^^^^^^^^^^^ error: The address of 'map' loses its upper half: only 32 bits are stored
    fCount = address;
    return address;
}
`,
      },
    ],
    good: [
      {
        title: 'In a type that holds it',
        source: `mach_vm_address_t FrameGrabber::readWide(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    fMap = map;
    mach_vm_address_t address = map->getVirtualAddress();
    return address;
}
`,
      },
      {
        title: 'The offset in its page',
        source: `UInt32 FrameGrabber::readOffset(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    fMap = map;
    UInt32 offset = map->getVirtualAddress() & 0xfff;
    return offset;
}
`,
      },
      {
        title: 'Cut on purpose',
        source: `UInt32 FrameGrabber::readLow(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    fMap = map;
    UInt32 low = (UInt32)map->getVirtualAddress();
    return low;
}
`,
      },
    ],
  },
};
