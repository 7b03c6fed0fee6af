import { definitionOf, preprocess } from '../syntax/preprocess';
import type { Macro, MacroLookup } from '../syntax/preprocess';
import { parseDeclaration, parseHead, parseTail } from '../syntax/parse';
import type { ParseContext } from '../syntax/parse';
import type { SplitChunk } from '../syntax/split';
import type { DeclarationNode, TypeNode } from '../syntax/tree';
import { qualify } from '../ir/declare';

/** What one file declares, as syntax: names and heads. Types are resolved later, when somebody asks. */

interface Entry {
  readonly file: string;
  /** Qualified as far as the file shows. */
  readonly name: string;
  /** The scope in which its types are looked up. */
  readonly scope: string;
  readonly chunk: SplitChunk;
}

export interface FunctionEntry extends Entry {
  readonly kind: 'function';
  readonly node: DeclarationNode & { k: 'function' };
  /** The class in whose body it is declared. */
  readonly ownerClass: string | undefined;
  readonly hasBody: boolean;
}

export interface ClassEntry extends Entry {
  readonly kind: 'class';
  readonly node: DeclarationNode & { k: 'class' };
  readonly fields: (DeclarationNode & { k: 'variable' })[];
  readonly methods: FunctionEntry[];
}

/** A typedef, an enumeration, or a variable. */
export interface OtherEntry extends Entry {
  readonly kind: 'other';
  readonly node: DeclarationNode;
}

export interface FileFacts {
  readonly functions: readonly FunctionEntry[];
  readonly classes: readonly ClassEntry[];
  readonly others: readonly OtherEntry[];
}

export interface MacroDefinition {
  readonly at: number;
  /** Undefined after #undef. */
  readonly macro: Macro | undefined;
}

