import basicTypes from './basic-types.h';
import driverkitIo from './driverkit-io.h';
import driverkitMemory from './driverkit-memory.h';
import ioBufferMemoryDescriptor from './io-buffer-memory-descriptor.h';
import ioComposedMemoryDescriptors from './io-composed-memory-descriptors.h';
import ioDataQueue from './io-data-queue.h';
import ioDmaCommand from './io-dma-command.h';
import ioLib from './io-lib.h';
import ioLocks from './io-locks.h';
import ioMemoryDescriptor from './io-memory-descriptor.h';
import ioMemoryMap from './io-memory-map.h';
import ioPciDevice from './io-pci-device.h';
import ioService from './io-service.h';
import ioUserClient from './io-user-client.h';
import ioWorkLoop from './io-work-loop.h';
import mapOptions from './map-options.h';
import memoryDescriptorOptions from './memory-descriptor-options.h';
import osCollections from './os-collections.h';
import osObject from './os-object.h';
import osSharedPtr from './os-shared-ptr.h';
import returnCodes from './return-codes.h';
import tasks from './tasks.h';
import assertMacros from './assert-macros.h';
import iigMacros from './iig-macros.h';
import predefinedMacros from './predefined-macros.h';
import wellKnownMacros from './well-known-macros.h';

export interface ApiHeader {
  /** The file's name; positions in the API model are in `<maplens>/name`. */
  readonly name: string;
  readonly text: string;
}

/** The declarations, in an order in which each type is declared before it is used by value. */
export const apiHeaders: readonly ApiHeader[] = [
  { name: 'basic-types.h', text: basicTypes },
  { name: 'return-codes.h', text: returnCodes },
  { name: 'tasks.h', text: tasks },
  { name: 'map-options.h', text: mapOptions },
  { name: 'memory-descriptor-options.h', text: memoryDescriptorOptions },
  { name: 'os-object.h', text: osObject },
  { name: 'os-shared-ptr.h', text: osSharedPtr },
  { name: 'os-collections.h', text: osCollections },
  { name: 'io-memory-descriptor.h', text: ioMemoryDescriptor },
  { name: 'io-memory-map.h', text: ioMemoryMap },
  { name: 'io-buffer-memory-descriptor.h', text: ioBufferMemoryDescriptor },
  { name: 'io-composed-memory-descriptors.h', text: ioComposedMemoryDescriptors },
  { name: 'io-data-queue.h', text: ioDataQueue },
  { name: 'io-dma-command.h', text: ioDmaCommand },
  { name: 'io-service.h', text: ioService },
  { name: 'io-pci-device.h', text: ioPciDevice },
  { name: 'io-user-client.h', text: ioUserClient },
  { name: 'io-work-loop.h', text: ioWorkLoop },
  { name: 'io-lib.h', text: ioLib },
  { name: 'io-locks.h', text: ioLocks },
  { name: 'driverkit-memory.h', text: driverkitMemory },
  { name: 'driverkit-io.h', text: driverkitIo },
];

/** Macros that are in force before a source's first line; see README.md for which sources. */
export const macroHeaders = {
  predefined: { name: 'predefined-macros.h', text: predefinedMacros },
  wellKnown: { name: 'well-known-macros.h', text: wellKnownMacros },
  /** For sources that include AssertMacros.h. */
  assert: { name: 'assert-macros.h', text: assertMacros },
  /** For .iig files. */
  iig: { name: 'iig-macros.h', text: iigMacros },
} as const satisfies Readonly<Record<string, ApiHeader>>;
