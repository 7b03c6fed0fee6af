import type { Event, Report } from '../symbolic/events';
import { has } from '../api/attributes';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !has(event.declaration, 'redirects') || event.used) return undefined;
  // With two arguments it may be the kernel's private one, of a task and a flag (IOMemoryMap::redirect(task_t, bool)).
  if (event.arguments.length < 3) return undefined;
  const memory = event.arguments[0];
  // NULL blocks access, and the map's own memory allows it again; neither can fail.
  if (!memory || memory.constant === 0n || memory.value === event.receiver?.creation?.of) return undefined;
  return {
    at: event.at,
    message:
      'Nothing looks at the result of redirect()\n' +
      'It fails where the new memory is shorter than the map, and then the map has lost a reference and may be gone. ' +
      'Compare the lengths first, and do not touch the map after a failure.',
  };
}

/** redirect() to other memory whose result nothing looks at. */
export const redirectUnchecked: Rule = {
  id: 'redirect-unchecked',
  title: 'The result of redirect() is ignored',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J56'],
  check,
  explanation: `\`redirect()\` to memory that is too short, or of several pieces, returns \`kIOReturnError\`, and \`makeMapping()\` has by then
released the map once (xnu \`IOMemoryDescriptor.cpp\`, \`IOMemoryMap::redirect\`, \`IOMemoryDescriptor::makeMapping\`). Whoever goes on
as if nothing had happened uses an object that may be freed.`,
  examples: {
    bad: [
      {
        title: 'As a statement',
        source: `void FrameGrabber::swapIn(IOMemoryMap *map, IOMemoryDescriptor *memory)
{
    map->redirect(memory, 0, 0ULL);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: Nothing looks at the result of redirect()
}
`,
      },
    ],
    good: [
      {
        title: 'The caller is told',
        source: `IOReturn FrameGrabber::swapChecked(IOMemoryMap *map, IOMemoryDescriptor *memory)
{
    if (memory->getLength() < map->getLength())
        return kIOReturnBadArgument;
    return map->redirect(memory, 0, 0ULL);
}
`,
      },
      {
        title: "The kernel's private one",
        source: `void FrameGrabber::blockTask(IOMemoryMap *map, task_t task, bool block)
{
    map->redirect(task, block);
}
`,
      },
      {
        title: 'Back to its own memory',
        source: `IOMemoryMap *FrameGrabber::pause(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map != NULL) {
        map->redirect(NULL, 0, 0ULL);
        map->redirect(memory, 0, 0ULL);
    }
    return map;
}
`,
      },
      {
        title: "Blocking access can't fail",
        source: `void FrameGrabber::block(IOMemoryMap *map)
{
    map->redirect(NULL, 0, 0ULL);
}
`,
      },
    ],
  },
};
