import { describeClass } from '../symbolic/describe';
import type { Event, Report } from '../symbolic/events';
import type { FieldHistory, FieldReport } from '../symbolic/field-history';
import { isMadeInKernel } from './calls';
import { isBorrower } from './fields';
import type { Rule } from './rule';
import { isCertain, nameOf, upper } from './wording';

function message(name: string): string {
  return (
    'The application gets an address of the kernel\n' +
    `${upper(name)} lies in kernel_task: the application can't use the address, but learns where the kernel's ` +
    'memory lies, which an attacker needs to know. Map into its task instead, or hand out an index or offset.'
  );
}

function check(event: Event): Report | undefined {
  if (event.kind !== 'client-result' || !isCertain(event.object)) return undefined;
  const made = event.object.creation?.made;
  if (!made || !isMadeInKernel(made)) return undefined;
  return { at: event.at, about: event.at, message: message(nameOf(event.object)) };
}

function checkField(history: FieldHistory): readonly FieldReport[] {
  const { takes, passed, field } = history;
  if (takes.length === 0 || isBorrower(history)) return [];
  if (!takes.every(({ made }) => made !== undefined && isMadeInKernel(made))) return [];
  return passed
    .filter(({ what }) => what === 'address')
    .map(({ fn, at }) => ({
      fn,
      at,
      message: message(`'${field.name}'`),
      steps: [
        ...takes.map((take) => ({
          fn: take.fn,
          span: take.created,
          message: `'${field.name}' takes the ${describeClass(take.class)} from ${take.call}(), in the kernel's address space`,
        })),
        { fn, span: at, message: 'its address is stored among the results' },
      ],
    }));
}

/** The address of a mapping or buffer in the kernel is stored among the results of an external method. */
export const kernelAddressGivenOut: Rule = {
  id: 'kernel-address-given-out',
  title: 'An application gets a kernel address',
  severity: 'error',
  confidence: 'high',
  semantics: ['J78'],
  check,
  checkField,
  explanation: `Where the kernel puts its memory is random at each start (KASLR), so that an attacker who can overwrite something
does not know what. One address that a driver hands out undoes that for everything near it. And the application can do
nothing with it: it is an address of another address space.

What an application is to see is mapped into *its* task, by \`createMappingInTask()\` or \`clientMemoryForType()\`; what it only has
to name is named by an index, an offset or a handle.

The same holds for a buffer's \`getBytesNoCopy()\`. Of a map or buffer in a field, all places count that set the field.`,
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
      {
        title: 'A buffer and its map, held in fields',
        source: `class FrameRing : public IOService {
    IOBufferMemoryDescriptor *fBuffer;
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    void free() override;
    IOReturn whereIs(IOExternalMethodArguments *arguments);
};

bool FrameRing::start(IOService *provider)
{
    fBuffer = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 0x10000, 0x1000);
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fBuffer != NULL && fWindow != NULL;
}

void FrameRing::free()
{
    OSSafeReleaseNULL(fBuffer);
    OSSafeReleaseNULL(fWindow);
    IOService::free();
}

IOReturn FrameRing::whereIs(IOExternalMethodArguments *arguments)
{
    arguments->scalarOutput[0] = fWindow->getVirtualAddress();
//                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: The application gets an address of the kernel
    arguments->scalarOutput[1] = (uintptr_t)fBuffer->getBytesNoCopy();
//                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: The application gets an address of the kernel
    arguments->scalarOutput[2] = fBuffer->getLength();
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
      {
        title: "The address of the client's own mapping",
        source: `class FrameClient : public IOUserClient {
    IOBufferMemoryDescriptor *fBuffer;
    IOMemoryMap *fWindow;
    task_t fClient;
public:
    void free() override;
    IOReturn open(IOExternalMethodArguments *arguments);
    IOReturn whereIs(IOExternalMethodArguments *arguments);
};

void FrameClient::free()
{
    OSSafeReleaseNULL(fWindow);
    OSSafeReleaseNULL(fBuffer);
    IOUserClient::free();
}

IOReturn FrameClient::open(IOExternalMethodArguments *arguments)
{
    if (fWindow == NULL)
        fWindow = fBuffer->createMappingInTask(fClient, 0, kIOMapAnywhere);
    if (fWindow == NULL)
        return kIOReturnNoMemory;
    arguments->scalarOutput[0] = fWindow->getAddress();
    return kIOReturnSuccess;
}

IOReturn FrameClient::whereIs(IOExternalMethodArguments *arguments)
{
    arguments->scalarOutput[0] = fWindow->getAddress();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A field that another class sets',
        source: `IOReturn FrameGrabber::whereIs(IOExternalMethodArguments *arguments)
{
    arguments->scalarOutput[0] = fMap->getAddress();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A field that takes maps of several tasks',
        source: `class FrameClient : public IOUserClient {
    IOBufferMemoryDescriptor *fBuffer;
    IOMemoryMap *fWindow;
    task_t fClient;
public:
    void free() override;
    IOReturn open(IOExternalMethodArguments *arguments);
};

void FrameClient::free()
{
    OSSafeReleaseNULL(fWindow);
    OSSafeReleaseNULL(fBuffer);
    IOUserClient::free();
}

IOReturn FrameClient::open(IOExternalMethodArguments *arguments)
{
    if (fWindow != NULL) {
        arguments->scalarOutput[0] = fWindow->getAddress();
        return kIOReturnSuccess;
    }
    if (arguments->scalarInput[0] == 1)
        fWindow = fBuffer->createMappingInTask(fClient, 0, kIOMapAnywhere);
    else
        fWindow = fBuffer->map();
    return fWindow != NULL ? kIOReturnSuccess : kIOReturnNoMemory;
}
`,
      },
      {
        title: 'Something computed from the address: an offset, a hidden address, what lies there',
        source: `IOReturn FrameGrabber::whereIs(IOExternalMethodArguments *arguments)
{
    IOMemoryMap *map = fMemory->map();
    if (map == NULL)
        return kIOReturnNoMemory;
    UInt32 *words = (UInt32 *)map->getVirtualAddress();
    IOVirtualAddress address = map->getVirtualAddress();
    arguments->scalarOutput[0] = address & 0xfff;
    arguments->scalarOutput[1] = map->getVirtualAddress() + fLength;
    arguments->scalarOutput[3] = words[0];
    arguments->scalarOutput[4] = map->getVirtualAddress() != 0;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
