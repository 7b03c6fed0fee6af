import type { KernelCall, KernelTable } from '../call-site';
import { arithmeticCalls } from './arithmetic';
import { atomicCalls } from './atomic';
import { collectionCalls } from './collections';
import { driverKitCalls } from './driver-kit';
import { copyCalls } from './copyio';
import { dmaCommandCalls } from './io-dma-command';
import { bufferMemoryDescriptorCalls } from './io-buffer-memory-descriptor';
import { guardPageMemoryDescriptorCalls } from './io-guard-page-memory-descriptor';
import { interleavedMemoryDescriptorCalls } from './io-interleaved-memory-descriptor';
import { memoryDescriptorCalls } from './io-memory-descriptor';
import { memoryMapCalls } from './io-memory-map';
import { multiMemoryDescriptorCalls } from './io-multi-memory-descriptor';
import { serviceCalls } from './io-service';
import { workLoopCalls } from './io-work-loop';
import { lockCalls } from './locks';
import { libkernValueCalls } from './libkern-values';
import { logCalls } from './log';
import { memoryCalls } from './memory';
import { objectCalls } from './osobject';
import { quietCalls } from './quiet';
import { stringCalls } from './strings';
import { taskCalls } from './tasks';
import { timeCalls } from './time';
import { variadicCalls } from './varargs';
import { vmCalls } from './vm';

const tables: readonly KernelTable[] = [
  quietCalls,
  lockCalls,
  objectCalls,
  collectionCalls,
  libkernValueCalls,
  memoryDescriptorCalls,
  bufferMemoryDescriptorCalls,
  multiMemoryDescriptorCalls,
  interleavedMemoryDescriptorCalls,
  guardPageMemoryDescriptorCalls,
  memoryMapCalls,
  dmaCommandCalls,
  driverKitCalls,
  serviceCalls,
  workLoopCalls,
  memoryCalls,
  stringCalls,
  atomicCalls,
  arithmeticCalls,
  logCalls,
  taskCalls,
  copyCalls,
  vmCalls,
  timeCalls,
  variadicCalls,
];

/** Every kernel call that is modelled, by its name. */
export const kernelCalls: ReadonlyMap<string, KernelCall> = new Map(tables.flatMap((table) => Object.entries(table)));

/** Calls after which every task sees the memory that it saw before: frequent ones that only ask, or only log. */
export const harmlessCalls: ReadonlySet<KernelCall> = new Set(
  [
    'IOMemoryMap::getAddress',
    'IOMemoryMap::getVirtualAddress',
    'IOMemoryMap::getLength',
    'IOMemoryDescriptor::getLength',
    'IOBufferMemoryDescriptor::getBytesNoCopy',
    'IOMemoryDescriptor::readBytes',
    'assert',
    'IOLog',
    'kprintf',
  ].flatMap((name) => kernelCalls.get(name) ?? []),
);
