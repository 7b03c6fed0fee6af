import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'client-index' || !event.number.compared) return undefined;
  return {
    at: event.at,
    message:
      'A number in shared memory is loaded again after it was compared\n' +
      'Between the two loads the application can write another number, which nobody has compared. Load it once into a ' +
      'variable, compare that, and use the variable.',
  };
}

/** A number in memory that an application can write is compared and then loaded anew. */
export const doubleFetch: Rule = {
  id: 'double-fetch',
  title: 'A number in shared memory is compared, then loaded again',
  severity: 'error',
  confidence: 'high',
  semantics: ['J80'],
  check,
  explanation: `A thread of the application runs on another processor while the kernel looks at shared memory. A check of a
number there is worth nothing if the number is then read from the memory once more: the application changes it in between.

Copy first, into a variable of the function (\`volatile\`, or \`os_atomic_load()\`, keep the compiler from loading twice of its
own accord), then check and use the copy.`,
  examples: {
    bad: [
      {
        title: 'Compared, then used from the memory',
        source: `class FrameGrabberClient : public IOUserClient
{
    task_t fClient;
    UInt32 fTable[16];
    IOReturn drain(mach_vm_address_t address, mach_vm_size_t length);
};

struct FrameRing {
    UInt32 head;
    UInt32 entries[16];
};

IOReturn FrameGrabberClient::drain(mach_vm_address_t address, mach_vm_size_t length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, fClient);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->map();
    memory->release();
    if (map == NULL)
        return kIOReturnNoMemory;
    FrameRing *ring = (FrameRing *)map->getVirtualAddress();
    if (ring->head < 16)
        ring->entries[0] = fTable[ring->head];
//                         ^^^^^^^^^^^^^^^^^^ error: A number in shared memory is loaded again after it was compared
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A length',
        source: `class FrameGrabberClient : public IOUserClient
{
    task_t fClient;
    UInt32 fTable[16];
    IOReturn drain(mach_vm_address_t address, mach_vm_size_t length);
};

struct FrameRing {
    UInt32 head;
    UInt32 entries[16];
};

IOReturn FrameGrabberClient::drain(mach_vm_address_t address, mach_vm_size_t length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, fClient);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->map();
    memory->release();
    if (map == NULL)
        return kIOReturnNoMemory;
    FrameRing *ring = (FrameRing *)map->getVirtualAddress();
    if (ring->head <= sizeof(fTable))
        memcpy(fTable, ring->entries, ring->head);
//                                    ^^^^^^^^^^ error: A number in shared memory is loaded again after it was compared
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
    good: [
      {
        title: 'One load',
        source: `class FrameGrabberClient : public IOUserClient
{
    task_t fClient;
    UInt32 fTable[16];
    IOReturn drain(mach_vm_address_t address, mach_vm_size_t length);
};

struct FrameRing {
    UInt32 head;
    UInt32 entries[16];
};

IOReturn FrameGrabberClient::drain(mach_vm_address_t address, mach_vm_size_t length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, fClient);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->map();
    memory->release();
    if (map == NULL)
        return kIOReturnNoMemory;
    FrameRing *ring = (FrameRing *)map->getVirtualAddress();
    UInt32 bytes = ring->head;
    if (bytes <= sizeof(fTable))
        memcpy(fTable, ring->entries, bytes);
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Compared twice, used never',
        source: `class FrameGrabberClient : public IOUserClient
{
    task_t fClient;
    UInt32 fTable[16];
    IOReturn drain(mach_vm_address_t address, mach_vm_size_t length);
};

struct FrameRing {
    UInt32 head;
    UInt32 entries[16];
};

IOReturn FrameGrabberClient::drain(mach_vm_address_t address, mach_vm_size_t length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, fClient);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->map();
    memory->release();
    if (map == NULL)
        return kIOReturnNoMemory;
    FrameRing *ring = (FrameRing *)map->getVirtualAddress();
    if (ring->head < 16 && ring->head > 2)
        ring->entries[0] = fTable[0];
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
