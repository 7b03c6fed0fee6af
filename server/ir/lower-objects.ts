import type { ExprNode, Node } from '../syntax/tree';
import type { FieldDeclaration, FunctionDeclaration } from './declarations';
import { copyArgument, isClass, OperatorLowering } from './lower-operators';
import { classOf, rootLocal } from './lower-places';
import { impossible, sameParameter, suits } from './overloads';
import { longType, pointeeType, pointerTo, unknownType, voidType } from './type-of';
import type { Expr, Place, Type } from './types';

/** Lowers constructions, conversions and initialisers. */
export abstract class ObjectLowering extends OperatorLowering {
  protected abstract arguments(nodes: readonly ExprNode[], declaration: FunctionDeclaration | undefined): Expr[];

  /** A value as it is stored in something of the type. */
  protected convert(value: Expr, type: Type): Expr {
    if (isClass(value.type) && type.kind !== 'class' && type.kind !== 'unknown')
      return this.converted(value, [type.kind, 'int', 'bool'], value) ?? value;
    if (type.kind === 'pointer') {
      if (pointeeType(value.type)) return this.rawPointer(value);
      return nullWhere(value, type);
    }
    if (this.#constructsFrom(type, value.type)) return this.#constructed(type, [value], value);
    return value;
  }

  /** Whether a value of another type becomes an object by a constructor that takes it. */
  #constructsFrom(type: Type, from: Type): boolean {
    if (!isClass(type) || ['class', 'unknown', 'void'].includes(from.kind)) return false;
    return this.#constructors(type).some((each) => each.parameters.length > 0 && takes(each, 1));
  }

