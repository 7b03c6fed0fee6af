import type { AttributeNode, DeclarationNode, ParameterNode, TypeNode } from '../syntax/tree';
import type {
  ClassDeclaration,
  Declaration,
  FieldDeclaration,
  FunctionDeclaration,
  ParameterDeclaration,
} from './declarations';
import type { Names } from './names';
import { TemplateNames } from './templates';
import { constantOf, definedName, enumerators, enumType, lengthened, resultOf, typeOf } from './type-of';

/** Qualifies a name as declared in a scope: ("A", "f") is "A::f". */
export function qualify(scope: string, name: string): string {
  return scope === '' ? name : `${scope}::${name}`;
}

/**
 * The facts in a declaration's syntax tree, as seen from outside it. `scope` is what it stands in, `ownerClass` the class
 * of which it is a member, where it is one. Spans stay relative to the declaration's text.
 */
export function declare(
  node: DeclarationNode,
  names: Names,
  scope: string,
  ownerClass: string | undefined,
  doc = '',
): Declaration[] {
  switch (node.k) {
    case 'function':
      return [declareFunction(node, names, scope, ownerClass, doc)];
    case 'variable': {
      const declared = typeOf(node.type, names, scope);
      const initializer = node.init ?? node.arguments?.[0];
      const type = declared.kind === 'array' && initializer ? lengthened(declared, initializer) : declared;
      const value = node.constant && node.init ? constantOf(node.init, names, scope) : undefined;
      const name = qualify(scope, node.name);
      if (
        value !== undefined &&
        (type.kind === 'int' || type.kind === 'bool' || type.kind === 'enum' || type.kind === 'unknown')
      )
        return [{ kind: 'constant', name, value, doc, span: node.span }];
      return [{ kind: 'global', name, type, span: node.span }];
    }
    case 'typedef':
      return [
        { kind: 'typedef', name: qualify(scope, node.name), type: typeOf(node.type, names, scope), span: node.span },
        ...nestedType(node.type, names, scope),
      ];
    case 'enum': {
      const family = attributeArgument(node.attributes, 'family') ?? node.name;
      const found: Declaration[] = [];
      if (node.name)
        found.push({
          kind: 'typedef',
          name: qualify(scope, node.name),
          type: enumType(node, qualify(scope, node.name), names, scope),
          span: node.span,
        });
      const values = enumerators(node, names, scope);
      for (const constant of node.constants)
        found.push({
          kind: 'constant',
          name: qualify(scope, constant.name),
          value: values.get(constant.name),
          ...(family && { family }),
          ...(constant.attributes.length > 0 && { attributes: constant.attributes }),
          doc: '',
          span: constant.span,
        });
      return found;
    }
    case 'class': {
      if (!node.members) return [];
      const name = qualify(scope, node.name);
      const fields: FieldDeclaration[] = [];
      const methods: FunctionDeclaration[] = [];
      const nested: Declaration[] = [];
      for (const member of node.members)
        if (member.k === 'variable') fields.push(declareField(member, names, name));
        else if (member.k === 'function') methods.push(declareFunction(member, names, name, name, ''));
        else if (member.k === 'class' && member.name === '') {
          const [inner, ...rest] = declare({ ...member, name: definedName(member) }, names, name, name);
          nested.push(...rest);
          if (inner?.kind !== 'class') continue;
          if (isNamed(member, node.members)) nested.push(inner);
          else {
            const group = { id: fields.length, union: member.keyword === 'union' };
            fields.push(...inner.fields.map((each) => ({ ...each, within: [group, ...(each.within ?? [])] })));
          }
        } else nested.push(...declare(member, names, name, name));
      const declaration: ClassDeclaration = {
        kind: 'class',
        keyword: node.keyword,
        name,
        bases: node.bases,
        ...(node.templateParameters && { template: node.templateParameters }),
        fields,
        methods,
        attributes: node.attributes,
        doc,
        span: node.span,
      };
      return [declaration, ...nested];
    }
    case 'namespace':
    case 'other':
    case 'error':
      return [];
  }
}

/** Whether a member is of a type that is defined in its declaration. */
function isNamed(defined: DeclarationNode, members: readonly DeclarationNode[]): boolean {
  const of = (type: TypeNode): boolean =>
    type.k === 'defined'
      ? type.declaration === defined
      : (type.k === 'pointer' && of(type.to)) || (type.k === 'array' && of(type.of));
  return members.some((each) => each.k === 'variable' && of(each.type));
}

/** A class or enumeration defined inside a typedef, as in `typedef enum { … } name`. */
function nestedType(type: DeclarationTypeNode, names: Names, scope: string): Declaration[] {
  return type.k === 'defined' ? declare(type.declaration, names, scope, undefined) : [];
}
type DeclarationTypeNode = (DeclarationNode & { k: 'typedef' })['type'];

export function declareField(node: DeclarationNode & { k: 'variable' }, names: Names, owner: string): FieldDeclaration {
  const bits = node.width && constantOf(node.width, names, owner);
  return {
    name: node.name,
    type: typeOf(node.type, names, owner),
    static: node.static,
    attributes: node.attributes,
    ...(bits !== undefined && bits >= 0n && bits <= 128n && { bits: Number(bits) }),
    ...((node.init ?? node.arguments) && { initialised: true }),
    ...(node.within && { within: node.within }),
    span: node.span,
  };
}

export function declareFunction(
  node: DeclarationNode & { k: 'function' },
  outer: Names,
  scope: string,
  ownerClass: string | undefined,
  doc: string,
): FunctionDeclaration {
  const cut = node.name.lastIndexOf('::');
  // Defined outside its class: Class::method.
  const owner = ownerClass ?? (cut > 0 ? qualify(scope, node.name.slice(0, cut)) : undefined);
  const name = cut > 0 ? node.name.slice(cut + 2) : node.name;
  const inside = owner ?? scope;
  const own = node.templateParameters;
  const names = own ? new TemplateNames(outer, new Map(own.map((each) => [each.name, undefined]))) : outer;
  return {
    kind: 'function',
    name,
    qualifiedName: qualify(inside, name),
    ...(owner !== undefined && { class: owner }),
    result: resultOf(node, names, inside),
    parameters: node.params.map((param) => declareParameter(param, names, inside)),
    variadic: node.variadic,
    static: node.static,
    virtual: node.virtual,
    ...(node.defaulted && { defaulted: true }),
    ...(own && { template: own }),
    attributes: node.attributes,
    doc,
    hasBody: node.body !== undefined,
    span: node.span,
  };
}

function declareParameter(node: ParameterNode, names: Names, scope: string): ParameterDeclaration {
  return {
    name: node.name,
    type: typeOf(node.type, names, scope),
    ...(node.default !== undefined && { default: node.default }),
    attributes: node.attributes,
  };
}

function attributeArgument(attributes: readonly AttributeNode[], name: string): string | undefined {
  return attributes.find((attribute) => attribute.name === name)?.args[0];
}
