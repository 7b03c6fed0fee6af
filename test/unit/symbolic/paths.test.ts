import { describe, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';

/** Each case is a source; `// ! rule` ends a line on which that rule has to report, and nothing else may be reported. */
const surroundings = `class Driver : public IOService {
    IOMemoryMap *fMap; IOMemoryDescriptor *fMemory; OSArray *fMaps; bool fOpen; UInt32 fCount; IOVirtualAddress fBase;
    static IOMemoryMap *fShared;
    bool isOpen(); void changed(); IOMemoryMap *make(IOMemoryDescriptor *memory); void drop(IOMemoryMap *map);
    void look(IOMemoryMap *map); void keep(IOMemoryMap *map); IOReturn work(int step); void run(void (^action)(void));
    void free() override { OSSafeReleaseNULL(fMap); OSSafeReleaseNULL(fMemory); IOService::free(); }
};
void unseen(void *pointer);
bool unseenFlag();
`;

const cases: Readonly<Record<string, string>> = {
  'a method whose every override releases': `class Base : public IOService { virtual void end(IOMemoryMap *map); void use(IOMemoryDescriptor *m); };
class Derived : public Base { void end(IOMemoryMap *map) override; };
void Base::end(IOMemoryMap *map) { map->release(); }
void Derived::end(IOMemoryMap *map) { fCount++; map->release(); }
void Base::use(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    if (map == NULL) return;
    end(map);
    map->release(); // ! over-release
}`,
  'a method of which one override releases': `class Base : public IOService { virtual void end(IOMemoryMap *map); void use(IOMemoryDescriptor *m); };
class Derived : public Base { void end(IOMemoryMap *map) override; };
void Base::end(IOMemoryMap *map) { fCount++; }
void Derived::end(IOMemoryMap *map) { map->release(); }
void Base::use(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    if (map != NULL) end(map);
}`,
  'a method with an override out of view': `class Base : public IOService { virtual void end(IOMemoryMap *map); void use(IOMemoryDescriptor *m); };
class Derived : public Base { void end(IOMemoryMap *map) override; };
void Base::end(IOMemoryMap *map) { fCount++; }
void Base::use(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    if (map != NULL) end(map);
}`,
  'a method that only looks, in each class': `class Base : public IOService { virtual void look(IOMemoryMap *map); void use(IOMemoryDescriptor *m); };
class Derived : public Base { void look(IOMemoryMap *map) override; };
void Base::look(IOMemoryMap *map) { IOLog("%p", map); }
void Derived::look(IOMemoryMap *map) { if (map) map->getLength(); }
void Base::use(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map(); // ! leaked-reference
    if (map != NULL) look(map);
}`,
  'an object of a class that nobody declares, kept in a field': `class Power : public OSObject { bool init(Unseen *plugin); void free() override; Unseen *fPlugin; };
bool Power::init(Unseen *plugin) {
    if (!OSObject::init()) return false;
    fPlugin = plugin;
    fPlugin->retain();
    return true;
}
void Power::free() { fPlugin->release(); OSObject::free(); }`,
  'a helper that answers with what may be NULL': `static IOMemoryMap *mapAll(IOMemoryDescriptor *m) { return m->map(); }
UInt64 Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = mapAll(m);
    UInt64 length = map->getLength(); // ! unchecked-null
    map->release();
    return length;
}`,
  'a helper that has tested what it answers with': `static IOMemoryMap *mapAll(IOMemoryDescriptor *m) { IOMemoryMap *map = m->map(); if (!map) panic("no map"); return map; }
UInt64 Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = mapAll(m);
    UInt64 length = map->getLength();
    map->release();
    return length;
}`,
  'correlated branches': `void Driver::a(IOMemoryDescriptor *m, bool x, bool y) {
    IOMemoryMap *map = 0;
    if (x) map = m->map();
    if (y) fCount++;
    if (x && map) map->release();
}`,
  'a condition that is not the same': `void Driver::a(IOMemoryDescriptor *m, bool x, bool y) {
    IOMemoryMap *map = 0;
    if (x) map = m->map(); // ! leaked-reference
    if (y && map) map->release();
}`,
  'a condition over two numbers': `void Driver::a(IOMemoryDescriptor *m, int x, int y) {
    IOMemoryMap *map = x < y ? m->map() : NULL;
    if (x >= y) return;
    OSSafeReleaseNULL(map);
}`,
  'bits of a flags word': `void Driver::a(IOMemoryDescriptor *m, UInt32 flags) {
    IOMemoryMap *map = 0;
    if (flags & 4) map = m->map();
    fCount = flags;
    if ((flags & 4) != 0) { if (map) map->release(); }
}`,
  'an error number': `IOReturn Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = NULL;
    IOReturn result = m->prepare();
    if (result == kIOReturnSuccess) map = m->map();
    if (result) return result;
    OSSafeReleaseNULL(map);
    return result;
}`,
  'a switch': `void Driver::a(IOMemoryDescriptor *m, int what) {
    IOMemoryMap *map = m->map(); // ! leaked-reference
    if (!map) return;
    switch (what) {
    case 1: map->release(); break;
    case 2: fMap = map; break;
    default: break;
    }
}`,
  'a field that nothing has written in between': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = NULL;
    if (fOpen) map = m->map();
    IOLog("open %d", fOpen);
    if (fOpen) OSSafeReleaseNULL(map);
}`,
  'a field that a call may have written: no proof': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = NULL;
    if (fOpen) map = m->map();
    changed();
    if (fOpen) OSSafeReleaseNULL(map);
}`,
  'a question that is asked twice': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = NULL;
    if (isOpen()) map = m->map();
    if (isOpen()) OSSafeReleaseNULL(map);
}`,
  'goto cleanup with a release in the branch': `IOReturn Driver::a(IOMemoryDescriptor *m) {
    IOReturn result = kIOReturnNoMemory;
    IOMemoryMap *first = NULL;
    IOMemoryMap *second = NULL;
    first = m->map();
    if (!first) goto fail;
    second = m->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (!second) goto fail;
    fMap = second;
    first->release();
    return kIOReturnSuccess;
fail:
    if (second) second->release();
    if (first) first->release();
    return result;
}`,
  require_action: `#include <AssertMacros.h>
