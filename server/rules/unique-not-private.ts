import type { Event, Report } from '../symbolic/events';
import { argumentWith, mapBits, mapRequest, sure } from './calls';
import { withMapOption } from './fixes';
import type { Rule } from './rule';

const { unique } = mapBits;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !event.receiver || event.receiver.escaped) return undefined;
  const request = mapRequest(event);
  if (!request || !sure(request.zeros, unique)) return undefined;
  const task = argumentWith(event, 'task')?.value.timeless;
  const shared = event.receiver.maps.some((earlier) => {
    const before = mapRequest(earlier);
    if (!before || !sure(before.ones, unique)) return false;
    if (request.task === 'kernel' || before.task === 'kernel') return request.task === before.task;
    return argumentWith(earlier, 'task')?.value.timeless === task;
  });
  if (!shared) return undefined;
  return {
    at: event.at,
    message:
      'This may answer with the map that was made with kIOMapUnique before\n' +
      'kIOMapUnique keeps a call from being given an older map; it does not keep later calls from being given its own. ' +
      'Pass kIOMapUnique in every call for this memory.',
    ...withMapOption(event, 'kIOMapUnique'),
  };
}

/** One descriptor is mapped with and without kIOMapUnique in one task. */
export const uniqueNotPrivate: Rule = {
  id: 'unique-not-private',
  title: 'A unique map that is shared all the same',
  severity: 'info',
  confidence: 'medium',
  semantics: ['J58'],
  fix: 'adds `kIOMapUnique`',
  check,
  explanation: `A request without \`kIOMapUnique\` is answered with any map of the descriptor that fits, and the search does not look at
\`kIOMapUnique\` (xnu \`IOMemoryDescriptor.cpp\`, \`IOMemoryMap::copyCompatible\`). What the owner of the unique map then does with
it (\`redirect()\`, \`unmap()\`) happens to both.`,
  examples: {
    bad: [
      {
        title: 'Private first, then as usual',
        source: `IOMemoryMap *FrameGrabber::mapPrivateAndShared(IOMemoryDescriptor *memory)
{
    fMap = memory->map(kIOMapUnique);
    return memory->map();
//         ^^^^^^^^^^^^^ info: This may answer with the map that was made with kIOMapUnique before
}
`,
      },
    ],
    good: [
      {
        title: 'Both private',
        source: `IOMemoryMap *FrameGrabber::mapBothPrivate(IOMemoryDescriptor *memory)
{
    fMap = memory->map(kIOMapUnique);
    return memory->map(kIOMapUnique);
}
`,
      },
      {
        title: 'In different tasks',
        source: `IOMemoryMap *FrameGrabber::mapElsewhere(IOMemoryDescriptor *memory, task_t task)
{
    fMap = memory->map(kIOMapUnique);
    return memory->createMappingInTask(task, 0, kIOMapAnywhere);
}
`,
      },
      {
        title: 'Both shared',
        source: `IOMemoryMap *FrameGrabber::mapBothShared(IOMemoryDescriptor *memory)
{
    fMap = memory->map();
    return memory->map();
}
`,
      },
    ],
  },
};
