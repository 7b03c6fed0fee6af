import { bitFamilies } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';

/** The field that holds the cache mode, by family; of one that is no mode but the field itself, the names. */
const fields = [
  // xnu iokit/IOKit/IOMapTypes.h: kIOMapCacheMask.
  { family: 'kernel_map_options', mask: 0x00000f00n, masks: ['kIOMapCacheMask', 'kIOMapUserOptionsMask'] },
  // xnu iokit/DriverKit/IOMemoryDescriptor.iig: the kIOMemoryMapCacheMode constants.
  { family: 'driverkit_map_options', mask: 0x0000ff00n, masks: [] },
] as const;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  for (const argument of event.arguments)
    for (const { family, mask, masks } of fields) {
      if (!bitFamilies(argument.parameter).includes(family)) continue;
      const modes = argument.constants.filter(
        (constant) =>
          constant.family === family &&
          (constant.value & mask) !== 0n &&
          (constant.value & ~mask) === 0n &&
          !masks.some((name) => name === constant.name),
      );
      if (modes.length < 2) continue;
      const sum = modes.reduce((bits, mode) => bits | mode.value, 0n) >> 8n;
      const names = modes.map((mode) => mode.name).join(' and ');
      const why =
        family === 'kernel_map_options'
          ? `Cache modes are numbers in a field of four bits, not flags. OR-ed together they are mode ${sum}, which is ` +
            'another one than either (or none). Choose one.'
          : `${event.declaration.name}() takes exactly one and answers kIOReturnBadArgument to two. Choose one.`;
      return { at: argument.span, about: event.at, message: `Two cache modes in one word: ${names}\n${why}` };
    }
  return undefined;
}

/** More than one cache mode OR-ed into a field that holds one number. */
export const severalCacheModes: Rule = {
  id: 'several-cache-modes',
  title: 'Several cache modes in one options word',
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J36', 'J99'],
  check,
  explanation: `\`kIOMapCacheMask\` is a field of four bits that holds one number. \`kIOMapInhibitCache\` (1) OR-ed with
\`kIOMapWriteThruCache\` (2) is 3: \`kIOMapCopybackCache\`, a mode that nobody asked for, and for device registers a wrong
one. DriverKit's \`CreateMapping()\` refuses two. Give exactly one mode.`,
  examples: {
    bad: [
      {
        title: 'Uncached or write-through: copy-back',
        source: `IOMemoryMap *FrameGrabber::mapUncached(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapInhibitCache | kIOMapWriteThruCache);
//                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: Two cache modes in one word: kIOMapInhibitCache and kIOMapWriteThruCache
}
`,
      },
      {
        title: 'One by one, through a local',
        source: `IOMemoryMap *FrameGrabber::mapCombined(IOMemoryDescriptor *memory, task_t task)
{
    IOOptionBits options = kIOMapAnywhere | kIOMapWriteCombineCache;
    options |= kIOMapInhibitCache;
    return memory->createMappingInTask(task, 0, options);
//                                              ^^^^^^^ warning: Two cache modes in one word: kIOMapWriteCombineCache and kIOMapInhibitCache
}
`,
      },
      {
        title: 'Two that DriverKit refuses',
        source: `kern_return_t FrameGrabber::mapTwice(IOMemoryDescriptor *memory, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapCacheModeInhibit | kIOMemoryMapCacheModeCopyback, 0, 0, 0, 0, map);
//                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: Two cache modes in one word: kIOMemoryMapCacheModeInhibit and kIOMemoryMapCacheModeCopyback
}
`,
      },
    ],
    good: [
      {
        title: 'One mode, one way or the other',
        source: `IOMemoryMap *FrameGrabber::mapOneMode(IOMemoryDescriptor *memory, bool cached)
{
    IOOptionBits options = cached ? kIOMapCopybackCache : kIOMapInhibitCache;
    return memory->map(options);
}
`,
      },
      {
        title: 'The old mode is masked out first',
        source: `IOMemoryMap *FrameGrabber::mapRemasked(IOMemoryDescriptor *memory)
{
    IOOptionBits options = kIOMapWriteCombineCache | kIOMapReadOnly;
    options = (options & ~kIOMapCacheMask) | kIOMapInhibitCache;
    return memory->map(options);
}
`,
      },
    ],
  },
};
