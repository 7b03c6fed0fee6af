import type { FunctionDeclaration } from '../ir/declarations';
import type { TemplateArgument, Type } from '../ir/types';
import type { KernelCall } from './call-site';
import { impossible, sameParameter, suits } from '../ir/overloads';
import { isSimulated, kernelBases } from './kernel/classes';
import { kernelCalls } from './kernel/table';
import type { Program, SourceFunction } from './program';

/** What a call runs. */
export type Target = { readonly name: string } & (
  | { readonly kind: 'kernel'; readonly call: KernelCall }
  | { readonly kind: 'source'; readonly source: SourceFunction }
  | { readonly kind: 'none'; readonly declaration: FunctionDeclaration | undefined }
);

/** Methods that every kernel object has, so also one of a class that nothing declares. */
const universal = new Set(['retain', 'release', 'taggedRetain', 'taggedRelease', 'getRetainCount', 'free', 'init']);

/** Finds what a call runs: a modelled kernel call first, then a body of the workspace. */
export class Resolver {
  readonly #program: Program;
  readonly #chains = new Map<string, readonly string[]>();

  constructor(program: Program) {
    this.#program = program;
  }

  function(
    written: string,
    args: number,
    file: string,
    types: readonly Type[] = [],
    template?: readonly TemplateArgument[],
    signature?: readonly Type[],
  ): Target {
    const name = withoutTemplate(written);
    const kernel = kernelCalls.get(name) ?? kernelCalls.get(name.replace(/^::/, ''));
    if (kernel) return { kind: 'kernel', name: written, call: kernel };
    const source = this.#body(name, args, file, types, template, signature);
    if (source) return { kind: 'source', name, source };
    const at = name.lastIndexOf('::');
    if (at > 0) {
      const inherited = this.#inChain(name.slice(0, at), name.slice(at + 2), args, types, template, signature);
      if (inherited) return inherited;
    }
    return { kind: 'none', name, declaration: this.#program.declaration(name) };
  }

  /** @param from the class to look in first: the object's own, or the one that a direct call names. */
  method(
    from: string,
    staticClass: string | undefined,
    name: string,
    args: number,
    types: readonly Type[] = [],
    template?: readonly TemplateArgument[],
    signature?: readonly Type[],
  ): Target {
    const found =
      this.#inChain(from, name, args, types, template, signature) ??
      (staticClass !== undefined && staticClass !== from
        ? this.#inChain(staticClass, name, args, types, template, signature)
        : undefined);
    if (found) return found;
    const declaration = this.#declared(from, name) ?? (staticClass ? this.#declared(staticClass, name) : undefined);
    if (universal.has(name)) {
      const call = kernelCalls.get(`OSObject::${name}`);
      if (call && (!declaration || !declaration.hasBody)) return { kind: 'kernel', name: `OSObject::${name}`, call };
    }
    return { kind: 'none', name: from === '' ? name : `${from}::${name}`, declaration };
  }

  /** What a pointer to a virtual method calls on an object of a class. */
  overriding(name: string, dynamic: string | undefined, args: number): SourceFunction | undefined {
    const cut = name.lastIndexOf('::');
    const [owner, short] = [name.slice(0, cut), name.slice(cut + 2)];
    const virtual = this.chain(owner).some((each) =>
      this.#program.classOf(each)?.methods.some((method) => method.name === short && method.virtual),
    );
    const target = virtual && dynamic !== undefined ? this.#inChain(dynamic, short, args) : undefined;
    return target?.kind === 'source' ? target.source : undefined;
  }

  /** A class and its bases, nearest first. */
  chain(name: string): readonly string[] {
    const known = this.#chains.get(name);
    if (known) return known;
    const chain: string[] = [];
    const pending = [withoutTemplate(name)];
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      if (chain.includes(next)) continue;
      chain.push(next);
      const declared = this.#program.classOf(next)?.bases ?? [];
      pending.push(...(declared.length > 0 ? declared : kernelBases(next)));
    }
    this.#chains.set(name, chain);
    return chain;
  }