IOReturn Driver::a(IOMemoryDescriptor *m) {
    IOReturn result = kIOReturnSuccess;
    IOMemoryMap *map = m->map();
    require_action(map, exit, result = kIOReturnNoMemory);
    fCount = (UInt32)map->getLength();
exit:
    if (map) map->release();
    return result;
}`,
  'a loop over all, each released': `void Driver::a(IOMemoryDescriptor *m, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        IOMemoryMap *map = m->map();
        if (!map) continue;
        if (map->getLength() == i) { map->release(); break; }
        map->release();
    }
}`,
  'continue past the release': `void Driver::a(IOMemoryDescriptor *m, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        IOMemoryMap *map = m->map(); // ! leaked-reference
        if (!map) continue;
        if (map->getLength() == i) continue;
        map->release();
    }
}`,
  'after a loop that counts further than anyone follows': `void Driver::a(IOMemoryDescriptor *m) {
    UInt32 sum = 0;
    for (int i = 0; i < 1000; i++) sum += i;
    m->map(); // ! leaked-reference
    fCount = sum;
}`,
  'a wait for a field that calls change': `void Driver::a(IOMemoryDescriptor *m) {
    while (!fOpen) changed();
    IOMemoryMap *map = m->map(); // ! leaked-reference
    fCount = map != NULL;
}`,
  'a helper that releases': `void Driver::drop(IOMemoryMap *map) { if (map) map->release(); }
void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    drop(map);
}
void Driver::b(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    if (!map) return;
    drop(map);
    map->release(); // ! over-release
}`,
  'a helper that releases each of many': `void Driver::drop(IOMemoryMap *map) { if (map) map->release(); }
void Driver::a(IOMemoryMap **maps, unsigned count) {
    IOMemoryMap *own[4];
    unseen(own);
    for (unsigned i = 0; i < 4; i++) drop(own[i]);
    for (unsigned i = 0; i < count; i++) drop(maps[i]);
}`,
  'a helper that looks': `void Driver::look(IOMemoryMap *map) { if (map) fCount = (UInt32)map->getLength(); }
void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map(); // ! leaked-reference
    look(map);
}`,
  'a helper that keeps': `void Driver::keep(IOMemoryMap *map) { fMap = map; }
void Driver::a(IOMemoryDescriptor *m) { keep(m->map()); }`,
  'a helper that makes': `IOMemoryMap *Driver::make(IOMemoryDescriptor *m) { return m->map(); }
void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = make(m); // ! leaked-reference
    fCount = map != NULL;
}`,
  'a helper that calls itself': `void Driver::drop(IOMemoryMap *map) { if (fCount) { fCount--; drop(map); } }
