import { PrimaryParser } from './parse-primary';
import { isSpecifierWord } from './parse-types';
import { Kind } from './scan';
import type { ExprNode, TypeNode } from './tree';

const precedence: Readonly<Record<string, number>> = Object.fromEntries(
  ['||', '&&', '|', '^', '&', '== !=', '< > <= >= <=>', '<< >>', '+ -', '* / %', '.* ->*'].flatMap((row, index) =>
    row.split(' ').map((operator) => [operator, index + 1]),
  ),
);

/** Words for operators; `not` is with the unary ones. */
const alternativeTokens: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  bitand: '&',
  bitor: '|',
  xor: '^',
  not_eq: '!=',
};

const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);

/** Names that are types by their form, where nothing declares them. */
const typeLike = /_t$|^(?:[US]?Int(?:8|16|32|64)|IO[A-Z]\w*|OS[A-Z]\w*|[a-z]+(?:8|16|32|64)_t)$/;

/** How many operators of one kind may stand in a row: the tree is as deep, and whoever walks it recurses. */
const chainLimit = 1000;

/** Expressions: operators, casts, calls. */
export abstract class ExpressionParser extends PrimaryParser {
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
      const operator = alternativeTokens[this.peek()] ?? this.peek();
      const rank = precedence[operator];
      if (rank === undefined || rank < least) return left;
      if (this.closesTemplate && (operator === '>' || operator === '>>')) return left;
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
    const type = this.typeId();
    if (this.peek() !== ')') {
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

  protected override arguments(): ExprNode[] {
    this.expect('(');
    const args: ExprNode[] = [];
    while (!this.atEnd() && this.peek() !== ')') {
      args.push(this.argument());
      this.accept('...');
      if (!this.accept(',')) break;
    }
    this.expect(')');
    return args;
  }

  /** An argument; macros and builtins take types too: va_arg(ap, int *), IONew(UInt32, n) */
  protected override argument(): ExprNode {
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
    let value = this.primary();
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
        const { name, args } = this.#memberName();
        value = { k: 'member', object: value, arrow: word === '->', name, ...(args && { args }), ...this.node(from) };
      } else if (word === '++' || word === '--') {
        this.at++;
        value = { k: 'postfix', operator: word, value, ...this.node(from) };
      } else if (this.token().kind === Kind.String && value.k === 'name') {
        // NAME "text": an unknown macro that is a string literal.
        value = this.stringLiteral();
      } else return value;
    }
  }

  #memberName(): { name: string; args?: TypeNode[] } {
    let name = '';
    let args: TypeNode[] | undefined;
    for (;;) {
      if (this.accept('~')) name += '~';
      if (this.peek() === 'operator') {
        return { name: name + this.declaredName() };
      }
      if (!this.isName() && this.token().kind !== Kind.Identifier) this.fail('member name');
      name += this.token().text;
      this.at++;
      if (this.peek() === '<') {
        const after = this.afterTemplateArguments(this.at);
        if (after > 0 && this.tokens[after]?.text === '(') args = this.templateArguments();
      }
      if (this.peek() !== '::') return { name, ...(args && { args }) };
      this.at++;
      name += '::';
      if (this.peek() === 'template') this.at++;
    }
  }
}
