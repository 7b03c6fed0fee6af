import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'client-index' || !event.number.shared || event.number.compared) return undefined;
  return {
    at: event.at,
    message:
      'A number from shared memory says which memory is accessed, and nothing limits it\n' +
      'The application can write any number there, and the kernel accesses memory outside of what is meant. Copy the number ' +
      'into a variable, compare that with the limit, and use the variable.',
  };
}

/** The kernel trusts an index, an offset or a length in memory that an application can write. */
export const sharedIndex: Rule = {
  id: 'shared-index',
  title: 'An index in shared memory is trusted',
  severity: 'error',
  confidence: 'high',
  semantics: ['J81'],
  check,
  explanation: `What lies in memory that an application has mapped is the application's word, also if the driver's own library
wrote it. An index, an offset or a length from there that is used as it is lets the application read and write kernel
memory.

Load the number once into a variable, compare it, then use the variable: the memory may change between two loads.`,
  examples: {
    bad: [
      {
        title: 'An index into a table of the driver',
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
    UInt32 head = ring->head;
    ring->entries[0] = fTable[head];
//                     ^^^^^^^^^^^^ error: A number from shared memory says which memory is accessed, and nothing limits it
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'How much is copied',
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
    memcpy(fTable, ring->entries, ring->head);
//                                ^^^^^^^^^^ error: A number from shared memory says which memory is accessed, and nothing limits it
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
    good: [
      {
        title: 'Loaded once and compared',
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
    UInt32 head = ring->head;
    if (head < 16)
        ring->entries[0] = fTable[head];
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Cut to the size of the ring',
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
    ring->entries[0] = fTable[ring->head % 16];
    map->release();
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
