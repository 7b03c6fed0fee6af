import type { ApiModel } from '../api/model';
import { has, isRetained, parameterEffect } from '../api/attributes';
import { pointeeClass } from '../api/model';
import type { FileFacts, FunctionEntry } from './facts';
import type { SourceFile } from './source-file';

/** What a vocabulary starts from, and what of the workspace's declarations it takes in. */
export interface Seed {
  readonly types: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  /** Which part of a function's head makes its name a word when it names one of the types. */
  readonly tells: (name: string, head: string) => 'result' | 'head' | undefined;
  /** Fields, variables and typedefs count too. */
  readonly places: boolean;
}

/**
 * The names that lead to memory descriptors and maps: their classes, what derives from them, and every field, variable,
 * function and macro whose declaration names one of those. A body without any of these words can't touch a mapping, so
 * it need not be read.
 */
export function mappingSeed(model: ApiModel): Seed {
  const types = new Set(
    model
      .classNames()
      .filter((name) => model.derives(name, 'IOMemoryDescriptor') || model.derives(name, 'IOMemoryMap')),
  );
  const names = new Set([...model.mappingNames(), ...types]);
  for (const declaration of model.functions())
    if (types.has(pointeeClass(declaration.result) ?? '')) names.add(declaration.name);
  for (const name of model.classNames())
    for (const field of model.class(name)?.fields ?? [])
      if (types.has(pointeeClass(field.type) ?? '')) names.add(field.name);
  return { types, names, tells: () => 'result', places: true };
}

/**
 * The names by which references come and go: retain, release, new, and every function that answers with a counted
 * object of the caller's. A body without any of them owns no reference and gives none up.
 */
export function referenceSeed(model: ApiModel): Seed {
  const types = new Set(model.classNames().filter((name) => model.isObject(name)));
  const names = new Set(['new']);
  for (const declaration of model.functions()) {
    const counts = isRetained(declaration) || has(declaration, 'retains') || has(declaration, 'releases');
    if (counts || declaration.parameters.some((each) => parameterEffect(each) === 'out-retained'))
      names.add(declaration.name);
  }
  const annotated = /RETAINED|CONSUME|os_returns|os_consume/;
  const tells: Seed['tells'] = (name, head) => {
    if (annotated.test(head)) return 'head';
    return !/^[gG]et/.test(name) || head.includes('Iterator') ? 'result' : undefined;
  };
  return { types, names, tells, places: false };
}

/** The words that make a function's body worth reading: those of a seed, and what the workspace adds to them. */
export class Vocabulary {
  readonly #seed: Seed;
  readonly #perFile = new WeakMap<FileFacts, { readonly types: string; readonly names: readonly string[] }>();
  readonly #answers = new WeakMap<object, { readonly version: number; readonly answer: boolean }>();
  #names: ReadonlySet<string>;
  #types: ReadonlySet<string>;
  #key = '';
  #version = 0;

  constructor(seed: Seed) {
    this.#seed = seed;
    this.#types = seed.types;
    this.#names = seed.names;
  }

  /** Takes in what the read files declare. */
  update(files: Iterable<SourceFile>): void {
    const all = [...files];
    const types = this.#collectTypes(all);
    const typeKey = [...types].toSorted().join();
    const names = new Set([...this.#seed.names, ...(this.#seed.places ? types : [])]);
    for (const file of all) for (const name of this.#namesOf(file, types, typeKey)) names.add(name);
    this.#types = types;
    const key = [...names].toSorted().join();
    if (key === this.#key) return;
    this.#key = key;
    this.#names = names;
    this.#version++;
  }

  /** Whether the text of a declaration, kept under `id`, has any of the words. */
  mentions(id: object, text: string): boolean {
    const known = this.#answers.get(id);
    if (known?.version === this.#version) return known.answer;
    const answer = hasWord(text, this.#names);
    this.#answers.set(id, { version: this.#version, answer });
    return answer;
  }

  isType(name: string): boolean {
    return this.#types.has(lastPart(name));
  }

  /** Classes and typedefs that are, derive from or stand for one of the API's. */
  #collectTypes(files: readonly SourceFile[]): Set<string> {
    const types = new Set(this.#seed.types);
    for (let before = -1; before !== types.size;) {
      before = types.size;
      for (const { facts, text } of files) {
        for (const entry of facts?.classes ?? [])
          if (entry.node.bases.some((base) => types.has(lastPart(base)))) types.add(lastPart(entry.name));
        for (const entry of facts?.others ?? [])
          if (entry.node.k === 'typedef' && hasWord(text.slice(entry.chunk.start, entry.chunk.end), types))
            types.add(lastPart(entry.name));
      }
    }
    return types;
  }

  /** What a file declares with a type of these: fields, variables, functions by their result, macros by their body. */
  #namesOf(file: SourceFile, types: ReadonlySet<string>, typeKey: string): readonly string[] {
    const { facts, text } = file;
    if (!facts) return [];
    const known = this.#perFile.get(facts);
    if (known?.types === typeKey) return known.names;
    const names: string[] = [];
    const { tells, places } = this.#seed;
    const add = (name: string, from: number, to: number): void => {
      if (hasWord(text.slice(from, to), types)) names.push(lastPart(name));
    };
    const addFunction = ({ name, chunk, node }: FunctionEntry): void => {
      const head = text.slice(chunk.start, chunk.kind === 'function' ? chunk.start + chunk.bodyStart : chunk.end);
      const simple = lastPart(name);
      const part = tells(simple, head);
      if (part && hasWord(part === 'head' ? head : head.slice(0, node.nameSpan.start), types)) names.push(simple);
    };
    facts.functions.forEach(addFunction);
    if (places) for (const entry of facts.others) add(entry.name, entry.chunk.start, entry.chunk.end);
    for (const entry of facts.classes) {
      entry.methods.forEach(addFunction);
      if (!places) continue;
      for (const field of entry.fields) if (typeHasWord(field.type, types)) names.push(field.name);
    }
    for (const [name, definitions] of file.macros)
      if (
        definitions.some(
          ({ macro }) => macro && ((places && hasWord(macro.body, types)) || hasWord(macro.body, this.#seed.names)),
        )
      )
        names.push(name);
    this.#perFile.set(facts, { types: typeKey, names });
    return names;
  }
}

function typeHasWord(type: unknown, words: ReadonlySet<string>): boolean {
  if (typeof type !== 'object' || type === null) return false;
  return Object.entries(type).some(([key, value]) =>
    key === 'name' && typeof value === 'string'
      ? words.has(lastPart(value))
      : key !== 'span' && typeHasWord(value, words),
  );
}

function hasWord(text: string, words: ReadonlySet<string>): boolean {
  for (const match of text.matchAll(/[A-Za-z_]\w*/g)) if (words.has(match[0])) return true;
  return false;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
