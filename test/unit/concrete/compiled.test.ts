import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../support/simulate';

/** Integers of all widths; the values where conversions and wrap-around show. */
const types = [
  'uint8_t',
  'int8_t',
  'uint16_t',
  'int16_t',
  'uint32_t',
  'int32_t',
  'uint64_t',
  'int64_t',
  'bool',
] as const;
const bits = { uint8_t: 8, int8_t: 8, uint16_t: 16, int16_t: 16, uint32_t: 32, int32_t: 32, uint64_t: 64, int64_t: 64 };
type Name = (typeof types)[number];

interface Value {
  readonly type: Name;
  readonly value: bigint;
  /** C++ leaves undefined what it is: a shift by too much, or a quotient that its type can't hold. */
  readonly undefined?: true;
}

/** An expression as C, and what it is worth with all of C's conversions, in bigints. */
interface Tree {
  readonly text: string;
  readonly of: (variables: readonly Value[]) => Value | undefined;
}

function isSigned(type: Name): boolean {
  return type.startsWith('int');
}

function fit(type: Name, value: bigint): Value {
  if (type === 'bool') return { type, value: value === 0n ? 0n : 1n };
  return { type, value: isSigned(type) ? BigInt.asIntN(bits[type], value) : BigInt.asUintN(bits[type], value) };
}

function promoted(type: Name): Name {
  return type === 'bool' || bits[type] < 32 ? 'int32_t' : type;
}

function common(left: Name, right: Name): Name {
  const [a, b] = [promoted(left), promoted(right)];
  if (a === 'bool' || b === 'bool' || a === b) return a;
  if (bits[a] !== bits[b]) return bits[a] > bits[b] ? a : b;
  return isSigned(a) ? b : a;
}

function apply(operator: string, left: Value, right: Value): Value | undefined {
  if (operator === '<<' || operator === '>>') {
    const type = promoted(left.type);
    const width = BigInt(type === 'bool' ? 8 : bits[type]);
    if (right.value < 0n || right.value >= width) return { type, value: 0n, undefined: true };
    return fit(type, operator === '<<' ? left.value << right.value : left.value >> right.value);
  }
  const type = common(left.type, right.type);
  const a = fit(type, left.value).value;
  const b = fit(type, right.value).value;
  if ((operator === '/' || operator === '%') && b === -1n && a === fit(type, -a).value && a !== 0n)
    return { type, value: 0n, undefined: true };
  switch (operator) {
    case '+':
      return fit(type, a + b);
    case '-':
      return fit(type, a - b);
    case '*':
      return fit(type, a * b);
    case '/':
      return b === 0n ? undefined : fit(type, a / b);
    case '%':
      return b === 0n ? undefined : fit(type, a % b);
    case '&':
      return fit(type, a & b);
    case '|':
      return fit(type, a | b);
    case '^':
      return fit(type, a ^ b);
    case '==':
      return { type: 'bool', value: a === b ? 1n : 0n };
    case '!=':
      return { type: 'bool', value: a === b ? 0n : 1n };
    case '<':
      return { type: 'bool', value: a < b ? 1n : 0n };
    case '>=':
      return { type: 'bool', value: a < b ? 0n : 1n };
    default:
      throw new Error(operator);
  }
}

/** What is made of something undefined is undefined. */
function kept(made: Value | undefined, ...of: readonly Value[]): Value | undefined {
  return made && of.some((each) => each.undefined) ? { ...made, undefined: true } : made;
}

const operators = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '>='];
const variables = 4;

const leaf: fc.Arbitrary<Tree> = fc.nat({ max: variables - 1 }).map((index) => ({
  text: `v${index}`,
  of: (values) => values[index]!,
}));

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.tuple(fc.constantFrom(...operators), tie('tree'), tie('tree')).map(([operator, left, right]) => ({
      text: `(${left.text} ${operator} ${right.text})`,
      of: (values: readonly Value[]): Value | undefined => {
        const [a, b] = [left.of(values), right.of(values)];
        return a && b && kept(apply(operator, a, b), a, b);
      },
    })),
    fc.tuple(fc.constantFrom(...types), tie('tree')).map(([type, inner]) => ({
      text: `((${type})${inner.text})`,
      of: (values: readonly Value[]): Value | undefined => {
        const value = inner.of(values);
        return value && kept(fit(type, value.value), value);
      },
    })),
    tie('tree').map((inner) => ({
      text: `(~${inner.text})`,
      of: (values: readonly Value[]): Value | undefined => {
        const value = inner.of(values);
        return value && kept(fit(promoted(value.type), ~value.value), value);
      },
    })),
  ),
})).tree;

