import { foldIntegers, integerOf } from '../syntax/condition';
import type { DeclarationNode, ExprNode, TypeNode } from '../syntax/tree';
import type { Names } from './names';
import type { Type } from './types';

export const voidType: Type = { kind: 'void' };
export const boolType: Type = { kind: 'bool' };
export const intType: Type = { kind: 'int', bits: 32, signed: true };
export const longType: Type = { kind: 'int', bits: 64, signed: true };
export const sizeType: Type = { kind: 'int', bits: 64, signed: false, name: 'size_t' };
export const charType: Type = { kind: 'int', bits: 8, signed: true, name: 'char' };
export const unknownType: Type = { kind: 'unknown' };

export function pointerTo(to: Type): Type {
  return { kind: 'pointer', to };
}

export function memberPointerTo(member: Type): Type & { kind: 'int' } {
  return { kind: 'int', bits: 64, signed: true, member };
}

/** Names of classes that own a reference to what they point at, and are used like a pointer to their first argument. */
const smartPointers = new Set([
  'OSSharedPtr',
  'OSPtr',
  'OSTaggedSharedPtr',
  'OSTaggedPtr',
  'libkern::intrusive_shared_ptr',
]);

/** The pointer type inside a smart pointer's type; undefined for other types. */
export function pointeeType(type: Type): Type | undefined {
  const target = type.kind === 'reference' ? type.to : type;
  if (target.kind !== 'class' || !target.args?.[0] || !smartPointers.has(target.name)) return undefined;
  return pointerTo(target.args[0]);
}

const builtinTypes = new Map<string, Type>();

function builtin(name: string): Type | undefined {
  let type = builtinTypes.get(name);
  if (!type && (type = readBuiltin(name))) builtinTypes.set(name, type);
  return type;
}

function readBuiltin(name: string): Type | undefined {
  const words = name.split(' ');
  const known =
    /^(?:void|bool|_Bool|char|short|int|long|float|double|signed|unsigned|__signed|__signed__|__int128|__uint128_t|wchar_t|char8_t|char16_t|char32_t)$/;
  if (!words.every((word) => known.test(word))) return undefined;
  const has = (word: string): boolean => words.includes(word);
  if (has('void')) return voidType;
  if (has('bool') || has('_Bool')) return boolType;
  if (has('float')) return { kind: 'float', bits: 32 };
  if (has('double')) return { kind: 'float', bits: 64 };
  const signed = !has('unsigned') && !has('__uint128_t') && !has('char16_t') && !has('char32_t') && !has('char8_t');
  if (has('char') || has('char8_t')) return { kind: 'int', bits: 8, signed, name: 'char' };
  if (has('short') || has('char16_t')) return { kind: 'int', bits: 16, signed };
  if (has('__int128') || has('__uint128_t')) return { kind: 'int', bits: 128, signed };
  return { kind: 'int', bits: has('long') ? 64 : 32, signed };
}

/** The type that a type's syntax means. An unknown name stays itself, so that messages can tell it. */
export function typeOf(node: TypeNode, names: Names, scope: string): Type {
  switch (node.k) {
    case 'named': {
      const known = builtin(node.name);
      if (known) return known;
      const args = node.args?.map((arg) => typeOf(arg, names, scope));
      if (args) {
        const generic: Type = { kind: 'class', name: node.name, args };
        // OSPtr<T> is T* unless the workspace builds with shared pointers: that choice is typeOfPtr's caller's.
        return node.name === 'OSPtr' && args[0] ? pointerTo(args[0]) : generic;
      }
      const type = names.type(node.name, scope);
      if (type) return type;
      if (node.keyword === 'enum') return { kind: 'enum', name: node.name };
      return node.keyword ? { kind: 'class', name: node.name } : { kind: 'unknown', name: node.name };
    }
    case 'pointer': {
      const to = typeOf(node.to, names, scope);
      return node.toMember && to.kind !== 'function' ? memberPointerTo(to) : pointerTo(to);
    }
    case 'reference':
      return { kind: 'reference', to: typeOf(node.to, names, scope), ...(node.rvalue && { rvalue: true }) };
    case 'array': {
      const of = typeOf(node.of, names, scope);
      const length = node.size && constantOf(node.size, names, scope);
      return length !== undefined && length >= 0n && length < 1n << 31n
        ? { kind: 'array', of, length: Number(length) }
        : { kind: 'array', of, ...(node.size?.k === 'name' && { lengthName: node.size.name }) };
    }
    case 'function':
      return {
        kind: 'function',
        result: typeOf(node.result, names, scope),
        params: node.params.map((param) => typeOf(param.type, names, scope)),
      };
    case 'defined': {
      const { declaration } = node;
      if (declaration.k === 'enum') return enumType(declaration, declaration.name, names, scope);
      if (declaration.k !== 'class') return unknownType;
      return names.type(definedName(declaration), scope) ?? { kind: 'class', name: declaration.name };
    }
    case 'typeof':
    case 'value':
    case 'auto':
      return unknownType;
  }
}

