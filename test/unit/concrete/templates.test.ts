import { it } from 'vitest';
import { returns } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns in C++]: templates, their instances, and references to arrays. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'a member template with its argument named',
    `struct O { int n; template <typename T> int size() { return sizeof(T) + n; } };
int f() { O o; o.n = 100; return o.size<uint16_t>() * 1000 + o.size<uint64_t>(); }`,
    '102108',
  ],
  [
    'p->template f<T>()',
    `struct O { int n; template <typename T> int size() { return sizeof(T) + n; } };
int f() { O o; o.n = 100; O *p = &o; return p->template size<uint16_t>() * 1000 + p->template size<char>(); }`,
    '102101',
  ],
  [
    'a member template through a pointer, with its argument named',
    `struct O { int n; template <typename T> T cast(int x) { return (T)x; } };
int f() { O o; O *p = &o; return p->cast<uint8_t>(300) * 1000 + p->cast<int8_t>(200); }`,
    '43944',
  ],
  [
    'A::f<T>() and A::f<value>()',
    `struct A { template <typename T> static int size() { return sizeof(T); } template <int N> static int twice() { return 2 * N; } };
int f() { return A::size<uint16_t>() * 100 + A::size<uint64_t>() * 10 + A::twice<3>(); }`,
    '286',
  ],
  [
    'a template of a namespace',
    `namespace N { template <typename T> int size() { return sizeof(T); } }
int f() { return N::size<uint16_t>() * 10 + N::size<char>(); }`,
    '21',
  ],
  [
    'a member template called from a method',
    `struct A { int k; template <typename T> int size() { return sizeof(T) + k; } int both() { return size<char>() * 10 + this->size<int>(); } };
int f() { A a; a.k = 1; return a.both(); }`,
    '25',
  ],
  [
    'values as arguments: a name, a sum, a negative one, sizeof',
    `template <int N> int g() { return N; }
enum { kA = 5 };
int f() { return g<kA>() * 1000 + g<1 + 2>() * 100 + g<-1>() + g<sizeof(int)>() * 10; }`,
    '5339',
  ],
  [
    'true and false as arguments',
    `template <bool B> int g() { return B ? 1 : 2; }
int f() { return g<true>() * 10 + g<false>(); }`,
    '12',
  ],
  [
    "a parameter's default, which names another parameter",
    `template <typename T, typename U = T> int g(T x) { return sizeof(T) * 10 + sizeof(U); }
int f() { return g<char>('a') * 100 + g<char, int>('a'); }`,
    '1114',
  ],
  [
    'a parameter inside of a pointer',
    `template <typename T> int g(T *p) { return sizeof(T) + *p; }
int f() { uint16_t x = 7; uint64_t y = 8; return g(&x) * 100 + g(&y); }`,
    '916',
  ],
  [
    'each instance has its own statics',
    `template <typename T> int next() { static int n = 0; return n += sizeof(T); }
int f() { next<char>(); next<int>(); next<char>(); return next<char>() * 10 + next<int>(); }`,
    '38',
  ],
  [
    'each deduced instance has its own statics',
    `template <typename T> int next(T) { static int n = 0; return ++n; }
int f() { next(1); next(1); next('a'); return next(2) * 10 + next('b'); }`,
    '32',
  ],
  [
    'each lambda has its own statics',
    'int f() { auto a = [] { static int n = 0; return ++n; }; auto b = [] { static int n = 10; return ++n; }; a(); b(); return a() * 100 + b(); }',
    '212',
  ],
  [
    "an array's length is deduced",
    `template <typename T, size_t N> int count(T (&a)[N]) { return N; }
int f() { int a[5]; char b[3]; return count(a) * 10 + count(b); }`,
    '53',
  ],
  [
    'a loop to the length',
    `template <typename T, int N> T sum(T (&a)[N]) { T s = 0; for (int i = 0; i < N; i++) s += a[i]; return s; }
int f() { int a[3] = {1, 2, 3}; return sum(a); }`,
    '6',
  ],
  [
    'sizeof of a reference to an array',
    `template <typename T, size_t N> int g(T (&a)[N]) { return sizeof(a) * 10 + sizeof(a) / sizeof(a[0]); }
int f() { int a[5]; return g(a); }`,
    '205',
  ],
  [
    'range-based for over a reference to an array',
    `template <size_t N> int g(const int (&a)[N]) { int s = 0; for (int x : a) s += x; return s; }
int f() { int a[4] = {1, 2, 3, 4}; return g(a); }`,
    '10',
  ],
  [
    'a reference to an array of a length',
    `int g(int (&a)[4]) { int s = 0; for (auto &x : a) { x *= 2; s += x; } return s + sizeof(a); }
int f() { int a[4] = {1, 2, 3, 4}; return g(a) * 100 + a[3]; }`,
    '3608',
  ],
  [
    'a local reference to an array',
    'int f() { int a[4] = {1, 2, 3, 4}; int (&r)[4] = a; r[2] = 9; int s = 0; for (int x : r) s += x; return s + sizeof(r); }',
    '32',
  ],
  [
    'auto & to an array',
    'int f() { int a[4] = {1, 2, 3, 4}; auto &r = a; r[2] = 9; int s = 0; for (int x : r) s += x; return s + sizeof(r); }',
    '32',
  ],
  [
    'a reference without a name, to a field',
    `struct S { int v[3]; };
template <typename T, size_t N> int count(T (&)[N]) { return N; }
int f() { S s; return count(s.v); }`,
    '3',
  ],
  [
    'an array of arrays',
    `template <typename T, size_t N, size_t M> int g(T (&a)[N][M]) { return N * 10 + M + a[1][2]; }
int f() { int a[2][3] = {{1, 2, 3}, {4, 5, 6}}; return g(a); }`,
    '29',
  ],
  [
    'a pointer to an array',
    `int g(int (*p)[3]) { return (*p)[1] + sizeof(*p) + p[1][0]; }
int f() { int a[2][3] = {{1, 2, 3}, {4, 5, 6}}; return g(a); }`,
    '18',
  ],
  [
    'the length of a const table',
    `static const int kTable[] = {3, 5, 7};
template <typename T, size_t N> constexpr size_t countof(T (&)[N]) { return N; }
int f() { int s = 0; for (size_t i = 0; i < countof(kTable); i++) s += kTable[i]; return s; }`,
    '15',
  ],
  [
    'the length of a string literal',
    `template <size_t N> int len(const char (&s)[N]) { return N; }
int f() { return len("hello"); }`,
    '6',
  ],
];

it.each(cases)('%s', (_what, source, expected) => {
  returns(source, expected);
});
