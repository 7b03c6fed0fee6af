#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/IOUserClient.h>

enum { kRingBytes = 0x10000, kRingType = 0 };

class Card : public IOService {
    OSDeclareDefaultStructors(Card)
public:
    virtual bool start(IOService *provider);
    virtual void stop(IOService *provider);
    IOMemoryMap *mapRing(task_t task, IOByteCount length, IOOptionBits options);
    IOReturn checkRing(task_t task, UInt32 magic);
    IOBufferMemoryDescriptor *fRing;
    IOMemoryMap *fRegisters;
    struct { UInt32 maps; IOMemoryMap *last; } fState;
};

class CardClient : public IOUserClient {
    OSDeclareDefaultStructors(CardClient)
public:
    IOReturn attachCard(Card *card);
    virtual IOReturn clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory);
    Card *fCard;
};

bool Card::start(IOService *provider)
{
    if (!IOService::start(provider)) return false;
    fRegisters = provider->mapDeviceMemoryWithIndex(0);
    if (!fRegisters) return false;
    fRing = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut | kIOMemoryKernelUserShared, kRingBytes, page_size);
    return fRing != NULL;
}

void Card::stop(IOService *provider)
{
    OSSafeReleaseNULL(fRing);
    OSSafeReleaseNULL(fRegisters);
    IOService::stop(provider);
}

IOMemoryMap *Card::mapRing(task_t task, IOByteCount length, IOOptionBits options)
{
    IOMemoryMap *map = fRing->createMappingInTask(task, 0, options, 0, length);
    if (map) fState.maps++;
    return map;
}

IOReturn Card::checkRing(task_t task, UInt32 magic)
{
    IOMemoryMap *view = fRing->createMappingInTask(task, 0, kIOMapAnywhere);
    if (!view) return kIOReturnVMError;
    if (magic != 7) return kIOReturnNotReady;
    view->release();
    return kIOReturnSuccess;
}

IOReturn CardClient::attachCard(Card *card)
{
    fCard = card;
    return kIOReturnSuccess;
}

IOReturn CardClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    if (type != kRingType || !fCard->fRing) return kIOReturnBadArgument;
    fCard->fRing->retain();
    *memory = fCard->fRing;
    *options = kIOMapReadOnly;
    return kIOReturnSuccess;
}
