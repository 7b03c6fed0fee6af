import { describe, expect, test } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { runScenario } from './scenario';

/** One fact of the kernel's mapping model a scenario; each runs on both architectures. */
const shared = 'buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 4P => descriptor';
const user = 'allocate src A 4P\n describe d A kIODirectionInOut src 4P => descriptor';

const facts: Readonly<Record<string, string>> = {
  'a length of zero means the full length': `${shared}
    map m b A 0 kIOMapAnywhere => new
    get m getLength => 4P`,
  'an offset with a length of zero always ends beyond the descriptor': `${shared}
    map m b A 0 kIOMapAnywhere 1P => NULL beyond-descriptor
    map m b A 0 kIOMapAnywhere 1P 3P => new
    get m getLength => 3P`,
  'an offset equal to the length is refused': `${shared}
    map m b A 0 kIOMapAnywhere 4P 1P => NULL beyond-descriptor`,
  'a NULL task panics': `${shared}
    map m b NULL 0 kIOMapAnywhere => panic NULL task`,
  'offset + length that wraps panics for virtual memory': `${shared}
    map m b A 0 kIOMapAnywhere 1P -1 => panic overrun`,
  'a fixed range in the kernel that wraps around 64 bits is refused before its place is looked at': `
    describe d physical 0 0x80000000 0x8000 => descriptor
    map m d kernel_task 0xfffffe1900004000 0 0x4000 0xffffffffffffc000 => NULL outside-address-space
  `,
  'offset + length that wraps gives NULL for physical memory': `
    describe d physical 0 0x80000000 4P => descriptor
    map m d A 0 kIOMapAnywhere 1P -1 => NULL no-space`,
  'a zero-length descriptor can be made and prepared, not mapped': `
    describe d A kIODirectionNone 0 0 => descriptor
    prepare d => kIOReturnSuccess
    complete d => kIOReturnSuccess
    map m d A 0 kIOMapAnywhere => NULL beyond-descriptor`,
  'the address keeps the offset in the page': `
    allocate src A 4P
    describe d A kIODirectionInOut src+0x810 1P => descriptor
    write A src+0x810 11 22
    map m d kernel_task 0 kIOMapAnywhere => new
    read kernel_task m 2 => 11,22
    map n d kernel_task 0 kIOMapAnywhere|kIOMapUnique 0x20 0x100 => new
    write kernel_task n 99 => written
    read A src+0x830 1 => 99`,
  'a mapping made read-only cannot be written': `${shared}
    map m b A 0 kIOMapAnywhere|kIOMapReadOnly => new
    write A m 1 => protection`,
  'a store through one mapping is seen through the other': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b B 0 kIOMapAnywhere|kIOMapReadOnly => new
    write A m+0x1234 aa bb => written
    read B n+0x1234 2 => aa,bb`,
  'read-only sticks to a kIODirectionOut descriptor that was first mapped read-only': `
    allocate src A 2P
    describe d A kIODirectionOut src 2P => descriptor
    map r d kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => new
    map w d kernel_task 0 kIOMapAnywhere => new
    write kernel_task w 1 => protection`,
  'a kIODirectionOut descriptor that was first mapped writable stays so': `
    allocate src A 2P
    describe d A kIODirectionOut src 2P => descriptor
    map w d kernel_task 0 kIOMapAnywhere => new
    write kernel_task w 1 => written`,
  'read-only source memory needs kIODirectionOut and kIOMapReadOnly': `
    allocate src A 2P r--
    describe d A kIODirectionInOut src 2P => descriptor
    map m d kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => NULL not-writable
    describe o A kIODirectionOut src 2P => descriptor
    map m o kernel_task 0 kIOMapAnywhere => NULL not-writable
    map m o kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => new`,
  'source memory that is not there gives NULL': `
    allocate src A 2P
    describe d A kIODirectionInOut src 3P => descriptor
    map m d kernel_task 0 kIOMapAnywhere => NULL not-accessible`,
  'memory of the kernel object cannot be mapped into another task': `
    allocate stack kernel_task 1P kernel
    describe d kernel_task kIODirectionInOut stack+0x100 64 => descriptor
    map m d A 0 kIOMapAnywhere => NULL kernel-object
    buffer small kernel_task kIODirectionInOut 100 => descriptor
    map n small kernel_task 0 kIOMapAnywhere => same-task`,

  'the same task gets the memory itself': `${shared}
    map m b kernel_task 0 kIOMapAnywhere => same-task
    get m getMapOptions => 0x01000001
    entries kernel_task => 0
    map r b kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => same-task
    write kernel_task r 1 => written
    release m => freed
    write kernel_task r 2 => written`,
  'an offset, guards, Unique or a second range end the same-task shortcut': `${shared}
    map o b kernel_task 0 kIOMapAnywhere 1P 1P => new
    map g b kernel_task 0 kIOMapAnywhere|kIOMapGuardedSmall => new
    map u b kernel_task 0 kIOMapAnywhere|kIOMapUnique => new
    allocate src A 4P
    describe two A kIODirectionInOut src 1P src+2P 1P => descriptor
    map s two A 0 kIOMapAnywhere => new`,

  'equal requests share one map': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A 0 kIOMapAnywhere => shared
    get m getRetainCount => 3
    get n getAddress => m
    entries A => 1`,
  'the task must be the same': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b B 0 kIOMapAnywhere => new`,
  'an unmapped map is not shared': `${shared}
    map m b A 0 kIOMapAnywhere => new
    unmap m => kIOReturnSuccess
    map n b A 0 kIOMapAnywhere => new`,
  'the read-only bit must be equal, both ways': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A 0 kIOMapAnywhere|kIOMapReadOnly => new
    map o b B 0 kIOMapAnywhere|kIOMapReadOnly => new
    map p b B 0 kIOMapAnywhere => new`,
  'the guard field must be equal': `${shared}
    map m b A 0 kIOMapAnywhere|kIOMapGuardedSmall => new
    map n b A 0 kIOMapAnywhere|kIOMapGuardedLarge => new
    map o b A 0 kIOMapAnywhere => new
    map p b A 0 kIOMapAnywhere|kIOMapGuardedSmall => shared`,
  'a request for the default cache matches any, another only its own': `${shared}
    map m b A 0 kIOMapAnywhere|0x100 => new
    map n b A 0 kIOMapAnywhere => shared
    map o b A 0 kIOMapAnywhere|0x100 => shared
    map p b A 0 kIOMapAnywhere|0x400 => new`,
  'a fixed request matches only a map that starts there': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A m 0 => shared
    map o b A m 0 0 1P => sub-map
    map p b A m+1P 0 1P 1P => NULL occupied`,
  'a fixed sub-range gets an address that was not asked for': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A m 0 1P 1P => sub-map
    get n getAddress => m+1P`,
  'a range inside gets a sub-map, a wider one a mapping of its own': `${shared}
    map m b A 0 kIOMapAnywhere 1P 2P => new
    map n b A 0 kIOMapAnywhere 2P 1P => sub-map
    get n getAddress => m+1P
    map o b A 0 kIOMapAnywhere 1P 3P => new
    entries A => 2`,
  'the first compatible map wins, in order of creation': `${shared}
    map m b A 0 kIOMapAnywhere 0 2P => new
    map n b A 0 kIOMapAnywhere|kIOMapUnique 0 3P => new
    map o b A 0 kIOMapAnywhere 0 1P => sub-map
    get o getAddress => m`,
  'a Unique request never shares, yet its map is handed to later callers': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A 0 kIOMapAnywhere|kIOMapUnique => new
    map u b B 0 kIOMapAnywhere|kIOMapUnique => new
    map v b B 0 kIOMapAnywhere => shared`,
  'kIOMapReference takes an existing map or nothing': `${shared}
    map m b A 0 kIOMapAnywhere|kIOMapReference => NULL no-shared-map
    map n b A 0 kIOMapAnywhere => new
    map o b A 0 kIOMapAnywhere|kIOMapReference => shared
    map p b A 0 kIOMapAnywhere|kIOMapReference 1P 1P => sub-map`,
  'kIOMapReference with kIOMapUnique panics': `${shared}
    map m b A 0 kIOMapAnywhere|kIOMapReference|kIOMapUnique => panic NULL fMemory`,

  'releasing the descriptor first is right: the map keeps it': `${shared}
    map m b A 0 kIOMapAnywhere => new
    release b => released
    write A m 1 => written
    release m => freed
    release b => use-after-free`,
  'a singly owned map has a retain count of two': `${shared}
    map m b A 0 kIOMapAnywhere => new
    get m getRetainCount => 2
    get b getRetainCount => 2
    release m => freed
    get b getRetainCount => 1
    get m getAddress => use-after-free`,
  'a sub-map keeps its super map and its whole range': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A 0 kIOMapAnywhere 1P 1P => sub-map
    release m => released
    read A m+3P 1 => 00
    entries A => 1
    release n => freed
    entries A => 0`,
  'two releases by one of two sharers free the map under the other': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A 0 kIOMapAnywhere => shared
    release m => released
    release m => freed
    get n getAddress => use-after-free`,
  'a release that no caller owns takes the reference of a map': `${shared}
    map m b A 0 kIOMapAnywhere => new
    release b => released
    release b => over-release
    get m getLength => use-after-free`,
  'unmap is idempotent and keeps the object': `${shared}
    map m b A 0 kIOMapAnywhere => new
    unmap m => kIOReturnSuccess
    get m getAddress => 0
    get m getLength => 4P
    unmap m => kIOReturnSuccess
    entries A => 0
    release m => freed`,
  'unmap of a super map leaves its sub-maps dangling': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A 0 kIOMapAnywhere 1P 1P => sub-map
    unmap m => kIOReturnSuccess
    read A n 1 => unmapped
    map o b A 0 kIOMapAnywhere 1P 1P => shared
    read A o 1 => unmapped`,
  'unmap of a sub-map leaves the memory mapped': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A 0 kIOMapAnywhere 1P 1P => sub-map
    unmap n => kIOReturnSuccess
    get n getAddress => 0
    read A m+1P 1 => 00`,
  'a static map records an address and removes nothing': `${shared}
    allocate there A 4P
    static m b A there => static
    get m getAddress => there
    release m => freed
    read A there 1 => 00`,
  'a sub-descriptor maps its parent, beyond its own end': `${shared}
    sub s b 1P 1P => descriptor
    map m s A 0 kIOMapAnywhere => new
    memory m => b
    map n s A 0 kIOMapAnywhere 0 3P => new
    map o s A 0 kIOMapAnywhere 0 4P => NULL beyond-descriptor
    release b => released
    release s => freed`,

  'neither kIOMapAnywhere nor an address gives NULL': `${shared}
    map m b A 0 0 => NULL no-address
    map m b kernel_task 0 kIOMapReadOnly => NULL no-address`,
  'a fixed mapping lands at its page, an occupied one gives NULL': `${shared}
    map m b A 0x140000000 0 => new
    get m getAddress => 0x140000000
    map n b A 0x140000000 kIOMapReadOnly => NULL occupied`,
  'a fixed mapping of unaligned memory keeps its offset in the page': `
    allocate src A 2P
    describe d A kIODirectionInOut src+0x10 0x100 => descriptor
    map m d B 0x140000000 0 => new
    get m getAddress => 0x140000010`,
  'physical memory may land one page lower than asked': `
    describe d physical 0 0x80000010 0x100 => descriptor
    map m d B 0x140000000+1P 0 => new
    get m getAddress => 0x140000010`,
  'outside the address space': `${shared}
    map m b A 0x1000 0 => NULL outside-address-space
    map m b A 0xffffff8000000000 0 => NULL outside-address-space
    map m b kernel_task 0x2000 0 => NULL outside-address-space`,
  'first fit takes the lowest hole': `${shared}
    map m b A 0 kIOMapAnywhere => new
    map n b A 0 kIOMapAnywhere|kIOMapUnique => new
    get n getAddress => m+4P
    map o b A 0 kIOMapAnywhere|kIOMapUnique => new
    release n => freed
    map p b A 0 kIOMapAnywhere|kIOMapUnique 0 2P => new
    get p getAddress => m+4P
    map q b A 0 kIOMapAnywhere|kIOMapUnique 0 3P => new
    get q getAddress => o+4P`,
  'guards lie on both sides, fault, and go with the map': `${shared}
    map m b A 0 kIOMapAnywhere|kIOMapGuardedSmall => new
    entries A => 3
    read A m+4P 1 => guard page
    get m getLength => 4P
    release m => freed
    entries A => 0`,
  'guards need kIOMapAnywhere': `${shared}
    map m b A 0x140000000 kIOMapGuardedSmall => NULL guard-needs-anywhere`,
  'an overwriting mapping replaces and is never removed': `${shared}
    allocate there A 4P @0x140000000
    write A there 55
    map m b A 0x140000000 kIOMapOverwrite => new
    read A there 1 => 00
    release m => freed
    entries A => 1
    read A there 1 => 00`,
  'overwrite with anywhere panics for virtual memory': `${shared}
    map m b A 0 kIOMapOverwrite|kIOMapAnywhere => panic map enter err`,
  'prefault needs prepared memory, and its failure loses the range': `${user}
    map m d B 0 kIOMapAnywhere|kIOMapPrefault => NULL not-prepared
    prepare d => kIOReturnSuccess
    map n d B 0 kIOMapAnywhere|kIOMapPrefault => new
    map o d B 0 kIOMapAnywhere|kIOMapUnique|kIOMapPrefault => new
    get o getAddress => n+4P`,
  'a cache mode changes the memory for every mapping': `${user}
    map m d kernel_task 0 kIOMapAnywhere => new
    map n d B 0 kIOMapAnywhere|0x100 => new
    cache kernel_task m => inhibited
    cache A src => inhibited
    map o d B 0 kIOMapAnywhere|0x400 => new
    cache kernel_task m => write-combined`,
  'a cache mode on memory that was first mapped read-only panics since macOS 15': `
    allocate src A 1P
    describe d A kIODirectionOut src 1P => descriptor
    map m d kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => new
    map n d B 0 kIOMapAnywhere|0x100 => panic NULL object_handle`,
  'device memory: the mode number lands in the low option bits': `
    describe d physical 0 0x80000000 1P => descriptor
    map m d kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => new
    get m getMapOptions => 0x1001
    map f d A 0x140000000 0 => new
    get f getMapOptions => 1`,
  'Unique on physical memory needs one segment and gets a private descriptor': `
    describe d physical 0 0x80000000 1P 0x90000000 1P => descriptor
    map m d A 0 kIOMapAnywhere|kIOMapUnique => NULL not-contiguous
    map n d A 0 kIOMapAnywhere|kIOMapUnique 1P 1P => new
    memory n => d (private)
    map o d A 0 kIOMapAnywhere 1P 1P => new
    write A n 42 => written
    read A o 1 => 42`,
  'physical ranges that do not meet on pages give NULL': `
    describe d physical 0 0x80000000 0x100 0x90000000 1P => descriptor
    map m d A 0 kIOMapAnywhere => NULL not-aligned`,
  'each virtual range starts on a page of its own': `
    allocate src A 4P
    write A src+0x10 11
    write A src+2P+0x20 22
    describe d A kIODirectionInOut src+0x10 0x100 src+2P+0x20 0x100 => descriptor
    map m d kernel_task 0 kIOMapAnywhere => new
    read kernel_task m 1 => 11
    read kernel_task m+1P+0x10 1 => 22`,
  'unmapping ranges that do not meet on pages leaves pages behind': `
    allocate src A 4P
    describe d A kIODirectionInOut src 0x100 src+2P 0x100 => descriptor
    map m d B 0 kIOMapAnywhere => new
    entries B => 2
    release m => freed
    entries B => 1`,
  'a pageable kernel mapping above the cap gives NULL': `
    buffer big NULL kIODirectionInOut|kIOMemoryPageable 0x40000000 => descriptor
    map m big kernel_task 0 kIOMapAnywhere => NULL pageable-cap`,
  'a buffer for another task must be pageable': `
    buffer b A kIODirectionInOut 1P => NULL
    buffer p A kIODirectionInOut|kIOMemoryPageable 1P => descriptor
    map m p A 0 kIOMapAnywhere => same-task
    map n p kernel_task 0 kIOMapAnywhere => new
    write A m 77 => written
    read kernel_task n 1 => 77
    release m => freed
    release n => freed
    release p => freed
    entries A => 0`,

  'prepare counts, a nested write on a read-only one is refused': `${user}
    prepare d kIODirectionOut => kIOReturnSuccess
    prepare d kIODirectionIn => kIOReturnNotWritable
    prepare d kIODirectionOut => kIOReturnSuccess
    complete d => kIOReturnSuccess
    readBytes d 0 1 => 00
    complete d => kIOReturnSuccess
    readBytes d 0 1 => panic
    complete d => kIOReturnSuccess`,
  'readBytes beyond the end transfers nothing': `${shared}
    writeBytes b 0 01 02 03 => 3
    readBytes b 0 3 => 01,02,03
    readBytes b 4P 1 => `,

  'redirect exchanges contents and moves the map': `
    buffer x NULL kIODirectionInOut|kIOMemoryPageable 4P
    buffer y NULL kIODirectionInOut|kIOMemoryPageable 4P
    map m x kernel_task 0 kIOMapAnywhere|kIOMapUnique => new
    map n y kernel_task 0 kIOMapAnywhere|kIOMapUnique => new
    write kernel_task m 11
    write kernel_task n 22
    redirect m y => kIOReturnSuccess
    memory m => y
    read kernel_task m 1 => 22
    read kernel_task n 1 => 11
    redirect m x => kIOReturnSuccess
    read kernel_task m 1 => 11
    read kernel_task n 1 => 22`,
  'redirect to nothing blocks, to the same descriptor unblocks': `${shared}
    map m b A 0 kIOMapAnywhere|kIOMapUnique => new
    redirect m NULL => kIOReturnSuccess
    read A m 1 => blocked
    redirect m b => kIOReturnSuccess
    read A m 1 => 00`,
  'a redirect that fails takes a reference': `${shared}
    buffer y NULL kIODirectionInOut|kIOMemoryPageable 1P
    map m b A 0 kIOMapAnywhere|kIOMapUnique => new
    redirect m y => kIOReturnError
    release m => use-after-free`,
};

/** XNU's own tests that fit (iokit/Tests/TestIOMemoryDescriptor.cpp). */
const xnuTests: Readonly<Record<string, string>> = {
  'setLength: mapped again after each change': `
    buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 0x4000 0x4000 => descriptor
    length b 0x100 => kIOReturnSuccess
    map m b A 0 kIOMapAnywhere 0 0 => new
    get m getLength => 256
    release m => freed
    length b 0x200 => kIOReturnSuccess
    map m b A 0 kIOMapAnywhere 0 0 => new
    get m getLength => 512
    release m => freed
    release b => freed`,
  'a bad fixed request gives NULL and leaks nothing': `
    buffer b NULL kIODirectionIn|kIOMemoryPageable 1P => descriptor
    map m b kernel_task 0x2000 0 => NULL outside-address-space
    get b getRetainCount => 1
    release b => freed
    entries kernel_task => 0`,
  'prefault of prepared pageable memory works in the kernel': `
    buffer b A kIODirectionInOut|kIOMemoryPageable 8P => descriptor
    prepare b => kIOReturnSuccess
    map m b kernel_task 0 kIOMapAnywhere|kIOMapPrefault => new
    read kernel_task m 4 => 00,00,00,00
    release m => freed
    complete b => kIOReturnSuccess
    release b => freed`,
  'an overflowing capacity gives NULL': `
    buffer b kernel_task kIODirectionOut|kIOMemoryPageable -1 => NULL`,
  'nested prepare is balanced': `
    allocate src A 1P
    describe d A kIODirectionIn src 1P
    prepare d kIODirectionIn => kIOReturnSuccess
    prepare d kIODirectionIn => kIOReturnSuccess
    complete d => kIOReturnSuccess
    complete d => kIOReturnSuccess
    release d => freed`,
  'without copy on write a mapping sees later stores': `
    allocate src A 0x8000
    describe d A kIODirectionOut src+0x800 0x4018
    write A src+0x800 11
    write A src+0x1800 22
    write A src+0x2800 33
    map m d kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => new
    read kernel_task m 1 => 11
    read kernel_task m+0x1000 1 => 22
    read kernel_task m+0x2000 1 => 33
    write A src+0x2800 99
    read kernel_task m+0x2000 1 => 99`,
  'with copy on write it still sees the old bytes': `
    allocate src A 0x8000
    describe d A kIODirectionOut|kIOMemoryMapCopyOnWrite src+0x800 0x4018
    write A src+0x2800 33
    map m d kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => new
    write A src+0x2800 99
    read kernel_task m+0x2000 1 => 33
    prepare d => kIOReturnSuccess
    readBytes d 0x2000 1 => 99`,
  'a Unique alias of a kernel buffer shows its contents': `
    buffer b kernel_task kIODirectionInOut|kIOMemoryKernelUserShared 2P
    map whole b kernel_task 0 kIOMapAnywhere => same-task
    write kernel_task whole+1P 5a
    map alias b kernel_task 0 kIOMapAnywhere|kIOMapUnique 0 2P => new
    get alias getLength => 2P
    read kernel_task alias+1P 1 => 5a
    write kernel_task alias+1P a5
    read kernel_task whole+1P 1 => a5`,
};

for (const [title, table] of [
  ['facts', facts],
  ["XNU's own tests", xnuTests],
] as const)
  describe(title, () => {
    for (const machine of machineNames)
      test.each(Object.entries(table))(`%s (${machine})`, (_, text) => {
        expect(runScenario(machine, text)).toEqual([]);
      });
  });
