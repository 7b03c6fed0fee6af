import type { Event, Report } from '../symbolic/events';
import { describeClass } from '../symbolic/describe';
import { allocation, handedOver, isOwned } from '../symbolic/state';
import type { ObjectState } from '../symbolic/state';
import type { Rule } from './rule';
import { isCertain, theObject } from './wording';

const advice = 'Release it on every way out, or hold it in an OSSharedPtr.';
const costs: Readonly<Record<string, string>> = {
  map: 'A leaked map keeps its address range, its memory descriptor and the memory itself; a leaked descriptor keeps the memory.',
  'memory descriptor': 'A leaked descriptor keeps the memory.',
};

function why(object: ObjectState): string {
  const whose =
    object.creation?.call === handedOver
      ? 'The parameter is declared as consumed: its reference came with the call.'
      : object.creation?.call === allocation
        ? 'What new makes has one reference, and this function owns it.'
        : 'The caller owns the reference that the call returned.';
  const cost = costs[describeClass(object.class)] ?? 'A leaked object is never freed, nor is what it holds.';
  return `${whose} ${cost} ${advice}`;
}

function check(event: Event): Report | undefined {
  if (event.kind === 'kept') return kept(event);
  if (event.kind !== 'lost') return undefined;
  const { object } = event;
  if (!isOwned(object) || !isCertain(object) || object.recoverable) return undefined;
  const created = object.creation!.span;
  const name = `'${object.variable}'`;
  const report = (at: Report['at'], first: string, step: string): Report => ({
    at,
    message: `${first}\n${why(object)}`,
    step,
  });
  const { how } = event;
  const never = `${name} is never released: ${theObject(object)} leaks`;
  switch (how) {
    case 'dropped':
      return report(
        created,
        `The result is dropped: nothing can release ${theObject(object)}`,
        'the result is dropped',
      );
    case 'chained':
      return report(
        created,
        `Only this expression knows ${theObject(object)}: nothing can release it afterwards`,
        'the only pointer to it is gone',
      );
    case 'overwritten':
      return report(
        event.at,
        `${name} is overwritten and ${theObject(object)} leaks`,
        `${name} gets another value; nothing points at ${theObject(object)} any more`,
      );
    case 'scope':
      return report(
        created,
        event.always ? never : `${name} leaves its scope without a release: ${theObject(object)} leaks`,
        `${name} leaves its scope`,
      );
    case 'return':
      if (object.retained && object.stored.length > 0)
        return report(
          event.implicit ? created : event.at,
          `${name} keeps a reference too many: retain() was called, and ${theObject(object)} had one to hand on`,
          `the function returns and ${name} has a reference more than owners`,
        );
      if (event.always) return report(created, never, `the function returns and ${name} still has its reference`);
      return event.implicit
        ? report(
            created,
            `${name} is not released on every way to the end of the function: ${theObject(object)} leaks`,
            `the function ends and ${name} still has its reference`,
          )
        : report(
            event.at,
            `This way out leaks ${name}, ${theObject(object)}`,
            `the function returns and ${name} still has its reference`,
          );
    default: {
      const impossible: never = how;
      return impossible;
    }
  }
}

function kept({ object, at }: Event & { kind: 'kept' }): Report | undefined {
  if (!isCertain(object)) return undefined;
  const name = `'${object.variable}'`;
  return {
    at,
    message:
      `${name} is retained, and nobody gives that reference up\n` +
      'retain() took a reference, and the function ends without a release and without an owner for it. ' +
      'Release it, or store the pointer where somebody releases it.',
    step: `the function ends with a reference of ${name} too many`,
  };
}

