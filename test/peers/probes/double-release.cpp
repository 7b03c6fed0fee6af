// The cleanup releases what the path has released already
#include "iokit.h"

// defect
void doubleDefect(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return;
    if (map->getLength() < 64)
        map->release();
    map->release(); // finds over-release
}

// clean
void doubleClean(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return;
    if (map->getLength() < 64)
        OSSafeReleaseNULL(map);
    OSSafeReleaseNULL(map);
}