void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    drop(map);
}`,
  'code that nobody has seen': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    unseen(map);
}`,
  'code that nobody has seen, with the address of the variable': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    unseen(&map);
}`,
  'a block that captures': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    run(^{ map->release(); });
}`,
  'an action that gets it': `void Driver::a(IOCommandGate *gate, IOMemoryDescriptor *m) {
    gate->runAction((IOCommandGate::Action)&Driver::keep, m->map());
}`,
  'a descriptor that a queue makes anew': `void Driver::a(IODataQueue *queue) {
    IOMemoryDescriptor *d = queue->getMemoryDescriptor(); // ! leaked-reference
    if (d) fMap = d->map();
}`,
  'inside a block': `void Driver::a(IOMemoryDescriptor *m) {
    run(^{
        m->map(); // ! leaked-reference
    });
}`,
  'a function that does not return': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    if (!map) panic("no map");
    if (map->getLength() == 0) panic("empty");
    map->release();
}`,
  'a static keeps it': `void Driver::a(IOMemoryDescriptor *m) {
    static IOMemoryMap *map;
    if (!map) map = m->map();
    fShared = m->map();
}`,
  'elements of an array on the stack are locals': `bool Driver::a(IOMemoryDescriptor *m, IOMemoryDescriptor *n) {
    IOMemoryMap *maps[2];
    maps[0] = m->map(); // ! leaked-reference
    maps[1] = n->map();
    if (maps[1]) maps[1]->release();
    return maps[0] != NULL;
}
void Driver::b(IOMemoryDescriptor *m, IOMemoryDescriptor *n) {
    if (m) {
        IOMemoryMap *maps[2];
        maps[0] = m->map();
        maps[0] = n->map(); // ! leaked-reference
        maps[1] = m->map(); // ! leaked-reference
        if (maps[0]) maps[0]->release();
    }
    IOLog("done");
}
IOMemoryMap *Driver::c(IOMemoryDescriptor *m, IOMemoryDescriptor *n) {
    IOMemoryMap *maps[2];
    maps[0] = m->map();
    maps[1] = n->map();
    IOMemoryMap *first = maps[0];
    maps[0] = NULL;
    OSSafeReleaseNULL(first);
    return maps[1];
}`,
  'an array that is walked': `void Driver::a(IOMemoryDescriptor *m, IOMemoryDescriptor *n, unsigned count) {
    IOMemoryMap *maps[2] = { m->map(), n->map() };
    for (unsigned i = 0; i < count; i++) if (maps[i]) maps[i]->release();
}
void Driver::b(IOMemoryDescriptor *m, IOMemoryDescriptor *n) {
    IOMemoryMap *maps[2];
    maps[0] = m->map(); maps[1] = n->map();
    for (IOMemoryMap *map : maps) if (map) map->release();
}
void Driver::c(IOMemoryDescriptor *m, unsigned count) {
    IOMemoryMap *maps[4];
    for (unsigned i = 0; i < count; i++) maps[i] = m->map();
    for (unsigned i = 0; i < fCount; i++) if (maps[i]) maps[i]->release();
}
void Driver::d(IOMemoryDescriptor *m) {
    IOMemoryMap *maps[2];
    maps[0] = m->map();
    IOMemoryMap **first = maps;
    if (*first) (*first)->release();
}
void Driver::e(IOMemoryDescriptor *m) {
    IOMemoryMap *maps[2];
    maps[1] = m->map();
    IOMemoryMap **second = &maps[1];
    OSSafeReleaseNULL(*second);
}`,
  'an array element keeps it': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *maps[2];
    maps[0] = m->map();
    unseen(maps);
}`,
  'a cast that may fail makes no claim': `IOMemoryDescriptor *Driver::a(mach_vm_address_t at) {
    IOGeneralMemoryDescriptor *d = OSDynamicCast(IOGeneralMemoryDescriptor,
        IOMemoryDescriptor::withAddressRange(at, 64, kIODirectionOut, kernel_task));
    return d;
}`,
  'smart pointers throughout the file': `#define IOKIT_ENABLE_SHARED_PTR
void Driver::a(IOMemoryDescriptor *m) {
    auto map = m->map();
    if (map) fCount = (UInt32)map->getLength();
    fMaps->setObject(OSNumber::withNumber(1, 32));
}
void Driver::b(IOMemoryDescriptor *m) {
    OSSharedPtr<IOMemoryMap> map = m->map(); // ! leaked-reference
    IOMemoryMap *raw = map.detach();
    if (!raw) return;
    fCount = (UInt32)raw->getLength();
}`,
  'a constant object': `void Driver::a(OSDictionary *table) {
    table->setObject("mapped", OSBoolean::withBoolean(fOpen));
}`,
  'a retain too many': `IOReturn Driver::a(IOMemoryDescriptor **out) {
    IOMemoryDescriptor *m = IOMemoryDescriptor::withPhysicalAddress(0, 64, kIODirectionOut);
    if (!m) return kIOReturnNoMemory;
    m->retain();
    *out = m;
    return kIOReturnSuccess; // ! leaked-reference
}`,
  'a retain for a second owner': `IOReturn Driver::a(IOMemoryDescriptor **out) {
    IOMemoryDescriptor *m = IOMemoryDescriptor::withPhysicalAddress(0, 64, kIODirectionOut);
    if (!m) return kIOReturnNoMemory;
    fMemory = m;
    m->retain();
    *out = m;
    return kIOReturnSuccess;
}`,
  'an out-parameter, on success only': `kern_return_t Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = nullptr;
    kern_return_t result = m->CreateMapping(0, 0, 0, 0, 0, &map); // ! leaked-reference
    if (result != kIOReturnSuccess) return result;
    fBase = map->GetAddress();
    return result;
}
kern_return_t Driver::b(IOMemoryDescriptor *m) {
    IOMemoryMap *map = nullptr;
    kern_return_t result = m->CreateMapping(0, 0, 0, 0, 0, &map);
    if (result == kIOReturnSuccess) fCount = (UInt32)map->GetLength();
    OSSafeReleaseNULL(map);
    return result;
}`,
  'an out-parameter, lost on an error path': `kern_return_t Driver::a(uint64_t size) {
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t result = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionInOut, size, 0, &buffer);
    if (result) return result;
    result = buffer->SetLength(12);
    if (result) return result; // ! leaked-reference
    OSSafeReleaseNULL(buffer);
    return result;
}`,
  'an address through arithmetic': `UInt32 Driver::a(IOMemoryDescriptor *m, unsigned index) {
    IOMemoryMap *map = m->map();
    if (!map) return 0;
    UInt8 *bytes = (UInt8 *)map->getVirtualAddress() + 16;
    UInt32 *word = (UInt32 *)(bytes + index);
    map->release();
    return *word; // ! dead-address
}`,
  'an address that is only printed': `void Driver::a(IOMemoryDescriptor *m) {
    IOMemoryMap *map = m->map();
    if (!map) return;
    void *address = (void *)map->getVirtualAddress();
    map->release();
    IOLog("was at %p", address);
}`,
  'options on some paths': `IOMemoryMap *Driver::a(IOMemoryDescriptor *m, task_t task, bool where) {
    IOOptionBits options = kIOMapReadOnly;
    if (where) options |= kIOMapAnywhere;
    return m->createMappingInTask(task, 0, options); // ! no-address
}`,
};