const edges = fc.oneof(
  fc.bigInt({ min: -300n, max: 300n }),
  fc.constantFrom(
    1n << 31n,
    (1n << 31n) - 1n,
    1n << 32n,
    (1n << 52n) - 1n,
    1n << 52n,
    -(1n << 52n),
    1n << 53n,
    1n << 63n,
    -1n,
  ),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
);
const value = fc.tuple(fc.constantFrom(...types), edges).map(([type, bigint]) => fit(type, bigint));

function literal({ type, value: of }: Value): string {
  return `(${type})0x${BigInt.asUintN(64, of).toString(16)}ull`;
}

describe('compiled functions', () => {
  it('compute what C says, in registers, in memory and through pointers', () => {
    fc.assert(
      fc.property(tree, fc.array(value, { minLength: variables, maxLength: variables }), ({ text, of }, values) => {
        const wanted = of(values);
        fc.pre(wanted !== undefined);
        const type = wanted!.type;
        const declared = values.map((each, index) => `${each.type} v${index} = ${literal(each)};`).join(' ');
        const inMemory = values.map(({ type: name }, index) => `${name} *q${index} = &v${index};`).join(' ');
        const throughPointers = text.replace(/v(\d)/g, '(*q$1)');
        const shown = (name: string): string => {
          const { outcome } = simulate(
            `${type} f() { ${declared} ${type} r = ${text}; return r; }
             ${type} g() { ${declared} ${inMemory} ${type} r[3]; r[v0 & 1] = ${throughPointers}; return r[v0 & 1]; }`,
            name,
          );
          return outcome.kind === 'returned' ? outcome.value : outcome.kind;
        };
        const number = type === 'bool' ? String(wanted!.value !== 0n) : String(wanted!.value);
        const expected = wanted!.undefined ? 'undefined' : number;
        expect([shown('f'), shown('g')]).toEqual([expected, expected]);
      }),
      { numRuns: 150 },
    );
  });

  const loops: readonly (readonly [string, string, string])[] = [
    [
      'wide counters that leave the exact range of numbers',
      'uint64_t f() { uint64_t h = 14695981039346656037ull; for (int i = 0; i < 50; i++) { h ^= i; h *= 1099511628211ull; } return h >> 3; }',
      '2157956107259157181',
    ],
    [
      'memory that is freed meanwhile',
      'int f() { int *p = (int *)IOMalloc(40); int n = 0; for (int i = 0; i < 10; i++) { p[i] = i; n += p[i]; } IOFree(p, 40); return n + p[0]; }',
      'fault',
    ],
    [
      'a loop that runs out of its memory',
      'int f() { int a[8]; int n = 0; for (int i = 0; i <= 8; i++) { a[i] = i; n += a[i]; } return n; }',
      'fault',
    ],
    [
      'NULL at the end of a list',
      'struct N { N *next; int v; }; int f() { N a, b; a.next = &b; b.next = 0; a.v = b.v = 1; int n = 0; for (N *p = &a; true; p = p->next) n += p->v; return n; }',
      'fault',
    ],
    [
      'bytes that two tasks see',
      `int f() { IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 3 * page_size, page_size);
        IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
        uint32_t *a = (uint32_t *)md->getBytesNoCopy(), *b = (uint32_t *)map->getVirtualAddress();
        uint32_t n = 0, got = 0;
        for (uint32_t i = 0; i < 3 * page_size / 4; i += 64) { a[i] = i; if (md->readBytes(i * 4, &got, 4) == 4 && got == b[i]) n++; }
        map->release(); md->release(); return n; }`,
      '192',
    ],
    [
      'a mapping that ends while a loop reads it',
      `int f() { IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, page_size, page_size);
        IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
        uint32_t *at = (uint32_t *)map->getVirtualAddress(); uint32_t n = 0;
        for (int i = 0; i < 10; i++) { n += at[i]; if (i == 5) map->release(); }
        md->release(); return n; }`,
      'fault',
    ],
    [
      'assertions, kept and broken',
      'int f() { int n = 0; for (int i = 0; i < 20; i++) { assert(i < 15); n++; } return n; }',
      '20',
    ],
    [
      'a switch in a loop',
      'int f() { int n = 0; for (int i = 0; i < 9; i++) switch (i % 3) { case 0: n += 1; break; case 1: continue; default: n += 10; } return n; }',
      '33',
    ],
    ['recursion', 'int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } int f() { return fib(12); }', '144'],
  ];

  it.each(loops)('%s', (_what, source, expected) => {
    const { outcome } = simulate(source, 'f');
    expect(outcome.kind === 'returned' ? outcome.value : outcome.kind).toBe(expected);
  });
});
