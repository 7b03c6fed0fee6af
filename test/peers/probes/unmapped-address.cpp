// A map is asked for its address after unmap()
#include "iokit.h"

// defect
void unmapDefect(IOMemoryDescriptor *memory, task_t client)
{
    IOMemoryMap *map = memory->createMappingInTask(client, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return;
    map->unmap();
    IOLog("unmapped from 0x%llx", map->getAddress()); // finds address-after-unmap
    map->release();
}

// clean
void unmapClean(IOMemoryDescriptor *memory, task_t client)
{
    IOMemoryMap *map = memory->createMappingInTask(client, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return;
    IOLog("unmapped from 0x%llx", map->getAddress());
    map->unmap();
    map->release();
}
