import type { ClassDeclaration, ConstantDeclaration, Declaration, FunctionDeclaration } from './declarations';
import type { Member, Names } from './names';
import type { Type } from './types';

/** The types that a function declares in its body, before those of the world around it. */
export class LocalNames implements Names {
  readonly classes: ClassDeclaration[] = [];
  readonly #names: Names;
  readonly #types = new Map<string, Type>();
  readonly #constants = new Map<string, ConstantDeclaration>();

  /** @param scope what the names of its classes begin with. */
  constructor(
    names: Names,
    readonly scope: string,
  ) {
    this.#names = names;
  }

  add(declarations: readonly Declaration[]): void {
    for (const each of declarations) {
      if (each.kind !== 'class' && each.kind !== 'typedef' && each.kind !== 'constant') continue;
      const inside = each.name.startsWith(`${this.scope}::`) ? each.name.slice(this.scope.length + 2) : each.name;
      const type: Type | undefined =
        each.kind === 'typedef' ? each.type : each.kind === 'class' ? { kind: 'class', name: each.name } : undefined;
      for (const name of [inside, inside.slice(inside.lastIndexOf(':') + 1)])
        if (each.kind === 'constant') this.#constants.set(name, each);
        else this.#types.set(name, type!);
      if (each.kind !== 'class') continue;
      const known = this.classes.findIndex(({ name }) => name === each.name);
      this.classes.splice(known < 0 ? this.classes.length : known, 1, each);
    }
  }

  type(name: string, scope: string): Type | undefined {
    return this.#types.get(name) ?? this.#names.type(name, scope);
  }

  class(name: string): ClassDeclaration | undefined {
    return this.classes.find((each) => each.name === name) ?? this.#names.class(name);
  }

  member(className: string, name: string): Member | undefined {
    const own = this.classes.find((each) => each.name === className);
    if (!own) return this.#names.member(className, name);
    const field = own.fields.find((each) => each.name === name);
    if (field) return { kind: 'field', owner: className, field };
    const methods = own.methods.filter((each) => each.name === name);
    if (methods.length > 0) return { kind: 'method', owner: className, methods };
    for (const base of own.bases) {
      const inherited = this.member(base, name);
      if (inherited) return inherited;
    }
    return undefined;
  }

  derives(className: string, base: string): boolean {
    const own = this.classes.find((each) => each.name === className);
    if (!own) return this.#names.derives(className, base);
    return className === base || own.bases.some((each) => this.derives(each, base));
  }

  functions(name: string, scope: string): readonly FunctionDeclaration[] | undefined {
    return this.#names.functions(name, scope);
  }

  constant(name: string, scope: string): ConstantDeclaration | undefined {
    const cut = name.lastIndexOf('::');
    const isOfEnum = cut > 0 && this.#types.get(name.slice(0, cut))?.kind === 'enum';
    return (
      this.#constants.get(name) ??
      (isOfEnum ? this.#constants.get(name.slice(cut + 2)) : undefined) ??
      this.#names.constant(name, scope)
    );
  }

  global(name: string, scope: string): Type | undefined {
    return this.#names.global(name, scope);
  }
}
