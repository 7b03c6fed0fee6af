import type { Event, Report } from '../symbolic/events';
import { isOwned } from '../symbolic/state';
import type { Rule } from './rule';
import { isCertain, nameOf } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind !== 'answer' || !isCertain(event.object)) return undefined;
  const { object, at } = event;
  if (event.says === 'borrowed') {
    if (!isOwned(object) || object.owed !== 1) return undefined;
    return {
      at,
      message:
        `${event.function}() returns a reference that its name does not promise\n` +
        'A function whose name starts with "get" returns an object without a reference for the caller. Who goes by the ' +
        'name leaks what this one returns. Call it copy, create or with, or say LIBKERN_RETURNS_RETAINED.',
      step: 'the caller gets the reference',
    };
  }
  const isParameter = object.value.kind === 'initial' && object.value.place.kind === 'local';
  if (!isParameter || object.origin !== 'foreign' || object.owed !== 0 || object.kept) return undefined;
  return {
    at,
    message:
      `${event.function}() returns ${nameOf(object)} without the reference that its name promises\n` +
      'A function that returns an object, and whose name does not start with "get", returns a reference for the caller. ' +
      'Who goes by the name releases one that nobody took. retain() first, or say LIBKERN_RETURNS_NOT_RETAINED.',
    step: 'the caller gets the pointer alone',
  };
}

/** A function's name says otherwise than what it does with the reference of what it returns. */
export const referenceName: Rule = {
  id: 'reference-name',
  title: 'A function returns another reference than its name says',
  severity: 'info',
  confidence: 'medium',
  semantics: ['J08'],
  everyObject: true,
  check,
  explanation: `libkern goes by names: a function that starts with \`get\` returns an object without a reference for the
caller, any other one returns it with a reference. People and analyzers read code by this rule. Where a function does
otherwise, its callers leak or release too much.

Only free functions and static ones are looked at: a method may override one that is declared otherwise.`,
  examples: {
    bad: [
      {
        title: 'A new object from a getter',
        source: `OSArray *getNames(unsigned int count)
{
    return OSArray::withCapacity(count);
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info: getNames() returns a reference that its name does not promise
}
`,
      },
      {
        title: 'The argument, handed back as if it were new',
        source: `OSObject *createFrame(OSObject *frame)
{
    return frame;
//  ^^^^^^^^^^^^^ info: createFrame() returns 'frame' without the reference that its name promises
}
`,
      },
    ],
    good: [
      {
        title: 'A cast of the driver’s own',
        source: `static IOBufferMemoryDescriptor *bufferCast(IOMemoryDescriptor *memory)
{
    return OSDynamicCast(IOBufferMemoryDescriptor, memory);
}
`,
      },
      {
        title: 'The caller’s reference is passed on, or another one taken',
        source: `static IOMemoryMap *preferred(IOMemoryMap *given, IOMemoryMap *better)
{
    if (better == NULL)
        return given;
    better->retain();
    given->release();
    return better;
}
`,
      },
      {
        title: 'A contract of its own: what is returned is retained, or the caller’s',
        source: `static IOMemoryMap *narrowest(IOMemoryMap *given, IOMemoryMap *better)
{
    if (better == NULL)
        return given;
    better->retain();
    return better;
}
`,
      },
      {
        title: 'Names that say it',
        source: `OSArray *copyNames(unsigned int count)
{
    return OSArray::withCapacity(count);
}

OSObject *getFrame(OSObject *frame)
{
    return frame;
}

OSObject *copyFrame(OSObject *frame)
{
    frame->retain();
    return frame;
}
`,
      },
      {
        title: 'A declaration that says it',
        source: `OSObject *frameOf(OSObject *frame) LIBKERN_RETURNS_NOT_RETAINED;

OSObject *frameOf(OSObject *frame)
{
    return frame;
}
`,
      },
    ],
  },
};
