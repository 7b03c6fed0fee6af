import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createService } from '../../../server/features/create-service';

const words =
  `class struct union enum namespace template typedef using extern "C" public: private: operator static const virtual inline
  auto int unsigned void bool IOMemoryMap IOMemoryDescriptor OSSharedPtr < > << >> ( ) { } [ ] [[ ]] ; : :: , . -> .* * & && ^ ~ ! + ++ - = == ? 1 0x10 "s" 'c'
  if else while do for switch case default: goto out out: break continue return new delete sizeof this nullptr try catch throw asm
  map release createMappingInTask kIOMapAnywhere a b f OSSafeReleaseNULL OSDynamicCast require_action __attribute__ ((x)) noexcept override = 0 ... typename decltype`
    .split(/\s+/)
    .filter((word) => word !== '');
const lines = [
  '\n',
  '\n#if A\n',
  '\n#else\n',
  '\n#endif\n',
  '\n#define M(x) x {\n',
  '\n#define N }\n',
  '\n#undef M\n',
  '/* */',
  '// c\n',
];

describe('whatever stands in a text', () => {
  it('is read without an exception, and told the same way twice', () => {
    const soup = fc.array(
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...words) },
        { weight: 1, arbitrary: fc.constantFrom(...lines) },
      ),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(soup, soup, (first, second) => {
        const text = `class IOMemoryMap;\n${first.join(' ')}\nvoid f(IOMemoryMap *m) { ${second.join(' ')} }\n`;
        const told = () => {
          const service = createService();
          service.setFile('a.cpp', text);
          return {
            findings: service.diagnose('a.cpp'),
            entryPoints: service.entryPoints(),
            stats: service.stats(true),
          };
        };
        expect(told()).toEqual(told());
      }),
      { numRuns: Number(process.env['MAPLENS_RUNS'] ?? 300) },
    );
  });
});

describe('what is made of itself', () => {
  it.each([
    ['a constant', 'enum { kA = kA };'],
    ['two enumerations', 'enum { kA = kB }; enum { kC = 1, kB = kA };'],
    ['a typedef', 'typedef a b; typedef b a;'],
    ['a class by its base', 'class A : public B { int x; }; class B : public A { };'],
    ['an array by its length', 'const int kN = sizeof(x[kN]); int x[kN];'],
  ])('%s', (_name, text) => {
    const service = createService();
    service.setFile(
      'a.cpp',
      `${text}\nvoid f(IOMemoryMap *m, A *a, b *c) { int n = kA + kN; a->release(); m->release(); }`,
    );
    expect(service.stats(true).functions).toBe(1);
    expect(service.diagnose('a.cpp')).toEqual(service.diagnose('a.cpp'));
  });
});
