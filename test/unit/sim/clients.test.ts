import { describe, expect, test } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { runClientScenario } from './client-verbs';

const session = `
  buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 4P => descriptor
  open c A => open
  answers c 0 b => declared`;

/** Facts of user clients (iokit/Kernel/IOUserClient.cpp), by their number. */
const facts: Readonly<Record<string, string>> = {
  'G.1 the mapping is held by the client, and the whole descriptor is mapped': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    get m getLength => 4P
    holders m => client c's mappings
    get m getRetainCount => 2
    get b getRetainCount => 2
    write A m 11 => written
    readBytes b 0 1 => 11`,
  "G.1 the placement and the cache mode are the application's": `${session}
    connect m c 0 0x100|kIOMapAnywhere => kIOReturnSuccess new
    cache A m => inhibited
    connect n c 0 0 at=0x300000000 => kIOReturnSuccess new
    get n getAddress => 0x300000000
    connect x c 0 0 at=0x300000000 => kIOReturnSuccess shared
    connect y c 0 0x400 at=0x300000000 => kIOReturnBadArgument occupied`,
  "G.1 the low twelve bits of the driver's options are dropped": `${session}
    answers c 0 b options=kIOMapAnywhere|0x100
    connect m c 0 0 => kIOReturnBadArgument no-address
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    cache A m => default`,
  'G.1 kIOMapReadOnly comes from the driver alone (K19)': `${session}
    connect m c 0 kIOMapAnywhere|kIOMapReadOnly => kIOReturnSuccess new
    write A m 11 => written
    answers c 1 b options=kIOMapReadOnly
    connect r c 1 kIOMapAnywhere => kIOReturnSuccess new
    write A r 11 => protection`,
  'G.1 no map is kIOReturnBadArgument, whatever the reason': `${session}
    answers c 1 b options=kIOMapGuardedSmall
    connect m c 1 0 at=0x300000000 => kIOReturnBadArgument guard-needs-anywhere
    connect m c 2 kIOMapAnywhere => kIOReturnBadArgument
    answers c 3 NULL code=0xe00002bd
    connect m c 3 kIOMapAnywhere => kIOReturnBadArgument
    connect m c 0 kIOMapAnywhere into=NULL => kIOReturnBadArgument`,
  'two calls share one map, which the client holds once: the first unmap ends both': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    connect n c 0 kIOMapAnywhere => kIOReturnSuccess shared
    get m getRetainCount => 2
    disconnect c 0 => kIOReturnSuccess
    entries A => 0
    disconnect c 0 => kIOReturnBadArgument`,
  'G.2 the unmap asks again, and needs the same descriptor': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    buffer other kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 4P
    answers c 0 other
    disconnect c 0 => kIOReturnBadArgument
    mapped m => true
    get other getRetainCount => 1
    answers c 0 b
    disconnect c 0 => kIOReturnSuccess
    entries A => 0
    get b getRetainCount => 1`,
  'G.2 the unmap needs the same read-only and guard bits': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    answers c 0 b options=kIOMapReadOnly
    disconnect c 0 => kIOReturnBadArgument
    answers c 0 b options=kIOMapGuardedSmall
    disconnect c 0 => kIOReturnBadArgument
    mapped m => true`,
  'G.2 the address of an unmap counts for nothing: the first compatible map goes': `${session}
    connect m c 0 0 at=0x300000000 => kIOReturnSuccess new
    connect n c 0 0 at=0x400000000 => kIOReturnSuccess new
    disconnect c 0 at=0x400000000 => kIOReturnSuccess
    read A 0x300000000 1 => unmapped
    read A 0x400000000 1 => 00`,
  'G.2 a new sub-descriptor of one parent does work, a new descriptor does not (J23)': `${session}
    answers c 1 b sub=1P,2P
    connect m c 1 kIOMapAnywhere => kIOReturnSuccess new
    disconnect c 1 => kIOReturnSuccess
    entries A => 0
    answers c 2 b new
    connect n c 2 kIOMapAnywhere => kIOReturnSuccess new
    disconnect c 2 => kIOReturnBadArgument
    mapped n => true
    close c => kIOReturnSuccess
    entries A => 0`,
  'G.2 a part of a larger map is found, and nothing is unmapped': `${session}
    map m b A 0 kIOMapAnywhere => new
    answers c 1 b sub=1P,2P
    disconnect c 1 => kIOReturnSuccess
    mapped m => true
    read A m 1 => 00`,
  'a map that the driver holds too stays after the unmap': `${session}
    map own b A 0 kIOMapAnywhere => new
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess shared
    disconnect c 0 => kIOReturnSuccess
    mapped own => true
    release own => freed
    entries A => 0`,
  'kIOMapUnique from the driver makes every unmap panic (A.1.3)': `${session}
    answers c 0 b options=kIOMapUnique
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    disconnect c 0 => panic NULL fMemory`,
  'G.3 a failing call that stored a descriptor loses the reference': `${session}
    answers c 0 b code=0xe00002d8
    connect m c 0 kIOMapAnywhere => kIOReturnBadArgument
    get b getRetainCount => 2
    disconnect c 0 => kIOReturnNotReady
    get b getRetainCount => 3`,
  'G.3 success without a descriptor: an error at map, success at unmap': `${session}
    answers c 0 NULL
    connect m c 0 kIOMapAnywhere => kIOReturnBadArgument
    disconnect c 0 => kIOReturnSuccess`,
  'G.3 without a retain each call takes a reference of the driver (J21)': `${session}
    answers c 0 b forgets
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    get b getRetainCount => 1
    disconnect c 0 => use-after-free`,
  'closing the connection unmaps everything that the client holds': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    close c => kIOReturnSuccess
    entries A => 0
    get m getAddress => use-after-free
    release b => freed
    close c => MACH_SEND_INVALID_DEST
    connect m c 0 kIOMapAnywhere => MACH_SEND_INVALID_DEST`,
  'a clientClose() that does not terminate leaves the mappings': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    close c stays => kIOReturnSuccess
    mapped m => true
    terminate c => kIOReturnSuccess
    entries A => 0`,
  'a terminated client: its mappings stay until the connection is closed': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    terminate c => kIOReturnSuccess
    read A m 1 => 00
    disconnect c 0 => kIOReturnBadArgument
    connect n c 0 kIOMapAnywhere => kIOReturnBadArgument
    close c => kIOReturnSuccess
    entries A => 0`,
  "the client's task dies": `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    died A => died
    get m getAddress => use-after-free
    get b getRetainCount => 1`,
  'a map for another task is a Mach port of that task': `${session}
    connect m c 0 kIOMapAnywhere into=B => kIOReturnSuccess new
    holders m => a Mach port
    close c => kIOReturnSuccess
    read B m 1 => 00
    died B => died
    get b getRetainCount => 1`,
  'unmapping from another task takes both rights, and taskDied() unmaps (D.5)': `${session}
    connect m c 0 kIOMapAnywhere into=B => kIOReturnSuccess new
    disconnect c 0 into=B => kIOReturnSuccess
    entries B => 0
    get m getAddress => use-after-free
    get b getRetainCount => 1`,
  'each call for another task has a right of its own': `${session}
    connect m c 0 kIOMapAnywhere into=B => kIOReturnSuccess new
    connect n c 0 kIOMapAnywhere into=B => kIOReturnSuccess shared
    disconnect c 0 into=B => kIOReturnSuccess
    mapped m => true
    disconnect c 0 into=B => kIOReturnSuccess
    entries B => 0`,
  'a right given back without an unmap leaves the pages behind (D.5)': `${session}
    connect m c 0 0 at=0x300000000 into=B => kIOReturnSuccess new
    write B m 11 => written
    dropRight B m => kIOReturnSuccess
    get m getAddress => use-after-free
    entries B => 1
    read B 0x300000000 1 => 11
    get b getRetainCount => 1`,
  "a map of the client's own that another task unmaps stays, held by a right that is never taken": `${session}
    join c B => open
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    disconnect c 0 by=B into=A => kIOReturnSuccess
    mapped m => true
    holders m => a Mach port
    close c => kIOReturnSuccess
    read A m 1 => 00
    died A => died
    get b getRetainCount => 1`,
  'a shared client gives out ports also for its own task': `
    buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 4P
    open c A shared
    answers c 0 b
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    holders m => a Mach port
    join c B
    connect n c 0 kIOMapAnywhere by=B => kIOReturnSuccess new
    close c => kIOReturnSuccess
    mapped m => true
    close c by=B => kIOReturnSuccess
    mapped n => true
    died A => died
    get m getAddress => use-after-free
    read B n 1 => 00`,
  'releasing a map that only the client holds panics': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    release m => panic`,
  'removeMappingForDescriptor gives the reference to the driver': `${session}
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    take t c b => taken
    close c => kIOReturnSuccess
    read A m 1 => 00
    release t => freed
    entries A => 0`,
  'removeMappingForDescriptor knows no sub-descriptor (J90)': `${session}
    sub s b 1P 2P
    answers c 1 s
    connect m c 1 kIOMapAnywhere => kIOReturnSuccess new
    take t c s => NULL
    take t c b => taken`,
  'exportObjectToClient takes the reference, and a port has it': `${session}
    map m b A 0 kIOMapAnywhere => new
    export A m => kIOReturnSuccess
    holders m => a Mach port
    dropRight A m => kIOReturnSuccess
    get m getAddress => use-after-free
    entries A => 1`,
  "a DriverKit driver's options are one bit (G.5)": `
    buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 4P
    open c A dext
    answers c 0 b options=1
    connect m c 0 kIOMapAnywhere => kIOReturnSuccess new
    write A m 11 => protection
    answers c 1 b options=kIOMapGuardedSmall|0x1000
    connect n c 1 kIOMapAnywhere => kIOReturnSuccess new
    write A n 11 => written
    entries A => 2
    answers c 2 b code=0xe00002bc
    connect x c 2 kIOMapAnywhere => kIOReturnBadArgument
    get b getRetainCount => 4`,
};

