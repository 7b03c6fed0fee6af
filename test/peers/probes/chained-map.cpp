// The map of a chained call is gone when the statement ends
#include "iokit.h"

// defect
IOVirtualAddress chainedDefect(IOMemoryDescriptor *memory)
{
    IOVirtualAddress window = memory->map()->getVirtualAddress(); // finds leaked-reference, unchecked-null
    return window;
}

// clean
mach_vm_size_t chainedClean(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    mach_vm_size_t length = map ? map->getLength() : 0;
    if (map)
        map->release();
    return length;
}
