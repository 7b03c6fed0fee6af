import { describe, expect, it } from 'vitest';
import { inShort, simulate } from '../../support/simulate';

interface Case {
  readonly what: string;
  /** The source; the function that runs is `f`, or the one that `run` names. */
  readonly source: string;
  readonly run?: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly machine?: string;
  /** The kinds of the steps. */
  readonly steps: string;
  readonly defects?: readonly string[];
  /** The returned value, or how the run ended. */
  readonly outcome: string;
  /** "what = value" of each assumption. */
  readonly assumed?: readonly string[];
}

const makeBuffer =
  'IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 65536, page_size);';

const cases: readonly Case[] = [
  {
    what: 'a mapping, made and released',
    source: `int f() { ${makeBuffer} IOMemoryMap *map = md->map(); md->release(); map->release(); return 0; }`,
    steps: 'start create map release free end',
    outcome: '0',
  },
  {
    what: 'a map that nobody releases leaks',
    source: `int f() { ${makeBuffer} IOMemoryMap *map = md->map(); md->release(); return map ? 1 : 0; }`,
    steps: 'start create map release end',
    defects: ['leak'],
    outcome: '1',
  },
  {
    what: 'a returned map is the caller’s',
    source: `IOMemoryMap *f() { ${makeBuffer} IOMemoryMap *map = md->map(); md->release(); return map; }`,
    steps: 'start create map release end',
    outcome: 'map',
  },
  {
    what: 'a map in an out parameter is the caller’s',
    source: `void f(IOMemoryMap **out) { ${makeBuffer} *out = md->map(); md->release(); }`,
    steps: 'start create map release end',
    outcome: '',
    assumed: ['out = 512 bytes of memory'],
  },
  {
    what: 'a map in a field lives on',
    source: `class D : public IOService { IOMemoryMap *fMap; public: bool start(IOService *provider); };
      bool D::start(IOService *provider) {
        if (!super::start(provider)) return false;
        fMap = provider->mapDeviceMemoryWithIndex(0);
        return fMap != NULL;
      }`.replace('super::', 'IOService::'),
    run: 'D::start',
    steps: 'start map end',
    outcome: 'true',
    assumed: ['provider = an IOService', 'provider memory 0 = 64 KiB at 0xc0000000'],
  },
  {
    what: 'stop() releases what start() made before the run',
    source: `class D : public IOService { IOMemoryMap *fMap; public: void stop(IOService *provider); };
      void D::stop(IOService *provider) { if (fMap) { fMap->release(); fMap = NULL; } IOService::stop(provider); }`,
    run: 'D::stop',
    steps: 'start free end',
    outcome: '',
    assumed: ['provider = an IOService', 'fMap = a 64 KiB mapping in kernel_task'],
  },
  {
    what: 'a field that the plan sets to NULL',
    source: `class D : public IOService { IOMemoryMap *fMap; public: void stop(); };
      void D::stop() { if (fMap) { fMap->release(); fMap = NULL; } }`,
    run: 'D::stop',
    values: { fMap: 'NULL' },
    steps: 'start end',
    outcome: '',
  },
  {
    what: 'two equal requests share one map',
    source: `bool f() { ${makeBuffer} task_t task = current_task();
      IOMemoryMap *a = md->createMappingInTask(task, 0, kIOMapAnywhere);
      IOMemoryMap *b = md->createMappingInTask(task, 0, kIOMapAnywhere);
      bool same = a == b; a->release(); b->release(); md->release(); return same; }`,
    steps: 'start create map share release free free end',
    outcome: 'true',
    assumed: ["current_task() = the client's task"],
  },
  {
    what: 'a failed mapping on an error path leaks the descriptor',
    source: `int f() { ${makeBuffer} IOMemoryMap *map = md->createMappingInTask(kernel_task, 0x2000, 0);
      if (!map) return -1; map->release(); md->release(); return 0; }`,
    steps: 'start create null end',
    defects: ['leak'],
    outcome: '-1',
  },
  {
    what: 'goto cleanup releases everything',
    source: `int f() { int result = -1; IOMemoryMap *map = NULL; ${makeBuffer}
      if (!md) goto exit;
      map = md->createMappingInTask(kernel_task, 0x2000, 0);
      if (!map) goto exit;
      result = 0;
      exit: if (map) map->release(); if (md) md->release(); return result; }`,
    steps: 'start create null free end',
    outcome: '-1',
  },
  {
    what: 'a use after the last release',
    source: `void f() { ${makeBuffer} md->release(); md->getLength(); }`,
    steps: 'start create free access end',
    defects: ['use-after-free'],
    outcome: 'fault',
  },
  {
    what: 'an over-release takes the map’s reference',
    source: `void f() { ${makeBuffer} IOMemoryMap *map = md->map(); md->release(); md->release(); (void)map; }`,
    steps: 'start create map release release end',
    defects: ['over-release'],
    outcome: '',
  },
  {
    what: 'reads and writes go through the mapping',
    source: `uint32_t f() { ${makeBuffer}
      IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
      uint32_t *a = (uint32_t *)md->getBytesNoCopy(); uint32_t *b = (uint32_t *)map->getVirtualAddress();
      a[100] = 7; b[100] += 1; uint32_t v = a[100] + (a == b ? 100 : 0);
      map->release(); md->release(); return v; }`,
    steps: 'start create map free free end',
    outcome: '8',
  },
  {
    what: 'a write through a read-only mapping faults',
    source: `void f() { ${makeBuffer}
      IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique | kIOMapReadOnly);
      uint8_t *p = (uint8_t *)map->getVirtualAddress(); *p = 1; }`,
    steps: 'start create map access end',
    defects: ['fault'],
    outcome: 'fault',
  },
  {
    what: 'an access after unmap() faults',
    source: `uint8_t f() { ${makeBuffer}
      IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
      uint8_t *p = (uint8_t *)map->getVirtualAddress(); map->unmap(); return *p; }`,
    steps: 'start create map unmap access end',
    defects: ['fault'],
    outcome: 'fault',
  },
  {
    what: 'the kernel can’t use a user task’s address',
    source: `uint8_t f() { ${makeBuffer} IOMemoryMap *map = md->createMappingInTask(current_task(), 0, kIOMapAnywhere);
      return *(uint8_t *)map->getAddress(); }`,
    steps: 'start create map access end',
    defects: ['fault'],
    outcome: 'fault',
    assumed: ["current_task() = the client's task"],
  },
  {
    what: 'a NULL pointer',
    source: 'uint64_t f(IOMemoryMap *map) { return map->getLength(); }',
    values: { map: 'NULL' },
    steps: 'start access end',
    defects: ['null-dereference'],
    outcome: 'fault',
  },
  {
    what: 'a NULL task is a panic',
    source: `void f() { ${makeBuffer} md->createMappingInTask(NULL, 0, kIOMapAnywhere); }`,
    steps: 'start create null end',
    defects: ['panic'],
    outcome: 'panic',
  },
  {
    what: 'kernel memory with the flags of newer kernels',
    source: `int f() { mach_vm_address_t at = 0;
      kern_return_t kr = mach_vm_allocate_kernel(kernel_map, &at, 4 * page_size, VM_MAP_KERNEL_FLAGS_ANYWHERE(.vm_tag = 11));
      kr |= mach_vm_inherit(kernel_map, at + page_size, page_size, VM_INHERIT_NONE);
      ((uint32_t *)at)[3] = 5;
      return kr == KERN_SUCCESS ? ((uint32_t *)at)[3] : 0; }`,
    steps: 'start end',
    outcome: '5',
  },
  {
    what: 'memory out of bounds',
    source: 'void f() { char *p = (char *)IOMalloc(8); p[8] = 1; }',
    steps: 'start access end',
    defects: ['fault'],
    outcome: 'fault',
  },
  {
    what: 'freed memory',
    source: 'char f() { char *p = (char *)IOMalloc(8); IOFree(p, 8); return p[0]; }',
    steps: 'start access end',
    defects: ['use-after-free'],
    outcome: 'fault',
  },
  {
    what: 'pages that the driver allocated can be mapped, and are the same memory',
    source: `int f() { int *p = (int *)IOMallocAligned(page_size, page_size); p[3] = 5;
      IOMemoryDescriptor *md = IOMemoryDescriptor::withAddress(p, page_size, kIODirectionInOut);
      IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
      int *q = (int *)map->getVirtualAddress(); int v = q[3]; q[3] = 6; v = v * 10 + p[3];
      map->release(); md->release(); IOFreeAligned(p, page_size); return v; }`,
    steps: 'start create map free free end',
    outcome: '56',
  },
  {
    what: 'a small block of the heap can’t be mapped',
    source: `bool f() { void *p = IOMalloc(64);
      IOMemoryDescriptor *md = IOMemoryDescriptor::withAddress(p, 64, kIODirectionInOut);
      IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
      bool mapped = map != NULL; md->release(); IOFree(p, 64); return mapped; }`,
    steps: 'start create null free end',
    outcome: 'false',
  },
  {
    what: 'arguments of a user client',
    source: `class C : public IOUserClient { task_t fTask; public: IOReturn map(IOExternalMethodArguments *args); };
      IOReturn C::map(IOExternalMethodArguments *args) {
        if (args->scalarInputCount != 2) return kIOReturnBadArgument;
        mach_vm_address_t address = args->scalarInput[0];
        mach_vm_size_t length = args->scalarInput[1];
        IOMemoryDescriptor *md = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionOut, fTask);
        if (!md) return kIOReturnNoMemory;
        IOReturn ret = md->prepare();
        if (ret == kIOReturnSuccess) {
          IOMemoryMap *map = md->map(kIOMapReadOnly);
          if (map) map->release();
          md->complete();
        }
        md->release();
        return ret;
      }`,
    run: 'C::map',
    values: { scalarInputCount: '2' },
    steps: 'start create prepare map free prepare free end',
    outcome: 'kIOReturnSuccess',
  },
  {
    what: 'smart pointers release at the end of their scope',
    source: `bool f() {
        OSSharedPtr<IOBufferMemoryDescriptor> md(IOBufferMemoryDescriptor::withCapacity(65536, kIODirectionInOut), OSNoRetain);
        OSSharedPtr<IOMemoryMap> map(md->map(), OSNoRetain);
        OSSharedPtr<IOMemoryMap> copy = map;
        if (!copy) return false;
        map.reset();
        return copy->getLength() == 65536;
      }`,
    steps: 'start create map retain release free free end',
    outcome: 'true',
  },
  {
    what: 'a smart pointer that is returned keeps its object',
    source: `static OSSharedPtr<IOMemoryMap> make() {
        OSSharedPtr<IOBufferMemoryDescriptor> md(IOBufferMemoryDescriptor::withCapacity(65536, kIODirectionInOut), OSNoRetain);
        OSSharedPtr<IOMemoryMap> map(md->map(), OSNoRetain);
        return map;
      }
      uint64_t f() { OSSharedPtr<IOMemoryMap> map = make(); return map->getLength(); }`,
    steps: 'start create map retain release release free end',
    outcome: '65536',
  },
  {
    what: 'detach() hands the reference over',
    source: `IOMemoryMap *f() { ${makeBuffer}
        OSSharedPtr<IOMemoryMap> map(md->map(), OSNoRetain); md->release(); return map.detach(); }`,
    steps: 'start create map release end',
    outcome: 'map',
  },
  {
    what: 'OSRetain takes a reference of its own, which then leaks with the raw one',
    source: `void f() { ${makeBuffer} OSSharedPtr<IOBufferMemoryDescriptor> p(md, OSRetain); }`,
    steps: 'start create retain release end',
    defects: ['leak'],
    outcome: '',
  },
  {
    what: 'an object’s free() releases its map',
    source: `class O : public OSObject { public: IOMemoryMap *fMap; virtual void free() { if (fMap) fMap->release(); OSObject::free(); } };
      void f() { ${makeBuffer} O *o = new O; o->fMap = md->map(); md->release(); o->release(); }`,
    steps: 'start create map release free end',
    outcome: '',
  },
  {
    what: 'an array retains what it holds',
    source: `void f() { ${makeBuffer} OSArray *a = OSArray::withCapacity(1); a->setObject(md); md->release(); a->release(); }`,
    steps: 'start create retain release free end',
    outcome: '',
  },
  {
    what: 'a command gate runs its action',
    source: `class D : public IOService { IOCommandGate *fGate; IOMemoryMap *fMap; public: static IOReturn action(OSObject *owner, void *a, void *b, void *c, void *d); IOReturn g(IOMemoryDescriptor *md); };
      IOReturn D::action(OSObject *owner, void *a, void *b, void *c, void *d) {
        D *self = OSDynamicCast(D, owner); if (!self) return kIOReturnBadArgument;
        self->fMap = ((IOMemoryDescriptor *)a)->map(); return self->fMap ? kIOReturnSuccess : kIOReturnVMError; }
      IOReturn D::g(IOMemoryDescriptor *md) { return fGate->runAction(&D::action, md); }`,
    run: 'D::g',
    steps: 'start map end',
    outcome: 'kIOReturnSuccess',
    assumed: ['md = a 64 KiB buffer descriptor', 'fGate = an IOCommandGate'],
  },
  {
    what: 'what nothing models gives assumed values',
    source: `uint64_t f(IOPCIDevice *device) { uint32_t bar = device->configRead32(0x10); if (bar == 0xffffffff) return 1;
      IODeviceMemory *m = device->getDeviceMemoryWithRegister(0x10); return m->getLength(); }`,
    steps: 'start end',
    outcome: '65536',
    assumed: ['device = an IOPCIDevice', 'IOPCIDevice::configRead32() = 0', 'device memory 0 = 64 KiB at 0xc0000000'],
  },
  {
    what: 'an unmodelled method of a descriptor ends the run',
    source: `void f() { ${makeBuffer} md->setPurgeable(0, NULL); }`,
    steps: 'start create end',
    outcome: 'not-modelled',
  },
  {
    what: 'a descriptor given to unknown code is not called leaked',
    source: `void keep(IOMemoryDescriptor *); void f() { ${makeBuffer} keep(md); }`,
    steps: 'start create end',
    outcome: '',
    assumed: ['keep() = neither releases nor changes md'],
  },
  {
    what: 'an endless loop ends at the budget',
    source: 'void f() { volatile int x = 0; while (true) x = 1; }',
    steps: 'start end',
    outcome: 'budget',
  },
  {
    what: 'endless recursion ends at the depth',
    source: 'int f(); int f() { return f() + 1; }',
    steps: 'start end',
    outcome: 'budget',
  },
  {
    what: 'a driver that waits for a register goes on',
    source: `bool f(IOService *provider) { IOMemoryMap *map = provider->mapDeviceMemoryWithIndex(0);
      volatile uint32_t *r = (volatile uint32_t *)map->getVirtualAddress(); while (!(r[1] & 0x80)) IODelay(10);
      map->release(); return true; }`,
    steps: 'start map free end',
    outcome: 'true',
    assumed: [
      'provider = an IOService',
      'provider memory 0 = 64 KiB at 0xc0000000',
      'r[1] = 0 (device memory)',
      'r[1], after 256 reads = all ones (device memory)',
    ],
  },
  {
    what: 'logging goes into the trace',
    source: 'void f() { IOLog("%s: %d of 0x%llx\\n", "map", 3, 0x10000ULL); }',
    steps: 'start log end',
    outcome: '',
  },
  {
    what: 'a panic',
    source: 'void f() { panic("no map %d", 4); }',
    steps: 'start access end',
    defects: ['panic'],
    outcome: 'panic',
  },
  {
    what: 'a release kernel has no assertions',
    source: 'int f() { assert(1 == 2); return 3; }',
    steps: 'start log end',
    outcome: '3',
  },
  {
    what: 'a development kernel has',
    source: 'int f() { assert(1 == 2); return 3; }',
    values: { DEVELOPMENT: '1' },
    steps: 'start access end',
    defects: ['panic'],
    outcome: 'panic',
  },
  {
    what: 'DriverKit: CreateMapping into the driver’s own task',
    source: `uint64_t f() { IOBufferMemoryDescriptor *md = NULL; IOMemoryMap *map = NULL;
      kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionInOut, 16384, 0, &md);
      if (ret != kIOReturnSuccess) return 1;
      ret = md->CreateMapping(0, 0, 0, 0, 0, &map);
      if (ret != kIOReturnSuccess) { md->release(); return 2; }
      uint64_t length = map->GetLength(); *(uint32_t *)map->GetAddress() = 1;
      map->release(); md->release(); return length; }`,
    steps: 'start create map free free end',
    outcome: '16384',
  },
  {
    what: 'DriverKit: GetAddressRange is an address of the driver’s own task, good until the buffer goes',
    source: `uint64_t f() { IOBufferMemoryDescriptor *md = NULL; IOAddressSegment range;
      if (IOBufferMemoryDescriptor::Create(kIOMemoryDirectionInOut, 16384, 0, &md)) return 1;
      md->GetAddressRange(&range); *(uint32_t *)range.address = 1;
      IOMemoryDescriptor *sub = NULL;
      if (IOMemoryDescriptor::CreateSubMemoryDescriptor(3, 16384, 1, md, &sub) != kIOReturnBadArgument) return 2;
      md->release(); return range.length; }`,
    steps: 'start create map null free end',
    outcome: '16384',
  },
  {
    what: 'a persistent descriptor of what was mapped is the descriptor itself, of what was not NULL',
    source: `int f(task_t task) { IOBufferMemoryDescriptor *b = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task,
        kIODirectionInOut | kIOMemoryKernelUserShared, 16384);
      if (IOMemoryDescriptor::withPersistentMemoryDescriptor(b)) return 1;
      IOMemoryMap *map = b->createMappingInTask(task, 0, kIOMapAnywhere);
      IOMemoryDescriptor *same = IOMemoryDescriptor::withPersistentMemoryDescriptor(b);
      int equal = same == b; map->release(); b->release(); same->release(); return equal; }`,
    steps: 'start create null map retain free release free end',
    outcome: '1',
  },
  {
    what: 'Intel’s pages are smaller',
    source: 'uint64_t f() { return page_size; }',
    machine: 'macos-15.4-x86_64',
    steps: 'start end',
    outcome: '4096',
  },
];

