// CreateMapping()'s out-parameter holds a reference where it succeeded
#include "iokit.h"

// defect
kern_return_t outDefect(IOMemoryDescriptor *memory, uint64_t *length)
{
    IOMemoryMap *map = NULL;
    kern_return_t result = memory->CreateMapping(0, 0, 0, 0, 0, &map); // finds leaked-reference
    if (result != kIOReturnSuccess)
        return result;
    *length = map->GetLength();
    return kIOReturnSuccess;
}

// clean
kern_return_t outClean(IOMemoryDescriptor *memory, uint64_t *length)
{
    IOMemoryMap *map = NULL;
    kern_return_t result = memory->CreateMapping(0, 0, 0, 0, 0, &map);
    if (result != kIOReturnSuccess)
        return result;
    *length = map->GetLength();
    OSSafeReleaseNULL(map);
    return kIOReturnSuccess;
}
