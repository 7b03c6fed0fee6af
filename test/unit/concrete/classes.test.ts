import { expect, it } from 'vitest';
import { simulate } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns]: templates, and what classes say of their values. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'a function template',
    'template <typename T> T mymin(T a, T b) { return a < b ? a : b; } int f() { return mymin(3, 5); }',
    '3',
  ],
  [
    'a template of references',
    'template <typename T> static inline const T &mymin(const T &a, const T &b) { return a < b ? a : b; } int f() { return mymin(3, 5); }',
    '3',
  ],
  [
    'a function of the name min',
    'static inline uint32_t min(uint32_t a, uint32_t b) { return a < b ? a : b; } int f() { return min(3, 5); }',
    '3',
  ],
  ['min, the macro', 'int f() { return min(3, 5); }', '3'],
  ['MAX', 'int f() { return MAX(3, 5); }', '5'],
  ['std::min', 'int f() { uint64_t a = 3; return std::min(a, (uint64_t)5); }', '3'],
  ['std::min with its type', 'int f() { uint64_t a = 3; return std::min<uint64_t>(a, 5); }', '3'],
  ['min with a type', 'int f() { uint64_t a = 3; return min<uint64_t>(a, 5); }', '3'],
  [
    'sizeof a template parameter',
    'template <typename T> int sz(T a) { return sizeof(T); } int f() { uint64_t a = 3; return sz(a); }',
    '8',
  ],
  [
    'a template argument that is named',
    'template <typename T> int sz() { return sizeof(T); } int f() { return sz<uint32_t>(); }',
    '4',
  ],
  [
    'a template that changes what it is given',
    'template <typename T> void sw(T &a, T &b) { T c = a; a = b; b = c; } int f() { int a = 1, b = 2; sw(a, b); return a; }',
    '2',
  ],
  [
    'a template of narrow integers',
    'template <typename T> T add(T a, T b) { return a + b; } int f() { uint8_t a = 255, b = 1; return add(a, b); }',
    '0',
  ],
  ['a value as template argument', 'template <int N> int val() { return N; } int f() { return val<7>(); }', '7'],
  ['a __block variable', 'int f() { __block int a = 1; auto b = ^{ a = 5; }; b(); return a; }', '5'],
  [
    'a __block variable and an argument',
    'int f() { __block int a = 1; void (^b)(int) = ^(int x){ a += x; }; b(4); return a; }',
    '5',
  ],
  [
    'copy initialisation calls the copy constructor',
    'struct A { int v; A(int x) : v(x) {} A(const A &o) { v = o.v + 1; } }; int f() { A a(4); A c = a; return c.v; }',
    '5',
  ],
  [
    'direct initialisation calls the copy constructor',
    'struct A { int v; A(int x) : v(x) {} A(const A &o) { v = o.v + 1; } }; int f() { A a(4); A c(a); return c.v; }',
    '5',
  ],
  [
    'operator=',
    'struct A { int v; A &operator=(const A &o) { v = o.v + 10; return *this; } }; int f() { A a; a.v = 4; A c; c = a; return c.v; }',
    '14',
  ],
  [
    'operator+',
    'struct A { int v; A operator+(const A &o) const { A r; r.v = v + o.v; return r; } }; int f() { A a = {4}, b = {5}; return (a + b).v; }',
    '9',
  ],
  [
    'operator==',
    'struct A { int v; bool operator==(const A &o) const { return v == o.v; } }; bool f() { A a = {4}, b = {4}; return a == b; }',
    'true',
  ],
  [
    'operator== outside of the class',
    'struct A { int v; }; bool operator==(const A &a, const A &b) { return a.v == b.v; } bool f() { A a = {4}, b = {4}; return a == b; }',
    'true',
  ],
  [
    'operator+= and operator++',
    'struct A { int v; A &operator+=(int x) { v += x; return *this; } A &operator++() { v++; return *this; } }; int f() { A a = {4}; a += 1; ++a; return a.v; }',
    '6',
  ],
  [
    'operator bool',
    'struct A { int v; operator bool() const { return v != 0; } }; bool f() { A a = {4}; if (a) return true; return false; }',
    'true',
  ],
  [
    'operator!',
    'struct A { int v; bool operator!() const { return v == 0; } }; bool f() { A a = {0}; return !a; }',
    'true',
  ],
  ['an enumeration with its own size', 'enum class E : uint8_t { a, b }; int f() { return sizeof(E); }', '1'],
  [
    'a member of such an enumeration',
    'enum E : uint16_t { a, b }; int f() { struct S { E x; } s; return sizeof(s); }',
    '2',
  ],
  [
    'va_arg',
    'int sum(int n, ...) { va_list l; va_start(l, n); int s = 0; for (int i = 0; i < n; i++) s += va_arg(l, int); va_end(l); return s; } int f() { return sum(3, 1, 2, 3); }',
    '6',
  ],
  ['a capture with an initialiser', 'int f() { int a = 4; auto g = [b = a + 1] { return b; }; return g(); }', '5'],
  [
    'offsetof a field of a field',
    'struct I { int a; int b; }; struct O { int x; I i; }; int f() { return offsetof(O, i.b); }',
    '8',
  ],
  [
    'default arguments of constants',
    'enum { kFoo = 2, kBar = 4 }; int g(int a = kFoo | kBar); int g(int a) { return a; } int f() { return g(); }',
    '6',
  ],
  [
    'a default argument that is not a literal',
    'int g(int a = sizeof(uint64_t)); int g(int a) { return a; } int f() { return g(); }',
    '8',
  ],
  [
    'a pointer to a method',
    'struct A { int v; int m(int x) { return v + x; } }; typedef int (A::*M)(int); int f() { M p = &A::m; A a = {1}; A *q = &a; return (q->*p)(4); }',
    '5',
  ],
  [
    'an anonymous union of a struct of the function',
    'int f() { struct P { int x; union { int a; char b[4]; }; int y; }; return sizeof(P); }',
    '12',
  ],
  [
    'an anonymous union shares its bytes there too',
    'int f() { struct P { int x; union { int a; char b[4]; }; int y; } p; p.a = 5; return p.b[0]; }',
    '5',
  ],
  [
    'vsnprintf',
    'int log2(char *b, int n, const char *fmt, ...) { va_list l; va_start(l, fmt); int r = vsnprintf(b, n, fmt, l); va_end(l); return r; } int f() { char b[20]; return log2(b, 20, "%d-%s", 12, "ab"); }',
    '5',
  ],
  [
    'a struct without a name as a member, in a struct of the function',
    'struct P { uint8_t k; }; int f() { struct Q { struct { int a; int b; } in; union { int u; char c; }; }; Q q; q.in.a = 1; q.u = 2; return q.in.a + q.c; }',
    '3',
  ],
  [
    'an enumeration of 8 bits in the function',
    'int f() { enum class E : uint8_t { a = 255 }; E e = E::a; return sizeof(e) + 6; }',
    '7',
  ],
  [
    'a pointer to a virtual method',
    'class A { public: virtual int v() { return 0; } }; class B : public A { public: int v() override { return 1; } }; typedef int (A::*M)(); int f() { B b; M m = &A::v; A *a = &b; return (a->*m)(); }',
    '1',
  ],
  [
    'a returned local is the result itself',
    'struct A { int v; ~A() { v = 0; } }; A mk() { A a; a.v = 9; return a; } int f() { A b = mk(); return b.v; }',
    '9',
  ],
  [
    'a copied struct has a reference of its own',
    'class C : public OSObject {}; struct H { OSSharedPtr<C> p; }; int f() { C *c = new C; H h; h.p.reset(c, OSRetain); H k = h; int n = c->getRetainCount(); return n - 1; }',
    '2',
  ],
  [
    'an assigned struct gives its reference back',
    'class C : public OSObject {}; struct H { OSSharedPtr<C> p; }; int f() { C *c = new C; { H h; h.p.reset(c, OSRetain); H k; k = h; } return c->getRetainCount(); }',
    '1',
  ],
];