/** An enumeration, with the integer type that it is declared with, or that its constants need beyond an unsigned int. */
export function enumType(node: DeclarationNode & { k: 'enum' }, name: string, names: Names, scope: string): Type {
  const of = node.underlying ? typeOf(node.underlying, names, scope) : holding(node, names, scope);
  return of?.kind === 'int' ? { kind: 'enum', name, of } : { kind: 'enum', name };
}

/** What holds all constants, where an int alone doesn't, or where some are negative. */
function holding(node: DeclarationNode & { k: 'enum' }, names: Names, scope: string): Type | undefined {
  let [least, most] = [0n, 0n];
  for (const value of enumerators(node, names, scope).values()) {
    if (value === undefined) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least < 0n) return least < -0x8000_0000n || most > 0x7fff_ffffn ? longType : intType;
  if (most <= 0x7fff_ffffn) return undefined;
  return { kind: 'int', bits: most > 0xffff_ffffn ? 64 : 32, signed: false };
}

/** An enumeration's constants; one whose value hangs on something not known has none. */
export function enumerators(
  node: DeclarationNode & { k: 'enum' },
  names: Names,
  scope: string,
): ReadonlyMap<string, bigint | undefined> {
  const found = new Map<string, bigint | undefined>();
  const withOwn: Names = {
    type: (name, at) => names.type(name, at),
    class: (name) => names.class(name),
    member: (owner, name) => names.member(owner, name),
    derives: (name, base) => names.derives(name, base),
    functions: (name, at) => names.functions(name, at),
    global: (name, at) => names.global(name, at),
    constant: (name, at) => {
      const value = found.get(name);
      return value === undefined
        ? names.constant(name, at)
        : { kind: 'constant', name, value, doc: '', span: node.span };
    },
  };
  let next: bigint | undefined = 0n;
  for (const constant of node.constants) {
    const value: bigint | undefined = constant.value ? constantOf(constant.value, withOwn, scope) : next;
    found.set(constant.name, value);
    next = value === undefined ? undefined : value + 1n;
  }
  return found;
}

/** What a function returns; a conversion, "operator bool", what it converts to. */
export function resultOf(node: DeclarationNode & { k: 'function' }, names: Names, scope: string): Type {
  const written = /(?:^|::)operator ([\w :]+?)((?: \*)*)(?: &)?$/.exec(node.name);
  if (!written || /^(?:new|delete)\b/.test(written[1]!)) return typeOf(node.result, names, scope);
  let type = typeOf({ k: 'named', name: written[1]!.replace(/^const /, '') }, names, scope);
  for (let stars = written[2]!.length / 2; stars > 0; stars--) type = pointerTo(type);
  return type;
}

/** An array without a length takes that of its initialiser. */
export function lengthened(type: Type & { kind: 'array' }, init: ExprNode): Type {
  if (type.length !== undefined) return type;
  if (init.k === 'string') return { ...type, length: stringOf(init.text).length + 1 };
  if (init.k !== 'list') return type;
  const only = init.items[0]?.value;
  if (init.items.length === 1 && only?.k === 'string' && type.of.kind === 'int')
    return { ...type, length: stringOf(only.text).length + 1 };
  if (init.items.some(({ index }) => index && index.k !== 'number')) return { ...type };
  let next = 0;
  let length = 0;
  for (const { index } of init.items) {
    if (index?.k === 'number') next = Number(integerOf(index.text) ?? 0n);
    length = Math.max(length, ++next);
  }
  return { ...type, length };
}

/** The name of a class that is defined where it is used; one without a name is called by its place. */
export function definedName(node: DeclarationNode & { k: 'class' }): string {
  return node.name === '' ? `(${String(node.span.start)})` : node.name;
}

/** Size in bytes where the type alone decides it. */
export function sizeOf(type: Type): bigint | undefined {
  switch (type.kind) {
    case 'bool':
      return 1n;
    case 'int':
    case 'float':
      return BigInt(type.bits / 8);
    case 'pointer':
    case 'reference':
      return 8n;
    case 'enum':
      return BigInt((type.of?.bits ?? 32) / 8);
    case 'array': {
      const each = sizeOf(type.of);
      return each !== undefined && type.length !== undefined ? each * BigInt(type.length) : undefined;
    }
    default:
      return undefined;
  }
}

