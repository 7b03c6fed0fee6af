// A smart pointer takes a second reference to what is owned already
#include "iokit.h"

// defect
mach_vm_size_t sharedDefect(IOMemoryDescriptor *memory)
{
    OSSharedPtr<IOMemoryMap> map(memory->map(), OSRetain); // finds leaked-reference
    return map ? map->getLength() : 0;
}

// clean
mach_vm_size_t sharedClean(IOMemoryDescriptor *memory)
{
    OSSharedPtr<IOMemoryMap> map(memory->map(), OSNoRetain);
    return map ? map->getLength() : 0;
}
