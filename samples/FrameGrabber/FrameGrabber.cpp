#include "FrameGrabber.hpp"

#define super IOService
OSDefineMetaClassAndStructors(FrameGrabber, IOService)

bool FrameGrabber::start(IOService *provider)
{
    if (!super::start(provider))
        return false;

    fDevice = OSDynamicCast(IOPCIDevice, provider);
    if (!fDevice)
        return false;

    // BAR 0: the card's registers.
    fRegisters = fDevice->mapDeviceMemoryWithIndex(0);
    if (!fRegisters)
        goto fail;

    // The ring of frames, which the card fills and clients may watch.
    fRing = IOBufferMemoryDescriptor::inTaskWithOptions(
        kernel_task, kIODirectionInOut | kIOMemoryKernelUserShared, kRingBytes, page_size);
    if (!fRing)
        goto fail;

    fRingMap = fRing->map();
    if (!fRingMap)
        goto fail;

    registerService();
    return true;

fail:
    OSSafeReleaseNULL(fRingMap);
    OSSafeReleaseNULL(fRing);
    OSSafeReleaseNULL(fRegisters);
    return false;
}

void FrameGrabber::stop(IOService *provider)
{
    OSSafeReleaseNULL(fRingMap);
    OSSafeReleaseNULL(fRing);
    OSSafeReleaseNULL(fRegisters);
    super::stop(provider);
}

IOReturn FrameGrabber::resetRing(void)
{
    if (!fRing)
        return kIOReturnNotOpen;

    IOMemoryMap *map = fRing->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, kHeaderBytes);
    if (!map)
        return kIOReturnVMError;

    RingHeader *header = (RingHeader *)map->getVirtualAddress();
    header->magic     = kRingMagic;
    header->frames    = 0;
    header->lastFrame = 0;

    map->release();
    return kIOReturnSuccess;
}

/* Reads the card's version from BAR 1, which nothing else needs. */
IOReturn FrameGrabber::readVersion(UInt32 *version)
{
    IOMemoryMap *map = fDevice->mapDeviceMemoryWithIndex(1, kIOMapReadOnly);
    if (!map)
        return kIOReturnNoResources;

    volatile UInt32 *registers = (volatile UInt32 *)map->getVirtualAddress();
    map->release();

    *version = registers[kVersionRegister];
    return kIOReturnSuccess;
}

#undef super
#define super IOUserClient
OSDefineMetaClassAndStructors(FrameGrabberClient, IOUserClient)

bool FrameGrabberClient::initWithTask(task_t owningTask, void *securityID, UInt32 type)
{
    if (!super::initWithTask(owningTask, securityID, type))
        return false;

    fTask = owningTask;
    return true;
}

IOReturn FrameGrabberClient::clientClose(void)
{
    OSSafeReleaseNULL(fWindow);
    OSSafeReleaseNULL(fView);
    terminate();
    return kIOReturnSuccess;
}

/* Gives the client a read-only view of a new ring, which lives as long as the view does. */
IOReturn FrameGrabberClient::openRing(void)
{
    IOReturn result = kIOReturnNoMemory;

    IOBufferMemoryDescriptor *ring = IOBufferMemoryDescriptor::inTaskWithOptions(
        kernel_task, kIODirectionInOut | kIOMemoryKernelUserShared, kRingBytes, page_size);
    if (!ring)
        return result;

    IOMemoryMap *view = ring->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapReadOnly);
    if (view) {
        OSSafeReleaseNULL(fView);
        fView  = view;
        result = kIOReturnSuccess;
    }

    ring->release();
    return result;
}

/* Shows the client the header of a ring, once the ring has one. */
IOReturn FrameGrabberClient::showHeader(void)
{
    IOBufferMemoryDescriptor *ring = IOBufferMemoryDescriptor::inTaskWithOptions(
        kernel_task, kIODirectionInOut | kIOMemoryKernelUserShared, kRingBytes, page_size);
    if (!ring)
        return kIOReturnNoMemory;

    IOMemoryMap *kmap = ring->map();
    IOMemoryMap *umap = ring->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapReadOnly);
    IOMemoryMap *header = ring->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapReadOnly, 0, kHeaderBytes);
    ring->release();

    if (!kmap || !umap || !header) {
        OSSafeReleaseNULL(header);
        OSSafeReleaseNULL(umap);
        OSSafeReleaseNULL(kmap);
        return kIOReturnVMError;
    }

    RingHeader *ringHeader = (RingHeader *)kmap->getVirtualAddress();
    if (ringHeader->magic != kRingMagic) {
        umap->release();
        kmap->release();
        return kIOReturnNotReady;
    }

    umap->release();
    kmap->release();
    OSSafeReleaseNULL(fView);
    fView = header;
    return kIOReturnSuccess;
}

/* Swaps the memory behind the client's window for another frame's. */
IOReturn FrameGrabberClient::switchWindow(void)
{
    IOReturn result = kIOReturnNoMemory;
    IOBufferMemoryDescriptor *first = IOBufferMemoryDescriptor::inTaskWithOptions(
        NULL, kIODirectionInOut | kIOMemoryPageable, kWindowBytes, page_size);
    IOBufferMemoryDescriptor *second = IOBufferMemoryDescriptor::inTaskWithOptions(
        NULL, kIODirectionInOut | kIOMemoryPageable, kWindowBytes, page_size);

    if (first && second) {
        OSSafeReleaseNULL(fWindow);
        fWindow = first->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapReadOnly);
        if (fWindow)
            result = fWindow->redirect(second, 0, 0ULL);
    }

    OSSafeReleaseNULL(second);
    OSSafeReleaseNULL(first);
    return result;
}

/* The same with a window of its own, which nothing else shares. */
IOReturn FrameGrabberClient::switchWindowSafely(void)
{
    IOReturn result = kIOReturnNoMemory;
    IOBufferMemoryDescriptor *first = IOBufferMemoryDescriptor::inTaskWithOptions(
        NULL, kIODirectionInOut | kIOMemoryPageable, kWindowBytes, page_size);
    IOBufferMemoryDescriptor *second = IOBufferMemoryDescriptor::inTaskWithOptions(
        NULL, kIODirectionInOut | kIOMemoryPageable, kWindowBytes, page_size);

    if (first && second) {
        OSSafeReleaseNULL(fWindow);
        fWindow = first->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapReadOnly | kIOMapUnique);
        if (fWindow)
            result = fWindow->redirect(second, 0, 0ULL);
    }

    OSSafeReleaseNULL(second);
    OSSafeReleaseNULL(first);
    return result;
}
