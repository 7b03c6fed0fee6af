class [[maplens::driverkit]] OSAction : public OSObject {};
class [[maplens::driverkit]] IODispatchQueue : public OSObject {};

struct IOUserClientMethodArguments {
    uint64_t version;
    uint64_t selector;
    OSAction *completion;
    [[maplens::client_data]] const uint64_t *scalarInput;
    uint32_t scalarInputCount;
    [[maplens::client_data]] OSData *structureInput;
    [[maplens::borrows]] [[maplens::client_memory]] IOMemoryDescriptor *structureInputDescriptor;
    [[maplens::client_result]] uint64_t *scalarOutput;
    uint32_t scalarOutputCount;
    OSData *structureOutput;
    [[maplens::borrows]] [[maplens::client_memory]] IOMemoryDescriptor *structureOutputDescriptor;
    uint64_t structureOutputMaximumSize;
};

typedef kern_return_t (*IOUserClientMethodFunction)(OSObject *target, void *reference, IOUserClientMethodArguments *arguments);

struct IOUserClientMethodDispatch {
    IOUserClientMethodFunction function;
    uint32_t checkCompletionExists;
    uint32_t checkScalarInputCount;
    uint32_t checkStructureInputSize;
    uint32_t checkScalarOutputCount;
    uint32_t checkStructureOutputSize;
};

enum [[maplens::driverkit]] [[maplens::family(driverkit_user_client)]] {
    /// The client may only read the memory: for the options of CopyClientMemoryForType.
    kIOUserClientMemoryReadOnly = 0x1,
    kIOUserClientVariableStructureSize = 0xffffffff,
};

class [[maplens::driverkit]] IOService : public OSObject {
public:
    [[maplens::driverkit]] virtual kern_return_t Start(IOService *provider);
    [[maplens::driverkit]] virtual kern_return_t Stop(IOService *provider);
    [[maplens::driverkit]] virtual kern_return_t RegisterService();
    [[maplens::driverkit]] virtual kern_return_t NewUserClient(uint32_t type, [[maplens::out(retained)]] IOUserClient **userClient);

    [[maplens::driverkit]]
    virtual kern_return_t Create(IOService *provider, [[maplens::reads]] const char *propertiesKey,
        [[maplens::out(retained)]] IOService **result);

    [[maplens::driverkit]] virtual kern_return_t Terminate(uint64_t options);
    [[maplens::driverkit]] virtual kern_return_t CopyProperties([[maplens::out(retained)]] OSDictionary **properties);
    [[maplens::driverkit]] virtual kern_return_t SetProperties([[maplens::keeps]] OSDictionary *properties);
    [[maplens::driverkit]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] IOService *GetProvider() const;

    [[maplens::driverkit]]
    virtual kern_return_t CopyDispatchQueue([[maplens::reads]] const char *name,
        [[maplens::out(retained)]] IODispatchQueue **queue);

    [[maplens::driverkit]]
    virtual kern_return_t SetDispatchQueue([[maplens::reads]] const char *name, [[maplens::keeps]] IODispatchQueue *queue);
};

class [[maplens::driverkit]] IOUserClient : public IOService {
public:
    [[maplens::driverkit]]
    virtual kern_return_t ExternalMethod(uint64_t selector, IOUserClientMethodArguments *arguments,
        const IOUserClientMethodDispatch *dispatch, OSObject *target, void *reference);

    /// Hands out memory for the client to map. Store a reference of the caller's own, and the same object each time.
    [[maplens::driverkit]]
    virtual kern_return_t CopyClientMemoryForType([[maplens::client_data]] uint64_t type, [[maplens::writes]] uint64_t *options,
        [[maplens::out(retained)]] IOMemoryDescriptor **memory);

    /// Describes memory of the client's task. Copy-on-write unless kIOMemoryDisableCopyOnWrite is given.
    [[maplens::driverkit]] [[maplens::since(driverkit(20.0))]] [[maplens::client_memory]]
    virtual kern_return_t CreateMemoryDescriptorFromClient(
        [[maplens::bits(driverkit_direction)]] uint64_t memoryDescriptorCreateOptions, uint32_t segmentsCount,
        [[maplens::reads]] const IOAddressSegment *segments, [[maplens::out(retained)]] IOMemoryDescriptor **memory);