/** Structures of external methods: is_io_connect_method. */
const structures: Readonly<Record<string, string>> = {
  'a structure in the message has no descriptor': `
    allocate s A 2P
    open c A
    begin c in s 4096 => none`,
  'the descriptor goes when the call returns (J20)': `
    allocate s A 4P
    open c A
    begin c out s 4P => structureOutputDescriptor
    map m structureOutputDescriptor kernel_task 0 kIOMapAnywhere => new
    release m => freed
    end => ended
    get structureOutputDescriptor getLength => use-after-free`,
  'a driver that retains it keeps it': `
    allocate s A 4P
    open c A
    begin c out s 4P => structureOutputDescriptor
    retain structureOutputDescriptor
    end => ended
    get structureOutputDescriptor getLength => 4P
    release structureOutputDescriptor => freed`,
  "releasing it is the kernel's: a use after free when the call returns (J07)": `
    allocate s A 4P
    open c A
    begin c in s 4P => structureInputDescriptor
    release structureInputDescriptor => freed
    end => use-after-free`,
  'an input structure is a copy-on-write snapshot (B.11.4)': `
    allocate s A 4P
    open c A
    write A s 11
    begin c in s 4P => structureInputDescriptor
    map m structureInputDescriptor kernel_task 0 kIOMapAnywhere => new
    write A s 99
    read kernel_task m 1 => 11
    write kernel_task m 22 => written
    read A s 1 => 99
    release m => freed
    end => ended`,
  "an output structure is the caller's memory itself": `
    allocate s A 4P
    open c A
    begin c out s 4P => structureOutputDescriptor
    map m structureOutputDescriptor kernel_task 0 kIOMapAnywhere => new
    write kernel_task m 22 => written
    read A s 1 => 22
    release m => freed
    end => ended`,
};

describe.each(machineNames)('%s', (name) => {
  describe.each(Object.entries({ 'user clients': facts, structures }))('%s', (_, each) => {
    test.each(Object.entries(each))('%s', (_fact, text) => {
      expect(runClientScenario(name, text)).toEqual([]);
    });
  });
});
