import { reserved } from './cursor';
import { isTypeWord, TypeParser } from './parse-types';
import { Kind } from './scan';
import type { ExprNode, ParameterNode, TypeNode } from './tree';

const namedCasts = new Set(['static_cast', 'reinterpret_cast', 'const_cast', 'dynamic_cast']);

/** What can follow `name<…>` in an expression; none of them can follow a greater-than sign. */
const afterTemplate = new Set('( :: { ) ; , } ] == != <= >= || ? :'.split(' '));

/** Names, literals, closures and initialiser lists. */
export abstract class PrimaryParser extends TypeParser {
  protected abstract arguments(): ExprNode[];
  protected abstract argument(): ExprNode;

  protected primary(): ExprNode {
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
        return this.stringLiteral();
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
        const outer = this.closesTemplate;
        this.closesTemplate = false;
        const value = this.expression();
        this.closesTemplate = outer;
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
  protected stringLiteral(): ExprNode {
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
      this.accept('template');
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
        const value = this.argument();
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
