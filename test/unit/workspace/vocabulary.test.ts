import { describe, expect, it } from 'vitest';
import { Workspace } from '../../../server/workspace/workspace';

/** The functions of a text that may touch a mapping. */
function touching(text: string): string[] {
  const workspace = new Workspace();
  workspace.setFile('a.cpp', `class IOMemoryMap;\n${text}`);
  return workspace.mappingFunctions('a.cpp').map((each) => each.qualifiedName);
}

describe('a function is read when it may touch a mapping', () => {
  const cases: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
    ['by a class that it names', 'void f(IOMemoryMap *m) { m->release(); }\nvoid g() { h(); }', ['f']],
    [
      'by a field',
      'class A { IOMemoryMap *fMap; void f(); void g(); };\nvoid A::f() { fMap->release(); }\nvoid A::g() { h(); }',
      ['A::f'],
    ],
    [
      'by a typedef',
      'typedef IOMemoryMap *map_t;\nmap_t make();\nvoid f() { auto m = make(); }\nvoid g() { other(); }',
      ['f'],
    ],
    [
      'by a class of its own',
      'class Md : public IOMemoryDescriptor { void f() { x(); } };\nMd *gMd;\nvoid g() { gMd->release(); }\nvoid h() { }',
      ['Md::f', 'g'],
    ],
    [
      'by a macro',
      '#define DROP(x) drop(x)\n#define MAKE(d) (d)->createMappingInTask(0, 0, 0)\nvoid f() { MAKE(d); }\nvoid g() { DROP(d); }',
      ['f'],
    ],
    [
      'by a getter of the API',
      'void f(IOService *p) { p->getDeviceMemoryWithIndex(0); }\nvoid g(IOService *p) { p->getName(); }',
      ['f'],
    ],
  ];
  it.each(cases)('%s', (_name, text, expected) => expect(touching(text)).toEqual(expected));
});
