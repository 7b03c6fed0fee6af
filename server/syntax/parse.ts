import type { ParseContext } from './cursor';
import { ParseFailure } from './cursor';
import { StatementParser } from './parse-statements';
import type { Declarator, Specifiers } from './parse-types';
import { isClassKey } from './parse-types';
import type { Token } from './preprocess';
import { Kind } from './scan';
import type { AttributeNode, DeclarationNode, ExprNode, TemplateParameterNode, TypeNode } from './tree';

export type { ParseContext } from './cursor';

export interface Parsed {
  readonly declarations: readonly DeclarationNode[];
  /** Whether the tokens were read to their last, so that a body ends where its braces say. */
  readonly complete: boolean;
}

/** Parses the tokens of one declaration. */
export function parseDeclaration(tokens: Token[], context: ParseContext): Parsed {
  const parser = new DeclarationParser(tokens, context);
  const declarations = parser.all();
  return { declarations, complete: parser.finished };
}

/** Parses the head of a scope: `class A : public B {`, `namespace n {`, `extern "C" {`. */
export function parseHead(tokens: Token[], context: ParseContext): DeclarationNode {
  return new DeclarationParser(tokens, context).head();
}

/** Parses what follows a class's closing brace: the variables or typedef names that it declares. */
export function parseTail(
  tokens: Token[],
  type: TypeNode,
  isTypedef: boolean,
  context: ParseContext,
): readonly DeclarationNode[] {
  return new DeclarationParser(tokens, context).tail(type, isTypedef);
}

class DeclarationParser extends StatementParser {
  finished = true;

  all(): DeclarationNode[] {
    const found: DeclarationNode[] = [];
    while (!this.atEnd()) {
      if (this.accept(';')) continue;
      const from = this.at;
      try {
        found.push(...this.#declaration());
        if (this.at > from) continue;
        this.fail('declaration');
      } catch (failure) {
        if (!(failure instanceof ParseFailure)) throw failure;
        this.at = from;
        if (this.isName() && this.peek(1) === '(') {
          const after = this.afterGroup(from + 1);
          if (after >= this.tokens.length || this.tokens[after]?.text === ';') {
            this.at = after + 1;
            found.push({ k: 'other', what: 'macro', attributes: [], span: this.spanFrom(from) });
            continue;
          }
        }
        this.finished = false;
        this.at = this.tokens.length;
        found.push({ k: 'error', construct: failure.construct, attributes: [], span: this.spanFrom(from) });
      }
    }
    return found;
  }

  head(): DeclarationNode {
    try {
      return this.#head();
    } catch (failure) {
      if (!(failure instanceof ParseFailure)) throw failure;
      return { k: 'error', construct: failure.construct, attributes: [], span: this.spanFrom(0) };
    }
  }

  #head(): DeclarationNode {
    const from = this.at;
    if (this.peek() === 'inline' || this.peek() === 'namespace') {
      this.accept('inline');
      this.expect('namespace');
      this.attributes();
      let name = '';
      while (!this.atEnd() && this.peek() !== '{') {
        name += this.token().text;
        this.at++;
      }
      return { k: 'namespace', name, attributes: [], ...this.node(from) };
    }
    if (this.peek() === 'extern' && this.token(1).kind === Kind.String)
      return { k: 'other', what: 'linkage', attributes: [], ...this.node(from) };
    // Words before the class key: typedef, static, template<…>, attribute macros.
    let templateParameters: TemplateParameterNode[] | undefined;
    while (!this.atEnd() && !isClassKey(this.peek())) {
      if (this.peek() === 'template' && this.peek(1) === '<') {
        this.at++;
        templateParameters = this.templateParameters();
      } else this.at++;
    }
    if (this.atEnd()) return { k: 'other', what: 'scope', attributes: [], ...this.node(from) };
    const head = this.#classHead();
    const template = templateParameters !== undefined;
    return { k: 'class', ...head, template, ...(template && { templateParameters }), ...this.node(from) };
  }

