import { ParseFailure, reserved } from './cursor';
import { ExpressionParser } from './parse-expressions';
import { isSpecifierWord, isTypeWord } from './parse-types';
import { Kind } from './scan';
import type { DeclarationNode, ExprNode, StatementNode } from './tree';

const declarationWords = new Set(['typedef', 'using', 'template', 'static_assert', '_Static_assert', 'namespace']);

/** Statements. One that can't be read becomes an error node that ends where the statement seems to. */
export abstract class StatementParser extends ExpressionParser {
  /** A declaration among statements, with its semicolon. */
  abstract localDeclaration(): DeclarationNode[];
  /** The single declaration in a condition, without initialiser lists of further ones. */
  abstract conditionDeclaration(): DeclarationNode[];

  override block(): StatementNode {
    return this.nested(() => {
      const from = this.at;
      this.expect('{');
      const body: StatementNode[] = [];
      while (!this.atEnd() && this.peek() !== '}') body.push(this.statement());
      this.expect('}');
      return { k: 'block', body, ...this.node(from) };
    });
  }

  override statement(): StatementNode {
    const from = this.at;
    try {
      return this.nested(() => this.#statement());
    } catch (failure) {
      if (!(failure instanceof ParseFailure)) throw failure;
      this.at = from;
      this.#skipStatement();
      return { k: 'error', construct: failure.construct, ...this.node(from) };
    }
  }

  /** Moves behind the statement at hand, which could not be read: its semicolon, or its body's closing brace. */
  #skipStatement(): void {
    const from = this.at;
    while (!this.atEnd()) {
      const word = this.peek();
      if (word === ';') {
        this.at++;
        return;
      }
      if (word === '}') {
        if (this.at === from) this.at++;
        return;
      }
      if (word === '{') {
        this.at = this.afterGroup(this.at);
        if (this.peek() === 'else' || this.peek() === 'while') continue;
        if (this.accept(';')) return;
        if ([',', ')', '.', '('].includes(this.peek())) continue;
        return;
      }
      if (word === '(' || word === '[') {
        const after = this.afterGroup(this.at);
        // An unclosed parenthesis would swallow the block's end.
        if (after >= this.tokens.length && this.tokens.at(-1)?.text === '}') {
          this.at++;
          continue;
        }
        this.at = after;
      } else this.at++;
    }
  }

