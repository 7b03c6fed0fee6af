import { describe, expect, test } from 'vitest';
import { replay } from '../../../server/concrete/replay/replay';
import { ConcreteProgram } from '../../../server/features/concrete-program';
import { createService } from '../../../server/features/create-service';
import type { Claim } from '../../../server/ir/claim';
import { Workspace } from '../../../server/workspace/workspace';

const driver = (body: string): string => `#include <IOKit/IOService.h>
#include <IOKit/IOMemoryDescriptor.h>
class Ring : public IOService {
    IOReturn grab(IOMemoryDescriptor *memory, unsigned int mode, uint32_t count);
    bool initWithMode(unsigned int mode);
    IOReturn ready(unsigned int mode);
    IOMemoryDescriptor *find(unsigned int mode);
    IOMemoryMap *fMap;
    IOMemoryDescriptor *fMemory;
    IOMemoryDescriptor **fMemories;
    uint32_t fFlags;
};
${body}`;

const grab = 'IOReturn Ring::grab(IOMemoryDescriptor *memory, unsigned int mode, uint32_t count)';

function replayed(body: string) {
  const service = createService();
  service.setFile('Ring.cpp', driver(body));
  return service
    .diagnose('Ring.cpp')
    .filter(({ path }) => path.length > 0)
    .map((finding) => ({ rule: finding.rule, ...service.replay(finding) }));
}

/** What a path needs, and the assumptions of the run that has it. */
const paths: readonly (readonly [title: string, body: string, assumed: readonly (readonly [string, string])[]])[] = [
  [
    'a parameter, compared with a constant',
    `${grab} {
    IOMemoryMap *map = memory->map();
    if (map == NULL) return kIOReturnNoMemory;
    if (mode == 17) return kIOReturnUnsupported;
    map->release();
    return kIOReturnSuccess;
}`,
    [['mode', '17, as the path has it']],
  ],
  [
    'bits of a field, all that are asked',
    `${grab} {
    IOMemoryMap *map = memory->map();
    if (map == NULL) return kIOReturnNoMemory;
    if ((fFlags & 0xf0) != 0x30) { map->release(); return kIOReturnUnsupported; }
    if ((fFlags & 3) == 2) return kIOReturnBusy;
    map->release();
    return kIOReturnSuccess;
}`,
    [['fFlags', '50, as the path has it']],
  ],
  [
    'a call of the kernel that fails',
    `${grab} {
    IOMemoryMap *map = memory->map();
    if (map == NULL) return kIOReturnNoMemory;
    if (memory->prepare() != kIOReturnSuccess) return kIOReturnVMError;
    memory->complete();
    map->release();
    return kIOReturnSuccess;
}`,
    [['IOMemoryDescriptor::prepare()', '0xe00002bc, as the path has it']],
  ],
  [
    'the length of memory that the caller passes',
    `${grab} {
    IOMemoryMap *map = memory->map();
    if (map == NULL) return kIOReturnNoMemory;
    if (map->getLength() < 4096) return kIOReturnNoSpace;
    map->release();
    return kIOReturnSuccess;
}`,
    [],
  ],
  [
    'what a function of the driver asks, in its own body',
    `IOReturn Ring::ready(unsigned int mode) { return fFlags == 7 ? kIOReturnBusy : kIOReturnSuccess; }
${grab} {
    IOMemoryMap *map = memory->map();
    if (map == NULL) return kIOReturnNoMemory;
    if (ready(mode) != kIOReturnSuccess) return kIOReturnBusy;
    map->release();
    return kIOReturnSuccess;
}`,
    [],
  ],
  [
    'a loop that the path goes round once',
    `${grab} {
    for (uint32_t i = 0; i < count; i++) {
        IOMemoryMap *map = memory->map();
        if (map == NULL) break;
        fFlags += (uint32_t)map->getLength();
    }
    return kIOReturnSuccess;
}`,
    [],
  ],
  [
    'a case of a switch',
    `${grab} {
    IOMemoryMap *map = memory->map();
    if (map == NULL) return kIOReturnNoMemory;
    switch (mode) {
    case 4:
        return kIOReturnUnsupported;
    default:
        map->release();
    }
    return kIOReturnSuccess;
}`,
    [['mode', '4, as the path has it']],
  ],
  [
    'a field that another branch sets, before init() has set any',
    `bool Ring::initWithMode(unsigned int mode) {
    if (!IOService::init()) return false;
    if (mode == 5)
        fMemory = IOMemoryDescriptor::withPhysicalAddress(0x1000, 0x1000, kIODirectionInOut);
    if (fMemory == NULL) return false;
    fFlags = (uint32_t)fMemory->map()->getLength();
    return true;
}
void Ring::free() { OSSafeReleaseNULL(fMemory); IOService::free(); }`,
    [['mode', '5, as the path has it']],
  ],
];

