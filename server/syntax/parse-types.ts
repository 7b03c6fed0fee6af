import { attributeWords } from './cursor';
import { TemplateParser } from './parse-templates';
import { Kind } from './scan';
import type { AttributeNode, ParameterNode, TypeNode } from './tree';

const builtin = new Set(
  'void bool char short int long float double signed unsigned __int128 __uint128_t __signed __signed__ wchar_t char8_t char16_t char32_t _Bool'.split(
    ' ',
  ),
);
const qualifiers: ReadonlySet<string> = new Set(
  'const volatile restrict __restrict __restrict__ __volatile__ __const mutable _Atomic _Nullable _Nonnull _Null_unspecified __nullable __nonnull __weak __strong __block __unused __unsafe_unretained __autoreleasing __kindof'.split(
    ' ',
  ),
);
const storage = new Set(
  'static extern inline __inline __inline__ register virtual explicit friend typedef constexpr consteval constinit thread_local __thread __extension__ typename'.split(
    ' ',
  ),
);

export interface Specifiers {
  readonly type: TypeNode | undefined;
  readonly words: ReadonlySet<string>;
  readonly attributes: AttributeNode[];
}

export interface Declarator {
  readonly name: string;
  readonly nameSpan: { start: number; end: number };
  readonly type: TypeNode;
  /** Constructor arguments of `T x(a, b)`: start index of the parenthesis. */
  readonly argumentsAt?: number;
  readonly attributes: AttributeNode[];
}

export function isTypeWord(word: string): boolean {
  return (
    builtin.has(word) ||
    word === 'auto' ||
    word === 'typeof' ||
    word === '__typeof__' ||
    word === '__typeof' ||
    word === 'decltype' ||
    word === '__auto_type'
  );
}

/** typeof(x), decltype(x), _Atomic(T) */
function isTypeofWord(word: string, next: string): boolean {
  if (next !== '(') return false;
  return word === 'typeof' || word === '__typeof__' || word === '__typeof' || word === 'decltype' || word === '_Atomic';
}

export function isSpecifierWord(word: string): boolean {
  return isTypeWord(word) || qualifiers.has(word) || storage.has(word) || isClassKey(word) || word === 'enum';
}

export function isClassKey(word: string): boolean {
  return word === 'class' || word === 'struct' || word === 'union';
}

/** Types, declarators and parameters. */
export abstract class TypeParser extends TemplateParser {
  /** Whether `(` after a declared name opens parameters or a constructor's arguments. */
  protected insideFunction = false;

  protected override isSpecifier(word: string): boolean {
    return isSpecifierWord(word);
  }

  specifiers(abstract = false): Specifiers {
    const words = new Set<string>();
    const attributes: AttributeNode[] = [];
    const builtins: string[] = [];
    let type: TypeNode | undefined;
    let fromName = false;
    for (;;) {
      attributes.push(...this.attributes());
      const word = this.peek();
      if ((qualifiers.has(word) || storage.has(word)) && !isTypeofWord(word, this.peek(1))) {
        words.add(word);
        this.at++;
        if (word === 'explicit' && this.peek() === '(') this.at = this.afterGroup(this.at);
        if (word === 'extern' && this.token().kind === Kind.String) this.at++;
      } else if (builtin.has(word)) {
        builtins.push(word);
        this.at++;
      } else if (word === 'auto' || word === '__auto_type') {
        type = { k: 'auto' };
        this.at++;
      } else if (isTypeofWord(word, this.peek(1))) {
        this.at++;
        type = this.#typeof();
      } else if (isClassKey(word) || word === 'enum') {
        type = this.definedType();
      } else if (
        (this.isName() || (word === '::' && this.isName(1))) &&
        (!type || fromName) &&
        this.#isTypeHere(type !== undefined || builtins.length > 0, abstract)
      ) {
        if (builtins.length === 0) {
          type = this.namedType();
          fromName = true;
        } else this.at++;
      } else break;
    }
    if (builtins.length > 0) type = { k: 'named', name: builtins.join(' ') };
    return { type, words, attributes };
  }

