import { describe, expect, test } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { runClientScenario } from './client-verbs';

const gpu = 'device gpu 0x800000000 4P 0x900000000 2P 0xc0000000 1P 0xc0100000 1P => 4';

/** Declared devices (iokit/Kernel/IODeviceMemory.cpp, IOService.cpp; IOPCIFamily's IOPCIDevice.cpp), data queues. */
const facts: Readonly<Record<string, string>> = {
  "getDeviceMemoryWithIndex gives the provider's own descriptor (G)": `${gpu}
    range gpu index 0 => gpu.0
    range gpu index 4 => NULL
    get gpu.0 getRetainCount => 1
    holders gpu.0 => device gpu's memory`,
  'getDeviceMemoryWithRegister finds a range by the low byte of its tag': `${gpu}
    range gpu register 0x10 => gpu.0
    range gpu register 0x18 => gpu.1
    range gpu register 0x20 => gpu.2
    range gpu register 0x24 => gpu.3
    range gpu register 0x14 => NULL
    mapRegister m gpu 0x18 => new
    memory m => gpu.1
    mapRegister x gpu 0x30 => NULL no-device-memory`,
  'mapDeviceMemoryWithIndex maps into the kernel, inhibited (E.10)': `${gpu}
    mapIndex m gpu 0 => new
    get m getLength => 4P
    cache kernel_task m => inhibited
    mapIndex n gpu 0 => shared
    mapIndex x gpu 7 => NULL no-device-memory`,
  'A.1.6 the default mode of device memory is in the low bits of the options': `${gpu}
    mapIndex m gpu 0 => new
    get m getMapOptions => 0x1
    map n gpu.0 kernel_task 0x9000 0x100 => NULL outside-address-space`,
  'registers have contents that every map shows': `${gpu}
    mapIndex m gpu 0
    write kernel_task m+0x10 11 22 => written
    map n gpu.0 A 0 kIOMapAnywhere => new
    read A n+0x10 2 => 11,22
    describe same physical 0 0x800000000 1P
    map o same B 0 kIOMapAnywhere => new
    write B o+0x10 33 => written
    read kernel_task m+0x10 2 => 33,22`,
  "releasing the provider's descriptor panics (J07)": `${gpu}
    release gpu.0 => panic`,
  'the map of a range keeps it when the provider goes': `${gpu}
    mapIndex m gpu 0
    noDevice gpu => gone
    get gpu.0 getRetainCount => 1
    get gpu.1 getLength => use-after-free
    release m => freed
    get gpu.0 getLength => use-after-free`,
  'B.5.2 kIOMapUnique on device memory has a descriptor of its own': `${gpu}
    map m gpu.0 kernel_task 0 kIOMapAnywhere|kIOMapUnique 1P 2P => new
    memory m => gpu.0 (private)
    get gpu.0 getRetainCount => 1
    mapIndex n gpu 0 => new
    release m => freed`,
  'IODataQueue::getMemoryDescriptor is a new descriptor each time (J08, K17)': `
    queue q 100 => queue
    queueMemory d q => descriptor
    queueMemory e q => descriptor
    get d getLength => 112
    get d getRetainCount => 1
    map m d A 0 kIOMapAnywhere => new
    map n e A 0 kIOMapAnywhere => new
    write A m 11 => written
    read A n 1 => 11
    readBytes d 0 1 => 11
    release m => freed
    release d => freed
    release e => released
    release n => freed`,
  'IOSharedDataQueue has an appendix': `
    queue q 100 shared => queue
    queueMemory d q => descriptor
    get d getLength => 140`,
};

describe.each(machineNames)('%s', (name) => {
  test.each(Object.entries(facts))('%s', (_fact, text) => {
    expect(runClientScenario(name, text)).toEqual([]);
  });
});
