// The thread that has blocked a mapping by redirect(NULL) reads from it
#include "iokit.h"

// defect
UInt32 redirectDefect(IOMemoryDescriptor *memory, IOMemoryDescriptor *other)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return 0;
    UInt32 *words = (UInt32 *)map->getVirtualAddress();
    UInt32 value = 0;
    if (map->redirect(NULL, 0) == kIOReturnSuccess)
        value = words[0]; // finds access-while-redirected
    if (map->redirect(other, 0) != kIOReturnSuccess)
        value = 0;
    map->release();
    return value;
}

// clean
UInt32 redirectClean(IOMemoryDescriptor *memory, IOMemoryDescriptor *other)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return 0;
    UInt32 *words = (UInt32 *)map->getVirtualAddress();
    UInt32 value = 0;
    if (map->redirect(NULL, 0) == kIOReturnSuccess && map->redirect(other, 0) == kIOReturnSuccess)
        value = words[0];
    map->release();
    return value;
}
