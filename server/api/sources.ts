import type { FunctionDeclaration } from '../ir/declarations';
import { environments } from './attributes';

/** The files of XNU that define the methods of a class. */
const files: Readonly<Record<string, string>> = {
  IOBufferMemoryDescriptor: 'iokit/Kernel/IOBufferMemoryDescriptor.cpp',
  IOCommandGate: 'iokit/Kernel/IOCommandGate.cpp',
  IODMACommand: 'iokit/Kernel/IODMACommand.cpp',
  IODataQueue: 'iokit/Kernel/IODataQueue.cpp',
  IODeviceMemory: 'iokit/Kernel/IODeviceMemory.cpp',
  IOGeneralMemoryDescriptor: 'iokit/Kernel/IOMemoryDescriptor.cpp',
  IOGuardPageMemoryDescriptor: 'iokit/Kernel/IOGuardPageMemoryDescriptor.cpp',
  IOInterleavedMemoryDescriptor: 'iokit/Kernel/IOInterleavedMemoryDescriptor.cpp',
  IOMemoryDescriptor: 'iokit/Kernel/IOMemoryDescriptor.cpp',
  IOMemoryMap: 'iokit/Kernel/IOMemoryDescriptor.cpp',
  IOMultiMemoryDescriptor: 'iokit/Kernel/IOMultiMemoryDescriptor.cpp',
  IORegistryEntry: 'iokit/Kernel/IORegistryEntry.cpp',
  IOSharedDataQueue: 'iokit/Kernel/IOSharedDataQueue.cpp',
  IOSubMemoryDescriptor: 'iokit/Kernel/IOSubMemoryDescriptor.cpp',
  IOUserClient: 'iokit/Kernel/IOUserClient.cpp',
  IOUserClient2022: 'iokit/Kernel/IOUserClient.cpp',
  IOWorkLoop: 'iokit/Kernel/IOWorkLoop.cpp',
  OSArray: 'libkern/c++/OSArray.cpp',
  OSData: 'libkern/c++/OSData.cpp',
  OSDictionary: 'libkern/c++/OSDictionary.cpp',
  OSNumber: 'libkern/c++/OSNumber.cpp',
  OSObject: 'libkern/c++/OSObject.cpp',
  OSOrderedSet: 'libkern/c++/OSOrderedSet.cpp',
  OSSet: 'libkern/c++/OSSet.cpp',
  OSString: 'libkern/c++/OSString.cpp',
  OSSymbol: 'libkern/c++/OSSymbol.cpp',
};

/** What a class inherits, leaves to derived ones, or defines in its header. */
const elsewhere: ReadonlySet<string> = new Set([
  'IOMemoryDescriptor::prepare',
  'IOMemoryDescriptor::complete',
  'IOMemoryMap::release',
  'IODMACommand::weakWithSpecification',
  'IODMACommand::gen32IOVMSegments',
  'IODMACommand::gen64IOVMSegments',
  'IOUserClient::start',
]);

/** Where XNU defines a function of the kernel; undefined where that is not noted here. */
export function sourceOf(declaration: FunctionDeclaration): string | undefined {
  const { class: owner, name } = declaration;
  if (owner === undefined || !environments(declaration).includes('kernel')) return undefined;
  return elsewhere.has(`${owner}::${name}`) ? undefined : files[owner];
}
