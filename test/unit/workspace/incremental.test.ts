import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { Workspace } from '../../../server/workspace/workspace';
import { driver } from '../../support/driver';
import { applyEdit, edits } from '../../support/random-edits';

const header = `#ifndef RING_H
#define RING_H
#include <IOKit/IOService.h>
#define RING_ANYWHERE kIOMapAnywhere
typedef struct ring_options { IOOptionBits bits; } ring_options_t;
class RingBase : public IOService {
public:
    IOMemoryMap *makeMap(IOMemoryDescriptor *md);
    void dropMap(IOMemoryMap *map);
};
#endif
`;
const helper = `#include "RingBase.h"
IOMemoryMap *RingBase::makeMap(IOMemoryDescriptor *md) { return md->createMappingInTask(kernel_task, 0, RING_ANYWHERE); }
void RingBase::dropMap(IOMemoryMap *map) { if (map) map->release(); }
void use(RingBase *base, IOMemoryDescriptor *md) {
    IOMemoryMap *map = base->makeMap(md);
    if (map) { base->dropMap(map); }
}
`;
const files: Readonly<Record<string, string>> = {
  'ring/Ring.cpp': driver,
  'ring/RingBase.h': header,
  'ring/RingBase.cpp': helper,
};

/** All that a user can see of a workspace, told by a service. */
function told(service: ReturnType<typeof createService>) {
  return {
    findings: service.files().map((file) => service.diagnose(file)),
    entryPoints: service.entryPoints(),
    stats: service.stats(),
  };
}

function freshly(texts: Readonly<Record<string, string>>) {
  const service = createService();
  for (const [file, text] of Object.entries(texts)) service.setFile(file, text);
  return told(service);
}

function inOrder(findings: ReturnType<typeof told>['findings'][number]) {
  return findings.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

describe('after edits', () => {
  it('a workspace tells what a fresh one does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...Object.keys(files)), edits), { minLength: 1, maxLength: 4 }),
        (rounds) => {
          const texts = { ...files };
          const service = createService();
          for (const [file, text] of Object.entries(texts)) service.setFile(file, text);
          told(service);
          for (const [file, list] of rounds) {
            for (const edit of list) texts[file] = applyEdit(texts[file]!, edit);
            service.setFile(file, texts[file]!);
            expect(told(service)).toEqual(freshly(texts));
          }
        },
      ),
      { numRuns: Number(process.env['MAPLENS_RUNS'] ?? 60) },
    );
  });

  it('removing and adding a file again changes nothing', () => {
    const service = createService();
    for (const [file, text] of Object.entries(files)) service.setFile(file, text);
    const before = told(service);
    service.removeFile('ring/RingBase.h');
    told(service);
    service.setFile('ring/RingBase.h', header);
    expect(told(service)).toEqual(before);
  });
});

/** Statements about one field, of which the methods of a class are made, and what the class is like. */
const statements = [
  'fWindow = memory->map();',
  'fWindow = memory->map(kIOMapReadOnly);',
  'fWindow = fOther;',
  'OSSafeReleaseNULL(fWindow);',
  'DROP(fWindow);',
  'fWindow->release();',
  'if (fWindow != NULL) fWindow->unmap();',
  'fWindow = NULL;',
  'fAddress = fWindow->getVirtualAddress();',
  'drop(fWindow);',
  'keep(fWindow);',
  'if (fAddress == 0) return;',
  'IOMemoryMap *map = fWindow; map->release();',
  'try { fWindow; } catch (...) {}',
  '',
];
const methods = [
  'void Scope::open(IOMemoryDescriptor *memory)',
  'void Scope::stop(IOService *provider)',
  'void Scope::free()',
];
const heads = [
  '#define DROP(map) (map)->release()\nclass Scope : public IOService {',
  '#define DROP(map) do { if (map) (map)->unmap(); } while (0)\nclass Scope : public IOService {',
  '#define DROP(map) OSSafeReleaseNULL(map)\nclass Scope : public Base {',
  'class Scope : public IOService {\n    static Scope *instance;',
];
const helpers = [
  'void drop(IOMemoryMap *map) { map->release(); }',
  'void drop(IOMemoryMap *map) { map->getLength(); }',
  'void Base::free() { OSSafeReleaseNULL(fWindow); IOService::free(); }',
  '',
];

