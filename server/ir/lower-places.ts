import type { DeclarationNode, ExprNode, Node, ParameterNode, StatementNode, TypeNode } from '../syntax/tree';
import { FunctionBuilder } from './build';
import type { Names } from './names';
import { Traits } from './traits';
import { bitFieldType, charType, longType, pointeeType, pointerTo, typeOf, unknownType } from './type-of';
import type { Expr, Function, Local, LocalVariable, Place, Type } from './types';

/** Lowers places: where values are stored. */
export abstract class PlaceLowering extends FunctionBuilder {
  protected readonly names: Names;
  /** The class (or namespace) in which names are looked up first. */
  protected readonly scope: string;
  protected readonly className: string | undefined;
  protected readonly isStatic: boolean;
  /** The function around a closure, whose locals it captures. */
  protected readonly outer: PlaceLowering | undefined;
  protected readonly traits: Traits;
  readonly #effects = new WeakMap<ExprNode, boolean>();

  abstract lowerBlockValue(body: StatementNode): Expr;
  abstract lowerClosure(node: ExprNode & { k: 'lambda' }, params: readonly ParameterNode[]): Function;
  abstract lowerLocal(node: DeclarationNode & { k: 'variable' }): void;

  abstract value(node: ExprNode): Expr;
  protected abstract ownOperator(operator: string, operands: readonly Expr[], node: Node): Expr | undefined;
  protected abstract assignment(node: ExprNode & { k: 'assign' }): { place: Place | undefined };
  protected abstract stepAt(place: Place, operator: '++' | '--', node: Node, postfix: boolean): Expr;
  protected abstract conditional(node: ExprNode & { k: 'conditional' }): Expr;

  constructor(names: Names, scope: string, className: string | undefined, isStatic: boolean, outer?: PlaceLowering) {
    super();
    this.names = names;
    this.traits = outer?.traits ?? new Traits((name) => names.class(name));
    this.scope = scope;
    this.className = className;
    this.isStatic = isStatic;
    this.outer = outer;
  }

  protected type(node: TypeNode): Type {
    return node.k === 'typeof' ? this.typeOfExpression(node.of) : typeOf(node, this.names, this.scope);
  }

  /** The type of an expression, without its effects. */
  protected typeOfExpression(node: ExprNode): Type {
    return this.withoutEffects(() => this.value(node).type);
  }

  /** As `typeOfExpression`, for `sizeof`: an array is not its first element's address. */
  protected typeOfPlace(node: ExprNode): Type {
    return this.withoutEffects(() => this.place(node)?.type ?? this.value(node).type);
  }

  protected withoutEffects<T>(read: () => T): T {
    const block = this.current;
    const count = this.blocks.length;
    const length = this.blocks[block]!.instructions.length;
    const terminator = this.blocks[block]!.terminator;
    const gaps = this.gaps.length;
    const temps = this.temps.length;
    const closures = this.closures.length;
    const { result } = this.collect(read);
    this.temps.length = temps;
    this.closures.length = closures;
    this.blocks.length = count;
    this.blocks[block]!.instructions.length = length;
    this.blocks[block]!.terminator = terminator;
    this.gaps.length = gaps;
    this.enter(block);
    return result;
  }

  /** A value that later effects don't change, where what follows has effects. */
  protected early(node: ExprNode, later: readonly ExprNode[]): Expr {
    const value = this.value(node);
    return later.some((each) => this.hasEffects(each)) ? this.materialize(value, node) : value;
  }

  protected hasEffects(node: ExprNode): boolean {
    let known = this.#effects.get(node);
    if (known === undefined) this.#effects.set(node, (known = this.findEffects(node)));
    return known;
  }

  protected findEffects(node: ExprNode): boolean {
    switch (node.k) {
      case 'call':
      case 'assign':
      case 'postfix':
      case 'new':
      case 'delete':
      case 'statements':
      case 'throw':
      case 'construct':
        return true;
      case 'unary':
        return node.operator === '++' || node.operator === '--' || this.hasEffects(node.value);
      case 'binary':
        return this.hasEffects(node.left) || this.hasEffects(node.right);
      case 'conditional':
        return (
          this.hasEffects(node.condition) ||
          (node.then !== undefined && this.hasEffects(node.then)) ||
          this.hasEffects(node.else)
        );
      case 'member':
        return this.hasEffects(node.object);
      case 'index':
        return this.hasEffects(node.object) || this.hasEffects(node.index);
      case 'cast':
        return this.hasEffects(node.value);
      case 'list':
        return node.items.some((item) => this.hasEffects(item.value));
      default:
        return false;
    }
  }

