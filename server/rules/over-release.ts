import type { Event, Report } from '../symbolic/events';
import type { ObjectState } from '../symbolic/state';
import type { Rule } from './rule';
import { isCertain, nameOf, theObject, upper } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind === 'free') return freed(event);
  if (event.kind !== 'release') return undefined;
  const { object } = event;
  if (!isCertain(object)) return undefined;
  // What a field, a global or a parameter holds has one reference to give up.
  const spent = object.origin === 'foreign' ? object.value.kind === 'initial' && object.owed < 0 : object.owed <= 0;
  if (!spent) return undefined;
  const borrowed = object.origin === 'borrowed' && object.releasedAt === undefined;
  if (borrowed && !object.creation?.promised && !isProvidersOwn(object)) return undefined;
  const message = borrowed
    ? `${event.call}() gives up a reference that this function does not own: ${nameOf(object)}\n` +
      `${object.creation!.call}() returns ${theObject(object)} without a reference for the caller. The release takes ` +
      "the owner's, and the object is freed under it. Remove the release, or retain() first."
    : `${upper(nameOf(object))} is released once too often\n` +
      "The reference was given up before on this path. The second release takes somebody else's reference, or frees " +
      'freed memory. Set the pointer to NULL after the release (OSSafeReleaseNULL does).';
  return {
    at: event.at,
    message,
    step: borrowed ? 'the release of a reference of somebody else' : 'the second release',
  };
}

function freed({ object, at }: Event & { kind: 'free' }): Report | undefined {
  if (!isCertain(object)) return undefined;
  return {
    at,
    message:
      `free() ends ${nameOf(object)}, which somebody else may hold as well\n` +
      `${upper(theObject(object))} was handed to code that may have taken a reference of its own. free() does not ask for ` +
      'references: release() instead.',
    step: 'free() does not ask who else has a reference',
  };
}

/**
 * What a collection or a map leads to may be released by whoever put it there with a reference to spare; that is how
 * drivers keep a descriptor with its map. A work loop that another method retained is released through its getter as
 * well. The memory that a provider owns is never the driver's.
 */
function isProvidersOwn(object: ObjectState): boolean {
  const from = object.creation?.receiver ?? '';
  return (
    /Memory/.test(object.class ?? '') &&
    !from.startsWith('OS') &&
    from !== 'IOMemoryMap' &&
    object.stored.length === 0 &&
    !object.kept
  );
}

/** A release without a reference to give up. */
export const overRelease: Rule = {
  id: 'over-release',
  title: 'A reference is released that is not owned',
  severity: 'error',
  confidence: 'high',
  semantics: ['J06', 'J07'],
  everyObject: true,
  check,
  explanation: `A release gives up one reference. When this function has none to give (it was given up before on the same
path, or a getter returned the object without one), the release takes another owner's: a second user of a shared map, a
provider, a collection. The object is then freed while they still use it.

\`OSSafeReleaseNULL()\` sets the pointer to NULL, so that a second one does nothing.`,
  examples: {
    bad: [
      {
        title: 'Released in the branch and again at the label',
        source: `IOReturn FrameGrabber::probeLength(IOMemoryDescriptor *memory)
{
    IOReturn result = kIOReturnSuccess;
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return kIOReturnNoMemory;
    if (map->getLength() < 4096) {
        map->release();
        result = kIOReturnUnderrun;
    }
    map->release();
//  ^^^^^^^^^^^^^^ error: 'map' is released once too often
    return result;
}
`,
      },
      {
        title: 'The provider owns its device memory',
        source: `void FrameGrabber::forget(IOService *provider)
{
    IODeviceMemory *memory = provider->getDeviceMemoryWithIndex(0);
    if (memory != NULL)
        memory->release();
//      ^^^^^^^^^^^^^^^^^ error: release() gives up a reference that this function does not own: 'memory'
}
`,
      },
    ],
    good: [
      {
        title: 'A work loop that another method retained',
        source: `void FrameGrabber::dropGate(IOCommandGate *gate, IOMemoryMap *map)
{
    IOWorkLoop *workLoop = gate->getWorkLoop();
    workLoop->removeEventSource(gate);
    workLoop->release();
}
`,
      },
      {
        title: 'The pointer is NULL after the first release',
        source: `IOReturn FrameGrabber::probeAgain(IOMemoryDescriptor *memory)
{
    IOReturn result = kIOReturnSuccess;
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return kIOReturnNoMemory;
    if (map->getLength() < 4096) {
        OSSafeReleaseNULL(map);
        result = kIOReturnUnderrun;
    }
    OSSafeReleaseNULL(map);
    return result;
}
`,
      },
      {
        title: 'What a collection leads to was put there with a reference to spare',
        source: `void FrameGrabber::drop(OSDictionary *maps, const char *key)
{
    IOMemoryMap *map = OSDynamicCast(IOMemoryMap, maps->getObject(key));
    if (map == NULL)
        return;
    IOMemoryDescriptor *memory = map->getMemoryDescriptor();
    maps->removeObject(key);
    map->release();
    memory->release();
}
`,
      },
      {
        title: 'A reference of its own',
        source: `void FrameGrabber::borrow(IOService *provider)
{
    IODeviceMemory *memory = provider->getDeviceMemoryWithIndex(0);
    if (memory == NULL)
        return;
    memory->retain();
    fLength = memory->getLength();
    memory->release();
}
`,
      },
    ],
  },
};
