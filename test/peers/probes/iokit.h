// What the probes need of libkern, IOKit and DriverKit to be C++ that a compiler accepts, with the ownership attributes
// that clang's analyzer reads. Declarations only: nothing here runs.
#pragma once

typedef unsigned char UInt8;
typedef unsigned int UInt32;
typedef unsigned long long uint64_t;
typedef int kern_return_t;
typedef int IOReturn;
typedef unsigned int IOOptionBits;
typedef unsigned int IODirection;
typedef unsigned long IOByteCount;
typedef unsigned long IOVirtualAddress;
typedef unsigned long long mach_vm_address_t;
typedef unsigned long long mach_vm_size_t;
typedef struct task *task_t;

extern task_t kernel_task;
extern task_t current_task();
void IOLog(const char *format, ...);
unsigned long readTimer();

enum { kIOReturnSuccess = 0, kIOReturnNoMemory = (int)0xe00002bd, kIOReturnError = (int)0xe00002bc };
enum { kIODirectionNone = 0, kIODirectionIn = 1, kIODirectionOut = 2, kIODirectionInOut = 3 };
enum {
    kIOMapAnywhere = 0x00000001,
    kIOMapInhibitCache = 0x00000100,
    kIOMapReadOnly = 0x00001000,
    kIOMapUnique = 0x04000000,
};

#ifndef NULL
#define NULL nullptr
#endif
#define OSDynamicCast(type, inst) ((type *)OSMetaClassBase::safeMetaCast((inst), type::metaClass))
#define OSSafeReleaseNULL(inst) do { if (inst) (inst)->release(); (inst) = NULL; } while (0)

struct OSMetaClass;

struct OSMetaClassBase {
    static OSMetaClassBase *safeMetaCast(const OSMetaClassBase *object, const OSMetaClass *to);
    virtual void retain() const;
    virtual void release() const;
    virtual ~OSMetaClassBase();
};

struct OSObject : public OSMetaClassBase {
    static const OSMetaClass *const metaClass;
    virtual void free();
};

struct OSRetainTag {};
struct OSNoRetainTag {};
extern const OSRetainTag OSRetain;
extern const OSNoRetainTag OSNoRetain;

template <typename T> class OSSharedPtr {
    T *object = nullptr;

public:
    OSSharedPtr() {}
    OSSharedPtr(T *pointer, OSNoRetainTag) : object(pointer) {}
    OSSharedPtr(T *pointer, OSRetainTag) : object(pointer)
    {
        if (object)
            object->retain();
    }
    ~OSSharedPtr()
    {
        if (object)
            object->release();
    }
    T *get() const { return object; }
    T *operator->() const { return object; }
    explicit operator bool() const { return object != nullptr; }
};

class IOMemoryDescriptor;

class IOMemoryMap : public OSObject {
public:
    IOVirtualAddress getVirtualAddress();
    mach_vm_address_t getAddress();
    mach_vm_size_t getLength();
    IOMemoryDescriptor *getMemoryDescriptor();
    IOReturn unmap();
    IOReturn redirect(IOMemoryDescriptor *newBackingMemory, IOOptionBits options, mach_vm_size_t offset = 0);
    uint64_t GetAddress();
    uint64_t GetLength();
};

class IOMemoryDescriptor : public OSObject {
public:
    static IOMemoryDescriptor *withAddressRange(mach_vm_address_t address, mach_vm_size_t length, IOOptionBits options, task_t task);
    IOMemoryMap *createMappingInTask(task_t task, mach_vm_address_t at, IOOptionBits options, mach_vm_size_t offset = 0, mach_vm_size_t length = 0);
    IOMemoryMap *map(IOOptionBits options = 0);
    IOReturn prepare(IODirection direction = kIODirectionNone);
    IOReturn complete(IODirection direction = kIODirectionNone);
    IOByteCount getLength() const;
    kern_return_t CreateMapping(uint64_t options, uint64_t address, uint64_t offset, uint64_t length, uint64_t alignment, IOMemoryMap **map);
};

class IODeviceMemory : public IOMemoryDescriptor {};

class IOService : public OSObject {
public:
    IODeviceMemory *getDeviceMemoryWithIndex(unsigned int index);
    virtual bool start(IOService *provider);
    virtual void stop(IOService *provider);
    IOMemoryMap *mapDeviceMemoryWithIndex(unsigned int index, IOOptionBits options = 0);
};
