import type { ConditionLookup } from './condition';
import { directiveOf, evaluateCondition, integerOf, platformFacts } from './condition';
import { Kind, Scanner } from './scan';

/** A macro as defined: `parameters` is undefined for an object-like one; a variadic one's last parameter is "...". */
export interface Macro {
  readonly name: string;
  readonly parameters?: readonly string[];
  readonly body: string;
  /** Ours, of a name that may also be a method's: not expanded after `.`, `->` or `::`. */
  readonly wellKnown?: boolean;
}

/** The definition of a macro where it is used; `at` is the offset of the use in the declaration's text. */
export type MacroLookup = (name: string, at: number) => Macro | undefined;

export interface Token {
  readonly kind: Kind;
  readonly text: string;
  /** Offsets in the declaration's text. A token out of a macro's body has the span of the macro's use. */
  readonly start: number;
  readonly end: number;
  /** First on its line. */
  readonly first: boolean;
  /** The outermost macro whose use it comes from. */
  readonly macro?: string;
  /** Named a macro inside that macro's own expansion: it is never expanded again. */
  readonly painted?: boolean;
}

/** Which arm to read where a condition's value is not known. */
export type Variant = 'first-arm' | 'other-arm';

export interface Preprocessed {
  readonly tokens: Token[];
  /** Whether the variant mattered. */
  readonly varies: boolean;
}

/** How many tokens one declaration may grow to; a macro that doubles itself ends here. */
const tokenLimit = 400_000;

/** Reads the tokens of one declaration: chooses the arms of conditionals and expands macros. */
export function preprocess(
  text: string,
  from: number,
  to: number,
  lookup: MacroLookup,
  variant: Variant,
): Preprocessed {
  return new Preprocessor(text, from, to, lookup, variant).run();
}

/** The macro that a #define directive's text defines, or the name that an #undef takes back. */
export function definitionOf(text: string): Macro | { readonly undefined: string } | undefined {
  const directive = directiveOf(text, 0, text.length);
  const scanner = new Scanner(directive.rest);
  if (!scanner.next() || scanner.kind !== Kind.Identifier) return undefined;
  const name = scanner.word;
  if (directive.name === 'undef') return { undefined: name };
  if (directive.name !== 'define') return undefined;
  let bodyAt = scanner.end;
  let parameters: string[] | undefined;
  if (directive.rest.charCodeAt(bodyAt) === 40) {
    parameters = [];
    while (scanner.next() && scanner.word !== ')') {
      const word = scanner.word;
      if (word === '...') {
        // GNU's named rest parameter, `args...`, is kept as two entries: its name before "...".
        parameters.push('...');
      } else if (word !== ',' && word !== '(') parameters.push(word);
    }
    bodyAt = scanner.end;
  }
  return { name, ...(parameters && { parameters }), body: bodyText(directive.rest.slice(bodyAt)) };
}

/** A macro's body on one line: without splices, without the comments' line ends. */
function bodyText(text: string): string {
  return text
    .replace(/\\\r?\n/g, ' ')
    .replace(/[\s\\]+$/, '')
    .trim();
}

const bodyTokens = new WeakMap<Macro, readonly Token[]>();

function tokensOf(macro: Macro): readonly Token[] {
  let tokens = bodyTokens.get(macro);
  if (!tokens) {
    const list: Token[] = [];
    // Behind a first token, a # at the body's start is an operator and no directive.
    const scanner = new Scanner(`_ ${macro.body}`);
    scanner.next();
    while (scanner.next()) {
      list.push({ kind: scanner.kind, text: scanner.word, start: 0, end: 0, first: false });
    }
    tokens = list;
    bodyTokens.set(macro, tokens);
  }
  return tokens;
}

interface Use {
  readonly start: number;
  readonly end: number;
  readonly macro: string;
}

class Preprocessor {
  readonly #text: string;
  readonly #scanner: Scanner;
  readonly #lookup: MacroLookup;
  readonly #variant: Variant;
  readonly #local = new Map<string, Macro | undefined>();
  readonly #output: Token[] = [];
  readonly #conditionals: { taken: boolean }[] = [];
  #varies = false;

  constructor(text: string, from: number, to: number, lookup: MacroLookup, variant: Variant) {
    this.#text = text;
    this.#scanner = new Scanner(text, from, to);
    this.#lookup = lookup;
    this.#variant = variant;
  }

