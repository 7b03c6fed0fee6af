import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';
import { nameOf, theObject, upper } from './wording';

/** Objects whose creation fails in normal operation: bad ranges, no address space, no memory that can be wired. */
const memoryClass = /^(IOMemoryMap|IO\w*MemoryDescriptor|IODeviceMemory)$/;

function check(event: Event): Report | undefined {
  if (event.kind !== 'null-use') return undefined;
  const { object } = event;
  if (object.doubtful || !object.creation?.nullable) return undefined;
  if (object.class === undefined || !memoryClass.test(object.class)) return undefined;
  return {
    at: event.at,
    about: object.creation.span,
    message:
      `${upper(nameOf(object))} is used without a test for NULL: ${event.how}\n` +
      `${object.creation.call}() answers every failure with NULL and gives no other sign. Test ${theObject(object)} ` +
      'before the first use.',
    step: `${nameOf(object)} may be NULL here`,
  };
}

/** The result of a call that fails with NULL is dereferenced on a path without a test. */
export const uncheckedNull: Rule = {
  id: 'unchecked-null',
  title: 'A result is not tested for NULL',
  severity: 'error',
  confidence: 'certain',
  semantics: ['J61', 'J62', 'J03', 'J52'],
  check,
  explanation: `All failures of the mapping calls are NULL; there is no error code. A range that does not fit, an address
that is taken, memory that is not accessible, a descriptor of length zero: all the same NULL. Calling a method on it is
a kernel panic.

Test the object itself, before its first use. Testing the *address* that \`getVirtualAddress()\` returns is too late: the
call has crashed by then.`,
  examples: {
    bad: [
      {
        title: 'The address is tested instead of the map',
        source: `IOReturn FrameGrabber::readBack(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    IOVirtualAddress address = map->getVirtualAddress();
//                             ^^^ error: 'map' is used without a test for NULL: getVirtualAddress()
    IOReturn result = address == 0 ? kIOReturnVMError : kIOReturnSuccess;
    map->release();
    return result;
}
`,
      },
      {
        title: 'A descriptor for a range that may not exist',
        source: `IOReturn FrameGrabber::wire(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionIn, task);
    IOReturn result = memory->prepare();
//                    ^^^^^^ error: 'memory' is used without a test for NULL: prepare()
    if (result == kIOReturnSuccess)
        memory->complete();
    memory->release();
    return result;
}
`,
      },
      {
        title: 'kIOMapReference finds a map or nothing',
        source: `mach_vm_size_t FrameGrabber::existingLength(IOMemoryDescriptor *memory, task_t task)
{
    IOMemoryMap *map = memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReference);
    mach_vm_size_t length = map->getLength();
//                          ^^^ error: 'map' is used without a test for NULL: getLength()
    map->release();
    return length;
}
`,
      },
    ],
    good: [
      {
        title: 'Tested first',
        source: `IOReturn FrameGrabber::lengthOf(IOMemoryDescriptor *memory, mach_vm_size_t *length)
{
    IOMemoryMap *map = memory->map();
    if (!map)
        return kIOReturnVMError;
    *length = map->getLength();
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Tested through a flag',
        source: `UInt64 FrameGrabber::lengthOrZero(IOMemoryDescriptor *memory)
{
    UInt64 length = 0;
    IOMemoryMap *map = memory->map();
    bool mapped = map != NULL;
    if (mapped)
        length = map->getLength();
    OSSafeReleaseNULL(map);
    return length;
}
`,
      },
    ],
  },
};
