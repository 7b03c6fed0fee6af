import type { Type } from './types';

/** How well a value of a type goes with a parameter: 1 as it is, less where it is converted, `impossible` where it can't be. */
export const impossible = -20;

/** @param derives whether a class is another one or derives from it. */
export function suits(
  parameter: Type,
  given: Type,
  derives: (name: string, base: string) => boolean = (name, base) => name === base,
): number {
  if (parameter.kind === 'unknown' || given.kind === 'unknown') return 0.7;
  if (given.kind === 'reference') return suits(parameter, given.to, derives);
  switch (parameter.kind) {
    case 'reference':
      return suits(parameter.to, given, derives);
    case 'int':
      if (given.kind === 'int') {
        if (parameter.bits === given.bits && parameter.signed === given.signed)
          return (parameter.name === 'char') === (given.name === 'char') ? 1 : 0.95;
        return isInt(parameter) && given.bits < 32 ? 0.8 : 0.5;
      }
      if (given.kind === 'bool' || given.kind === 'enum') return isInt(parameter) ? 0.8 : 0.5;
      return given.kind === 'float' ? 0.5 : given.kind === 'class' ? 0.2 : impossible;
    case 'bool':
      if (given.kind === 'bool') return 1;
      return given.kind === 'class' ? 0.2 : given.kind === 'void' ? impossible : 0.4;
    case 'float':
      if (given.kind === 'float') return parameter.bits === given.bits ? 1 : 0.8;
      return given.kind === 'int' || given.kind === 'bool' || given.kind === 'enum'
        ? 0.5
        : given.kind === 'class'
          ? 0.2
          : impossible;
    case 'enum':
      // A constant of an enumeration is an integer here.
      return given.kind === 'enum'
        ? given.name === parameter.name
          ? 1
          : impossible
        : given.kind === 'int'
          ? 0.6
          : impossible;
    case 'pointer':
      if (given.kind === 'pointer' || given.kind === 'array' || given.kind === 'function')
        return pointerSuits(
          parameter.to,
          given.kind === 'pointer' ? given.to : given.kind === 'array' ? given.of : given,
          derives,
        );
      return given.kind === 'class' ? 0.2 : impossible;
    case 'class':
      if (given.kind !== 'class') return 0.1;
      return given.name === parameter.name ? 1 : derives(given.name, parameter.name) ? 0.6 : 0.1;
    case 'array':
      return given.kind === 'array' && given.length === parameter.length
        ? suits(parameter.of, given.of, derives)
        : impossible;
    case 'function':
      return given.kind === 'function' || given.kind === 'pointer' ? 0.9 : impossible;
    case 'void':
      return 0.1;
  }
}

function pointerSuits(to: Type, from: Type, derives: (name: string, base: string) => boolean): number {
  if (to.kind === 'void') return from.kind === 'void' ? 1 : 0.5;
  if (to.kind === 'unknown' || from.kind === 'unknown') return 0.75;
  if (from.kind === 'void') return 0.3;
  if (to.kind !== from.kind) return impossible;
  if (to.kind === 'int' && from.kind === 'int')
    return to.bits === from.bits ? (to.signed === from.signed ? 1 : 0.6) : impossible;
  if ((to.kind === 'class' || to.kind === 'enum') && from.kind === to.kind)
    return to.name === from.name ? 1 : derives(from.name, to.name) ? 0.6 : impossible;
  if (to.kind === 'pointer' && from.kind === 'pointer') return pointerSuits(to.to, from.to, derives);
  return 1;
}

function isInt(type: Type & { kind: 'int' }): boolean {
  return type.bits === 32 && type.signed;
}

/** Whether two parameters have the same type; one of a declaration may still be an array. */
export function sameParameter(a: Type, b: Type): boolean {
  const [left, right] = [decayed(a), decayed(b)];
  if (left.kind !== right.kind) return false;
  switch (left.kind) {
    case 'pointer':
      return right.kind === 'pointer' && sameParameter(left.to, right.to);
    case 'reference':
      return right.kind === 'reference' && left.rvalue === right.rvalue && sameParameter(left.to, right.to);
    case 'int':
      return right.kind === 'int' && left.bits === right.bits && left.signed === right.signed;
    case 'float':
      return right.kind === 'float' && left.bits === right.bits;
    case 'class':
    case 'enum':
      return (right.kind === 'class' || right.kind === 'enum') && left.name === right.name;
    case 'unknown':
      return right.kind === 'unknown' && left.name === right.name;
    case 'array':
    case 'function':
    case 'void':
    case 'bool':
      return true;
  }
}

function decayed(type: Type): Type {
  return type.kind === 'array' ? { kind: 'pointer', to: type.of } : type;
}
