import { reserved } from './cursor';
import { isSpecifierWord, isTypeWord, TypeParser } from './parse-types';
import { Kind } from './scan';
import type { ExprNode, ParameterNode, TypeNode } from './tree';

const precedence: Readonly<Record<string, number>> = Object.fromEntries(
  ['||', '&&', '|', '^', '&', '== !=', '< > <= >= <=>', '<< >>', '+ -', '* / %', '.* ->*'].flatMap((row, index) =>
    row.split(' ').map((operator) => [operator, index + 1]),
  ),
);
const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);
const namedCasts = new Set(['static_cast', 'reinterpret_cast', 'const_cast', 'dynamic_cast']);
/** Names that are types by their form, where nothing declares them. */
const typeLike = /_t$|^(?:[US]?Int(?:8|16|32|64)|IO[A-Z]\w*|OS[A-Z]\w*|[a-z]+(?:8|16|32|64)_t)$/;

/** How many operators of one kind may stand in a row: the tree is as deep, and whoever walks it recurses. */
const chainLimit = 1000;

/** What can follow `name<…>` in an expression; none of them can follow a greater-than sign. */
const afterTemplate = new Set('( :: { ) ; , } ] == != <= >= || ? :'.split(' '));

/** Expressions. */
export abstract class ExpressionParser extends TypeParser {
  override expression(): ExprNode {
    const from = this.at;
    let left = this.assignment();
    for (let length = 0; this.accept(','); length++) {
      if (length > chainLimit) this.fail('expression too long');
      const right = this.assignment();
      left = { k: 'binary', operator: ',', left, right, ...this.node(from) };
    }
    return left;
  }

  override assignment(): ExprNode {
    return this.nested(() => {
      const from = this.at;
      if (this.peek() === 'throw') {
        this.at++;
        return this.peek() === ';'
          ? { k: 'throw', ...this.node(from) }
          : { k: 'throw', value: this.assignment(), ...this.node(from) };
      }
      const left = this.#conditional();
      const operator = this.peek();
      if (!assignments.has(operator)) return left;
      this.at++;
      const right = this.peek() === '{' ? this.braceList() : this.assignment();
      return { k: 'assign', operator, left, right, ...this.node(from) };
    });
  }

