/**
 * Bases of kernel classes, for those that no header of the workspace or of the API model declares
 * (xnu iokit/IOKit, libkern/libkern/c++, and the headers of the families).
 */
const bases: Readonly<Record<string, string>> = {
  OSObject: 'OSMetaClassBase',
  OSArray: 'OSCollection',
  OSSet: 'OSCollection',
  OSOrderedSet: 'OSCollection',
  OSDictionary: 'OSCollection',
  OSCollection: 'OSObject',
  OSIterator: 'OSObject',
  OSCollectionIterator: 'OSIterator',
  OSString: 'OSObject',
  OSSymbol: 'OSString',
  OSNumber: 'OSObject',
  OSBoolean: 'OSObject',
  OSData: 'OSObject',
  OSSerialize: 'OSObject',
  IOMemoryDescriptor: 'OSObject',
  IOGeneralMemoryDescriptor: 'IOMemoryDescriptor',
  IOBufferMemoryDescriptor: 'IOGeneralMemoryDescriptor',
  IOSubMemoryDescriptor: 'IOMemoryDescriptor',
  IOMultiMemoryDescriptor: 'IOMemoryDescriptor',
  IOInterleavedMemoryDescriptor: 'IOMemoryDescriptor',
  IOGuardPageMemoryDescriptor: 'IOGeneralMemoryDescriptor',
  IODeviceMemory: 'IOMemoryDescriptor',
  IOMemoryMap: 'OSObject',
  IODMACommand: 'IOCommand',
  IOCommand: 'OSObject',
  IORegistryEntry: 'OSObject',
  IOService: 'IORegistryEntry',
  IOUserClient: 'IOService',
  IOUserClient2022: 'IOUserClient',
  IOPCIDevice: 'IOService',
  IOPCIBridge: 'IOService',
  IOACPIPlatformDevice: 'IOPlatformDevice',
  IOPlatformDevice: 'IOService',
  AppleMacIODevice: 'IOPlatformDevice',
  IOPlatformExpert: 'IOService',
  IOUSBDevice: 'IOService',
  IOUSBInterface: 'IOService',
  IOHIDDevice: 'IOService',
  IOHIDInterface: 'IOService',
  IOEthernetController: 'IONetworkController',
  IONetworkController: 'IOService',
  IOFramebuffer: 'IOService',
  IOAudioEngine: 'IOService',
  IOAudioDevice: 'IOService',
  IOAudioStream: 'IOAudioToggleControl',
  IOWorkLoop: 'OSObject',
  IOEventSource: 'OSObject',
  IOCommandGate: 'IOEventSource',
  IOTimerEventSource: 'IOEventSource',
  IOInterruptEventSource: 'IOEventSource',
  IOFilterInterruptEventSource: 'IOInterruptEventSource',
  IODataQueue: 'OSObject',
  IOSharedDataQueue: 'IODataQueue',
  IOMapper: 'IOService',
  IODMAEventSource: 'IOEventSource',
};

/** The direct bases of a kernel class; none for what is not one. */
export function kernelBases(name: string): readonly string[] {
  const base = bases[name];
  return base === undefined ? [] : [base];
}

const simulated = new Set([
  'IOMemoryDescriptor',
  'IOGeneralMemoryDescriptor',
  'IOBufferMemoryDescriptor',
  'IOSubMemoryDescriptor',
  'IOMultiMemoryDescriptor',
  'IOInterleavedMemoryDescriptor',
  'IOGuardPageMemoryDescriptor',
  'IODeviceMemory',
  'IOMemoryMap',
]);

/** Classes whose objects are the simulator's: of them only what the kernel tables model can run. */
export function isSimulated(name: string): boolean {
  return simulated.has(name);
}
