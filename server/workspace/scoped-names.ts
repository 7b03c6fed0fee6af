import type { ApiModel } from '../api/model';
import type { ClassDeclaration, ConstantDeclaration, FunctionDeclaration } from '../ir/declarations';
import type { Member, Names } from '../ir/names';
import { enumType } from '../ir/type-of';
import type { Type } from '../ir/types';
import type { AnyEntry, DeclarationTable } from './declarations';

/** What the names of one file mean: the API's first, then the file's own, then those of the nearest file. */
export interface NameSources {
  readonly table: DeclarationTable;
  /** Absent while the API model itself is being read. */
  readonly api: ApiModel | undefined;
  /** Changes when any file's declarations do. */
  revision(): number;
  /** A constant that is a macro, where the file sees one by that name. */
  macroConstant(name: string): ConstantDeclaration | undefined;
  /** Names as another file sees them: the types of its declarations are looked up there. */
  namesOf(file: string): Names;
}

export class ScopedNames implements Names {
  readonly #file: string;
  readonly #sources: NameSources;
  readonly #types = new Map<string, Type | undefined>();
  readonly #members = new Map<string, Member | undefined>();
  readonly #classes = new Map<string, ClassDeclaration | undefined>();
  readonly #constants = new Map<string, ConstantDeclaration | undefined>();
  readonly #functions = new Map<string, readonly FunctionDeclaration[] | undefined>();
  readonly #open = new Set<string>();
  #revision = -1;

  constructor(file: string, sources: NameSources) {
    this.#file = file;
    this.#sources = sources;
  }

