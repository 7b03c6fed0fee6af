// A field keeps an address and nobody keeps the map
#include "iokit.h"

// defect
class AddressDefect : public IOService {
    UInt32 *fRegisters;

public:
    bool start(IOService *provider) override;
};

bool AddressDefect::start(IOService *provider)
{
    IOMemoryMap *map = provider->mapDeviceMemoryWithIndex(0);
    if (map == NULL)
        return false;
    fRegisters = (UInt32 *)map->getVirtualAddress();
    map->release(); // finds dead-address
    return IOService::start(provider);
}

// clean
class AddressClean : public IOService {
    IOMemoryMap *fMap;
    UInt32 *fRegisters;

public:
    bool start(IOService *provider) override;
    void free() override;
};

bool AddressClean::start(IOService *provider)
{
    fMap = provider->mapDeviceMemoryWithIndex(0);
    if (fMap == NULL)
        return false;
    fRegisters = (UInt32 *)fMap->getVirtualAddress();
    return IOService::start(provider);
}

void AddressClean::free()
{
    fRegisters = NULL;
    OSSafeReleaseNULL(fMap);
    IOService::free();
}