  tail(type: TypeNode, isTypedef: boolean): DeclarationNode[] {
    this.accept('}');
    const from = this.at;
    const attributes = this.attributes();
    // Those behind the brace are the class's.
    const own: DeclarationNode[] =
      attributes.length > 0 ? [{ k: 'other', what: 'attributes', attributes, span: this.spanFrom(from) }] : [];
    const specifiers: Specifiers = { type, words: new Set(isTypedef ? ['typedef'] : []), attributes: [] };
    if (this.atEnd() || this.peek() === ';') return own;
    try {
      return [...this.#declarators(this.at, specifiers, type), ...own];
    } catch (failure) {
      if (!(failure instanceof ParseFailure)) throw failure;
      return [];
    }
  }

  override localDeclaration(): DeclarationNode[] {
    const inside = this.insideFunction;
    this.insideFunction = true;
    const found = this.#declaration();
    this.insideFunction = inside;
    return found;
  }

  override conditionDeclaration(): DeclarationNode[] {
    const from = this.at;
    const specifiers = this.specifiers();
    if (!specifiers.type) this.fail('declaration');
    return [this.#variable(from, specifiers, this.declarator(specifiers.type), true)];
  }

  override members(): DeclarationNode[] {
    this.expect('{');
    const found: DeclarationNode[] = [];
    while (!this.atEnd() && this.peek() !== '}') {
      if (this.accept(';')) continue;
      if (['public', 'private', 'protected'].includes(this.peek()) && this.peek(1) === ':') {
        this.at += 2;
        continue;
      }
      found.push(...this.#declaration());
    }
    this.expect('}');
    return found;
  }

  override definedType(): TypeNode {
    const from = this.at;
    const word = this.peek();
    if (word === 'enum') return this.#enumType(from);
    const keyword = word as 'class' | 'struct' | 'union';
    const head = this.#classHead();
    if (this.peek() !== '{') return { k: 'named', name: head.name, keyword };
    const members = this.members();
    const attributes = [...head.attributes, ...this.attributes()];
    return {
      k: 'defined',
      declaration: { k: 'class', ...head, attributes, members, template: false, ...this.node(from) },
    };
  }

  #classHead(): { keyword: 'class' | 'struct' | 'union'; name: string; bases: string[]; attributes: AttributeNode[] } {
    const keyword = this.peek() as 'class' | 'struct' | 'union';
    this.at++;
    const attributes = this.attributes();
    let name = '';
    // Attribute macros may stand before the name: class EXPORT Name, struct PACKED(4) name
    while (this.isName()) {
      const after = this.afterQualifiedName(this.at);
      const next = this.tokens[after]?.text ?? '';
      if (next === '(') {
        // A macro, when the class's name is still to come.
        const beyond = this.tokens[this.afterGroup(after)];
        if (name || beyond?.kind !== Kind.Identifier) break;
        this.at = this.afterGroup(after);
        continue;
      }
      if (name && !(this.tokens[after]?.kind === Kind.Identifier || next === '{' || next === ':')) break;
      if (this.peek() === 'final' && name) {
        this.at++;
        continue;
      }
      name = this.tokens
        .slice(this.at, after)
        .map((token) => token.text)
        .join('')
        .replace(/<.*>$/, '');
      this.at = after;
      if (!(this.tokens[after]?.kind === Kind.Identifier && this.#headGoesOn())) break;
    }
    if (this.peek() === 'final') this.at++;
    attributes.push(...this.attributes());
    const bases: string[] = [];
    if (this.peek() === ':' && this.#isBaseClause()) {
      this.at++;
      while (!this.atEnd() && this.peek() !== '{') {
        while (['public', 'private', 'protected', 'virtual'].includes(this.peek())) this.at++;
        const base = this.namedType();
        if (base.k === 'named') bases.push(base.name);
        this.accept('...');
        if (!this.accept(',')) break;
      }
    }
    return { keyword, name, bases, attributes };
  }

  /** Whether the tokens lead to a class's body before anything else could end it. */
  #headGoesOn(): boolean {
    for (let at = this.at; at < this.tokens.length; at++) {
      const { text } = this.tokens[at]!;
      if (text === '{') return true;
      if (text === '(') at = this.afterGroup(at) - 1;
      else if ([';', '=', ')', ',', '*', '&'].includes(text)) return false;
    }
    return false;
  }

  #isBaseClause(): boolean {
    for (let at = this.at + 1; at < this.tokens.length; at++) {
      const { text, kind } = this.tokens[at]!;
      if (text === '{') return true;
      if (kind === Kind.Number || text === ';' || text === '=') return false;
    }
    return false;
  }

  #enumType(from: number): TypeNode {
    this.at++;
    if (isClassKey(this.peek())) this.at++;
    const attributes = this.attributes();
    let name = '';
    while (this.isName()) {
      if (this.peek(1) === '(') {
        this.at = this.afterGroup(this.at + 1);
        continue;
      }
      if (name && !['{', ':'].includes(this.peek(1))) break;
      const after = this.afterQualifiedName(this.at);
      name = this.tokens
        .slice(this.at, after)
        .map((token) => token.text)
        .join('');
      this.at = after;
    }
    let underlying: TypeNode | undefined;
    if (this.peek() === ':' && this.#isBaseClauseOfEnum()) {
      this.at++;
      underlying = this.specifiers().type;
    }
    if (this.peek() !== '{') return { k: 'named', name, keyword: 'enum' };
    this.at++;
    const constants: (DeclarationNode & { k: 'enum' })['constants'][number][] = [];
    while (!this.atEnd() && this.peek() !== '}') {
      const start = this.at;
      if (!this.isName()) this.fail('enumerator');
      const constant = this.token().text;
      this.at++;
      const own = this.attributes();
      while (this.isName()) this.at = this.peek(1) === '(' ? this.afterGroup(this.at + 1) : this.at + 1;
      const value = this.accept('=') ? this.assignment() : undefined;
      constants.push({ name: constant, ...(value && { value }), attributes: own, span: this.spanFrom(start) });
      if (!this.accept(',')) break;
    }
    this.expect('}');
    this.attributes();
    const declaration = { k: 'enum', name, ...(underlying && { underlying }), constants, attributes } as const;
    return { k: 'defined', declaration: { ...declaration, ...this.node(from) } };
  }

  #isBaseClauseOfEnum(): boolean {
    const next = this.token(1);
    return next.kind === Kind.Identifier;
  }

