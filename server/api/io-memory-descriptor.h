class IOMemoryDescriptor;
class IOMemoryMap;
class IOMapper;

/// Describes memory (of a task, physical, or of other descriptors) without mapping it.
class IOMemoryDescriptor : public OSObject {
public:
    /// Describes kernel memory; prepared at once. NULL when memory is short.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] [[maplens::in_kernel]]
    static OSPtr<IOMemoryDescriptor> withAddress([[maplens::aliases]] void *address, [[maplens::sets(length)]] IOByteCount withLength,
        [[maplens::bits(direction)]] IODirection withDirection);

    /// 32-bit kernels only: use withAddressRange.
    [[maplens::kernel]] [[maplens::deprecated(macos(10.6))]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOMemoryDescriptor> withAddress(IOVirtualAddress address, IOByteCount withLength,
        [[maplens::bits(direction)]] IODirection withDirection, [[maplens::task]] task_t withTask);

    /// Describes physical memory, e.g. device registers. Never needs prepare().
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOMemoryDescriptor> withPhysicalAddress(IOPhysicalAddress address, [[maplens::sets(length)]] IOByteCount withLength,
        [[maplens::bits(direction)]] IODirection withDirection);

    /// 32-bit kernels only: use withAddressRanges.
    [[maplens::kernel]] [[maplens::deprecated(macos(10.6))]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOMemoryDescriptor> withRanges([[maplens::reads]] [[maplens::aliases(asReference)]] IOVirtualRange *ranges, [[maplens::range_count]] UInt32 withCount,
        [[maplens::bits(direction)]] IODirection withDirection, [[maplens::task]] task_t withTask,
        bool asReference = false);

    /// Describes one range of a task's memory; with a NULL task the range is physical. Not prepared.
    [[maplens::kernel]] [[maplens::since(macos(10.5))]] [[maplens::returns(retained, nullable)]] [[maplens::unprepared]]
    static OSPtr<IOMemoryDescriptor> withAddressRange([[maplens::aliases(kernel_task)]] mach_vm_address_t address, [[maplens::sets(length)]] mach_vm_size_t length,
        [[maplens::bits(direction, descriptor_flags)]] IOOptionBits options, [[maplens::task]] task_t task);

    /// Describes several ranges of a task's memory as one. Not prepared.
    [[maplens::kernel]] [[maplens::since(macos(10.5))]] [[maplens::returns(retained, nullable)]] [[maplens::unprepared]]
    static OSPtr<IOMemoryDescriptor> withAddressRanges([[maplens::reads]] [[maplens::aliases(kIOMemoryAsReference)]] IOAddressRange *ranges, [[maplens::range_count]] UInt32 rangeCount,
        [[maplens::bits(direction, descriptor_flags)]] IOOptionBits options, [[maplens::task]] task_t task);

    /// The general maker: what `buffers` means follows from the type in the options.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOMemoryDescriptor> withOptions([[maplens::reads]] [[maplens::aliases(kIOMemoryAsReference)]] void *buffers, UInt32 count, UInt32 offset,
        [[maplens::task]] task_t task, [[maplens::bits(direction, descriptor_flags)]] IOOptionBits options,
        IOMapper *mapper = 0);

    /// 32-bit kernels only: use withAddressRanges with a NULL task.
    [[maplens::kernel]] [[maplens::deprecated(macos(10.6))]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOMemoryDescriptor> withPhysicalRanges([[maplens::reads]] [[maplens::aliases(asReference)]] IOPhysicalRange *ranges, [[maplens::range_count]] UInt32 withCount,
        [[maplens::bits(direction)]] IODirection withDirection, bool asReference = false);

    /// 32-bit kernels only: use IOSubMemoryDescriptor::withSubRange.
    [[maplens::kernel]] [[maplens::deprecated(macos(10.6))]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOMemoryDescriptor> withSubRange([[maplens::keeps]] IOMemoryDescriptor *of,
        [[maplens::range_offset]] IOByteCount offset, [[maplens::range_length]] IOByteCount length,
        [[maplens::bits(direction)]] IODirection withDirection);

    /// Pins the memory object down. May answer with the same descriptor, and then with one reference more.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOMemoryDescriptor> withPersistentMemoryDescriptor([[maplens::keeps]] IOMemoryDescriptor *originalMD);

    /// Initialises a descriptor, also one that is in use: its maps lose a reference each. Make a new one instead.
    [[maplens::drops_maps]] virtual bool initWithOptions([[maplens::reads]] void *buffers, UInt32 count, UInt32 offset,
        [[maplens::task]] task_t task, [[maplens::bits(direction, descriptor_flags)]] IOOptionBits options,
        IOMapper *mapper = 0);

    [[maplens::pure]] [[maplens::kernel]] virtual IODirection getDirection() const;

    /// How many bytes are described.
    [[maplens::pure]] [[maplens::kernel]] virtual IOByteCount getLength() const;

    [[maplens::kernel]] virtual void setTag(IOOptionBits tag);
    [[maplens::pure]] [[maplens::kernel]] virtual IOOptionBits getTag();
    [[maplens::pure]] [[maplens::kernel]] uint64_t getFlags();

    /// Copies out of the memory, which must be prepared. Answers how many bytes were copied.
    [[maplens::kernel]] [[maplens::needs_prepare]]
    virtual IOByteCount readBytes(IOByteCount offset, [[maplens::writes]] void *bytes, IOByteCount withLength);

    /// Copies into the memory, which must be prepared. Answers how many bytes were copied.
    [[maplens::kernel]] [[maplens::needs_prepare]]
    virtual IOByteCount writeBytes(IOByteCount offset, [[maplens::reads]] const void *bytes, IOByteCount withLength);

    /// The physical address of a byte, and how far it goes on. Panics on virtual memory that is not prepared.
    [[maplens::kernel]] [[maplens::needs_prepare]]
    virtual addr64_t getPhysicalSegment(IOByteCount offset, [[maplens::writes]] IOByteCount *length,
        IOOptionBits options = 0);

    [[maplens::kernel]] [[maplens::deprecated(macos(10.6))]] [[maplens::needs_prepare]]
    virtual addr64_t getPhysicalSegment64(IOByteCount offset, [[maplens::writes]] IOByteCount *length);

    [[maplens::kernel]] [[maplens::deprecated(macos(10.6))]]
    virtual IOPhysicalAddress getSourceSegment(IOByteCount offset, [[maplens::writes]] IOByteCount *length);

    [[maplens::kernel]] [[maplens::deprecated(macos(10.6))]] [[maplens::returns(borrowed, nullable)]]
    virtual void *getVirtualSegment(IOByteCount offset, [[maplens::writes]] IOByteCount *length);

    /// The physical address of the first byte. Panics on virtual memory that is not prepared.
    [[maplens::kernel]] [[maplens::needs_prepare]] IOPhysicalAddress getPhysicalAddress();

    /// Wires the memory, so that devices can use it. Test the result; each success wants one complete().
    [[maplens::kernel]] [[maplens::prepares]]
    virtual IOReturn prepare([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone) = 0;

    /// Undoes one prepare().
    [[maplens::kernel]] [[maplens::completes]]
    virtual IOReturn complete([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone) = 0;

    [[maplens::kernel]] virtual IOReturn setPurgeable(IOOptionBits newState, [[maplens::writes]] IOOptionBits *oldState);

    [[maplens::kernel]] [[maplens::since(macos(10.15))]]
    IOReturn setOwnership([[maplens::task]] task_t newOwner, int newLedgerTag, IOOptionBits newLedgerOptions);

    [[maplens::kernel]]
    IOReturn getPageCounts([[maplens::writes]] IOByteCount *residentPageCount,
        [[maplens::writes]] IOByteCount *dirtyPageCount);

    [[maplens::kernel]] virtual IOReturn performOperation(IOOptionBits options, IOByteCount offset, IOByteCount length);
    [[maplens::pure]] [[maplens::kernel]] virtual uint64_t getPreparationID();
    [[maplens::pure]] [[maplens::kernel]] uint64_t getDescriptorID();
    [[maplens::kernel]] uint64_t getDMAMapLength([[maplens::writes]] uint64_t *offset = NULL);

    /// Maps all or part of this memory into a task. The map may be one that others hold already. NULL on any failure;
    /// no reason is given. A length of zero means the whole length, not the rest after the offset.
    [[maplens::kernel]] [[maplens::since(macos(10.5))]] [[maplens::maps]] [[maplens::blocks]] [[maplens::returns(retained, nullable)]]
    OSPtr<IOMemoryMap> createMappingInTask([[maplens::task]] task_t intoTask,
        [[maplens::address_hint]] mach_vm_address_t atAddress,
        [[maplens::bits(kernel_map_options)]] IOOptionBits options, [[maplens::map_offset]] mach_vm_size_t offset = 0,
        [[maplens::map_length]] mach_vm_size_t length = 0);

    /// 32-bit kernels only: use createMappingInTask.
    [[maplens::kernel]] [[maplens::deprecated(macos(10.6))]] [[maplens::maps]] [[maplens::blocks]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<IOMemoryMap> map([[maplens::task]] task_t intoTask,
        [[maplens::address_hint]] IOVirtualAddress atAddress,
        [[maplens::bits(kernel_map_options)]] IOOptionBits options, [[maplens::map_offset]] IOByteCount offset = 0,
        [[maplens::map_length]] IOByteCount length = 0);

    /// Maps all of this memory into the kernel, at an address of the kernel's choice. NULL on any failure.
    [[maplens::kernel]] [[maplens::maps(kernel_task, anywhere)]] [[maplens::blocks]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<IOMemoryMap> map([[maplens::bits(kernel_map_options)]] IOOptionBits options = 0);

    /// Records an address at which this memory is mapped already; makes no mapping.
    [[maplens::kernel]] [[maplens::maps(static)]] [[maplens::blocks]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<IOMemoryMap> setMapping([[maplens::task]] task_t task,
        [[maplens::address_hint]] IOVirtualAddress mapAddress,
        [[maplens::bits(kernel_map_options)]] IOOptionBits options = 0);

    /// Private to the kernel: blocks or unblocks the mappings of other tasks.
    [[maplens::kernel]] virtual IOReturn redirect([[maplens::task]] task_t safeTask, bool redirect);

    /// Private to the kernel, which hands it a map disguised as an address and gets that or another one. Never call it.
    [[maplens::kernel]] [[maplens::returns(retained, nonnull)]]
    virtual IOMemoryMap *makeMapping(IOMemoryDescriptor *owner, [[maplens::task]] task_t intoTask,
        [[maplens::consumes]] IOVirtualAddress atAddress, [[maplens::bits(kernel_map_options)]] IOOptionBits options, IOByteCount offset,
        IOByteCount length);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] OSObject *copyContext() const;
    [[maplens::kernel]] void setContext([[maplens::keeps]] OSObject *context);
};

/// What withAddress, withAddressRange(s) and withPhysicalAddress really make.
class IOGeneralMemoryDescriptor : public IOMemoryDescriptor {
public:
    [[maplens::kernel]] [[maplens::prepares]]
    virtual IOReturn prepare([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone);

    [[maplens::kernel]] [[maplens::completes]]
    virtual IOReturn complete([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone);

    [[maplens::kernel]] IOReturn wireVirtual([[maplens::bits(direction)]] IODirection forDirection);
};
