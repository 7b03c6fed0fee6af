class IOService;
class IOUserClient;
class IOWorkLoop;
class IOInterruptEventSource;
class IONotifier;
class IOMemoryMap;
class IODeviceMemory;
class IORegistryPlane : public OSObject {};

/// An object in the I/O Registry, with properties.
class IORegistryEntry : public OSObject {
public:
    virtual bool init(OSDictionary *dictionary = NULL);
    [[maplens::kernel]] virtual bool setProperty(const OSSymbol *aKey, [[maplens::keeps]] OSObject *anObject);
    [[maplens::kernel]] virtual bool setProperty(const OSString *aKey, [[maplens::keeps]] OSObject *anObject);
    [[maplens::kernel]] virtual bool setProperty(const char *aKey, [[maplens::keeps]] OSObject *anObject);
    [[maplens::kernel]] virtual bool setProperty(const char *aKey, [[maplens::reads]] const char *aString);
    [[maplens::kernel]] virtual bool setProperty(const char *aKey, bool aBoolean);
    [[maplens::kernel]] virtual bool setProperty(const char *aKey, unsigned long long aValue, unsigned int aNumberOfBits);
    [[maplens::kernel]] virtual bool setProperty(const char *aKey, [[maplens::reads]] void *bytes, unsigned int length);
    [[maplens::kernel]] virtual void removeProperty(const char *aKey);
    [[maplens::kernel]] virtual IOReturn setProperties(OSObject *properties);

    /// The property's object, or NULL. Not retained for the caller: use copyProperty where others may replace it.
    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getProperty(const OSSymbol *aKey) const;
    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getProperty(const OSString *aKey) const;
    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getProperty(const char *aKey) const;

    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]]
    virtual OSObject *getProperty(const char *aKey, const IORegistryPlane *plane, IOOptionBits options = 0) const;

    /// The property's object with a reference for the caller, or NULL.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<OSObject> copyProperty(const OSSymbol *aKey) const;
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<OSObject> copyProperty(const OSString *aKey) const;
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<OSObject> copyProperty(const char *aKey) const;

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<OSObject> copyProperty(const char *aKey, const IORegistryPlane *plane, IOOptionBits options = 0) const;

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<OSDictionary> dictionaryWithProperties() const;

    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]]
    virtual IORegistryEntry *getParentEntry(const IORegistryPlane *plane) const;

    /// Whose child this is in a plane; in that of services, a service.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] [[maplens::of_class(gIOServicePlane, IOService)]]
    OSPtr<IORegistryEntry> copyParentEntry(const IORegistryPlane *plane) const;

    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]]
    virtual IORegistryEntry *getChildEntry(const IORegistryPlane *plane) const;

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<OSIterator> getChildIterator(const IORegistryPlane *plane) const;

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<OSIterator> getParentIterator(const IORegistryPlane *plane) const;

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IORegistryEntry> fromPath([[maplens::reads]] const char *path, const IORegistryPlane *plane = NULL,
        char *residualPath = NULL, int *residualLength = NULL, IORegistryEntry *fromEntry = NULL);

    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] static IORegistryEntry *getRegistryRoot();
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual const char *getName(const IORegistryPlane *plane = NULL) const;
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual const char *getLocation(const IORegistryPlane *plane = NULL) const;
    [[maplens::kernel]] virtual void setName(const char *name, const IORegistryPlane *plane = NULL);
    [[maplens::kernel]] virtual void setLocation(const char *location, const IORegistryPlane *plane = NULL);
    [[maplens::kernel]] [[maplens::pure]] uint64_t getRegistryEntryID();
};

