import { describe, expect, it } from 'vitest';
import { Workspace } from '../../../server/workspace/workspace';
import { printFunction } from '../../support/print-ir';

/** Lowers the last function of a text, with the API and the well-known macros in force. */
function lowered(text: string) {
  const workspace = new Workspace();
  workspace.setFile('a.cpp', text);
  workspace.readAll();
  return workspace.functions('a.cpp').at(-1)!;
}

const cases: readonly (readonly [name: string, source: string, expected: string])[] = [
  [
    'require_action is a goto in a macro',
    `int f(IOMemoryMap *m) {
  int r = 0;
  require_action(m, out, r = 1);
  r = 2;
out:
  return r;
}`,
    `
b0:
  begin r
  r := 0
  -> b1
b1:
  if m -> b2 else b7
b2:
  -> b3
b3:
  -> b4
b4:
  -> b5
b5:
  r = 2
  -> b6
b6:
  t0 = r
  end r m
  return t0
b7:
  r = 1
  -> b6
`,
  ],
  [
    'a goto ends the scopes that it leaves',
    `void f(IOMemoryDescriptor *md) {
  { OSSharedPtr<IOMemoryMap> p(md->map(), OSNoRetain); if (!p) goto out; p->getLength(); }
out:
  return;
}`,
    `
b0:
  begin p
  t0 = md->map()
  construct<OSSharedPtr<IOMemoryMap>> &p (t0, OSNoRetain)
  if p.get() -> b1 else b4
b1:
  -> b2
b2:
  t1 = p.get()->getLength()
  end p
  -> b3
b3:
  end md
  return
b4:
  end p
  -> b3
`,
  ],
  [
    'super:: is the base, not virtual',
    `class A : public IOService { public: void stop(IOService *p) override; int x; };
void A::stop(IOService *p) { super::stop(p); x = 1; }`,
    `
b0:
  this->IOService::stop(p)
  this->x = 1
  end p
  return
`,
  ],
  [
    'short circuits and conditions',
    `bool f(int a, int b) { return a && (b || !a); }`,
    `
b0:
  if a -> b1 else b5
b1:
  if b -> b2 else b4
b2:
  t0 = 1
  -> b3
b3:
  end b a
  return t0
b4:
  if a -> b5 else b2
b5:
  t0 = 0
  -> b3
`,
  ],
  [
    'a switch falls through',
    `int f(int a) { switch (a) { case 1: a++; case 2: return a; default: break; } return 0; }`,
    `
b0:
  switch a 1 -> b1, 2 -> b2 else b3
b1:
  t0 = a
  a = (t0 + 1)
  -> b2
b2:
  t1 = a
  end a
  return t1
b3:
  -> b4
b4:
  end a
  return 0
`,
  ],
  [
    'OSSafeReleaseNULL, one expression',
    `void f(IOMemoryMap *m) { OSSafeReleaseNULL(m); }`,
    `
b0:
  -> b1
b1:
  if m -> b2 else b6
b2:
  m->release()
  m = NULL
  -> b3
b3:
  -> b4
b4:
  -> b5
b5:
  end m
  return
b6:
  -> b3
`,
  ],
  [
    'OSDynamicCast',
    `OSData *f(OSObject *o) { return OSDynamicCast(OSData, o); }`,
    `
b0:
  t0 = OSDynamicCast<OSData>(o)
  end o
  return t0
`,
  ],
  [
    'a cast, a call and a multiplication',
    `int f(int a, int (*g)(int)) { return (uint32_t)(a) + (g)(a) * (a) - (a); }`,
    `
b0:
  t0 = (uint32_t)a
  t1 = (*g)(a)
  t2 = ((t0 + (t1 * a)) - a)
  end g a
  return t2
`,
  ],
  [
    'designated initialisers',
    `struct s { int a; int b[2]; }; void f() { struct s v = { .b = { [1] = 7 }, .a = 1 }; }`,
    `
b0:
  begin v
  v := 0
  v.b = 0
  v.b[1] := 7
  v.a := 1
  end v
  return
`,
  ],
  [
    'a default argument is left out',
    `IOMemoryMap *f(IOMemoryDescriptor *md, task_t t) { return md->createMappingInTask(t, 0, kIOMapAnywhere | kIOMapReadOnly); }`,
    `
b0:
  t0 = md->createMappingInTask(t, 0, (kIOMapAnywhere | kIOMapReadOnly))
  end t md
  return t0
`,
  ],
  [
    'loads before effects',
    `int g(); int f(int *p) { return *p + g() + *p; }`,
    `
b0:
  t0 = *p
  t1 = g()
  t2 = ((t0 + t1) + *p)
  end p
  return t2
`,
  ],
  [
    'a block captures',
    `void f(IOWorkLoop *w, int n) { w->runActionBlock(^IOReturn { return n; }); }`,
    `
b0:
  t0 = w->runActionBlock(closure 0)
  end n w
  return
`,
  ],
  [
    'new and delete',
    `class P { public: P(int a); int b; }; void f() { P *p = new P(3); delete p; }`,
    `
b0:
  begin p
  t0 = new P
  construct<P> t0 (3)
  p := t0
  delete p
  end p
  return
`,
  ],
  [
    'assembly names its operands',
    `void f(uint32_t msr) { uint32_t lo; __asm__ volatile("rdmsr" : "=a"(lo) : "c"(msr)); }`,
    `
b0:
  begin lo
  lo = <inline assembly>
  end lo
  end msr
  return
`,
  ],
  [
    'fields of this',
    `class A { int x; int *p; void f(int y); }; void A::f(int y) { x = y; p[x] += 2; }`,
    `
b0:
  t0 = y
  this->x = t0
  t1 = (*(this->p + this->x) + 2)
  *(this->p + this->x) = t1
  end y
  return
`,
  ],
  [
    'while with a declaration',
    `void f(OSIterator *i) { while (OSObject *o = i->getNextObject()) { o->retain(); } }`,
    `
b0:
  -> b1
b1:
  begin o
  t0 = i->getNextObject()
  o := t0
  if o -> b2 else b4
b2:
  o->retain()
  -> b3
b3:
  end o
  -> b1
b4:
  end o
  -> b5
b5:
  end i
  return
`,
  ],
];

