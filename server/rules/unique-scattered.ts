import type { Event, Report } from '../symbolic/events';
import { argumentWith, mapBits, mapRequest, sure } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const request = mapRequest(event);
  const made = event.receiver?.creation?.made;
  if (!request || !made || !sure(request.ones, mapBits.unique)) return undefined;
  const length = argumentWith(event, 'map_length');
  if (length && length.constant !== 0n) return undefined;
  const task = argumentWith(made, 'task');
  if (task && task.task !== 'none') return undefined;
  const count = argumentWith(made, 'range_count')?.constant;
  if (count === undefined || count < 2n) return undefined;
  return {
    at: request.options?.span ?? event.at,
    about: event.at,
    message:
      `kIOMapUnique fails for physical memory of ${count} ranges\n` +
      'With kIOMapUnique the kernel maps physical memory only where it is one piece: unless the ranges follow each ' +
      'other, the result is NULL, and an IOMemoryMap leaks. Map each range, or leave kIOMapUnique out.',
  };
}

/** kIOMapUnique for physical memory of several ranges. */
export const uniqueScattered: Rule = {
  id: 'unique-scattered',
  title: 'kIOMapUnique for physical memory of several ranges',
  severity: 'warning',
  confidence: 'medium',
  semantics: ['J73'],
  check,
  explanation: `For physical memory \`kIOMapUnique\` makes a private descriptor of the range that is wanted, and gives up where the
first physical segment is shorter than that (xnu \`IOMemoryDescriptor.cpp\`, \`IOMemoryDescriptor::makeMapping\`). The call answers
NULL, and the map that it had begun is not released.`,
  examples: {
    bad: [
      {
        title: 'Two windows in one descriptor',
        source: `IOMemoryMap *FrameGrabber::mapWindows(IOAddressRange *windows)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRanges(windows, 2, kIODirectionInOut, NULL);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
//                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: kIOMapUnique fails for physical memory of 2 ranges
    memory->release();
    return map;
}
`,
      },
      {
        title: "The 32-bit kernel's call",
        source: `IOMemoryMap *FrameGrabber::mapOldWindows(IOPhysicalRange *windows)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withPhysicalRanges(windows, 3, kIODirectionInOut);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapUnique);
//                                 ^^^^^^^^^^^^ warning: kIOMapUnique fails for physical memory of 3 ranges
    memory->release();
    return map;
}
`,
      },
    ],
    good: [
      {
        title: 'One range, or a number that the caller knows',
        source: `IOMemoryMap *FrameGrabber::mapOne(IOAddressRange *ranges)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRanges(ranges, 1, kIODirectionInOut, NULL);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapUnique);
    memory->release();
    return map;
}

IOMemoryMap *FrameGrabber::mapSome(IOAddressRange *ranges, UInt32 count)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRanges(ranges, count, kIODirectionInOut, NULL);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapUnique);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'Memory of a task',
        source: `IOMemoryMap *FrameGrabber::mapTasks(IOAddressRange *ranges, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRanges(ranges, 2, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapUnique);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'A part, which may lie in one range',
        source: `IOMemoryMap *FrameGrabber::mapPart(IOAddressRange *ranges)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRanges(ranges, 2, kIODirectionInOut, NULL);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique, 0, 4096);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'Without kIOMapUnique',
        source: `IOMemoryMap *FrameGrabber::mapShared(IOAddressRange *ranges)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRanges(ranges, 2, kIODirectionInOut, NULL);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map();
    memory->release();
    return map;
}
`,
      },
    ],
  },
};
