// Options of the calls that map (createMappingInTask, map, setMapping, mapDeviceMemoryWithIndex, IOConnectMapMemory).

enum [[maplens::family(cache_mode)]] {
    /// Cache mode number 0: whatever the memory object has. A number, not a map option: shift it by kIOMapCacheShift.
    kIODefaultCache = 0,
    /// Cache mode number 1. As a map option write kIOMapInhibitCache; the bare 1 would mean kIOMapAnywhere.
    kIOInhibitCache = 1,
    /// Cache mode number 2. As a map option write kIOMapWriteThruCache.
    kIOWriteThruCache = 2,
    /// Cache mode number 3. As a map option write kIOMapCopybackCache.
    kIOCopybackCache = 3,
    /// Cache mode number 4. As a map option write kIOMapWriteCombineCache.
    kIOWriteCombineCache = 4,
    /// Cache mode number 5. As a map option write kIOMapCopybackInnerCache.
    kIOCopybackInnerCache = 5,
    /// Cache mode number 6. As a map option write kIOMapPostedWrite.
    kIOPostedWrite = 6,
    /// Cache mode number 7. As a map option write kIOMapRealTimeCache.
    kIORealTimeCache = 7,
    /// Cache mode number 8. As a map option write kIOMapPostedReordered.
    kIOPostedReordered = 8,
    /// Cache mode number 9. As a map option write kIOMapPostedCombinedReordered.
    kIOPostedCombinedReordered = 9,
};

enum [[maplens::family(kernel_map_options)]] {
    /// The kernel chooses the address; the address argument is not used, not even as a hint.
    kIOMapAnywhere = 0x00000001,
    /// The four bits that hold one cache mode number. A field, not flags: two modes OR-ed make a third.
    kIOMapCacheMask = 0x00000f00,
    /// How far a cache mode number is shifted into the options.
    kIOMapCacheShift = 8,
    /// Keep the cache mode that the memory has.
    kIOMapDefaultCache = 0x000,
    /// Uncached: each access reaches the device.
    kIOMapInhibitCache = 0x100,
    /// Cached for reading; each write also goes to memory.
    kIOMapWriteThruCache = 0x200,
    /// Ordinary cached memory.
    kIOMapCopybackCache = 0x300,
    /// Uncached, but writes may be gathered and reordered; for frame buffers.
    kIOMapWriteCombineCache = 0x400,
    /// Cached in the inner caches only.
    kIOMapCopybackInnerCache [[maplens::since(macos(10.8))]] = 0x500,
    /// Device memory whose writes need not wait for an answer.
    kIOMapPostedWrite [[maplens::since(macos(10.13))]] = 0x600,
    /// Memory for work with deadlines.
    kIOMapRealTimeCache [[maplens::since(macos(10.15))]] = 0x700,
    /// Posted writes that may be reordered.
    kIOMapPostedReordered [[maplens::since(macos(10.15))]] = 0x800,
    /// Posted writes that may be reordered and combined.
    kIOMapPostedCombinedReordered [[maplens::since(macos(10.15))]] = 0x900,
    /// The bits that user space may give through IOConnectMapMemory: kIOMapAnywhere and the cache mode.
    kIOMapUserOptionsMask = 0x00000fff,
    /// The mapping can be read only, now and later. Silently without effect where the same-task shortcut applies.
    kIOMapReadOnly = 0x00001000,
    /// Makes a record of an address only: no VM entry now, nothing to remove later. Wins over every other option.
    kIOMapStatic = 0x01000000,
    /// Succeeds only by sharing a mapping that exists already; NULL where none fits.
    kIOMapReference = 0x02000000,
    /// Never answered with a shared map. By contract needed for redirect().
    kIOMapUnique = 0x04000000,
    /// Private to the kernel, which sets it itself. Do not pass it.
    kIOMap64Bit = 0x08000000,
    /// Enter the page-table entries now; the memory must be prepared.
    kIOMapPrefault [[maplens::since(macos(10.10))]] = 0x10000000,
    /// Replaces what is mapped at the address. Such a mapping is not removed when the map is released.
    kIOMapOverwrite [[maplens::since(macos(10.11))]] = 0x20000000,
    /// The two bits that choose guard pages.
    kIOMapGuardedMask [[maplens::since(macos(12.0))]] = 0xc0000000,
    /// One unmapped page on both sides. Needs kIOMapAnywhere.
    kIOMapGuardedSmall [[maplens::since(macos(12.0))]] = 0x40000000,
    /// 64 KiB unmapped on both sides. Needs kIOMapAnywhere.
    kIOMapGuardedLarge [[maplens::since(macos(12.0))]] = 0x80000000,
};
