import { has } from '../api/attributes';
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
  const { call, made } = object.creation;
  const isOut = made?.declaration.parameters.some((parameter) => has(parameter, 'out')) === true;
  return {
    at: event.at,
    about: object.creation.span,
    message:
      `${upper(nameOf(object))} is used without a test for NULL: ${event.how}\n` +
      (isOut
        ? `${call}() leaves NULL there when it fails, and nothing has looked at its result. Test the result before the first use.`
        : `${call}() answers every failure with NULL and gives no other sign. Test ${theObject(object)} before the first use.`),
    step: `${nameOf(object)} may be NULL here`,
  };
}

/** The result of a call that fails with NULL is dereferenced on a path without a test. */
export const uncheckedNull: Rule = {
  id: 'unchecked-null',
  title: 'A result is not tested for NULL',
  severity: 'error',
  confidence: 'certain',
  semantics: ['J61', 'J62', 'J03', 'J52', 'J102'],
  check,
  explanation: `All failures of the mapping calls are NULL; there is no error code. A range that does not fit, an address
that is taken, memory that is not accessible, a descriptor of length zero: all the same NULL. Calling a method on it is
a kernel panic.

DriverKit's calls say more: their result is an error number. But the out-parameter is NULL then, so a driver that ignores the
result crashes at the first use (xnu \`IOUserServer.cpp\`, \`IOMemoryDescriptor::CreateMapping_Impl\`).

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
        title: 'DriverKit: the result is ignored',
        source: `uint64_t FrameGrabber::mapIgnoring(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = NULL;
    memory->CreateMapping(0, 0, 0, 0, 0, &map);
    uint64_t length = map->GetLength();
//                    ^^^ error: 'map' is used without a test for NULL: GetLength()
    map->release();
    return length;
}
`,
      },
      {
        title: 'DriverKit: the result is kept and nobody looks at it',
        source: `kern_return_t FrameGrabber::allocateKeeping(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = NULL;
    kern_return_t result = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionInOut, size, 0, &buffer);
    buffer->SetLength(size / 2);
//  ^^^^^^ error: 'buffer' is used without a test for NULL: SetLength()
    buffer->release();
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
        title: 'DriverKit: the result decides',
        source: `kern_return_t FrameGrabber::mapTesting(IOMemoryDescriptor *memory, uint64_t *length)
{
    IOMemoryMap *map = NULL;
    kern_return_t result = memory->CreateMapping(0, 0, 0, 0, 0, &map);
    if (result == kIOReturnSuccess) {
        *length = map->GetLength();
        map->release();
    }
    return result;
}
`,
      },
      {
        title: 'DriverKit: the results of two calls are looked at together',
        source: `kern_return_t FrameGrabber::mapBoth(IOMemoryDescriptor *first, IOMemoryDescriptor *second)
{
    IOMemoryMap *one = NULL;
    IOMemoryMap *two = NULL;
    kern_return_t result = first->CreateMapping(0, 0, 0, 0, 0, &one);
    result |= second->CreateMapping(0, 0, 0, 0, 0, &two);
    if (result == kIOReturnSuccess)
        use(one->GetAddress(), two->GetAddress());
    OSSafeReleaseNULL(one);
    OSSafeReleaseNULL(two);
    return result;
}
`,
      },
      {
        title: 'DriverKit: a function of the driver looks at the result',
        source: `void FrameGrabber::mapReporting(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = NULL;
    kern_return_t result = memory->CreateMapping(0, 0, 0, 0, 0, &map);
    stopOnError(result);
    use(map->GetAddress(), map->GetLength());
    map->release();
}
`,
      },
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
