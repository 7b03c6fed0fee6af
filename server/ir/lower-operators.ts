import type { ExprNode, Node } from '../syntax/tree';
import type { FunctionDeclaration } from './declarations';
import { PlaceLowering } from './lower-places';
import { pointeeType, pointerTo } from './type-of';
import type { Callee, Expr, Type } from './types';

/** Lowers what a class says itself about its values: operators, conversions and copies. */
export abstract class OperatorLowering extends PlaceLowering {
  protected abstract emitCall(node: Node, callee: Callee, args: readonly Expr[], result: Type): Expr;

  /** An operator that a class or an enumeration declares; undefined where it declares none. */
  protected override ownOperator(operator: string, operands: readonly Expr[], node: Node): Expr | undefined {
    const [first, ...rest] = operands;
    if (!first || !operands.some(({ type }) => isClass(type) || type.kind === 'enum')) return undefined;
    const name = `operator${operator}`;
    const member = isClass(first.type) ? this.names.member(first.type.name, name) : undefined;
    if (isClass(first.type) && member?.kind === 'method') {
      const declaration = fitting(member.methods, rest);
      if (declaration)
        return this.emitCall(
          node,
          { kind: 'method', receiver: this.addressOf(first, node), class: first.type.name, name, direct: false },
          rest.map((value, index) => this.asArgument(value, declaration.parameters[index]?.type, node)),
          declaration.result,
        );
    }
    const declaration = fitting(this.names.functions(name, this.scope) ?? [], operands);
    const like = declaration?.parameters.some(({ type }, index) => sameName(type, operands[index]?.type));
    if (!declaration || !like) return undefined;
    return this.emitCall(
      node,
      { kind: 'function', name: declaration.qualifiedName },
      operands.map((value, index) => this.asArgument(value, declaration.parameters[index]?.type, node)),
      declaration.result,
    );
  }

  /** A class's value as one of another type, by the conversion that it declares. */
  protected converted(value: Expr, kinds: readonly Type['kind'][], node: Node): Expr | undefined {
    if (!isClass(value.type)) return undefined;
    const declared = this.names.class(value.type.name)?.methods.filter(({ name }) => name.startsWith('operator '));
    const method = kinds.flatMap((kind) => declared?.find(({ result }) => result.kind === kind) ?? [])[0];
    if (!method) return undefined;
    const receiver = this.addressOf(value, node);
    const callee: Callee = { kind: 'method', receiver, class: value.type.name, name: method.name, direct: false };
    return this.emitCall(node, callee, [], method.result);
  }

  /** A value as a parameter takes it: its address for a reference, a copy of an object. */
  protected asArgument(value: Expr, parameter: Type | undefined, node: Node): Expr {
    if (parameter?.kind === 'reference' && pointeeType(parameter.to) === undefined && value.type.kind !== 'unknown')
      return this.addressOf(value, node);
    return this.copied(value, node);
  }

  /** A copy of an object that stays, made by its class's copy constructor or by those of its parts. */
  protected override copied(value: Expr, node: Node): Expr {
    if (value.op !== 'load' || !isClass(value.type) || !this.traits.copies(value.type)) return value;
    return this.emitCall(node, { kind: 'constructor', class: value.type }, [copyArgument(value)], value.type);
  }

  /** The address of a value: of where it is stored, or of a temporary. */
  protected addressOf(value: Expr, node: Node): Expr {
    if (value.op === 'load' && value.moved) return copyArgument(value);
    const place = this.objectOf(value, node);
    const isTemporary = value.op !== 'load' && isClass(value.type);
    const type: Type = isTemporary ? { kind: 'reference', to: value.type, rvalue: true } : pointerTo(value.type);
    return { op: 'address', place, type, span: value.span };
  }

  protected operand(node: ExprNode): Expr {
    const place = this.place(node);
    return place ? this.load(place) : this.value(node);
  }
}

/** A class of its own kind: smart pointers are used as the pointers that they hold. */
export function isClass(type: Type): type is Type & { kind: 'class' } {
  return type.kind === 'class' && pointeeType(type) === undefined;
}

/** What a copy or move constructor is given. */
export function copyArgument(value: Expr & { op: 'load' }): Expr {
  const { place, type, span } = value;
  return {
    op: 'address',
    place,
    type: value.moved ? { kind: 'reference', to: type, rvalue: true } : pointerTo(type),
    span,
  };
}

function fitting(declarations: readonly FunctionDeclaration[], args: readonly Expr[]): FunctionDeclaration | undefined {
  const sized = declarations.filter(({ parameters }) => parameters.length === args.length);
  const alike = ({ parameters }: FunctionDeclaration): number =>
    parameters.filter(({ type }, index) => sameName(type, args[index]?.type)).length;
  return sized.toSorted((a, b) => alike(b) - alike(a))[0];
}

function sameName(parameter: Type, type: Type | undefined): boolean {
  if (parameter.kind === 'reference') return sameName(parameter.to, type);
  if ((parameter.kind === 'class' || parameter.kind === 'enum') && type?.kind === parameter.kind)
    return parameter.name === type.name;
  return parameter.kind === type?.kind && parameter.kind !== 'class' && parameter.kind !== 'enum';
}