  #statement(): StatementNode {
    const from = this.at;
    if (this.peek() === '[' || this.peek().startsWith('__attribute')) {
      this.attributes();
      if (this.isDeclarationAhead()) {
        // They are the declaration's own.
        this.at = from;
        const declarations = this.localDeclaration();
        return { k: 'declaration', declarations, ...this.node(from) };
      }
    }
    const word = this.peek();
    switch (word) {
      case '{':
        return this.block();
      case ';':
        this.at++;
        return { k: 'empty', ...this.node(from) };
      case 'if':
        return this.#if();
      case 'while': {
        this.at++;
        const condition = this.#condition();
        const body = this.statement();
        return { k: 'while', condition, body, ...this.node(from) };
      }
      case 'do': {
        this.at++;
        const body = this.statement();
        this.expect('while');
        this.expect('(');
        const condition = this.expression();
        this.expect(')');
        this.#endStatement();
        return { k: 'do', body, condition, ...this.node(from) };
      }
      case 'for':
        return this.#for();
      case 'switch': {
        this.at++;
        const value = this.#condition();
        const body = this.statement();
        return { k: 'switch', value, body, ...this.node(from) };
      }
      case 'case': {
        this.at++;
        const low = this.assignment();
        const high = this.accept('...') ? this.assignment() : undefined;
        this.expect(':');
        return { k: 'case', low, ...(high && { high }), ...this.node(from) };
      }
      case 'default':
        if (this.peek(1) === ':') {
          this.at += 2;
          return { k: 'default', ...this.node(from) };
        }
        break;
      case 'goto': {
        this.at++;
        if (!this.isName()) this.fail('computed goto');
        const name = this.token().text;
        this.at++;
        this.#endStatement();
        return { k: 'goto', name, ...this.node(from) };
      }
      case 'break':
      case 'continue':
        this.at++;
        this.#endStatement();
        return { k: word, ...this.node(from) };
      case 'return': {
        this.at++;
        if (this.accept(';')) return { k: 'return', ...this.node(from) };
        const value = this.expression();
        this.#endStatement();
        return { k: 'return', value, ...this.node(from) };
      }
      case 'try': {
        this.at++;
        const body = this.block();
        const handlers: StatementNode[] = [];
        while (this.accept('catch')) {
          if (this.peek() === '(') this.at = this.afterGroup(this.at);
          handlers.push(this.block());
        }
        return { k: 'try', body, handlers, ...this.node(from) };
      }
      case 'asm':
      case '__asm__':
      case '__asm':
        return this.#assembly();
      case 'else':
        this.fail('else without if');
    }
    if (this.isName() && this.peek(1) === ':' && this.peek(2) !== ':') {
      this.at += 2;
      this.attributes();
      return { k: 'label', name: word, ...this.node(from) };
    }
    if (this.isDeclarationAhead()) {
      const declarations = this.localDeclaration();
      return { k: 'declaration', declarations, ...this.node(from) };
    }
    const value = this.expression();
    this.#endExpression(value);
    return { k: 'expression', value, ...this.node(from) };
  }

  /** asm("text" : outputs : inputs : clobbers) */
  #assembly(): StatementNode {
    const from = this.at++;
    while (this.isName() || this.peek() === 'volatile' || this.peek() === 'goto') this.at++;
    const outputs: ExprNode[] = [];
    const inputs: ExprNode[] = [];
    let clobbersMemory = false;
    if (this.peek() === '{') this.at = this.afterGroup(this.at);
    else {
      this.expect('(');
      for (let part = 0; !this.atEnd() && this.peek() !== ')';) {
        if (this.accept(':')) part++;
        else if (this.accept('::')) part += 2;
        else if (this.token().kind === Kind.String) {
          if (part === 3 && this.token().text === '"memory"') clobbersMemory = true;
          const readsToo = part === 1 && this.token().text.includes('+');
          this.at++;
          if (part !== 1 && part !== 2) continue;
          if (this.peek() !== '(') continue;
          this.at++;
          const operand = this.expression();
          this.expect(')');
          if (part === 1) outputs.push(operand);
          if (part === 2 || readsToo) inputs.push(operand);
        } else this.at = this.peek() === '[' ? this.afterGroup(this.at) : this.at + 1;
      }
      this.expect(')');
    }
    this.accept(';');
    return { k: 'asm', outputs, inputs, clobbersMemory, ...this.node(from) };
  }

  #endStatement(): void {
    if (this.accept(';')) return;
    // A macro may hold the semicolon, or none be needed after it.
    if (this.tokens[this.at - 1]?.macro !== undefined || this.token().macro !== undefined) return;
    this.fail('expected ;');
  }

  #endExpression(value: ExprNode): void {
    if (this.accept(';')) return;
    const next = this.token();
    if (this.tokens[this.at - 1]?.macro !== undefined) return;
    const isMacroUse = (value.k === 'call' && value.callee.k === 'name') || value.k === 'name';
    if (isMacroUse && this.peek() === '{') this.fail('macro with a block');
    if (isMacroUse && (next.first || next.text === '}' || next.kind === Kind.End)) return;
    this.fail('expected ;');
  }

  #if(): StatementNode {
    const from = this.at++;
    this.accept('constexpr');
    this.expect('(');
    let init: StatementNode | undefined;
    const initEnd = this.#initializerEnd();
    if (initEnd) {
      init = this.statement();
    }
    const condition = this.#conditionValue();
    this.expect(')');
    const then = this.statement();
    const otherwise = this.accept('else') ? this.statement() : undefined;
    return {
      k: 'if',
      ...(init && { init }),
      condition,
      then,
      ...(otherwise && { else: otherwise }),
      ...this.node(from),
    };
  }

  /** Whether a semicolon stands in the condition at hand: `if (init; condition)`. */
  #initializerEnd(): boolean {
    let depth = 0;
    for (let at = this.at; at < this.tokens.length; at++) {
      const { text } = this.tokens[at]!;
      if (text === '(' || text === '[') depth++;
      else if (text === '{') at = this.afterGroup(at) - 1;
      else if (text === ')' || text === ']') {
        if (depth-- === 0) return false;
      } else if (text === ';' && depth === 0) return true;
    }
    return false;
  }

  #condition(): ExprNode | StatementNode {
    this.expect('(');
    const value = this.#conditionValue();
    this.expect(')');
    return value;
  }

  #conditionValue(): ExprNode | StatementNode {
    const from = this.at;
    if (!this.isDeclarationAhead()) return this.expression();
    const declarations = this.conditionDeclaration();
    return { k: 'declaration', declarations, ...this.node(from) };
  }

  #for(): StatementNode {
    const from = this.at++;
    if (this.isName() && this.peek() === 'each') this.at++;
    this.expect('(');
    let init: StatementNode | undefined;
    if (!this.accept(';')) {
      const initFrom = this.at;
      if (this.isDeclarationAhead()) {
        const range = this.#rangeColon();
        if (range) {
          const [variable] = this.conditionDeclaration();
          this.expect(':');
          const value = this.peek() === '{' ? this.braceList() : this.expression();
          this.expect(')');
          const body = this.statement();
          if (!variable) this.fail('for');
          return { k: 'range-for', variable, range: value, body, ...this.node(from) };
        }
        const declarations = this.localDeclaration();
        init = { k: 'declaration', declarations, ...this.node(initFrom) };
      } else {
        const value = this.expression();
        if (this.peek() === 'in') this.fail('for … in');
        this.expect(';');
        init = { k: 'expression', value, ...this.node(initFrom) };
      }
    }
    const condition = this.peek() === ';' ? undefined : this.#conditionValue();
    this.expect(';');
    const step = this.peek() === ')' ? undefined : this.expression();
    this.expect(')');
    const body = this.statement();
    return {
      k: 'for',
      ...(init && { init }),
      ...(condition && { condition }),
      ...(step && { step }),
      body,
      ...this.node(from),
    };
  }

  /** Whether the head of a for statement has a colon and no semicolon. */
  #rangeColon(): boolean {
    let depth = 0;
    let questions = 0;
    for (let at = this.at; at < this.tokens.length; at++) {
      const { text, kind } = this.tokens[at]!;
      if (kind !== Kind.Punctuator) continue;
      if (text === '(' || text === '[' || text === '{') depth++;
      else if (text === ')' || text === ']' || text === '}') {
        if (depth-- === 0) return false;
      } else if (depth === 0 && text === ';') return false;
      else if (depth === 0 && text === '?') questions++;
      else if (depth === 0 && text === ':' && questions-- <= 0) return true;
    }
    return false;
  }

  /** Whether what stands here declares something rather than computes. */
  protected isDeclarationAhead(): boolean {
    const word = this.peek();
    if (declarationWords.has(word)) return true;
    if (isTypeWord(word))
      return (
        !(
          this.peek(1) === '(' &&
          !this.opensDeclarator(this.at + 1) &&
          word !== 'decltype' &&
          !word.includes('typeof')
        ) && this.peek(1) !== '{'
      );
    if (isSpecifierWord(word)) return true;
    if ((!this.isName() && word !== '::') || word === 'not' || word === 'compl') return false;
    const after = this.afterQualifiedName(this.at);
    const qualified = after - this.at;
    const hadArguments = ['>', '>>'].includes(this.tokens[after - 1]?.text ?? '');
    const name = this.tokens[this.at]!.text;
    const isVariable = qualified === 1 && this.variables.has(name);
    let at = after;
    let pointers = 0;
    for (;;) {
      const text = this.tokens[at]?.text ?? '';
      if (text === '*' || text === '&' || text === '&&' || text === '^') pointers++;
      else if (
        text !== 'const' &&
        text !== 'volatile' &&
        !text.startsWith('__restrict') &&
        text !== '__unused' &&
        text !== '__block' &&
        text !== 'restrict'
      )
        break;
      at++;
    }
    const next = this.tokens[at];
    if (!next) return false;
    if (next.kind === Kind.Identifier && !reserved.has(next.text)) {
      if (pointers === 0) return !(isVariable && !hadArguments) && !['and', 'or', 'xor'].includes(next.text);
      if (isVariable) return false;
      const beyond = this.tokens[at + 1]?.text ?? '';
      if (this.#isTypeName(after) || hadArguments) return true;
      return (
        beyond === '=' ||
        beyond === ';' ||
        beyond === '{' ||
        (beyond === ',' && pointers > 0 && !this.#insideParentheses(at)) ||
        beyond === '[' ||
        beyond === ':'
      );
    }
    if (next.text === 'const' || next.text === 'static') return pointers === 0;
    if (isTypeWord(next.text) && pointers === 0) return true;
    if (next.text === '(' && (pointers > 0 || this.opensDeclarator(at))) return this.#isTypeName(after) && !isVariable;
    if (next.text === '[' && pointers === 0 && this.tokens[at + 1]?.text === '[') return true;
    return false;
  }

  #isTypeName(after: number): boolean {
    let name = '';
    for (let at = this.at; at < after; at++) name += this.tokens[at]!.text;
    return this.context.isType(name.replace(/^::/, '').replace(/<.*$/, ''));
  }

  #insideParentheses(from: number): boolean {
    for (let at = from; at < this.tokens.length; at++) {
      const { text } = this.tokens[at]!;
      if (text === ';' || text === '{') return false;
      if (text === '(' || text === '[') at = this.afterGroup(at) - 1;
      else if (text === ')') return true;
    }
    return false;
  }
}
