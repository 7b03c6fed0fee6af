/** A small driver in the manner of many: the text on which edits are tried. */
export const driver = `#include <IOKit/IOService.h>
#include <IOKit/IOBufferMemoryDescriptor.h>

#define kRingSize 0x4000
#define LOG(format, ...) IOLog("Ring: " format "\\n", ##__VA_ARGS__)

class Ring : public IOService {
    OSDeclareDefaultStructors(Ring)

public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    IOReturn mapForClient(task_t task, IOOptionBits options, IOMemoryMap **result);

private:
    IOBufferMemoryDescriptor *fBuffer;
    IOMemoryMap *fMap;
    struct {
        uint32_t head;
        uint32_t tail;
    } fState;
};

OSDefineMetaClassAndStructors(Ring, IOService)

static unsigned int gUsers = 0;

bool
Ring::start(IOService *provider)
{
    if (!IOService::start(provider)) {
        return false;
    }
    fBuffer = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut | kIOMemoryKernelUserShared, kRingSize, PAGE_SIZE);
    if (!fBuffer) {
        LOG("no memory");
        return false;
    }
    fMap = fBuffer->map();
    registerService();
    return true;
}

void
Ring::stop(IOService *provider)
{
    OSSafeReleaseNULL(fMap);
    OSSafeReleaseNULL(fBuffer);
    IOService::stop(provider);
}

#if DEBUG_RING
static void dump(const Ring *ring) { LOG("%p", ring); }
#endif

IOReturn
Ring::mapForClient(task_t task, IOOptionBits options, IOMemoryMap **result)
{
    IOReturn ret = kIOReturnNoMemory;
    IOMemoryMap *map = fBuffer->createMappingInTask(task, 0, kIOMapAnywhere | options);
    if (!map) {
        goto out;
    }
    gUsers++;
    *result = map;
    return kIOReturnSuccess;
out:
    LOG("failed: %x", ret);
    return ret;
}

namespace helpers {
    IOReturn peek(IOMemoryDescriptor *md, uint32_t *value) {
        IOMemoryMap *map = md->map(kIOMapReadOnly);
        if (!map)
            return kIOReturnNoMemory;
        *value = *(uint32_t *)map->getVirtualAddress();
        if (*value == 0)
            return kIOReturnBadArgument;
        map->release();
        return kIOReturnSuccess;
    }
}
`;
