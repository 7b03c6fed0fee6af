import { directiveOf, evaluateCondition, platformFacts, type ConditionLookup } from './condition';
import { Kind, Scanner } from './scan';

/**
 * Splits a file into declarations by its braces, without reading them: functions, members, fields, the heads and ends of
 * namespaces and classes. It is the unit of all later work. It reads every arm of a conditional that stands between
 * declarations (unless the platform decides it) and one arm of a conditional that splits a declaration.
 */

/** What a declaration stands in. Compared by `key`. */
export interface Scope {
  readonly kind: 'file' | 'namespace' | 'linkage' | 'class';
  readonly parent?: Scope;
  readonly key: string;
}

export type ChunkKind =
  /** A body in braces: a function, method, constructor, destructor or operator. */
  | 'function'
  /** Anything else that ends with a semicolon. */
  | 'declaration'
  /** A macro's use on a line of its own: OSDefineMetaClassAndStructors(A, B) */
  | 'macro'
  /** The head of a namespace, linkage block or class, with its opening brace. */
  | 'open'
  /** The closing brace of one, up to the semicolon where the syntax has one. */
  | 'close'
  | 'access'
  | 'define'
  | 'include'
  /** Text that is not compiled here: a dead arm, or one that only repeats a declaration's beginning. */
  | 'inactive';

export interface Chunk {
  readonly kind: ChunkKind;
  readonly start: number;
  readonly end: number;
  /** Of a function: its body, braces included, relative to `start`. */
  readonly bodyStart: number;
  /** No closing brace was found for it, so its end is a guess that hangs on the rest of the file. */
  readonly guessed: boolean;
  /** The scope in which it stands (of `open`: the outer one; of `close`: the inner one). */
  readonly scope: Scope;
}

interface Conditional {
  /** Further arms are not read. */
  readonly decided: boolean;
  readonly parent?: Conditional;
  readonly key: string;
}

/** A chunk and the state of the splitter after it: what an incremental split resumes from. */
export interface SplitChunk extends Chunk {
  /** Stays the same object while the chunk's text and scope do, wherever it moves: the key of all that is kept of it. */
  readonly id: object;
  readonly after: { readonly scope: Scope; readonly conditional?: Conditional; readonly key: string };
}

export const fileScope: Scope = { kind: 'file', key: '' };

const attributeWords = new Set([
  '__attribute__', '__attribute', '__declspec', 'alignas', '_Alignas', 'asm', '__asm', '__asm__', 'decltype', 'typeof', '__typeof__', '__typeof', 'noexcept', 'throw', 'explicit', '_Pragma', '__pragma',
]); // prettier-ignore
const afterParameters = new Set([
  'const',
  'override',
  'noexcept',
  'throw',
  'final',
  'volatile',
  'try',
  'requires',
  '__attribute__',
  '__asm__',
  'asm',
]);

/**
 * Splits a text; with `previous`, the chunks of an older text, it reads again only what the edit touches. `facts` decides
 * which arms of conditionals there are.
 */
