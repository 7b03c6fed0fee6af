import type { Token } from './preprocess';
import { Kind } from './scan';
import type { AttributeNode, DeclarationNode, ExprNode, ParameterNode, StatementNode, TypeNode } from './tree';

/** What the parser must know of names to tell a declaration from an expression, and a cast from a call. */
export interface ParseContext {
  /** Whether the name is a type's: a class, an enumeration or a typedef. */
  isType(name: string): boolean;
}

/**
 * Thrown inside the parser alone, by a construct that it can't read, and caught by the statement or declaration around
 * it, which becomes an error node. No other code sees it.
 */
export class ParseFailure extends Error {
  readonly construct: string;

  constructor(construct: string) {
    super(construct);
    this.construct = construct;
  }
}

const nestingLimit = 200;

/** How many tokens are searched one by one for a closing bracket. */
const nearby = 512;

function bracketStep({ kind, text }: Token): number {
  if (kind !== Kind.Punctuator) return 0;
  if (text === '(' || text === '[' || text === '{') return 1;
  return text === ')' || text === ']' || text === '}' ? -1 : 0;
}

const end: Token = { kind: Kind.End, text: '', start: 0, end: 0, first: true };

/** Tokens and a place in them: what all parts of the parser stand on. */
export abstract class Cursor {
  /** The parser's own: it splits a `>>` that closes two argument lists. */
  protected readonly tokens: Token[];
  protected readonly context: ParseContext;
  protected at = 0;
  /** Names declared as variables in the function being read. */
  protected readonly variables = new Set<string>();
  #depth = 0;
  #closing = new Uint32Array(0);

  constructor(tokens: Token[], context: ParseContext) {
    this.tokens = tokens;
    this.context = context;
  }

  // What the parts need of each other.
  abstract expression(): ExprNode;
  abstract assignment(): ExprNode;
  abstract statement(): StatementNode;
  abstract block(): StatementNode;
  abstract parameters(): { params: ParameterNode[]; variadic: boolean };
  abstract definedType(): TypeNode;
  abstract members(): DeclarationNode[];

  protected token(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? end;
  }

  /** The text of the token `ahead`, unless it is a string or character literal. */
  protected peek(ahead = 0): string {
    const token = this.tokens[this.at + ahead];
    return !token || token.kind === Kind.String || token.kind === Kind.Character ? '' : token.text;
  }

  protected atEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  protected isName(ahead = 0): boolean {
    const token = this.tokens[this.at + ahead];
    return token?.kind === Kind.Identifier && !reserved.has(token.text);
  }

  protected accept(text: string): boolean {
    if (this.peek() !== text) return false;
    this.at++;
    return true;
  }

  protected expect(text: string): void {
    if (!this.accept(text)) this.fail(`expected ${text}`);
  }

  protected fail(construct: string): never {
    throw new ParseFailure(construct);
  }

  protected nested<T>(read: () => T): T {
    if (++this.#depth > nestingLimit) {
      this.#depth--;
      this.fail('nesting too deep');
    }
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }

  /** The span from the token at index `from` to the last one read. */
  protected spanFrom(from: number): { start: number; end: number } {
    const first = this.tokens[from] ?? this.tokens.at(-1) ?? end;
    const last = this.tokens[Math.max(from, this.at - 1)] ?? first;
    return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
  }

  /** Span and provenance of a node whose first token is at index `from`. */
  protected node(from: number): { span: { start: number; end: number }; macro?: string } {
    const macro = this.tokens[from]?.macro;
    return macro !== undefined && this.tokens[this.at - 1]?.macro !== undefined
      ? { span: this.spanFrom(from), macro }
      : { span: this.spanFrom(from) };
  }

  /** Index after the bracket that closes the one at `index`; the number of tokens when there is none. */
  protected afterGroup(index: number): number {
    let depth = 0;
    const near = Math.min(index + nearby, this.tokens.length);
    for (let at = index; at < near; at++) {
      const step = bracketStep(this.tokens[at]!);
      depth += step;
      if (step < 0 && depth <= 0) return at + 1;
    }
    if (near === this.tokens.length) return near;
    const from = bracketStep(this.tokens[index]!) > 0 ? index : this.#nextOpener(index);
    return this.#closes()[from] || this.tokens.length;
  }