/// The base of drivers, nubs and user clients.
class IOService : public IORegistryEntry {
public:
    virtual bool init(OSDictionary *dictionary = NULL);
    virtual void free();

    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] [[maplens::runs(any)]]
    virtual IOService *probe(IOService *provider, [[maplens::writes]] SInt32 *score);

    /// The driver takes its provider over. After false stop() is not called: what start() made it must undo itself.
    [[maplens::kernel]] [[maplens::runs(any)]] virtual bool start(IOService *provider);

    /// The driver gives its provider up; undo here what start() made.
    [[maplens::kernel]] [[maplens::runs(any)]] virtual void stop(IOService *provider);

    [[maplens::kernel]] virtual bool attach(IOService *provider);
    [[maplens::kernel]] virtual void detach(IOService *provider);
    [[maplens::kernel]] virtual bool open(IOService *forClient, IOOptionBits options = 0, void *arg = NULL);
    [[maplens::kernel]] virtual void close(IOService *forClient, IOOptionBits options = 0);
    [[maplens::kernel]] [[maplens::pure]] virtual bool isOpen(const IOService *forClient = NULL) const;
    [[maplens::kernel]] virtual bool terminate(IOOptionBits options = 0);
    [[maplens::kernel]] [[maplens::runs(any)]] virtual bool finalize(IOOptionBits options);
    [[maplens::kernel]] [[maplens::runs(any)]] virtual bool willTerminate(IOService *provider, IOOptionBits options);
    [[maplens::kernel]] [[maplens::runs(any)]] virtual bool didTerminate(IOService *provider, IOOptionBits options, [[maplens::writes]] bool *defer);
    [[maplens::kernel]] [[maplens::pure]] bool isInactive() const;
    [[maplens::kernel]] virtual void registerService(IOOptionBits options = 0);
    [[maplens::kernel]] virtual IOReturn message(UInt32 type, IOService *provider, void *argument = NULL);

    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual IOService *getProvider() const;
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual IOService *getClient() const;
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual IOWorkLoop *getWorkLoop() const;
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<OSIterator> getProviderIterator() const;
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<OSIterator> getClientIterator() const;
    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] static IOService *getServiceRoot();
    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] static IOService *getResourceService();
    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] static class IOPlatformExpert *getPlatform();

    /// The descriptor of one of the device's memory ranges, or NULL. It stays the provider's: don't release it.
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]]
    virtual IODeviceMemory *getDeviceMemoryWithIndex(unsigned int index);

    /// Maps one of the device's memory ranges into the kernel, at an address of the kernel's choice. NULL on failure.
    [[maplens::kernel]] [[maplens::maps(kernel_task, anywhere)]] [[maplens::blocks]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<IOMemoryMap> mapDeviceMemoryWithIndex(unsigned int index,
        [[maplens::bits(kernel_map_options)]] IOOptionBits options = 0);

    /// All descriptors of the device's memory, or NULL. The array stays the provider's.
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual OSArray *getDeviceMemory();

    [[maplens::kernel]] [[maplens::pure]] IOItemCount getDeviceMemoryCount();

    /// Sets the array of the device's memory and retains it.
    [[maplens::kernel]] virtual void setDeviceMemory([[maplens::keeps]] OSArray *array);

    /// Makes a user client for a task. On success the client belongs to the caller.
    [[maplens::kernel]]
    virtual IOReturn newUserClient([[maplens::task]] task_t owningTask, void *securityID, UInt32 type,
        OSDictionary *properties, [[maplens::out(retained)]] IOUserClient **handler);

    [[maplens::kernel]]
    virtual IOReturn newUserClient([[maplens::task]] task_t owningTask, void *securityID, UInt32 type,
        [[maplens::out(retained)]] IOUserClient **handler);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOService> waitForMatchingService(OSDictionary *matching, uint64_t timeout = 0);

    /// Waits for a service. Uses up the reference to the dictionary.
    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]]
    static IOService *waitForService([[maplens::consumes]] OSDictionary *matching, void *timeout = NULL);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] static OSPtr<OSIterator> getMatchingServices(OSDictionary *matching);
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] static OSPtr<IOService> copyMatchingService(OSDictionary *matching);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> serviceMatching([[maplens::reads]] const char *className, [[maplens::result]] OSDictionary *table = NULL);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> serviceMatching(const OSString *className, [[maplens::result]] OSDictionary *table = NULL);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> nameMatching([[maplens::reads]] const char *name, [[maplens::result]] OSDictionary *table = NULL);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> nameMatching(const OSString *name, [[maplens::result]] OSDictionary *table = NULL);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> resourceMatching([[maplens::reads]] const char *name, [[maplens::result]] OSDictionary *table = NULL);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> propertyMatching(const OSSymbol *key, [[maplens::keeps]] const OSObject *value,
        [[maplens::result]] OSDictionary *table = NULL);

    [[maplens::kernel]] virtual IOReturn registerInterrupt(int source, OSObject *target,
        [[maplens::runs(interrupt)]] void *handler, void *refCon = NULL);
    [[maplens::kernel]] virtual IOReturn unregisterInterrupt(int source);
    [[maplens::kernel]] virtual IOReturn getInterruptType(int source, [[maplens::writes]] int *interruptType);
    [[maplens::kernel]] virtual IOReturn enableInterrupt(int source);
    [[maplens::kernel]] virtual IOReturn disableInterrupt(int source);

    [[maplens::kernel]] virtual void PMinit();
    [[maplens::kernel]] virtual void PMstop();
    [[maplens::kernel]] virtual void joinPMtree(IOService *driver);
    [[maplens::kernel]] virtual IOReturn registerPowerDriver(IOService *controllingDriver, void *powerStates, unsigned long numberOfStates);
    [[maplens::kernel]] [[maplens::runs(thread)]] virtual IOReturn setPowerState(unsigned long powerStateOrdinal, IOService *whatDevice);
    [[maplens::kernel]] IOReturn changePowerStateTo(unsigned long ordinal);
    [[maplens::kernel]] IOReturn acknowledgeSetPowerState();

    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nonnull)]] virtual const char *stringFromReturn(IOReturn rtn);
    [[maplens::kernel]] [[maplens::pure]] virtual int errnoFromReturn(IOReturn rtn);

    [[maplens::kernel]]
    virtual IOReturn callPlatformFunction(const OSSymbol *functionName, bool waitForFunction, void *param1, void *param2,
        void *param3, void *param4);

    [[maplens::kernel]]
    virtual IOReturn callPlatformFunction(const char *functionName, bool waitForFunction, void *param1, void *param2,
        void *param3, void *param4);
};

extern const IORegistryPlane *gIOServicePlane;
extern const IORegistryPlane *gIODTPlane;
extern const IORegistryPlane *gIOPowerPlane;

/// An IOMMU.
class IOMapper : public IOService {};

class IOPlatformExpert : public IOService {};
