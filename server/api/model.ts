import type {
  Attribute,
  ClassDeclaration,
  ConstantDeclaration,
  Declaration,
  FieldDeclaration,
  FunctionDeclaration,
  GlobalDeclaration,
  TypedefDeclaration,
} from '../ir/declarations';
import type { Type } from '../ir/types';
import { attribute, has } from './attributes';

/**
 * The API model: what the kernel and DriverKit declare, by name. Built from parsed headers (headers.ts), and as well
 * from headers of the user's own. A class that is declared several times is merged.
 */
export class ApiModel {
  readonly #classes = new Map<string, ClassDeclaration>();
  readonly #functions = new Map<string, FunctionDeclaration[]>();
  readonly #constants = new Map<string, ConstantDeclaration>();
  readonly #families = new Map<string, ConstantDeclaration[]>();
  readonly #typedefs = new Map<string, TypedefDeclaration>();
  readonly #globals = new Map<string, GlobalDeclaration>();
  readonly #lines = new Map<string, readonly string[]>();

  constructor(declarations: Iterable<Declaration>) {
    for (const declaration of declarations) this.#add(declaration);
  }

  #add(declaration: Declaration): void {
    switch (declaration.kind) {
      case 'class':
        this.#classes.set(declaration.name, merge(this.#classes.get(declaration.name), declaration));
        break;
      case 'function':
        push(this.#functions, declaration.qualifiedName, declaration);
        break;
      case 'constant':
        this.#constants.set(declaration.name, declaration);
        if (declaration.family !== undefined) push(this.#families, declaration.family, declaration);
        break;
      case 'typedef':
        this.#typedefs.set(declaration.name, declaration);
        break;
      case 'global':
        this.#globals.set(declaration.name, declaration);
        break;
      case 'macro':
        break;
      default:
        return declaration satisfies never;
    }
  }

  class(name: string): ClassDeclaration | undefined {
    return this.#classes.get(name);
  }

  classNames(): readonly string[] {
    return [...this.#classes.keys()];
  }

  /** A class and its bases, nearest first, each once. Unknown bases are left out. */
  lineage(name: string): readonly string[] {
    const known = this.#lines.get(name);
    if (known) return known;
    const line: string[] = [];
    const queue = [name];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const declaration = this.#classes.get(next);
      if (!declaration || line.includes(next)) continue;
      line.push(next);
      queue.push(...declaration.bases);
    }
    this.#lines.set(name, line);
    return line;
  }

  derives(name: string, base: string): boolean {
    return this.lineage(name).includes(base);
  }

  /** True for classes with references that are counted. */
  isObject(name: string): boolean {
    return this.derives(name, 'OSMetaClassBase');
  }

  /** Overloads of a method in the nearest class that declares it. `bases` are tried too, for a class of the workspace. */
  methods(className: string, name: string): readonly FunctionDeclaration[] {
    for (const owner of this.lineage(className)) {
      const found = this.#classes.get(owner)?.methods.filter((method) => method.name === name) ?? [];
      if (found.length > 0) return found;
    }
    return [];
  }

  /** The overload that takes so many arguments; without a fitting one the nearest by count. */
  method(className: string, name: string, argumentCount?: number): FunctionDeclaration | undefined {
    return pick(this.methods(className, name), argumentCount);
  }

  /** A free function, or a static method by its qualified name ("IOBufferMemoryDescriptor::withCapacity"). */
  function(name: string, argumentCount?: number): FunctionDeclaration | undefined {
    const split = name.lastIndexOf('::');
    if (split > 0) {
      const found = this.method(name.slice(0, split), name.slice(split + 2), argumentCount);
      if (found) return found;
    }
    return pick(this.#functions.get(name) ?? [], argumentCount);
  }

  field(className: string, name: string): FieldDeclaration | undefined {
    for (const owner of this.lineage(className)) {
      const found = this.#classes.get(owner)?.fields.find((field) => field.name === name);
      if (found) return found;
    }
    return undefined;
  }

  constant(name: string): ConstantDeclaration | undefined {
    return this.#constants.get(name);
  }

  /** The constants of a family in the order of their declaration. */
  family(name: string): readonly ConstantDeclaration[] {
    return this.#families.get(name) ?? [];
  }

  families(): readonly string[] {
    return [...this.#families.keys()];
  }

  typedef(name: string): TypedefDeclaration | undefined {
    return this.#typedefs.get(name);
  }

  global(name: string): GlobalDeclaration | undefined {
    return this.#globals.get(name);
  }

  /** Whether a name is declared here at all, as anything. */
  declares(name: string): boolean {
    return (
      this.#classes.has(name) ||
      this.#functions.has(name) ||
      this.#constants.has(name) ||
      this.#typedefs.has(name) ||
      this.#globals.has(name)
    );
  }

  /** All functions and methods. */
  *functions(): Iterable<FunctionDeclaration> {
    for (const declaration of this.#classes.values()) yield* declaration.methods;
    for (const overloads of this.#functions.values()) yield* overloads;
  }

  /**
   * Names whose presence makes a file worth reading: calls that map, the classes that they come from and yield, and the
   * options that they take.
   */
  mappingNames(): ReadonlySet<string> {
    const names = new Set<string>(['IOMemoryMap', 'IOMemoryDescriptor']);
    for (const fn of this.functions()) if (attribute(fn, 'maps') && fn.name !== 'map') names.add(fn.name);
    for (const name of this.#classes.keys())
      if (this.derives(name, 'IOMemoryDescriptor') || this.derives(name, 'IOMemoryMap')) names.add(name);
    return names;
  }
}

/** The class whose object a pointer, a reference or a smart pointer leads to. */
export function pointeeClass(type: Type): string | undefined {
  switch (type.kind) {
    case 'pointer':
    case 'reference':
      return type.to.kind === 'class' && !type.to.args ? type.to.name : pointeeClass(type.to);
    case 'class': {
      const first = type.args?.[0];
      return first?.kind === 'class' ? first.name : undefined;
    }
    default:
      return undefined;
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function merge(first: ClassDeclaration | undefined, second: ClassDeclaration): ClassDeclaration {
  if (!first) return second;
  const isEnvironment = ({ name }: Attribute): boolean => name === 'kernel' || name === 'driverkit';
  const inBoth = ({ name }: Attribute): boolean => has(first, name) && has(second, name);
  return {
    ...first,
    bases: [...new Set([...first.bases, ...second.bases])],
    fields: [...first.fields, ...second.fields],
    methods: [...first.methods, ...second.methods],
    attributes: [...first.attributes, ...second.attributes].filter((each) => !isEnvironment(each) || inBoth(each)),
    doc: first.doc || second.doc,
  };
}

function pick(overloads: readonly FunctionDeclaration[], count: number | undefined): FunctionDeclaration | undefined {
  if (count === undefined || overloads.length < 2) return overloads[0];
  const distance = (fn: FunctionDeclaration): number => {
    const required = fn.parameters.filter((parameter) => parameter.default === undefined).length;
    if (count < required) return required - count;
    return count > fn.parameters.length && !fn.variadic ? count - fn.parameters.length : 0;
  };
  let best = overloads[0];
  for (const candidate of overloads) if (best && distance(candidate) < distance(best)) best = candidate;
  return best;
}
