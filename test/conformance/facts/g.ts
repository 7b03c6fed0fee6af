import type { Fact } from './fact';

const uc = 'iokit/Kernel/IOUserClient.cpp';
const userServer = 'iokit/Kernel/IOUserServer.cpp';
const service = 'iokit/Kernel/IOService.cpp';

/** Section G: who owns what, and the calls of applications. */
export const factsG: readonly Fact[] = [
  {
    id: 'G.0',
    text: 'A method whose name starts with "get" gives a borrowed reference, every other one that returns an object a reference of the caller’s; attributes say otherwise.',
    source: 'libkern/libkern/c++/OSMetaClass.h, LIBKERN_RETURNS_RETAINED and its relatives',
    unshown:
      'A rule for readers and for the static analyser, which no code of the kernel runs. What each call really does is below.',
  },
  {
    id: 'G.IOMemoryDescriptor-maps',
    text: 'createMappingInTask(), map() and setMapping() give a reference of the caller’s, also where the map was there before.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, createMappingInTask, map, setMapping',
  },
  {
    id: 'G.makeMapping',
    text: 'makeMapping() is declared as not retained, and hands the caller’s reference on all the same.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryDescriptor::makeMapping',
    unshown: 'It is the inside of createMappingInTask() and redirect(), not a call for drivers.',
  },
  {
    id: 'G.factories',
    text: 'The factories of descriptors and buffers give a reference of the caller’s; a map keeps its descriptor alive after that is given back.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp and IOBufferMemoryDescriptor.cpp, the with… and inTask… methods',
  },
  {
    id: 'G.withPersistent',
    text: 'withPersistentMemoryDescriptor() gives the same descriptor with a further reference where its memory entries still fit, a new one where they do not and it has kIOMemoryPersistent, else NULL.',
    source:
      'iokit/Kernel/IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor::withPersistentMemoryDescriptor, initWithOptions',
    settled:
      'Narrower than the notes: without kIOMemoryPersistent a descriptor that was never mapped gives NULL, because initWithOptions refuses the original’s flags.',
  },
  {
    id: 'G.composed',
    text: 'Sub-, multi and interleaved descriptors retain each descriptor that they are made of.',
    source:
      'iokit/Kernel/IOSubMemoryDescriptor.cpp, IOMultiMemoryDescriptor.cpp and IOInterleavedMemoryDescriptor.cpp, their init methods',
  },
  {
    id: 'G.IODeviceMemory',
    text: 'IODeviceMemory::withRange() and withSubRange() only cast: what they give is an IOGeneralMemoryDescriptor or an IOSubMemoryDescriptor, so OSDynamicCast(IODeviceMemory, …) of it is NULL.',
    source: 'iokit/Kernel/IODeviceMemory.cpp, withRange, withSubRange',
    settled: 'Confirmed: both return another class’s object through a C cast.',
    unshown: 'Scenarios have no casts; the classes that the trace names are the true ones.',
  },
  {
    id: 'G.getMemoryDescriptor',
    text: 'IOMemoryMap::getMemoryDescriptor() lends the map’s own reference, good as long as the map.',
    source: 'iokit/Kernel/IOMemoryDescriptor.cpp, IOMemoryMap::getMemoryDescriptor',
  },
  {
    id: 'G.getDeviceMemoryWithIndex',
    text: 'A provider’s device memory is retained by its array alone and lent to drivers; a driver that releases it panics the kernel, and it is gone with the provider.',
    source: `${service}, getDeviceMemoryWithIndex; iokit/Kernel/IODeviceMemory.cpp, arrayFromList; libkern/c++/OSObject.cpp, taggedRelease`,
    settled:
      'More than the notes say: the array’s reference is tagged as a collection’s, and a count below the number of collections panics ("A kext releasing … has corrupted the registry"). While somebody else retains the object too, the release is silent and the last one of those panics.',
  },
  {
    id: 'G.mapDeviceMemoryWithIndex',
    text: 'mapDeviceMemoryWithIndex() maps a range into the kernel, anywhere; the map is the caller’s, and NULL where there is no such range.',
    source: `${service}, mapDeviceMemoryWithIndex`,
  },
  {
    id: 'G.mapDeviceMemoryWithRegister',
    text: 'IOPCIDevice finds a range by the register in the low byte of its tag, lends its descriptor and maps it as by index.',
    source:
      'IOPCIFamily, IOPCIDevice.cpp, getDeviceMemoryWithRegister, mapDeviceMemoryWithRegister; IOPCIBridge.cpp, constructRange',
  },
  {
    id: 'G.ioDeviceMemory',
    text: 'IOPCIDevice::ioDeviceMemory() lends the bridge’s descriptor of I/O space.',
    source: 'IOPCIFamily, IOPCIDevice.cpp, ioDeviceMemory',
    unshown: 'I/O ports are not memory that the simulator has.',
  },
  {
    id: 'G.IODataQueue',
    text: 'IODataQueue::getMemoryDescriptor() and IOSharedDataQueue’s make a new descriptor in each call, with a reference of the caller’s.',
    source: 'iokit/Kernel/IODataQueue.cpp and IOSharedDataQueue.cpp, getMemoryDescriptor',
  },
  {
    id: 'G.IODMACommand',
    text: 'IODMACommand retains its descriptor from setMemoryDescriptor() to clearMemoryDescriptor(); its getters lend it.',
    source: 'iokit/Kernel/IODMACommand.cpp, setMemoryDescriptor, clearMemoryDescriptor',
    unshown: 'Scenarios have no verb for IODMACommand; test/unit/concrete/dma.test.ts shows it in driver code.',
  },
  {
    id: 'G.1',
    text: 'IOConnectMapMemory maps the whole descriptor with the low 12 bits of the application’s options and the rest of the driver’s; the client’s set holds the map, or a Mach port where the map is for another task or the client is shared. No map is kIOReturnBadArgument.',
    source: `${uc}, mapClientMemory64, is_io_connect_map_memory_into_task`,
    settled:
      'Two calls that share a map are held once by the set, and the first unmap ends both; by ports they are counted. The driver’s own error code is not passed on.',
  },
  {
    id: 'G.2',
    text: 'IOConnectUnmapMemory calls clientMemoryForType() again and looks the map up with kIOMapAnywhere|kIOMapReference and the driver’s options: another descriptor or other read-only or guard bits find nothing.',
    source: `${uc}, is_io_connect_unmap_memory_from_task`,
    settled:
      'Besides: the address counts for nothing, so of several maps the first compatible one goes; a sub-range of a larger map is found as a new sub-map and reported as success with nothing unmapped; kIOMapUnique among the driver’s options panics the kernel.',
  },
  {
    id: 'G.3',
    text: 'A reference that a failing clientMemoryForType() stored is lost, and one that it did not take is taken from the driver; success without a descriptor is an error to map.',
    source: `${uc}, mapClientMemory64, is_io_connect_unmap_memory_from_task`,
    settled:
      'The notes hold for the map call only: the unmap call passes on the driver’s own code, and answers success where the driver gave success without a descriptor.',
  },
  {
    id: 'G.4',
    text: 'A client’s mappings go when the client is freed; those of a terminated client with the port of its connection. The owning task is not retained for a subclass.',
    source: `${uc}, IOUserClient::free, destroyUserReferences, initWithTask`,
    settled:
      'destroyUserReferences gives the set of mappings to the connection’s port, so memory stays mapped after the device is gone until the application closes; a clientClose() that does not terminate leaves the mappings for good.',
  },
  {
    id: 'G.5',
    text: 'Of a DriverKit driver’s options only kIOUserClientMemoryReadOnly counts.',
    source: `${userServer}, IOUserUserClient::clientMemoryForType`,
  },
  {
    id: 'G.clientMemoryForType',
    text: 'The kernel releases the descriptor of clientMemoryForType() after each map and each unmap; IOUserClient’s own method answers kIOReturnUnsupported.',
    source: `${uc}, clientMemoryForType, mapClientMemory64`,
  },
  {
    id: 'G.clientMemoryForType-shared-pointer',
    text: 'The overload with an OSSharedPtr takes over what the other one stored, without a further retain.',
    source: `${uc}, clientMemoryForType (OSSharedPtr)`,
    unshown: 'Nothing in the kernel calls it; it is the same reference in another C++ type.',
  },
  {
    id: 'G.removeMappingForDescriptor',
    text: 'removeMappingForDescriptor() takes the first map with that very descriptor out of the client, with a reference for the driver; maps of sub-descriptors have the parent, and kIOMapUnique ones of device memory a private descriptor.',
    source: `${uc}, removeMappingForDescriptor`,
    settled: 'Confirmed: it compares pointers with getMemoryDescriptor().',
  },
  {
    id: 'G.exportObjectToClient',
    text: 'exportObjectToClient() makes a Mach port that retains the object, and consumes the caller’s reference.',
    source: `${uc}, exportObjectToClient, IOMachPort::withObjectAndType`,
  },
  {
    id: 'G.structures',
    text: 'The descriptors of an external method’s structures are the kernel’s and end with the call; a structure of up to 4096 bytes has none.',
    source: `${uc}, is_io_connect_method`,
  },
  {
    id: 'G.collections',
    text: 'Collections retain what is put in and lend what they hold.',
    source: 'libkern/c++/OSArray.cpp, OSSet.cpp, OSDictionary.cpp',
    unshown: 'A driver’s collections are its own objects, which the interpreter of driver code has; scenarios do not.',
  },
  {
    id: 'G.casts-and-smart-pointers',
    text: 'Casts change no count; OSSafeReleaseNULL releases once and forgets; OSSharedPtr takes or adopts a reference as its constructor says.',
    source: 'libkern/libkern/c++/OSMetaClass.h, OSSharedPtr.h, OSPtr.h',
    unshown: 'C++ of the driver’s, which the interpreter of driver code runs; scenarios say retain and release.',
  },
  {
    id: 'G.dk-CreateMapping',
    text: 'DriverKit’s CreateMapping() stores a map with a reference, or NULL with kIOReturnError or kIOReturnBadArgument.',
    source: `${userServer}, IOMemoryDescriptor::CreateMapping_Impl`,
  },
  {
    id: 'G.dk-creators',
    text: 'DriverKit’s Create(), CreateSubMemoryDescriptor(), CreateWithMemoryDescriptors() and CreateMemoryDescriptorFromClient() store an object with a reference, which retains what it is made of.',
    source: `${userServer}, the _Impl methods of those names`,
    settled:
      'A buffer of Create() is memory of kernel_task, which the driver has to map; its length is the capacity from the start.',
  },
  {
    id: 'G.dk-CopyClientMemoryForType',
    text: 'CopyClientMemoryForType() gives the kernel one reference in each call; on failure the kernel looks at nothing that was stored.',
    source: `${userServer}, IOUserUserClient::clientMemoryForType`,
  },
  {
    id: 'G.dk-IODMACommand',
    text: 'DriverKit’s IODMACommand::GetPreparation() stores a descriptor with a reference, in spite of its name.',
    source: `${userServer}, IODMACommand::GetPreparation_Impl`,
    unshown: 'Of DriverKit’s classes only memory is simulated.',
  },
  {
    id: 'G.dk-values',
    text: 'DriverKit’s GetAddress(), GetLength(), GetOffset() and GetAddressRange() answer plain values; SetLength() beyond the capacity changes nothing and reports success.',
    source: `${userServer}, IOMemoryMap::_CopyState_Impl, IOBufferMemoryDescriptor::SetLength_Impl; iokit/Kernel/IOBufferMemoryDescriptor.cpp, setLength`,
    settled:
      'GetAddressRange() runs in DriverKit’s library, whose source is not public; here it maps the buffer once and keeps the map as long as the buffer.',
  },
];