    [[maplens::driverkit]] virtual kern_return_t CopyClientEntitlements([[maplens::out(retained)]] OSDictionary **entitlements);
};

struct IODMACommandSpecification {
    uint64_t options;
    uint64_t maxAddressBits;
};

enum [[maplens::driverkit]] [[maplens::family(driverkit_dma)]] {
    kIODMACommandCreateNoOptions = 0,
    kIODMACommandPrepareForDMANoOptions = 0,
    kIODMACommandCompleteDMANoOptions = 0,
    kIODMACommandSpecificationNoOptions = 0,
    kIODMACommandPerformOperationOptionRead = 0x1,
    kIODMACommandPerformOperationOptionWrite = 0x2,
    kIODMACommandPerformOperationOptionZero = 0x4,
};

class [[maplens::driverkit]] IODMACommand : public OSObject {
public:
    [[maplens::driverkit]]
    static kern_return_t Create([[maplens::borrows]] IOService *device, uint64_t options,
        [[maplens::reads]] const IODMACommandSpecification *specification,
        [[maplens::out(retained)]] IODMACommand **command);

    /// Prepares memory for the device and keeps it until CompleteDMA.
    [[maplens::driverkit]] [[maplens::prepares]]
    virtual kern_return_t PrepareForDMA(uint64_t options, [[maplens::keeps]] IOMemoryDescriptor *memory, uint64_t offset,
        uint64_t length, [[maplens::writes]] uint64_t *flags, [[maplens::writes]] uint32_t *segmentsCount,
        [[maplens::writes]] IOAddressSegment *segments);

    [[maplens::driverkit]] [[maplens::completes]] virtual kern_return_t CompleteDMA(uint64_t options);

    /// The memory that is prepared. In spite of its name with a reference for the caller.
    [[maplens::driverkit]]
    virtual kern_return_t GetPreparation([[maplens::writes]] uint64_t *offset, [[maplens::writes]] uint64_t *length,
        [[maplens::out(retained)]] IOMemoryDescriptor **memory);

    [[maplens::driverkit]]
    virtual kern_return_t PerformOperation(uint64_t options, uint64_t dmaOffset, uint64_t length, uint64_t dataOffset,
        IOMemoryDescriptor *data);
};

class [[maplens::driverkit]] IODataQueueDispatchSource : public OSObject {
public:
    [[maplens::driverkit]]
    static kern_return_t Create(uint64_t queueByteCount, IODispatchQueue *queue,
        [[maplens::out(retained)]] IODataQueueDispatchSource **source);

    [[maplens::driverkit]] virtual kern_return_t CopyMemory([[maplens::out(retained)]] IOMemoryDescriptor **memory);
    [[maplens::driverkit]] virtual kern_return_t CopyDataAvailableHandler([[maplens::out(retained)]] OSAction **action);
    [[maplens::driverkit]] virtual kern_return_t CopyDataServicedHandler([[maplens::out(retained)]] OSAction **action);
};

/// A PCI device as a dext sees it.
class [[maplens::driverkit]] IOPCIDevice : public IOService {
public:
    [[maplens::driverkit]] kern_return_t Open(IOService *forClient, IOOptionBits options = 0);
    [[maplens::driverkit]] void Close(IOService *forClient, IOOptionBits options = 0);
    [[maplens::driverkit]] void MemoryRead32(uint8_t memoryIndex, uint64_t offset, [[maplens::writes]] uint32_t *readData);
    [[maplens::driverkit]] void MemoryWrite32(uint8_t memoryIndex, uint64_t offset, uint32_t data);

    [[maplens::driverkit]]
    kern_return_t _CopyDeviceMemoryWithIndex(uint64_t memoryIndex, [[maplens::out(retained)]] IOMemoryDescriptor **memory,
        IOService *forClient);
};
