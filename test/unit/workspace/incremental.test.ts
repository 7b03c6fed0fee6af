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
