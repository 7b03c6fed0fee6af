// Directions, and the flags that memory descriptors are made with. None of these is a map option.

enum [[maplens::family(direction)]] {
    /// None: of prepare() and complete(), the descriptor's own.
    kIODirectionNone = 0x0,
    /// From the device into memory.
    kIODirectionIn = 0x1,
    /// From memory to the device.
    kIODirectionOut = 0x2,
    kIODirectionOutIn = 0x3,
    /// Both ways.
    kIODirectionInOut = 0x3,
    /// For prepare() only: fail rather than use memory above 4 GiB.
    kIODirectionPrepareToPhys32 = 0x4,
    /// For prepare() only: fail rather than fault pages in.
    kIODirectionPrepareNoFault = 0x8,
    kIODirectionPrepareReserved1 = 0x10,
    /// For prepare() only: leave caches alone.
    kIODirectionPrepareNonCoherent = 0x20,
    kIODirectionPrepareAvoidThrottling = 0x100,
    /// For complete() only: the transfer failed.
    kIODirectionCompleteWithError = 0x40,
    /// For complete() only: the data are valid all the same.
    kIODirectionCompleteWithDataValid = 0x80,
};

enum [[maplens::family(descriptor_flags)]] {
    kIOMemoryDirectionMask = 0x7,
    kIOMemoryAutoPrepare = 0x8,
    /// The ranges are virtual addresses of a task.
    kIOMemoryTypeVirtual = 0x10,
    /// The ranges are physical; there is no task.
    kIOMemoryTypePhysical = 0x20,
    kIOMemoryTypeUPL = 0x30,
    kIOMemoryTypePersistentMD = 0x40,
    kIOMemoryTypeUIO = 0x50,
    kIOMemoryTypeVirtual64 = 0x10,
    kIOMemoryTypePhysical64 = 0x20,
    kIOMemoryTypeMask = 0xf0,
    /// The array of ranges is used where it is: the caller keeps it alive as long as the descriptor.
    kIOMemoryAsReference = 0x100,
    kIOMemoryBufferPageable = 0x400,
    /// Never through an IOMMU. Says nothing about mappings of the CPU.
    kIOMemoryMapperNone [[maplens::since(macos(10.6))]] = 0x800,
    /// The memory is never used for DMA.
    kIOMemoryHostOnly [[maplens::since(macos(10.9))]] = 0x1000,
    kIOMemoryRedirected = 0x4000,
    kIOMemoryPreparedReadOnly = 0x8000,
    /// The VM object is pinned down when the descriptor is made, so later changes of the task's map don't matter.
    kIOMemoryPersistent = 0x10000,
    /// Mappings show a copy of the memory as it was when the first one was made.
    kIOMemoryMapCopyOnWrite [[maplens::since(macos(10.13))]] = 0x20000,
    /// Memory of another processor: cannot be mapped.
    kIOMemoryRemote [[maplens::since(macos(10.13))]] = 0x40000,
    /// prepare() and complete() may be called by several threads at once.
    kIOMemoryThreadSafe [[maplens::since(macos(10.5))]] = 0x100000,
    /// prepare() clears the encryption mark of the pages.
    kIOMemoryClearEncrypt [[maplens::since(macos(10.7))]] = 0x200000,
    kIOMemoryBufferPurgeable = 0x400000,
    kIOMemoryUseReserve [[maplens::since(macos(10.12))]] = 0x800000,
    kIOMemoryBufferCacheMask = 0x70000000,
    kIOMemoryBufferCacheShift = 28,
};

enum [[maplens::family(buffer_options)]] {
    /// The pages lie side by side in physical memory.
    kIOMemoryPhysicallyContiguous = 0x10,
    /// The buffer may be paged out: prepare() it before a device uses it. Needed for tasks other than kernel_task.
    kIOMemoryPageable = 0x20,
    /// The memory can be made purgeable by setPurgeable(). For pageable buffers only.
    kIOMemoryPurgeable = 0x40,
    /// The same as kIOMemoryPhysicallyContiguous, so far.
    kIOMemoryHostPhysicallyContiguous [[maplens::since(macos(10.9))]] = 0x80,
    kIOMemorySharingTypeMask = 0xf0000,
    kIOMemoryUnshared = 0x0,
    /// Whole pages, so that nothing else becomes visible when the buffer is mapped into a client.
    kIOMemoryKernelUserShared = 0x10000,
};

enum [[maplens::family(purgeable_state)]] {
    kIOMemoryPurgeableKeepCurrent = 1,
    kIOMemoryPurgeableNonVolatile = 2,
    kIOMemoryPurgeableVolatile = 3,
    kIOMemoryPurgeableEmpty = 4,
};

enum [[maplens::family(memory_operation)]] {
    kIOMemoryIncoherentIOFlush = 1,
    kIOMemoryIncoherentIOStore = 2,
    kIOMemoryClearEncrypted = 50,
    kIOMemorySetEncrypted = 51,
};

enum [[maplens::family(preparation_id)]] {
    kIOPreparationIDUnprepared = 0,
    kIOPreparationIDUnsupported = 1,
    kIOPreparationIDAlwaysPrepared = 2,
};
