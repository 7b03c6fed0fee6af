// An address outlives its mapping
#include "iokit.h"

// defect
UInt32 addressDefect(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    UInt32 *registers = (UInt32 *)map->getVirtualAddress();
    map->release();
    return registers[3]; // finds dead-address
}

// clean
UInt32 addressClean(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    UInt32 *registers = (UInt32 *)map->getVirtualAddress();
    UInt32 value = registers[3];
    map->release();
    return value;
}
