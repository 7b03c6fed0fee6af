/// A part of another descriptor's memory. Its mappings belong to the parent.
class IOSubMemoryDescriptor : public IOMemoryDescriptor {
public:
    /// Describes a part of another descriptor, which it retains. That the part lies inside is not checked for wrapping.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOSubMemoryDescriptor> withSubRange([[maplens::keeps]] IOMemoryDescriptor *of,
        [[maplens::range_offset]] IOByteCount offset, [[maplens::range_length]] IOByteCount length,
        [[maplens::bits(direction, descriptor_flags)]] IOOptionBits options);

    [[maplens::kernel]]
    virtual bool initSubRange([[maplens::keeps]] IOMemoryDescriptor *parent,
        [[maplens::range_offset]] IOByteCount offset, [[maplens::range_length]] IOByteCount length,
       
        [[maplens::bits(direction, descriptor_flags)]] IODirection withDirection);

    [[maplens::kernel]] [[maplens::prepares]]
    virtual IOReturn prepare([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone);

    [[maplens::kernel]] [[maplens::completes]]
    virtual IOReturn complete([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone);
};

/// Several descriptors, one after the other, as one.
class IOMultiMemoryDescriptor : public IOMemoryDescriptor {
public:
    /// Retains each descriptor. With asReference the array itself must outlive the result.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOMultiMemoryDescriptor> withDescriptors([[maplens::keeps(elements)]] [[maplens::aliases(asReference)]] IOMemoryDescriptor **descriptors,
        UInt32 withCount, [[maplens::bits(direction)]] IODirection withDirection, bool asReference = false);

    [[maplens::kernel]]
    [[maplens::drops_maps]] virtual bool initWithDescriptors([[maplens::keeps(elements)]] IOMemoryDescriptor **descriptors, UInt32 withCount,
        [[maplens::bits(direction)]] IODirection withDirection, bool asReference = false);

    [[maplens::kernel]] [[maplens::prepares]]
    virtual IOReturn prepare([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone);

    [[maplens::kernel]] [[maplens::completes]]
    virtual IOReturn complete([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone);
};

/// Pieces of several descriptors for one transfer. Cannot be mapped: each attempt answers NULL.
class IOInterleavedMemoryDescriptor : public IOMemoryDescriptor {
public:
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IOInterleavedMemoryDescriptor> withCapacity(IOByteCount capacity,
        [[maplens::bits(direction)]] IODirection direction);

    [[maplens::kernel]]
    virtual bool initWithCapacity(IOByteCount capacity, [[maplens::bits(direction)]] IODirection direction);

    /// Completes and releases all pieces.
    [[maplens::kernel]]
    virtual void clearMemoryDescriptors([[maplens::bits(direction)]] IODirection direction = kIODirectionNone);

    /// Adds a piece; retains the descriptor on success.
    [[maplens::kernel]]
    virtual bool setMemoryDescriptor([[maplens::keeps]] IOMemoryDescriptor *descriptor, IOByteCount offset,
        IOByteCount length);

    [[maplens::kernel]] [[maplens::prepares]]
    virtual IOReturn prepare([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone);

    [[maplens::kernel]] [[maplens::completes]]
    virtual IOReturn complete([[maplens::bits(direction)]] IODirection forDirection = kIODirectionNone);
};

/// Memory of a device. In fact an IOGeneralMemoryDescriptor or IOSubMemoryDescriptor: OSDynamicCast to this class is
/// NULL always.
class IODeviceMemory : public IOMemoryDescriptor {
public:
    struct InitElement {
        IOPhysicalAddress start;
        IOPhysicalLength length;
        IOOptionBits tag;
    };

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<OSArray> arrayFromList([[maplens::reads]] InitElement *list, IOItemCount count);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IODeviceMemory> withRange(IOPhysicalAddress start, IOPhysicalLength length);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]]
    static OSPtr<IODeviceMemory> withSubRange([[maplens::keeps]] IODeviceMemory *of, IOPhysicalAddress offset,
        IOPhysicalLength length);
};
