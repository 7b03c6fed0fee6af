/**
 * The scanner: text → tokens, one at a time. Comments and line splices are white space; a preprocessor directive is one
 * token, from its # to the end of its logical line.
 */

export const Kind = {
  End: 0,
  Identifier: 1,
  Number: 2,
  String: 3,
  Character: 4,
  Punctuator: 5,
  Directive: 6,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const isIdentifierStart = new Uint8Array(128);
const isIdentifierPart = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 36;
  isIdentifierStart[code] = letter ? 1 : 0;
  isIdentifierPart[code] = letter || isDigit(code) ? 1 : 0;
}

const longPunctuators = '... <<= >>= ->* <=> :: -> ++ -- << >> <= >= == != && || += -= *= /= %= &= |= ^= ## .*'.split(
  ' ',
);
/** Punctuators of two and three characters by their first character's code, longest first. */
const byFirst: (string[] | undefined)[] = [];
for (const text of longPunctuators) (byFirst[text.charCodeAt(0)] ??= []).push(text);

const literalPrefixes = new Set(['L', 'u', 'U', 'u8', 'R', 'LR', 'uR', 'UR']);

export class Scanner {
  readonly text: string;
  /** Where the next token is looked for. */
  position: number;
  kind: Kind = Kind.End;
  start = 0;
  end = 0;
  /** Whether the token is the first on its line. */
  first = true;
  readonly #limit: number;

  constructor(text: string, from = 0, limit = text.length) {
    this.text = text;
    this.position = from;
    this.#limit = limit;
  }

  /** Moves to the next token; false at the end of the text. */
  next(): boolean {
    const text = this.text;
    const limit = this.#limit;
    let at = this.position;
    let first = at === 0 || text.charCodeAt(at - 1) === 10;
    for (;;) {
      if (at >= limit) {
        this.kind = Kind.End;
        this.start = this.end = this.position = limit;
        this.first = true;
        return false;
      }
      const code = text.charCodeAt(at);
      if (code === 10) {
        first = true;
        at++;
      } else if (code === 32 || code === 9 || (code >= 11 && code <= 13) || code === 0xfeff || code === 0xa0) at++;
      else if (code === 47 && text.charCodeAt(at + 1) === 47) at = endOfLogicalLine(text, at, limit);
      else if (code === 47 && text.charCodeAt(at + 1) === 42) {
        const close = text.indexOf('*/', at + 2);
        at = close < 0 || close + 2 > limit ? limit : close + 2;
      } else if (code === 92 && isNewline(text, at + 1)) at += text.charCodeAt(at + 1) === 13 ? 3 : 2;
      else break;
    }
    this.first = first;
    this.start = at;
    this.#token(at, limit);
    this.position = this.end;
    return true;
  }

  get word(): string {
    return this.text.slice(this.start, this.end);
  }

