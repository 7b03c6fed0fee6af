import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';
import { nameOf, theObject, upper } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind !== 'adopted' && event.kind !== 'dies-with-function') return undefined;
  const { object, at } = event;
  if (object.doubtful || object.escaped || !object.creation) return undefined;
  const { call, span, promised } = object.creation;
  if (event.kind === 'dies-with-function')
    return {
      at,
      about: span,
      message:
        `${upper(nameOf(object))} is gone when the caller gets it\n` +
        `A smart pointer of this function has the only reference to ${theObject(object)} and gives it up on the way out; get() ` +
        'answers a plain pointer and keeps nothing. Return the smart pointer, or detach() and let the caller release.',
    };
  if (object.origin !== 'borrowed' || object.owed !== 0 || object.retained || promised) return undefined;
  return {
    at,
    about: span,
    message:
      `OSNoRetain takes over a reference that ${call}() did not give\n` +
      `${upper(theObject(object))} belongs to somebody else, who will release it; the smart pointer releases it as well. ` +
      'Use OSRetain.',
    // A macro that writes the tag stands round the pointer.
    ...(event.tag.start >= at.end && {
      fix: { title: 'Use OSRetain', edits: [{ span: event.tag, text: 'OSRetain' }] },
    }),
  };
}

/** A smart pointer with a reference that it does not have, or one whose object is handed on without it. */
export const smartPointerAdoption: Rule = {
  id: 'smart-pointer-adoption',
  title: 'A smart pointer owns what it was not given, or gives up what is still used',
  severity: 'error',
  confidence: 'high',
  semantics: ['J17'],
  fix: 'writes `OSRetain` in place of `OSNoRetain`',
  everyObject: true,
  check,
  explanation: `An \`OSSharedPtr\` gives up one reference when it goes. \`OSNoRetain\` tells it to take over one that the caller has, which
is right for results that come with a reference (\`map()\`, \`withAddress()\`, \`copyProperty()\`) and wrong for those that come
without (\`getMemoryDescriptor()\`, \`getProperty()\`): there it releases what somebody else still counts on (libkern
\`OSSharedPtr.h\`). The other way round, \`OSRetain\` on a result that comes with a reference, leaks it, which
[leaked-reference](leaked-reference.md) reports.

\`get()\` answers a plain pointer that is good as long as the smart pointer is.`,
  examples: {
    bad: [
      {
        title: 'A getter’s result taken over',
        source: `mach_vm_size_t FrameGrabber::memoryLength(IOMemoryMap *map)
{
    OSSharedPtr<IOMemoryDescriptor> memory(map->getMemoryDescriptor(), OSNoRetain);
//                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: OSNoRetain takes over a reference that getMemoryDescriptor() did not give
    return memory->getLength();
}
`,
      },
      {
        title: 'The same by reset()',
        source: `void FrameGrabber::follow(IOMemoryMap *map)
{
    OSSharedPtr<IOMemoryDescriptor> memory;
    memory.reset(map->getMemoryDescriptor(), OSNoRetain);
//               ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: OSNoRetain takes over a reference that getMemoryDescriptor() did not give
    show(memory->getLength());
}
`,
      },
      {
        title: 'A plain pointer to what dies here',
        source: `IOMemoryMap *FrameGrabber::mapPlain(IOMemoryDescriptor *memory)
{
    OSSharedPtr<IOMemoryMap> map(memory->map(), OSNoRetain);
    return map.get();
//  ^^^^^^^^^^^^^^^^^ error: The map from map() is gone when the caller gets it
}
`,
      },
    ],
    good: [
      {
        title: 'Each with its tag',
        source: `mach_vm_size_t FrameGrabber::lengths(IOMemoryMap *map, IOMemoryDescriptor *memory)
{
    OSSharedPtr<IOMemoryDescriptor> of(map->getMemoryDescriptor(), OSRetain);
    OSSharedPtr<IOMemoryMap> other(memory->map(), OSNoRetain);
    return other ? of->getLength() + other->getLength() : 0;
}
`,
      },
      {
        title: 'Retained by hand before',
        source: `mach_vm_size_t FrameGrabber::lengthRetained(IOMemoryMap *map)
{
    IOMemoryDescriptor *plain = map->getMemoryDescriptor();
    plain->retain();
    OSSharedPtr<IOMemoryDescriptor> memory(plain, OSNoRetain);
    return memory->getLength();
}
`,
      },
      {
        title: 'Handed on with its reference',
        source: `IOMemoryMap *FrameGrabber::mapDetached(IOMemoryDescriptor *memory)
{
    OSSharedPtr<IOMemoryMap> map(memory->map(), OSNoRetain);
    return map.detach();
}
`,
      },
      {
        title: 'The smart pointer itself',
        source: `OSSharedPtr<IOMemoryMap> FrameGrabber::mapShared(IOMemoryDescriptor *memory)
{
    OSSharedPtr<IOMemoryMap> map(memory->map(), OSNoRetain);
    return map;
}
`,
      },
      {
        title: 'OSPtr is the smart pointer, where the file asks for it',
        source: `#define IOKIT_ENABLE_SHARED_PTR

OSPtr<IOMemoryMap> FrameGrabber::mapOwned(IOMemoryDescriptor *memory)
{
    OSSharedPtr<IOMemoryMap> map = memory->map();
    return map;
}
`,
      },
      {
        title: 'A collection has a reference of its own',
        source: `IOMemoryMap *FrameGrabber::mapKept(IOMemoryDescriptor *memory, OSArray *maps)
{
    OSSharedPtr<IOMemoryMap> map(memory->map(), OSNoRetain);
    if (!map)
        return NULL;
    maps->setObject(map.get());
    return map.get();
}
`,
      },
    ],
  },
};
