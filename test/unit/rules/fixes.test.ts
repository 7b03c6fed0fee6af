import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import type { Finding } from '../../../server/features/service';
import { allRules } from '../../../server/rules/index';
import { applyFix, surroundings as around } from '../../support/rule-examples';

const surroundings = `#include <IOKit/IOMemoryDescriptor.h>
class FrameGrabber : public IOService {
    IOMemoryMap *grab(IOMemoryDescriptor *memory, task_t task, IOOptionBits more, bool quiet);
};
`;

function find(body: string): readonly Finding[] {
  const service = createService();
  service.setFile('a.cpp', body);
  return service.diagnose('a.cpp');
}

/** The statement of a function, and what the first fix makes of it; undefined where there is none. */
const cases: readonly (readonly [rule: string, before: string, after: string | undefined])[] = [
  [
    'no-address',
    'memory->createMappingInTask(task, 0, kIOMapReadOnly)',
    'memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly)',
  ],
  ['no-address', 'memory->createMappingInTask(task, 0, 0)', 'memory->createMappingInTask(task, 0, kIOMapAnywhere)'],
  [
    'no-address',
    'memory->createMappingInTask(task, 0, quiet ? kIOMapReadOnly : kIOMapInhibitCache)',
    'memory->createMappingInTask(task, 0, kIOMapAnywhere | (quiet ? kIOMapReadOnly : kIOMapInhibitCache))',
  ],
  ['static-option', 'memory->map(kIOMapStatic)', 'memory->map(0)'],
  ['static-option', 'memory->map(kIOMapStatic | kIOMapReadOnly)', 'memory->map(kIOMapReadOnly)'],
  ['static-option', 'memory->map(more | kIOMapStatic)', 'memory->map(more)'],
  [
    'static-option',
    'memory->map(kIOMapReadOnly | kIOMapStatic | kIOMapUnique)',
    'memory->map(kIOMapReadOnly | kIOMapUnique)',
  ],
  ['static-option', 'memory->map((kIOMapReadOnly) | (kIOMapStatic))', 'memory->map((kIOMapReadOnly))'],
  ['static-option', 'memory->map(kIOMapReadOnly | (kIOMapStatic | kIOMapUnique))', undefined],
  ['static-option', 'memory->map(STAYS)', undefined],
  ['static-option', 'memory->map(STAYS | kIOMapReadOnly)', undefined],
  [
    'static-option',
    'memory->createMappingInTask(task, 0, kIOMapStatic | kIOMapReadOnly)',
    'memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly)',
  ],
  ['undefined-map-bits', 'memory->map(0x40 | kIOMapReadOnly | 0x20)', 'memory->map(kIOMapReadOnly)'],
  ['undefined-map-bits', 'memory->map(0x40 | 0x20 | kIOMapReadOnly)', 'memory->map(kIOMapReadOnly)'],
  ['undefined-map-bits', 'memory->map(kIOMapReadOnly | 0x40 | 0x20)', 'memory->map(kIOMapReadOnly)'],
  ['undefined-map-bits', 'memory->map(0x1040)', undefined],
  ['undefined-map-bits', 'memory->map(kIOMapReadOnly | 0x1040)', undefined],
  ['foreign-constant', 'memory->map(kIODirectionIn)', undefined],
  ['foreign-constant', 'memory->map(kIOInhibitCache)', 'memory->map(kIOMapInhibitCache)'],
  [
    'foreign-constant',
    'memory->map(kIOMapUnique | kIOMemoryMapReadOnly)',
    'memory->map(kIOMapUnique | kIOMapReadOnly)',
  ],
  ['ignored-address', 'memory->createMappingInTask(task, (mach_vm_address_t)getProvider(), kIOMapAnywhere)', undefined],
];