  #token(at: number, limit: number): void {
    const text = this.text;
    const code = text.charCodeAt(at);
    if (code >= 128 || isIdentifierStart[code]) return this.#identifier(at, limit);
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) return this.#number(at, limit);
    if (code === 34 || code === 39) return this.#quoted(at, code, limit);
    if (code === 35 && this.first) {
      this.kind = Kind.Directive;
      this.end = endOfDirective(text, at, limit);
      return;
    }
    if (code === 64 && text.charCodeAt(at + 1) === 34) return this.#quoted(at + 1, 34, limit);
    this.kind = Kind.Punctuator;
    this.end = at + 1;
    for (const candidate of byFirst[code] ?? [])
      if (at + candidate.length <= limit && text.startsWith(candidate, at)) {
        this.end = at + candidate.length;
        return;
      }
  }

  #identifier(at: number, limit: number): void {
    const text = this.text;
    let end = at + 1;
    while (end < limit) {
      const next = text.charCodeAt(end);
      if (next < 128 ? !isIdentifierPart[next] : next === 0xa0 || next === 0xfeff) break;
      end++;
    }
    const after = text.charCodeAt(end);
    if ((after === 34 || after === 39) && end - at <= 2 && end < limit) {
      const prefix = text.slice(at, end);
      if (literalPrefixes.has(prefix)) {
        if (after === 34 && prefix.endsWith('R')) return this.#raw(end, limit);
        return this.#quoted(end, after, limit);
      }
    }
    this.kind = Kind.Identifier;
    this.end = end;
  }

  #number(at: number, limit: number): void {
    const text = this.text;
    let end = at + 1;
    while (end < limit) {
      const code = text.charCodeAt(end);
      if ((code < 128 && isIdentifierPart[code]) || code === 46) end++;
      else if (code === 39 && isIdentifierPart[text.charCodeAt(end + 1)]) end += 2;
      else if ((code === 43 || code === 45) && isExponent(text, at, end)) end++;
      else break;
    }
    this.kind = Kind.Number;
    this.end = Math.min(end, limit);
  }

  /** A string or character literal from its quote on; when it is not closed it ends with its line. */
  #quoted(quoteAt: number, quote: number, limit: number): void {
    const text = this.text;
    let end = quoteAt + 1;
    while (end < limit) {
      const code = text.charCodeAt(end);
      if (code === 92) end += text.charCodeAt(end + 1) === 13 ? 3 : 2;
      else if (code === quote) {
        end++;
        break;
      } else if (code === 10) break;
      else end++;
    }
    this.kind = quote === 34 ? Kind.String : Kind.Character;
    // A user's own literal: "text"_suffix. Other suffixes are macros: "%"PRIu64
    if (text.charCodeAt(end) === 95 && text.charCodeAt(end - 1) === quote)
      while (isIdentifierPart[text.charCodeAt(end)]) end++;
    this.end = Math.min(end, limit);
  }

  #raw(quoteAt: number, limit: number): void {
    const open = this.text.indexOf('(', quoteAt);
    const delimiter = open < 0 ? '' : this.text.slice(quoteAt + 1, open);
    const close = open < 0 ? -1 : this.text.indexOf(`)${delimiter}"`, open);
    this.kind = Kind.String;
    this.end = close < 0 ? limit : Math.min(limit, close + delimiter.length + 2);
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isNewline(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 10 || (code === 13 && text.charCodeAt(at + 1) === 10);
}

function isExponent(text: string, start: number, at: number): boolean {
  const before = text.charCodeAt(at - 1) | 32;
  const hex = text.charCodeAt(start) === 48 && (text.charCodeAt(start + 1) | 32) === 120;
  return hex ? before === 112 : before === 101;
}

function endOfLogicalLine(text: string, from: number, limit: number): number {
  for (let at = from; ;) {
    const newline = text.indexOf('\n', at);
    if (newline < 0 || newline >= limit) return limit;
    if (!isSpliced(text, newline)) return newline;
    at = newline + 1;
  }
}

/** Whether a backslash continues the line that ends at `newline`. */
function isSpliced(text: string, newline: number): boolean {
  const back = text.charCodeAt(newline - 1) === 13 ? newline - 2 : newline - 1;
  return text.charCodeAt(back) === 92;
}

/** The end of a directive's logical line; a block comment in it may span lines, a line comment ends it. */
function endOfDirective(text: string, start: number, limit: number): number {
  let at = start;
  while (at < limit) {
    const code = text.charCodeAt(at);
    if (code === 10) {
      if (!isSpliced(text, at)) return at;
      at++;
    } else if (code === 47 && text.charCodeAt(at + 1) === 42) {
      const close = text.indexOf('*/', at + 2);
      at = close < 0 ? limit : close + 2;
    } else if (code === 47 && text.charCodeAt(at + 1) === 47) return endOfLogicalLine(text, at, limit);
    else if (code === 34) {
      let end = at + 1;
      while (end < limit && text.charCodeAt(end) !== 34 && text.charCodeAt(end) !== 10)
        end += text.charCodeAt(end) === 92 ? 2 : 1;
      at = text.charCodeAt(end) === 34 ? end + 1 : at + 1;
    } else at++;
  }
  return limit;
}
