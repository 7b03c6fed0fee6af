import { pointeeClass } from '../api/model';
import type { Function } from '../ir/types';
import type { FieldFacts, FieldName } from '../symbolic/field-facts';
import type { FieldProgram } from '../symbolic/field-history';
import type { Program } from '../symbolic/program';
import type { FileFacts, FunctionEntry } from '../workspace/facts';
import type { SourceFile } from '../workspace/source-file';
import type { Workspace } from '../workspace/workspace';

/** A name that more functions mention is a word like any other: to look at all of them costs too much. */
const mostFunctions = 400;

interface Words {
  readonly text: string;
  readonly facts: FileFacts | undefined;
  readonly functions: Map<string, readonly FunctionEntry[]>;
  readonly macros: Map<string, readonly string[]>;
}

/** Where names of fields stand in the files; each file is searched once for its text. */
export class WordIndex {
  readonly #files = new WeakMap<SourceFile, Words>();

  /** Functions with a body whose text has the word. */
  functions(file: SourceFile, word: string): readonly FunctionEntry[] {
    const { functions } = this.#of(file);
    let found = functions.get(word);
    if (!found) {
      const pattern = wordPattern(word);
      const entries = file.text.includes(word) ? (file.facts?.functions ?? []) : [];
      found = entries.filter(({ hasBody, chunk }) => hasBody && pattern.test(file.text.slice(chunk.start, chunk.end)));
      functions.set(word, found);
    }
    return found;
  }

  /** Macros of a file whose body has the word. */
  macros(file: SourceFile, word: string): readonly string[] {
    const { macros } = this.#of(file);
    let found = macros.get(word);
    if (!found) {
      const pattern = wordPattern(word);
      found = file.text.includes(word)
        ? [...file.macros]
            .filter(([, definitions]) =>
              definitions.some(({ macro }) => macro && !macro.parameters?.includes(word) && pattern.test(macro.body)),
            )
            .map(([name]) => name)
        : [];
      macros.set(word, found);
    }
    return found;
  }

  #of(file: SourceFile): Words {
    let words = this.#files.get(file);
    if (words?.text !== file.text || words.facts !== file.facts) {
      words = { text: file.text, facts: file.facts, functions: new Map(), macros: new Map() };
      this.#files.set(file, words);
    }
    return words;
  }
}

/** The workspace as the look at whole classes asks about it. Made anew after each change of a text. */
export class WorkspaceFields implements FieldProgram {
  readonly #workspace: Workspace;
  readonly #index: WordIndex;
  readonly #program: (file: string) => Program;
  readonly #facts: (fn: Function) => FieldFacts;

  constructor(
    workspace: Workspace,
    index: WordIndex,
    program: (file: string) => Program,
    facts: (fn: Function) => FieldFacts,
  ) {
    this.#workspace = workspace;
    this.#index = index;
    this.#program = program;
    this.#facts = facts;
  }

  functionsNaming(field: FieldName & { readonly owner: string }): readonly Function[] | undefined {
    if (this.#isMentionedUnread(field)) return undefined;
    const found: { file: SourceFile; entry: FunctionEntry }[] = [];
    const seen = new Set<FunctionEntry>();
    for (const word of this.#words(field.name))
      for (const file of this.#workspace.readFiles())
        for (const entry of this.#index.functions(file, word)) {
          if (seen.has(entry)) continue;
          seen.add(entry);
          found.push({ file, entry });
        }
    if (found.length > mostFunctions) return undefined;
    const functions: Function[] = [];
    for (const { file, entry } of found) {
      const { variants } = this.#workspace.lowerer.lower(file, entry);
      if (variants.length === 0 || variants.some((variant) => variant.gaps.length > 0)) return undefined;
      functions.push(...variants);
    }
    return functions;
  }

  programOf(fn: Function): Program {
    return this.#program(this.#workspace.lowerer.home(fn)?.file ?? '');
  }

  factsOf(fn: Function): FieldFacts {
    return this.#facts(fn);
  }

  methods(className: string, names: ReadonlySet<string>): readonly Function[] {
    const found: Function[] = [];
    for (const owner of this.#family(className))
      for (const name of [...names, `~${lastPart(owner)}`])
        for (const entry of this.#workspace.table.functions(`${owner}::${name}`)) {
          const file = this.#workspace.file(entry.file);
          if (entry.hasBody && file) found.push(...this.#workspace.lowerer.lower(file, entry).variants.slice(0, 1));
        }
    return found;
  }

  isSingleton(className: string): boolean {
    return this.#workspace.table
      .classes(className)
      .some((entry) =>
        (this.#workspace.namesOf(entry.file).class(className)?.fields ?? []).some(
          (field) =>
            field.static &&
            (pointeeClass(field.type) === className || (field.type.kind === 'class' && field.type.name === className)),
        ),
      );
  }

  /** The class, then its bases, then what derives from it. */
  #family(className: string): readonly string[] {
    const { table } = this.#workspace;
    const found = new Set([className]);
    for (const name of found)
      for (const entry of table.classes(name))
        for (const base of this.#workspace.namesOf(entry.file).class(name)?.bases ?? [])
          if (table.classes(base).length > 0) found.add(base);
    const derived = [className];
    for (const name of derived)
      for (const entry of table.derived(name))
        if (!found.has(entry.name)) {
          found.add(entry.name);
          derived.push(entry.name);
        }
    return [...found];
  }

  /** The field's name, and the macros that stand for it. */
  #words(name: string): ReadonlySet<string> {
    const words = new Set([name]);
    for (const word of words)
      for (const file of this.#workspace.readFiles())
        for (const macro of this.#index.macros(file, word)) words.add(macro);
    return words;
  }

  /** Whether a file that was not read may touch the field: it names it, and the class or the header that declares it. */
  #isMentionedUnread(field: FieldName & { readonly owner: string }): boolean {
    const owner = wordPattern(lastPart(field.owner));
    const name = wordPattern(field.name);
    const headers = this.#workspace.table
      .classes(field.owner)
      .map((entry) => entry.file.slice(entry.file.lastIndexOf('/') + 1));
    return this.#workspace.paths().some((path) => {
      const file = this.#workspace.file(path);
      if (!file?.text.includes(field.name) || this.#workspace.isRead(path)) return false;
      const sees = owner.test(file.text) || headers.some((header) => file.text.includes(header));
      return sees && name.test(file.text);
    });
  }
}

function wordPattern(word: string): RegExp {
  return new RegExp(`(?<![\\w$])${word.replace(/[^\w]/g, '\\$&')}(?![\\w$])`);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
