import type { Random } from './random';

const prelude = `struct V { int64_t v; V(int64_t a = 0) : v(a) {} V(const V &o) : v(o.v + 1) {} V &operator=(const V &o) { v = o.v + 2; return *this; }
  V &operator+=(int64_t k) { v += k; return *this; } V operator+(const V &o) const { return V(v + o.v); } V operator++(int) { V t(*this); v += 3; return t; }
  int64_t take(int64_t k) { v ^= k; return v + k; } int64_t &at() { return v; } };
struct N { int32_t a; uint16_t b[4]; N *next; int16_t w : 5; uint32_t z : 9; };
static int64_t told; static int64_t put(int64_t k) { told = told * 7 + k; return k; }
static int64_t &slot(int64_t *p, int64_t k) { told = told * 5 + k; return p[k & 3]; }
template <typename T, typename U> static T mix(T a, U b) { return (T)(a * 3 + (T)b); }
static int64_t byref(int32_t &r, int64_t k) { r += (int32_t)(k & 0xff); return r; }
`;

const read = "x y q[1] q[2] n.a n.b[2] m.b[1] v.v w.v (*p) (int64_t)d bb 'A' 0x7fu 3ll -7".split(' ');
const narrow = ['uint8_t', 'int8_t', 'uint16_t', 'int32_t', 'bool', 'double', 'float'];

/**
 * A program whose expressions have effects inside of them: assignments, steps, calls, bit fields, objects. In each full
 * expression a variable with effects occurs once, so that C++17 says what it is worth.
 */
export function effects(random: Random): string {
  return new Program(random).text();
}

class Program {
  readonly #random: Random;
  #free: string[] = [];
  #bits: string[] = [];
  #calls = false;
  #names = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  text(): string {
    const random = this.#random;
    const body = Array.from({ length: random.int(5, 11) }, () => this.#statement(0)).join('');
    const shown = 'x y i j c h k u (int64_t)d bb n.a n.w n.z m.a m.w m.z v.v w.v (p-q)'.split(' ');
    return `${prelude}uint64_t f() {
  told = 1; int64_t x = ${random.int(-999, 999)}, y = ${random.int(0, 2 ** 31)}; int64_t q[4] = { 1, -2, ${random.int(0, 99)}, 4 }, *p = q + 1;
  int32_t i = 1, j = -2; uint8_t c = 250; int16_t h = 32767; uint16_t k = 3; int64_t u = 9; double d = 2.5; bool bb = true;
  N m = { 4, { 1, 2, 3, 4 }, nullptr, 3, 7 }, n = { 5, { 9 }, &m, -2, 300 }; V v(3), w(4); m.next = &n;
${body}  uint64_t r = told; for (int64_t a : q) r = r * 31 + a; for (auto a : n.b) r = r * 31 + a; for (auto a : m.b) r = r * 31 + a;
${shown.map((each) => `  r = r * 31 + ${each};`).join('\n')}
  return r; }
`;
  }

