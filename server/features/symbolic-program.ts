import type { ClassDeclaration, ConstantDeclaration, FunctionDeclaration } from '../ir/declarations';
import { promiseOf, saysOwnership, withInherited } from '../api/contracts';
import type { Hierarchy } from '../api/contracts';
import { pickOverload } from '../ir/lower-objects';
import type { Function } from '../ir/types';
import type { Program, Target } from '../symbolic/program';
import type { RunsIn } from '../symbolic/registrations';
import type { FunctionEntry } from '../workspace/facts';
import { fingerprint } from '../workspace/declarations';
import { isHeader } from '../workspace/scoped-names';
import type { Workspace } from '../workspace/workspace';
import { registeredFunctions } from './registrations';

/** Overrides of one method that are looked into together. */
const mostOverrides = 6;

/** One object for one promise, so that answers can be compared. */
const promises = new WeakMap<FunctionDeclaration, { readonly text: string; readonly promise: FunctionDeclaration }[]>();

/** The workspace as the symbolic interpreter asks about it, from where one file stands. */
export class SymbolicProgram implements Program {
  readonly #workspace: Workspace;
  readonly #file: string;
  readonly #mentioned = new Map<string, boolean>();
  #registered: ReadonlyMap<string, RunsIn> | undefined;

  constructor(workspace: Workspace, file: string) {
    this.#workspace = workspace;
    this.#file = file;
  }

  findFunction(name: string, argumentCount: number): Target {
    const api = this.#workspace.api.model.function(name, argumentCount);
    const names = this.#workspace.namesOf(this.#file);
    const cut = name.lastIndexOf('::');
    const member = cut > 0 ? names.member(name.slice(0, cut), name.slice(cut + 2)) : undefined;
    const declared = member?.kind === 'method' ? member.methods : names.functions(name, '');
    const declaration = declared && pickOverload(declared, argumentCount);
    const entries = this.#workspace.table.functions(name).filter((entry) => entry.hasBody && this.#isVisible(entry));
    const body = this.#body(entries, argumentCount);
    return target(api, body, declaration, api ? undefined : this.#promise(declaration, entries.length > 0));
  }

  findMethod(className: string, name: string, argumentCount: number, direct: boolean): Target {
    const names = this.#workspace.namesOf(this.#file);
    const member = names.member(className, name);
    const declaration = member?.kind === 'method' ? pickOverload(member.methods, argumentCount) : undefined;
    const owner = member?.kind === 'method' ? member.owner : undefined;
    const api = owner === undefined ? undefined : this.#workspace.api.model.method(owner, name, argumentCount);
    if (owner === undefined) return target(api, undefined, declaration, undefined);
    const entries = this.#workspace.table.functions(`${owner}::${name}`).filter((entry) => entry.hasBody);
    const overrides = direct ? [] : this.#overrides(owner, className, name);
    const overridden = overrides.length > 0;
    const body = overridden ? undefined : this.#body(entries, argumentCount);
    const bodies = overridden ? this.#bodies([owner, ...overrides], name, argumentCount) : undefined;
    const promise = api ? undefined : this.#promise(declaration, overridden || entries.length > 0);
    return { ...target(api, body, declaration, promise), ...(bodies && { bodies }) };
  }

  /** What a declaration promises, with what it inherits from those that it overrides. */
  #promise(declaration: FunctionDeclaration | undefined, seen: boolean): FunctionDeclaration | undefined {
    if (!declaration) return undefined;
    let whole = declaration;
    let known = seen;
    const names = this.#workspace.namesOf(this.#file);
    const { model } = this.#workspace.api;
    if (declaration.class !== undefined && !declaration.static) {
      const line = [...(names.class(declaration.class)?.bases ?? [])];
      for (let at = 0; at < line.length && at < 20; at++) {
        const base = line[at]!;
        // What the kernel declares has its promises there, whatever an override is called.
        if (model.method(base, declaration.name)) known = true;
        const above = names.class(base);
        const same = above?.methods.filter((method) => method.name === declaration.name) ?? [];
        const overridden = pickOverload(same, declaration.parameters.length);
        if (overridden && saysOwnership(overridden)) whole = withInherited(whole, overridden);
        line.push(...(above?.bases ?? []).filter((each) => !line.includes(each)));
      }
    }
    const hierarchy: Hierarchy = {
      isObject: (name) => names.derives(name, 'OSMetaClassBase'),
      isIterator: (name) => names.derives(name, 'OSIterator'),
    };
    const promise = promiseOf(whole, hierarchy, known);
    if (!promise) return undefined;
    const text = fingerprint([promise.attributes, promise.parameters.map((parameter) => parameter.attributes)]);
    const list = promises.get(declaration) ?? [];
    promises.set(declaration, list);
    const same = list.find((each) => each.text === text);
    if (!same) list.push({ text, promise });
    return same?.promise ?? promise;
  }

