// Maps in an array on the stack
#include "iokit.h"

// defect
bool arrayDefect(IOMemoryDescriptor *control, IOMemoryDescriptor *data)
{
    IOMemoryMap *maps[2];
    maps[0] = control->map();
    maps[1] = data->map(); // finds leaked-reference
    bool both = maps[0] != NULL && maps[1] != NULL;
    if (maps[0])
        maps[0]->release();
    return both;
}

// clean
bool arrayClean(IOMemoryDescriptor *control, IOMemoryDescriptor *data)
{
    IOMemoryMap *maps[2];
    maps[0] = control->map();
    maps[1] = data->map();
    bool both = maps[0] != NULL && maps[1] != NULL;
    for (IOMemoryMap *map : maps)
        if (map)
            map->release();
    return both;
}
