import type { Event, Report } from '../symbolic/events';
import { choice, placement } from './no-address';
import { asZero } from './fixes';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  const call = placement(event);
  if (!call || event.kind !== 'call') return undefined;
  if (call.address.constant === 0n || choice(call.options) !== 'kernel') return undefined;
  return {
    at: call.address.span,
    about: event.at,
    message:
      'With kIOMapAnywhere this address is ignored\n' +
      'It is not even a hint: the search for room starts at the bottom of the task. Pass 0, or leave kIOMapAnywhere out ' +
      'and be ready for NULL when the range is taken.',
    ...asZero(event, call.address),
  };
}

/** kIOMapAnywhere together with an address that means something. */
export const ignoredAddress: Rule = {
  id: 'ignored-address',
  title: 'An address that kIOMapAnywhere ignores',
  severity: 'info',
  confidence: 'certain',
  semantics: ['J35'],
  fix: 'passes 0',
  check,
  explanation: `With \`kIOMapAnywhere\` the kernel chooses the place and does not look at \`atAddress\`, not even as a hint
(xnu \`IOMemoryDescriptor.cpp\`, \`IOMemoryDescriptorMapAlloc\`). Whoever passes an address expects otherwise.

Pass 0. If the address matters, leave \`kIOMapAnywhere\` out and handle NULL, which means that the range is taken.`,
  examples: {
    bad: [
      {
        title: 'Meant as a hint',
        source: `IOMemoryMap *FrameGrabber::mapNear(IOMemoryDescriptor *memory, task_t task, mach_vm_address_t hint)
{
    return memory->createMappingInTask(task, hint, kIOMapAnywhere);
//                                           ^^^^ info: With kIOMapAnywhere this address is ignored
}
`,
      },
    ],
    good: [
      {
        title: 'No address with kIOMapAnywhere',
        source: `IOMemoryMap *FrameGrabber::mapSomewhere(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere);
}
`,
      },
      {
        title: 'A static map records where something is mapped already',
        source: `IOMemoryMap *FrameGrabber::record(IOMemoryDescriptor *memory, task_t task, mach_vm_address_t where)
{
    return memory->createMappingInTask(task, where, kIOMapAnywhere | kIOMapStatic);
}
`,
      },
      {
        title: 'The options come from the caller',
        source: `IOMemoryMap *FrameGrabber::mapAsTold(IOMemoryDescriptor *memory, task_t task, mach_vm_address_t where, IOOptionBits options)
{
    return memory->createMappingInTask(task, where, options);
}
`,
      },
    ],
  },
};