function findings(source: string): string[] {
  const service = createService();
  service.setFile('Driver.cpp', surroundings + source);
  const skip = surroundings.split('\n').length - 1;
  return service.diagnose('Driver.cpp').map((finding) => `${finding.line - skip} ${finding.rule}`);
}

describe('paths', () => {
  test.each(Object.entries(cases))('%s', (_, source) => {
    const expected = source.split('\n').flatMap((line, index) => {
      const mark = /\/\/ ! ([a-z-]+)$/.exec(line);
      return mark ? [`${index + 1} ${mark[1]!}`] : [];
    });
    expect(findings(source)).toEqual(expected);
  });

  test('that lose one of several objects in one place are told once', () => {
    const source = `IOReturn Driver::a(IOMemoryDescriptor *m, int which) {
    IOMemoryMap *map = NULL;
    switch (which) { case 1: map = m->map(); break; case 2: map = m->map(kIOMapReadOnly); break; }
    if (isOpen()) return kIOReturnBusy;
    OSSafeReleaseNULL(map);
    return kIOReturnSuccess;
}`;
    expect(findings(source)).toEqual(['4 leaked-reference']);
  });

  test('end at a budget that is told, with what was found until then', () => {
    const branches = Array.from({ length: 40 }, (_, index) => `if (unseenFlag()) v[${index}] = unseenFlag();`).join(
      '\n',
    );
    const source = `void Driver::a(IOMemoryDescriptor *m) {\nm->map();\nint v[40];\n${branches}\nunseen(v);\n}`;
    expect(findings(source)).toEqual(['2 leaked-reference']);
  });

  test('are followed to the end of a function with more of them than the budget', () => {
    const branches = Array.from({ length: 60 }, (_, index) => `if (v[${index}]) fCount += v[${index + 1}];`).join('\n');
    const flags = Array.from(
      { length: 16 },
      (_, index) => `bool f${index} = unseenFlag(); UInt32 n${index} = 0; if (f${index}) n${index} = 1;`,
    );
    const sum = Array.from({ length: 16 }, (_, index) => `n${index}`).join(' + ');
    const source = [
      'void Driver::a(IOMemoryDescriptor *m, int *v) {',
      branches,
      ...flags,
      `fCount += ${sum};`,
      'm->map(); // here',
      '}',
    ].join('\n');
    const line = source.split('\n').findIndex((each) => each.endsWith('// here')) + 1;
    expect(findings(source)).toEqual([`${line} leaked-reference`]);
  });

  test('are followed to the end where each of many objects is there or not, and the statistics say that they were merged', () => {
    const each = (write: (index: number) => string): string =>
      Array.from({ length: 24 }, (_, index) => write(index)).join('\n');
    const body = [
      each((index) => `IOMemoryMap *m${index} = unseenFlag() ? m->map(0) : NULL;`),
      each((index) => `if (m${index}) m${index}->release();`),
      'm->map(); // here',
    ].join('\n');
    const service = createService();
    service.setFile(
      'Driver.cpp',
      `${surroundings}void Driver::a(IOMemoryDescriptor *m) {\n${body}\n}\nvoid Driver::b(IOMemoryDescriptor *m) { m->map(); }`,
    );
    expect(service.diagnose('Driver.cpp').map(({ rule, function: name }) => `${name} ${rule}`)).toEqual([
      'Driver::a leaked-reference',
      'Driver::b leaked-reference',
    ]);
    expect(service.stats()).toMatchObject({ budgetEnded: [], merged: 1 });
  });

  test('end at the budget of instructions, and the statistics name the function', () => {
    const body = Array.from({ length: 41_000 }, (_, index) => `fCount = ${index};`).join('\n');
    const service = createService();
    service.setFile(
      'Driver.cpp',
      `${surroundings}void Driver::a(IOMemoryDescriptor *m) {\nm->map();\n${body}\nif (fCount) fCount = 0; fCount = 1;\n}`,
    );
    expect(service.diagnose('Driver.cpp').map(({ rule }) => rule)).toEqual(['leaked-reference']);
    expect(service.stats()).toMatchObject({ budgetEnded: ['Driver::a'], merged: 0 });
  });

  test('depend on the code of other files that they lead through', () => {
    const service = createService();
    const helper = (body: string): string => `${surroundings}void Driver::drop(IOMemoryMap *map) { ${body} }`;
    service.setFile('Driver.h', surroundings);
    service.setFile('Helper.cpp', helper('if (map) map->release();'));
    service.setFile(
      'Driver.cpp',
      `#include "Driver.h"\nvoid Driver::a(IOMemoryDescriptor *m) { IOMemoryMap *map = m->map(); drop(map); }`,
    );
    const rules = (): string[] => service.diagnose('Driver.cpp').map((finding) => finding.rule);
    expect(rules()).toEqual([]);
    service.setFile('Helper.cpp', helper('if (map) fCount = (UInt32)map->getLength();'));
    expect(rules()).toEqual(['leaked-reference']);
    service.setFile('Helper.cpp', helper('OSSafeReleaseNULL(map);'));
    expect(rules()).toEqual([]);
  });

  test('are told in steps, from the creation to the loss', () => {
    const service = createService();
    const source = `IOReturn Driver::a(IOMemoryDescriptor *m, bool x) {
    IOMemoryMap *map = m->map();
    if (!map) return kIOReturnNoMemory;
    if (x) return kIOReturnBusy;
    map->release();
    return kIOReturnSuccess;
}`;
    service.setFile('Driver.cpp', surroundings + source);
    const [finding] = service.diagnose('Driver.cpp');
    expect(finding?.path.map((step) => step.message)).toEqual([
      'map() returns a map with a reference to give up (+1)',
      "takes the true branch of 'map'",
      "takes the true branch of 'x'",
      "the function returns and 'map' still has its reference",
    ]);
  });
});
