// A descriptor leaks where its map fails
#include "iokit.h"

// defect
IOReturn copyDefect(mach_vm_address_t address, task_t client, UInt32 *value)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, 4, kIODirectionIn, client);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOMemoryMap *map = memory->prepare() == kIOReturnSuccess ? memory->map() : NULL;
    if (map == NULL)
        return kIOReturnError; // finds leaked-reference
    *value = *(UInt32 *)map->getVirtualAddress();
    map->release();
    memory->complete();
    memory->release();
    return kIOReturnSuccess;
}

// clean
IOReturn copyClean(mach_vm_address_t address, task_t client, UInt32 *value)
{
    IOReturn result = kIOReturnError;
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, 4, kIODirectionIn, client);
    if (memory == NULL)
        return kIOReturnNoMemory;
    if (memory->prepare() != kIOReturnSuccess)
        goto release;
    if (IOMemoryMap *map = memory->map()) {
        *value = *(UInt32 *)map->getVirtualAddress();
        map->release();
        result = kIOReturnSuccess;
    }
    memory->complete();
release:
    memory->release();
    return result;
}
