import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';
import { isCertain, nameOf } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind !== 'drops-map') return undefined;
  const { object, at, call } = event;
  if (object.origin !== 'created' || object.releasedAt || !isCertain(object)) return undefined;
  return {
    at,
    about: at,
    message:
      `${call}() takes a reference of ${nameOf(object)} away\n` +
      'A descriptor that is initialised again empties its set of maps, and each map in it loses a reference that its owner counts on: ' +
      'a map with one owner is freed at once, its address is unmapped. Make a new descriptor, or release the maps first.',
    step: `${nameOf(object)} loses a reference`,
  };
}

/** A descriptor is initialised a second time while a map of it is in use. */
export const initialisedAgain: Rule = {
  id: 'initialised-again',
  title: 'A descriptor is initialised again while it is mapped',
  severity: 'error',
  confidence: 'high',
  semantics: ['J19'],
  check,
  explanation: `\`initWithOptions()\` may be called on a descriptor that was initialised before, to describe other memory. It empties the
descriptor's set of maps by \`flushCollection()\` (xnu \`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::initWithOptions\`). The
set's reference is the one that decides when a map is freed (\`IOMemoryMap::taggedRelease\`), so a map with one owner is freed
under that owner, and one with several a release too early.`,
  examples: {
    bad: [
      {
        title: 'The same descriptor for the next buffer',
        source: `IOReturn FrameGrabber::describeNext(IOGeneralMemoryDescriptor *memory, IOAddressRange *next, task_t task)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return kIOReturnNoMemory;
    bool ok = memory->initWithOptions(next, 1, 0, task, kIOMemoryTypeVirtual64 | kIODirectionIn, NULL);
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: initWithOptions() takes a reference of 'map' away
    map->release();
    return ok ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
    ],
    good: [
      {
        title: 'The map is released first',
        source: `IOReturn FrameGrabber::describeAfter(IOGeneralMemoryDescriptor *memory, IOAddressRange *next, task_t task)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    bool ok = memory->initWithOptions(next, 1, 0, task, kIOMemoryTypeVirtual64 | kIODirectionIn, NULL);
    return ok ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
      {
        title: 'Another descriptor',
        source: `IOReturn FrameGrabber::describeOther(IOMemoryDescriptor *memory, IOGeneralMemoryDescriptor *other, IOAddressRange *next, task_t task)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return kIOReturnNoMemory;
    bool ok = other->initWithOptions(next, 1, 0, task, kIOMemoryTypeVirtual64 | kIODirectionIn, NULL);
    map->release();
    return ok ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
    ],
  },
};
