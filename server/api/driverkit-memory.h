// The same class names as in the kernel, with DriverKit's methods, whose names begin with a capital.

enum [[maplens::driverkit]] [[maplens::family(driverkit_direction)]] {
    /// None.
    kIOMemoryDirectionNone = 0x0,
    /// From the device into memory.
    kIOMemoryDirectionIn = 0x1,
    /// From memory to the device.
    kIOMemoryDirectionOut = 0x2,
    kIOMemoryDirectionOutIn = 0x3,
    /// Both ways.
    kIOMemoryDirectionInOut = 0x3,
    /// For CreateMemoryDescriptorFromClient only: the client sees what the driver writes.
    kIOMemoryDisableCopyOnWrite = 0x10,
};

enum [[maplens::driverkit]] [[maplens::family(driverkit_map_options)]] {
    /// Map at the given address. The bit means kIOMapAnywhere in the kernel's options, which is the opposite.
    kIOMemoryMapFixedAddress = 0x1,
    /// The mapping can only be read; without effect on a buffer that this driver made itself.
    kIOMemoryMapReadOnly = 0x2,
    kIOMemoryMapGuardedMask [[maplens::since(macos(12.0))]] = 0x1c,
    /// Guard pages as DriverKit chooses: small ones, unless the address is fixed.
    kIOMemoryMapGuardedDefault [[maplens::since(macos(12.0))]] = 0x0,
    /// No guard pages.
    kIOMemoryMapGuardedNone [[maplens::since(macos(12.0))]] = 0x4,
    /// One unmapped page on both sides.
    kIOMemoryMapGuardedSmall [[maplens::since(macos(12.0))]] = 0x8,
    /// 64 KiB unmapped on both sides.
    kIOMemoryMapGuardedLarge [[maplens::since(macos(12.0))]] = 0xc,
    /// Keep the cache mode that the memory has.
    kIOMemoryMapCacheModeDefault = 0x0,
    /// Uncached. One cache mode at a time, else kIOReturnBadArgument.
    kIOMemoryMapCacheModeInhibit = 0x100,
    /// Ordinary cached memory.
    kIOMemoryMapCacheModeCopyback = 0x200,
    /// Cached for reading; each write also goes to memory.
    kIOMemoryMapCacheModeWriteThrough = 0x400,
    /// Memory for work with deadlines.
    kIOMemoryMapCacheModeRealTime [[maplens::since(macos(15.0))]] = 0x800,
};

struct IOAddressSegment {
    uint64_t address;
    uint64_t length;
};

class [[maplens::driverkit]] IOMemoryDescriptor : public OSObject {
public:
    [[maplens::driverkit]] kern_return_t GetLength([[maplens::writes]] uint64_t *returnLength);

    /// Maps all or part of this memory into the driver's own task. On failure the result says why and *map is NULL.
    [[maplens::driverkit]] [[maplens::since(macos(10.15))]] [[maplens::maps(current_task)]]
    virtual kern_return_t CreateMapping([[maplens::bits(driverkit_map_options)]] uint64_t options,
        [[maplens::address_hint]] uint64_t address, [[maplens::map_offset]] uint64_t offset,
        [[maplens::map_length]] uint64_t length, [[maplens::ignored]] uint64_t alignment,
        [[maplens::out(retained)]] IOMemoryMap **map);

    /// Describes a part of another descriptor, which the new one retains.
    [[maplens::driverkit]] [[maplens::since(driverkit(20.0))]]
    static kern_return_t CreateSubMemoryDescriptor(
        [[maplens::bits(driverkit_direction)]] uint64_t memoryDescriptorCreateOptions, uint64_t offset,
        uint64_t length, [[maplens::keeps]] IOMemoryDescriptor *ofDescriptor,
        [[maplens::out(retained)]] IOMemoryDescriptor **memory);

    /// Describes up to 32 descriptors as one, which retains them.
    [[maplens::driverkit]] [[maplens::since(driverkit(20.0))]]
    static kern_return_t CreateWithMemoryDescriptors(
        [[maplens::bits(driverkit_direction)]] uint64_t memoryDescriptorCreateOptions, uint32_t withDescriptorsCount,
        [[maplens::keeps(elements)]] IOMemoryDescriptor *const *withDescriptors,
        [[maplens::out(retained)]] IOMemoryDescriptor **memory);
};

class [[maplens::driverkit]] IOBufferMemoryDescriptor : public IOMemoryDescriptor {
public:
    /// Allocates a buffer. Options other than a direction are refused.
    [[maplens::driverkit]] [[maplens::since(macos(10.15))]]
    static kern_return_t Create([[maplens::bits(driverkit_direction)]] uint64_t options, [[maplens::sets(length)]] uint64_t capacity,
        uint64_t alignment, [[maplens::out(retained)]] IOBufferMemoryDescriptor **memory);

    /// Where the buffer is in the driver's task. Valid as long as the descriptor.
    [[maplens::driverkit]] kern_return_t GetAddressRange([[maplens::writes]] IOAddressSegment *range);

    [[maplens::driverkit]] virtual kern_return_t SetLength([[maplens::sets(length)]] uint64_t length);
};

class [[maplens::driverkit]] IOMemoryMap : public OSObject {
public:
    /// The address of the first mapped byte in the driver's task. Valid as long as the map.
    [[maplens::driverkit]] [[maplens::address]] [[maplens::pure]] uint64_t GetAddress();
    [[maplens::driverkit]] [[maplens::pure]] uint64_t GetLength();
    [[maplens::driverkit]] [[maplens::pure]] uint64_t GetOffset();
};
