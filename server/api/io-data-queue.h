struct IODataQueueMemory {};
struct IODataQueueEntry {};

/// A queue in memory that user space maps.
class IODataQueue : public OSObject {
public:
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] static OSPtr<IODataQueue> withCapacity(UInt32 size);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IODataQueue> withEntries(UInt32 numEntries, UInt32 entrySize);

    [[maplens::kernel]] virtual Boolean initWithCapacity(UInt32 size);
    [[maplens::kernel]] virtual Boolean initWithEntries(UInt32 numEntries, UInt32 entrySize);
    [[maplens::kernel]] virtual Boolean enqueue([[maplens::reads]] void *data, UInt32 dataSize);
    [[maplens::kernel]] virtual void setNotificationPort(mach_port_t port);

    /// In spite of its name a new descriptor at each call, which the caller releases.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<IOMemoryDescriptor> getMemoryDescriptor();
};

/// An IODataQueue that the kernel can also read.
class IOSharedDataQueue : public IODataQueue {
public:
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOSharedDataQueue> withCapacity(UInt32 size);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOSharedDataQueue> withEntries(UInt32 numEntries, UInt32 entrySize);

    /// In spite of its name a new descriptor at each call, which the caller releases.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<IOMemoryDescriptor> getMemoryDescriptor();

    [[maplens::kernel]] [[maplens::returns(borrowed, nullable)]] virtual IODataQueueEntry *peek();
    [[maplens::kernel]] virtual Boolean dequeue([[maplens::writes]] void *data, [[maplens::writes]] UInt32 *dataSize);
    [[maplens::kernel]] virtual Boolean enqueue([[maplens::reads]] void *data, UInt32 dataSize);
};