/** A reference that the function owns is gone without a release, a return or a new owner. */
export const leakedReference: Rule = {
  id: 'leaked-reference',
  title: 'A reference is leaked',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J01', 'J02', 'J03', 'J08', 'J09', 'J25'],
  everyObject: true,
  check,
  explanation: `Calls such as \`createMappingInTask()\`, \`map()\` or \`withAddressRange()\` return an object with a
reference for the caller (+1). MapLens follows each path through the function, with the conditions that it takes, and
reports a path on which the reference is neither released, nor returned, nor stored where somebody else can release it.

A map that leaks keeps the address range in the task, the descriptor, and the memory behind it, for good.

Release what was created on every way out; one label at the end that releases what is not NULL does it. Releasing the
*descriptor* right after a successful \`map()\` is right: the map keeps it.`,
  examples: {
    bad: [
      {
        title: 'An early return',
        source: `IOReturn FrameGrabber::check(IOMemoryDescriptor *memory, task_t task)
{
    IOMemoryMap *map = memory->createMappingInTask(task, 0, kIOMapAnywhere);
    if (map == NULL)
        return kIOReturnNoMemory;
    if (map->getLength() < 4096)
        return kIOReturnNoSpace;
//      ^^^^^^^^^^^^^^^^^^^^^^^^ warning: This way out leaks 'map', the map from createMappingInTask()
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A goto past the release',
        source: `IOReturn FrameGrabber::fill(IOMemoryDescriptor *memory)
{
    IOReturn result = kIOReturnSuccess;
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return kIOReturnNoMemory;
    if (memory->getLength() < 4096) {
        result = kIOReturnUnderrun;
        goto done;
    }
    map->release();
done:
    return result;
//  ^^^^^^^^^^^^^^ warning: This way out leaks 'map', the map from map()
}
`,
      },
      {
        title: 'Once in each round of a loop',
        source: `void FrameGrabber::touch(IOMemoryDescriptor *memory, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++) {
        IOMemoryMap *map = memory->map();
//                         ^^^^^^^^^^^^^ warning: 'map' is never released: the map from map() leaks
        if (map == NULL)
            break;
    }
}
`,
      },
      {
        title: 'A local that gets another map',
        source: `IOReturn FrameGrabber::both(IOMemoryDescriptor *first, IOMemoryDescriptor *second)
{
    IOMemoryMap *map = first->map();
    map = second->map();
//  ^^^^^^^^^^^^^^^^^^^ warning: 'map' is overwritten and the map from map() leaks
    if (map == NULL)
        return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A result that is only used in passing',
        source: `void FrameGrabber::start(IOMemoryDescriptor *memory)
{
    fRegisters = memory->map()->getVirtualAddress();
//               ^^^^^^^^^^^^^ warning: Only this expression knows the map from map(): nothing can release it afterwards
//               ^^^^^^^^^^^^^ error(unchecked-null): The map from map() is used without a test for NULL: getVirtualAddress()
}
`,
      },
      {
        title: 'A result that is dropped',
        source: `void FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    memory->createMappingInTask(task, 0, kIOMapAnywhere);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: The result is dropped: nothing can release the map from createMappingInTask()
}
`,
      },
      {
        title: 'A retain too many',
        source: `IOReturn FrameGrabber::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    IOMemoryDescriptor *fresh = IOSubMemoryDescriptor::withSubRange(fMemory, 0x1000, 0x1000, kIODirectionInOut);
    if (fresh == NULL)
        return kIOReturnNoMemory;
    fresh->retain();
    *memory = fresh;
    return kIOReturnSuccess;
//  ^^^^^^^^^^^^^^^^^^^^^^^^ warning: 'fresh' keeps a reference too many: retain() was called, and the memory descriptor from withSubRange() had one to hand on
}
`,
      },
      {
        title: 'A retain for nobody',
        source: `void FrameGrabber::note(IOMemoryDescriptor *memory)
{
    memory->retain();
    fLength = memory->getLength();
    return;
//  ^^^^^^^ warning: 'memory' is retained, and nobody gives that reference up
}
`,
      },
      {
        title: 'Other objects than maps: the first one, when the second can not be made',
        source: `OSArray *FrameGrabber::names(unsigned int count)
{
    OSArray *list = OSArray::withCapacity(count);
    if (list == NULL)
        return NULL;
    OSString *name = OSString::withCString("frame");
    if (name == NULL)
        return NULL;
//      ^^^^^^^^^^^^ warning: This way out leaks 'list', the OSArray from withCapacity()
    list->setObject(name);
    name->release();
    return list;
}
`,
      },
      {
        title: 'An object from new',
        source: `class Frame : public OSObject {
public:
    bool fill(IOMemoryDescriptor *memory);
};

bool FrameGrabber::check(IOMemoryDescriptor *memory)
{
    Frame *frame = new Frame;
//                 ^^^^^^^^^ warning: 'frame' is never released: the Frame from new leaks
    return frame->fill(memory);
}
`,
      },
      {
        title: 'An out-parameter that is declared with its reference',
        source: `IOReturn copyFrame(unsigned int index, LIBKERN_RETURNS_RETAINED OSObject **frame);

IOReturn FrameGrabber::count(unsigned int index)
{
    OSObject *frame;
    IOReturn result = copyFrame(index, &frame);
//                    ^^^^^^^^^^^^^^^^^^^^^^^^ warning: 'frame' is never released: the OSObject from copyFrame() leaks
    if (result == kIOReturnSuccess)
        fCount++;
    return result;
}
`,
      },
      {
        title: 'The descriptor, when the mapping fails',
        source: `IOMemoryMap *FrameGrabber::mapRange(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return NULL;
//      ^^^^^^^^^^^^ warning: This way out leaks 'memory', the memory descriptor from withAddressRange()
    memory->release();
    return map;
}
`,
      },
    ],
    good: [
      {
        title: 'A thread gets it',
        source: `class Worker : public OSObject {
    OSDeclareDefaultStructors(Worker)
    static void main(void *worker, wait_result_t result);
public:
    static bool begin();
};

bool Worker::begin()
{
    thread_t thread;
    Worker *worker = OSTypeAlloc(Worker);
    if (worker == NULL)
        return false;
    if (kernel_thread_start((thread_continue_t)&Worker::main, worker, &thread) != KERN_SUCCESS) {
        worker->release();
        return false;
    }
    thread_deallocate(thread);
    return true;
}
`,
      },
      {
        title: 'A copy of a dictionary is one',
        source: `OSDictionary *FrameGrabber::copySettings(OSDictionary *settings)
{
    OSDictionary *copy = OSDynamicCast(OSDictionary, settings->copyCollection());
    if (copy == NULL)
        return NULL;
    copy->removeObject("hidden");
    return copy;
}
`,
      },
      {
        title: 'What is above a service is a service',
        source: `bool FrameGrabber::hasParent()
{
    IOService *parent = OSDynamicCast(IOService, copyParentEntry(gIOServicePlane));
    if (parent == NULL)
        return false;
    parent->release();
    return true;
}
`,
      },
      {
        title: 'A function that is there to retain',
        source: `void keepMap(IOMemoryMap *map)
{
    if (map != NULL)
        map->retain();
}

void keepTagged(IOMemoryMap *map, const void *tag)
{
    map->taggedRetain(tag);
}
`,
      },
      {
        title: 'Parameters that are declared as consumed, and a method that consumes its object',
        source: `class Frame : public OSObject {
public:
    void put(OSArray *list) LIBKERN_CONSUMES_THIS;
};
void take(LIBKERN_CONSUMED OSObject *object);

void FrameGrabber::handOver(OSArray *list)
{
    Frame *first = new Frame;
    take(first);
    Frame *second = new Frame;
    second->put(list);
}
`,
      },
      {
        title: 'A local with a cleanup function',
        source: `void drop(OSObject **object);

void FrameGrabber::peekAt(OSDictionary *table)
{
    __attribute__((cleanup(drop))) OSObject *copy = OSDictionary::withDictionary(table);
    if (copy != NULL)
        fCount++;
}
`,
      },
      {
        title: 'Kept together with a collection that a field holds',
        source: `bool FrameGrabber::keep(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return false;
    fMaps->setObject(map);
    return true;
}

void FrameGrabber::drop(unsigned int index)
{
    IOMemoryMap *map = OSDynamicCast(IOMemoryMap, fMaps->getObject(index));
    fMaps->removeObject(index);
    if (map != NULL)
        map->release();
}
`,
      },
      {
        title: 'One label that gives up what there is',
        source: `IOReturn FrameGrabber::copyIn(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOReturn result = kIOReturnNoMemory;
    IOMemoryMap *map = NULL;
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionOut, task);
    if (memory == NULL)
        goto done;
    result = memory->prepare();
    if (result != kIOReturnSuccess)
        goto done;
    map = memory->map(kIOMapReadOnly);
    if (map == NULL)
        result = kIOReturnVMError;
    memory->complete();
done:
    OSSafeReleaseNULL(map);
    OSSafeReleaseNULL(memory);
    return result;
}
`,
      },
      {
        title: 'The condition that created it releases it',
        source: `void FrameGrabber::snapshot(IOMemoryDescriptor *memory, bool mapped)
{
    IOMemoryMap *map = NULL;
    if (mapped)
        map = memory->map();
    fCount = 0;
    if (mapped && map != NULL)
        map->release();
}
`,
      },
      {
        title: 'A field, an out-parameter, the caller: somebody else owns it now',
        source: `IOReturn FrameGrabber::share(IOMemoryDescriptor *memory, IOMemoryMap **result)
{
    fMap = memory->map();
    if (fMap == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *other = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (other == NULL)
        return kIOReturnNoMemory;
    *result = other;
    return kIOReturnSuccess;
}

void FrameGrabber::free()
{
    OSSafeReleaseNULL(fMap);
    IOService::free();
}
`,
      },
      {
        title: 'A descriptor released right after mapping: the map keeps it',
        source: `IOMemoryMap *FrameGrabber::mapBuffer(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map();
    memory->release();
    return map;
}
`,
      },
      {
        title: 'A retain for a second owner',
        source: `IOReturn FrameGrabber::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    if (fMemory == NULL)
        return kIOReturnNotReady;
    fMemory->retain();
    *memory = fMemory;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A map that lives on leads back to its descriptor',
        source: `bool FrameGrabber::open(void *buffer, IOByteCount length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddress(buffer, length, kIODirectionInOut);
    if (memory == NULL)
        return false;
    fMap = memory->map();
    if (fMap == NULL) {
        memory->release();
        return false;
    }
    return true;
}

void FrameGrabber::close()
{
    IOMemoryDescriptor *memory = fMap->getMemoryDescriptor();
    OSSafeReleaseNULL(fMap);
    memory->release();
}
`,
      },
      {
        title: 'A loop that goes on only after success',
        source: `IOReturn FrameGrabber::sweep(IOMemoryDescriptor *memory, mach_vm_size_t length)
{
    IOReturn result = kIOReturnSuccess;
    for (mach_vm_size_t offset = 0; offset < length; offset += 4096) {
        IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, offset, 4096);
        if (map == NULL)
            result = kIOReturnNoMemory;
        if (result != kIOReturnSuccess)
            break;
        result = memory->prepare();
        if (result != kIOReturnSuccess)
            panic("prepare failed");
        memory->complete();
        map->release();
    }
    return result;
}
`,
      },
      {
        title: 'A smart pointer looks after it',
        source: `IOReturn FrameGrabber::peek(IOMemoryDescriptor *memory)
{
    OSSharedPtr<IOMemoryMap> map(memory->map(), OSNoRetain);
    if (!map)
        return kIOReturnNoMemory;
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