  run(): Preprocessed {
    for (let token = this.#read(); token; token = this.#read()) {
      if (token.kind === Kind.Identifier) {
        const macro = this.#macro(token.text, token.start);
        const qualified = macro?.wellKnown && ['.', '->', '::'].includes(this.#output.at(-1)?.text ?? '');
        if (macro && !qualified && this.#expandSource(macro, token)) continue;
      }
      this.#output.push(token);
      if (this.#output.length > tokenLimit) break;
    }
    return { tokens: this.#output, varies: this.#varies };
  }

  #macro(name: string, at: number): Macro | undefined {
    return this.#local.has(name) ? this.#local.get(name) : this.#lookup(name, at);
  }

  /** The next token of the source that is no directive. */
  #read(): Token | undefined {
    const scanner = this.#scanner;
    while (scanner.next()) {
      if (scanner.kind !== Kind.Directive)
        return { kind: scanner.kind, text: scanner.word, start: scanner.start, end: scanner.end, first: scanner.first };
      this.#directive();
    }
    return undefined;
  }

  #directive(): void {
    const scanner = this.#scanner;
    const directive = directiveOf(this.#text, scanner.start, scanner.end);
    switch (directive.name) {
      case 'define':
      case 'undef': {
        const definition = definitionOf(this.#text.slice(scanner.start, scanner.end));
        if (!definition) return;
        if ('undefined' in definition) this.#local.set(definition.undefined, undefined);
        else this.#local.set(definition.name, definition);
        return;
      }
      case 'if':
      case 'ifdef':
      case 'ifndef':
        if (this.#holds(directive)) this.#conditionals.push({ taken: true });
        else this.#laterArm();
        return;
      case 'elif':
      case 'else':
        while (this.#skipArm() !== 'endif');
        this.#conditionals.pop();
        return;
      case 'endif':
        this.#conditionals.pop();
        return;
    }
  }

  #holds(directive: ReturnType<typeof directiveOf>): boolean {
    const truth = evaluateCondition(directive, this.#value);
    if (truth !== undefined) return truth;
    this.#varies = true;
    return this.#variant === 'first-arm';
  }

  readonly #value: ConditionLookup = (name) => {
    const fact = platformFacts(name);
    if (fact !== undefined) return fact;
    if (this.#local.has(name) && !this.#local.get(name)) return null;
    const macro = this.#macro(name, this.#scanner.start);
    if (!macro || macro.parameters) return undefined;
    return macro.body === '' ? 1n : integerOf(macro.body);
  };

  #laterArm(): void {
    for (;;) {
      const ended = this.#skipArm();
      if (ended === 'endif') return;
      if (ended === 'else' || this.#holds(directiveOf(this.#text, this.#scanner.start, this.#scanner.end))) {
        this.#conditionals.push({ taken: true });
        return;
      }
    }
  }

  /** Skips to the directive that ends the arm, and names it; the end of the text counts as #endif. */
  #skipArm(): string {
    const scanner = this.#scanner;
    let depth = 0;
    while (scanner.next()) {
      if (scanner.kind !== Kind.Directive) continue;
      const { name } = directiveOf(this.#text, scanner.start, scanner.end);
      if (name.startsWith('if')) depth++;
      else if (name === 'endif') {
        if (depth-- === 0) return name;
      } else if (depth === 0 && (name === 'else' || name.startsWith('elif'))) return name;
    }
    return 'endif';
  }

  /** Expands a macro that the source names; false when it is function-like and no arguments follow. */
  #expandSource(macro: Macro, name: Token): boolean {
    let end = name.end;
    let args: Token[][] = [];
    if (macro.parameters) {
      const position = this.#scanner.position;
      const open = this.#read();
      if (open?.text !== '(') {
        this.#scanner.position = position;
        return false;
      }
      const list: Token[] = [];
      let depth = 1;
      for (;;) {
        const token = this.#read();
        if (!token) {
          this.#scanner.position = position;
          return false;
        }
        if (token.text === '(') depth++;
        else if (token.text === ')' && --depth === 0) {
          end = token.end;
          break;
        }
        list.push(token);
      }
      args = splitArguments(list);
    }
    const use = { start: name.start, end, macro: name.text };
    const expanded = this.#expand(macro, args, use, [macro.name]);
    expanded.forEach((token, index) => this.#output.push(index === 0 ? { ...token, first: name.first } : token));
    return true;
  }

  /** The fully expanded body of a macro's use. */
  #expand(macro: Macro, args: readonly (readonly Token[])[], use: Use, active: readonly string[]): Token[] {
    const parameters = macro.parameters ?? [];
    const variadic = parameters.at(-1) === '...';
    const named =
      variadic &&
      parameters.length >= 2 &&
      macro.body.includes(parameters.at(-2)!) &&
      !macro.body.includes('__VA_ARGS__');
    const argument = (name: string): readonly Token[] | undefined => {
      if (!macro.parameters) return undefined;
      if (variadic && (name === '__VA_ARGS__' || (named && name === parameters.at(-2))))
        return joinArguments(args.slice(parameters.length - (named ? 2 : 1)), use);
      const index = parameters.indexOf(name);
      return index < 0 || name === '...' ? undefined : (args[index] ?? []);
    };
    const expandedArguments = new Map<string, readonly Token[]>();
    const expandedArgument = (name: string, tokens: readonly Token[]): readonly Token[] => {
      let result = expandedArguments.get(name);
      if (!result) expandedArguments.set(name, (result = this.#rescan(tokens, use, active.slice(0, -1))));
      return result;
    };
    const body = tokensOf(macro);
    const result: Token[] = [];
    for (let at = 0; at < body.length; at++) {
      const token = body[at]!;
      if (token.text === '#' && macro.parameters && body[at + 1]) {
        const value = argument(body[at + 1]!.text);
        if (value) {
          result.push({
            kind: Kind.String,
            text: JSON.stringify(value.map((each) => each.text).join(' ')),
            start: use.start,
            end: use.end,
            first: false,
            macro: use.macro,
          });
          at++;
          continue;
        }
      }
      if (token.text === '##') {
        const left = result.pop();
        const next = body[++at];
        if (!next) continue;
        const value = argument(next.text);
        const right = value ?? [{ ...next, start: use.start, end: use.end, macro: use.macro }];
        // GNU: `, ## __VA_ARGS__` drops the comma when there are no further arguments.
        if (left?.text === ',' && value) {
          if (right.length > 0) result.push(left);
          for (const each of right) result.push({ ...each, macro: use.macro });
          continue;
        }
        const pasted = (left?.text ?? '') + (right[0]?.text ?? '');
        if (pasted)
          result.push({
            kind: kindOf(pasted),
            text: pasted,
            start: left?.start ?? use.start,
            end: left?.end ?? use.end,
            first: false,
            macro: use.macro,
          });
        for (const each of right.slice(1)) result.push(each);
        continue;
      }
      const value = token.kind === Kind.Identifier ? argument(token.text) : undefined;
      if (value) {
        const tokens = body[at + 1]?.text === '##' ? value : expandedArgument(token.text, value);
        for (const each of tokens) result.push({ ...each, macro: use.macro });
        if (tokens.length === 0 && body[at + 1]?.text === '##')
          result.push({
            kind: Kind.Punctuator,
            text: '',
            start: use.start,
            end: use.end,
            first: false,
            macro: use.macro,
          });
      } else
        result.push({
          kind: token.kind,
          text: token.text,
          start: use.start,
          end: use.end,
          first: false,
          macro: use.macro,
        });
      if (result.length > tokenLimit) break;
    }
    return this.#rescan(
      result.filter((token) => token.text !== ''),
      use,
      active,
    );
  }

  /** Expands the macros in a list of tokens, but for the active ones. */
  #rescan(tokens: readonly Token[], use: Use, active: readonly string[]): Token[] {
    const result: Token[] = [];
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at]!;
      const names = token.kind === Kind.Identifier && !token.painted;
      if (names && active.includes(token.text)) {
        result.push({ ...token, painted: true });
        continue;
      }
      const macro = names ? this.#macro(token.text, use.start) : undefined;
      if (!macro || active.length > 60) {
        result.push(token);
        continue;
      }
      let args: Token[][] = [];
      if (macro.parameters) {
        if (tokens[at + 1]?.text !== '(') {
          result.push(token);
          continue;
        }
        let depth = 1;
        let end = at + 2;
        for (; end < tokens.length; end++) {
          if (tokens[end]!.text === '(') depth++;
          else if (tokens[end]!.text === ')' && --depth === 0) break;
        }
        if (depth > 0) {
          result.push(token);
          continue;
        }
        args = splitArguments(tokens.slice(at + 2, end));
        at = end;
      }
      for (const each of this.#expand(macro, args, use, [...active, macro.name])) result.push(each);
      if (result.length > tokenLimit) break;
    }
    return result;
  }
}

function splitArguments(tokens: readonly Token[]): Token[][] {
  const args: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(' || token.text === '[' || token.text === '{') depth++;
    else if (token.text === ')' || token.text === ']' || token.text === '}') depth--;
    // Braces do not shield a comma from the preprocessor, but blocks as arguments are always meant whole.
    if (token.text === ',' && depth === 0) args.push([]);
    else args.at(-1)!.push(token);
  }
  return args;
}

function joinArguments(args: readonly (readonly Token[])[], use: Use): readonly Token[] {
  return args.flatMap((arg, index) =>
    index === 0 ? arg : [{ kind: Kind.Punctuator, text: ',', start: use.start, end: use.end, first: false }, ...arg],
  );
}

function kindOf(text: string): Kind {
  const scanner = new Scanner(text);
  scanner.next();
  return scanner.kind;
}
