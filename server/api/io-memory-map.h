/// One mapping of a memory descriptor in a task, or a share in one. The mapping goes with the last reference.
class IOMemoryMap : public OSObject {
public:
    /// Gives up one reference. Each takes the lock of all maps, so that none may be given up where nothing may block.
    [[maplens::releases]] [[maplens::blocks]] virtual void release() const;

    [[maplens::releases]] [[maplens::blocks]] virtual void release(int freeWhen) const;
    [[maplens::releases]] [[maplens::blocks]] virtual void taggedRelease(const void *tag = NULL) const;

    /// The address of the first mapped byte, in the task's address space. 0 after unmap(). Not always page-aligned.
    [[maplens::kernel]] [[maplens::address]] [[maplens::pure]] virtual IOVirtualAddress getVirtualAddress();

    /// As getVirtualAddress().
    [[maplens::kernel]] [[maplens::since(macos(10.5))]] [[maplens::address]] [[maplens::pure]]
    mach_vm_address_t getAddress();

    /// How many bytes were asked for. Does not change with unmap().
    [[maplens::kernel]] [[maplens::pure]] virtual IOByteCount getLength();

    /// As getLength().
    [[maplens::kernel]] [[maplens::since(macos(10.5))]] [[maplens::pure]] mach_vm_size_t getSize();

    [[maplens::kernel]] [[maplens::needs_prepare]] [[maplens::blocks]]
    virtual IOPhysicalAddress getPhysicalSegment(IOByteCount offset, [[maplens::writes]] IOByteCount *length,
        IOOptionBits options = 0);

    [[maplens::kernel]] [[maplens::needs_prepare]] [[maplens::blocks]] IOPhysicalAddress getPhysicalAddress();

    /// The task that the mapping is in. Not retained by the map.
    [[maplens::kernel]] [[maplens::pure]] virtual task_t getAddressTask();

    /// The descriptor that owns the map: for a sub-range descriptor its parent. Valid as long as the map.
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nonnull)]]
    virtual IOMemoryDescriptor *getMemoryDescriptor();

    /// The options it was made with, plus kIOMapStatic where no VM entry was made.
    [[maplens::kernel]] [[maplens::pure]] virtual IOOptionBits getMapOptions();

    /// Removes the mapping at once, for all who share this map. Each reference still wants its release().
    [[maplens::kernel]] [[maplens::frees_mapping]] [[maplens::blocks]] virtual IOReturn unmap();

    [[maplens::kernel]] virtual void taskDied();

    /// Puts other memory behind the mapping, for all who share it; NULL blocks access. Meant for maps made with
    /// kIOMapUnique.
    [[maplens::kernel]] [[maplens::redirects]] [[maplens::blocks]]
    virtual IOReturn redirect([[maplens::keeps]] IOMemoryDescriptor *newBackingMemory,
        [[maplens::bits(kernel_map_options)]] IOOptionBits options, mach_vm_size_t offset = 0);

    /// Wires (direction not 0) or unwires part of the mapping. Bounds are not checked.
    [[maplens::kernel]] [[maplens::since(macos(10.9))]]
    IOReturn wireRange([[maplens::bits(direction)]] uint32_t options, mach_vm_size_t offset, mach_vm_size_t length);
};