export function split(
  text: string,
  previous?: { text: string; chunks: readonly SplitChunk[] },
  facts: ConditionLookup = platformFacts,
): readonly SplitChunk[] {
  if (!previous) return new Splitter(text, 0, fileScope, undefined, facts).run();
  if (previous.text === text) return previous.chunks;
  const old = previous.text;
  let prefix = 0;
  const shorter = Math.min(old.length, text.length);
  while (prefix < shorter && old.charCodeAt(prefix) === text.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (
    suffix < shorter - prefix &&
    old.charCodeAt(old.length - 1 - suffix) === text.charCodeAt(text.length - 1 - suffix)
  )
    suffix++;

  // A chunk's end may hang on the token after it, so the last chunk before the edit is read again too.
  let keep = previous.chunks.findIndex((chunk) => chunk.end >= prefix || chunk.guessed);
  if (keep < 0) keep = previous.chunks.length;
  keep = Math.max(0, keep - 1);
  const kept = previous.chunks.slice(0, keep);
  const last = kept.at(-1);
  const splitter = new Splitter(text, last?.end ?? 0, last?.after.scope ?? fileScope, last?.after.conditional, facts);
  const delta = text.length - old.length;
  const editEnd = text.length - suffix;
  const result = kept;
  let candidate = keep;
  let twin = keep;
  for (;;) {
    const read = splitter.next();
    if (!read) return result;
    // A chunk that was only read again keeps its identity.
    const same = previous.chunks.findIndex(
      (each, index) => index >= twin && index < twin + 4 && isSame(each, old, read, text),
    );
    const chunk = same < 0 ? read : { ...read, id: previous.chunks[same]!.id };
    if (same >= 0) twin = same + 1;
    result.push(chunk);
    if (chunk.end < editEnd || chunk.guessed) continue;
    while (candidate < previous.chunks.length && previous.chunks[candidate]!.end + delta < chunk.end) candidate++;
    const match = previous.chunks[candidate];
    if (
      match &&
      match.end + delta === chunk.end &&
      match.end >= old.length - suffix &&
      match.after.key === chunk.after.key
    ) {
      for (const rest of previous.chunks.slice(candidate + 1))
        result.push({ ...rest, start: rest.start + delta, end: rest.end + delta });
      return result;
    }
  }
}

function isSame(before: SplitChunk, old: string, now: SplitChunk, text: string): boolean {
  if (
    before.kind !== now.kind ||
    before.end - before.start !== now.end - now.start ||
    before.scope.key !== now.scope.key
  )
    return false;
  return old.slice(before.start, before.end) === text.slice(now.start, now.end);
}

class Splitter {
  readonly #text: string;
  readonly #scanner: Scanner;
  readonly #facts: ConditionLookup;
  #scope: Scope;
  #conditional: Conditional | undefined;
  /** Conditionals opened inside the chunk being read. */
  #inner: { taken: boolean }[] = [];
  #guessed = false;

  constructor(text: string, from: number, scope: Scope, conditional: Conditional | undefined, facts: ConditionLookup) {
    this.#facts = facts;
    this.#text = text;
    this.#scanner = new Scanner(text, from);
    this.#scope = scope;
    this.#conditional = conditional;
  }

  run(): SplitChunk[] {
    const chunks: SplitChunk[] = [];
    for (let chunk = this.next(); chunk; chunk = this.next()) chunks.push(chunk);
    return chunks;
  }

  /** The next chunk; undefined at the end of the text. */
  next(): SplitChunk | undefined {
    const scanner = this.#scanner;
    for (;;) {
      if (!scanner.next()) return undefined;
      this.#guessed = false;
      const start = scanner.start;
      const scope = this.#scope;
      let kind: ChunkKind | undefined;
      let bodyStart = 0;
      if (scanner.kind === Kind.Directive) kind = this.#outerDirective();
      else if (scanner.kind === Kind.Punctuator && scanner.word === ';') kind = undefined;
      else if (scanner.kind === Kind.Punctuator && scanner.word === '}') kind = this.#close();
      else {
        const item = this.#item();
        kind = item.kind;
        bodyStart = item.bodyStart;
      }
      if (kind === undefined) continue;
      const end = scanner.position;
      const conditional = this.#conditional;
      const key = `${this.#scope.key}|${conditional?.key ?? ''}`;
      return {
        kind,
        start,
        end,
        bodyStart: bodyStart && bodyStart - start,
        guessed: this.#guessed,
        scope,
        id: {},
        after: { scope: this.#scope, conditional, key },
      };
    }
  }

  #pushConditional(decided: boolean): void {
    const parent = this.#conditional;
    this.#conditional = { decided, parent, key: (parent?.key ?? '') + (decided ? '1' : '0') };
  }

  #popConditional(): void {
    this.#conditional = this.#conditional?.parent;
  }

  /** A directive between declarations. */
  #outerDirective(): ChunkKind | undefined {
    const scanner = this.#scanner;
    const directive = directiveOf(this.#text, scanner.start, scanner.end);
    switch (directive.name) {
      case 'define':
      case 'undef':
        return 'define';
      case 'include':
      case 'import':
        return 'include';
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const truth = evaluateCondition(directive, this.#facts);
        this.#pushConditional(truth === true);
        return truth === false ? this.#skipDeadArms() : undefined;
      }
      case 'elif':
      case 'else':
        return this.#laterArm(directive);
      case 'endif':
        this.#popConditional();
        return undefined;
      default:
        return undefined;
    }
  }

  #laterArm(directive: ReturnType<typeof directiveOf>): ChunkKind | undefined {
    if (!this.#conditional) return undefined;
    if (this.#conditional.decided) return this.#skipDeadArms(true);
    if (directive.name === 'else') return undefined;
    const truth = evaluateCondition(directive, this.#facts);
    if (truth === false) return this.#skipDeadArms();
    if (truth === true) {
      this.#popConditional();
      this.#pushConditional(true);
    }
    return undefined;
  }

  /** Skips arms until one that is read, or the #endif. The scanner stands after the directive that ended the arm. */
  #skipDeadArms(all = false): ChunkKind {
    for (;;) {
      const directive = this.#skipArm();
      if (!directive || directive.name === 'endif') {
        this.#popConditional();
        return 'inactive';
      }
      if (all) continue;
      const truth = directive.name === 'else' ? true : evaluateCondition(directive, this.#facts);
      if (truth === false) continue;
      this.#popConditional();
      this.#pushConditional(truth === true);
      return 'inactive';
    }
  }

  /** Skips to the #elif, #else or #endif of the conditional that the scanner is in; stands after it. */
  #skipArm(): ReturnType<typeof directiveOf> | undefined {
    const scanner = this.#scanner;
    let depth = 0;
    for (;;) {
      // Text of a dead arm need not be tokens (an apostrophe in prose): look at directive lines only.
      const found = nextDirective(this.#text, scanner.position);
      if (found < 0) {
        scanner.position = this.#text.length;
        return undefined;
      }
      scanner.position = found;
      if (!scanner.next()) return undefined;
      if (scanner.kind !== Kind.Directive) continue;
      const directive = directiveOf(this.#text, scanner.start, scanner.end);
      if (directive.name.startsWith('if')) depth++;
      else if (directive.name === 'endif') {
        if (depth === 0) return directive;
        depth--;
      } else if (depth === 0 && (directive.name === 'else' || directive.name.startsWith('elif'))) return directive;
    }
  }

  /** A directive inside a declaration: one arm of each conditional is read. */
  #innerDirective(): void {
    const directive = directiveOf(this.#text, this.#scanner.start, this.#scanner.end);
    switch (directive.name) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        if (evaluateCondition(directive, this.#facts) === false) this.#takeLaterArm();
        else this.#inner.push({ taken: true });
        return;
      case 'elif':
      case 'else':
        // The arm in which we are ends: the conditional was opened in this chunk, or before it.
        while (this.#skipArmIsOpen());
        if (this.#inner.length > 0) this.#inner.pop();
        else this.#popConditional();
        return;
      case 'endif':
        if (this.#inner.length > 0) this.#inner.pop();
        else this.#popConditional();
        return;
    }
  }

  #skipArmIsOpen(): boolean {
    const directive = this.#skipArm();
    return directive !== undefined && directive.name !== 'endif';
  }

  #takeLaterArm(): void {
    for (;;) {
      const directive = this.#skipArm();
      if (!directive || directive.name === 'endif') return;
      if (directive.name === 'else' || evaluateCondition(directive, this.#facts) !== false) {
        this.#inner.push({ taken: true });
        return;
      }
    }
  }

  /** Ends a chunk: conditionals that it left open are decided by the arm that it took. */
  #endItem(): void {
    for (const inner of this.#inner.splice(0)) this.#pushConditional(inner.taken);
  }

  #close(): ChunkKind | undefined {
    const scanner = this.#scanner;
    const scope = this.#scope;
    if (scope.kind === 'file') return undefined;
    this.#scope = scope.parent ?? fileScope;
    if (scope.kind !== 'class') return 'close';
    while (this.#advance()) {
      if (scanner.kind !== Kind.Punctuator) continue;
      const word = scanner.word;
      if (word === ';') break;
      if (word === '(' || word === '[') this.#group();
      else if (word === '{') this.#braces();
      else if (word === '}') {
        scanner.position = scanner.start;
        break;
      }
    }
    this.#endItem();
    return 'close';
  }

  /** The next token that is no directive. */
  #advance(): boolean {
    const scanner = this.#scanner;
    while (scanner.next()) {
      if (scanner.kind !== Kind.Directive) return true;
      this.#innerDirective();
    }
    return false;
  }

  #open(kind: Scope['kind'], name: string): ChunkKind {
    const parent = this.#scope;
    this.#scope = { kind, parent, key: `${parent.key}/${kind}:${name}` };
    return 'open';
  }

  /** One declaration; the scanner stands on its first token, and after it when this returns. */
  #item(): { kind: ChunkKind; bodyStart: number } {
    const result = this.#readItem();
    this.#endItem();
    return result;
  }

  #readItem(): { kind: ChunkKind; bodyStart: number } {
    const scanner = this.#scanner;
    const done = (kind: ChunkKind, bodyStart = 0) => ({ kind, bodyStart });
    let count = 0;
    let previous = '';
    let previousKind: Kind = Kind.End;
    let first = '';
    let className = '';
    let classWords = 0;
    let isEnum = false;
    let isClass = false;
    let sawParameters = false;
    let sawAssignment = false;
    let inInitializers = false;
    let isLinkage = false;
    do {
      const word = scanner.word;
      const kind = scanner.kind;
      if (count === 0) first = word;
      if (kind === Kind.Identifier) {
        if (
          (word === 'class' || word === 'struct' || word === 'union') &&
          !sawParameters &&
          !sawAssignment &&
          previous !== 'enum'
        )
          isClass = true;
        else if (word === 'enum' && !sawParameters && !sawAssignment) isEnum = true;
        else if (isClass && word !== 'final') {
          classWords++;
          if (!className || previousKind === Kind.Identifier || previous === ')') className = word;
        }
        // A macro that stands for a parameter list: int handler SYSCTL_HANDLER_ARGS { … }
        else if (count > 0 && word.endsWith('_ARGS')) sawParameters = true;
      } else if (kind === Kind.String && count === 1 && first === 'extern') isLinkage = true;
      else if (kind === Kind.Punctuator) {
        if (previous === 'operator' && word !== ';' && word !== '{') {
          // The operator's own name: operator(), operator=, operator<
          if (word === '(' || word === '[') this.#group();
        } else
          switch (word) {
            case '(':
            case '[': {
              const attribute =
                attributeWords.has(previous) ||
                ((isClass || isEnum) && !sawParameters && (isMacroName(previous) || (isClass && classWords === 1)));
              this.#group();
              if (word === '(' && !attribute && !(word === '(' && previous === '[')) {
                sawParameters = true;
                if (count === 1 && this.#macroEndsHere()) return done('macro');
              }
              break;
            }
            case '<':
              // Template parameters, or the arguments of a specialised class.
              if (previous === 'template' || (isClass && !sawParameters && !sawAssignment)) this.#angles();
              break;
            case '=':
              sawAssignment = true;
              break;
            case ':':
              if (count === 1 && (first === 'public' || first === 'private' || first === 'protected'))
                return done('access');
              if (sawParameters && !sawAssignment && !isEnum) inInitializers = true;
              break;
            case ';':
              if (sawParameters && previousKind === Kind.Identifier && this.#oldStyleParameters()) break;
              return done('declaration');
            case '}':
              scanner.position = scanner.start;
              return done('declaration');
            case '{': {
              const bodyStart = scanner.start;
              if (
                first === 'namespace' ||
                (first === 'inline' && previous !== ')' && this.#text.startsWith('namespace', scanner.start))
              )
                return done(this.#open('namespace', previous === 'namespace' ? '' : previous));
              if (isLinkage && count === 2) return done(this.#open('linkage', ''));
              if (isClass && !sawParameters && !sawAssignment && !isEnum) return done(this.#open('class', className));
              this.#braces();
              if (this.#guessed) return done(sawParameters && !sawAssignment ? 'function' : 'declaration', bodyStart);
              if ((isEnum && !sawParameters) || sawAssignment) break;
              if (inInitializers && (previousKind === Kind.Identifier || previous === '>')) break;
              if (sawParameters) return done('function', bodyStart);
              if (!this.#continuesAfterBraces()) return done('declaration');
              break;
            }
          }
      }
      previous = scanner.kind === Kind.Punctuator && (word === '(' || word === '[') ? ')' : word;
      previousKind = kind;
      count++;
    } while (this.#advance());
    return done('declaration');
  }

  /** Skips a group in round or square brackets; the scanner stands on its opening one, and on its closing one after. */
  #group(): void {
    const scanner = this.#scanner;
    let depth = 1;
    let before = scanner.position;
    while (this.#advance()) {
      if (scanner.kind === Kind.Punctuator) {
        const word = scanner.word;
        if (word === '(' || word === '[') depth++;
        else if (word === ')' || word === ']') {
          if (--depth === 0) return;
        } else if (word === '{') this.#braces();
        else if (word === ';' || word === '}') {
          // Never closed: end the group before what can't belong to it.
          scanner.position = before;
          return;
        }
      }
      before = scanner.position;
    }
  }

  /** Skips template parameters; the scanner stands on the <. */
  #angles(): void {
    const scanner = this.#scanner;
    let depth = 1;
    let before = scanner.position;
    while (this.#advance()) {
      if (scanner.kind === Kind.Punctuator) {
        const word = scanner.word;
        if (word === '<') depth++;
        else if (word === '>') depth--;
        else if (word === '>>') depth -= 2;
        else if (word === '(') this.#group();
        else if (word === ';' || word === '{') {
          scanner.position = before;
          return;
        }
        if (depth <= 0) return;
      }
      before = scanner.position;
    }
  }

  /** Skips a body; the scanner stands on its opening brace, and on its closing one after. */
  #braces(): void {
    const scanner = this.#scanner;
    const open = scanner.start;
    let depth = 1;
    while (this.#advance()) {
      if (scanner.kind !== Kind.Punctuator || scanner.end - scanner.start !== 1) continue;
      const code = this.#text.charCodeAt(scanner.start);
      if (code === 123) depth++;
      else if (code === 125 && --depth === 0) return;
    }
    // Never closed: end it with the first brace at a line's start, as such code is laid out, so that the rest is read.
    this.#guessed = true;
    const guess = this.#text.indexOf('\n}', open);
    this.#inner.length = 0;
    if (guess < 0) return;
    scanner.position = guess;
    scanner.next();
  }

  /** After `NAME(…)` at the start of a declaration: whether that is a macro's use and the declaration's end. */
  #macroEndsHere(): boolean {
    const ahead = new Scanner(this.#text, this.#scanner.position);
    if (!ahead.next()) return true;
    if (!ahead.first) return false;
    if (ahead.kind === Kind.Directive) return true;
    const word = ahead.word;
    if (ahead.kind === Kind.Identifier) return !afterParameters.has(word);
    return word === '}' || word === '~' || word === '[';
  }

  /** After `f(a, b) int a;`: whether a further parameter declaration or the body follows, as in K&R C. */
  #oldStyleParameters(): boolean {
    const ahead = new Scanner(this.#text, this.#scanner.position);
    for (let tokens = 0; tokens < 60 && ahead.next(); tokens++) {
      if (ahead.kind === Kind.Directive) return false;
      if (ahead.kind !== Kind.Punctuator) continue;
      const word = ahead.word;
      if (word === '{') {
        const before = this.#text.slice(this.#scanner.position, ahead.start).trimEnd();
        return before === '' || (before.endsWith(';') && !before.includes('('));
      }
      if (word !== ';' && word !== '*' && word !== ',' && word !== '[' && word !== ']') return false;
    }
    return false;
  }

  /** After a body in braces that is neither a function's nor a type's: whether `;` or `,` follows. */
  #continuesAfterBraces(): boolean {
    const ahead = new Scanner(this.#text, this.#scanner.position);
    return ahead.next() && ahead.kind === Kind.Punctuator && (ahead.word === ';' || ahead.word === ',');
  }
}

function isMacroName(word: string): boolean {
  return /^_*[A-Z][A-Z0-9_]+$/.test(word) || attributeWords.has(word);
}

/** Offset of the next line that is a directive; -1 when there is none. */
function nextDirective(text: string, from: number): number {
  const pattern = /^[ \t]*#/gm;
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match ? match.index : -1;
}
