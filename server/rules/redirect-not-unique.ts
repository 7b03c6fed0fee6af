import type { Event, Report } from '../symbolic/events';
import { withMapOption } from './fixes';
import type { Rule } from './rule';
import { nameOf } from './wording';

// xnu iokit/IOKit/IOMapTypes.h: kIOMapUnique.
const unique = 0x04000000n;

function check(event: Event): Report | undefined {
  if (event.kind !== 'redirect') return undefined;
  const { object, options } = event;
  if (!options || (options.zeros & unique) === 0n) return undefined;
  return {
    at: event.at,
    message:
      `${nameOf(object)} is redirected but was made without kIOMapUnique\n` +
      `${object.creation!.call}() may hand out one map to several callers. redirect() then puts other memory under all ` +
      'of them. Make the map with kIOMapUnique.',
    step: `${nameOf(object)} is redirected`,
    ...(object.creation?.made && withMapOption(object.creation.made, 'kIOMapUnique')),
  };
}

/** redirect() on a map that others may share. */
export const redirectNotUnique: Rule = {
  id: 'redirect-not-unique',
  title: 'redirect() on a map made without kIOMapUnique',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J55'],
  fix: 'adds `kIOMapUnique` where the map is made',
  check,
  explanation: `A request for a mapping is answered with an existing map of the same descriptor, task and range where there
is one. \`redirect()\` does not look whether the map is shared (xnu \`IOMemoryDescriptor.cpp\`,
\`IOMemoryMap::redirect\`): it moves every holder to the new memory.

Make a map that will be redirected with \`kIOMapUnique\`.`,
  examples: {
    bad: [
      {
        title: 'A map that others may have as well',
        source: `IOReturn FrameGrabber::swap(IOMemoryDescriptor *first, IOMemoryDescriptor *second)
{
    IOMemoryMap *map = first->map();
    if (map == NULL)
        return kIOReturnNoMemory;
    IOReturn result = map->redirect(second, 0, 0ULL);
//                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: 'map' is redirected but was made without kIOMapUnique
    map->release();
    return result;
}
`,
      },
    ],
    good: [
      {
        title: "A map of one's own",
        source: `IOReturn FrameGrabber::swapOwn(IOMemoryDescriptor *first, IOMemoryDescriptor *second)
{
    IOMemoryMap *map = first->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return kIOReturnNoMemory;
    IOReturn result = map->redirect(second, 0, 0ULL);
    map->release();
    return result;
}
`,
      },
    ],
  },
};
