import { attribute } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import { argumentWith, mapRequest } from './calls';
import { nameOf } from './wording';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || mapRequest(event)?.task !== 'kernel') return undefined;
  const length = argumentWith(event, 'map_length');
  if (length && length.constant !== 0n) return undefined;
  const { receiver } = event;
  const described = receiver?.creation?.made?.arguments.find(
    ({ parameter }) => attribute(parameter, 'sets')?.args[0] === 'length',
  );
  if (!receiver || !described || !event.fromClient(described.value)) return undefined;
  return {
    at: event.at,
    about: event.at,
    message:
      'As much of the kernel’s address space is taken as the application asks for\n' +
      `The length of ${nameOf(receiver)} comes from the application, and nothing limits it. Applications together can use up ` +
      'the addresses that all drivers share. Limit the length, map a window at a time, or use readBytes() and writeBytes().',
  };
}

/** A client's memory is mapped into the kernel as long as it is. */
export const unlimitedClientMapping: Rule = {
  id: 'unlimited-client-mapping',
  title: 'An application’s memory is mapped into the kernel without a limit',
  severity: 'warning',
  confidence: 'medium',
  semantics: ['J95'],
  check,
  explanation: `All drivers and the kernel share one address space. A mapping into \`kernel_task\` takes as much of it as the
descriptor is long; if an application says how long, one call can ask for gigabytes, and a few can leave nothing to the
others. Requests that can't be met answer NULL, for other drivers too.

Compare the length with what the driver can sensibly work on at once, and refuse more.`,
  examples: {
    bad: [
      {
        title: 'As long as the application says',
        source: `IOReturn FrameGrabber::process(task_t task, IOExternalMethodArguments *arguments)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(arguments->scalarInput[0],
                                                                      arguments->scalarInput[1], kIODirectionInOut, task);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->map();
//                     ^^^^^^^^^^^^^ warning: As much of the kernel’s address space is taken as the application asks for
    memory->release();
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
    good: [
      {
        title: 'No more than a frame',
        source: `IOReturn FrameGrabber::processFrame(task_t task, IOExternalMethodArguments *arguments)
{
    mach_vm_size_t length = arguments->scalarInput[1];
    if (length > 0x800000)
        return kIOReturnBadArgument;
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(arguments->scalarInput[0], length, kIODirectionInOut, task);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->map();
    memory->release();
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A window of it',
        source: `IOReturn FrameGrabber::processHead(task_t task, IOExternalMethodArguments *arguments)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(arguments->scalarInput[0],
                                                                      arguments->scalarInput[1], kIODirectionInOut, task);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, 0x1000);
    memory->release();
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Not into the kernel',
        source: `IOReturn FrameGrabber::share(task_t from, task_t to, IOExternalMethodArguments *arguments)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(arguments->scalarInput[0],
                                                                      arguments->scalarInput[1], kIODirectionInOut, from);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->createMappingInTask(to, 0, kIOMapAnywhere);
    memory->release();
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
