import type { Event, Report } from '../symbolic/events';
import { argumentWith, mapBits, mapRequest, sure } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const request = mapRequest(event);
  const address = argumentWith(event, 'address_hint');
  if (!request || !address || !sure(request.ones, mapBits.overwrite)) return undefined;
  if (!event.fromClient(address.value)) return undefined;
  return {
    at: address.span,
    about: event.at,
    message:
      'The application chooses the address whose mappings this replaces\n' +
      'kIOMapOverwrite takes away whatever is mapped there, without asking; over permanent entries or past the end of the ' +
      'map the kernel panics. Reserve a range first and overwrite only that, or use kIOMapAnywhere.',
  };
}

/** kIOMapOverwrite at an address from an application. */
export const clientChosenOverwrite: Rule = {
  id: 'client-chosen-overwrite',
  title: 'An application chooses what kIOMapOverwrite replaces',
  severity: 'error',
  confidence: 'high',
  semantics: ['J47'],
  check,
  explanation: `\`kIOMapOverwrite\` enters the mapping at the given address even if other memory is mapped there, which then is
gone from the task. In \`kernel_task\` that is anybody's memory. Of memory that belongs to a task, an address that can't be
used ends in a panic, "map enter err" (xnu \`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::memoryReferenceMap\`).

An address is good for \`kIOMapOverwrite\` only if the driver has reserved the range itself. It must not come from an
application's arguments.`,
  examples: {
    bad: [
      {
        title: 'An address among the arguments',
        source: `IOMemoryMap *FrameGrabber::place(task_t task, IOExternalMethodArguments *arguments)
{
    return fMemory->createMappingInTask(task, arguments->scalarInput[0], kIOMapOverwrite);
//                                            ^^^^^^^^^^^^^^^^^^^^^^^^^ error: The application chooses the address whose mappings this replaces
}
`,
      },
    ],
    good: [
      {
        title: 'A place that the driver keeps for itself',
        source: `IOMemoryMap *FrameGrabber::placeReserved(task_t task)
{
    return fMemory->createMappingInTask(task, fRegisters, kIOMapOverwrite);
}
`,
      },
      {
        title: 'An address that must be free',
        source: `IOMemoryMap *FrameGrabber::placeFree(task_t task, IOExternalMethodArguments *arguments)
{
    return fMemory->createMappingInTask(task, arguments->scalarInput[0], 0);
}
`,
      },
      {
        title: 'Within the range that was reserved',
        source: `IOMemoryMap *FrameGrabber::placeWithin(task_t task, IOExternalMethodArguments *arguments)
{
    uint64_t address = arguments->scalarInput[0];
    if (address < fRegisters || address >= fRegisters + 0x100000)
        return NULL;
    return fMemory->createMappingInTask(task, address, kIOMapOverwrite);
}
`,
      },
    ],
  },
};