it.each(cases)('%s', (_what, source, expected) => {
  const trace = simulate(source, 'f');
  expect({ outcome: trace.outcome, assumptions: trace.assumptions }).toEqual({
    outcome: { kind: 'returned', value: expected },
    assumptions: [],
  });
});

/** [source of a function f, what is not modelled]: nothing is made up for these. */
const unmodelled: readonly (readonly [string, RegExp])[] = [
  ['struct A { int v; }; bool f() { A a = { 4 }, b = { 4 }; return a == b; }', /^operator== of A$/],
  ['struct A { int v; }; int f() { A a = { 4 }; if (a) return 1; return 0; }', /^whether an A is true$/],
  [
    'template <typename T> struct Box { T v; }; int f() { Box<int> b; b.v = 7; return b.v; }',
    /^the class template Box$/,
  ],
  ['struct A { int v; }; int f() { A a = { 1 }; int s = 0; for (int x : a) s += x; return s; }', /^range: a$/],
  [
    'struct A { int a; }; struct B { int b; }; struct C : A, B { int c; }; int f() { C c; c.b = 2; return c.b; }',
    /^B, a further base of C$/,
  ],
  [
    'template <int N> int g() { return N; } template <> int g<0>() { return 9; } int f() { return g<0>(); }',
    /^a specialisation of g/,
  ],
  [
    'constexpr int sq(int x) { return x * x; } int f() { int a[sq(2)]; return sizeof(a); }',
    /^sizeof\(a\): the array's length$/,
  ],
  ['struct A { int v; }; int f() { A a = { 1 }; int w = 2; return a.*w; }', /^operator \.\*/],
];

it.each(unmodelled)('%s is not modelled', (source, what) => {
  expect(simulate(source, 'f').outcome).toMatchObject({ kind: 'not-modelled', what: expect.stringMatching(what) });
});

it('takes a base that the API model names, and that stands further off in the sources, once', () => {
  const source = `class OSObject { int retainCount; }; class IOMemoryDescriptor : public OSObject { int tag; };
    class IOGeneralMemoryDescriptor : public IOMemoryDescriptor { int ranges; };
    class IOBufferMemoryDescriptor : public IOGeneralMemoryDescriptor { int capacity; };
    IOReturn f() {
      IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut);
      IOReturn result = buffer->prepare();
      buffer->complete();
      buffer->release();
      return result;
    }`;
  expect(simulate(source, 'f').outcome).toEqual({ kind: 'returned', value: 'kIOReturnSuccess' });
});
