// A direction is passed where options go: its number is that of kIOMapAnywhere
#include "iokit.h"

// defect
IOMemoryMap *directionDefect(IOMemoryDescriptor *memory, task_t client)
{
    return memory->createMappingInTask(client, 0, kIODirectionIn); // finds foreign-constant
}

// clean
IOMemoryMap *directionClean(IOMemoryDescriptor *memory, task_t client, bool readOnly)
{
    IOOptionBits options = kIOMapAnywhere;
    if (readOnly)
        options |= kIOMapReadOnly;
    return memory->createMappingInTask(client, 0, options);
}