/** The macros that a text defines, by name, in order; those inside function bodies count as well. */
export function macrosOf(text: string, chunks: readonly SplitChunk[]): ReadonlyMap<string, readonly MacroDefinition[]> {
  const found = new Map<string, MacroDefinition[]>();
  const add = (directive: string, at: number): void => {
    const definition = definitionOf(directive);
    if (!definition) return;
    const name = 'undefined' in definition ? definition.undefined : definition.name;
    const list = found.get(name) ?? [];
    if (list.length === 0) found.set(name, list);
    list.push({ at, macro: 'undefined' in definition ? undefined : definition });
  };
  for (const chunk of chunks) {
    if (chunk.kind === 'define') add(text.slice(chunk.start, chunk.end), chunk.start);
    else if (chunk.kind === 'function' || chunk.kind === 'declaration') {
      const body = text.slice(chunk.start, chunk.end);
      if (!body.includes('#')) continue;
      for (const match of body.matchAll(/^[ \t]*#[ \t]*define\b(?:\\\r?\n|[^\n])*/gm))
        add(match[0].trimStart(), chunk.start + match.index);
    }
  }
  return found;
}

interface Scope {
  readonly name: string;
  readonly class: ClassEntry | undefined;
  readonly typedef: boolean;
}

interface Found {
  readonly functions: FunctionEntry[];
  readonly classes: ClassEntry[];
  readonly others: OtherEntry[];
}

/** Reads the heads of a file's declarations, each once for its text and the macros in force. */
export class FactReader {
  readonly #kept = new WeakMap<object, { readonly revision: number; readonly nodes: readonly DeclarationNode[] }>();
  readonly #context: ParseContext;
  #read = 0;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  /** How many declarations were parsed so far. */
  get parsed(): number {
    return this.#read;
  }

  /** `revision` tells one state of the macros from another. */
  read(
    file: string,
    text: string,
    chunks: readonly SplitChunk[],
    macros: (at: number) => MacroLookup,
    revision: number,
  ): FileFacts {
    const found: Found = { functions: [], classes: [], others: [] };
    const scopes: Scope[] = [{ name: '', class: undefined, typedef: false }];
    const packing = packingOf(text);
    for (const chunk of chunks) {
      const scope = scopes.at(-1)!;
      if (chunk.kind === 'open') {
        const [head] = this.#nodes(text, chunk, macros, revision);
        if (head?.k === 'class') {
          const pack = packing(chunk.start);
          const entry: ClassEntry = {
            kind: 'class',
            file,
            name: qualify(scope.name, head.name),
            scope: scope.name,
            chunk,
            node:
              pack === undefined
                ? head
                : { ...head, attributes: [...head.attributes, { name: 'pragma:pack', args: [pack] }] },
            fields: [],
            methods: [],
          };
          const typedef = /^(?:\w+\s+)*?typedef\b/.test(text.slice(chunk.start, chunk.start + 40));
          scopes.push({ name: head.name ? entry.name : scope.name, class: entry, typedef });
        } else if (head?.k === 'namespace')
          scopes.push({
            name: head.name ? qualify(scope.name, head.name) : scope.name,
            class: undefined,
            typedef: false,
          });
        else scopes.push(scope);
      } else if (chunk.kind === 'close') {
        if (scopes.length === 1) continue;
        scopes.pop();
        const outer = scopes.at(-1)!;
        if (scope.class && scope.class !== outer.class)
          this.#closeClass(scope.class, outer, this.#tail(text, chunk, scope, macros, revision), chunk, found);
      } else if (chunk.kind === 'function' || chunk.kind === 'declaration')
        for (const node of this.#nodes(text, chunk, macros, revision)) declared(node, chunk, scope, file, found);
    }
    // A class whose brace is still to be typed.
    for (const scope of scopes.slice(1))
      if (scope.class && !found.classes.includes(scope.class)) found.classes.push(scope.class);
    return found;
  }

  /** The syntax trees of a chunk's head: the body of a function is left out. */
  #nodes(
    text: string,
    chunk: SplitChunk,
    macros: (at: number) => MacroLookup,
    revision: number,
  ): readonly DeclarationNode[] {
    return this.#keep(chunk, revision, () => {
      const end = chunk.kind === 'function' ? chunk.bodyStart : chunk.end - chunk.start;
      const { tokens } = preprocess(text.slice(chunk.start, chunk.end), 0, end, macros(chunk.start), 'first-arm');
      return chunk.kind === 'open'
        ? [parseHead(tokens, this.#context)]
        : parseDeclaration(tokens, this.#context).declarations;
    });
  }

  /** What a class's closing brace is followed by: variables, or the names of a typedef. */
  #tail(
    text: string,
    chunk: SplitChunk,
    scope: Scope,
    macros: (at: number) => MacroLookup,
    revision: number,
  ): readonly DeclarationNode[] {
    return this.#keep(chunk, revision, () => {
      const { node } = scope.class!;
      const { tokens } = preprocess(
        text.slice(chunk.start, chunk.end),
        0,
        chunk.end - chunk.start,
        macros(chunk.start),
        'first-arm',
      );
      return parseTail(tokens, { k: 'named', name: node.name, keyword: node.keyword }, scope.typedef, this.#context);
    });
  }

  #keep(chunk: SplitChunk, revision: number, read: () => readonly DeclarationNode[]): readonly DeclarationNode[] {
    const kept = this.#kept.get(chunk.id);
    if (kept?.revision === revision) return kept.nodes;
    this.#read++;
    const nodes = read();
    this.#kept.set(chunk.id, { revision, nodes });
    return nodes;
  }

  #closeClass(
    entry: ClassEntry,
    outer: Scope,
    tail: readonly DeclarationNode[],
    chunk: SplitChunk,
    found: Found,
  ): void {
    let named = entry;
    const attributes = tail.flatMap((node) => node.attributes).filter(({ name }) => name.startsWith('gnu:'));
    if (attributes.length > 0)
      named = { ...entry, node: { ...entry.node, attributes: [...entry.node.attributes, ...attributes] } };
    if (entry.node.name === '') {
      const first = tail[0];
      if (first?.k !== 'typedef' && first?.k !== 'variable') {
        // An anonymous union's members are its class's own.
        const group = { id: outer.class?.fields.length ?? 0, union: entry.node.keyword === 'union' };
        outer.class?.fields.push(
          ...entry.fields.map((field) => ({ ...field, within: [group, ...(field.within ?? [])] })),
        );
        return;
      }
      // The first name that it is given stands for the class.
      const name = first.k === 'typedef' ? first.name : `(${first.name})`;
      named = { ...named, node: { ...named.node, name }, name: qualify(outer.name, name) };
    }
    found.classes.push(named);
    const type: TypeNode = { k: 'named', name: named.node.name, keyword: named.node.keyword };
    for (const node of tail) {
      if (node.k !== 'variable' && node.k !== 'typedef') continue;
      const renamed = { ...node, type: withBase(node.type, type) };
      if (renamed.k === 'variable' && outer.class) outer.class.fields.push(renamed);
      else if (renamed.k === 'variable' || renamed.name !== named.node.name)
        found.others.push({
          kind: 'other',
          file: entry.file,
          name: qualify(outer.name, renamed.name),
          scope: outer.name,
          chunk,
          node: renamed,
        });
    }
  }
}