  /** From here on another full expression. */
  #begin(): void {
    this.#free = this.#random.some(['i', 'j', 'k', 'c', 'h', 'u'], 6);
    this.#bits = this.#random.some(['m.w', 'n.z'], 2);
    this.#calls = false;
  }

  #expression(depth = 0): string {
    const random = this.#random;
    const inner = (): string => this.#expression(depth + 1);
    if (depth > 3 || random.chance(0.25)) return random.pick(read);
    switch (random.int(0, 15)) {
      case 0: {
        const variable = this.#free.pop();
        return variable ? `(${random.pick(['#++', '#--', '++#', '--#']).replace('#', variable)})` : random.pick(read);
      }
      case 1: {
        const variable = this.#free.pop();
        return variable ? `(${variable} ${random.pick(['=', '^=', '|=', '&='])} ${inner()})` : random.pick(read);
      }
      case 2: {
        const field = this.#bits.pop();
        return field ? `(${field} ${random.pick(['=', '^=', '+='])} ${inner()} & 0xffff)` : random.pick(read);
      }
      case 3: {
        if (this.#calls) return random.pick(read);
        this.#calls = true;
        return `put(${inner()})`;
      }
      case 4:
        return `(${inner()} ? ${inner()} : ${inner()})`;
      case 5:
        return `(${inner()} ${random.pick(['&&', '||'])} ${inner()})`;
      case 6:
        return `mix<${random.pick(['int64_t', 'uint8_t', 'int16_t', 'uint32_t'])}>(${inner()} & 0xfff, ${inner()} & 0xff)`;
      case 7:
        return `(int64_t)((${random.pick(narrow)})(${inner()} & 0xffff))`;
      case 8:
        return `q[(${inner()}) & 3]`;
      case 9:
        return `([=]() mutable { int64_t l = x; l += y; return l ^ ${random.int(1, 9)}; }())`;
      case 10:
        return `(V((${inner()}) & 0xff) + V(2)).v`;
      case 11:
        return `(${inner()}, ${inner()})`;
      case 12: {
        const operator = random.pick(['+', '-']);
        return `(int64_t)((uint64_t)(${inner()}) ${operator} (uint64_t)(${inner()}))`;
      }
      default:
        return `((${inner()}) ${random.pick(['&', '|', '^', '<', '==', '!=', '>'])} (${inner()}))`;
    }
  }

  #body(depth: number): string {
    return Array.from({ length: this.#random.int(1, 3) }, () => this.#statement(depth)).join('');
  }

  #statement(depth: number): string {
    const random = this.#random;
    this.#begin();
    const value = (): string => this.#expression();
    switch (random.int(0, depth > 1 ? 4 : 9)) {
      case 0: {
        const target = random.pick([
          'x',
          'y',
          'n.a',
          'n.w',
          'm.z',
          'q[0]',
          '*p',
          'n.next->a',
          'm.b[3]',
          'v.v',
          'bb',
          'd',
        ]);
        return `${target} ${target === 'd' ? '=' : random.pick(['=', '^=', '|='])} ${value()};\n`;
      }
      case 1: {
        const index = this.#free.pop()!;
        return `q[${index}++ & 3] ${random.pick(['=', '^=', '&='])} ${value()};\n`;
      }
      case 2:
        this.#calls = true;
        return `slot(q, 1) ${random.pick(['=', '^='])} ${value()};\n`;
      case 3:
        return `${random.pick([
          'v = w',
          `w += ${value()}`,
          'v = v + w',
          '(v = w) += 4',
          `w = V(${value()})`,
          `x ^= v.take(${value()})`,
          'v.at() ^= 3',
          'w = v++',
        ])};\n`;
      case 4:
        this.#free = this.#free.filter((each) => !['i', 'j', 'c', 'h', 'u'].includes(each));
        return `${random.pick([
          `p = &q[${value()} & 3]`,
          '*p++ = 5, p = q + 1',
          'n = m',
          'm = *n.next',
          'n.next = &m',
          `x ^= byref(n.a, ${value()})`,
          `i = j = (int32_t)(${value()})`,
          `c += (h = 2, ${value()} & 15)`,
          'u = p - q',
        ])};\n`;
      case 5:
        return `if (${value()}) {\n${this.#body(depth + 1)}} else {\n${this.#body(depth + 1)}}\n`;
      case 6: {
        const name = `l${this.#names++}`;
        return `for (int ${name} = 0; ${name} < ${random.int(1, 5)}; ${name} += ${random.int(1, 2)}) {\n${this.#body(depth + 1)}}\n`;
      }
      case 7: {
        const name = `l${this.#names++}`;
        const body = this.#body(depth + 1);
        this.#begin();
        return `{ int ${name} = ${random.int(1, 6)}; do {\n${body}} while (${name}-- > 0 && (${value()})); }\n`;
      }
      case 8: {
        const of = value();
        const cases = random
          .some([0, 1, 2], 2)
          .map((each) => `case ${each}: {\n${this.#body(depth + 1)}}${random.pick([' break;', ''])}\n`);
        return `switch ((${of}) & 3) {\n${cases.join('')}default: y ^= 1;\n}\n`;
      }
      default: {
        const first = value();
        this.#begin();
        return `{ V t(${first}); V &r = t; r += 1; v = r; auto g = [&](int64_t z) { x ^= z; return t.v; }; y ^= g(${value()}); }\n`;
      }
    }
  }
}