  /** Answers are kept until the facts change. */
  #memo<T>(map: Map<string, T>, key: string, find: () => T): T {
    const revision = this.#sources.revision();
    if (revision !== this.#revision) {
      for (const each of [this.#types, this.#members, this.#classes, this.#constants, this.#functions]) each.clear();
      this.#revision = revision;
    }
    const known = map.get(key);
    if (known !== undefined || map.has(key)) return known!;
    const { value, keep } = this.#sources.table.settled(find);
    // An answer that was found while another question was open may hang on where that stood.
    if (keep && this.#open.size === 0) map.set(key, value);
    return value;
  }

  type(name: string, scope: string): Type | undefined {
    return this.#memo(this.#types, `${scope} ${name}`, () => this.#findType(name, scope));
  }

  #findType(name: string, scope: string): Type | undefined {
    const key = `${scope} ${name}`;
    if (this.#open.has(key) || this.#open.size > 40) return undefined;
    this.#open.add(key);
    try {
      if (name === 'super' && scope) {
        const base = this.class(scope)?.bases[0];
        return base === undefined ? undefined : { kind: 'class', name: base };
      }
      for (const candidate of this.#candidates(name, scope)) {
        const type = this.#typeNamed(candidate);
        if (type) return type;
      }
      return undefined;
    } finally {
      this.#open.delete(key);
    }
  }

  #typeNamed(name: string): Type | undefined {
    const { api, table } = this.#sources;
    if (api?.class(name)) return { kind: 'class', name };
    const apiTypedef = api?.typedef(name);
    if (apiTypedef) return namedInteger(apiTypedef.type, name);
    if (table.classes(name).length > 0) return { kind: 'class', name };
    const typedefs = table
      .others(name)
      .filter((each) => each.node.k === 'typedef' || (each.node.k === 'enum' && each.name === name));
    const entry = this.#nearest(typedefs);
    if (!entry || entry.kind !== 'other') return undefined;
    if (entry.node.k === 'enum') return enumType(entry.node, name, this, entry.scope);
    // typedef struct foo foo; names the class itself.
    const target = entry.node.k === 'typedef' ? entry.node.type : undefined;
    if (target?.k === 'named' && target.keyword && entry.node.k === 'typedef' && target.name === entry.node.name)
      return target.keyword === 'enum' ? { kind: 'enum', name } : { kind: 'class', name };
    const declaration = this.#resolve(entry).find((each) => each.kind === 'typedef');
    return declaration?.kind === 'typedef' ? namedInteger(declaration.type, name) : undefined;
  }

  /** A name as each scope outwards would qualify it, nearest first; bases count as scopes of a class. */
  #candidates(name: string, scope: string): string[] {
    const found: string[] = [];
    for (let at = scope; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('::')))) {
      found.push(`${at}::${name}`);
      for (const base of this.#bases(at)) found.push(`${base}::${name}`);
    }
    found.push(name);
    return found;
  }

  #bases(name: string): string[] {
    const line = [name];
    // The line grows while it is walked. A class may name itself as its base: template specialisations do.
    for (let at = 0; at < line.length && line.length <= 30; at++)
      for (const base of this.#directBases(line[at]!)) if (!line.includes(base)) line.push(base);
    return line.slice(1);
  }

  #directBases(name: string): readonly string[] {
    const own = this.#sources.api?.class(name)?.bases ?? [];
    const entry = this.#nearest(this.#sources.table.classes(name));
    return entry?.kind === 'class' ? [...own, ...entry.node.bases] : own;
  }

  class(name: string): ClassDeclaration | undefined {
    return this.#memo(this.#classes, name, () => {
      const api = this.#sources.api?.class(name);
      const own = this.#ownClass(name);
      if (!api || !own) return api ?? own;
      return {
        ...api,
        fields: [...api.fields, ...own.fields],
        methods: [...api.methods, ...own.methods],
        bases: [...new Set([...api.bases, ...own.bases])],
      };
    });
  }

  #ownClass(name: string): ClassDeclaration | undefined {
    const entry = this.#nearest(this.#sources.table.classes(name));
    const [declaration] = entry ? this.#resolve(entry) : [];
    return declaration?.kind === 'class' ? declaration : undefined;
  }

  member(className: string, name: string): Member | undefined {
    return this.#memo(this.#members, `${className} ${name}`, () => {
      for (const owner of [className, ...this.#bases(className)]) {
        const found =
          this.#memberOf(this.#sources.api?.class(owner), owner, name) ??
          this.#memberOf(this.#ownClass(owner), owner, name);
        if (found) return found;
      }
      return undefined;
    });
  }

  #memberOf(declaration: ClassDeclaration | undefined, owner: string, name: string): Member | undefined {
    if (!declaration) return undefined;
    const field = declaration.fields.find((each) => each.name === name);
    if (field) return { kind: 'field', owner, field };
    const methods = declaration.methods.filter((each) => each.name === name);
    return methods.length > 0 ? { kind: 'method', owner, methods } : undefined;
  }

  derives(className: string, base: string): boolean {
    return className === base || this.#bases(className).includes(base);
  }

  functions(name: string, scope: string): readonly FunctionDeclaration[] | undefined {
    return this.#memo(this.#functions, `${scope} ${name}`, () => {
      for (const candidate of this.#candidates(name, scope)) {
        const entries = this.#sources.table
          .functions(candidate)
          .filter(
            (each) =>
              !each.node.static || each.file === this.#file || each.ownerClass !== undefined || isHeader(each.file),
          );
        const here = entries.filter((each) => each.file === this.#file);
        const api = here.length === 0 ? this.#sources.api?.function(candidate) : undefined;
        if (api) return [api];
        const nearest = this.#nearest(entries);
        if (!nearest) continue;
        return entries
          .filter((each) => each.file === nearest.file)
          .flatMap((each) => this.#resolve(each).filter((declaration) => declaration.kind === 'function'));
      }
      return undefined;
    });
  }

  constant(name: string, scope: string): ConstantDeclaration | undefined {
    return this.#memo(this.#constants, `${scope} ${name}`, () => {
      for (const candidate of this.#candidates(name, scope)) {
        const api = this.#sources.api?.constant(candidate);
        if (api) return api;
        const entries = this.#sources.table
          .others(candidate)
          .filter((each) => each.node.k === 'enum' || each.node.k === 'variable');
        const entry = this.#nearest(entries);
        if (!entry) continue;
        const simple = candidate.slice(candidate.lastIndexOf(':') + 1);
        const declaration = this.#resolve(entry).find(
          (each) => each.kind === 'constant' && each.name.slice(each.name.lastIndexOf(':') + 1) === simple,
        );
        if (declaration?.kind === 'constant') return declaration;
      }
      return this.#sources.macroConstant(name);
    });
  }

  global(name: string, scope: string): Type | undefined {
    for (const candidate of this.#candidates(name, scope)) {
      const api = this.#sources.api?.global(candidate);
      if (api) return api.type;
      const entry = this.#nearest(this.#sources.table.others(candidate).filter((each) => each.node.k === 'variable'));
      const declaration = entry && this.#resolve(entry).find((each) => each.kind === 'global');
      if (declaration?.kind === 'global') return declaration.type;
    }
    return undefined;
  }

  #resolve(entry: AnyEntry) {
    const names = entry.file === this.#file ? this : this.#sources.namesOf(entry.file);
    return this.#sources.table.resolve(entry, names, this.#sources.revision());
  }

  /** The entry of this file, else that of the file whose path shares most with this one's. */
  #nearest<T extends AnyEntry>(entries: readonly T[]): T | undefined {
    if (entries.length < 2) return entries[0];
    let best: T | undefined;
    let most = -1;
    for (const entry of entries) {
      const shared = entry.file === this.#file ? Number.MAX_SAFE_INTEGER : commonFolders(entry.file, this.#file);
      if (shared > most || (shared === most && best && entry.file < best.file)) {
        best = entry;
        most = shared;
      }
    }
    return best;
  }
}

/** An integer type keeps the name by which the source calls it: a mach_vm_address_t is an address. */
function namedInteger(type: Type, name: string): Type {
  return type.kind === 'int' ? { ...type, name } : type;
}

/** How many leading folders two paths share. */
export function commonFolders(a: string, b: string): number {
  let count = 0;
  for (let at = 0; at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at); at++)
    if (a.charCodeAt(at) === 47) count++;
  return count;
}

export function isHeader(file: string): boolean {
  return /\.(?:h|hh|hpp|hxx|iig)$/i.test(file);
}