  #other(from: number, what: string): DeclarationNode[] {
    while (!this.atEnd() && this.peek() !== ';')
      this.at = ['(', '[', '{'].includes(this.peek()) ? this.afterGroup(this.at) : this.at + 1;
    this.accept(';');
    return [{ k: 'other', what, attributes: [], ...this.node(from) }];
  }

  #declaration(): DeclarationNode[] {
    const from = this.at;
    switch (this.peek()) {
      case 'using':
        return this.#using(from);
      case 'static_assert':
      case '_Static_assert':
        return this.#other(from, 'assertion');
      case 'friend':
        return this.#other(from, 'friend');
      case 'asm':
      case '__asm__':
        return this.#other(from, 'assembly');
      case 'namespace':
        return this.#other(from, 'namespace alias');
      case 'template': {
        this.at++;
        if (this.peek() !== '<') return this.#other(from, 'instantiation');
        const templateParameters = this.templateParameters();
        return this.#declaration().map((declaration) =>
          declaration.k === 'function' || declaration.k === 'class'
            ? { ...declaration, template: true, templateParameters }
            : declaration,
        );
      }
      case '@':
      case '-':
      case '+':
        this.fail('Objective-C');
    }
    const specifiers = this.specifiers();
    const unnamed = !specifiers.type && this.isName() && this.peek(1) === ':' && this.token(2).kind === Kind.Number;
    const type = unnamed ? this.namedType() : specifiers.type;
    const defined = type?.k === 'defined' ? [type.declaration] : [];
    if (this.peek() === ';' || this.atEnd()) {
      this.accept(';');
      if (defined.length > 0) return defined;
      return [{ k: 'other', what: type ? 'declaration without a name' : 'words', attributes: [], ...this.node(from) }];
    }
    return [...defined, ...this.#declarators(from, specifiers, type ?? this.#impliedType())];
  }

  /** A declaration without a type: a constructor, a destructor or a conversion, or old C. */
  #impliedType(): TypeNode {
    return { k: 'named', name: 'void' };
  }

  #declarators(from: number, specifiers: Specifiers, type: TypeNode): DeclarationNode[] {
    const found: DeclarationNode[] = [];
    for (;;) {
      if (this.peek() === ':' && this.token(1).kind === Kind.Number) {
        // An unnamed bit field.
        const nameSpan = this.spanFrom(this.at);
        found.push(this.#variable(from, specifiers, { name: '', nameSpan, type, attributes: [] }));
      } else {
        const declarator = this.declarator(type);
        if (declarator.type.k === 'function' && !specifiers.words.has('typedef')) {
          const declaration = this.#function(from, specifiers, declarator);
          found.push(declaration);
          if (declaration.k === 'function' && declaration.body) return found;
        } else if (specifiers.words.has('typedef'))
          found.push({
            k: 'typedef',
            name: declarator.name,
            type: declarator.type,
            attributes: declarator.attributes,
            ...this.node(from),
          });
        else found.push(this.#variable(from, specifiers, declarator));
      }
      if (this.accept(',')) continue;
      this.#skipTrailingMacros();
      if (this.accept(',')) continue;
      if (this.accept(';') || this.atEnd()) return found;
      this.fail('expected ;');
    }
  }

  /** Attribute macros that nothing defines may stand between a declarator and its end. */
  #skipTrailingMacros(): void {
    for (;;) {
      this.attributes();
      if (!this.isName() || this.token().first) {
        if (!(this.isName() && (this.peek(1) === ';' || this.peek(1) === '('))) return;
      }
      this.at = this.peek(1) === '(' ? this.afterGroup(this.at + 1) : this.at + 1;
    }
  }

  #variable(from: number, specifiers: Specifiers, declarator: Declarator, inCondition = false): DeclarationNode {
    this.variables.add(declarator.name);
    let init: ExprNode | undefined;
    let args: readonly ExprNode[] | undefined;
    if (declarator.argumentsAt !== undefined) args = this.arguments();
    let width = !inCondition && this.accept(':') ? this.assignment() : undefined;
    if (width?.k === 'assign') {
      init = width.right;
      width = width.left;
    }
    // An attribute macro between name and initialiser.
    while (this.isName() && (this.peek(1) === '=' || this.peek(1) === '(') && this.insideFunction)
      this.at = this.peek(1) === '(' ? this.afterGroup(this.at + 1) : this.at + 1;
    if (this.accept('=')) init = this.peek() === '{' ? this.braceList() : this.assignment();
    else if (this.peek() === '{') args = [this.braceList()];
    return {
      k: 'variable',
      name: declarator.name,
      nameSpan: declarator.nameSpan,
      type: declarator.type,
      ...(init && { init }),
      ...(args && { arguments: args }),
      ...(width && { width }),
      static: specifiers.words.has('static'),
      extern: specifiers.words.has('extern'),
      constant: specifiers.words.has('const') || specifiers.words.has('constexpr'),
      ...(specifiers.words.has('__block') && { shared: true }),
      attributes: [...specifiers.attributes, ...declarator.attributes],
      ...this.node(from),
    };
  }

  #function(from: number, specifiers: Specifiers, declarator: Declarator): DeclarationNode {
    const type = declarator.type;
    if (type.k !== 'function') this.fail('function');
    const attributes = [...specifiers.attributes, ...declarator.attributes];
    attributes.push(...this.#afterParameters());
    const head = {
      k: 'function' as const,
      name: declarator.name,
      nameSpan: declarator.nameSpan,
      result: type.result,
      params: type.params,
      variadic: type.variadic,
      static: specifiers.words.has('static'),
      virtual: specifiers.words.has('virtual'),
      template: false,
      attributes,
    };
    for (const param of type.params) this.variables.add(param.name);
    const initializers: { name: string; args: readonly ExprNode[]; span: { start: number; end: number } }[] = [];
    if (this.accept('try')) void 0;
    if (this.peek() === ':') {
      this.at++;
      while (!this.atEnd() && this.peek() !== '{') {
        const start = this.at;
        const named = this.namedType();
        const args = this.peek() === '{' ? [this.braceList()] : this.arguments();
        initializers.push({ name: named.k === 'named' ? named.name : '', args, span: this.spanFrom(start) });
        this.accept('...');
        if (!this.accept(',')) break;
      }
    }
    if (this.peek() === '{') {
      const inside = this.insideFunction;
      this.insideFunction = true;
      const body = this.block();
      this.insideFunction = inside;
      return { ...head, initializers, body, ...this.node(from) };
    }
    let defaulted = false;
    if (this.accept('=')) {
      // = 0, = default, = delete
      defaulted = this.peek() === 'default';
      this.at++;
    }
    return { ...head, initializers, ...(defaulted && { defaulted }), ...this.node(from) };
  }

  /** Words between a parameter list and what follows it: attribute macros, K&R parameter declarations. */
  #afterParameters(): AttributeNode[] {
    const found: AttributeNode[] = [];
    for (;;) {
      found.push(...this.attributes());
      const word = this.peek();
      if (word === '' || ['{', ';', '=', ':', ',', ')', '}', 'try'].includes(word)) return found;
      if (this.isName() || word === 'const' || word === 'throw' || word === 'noexcept' || word === 'override') {
        if (this.#isOldStyleParameter()) {
          while (!this.atEnd() && this.peek() !== '{') this.at++;
          return found;
        }
        this.at = this.peek(1) === '(' ? this.afterGroup(this.at + 1) : this.at + 1;
      } else if (this.#isOldStyleParameter()) {
        while (!this.atEnd() && this.peek() !== '{') this.at++;
        return found;
      } else return found;
    }
  }

  #isOldStyleParameter(): boolean {
    let at = this.at;
    let semicolon = false;
    for (; at < this.tokens.length; at++) {
      const token = this.tokens[at]!;
      if (token.text === '{') return semicolon;
      if (token.text === ';') semicolon = true;
      else if (token.kind !== Kind.Identifier && !['*', ',', '[', ']'].includes(token.text)) return false;
    }
    return false;
  }

  #using(from: number): DeclarationNode[] {
    this.at++;
    if (this.isName() && this.peek(1) === '=') {
      const name = this.token().text;
      this.at += 2;
      const type = this.typeId();
      this.accept(';');
      return [{ k: 'typedef', name, type, attributes: [], ...this.node(from) }];
    }
    return this.#other(from, 'using');
  }
}