  #nextOpener(index: number): number {
    let at = index;
    while (at < this.tokens.length && bracketStep(this.tokens[at]!) <= 0) at++;
    return at;
  }

  /** For each opening bracket the index after the one that closes it, or 0: far searches must not add up to a square. */
  #closes(): Uint32Array {
    if (this.#closing.length === this.tokens.length) return this.#closing;
    const closing = new Uint32Array(this.tokens.length);
    const open: number[] = [];
    this.tokens.forEach((token, at) => {
      const step = bracketStep(token);
      if (step > 0) open.push(at);
      else if (step < 0) {
        const opener = open.pop();
        if (opener !== undefined) closing[opener] = at + 1;
      }
    });
    return (this.#closing = closing);
  }

  /** Skips attributes of every spelling and yields MapLens's own, [[maplens::…]]. */
  protected attributes(): AttributeNode[] {
    const found: AttributeNode[] = [];
    for (;;) {
      const word = this.peek();
      if (word === '[' && this.peek(1) === '[') {
        const close = this.afterGroup(this.at);
        this.#ownAttributes(this.at + 2, close - 2, found);
        this.at = close;
      } else if (attributeWords.has(word) && this.peek(1) === '(') {
        const close = this.afterGroup(this.at + 1);
        if (word.startsWith('__attribute')) this.#gnuAttributes(this.at + 3, close - 2, found);
        else if (word === 'alignas' || word === '_Alignas')
          found.push({
            name: 'gnu:aligned',
            args: [
              this.tokens
                .slice(this.at + 2, close - 1)
                .map(({ text }) => text)
                .join(''),
            ],
          });
        this.at = close;
      } else return found;
    }
  }

  /** `__attribute__((name, name(…)))`: the names, with "gnu:" before them. */
  #gnuAttributes(from: number, to: number, found: AttributeNode[]): void {
    for (let at = from; at < to; at++) {
      const name = this.tokens[at]!.text;
      const args: string[] = [];
      const named = /^[A-Za-z_]/.test(name);
      if (this.tokens[at + 1]?.text === '(') {
        const close = this.afterGroup(at + 1);
        const text = this.tokens.slice(at + 2, close - 1).map((token) => token.text);
        if (text.length > 0 && name.includes('aligned')) args.push(text.join(''));
        at = close - 1;
      }
      if (named) found.push({ name: `gnu:${name.replace(/^__(.*)__$/, '$1')}`, args });
    }
  }

  #ownAttributes(from: number, to: number, found: AttributeNode[]): void {
    for (let at = from; at < to; at++) {
      if (this.tokens[at]!.text !== 'maplens' || this.tokens[at + 1]?.text !== '::') continue;
      const name = this.tokens[at + 2]?.text ?? '';
      const args: string[] = [];
      at += 2;
      if (this.tokens[at + 1]?.text === '(') {
        const close = this.afterGroup(at + 1);
        let arg = '';
        let depth = 0;
        for (let inner = at + 2; inner < close - 1; inner++) {
          const { text } = this.tokens[inner]!;
          if (text === '(') depth++;
          if (text === ')') depth--;
          if (text === ',' && depth === 0) {
            args.push(arg);
            arg = '';
          } else arg += text;
        }
        if (arg) args.push(arg);
        at = close - 1;
      }
      found.push({ name, args });
    }
  }
}

export const attributeWords = new Set([
  '__attribute__',
  '__attribute',
  '__declspec',
  'alignas',
  '_Alignas',
  '__asm__',
  '__asm',
  'asm',
]);

/** Words that are never a variable's, function's or type's own name. */
export const reserved = new Set(
  `alignas alignof and asm auto bool break case catch char class const const_cast constexpr continue decltype default delete do double
  dynamic_cast else enum explicit extern false final float for friend goto if inline int long mutable namespace new noexcept nullptr operator
  private protected public register reinterpret_cast return short signed sizeof static static_assert static_cast struct switch template this
  thread_local throw true try typedef typeid typename union unsigned using virtual void volatile while`
    .split(/\s+/)
    .filter((word) => word !== 'final' && word !== 'and'),
);