  #constructed(type: Type, args: readonly Expr[], node: Node): Expr {
    const temp = this.newTemp(type);
    this.emit({ op: 'call', temp, callee: { kind: 'constructor', class: type }, args, type }, node);
    return this.temp(temp, node);
  }

  protected cast(value: Expr, type: Type, node: Node): Expr {
    if (type.kind === 'void') {
      if (value.op === 'temp' && this.traits.ends(value.type)) this.objectOf(value, node);
      return { ...value, type };
    }
    const raw = type.kind === 'pointer' ? this.rawPointer(value) : value;
    if (type.kind === 'pointer' && raw.op === 'int' && raw.value === 0n) return { op: 'null', type, span: node.span };
    if (type.kind === 'reference')
      return raw.op === 'load' && type.rvalue ? { ...raw, type: type.to, moved: true } : { ...raw, type: type.to };
    if (isClass(type) && this.#constructsFrom(type, raw.type)) return this.#constructed(type, [raw], node);
    return { op: 'cast', value: raw, type, explicit: true, span: node.span };
  }

  /** Whether a class declares a constructor, so that a list in braces holds its arguments. */
  protected hasConstructor(type: Type): boolean {
    return this.#constructors(type).length > 0;
  }

  #constructors(type: Type): readonly FunctionDeclaration[] {
    if (type.kind !== 'class') return [];
    const short = type.name.slice(type.name.lastIndexOf(':') + 1);
    return this.names.class(type.name)?.methods.filter(({ name }) => name === short) ?? [];
  }

  /** A constructor's arguments, as the overload that they go with takes them. */
  protected constructorArguments(type: Type, nodes: readonly ExprNode[]): Expr[] {
    const declared = this.#constructors(type);
    const copied = nodes.length === 1 ? this.#implicitCopy(type, nodes[0]!, declared) : undefined;
    if (copied) return [copied];
    return this.arguments(nodes, declared.length > 0 ? this.overload(declared, nodes) : undefined);
  }

  /** What the copy constructor takes that a class has without declaring it. */
  #implicitCopy(type: Type, node: ExprNode, declared: readonly FunctionDeclaration[]): Expr | undefined {
    if (!isClass(type) || node.k === 'list') return undefined;
    const given = this.typeOfExpression(node);
    if (!isClass(given) || !this.names.derives(given.name, type.name)) return undefined;
    const takesObject = declared.some(({ parameters: [first] }) => {
      const to = first?.type.kind === 'reference' ? first.type.to : first?.type;
      return to?.kind === 'class' && this.names.derives(given.name, to.name);
    });
    const value = takesObject ? undefined : this.value(node);
    return value?.op === 'load' ? copyArgument(value) : value;
  }

  /** The declaration that arguments go with, by their number and then by their types. */
  protected overload(
    declarations: readonly FunctionDeclaration[],
    nodes: readonly ExprNode[],
  ): FunctionDeclaration | undefined {
    const fitting = declarations.filter((each) => takes(each, nodes.length));
    if (fitting.length < 2 || nodes.length === 0) return pickOverload(declarations, nodes.length);
    const types = nodes.map((node) => this.#argumentType(node));
    const tells = fitting.some(({ parameters }) => parameters.some(({ type }) => isRvalue(type)));
    const rvalues = tells ? nodes.map((node) => this.#isRvalue(node)) : [];
    let best: FunctionDeclaration | undefined;
    let most = -Infinity;
    for (const each of fitting) {
      const suitable = this.#suitability(each, nodes, types, rvalues);
      if (suitable > most) [best, most] = [each, suitable];
    }
    return best;
  }

  #suitability(
    declaration: FunctionDeclaration,
    nodes: readonly ExprNode[],
    types: readonly Type[],
    rvalues: readonly boolean[],
  ): number {
    const derives = (name: string, base: string): boolean => this.names.derives(name, base);
    let sum = declaration.template?.length ? -0.01 : 0;
    types.forEach((type, index) => {
      const parameter = declaration.parameters[index]?.type;
      if (!parameter) return;
      const node = nodes[index]!;
      const isNull = node.k === 'null' || (node.k === 'number' && /^0[uUlL]*$/.test(node.text));
      if (isNull && parameter.kind === 'pointer') sum += node.k === 'null' ? 1 : 0.5;
      else sum += suits(parameter, type, derives);
      const rvalue = rvalues[index];
      if (isRvalue(parameter)) sum += rvalue ? 0.3 : impossible;
      else if (rvalue && parameter.kind === 'reference') sum -= 0.1;
      // A more special template goes before a general one.
      if (declaration.template?.length && parameter.kind !== 'unknown') sum += 0.4;
    });
    return sum;
  }

  /** The type of an argument; an array stays one. */
  #argumentType(node: ExprNode): Type {
    if (node.k !== 'name' && node.k !== 'member') return this.typeOfExpression(node);
    const type = this.typeOfPlace(node);
    return type.kind === 'array' ? type : this.typeOfExpression(node);
  }

  /** The parameters of the overload that is called, where there is another one that takes as many arguments. */
  protected signature(
    chosen: FunctionDeclaration | undefined,
    among: readonly FunctionDeclaration[] | undefined,
    count: number,
  ): { readonly signature?: readonly Type[] } {
    const types = chosen?.parameters.map(({ type }) => type);
    const others = among?.some(
      (each) =>
        takes(each, count) &&
        each.name === chosen?.name &&
        !(
          each.parameters.length === types?.length &&
          each.parameters.every(({ type }, index) => sameParameter(type, types[index]!))
        ),
    );
    return types && others ? { signature: types } : {};
  }

  /** Whether an expression's value is one that nothing else needs. */
  #isRvalue(node: ExprNode): boolean {
    if (node.k === 'construct') return true;
    return this.withoutEffects(() => {
      const value = this.value(node);
      return value.op === 'load' ? value.moved === true : value.op !== 'address';
    });
  }

  protected construct(type: Type, args: readonly ExprNode[], node: Node): Expr {
    const only = args[0];
    if (type.kind !== 'class' && type.kind !== 'unknown') {
      if (!only || (only.k === 'list' && only.items.length === 0))
        return type.kind === 'pointer'
          ? { op: 'null', type, span: node.span }
          : { op: 'int', value: 0n, type, span: node.span };
      return this.cast(this.value(only), type, node);
    }
    if (args.length === 1 && only?.k === 'list' && only.items.length > 0 && this.hasConstructor(type))
      return this.construct(
        type,
        only.items.map(({ value }) => value),
        node,
      );
    if (args.length === 1 && only?.k === 'list') {
      // An object that is more than its bytes is handed over to whatever it initialises.
      const hands = this.traits.copies(type) || this.traits.ends(type);
      const local = this.newTemporary(type, node, !hands);
      const made = this.load(this.localPlace(local, node));
      this.initialize(this.localPlace(local, node), only, true);
      if (!hands) return made;
      const temp = this.newTemp(type);
      this.emit({ op: 'set', temp, value: made }, node);
      return this.temp(temp, node);
    }
    const values = this.constructorArguments(type, args);
    return this.#constructed(type, values, node);
  }

  protected newObject(node: ExprNode & { k: 'new' }): Expr {
    const of = this.type(node.type);
    const count = node.count && this.value(node.count);
    for (const each of node.placement) this.value(each);
    const list = node.args[0]?.k === 'list' && !this.hasConstructor(of) ? node.args[0] : undefined;
    const all: Type = count?.op === 'int' ? { kind: 'array', of, length: Number(count.value) } : of;
    const listed = list && (count ? all.kind === 'array' && !this.#isMade(of) : isClass(of));
    const values = listed
      ? []
      : this.constructorArguments(
          of,
          node.args[0]?.k === 'list' && !list ? node.args[0].items.map(({ value }) => value) : node.args,
        );
    const type = pointerTo(of);
    const temp = this.newTemp(type);
    this.emit({ op: 'new', temp, of, ...(count && { count }), type }, node);
    const pointer = this.temp(temp, node);
    if (listed) this.initialize({ kind: 'deref', pointer, type: all, span: node.span }, list, true);
    else if (!node.count && (of.kind === 'class' || of.kind === 'unknown'))
      this.emit(
        { op: 'call', callee: { kind: 'constructor', class: of, object: pointer }, args: values, type: voidType },
        node,
      );
    else if (values[0])
      this.emit(
        { op: 'store', place: { kind: 'deref', pointer, type: of, span: node.span }, value: values[0], initial: true },
        node,
      );
    return pointer;
  }

  /** Gives a new object its first value. */
  protected initializeObject(place: Place, args: readonly ExprNode[], at: Node, constructs = false): void {
    const { type } = place;
    const only = args.length === 1 ? args[0] : undefined;
    if (type.kind === 'reference') {
      const target = only && this.#bound(only, type.to);
      if (target) {
        const root = rootLocal(target);
        if (root !== undefined) this.extend(root);
      }
      const value: Expr = target
        ? { op: 'address', place: target, type: pointerTo(target.type), span: at.span }
        : only
          ? this.value(only)
          : { op: 'unknown', reason: 'reference', type, span: at.span };
      this.emit({ op: 'store', place, value, initial: true }, at);
      return;
    }
    const byConstructor = only?.k === 'list' && this.hasConstructor(type);
    if (only?.k === 'list' && !byConstructor && !(pointeeType(type) && only.items.length > 0)) {
      this.initialize(place, only, true);
      return;
    }
    if (only?.k === 'string' && type.kind === 'array') {
      this.emit({ op: 'store', place, value: this.value(only), initial: true }, at);
      return;
    }
    const isObject = type.kind === 'class' && (constructs || pointeeType(type) === undefined);
    if ((isObject || (type.kind === 'unknown' && constructs)) && (constructs || byConstructor || !only)) {
      const values = this.constructorArguments(type, only?.k === 'list' ? only.items.map(({ value }) => value) : args);
      // Empty braces make zeroes first, where the class leaves its constructor to the compiler.
      const isDefaulted = this.#constructors(type).some((each) => each.defaulted && each.parameters.length === 0);
      if (only?.k === 'list' && only.items.length === 0 && isDefaulted)
        this.emit({ op: 'store', place, value: { op: 'int', value: 0n, type, span: at.span }, initial: true }, at);
      const object: Expr = { op: 'address', place, type: pointerTo(type), span: at.span };
      this.emit({ op: 'call', callee: { kind: 'constructor', class: type, object }, args: values, type: voidType }, at);
      return;
    }
    if (only && isClass(type) && only.k !== 'list') {
      const value = this.value(only);
      const object: Expr = { op: 'address', place, type: pointerTo(type), span: at.span };
      const callee = { kind: 'constructor', class: type, object } as const;
      const same = isClass(value.type);
      const copied = same && value.op === 'load' && this.traits.copies(type) ? copyArgument(value) : undefined;
      if (copied ?? (!same && this.hasConstructor(type) && value.type.kind !== 'unknown'))
        this.emit({ op: 'call', callee, args: [copied ?? value], type: voidType }, at);
      else this.emit({ op: 'store', place, value, initial: true }, at);
      return;
    }
    const value: Expr = only
      ? this.value(only.k === 'list' && only.items[0] ? only.items[0].value : only)
      : type.kind === 'pointer'
        ? { op: 'null', type, span: at.span }
        : { op: 'int', value: 0n, type, span: at.span };
    this.emit({ op: 'store', place, value: this.convert(value, type), initial: true }, at);
  }

  /** What a reference is bound to: where the value's type is not a class, a value of its own that lives as long. */
  #bound(node: ExprNode, to: Type): Place | undefined {
    const place = this.place(node);
    if (place && !(place.kind === 'value' && !isClass(place.type))) return place;
    const value = place?.kind === 'value' ? place.value : this.value(node);
    if (value.type.kind === 'unknown' || value.type.kind === 'void') return place;
    const type = to.kind === 'unknown' ? value.type : to;
    if (pointeeType(type)) return place;
    const target = this.localPlace(this.newTemporary(type, node), node);
    this.emit({ op: 'store', place: target, value: this.convert(value, type), initial: true }, node);
    return target;
  }

  /** Stores an initialiser list, field by field; what it leaves out is zero. */
  initialize(place: Place, list: ExprNode & { k: 'list' }, initial: boolean): void {
    const { type } = place;
    if (type.kind !== 'class' && type.kind !== 'array' && type.kind !== 'unknown') {
      const only = list.items[0];
      const value: Expr = only
        ? this.value(only.value)
        : type.kind === 'pointer'
          ? { op: 'null', type, span: list.span }
          : { op: 'int', value: 0n, type, span: list.span };
      this.emit({ op: 'store', place, value: this.convert(value, type), initial }, list);
      return;
    }
    this.emit({ op: 'store', place, value: { op: 'int', value: 0n, type, span: list.span }, initial }, list);
    const declaration = type.kind === 'class' ? this.names.class(type.name) : undefined;
    const fields = declaration && inListOrder(declaration.fields);
    const covered = new Set<string>();
    if (fields?.some((field) => field.initialised)) this.#default(place, list);
    let position = 0n;
    for (const item of list.items) {
      const target = this.element(place, item, type, fields, position, list);
      if (item.index) {
        const index = this.value(item.index);
        if (index.op === 'int') position = index.value;
      } else if (item.field !== undefined && fields)
        position = BigInt(
          Math.max(
            0,
            fields.findIndex((field) => field.name === item.field),
          ),
        );
      position++;
      if (target?.kind === 'field') covered.add(target.name);
      if (!target) {
        this.value(item.value);
        continue;
      }
      if (isClass(target.type)) this.initializeObject(target, [item.value], item.value);
      else if (item.value.k === 'list') this.initialize(target, item.value, false);
      else
        this.emit(
          { op: 'store', place: target, value: this.convert(this.value(item.value), target.type), initial: true },
          item.value,
        );
    }
    this.#rest(place, list, position, fields?.filter(({ name }) => !covered.has(name)) ?? []);
  }

  /** Constructs what a list leaves out of an array, or of the fields of a class, where that is more than zeroes. */
  #rest(place: Place, list: ExprNode & { k: 'list' }, position: bigint, left: readonly FieldDeclaration[]): void {
    const { type } = place;
    const { span } = list;
    if (type.kind === 'array') {
      const length = (type.length ?? 0) - Number(position);
      if (length <= 0 || !this.#isMade(type.of) || list.items.some(({ index }) => index)) return;
      const index: Expr = { op: 'int', value: position, type: longType, span };
      this.#default({ kind: 'index', base: place, index, type: { ...type, length }, span }, list);
    } else if (type.kind === 'class' && this.names.class(type.name)?.keyword !== 'union')
      for (const { name, type: of } of left)
        if (this.#isMade(of))
          this.#default({ kind: 'field', base: place, name, owner: type.name, type: of, span }, list);
  }

  /** Constructs an object, or each of an array, without arguments. */
  #default(place: Place, at: Node): void {
    const { type, span } = place;
    const object: Expr = { op: 'address', place, type: pointerTo(type), span };
    this.emit({ op: 'call', callee: { kind: 'constructor', class: type, object }, args: [], type: voidType }, at);
  }

  /** Whether an object without an initialiser is more than zeroes: a constructor makes it, or first values of its fields. */
  #isMade(type: Type): boolean {
    if (type.kind === 'array') return this.#isMade(type.of);
    const declared = isClass(type) ? this.names.class(type.name) : undefined;
    if (!declared || declared.keyword === 'union') return false;
    return (
      this.hasConstructor(type) ||
      declared.fields.some((field) => !field.static && (field.initialised ?? this.#isMade(field.type))) ||
      declared.bases.some((name) => this.#isMade({ kind: 'class', name }))
    );
  }

  protected element(
    place: Place,
    item: { field?: string; index?: ExprNode },
    type: Type,
    fields: readonly { name: string; type: Type }[] | undefined,
    position: bigint,
    at: Node,
  ): Place | undefined {
    if (item.field !== undefined)
      return item.field.split('.').reduce<Place>((base, name) => {
        const owner = classOf(base.type);
        const member = owner === undefined ? undefined : this.names.member(owner, name);
        return {
          kind: 'field',
          base,
          name,
          ...(owner !== undefined && { owner }),
          type: member?.kind === 'field' ? member.field.type : unknownType,
          span: at.span,
        };
      }, place);
    if (type.kind === 'array' || item.index) {
      const index: Expr = item.index
        ? this.value(item.index)
        : { op: 'int', value: position, type: longType, span: at.span };
      return { kind: 'index', base: place, index, type: type.kind === 'array' ? type.of : unknownType, span: at.span };
    }
    const field = fields?.[Number(position)];
    return field && type.kind === 'class'
      ? { kind: 'field', base: place, name: field.name, owner: type.name, type: field.type, span: at.span }
      : undefined;
  }
}

/** The fields that a list in braces gives values: of an anonymous union only the first member; no gaps between bit fields. */
function inListOrder(fields: readonly FieldDeclaration[]): readonly FieldDeclaration[] {
  const first = new Map<number, number | string>();
  return fields.filter(({ name, within = [], static: isStatic }) => {
    if (name === '' || isStatic) return false;
    return within.every(({ id, union }, index) => {
      const branch = within[index + 1]?.id ?? name;
      if (union && !first.has(id)) first.set(id, branch);
      return !union || first.get(id) === branch;
    });
  });
}

/** 0 as NULL, where a pointer is wanted. */
export function nullWhere(value: Expr, type: Type): Expr {
  return type.kind === 'pointer' && value.op === 'int' && value.value === 0n
    ? { op: 'null', type, span: value.span }
    : value;
}

/** The declaration that takes that many arguments, defaults counted; else the first. */
export function pickOverload(
  declarations: readonly FunctionDeclaration[],
  count: number,
): FunctionDeclaration | undefined {
  return declarations.find((each) => takes(each, count)) ?? declarations[0];
}

function takes({ parameters, variadic }: FunctionDeclaration, count: number): boolean {
  return count <= parameters.length
    ? parameters.slice(count).every((parameter) => parameter.default !== undefined)
    : variadic;
}

function isRvalue(type: Type | undefined): boolean {
  return type?.kind === 'reference' && type.rvalue === true;
}
