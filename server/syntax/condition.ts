import { Kind, Scanner } from './scan';

/** What a preprocessor condition is worth; undefined: it hangs on a macro that is not known. */
export type Truth = boolean | undefined;

/** Value of an identifier in a condition: a number, "not defined" (null) or not known (undefined). */
export type ConditionLookup = (name: string) => bigint | null | undefined;

/** What holds wherever a macOS driver is built today. */
export const platformFacts: ConditionLookup = (name) => {
  switch (name) {
    case '__LP64__':
    case '__cplusplus':
    case '__APPLE__':
    case '__MACH__':
    case '__clang__':
    case 'true':
      return 1n;
    case 'false':
      return 0n;
    case '__OBJC__':
    case '_WIN32':
    case 'WIN32':
    case '__linux__':
      return null;
    default:
      return undefined;
  }
};

export interface Directive {
  readonly name: string;
  /** Text after the name, comments and splices still in it. */
  readonly rest: string;
  /** Offset of `rest` in the scanned text. */
  readonly restAt: number;
}

/** Splits a directive token, "#  if FOO", into its name and the rest. */
export function directiveOf(text: string, start: number, end: number): Directive {
  let at = start + 1;
  while (at < end && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at++;
  const nameAt = at;
  while (at < end && text.charCodeAt(at) >= 97 && text.charCodeAt(at) <= 122) at++;
  return { name: text.slice(nameAt, at), rest: text.slice(at, end), restAt: at };
}

/** Evaluates the condition of #if, #ifdef, #ifndef or #elif. */
export function evaluateCondition(directive: Directive, lookup: ConditionLookup): Truth {
  if (directive.name.endsWith('def')) {
    const scanner = new Scanner(directive.rest);
    if (!scanner.next() || scanner.kind !== Kind.Identifier) return undefined;
    const value = lookup(scanner.word);
    if (value === undefined) return undefined;
    return directive.name.endsWith('ndef') ? value === null : value !== null;
  }
  const value = new Evaluator(directive.rest, lookup).value();
  return value === undefined ? undefined : value !== 0n;
}

const precedence: Readonly<Record<string, number>> = Object.fromEntries(
  ['||', '&&', '|', '^', '&', '== !=', '< > <= >=', '<< >>', '+ -', '* / %'].flatMap((row, index) =>
    row.split(' ').map((operator) => [operator, index + 1]),
  ),
);

/** Three-valued: an unknown operand makes the result unknown, unless the other one decides. */
class Evaluator {
  readonly #words: { kind: Kind; text: string }[] = [];
  readonly #lookup: ConditionLookup;
  #at = 0;

  constructor(text: string, lookup: ConditionLookup) {
    this.#lookup = lookup;
    const scanner = new Scanner(text);
    while (scanner.next()) this.#words.push({ kind: scanner.kind, text: scanner.word });
  }

  value(): bigint | undefined {
    return this.#ternary();
  }

  #peek(): string {
    return this.#words[this.#at]?.text ?? '';
  }

  #ternary(): bigint | undefined {
    const condition = this.#binary(1);
    if (this.#peek() !== '?') return condition;
    this.#at++;
    const yes = this.#ternary();
    if (this.#peek() === ':') this.#at++;
    const no = this.#ternary();
    return condition === undefined ? undefined : condition !== 0n ? yes : no;
  }

  #binary(least: number): bigint | undefined {
    let left = this.#unary();
    for (;;) {
      const operator = this.#peek();
      const rank = precedence[operator];
      if (rank === undefined || rank < least) return left;
      this.#at++;
      left = foldCondition(operator, left, this.#binary(rank + 1));
    }
  }

  #unary(): bigint | undefined {
    const word = this.#words[this.#at++];
    if (!word) return undefined;
    if (word.text === '!' || word.text === '-' || word.text === '+' || word.text === '~') {
      const value = this.#unary();
      if (value === undefined || word.text === '+') return value;
      return word.text === '!' ? (value === 0n ? 1n : 0n) : word.text === '-' ? -value : ~value;
    }
    if (word.text === '(') {
      const value = this.#ternary();
      if (this.#peek() === ')') this.#at++;
      return value;
    }
    if (word.kind === Kind.Number) return integerOf(word.text);
    if (word.kind !== Kind.Identifier) return undefined;
    if (word.text === 'defined') {
      const parenthesis = this.#peek() === '(';
      if (parenthesis) this.#at++;
      const value = this.#lookup(this.#words[this.#at++]?.text ?? '');
      if (parenthesis && this.#peek() === ')') this.#at++;
      return value === undefined ? undefined : value === null ? 0n : 1n;
    }
    if (this.#peek() === '(') {
      this.#skipArguments();
      return undefined;
    }
    const value = this.#lookup(word.text);
    return value === null ? 0n : value;
  }

  #skipArguments(): void {
    let depth = 0;
    do {
      const text = this.#words[this.#at++]?.text;
      if (text === undefined) return;
      if (text === '(') depth++;
      else if (text === ')') depth--;
    } while (depth > 0);
  }
}

function foldCondition(operator: string, left: bigint | undefined, right: bigint | undefined): bigint | undefined {
  if (operator === '&&') {
    if (left === 0n || right === 0n) return 0n;
    return left === undefined || right === undefined ? undefined : 1n;
  }
  if (operator === '||') {
    if ((left ?? 0n) !== 0n || (right ?? 0n) !== 0n) return 1n;
    return left === undefined || right === undefined ? undefined : 0n;
  }
  return left === undefined || right === undefined ? undefined : foldIntegers(operator, left, right);
}

/** C's arithmetic on integers wide enough not to wrap; undefined for a division by zero or an odd shift. */
export function foldIntegers(operator: string, left: bigint, right: bigint): bigint | undefined {
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (operator) {
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<':
      return truth(left < right);
    case '>':
      return truth(left > right);
    case '<=':
      return truth(left <= right);
    case '>=':
      return truth(left >= right);
    case '<<':
      return right >= 0n && right < 64n ? left << right : undefined;
    case '>>':
      return right >= 0n && right < 64n ? left >> right : undefined;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? undefined : left / right;
    case '%':
      return right === 0n ? undefined : left % right;
    default:
      return undefined;
  }
}

/** The value of an integer literal's text (0x…, 0b…, octal, suffixes, digit separators); undefined when it is none. */
export function integerOf(text: string): bigint | undefined {
  const plain = text.replaceAll("'", '').replace(/[uUlLzZ]+$/, '');
  if (/^0[xX][0-9a-fA-F]+$/.test(plain) || /^0[bB][01]+$/.test(plain)) return BigInt(plain);
  if (/^0[0-7]+$/.test(plain)) return BigInt('0o' + plain.slice(1));
  return /^[0-9]+$/.test(plain) ? BigInt(plain) : undefined;
}
