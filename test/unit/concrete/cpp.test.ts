import { expect, it } from 'vitest';
import { simulate } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns]: C++ as drivers write it, without a kernel object. */
const cases: readonly (readonly [string, string, string])[] = [
  ['arithmetic', 'int f() { int a = 7; a += 3; a *= 2; a -= 1; return a / 3; }', '6'],
  ['unsigned wrap-around', 'uint32_t f() { uint32_t a = 0; a--; return a; }', '4294967295'],
  ['a narrow variable', 'int f() { uint8_t a = 250; a += 10; return a; }', '4'],
  ['a signed narrow variable', 'int f() { int8_t a = 127; a++; return a; }', '-128'],
  ['64 bits', 'uint64_t f() { uint64_t a = 1ULL << 40; return a + 0x10; }', '1099511627792'],
  ['shifts and masks', 'uint32_t f() { return (0xabcd1234 >> 8) & 0xffff; }', '52498'],
  ['comparison of mixed signs', 'bool f() { int a = -1; unsigned b = 1; return a < b; }', 'false'],
  ['for', 'int f() { int sum = 0; for (int i = 1; i <= 10; i++) sum += i; return sum; }', '55'],
  [
    'while, break and continue',
    'int f() { int i = 0, n = 0; while (true) { i++; if (i % 2) continue; if (i > 10) break; n += i; } return n; }',
    '30',
  ],
  ['do while', 'int f() { int i = 0; do { i += 3; } while (i < 10); return i; }', '12'],
  [
    'switch with fall-through',
    'int f() { int n = 0; switch (2) { case 1: n = 1; case 2: n += 2; case 3: n += 3; break; default: n = 9; } return n; }',
    '5',
  ],
  [
    'an empty base takes no room',
    'struct Empty {}; struct Full : Empty { char a; }; int f() { return sizeof(Full); }',
    '1',
  ],
  [
    'a base that is a class template with nothing but functions',
    'template <class T> struct Mixin { static int size() { return sizeof(T); } }; ' +
      'class Handler : public Mixin<Handler> { public: int a; }; int f() { Handler h; h.a = 5; return h.a; }',
    '5',
  ],
  ['goto', 'int f() { int n = 0; again: n++; if (n < 5) goto again; return n; }', '5'],
  [
    '&& and || stop early',
    'int f() { int n = 0; bool b = (n++ > 0) && (n++ > 0); b = b || (n == 1); return b ? n : -1; }',
    '1',
  ],
  ['conditional operator', 'int f() { int a = 5; return a > 3 ? a * 2 : 0; }', '10'],
  ['postfix and prefix', 'int f() { int a = 1; int b = a++ + ++a; return a * 10 + b; }', '34'],
  ['pointers to locals', 'void set(int *p) { *p = 42; } int f() { int a = 0; set(&a); return a; }', '42'],
  ['references', 'void twice(int &x) { x *= 2; } int f() { int a = 21; twice(a); return a; }', '42'],
  [
    'arrays and pointer arithmetic',
    'int f() { int a[4] = { 1, 2, 3, 4 }; int *p = a + 1; p++; return *p + p[1] + *(p - 2); }',
    '8',
  ],
  ['pointer difference', 'long f() { uint32_t a[8]; return &a[6] - &a[1]; }', '5'],
  [
    'structs by value',
    'struct P { int x; int y; }; int f() { P a = { 1, 2 }; P b = a; b.x = 10; return a.x + b.x + b.y; }',
    '13',
  ],
  [
    'a struct returned',
    'struct P { int x; int y; }; P make(int x) { P p; p.x = x; p.y = 2 * x; return p; } int f() { return make(7).y; }',
    '14',
  ],
  [
    'a struct passed',
    'struct P { int x; int y; }; int sum(P p) { p.x += 1; return p.x + p.y; } int f() { P a = { 3, 4 }; return sum(a) * 10 + a.x; }',
    '83',
  ],
  [
    'designated initialisers',
    'struct P { int x; int y; int z; }; int f() { P p = { .y = 5 }; return p.x * 100 + p.y * 10 + p.z; }',
    '50',
  ],
  [
    'unions share their bytes',
    'union U { uint32_t whole; uint8_t part[4]; }; int f() { U u; u.whole = 0x11223344; return u.part[1]; }',
    '51',
  ],
  ['bytes of an integer', 'int f() { uint32_t v = 0x0a0b0c0d; uint8_t *p = (uint8_t *)&v; return p[3]; }', '10'],
  ['sizeof and layout', 'struct S { char c; int i; char d; void *p; }; unsigned long f() { return sizeof(S); }', '24'],
  [
    'linked structs on the heap',
    'struct N { int v; N *next; }; int f() { N *a = new N; N *b = new N; a->v = 1; b->v = 2; a->next = b; b->next = NULL; int s = 0; for (N *n = a; n; n = n->next) s += n->v; delete b; delete a; return s; }',
    '3',
  ],
  [
    'IOMalloc, memset, memcpy',
    'int f() { char *p = (char *)IOMalloc(16); memset(p, 3, 16); char q[16]; memcpy(q, p, 16); IOFree(p, 16); return q[15]; }',
    '3',
  ],
  [
    'strings',
    'unsigned long f() { char s[32]; snprintf(s, sizeof(s), "%s-%d-%x", "ab", 12, 255); return strlen(s); }',
    '8',
  ],
  ['escapes count as one character', 'unsigned long f() { return sizeof("a\\n\\x41"); }', '4'],
  [
    'function pointers',
    'int add(int a, int b) { return a + b; } int f() { int (*op)(int, int) = add; return op(2, 3); }',
    '5',
  ],
  ['recursion', 'int fact(int n) { return n < 2 ? 1 : n * fact(n - 1); } int f() { return fact(6); }', '720'],
  [
    'default arguments',
    'int g(int a, int b = 5); int g(int a, int b) { return a * b; } int f() { return g(3); }',
    '15',
  ],
  ['enumerations', 'enum { kOne = 1, kFour = 4, kFive }; int f() { return kFive; }', '5'],
  [
    'lambdas capture by value and by reference',
    'int f() { int a = 1, b = 2; auto g = [a, &b](int c) { b += c; return a + b; }; int r = g(10); return r * 100 + b; }',
    '1312',
  ],
  [
    'classes, constructors and methods',
    'class C { public: int v; C(int x) { v = x; } int get() { return v + 1; } }; int f() { C c(4); return c.get(); }',
    '5',
  ],
  [
    'destructors run at the end of the scope',
    'static int gCount = 0; class C { public: ~C() { gCount += 1; } }; int f() { gCount = 0; { C a; C b; } return gCount; }',
    '2',
  ],
  [
    'virtual methods',
    'class A { public: virtual int v() { return 1; } int call() { return v(); } }; class B : public A { public: virtual int v() { return 2; } }; int f() { B *b = new B; A *a = b; int r = a->call(); delete b; return r; }',
    '2',
  ],
  [
    'typeof of a variable',
    'uint32_t f() { uint32_t a = 3; uint64_t b = 0xfffffffffull; a = (typeof(a))(b + a); return a; }',
    '2',
  ],
  ['overflow checks', 'bool f() { uint32_t r; return os_add_overflow(0xffffffffu, 1u, &r); }', 'true'],
  ['floating point', 'int f() { double d = 7.5; d *= 2; return (int)(d / 4.0); }', '3'],
  [
    'range-based for over an array, by value and by reference',
    'int f() { int a[3] = { 1, 2, 3 }; for (int &x : a) x *= 2; int s = 0; for (auto x : a) { if (x == 4) continue; s += x; } return s; }',
    '8',
  ],
  [
    'range-based for over a list',
    'int f() { int s = 0; for (int x : { 4, 5, 6 }) { if (x == 6) break; s += x; } return s; }',
    '9',
  ],
  [
    'range-based for over begin() and end()',
    'struct R { int *b; int n; int *begin() { return b; } int *end() { return b + n; } }; int f() { int a[3] = { 1, 2, 3 }; R r = { a, 3 }; int s = 0; for (int x : r) s += x; return s; }',
    '6',
  ],
  [
    'bit fields keep their bits',
    'struct B { uint32_t a : 3; uint32_t b : 5; uint32_t c : 24; }; int f() { B b = {}; b.a = 9; b.b = 17; b.c = 1000; b.a++; return b.a + b.b * 10 + b.c * 1000 + sizeof(B); }',
    '1000176',
  ],
  [
    'signed bit fields',
    'struct B { int a : 3; int b : 5; }; int f() { B b = { 7, -3 }; return b.a * 10 + b.b; }',
    '-13',
  ],
  [
    'bit fields lie from the lowest bit on',
    'struct B { uint32_t a : 4; uint32_t b : 4; }; int f() { B b = { .b = 3, .a = 15 }; return *(uint32_t *)&b; }',
    '63',
  ],
  [
    'a bit field that does not fit begins the next unit, and so does what follows one of no width',
    'struct A { uint8_t a : 5; uint8_t b : 5; }; struct B { uint32_t a : 4; uint32_t : 0; uint32_t b : 4; }; int f() { return sizeof(A) * 10 + sizeof(B); }',
    '28',
  ],
  [
    'bit fields of a packed structure cross bytes',
    'struct __attribute__((packed)) B { uint16_t a : 12; uint16_t b : 12; }; int f() { B b = {}; b.b = 0xabc; return sizeof(B) * 10000 + b.b; }',
    '32748',
  ],
  [
    'wide bit fields',
    'struct B { uint64_t valid : 1; uint64_t addr : 40; uint64_t rest : 23; }; uint64_t f() { B b = { .valid = 1, .addr = 0x123456789aULL }; return b.addr + b.valid + sizeof(b); }',
    '78187493539',
  ],
  [
    'an anonymous union',
    'struct A { int k; union { uint32_t i; uint8_t b[4]; }; int t; }; int f() { A a; a.k = 1; a.i = 0x01020304; a.t = 5; return a.b[0] * 1000 + a.k * 100 + a.t * 10 + sizeof(A); }',
    '4162',
  ],
  [
    'an anonymous struct in a union',
    'union U { struct { uint16_t lo; uint16_t hi; }; uint32_t v; }; int f() { U u; u.v = 0x00050003; return u.hi * 10 + u.lo; }',
    '53',
  ],
  [
    'packed structures',
    'struct __attribute__((packed)) S { uint8_t a; uint32_t b; }; typedef struct { uint8_t a; uint16_t b; } __attribute__((packed)) T; int f() { S s = { 1, 2 }; return sizeof(S) * 100 + sizeof(T) * 10 + ((uint8_t *)&s)[1]; }',
    '532',
  ],
  [
    '#pragma pack',
    '#pragma pack(push, 1)\nstruct S { uint8_t a; uint32_t b; };\n#pragma pack(pop)\nstruct T { uint8_t a; uint32_t b; };\nint f() { return sizeof(S) * 10 + sizeof(T); }',
    '58',
  ],
  [
    'alignas and aligned',
    'struct S { uint8_t a; uint32_t b __attribute__((aligned(16))); }; struct alignas(64) T { uint8_t a; }; int f() { return sizeof(S) * 100 + sizeof(T); }',
    '3264',
  ],
  [
    'a const table of a function',
    'int f() { static const int t[] = { 1, 2, [4] = 8 }; return t[1] + t[4] + sizeof(t) / sizeof(t[0]); }',
    '15',
  ],
  [
    'a const table of structs',
    'struct M { int sel; const char *name; }; static const M tab[] = { { 1, "a" }, { 2, "bc" } }; int f() { return tab[1].sel * 10 + strlen(tab[1].name); }',
    '22',
  ],
  [
    'a table of functions',
    'typedef int (*Op)(int); static int inc(int x) { return x + 1; } static int twice(int x) { return x * 2; } static const Op ops[] = { inc, twice }; int f() { return ops[1](ops[0](3)); }',
    '8',
  ],
  [
    'constructors and destructors run in order: base, members, body; and back',
    'int n; struct A { A() { n = n * 10 + 1; } ~A() { n = n * 10 + 6; } }; struct M { M() { n = n * 10 + 2; } ~M() { n = n * 10 + 5; } }; struct B : A { M m; B() { n = n * 10 + 3; } ~B() { n = n * 10 + 4; } }; int f() { n = 0; { B b; } return n; }',
    '123456',
  ],
  [
    'members without a constructor around them',
    'int n; struct M { M() { n += 2; } ~M() { n *= 5; } }; struct B { M m[2]; }; int f() { n = 0; { B b; } return n; }',
    '100',
  ],
  [
    'constructor lists, with a base and braces',
    'struct A { int v; A(int x) : v(x) {} }; struct B : A { int w; B(int y) : A(y + 1), w{y} {} }; int f() { B b{4}; return b.v * 10 + b.w; }',
    '54',
  ],
  [
    'a constructor that calls another one',
    'struct A { int v; A(int x) : v(x) {} A() : A(7) {} }; int f() { A a; return a.v; }',
    '7',
  ],
  [
    'default member initialisers, unless the list has the member',
    'struct A { int v = 6; int w { 7 }; int x = 1; A(int y) : x(y) {} }; struct B { int u = 2; }; int f() { A a(3); B b; return a.v * 1000 + a.w * 100 + a.x * 10 + b.u; }',
    '6732',
  ],
  [
    'virtual calls on local objects, through pointers and references',
    'struct A { virtual int v() { return 1; } int twice() { return 2 * v(); } }; struct B : A { int v() override { return 4; } }; int call(A &a) { return a.v(); } int f() { B b; A *p = &b; return p->twice() * 10 + call(b); }',
    '84',
  ],
  [
    'new[] and delete[] of objects',
    'int n; struct A { int v; A() { v = 3; n++; } ~A() { n += 10; } }; int f() { n = 0; A *a = new A[3]; int v = a[2].v; delete[] a; return n + v * 100; }',
    '333',
  ],
  ['a reference to a temporary', 'int twice(const int &x) { return 2 * x; } int f() { return twice(4 + 1); }', '10'],
  [
    'a reference as a member',
    'struct R { int &r; R(int &x) : r(x) {} void set() { r = 9; } }; int f() { int a = 1; R r(a); r.set(); return a; }',
    '9',
  ],
  [
    "sizeof a type of the method's class",
    'class D : public OSObject { public: struct E { int a; char pad[240]; int z; }; E *r; void g(); }; void D::g() { r = IOMallocType(E); r->z = 4; } int f() { D *d = new D; d->g(); int z = d->r->z; d->release(); return z; }',
    '4',
  ],
  [
    'a reference returned',
    'int a[2]; int &at(int i) { return a[i]; } int f() { a[1] = 1; at(1) += 4; return a[1]; }',
    '5',
  ],
  [
    "types of a function's own",
    'int f() { struct P { int x; int y; } a[2] = { { 1, 2 }, { 3, 4 } }; typedef uint8_t Byte; enum { kA = 3, kB }; P *p = &a[1]; Byte b = 256 + p->x; return b * 10 + kB + p->y; }',
    '38',
  ],
  [
    "a union of a function's own",
    'uint32_t f() { union { float f; uint32_t u; } x; x.f = 1.0f; return x.u; }',
    '1065353216',
  ],
  [
    'two functions with types of one name',
    'int g() { struct R { int a; int v; }; R r = { 1, 2 }; return r.v; } int f() { struct R { char c[40]; int v; }; R r = {}; r.v = 5; int n = g(); return r.v * 10 + n; }',
    '52',
  ],
  [
    'overloads, by the types of what they are given',
    'int g(int x) { return 1; } int g(const char *s) { return 2; } int f() { return g(1) * 10 + g("a"); }',
    '12',
  ],
  [
    'operator[]',
    'struct A { int v[3]; int &operator[](int i) { return v[i]; } }; int f() { A a; a[1] = 4; return a[1] + a.v[1]; }',
    '8',
  ],
  [
    'OSMemberFunctionCast',
    'class C : public OSObject { public: int v; int m(int x) { return v + x; } }; typedef int (*Fn)(OSObject *, int); int f() { C *c = new C; c->v = 4; Fn fn = OSMemberFunctionCast(Fn, c, &C::m); int r = fn(c, 3); c->release(); return r; }',
    '7',
  ],
  ['byte order', 'uint32_t f() { return OSSwapInt32(0x11223344); }', '1144201745'],
];

it.each(cases)('%s', (_what, source, expected) => {
  const trace = simulate(source, 'f');
  expect({ outcome: trace.outcome, assumptions: trace.assumptions }).toEqual({
    outcome: { kind: 'returned', value: expected },
    assumptions: [],
  });
});

/** [what it shows, source of a function f, what f returns, what that is assumed of]: the run assumes the first value. */
const initialised: readonly (readonly [string, string, string, string])[] = [
  ['a static', 'static int next() { static int n = 10; return ++n; } int f() { next(); return next(); }', '12', 'n'],
  ['a global', 'static int g = 5; int f() { g += 2; return g; }', '7', 'g'],
  ['a static member', 'struct S { static int n; }; int S::n = 3; int f() { S::n++; return S::n; }', '4', 'S::n'],
];

it.each(initialised)('%s has its initial value', (_what, source, expected, name) => {
  const trace = simulate(source, 'f');
  expect(trace.outcome).toEqual({ kind: 'returned', value: expected });
  expect(trace.assumptions).toMatchObject([{ what: name, value: expect.stringMatching(/^\d+, as initialised$/) }]);
});