/** A change: a file's new text, or that it is gone. */
type Change = readonly [file: string, text: string | undefined];

const bodies = fc.array(fc.constantFrom(...statements), { maxLength: 3 });
const sourceOf = (method: string, body: readonly string[]): string =>
  `#include "Scope.h"\n${method}\n{\n    ${body.join('\n    ')}\n}\n`;
const headerOf = (head: string): string => `#include <IOKit/IOService.h>
class Base : public IOService { public: IOMemoryMap *fOther; void free() override; };
void drop(IOMemoryMap *map);
void keep(IOMemoryMap *map);
${head}
    IOMemoryMap *fWindow;
    IOVirtualAddress fAddress;
public:
    void open(IOMemoryDescriptor *memory);
    void stop(IOService *provider) override;
    void free() override;
};
`;
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(methods.length - 1), bodies)
      .map(([index, body]): Change => [`method${String(index)}.cpp`, sourceOf(methods[index]!, body)]),
  },
  { weight: 2, arbitrary: fc.constantFrom(...heads).map((head): Change => ['Scope.h', headerOf(head)]) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...helpers).map((text): Change => ['help.cpp', `#include "Scope.h"\n${text}\n`]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('method2.cpp', 'help.cpp', 'Scope.h').map((file): Change => [file, undefined]),
  },
);

describe('what is known of a field', () => {
  it('is after each change what a fresh workspace knows', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(change, { minLength: 2, maxLength: 6 }), (changes) => {
        const texts = new Map([['Scope.h', headerOf(heads[0]!)]]);
        methods.forEach((method, index) => {
          texts.set(`method${String(index)}.cpp`, sourceOf(method, [statements[[0, 5, 3][index]!]!]));
        });
        const service = createService();
        for (const [file, text] of texts) service.setFile(file, text);
        told(service);
        for (const [file, text] of changes) {
          if (text === undefined) {
            texts.delete(file);
            service.removeFile(file);
          } else {
            texts.set(file, text);
            service.setFile(file, text);
          }
          const now = inOrder(told(service).findings.flat());
          expect(now).toEqual(inOrder(freshly(Object.fromEntries(texts)).findings.flat()));
          for (const { rule } of now) seen.add(rule);
        }
      }),
      { numRuns: Number(process.env['MAPLENS_RUNS'] ?? 30) },
    );
    // Else it would compare nothing with nothing.
    expect(seen.size).toBeGreaterThan(1);
  });
});

describe('an edit inside a body', () => {
  it('reads and lowers that declaration alone', () => {
    const workspace = new Workspace();
    for (const [file, text] of Object.entries(files)) workspace.setFile(file, text);
    for (const file of workspace.paths()) workspace.functions(file);
    const before = workspace.work;
    const text = driver.replace('gUsers++;', 'gUsers++; gUsers += 0;');
    workspace.setFile('ring/Ring.cpp', text);
    for (const file of workspace.paths()) workspace.functions(file);
    const after = workspace.work;
    expect({ heads: after.heads - before.heads, bodies: after.bodies - before.bodies }).toEqual({
      heads: 1,
      bodies: 1,
    });
  });

  it('leaves other functions of the file the same objects', () => {
    const workspace = new Workspace();
    workspace.setFile('a.cpp', driver);
    const before = workspace.functions('a.cpp').flatMap((each) => each.variants);
    workspace.setFile('a.cpp', driver.replace('gUsers++;', 'gUsers += 2;'));
    const after = workspace.functions('a.cpp').flatMap((each) => each.variants);
    const changed = after.filter((fn) => !before.includes(fn)).map((fn) => fn.qualifiedName);
    expect(changed).toEqual(['Ring::mapForClient']);
  });
});