describe('a run has what a path needs', () => {
  test.each(paths)('%s', (_, body, assumed) => {
    const found = replayed(body);
    expect(found.length).toBeGreaterThan(0);
    for (const { rule, verdict, reason } of found)
      expect({ rule, verdict, reason }).toMatchObject({ verdict: 'confirmed' });
    const { assumptions = [] } = found[0]!.trace ?? {};
    for (const [what, value] of assumed) expect(assumptions).toContainEqual(expect.objectContaining({ what, value }));
  });
});

test('a path that no values make says which condition is in the way', () => {
  const [found] = replayed(`${grab} {
    IOMemoryMap *map = memory->map();
    if (map == NULL) return kIOReturnNoMemory;
    if (map->getVirtualAddress() == 0) return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}`);
  expect(found).toMatchObject({ rule: 'leaked-reference', verdict: 'not-replayable' });
  expect(found?.reason).toMatch(/^'map->getVirtualAddress\(\) == 0' at Ring.cpp:\d+:\d+ does not come out/);
});

/** A claim about a function without branches, which a checker might have made by mistake. */
function claimed(what: Claim['what'], body: string) {
  const workspace = new Workspace();
  workspace.setFile('Ring.cpp', driver(body));
  workspace.readAll();
  const lowered = workspace.functions('Ring.cpp').find(({ qualifiedName }) => qualifiedName === 'Ring::grab')!;
  const program = new ConcreteProgram(workspace, 'Ring.cpp');
  const [source] = program.placed(lowered);
  const { blocks, entry } = source!.function;
  const calls = blocks[entry]!.instructions.filter(({ op }) => op === 'call');
  const end = blocks[entry]!.terminator.span;
  return replay(program, source!, { blocks: [entry], what, subject: { kind: 'made', at: calls[0]!.span }, at: end });
}

test.each([
  ['lost', 'IOMemoryMap *map = memory->map(); map->release();', 'refuted'],
  ['lost', 'IOMemoryMap *map = memory->map(); fMap = map;', 'refuted'],
  ['lost', 'IOMemoryMap *map = memory->map(); fFlags = (uint32_t)map->getLength();', 'confirmed'],
  ['lost', 'IOMemoryMap *map = memory->map(); map->retain(); fMap = map;', 'confirmed'],
  ['over-released', 'IOMemoryMap *map = memory->map(); map->release();', 'refuted'],
  ['over-released', 'IOMemoryMap *map = memory->map(); map->release(); map->release();', 'confirmed'],
  ['left-prepared', 'IOMemoryMap *map = memory->map(); memory->prepare(); memory->complete();', 'refuted'],
  ['dangling', 'IOMemoryMap *map = memory->map(kIOMapUnique); fFlags = 1; map->release();', 'refuted'],
] as const)('%s: %s: %s', (what, body, verdict) => {
  expect(claimed(what, `${grab} { ${body} return kIOReturnSuccess; }`)).toMatchObject({ verdict });
});

test('a call that makes no object in the run is taken as read, and named', () => {
  const [found] = replayed(`static IOMemoryMap *mapOf(IOMemoryDescriptor *memory, unsigned int mode)
{
    for (unsigned int at = 0; at < gCount; at++)
        if (gModes[at].mode == mode && gModes[at].next == &gModes[at + 1]) return memory->map();
    return NULL;
}
${grab} {
    IOMemoryMap *map = mapOf(memory, mode);
    return map->getLength() == 0 ? kIOReturnNoMemory : kIOReturnSuccess;
}`).filter(({ rule }) => rule === 'leaked-reference');
  expect(found).toMatchObject({ verdict: 'confirmed', reason: 'what mapOf() answers is taken as the path has it' });
});

test('descriptors of an array are told from each other', () => {
  const [found] = replayed(`${grab} {
    unsigned int index;
    IOReturn status = kIOReturnSuccess;
    for (index = 0; index < count; index++) {
        status = fMemories[index]->prepare(kIODirectionOut);
        if (status != kIOReturnSuccess) break;
    }
    if (status != kIOReturnSuccess)
        for (unsigned int undo = 0; undo < index; undo++) fMemories[index]->complete(kIODirectionOut);
    return status;
}`);
  expect(found).toMatchObject({ rule: 'unbalanced-prepare', verdict: 'confirmed' });
});

test('a parameter that is declared as consumed comes with its reference', () => {
  const [found] =
    replayed(`class Pool : public OSObject { bool add(LIBKERN_CONSUMED IOMemoryDescriptor *memory); OSArray *list; bool full; };
bool Pool::add(IOMemoryDescriptor *memory) {
    if (full) return false;
    list->setObject(memory);
    memory->release();
    return true;
}`);
  expect(found).toMatchObject({ rule: 'leaked-reference', verdict: 'confirmed' });
});
