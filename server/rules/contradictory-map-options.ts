import type { Event, Report } from '../symbolic/events';
import { mapBits, mapRequest, sure } from './calls';
import type { Rule } from './rule';

const { anywhere, guardedMask, overwrite, reference, unique } = mapBits;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const request = mapRequest(event);
  if (!request?.options) return undefined;
  const { options, ones, zeros } = request;
  const report = (message: string): Report => ({ at: options.span, about: event.at, message });
  if (sure(ones, unique | reference))
    return report(
      'kIOMapReference and kIOMapUnique together make the kernel panic\n' +
        'One asks for a map that exists already, the other for one that is never shared. The pair is what redirect() ' +
        'uses inside the kernel, and without its other arguments a NULL pointer is followed. Choose one.',
    );
  if (sure(ones, anywhere | overwrite))
    return report(
      'kIOMapOverwrite has no address to overwrite: kIOMapAnywhere is set as well\n' +
        'The address becomes 0: the call returns NULL, and for memory of a task the kernel panics. Leave one of the ' +
        'two out.',
    );
  if ((ones & guardedMask) !== 0n && (zeros & anywhere) !== 0n && (zeros & overwrite) !== 0n)
    return report(
      'Guard pages need kIOMapAnywhere\n' +
        'At a fixed address the kernel makes no room for guard pages: it refuses the options and the call returns ' +
        'NULL. Add kIOMapAnywhere, or leave the guard pages out.',
    );
  return undefined;
}

/** Options of one mapping that exclude each other: the call fails or the kernel panics. */
export const contradictoryMapOptions: Rule = {
  id: 'contradictory-map-options',
  title: 'Map options that exclude each other',
  severity: 'error',
  confidence: 'certain',
  semantics: ['J49', 'J50', 'J53'],
  check,
  explanation: `Three pairs of options can't be had together (xnu \`IOMemoryDescriptor.cpp\`):

- \`kIOMapAnywhere\` with \`kIOMapOverwrite\`: there is no address to overwrite; the mapping is tried at address 0
  (\`IOGeneralMemoryDescriptor::memoryReferenceMap\`). \`map()\` adds \`kIOMapAnywhere\` itself.
- \`kIOMapReference\` with \`kIOMapUnique\`: what \`redirect()\` says to \`makeMapping\` inside the kernel. From a driver it
  ends in a panic.
- guard pages without \`kIOMapAnywhere\`: refused (\`IOMemoryDescriptorMapAlloc\`).`,
  examples: {
    bad: [
      {
        title: 'Somewhere, over what is there',
        source: `IOMemoryMap *FrameGrabber::mapOver(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapOverwrite);
//                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: kIOMapOverwrite has no address to overwrite: kIOMapAnywhere is set as well
}
`,
      },
      {
        title: 'map() chooses the address itself',
        source: `IOMemoryMap *FrameGrabber::mapOverKernel(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapOverwrite);
//                     ^^^^^^^^^^^^^^^ error: kIOMapOverwrite has no address to overwrite: kIOMapAnywhere is set as well
}
`,
      },
      {
        title: 'An existing map that is not shared',
        source: `IOMemoryMap *FrameGrabber::findOwn(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReference | kIOMapUnique);
//                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: kIOMapReference and kIOMapUnique together make the kernel panic
}
`,
      },
      {
        title: 'Guard pages round a fixed address',
        source: `IOMemoryMap *FrameGrabber::mapGuarded(IOMemoryDescriptor *memory, task_t task, mach_vm_address_t where)
{
    return memory->createMappingInTask(task, where, kIOMapGuardedSmall);
//                                                  ^^^^^^^^^^^^^^^^^^ error: Guard pages need kIOMapAnywhere
}
`,
      },
    ],
    good: [
      {
        title: 'Guard pages where the kernel chooses',
        source: `IOMemoryMap *FrameGrabber::mapGuardedAnywhere(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapGuardedLarge);
}
`,
      },
      {
        title: 'One of them on each way',
        source: `IOMemoryMap *FrameGrabber::mapEither(IOMemoryDescriptor *memory, task_t task, bool existing)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | (existing ? kIOMapReference : kIOMapUnique));
}
`,
      },
      {
        title: 'What else is in the options is not known',
        source: `IOMemoryMap *FrameGrabber::mapMore(IOMemoryDescriptor *memory, task_t task, mach_vm_address_t where, IOOptionBits more)
{
    return memory->createMappingInTask(task, where, kIOMapGuardedSmall | more);
}
`,
      },
    ],
  },
};
