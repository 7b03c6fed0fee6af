import type { ConstantDeclaration } from '../ir/declarations';
import type { Names } from '../ir/names';
import { integerOf, platformFacts } from '../syntax/condition';
import type { ConditionLookup } from '../syntax/condition';
import type { Macro } from '../syntax/preprocess';
import type { SplitChunk } from '../syntax/split';
import { loadApi } from './api-model';
import type { Api } from './api-model';
import { DeclarationTable } from './declarations';
import type { FunctionEntry, MacroDefinition } from './facts';
import { FactReader } from './facts';
import { Lowerer } from './lowered';
import type { LoweredFunction } from './lowered';
import { commonFolders, ScopedNames } from './scoped-names';
import { SourceFile } from './source-file';
import { mappingSeed, referenceSeed, Vocabulary } from './vocabulary';

/**
 * The files of a workspace and what they mean together. Only files that name kernel objects, and what they include, are
 * read; the others are kept as text.
 */
export class Workspace {
  readonly api: Api = loadApi();
  readonly table = new DeclarationTable();
  readonly #files = new Map<string, SourceFile>();
  readonly #byBaseName = new Map<string, SourceFile[]>();
  readonly #names = new Map<string, ScopedNames>();
  readonly #reader: FactReader;
  readonly #lowerer: Lowerer;
  readonly #mapping = new Vocabulary(mappingSeed(this.api.model));
  readonly #references = new Vocabulary(referenceSeed(this.api.model));
  #vocabularyRevision = -1;
  readonly #read = new Set<SourceFile>();
  readonly #closures = new Map<SourceFile, { readonly files: ReadonlySet<SourceFile>; readonly key: number }>();
  readonly #definers = new Map<string, Set<SourceFile>>();
  readonly #dirty = new Set<SourceFile>();
  /** States of the macros, each by a number. */
  readonly #keys = new Map<string, number>();
  /** Macros that were given, as a compiler's -D gives them. */
  readonly #given: ReadonlyMap<string, Macro>;
  #includesChanged = true;
  #revision = 0;
  #readAll = false;

