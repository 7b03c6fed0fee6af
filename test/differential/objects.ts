import type { Random } from './random';

const types = ['int8_t', 'uint8_t', 'int16_t', 'uint32_t', 'int64_t', 'int32_t'];
const tell = 'told = told * 31 + ';

const prelude = `static uint64_t told;
struct Node { int v; Node *next; };
template <typename T> static T pick(T a, T b) { return a < b ? (T)(a * 3) : (T)(b + 1); }
static int over(int) { return 1; } static int over(int64_t) { return 2; } static int over(double) { return 3; }
static int over(const char *) { return 4; } static int over(uint64_t) { return 5; }
static void exchange(int32_t &a, int32_t &b) { int32_t c = a; a = b; b = c; }
`;

interface Class {
  readonly name: string;
  readonly root: string;
}

/** A program of objects: constructors, copies, assignments and destructors that tell of themselves, the heap, arrays, unions. */
export function objects(random: Random): string {
  const classes: Class[] = [];
  const texts = Array.from({ length: random.int(2, 4) }, () => declare(random, classes));
  const statements = Array.from({ length: random.int(6, 12) }, () => statement(random, classes));
  return `${prelude}${texts.join('')}uint64_t f() {\n  told = 7;\n${statements.map((each) => `  ${each}\n`).join('')}  return told; }\n`;
}

function declare(random: Random, classes: Class[]): string {
  const { int } = bound(random);
  const name = `C${classes.length}`;
  const base = classes.length > 0 && random.chance(0.7) ? random.pick(classes) : undefined;
  classes.push({ name, root: base?.root ?? name });
  const fields = Array.from({ length: int(1, 3) }, (_each, index) => {
    const length = random.chance(0.3) ? 3 : 0;
    const first = length ? ' = { 1, 2, 3 }' : random.chance(0.5) ? ` = ${int(0, 120)}` : '';
    return { name: `f${classes.length}${index}`, type: random.pick(types), length, first };
  });
  const at = (index: number): string => fields[index]!.name + (fields[index]!.length ? `[${int(0, 2)}]` : '');
  const one = at(0);
  const list = [
    ...(base && random.chance(0.8) ? [`${base.name}(a + ${int(1, 5)})`] : []),
    ...fields
      .filter((each) => !each.length && (!each.first || random.chance(0.4)))
      .map((each) => `${each.name}(a * ${int(1, 7)})`),
  ];
  const copies = fields.map((each) =>
    each.length
      ? `for (int z = 0; z < 3; z++) ${each.name}[z] = o.${each.name}[z] + 1;`
      : `${each.name} = o.${each.name};`,
  );
  const virtual = base ? random.pick(['virtual ', '']) : 'virtual ';
  const members = [
    ...fields.map((each) => `${each.type} ${each.name}${each.length ? '[3]' : ''}${each.first};`),
    `${name}(int a = ${int(0, 9)})${list.length > 0 ? ` : ${list.join(', ')}` : ''} { ${tell}${int(1, 9)}; ${one} += a; }`,
    random.chance(0.7) &&
      `${name}(const ${name} &o)${base ? ` : ${base.name}(o)` : ''} { ${tell}${int(10, 19)}; ${copies.join(' ')} }`,
    random.chance(0.5) &&
      `${name} &operator=(const ${name} &o) { ${tell}${int(20, 29)}; ${one} = o.${one} ^ ${int(0, 9)}; return *this; }`,
    base
      ? random.chance(0.7) && `~${name}() { ${tell}${int(30, 39)} + (uint8_t)${one}; }`
      : `virtual ~${name}() { ${tell}${int(30, 39)}; }`,
    `${virtual}int64_t go(int64_t x) { ${one} += x; ${tell}x; return ${at(fields.length - 1)} * ${int(1, 9)}${base && random.chance(0.6) ? ` + ${base.name}::go(x ^ ${int(1, 5)})` : ''}; }`,
    base
      ? random.chance(0.5) && `int64_t two(uint8_t x) override { return ${base.name}::two(x + ${int(1, 9)}) - ${one}; }`
      : `virtual int64_t two(uint8_t x) { return go(x) + ${int(0, 5)}; }`,
    `static int made() { static int m = ${int(0, 9)}; return m += ${int(1, 3)}; }`,
  ];
  return `struct ${name}${base ? ` : ${base.name}` : ''} {\n  ${members.filter((each) => each !== false).join('\n  ')}\n};\n`;
}