  /** Whether the name at hand is a type and not what is declared. */
  #isTypeHere(haveType: boolean, abstract: boolean): boolean {
    const after = this.afterQualifiedName(this.at);
    const next = this.tokens[after];
    if (!next) return !haveType;
    if (next.kind === Kind.Identifier) {
      if (haveType)
        return (
          !isTrailingWord(next.text) &&
          next.text !== 'operator' &&
          !attributeWords.has(next.text) &&
          !qualifiers.has(next.text)
        );
      return true;
    }
    if (haveType) return (next.text === '*' || next.text === '&') && this.tokens[after + 1]?.kind === Kind.Identifier;
    switch (next.text) {
      case '*':
      case '&':
      case '&&':
      case '^':
        return true;
      case '(':
        // Type (*name)(…), Type (^name)(…), Type (Class::*name)(…)
        return (
          ['*', '^', '&'].includes(this.tokens[after + 1]?.text ?? '') ||
          this.tokens[this.afterScopes(after + 1)]?.text === '*'
        );
      case '~':
        return false;
      case '[':
        return abstract || this.tokens[after + 1]?.text === '[';
      case ',':
      case ')':
      case '>':
      case ';':
      case '{':
      case '...':
      case '>>':
      case '=':
        return true;
      default:
        return false;
    }
  }

  /** Whether the parenthesis at an index opens a declarator: (*name)(…), (Class::*name)(…), (&name)[…] */
  protected opensDeclarator(open: number): boolean {
    const text = this.tokens[open + 1]?.text ?? '';
    if (text === '*' || text === '^') return true;
    if (text === '&') return this.tokens[this.afterGroup(open)]?.text === '[';
    const after = this.afterScopes(open + 1);
    return after > open + 1 && this.tokens[after]?.text === '*';
  }

  protected afterScopes(index: number): number {
    let at = index;
    while (this.tokens[at]?.kind === Kind.Identifier && this.tokens[at + 1]?.text === '::') at += 2;
    return at;
  }

  #typeof(): TypeNode {
    this.expect('(');
    const variable = this.variables.has(this.peek()) && this.peek(1) === ')';
    if (!variable && this.typeIdAhead()) {
      const node = this.typeId();
      this.expect(')');
      return node;
    }
    const of = this.expression();
    this.expect(')');
    return { k: 'typeof', of };
  }

  /** A type without a name: of a cast, sizeof or template argument. */
  override typeId(): TypeNode {
    const { type } = this.specifiers(true);
    if (!type) this.fail('type');
    const declarator = this.declarator(type, true);
    return declarator.type;
  }

  /**
   * Whether a type stands here, closed by `)` or `,`: 'certain' by its form, 'maybe' when it is a single name, which may
   * be a variable's.
   */
  protected typeIdAhead(): 'certain' | 'maybe' | undefined {
    let at = this.at;
    let certain = false;
    let named = false;
    for (;;) {
      const token = this.tokens[at];
      if (!token) return undefined;
      const word = token.kind === Kind.String || token.kind === Kind.Character ? '' : token.text;
      if (isTypeofWord(word, this.tokens[at + 1]?.text ?? '')) {
        certain = true;
        named = true;
        at = this.afterGroup(at + 1);
      } else if (
        builtin.has(word) ||
        qualifiers.has(word) ||
        isClassKey(word) ||
        word === 'enum' ||
        word === 'typename' ||
        word === 'auto'
      ) {
        certain = true;
        if (builtin.has(word)) named = true;
        at++;
      } else if (token.kind === Kind.Identifier && !named) {
        const after = this.afterQualifiedName(at);
        if (this.tokens[after - 1]?.text === '>' || this.tokens[after - 1]?.text === '>>') certain = true;
        named = true;
        at = after;
      } else if (word === '::' && !named) at++;
      else break;
    }
    if (!named) return undefined;
    for (;;) {
      const word = this.tokens[at]?.text ?? '';
      if (word === '*' || word === '&' || word === '&&' || word === '^') {
        const next = this.tokens[at + 1]?.text ?? '';
        if (!['*', '&', '&&', ')', ',', '>', '(', '[', ''].includes(next) && !qualifiers.has(next)) return undefined;
        if (next === '(' && !['*', '^'].includes(this.tokens[at + 2]?.text ?? '')) return undefined;
        certain = true;
        at++;
      } else if (qualifiers.has(word)) at++;
      else if (word === '[') at = this.afterGroup(at);
      else if (word === '(') {
        if (!['*', '^', '&'].includes(this.tokens[at + 1]?.text ?? '')) return undefined;
        if (this.tokens[this.afterGroup(at)]?.text !== '(' && this.tokens[this.afterGroup(at)]?.text !== '[')
          return undefined;
        certain = true;
        at = this.afterGroup(this.afterGroup(at));
      } else break;
    }
    const close = this.tokens[at]?.text;
    if (close !== ')' && close !== ',') return undefined;
    return certain ? 'certain' : 'maybe';
  }

  /** A declarator: pointers, name, arrays and parameters around the type of its specifiers. */
  declarator(base: TypeNode, abstract = false): Declarator {
    return this.nested(() => this.#declarator(base, abstract));
  }

  #declarator(base: TypeNode, abstract: boolean): Declarator {
    let type = base;
    const attributes: AttributeNode[] = [];
    for (;;) {
      attributes.push(...this.attributes());
      const word = this.peek();
      if (word === '*' || word === '^') type = { k: 'pointer', to: type };
      else if (word === '&') type = { k: 'reference', to: type };
      else if (word === '&&') type = { k: 'reference', to: type, rvalue: true };
      else if (qualifiers.has(word)) void 0;
      else if (this.isName() && this.peek(1) === '::' && this.tokens[this.#afterScopesAt()]?.text === '*') {
        // Class::*member
        this.at = this.#afterScopesAt();
        type = { k: 'pointer', to: type, toMember: true };
      } else break;
      this.at++;
    }
    if (this.peek() === '(' && this.#isNestedDeclarator(abstract)) {
      const open = this.at;
      this.at = this.afterGroup(open);
      type = this.#suffixes(type, true).type;
      const after = this.at;
      this.at = open + 1;
      const inner = this.declarator(type, abstract);
      this.at = after;
      return { ...inner, attributes: [...attributes, ...inner.attributes] };
    }
    const from = this.at;
    let name = '';
    if (this.isName() || this.peek() === '::' || this.peek() === '~' || this.peek() === 'operator')
      name = this.declaredName();
    else if (!abstract) this.fail('declarator');
    const nameSpan = this.spanFrom(from);
    while (name && qualifiers.has(this.peek())) this.at++;
    attributes.push(...this.attributes());
    const suffix = this.#suffixes(type, abstract || name === '');
    attributes.push(...this.attributes());
    return {
      name,
      nameSpan,
      type: suffix.type,
      attributes: [...attributes, ...(suffix.attributes ?? [])],
      ...(suffix.argumentsAt !== undefined && { argumentsAt: suffix.argumentsAt }),
    };
  }

  #afterScopesAt(): number {
    return this.afterScopes(this.at);
  }

  #isNestedDeclarator(abstract: boolean): boolean {
    const next = this.peek(1);
    if (next === '*' || next === '^' || next === '&') return true;
    if (this.tokens[this.afterScopes(this.at + 1)]?.text === '*' && this.afterScopes(this.at + 1) > this.at + 1)
      return true;
    if (abstract) return false;
    // int (name)(…): parentheses around the name alone.
    return this.isName(1) && this.peek(2) === ')' && ['(', '=', ';', ',', '['].includes(this.peek(3));
  }

  /** The name being declared, qualified as written: Class::method, ~Class, operator== */
  declaredName(): string {
    let name = '';
    this.accept('::');
    for (;;) {
      if (this.accept('~')) name += '~';
      if (this.peek() === 'operator') return name + this.#operatorName();
      if (!this.isName()) this.fail('name');
      name += this.token().text;
      this.at++;
      if (this.peek() === '<' && this.afterTemplateArguments(this.at) > 0)
        this.at = this.afterTemplateArguments(this.at);
      if (this.peek() !== '::') return name;
      this.at++;
      name += '::';
    }
  }

  #operatorName(): string {
    this.at++;
    let name = 'operator';
    if (this.peek() === '(' && this.peek(1) === ')') {
      this.at += 2;
      return 'operator()';
    }
    if (this.token().kind === Kind.Punctuator && this.peek() !== '(') {
      while (this.token().kind === Kind.Punctuator && this.peek() !== '(') {
        name += this.peek();
        this.at++;
      }
      return name;
    }
    // A conversion, or operator new / delete.
    while (!this.atEnd() && this.peek() !== '(') {
      name += ' ' + this.token().text;
      this.at++;
    }
    return name;
  }

  #suffixes(
    base: TypeNode,
    abstract: boolean,
  ): { type: TypeNode; argumentsAt?: number; attributes?: readonly AttributeNode[] } {
    if (this.peek() === '[' && this.peek(1) !== '[') {
      this.at++;
      const size = this.peek() === ']' ? undefined : this.expression();
      this.expect(']');
      const of = this.#suffixes(base, abstract).type;
      return { type: size ? { k: 'array', of, size } : { k: 'array', of } };
    }
    if (this.peek() !== '(') return { type: base };
    if (!abstract && !this.#isParameterList()) return { type: base, argumentsAt: this.at };
    const { params, variadic } = this.parameters();
    let result = base;
    const attributes: AttributeNode[] = [];
    for (;;) {
      attributes.push(...this.attributes());
      if (isTrailingWord(this.peek())) {
        const word = this.peek();
        this.at++;
        if ((word === 'noexcept' || word === 'throw') && this.peek() === '(') this.at = this.afterGroup(this.at);
      } else if (this.peek() === '->' && !abstract) {
        this.at++;
        result = this.typeId();
      } else if (this.peek() === '&' || this.peek() === '&&') this.at++;
      else break;
    }
    return { type: { k: 'function', result: this.#suffixes(result, true).type, params, variadic }, attributes };
  }

  #isParameterList(): boolean {
    const first = this.peek(1);
    if (first === ')') return !this.insideFunction || this.peek(2) !== ';' ? true : !this.insideFunction;
    if (first === '...' || isSpecifierWord(first) || (first === '[' && this.peek(2) === '[')) {
      // int(x) inside the parentheses is a value.
      return !(isTypeWord(first) && this.peek(2) === '(' && this.insideFunction);
    }
    if (attributeWords.has(first) && this.peek(2) === '(') return true;
    if (!this.isName(1) && first !== '::') return false;
    const after = this.afterQualifiedName(this.at + 1);
    const next = this.tokens[after];
    if (!next) return !this.insideFunction;
    if (next.kind === Kind.Identifier) return true;
    const name = this.tokens[after - 1]!.text;
    if (next.text === ',' || next.text === ')')
      return this.insideFunction ? this.context.isType(name) && !this.variables.has(name) : true;
    if (next.text === '*' || next.text === '&' || next.text === '&&') {
      const beyond = this.tokens[after + 1];
      if (this.insideFunction && !this.context.isType(name)) return false;
      return !beyond || beyond.kind === Kind.Identifier || [',', ')', '*', '&', '=', '['].includes(beyond.text);
    }
    if (next.text === '(') return this.opensDeclarator(after) && !this.insideFunction;
    return next.text === '=' || next.text === '...' || (next.text === '[' && !this.insideFunction);
  }

  override parameters(): { params: ParameterNode[]; variadic: boolean } {
    this.expect('(');
    const params: ParameterNode[] = [];
    let variadic = false;
    while (!this.atEnd() && this.peek() !== ')') {
      if (this.accept('...')) variadic = true;
      else params.push(this.#parameter());
      if (!this.accept(',')) break;
    }
    this.expect(')');
    const only = params[0];
    if (params.length === 1 && only && only.name === '' && only.type.k === 'named' && only.type.name === 'void')
      params.pop();
    return { params, variadic };
  }

  #parameter(): ParameterNode {
    const from = this.at;
    const { type, attributes } = this.specifiers();
    const base = type ?? { k: 'named' as const, name: 'int' };
    const declarator = this.declarator(base, true);
    let text: string | undefined;
    // Attribute macros that nothing defines may follow the name.
    while (this.isName() && !this.atEnd()) this.at = this.peek(1) === '(' ? this.afterGroup(this.at + 1) : this.at + 1;
    if (this.accept('...')) void 0;
    if (this.accept('=')) {
      const start = this.at;
      while (!this.atEnd() && this.peek() !== ',' && this.peek() !== ')')
        this.at = ['(', '[', '{'].includes(this.peek()) ? this.afterGroup(this.at) : this.at + 1;
      text = this.tokens
        .slice(start, this.at)
        .map((token) => token.text)
        .join(' ');
    }
    if (this.at === from) this.fail('parameter');
    return {
      name: declarator.name,
      type: declarator.type,
      attributes: [...attributes, ...declarator.attributes],
      span: this.spanFrom(from),
      ...(text !== undefined && { default: text }),
    };
  }
}

function isTrailingWord(word: string): boolean {
  return (
    word === 'const' ||
    word === 'volatile' ||
    word === 'override' ||
    word === 'final' ||
    word === 'noexcept' ||
    word === 'throw' ||
    word === '__unused'
  );
}