/** The value of a constant expression; undefined where it is not one, or hangs on something not known. */
export function constantOf(node: ExprNode, names: Names, scope: string): bigint | undefined {
  switch (node.k) {
    case 'number':
      return integerOf(node.text);
    case 'character':
      return characterOf(node.text);
    case 'bool':
      return node.value ? 1n : 0n;
    case 'null':
      return 0n;
    case 'name':
      return names.constant(node.name, scope)?.value;
    case 'unary': {
      const value = constantOf(node.value, names, scope);
      if (value === undefined) return undefined;
      return node.operator === '-'
        ? -value
        : node.operator === '~'
          ? ~value
          : node.operator === '!'
            ? value === 0n
              ? 1n
              : 0n
            : node.operator === '+'
              ? value
              : undefined;
    }
    case 'binary': {
      const left = constantOf(node.left, names, scope);
      if (left === undefined) return undefined;
      const right = constantOf(node.right, names, scope);
      if (right === undefined) return undefined;
      if (node.operator === '&&') return left !== 0n && right !== 0n ? 1n : 0n;
      if (node.operator === '||') return left !== 0n || right !== 0n ? 1n : 0n;
      return foldIntegers(node.operator, left, right);
    }
    case 'conditional': {
      const condition = constantOf(node.condition, names, scope);
      if (condition === undefined) return undefined;
      return condition !== 0n
        ? node.then
          ? constantOf(node.then, names, scope)
          : condition
        : constantOf(node.else, names, scope);
    }
    case 'cast': {
      const value = constantOf(node.value, names, scope);
      const type = typeOf(node.type, names, scope);
      return value === undefined ? undefined : wrap(value, type);
    }
    case 'construct':
      return node.args.length === 1 ? constantOf(node.args[0]!, names, scope) : undefined;
    case 'sizeof':
      return node.type && node.operator === 'sizeof' ? sizeOf(typeOf(node.type, names, scope)) : undefined;
    default:
      return undefined;
  }
}

/** A value as the integer type holds it. */
export function wrap(value: bigint, type: Type): bigint {
  if (type.kind !== 'int') return value;
  return type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
}

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, 0: 0, a: 7, b: 8, f: 12, v: 11, e: 27 };

/** The value of a character literal, four-character codes ('APPL') included. */
export function characterOf(text: string): bigint {
  let value = 0n;
  for (const code of charactersOf(text.replace(/^(?:u8|[uUL])?'|'$/g, ''))) value = (value << 8n) | BigInt(code & 0xff);
  return value;
}

/** The bytes that a string literal's text between its quotes stands for, one character each. */
export function stringOf(text: string): string {
  return /^[\x20-\x5b\x5d-\x7e]*$/.test(text)
    ? text
    : charactersOf(text)
        .map((code) => String.fromCharCode(code & 0xff))
        .join('');
}

function charactersOf(text: string): number[] {
  const found: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    if (code !== 92) {
      if (code < 128) found.push(code);
      else found.push(...new TextEncoder().encode(String.fromCodePoint(code)));
      if (code > 0xffff) at++;
      continue;
    }
    const next = text[++at] ?? '';
    const number = next === 'x' ? /^[0-9a-fA-F]+/.exec(text.slice(at + 1)) : /^[0-7]{1,3}/.exec(text.slice(at));
    if (number) {
      found.push(parseInt(number[0], next === 'x' ? 16 : 8));
      at += number[0].length - (next === 'x' ? 0 : 1);
    } else found.push(escapes[next] ?? next.charCodeAt(0));
  }
  return found;
}

/** A bit field as arithmetic takes it: an int, where that holds all of its values ([conv.prom]). */
export function bitFieldType(type: Type, bits: number): Type {
  if (type.kind !== 'int' || type.signed) return type;
  if (bits < 32) return intType;
  return bits === 32 && type.bits > 32 ? { kind: 'int', bits: 32, signed: false } : type;
}

/** An integer as arithmetic takes it. */
export function promote(type: Type): Type {
  if (type.kind === 'enum') return type.of ? promote(type.of) : intType;
  if (type.kind === 'bool') return intType;
  return type.kind === 'int' && type.bits < 32 ? intType : type;
}

/** The type of an operator's result, after C's usual conversions. */
export function arithmeticType(operator: string, left: Type, right: Type): Type {
  if (left.kind === 'pointer') return operator === '-' && right.kind === 'pointer' ? longType : left;
  if (right.kind === 'pointer') return right;
  const a = promote(left);
  if (operator === '<<' || operator === '>>') return a;
  const b = promote(right);
  if (a.kind === 'float' || b.kind === 'float')
    return a.kind === 'float' && (b.kind !== 'float' || a.bits >= b.bits) ? a : b;
  if (a.kind !== 'int' || b.kind !== 'int') return a.kind === 'unknown' ? (b.kind === 'int' ? b : a) : a;
  if (a.bits !== b.bits) return a.bits > b.bits ? a : b;
  return a.signed ? b : a;
}