  /** Whether a class is another or derives from it. */
  isKind(name: string, base: string): boolean {
    return this.chain(name).includes(base);
  }

  /** The body of a class's own method, e.g. its constructor or destructor. */
  own(className: string, name: string, args: number, types: readonly Type[] = []): SourceFunction | undefined {
    return this.#body(`${className}::${name}`, args, '', types);
  }

  #inChain(
    className: string,
    name: string,
    args: number,
    types: readonly Type[] = [],
    template?: readonly TemplateArgument[],
    signature?: readonly Type[],
  ): Target | undefined {
    for (const each of this.chain(className)) {
      const qualified = `${each}::${name}`;
      const kernel = kernelCalls.get(qualified);
      if (kernel) return { kind: 'kernel', name: qualified, call: kernel };
      const source = this.#body(qualified, args, '', types, template, signature);
      if (source) return { kind: 'source', name: qualified, source };
    }
    return undefined;
  }

  #declared(className: string, name: string): FunctionDeclaration | undefined {
    for (const each of this.chain(className)) {
      const declaration = this.#program.declaration(`${each}::${name}`);
      if (declaration) return declaration;
    }
    return undefined;
  }

  /** The body that fits the number of arguments best; of the calling file where several do. */
  #body(
    name: string,
    args: number,
    file: string,
    types: readonly Type[] = [],
    template?: readonly TemplateArgument[],
    signature?: readonly Type[],
  ): SourceFunction | undefined {
    // Where the workspace is the kernel itself, these classes are still those of the model.
    const cut = name.indexOf('::');
    if (cut > 0 && isSimulated(name.slice(0, cut))) return undefined;
    const derives = (each: string, base: string): boolean => this.isKind(each, base);
    let best: SourceFunction | undefined;
    let bestRank = -Infinity;
    for (const candidate of this.#program.functions(name, template, file === '' ? undefined : file)) {
      const parameters = candidate.function.parameters;
      const rank =
        (parameters === args ? 4 : parameters > args ? 2 : 1) +
        (candidate.file === file ? 1 : 0) +
        likeness(candidate, types, derives) +
        (signature && isCalled(candidate, signature) ? 20 : 0);
      if (rank > bestRank) {
        best = candidate;
        bestRank = rank;
      }
    }
    return best;
  }
}

function isCalled({ function: { locals, parameters } }: SourceFunction, signature: readonly Type[]): boolean {
  return parameters === signature.length && signature.every((type, index) => sameParameter(type, locals[index]!.type));
}

/** How well arguments of these types go with a function's parameters: tells one overload from another. */
function likeness(
  { function: { locals, parameters } }: SourceFunction,
  types: readonly Type[],
  derives: (name: string, base: string) => boolean,
): number {
  let alike = 0;
  types.forEach((type, index) => {
    const parameter = index < parameters ? locals[index]?.type : undefined;
    if (!parameter) return;
    const rvalue = type.kind === 'reference' && type.rvalue === true;
    // Of what a reference is bound to, the address is passed.
    const given = parameter.kind === 'reference' && type.kind === 'pointer' ? type.to : type;
    const suitable = suits(parameter, given, derives);
    // && takes only what nothing else needs, and takes it before const & does.
    if (parameter.kind === 'reference' && parameter.rvalue) alike += rvalue ? suitable : impossible;
    else alike += rvalue && parameter.kind === 'reference' ? suitable - 0.1 : suitable;
  });
  return types.length === 0 ? 0 : (alike / types.length) * 0.9;
}

/** "OSDynamicCast<IOPCIDevice>" is OSDynamicCast. */
export function withoutTemplate(name: string): string {
  const at = name.indexOf('<');
  return at > 0 && !name.includes('operator') ? name.slice(0, at) : name;
}

/** "IOPCIDevice" of "OSDynamicCast<IOPCIDevice>". */
export function templateArgument(name: string): string {
  const at = name.indexOf('<');
  return at < 0 ? '' : name.slice(at + 1, name.lastIndexOf('>')).trim();
}

export function returnsNothing(type: Type): boolean {
  return type.kind === 'void';
}
