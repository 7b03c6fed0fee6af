import { Cursor, ParseFailure } from './cursor';
import { Kind } from './scan';
import type { TemplateParameterNode, TypeNode } from './tree';

/** Names with template arguments, and the heads of templates. */
export abstract class TemplateParser extends Cursor {
  /** A template's argument is being read, which a `>` ends. */
  protected closesTemplate = false;

  abstract typeId(): TypeNode;
  protected abstract isSpecifier(word: string): boolean;

  /** Index after the qualified name, with template arguments, at `index`. */
  protected afterQualifiedName(index: number): number {
    let at = this.tokens[index]?.text === '::' ? index + 1 : index;
    for (;;) {
      if (this.tokens[at]?.kind !== Kind.Identifier) return at;
      at++;
      if (this.tokens[at]?.text === '<') {
        const after = this.afterTemplateArguments(at);
        if (after > 0) at = after;
      }
      if (
        this.tokens[at]?.text === '::' &&
        (this.tokens[at + 1]?.kind === Kind.Identifier || this.tokens[at + 1]?.text === '~') &&
        this.tokens[at + 1]?.text !== 'operator'
      ) {
        if (this.tokens[at + 1]!.text === '~') return at;
        at++;
      } else return at;
    }
  }

  /** Index after the `>` that closes template arguments opened at `index`, or 0 when these are none. */
  protected afterTemplateArguments(index: number): number {
    let depth = 0;
    for (let at = index; at < this.tokens.length && at < index + 200; at++) {
      const token = this.tokens[at]!;
      if (token.kind === Kind.Punctuator)
        switch (token.text) {
          case '<':
            depth++;
            break;
          case '>':
            if (--depth === 0) return at + 1;
            break;
          case '>>':
            depth -= 2;
            // Its second half may close the arguments around these: then these end in its middle.
            if (depth <= 0) return depth === 0 ? at + 1 : at;
            break;
          case '(':
          case '[':
            at = this.afterGroup(at) - 1;
            break;
          case ',':
          case '*':
          case '&':
          case '&&':
          case '::':
          case '...':
          case '^':
          case '-':
          case '+':
            break;
          default:
            return 0;
        }
      else if (token.kind === Kind.String) return 0;
    }
    return 0;
  }

  /** Index after the parameters of a `template` head, whose `<` is at `index`. */
  protected afterTemplateParameters(index: number): number {
    let depth = 0;
    for (let at = index; at < this.tokens.length; at++) {
      const { text } = this.tokens[at]!;
      if (text === '<') depth++;
      else if (text === '>') depth--;
      else if (text === '>>') depth -= 2;
      else if (text === '(' || text === '{') at = this.afterGroup(at) - 1;
      else if (text === ';') return at;
      if (depth <= 0) return at + 1;
    }
    return this.tokens.length;
  }

  /** The parameters of a `template` head, whose `<` stands here. */
  protected templateParameters(): TemplateParameterNode[] {
    const end = this.afterTemplateParameters(this.at);
    const found: TemplateParameterNode[] = [];
    let from = this.at + 1;
    let depth = 0;
    for (let at = from; at < end; at++) {
      const { text } = this.tokens[at]!;
      if (text === '<') depth++;
      else if (text === '>' && at < end - 1) depth--;
      else if (text === '(' || text === '{') at = this.afterGroup(at) - 1;
      if ((text !== ',' || depth > 0) && at < end - 1) continue;
      const words = this.tokens.slice(from, at);
      const assigned = words.findIndex((each) => each.text === '=');
      const named = assigned < 0 ? words : words.slice(0, assigned);
      const last = named.at(-1);
      const first = named[0]?.text;
      const odd = first === 'template' || named.some((each) => each.text === '...');
      if (last) {
        this.at = from + assigned + 1;
        const given = assigned < 0 || odd ? undefined : this.#templateArgument(at);
        found.push({
          name: last.kind === Kind.Identifier ? last.text : '',
          kind: odd ? 'other' : first === 'typename' || first === 'class' ? 'type' : 'value',
          ...(given && { default: given }),
        });
      }
      from = at + 1;
    }
    this.at = end;
    return found;
  }

  namedType(): TypeNode {
    this.accept('::');
    let name = '';
    let args: TypeNode[] | undefined;
    for (;;) {
      name += this.token().text;
      this.at++;
      args = undefined;
      if (this.peek() === '<' && this.afterTemplateArguments(this.at) > 0) args = this.templateArguments();
      if (this.peek() === '::' && this.token(1).kind === Kind.Identifier && this.peek(1) !== 'operator') {
        name += '::';
        this.at++;
        if (this.peek() === 'template') this.at++;
      } else return args ? { k: 'named', name, args } : { k: 'named', name };
    }
  }

  templateArguments(): TypeNode[] {
    const close = this.afterTemplateArguments(this.at);
    const last = this.tokens[close]?.text === '>>' ? close : close - 1;
    const args: TypeNode[] = [];
    this.at++;
    while (this.at < last) {
      const arg = this.#templateArgument(last);
      if (arg) args.push(arg);
      if (!this.accept(',')) break;
    }
    if (this.peek() === '>>') {
      // The second half belongs to the arguments around these: split it for whoever reads on.
      const token = this.token();
      this.tokens.splice(this.at, 1, { ...token, text: '>' }, { ...token, text: '>' });
      this.at++;
    } else if (!this.accept('>')) this.at = close;
    return args;
  }

  /** A type or a value, which ends at a comma or at the index `last`. */
  #templateArgument(last: number): TypeNode | undefined {
    const from = this.at;
    if (!this.#isValue()) {
      if (this.isName() || this.peek() === '::' || this.isSpecifier(this.peek())) {
        const type = this.typeId();
        if (this.#endsArgument(last)) return type;
      }
    } else {
      const outer = this.closesTemplate;
      this.closesTemplate = true;
      try {
        const value = this.assignment();
        if (this.#endsArgument(last)) return { k: 'value', value };
      } catch (failure) {
        if (!(failure instanceof ParseFailure)) throw failure;
      } finally {
        this.closesTemplate = outer;
      }
    }
    while (this.at < last && this.peek() !== ',')
      this.at = '([{'.includes(this.peek() || ' ') ? this.afterGroup(this.at) : this.at + 1;
    return this.at > from ? { k: 'named', name: this.tokens[from]!.text } : undefined;
  }

  #endsArgument(last: number): boolean {
    return this.at >= last || this.peek() === ',' || this.peek() === '>>';
  }

  /** Whether a template's argument is a value by its form. */
  #isValue(): boolean {
    const { kind, text } = this.token();
    if (kind === Kind.Number || kind === Kind.Character) return true;
    if (['true', 'false', 'nullptr', 'sizeof', '-', '+', '~', '!', '&', '('].includes(text)) return true;
    if (!this.isName()) return false;
    return ['+', '-'].includes(this.tokens[this.afterQualifiedName(this.at)]?.text ?? '');
  }
}
