// A map is used without a look whether there is one
#include "iokit.h"

// defect
UInt8 uncheckedDefect(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
    UInt8 first = *(UInt8 *)map->getVirtualAddress(); // finds unchecked-null
    map->release();
    return first;
}

// clean
UInt8 uncheckedClean(IOMemoryDescriptor *memory)
{
    UInt8 first = 0;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
    if (!map)
        return first;
    first = *(UInt8 *)map->getVirtualAddress();
    map->release();
    return first;
}
