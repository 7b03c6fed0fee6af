import type { Event, Report } from '../symbolic/events';
import { isDead } from '../symbolic/state';
import type { Rule } from './rule';
import { isCertain, nameOf, theObject, upper } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind !== 'use') return undefined;
  const { object } = event;
  if (!isDead(object) || !isCertain(object)) return undefined;
  return {
    at: event.at,
    about: object.releasedAt!,
    message:
      `${upper(nameOf(object))} is used after its last reference was released: ${event.how}\n` +
      `Nothing keeps ${theObject(object)} alive here; its memory may be somebody else's by now. ` +
      'Release it after the last use, and set the pointer to NULL (OSSafeReleaseNULL does both).',
    step: `${nameOf(object)} is used: ${event.how}`,
  };
}

/** An object is used after the function gave up the reference that kept it alive. */
export const useAfterRelease: Rule = {
  id: 'use-after-release',
  title: 'An object is used after its release',
  severity: 'error',
  confidence: 'high',
  semantics: ['J06', 'J14'],
  everyObject: true,
  check,
  explanation: `After the release of the last reference in view, the object may be gone. A method call, a member, or
passing the pointer on then reads freed memory.

MapLens reports this where the function itself owned the reference, or where it released what a field holds and uses the
same field again, with nothing in between that could have changed it. An object that a collection, a map or unknown code
keeps is not reported.`,
  examples: {
    bad: [
      {
        title: 'A length read too late',
        source: `mach_vm_size_t FrameGrabber::mappedLength(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    map->release();
    return map->getLength();
//         ^^^ error: 'map' is used after its last reference was released: getLength()
}
`,
      },
      {
        title: 'A field that still points there',
        source: `void FrameGrabber::teardown()
{
    if (fMap == NULL)
        return;
    fMap->release();
    fMap->unmap();
//  ^^^^ error: 'fMap' is used after its last reference was released: unmap()
    fMap = NULL;
}
`,
      },
    ],
    good: [
      {
        title: 'A test of a pointer that the release has cleared',
        source: `void FrameGrabber::stopMapping()
{
    OSSafeReleaseNULL(fMap);
    if (fMap != NULL)
        fMap->unmap();
}
`,
      },
      {
        title: 'A collection keeps it',
        source: `bool FrameGrabber::remember(OSArray *maps, IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return false;
    maps->setObject(map);
    map->release();
    return map->getLength() > 0;
}
`,
      },
      {
        title: 'The caller may hold what it passed',
        source: `IOByteCount FrameGrabber::take(IOMemoryDescriptor *memory)
{
    memory->release();
    return memory->getLength();
}
`,
      },
      {
        title: 'A field that a collection keeps as well',
        source: `void FrameGrabber::hand(OSArray *maps)
{
    maps->setObject(fMap);
    fMap->release();
    fLength = fMap->getLength();
}
`,
      },
      {
        title: 'The map keeps the descriptor',
        source: `IOMemoryMap *FrameGrabber::wrap(void *buffer, IOByteCount length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddress(buffer, length, kIODirectionInOut);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map();
    memory->release();
    if (map != NULL && memory->getLength() == 0)
        OSSafeReleaseNULL(map);
    return map;
}
`,
      },
    ],
  },
};