describe('a fix', () => {
  test.each(cases)('%s: %s', (rule, before, after) => {
    const write = (call: string): string =>
      `#define STAYS kIOMapStatic | kIOMapUnique\n${surroundings}IOMemoryMap *FrameGrabber::grab(IOMemoryDescriptor *memory, task_t task, IOOptionBits more, bool quiet)\n{\n    return ${call};\n}\n`;
    const finding = find(write(before)).find((one) => one.rule === rule);
    const fixed = finding!.fix && applyFix(write(before), finding!.fix);
    expect(fixed).toBe(after && write(after));
    if (fixed === undefined) return;
    expect(find(fixed).filter((one) => one.rule === rule)).toEqual([]);
  });

  test.each([
    ['in the finding’s file', 'fWindow->release();', 'a.cpp', true],
    ['not in another one', 'fWindow->release();', 'b.cpp', false],
    ['not where a macro wrote the release', 'DROP(fWindow);', 'a.cpp', false],
  ])('of a field’s release is offered %s', (_, release, home, offered) => {
    const service = createService();
    service.setFile(
      'Scope.h',
      `class Scope : public IOService {
    IOMemoryMap *fWindow;
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    void free() override;
};
#define DROP(map) (map)->release()
`,
    );
    const files: Record<string, string> = { 'a.cpp': '#include "Scope.h"\n', 'b.cpp': '#include "Scope.h"\n' };
    files[home]! +=
      `void Scope::stop(IOService *provider) { if (fWindow != NULL) ${release} IOService::stop(provider); }\n`;
    files['a.cpp']! +=
      `bool Scope::start(IOService *provider) { fWindow = provider->mapDeviceMemoryWithIndex(0); return fWindow != NULL; }
void Scope::free() { OSSafeReleaseNULL(fWindow); IOService::free(); }\n`;
    for (const [name, text] of Object.entries(files)) service.setFile(name, text);
    const findings = service.diagnose('a.cpp').filter(({ rule }) => rule === 'member-released-twice');
    expect(findings.map(({ fix }) => fix !== undefined)).toEqual([offered]);
  });

  test.each([
    ['OSSharedPtr<IOMemoryDescriptor> memory(map->getMemoryDescriptor(), OSNoRetain);', true],
    ['ADOPTED(memory, map->getMemoryDescriptor());', false],
  ])('of a tag is not offered where a macro wrote it: %s', (statement, offered) => {
    const text = `#define ADOPTED(name, from) OSSharedPtr<IOMemoryDescriptor> name(from, OSNoRetain)
mach_vm_size_t lengthOf(IOMemoryMap *map) { ${statement} return memory->getLength(); }\n`;
    const found = find(text).filter(({ rule }) => rule === 'smart-pointer-adoption');
    expect(found.map(({ fix }) => fix !== undefined)).toEqual([offered]);
  });

  test('of a constant from another family names one that there is', () => {
    const folder = join(import.meta.dirname, '../../../server/api');
    const declared = ['map-options.h', 'driverkit-memory.h', 'memory-descriptor-options.h'].flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^ {4}(kIO\w+).* = /gm)].map((match) => match[1]!),
    );
    const uses = declared.flatMap((name) => [
      `IOMemoryMap *f(IOMemoryDescriptor *memory) { return memory->map(${name}); }`,
      `kern_return_t g(IOMemoryDescriptor *memory, IOMemoryMap **map) { return memory->CreateMapping(${name}, 0, 0, 0, 0, map); }`,
    ]);
    const names = uses.flatMap((text) =>
      find(text).flatMap(({ rule, fix }) => (rule === 'foreign-constant' && fix ? [fix.edits[0]!.text] : [])),
    );
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !declared.includes(name))).toEqual([]);
  });

  test.each(['map()', 'createMappingInTask(kernel_task, 0)'])('adds an option that is left out: %s', (call) => {
    const write = (made: string): string =>
      `${surroundings}void f(IOMemoryDescriptor *a, IOMemoryDescriptor *b) { IOMemoryMap *map = a->${made}; if (map) { if (map->redirect(b, 0, 0ULL)) return; map->release(); } }\n`;
    const { fix } = find(write(call)).find(({ rule }) => rule === 'redirect-not-unique')!;
    const wanted = call.replace(/\)$/, call.includes(',') ? ', kIOMapUnique)' : 'kIOMapUnique)');
    expect(applyFix(write(call), fix!)).toBe(write(wanted));
  });

  test('is not offered where a macro wrote the call', () => {
    const text = `${surroundings}#define GRAB(m, t) (m)->createMappingInTask((t), 0, kIOMapReadOnly)
IOMemoryMap *FrameGrabber::grab(IOMemoryDescriptor *memory, task_t task, IOOptionBits more, bool quiet)
{
    return GRAB(memory, task);
}
`;
    expect(find(text).map(({ rule, fix }) => ({ rule, fix }))).toEqual([{ rule: 'no-address', fix: undefined }]);
  });
});

/** Findings as they are told apart whatever moved. */
function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ rule, message }) => `${rule}: ${message}`);
}

function without(all: readonly string[], some: readonly string[]): readonly string[] {
  const left = [...all];
  for (const one of some) if (left.includes(one)) left.splice(left.indexOf(one), 1);
  return left;
}

describe.each(allRules.map((rule) => [rule.id, rule] as const))('%s', (id, { examples, fix }) => {
  const fixable = examples.bad
    .map(({ title, source }) => [title, around + source] as const)
    .filter(([, text]) => find(text).some((one) => one.rule === id && one.fix));

  test('says what its quick fix does where it has one, and not elsewhere', () => {
    expect(fix !== undefined).toBe(fixable.length > 0);
  });

  test.each(fixable)('is content once it is mended, and so are all others: %s', (_, text) => {
    const before = find(text);
    for (const finding of before.filter((one) => one.rule === id && one.fix)) {
      const after = find(applyFix(text, finding.fix!));
      expect(without(told(after), told(before))).toEqual([]);
      expect(after.length).toBeLessThan(before.length);
      expect(after.filter(({ rule }) => rule === id).length).toBeLessThan(
        before.filter(({ rule }) => rule === id).length,
      );
    }
  });
});
