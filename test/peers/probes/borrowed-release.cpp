// A getter's result is released
#include "iokit.h"

// defect
IOByteCount borrowedDefect(IOService *provider)
{
    IODeviceMemory *memory = provider->getDeviceMemoryWithIndex(0);
    if (memory == NULL)
        return 0;
    IOByteCount length = memory->getLength();
    memory->release(); // finds over-release
    return length;
}

// clean
IOByteCount borrowedClean(IOService *provider)
{
    IODeviceMemory *memory = provider->getDeviceMemoryWithIndex(0);
    if (memory == NULL)
        return 0;
    memory->retain();
    IOByteCount length = memory->getLength();
    memory->release();
    return length;
}