  /** Reads a place; a reference is read through, an array is its first element's address. */
  load(place: Place): Expr {
    if (place.type.kind === 'array')
      return {
        op: 'address',
        place: { kind: 'index', base: place, index: zero(place), type: place.type.of, span: place.span },
        type: pointerTo(place.type.of),
        span: place.span,
      };
    const type = place.kind === 'field' && place.bits !== undefined ? bitFieldType(place.type, place.bits) : place.type;
    return { op: 'load', place, type, span: place.span };
  }

  protected self(node: Node): Expr {
    return {
      op: 'this',
      type: pointerTo(this.className ? { kind: 'class', name: this.className } : unknownType),
      span: node.span,
    };
  }

  protected qualifiedMember(name: string) {
    const cut = name.lastIndexOf('::');
    const type = this.names.type(name.slice(0, cut), this.scope);
    return this.names.member(type?.kind === 'class' ? type.name : name.slice(0, cut), name.slice(cut + 2));
  }

  /** A smart pointer as the pointer inside it; other values as they are. */
  protected rawPointer(value: Expr): Expr {
    const type = pointeeType(value.type);
    return type ? { op: 'pointee', value, type, span: value.span } : value;
  }

  /** Where an expression's value is stored; undefined for a mere value. */
  place(node: ExprNode): Place | undefined {
    switch (node.k) {
      case 'name': {
        const place = this.namedPlace(node);
        if (place) return place;
        if (this.names.constant(node.name, this.scope)) return undefined;
        const global = this.names.global(node.name, this.scope);
        if (
          !global &&
          (this.names.functions(node.name, this.scope) ??
            (this.className !== undefined && this.names.member(this.className, node.name)))
        )
          return undefined;
        return { kind: 'global', name: node.name, type: global ?? unknownType, span: node.span };
      }
      case 'member':
        return this.memberPlace(node);
      case 'index': {
        const array = this.arrayPlace(node.object);
        if (array) {
          const base = this.hasEffects(node.index) ? this.#settled(array, node.object) : array;
          const index = this.value(node.index);
          return {
            kind: 'index',
            base,
            index,
            type: base.type.kind === 'array' ? base.type.of : unknownType,
            span: node.span,
          };
        }
        const object = this.early(node.object, [node.index]);
        const element = object.type.kind === 'class' ? this.#subscript(node, object.type.name) : undefined;
        if (element) return element;
        const pointer = this.rawPointer(object);
        const index = this.value(node.index);
        const sum: Expr = {
          op: 'binary',
          operator: '+',
          left: pointer,
          right: index,
          type: pointer.type,
          span: node.span,
        };
        return { kind: 'deref', pointer: sum, type: targetOf(pointer.type), span: node.span };
      }
      case 'unary': {
        if (node.operator === '*') {
          const value = this.value(node.value);
          const own = value.type.kind === 'class' ? this.ownOperator('*', [value], node) : undefined;
          if (own) return this.objectOf(own, node);
          const pointer = this.rawPointer(value);
          return { kind: 'deref', pointer, type: targetOf(pointer.type), span: node.span };
        }
        if (node.operator === '++' || node.operator === '--') {
          const place = this.place(node.value);
          if (place) this.stepAt(place, node.operator, node, false);
          return place;
        }
        return undefined;
      }
      case 'cast': {
        // (T &)x, or a C cast used as an lvalue by old code.
        const type = this.type(node.type);
        const place = type.kind === 'reference' ? this.place(node.value) : undefined;
        return place && type.kind === 'reference' ? { ...place, type: type.to } : undefined;
      }
      case 'assign':
        return this.assignment(node).place;
      case 'binary':
        if (node.operator === '.*' || node.operator === '->*') return this.#memberPointedTo(node);
        if (node.operator !== ',') return undefined;
        this.discard(node.left);
        return this.place(node.right);
      case 'conditional': {
        if (!node.then) return undefined;
        const value = this.conditional({ ...node, then: addressNode(node.then), else: addressNode(node.else) });
        return { kind: 'deref', pointer: value, type: targetOf(value.type), span: node.span };
      }
      case 'call':
      case 'construct':
      case 'statements':
        return this.objectOf(this.value(node), node);
      default:
        return undefined;
    }
  }

