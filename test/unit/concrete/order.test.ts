import { it } from 'vitest';
import { returns } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns in C++17 (compared with clang)]: in which order operands are evaluated, and what an assignment is worth. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'a lambda changes the left operand of |=',
    'uint64_t f() { uint64_t x = 1; auto lam = [&x](int n) { x += n; return 8; }; x |= lam(2); return x; }',
    '11',
  ],
  [
    'a function changes the global on the left of +=',
    `static int g; static int add(int n) { g += n; return 8; }
int f() { g = 1; g += add(5); return g; }`,
    '14',
  ],
  [
    'a method changes the field on the left of +=',
    `struct S { int v; int add(int n) { v += n; return 8; } };
int f() { S s = { 1 }; s.v += s.add(5); return s.v; }`,
    '14',
  ],
  [
    'a function changes the left operand through a pointer',
    `static int bump(int *p) { *p += 5; return 8; }
int f() { int x = 1; x += bump(&x); return x; }`,
    '14',
  ],
  [
    'the index on the left is changed on the right',
    `static int bump(int *p) { *p += 5; return 8; }
int f() { int a[3] = { 1, 2, 3 }; int i = 0; a[i] += (i = 2, 10); return a[0] * 100 + a[2]; }`,
    '113',
  ],
  ['x = x++ + 1', 'int f() { int x = 1; x = x++ + 1; return x; }', '2'],
  [
    'a method changes the bit field on the left of +=',
    `struct S { int32_t b : 6; int add() { b = 9; return 1; } };
int f() { S s = { 3 }; s.b += s.add(); return s.b; }`,
    '10',
  ],
  [
    'a[i++] = i',
    `static int bump(int *p) { *p += 5; return 8; }
int f() { int a[2] = { 1, 2 }; int i = 0; a[i++] = i; return a[0] * 10 + a[1]; }`,
    '2',
  ],
  [
    '++a[i++] as a place',
    'int f() { int a[4] = { 1, 2, 3, 4 }; int i = 0; int &r = ++a[i++]; r += 10; return a[0] * 100 + a[1] * 10 + i; }',
    '1221',
  ],
  [
    'a[i][i++]',
    'int f() { int a[3][3] = { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } }; int i = 1; return a[i][i++] * 10 + i; }',
    '52',
  ],
  [
    '(a[i++] = 5) += 2',
    'int f() { int a[4] = { 1, 2, 3, 4 }; int i = 0; (a[i++] = 5) += 2; return a[0] * 100 + a[1] * 10 + i; }',
    '721',
  ],
  [
    'braces assigned through *q++',
    `struct P { int x, y; };
int f() { P p[2] = { { 1, 2 }, { 3, 4 } }; P *q = p; *q++ = { 7, 8 }; return p[0].x * 1000 + p[0].y * 100 + p[1].x * 10 + (int)(q - p); }`,
    '7831',
  ],
  [
    "a class's += with effects on the left",
    `struct P { int x, y; P &operator+=(const P &o) { x += o.x; y += o.y; return *this; } };
int f() { P p[2] = { { 1, 2 }, { 3, 4 } }; int i = 0; p[i++] += p[i]; return p[0].x * 1000 + p[0].y * 100 + p[1].x * 10 + i; }`,
    '2431',
  ],
  [
    "a class's = in chains",
    `struct P { int x; P &operator=(const P &o) { x = o.x + 1; return *this; } P(int v) : x(v) {} P(const P &o) : x(o.x) {} };
int f() { P a(1), b(2), c(3); a = b = c; (a = c) = b; return a.x * 100 + b.x * 10 + c.x; }`,
    '543',
  ],
  [
    '*p++ = *p + 5',
    'int f() { int a[3] = { 1, 2, 3 }; int *p = a; *p++ = *p + 5; return a[0] * 100 + a[1] * 10 + (int)(p - a); }',
    '621',
  ],
  ['a = b += c *= 2', 'int f() { int a = 1, b = 2, c = 3; a = b += c *= 2; return a * 100 + b * 10 + c; }', '886'],
  [
    's.v[s.next()] = s.next()',
    `struct S { int v[3]; int n; int next() { return n++; } };
int f() { S s = { { 1, 2, 3 }, 0 }; s.v[s.next()] = s.next(); s.v[s.next()] += s.next(); return s.v[0] * 1000 + s.v[1] * 100 + s.v[2] * 10 + s.n; }`,
    '1036',
  ],
  [
    'calls on both sides',
    `static int g; static int &where(int k) { static int a[3]; g = g * 10 + k; return a[k]; }
int f() { g = 0; where(1) = (where(2) = 4) + 1; return g; }`,
    '21',
  ],
  [
    'doubles and integers',
    'int f() { double d = 1.5; int i = 2; d += i++; i += d; d = i *= 2.5; return (int)(d * 10) + i; }',
    '165',
  ],
  [
    'p[i] = i = 2',
    'int f() { int a[3] = { 5, 6, 7 }; int i = 0; int *p = &a[0]; p[i] = i = 2; return a[0] * 100 + a[2] * 10 + i; }',
    '522',
  ],
  [
    'a short and a char that wrap',
    'int f() { short s = 1; s += (s = 5, 40000); unsigned char c = 200; c += c += 100; return s * 1000 + c; }',
    '-25530912',
  ],
  [
    'the value of = is what a narrower operand holds',
    `int f() { unsigned char c; int n = 0; int v[3] = { 5, 256, -1 }; for (int i = 0; (c = v[i]) != 0; i++) n += c; return n; }`,
    '5',
  ],
  [
    'the value of = to bit fields and bool',
    `struct S { int b : 4; unsigned c : 3; };
int f() { S s = { 1, 2 }; int r = (s.b = 9) * 100 + (s.c = 12) * 10; bool q; r += (q = 2); return r; }`,
    '-659',
  ],
  [
    'the value of = from a signed to an unsigned operand',
    `int f() { unsigned long x; int i = -1; return (int)(((x = i) >> 60) + (x += i) % 10); }`,
    '19',
  ],
  [
    'the value of = from a double',
    `int f() { int i; double d = 2.75; return (int)((i = d) * 10 + (d = 3) / 2 * 10); }`,
    '35',
  ],
  [
    'the value of ++ that wraps',
    `struct S { int b : 4; }; int f() { S s = { 7 }; int a = ++s.b; int b = s.b--; unsigned char c = 255; int d = ++c; short h = 32767; int e = ++h; int g = 0; return a * 1000 + b * 100 + d * 10 + (e < 0) + g; }`,
    '-8799',
  ],
  [
    "the value of a bit field's += and |=",
    `struct S { unsigned c : 3; }; int f() { S s = { 7 }; int b = (s.c += 3); int d = s.c |= 12; return b * 10 + d; }`,
    '26',
  ],
  [
    'x++ of a class returns a named local by its copy constructor',
    `struct V { int v; V(int a) : v(a) {} V(const V &o) : v(o.v + 1) {} V operator++(int) { V t(*this); v += 3; return t; } V &operator=(const V &o) { v = o.v + 2; return *this; } };
int f() { V a(1), w(5); V u = a++; return a.v * 10 + u.v; }`,
    '42',
  ],
  [
    'a named local returned by value is assigned',
    `struct V { int v; V(int a) : v(a) {} V(const V &o) : v(o.v + 1) {} V next() { V t(*this); v += 3; return t; } V &operator=(const V &o) { v = o.v + 2; return *this; } };
int f() { V a(1), w(5); w = a.next(); return a.v * 10 + w.v; }`,
    '44',
  ],
];

it.each(cases)('%s', (_what, source, expected) => {
  returns(source, expected);
});
