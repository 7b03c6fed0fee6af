import type { Event, Report } from '../symbolic/events';
import { returnContract } from '../api/attributes';
import { argumentWith, optionsOf } from './calls';
import { instead } from './fixes';
import type { Rule } from './rule';

// xnu iokit/IOKit/IOBufferMemoryDescriptor.h: kIOMemoryPageable.
const pageable = 0x20n;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || returnContract(event.declaration).ownership !== 'retained') return undefined;
  const task = argumentWith(event, 'task');
  const options = optionsOf(event, 'buffer_options');
  if (!task || !options || (options.bits.zeros & pageable) === 0n) return undefined;
  if (task.task !== 'none' && task.task !== 'client') return undefined;
  return {
    at: task.span,
    about: event.at,
    message:
      `${task.task === 'none' ? 'Without a task' : "In the client's task"} only a pageable buffer can be made: the result is NULL\n` +
      `${event.declaration.name}() refuses any task but kernel_task unless kIOMemoryPageable is set. Allocate in ` +
      'kernel_task and map the buffer into the client, or add kIOMemoryPageable.',
    ...(task.task === 'none' && instead(event, task, 'kernel_task', 'Allocate in kernel_task')),
  };
}

/** A buffer for another task than the kernel's needs kIOMemoryPageable. */
export const bufferTask: Rule = {
  id: 'buffer-task',
  title: 'A buffer of a task that is not pageable',
  severity: 'error',
  confidence: 'certain',
  semantics: ['J92'],
  fix: 'writes `kernel_task` in place of NULL',
  check,
  explanation: `A buffer that is wired from the start is allocated in the kernel. For any other task, and for NULL,
\`IOBufferMemoryDescriptor::initWithPhysicalMask\` (xnu \`IOBufferMemoryDescriptor.cpp\`) returns false unless
\`kIOMemoryPageable\` is among the options, and the factory returns NULL.`,
  examples: {
    bad: [
      {
        title: 'NULL as the task',
        source: `IOBufferMemoryDescriptor *FrameGrabber::makeRing(mach_vm_address_t mask)
{
    return IOBufferMemoryDescriptor::inTaskWithPhysicalMask(NULL, kIODirectionInOut, 4096, mask);
//                                                          ^^^^ error: Without a task only a pageable buffer can be made: the result is NULL
}
`,
      },
      {
        title: "The client's task",
        source: `class FrameClient : public IOUserClient {
    task_t fTask;
    IOBufferMemoryDescriptor *makeShared(void);
};

IOBufferMemoryDescriptor *FrameClient::makeShared(void)
{
    return IOBufferMemoryDescriptor::inTaskWithOptions(fTask, kIODirectionInOut | kIOMemoryKernelUserShared, 4096);
//                                                     ^^^^^ error: In the client's task only a pageable buffer can be made: the result is NULL
}
`,
      },
    ],
    good: [
      {
        title: 'In the kernel',
        source: `IOBufferMemoryDescriptor *FrameGrabber::makeKernelRing(mach_vm_address_t mask)
{
    return IOBufferMemoryDescriptor::inTaskWithPhysicalMask(kernel_task, kIODirectionInOut, 4096, mask);
}
`,
      },
      {
        title: "Pageable, in the client's task",
        source: `class FrameClient : public IOUserClient {
    task_t fTask;
    IOBufferMemoryDescriptor *makePageable(void);
};

IOBufferMemoryDescriptor *FrameClient::makePageable(void)
{
    return IOBufferMemoryDescriptor::inTaskWithOptions(fTask, kIODirectionInOut | kIOMemoryPageable, 4096);
}
`,
      },
      {
        title: "Which task it is can't be seen",
        source: `IOBufferMemoryDescriptor *FrameGrabber::makeFor(task_t task)
{
    return IOBufferMemoryDescriptor::inTaskWithOptions(task, kIODirectionInOut, 4096);
}
`,
      },
    ],
  },
};
