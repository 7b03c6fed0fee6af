import type { Attribute, FunctionDeclaration, ParameterDeclaration } from '../ir/declarations';
import type { Type } from '../ir/types';
import { has } from './attributes';
import { pointeeClass } from './model';

/**
 * What a declaration of the workspace promises about references: by clang's attributes (LIBKERN_RETURNS_RETAINED and its
 * kin are macros for them), and by the naming convention that libkern documents.
 */

/** Whether a class is OSMetaClassBase or derives from it, and whether it is OSIterator or derives from that. */
export interface Hierarchy {
  isObject(className: string): boolean;
  isIterator(className: string): boolean;
}

const ownership = [
  'gnu:os_returns_retained',
  'gnu:os_returns_not_retained',
  'gnu:os_returns_retained_on_zero',
  'gnu:os_returns_retained_on_non_zero',
  'gnu:os_consumed',
  'gnu:os_consumes_this',
];

function says({ attributes }: { readonly attributes: readonly Attribute[] }): boolean {
  return attributes.some(({ name }) => ownership.includes(name));
}

/** Whether a declaration, or one of its parameters, carries an attribute about references. */
export function saysOwnership(declaration: FunctionDeclaration): boolean {
  return says(declaration) || declaration.parameters.some(says);
}

/**
 * A declaration with the attributes of the one that it overrides, wherever it has none of its own: an override without
 * annotations promises what the base class does.
 */
export function withInherited(own: FunctionDeclaration, base: FunctionDeclaration): FunctionDeclaration {
  return {
    ...own,
    attributes: says(own) ? own.attributes : [...own.attributes, ...base.attributes],
    parameters: own.parameters.map((parameter, index) => {
      const above = base.parameters[index];
      return !above || says(parameter)
        ? parameter
        : { ...parameter, attributes: [...parameter.attributes, ...above.attributes] };
    }),
  };
}

const attribute = (name: string, ...args: string[]): Attribute => ({ name, args });

/**
 * The same declaration in MapLens attributes. Undefined where it promises nothing. `seen`: a body of it is in view, so
 * that the naming convention decides nothing.
 *
 * A method that returns an object has a reference for the caller, unless its name starts with "get" and it returns no
 * OSIterator (xnu libkern/libkern/c++/OSMetaClass.h, LIBKERN_RETURNS_RETAINED). Names in "Matching" depend on their
 * arguments (xnu iokit/Kernel/IOService.cpp, IOService::nameMatching), and so decide nothing either.
 */
export function promiseOf(
  declaration: FunctionDeclaration,
  hierarchy: Hierarchy,
  seen: boolean,
): FunctionDeclaration | undefined {
  if (seen && !saysOwnership(declaration)) return undefined;
  const returned = pointeeClass(declaration.result);
  const returnsObject = declaration.result.kind === 'pointer' && returned !== undefined && hierarchy.isObject(returned);
  const attributes: Attribute[] = [attribute('unseen')];
  if (returnsObject) {
    const retained = byAttribute(declaration) ?? (seen ? undefined : byName(declaration, returned, hierarchy));
    if (retained !== undefined) attributes.push(attribute('returns', retained ? 'retained' : 'borrowed'));
  }
  if (has(declaration, 'gnu:os_consumes_this')) attributes.push(attribute('consumes_this'));
  return {
    ...declaration,
    attributes,
    parameters: declaration.parameters.map((parameter) => ({
      ...parameter,
      attributes: parameterPromise(parameter, declaration.result, hierarchy),
    })),
  };
}

function byAttribute(declaration: FunctionDeclaration): boolean | undefined {
  if (has(declaration, 'gnu:os_returns_retained')) return true;
  return has(declaration, 'gnu:os_returns_not_retained') ? false : undefined;
}

function byName(
  { name, class: owner }: FunctionDeclaration,
  returned: string,
  hierarchy: Hierarchy,
): boolean | undefined {
  if (owner === undefined || !hierarchy.isObject(owner) || name.endsWith('Matching')) return undefined;
  return !/^[gG]et/.test(name) || hierarchy.isIterator(returned);
}

function parameterPromise(parameter: ParameterDeclaration, result: Type, hierarchy: Hierarchy): readonly Attribute[] {
  if (has(parameter, 'gnu:os_consumed')) return [attribute('consumes')];
  const { type } = parameter;
  const inner = type.kind === 'pointer' || type.kind === 'reference' ? type.to : undefined;
  const out = inner?.kind === 'pointer' ? pointeeClass(inner) : undefined;
  if (out !== undefined && hierarchy.isObject(out)) {
    if (has(parameter, 'gnu:os_returns_not_retained')) return [attribute('out', 'borrowed')];
    const success = successOf(parameter, result);
    return success === undefined ? [attribute('escapes')] : [attribute('out', 'retained', success)];
  }
  // Whoever is given an object and wants to keep it takes a reference of his own.
  const given = type.kind === 'pointer' ? pointeeClass(type) : undefined;
  return given !== undefined && hierarchy.isObject(given) ? [attribute('keeps')] : [attribute('escapes')];
}

const kernelResults = ['kern_return_t', 'IOReturn', 'OSReturn'];

/** When an out-parameter holds a reference: 'always', or for a result of zero or of anything else. */
function successOf(parameter: ParameterDeclaration, result: Type): 'always' | 'zero' | 'nonzero' | undefined {
  const onZero = has(parameter, 'gnu:os_returns_retained_on_zero');
  const onOther = has(parameter, 'gnu:os_returns_retained_on_non_zero');
  if (!onZero && !onOther && !has(parameter, 'gnu:os_returns_retained')) return undefined;
  switch (result.kind) {
    case 'void':
      return 'always';
    case 'int':
      return onZero || (!onOther && kernelResults.includes(result.name ?? '')) ? 'zero' : 'nonzero';
    case 'bool':
    case 'pointer':
      return onZero ? 'zero' : 'nonzero';
    default:
      return undefined;
  }
}
