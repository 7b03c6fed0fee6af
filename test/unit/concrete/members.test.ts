import { it } from 'vitest';
import { returns } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns in C++]: pointers to members, enumerations and bit fields. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'a pointer to a data member',
    `struct A { int x; int y; };
int f() { A a = {3, 4}; int A::*p = &A::x; int s = a.*p; p = &A::y; s = s * 10 + a.*p; a.*p = 9; return s * 10 + a.y; }`,
    '349',
  ],
  [
    'object->*pointer',
    `struct A { int x; int y; };
int get(A *a, int A::*p) { return a->*p; }
int f() { A a = {3, 4}; return get(&a, &A::x) * 10 + get(&a, &A::y); }`,
    '34',
  ],
  [
    'a pointer to a data member that is null',
    `struct A { int x; int y; };
int f() { int A::*p = nullptr; int n = p ? 1 : 2; p = &A::x; n = n * 10 + (p ? 1 : 2); n = n * 10 + (p == &A::x) ; return n; }`,
    '211',
  ],
  [
    'a table of pointers to data members',
    `struct A { int x; int y; int z; };
static int A::*const kFields[] = { &A::z, &A::x };
int f() { A a = {1, 2, 3}; return a.*kFields[0] * 10 + a.*kFields[1]; }`,
    '31',
  ],
  [
    'a pointer to a member that is an array',
    `struct A { int x; uint16_t v[3]; };
int f() { A a = {1, {2, 3, 4}}; uint16_t (A::*p)[3] = &A::v; return (a.*p)[2]; }`,
    '4',
  ],
  [
    'a pointer to a method',
    `struct A { int k; int add(int x) { return k + x; } int mul(int x) { return k * x; } };
int f() { A a; a.k = 5; int (A::*m)(int) = &A::add; int r = (a.*m)(2); m = &A::mul; A *p = &a; return r * 100 + (p->*m)(2); }`,
    '710',
  ],
  [
    'a pointer to a virtual method',
    `struct A { virtual int v() { return 1; } }; struct B : A { int v() override { return 2; } };
int f() { B b; A *a = &b; int (A::*m)() = &A::v; return (a->*m)(); }`,
    '2',
  ],
  [
    'bit fields that are set one after the other',
    `struct B { unsigned a : 3; unsigned b : 5; };
int f() { B b; b.a = 5; b.b = 9; return b.a * 100 + b.b; }`,
    '509',
  ],
  [
    'a negative constant in memory',
    `enum E { kMinus = -1, kZero, kOne };
struct S { E e; };
int f() { S s; s.e = kMinus; S *p = &s; return p->e < 0 ? 1 : 2; }`,
    '1',
  ],
  [
    'the value of a negative constant in an array',
    `enum E { kMinus = -5, kZero = 0 };
E g = kMinus;
long f() { E l[2]; l[0] = kMinus; l[1] = kZero; return (long)l[0] * 10 + (l[0] < l[1]); }`,
    '-49',
  ],
  [
    'a constant beyond int',
    `enum E { kBig = 0xffffffff, kZero = 0 };
long f() { E l[2]; l[0] = kBig; return (long)l[0] + (l[0] > 0); }`,
    '4294967296',
  ],
  [
    'an enumeration of int8_t',
    `enum class E : int8_t { m = -3, z };
int f() { E e[2]; e[0] = E::m; return (int)e[0] * 10 + (e[0] == E::m); }`,
    '-29',
  ],
  [
    'a negative constant in a bit field',
    `enum E { kA = -2, kB = 1 };
struct S { E e : 3; int r : 5; };
int f() { S s = {}; s.e = kA; return s.e * 10; }`,
    '-20',
  ],
  [
    'an enumeration of 64 bits',
    `enum E : uint64_t { kX = 0x123456789abcULL };
int f() { E e[1]; e[0] = kX; return sizeof(E) + (int)(e[0] >> 40); }`,
    '26',
  ],
  [
    'a constant of more than 32 bits',
    `enum E { kX = 0x123456789abcLL, kY = 1 };
int f() { return sizeof(E) + (int)(kX >> 40); }`,
    '26',
  ],
  [
    'bit fields of bool',
    `struct S { bool a : 1; bool b : 1; unsigned c : 6; };
int f() { S s = {}; s.a = 4; s.c = 63; s.b = s.a; return s.a * 100 + s.b * 10 + s.c + sizeof(S) * 1000; }`,
    '4173',
  ],
  [
    'bit fields beside each other',
    'struct B { unsigned a : 3; unsigned b : 5; unsigned c : 1; unsigned d : 23; }; int f() { B b; b.a = 5; b.c = 1; b.b = 9; b.d = 70000; B e = b; return e.a + e.b * 10 + e.c * 1000 + (e.d == 70000) * 10000; }',
    '11095',
  ],
  [
    'bit fields across bytes',
    'struct __attribute__((packed)) B { uint16_t a : 3; uint16_t b : 10; uint16_t c : 3; }; int f() { B b; b.b = 1000; b.a = 7; b.c = 2; return b.b * 100 + b.a * 10 + b.c; }',
    '100072',
  ],
  [
    'a bit field whose neighbours are set by a whole word',
    'union U { uint32_t w; struct { uint32_t a : 4; uint32_t b : 28; } s; }; int f() { U u; u.w = 0x123; u.s.a = 0xf; return u.w; }',
    '303',
  ],
  [
    'a bit field in arithmetic is an int, where that holds it',
    'struct B { uint32_t a : 3; uint64_t b : 40; uint64_t c : 5; }; int f() { B b = { 1, 1, 1 }; return (b.a - 2 < 0) * 1000 + (~b.a < 0) * 100 + (b.b - 2 < 0) * 10 + (b.c - 2 < 0); }',
    '1101',
  ],
  [
    'a conditional expression has the type that both sides have in common',
    'uint64_t f() { bool no = false; uint64_t big = 1ull << 40; int8_t small = -1; uint32_t u = 7; return (no ? 0 : big) + (no ? small : 300) + ((no ? u : small) > 0) + (no ? 1 : 2.5) * 2; }',
    '1099511628082',
  ],
];

it.each(cases)('%s', (_what, source, expected) => {
  returns(source, expected);
});
