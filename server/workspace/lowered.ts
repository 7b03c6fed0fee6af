import { lowerFunction } from '../ir/lower';
import { TemplateNames } from '../ir/templates';
import type { Function, TemplateArgument } from '../ir/types';
import { parseDeclaration } from '../syntax/parse';
import { preprocess } from '../syntax/preprocess';
import type { Macro } from '../syntax/preprocess';
import type { DeclarationNode } from '../syntax/tree';
import type { FunctionEntry } from './facts';
import { RecordingNames } from './recording-names';
import type { SourceFile } from './source-file';
import type { Workspace } from './workspace';

/** A function of the workspace with its control-flow graph. */
export interface LoweredFunction {
  readonly entry: FunctionEntry;
  readonly qualifiedName: string;
  /** One for each choice of arms where `#if` hangs on macros that nothing defines; at least one, unless it has gaps only. */
  readonly variants: readonly Function[];
  /** Whether the parse read the body to exactly its closing brace. */
  readonly delimited: boolean;
}

interface Kept {
  readonly result: Omit<LoweredFunction, 'entry'>;
  readonly names: RecordingNames;
  readonly macros: ReadonlyMap<string, Macro | undefined>;
  readonly types: ReadonlyMap<string, boolean>;
  checked: string;
}

/** Lowers functions, each once for its text and what it asked of the world; keeps them as long as the answers hold. */
export class Lowerer {
  readonly #workspace: Workspace;
  readonly #kept = new WeakMap<object, Kept>();
  /** Templates with their parameters bound, by these. */
  readonly #instances = new WeakMap<object, Map<string, Kept>>();
  readonly #homes = new WeakMap<Function, { file: string; id: object }>();
  #count = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get count(): number {
    return this.#count;
  }

  /** The file that a lowered function stands in. */
  home(fn: Function): { readonly file: string; readonly id: object } | undefined {
    return this.#homes.get(fn);
  }

  lower(file: SourceFile, entry: FunctionEntry): LoweredFunction {
    const { id } = entry.chunk;
    const state = this.#state(file);
    let kept = this.#still(this.#kept.get(id), file, entry, state);
    if (!kept) this.#kept.set(id, (kept = this.#build(file, entry, state)));
    return { ...kept.result, entry };
  }

  /** A template with its parameters bound. */
  instance(file: SourceFile, entry: FunctionEntry, template: readonly TemplateArgument[]): LoweredFunction {
    const { id } = entry.chunk;
    let instances = this.#instances.get(id);
    if (!instances) this.#instances.set(id, (instances = new Map()));
    const key = JSON.stringify(template, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    const state = this.#state(file);
    let kept = this.#still(instances.get(key), file, entry, state);
    if (!kept) instances.set(key, (kept = this.#build(file, entry, state, template)));
    return { ...kept.result, entry };
  }

  #state(file: SourceFile): string {
    return `${this.#workspace.revision()} ${file.factsKey}`;
  }

  #still(kept: Kept | undefined, file: SourceFile, entry: FunctionEntry, state: string): Kept | undefined {
    if (!kept || kept.checked === state) return kept;
    if (!this.#holds(kept, file, entry)) return undefined;
    kept.checked = state;
    return kept;
  }

  #holds(kept: Kept, file: SourceFile, entry: FunctionEntry): boolean {
    for (const [name, macro] of kept.macros)
      if (!sameMacro(this.#workspace.macro(file, name, entry.chunk.start), macro)) return false;
    const names = this.#workspace.namesOf(file.path);
    for (const [name, answer] of kept.types) if ((names.type(name, entry.scope) !== undefined) !== answer) return false;
    return kept.names.stillHolds(names);
  }

  #build(file: SourceFile, entry: FunctionEntry, state: string, template?: readonly TemplateArgument[]): Kept {
    this.#count++;
    const { chunk } = entry;
    const text = file.text.slice(chunk.start, chunk.end);
    const macros = new Map<string, Macro | undefined>();
    const types = new Map<string, boolean>();
    const world = this.#workspace.namesOf(file.path);
    const recording = new RecordingNames(world);
    const lookup = (name: string): Macro | undefined => {
      if (macros.has(name)) return macros.get(name);
      const macro = this.#workspace.macro(file, name, chunk.start);
      macros.set(name, macro);
      return macro;
    };
    const scope = scopeOf(entry, recording.names);
    const bindings = new Map(template?.map((each) => [each.name, each]));
    const isType = (name: string): boolean => {
      if (bindings.has(name)) return bindings.get(name)?.type !== undefined;
      let answer = types.get(name);
      if (answer === undefined) types.set(name, (answer = world.type(name, entry.scope) !== undefined));
      return answer;
    };
    const variants: Function[] = [];
    let delimited = !chunk.guessed;
    for (const variant of ['first-arm', 'other-arm'] as const) {
      const { tokens, varies } = preprocess(text, 0, text.length, lookup, variant);
      const parsed = parseDeclaration(tokens, { isType });
      const node = parsed.declarations.find(
        (each): each is DeclarationNode & { k: 'function' } => each.k === 'function' && each.body !== undefined,
      );
      if (variant === 'first-arm' && (!parsed.complete || !node)) delimited = false;
      if (node) {
        const context = {
          scope: scope.scope,
          ...(scope.class !== undefined && { class: scope.class }),
          static: isStatic(entry, scope.class, recording.names),
          span: { start: 0, end: text.length },
          ...(template && { template }),
        };
        const names = template ? new TemplateNames(recording.names, bindings) : recording.names;
        const fn = lowerFunction(this.#withDeclaredParameters(node, scope.class), names, context);
        this.#homes.set(fn, { file: file.path, id: chunk.id });
        variants.push(fn);
      }
      if (!varies) break;
    }
    const qualifiedName = variants[0]?.qualifiedName ?? entry.name;
    return { result: { qualifiedName, variants, delimited }, names: recording, macros, types, checked: state };
  }

  /** A DriverKit implementation, IMPL(Class, Method), has the parameters of the method's declaration. */
  #withDeclaredParameters(
    node: DeclarationNode & { k: 'function' },
    className: string | undefined,
  ): DeclarationNode & { k: 'function' } {
    const only = node.params.length === 1 ? node.params[0]! : undefined;
    if (only?.type.k !== 'named' || only.type.name !== 'maplens_iig_parameters' || className === undefined) return node;
    const name = node.name.slice(node.name.lastIndexOf(':') + 1);
    const declared = this.#workspace.table
      .classes(className)
      .flatMap((each) => each.methods)
      .find((method) => method.node.name === name);
    return { ...node, params: declared?.node.params ?? [] };
  }
}

/** The class and the scope in which a function's body looks names up. */
function scopeOf(entry: FunctionEntry, names: RecordingNames['names']): { scope: string; class?: string } {
  if (entry.ownerClass !== undefined) return { scope: entry.ownerClass, class: entry.ownerClass };
  const cut = entry.name.lastIndexOf('::');
  if (cut < 0 || !entry.node.name.includes('::')) return { scope: entry.scope };
  const written = entry.name.slice(0, cut);
  const type = names.type(entry.node.name.slice(0, entry.node.name.lastIndexOf('::')), entry.scope);
  const name = type?.kind === 'class' ? type.name : written;
  return { scope: name, class: name };
}

function isStatic(entry: FunctionEntry, className: string | undefined, names: RecordingNames['names']): boolean {
  if (className === undefined) return false;
  if (entry.ownerClass !== undefined) return entry.node.static;
  const name = entry.node.name.slice(entry.node.name.lastIndexOf(':') + 1);
  const member = names.member(className, name);
  return member?.kind === 'method' && member.methods.every((method) => method.static);
}

function sameMacro(a: Macro | undefined, b: Macro | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.body === b.body && a.parameters?.join() === b.parameters?.join();
}