  /** @param definitions macros by name, as a compiler's -D gives them: they hold in all files, in spite of a #define. */
  constructor(definitions: ReadonlyMap<string, string> = new Map()) {
    this.#given = new Map([...definitions].map(([name, body]) => [name, { name, body }]));
    this.#reader = new FactReader({
      isType: (name) => this.api.model.class(name) !== undefined || this.api.model.typedef(name) !== undefined,
    });
    this.#lowerer = new Lowerer(this);
  }

  setFile(path: string, text: string): void {
    const mentions = this.api.mapping.test(text) ? 'mapping' : this.api.objects.test(text) ? 'objects' : 'nothing';
    const known = this.#files.get(path);
    if (known) {
      if (known.text === text) return;
      const before = known.includes.join('\n');
      if ((known.mentions === 'nothing') !== (mentions === 'nothing')) this.#includesChanged = true;
      known.update(text, mentions);
      if (known.includes.join('\n') !== before) this.#includesChanged = true;
      this.#dirty.add(known);
      return;
    }
    const file = new SourceFile(path, text, mentions, this.#facts);
    this.#files.set(path, file);
    const base = baseName(path);
    this.#byBaseName.set(
      base,
      [...(this.#byBaseName.get(base) ?? []), file].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    );
    this.#dirty.add(file);
    this.#includesChanged = true;
  }

  removeFile(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    this.#files.delete(path);
    const base = baseName(path);
    this.#byBaseName.set(
      base,
      (this.#byBaseName.get(base) ?? []).filter((each) => each !== file),
    );
    this.#forget(file);
    this.#dirty.delete(file);
    this.#includesChanged = true;
  }

  /** Reads also the files that a check need not: for statistics. */
  readAll(): void {
    if (this.#readAll) return;
    this.#readAll = true;
    this.#includesChanged = true;
  }

  paths(): readonly string[] {
    return [...this.#files.keys()].toSorted();
  }

  file(path: string): SourceFile | undefined {
    return this.#files.get(path);
  }

  /** Files that were read, sorted by path. */
  readFiles(): readonly SourceFile[] {
    this.refresh();
    return [...this.#read].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  isRead(path: string): boolean {
    this.refresh();
    const file = this.#files.get(path);
    return file !== undefined && this.#read.has(file);
  }

  /** Changes when any declaration does. */
  revision(): number {
    return this.#revision;
  }

  /** The functions with a body in a file, as lowered, in the order of the text. */
  functions(path: string): readonly LoweredFunction[] {
    this.refresh();
    const file = this.#files.get(path);
    if (!file?.facts || !this.#read.has(file)) return [];
    return file.facts.functions.flatMap((entry) => (entry.hasBody ? [this.#lowerer.lower(file, entry)] : []));
  }

  /** Those of them that may touch a memory descriptor or a map; the others are not even lowered. */
  mappingFunctions(path: string): readonly LoweredFunction[] {
    return this.#lowered(path, (entry, text) => this.#mayMap(entry, text));
  }

  /** Those of them that a check has to look at: they may touch a mapping, or own or give up a reference. */
  checkedFunctions(path: string): readonly LoweredFunction[] {
    return this.#lowered(
      path,
      (entry, text) => this.#mayMap(entry, text) || this.#references.mentions(entry.chunk.id, text),
    );
  }

  #mayMap(entry: FunctionEntry, text: string): boolean {
    const inside = entry.ownerClass !== undefined && this.#mapping.isType(entry.ownerClass);
    return inside || this.#mapping.mentions(entry.chunk.id, text);
  }

  #lowered(path: string, wanted: (entry: FunctionEntry, text: string) => boolean): readonly LoweredFunction[] {
    this.refresh();
    const file = this.#files.get(path);
    if (!file?.facts || !this.#read.has(file)) return [];
    if (this.#vocabularyRevision !== this.#revision) {
      this.#mapping.update(this.#read);
      this.#references.update(this.#read);
      this.#vocabularyRevision = this.#revision;
    }
    return file.facts.functions.flatMap((entry) =>
      entry.hasBody && wanted(entry, file.text.slice(entry.chunk.start, entry.chunk.end))
        ? [this.#lowerer.lower(file, entry)]
        : [],
    );
  }

  get lowerer(): Lowerer {
    return this.#lowerer;
  }

  namesOf(path: string): Names {
    let names = this.#names.get(path);
    if (!names)
      this.#names.set(
        path,
        (names = new ScopedNames(path, {
          table: this.table,
          api: this.api.model,
          revision: () => this.#revision,
          macroConstant: (name) => this.#macroConstant(path, name),
          namesOf: (other) => this.namesOf(other),
        })),
      );
    return names;
  }

  /** The macro that a name is at an offset of a file. */
  macro(file: SourceFile, name: string, at: number): Macro | undefined {
    const given = this.#given.get(name);
    if (given) return given;
    const own = file.macros.get(name);
    if (own) {
      const before = own.filter((definition) => definition.at < at);
      if (before.length > 0) return inForce(before);
    }
    const known = this.api.macros.get(name) ?? this.#wordMacro(file, name);
    if (known) return known;
    const definers = this.#definers.get(name);
    // What the API declares as a function is one, even where a header wraps it in a macro: assert, panic, IOLog
    if (!definers || this.api.model.function(name)) return undefined;
    const closure = this.#closure(file).files;
    let best: SourceFile | undefined;
    for (const definer of definers) {
      if (definer === file || !closure.has(definer)) continue;
      if (!best || commonFolders(definer.path, file.path) > commonFolders(best.path, file.path)) best = definer;
    }
    const definitions = best?.macros.get(name)?.filter((definition) => definition.macro !== undefined);
    return definitions && inForce(definitions);
  }

  readonly #facts: ConditionLookup = (name) => {
    const body = this.#given.get(name)?.body;
    return body === undefined ? platformFacts(name) : integerOf(body);
  };

  /** Tells one state of the macros that a file sees from another. */
  macroKey(file: SourceFile): number {
    return this.#closure(file).key;
  }

  /** Macros some of whose names are ordinary words: those only where an include or the kind of file brings them. */
  #wordMacro(file: SourceFile, name: string): Macro | undefined {
    const assert = this.api.assertMacros.get(name);
    if (assert && (name.includes('_') || this.#includesAssertMacros(file))) return assert;
    return file.path.endsWith('.iig') ? this.api.iigMacros.get(name) : undefined;
  }

  #includesAssertMacros(file: SourceFile): boolean {
    const names = (each: SourceFile): boolean => each.text.includes('AssertMacros.h');
    if (names(file)) return true;
    for (const each of this.#closure(file).files) if (names(each)) return true;
    return false;
  }

  #macroConstant(path: string, name: string): ConstantDeclaration | undefined {
    const file = this.#files.get(path);
    const macro = file && this.macro(file, name, file.text.length);
    if (!macro || macro.parameters) return undefined;
    const value = integerOf(macro.body.replace(/^\((.*)\)$/, '$1').trim());
    return value === undefined ? undefined : { kind: 'constant', name, value, doc: '', span: { start: 0, end: 0 } };
  }

  /** Brings all that is read up to date with the texts. */
  refresh(): void {
    if (this.#includesChanged) this.#chooseFiles();
    if (this.#dirty.size === 0) return;
    const dirty = [...this.#dirty].filter((file) => this.#read.has(file));
    this.#dirty.clear();
    const versions = new Map(dirty.map((file) => [file, file.macroVersion]));
    let macrosChanged = false;
    for (const file of dirty) {
      const { macros } = file;
      if (versions.get(file) === file.macroVersion && file.facts) continue;
      macrosChanged = true;
      for (const definers of this.#definers.values()) definers.delete(file);
      for (const name of macros.keys()) {
        const definers = this.#definers.get(name);
        if (definers) definers.add(file);
        else this.#definers.set(name, new Set([file]));
      }
    }
    // Macros of a header reach all files that include it.
    if (macrosChanged) this.#closures.clear();
    const again = macrosChanged ? [...this.#read] : dirty;
    for (const file of again) this.#readFacts(file, dirty.includes(file));
  }

  #readFacts(file: SourceFile, edited: boolean): void {
    const key = this.macroKey(file);
    const signature = edited || !file.facts ? file.headText() : file.signature;
    if (!edited && file.facts && file.factsKey === key) return;
    if (file.facts) this.table.remove(file.facts);
    if (signature !== file.signature || file.factsKey !== key) this.#revision++;
    file.facts = this.#reader.read(
      file.path,
      file.text,
      file.chunks,
      (start) => (name, at) => this.macro(file, name, start + at),
      key,
    );
    file.signature = signature;
    file.factsKey = key;
    this.table.add(file.facts);
  }

  #forget(file: SourceFile): void {
    if (!this.#read.delete(file)) return;
    if (file.facts) this.table.remove(file.facts);
    file.facts = undefined;
    for (const definers of this.#definers.values()) definers.delete(file);
    this.#revision++;
  }

  /** Chooses the files to read: those that name kernel objects, and all that they include. */
  #chooseFiles(): void {
    this.#includesChanged = false;
    this.#closures.clear();
    const wanted = new Set<SourceFile>();
    const queue = [...this.#files.values()].filter((file) => this.#readAll || file.mentions !== 'nothing');
    for (let file = queue.pop(); file; file = queue.pop()) {
      if (wanted.has(file)) continue;
      wanted.add(file);
      queue.push(...this.#included(file));
    }
    for (const file of [...this.#read]) if (!wanted.has(file)) this.#forget(file);
    // In the order of their paths, so that nothing hangs on the order in which files came.
    for (const file of [...wanted].toSorted((a, b) => (a.path < b.path ? -1 : 1)))
      if (!this.#read.has(file)) {
        this.#read.add(file);
        this.#dirty.add(file);
      }
  }

  #included(file: SourceFile): SourceFile[] {
    const found: SourceFile[] = [];
    for (const include of file.includes) {
      const candidates = (this.#byBaseName.get(baseName(include)) ?? []).filter((each) => each !== file);
      const fitting = candidates.filter((each) => each.path.endsWith(`/${include.replace(/^(?:\.\.?\/)+/, '')}`));
      const choice = nearest(fitting.length > 0 ? fitting : candidates, file.path);
      if (choice) found.push(choice);
    }
    return found;
  }

  #intern(key: string): number {
    let number = this.#keys.get(key);
    if (number === undefined) this.#keys.set(key, (number = this.#keys.size + 1));
    return number;
  }

  #closure(file: SourceFile): { readonly files: ReadonlySet<SourceFile>; readonly key: number } {
    let closure = this.#closures.get(file);
    if (!closure) {
      const files = new Set<SourceFile>();
      const queue = [file];
      for (let next = queue.pop(); next; next = queue.pop()) {
        if (files.has(next)) continue;
        files.add(next);
        queue.push(...this.#included(next));
      }
      let key = '';
      for (const each of files) if (each.macros.size > 0) key += `${each.path}:${each.macroVersion};`;
      this.#closures.set(file, (closure = { files, key: this.#intern(key) }));
    }
    return closure;
  }

  /** How many heads and bodies were read since the start: tells what an edit cost. */
  get work(): { heads: number; bodies: number } {
    return { heads: this.#reader.parsed, bodies: this.#lowerer.count };
  }
}

/**
 * The last of several definitions. Where arms of an #if define a macro both as something and as nothing, the something:
 * an assertion tells what the code relies on, even where a release leaves it out.
 */
function inForce(definitions: readonly MacroDefinition[]): Macro | undefined {
  const last = definitions.at(-1)?.macro;
  if (!last?.parameters || last.body !== '') return last;
  const since = definitions.findLastIndex((definition) => definition.macro === undefined);
  return (
    definitions.slice(since + 1).findLast((definition) => definition.macro?.parameters && definition.macro.body !== '')
      ?.macro ?? last
  );
}

export type { LoweredFunction, SplitChunk };

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function nearest(files: readonly SourceFile[], path: string): SourceFile | undefined {
  let best: SourceFile | undefined;
  for (const file of files) if (!best || commonFolders(file.path, path) > commonFolders(best.path, path)) best = file;
  return best;
}
