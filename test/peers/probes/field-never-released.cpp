// A class takes a map in start() and never gives it up
#include "iokit.h"

// defect
class FieldDefect : public IOService {
    IOMemoryDescriptor *fMemory;
    IOMemoryMap *fWindow;

public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
};

bool FieldDefect::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0); // finds member-never-released
    return fWindow != NULL;
}

void FieldDefect::stop(IOService *provider)
{
    IOLog("%llu", fWindow->getLength());
    IOService::stop(provider);
}

// clean
class FieldClean : public IOService {
    IOMemoryMap *fWindow;

    void closeWindow();

public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
};

bool FieldClean::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

void FieldClean::closeWindow()
{
    OSSafeReleaseNULL(fWindow);
}

void FieldClean::stop(IOService *provider)
{
    closeWindow();
    IOService::stop(provider);
}