describe('lowers', () => {
  it.each(cases)('%s', (_name, source, expected) => {
    const [fn] = lowered(source).variants;
    expect(fn!.gaps).toEqual([]);
    expect('\n' + printFunction(fn!).join('\n') + '\n').toBe(expected);
  });
});

describe('reads whole', () => {
  it.each([
    ['words for operators', 'bool f(int a, A *p) { if (not p and (a > 1 or a < 0)) return false; return true; }'],
    ['a declaration in the head of a for', 'void f(L *l) { for (int i = 0; N *n = l->at(i); ++i) n->use(); }'],
    [
      'a name in parentheses',
      'struct N { N *peer; }; void f(N *l) { for (N * (c) = l; (c); (c) = (c)->peer) use(c); }',
    ],
    [
      'arguments that nest',
      'void f() { a::p<std::vector<uint8_t>> b(std::make<std::vector<uint8_t>>()); use(1 >> 2); }',
    ],
    ['a comparison of three outcomes', 'auto f(A a, A b) { return a <=> b; }'],
  ])('%s', (_name, source) => {
    const { variants, delimited } = lowered(source);
    expect({ delimited, gaps: variants.flatMap((fn) => fn.gaps) }).toEqual({ delimited: true, gaps: [] });
  });
});

describe('where it does not understand', () => {
  it.each([
    ['a statement', 'void f(int a) {\n  a = ;\n  g(a);\n}', ['expression']],
    ['a goto without its label', 'void f() { goto nowhere; }', ['goto without its label']],
    ['a sum of thousands', `void f(int a) {\n  a = ${'1 + '.repeat(5000)}1;\n}`, ['expression too long']],
    [
      'brackets in thousands',
      `void f(int a) {\n  a = ${'('.repeat(5000)}1${')'.repeat(5000)};\n}`,
      ['nesting too deep'],
    ],
    ['a try block', 'void f() { try { g(); } catch (...) { } }', ['try']],
  ])('%s costs that statement', (_name, source, gaps) => {
    const { variants, delimited } = lowered(source);
    expect(delimited).toBe(true);
    expect(variants[0]!.gaps.map((gap) => gap.construct)).toEqual(gaps);
  });

  it('the rest of the function is still there', () => {
    const { variants } = lowered('void f(int a) {\n  a = ;\n  g(a);\n}');
    expect(printFunction(variants[0]!)).toContain('  t0 = g(a)');
  });
});

describe('#if inside a function', () => {
  it('is read both ways where nothing decides it', () => {
    const { variants } = lowered('int f() {\n#if FOO\n  return 1;\n#else\n  return 2;\n#endif\n}');
    expect(variants.map((fn) => printFunction(fn).at(-1))).toEqual(['  return 1', '  return 2']);
  });

  it('is read one way where a macro decides it', () => {
    const { variants } = lowered('#define FOO 0\nint f() {\n#if FOO\n  return 1;\n#else\n  return 2;\n#endif\n}');
    expect(variants.map((fn) => printFunction(fn).at(-1))).toEqual(['  return 2']);
  });
});