  isA(className: string, base: string): boolean {
    return this.#workspace.namesOf(this.#file).derives(className, base);
  }

  apiClass(name: string): ClassDeclaration | undefined {
    return this.#workspace.api.model.class(name);
  }

  findConstant(name: string): ConstantDeclaration | undefined {
    return this.#workspace.namesOf(this.#file).constant(name, '');
  }

  mentions(identifier: string): boolean {
    let answer = this.#mentioned.get(identifier);
    if (answer === undefined) {
      answer = this.#workspace.readFiles().some((file) => file.text.includes(identifier));
      this.#mentioned.set(identifier, answer);
    }
    return answer;
  }

  runsIn(qualifiedName: string): RunsIn | undefined {
    return (this.#registered ??= registeredFunctions(this.#workspace, this.#file, this)).get(qualifiedName);
  }

  usesSharedPointers(): boolean {
    const file = this.#workspace.file(this.#file);
    return file !== undefined && this.#workspace.macro(file, 'IOKIT_ENABLE_SHARED_PTR', file.text.length) !== undefined;
  }

  #isVisible(entry: FunctionEntry): boolean {
    return entry.file === this.#file || !entry.node.static || entry.ownerClass !== undefined || isHeader(entry.file);
  }

  /** The classes that an object of `className` may be of and that have the method anew. */
  #overrides(owner: string, className: string, name: string): readonly string[] {
    const found: string[] = [];
    const seen = new Set<string>([owner]);
    const queue = [className];
    for (let next = queue.pop(); next !== undefined; next = queue.pop())
      for (const derived of this.#workspace.table.derived(next)) {
        if (seen.has(derived.name)) continue;
        seen.add(derived.name);
        if (derived.methods.some((method) => method.node.name === name)) found.push(derived.name);
        queue.push(derived.name);
      }
    return found;
  }

  /** A method's body in each of some classes; none where one of them isn't in view, or where they are many. */
  #bodies(classes: readonly string[], name: string, argumentCount: number): readonly Function[] | undefined {
    if (classes.length > mostOverrides) return undefined;
    const bodies = classes.map((each) =>
      this.#body(
        this.#workspace.table.functions(`${each}::${name}`).filter((entry) => entry.hasBody),
        argumentCount,
      ),
    );
    return bodies.every((body) => body !== undefined) ? bodies : undefined;
  }

  /** The one body that fits; none where several do, as under different #ifs. */
  #body(entries: readonly FunctionEntry[], argumentCount: number): Function | undefined {
    const own = entries.filter((entry) => entry.file === this.#file);
    const fitting = (own.length > 0 ? own : entries).filter(
      (entry) => entry.node.params.length >= argumentCount || entry.node.variadic,
    );
    const only = fitting.length === 1 ? fitting[0] : undefined;
    const file = only && this.#workspace.file(only.file);
    if (!only || !file) return undefined;
    const { variants } = this.#workspace.lowerer.lower(file, only);
    return variants.length === 1 ? variants[0] : undefined;
  }
}

function target(
  api: FunctionDeclaration | undefined,
  body: Function | undefined,
  declaration: FunctionDeclaration | undefined,
  promise: FunctionDeclaration | undefined,
): Target {
  return {
    ...(api && { api }),
    ...(body && { body }),
    ...(declaration && { declaration }),
    ...(promise && { promise }),
  };
}