function statement(random: Random, classes: readonly Class[]): string {
  const { int } = bound(random);
  const { name, root } = random.pick(classes);
  const derived = random.pick(classes.filter((each) => each.root === root)).name;
  const kinds: readonly (() => string)[] = [
    () => `${name} v(${int(0, 99)}); ${tell}v.go(${int(0, 99)}); ${name} w = v; ${tell}w.two(3);`,
    () =>
      `${root} *v = new ${derived}(${int(0, 99)}); ${tell}v->go(${int(0, 99)}); ${tell}v->two(${int(0, 255)}); delete v;`,
    () =>
      `${name} v[3] = { ${int(0, 9)}, ${int(0, 9)} }; for (auto &e : v) ${tell}e.go(2); v[1] = v[0]; ${tell}v[1].two(5); ${tell}(&v[2] - v);`,
    () => `${name} *v = new ${name}[${int(1, 3)}]; ${tell}v[0].go(${int(0, 9)}); delete[] v;`,
    () => `${derived} o; ${root} &v = o; ${tell}v.two(9); ${root} s = o; ${tell}s.go(1); s = v; ${tell}s.two(3);`,
    () => `auto v = [](const ${root} &o) { ${root} c(o); return c.go(5); }; ${tell}v(${derived}(${int(0, 50)}));`,
    () => `${tell}${name}::made(); ${tell}${name}::made();`,
    () =>
      `union { uint64_t q; uint16_t w[4]; struct { uint8_t lo, hi; } b; } v; v.q = ${int(0, 2 ** 31)}ull << ${int(0, 32)}; v.w[${int(0, 3)}] ^= ${int(0, 70000)}; ${tell}v.q; ${tell}v.b.hi;`,
    () =>
      `char v[16] = "abc"; v[${int(0, 4)}] = '${random.pick(['x', '\\0'])}'; ${tell}strlen(v); ${tell}(int64_t)v[${int(0, 15)}]; ${tell}(memcmp(v, "abcx", 4) < 0);`,
    () =>
      `uint8_t v[24]; memset(v, ${int(0, 300)}, sizeof(v)); uint32_t z = ${int(0, 2 ** 31)}u; memcpy(v + ${int(0, 20)}, &z, 4); ${tell}*(uint16_t *)(v + ${int(0, 11) * 2}); ${tell}((int32_t *)v)[${int(0, 5)}];`,
    () =>
      `int32_t v[2][3][2] = { { { 1, 2 }, { 3 } }, { { ${int(1, 99)} } } }; int32_t (*p)[3][2] = v; p++; ${tell}(*p)[0][0]; ${tell}v[${int(0, 1)}][${int(0, 2)}][${int(0, 1)}]; ${tell}(&v[1][2][1] - &v[0][0][0]);`,
    () =>
      `${tell}pick<${random.pick(['int8_t', 'uint16_t', 'int64_t'])}>(${int(-500, 500)}, ${int(0, 9)}); ${tell}over((uint8_t)${int(0, 255)}) + over((int64_t)3) * 3 + over(2) * 5 + over(1.5) * 7 + over("s") * 11;`,
    () =>
      `enum E : uint8_t { P = ${int(0, 200)}, Q, S = 255 }; E v = Q; switch (v) { case P: ${tell}1; break; case Q: ${tell}2; default: ${tell}3; } enum class F { X = ${int(-9, 9)}, Y }; ${tell}(int)F::Y;`,
    () =>
      `int64_t v = 0; for (int i = 0; i < ${int(1, 6)}; i++) for (int j = i; j >= 0; j--) { if (j == ${int(0, 3)}) continue; v += i * j + 1; } ${tell}v;`,
    () =>
      `Node *h = nullptr; for (int i = 0; i < ${int(1, 5)}; i++) h = new Node{ i * ${int(1, 9)}, h }; int64_t s = 0; while (Node *g = h) { s = s * 3 + g->v; h = g->next; delete g; } ${tell}s;`,
    () =>
      `int32_t a = ${int(-9, 9)}, b = ${int(-9, 9)}; exchange(a, b); ${tell}a * 10 + b; int32_t &m = a < b ? a : b; m = ${int(0, 50)}; ${tell}a * 100 + b; const int32_t &c = a + 1; a = 5; ${tell}c;`,
    () =>
      `auto a = [&, n = ${int(0, 9)}](int x) mutable { n += x; ${tell}n; return [n, &told = told](int y) { told ^= y; return n * y; }; }; auto g = a(${int(1, 9)}); ${tell}g(${int(1, 9)}); a(2);`,
    () =>
      `uint64_t v = 1; v <<= ${int(0, 63)}; v |= ~0u; v = -v; ${tell}v % ${int(1, 999)}; ${tell}(int8_t)v; ${tell}(v > -1); ${tell}((int32_t)v >> ${int(0, 31)}); ${tell}(uint16_t)(-${int(1, 9)}) / ${int(1, 9)};`,
    () =>
      `double v = ${int(-99, 99)}.75; ${tell}(int64_t)(v * 3); float q = v; ${tell}(q == v); ${tell}(int)(q / 7 + 0.5f); ${tell}(v > 3);`,
  ];
  return `{ ${random.pick(kinds)()} }`;
}

function bound(random: Random): { readonly int: (low: number, high: number) => number } {
  return { int: (low, high) => random.int(low, high) };
}