/** What `#pragma pack` says where a declaration begins; undefined where it says nothing. */
function packingOf(text: string): (at: number) => string | undefined {
  if (!/^[ \t]*#[ \t]*pragma[ \t]+pack\b/m.test(text)) return () => undefined;
  const changes: { readonly at: number; readonly pack: string | undefined }[] = [];
  const stack: (string | undefined)[] = [];
  let pack: string | undefined;
  for (const match of text.matchAll(/^[ \t]*#[ \t]*pragma[ \t]+pack\b[ \t]*\(?([^)\n]*)/gm)) {
    const words = match[1]!.split(',').map((word) => word.trim());
    if (words[0] === 'push') stack.push(pack);
    const number = words.find((word) => /^\d+$/.test(word));
    if (words[0] === 'pop') pack = stack.pop();
    else if (number !== undefined) pack = number;
    else if (words[0] === '' || words[0] === 'reset') pack = undefined;
    changes.push({ at: match.index, pack });
  }
  return (at) => changes.findLast((change) => change.at < at)?.pack;
}

function declared(node: DeclarationNode, chunk: SplitChunk, scope: Scope, file: string, found: Found): void {
  const owner = scope.class;
  switch (node.k) {
    case 'function': {
      const entry: FunctionEntry = {
        kind: 'function',
        file,
        name: qualify(scope.name, node.name),
        scope: scope.name,
        chunk,
        node,
        ownerClass: owner?.name,
        hasBody: chunk.kind === 'function',
      };
      owner?.methods.push(entry);
      if (!owner || entry.hasBody) found.functions.push(entry);
      return;
    }
    case 'class': {
      if (!node.members) return;
      const entry: ClassEntry = {
        kind: 'class',
        file,
        name: qualify(scope.name, node.name),
        scope: scope.name,
        chunk,
        node,
        fields: [],
        methods: [],
      };
      const inside: Scope = { name: entry.name, class: entry, typedef: false };
      for (const member of node.members) declared(member, { ...chunk, kind: 'declaration' }, inside, file, found);
      found.classes.push(entry);
      return;
    }
    case 'variable':
      if (owner && !(node.static && node.constant && node.init)) owner.fields.push(node);
      else
        found.others.push({
          kind: 'other',
          file,
          name: qualify(scope.name, node.name),
          scope: scope.name,
          chunk,
          node,
        });
      return;
    case 'typedef':
    case 'enum':
      found.others.push({ kind: 'other', file, name: qualify(scope.name, node.name), scope: scope.name, chunk, node });
      // typedef enum { … } name, typedef struct { … } name
      if (node.k === 'typedef' && node.type.k === 'defined') declared(node.type.declaration, chunk, scope, file, found);
      return;
    default:
      return;
  }
}

/** A type with another one at its root: `*x` of an anonymous struct that has got its name. */
function withBase(type: TypeNode, base: TypeNode): TypeNode {
  switch (type.k) {
    case 'named':
      return base;
    case 'pointer':
    case 'reference':
      return { k: type.k, to: withBase(type.to, base) };
    case 'array':
      return { ...type, of: withBase(type.of, base) };
    default:
      return type;
  }
}

/** The text of the `///` lines directly above an offset. */
export function docAbove(text: string, offset: number): string {
  const lines: string[] = [];
  let end = text.lastIndexOf('\n', offset - 1);
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end).trim();
    if (!line.startsWith('///')) break;
    lines.unshift(line.slice(3).trim());
    end = start - 1;
  }
  return lines.join(' ').trim();
}
