import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';
import { theObject, upper } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind !== 'stack-memory') return undefined;
  const { object, memory, where } = event;
  if (object.doubtful || object.managed || object.releasedAt || object.creation === undefined) return undefined;
  return {
    at: event.at,
    about: event.at,
    message:
      `'${memory}' is gone when the function returns, and ${where === undefined ? 'what is returned' : `'${where}'`} goes on using it\n` +
      `${upper(theObject(object))} keeps no copy: it uses the memory of the local variable where it is. By then it is ` +
      'somebody else’s stack. Use a buffer that lives as long, such as an IOBufferMemoryDescriptor.',
  };
}

/** A descriptor outlives the local variable that it describes, or whose list of ranges it uses. */
export const stackMemoryDescribed: Rule = {
  id: 'stack-memory-described',
  title: 'A descriptor outlives the local variable that it uses',
  severity: 'error',
  confidence: 'high',
  semantics: ['J29', 'J30'],
  check,
  explanation: `A memory descriptor describes memory; it does not keep it. One of a local array is good until the function
returns, and afterwards reads and writes whatever the stack is used for then.

The same holds for the *list of ranges* of a descriptor that is made with \`kIOMemoryAsReference\` (or \`asReference\`): the
descriptor goes on reading the caller's array instead of a copy (xnu \`IOMemoryDescriptor.cpp\`,
\`IOGeneralMemoryDescriptor::initWithOptions\`; \`IOMultiMemoryDescriptor.cpp\`, \`initWithDescriptors\`).

Stacks and small blocks of the kernel can't be mapped into a task either (since macOS 11.3 the map is NULL).`,
  examples: {
    bad: [
      {
        title: 'A local array, described for later',
        source: `class Scope : public IOService {
    IOMemoryDescriptor *fCommand;
public:
    void prepareCommand();
    void free() override { OSSafeReleaseNULL(fCommand); IOService::free(); }
};

void Scope::prepareCommand()
{
    UInt8 command[64];
    fCommand = IOMemoryDescriptor::withAddress(command, sizeof(command), kIODirectionOut);
//             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: 'command' is gone when the function returns, and 'fCommand' goes on using it
}
`,
      },
      {
        title: 'A struct of this call, for the caller',
        source: `IOMemoryDescriptor *FrameGrabber::describeHeader()
{
    FrameHeader header = {};
    return IOMemoryDescriptor::withAddressRange((mach_vm_address_t)&header, sizeof(header), kIODirectionOut, kernel_task);
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: 'header' is gone when the function returns, and what is returned goes on using it
}
`,
      },
      {
        title: 'The list of ranges by reference',
        source: `IOMemoryDescriptor *FrameGrabber::describePlanes(mach_vm_address_t luma, mach_vm_address_t chroma, task_t task)
{
    IOAddressRange planes[2] = { { luma, 0x4000 }, { chroma, 0x4000 } };
    return IOMemoryDescriptor::withOptions(planes, 2, 0, task, kIOMemoryTypeVirtual64 | kIODirectionIn | kIOMemoryAsReference);
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: 'planes' is gone when the function returns, and what is returned goes on using it
}
`,
      },
      {
        title: 'The list of descriptors by reference',
        source: `IOMemoryDescriptor *FrameGrabber::join(IOMemoryDescriptor *first, IOMemoryDescriptor *second)
{
    IOMemoryDescriptor *both[2] = { first, second };
    return IOMultiMemoryDescriptor::withDescriptors(both, 2, kIODirectionInOut, true);
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: 'both' is gone when the function returns, and what is returned goes on using it
}
`,
      },
    ],
    good: [
      {
        title: 'For the time of the call',
        source: `IOReturn FrameGrabber::sendCommand()
{
    UInt8 command[64];
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddress(command, sizeof(command), kIODirectionOut);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOReturn result = transfer(memory);
    memory->release();
    return result;
}
`,
      },
      {
        title: 'In a field for the time of the call',
        source: `class Port : public IOService {
    IOMemoryDescriptor *fCommand;
public:
    IOReturn sendNow();
    IOReturn transfer();
};

IOReturn Port::sendNow()
{
    UInt8 command[64];
    fCommand = IOMemoryDescriptor::withAddress(command, sizeof(command), kIODirectionOut);
    if (fCommand == NULL)
        return kIOReturnNoMemory;
    IOReturn result = transfer();
    fCommand->release();
    fCommand = NULL;
    return result;
}
`,
      },
      {
        title: 'The ranges are copied',
        source: `IOMemoryDescriptor *FrameGrabber::describeTwo(mach_vm_address_t luma, mach_vm_address_t chroma, task_t task)
{
    IOAddressRange planes[2] = { { luma, 0x4000 }, { chroma, 0x4000 } };
    return IOMemoryDescriptor::withAddressRanges(planes, 2, kIODirectionIn, task);
}
`,
      },
      {
        title: 'An address of the application is a number here',
        source: `IOMemoryDescriptor *FrameGrabber::describeClient(task_t task, mach_vm_size_t length)
{
    mach_vm_address_t address = clientAddress();
    return IOMemoryDescriptor::withAddressRange(address, length, kIODirectionIn, task);
}
`,
      },
      {
        title: 'Static memory lives on',
        source: `IOMemoryDescriptor *FrameGrabber::describeTable()
{
    static UInt32 table[1024];
    return IOMemoryDescriptor::withAddress(table, sizeof(table), kIODirectionOut);
}
`,
      },
    ],
  },
};