  /** Where the object is that a value is; one that nothing holds becomes a temporary, if something happens at its end. */
  protected objectOf(value: Expr, at: Node): Place {
    if (value.op === 'load') return value.place;
    if (!this.traits.ends(value.type)) return { kind: 'value', value, type: value.type, span: at.span };
    const place = this.localPlace(this.newTemporary(value.type, at), at);
    this.emit({ op: 'store', place, value, initial: true }, at);
    return place;
  }

  /** Evaluates an expression whose value nothing takes. */
  protected discard(node: ExprNode): void {
    const value = this.value(node);
    if (value.op === 'temp' && this.traits.ends(value.type)) this.objectOf(value, node);
  }

  /** An object stays where it is; other values are kept as they are now. */
  override materialize(value: Expr, at: Node): Expr {
    if (value.op !== 'load' || !this.traits.any(value.type) || pointeeType(value.type))
      return super.materialize(value, at);
    return { ...value, place: this.#settled(value.place, at) };
  }

  /** A place that later effects don't move. */
  #settled(place: Place, at: Node): Place {
    const { type } = place;
    const address: Expr = { op: 'address', place, type: pointerTo(type), span: at.span };
    const pointer = super.materialize(address, at);
    return pointer === address ? place : { kind: 'deref', pointer, type, span: at.span };
  }

