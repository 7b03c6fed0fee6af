import type { Event, Report } from '../symbolic/events';
import { isCertain, nameOf } from './wording';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'address-use' || (event.how !== 'read' && event.how !== 'write')) return undefined;
  const { object } = event;
  if (object.blockedAt === undefined || !isCertain(object)) return undefined;
  return {
    at: event.at,
    message:
      `${nameOf(object)} is accessed while it is redirected to nothing\n` +
      'After redirect(NULL) each access sleeps until the map is redirected again. Done by the thread that would do so, ' +
      'it never returns. Redirect to memory first, or reach the memory by readBytes() or another mapping.',
    step: `the memory of ${nameOf(object)} is accessed`,
  };
}

/** The thread that has blocked a mapping accesses it. */
export const accessWhileRedirected: Rule = {
  id: 'access-while-redirected',
  title: 'A mapping is accessed while it is redirected to nothing',
  severity: 'error',
  confidence: 'high',
  semantics: ['J57'],
  check,
  explanation: `\`redirect(NULL, …)\` blocks a mapping: the fault of an access waits until the map is redirected again (xnu
\`IOMemoryDescriptor.cpp\`, \`IOMemoryMap::redirect\`). The thread that has to do that must not touch the mapping in between.`,
  examples: {
    bad: [
      {
        title: 'Read while it is blocked',
        source: `UInt32 FrameGrabber::freeze(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return 0;
    UInt32 *words = (UInt32 *)map->getVirtualAddress();
    map->redirect(NULL, 0, 0ULL);
    UInt32 first = words[0];
//                 ^^^^^^^^ error: 'map' is accessed while it is redirected to nothing
    map->redirect(memory, 0, 0ULL);
    map->release();
    return first;
}
`,
      },
    ],
    good: [
      {
        title: 'Read before and after',
        source: `UInt32 FrameGrabber::freeze(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return 0;
    UInt32 *words = (UInt32 *)map->getVirtualAddress();
    UInt32 sum = words[0];
    map->redirect(NULL, 0, 0ULL);
    map->redirect(memory, 0, 0ULL);
    sum += words[0];
    map->release();
    return sum;
}
`,
      },
    ],
  },
};
