import type { ClassDeclaration, Declaration, FunctionDeclaration } from '../ir/declarations';
import { declare, declareField, declareFunction } from '../ir/declare';
import type { Names } from '../ir/names';
import type { ClassEntry, FileFacts, FunctionEntry, OtherEntry } from './facts';

export type AnyEntry = FunctionEntry | ClassEntry | OtherEntry;

/** What files declare, by name. Types are resolved when a declaration is first asked for, and kept until the facts change. */
export class DeclarationTable {
  readonly #functions = new Map<string, FunctionEntry[]>();
  readonly #classes = new Map<string, ClassEntry[]>();
  readonly #others = new Map<string, OtherEntry[]>();
  readonly #derived = new Map<string, ClassEntry[]>();
  readonly #resolved = new WeakMap<object, { revision: number; text: string; value: readonly Declaration[] }>();

  readonly #open = new Set<object>();
  #circles = 0;

  /**
   * Runs a look-up and says whether its answer may be kept: not when it met a declaration that is still being resolved,
   * for then it hangs on where the question started.
   */
  settled<T>(find: () => T): { readonly value: T; readonly keep: boolean } {
    const circles = this.#circles;
    const value = find();
    return { value, keep: this.#circles === circles || this.#open.size === 0 };
  }

  add(facts: FileFacts): void {
    for (const entry of facts.functions) push(this.#functions, entry.name, entry);
    for (const entry of facts.classes) {
      push(this.#classes, entry.name, entry);
      for (const base of entry.node.bases) push(this.#derived, lastPart(base), entry);
    }
    for (const entry of facts.others) for (const name of namesOf(entry)) push(this.#others, name, entry);
  }

  remove(facts: FileFacts): void {
    for (const entry of facts.functions) drop(this.#functions, entry.name, entry);
    for (const entry of facts.classes) {
      drop(this.#classes, entry.name, entry);
      for (const base of entry.node.bases) drop(this.#derived, lastPart(base), entry);
    }
    for (const entry of facts.others) for (const name of namesOf(entry)) drop(this.#others, name, entry);
  }

  functions(name: string): readonly FunctionEntry[] {
    return this.#functions.get(name) ?? [];
  }

  classes(name: string): readonly ClassEntry[] {
    return this.#classes.get(name) ?? [];
  }

  others(name: string): readonly OtherEntry[] {
    return this.#others.get(name) ?? [];
  }

  /** Classes that name `base` as a direct base. */
  derived(base: string): readonly ClassEntry[] {
    return this.#derived.get(lastPart(base)) ?? [];
  }

  /** All that an entry declares, types resolved by `names`. The same object as before where nothing in it changed. */
  resolve(entry: AnyEntry, names: Names, revision: number, doc = ''): readonly Declaration[] {
    const kept = this.#resolved.get(entry.node);
    if (kept?.revision === revision) return kept.value;
    if (this.#open.has(entry.node)) {
      // It is asked for by what it is made of: enum { kA = kA }
      this.#circles++;
      return [];
    }
    this.#open.add(entry.node);
    const circles = this.#circles;
    const value =
      entry.kind === 'class'
        ? [declareClass(entry, names, doc)]
        : declare(entry.node, names, entry.scope, entry.kind === 'function' ? entry.ownerClass : undefined, doc);
    this.#open.delete(entry.node);
    if (this.#circles !== circles && this.#open.size > 0) return value;
    const text = fingerprint(value);
    if (kept?.text === text) {
      kept.revision = revision;
      return kept.value;
    }
    this.#resolved.set(entry.node, { revision, text, value });
    return value;
  }
}

function declareClass(entry: ClassEntry, names: Names, doc: string): ClassDeclaration {
  return {
    kind: 'class',
    keyword: entry.node.keyword,
    name: entry.name,
    bases: entry.node.bases.map((base) => {
      const type = names.type(base, entry.scope);
      return type?.kind === 'class' ? type.name : base;
    }),
    ...(entry.node.templateParameters && { template: entry.node.templateParameters }),
    fields: entry.fields.map((field) => declareField(field, names, entry.name)),
    methods: entry.methods.map((method): FunctionDeclaration => ({
      ...declareFunction(method.node, names, entry.name, entry.name, ''),
      hasBody: method.hasBody,
    })),
    attributes: entry.node.attributes,
    doc,
    span: entry.node.span,
  };
}

/** The names under which an entry is found: an enumeration's constants, a variable's or typedef's own. */
function namesOf(entry: OtherEntry): string[] {
  if (entry.node.k !== 'enum') return [entry.name];
  const prefix = entry.scope === '' ? '' : `${entry.scope}::`;
  const names = entry.node.constants.map((constant) => prefix + constant.name);
  if (entry.node.name)
    names.push(entry.name, ...entry.node.constants.map((constant) => `${entry.name}::${constant.name}`));
  return names;
}

/** Tells one answer from another, whatever objects it is made of. */
export function fingerprint(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? 'undefined'
  );
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function drop<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  const at = list?.indexOf(value) ?? -1;
  if (!list || at < 0) return;
  list.splice(at, 1);
  if (list.length === 0) map.delete(key);
}
