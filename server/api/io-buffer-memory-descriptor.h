/// A memory descriptor that allocates its memory itself.
class IOBufferMemoryDescriptor : public IOGeneralMemoryDescriptor {
public:
    /// Allocates a buffer in the kernel. NULL when memory is short.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]] [[maplens::in_kernel]]
    static OSPtr<IOBufferMemoryDescriptor> withOptions(
        [[maplens::bits(direction, buffer_options, descriptor_flags, kernel_map_options)]] IOOptionBits options,
        [[maplens::sets(length)]] vm_size_t capacity, vm_offset_t alignment = 1);

    /// Allocates a buffer in the kernel, of that capacity and length.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]] [[maplens::in_kernel]]
    static OSPtr<IOBufferMemoryDescriptor> withCapacity([[maplens::sets(length)]] vm_size_t capacity,
        [[maplens::bits(direction)]] IODirection withDirection, bool withContiguousMemory = false);

    /// Allocates a buffer in the kernel and copies those bytes into it.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]] [[maplens::in_kernel]]
    static OSPtr<IOBufferMemoryDescriptor> withBytes([[maplens::reads]] const void *bytes, [[maplens::sets(length)]] vm_size_t withLength,
        [[maplens::bits(direction)]] IODirection withDirection, bool withContiguousMemory = false);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]]
    static OSPtr<IOBufferMemoryDescriptor> withCopy([[maplens::task]] task_t inTask,
        [[maplens::bits(direction, buffer_options, descriptor_flags)]] IOOptionBits options, vm_map_t sourceMap,
        mach_vm_address_t source, mach_vm_size_t size);

    /// Allocates a buffer in a task. Another task than kernel_task needs kIOMemoryPageable, else NULL.
    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]]
    static OSPtr<IOBufferMemoryDescriptor> inTaskWithOptions([[maplens::task]] task_t inTask,
        [[maplens::bits(direction, buffer_options, descriptor_flags, kernel_map_options)]] IOOptionBits options,
        [[maplens::sets(length)]] vm_size_t capacity, vm_offset_t alignment = 1);

    [[maplens::kernel]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]]
    static OSPtr<IOBufferMemoryDescriptor> inTaskWithOptions([[maplens::task]] task_t inTask,
        [[maplens::bits(direction, buffer_options, descriptor_flags, kernel_map_options)]] IOOptionBits options,
        [[maplens::sets(length)]] vm_size_t capacity, vm_offset_t alignment, uint32_t kernTag, uint32_t userTag);

    /// Allocates a buffer whose physical addresses fit a mask. Another task than kernel_task needs kIOMemoryPageable.
    [[maplens::own_pages]] [[maplens::kernel]] [[maplens::since(macos(10.5))]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]]
    static OSPtr<IOBufferMemoryDescriptor> inTaskWithPhysicalMask([[maplens::task]] task_t inTask,
        [[maplens::bits(direction, buffer_options, descriptor_flags, kernel_map_options)]] IOOptionBits options,
        [[maplens::sets(length)]] mach_vm_size_t capacity, mach_vm_address_t physicalMask);

    /// Allocates a buffer between two guard pages.
    [[maplens::own_pages]] [[maplens::kernel]] [[maplens::since(macos(12.0))]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]]
    static OSPtr<IOBufferMemoryDescriptor> inTaskWithGuardPages([[maplens::task]] task_t inTask,
        [[maplens::bits(direction, buffer_options, descriptor_flags, kernel_map_options)]] IOOptionBits options,
        [[maplens::sets(length)]] mach_vm_size_t capacity);

    [[maplens::kernel]]
    [[maplens::drops_maps]] virtual bool initWithPhysicalMask([[maplens::task]] task_t inTask,
        [[maplens::bits(direction, buffer_options, descriptor_flags, kernel_map_options)]] IOOptionBits options,
        mach_vm_size_t capacity, mach_vm_address_t alignment, mach_vm_address_t physicalMask);

    /// Changes the length; more than the capacity is not allowed.
    [[maplens::kernel]] virtual void setLength([[maplens::sets(length)]] vm_size_t length);

    [[maplens::kernel]] virtual void setDirection([[maplens::bits(direction)]] [[maplens::sets(direction)]] IODirection direction);
    [[maplens::kernel]] [[maplens::pure]] virtual vm_size_t getCapacity() const;

    /// The buffer's address in the kernel. Valid as long as the descriptor.
    [[maplens::kernel]] [[maplens::pure]] [[maplens::buffer_address]] [[maplens::returns(borrowed, nullable)]]
    virtual void *getBytesNoCopy();

    [[maplens::kernel]] [[maplens::pure]] [[maplens::buffer_address]] [[maplens::returns(borrowed, nullable)]]
    virtual void *getBytesNoCopy(vm_size_t start, vm_size_t withLength);

    [[maplens::kernel]] virtual bool appendBytes([[maplens::reads]] const void *bytes, vm_size_t withLength);
};

/// Unmapped address space, for use as guard pages.
class IOGuardPageMemoryDescriptor : public IOGeneralMemoryDescriptor {
public:
    [[maplens::kernel]] [[maplens::since(macos(12.0))]] [[maplens::returns(retained, nullable)]] [[maplens::blocks]]
    static OSPtr<IOGuardPageMemoryDescriptor> withSize(vm_size_t size);
};