  /** object.*pointer, where the pointer is to a data member. */
  #memberPointedTo(node: ExprNode & { k: 'binary' }): Place | undefined {
    const { span } = node;
    const object = this.objectPlace(node.left, node.operator === '->*');
    const member = this.value(node.right);
    if (member.type.kind !== 'int' || !member.type.member) return undefined;
    const type = member.type.member;
    const bytes = pointerTo(charType);
    const start: Expr = {
      op: 'cast',
      value: { op: 'address', place: object, type: pointerTo(object.type), span },
      type: bytes,
      explicit: true,
      span,
    };
    const one: Expr = { op: 'int', value: 1n, type: longType, span };
    const offset: Expr = { op: 'binary', operator: '-', left: member, right: one, type: longType, span };
    const sum: Expr = { op: 'binary', operator: '+', left: start, right: offset, type: bytes, span };
    return {
      kind: 'deref',
      pointer: { op: 'cast', value: sum, type: pointerTo(type), explicit: true, span },
      type,
      span,
    };
  }

  /** object[index] by the class's own operator[]. */
  #subscript(node: ExprNode & { k: 'index' }, className: string): Place | undefined {
    const name = 'operator[]';
    if (this.names.member(className, name)?.kind !== 'method') return undefined;
    const { span, object, index } = node;
    const callee: ExprNode = { k: 'member', object, arrow: false, name, span };
    const value = this.value({ k: 'call', callee, args: [index], span });
    return value.op === 'load' ? value.place : { kind: 'value', value, type: value.type, span };
  }

  protected arrayPlace(node: ExprNode): Place | undefined {
    const pointed = node.k === 'binary' && (node.operator === '.*' || node.operator === '->*');
    if (node.k !== 'name' && node.k !== 'member' && node.k !== 'index' && !pointed) return undefined;
    const place = this.place(node);
    return place?.type.kind === 'array' ? place : undefined;
  }

  protected namedPlace(node: ExprNode & { k: 'name' }): Place | undefined {
    const { name, span } = node;
    if (!name.includes('::')) {
      const local = this.findLocal(name) ?? this.capture(name);
      if (local !== undefined) return this.throughReference(this.localPlace(local, node));
      if (this.className === undefined) return undefined;
    }
    if (this.className === undefined && !name.includes('::')) return undefined;
    const member = name.includes('::') ? this.qualifiedMember(name) : this.names.member(this.className!, name);
    if (member?.kind !== 'field') return undefined;
    if (member.field.static)
      return { kind: 'global', name: `${member.owner}::${member.field.name}`, type: member.field.type, span };
    if (this.isStatic) return undefined;
    const self = this.self(node);
    const base: Place = { kind: 'deref', pointer: self, type: targetOf(self.type), span };
    return this.throughReference({
      kind: 'field',
      base,
      name: member.field.name,
      owner: member.owner,
      ...(member.field.bits !== undefined && { bits: member.field.bits }),
      type: member.field.type,
      span,
    });
  }

  protected throughReference(place: Place): Place {
    if (place.type.kind !== 'reference') return place;
    return {
      kind: 'deref',
      pointer: { op: 'load', place, type: pointerTo(place.type.to), span: place.span },
      type: place.type.to,
      span: place.span,
    };
  }

  /** A local of the enclosing function as this closure's own. */
  protected capture(name: string): Local | undefined {
    const outer = this.outer;
    if (!outer) return undefined;
    const initial = this.initialCapture(name);
    const found = initial ?? outer.findLocal(name) ?? outer.capture(name);
    if (found === undefined) return undefined;
    const shares = (of: LocalVariable): boolean => of.shared === true || of.static || this.capturesByReference(name);
    const copy = initial !== undefined || shares(outer.locals[found]!) ? undefined : outer.copyForCapture(found);
    const local = copy ?? found;
    const variable = outer.locals[local]!;
    this.locals.push({
      name,
      type: variable.type,
      span: variable.span,
      parameter: false,
      static: false,
      ...(variable.shared && { shared: true }),
      captures: {
        local,
        byReference: shares(variable) || ((copy ?? initial) !== undefined && this.traits.copies(variable.type)),
      },
    });
    const own = this.locals.length - 1;
    this.scopes[0]?.names.set(name, own);
    return own;
  }

  /** The copy that a closure takes of a local, where more is to do than to copy its bytes. */
  protected copyForCapture(local: Local): Local | undefined {
    const place = this.throughReference(this.localPlace(local, { span: this.locals[local]!.span }));
    const { type } = place;
    const isObject = type.kind === 'class' && pointeeType(type) === undefined && this.traits.copies(type);
    if (!isObject && place.kind === 'local') return undefined;
    if (type.kind === 'array' || type.kind === 'unknown') return undefined;
    const copy = this.newTemporary(type, { span: place.span });
    const target = this.localPlace(copy, { span: place.span });
    this.emit({ op: 'store', place: target, value: this.copied(this.load(place), place), initial: true }, place);
    return copy;
  }

  protected abstract copied(value: Expr, node: Node): Expr;

  /** The local of the enclosing function that holds what a capture with an initialiser is. */
  protected abstract initialCapture(name: string): Local | undefined;

  protected capturesByReference(name: string): boolean {
    return name === '';
  }

  protected memberPlace(node: ExprNode & { k: 'member' }): Place | undefined {
    const base = this.objectPlace(node.object, node.arrow);
    const owner = classOf(base.type);
    const name = node.name.slice(node.name.lastIndexOf(':') + 1);
    const member = owner === undefined ? undefined : this.names.member(owner, name);
    if (member?.kind === 'method') return undefined;
    if (member)
      return this.throughReference({
        kind: 'field',
        base,
        name,
        owner: member.owner,
        ...(member.field.bits !== undefined && { bits: member.field.bits }),
        type: member.field.type,
        span: node.span,
      });
    return { kind: 'field', base, name, type: unknownType, span: node.span };
  }

  /** The object that `.` or `->` goes into. */
  protected objectPlace(object: ExprNode, arrow: boolean): Place {
    if (!arrow) {
      return this.place(object) ?? this.objectOf(this.value(object), object);
    }
    let value = this.value(object);
    // operator->() may give an object that has one too.
    for (let depth = 0; value.type.kind === 'class' && depth < 10; depth++) {
      const next = this.ownOperator('->', [value], object);
      if (!next) break;
      value = next;
    }
    const pointer = this.rawPointer(value);
    return { kind: 'deref', pointer, type: targetOf(pointer.type), span: object.span };
  }
}

function zero(at: { span: Expr['span'] }): Expr {
  return { op: 'int', value: 0n, type: longType, span: at.span };
}

function addressNode(value: ExprNode): ExprNode {
  return { k: 'unary', operator: '&', value, span: value.span };
}

export function targetOf(type: Type): Type {
  return type.kind === 'pointer' || type.kind === 'reference' ? type.to : type.kind === 'array' ? type.of : unknownType;
}

/** The class whose members an object of the type has. */
export function classOf(type: Type): string | undefined {
  if (type.kind === 'reference') return classOf(type.to);
  return type.kind === 'class' || type.kind === 'unknown' ? type.name : undefined;
}

/** The local that a place is a part of. */
export function rootLocal(place: Place): Local | undefined {
  switch (place.kind) {
    case 'local':
      return place.local;
    case 'field':
    case 'index':
      return rootLocal(place.base);
    case 'global':
    case 'deref':
    case 'value':
      return undefined;
  }
}
