import type { TemplateParameterNode } from '../syntax/tree';
import type { ConstantDeclaration, FunctionDeclaration } from './declarations';
import type { Member, Names } from './names';
import { unknownType } from './type-of';
import type { TemplateArgument, Type } from './types';

/** What is known of a template's parameters, by their names. */
export type Bindings = ReadonlyMap<string, TemplateArgument>;

/** Names as a template sees them whose parameters stand for something; without it they stand for themselves. */
export class TemplateNames implements Names {
  readonly #names: Names;
  readonly #parameters: ReadonlyMap<string, TemplateArgument | undefined>;

  constructor(names: Names, parameters: ReadonlyMap<string, TemplateArgument | undefined>) {
    this.#names = names;
    this.#parameters = parameters;
  }

  type(name: string, scope: string): Type | undefined {
    if (!this.#parameters.has(name)) return this.#names.type(name, scope);
    const bound = this.#parameters.get(name);
    return bound?.type ?? { kind: 'unknown', name };
  }

  constant(name: string, scope: string): ConstantDeclaration | undefined {
    if (!this.#parameters.has(name)) return this.#names.constant(name, scope);
    const value = this.#parameters.get(name)?.value;
    return value === undefined ? undefined : { kind: 'constant', name, value, doc: '', span: { start: 0, end: 0 } };
  }

  class(name: string) {
    return this.#names.class(name);
  }

  member(className: string, name: string): Member | undefined {
    return this.#names.member(className, name);
  }

  derives(className: string, base: string): boolean {
    return this.#names.derives(className, base);
  }

  functions(name: string, scope: string): readonly FunctionDeclaration[] | undefined {
    return this.#names.functions(name, scope);
  }

  global(name: string, scope: string): Type | undefined {
    return this.#parameters.has(name) ? undefined : this.#names.global(name, scope);
  }
}

/**
 * What a call's arguments say about the parameters of the function template that it calls, after what the call names
 * itself and before the parameters' defaults; undefined where that leaves one open.
 */
export function deduce(
  declaration: FunctionDeclaration,
  named: readonly (TemplateArgument | undefined)[],
  types: readonly Type[],
  otherwise: (parameter: TemplateParameterNode, found: Bindings) => TemplateArgument | undefined,
): Bindings | undefined {
  const parameters = declaration.template ?? [];
  const found = new Map<string, TemplateArgument>();
  parameters.forEach(({ name }, index) => {
    const given = named[index];
    if (given) found.set(name, given);
  });
  const open = new Set(parameters.map(({ name }) => name));
  types.forEach((type, index) => {
    const parameter = declaration.parameters[index]?.type;
    if (parameter) match(parameter.kind === 'reference' ? parameter.to : parameter, passed(parameter, type));
  });
  return parameters.every((each) => {
    const { name, kind } = each;
    const bound = found.get(name) ?? otherwise(each, found);
    if (bound) found.set(name, bound);
    return kind === 'type' ? bound?.type !== undefined : kind === 'value' && bound?.value !== undefined;
  })
    ? found
    : undefined;

  function match(parameter: Type, type: Type): void {
    if (parameter.kind === 'unknown' && parameter.name !== undefined && open.has(parameter.name)) {
      if (!found.has(parameter.name)) found.set(parameter.name, { name: parameter.name, type });
    } else if (parameter.kind === 'pointer' || parameter.kind === 'reference') {
      if (type.kind === 'pointer' || type.kind === 'reference') match(parameter.to, type.to);
    } else if (parameter.kind === 'array' && type.kind === 'array') {
      match(parameter.of, type.of);
      const { lengthName } = parameter;
      if (lengthName !== undefined && open.has(lengthName) && type.length !== undefined && !found.has(lengthName))
        found.set(lengthName, { name: lengthName, value: BigInt(type.length) });
    } else if (parameter.kind === 'class' && type.kind === 'class' && parameter.name === type.name)
      parameter.args?.forEach((each, index) => {
        const given = type.args?.[index];
        if (given) match(each, given);
      });
    else if (parameter.kind === 'function' && type.kind === 'function') {
      match(parameter.result, type.result);
      parameter.params.forEach((each, index) => {
        const given = type.params[index];
        if (given) match(each, given);
      });
    }
  }
}

/** An argument's type as a parameter takes it: an array as a pointer, unless the parameter is a reference. */
function passed(parameter: Type, type: Type): Type {
  if (parameter.kind === 'reference') return type.kind === 'reference' ? type.to : type;
  if (type.kind === 'array') return { kind: 'pointer', to: type.of };
  return type.kind === 'reference' ? type.to : type;
}

/** A template's declaration with its parameters bound. */
export function bound(declaration: FunctionDeclaration, bindings: Bindings): FunctionDeclaration {
  return {
    ...declaration,
    result: substitute(declaration.result, bindings),
    parameters: declaration.parameters.map((each) => ({ ...each, type: substitute(each.type, bindings) })),
  };
}

function substitute(type: Type, bindings: Bindings): Type {
  switch (type.kind) {
    case 'unknown': {
      const given = type.name === undefined ? undefined : bindings.get(type.name);
      return given ? (given.type ?? unknownType) : type;
    }
    case 'pointer':
      return { kind: 'pointer', to: substitute(type.to, bindings) };
    case 'reference':
      return { ...type, to: substitute(type.to, bindings) };
    case 'array': {
      const length = type.lengthName === undefined ? undefined : bindings.get(type.lengthName)?.value;
      const of = substitute(type.of, bindings);
      return length === undefined ? { ...type, of } : { kind: 'array', of, length: Number(length) };
    }
    case 'class':
      return type.args ? { ...type, args: type.args.map((each) => substitute(each, bindings)) } : type;
    case 'function':
      return {
        kind: 'function',
        result: substitute(type.result, bindings),
        params: type.params.map((each) => substitute(each, bindings)),
      };
    case 'void':
    case 'bool':
    case 'int':
    case 'float':
    case 'enum':
      return type;
  }
}
