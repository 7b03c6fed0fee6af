import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { split } from '../../../server/syntax/split';
import { applyEdit, edits } from '../../support/random-edits';
import { driver } from '../../support/driver';

/** Chunks as "kind: text", white space folded. */
function chunks(text: string): string[] {
  return split(text).map((chunk) => `${chunk.kind}: ${text.slice(chunk.start, chunk.end).replace(/\s+/g, ' ')}`);
}

describe('splits a text into declarations', () => {
  const cases: Record<string, [string, string[]]> = {
    'functions and declarations': [
      'int a;\nvoid f() { if (a) { g(); } }\nint b;',
      ['declaration: int a;', 'function: void f() { if (a) { g(); } }', 'declaration: int b;'],
    ],
    'classes, members by themselves': [
      'class A : public B {\npublic:\n  int x;\n  void f() { }\n};',
      ['open: class A : public B {', 'access: public:', 'declaration: int x;', 'function: void f() { }', 'close: };'],
    ],
    'a macro on a line of its own': [
      'OSDefineMetaClassAndStructors(A, B)\nvoid f() {}',
      ['macro: OSDefineMetaClassAndStructors(A, B)', 'function: void f() {}'],
    ],
    'a macro with a semicolon': [
      'OSDefineMetaClassAndStructors(A, B);\nint a;',
      ['declaration: OSDefineMetaClassAndStructors(A, B);', 'declaration: int a;'],
    ],
    'constructor initialisers': ['A::A() : B(), x(1), y{2} { f(); }', ['function: A::A() : B(), x(1), y{2} { f(); }']],
    operators: [
      'bool operator==(const A &a) { return true; }\nvoid *operator new(size_t n) { return 0; }',
      [
        'function: bool operator==(const A &a) { return true; }',
        'function: void *operator new(size_t n) { return 0; }',
      ],
    ],
    'initialisers and lambdas are no bodies': [
      'int a[] = { 1, 2 };\nauto f = [](int x) { return x; };',
      ['declaration: int a[] = { 1, 2 };', 'declaration: auto f = [](int x) { return x; };'],
    ],
    enumerations: [
      'enum { a, b } c;\nenum class E : int { x };',
      ['declaration: enum { a, b } c;', 'declaration: enum class E : int { x };'],
    ],
    'a struct that returns a function': [
      'struct s *f(int a) { return 0; }',
      ['function: struct s *f(int a) { return 0; }'],
    ],
    'a function that returns an enumeration': [
      'enum e\nf(int a) { return x; }',
      ['function: enum e f(int a) { return x; }'],
    ],
    'a class with an attribute macro': [
      'class __deprecated_msg("x") A : public B {\n int a;\n};',
      ['open: class __deprecated_msg("x") A : public B {', 'declaration: int a;', 'close: };'],
    ],
    'a specialised class': [
      'template <class R> struct S<R (*)()> { R r; };',
      ['open: template <class R> struct S<R (*)()> {', 'declaration: R r;', 'close: };'],
    ],
    'typedef of a struct': [
      'typedef struct _s {\n int a;\n} s_t, *s_p;',
      ['open: typedef struct _s {', 'declaration: int a;', 'close: } s_t, *s_p;'],
    ],
    'linkage and namespaces': [
      'extern "C" {\nvoid f();\n}\nnamespace a { int b; }',
      [
        'open: extern "C" {',
        'declaration: void f();',
        'close: }',
        'open: namespace a {',
        'declaration: int b;',
        'close: }',
      ],
    ],
    templates: [
      'template <class T, int N = (3 > 2)> void f(T t) { }',
      ['function: template <class T, int N = (3 > 2)> void f(T t) { }'],
    ],
    'K&R parameters': [
      'int f(a, b)\n  int a;\n  char *b;\n{ return a; }',
      ['function: int f(a, b) int a; char *b; { return a; }'],
    ],
    'both arms between declarations': [
      '#if FOO\nvoid f() {}\n#else\nvoid f(int) {}\n#endif',
      ['function: void f() {}', 'function: void f(int) {}'],
    ],
    'dead arms': [
      "#if 0\nit's {\n#else\nint a;\n#endif\nint b;",
      ["inactive: #if 0 it's { #else", 'declaration: int a;', 'declaration: int b;'],
    ],
    'an #if that splits a head': [
      '#if FOO\nvoid f(int a) {\n#else\nvoid f() {\n#endif\n  g();\n}\nint b;',
      ['function: #IF void f(int a) { #else void f() { #endif g(); }'.replace('#IF ', ''), 'declaration: int b;'],
    ],
    'an indented #if that splits a statement': [
      'void f() {\n  #ifdef A\n  if (a) {\n  #else\n  if (b) {\n  #endif\n  }\n}\nint c;',
      ['function: void f() { #ifdef A if (a) { #else if (b) { #endif } }', 'declaration: int c;'],
    ],
    'a missing brace costs one function': [
      'void f() {\n  if (a) {\n}\nvoid g() {\n}\n',
      ['function: void f() { if (a) { }', 'function: void g() { }'],
    ],
    'a stray brace': ['}\nint a;', ['declaration: int a;']],
    'macros as parameter list': [
      'static int\nhandler SYSCTL_HANDLER_ARGS\n{ return 0; }',
      ['function: static int handler SYSCTL_HANDLER_ARGS { return 0; }'],
    ],
    'raw strings and comments': [
      'const char *a = R"x({ } ;)x"; // }\nint b;',
      ['declaration: const char *a = R"x({ } ;)x";', 'declaration: int b;'],
    ],
  };
  for (const [name, [text, expected]] of Object.entries(cases)) it(name, () => expect(chunks(text)).toEqual(expected));
});

describe('an incremental split', () => {
  it('equals a fresh one after any edits', () => {
    fc.assert(
      fc.property(edits, (list) => {
        let text = driver;
        let known = split(text);
        for (const edit of list) {
          const next = applyEdit(text, edit);
          known = split(next, { text, chunks: known });
          text = next;
          const plain = (chunk: (typeof known)[number]) => ({ ...chunk, id: undefined, after: chunk.after.key });
          expect(known.map(plain)).toEqual(split(text).map(plain));
        }
      }),
      { numRuns: Number(process.env['MAPLENS_RUNS'] ?? 400) },
    );
  });

  it('keeps what an edit does not touch', () => {
    const before = split(driver);
    const at = driver.indexOf('return kIOReturnSuccess');
    const text = driver.slice(0, at) + '/* edit */ ' + driver.slice(at);
    const after = split(text, { text: driver, chunks: before });
    const kept = new Set(before.map((chunk) => chunk.id));
    expect(after.filter((chunk) => !kept.has(chunk.id)).length).toBe(1);
  });
});
