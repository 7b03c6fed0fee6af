import { attribute, has, mapsContract } from '../api/attributes';
import { describeClass } from '../symbolic/describe';
import type { Event, Making, Report } from '../symbolic/events';
import type { FieldHistory, FieldReport } from '../symbolic/field-history';
import { argumentWith, isMadeInKernel } from './calls';
import type { Rule } from './rule';
import { isCertain } from './wording';

// The smallest page of any Mac is 4096. The heap rounds what is more than half of it up to a page (xnu osfmk/kern/kalloc.c).
// Contiguous memory is of the heap where twice its size fits a page (iokit/Kernel/IOLib.cpp,
// IOKernelAllocateWithPhysicalRestrict).
const mostShared = 2048n;
const mostSharedContiguous = 1024n;

// xnu iokit/IOKit/IOBufferMemoryDescriptor.h: kIOMemoryPageable, kIOMemoryClearEncrypt, kIOMapCacheMask,
// kIOMemorySharingTypeMask; kIOMemoryPhysicallyContiguous, kIOMemoryHostPhysicallyContiguous.
const givesPages = 0x20n | 0x200000n | 0xf00n | 0xf0000n;
const contiguous = 0x10n | 0x80n;

/** What a new descriptor's memory shares its page with; undefined where it may have pages of its own. */
function neighbours(made: Making): string | undefined {
  const { declaration } = made;
  if (!isMadeInKernel(made) || mapsContract(declaration)) return undefined;
  if (declaration.class === 'IOBufferMemoryDescriptor') return isSmallBuffer(made) ? 'other allocations' : undefined;
  for (const { parameter, memory } of made.arguments)
    if (memory !== undefined && !has(parameter, 'reads'))
      return memory === 'stack' ? 'the stack of a thread' : 'the rest of the object that it is part of';
  return undefined;
}

/** xnu iokit/Kernel/IOBufferMemoryDescriptor.cpp, initWithPhysicalMask. */
function isSmallBuffer({ declaration, arguments: given }: Making): boolean {
  if (has(declaration, 'own_pages')) return false;
  let size: bigint | undefined;
  let most = mostShared;
  for (const { parameter, constant, bits } of given) {
    if (attribute(parameter, 'sets')?.args[0] === 'length') size = constant;
    else if (has(parameter, 'bits')) {
      if ((bits.zeros & givesPages) !== givesPages) return false;
      if ((bits.zeros & contiguous) !== contiguous) most = mostSharedContiguous;
    } else if (parameter.type.kind === 'bool') {
      if (constant !== 0n) most = mostSharedContiguous;
    } else if (parameter.type.kind === 'int' && (constant === undefined || constant > mostShared)) return false;
  }
  return size !== undefined && size <= most;
}

function message(others: string): string {
  return (
    `An application is to map this memory, which shares its page with ${others}\n` +
    'Whole pages are mapped. Since macOS 11.3 the kernel refuses memory of its heap and its stacks, and the map is NULL; before, ' +
    'the application could read and write everything on the page. Use IOBufferMemoryDescriptor with ' +
    'kIOMemoryKernelUserShared, which takes pages of its own.'
  );
}

function check(event: Event): Report | undefined {
  let object;
  if (event.kind === 'call') {
    const maps = mapsContract(event.declaration);
    const task = argumentWith(event, 'task')?.task;
    if (maps && !maps.static && (task === 'client' || task === 'current')) object = event.receiver;
  } else if (event.kind === 'client-memory' && event.value?.constant === 0n) object = event.outs[0]?.object;
  // What a field holds is checkField's.
  const creation = object?.creation;
  if (!object || !creation?.made || object.stored.some(isField(event)) || !isCertain(object)) return undefined;
  const others = neighbours(creation.made);
  if (others === undefined) return undefined;
  return { at: creation.span, about: creation.span, message: message(others), step: 'the application gets the memory' };
}

/** A parameter's `*memory` is no field. */
function isField(event: Event): (place: number, index: number) => boolean {
  return (_, index) => event.kind !== 'client-memory' || index > 0;
}

function checkField({ takes, passed, field }: FieldHistory): readonly FieldReport[] {
  const given = passed.find(({ what }) => what === 'memory');
  if (!given) return [];
  return takes.flatMap((take) => {
    const others = take.made && neighbours(take.made);
    if (others === undefined) return [];
    return {
      fn: take.fn,
      at: take.created,
      message: message(others),
      steps: [
        {
          fn: take.fn,
          span: take.created,
          message: `'${field.name}' takes the ${describeClass(take.class)} from ${take.call}()`,
        },
        { fn: given.fn, span: given.at, message: `the application gets the memory of '${field.name}'` },
      ],
    };
  });
}

