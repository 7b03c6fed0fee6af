class IOCommand : public OSObject {};

enum [[maplens::family(dma_mapping_options)]] {
    kIODMAMapOptionMapped = 0x0,
    kIODMAMapOptionBypassed = 0x1,
    kIODMAMapOptionNonCoherent = 0x2,
    kIODMAMapOptionUnmapped = 0x3,
    kIODMAMapOptionTypeMask = 0xf,
    kIODMAMapOptionNoCacheStore = 0x10,
    kIODMAMapOptionOnChip = 0x20,
    kIODMAMapOptionIterateOnly = 0x40,
    kIODMAMapOptionDextOwner = 0x80,
};

/// Translates a descriptor's memory into addresses for a device.
class IODMACommand : public IOCommand {
public:
    struct Segment32 {
        UInt32 fIOVMAddr;
        UInt32 fLength;
    };
    struct Segment64 {
        UInt64 fIOVMAddr;
        UInt64 fLength;
    };
    struct SegmentOptions {
        uint8_t fStructSize;
        uint8_t fNumAddressBits;
        uint64_t fMaxSegmentSize;
        uint64_t fMaxTransferSize;
        uint32_t fAlignment;
        uint32_t fAlignmentLength;
        uint32_t fAlignmentInternalSegments;
    };
    enum [[maplens::family(dma_mapping_options)]] MappingOptions {
        kMapped = 0x0,
        kBypassed = 0x1,
        kNonCoherent = 0x2,
        kUnmapped = 0x3,
        kTypeMask = 0xf,
        kNoCacheStore = 0x10,
        kOnChip = 0x20,
        kIterateOnly = 0x40,
    };
    enum [[maplens::family(dma_synchronize_options)]] SynchronizeOptions { kForceDoubleBuffer = 0x01000000 };
    typedef bool (*SegmentFunction)(IODMACommand *target, Segment64 segment, void *segments, UInt32 segmentIndex);

    static bool OutputHost32(IODMACommand *target, Segment64 seg, void *segs, UInt32 ind);
    static bool OutputBig32(IODMACommand *target, Segment64 seg, void *segs, UInt32 ind);
    static bool OutputLittle32(IODMACommand *target, Segment64 seg, void *segs, UInt32 ind);
    static bool OutputHost64(IODMACommand *target, Segment64 seg, void *segs, UInt32 ind);
    static bool OutputBig64(IODMACommand *target, Segment64 seg, void *segs, UInt32 ind);
    static bool OutputLittle64(IODMACommand *target, Segment64 seg, void *segs, UInt32 ind);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IODMACommand> withSpecification(SegmentFunction outSegFunc, UInt8 numAddressBits,
        UInt64 maxSegmentSize, [[maplens::bits(dma_mapping_options)]] MappingOptions mappingOptions = kMapped,
        UInt64 maxTransferSize = 0, UInt32 alignment = 1, IOMapper *mapper = NULL, void *refCon = NULL);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IODMACommand> withSpecification(SegmentFunction outSegFunc, const SegmentOptions *segmentOptions,
        [[maplens::bits(dma_mapping_options)]] uint32_t mappingOptions, IOMapper *mapper, void *refCon);

    [[maplens::kernel]]
    static IOReturn weakWithSpecification([[maplens::out(retained)]] IODMACommand **newCommand,
        SegmentFunction outSegFunc, UInt8 numAddressBits, UInt64 maxSegmentSize,
        [[maplens::bits(dma_mapping_options)]] MappingOptions mapType = kMapped, UInt64 maxTransferSize = 0,
        UInt32 alignment = 1, IOMapper *mapper = NULL, void *refCon = NULL);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] static OSPtr<IODMACommand> withRefCon(void *refCon);
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] virtual OSPtr<IODMACommand> cloneCommand(void *refCon = NULL);

    /// Sets the memory to work on and retains it until clearMemoryDescriptor; with autoPrepare also prepares.
    [[maplens::kernel]]
    virtual IOReturn setMemoryDescriptor([[maplens::keeps]] [[maplens::device_works_on]] const IOMemoryDescriptor *mem, bool autoPrepare = true);

    /// Completes as asked and gives back the reference to the memory.
    [[maplens::kernel]] [[maplens::device_is_done]] virtual IOReturn clearMemoryDescriptor(bool autoComplete = true);

    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, as_set)]]
    virtual const IOMemoryDescriptor *getMemoryDescriptor() const;

    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, as_set)]]
    IOMemoryDescriptor *getIOMemoryDescriptor() const;

    [[maplens::kernel]] [[maplens::prepares]]
    virtual IOReturn prepare(UInt64 offset = 0, UInt64 length = 0, bool flushCache = true, bool synchronize = true);

    [[maplens::kernel]] [[maplens::completes]]
    virtual IOReturn complete(bool invalidateCache = true, bool synchronize = true);

    [[maplens::kernel]] virtual IOReturn synchronize(IOOptionBits options);

    [[maplens::kernel]]
    virtual IOReturn genIOVMSegments([[maplens::writes]] UInt64 *offset, [[maplens::writes]] void *segments,
        [[maplens::writes]] UInt32 *numSegments);

    [[maplens::kernel]]
    IOReturn gen32IOVMSegments([[maplens::writes]] UInt64 *offset, [[maplens::writes]] Segment32 *segments,
        [[maplens::writes]] UInt32 *numSegments);

    [[maplens::kernel]]
    IOReturn gen64IOVMSegments([[maplens::writes]] UInt64 *offset, [[maplens::writes]] Segment64 *segments,
        [[maplens::writes]] UInt32 *numSegments);

    [[maplens::kernel]] UInt64 writeBytes(UInt64 offset, [[maplens::reads]] const void *bytes, UInt64 length);
    [[maplens::kernel]] UInt64 readBytes(UInt64 offset, [[maplens::writes]] void *bytes, UInt64 length);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<IOBufferMemoryDescriptor> createCopyBuffer([[maplens::bits(direction)]] IODirection direction,
        UInt64 length);
};
