import type { Fact } from './fact';

const mapTypes = 'iokit/IOKit/IOMapTypes.h';
const md = 'iokit/Kernel/IOMemoryDescriptor.cpp';
const mdHeader = 'iokit/IOKit/IOMemoryDescriptor.h';
const bmd = 'iokit/Kernel/IOBufferMemoryDescriptor.cpp';
const bmdHeader = 'iokit/IOKit/IOBufferMemoryDescriptor.h';
const userServer = 'iokit/Kernel/IOUserServer.cpp';
const dkHeader = 'iokit/DriverKit/IOMemoryDescriptor.iig';

/** Section A: constants, and what each does in a mapping. */
export const factsA: readonly Fact[] = [
  {
    id: 'A.1.kIOMapAnywhere',
    text: 'With kIOMapAnywhere (0x1) the kernel picks the address; the one that was passed is not even a hint.',
    source: `${md}, IOMemoryDescriptorMapAlloc and IOGeneralMemoryDescriptor::memoryReferenceMapNew`,
  },
  {
    id: 'A.1.undefined-user-bits',
    text: 'Bits 0x000000FE have no meaning in a mapping request: they are recorded and ignored.',
    source: `${mapTypes}, kIOMapUserOptionsMask`,
  },
  {
    id: 'A.1.kIOMapCacheMask',
    text: 'Bits 8 to 11 (0xF00) are one number, a kIO*Cache mode, not four flags: two modes OR-ed are a third one.',
    source: `${md}, memoryReferenceMapNew (cacheMode) and vmProtForCacheMode`,
  },
  {
    id: 'A.1.kIOMapDefaultCache',
    text: 'kIOMapDefaultCache (0) leaves the memory in the mode that it has.',
    source: `${md}, memoryReferenceMapNew`,
  },
  {
    id: 'A.1.kIOMapInhibitCache',
    text: 'kIOMapInhibitCache (0x100) makes the memory uncached.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.kIOMapWriteThruCache',
    text: 'kIOMapWriteThruCache (0x200) makes the memory write-through.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.kIOMapCopybackCache',
    text: 'kIOMapCopybackCache (0x300) makes the memory copy-back; it equals Inhibit OR WriteThru.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.kIOMapWriteCombineCache',
    text: 'kIOMapWriteCombineCache (0x400) makes the memory write-combining.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.kIOMapCopybackInnerCache',
    text: 'kIOMapCopybackInnerCache (0x500) makes the memory inner copy-back; it equals WriteCombine OR Inhibit.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.kIOMapPostedWrite',
    text: 'kIOMapPostedWrite (0x600) makes writes posted; it equals WriteCombine OR WriteThru.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.kIOMapRealTimeCache',
    text: 'kIOMapRealTimeCache (0x700) selects the real-time mode; it equals WriteCombine OR Copyback.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.kIOMapPostedReordered',
    text: 'kIOMapPostedReordered (0x800) makes writes posted and reorderable.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.kIOMapPostedCombinedReordered',
    text: 'kIOMapPostedCombinedReordered (0x900) makes writes posted, combined and reorderable; it equals PostedReordered OR Inhibit.',
    source: `${md}, iomd_mem_types`,
  },
  {
    id: 'A.1.cache-field-10-to-15',
    text: 'Cache field values 10 to 15 name no mode: a release kernel changes nothing, but records the field and compares it when sharing.',
    source: `${md}, vmProtForCacheMode and IOMemoryMap::copyCompatible`,
    settled:
      'Read: the number falls back to kIODefaultCache and so to MAP_MEM_NOOP, with which mach_make_memory_entry_mem_only changes no mode; a development kernel asserts. Whether a mode is asked for is decided by the field as it is (kIODefaultCache != cacheMode), so a copy-on-write copy refuses it as it refuses a mode, and the refusal panics (B.11.2).',
  },
  {
    id: 'A.1.kIOMapUserOptionsMask',
    text: 'A client of IOConnectMapMemory decides only the low 12 bits (0xFFF) of the options; all others are the driver’s.',
    source: 'iokit/Kernel/IOUserClient.cpp, IOUserClient::mapClientMemory64',
  },
  {
    id: 'A.1.kIOMapReadOnly',
    text: 'kIOMapReadOnly (0x1000) takes write from the current and from the maximum protection of the mapping.',
    source: `${md}, memoryReferenceMap and memoryReferenceMapNew (prot is passed as both)`,
  },
  {
    id: 'A.1.undefined-high-bits',
    text: 'Bits 0x00FFE000 have no meaning in a mapping request: they are recorded and ignored.',
    source: `${mapTypes}, the enumeration`,
  },
  {
    id: 'A.1.kIOMapStatic',
    text: 'kIOMapStatic (0x01000000) only records an address as a map: nothing is entered now and nothing is removed later.',
    source: `${md}, IOMemoryDescriptor::makeMapping and IOMemoryMap::unmap`,
    settled:
      'Read: the record starts at offset 0 of the descriptor whatever offset was passed, because setMemoryDescriptor(this, 0) sets it. The document does not say so.',
  },
  {
    id: 'A.1.kIOMapReference',
    text: 'kIOMapReference (0x02000000) takes only a compatible map that exists; without one the answer is NULL.',
    source: `${md}, IOMemoryDescriptor::makeMapping`,
  },
  {
    id: 'A.1.kIOMapUnique',
    text: 'kIOMapUnique (0x04000000) is never answered with an existing map.',
    source: `${md}, IOMemoryDescriptor::makeMapping`,
  },
  {
    id: 'A.1.kIOMap64Bit',
    text: 'kIOMap64Bit (0x08000000) is XNU’s own: createMappingInTask adds it for its own work and does not record it.',
    source: `${md}, IOMemoryDescriptor::createMappingInTask`,
  },
  {
    id: 'A.1.kIOMapPrefault',
    text: 'kIOMapPrefault (0x10000000) enters the page-table entries at once and needs wired memory.',
    source: `${md}, memoryReferenceMapNew (pageList)`,
  },
  {
    id: 'A.1.kIOMapOverwrite',
    text: 'kIOMapOverwrite (0x20000000) replaces what is at the address, and what it made is never unmapped again.',
    source: `${md}, memoryReferenceMapNew and IOMemoryDescriptor::doUnmap`,
  },
  {
    id: 'A.1.kIOMapGuardedMask',
    text: 'Bits 0xC0000000 are one field: pages without access on both sides of the mapping.',
    source: `${md}, IOMemoryDescriptorMapAlloc`,
  },
  {
    id: 'A.1.kIOMapGuardedSmall',
    text: 'kIOMapGuardedSmall (0x40000000) puts one page of the target’s size on each side.',
    source: `${md}, IOMemoryDescriptorMapGuardSize`,
  },
  {
    id: 'A.1.kIOMapGuardedLarge',
    text: 'kIOMapGuardedLarge (0x80000000) puts 65536 bytes on each side, 4 pages or 16.',
    source: `${md}, IOMemoryDescriptorMapGuardSize`,
  },
  {
    id: 'A.1.both-guard-bits',
    text: 'Both guard bits together mean a small guard.',
    source: `${md}, IOMemoryDescriptorMapGuardSize (default arm)`,
  },
  {
    id: 'A.1.1',
    text: 'kIOMapStatic wins over all other options; then kIOMapUnique skips the search for a shared map; then kIOMapReference counts.',
    source: `${md}, IOMemoryDescriptor::makeMapping`,
  },
  {
    id: 'A.1.2',
    text: 'A static map has exactly the address that was passed, also when kIOMapAnywhere is given.',
    source: `${md}, IOMemoryMap::init and IOMemoryDescriptor::makeMapping`,
    settled: 'Confirmed by reading: nothing after init writes fAddress on the static path.',
  },
  {
    id: 'A.1.3',
    text: 'kIOMapUnique with kIOMapReference is what redirect() asks for; from a driver it reads a descriptor that the new map has not got yet, and the kernel panics.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap (upl_transpose)`,
    settled:
      'Confirmed with two exceptions that the document lacks: the range check comes first, and a reference of several entries gives kIOReturnNotReadable; both give NULL, no panic.',
  },
  {
    id: 'A.1.4',
    text: 'A guard needs kIOMapAnywhere, else the request fails; with kIOMapOverwrite it is silently not made.',
    source: `${md}, IOMemoryDescriptorMapAlloc, which kIOMapOverwrite does not reach`,
  },
  {
    id: 'A.1.5',
    text: 'getMapOptions() answers the options as they were passed, plus kIOMapStatic where the task’s own address was returned.',
    source: `${md}, IOMemoryMap::init and IOGeneralMemoryDescriptor::doMap`,
  },
  {
    id: 'A.1.6',
    text: 'A bug of the kernel: mapping device memory in its default mode puts the mode’s number into the low bits of getMapOptions(); inhibited memory seems to be kIOMapAnywhere.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap (after populateDevicePager)`,
  },
  {
    id: 'A.2',
    text: 'Directions are None 0, In 1, Out 2, InOut 3; in a mapping they count only through the memory reference, and Out alone makes nothing read-only.',
    source: `${mdHeader}, kIODirectionNone; ${md}, memoryReferenceCreate`,
  },
  {
    id: 'A.2.modifiers',
    text: 'Bits 0x4 to 0x20 and 0x100 beside a direction modify only prepare(), 0x40 and 0x80 only complete().',
    source: `${mdHeader}, kIODirectionPrepareToPhys32 to kIODirectionCompleteWithDataValid`,
  },
  {
    id: 'A.3.kIOMemoryDirectionMask',
    text: 'The low three bits of a descriptor’s options are its direction.',
    source: `${mdHeader}, kIOMemoryDirectionMask`,
  },
  {
    id: 'A.3.kIOMemoryAutoPrepare',
    text: 'Memory given by withAddress() and non-pageable buffers are prepared from the start.',
    source: `${md}, IOMemoryDescriptor::withAddress; ${bmd}, initWithPhysicalMask`,
  },
  {
    id: 'A.3.kIOMemoryTypeMask',
    text: 'Virtual memory needs a task and physical memory must have none; else no descriptor is made.',
    source: `${md}, IOGeneralMemoryDescriptor::initWithOptions`,
    settled:
      'Read: only the virtual side returns false. Physical memory with a task is an assert(), which a release kernel does not have; withAddressRange() takes its type from the task, so it can’t ask for that.',
  },
  {
    id: 'A.3.kIOMemoryAsReference',
    text: 'With kIOMemoryAsReference the array of ranges is not copied, so the caller must keep it.',
    source: `${md}, IOGeneralMemoryDescriptor::initWithOptions`,
    unshown: 'A scenario gives ranges as values, not as an array in memory that could change or go away.',
  },
  {
    id: 'A.3.kIOMemoryBufferPageable',
    text: 'A pageable buffer is mapped into the kernel inside the submap of pageable memory.',
    source: `${md}, memoryReferenceMap; iokit/Kernel/IOLib.cpp, IOIteratePageableMaps`,
  },
  {
    id: 'A.3.kIOMemoryMapperNone',
    text: 'kIOMemoryMapperNone keeps the IOMMU out and changes nothing for the CPU.',
    source: `${md}, IOGeneralMemoryDescriptor::initWithOptions`,
    settled:
      'Holds for descriptors. As a buffer’s option its bit (0x800) also lies in the field of cache modes, as mode 8: the mode itself is lost, but the buffer is aligned to pages and gets its reference at once.',
  },
  {
    id: 'A.3.kIOMemoryHostOnly',
    text: 'kIOMemoryHostOnly forbids DMA and changes nothing for the CPU.',
    source: `${md}, kIOMemoryHostOrRemote in initWithOptions`,
  },
  {
    id: 'A.3.kIOMemoryPersistent',
    text: 'With kIOMemoryPersistent the memory reference is built with the descriptor and keeps its memory, whatever the task maps there later.',
    source: `${md}, IOGeneralMemoryDescriptor::initWithOptions`,
  },
  {
    id: 'A.3.kIOMemoryMapCopyOnWrite',
    text: 'With kIOMemoryMapCopyOnWrite mappings show a copy of the memory, taken when the memory reference is built.',
    source: `${md}, IOGeneralMemoryDescriptor::makeMapping and memoryReferenceCreate (mapRef)`,
  },
  {
    id: 'A.3.kIOMemoryRemote',
    text: 'Remote memory can’t be mapped for the CPU; a release kernel answers with a map that maps nothing.',
    source: `${md}, IOGeneralMemoryDescriptor::doMap`,
    settled:
      'Confirmed. One exception: kIOMapUnique makes a private descriptor without the flag, so that request does map the raw addresses.',
  },
  {
    id: 'A.3.kIOMemoryThreadSafe',
    text: 'kIOMemoryThreadSafe puts a lock around prepare() and complete(), which one caller at a time does not notice.',
    source: `${md}, IOGeneralMemoryDescriptor::prepare`,
  },
  {
    id: 'A.3.kIOMemoryClearEncrypt',
    text: 'kIOMemoryClearEncrypt and kIOMemoryUseReserve have no influence on where a mapping goes; the first aligns a buffer to pages.',
    source: `${bmd}, initWithPhysicalMask`,
  },
  {
    id: 'A.3.kIOMemoryBufferCacheMask',
    text: 'A buffer keeps its cache mode in three bits: mode 8 becomes the default and mode 9 becomes Inhibit.',
    source: `${bmd}, initWithPhysicalMask; ${mdHeader}, kIOMemoryBufferCacheMask`,
    settled:
      'The document says that both are lost. Mode 9 shifted by 28 leaves 0x10000000 under the mask 0x70000000, which is kIOInhibitCache.',
  },
  {
    id: 'A.3.runtime-flags',
    text: 'kIOMemoryRedirected and kIOMemoryPreparedReadOnly are states of a descriptor, not options: prepared as read-only, it refuses a nested request to write.',
    source: `${md}, IOGeneralMemoryDescriptor::initWithOptions and wireVirtual`,
  },
  {
    id: 'A.3.no-read-only-flag',
    text: 'No descriptor flag makes a mapping read-only: only kIOMapReadOnly or the rule of B.6 does.',
    source: `${mdHeader}, the enumeration`,
  },
  {
    id: 'A.3.buffer-options',
    text: 'Buffer options are numbers of their own; contiguous and purgeable buffers are mapped as any other, pageable ones are not.',
    source: `${bmdHeader}, kIOMemoryPhysicallyContiguous; ${bmd}, initWithPhysicalMask`,
  },
  {
    id: 'A.3.1',
    text: 'kIOMemoryKernelUserShared, a cache mode or kIOMemoryClearEncrypt align a buffer to pages and round what is allocated; getLength() stays what was asked for.',
    source: `${bmd}, initWithPhysicalMask (alignment, round_page_overflow, setLength)`,
  },
  {
    id: 'A.4.direction-in',
    text: 'kIODirectionIn or InOut passed as map options act as kIOMapAnywhere.',
    source: `${mdHeader}, kIODirectionIn; ${mapTypes}, kIOMapAnywhere`,
  },
  {
    id: 'A.4.direction-out',
    text: 'kIODirectionOut passed as map options asks for nothing, so the request is for exactly the address passed.',
    source: `${mdHeader}, kIODirectionOut; ${md}, IOMemoryDescriptorMapAlloc`,
  },
  {
    id: 'A.4.unshifted-cache',
    text: 'An odd kIO*Cache number passed without its shift acts as kIOMapAnywhere in the default mode.',
    source: `iokit/IOKit/IOTypes.h, kIOInhibitCache; ${mapTypes}, kIOMapCacheShift`,
  },
  {
    id: 'A.4.kIOMemoryAsReference',
    text: 'kIOMemoryAsReference passed as a map option makes the memory uncached.',
    source: `${mdHeader}, kIOMemoryAsReference; ${mapTypes}, kIOMapInhibitCache`,
  },
  {
    id: 'A.4.kIOMemoryBufferPageable',
    text: 'kIOMemoryBufferPageable passed as a map option makes the memory write-combining.',
    source: `${mdHeader}, kIOMemoryBufferPageable; ${mapTypes}, kIOMapWriteCombineCache`,
  },
  {
    id: 'A.4.kIOMemoryMapperNone',
    text: 'kIOMemoryMapperNone passed as a map option selects posted, reordered writes.',
    source: `${mdHeader}, kIOMemoryMapperNone; ${mapTypes}, kIOMapPostedReordered`,
  },
  {
    id: 'A.4.kIOMemoryHostOnly',
    text: 'kIOMemoryHostOnly passed as a map option makes the mapping read-only.',
    source: `${mdHeader}, kIOMemoryHostOnly; ${mapTypes}, kIOMapReadOnly`,
  },
  {
    id: 'A.4.dk-fixed-address',
    text: 'DriverKit’s kIOMemoryMapFixedAddress passed to createMappingInTask is kIOMapAnywhere, its opposite.',
    source: `${dkHeader}, kIOMemoryMapFixedAddress; ${mapTypes}, kIOMapAnywhere`,
  },
  {
    id: 'A.4.dk-read-only',
    text: 'DriverKit’s kIOMemoryMapReadOnly passed to createMappingInTask does nothing: the mapping stays writable.',
    source: `${dkHeader}, kIOMemoryMapReadOnly`,
  },
  {
    id: 'A.4.dk-cache-modes',
    text: 'DriverKit’s cache modes passed to createMappingInTask are others: Copyback is WriteThru, WriteThrough is WriteCombine, RealTime is PostedReordered; Inhibit is the same.',
    source: `${dkHeader}, kIOMemoryMapCacheModeInhibit; ${mapTypes}, kIOMapCacheMask`,
  },
  {
    id: 'A.4.kernel-read-only-in-dk',
    text: 'The kernel’s kIOMapReadOnly passed to DriverKit’s CreateMapping is an unknown cache mode: kIOReturnBadArgument.',
    source: `${userServer}, IOMemoryDescriptor::CreateMapping_Impl`,
  },
  {
    id: 'A.4.kernel-anywhere-in-dk',
    text: 'The kernel’s kIOMapAnywhere passed to DriverKit’s CreateMapping asks for a fixed address.',
    source: `${userServer}, IOMemoryDescriptor::CreateMapping_Impl`,
  },
  {
    id: 'A.4.skywalk',
    text: 'XNU’s own Skywalk buffers pass a word of direction bits and kIOMapReadOnly to createMappingInTask; it works because an In bit is kIOMapAnywhere.',
    source: 'iokit/bsddev/skywalk/IOSkywalkSupport.cpp, IOSKMemoryBuffer::initWithSpec',
  },
  {
    id: 'A.5.1',
    text: 'CreateMapping takes exactly one cache mode: two together, or any other bit of 0xFF00, give kIOReturnBadArgument.',
    source: `${userServer}, IOMemoryDescriptor::CreateMapping_Impl`,
  },
  {
    id: 'A.5.2',
    text: 'Without kIOMemoryMapFixedAddress a dext’s mapping goes anywhere and has a small guard unless it asks for none or a large one; with it there is no guard.',
    source: `${userServer}, IOMemoryDescriptor::CreateMapping_Impl`,
  },
  {
    id: 'A.5.3',
    text: 'Read-only, by option or because the direction is exactly Out, is ignored for the dext that created the buffer.',
    source: `${userServer}, IOMemoryDescriptor::CreateMapping_Impl (reserved->creator)`,
    settled:
      'Read: the test asks the descriptor that is mapped, not its parent. A sub-descriptor has no creator, so its own direction and ReadOnly do count, also for the creator of the parent.',
  },
  {
    id: 'A.5.4',
    text: 'CreateMapping never looks at its alignment, at the address without FixedAddress, or at option bits above 0xFFFF; it maps into the calling dext.',
    source: `${userServer}, IOMemoryDescriptor::CreateMapping_Impl`,
  },
  {
    id: 'A.5.5',
    text: 'IOBufferMemoryDescriptor::Create refuses all options but directions; kIOMemoryDisableCopyOnWrite exists only for CreateMemoryDescriptorFromClient.',
    source: `${userServer}, IOBufferMemoryDescriptor::Create_Impl and IOUserClient::CreateMemoryDescriptorFromClient_Impl`,
  },
];
