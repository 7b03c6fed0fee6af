// A store through a mapping that was made with kIOMapReadOnly
#include "iokit.h"

// defect
void readOnlyDefect(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map(kIOMapReadOnly | kIOMapInhibitCache);
    if (map == NULL)
        return;
    UInt32 *doorbell = (UInt32 *)map->getVirtualAddress();
    doorbell[1] = 1; // finds write-to-read-only-map
    map->release();
}

// clean
void readOnlyClean(IOMemoryDescriptor *memory, bool ring)
{
    IOMemoryMap *map = memory->map(ring ? 0 : kIOMapReadOnly);
    if (map == NULL)
        return;
    UInt32 *doorbell = (UInt32 *)map->getVirtualAddress();
    if (ring)
        doorbell[1] = 1;
    else
        IOLog("%u", doorbell[1]);
    map->release();
}
