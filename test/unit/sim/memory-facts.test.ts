import { describe, expect, test } from 'vitest';
import { runScenario } from './scenario';

/** Facts of copies, remote memory, redirect(), wiring and buffers, by their numbers; each on both architectures. */
const copy = `allocate src A 4P
  write A src 11
  write A src+1P 22
  describe d A kIODirectionInOut|kIOMemoryMapCopyOnWrite src 4P => descriptor`;
const two = `buffer a NULL kIODirectionInOut|kIOMemoryPageable 4P => descriptor
  buffer b NULL kIODirectionInOut|kIOMemoryPageable 4P => descriptor
  map m a A 0 kIOMapAnywhere|kIOMapUnique => new
  map n b A 0 kIOMapAnywhere|kIOMapUnique => new
  write A m 11 => written
  write A n 22 => written`;

const facts: Readonly<Record<string, string>> = {
  'B.11 prepare and readBytes use the live memory': `${copy}
    map m d B 0 kIOMapAnywhere => new
    write A src 99 => written
    read B m 1 => 11
    prepare d => kIOReturnSuccess
    readBytes d 0 1 => 99`,
  'B.11.2 a cache mode on a copy panics': `${copy}
    map m d B 0 kIOMapAnywhere|0x100 => panic NULL object_handle`,
  'B.11.3 a part of a copy shows its start, over its neighbours, which stay replaced': `${copy}
    allocate hole B 4P
    free B hole 4P
    map m d B hole 0 1P 1P => new
    read B hole 1 => 11
    read B hole+1P 1 => 22
    release m => freed
    read B hole 1 => unmapped
    read B hole+1P 1 => 22`,
  'B.11.3 a part of a copy in the kernel runs into a gap': `${copy}
    map m d kernel_task 0 kIOMapAnywhere 1P 1P => panic vm_map_delete: gap`,
  'B.12 remote memory maps nothing, and cannot be wired': `allocate src A 4P
    describe d A kIODirectionInOut|kIOMemoryRemote src 2P => descriptor
    prepare d => kIOReturnNotAttached
    complete d => kIOReturnNotAttached
    readBytes d 0 4 =>
    allocate other B 2P
    map m d B other 0 => remote
    write B other 1 => written
    release m => freed
    read B other 1 => unmapped`,
  'C.9 a descriptor that is initialised again frees the maps that are held once': `allocate src A 4P
    describe d A kIODirectionInOut src 2P => descriptor
    map m d B 0 kIOMapAnywhere => new
    reinit d A kIODirectionInOut src+2P 1P => descriptor
    get m getAddress => use-after-free
    get d getLength => 1P`,
  'C.10 a static map longer than its descriptor stays in the set': `buffer b kernel_task kIODirectionInOut 4P 1P => descriptor
    map m b A 0x10000 kIOMapStatic 0 5P => static
    memory m => NULL
    segment m 0 => panic NULL fMemory
    release m => freed
    map n b A 0 kIOMapAnywhere => use-after-free`,
  'D.2.2 redirect(NULL) blocks the memory, in every mapping': `${two}
    map o a B 0 kIOMapAnywhere|kIOMapUnique => new
    redirect m NULL => kIOReturnSuccess
    read B o 1 => blocked
    redirect o NULL => panic deadlock`,
  'D.2.3 the same descriptor unblocks, another exchanges': `${two}
    redirect m NULL => kIOReturnSuccess
    read A m 1 => blocked
    redirect m a => kIOReturnSuccess
    read A m 1 => 11
    redirect m b => kIOReturnSuccess
    read A m 1 => 22
    read A n 1 => 11
    memory m => b`,
  'D.2.3 a part of the memory is not exchanged': `${two}
    map p a A 0 kIOMapAnywhere|kIOMapUnique 0 1P => new
    redirect p b => kIOReturnSuccess
    read A p 1 => 11`,
  'D.2.5 a redirect that fails takes the reference of a map inside it, which then releases a freed map': `${two}
    buffer y NULL kIODirectionInOut|kIOMemoryPageable 1P => descriptor
    map l a B 0 kIOMapAnywhere => new
    map p a B 0 kIOMapAnywhere 0 1P => sub-map
    release l
    redirect l y => kIOReturnError
    get l getLength => use-after-free
    release p => panic`,
  'B.18 a part of no bytes of guard pages is not protected': `guards g 4P => descriptor
    sub s g 0x1000 0 => descriptor
    allocate src A 4P
    map m s A src+1P kIOMapOverwrite => new
    entries A => 0`,
  'D.4 physical segments need wired memory': `allocate src A 2P
    describe d A kIODirectionInOut src 2P => descriptor
    segment d 2P => 0
    segment d 0 => panic IOGMD: not wired
    describe p physical 0 0x80000000 1P 0x80000000+1P 1P => descriptor
    segment p 0x10 => 0x80000010
    run p 0 => 2P
    prepare d => kIOReturnSuccess
    run d 0 => 1P`,
  'F.7 memory that is not there cannot be wired': `describe d A kIODirectionInOut 0x700000000000 2P => descriptor
    prepare d => kIOReturnCannotWire`,
  'F.7 a reference that cannot write refuses prepare() for In': `allocate src A 2P
    describe d A kIODirectionOut src 2P => descriptor
    map m d kernel_task 0 kIOMapAnywhere|kIOMapReadOnly => new
    prepare d kIODirectionIn => KERN_INVALID_RIGHT`,
  'F.8 a sub-descriptor writes to what is prepared read-only': `allocate src A 2P
    describe d A kIODirectionOut src 2P => descriptor
    sub s d 0 1P => descriptor
    prepare d => kIOReturnSuccess
    writeBytes d 0 1 => 0
    writeBytes s 0 1 => 1`,
  'I.5 a capacity that overflows gives NULL': `masked b kernel_task kIOMemoryPageable|kIODirectionOut -1 0 => NULL`,
  'A.3 a mask aligns to pages; cache mode 9 becomes 1; appendBytes keeps to the capacity': `
    masked b kernel_task kIODirectionInOut 100 0xffffffff => descriptor
    run b 0 => 100
    buffer c kernel_task kIODirectionInOut|0x900 1P => descriptor
    get c getBytesNoCopy
    bytes f kIODirectionInOut 1 2 3 => descriptor
    get f getLength => 3
    length f 1 => kIOReturnSuccess
    append f 7 8 9 => 2
    readBytes f 0 3 => 01,07,08
    pointer f 3 0 => 0`,
  'I.14 the context is retained': `buffer a kernel_task kIODirectionInOut 1P => descriptor
    buffer c kernel_task kIODirectionInOut 1P => descriptor
    copyContext a => NULL
    context a c => set
    get c getRetainCount => 2
    copyContext a => c
    context a NULL => set
    get c getRetainCount => 2`,
};

describe.each(['macos-15.4-arm64', 'macos-15.4-x86_64'])('%s', (machine) => {
  test.each(Object.entries(facts))('%s', (_fact, scenario) => {
    expect(runScenario(machine, scenario)).toEqual([]);
  });
});
