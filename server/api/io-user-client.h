/// What user space passed to an external method. Everything in it belongs to the kernel and ends with the call.
struct IOExternalMethodArguments {
    uint32_t version;
    uint32_t selector;
    mach_port_t asyncWakePort;
    io_user_reference_t *asyncReference;
    uint32_t asyncReferenceCount;
    [[maplens::client_data]] const uint64_t *scalarInput;
    uint32_t scalarInputCount;
    [[maplens::client_data]] const void *structureInput;
    uint32_t structureInputSize;
    /// Large input; NULL for small. Retain it to keep it longer than the call.
    [[maplens::borrows]] [[maplens::client_memory]] IOMemoryDescriptor *structureInputDescriptor;
    [[maplens::client_result]] uint64_t *scalarOutput;
    uint32_t scalarOutputCount;
    [[maplens::client_result]] void *structureOutput;
    uint32_t structureOutputSize;
    /// Large output; NULL for small. Retain it to keep it longer than the call.
    [[maplens::borrows]] [[maplens::client_memory]] IOMemoryDescriptor *structureOutputDescriptor;
    uint32_t structureOutputDescriptorSize;
    uint32_t __reservedA;
    OSObject **structureVariableOutputData;
};

struct IOExternalMethodArgumentsOpaque {};

typedef IOReturn (*IOExternalMethodAction)(OSObject *target, void *reference, IOExternalMethodArguments *arguments);

struct IOExternalMethodDispatch {
    IOExternalMethodAction function;
    uint32_t checkScalarInputCount;
    uint32_t checkStructureInputSize;
    uint32_t checkScalarOutputCount;
    uint32_t checkStructureOutputSize;
};

struct IOExternalMethodDispatch2022 {
    IOExternalMethodAction function;
    uint32_t checkScalarInputCount;
    uint32_t checkStructureInputSize;
    uint32_t checkScalarOutputCount;
    uint32_t checkStructureOutputSize;
    uint8_t allowAsync;
    const char *checkEntitlement;
};

enum [[maplens::family(user_client)]] {
    kIOUCVariableStructureSize = 0xffffffff,
    kIOUCTypeMask = 0xf,
    kIOUCScalarIScalarO = 0,
    kIOUCScalarIStructO = 2,
    kIOUCStructIStructO = 3,
    kIOUCScalarIStructI = 4,
    kIOUCForegroundOnly = 0x10,
};

/// The kernel's side of a connection from user space.
class IOUserClient : public IOService {
public:
    /// Called for a new connection. The task is not retained for a subclass: take a reference to keep it.
    [[maplens::kernel]]
    virtual bool initWithTask([[maplens::task]] task_t owningTask, void *securityToken, UInt32 type,
        OSDictionary *properties);

    [[maplens::kernel]] virtual bool initWithTask([[maplens::task]] task_t owningTask, void *securityToken, UInt32 type);

    /// As IOService's, on the thread of the task that opens the connection. After false stop() is not called.
    [[maplens::kernel]] virtual bool start(IOService *provider);

    /// User space closed the connection.
    [[maplens::kernel]] virtual IOReturn clientClose();

    /// The owner died without closing.
    [[maplens::kernel]] virtual IOReturn clientDied();

    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual IOService *getService();
    [[maplens::kernel]] virtual IOReturn registerNotificationPort(mach_port_t port, UInt32 type, UInt32 refCon);
    [[maplens::kernel]] virtual IOReturn connectClient(IOUserClient *client);

    [[maplens::kernel]]
    virtual IOReturn externalMethod([[maplens::client_data]] uint32_t selector, IOExternalMethodArguments *arguments,
        IOExternalMethodDispatch *dispatch = NULL, OSObject *target = NULL, void *reference = NULL);

    /// Hands out memory for user space to map. The driver stores a reference of the caller's own: retain it each time.
    [[maplens::kernel]]
    virtual IOReturn clientMemoryForType([[maplens::client_data]] UInt32 type,
        [[maplens::writes]] [[maplens::bits(kernel_map_options)]] IOOptionBits *options,
        [[maplens::out(retained)]] IOMemoryDescriptor **memory);

    /// Takes the map of a descriptor out of this client's mappings, with a reference for the caller. NULL where there is
    /// none, and for sub-range descriptors always.
    [[maplens::kernel]] [[maplens::since(macos(10.4))]] [[maplens::returns(retained, nullable)]]
    OSPtr<IOMemoryMap> removeMappingForDescriptor([[maplens::map_owner]] IOMemoryDescriptor *memory);

    [[maplens::kernel]]
    virtual IOReturn exportObjectToClient([[maplens::task]] task_t task, [[maplens::consumes]] OSObject *obj,
        [[maplens::writes]] void *clientObj);

    [[maplens::kernel]]
    static IOReturn sendAsyncResult64(io_user_reference_t *reference, IOReturn result,
        [[maplens::reads]] io_user_reference_t *args, UInt32 numArgs);

    [[maplens::kernel]] static IOReturn releaseAsyncReference64(io_user_reference_t *reference);
    [[maplens::kernel]] static IOReturn releaseNotificationPort(mach_port_t port);

    [[maplens::kernel]]
    static IOReturn clientHasPrivilege(void *securityToken, [[maplens::reads]] const char *privilegeName);

    [[maplens::kernel]] static IOReturn clientHasAuthorization([[maplens::task]] task_t task, IOService *service);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSObject> copyClientEntitlement([[maplens::task]] task_t task, [[maplens::reads]] const char *entitlement);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> copyClientEntitlements([[maplens::task]] task_t task);
};

class IOUserClient2022 : public IOUserClient {
public:
    [[maplens::kernel]] virtual IOReturn externalMethod([[maplens::client_data]] uint32_t selector, IOExternalMethodArgumentsOpaque *arguments) = 0;

    [[maplens::kernel]]
    IOReturn dispatchExternalMethod(uint32_t selector, IOExternalMethodArgumentsOpaque *arguments,
        const IOExternalMethodDispatch2022 *dispatchArray, size_t dispatchArrayCount, OSObject *target,
        void *reference);
};