/** Memory on a page with other kernel memory is mapped into a client, or handed out to be mapped. */
export const partOfPageMapped: Rule = {
  id: 'part-of-page-mapped',
  title: 'Less than a page of kernel memory is mapped into a client',
  severity: 'error',
  confidence: 'high',
  semantics: ['J59'],
  check,
  checkField,
  explanation: `A mapping shows whole pages. A small buffer, a variable or a part of an object lies on a page with other kernel
memory, and the application that maps the one would see the other.

Since macOS 11.3 the kernel refuses to map its heap and its stacks (xnu \`vm_map.c\`, \`vm_map_remap_extract\`:
\`KERN_INVALID_RIGHT\`), so the map is NULL. On older systems, and for buffers that Intel kernels with an IOMMU take from a shared page
(\`IOBufferMemoryDescriptor.cpp\`, \`iopa_alloc\`), it works and gives the neighbours away.

\`kIOMemoryKernelUserShared\`, a cache mode, \`kIOMemoryPageable\` or an alignment of a page make \`IOBufferMemoryDescriptor\` allocate whole
pages (\`initWithPhysicalMask\`).`,
  examples: {
    bad: [
      {
        title: 'A small buffer, mapped into the client',
        source: `class FrameClient : public IOUserClient {
    task_t fClient;
public:
    IOMemoryMap *mapStatus();
};

IOMemoryMap *FrameClient::mapStatus()
{
    IOBufferMemoryDescriptor *status = IOBufferMemoryDescriptor::withCapacity(128, kIODirectionInOut);
//                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: An application is to map this memory, which shares its page with other allocations
    if (status == NULL)
        return NULL;
    IOMemoryMap *map = status->createMappingInTask(fClient, 0, kIOMapAnywhere);
    status->release();
    return map;
}
`,
      },
      {
        title: 'A small buffer in a field, handed out to be mapped',
        source: `class FrameClient : public IOUserClient {
    IOBufferMemoryDescriptor *fStatus;
public:
    bool start(IOService *provider) override;
    void free() override;
    IOReturn clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory) override;
};

bool FrameClient::start(IOService *provider)
{
    fStatus = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 256, 64);
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: An application is to map this memory, which shares its page with other allocations
    return fStatus != NULL;
}

void FrameClient::free()
{
    OSSafeReleaseNULL(fStatus);
    IOUserClient::free();
}

IOReturn FrameClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    fStatus->retain();
    *memory = fStatus;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Made and handed out in one call',
        source: `class FrameClient : public IOUserClient {
public:
    IOReturn clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory) override;
};

IOReturn FrameClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    IOBufferMemoryDescriptor *status = IOBufferMemoryDescriptor::withCapacity(100, kIODirectionInOut);
//                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning(client-memory-made-anew): A new descriptor for each call: the memory descriptor from withCapacity() is not found again at unmap
//                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: An application is to map this memory, which shares its page with other allocations
    if (status == NULL)
        return kIOReturnNoMemory;
    *memory = status;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A part of the driver’s own object',
        source: `struct FrameStatus {
    UInt32 head;
    UInt32 tail;
};

class FrameClient : public IOUserClient {
    FrameStatus fStatus;
    IOMemoryDescriptor *fShared;
    IOMemoryMap *fWindow;
    task_t fClient;
public:
    bool start(IOService *provider) override;
    void free() override;
    IOReturn share();
};

bool FrameClient::start(IOService *provider)
{
    fShared = IOMemoryDescriptor::withAddress(&fStatus, sizeof(fStatus), kIODirectionInOut);
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: An application is to map this memory, which shares its page with the rest of the object that it is part of
    return fShared != NULL;
}

void FrameClient::free()
{
    OSSafeReleaseNULL(fWindow);
    OSSafeReleaseNULL(fShared);
    IOUserClient::free();
}

IOReturn FrameClient::share()
{
    if (fWindow == NULL)
        fWindow = fShared->createMappingInTask(fClient, 0, kIOMapAnywhere);
    return fWindow != NULL ? kIOReturnSuccess : kIOReturnNoMemory;
}
`,
      },
    ],
    good: [
      {
        title: 'Pages of its own: shared, contiguous, aligned, or large enough',
        source: `class FrameClient : public IOUserClient {
    task_t fClient;
public:
    IOMemoryMap *mapStatus(UInt32 how, vm_size_t size);
};

IOMemoryMap *FrameClient::mapStatus(UInt32 how, vm_size_t size)
{
    IOBufferMemoryDescriptor *status;
    if (how == 0)
        status = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut | kIOMemoryKernelUserShared, 128);
    else if (how == 1)
        status = IOBufferMemoryDescriptor::withCapacity(2000, kIODirectionInOut, true);
    else if (how == 2)
        status = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut, 128, 4096);
    else if (how == 3)
        status = IOBufferMemoryDescriptor::withCapacity(2049, kIODirectionInOut);
    else if (how == 5)
        status = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut | kIOMemoryPhysicallyContiguous, 2000);
    else if (how == 4)
        status = IOBufferMemoryDescriptor::inTaskWithPhysicalMask(kernel_task, kIODirectionInOut, 128, 0xff);
    else
        status = IOBufferMemoryDescriptor::withCapacity(size, kIODirectionInOut);
    if (status == NULL)
        return NULL;
    IOMemoryMap *map = status->createMappingInTask(fClient, 0, kIOMapAnywhere);
    status->release();
    return map;
}
`,
      },
      {
        title: 'For the driver itself',
        source: `IOMemoryMap *FrameGrabber::mapStatus()
{
    IOBufferMemoryDescriptor *status = IOBufferMemoryDescriptor::withCapacity(128, kIODirectionInOut);
    if (status == NULL)
        return NULL;
    IOMemoryMap *map = status->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
    status->release();
    return map;
}
`,
      },
    ],
  },
};