  #conditional(): ExprNode {
    const from = this.at;
    const condition = this.#binary(1);
    if (!this.accept('?')) return condition;
    const then = this.peek() === ':' ? undefined : this.expression();
    this.expect(':');
    const otherwise = this.assignment();
    return { k: 'conditional', condition, ...(then && { then }), else: otherwise, ...this.node(from) };
  }

  #binary(least: number): ExprNode {
    const from = this.at;
    let left = this.unary();
    for (let length = 0; ; length++) {
      if (length > chainLimit) this.fail('expression too long');
      const operator = this.peek();
      const rank = precedence[operator];
      if (rank === undefined || rank < least || this.token().kind !== Kind.Punctuator) return left;
      this.at++;
      const right = this.nested(() => this.#binary(rank + 1));
      left = { k: 'binary', operator, left, right, ...this.node(from) };
    }
  }

  protected unary(): ExprNode {
    return this.nested(() => this.#unary());
  }

  #unary(): ExprNode {
    const from = this.at;
    const word = this.peek();
    switch (word) {
      case '+':
      case '-':
      case '!':
      case '~':
      case '*':
      case '&':
      case '++':
      case '--': {
        this.at++;
        const value = this.unary();
        return { k: 'unary', operator: word, value, ...this.node(from) };
      }
      case '&&':
        this.fail('address of a label');
        break;
      case 'not': {
        this.at++;
        return { k: 'unary', operator: '!', value: this.unary(), ...this.node(from) };
      }
      case 'sizeof':
      case 'alignof':
      case '_Alignof':
      case '__alignof__':
      case '__alignof':
      case 'typeid':
        return this.#sizeof(word);
      case '__extension__':
        this.at++;
        return this.unary();
      case 'new':
        return this.#new();
      case 'delete': {
        this.at++;
        const array = this.peek() === '[';
        if (array) this.at += 2;
        const value = this.unary();
        return { k: 'delete', value, array, ...this.node(from) };
      }
      case '::':
        if (this.peek(1) === 'new') {
          this.at++;
          return this.#new();
        }
        if (this.peek(1) === 'delete') {
          this.at++;
          return this.unary();
        }
        break;
      case '(': {
        const cast = this.#cast();
        if (cast) return cast;
        break;
      }
    }
    return this.#postfix();
  }

  #sizeof(operator: string): ExprNode {
    const from = this.at++;
    if (this.peek() === '...') this.at++;
    if (this.peek() === '(') {
      this.at++;
      const ahead = this.typeIdAhead();
      const name = this.token().text;
      const isType =
        ahead === 'certain' ||
        (ahead === 'maybe' && !this.variables.has(name) && (this.context.isType(name) || typeLike.test(name)));
      if (isType) {
        const type = this.typeId();
        this.expect(')');
        return { k: 'sizeof', operator, type, ...this.node(from) };
      }
      this.at--;
    }
    const value = this.unary();
    return { k: 'sizeof', operator, value, ...this.node(from) };
  }

  /** A cast or compound literal, when the parenthesis at hand opens one. */
  #cast(): ExprNode | undefined {
    const from = this.at;
    if (this.peek(1) === '{') return undefined;
    this.at++;
    const ahead = this.typeIdAhead();
    if (!ahead) {
      this.at = from;
      return undefined;
    }
    const close = this.afterGroup(from);
    const after = this.tokens[close];
    if (ahead === 'maybe' && !this.#isCast(close)) {
      this.at = from;
      return undefined;
    }
    // A comma closes a type only among arguments; here a parenthesis must.
    const type = this.#tryType();
    if (!type || this.peek() !== ')') {
      this.at = from;
      return undefined;
    }
    this.at++;
    if (after?.text === '{') {
      const value = this.braceList();
      return { k: 'construct', type, args: [value], ...this.node(from) };
    }
    if (!this.#startsOperand()) {
      this.at = from;
      return undefined;
    }
    const value = this.unary();
    return { k: 'cast', type, value, ...this.node(from) };
  }

  #tryType(): TypeNode | undefined {
    return this.typeId();
  }

  #startsOperand(): boolean {
    const token = this.token();
    if (token.kind === Kind.End) return false;
    if (token.kind !== Kind.Punctuator) return true;
    return ['(', '{', '!', '~', '-', '+', '*', '&', '++', '--', '::', '^', '['].includes(token.text);
  }

  /** Whether `(name)` before index `close` is a cast, by what follows and what is known of the name. */
  #isCast(close: number): boolean {
    const after = this.tokens[close];
    const name = this.tokens[close - 2]!.text;
    if (!after) return false;
    if (after.kind === Kind.Identifier) return !['and', 'or', 'xor'].includes(after.text) || this.context.isType(name);
    if (after.kind !== Kind.Punctuator) return true;
    switch (after.text) {
      case '!':
      case '~':
        return true;
      case '(':
      case '{':
      case '-':
      case '+':
      case '*':
      case '&':
      case '::':
      case '++':
      case '--':
      case '[':
      case '^':
        if (after.text === '::') return true;
        if (this.variables.has(name)) return false;
        if (after.text === '(' && this.#typeFollows(close + 1)) return true;
        if (this.context.isType(name)) return after.text !== '[';
        return after.text !== '[' && after.text !== '++' && after.text !== '--' && typeLike.test(name);
      default:
        return false;
    }
  }

  /** Whether a type that can be nothing else stands at an index: (Filter)(void (*)(void))f is two casts. */
  #typeFollows(index: number): boolean {
    const from = this.at;
    this.at = index;
    const certain = this.typeIdAhead() === 'certain';
    this.at = from;
    return certain;
  }

  #new(): ExprNode {
    const from = this.at++;
    let placement: ExprNode[] = [];
    if (this.peek() === '(') {
      // new (place) T, or new (T)
      const after = this.tokens[this.afterGroup(this.at)];
      if (after && (after.kind === Kind.Identifier || after.text === '::')) placement = this.arguments();
      else {
        this.at++;
        const type = this.typeId();
        this.expect(')');
        return { k: 'new', type, args: this.peek() === '(' ? this.arguments() : [], placement, ...this.node(from) };
      }
    }
    const base = this.isName() || this.peek() === '::' ? this.namedType() : this.specifiers().type;
    if (!base) this.fail('new without a type');
    let type: TypeNode = base;
    while (this.peek() === '*' || this.peek() === 'const')
      if (this.token(0).text === '*' && this.at++ >= 0) type = { k: 'pointer', to: type };
    let count: ExprNode | undefined;
    while (this.accept('[')) {
      const size = this.expression();
      this.expect(']');
      if (count) type = { k: 'array', of: type, size };
      else count = size;
    }
    const args = this.peek() === '(' ? this.arguments() : this.peek() === '{' ? [this.braceList()] : [];
    return { k: 'new', type, ...(count && { count }), args, placement, ...this.node(from) };
  }

  protected arguments(): ExprNode[] {
    this.expect('(');
    const args: ExprNode[] = [];
    while (!this.atEnd() && this.peek() !== ')') {
      args.push(this.#argument());
      this.accept('...');
      if (!this.accept(',')) break;
    }
    this.expect(')');
    return args;
  }

  /** An argument; macros and builtins take types too: va_arg(ap, int *), IONew(UInt32, n) */
  #argument(): ExprNode {
    const from = this.at;
    if (this.peek() === '{') return this.braceList();
    if (this.token().kind === Kind.Punctuator && [',', ')'].includes(this.peek(1)) && this.peek() !== ',') {
      // A macro that takes an operator: assert3u(a, <, b)
      if (this.peek() === ')') return { k: 'list', items: [], ...this.node(from) };
      this.at++;
      return { k: 'list', items: [], ...this.node(from) };
    }
    if (this.peek() === '.' && this.isName(1)) {
      // A macro around an initialiser list: FLAGS(.tag = 1, .mode = 2)
      while (!this.atEnd() && this.peek() !== ',' && this.peek() !== ')')
        this.at = ['(', '[', '{'].includes(this.peek()) ? this.afterGroup(this.at) : this.at + 1;
      return { k: 'list', items: [], ...this.node(from) };
    }
    if (this.isName() || isSpecifierWord(this.peek())) {
      const ahead = this.typeIdAhead();
      if (ahead === 'certain') {
        const type = this.typeId();
        return { k: 'sizeof', operator: 'type', type, ...this.node(from) };
      }
    }
    if (['const', 'volatile', 'static', 'extern', 'struct', 'union', 'enum'].includes(this.peek())) {
      // A macro that takes words: __CAST_AWAY_QUALIFIER(p, const, char *)
      while (!this.atEnd() && this.peek() !== ',' && this.peek() !== ')')
        this.at = ['(', '[', '{'].includes(this.peek()) ? this.afterGroup(this.at) : this.at + 1;
      return { k: 'list', items: [], ...this.node(from) };
    }
    if (this.peek() === ',' || this.peek() === ')') return { k: 'list', items: [], ...this.node(from) };
    return this.assignment();
  }

  #postfix(): ExprNode {
    const from = this.at;
    let value = this.#primary();
    for (let length = 0; ; length++) {
      if (length > chainLimit) this.fail('expression too long');
      const word = this.peek();
      if (word === '(') value = { k: 'call', callee: value, args: this.arguments(), ...this.node(from) };
      else if (word === '[') {
        this.at++;
        const index = this.expression();
        this.expect(']');
        value = { k: 'index', object: value, index, ...this.node(from) };
      } else if (word === '.' || word === '->') {
        this.at++;
        if (this.peek() === 'template') this.at++;
        const name = this.#memberName();
        value = { k: 'member', object: value, arrow: word === '->', name, ...this.node(from) };
      } else if (word === '++' || word === '--') {
        this.at++;
        value = { k: 'postfix', operator: word, value, ...this.node(from) };
      } else if (this.token().kind === Kind.String && value.k === 'name') {
        // NAME "text": an unknown macro that is a string literal.
        value = this.#string();
      } else return value;
    }
  }

  #memberName(): string {
    let name = '';
    for (;;) {
      if (this.accept('~')) name += '~';
      if (this.peek() === 'operator') {
        const { name: operator } = { name: this.declaredName() };
        return name + operator;
      }
      if (!this.isName() && this.token().kind !== Kind.Identifier) this.fail('member name');
      name += this.token().text;
      this.at++;
      if (this.peek() === '<') {
        const after = this.afterTemplateArguments(this.at);
        if (after > 0 && this.tokens[after]?.text === '(') this.at = after;
      }
      if (this.peek() !== '::') return name;
      this.at++;
      name += '::';
    }
  }

  #primary(): ExprNode {
    const from = this.at;
    const token = this.token();
    switch (token.kind) {
      case Kind.Number:
        this.at++;
        return { k: 'number', text: token.text, ...this.node(from) };
      case Kind.Character:
        this.at++;
        return { k: 'character', text: token.text, ...this.node(from) };
      case Kind.String:
        return this.#string();
      case Kind.Identifier:
        return this.#identifier();
      case Kind.Punctuator:
        break;
      default:
        this.fail('expression');
    }
    switch (token.text) {
      case '(': {
        this.at++;
        if (this.peek() === '{') {
          const body = this.block();
          this.expect(')');
          return { k: 'statements', body, ...this.node(from) };
        }
        const value = this.expression();
        this.expect(')');
        return { ...value, ...this.node(from) };
      }
      case '{':
        return this.braceList();
      case '[':
        return this.#lambda();
      case '^':
        return this.#blockLiteral();
      case '::':
        return this.#identifier();
      default:
        this.fail('expression');
    }
  }

  /** Adjacent literals are one; a name among them can only be a macro for one more. */
  #string(): ExprNode {
    const from = this.at;
    let text = '';
    for (;;) {
      const token = this.token();
      if (token.kind === Kind.String) text += token.text.replace(/^@?(?:u8|[uUL])?"|"$/g, '');
      else if (
        token.kind !== Kind.Identifier ||
        !(this.token(1).kind === Kind.String || [',', ')', ';'].includes(this.peek(1)) || this.peek(1) === '(')
      )
        break;
      this.at++;
      if (token.kind === Kind.Identifier && this.peek() === '(') this.at = this.afterGroup(this.at);
    }
    return { k: 'string', text, ...this.node(from) };
  }

  #identifier(): ExprNode {
    const from = this.at;
    const word = this.peek();
    switch (word) {
      case 'this':
        this.at++;
        return { k: 'this', ...this.node(from) };
      case 'true':
      case 'false':
        this.at++;
        return { k: 'bool', value: word === 'true', ...this.node(from) };
      case 'nullptr':
      case 'NULL':
      case '__null':
        this.at++;
        return { k: 'null', ...this.node(from) };
      case 'offsetof':
      case '__builtin_offsetof':
      case '__offsetof':
        if (this.peek(1) === '(') return this.#offsetof();
        break;
      case 'operator': {
        const name = this.declaredName();
        return { k: 'name', name, ...this.node(from) };
      }
    }
    if (namedCasts.has(word)) {
      this.at++;
      const [type] = this.templateArguments();
      this.expect('(');
      const value = this.expression();
      this.expect(')');
      if (!type) this.fail('cast without a type');
      return { k: 'cast', type, value, ...this.node(from) };
    }
    if (isTypeWord(word) || (word === 'typename' && this.isName(1))) {
      const { type } = this.specifiers();
      if (!type) this.fail('type in an expression');
      if (this.peek() === '{') return { k: 'construct', type, args: [this.braceList()], ...this.node(from) };
      if (this.peek() !== '(') this.fail('type in an expression');
      return { k: 'construct', type, args: this.arguments(), ...this.node(from) };
    }
    if (reserved.has(word)) this.fail(`'${word}' in an expression`);
    return this.#name();
  }

  #name(): ExprNode {
    const from = this.at;
    this.accept('::');
    let name = '';
    let args: TypeNode[] | undefined;
    for (;;) {
      if (this.accept('~')) name += '~';
      if (this.peek() === 'operator') {
        name += this.declaredName();
        break;
      }
      if (this.token().kind !== Kind.Identifier) this.fail('name');
      const piece = this.token().text;
      name += piece;
      this.at++;
      args = undefined;
      if (this.peek() === '<' && !this.variables.has(piece)) {
        const after = this.afterTemplateArguments(this.at);
        const next = after > 0 ? this.tokens[after]?.text : undefined;
        if (next !== undefined && afterTemplate.has(next)) args = this.templateArguments();
      }
      if (this.peek() !== '::') break;
      this.at++;
      name += '::';
    }
    // A type's name followed by braces constructs one: OSSharedPtr<T>{x}, IOAddressRange{a, b}
    const before = this.tokens[from - 1]?.text ?? '';
    const isValue = ['=', '(', ',', 'return', '?', ':'].includes(before) && !/^[A-Z_0-9]+$/.test(name);
    if (
      this.peek() === '{' &&
      (args !== undefined || isValue || this.context.isType(name)) &&
      !this.variables.has(name)
    ) {
      const type: TypeNode = args ? { k: 'named', name, args } : { k: 'named', name };
      return { k: 'construct', type, args: [this.braceList()], ...this.node(from) };
    }
    return args ? { k: 'name', name, args, ...this.node(from) } : { k: 'name', name, ...this.node(from) };
  }

  #offsetof(): ExprNode {
    const from = this.at;
    this.at += 2;
    const type = this.typeId();
    this.expect(',');
    let member = '';
    while (!this.atEnd() && this.peek() !== ')') {
      member += this.token().text;
      this.at++;
    }
    this.expect(')');
    return { k: 'offsetof', type, member, ...this.node(from) };
  }

  protected braceList(): ExprNode {
    return this.nested(() => {
      const from = this.at;
      this.expect('{');
      const items: { field?: string; index?: ExprNode; value: ExprNode }[] = [];
      while (!this.atEnd() && this.peek() !== '}') {
        let field: string | undefined;
        let index: ExprNode | undefined;
        while (this.peek() === '.' || (this.peek() === '[' && this.#isDesignator())) {
          if (this.accept('.')) {
            field = field === undefined ? this.token().text : `${field}.${this.token().text}`;
            this.at++;
          } else {
            this.at++;
            index = this.assignment();
            if (this.accept('...')) this.assignment();
            this.expect(']');
          }
        }
        if (this.isName() && this.peek(1) === ':' && this.peek(2) !== ':') {
          // GNU's old designator, `field: value`.
          field = this.token().text;
          this.at += 2;
        } else if (field !== undefined || index) this.accept('=');
        const value = this.#argument();
        items.push({ value, ...(field !== undefined && { field }), ...(index && { index }) });
        this.accept('...');
        if (!this.accept(',')) break;
      }
      this.expect('}');
      return { k: 'list', items, ...this.node(from) };
    });
  }

  #isDesignator(): boolean {
    const close = this.afterGroup(this.at);
    const next = this.tokens[close]?.text;
    return next === '=' || next === '.' || next === '[';
  }

  #lambda(): ExprNode {
    const from = this.at++;
    const captures: { name: string; byReference: boolean; init?: ExprNode }[] = [];
    let captureDefault: '=' | '&' | undefined;
    while (!this.atEnd() && this.peek() !== ']') {
      const word = this.peek();
      if ((word === '=' || word === '&') && (this.peek(1) === ',' || this.peek(1) === ']')) {
        captureDefault = word;
        this.at++;
      } else {
        const byReference = this.accept('&');
        this.accept('*');
        const name = this.token().text;
        this.at++;
        if (this.accept('=')) captures.push({ name, byReference, init: this.assignment() });
        else captures.push({ name, byReference });
      }
      if (!this.accept(',')) break;
    }
    this.expect(']');
    const { params, result } = this.#closureSignature();
    const body = this.#closureBody(params);
    return {
      k: 'lambda',
      block: false,
      ...(captureDefault && { captureDefault }),
      captures,
      params,
      ...(result && { result }),
      body,
      ...this.node(from),
    };
  }

  #blockLiteral(): ExprNode {
    const from = this.at++;
    let result: TypeNode | undefined;
    if (this.peek() !== '(' && this.peek() !== '{') {
      result = this.isName() ? this.namedType() : this.specifiers().type;
      while (this.accept('*')) if (result) result = { k: 'pointer', to: result };
    }
    const params = this.peek() === '(' ? this.parameters().params : [];
    const body = this.#closureBody(params);
    return {
      k: 'lambda',
      block: true,
      captureDefault: '=',
      captures: [],
      params,
      ...(result && { result }),
      body,
      ...this.node(from),
    };
  }

  #closureSignature(): { params: ParameterNode[]; result?: TypeNode } {
    const params = this.peek() === '(' ? this.parameters().params : [];
    while (this.peek() === 'mutable' || this.peek() === 'noexcept' || this.peek() === 'constexpr') this.at++;
    this.attributes();
    return this.accept('->') ? { params, result: this.typeId() } : { params };
  }

  #closureBody(params: readonly ParameterNode[]) {
    for (const param of params) this.variables.add(param.name);
    return this.block();
  }
}