describe('a driver’s function over the simulator', () => {
  it.each(cases.map((each) => [each.what, each] as const))('%s', (_what, each) => {
    const trace = simulate(each.source, each.run ?? 'f', {
      ...(each.values ? { values: each.values } : {}),
      ...(each.machine === undefined ? {} : { machine: each.machine }),
      steps: 100_000,
    });
    expect(inShort(trace)).toEqual({ steps: each.steps, defects: each.defects ?? [], outcome: each.outcome });
    if (each.assumed)
      expect(trace.assumptions.map((assumption) => `${assumption.what} = ${assumption.value}`)).toEqual(each.assumed);
  });
});

describe('a trace', () => {
  const trace = simulate(
    `int f() {
  ${makeBuffer}
  IOMemoryMap *map =
      md->createMappingInTask(current_task(), 0, kIOMapAnywhere);
  md->release();
  map->release();
  return 0;
}
`,
    'f',
  );

  it('shows the statement and its place', () => {
    expect(trace.steps.slice(1).map(({ label, place }) => [place?.line, label])).toEqual([
      [2, 'IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODire…'],
      [3, 'IOMemoryMap *map = md->createMappingInTask(current_task(), 0, kIOMapAnywhere)'],
      [5, 'md->release()'],
      [6, 'map->release()'],
      [7, 'return 0'],
    ]);
  });

  it('names objects after the variables that hold them', () => {
    const mapped = trace.steps[2]!.changes.filter((change) => change.of === 'map').at(-1);
    expect(mapped?.value).toMatchObject({ name: 'map', holders: ['map'], references: 1 });
  });

  it('crosses process borders as it is', () => {
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
  });
});
