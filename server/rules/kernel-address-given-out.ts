import type { Event, Report } from '../symbolic/events';
import { mapRequest } from './calls';
import type { Rule } from './rule';
import { nameOf } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind !== 'client-result') return undefined;
  const made = event.object.creation?.made;
  if (!made || mapRequest(made)?.task !== 'kernel') return undefined;
  return {
    at: event.at,
    about: event.at,
    message:
      'The application gets an address of the kernel\n' +
      `${nameOf(event.object)} is mapped into kernel_task: the application can't use the address, but learns where the kernel's ` +
      'memory lies, which an attacker needs to know. Map into its task instead, or hand out an index or offset.',
  };
}

/** The address of a mapping in the kernel is stored among the results of an external method. */
export const kernelAddressGivenOut: Rule = {
  id: 'kernel-address-given-out',
  title: 'An application gets a kernel address',
  severity: 'error',
  confidence: 'high',
  semantics: ['J78'],
  check,
  explanation: `Where the kernel puts its memory is random at each start (KASLR), so that an attacker who can overwrite something
does not know what. One address that a driver hands out undoes that for everything near it. And the application can do
nothing with it: it is an address of another address space.

What an application is to see is mapped into *its* task, by \`createMappingInTask()\` or \`clientMemoryForType()\`; what it only has
to name is named by an index, an offset or a handle.`,
  examples: {
    bad: [
      {
        title: 'Among the scalars',
        source: `IOReturn FrameGrabber::mapFrame(IOExternalMethodArguments *arguments)
{
    fMap = fMemory->map();
    if (fMap == NULL)
        return kIOReturnNoMemory;
    arguments->scalarOutput[0] = fMap->getVirtualAddress();
//                               ^^^^^^^^^^^^^^^^^^^^^^^^^ error: The application gets an address of the kernel
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'In the structure that it gets back',
        source: `struct FrameWindow {
    mach_vm_address_t address;
    mach_vm_size_t length;
};

IOReturn FrameGrabber::describeWindow(IOExternalMethodArguments *arguments)
{
    FrameWindow *window = (FrameWindow *)arguments->structureOutput;
    fMap = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
    if (fMap == NULL)
        return kIOReturnNoMemory;
    window->address = fMap->getAddress() + 16;
//                    ^^^^^^^^^^^^^^^^^^^^^^^ error: The application gets an address of the kernel
    window->length = fMap->getLength();
    return kIOReturnSuccess;
}
`,
      },
    ],
    good: [
      {
        title: 'The address in its own task',
        source: `class FrameGrabberClient : public IOUserClient {
    task_t fTask;
    IOMemoryDescriptor *fMemory;
    IOMemoryMap *fMap;
public:
    IOReturn mapFrame(IOExternalMethodArguments *arguments);
    IOReturn clientClose() override;
};

IOReturn FrameGrabberClient::mapFrame(IOExternalMethodArguments *arguments)
{
    if (fMap != NULL)
        return kIOReturnBusy;
    fMap = fMemory->createMappingInTask(fTask, 0, kIOMapAnywhere);
    if (fMap == NULL)
        return kIOReturnNoMemory;
    arguments->scalarOutput[0] = fMap->getAddress();
    return kIOReturnSuccess;
}

IOReturn FrameGrabberClient::clientClose()
{
    OSSafeReleaseNULL(fMap);
    terminate();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Its length',
        source: `IOReturn FrameGrabber::frameLength(IOExternalMethodArguments *arguments)
{
    fMap = fMemory->map();
    if (fMap == NULL)
        return kIOReturnNoMemory;
    arguments->scalarOutput[0] = fMap->getLength();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'What the mapping shows',
        source: `IOReturn FrameGrabber::firstWord(IOExternalMethodArguments *arguments)
{
    fMap = fMemory->map();
    if (fMap == NULL)
        return kIOReturnNoMemory;
    arguments->scalarOutput[0] = *(volatile UInt32 *)fMap->getVirtualAddress();
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
