import type { Event, Report } from '../symbolic/events';
import { argumentWith, mapRequest } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || mapRequest(event)?.task !== 'none') return undefined;
  const task = argumentWith(event, 'task');
  if (!task) return undefined;
  return {
    at: task.span,
    about: event.at,
    message:
      'The task to map into is NULL here\n' +
      `${event.declaration.name}() reads the task's address space at once: macOS 15.4 and later panic, earlier versions ` +
      'return NULL. Pass kernel_task, or a task that was tested.',
    step: 'maps into a task that is NULL',
  };
}

/** NULL where the task to map into is expected. */
export const nullTask: Rule = {
  id: 'null-task',
  title: 'A mapping in no task',
  severity: 'error',
  confidence: 'certain',
  semantics: ['J74'],
  check,
  explanation: `Since macOS 15.4 \`createMappingInTask()\` reads the map of the task before anything else (xnu-11417 \`IOMemoryDescriptor.cpp\`,
\`IOMemoryDescriptor::createMappingInTask\`); with NULL that is a panic. Earlier kernels return NULL.

A NULL task means "physical" where a descriptor is made (\`withAddressRange()\`); where memory is mapped it means nothing. For
the kernel's own address space say \`kernel_task\`.`,
  examples: {
    bad: [
      {
        title: 'As with physical ranges',
        source: `IOMemoryMap *FrameGrabber::mapNowhere(IOMemoryDescriptor *memory)
{
    return memory->createMappingInTask(NULL, 0, kIOMapAnywhere);
//                                     ^^^^ error: The task to map into is NULL here
}
`,
      },
      {
        title: 'On the path where it was found missing',
        source: `IOMemoryMap *FrameGrabber::mapForClient(IOMemoryDescriptor *memory, task_t client)
{
    if (!client)
        IOLog("no client");
    return memory->createMappingInTask(client, 0, kIOMapAnywhere);
//                                     ^^^^^^ error: The task to map into is NULL here
}
`,
      },
    ],
    good: [
      {
        title: 'The kernel',
        source: `IOMemoryMap *FrameGrabber::mapInKernel(IOMemoryDescriptor *memory)
{
    return memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
}
`,
      },
      {
        title: 'Physical memory has no task',
        source: `IOMemoryDescriptor *FrameGrabber::describe(mach_vm_address_t physical, mach_vm_size_t length)
{
    return IOMemoryDescriptor::withAddressRange(physical, length, kIODirectionInOut, NULL);
}
`,
      },
      {
        title: 'Tested',
        source: `IOMemoryMap *FrameGrabber::mapForTested(IOMemoryDescriptor *memory, task_t client)
{
    return client ? memory->createMappingInTask(client, 0, kIOMapAnywhere) : NULL;
}
`,
      },
    ],
  },
};
