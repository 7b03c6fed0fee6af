import { bitFamilies } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import { exchanged } from './fixes';
import type { Rule } from './rule';

/** Sets of constants that are mistaken for one another: their numbers overlap and mean different things. */
const families: Readonly<Record<string, string>> = {
  kernel_map_options: 'a kernel map option',
  dma_mapping_options: 'an option of IODMACommand',
  direction: 'a direction',
  descriptor_flags: 'a flag of memory descriptors',
  buffer_options: 'an option of buffers',
  cache_mode: 'a cache mode by number, not shifted',
  driverkit_map_options: 'a DriverKit map option',
  driverkit_direction: 'a DriverKit direction',
};

/** DriverKit's names of what the kernel's map options and directions say; the kernel's come second. */
const pairs = [
  ['kIOMemoryMapReadOnly', 'kIOMapReadOnly'],
  ['kIOMemoryMapCacheModeInhibit', 'kIOMapInhibitCache'],
  ['kIOMemoryMapCacheModeCopyback', 'kIOMapCopybackCache'],
  ['kIOMemoryMapCacheModeWriteThrough', 'kIOMapWriteThruCache'],
  ['kIOMemoryMapCacheModeRealTime', 'kIOMapRealTimeCache'],
] as const;

/** The constant of a family that says what another one does. */
function counterpart(name: string, family: string): string | undefined {
  switch (family) {
    case 'kernel_map_options':
      // A cache mode by number: kIOInhibitCache is kIOMapInhibitCache, shifted (xnu iokit/IOKit/IOTypes.h).
      if (modesByNumber.test(name)) return name.replace('kIO', 'kIOMap');
      return pairs.find(([driver]) => driver === name)?.[1];
    case 'driverkit_map_options':
      return pairs.find(([, kernel]) => kernel === name)?.[0];
    case 'driverkit_direction':
      return directions.test(name) ? name.replace('kIO', 'kIOMemory') : undefined;
    default:
      return undefined;
  }
}

const modesByNumber = /^kIO(?!Map|Memory)\w*(?:Cache|Posted)\w*$/;
const directions = /^kIODirection(?:In|Out|InOut|OutIn)$/;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  for (const argument of event.arguments) {
    const allowed = bitFamilies(argument.parameter);
    if (allowed.length === 0) continue;
    const stranger = argument.constants.find(
      ({ family, value }) =>
        value !== 0n &&
        families[family] !== undefined &&
        !allowed.includes(family) &&
        !(family === 'driverkit_direction' && allowed.includes('direction')),
    );
    if (!stranger) continue;
    const wanted = allowed.map((family) => families[family] ?? family).join(' or ');
    const meant = allowed.map((family) => counterpart(stranger.name, family)).find((name) => name !== undefined);
    const number = `0x${stranger.value.toString(16)}`;
    return {
      at: argument.span,
      about: event.at,
      message:
        `${stranger.name} is ${families[stranger.family]!}, not ${wanted}\n` +
        `${event.declaration.name}() reads the number ${number} in its own way, so the call asks for something else ` +
        'than it says. Use a constant that belongs to this parameter.',
      ...(meant !== undefined && exchanged(event, argument, stranger.name, meant)),
    };
  }
  return undefined;
}

/** A constant of another family in an options word. */
export const foreignConstant: Rule = {
  id: 'foreign-constant',
  title: 'A constant of another family in the options',
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J37'],
  fix: 'writes the constant of this parameter that says the same, where there is one',
  check,
  explanation: `Directions, descriptor flags, buffer options, cache modes, the kernel's map options and DriverKit's are all
small numbers, and the compiler takes one for the other. \`kIODirectionIn\` is 1, as \`kIOMapAnywhere\` is;
\`kIODirectionOut\` is 2 and means nothing among map options, so the mapping is asked for at a fixed address;
\`kIOMemoryHostOnly\` is \`kIOMapReadOnly\`; DriverKit's \`kIOMemoryMapFixedAddress\` is \`kIOMapAnywhere\`, its opposite.

The direction of a descriptor is said when it is made. For a mapping, say \`kIOMapReadOnly\` or nothing.`,
  examples: {
    bad: [
      {
        title: 'A direction as a map option',
        source: `IOMemoryMap *FrameGrabber::mapForInput(IOMemoryDescriptor *memory)
{
    return memory->map(kIODirectionIn);
//                     ^^^^^^^^^^^^^^ warning: kIODirectionIn is a direction, not a kernel map option
}
`,
      },
      {
        title: 'A cache mode that is not shifted',
        source: `IOMemoryMap *FrameGrabber::mapInhibited(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOWriteThruCache);
//                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: kIOWriteThruCache is a cache mode by number, not shifted, not a kernel map option
}
`,
      },
    ],
    good: [
      {
        title: 'Flags of the descriptor, where its direction goes',
        source: `IOSubMemoryDescriptor *FrameGrabber::window(IOMemoryDescriptor *memory)
{
    return IOSubMemoryDescriptor::withSubRange(memory, 0, 0x1000, kIODirectionInOut | kIOMemoryThreadSafe);
}
`,
      },
      {
        title: 'Each word with its own constants',
        source: `IOMemoryMap *FrameGrabber::mapBuffer(void *buffer, IOByteCount length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddress(buffer, length, kIODirectionOut);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapReadOnly | kIOMapUnique);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'Nothing, under whichever name',
        source: `IOMemoryMap *FrameGrabber::mapDefault(IOMemoryDescriptor *memory)
{
    return memory->map(kIODefaultCache);
}
`,
      },
      {
        title: 'A cache mode that is shifted',
        source: `IOMemoryMap *FrameGrabber::mapShifted(IOMemoryDescriptor *memory)
{
    return memory->map(kIOInhibitCache << kIOMapCacheShift);
}
`,
      },
    ],
  },
};
