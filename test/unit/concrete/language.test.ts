import { it } from 'vitest';
import { returns } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns in C++]: C++ as drivers write it. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'braces returned',
    'struct P { int x, y; }; P make(int a) { return { a, a + 1 }; } int sum(P p) { return p.x + p.y; } int f() { return make(3).y * 10 + sum({ 1, 2 }); }',
    '43',
  ],
  [
    'braces returned for a class with a constructor',
    `int n; struct A { int v, w; A(int a, int b) : v(a), w(b) { n += 1; } ~A() { n += 10; } }; A make() { return { 3, 4 }; } int sum(const A &a) { return a.v + a.w; }
int f() { n = 0; int r = make().w * 10 + sum({ 1, 2 }); return n * 100 + r; }`,
    '2243',
  ],
  [
    "a base's constructor takes a reference",
    `struct P { int x; }; struct B { int v; B(const P &p) : v(p.x) {} }; struct D : B { int w; D(const P &p, int k) : B(p), w(k) {} };
int f() { P p = { 5 }; D d(p, 2); return d.v * 10 + d.w; }`,
    '52',
  ],
  [
    'a base that is copied in the list of a copy constructor',
    `struct B { int v; B(int x) : v(x) {} B(const B &o) : v(o.v + 1) {} }; struct D : B { int w; D(int x) : B(x), w(1) {} D(const D &o) : B(o), w(o.w + 5) {} };
int f() { D d(3); D e(d); D g = e; return g.v * 100 + g.w; }`,
    '511',
  ],
  [
    'auto & is bound once',
    'int n; int a[3]; int &next() { return a[n++]; } int f() { n = 0; auto &r = next(); r = 5; return n * 10 + a[0]; }',
    '15',
  ],
  [
    'overloads of methods by their types',
    `struct A { int g(int x) { return 1; } int g(const char *s) { return 2; } int g(A &a) { return 3; } int g(int *p) { return 4; } };
int f() { A a; int x = 0; return a.g(1) * 1000 + a.g("x") * 100 + a.g(a) * 10 + a.g(&x); }`,
    '1234',
  ],
  [
    'overloads of constructors by their types',
    `struct A { int v; A(int x) : v(1) {} A(const char *s) : v(2) {} A(void *p) : v(3) {} A(bool b) : v(4) {} };
int f() { A a(1), b("x"), c((void *)0), d(true); return a.v * 1000 + b.v * 100 + c.v * 10 + d.v; }`,
    '1234',
  ],
  [
    'overloads by integer types',
    `int g(uint8_t x) { return 1; } int g(uint32_t x) { return 2; } int g(int64_t x) { return 3; } int g(int x) { return 4; } int g(char x) { return 5; }
int f() { uint8_t a = 1; uint32_t b = 1; int64_t c = 1; return g(a) * 10000 + g(b) * 1000 + g(c) * 100 + g(1) * 10 + g('c'); }`,
    '12345',
  ],
  [
    'overloads by promotion',
    `int g(int x) { return 1; } int g(double x) { return 2; } int g(long long x) { return 3; }
int f() { short s = 1; float x = 1; bool b = true; return g(s) * 100 + g(x) * 10 + g(b); }`,
    '121',
  ],
  [
    'overloads by class',
    `struct A { int k; }; struct B : A { int w; }; int g(A *a) { return 1; } int g(B *b) { return 2; } int g(const A &a) { return 3; } int g(const B &b) { return 4; }
int f() { A a; B b; return g(&a) * 1000 + g(&b) * 100 + g(a) * 10 + g(b); }`,
    '1234',
  ],
  [
    'the same function with another number of arguments',
    `int g(int a) { return a; } int g(int a, int b) { return a * 10 + b; } int g(int a, int b, int c) { return a * 100 + b * 10 + c; }
int f() { return g(1) * 100000 + g(2, 3) * 1000 + g(4, 5, 6); }`,
    '123456',
  ],
  [
    "a derived class as an argument of a base's pointer",
    'struct A { int k; int get() { return k; } }; struct B : A { B() { k = 4; } }; int g(A *a) { return a->get(); } int f() { B b; return g(&b); }',
    '4',
  ],
  [
    'a const member and a mutable one',
    'struct A { const int k; mutable int n; A(int x) : k(x), n(0) {} int get() const { n++; return k * 10 + n; } }; int f() { const A a(3); a.get(); return a.get(); }',
    '32',
  ],
  [
    'nested classes',
    'struct A { struct B { int v; B(int x) : v(x) {} int get() { return v; } }; enum { kTwo = 2 }; B b; A() : b(kTwo) {} }; int f() { A a; A::B c(5); return a.b.get() * 10 + c.get(); }',
    '25',
  ],
  [
    'static methods and counters',
    'struct A { static int n; static int next() { return ++n; } A() { next(); } }; int A::n = 3; int f() { A a, b; return A::next(); }',
    '6',
  ],
  [
    'operator+= and comparison outside of a class',
    'struct V { int v; V &operator+=(int x) { v += x; return *this; } }; bool operator<(const V &a, const V &b) { return a.v < b.v; } int f() { V a = { 1 }, b = { 5 }; (a += 2) += 1; return (a < b) * 10 + a.v; }',
    '14',
  ],
  [
    'conversion operators',
    'struct A { int v; operator int() const { return v * 2; } explicit operator bool() const { return v != 0; } }; int f() { A a = { 4 }; int x = a; return x + (a ? 100 : 0) + (!a ? 1000 : 0); }',
    '108',
  ],
  [
    'pointers to pointers',
    'void set(int **p, int *to) { *p = to; } int f() { int a = 1, b = 2; int *p = &a; set(&p, &b); *p = 7; return a * 10 + b; }',
    '17',
  ],
  [
    'const tables of structs with pointers to functions',
    `struct Op { const char *name; int (*fn)(int); }; static int inc(int x) { return x + 1; } static int dbl(int x) { return 2 * x; } static const Op ops[] = { { "inc", inc }, { "dbl", &dbl } };
int f() { int r = 1; for (const auto &op : ops) r = op.fn(r) * 10; return r; }`,
    '400',
  ],
  [
    'union with a constructor-less struct',
    'union U { uint64_t q; struct { uint32_t lo, hi; } w; uint8_t b[8]; }; int f() { U u = { .q = 0x0102030405060708ULL }; return u.w.hi + u.b[0]; }',
    '16909068',
  ],
  [
    'comma and nested conditionals',
    'int f() { int a = 1, b = 2, c; c = (a++, b += a, b); return c > 3 ? c > 4 ? 1 : 2 + a * 10 : 3; }',
    '22',
  ],
  [
    'do while with continue',
    'int f() { int i = 0, n = 0; do { if (i == 2) continue; n += i; } while (++i < 5); return n; }',
    '8',
  ],
  [
    "Duff's device",
    'int f() { int n = 0, c = 7, k = (c + 3) / 4; switch (c % 4) { case 0: do { n++; case 3: n++; case 2: n++; case 1: n++; } while (--k > 0); } return n; }',
    '7',
  ],
  [
    'switch on an enumeration with a default in the middle',
    'enum class K { a, b, c }; int g(K k) { switch (k) { case K::a: return 1; default: return 9; case K::c: return 3; } } int f() { return g(K::a) * 100 + g(K::b) * 10 + g(K::c); }',
    '193',
  ],
  [
    'a parameter that is changed',
    'int g(int n) { n *= 2; return n; } int f() { int n = 3; return g(n) * 10 + n; }',
    '63',
  ],
  [
    'compound assignment with narrow types',
    'int f() { uint8_t a = 200; a += 100; int8_t b = 100; b *= 2; uint16_t c = 1; c <<= 15; c >>= 3; short d = -1; d >>= 1; return a * 1000000 + b * 1000 + c / 100 + d; }',
    '43944039',
  ],
  [
    'integer division and remainder of negative numbers',
    'int f() { return (-7 / 2) * 1000 + (-7 % 2) * 100 + (7 / -2) * 10 + 7 % -2; }',
    '-3129',
  ],
  [
    'unsigned arithmetic in 64 bits',
    'uint64_t f() { uint64_t a = ~0ULL; uint32_t b = ~0u; return (a - b) / 3 + (a >> 60) + (uint64_t)b * b; }',
    '6148914681214926864',
  ],
  [
    'signed shifts and casts',
    'long f() { int a = -256; long b = a >> 4; unsigned c = (unsigned)a >> 28; return b * 100 + c; }',
    '-1585',
  ],
  [
    'floating point',
    'int f() { float a = 0.1f; double b = a; int n = (int)(b * 1e9); float c = 16777216.0f; c += 1.0f; return n % 1000 * 10 + (c == 16777216.0f); }',
    '11',
  ],
  [
    'bool arithmetic',
    'int f() { bool a = 5, b = false; b |= 4; a = a & b; int n = a + b + true; return n * 10 + !a; }',
    '30',
  ],
  ['char signedness', 'int f() { char c = 200; unsigned char u = 200; return (c < 0) * 1000 + u + (c == u); }', '1200'],
  [
    'sizeof of expressions',
    'int f() { short s = 1; char c[10]; int *p = 0; return sizeof(s + s) * 1000 + sizeof(c) * 10 + sizeof(*p) + sizeof(p) * 100; }',
    '4904',
  ],
  [
    'offsetof',
    'struct S { char a; int b; struct { short c; char d[3]; } e; }; int f() { return offsetof(S, b) * 100 + offsetof(S, e.d) * 10 + sizeof(S); }',
    '516',
  ],
  [
    'negative array indexes and pointer comparison',
    'int f() { int a[5] = { 1, 2, 3, 4, 5 }; int *e = a + 5; int s = 0; for (int *p = e; p-- > a; ) s = s * 2 + *p; return s + e[-2]; }',
    '133',
  ],
  [
    'multidimensional arrays',
    'int f() { int a[2][3] = { { 1, 2, 3 }, { 4 } }; int s = 0; for (auto &r : a) for (int x : r) s = s * 2 + x; return s * 10 + (int)(sizeof(a) / sizeof(a[0])); }',
    '1042',
  ],
  [
    'struct assignment and comparison by memcmp',
    'struct P { int x, y; }; int f() { P a = { 1, 2 }, b; b = a; b.y++; a = b; return (memcmp(&a, &b, sizeof(a)) == 0) * 10 + a.y; }',
    '13',
  ],
  [
    'a struct with an array is copied by value',
    'struct S { int a[3]; }; S twice(S s) { for (int &x : s.a) x *= 2; return s; } int f() { S s = { { 1, 2, 3 } }; S t = twice(s); return t.a[2] * 10 + s.a[2]; }',
    '63',
  ],
  [
    'const char arrays',
    'int f() { char a[] = "abc"; const char *b = "abc"; char c[8] = "x"; return sizeof(a) * 100 + (a[1] == b[1]) * 10 + c[5]; }',
    '410',
  ],
  [
    'a table of strings',
    'int f() { static const char *const names[] = { "zero", "one", "two" }; int n = 0; for (const char *s : names) n += strlen(s); return n * 10 + sizeof(names) / sizeof(*names); }',
    '103',
  ],
  [
    'goto into nested blocks and out',
    'int f() { int n = 0; for (int i = 0; i < 3; i++) { for (int j = 0; j < 3; j++) { if (i * j == 2) goto done; n++; } } done: return n; }',
    '5',
  ],
  [
    'assignment in a condition',
    'int g(int *p) { return --*p; } int f() { int a = 5, r, n = 0; while ((r = g(&a)) > 0) n += r; return n * 10 + r; }',
    '100',
  ],
  [
    'lambdas in a table and as arguments',
    'template <typename F> int apply(F fn, int n) { int s = 0; for (int i = 0; i < n; i++) s += fn(i); return s; } int f() { int k = 3; return apply([&](int x) { return x * k; }, 4) * 10 + apply([](int x) { return x; }, 4); }',
    '186',
  ],
  [
    'a lambda as a function pointer',
    'int call(int (*fn)(int), int x) { return fn(x); } int f() { return call([](int x) { return x + 1; }, 4); }',
    '5',
  ],
  [
    'a specialised template',
    "template <typename T> int kind(T) { return 1; } template <> int kind<char>(char) { return 2; } int f() { return kind(1) * 10 + kind('a'); }",
    '12',
  ],
  [
    'an overloaded template',
    'template <typename T> int kind(T) { return 1; } template <typename T> int kind(T *) { return 2; } int kind(double) { return 3; } int f() { int x; return kind(1) * 100 + kind(&x) * 10 + kind(1.5); }',
    '123',
  ],
  [
    'if constexpr',
    'template <typename T> int size() { if constexpr (sizeof(T) > 4) return 8; else return 4; } int f() { return size<uint64_t>() * 10 + size<char>(); }',
    '84',
  ],
  [
    'if with an initialiser',
    'int g() { return 4; } int f() { if (int x = g(); x > 3) return x; else return -x; }',
    '4',
  ],
  ['an anonymous namespace', 'namespace { int v = 4; int g() { return v * 2; } } int f() { return g(); }', '8'],
  ['extern "C"', 'extern "C" { int g(int x) { return x + 1; } } int f() { return g(3); }', '4'],
  [
    'typedefs of functions and using',
    'using Fn = int (*)(int); typedef int Fn2(int); int g(int x) { return x * 3; } int f() { Fn a = g; Fn2 *b = g; return a(2) + b(3); }',
    '15',
  ],
  ['volatile and register', 'int f() { volatile int a = 3; register int b = 4; a += b; return a; }', '7'],
  ['128 bits', 'int f() { unsigned __int128 a = ~0ULL; a *= 3; return (int)(a >> 64) * 10 + (int)(a & 7); }', '25'],
  [
    'a virtual call takes the default arguments of the class that the code names',
    `struct A { virtual int two(unsigned char x = 9) { return x; } virtual ~A() {} }; struct B : A { int two(unsigned char x = 77) override { return x * 2; } };
int f() { B b; A &a = b; A c; return a.two() * 10000 + b.two() * 10 + c.two(); }`,
    '181549',
  ],
  [
    'a default argument that is computed, of a virtual method',
    `static int g = 5; struct A { virtual int two(int x, int y = g + 1) { return x + y; } virtual ~A() {} }; struct B : A { int two(int x, int y = 3) override { return A::two(x) * y; } };
int f() { A *a = new B(); int r = a->two(2); g = 7; r = r * 100 + a->two(1); delete a; return r; }`,
    '4872',
  ],
  [
    'a default argument reads a static of its file',
    `static int g = 5; static int h(int x, int y = g + 1) { return x * 10 + y; }
int f() { int r = h(2); g = 7; return r * 100 + h(1); }`,
    '2618',
  ],
  [
    "a default argument names its class's constants and statics",
    `struct A { int k; A() : k(2) {} int two(int x, int y = K + 1) { return x + y; } enum { K = 4 }; static int z; int three(int y = z * 2) { return y; } }; int A::z = 6;
int f() { A a; return a.two(1) * 100 + a.three(); }`,
    '612',
  ],
];

it.each(cases)('%s', (_what, source, expected) => {
  returns(source, expected);
});
