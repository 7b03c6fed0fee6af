/*
 * FrameGrabber: a sample driver for a video capture card, written to show MapLens at work.
 *
 * Three of its functions contain a mistake that is common in real drivers. The comments in FrameGrabber.cpp do not
 * say which; MapLens does.
 */
#ifndef FRAMEGRABBER_HPP
#define FRAMEGRABBER_HPP

#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/IOLib.h>
#include <IOKit/IOMemoryDescriptor.h>
#include <IOKit/IOService.h>
#include <IOKit/IOUserClient.h>
#include <IOKit/pci/IOPCIDevice.h>

enum {
    kRingBytes   = 0x10000,
    kHeaderBytes = 0x4000,
    kWindowBytes = 0x8000,
    kRingMagic   = 0x52494e47,

    kVersionRegister = 4
};

struct RingHeader {
    UInt32 magic;
    UInt32 frames;
    UInt64 lastFrame;
};

/** The card: its registers, and the ring of frames that it fills. */
class FrameGrabber : public IOService
{
    OSDeclareDefaultStructors(FrameGrabber)

public:
    virtual bool start(IOService *provider) APPLE_KEXT_OVERRIDE;
    virtual void stop(IOService *provider) APPLE_KEXT_OVERRIDE;

    IOReturn resetRing(void);
    IOReturn readVersion(UInt32 *version);

private:
    IOPCIDevice              *fDevice;
    IOMemoryMap              *fRegisters;
    IOBufferMemoryDescriptor *fRing;
    IOMemoryMap              *fRingMap;
};

/** One process that watches the frames. */
class FrameGrabberClient : public IOUserClient
{
    OSDeclareDefaultStructors(FrameGrabberClient)

public:
    virtual bool initWithTask(task_t owningTask, void *securityID, UInt32 type) APPLE_KEXT_OVERRIDE;
    virtual IOReturn clientClose(void) APPLE_KEXT_OVERRIDE;

    IOReturn openRing(void);
    IOReturn showHeader(void);
    IOReturn switchWindow(void);
    IOReturn switchWindowSafely(void);

private:
    task_t       fTask;
    IOMemoryMap *fView;
    IOMemoryMap *fWindow;
};

#endif
