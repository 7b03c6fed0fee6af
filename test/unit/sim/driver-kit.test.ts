import { describe, expect, test } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { runClientScenario } from './client-verbs';

const made = 'create b A 3 4P => kIOReturnSuccess';

/** DriverKit (iokit/Kernel/IOUserServer.cpp); the driver is task A, another is B. */
const facts: Readonly<Record<string, string>> = {
  'A.5 Create makes a buffer of the kernel, as long as its capacity (K13)': `${made}
    get b getLength => 4P
    get b getRetainCount => 1
    entries A => 0
    create x A 4 4P => kIOReturnBadArgument
    create y A 0x10 4P => kIOReturnBadArgument
    create n A 0 4P => kIOReturnSuccess
    create z A 3 0 => kIOReturnNoMemory`,
  'A.5.1 cache bits are one value': `${made}
    dkMap m b A 0x100 => kIOReturnSuccess new
    cache A m => inhibited
    dkMap n b B 0x200 => kIOReturnSuccess new
    cache A m => copyback
    dkMap o b A 0x300 => kIOReturnBadArgument
    dkMap o b A 0x1000 => kIOReturnBadArgument
    dkMap o b A 0x400 => kIOReturnSuccess new
    cache A m => write-through
    dkMap p b A 0x800 => kIOReturnSuccess new
    cache A m => real time`,
  'A.5.2 guard pages are the default, unless the address is fixed': `${made}
    dkMap m b A 0 => kIOReturnSuccess new
    entries A => 3
    read A m+4P 1 => guard page
    dkMap n b B 4 => kIOReturnSuccess new
    entries B => 1
    dkMap f b B 0xd 0x300000000 => kIOReturnSuccess new
    get f getAddress => 0x300000000
    entries B => 2
    dkMap o b B 0x14 => kIOReturnSuccess new
    entries B => 5`,
  'A.5.3 a driver maps its own buffer writable, whatever it asks for': `${made}
    dkMap m b A 2 => kIOReturnSuccess new
    write A m 11 => written
    dkMap n b B 2 => kIOReturnSuccess new
    write B n 11 => protection
    create o A 2 1P => kIOReturnSuccess
    dkMap p o A 0 => kIOReturnSuccess new
    write A p 11 => written
    dkMap q o B 0 => kIOReturnSuccess new
    write B q 11 => protection`,
  'A.5.4 alignment, and an address that is not fixed, count for nothing (K14)': `${made}
    dkMap m b A 0 0x300000000 0 0 0x1000 => kIOReturnSuccess new
    dkMap n b A 0 0 0 0 7 => kIOReturnSuccess shared`,
  'A.5 a failed mapping is kIOReturnError': `${made}
    dkMap m b A 0 0 4P 1P => kIOReturnError beyond-descriptor
    dkMap m b A 1 0 => kIOReturnError no-address
    dkMap m b A 0 0 1P => kIOReturnError beyond-descriptor`,
  'a partial mapping': `${made}
    dkMap m b A 0 0 1P 2P => kIOReturnSuccess new
    get m getLength => 2P
    get m getOffset => 1P`,
  'SetLength beyond the capacity succeeds and changes nothing (J101)': `${made}
    dkLength b 1P => kIOReturnSuccess
    get b getLength => 1P
    dkLength b 5P => kIOReturnSuccess
    get b getLength => 1P`,
  "GetAddressRange maps once, and the mapping goes with the driver's last reference": `${made}
    dkRange b A => 4P
    write A range 11 => written
    readBytes b 0 1 => 11
    entries A => 3
    dkRange b A => 4P
    entries A => 3
    release b => freed
    entries A => 0`,
  'CreateSubMemoryDescriptor refuses what withSubRange lets pass (B.17.3)': `${made}
    dkSub s b 3 1P 2P => kIOReturnSuccess
    get s getLength => 2P
    get b getRetainCount => 2
    dkSub x b 3 1P -1 => kIOReturnBadArgument
    dkSub x b 3 3P 2P => kIOReturnBadArgument
    dkSub x b 0x10 0 1P => kIOReturnBadArgument
    dkSub x NULL 3 0 1P => kIOReturnBadArgument
    sub y b 1P -1 => descriptor`,
  'a sub-descriptor of direction Out is mapped read-only, also for the creator (K15)': `${made}
    dkSub s b 2 0 4P => kIOReturnSuccess
    dkMap m s A 0 => kIOReturnSuccess new
    write A m 11 => protection
    dkSub t b 1 0 4P => kIOReturnSuccess
    dkMap n t A 0 => kIOReturnSuccess new
    write A n 11 => written`,
  'CreateWithMemoryDescriptors takes no NULL and no other option': `${made}
    create c A 3 1P
    dkWith w 3 b c => kIOReturnSuccess
    get w getLength => 5P
    get b getRetainCount => 2
    dkWith x 3 b NULL => kIOReturnBadArgument
    dkWith x 3 => kIOReturnBadArgument
    dkWith x 0x10 b => kIOReturnBadArgument
    release b => released
    release c => released
    release w => freed
    get b getLength => use-after-free`,
  'CreateMemoryDescriptorFromClient is copy-on-write by default (B.11.4)': `
    allocate s B 2P
    open c B dext
    write B s 11
    fromClient d c 3 s 2P => kIOReturnSuccess
    dkMap m d A 0 => kIOReturnSuccess new
    write B s 99
    read A m 1 => 11
    fromClient e c 0x13 s 2P => kIOReturnSuccess
    dkMap n e A 0 => kIOReturnSuccess new
    read A n 1 => 99
    write A n 22 => written
    read B s 1 => 22`,
  'CreateMemoryDescriptorFromClient needs a DriverKit client that is not stopped': `
    allocate s B 2P
    open k B
    fromClient d k 3 s 2P => kIOReturnBadArgument
    open c B dext
    terminate c
    fromClient d c 3 s 2P => kIOReturnNotReady`,
};

describe.each(machineNames)('%s', (name) => {
  test.each(Object.entries(facts))('%s', (_fact, text) => {
    expect(runClientScenario(name, text)).toEqual([]);
  });
});
