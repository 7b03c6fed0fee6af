import { expect, it } from 'vitest';
import { inShort, simulate } from '../../support/simulate';

/** [what it shows, source of a function f, how it ends]: what C++ leaves undefined ends the run, copying does not. */
const cases: readonly (readonly [string, string, string])[] = [
  ['a shift by the width', 'int f() { int n = 32; return 1 << n; }', '1 << n: shifts 32 bits by 32.'],
  ['a constant shift by the width', 'int f() { return 1 << 32; }', '1 << 32: shifts 32 bits by 32.'],
  [
    'a shift to the right',
    'uint64_t f() { uint64_t x = 1; int n = 64; return x >> n; }',
    'x >> n: shifts 64 bits by 64.',
  ],
  ['a shift backwards', 'int f() { int n = -1; return 1 << n; }', '1 << n: shifts 32 bits by -1.'],
  [
    'a quotient beyond its type',
    'int f() { int a = -2147483647 - 1; int b = -1; return a / b; }',
    'a / b: -2147483648 by -1 is beyond what its type holds.',
  ],
  ['a branch', 'int f() { int x; if (x) return 1; return 2; }', 'depends on x, which was never set.'],
  ['arithmetic', 'int f() { int x; int y = x + 1; return y; }', 'depends on x, which was never set.'],
  ['a result', 'int f() { int x; return x; }', 'depends on x, which was never set.'],
  ['a switch', 'int f() { int x; switch (x) { case 1: return 1; } return 2; }', 'depends on x, which was never set.'],
  ['an address', 'int f() { int *p; return *p; }', 'depends on p, which was never set.'],
  ['an index', 'int f() { int a[3] = { 1 }; int i; return a[i]; }', 'depends on i, which was never set.'],
  [
    'a loop',
    'int f() { int n; int s = 0; for (int i = 0; i < n; i++) s++; return s; }',
    'depends on n, which was never set.',
  ],
  [
    'a bit field beside one that is set',
    'struct B { unsigned a : 3; unsigned b : 5; }; int f() { B b; b.a = 5; return b.b; }',
    'depends on b.b, which was never set.',
  ],
  [
    'a byte of which one bit field is set',
    'struct B { unsigned a : 3; unsigned b : 5; }; int f() { B b; b.a = 5; return *(uint8_t *)&b; }',
    'depends on *(uint8_t *)&b, of which a part was never set.',
  ],
  [
    'a copy of a bit field that was never set',
    'struct B { unsigned a : 3; unsigned b : 5; }; int f() { B b; b.a = 5; B c = b; return c.a + c.b; }',
    'depends on c.b, which was never set.',
  ],
  ['a float', 'bool f() { float x; return x > 1.0f; }', 'depends on x, which was never set.'],
  ['behind a goto', 'int f() { int r; goto out; r = 1; out: return r; }', 'depends on r, which was never set.'],
  ['the heap', 'bool f() { int *p = (int *)IOMalloc(8); return p[1] == 3; }', 'depends on p[1], which was never set.'],
  [
    'a part of it',
    'int f() { uint32_t x; *(uint8_t *)&x = 3; return x; }',
    'depends on x, of which a part was never set.',
  ],
  [
    'in a function that it was passed to',
    'int g(int a) {\n return a + 1; }\nint f() { int x;\n return g(x); }',
    'depends on x (read in line 4), which was never set.',
  ],
  [
    'a field that was copied',
    'struct S { int a; int b; }; int f() { S s; s.a = 1; S t = s; return t.b; }',
    'depends on t.b, which was never set.',
  ],
  ['strlen()', 'unsigned long f() { char s[8]; return strlen(s); }', 'depends on byte 0 of s, which was never set.'],
  [
    'memcmp()',
    'int f() { char s[8]; char t[8] = {}; return memcmp(s, t, 8); }',
    'depends on byte 0 of s, which was never set.',
  ],
];

it.each(cases)('%s', (_what, source, reason) => {
  const trace = simulate(source, 'f');
  expect(trace.outcome).toEqual({ kind: 'undefined', reason });
  expect(inShort(trace).defects).toEqual(['undefined']);
  expect(trace.steps.at(-2)?.place).toMatchObject({ file: 'driver.cpp' });
});

const harmless: readonly (readonly [string, string, string])[] = [
  ['a copy that is overwritten', 'int f() { int x; int y = x; y = 3; return y; }', '3'],
  ['an argument that nothing uses', 'int g(int a, int b) { return b; } int f() { int x; return g(x, 4); }', '4'],
  [
    'a struct with padding',
    'struct S { char a; int b; }; int f() { S s; s.a = 1; s.b = 2; S t = s; return t.b; }',
    '2',
  ],
  [
    'memcpy() of padding',
    'struct S { char a; int b; }; int f() { S s, t; s.a = 1; s.b = 2; memcpy(&t, &s, sizeof(s)); return t.b; }',
    '2',
  ],
  ['the other side of &&', 'int f() { bool b; int x = 1; if (x == 2 && b) return 1; return 0; }', '0'],
  ['operator new zeroes', 'int f() { int *p = new int; int r = *p; delete p; return r; }', '0'],
  [
    'a shift by less than the width',
    'uint64_t f() { uint64_t x = 1; int n = 63; return x << n; }',
    '9223372036854775808',
  ],
];

it.each(harmless)('not %s', (_what, source, value) => {
  expect(simulate(source, 'f').outcome).toEqual({ kind: 'returned', value });
});

it('what an unmodelled call may have set is assumed', () => {
  const { outcome, assumptions } = simulate('extern int other(int *out); int f() { int x; other(&x); return x; }', 'f');
  expect(outcome).toEqual({ kind: 'returned', value: '0' });
  expect(assumptions.map(({ what }) => what)).toContain('x');
});
