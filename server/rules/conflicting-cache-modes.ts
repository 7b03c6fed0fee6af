import type { Event, Report } from '../symbolic/events';
import { mapBits, mapRequest } from './calls';
import type { Rule } from './rule';

const { cacheMask } = mapBits;

/** The cache mode that a request names, where every bit of it is known and it is not the default. */
function modeOf(request: ReturnType<typeof mapRequest>): bigint | undefined {
  if (!request || ((request.ones | request.zeros) & cacheMask) !== cacheMask) return undefined;
  const mode = request.ones & cacheMask;
  return mode === 0n ? undefined : mode;
}

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !event.receiver || event.receiver.escaped) return undefined;
  const request = mapRequest(event);
  const mode = modeOf(request);
  if (mode === undefined || !request?.options) return undefined;
  const other = event.receiver.maps.some((earlier) => {
    const before = modeOf(mapRequest(earlier));
    return before !== undefined && before !== mode;
  });
  if (!other) return undefined;
  return {
    at: request.options.span,
    about: event.at,
    message:
      'This memory was mapped with another cache mode before\n' +
      'The mode belongs to the memory, not to a mapping: the last one that is asked for changes all mappings, also ' +
      "the kernel's. Use one mode for all of them.",
  };
}

/** A descriptor is mapped with another explicit cache mode than before. */
export const conflictingCacheModes: Rule = {
  id: 'conflicting-cache-modes',
  title: 'One memory with two cache modes',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J45'],
  check,
  explanation: `An explicit cache mode is set on the memory object itself (xnu \`vm_memory_entry.c\`, \`mach_make_memory_entry_internal\`), so each
mapping of the memory has the mode that was asked for last. Code that relies on the first one, such as a ring without flushes,
then works with memory of another kind.`,
  examples: {
    bad: [
      {
        title: 'Uncached here, write-combined there',
        source: `IOMemoryMap *FrameGrabber::mapTwoModes(IOMemoryDescriptor *memory, task_t task)
{
    fMap = memory->map(kIOMapInhibitCache);
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapWriteCombineCache);
//                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: This memory was mapped with another cache mode before
}
`,
      },
    ],
    good: [
      {
        title: 'The same for both',
        source: `IOMemoryMap *FrameGrabber::mapOneModeTwice(IOMemoryDescriptor *memory, task_t task)
{
    fMap = memory->map(kIOMapInhibitCache);
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapInhibitCache);
}
`,
      },
      {
        title: 'The second one leaves it as it is',
        source: `IOMemoryMap *FrameGrabber::mapModeOnce(IOMemoryDescriptor *memory, task_t task)
{
    fMap = memory->map(kIOMapInhibitCache);
    return memory->createMappingInTask(task, 0, kIOMapAnywhere);
}
`,
      },
      {
        title: 'The first one leaves it as it is',
        source: `IOMemoryMap *FrameGrabber::mapModeLater(IOMemoryDescriptor *memory, task_t task)
{
    fMap = memory->map();
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapInhibitCache);
}
`,
      },
    ],
  },
};
