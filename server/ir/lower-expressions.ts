import { integerOf } from '../syntax/condition';
import type { DeclarationNode, ExprNode, Node, ParameterNode, StatementNode, TypeNode } from '../syntax/tree';
import type { FunctionDeclaration } from './declarations';
import { FunctionBuilder } from './build';
import type { Names } from './names';
import {
  boolType,
  characterOf,
  charType,
  intType,
  longType,
  pointeeType,
  pointerTo,
  sizeOf,
  sizeType,
  stringOf,
  typeOf,
  unknownType,
  voidType,
} from './type-of';
import type { BinaryOperator, BlockId, Callee, Expr, Function, Local, Place, Type } from './types';

const comparisons = new Set(['==', '!=', '<', '>', '<=', '>=']);

/** Lowers expressions: values, places, conditions and calls. */
export abstract class ExpressionLowering extends FunctionBuilder {
  protected readonly names: Names;
  /** The class (or namespace) in which names are looked up first. */
  protected readonly scope: string;
  protected readonly className: string | undefined;
  protected readonly isStatic: boolean;
  /** The function around a closure, whose locals it captures. */
  protected readonly outer: ExpressionLowering | undefined;
  readonly #effects = new WeakMap<ExprNode, boolean>();

  constructor(
    names: Names,
    scope: string,
    className: string | undefined,
    isStatic: boolean,
    outer?: ExpressionLowering,
  ) {
    super();
    this.names = names;
    this.scope = scope;
    this.className = className;
    this.isStatic = isStatic;
    this.outer = outer;
  }

  abstract lowerBlockValue(body: StatementNode): Expr;
  abstract lowerClosure(node: ExprNode & { k: 'lambda' }, params: readonly ParameterNode[]): Function;
  abstract lowerLocal(node: DeclarationNode & { k: 'variable' }): void;

  protected type(node: TypeNode): Type {
    return node.k === 'typeof' ? this.typeOfExpression(node.of) : typeOf(node, this.names, this.scope);
  }

  /** The type of an expression, without its effects. */
  protected typeOfExpression(node: ExprNode): Type {
    const block = this.current;
    const count = this.blocks.length;
    const length = this.blocks[block]!.instructions.length;
    const terminator = this.blocks[block]!.terminator;
    const gaps = this.gaps.length;
    const { type } = this.value(node);
    this.blocks.length = count;
    this.blocks[block]!.instructions.length = length;
    this.blocks[block]!.terminator = terminator;
    this.gaps.length = gaps;
    this.enter(block);
    return type;
  }

  // ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The value of an expression; its effects are emitted. */
  value(node: ExprNode): Expr {
    const { span } = node;
    switch (node.k) {
      case 'number': {
        const value = integerOf(node.text);
        if (value !== undefined) return { op: 'int', value, type: literalType(node.text, value), span };
        return {
          op: 'float',
          value: Number.parseFloat(node.text.replaceAll("'", '')),
          type: { kind: 'float', bits: /f$/i.test(node.text) ? 32 : 64 },
          span,
        };
      }
      case 'character': {
        const value = characterOf(node.text);
        return { op: 'int', value, type: value < 256n ? charType : intType, span };
      }
      case 'bool':
        return { op: 'int', value: node.value ? 1n : 0n, type: boolType, span };
      case 'string':
        return { op: 'string', value: stringOf(node.text), type: pointerTo(charType), span };
      case 'null':
        return { op: 'null', type: pointerTo(voidType), span };
      case 'this':
        return this.#this(node);
      case 'name':
        return this.#name(node);
      case 'member':
      case 'index': {
        const place = this.place(node);
        return place ? this.load(place) : { op: 'unknown', reason: 'member', type: unknownType, span };
      }
      case 'unary':
        return this.#unary(node);
      case 'postfix':
        return this.#step(node.value, node.operator, node, true);
      case 'binary':
        return this.#binary(node);
      case 'assign':
        return this.#assign(node);
      case 'conditional':
        return this.#conditional(node);
      case 'call':
        return this.#call(node);
      case 'cast':
        return this.#cast(this.value(node.value), this.type(node.type), node);
      case 'construct':
        return this.#construct(this.type(node.type), node.args, node);
      case 'sizeof':
        return this.#sizeof(node);
      case 'offsetof':
        return {
          op: 'name',
          name: `offsetof(${node.type.k === 'named' ? node.type.name : '?'}, ${node.member})`,
          type: sizeType,
          span,
        };
      case 'new':
        return this.#new(node);
      case 'delete': {
        const pointer = this.value(node.value);
        this.emit({ op: 'delete', pointer, array: node.array }, node);
        return { op: 'unknown', reason: 'delete', type: voidType, span };
      }
      case 'lambda': {
        const closure = this.lowerClosure(node, node.params);
        this.closures.push(closure);
        const type: Type = {
          kind: 'function',
          result: closure.result,
          params: closure.locals.slice(0, closure.parameters).map((local) => local.type),
        };
        return { op: 'closure', index: this.closures.length - 1, type: pointerTo(type), span };
      }
      case 'list':
        return node.items.length === 1 && node.items[0]!.field === undefined
          ? this.value(node.items[0]!.value)
          : { op: 'unknown', reason: 'initialiser list', type: unknownType, span };
      case 'statements':
        return this.lowerBlockValue(node.body);
      case 'throw':
        if (node.value) this.value(node.value);
        this.gap('throw', node);
        this.terminate({ op: 'unreachable' }, node);
        this.enter(this.newBlock());
        return { op: 'unknown', reason: 'throw', type: voidType, span };
    }
  }

  /** A value that later effects don't change, where what follows has effects. */
  #early(node: ExprNode, later: readonly ExprNode[]): Expr {
    const value = this.value(node);
    return later.some((each) => this.#hasEffects(each)) ? this.materialize(value, node) : value;
  }

  #hasEffects(node: ExprNode): boolean {
    let known = this.#effects.get(node);
    if (known === undefined) this.#effects.set(node, (known = this.#findEffects(node)));
    return known;
  }

  #findEffects(node: ExprNode): boolean {
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
        return node.operator === '++' || node.operator === '--' || this.#hasEffects(node.value);
      case 'binary':
        return this.#hasEffects(node.left) || this.#hasEffects(node.right);
      case 'conditional':
        return (
          this.#hasEffects(node.condition) ||
          (node.then !== undefined && this.#hasEffects(node.then)) ||
          this.#hasEffects(node.else)
        );
      case 'member':
        return this.#hasEffects(node.object);
      case 'index':
        return this.#hasEffects(node.object) || this.#hasEffects(node.index);
      case 'cast':
        return this.#hasEffects(node.value);
      case 'list':
        return node.items.some((item) => this.#hasEffects(item.value));
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
    return { op: 'load', place, type: place.type, span: place.span };
  }

  #this(node: Node): Expr {
    return {
      op: 'this',
      type: pointerTo(this.className ? { kind: 'class', name: this.className } : unknownType),
      span: node.span,
    };
  }

  #name(node: ExprNode & { k: 'name' }): Expr {
    const { span } = node;
    const place = this.#namedPlace(node);
    if (place) return this.load(place);
    const constant = this.names.constant(node.name, this.scope);
    if (constant) {
      const name = node.name.slice(node.name.lastIndexOf(':') + 1);
      return constant.value === undefined
        ? { op: 'name', name, type: intType, span }
        : { op: 'int', value: constant.value, type: literalType('', constant.value), name, span };
    }
    const global = this.names.global(node.name, this.scope);
    if (global) return this.load({ kind: 'global', name: node.name, type: global, span });
    const method = node.name.includes('::')
      ? this.#qualifiedMember(node.name)
      : this.className !== undefined
        ? this.names.member(this.className, node.name)
        : undefined;
    if (method?.kind === 'method')
      return {
        op: 'function',
        name: `${method.owner}::${method.methods[0]!.name}`,
        type: pointerTo(functionType(method.methods[0]!)),
        span,
      };
    const functions = this.names.functions(node.name, this.scope);
    if (functions?.[0])
      return { op: 'function', name: functions[0].qualifiedName, type: pointerTo(functionType(functions[0])), span };
    return { op: 'name', name: node.name, type: unknownType, span };
  }

  #qualifiedMember(name: string) {
    const cut = name.lastIndexOf('::');
    const type = this.names.type(name.slice(0, cut), this.scope);
    return this.names.member(type?.kind === 'class' ? type.name : name.slice(0, cut), name.slice(cut + 2));
  }

  #unary(node: ExprNode & { k: 'unary' }): Expr {
    const { span } = node;
    switch (node.operator) {
      case '+':
        return this.value(node.value);
      case '-':
      case '~': {
        const value = this.value(node.value);
        if (value.op === 'int' && value.name === undefined)
          return {
            op: 'int',
            value: node.operator === '-' ? -value.value : ~value.value,
            type: promote(value.type),
            span,
          };
        return { op: 'unary', operator: node.operator, value, type: promote(value.type), span };
      }
      case '!':
        return { op: 'unary', operator: '!', value: this.#truth(this.value(node.value)), type: boolType, span };
      case '*': {
        const place = this.place(node);
        return place ? this.load(place) : { op: 'unknown', reason: 'dereference', type: unknownType, span };
      }
      case '&': {
        const inner = this.#addressOfFunction(node.value);
        if (inner) return inner;
        const place = this.place(node.value);
        if (place) return { op: 'address', place, type: pointerTo(place.type), span };
        return { op: 'unknown', reason: 'address', type: unknownType, span };
      }
      case '++':
      case '--':
        return this.#step(node.value, node.operator, node, false);
    }
  }

  #addressOfFunction(node: ExprNode): Expr | undefined {
    if (node.k !== 'name') return undefined;
    const value = this.#name(node);
    return value.op === 'function' ? value : undefined;
  }

  #step(target: ExprNode, operator: '++' | '--', node: Node, postfix: boolean): Expr {
    const place = this.place(target);
    if (!place) {
      const value = this.value(target);
      return { op: 'unknown', reason: operator, type: value.type, span: node.span };
    }
    const before = this.materialize(this.load(place), node);
    const one: Expr = { op: 'int', value: 1n, type: intType, span: node.span };
    const after: Expr = {
      op: 'binary',
      operator: operator === '++' ? '+' : '-',
      left: before,
      right: one,
      type: before.type,
      span: node.span,
    };
    this.emit({ op: 'store', place, value: after, initial: false }, node);
    return postfix ? before : after;
  }

  #binary(node: ExprNode & { k: 'binary' }): Expr {
    const { operator, span } = node;
    if (operator === ',') {
      this.value(node.left);
      return this.value(node.right);
    }
    if (operator === '&&' || operator === '||') return this.#branchValue(node);
    const left = this.#early(node.left, [node.right]);
    const right = this.value(node.right);
    // A pointer to a member: which one is not followed.
    if (operator === '<=>' || operator === '.*' || operator === '->*')
      return { op: 'unknown', reason: `operator ${operator}`, type: unknownType, span };
    if (comparisons.has(operator)) return this.#comparison(operator as BinaryOperator, left, right, node);
    return {
      op: 'binary',
      operator: operator as BinaryOperator,
      left,
      right,
      type: arithmeticType(operator, left.type, right.type),
      span,
    };
  }

  #comparison(operator: BinaryOperator, a: Expr, b: Expr, node: Node): Expr {
    const left = this.#rawPointer(a);
    const right = this.#rawPointer(b);
    return {
      op: 'binary',
      operator,
      left: nullWhere(left, right.type),
      right: nullWhere(right, left.type),
      type: boolType,
      span: node.span,
    };
  }

  /** && and || as a value. */
  #branchValue(node: ExprNode): Expr {
    const temp = this.newTemp(boolType);
    const yes = this.newBlock();
    const no = this.newBlock();
    const after = this.newBlock();
    this.condition(node, yes, no);
    for (const [block, value] of [
      [yes, 1n],
      [no, 0n],
    ] as const) {
      this.enter(block);
      this.emit({ op: 'set', temp, value: { op: 'int', value, type: boolType, span: node.span } }, node);
      this.jump(after, node);
    }
    this.enter(after);
    return this.temp(temp, node);
  }

  #conditional(node: ExprNode & { k: 'conditional' }): Expr {
    const yes = this.newBlock();
    const no = this.newBlock();
    const after = this.newBlock();
    let same: Expr | undefined;
    if (node.then) this.condition(node.condition, yes, no);
    else {
      same = this.materialize(this.value(node.condition), node);
      this.terminate({ op: 'branch', condition: this.#truth(same), then: yes, else: no }, node);
    }
    this.enter(yes);
    const first = same ?? this.value(node.then!);
    const firstEnd = this.current;
    this.enter(no);
    const second = this.value(node.else);
    const type =
      first.op === 'null' || (first.op === 'int' && second.type.kind === 'pointer') || first.type.kind === 'unknown'
        ? second.type
        : first.type;
    const temp = this.newTemp(type);
    if (type.kind !== 'void') this.emit({ op: 'set', temp, value: nullWhere(second, type) }, node.else);
    this.jump(after, node);
    this.enter(firstEnd);
    if (type.kind !== 'void') this.emit({ op: 'set', temp, value: nullWhere(first, type) }, node.then ?? node);
    this.jump(after, node);
    this.enter(after);
    return type.kind === 'void' ? { op: 'unknown', reason: 'void', type, span: node.span } : this.temp(temp, node);
  }

  #assign(node: ExprNode & { k: 'assign' }): Expr {
    const valueNode = node.right;
    if (node.operator === '=' && this.#isEffectFree(node.left)) {
      const place = this.place(node.left);
      if (place?.type.kind === 'class' && valueNode.k === 'list') {
        this.initialize(place, valueNode, false);
        return this.load(place);
      }
      const value = this.#kept(this.value(valueNode), valueNode);
      return this.#store(this.place(node.left), value, node);
    }
    const place = this.place(node.left);
    if (node.operator === '=') return this.#store(place, this.#kept(this.value(valueNode), valueNode), node);
    const operator = node.operator.slice(0, -1) as BinaryOperator;
    const before = place ? this.load(place) : this.value(node.left);
    const left = this.#hasEffects(valueNode) ? this.materialize(before, node) : before;
    const right = this.value(valueNode);
    const value: Expr = { op: 'binary', operator, left, right, type: before.type, span: node.span };
    return this.#store(place, this.#kept(value, node), node);
  }

  #isEffectFree(node: ExprNode): boolean {
    return !this.#hasEffects(node);
  }

  /** An assignment's value is used again after the store, so it must not read what that overwrites. */
  #kept(value: Expr, node: Node): Expr {
    return this.materialize(value, node);
  }

  #store(place: Place | undefined, value: Expr, node: Node): Expr {
    if (!place) {
      this.gap('assignment to something that is no place', node, [value]);
      return value;
    }
    this.emit({ op: 'store', place, value: this.convert(value, place.type), initial: false }, node);
    return value.type.kind === 'class' ? this.load(place) : this.convert(value, place.type);
  }

  /** A value as it is stored in something of the type. */
  protected convert(value: Expr, type: Type): Expr {
    if (type.kind === 'pointer') {
      if (pointeeType(value.type)) return this.#rawPointer(value);
      return nullWhere(value, type);
    }
    return value;
  }

  #cast(value: Expr, type: Type, node: Node): Expr {
    if (type.kind === 'void') return { ...value, type };
    const raw = type.kind === 'pointer' ? this.#rawPointer(value) : value;
    if (type.kind === 'pointer' && raw.op === 'int' && raw.value === 0n) return { op: 'null', type, span: node.span };
    if (type.kind === 'reference') return { ...raw, type: type.to };
    return { op: 'cast', value: raw, type, explicit: true, span: node.span };
  }

  #construct(type: Type, args: readonly ExprNode[], node: Node): Expr {
    const only = args[0];
    if (type.kind !== 'class' && type.kind !== 'unknown') {
      if (!only || (only.k === 'list' && only.items.length === 0))
        return type.kind === 'pointer'
          ? { op: 'null', type, span: node.span }
          : { op: 'int', value: 0n, type, span: node.span };
      return this.#cast(this.value(only), type, node);
    }
    if (args.length === 1 && only?.k === 'list') {
      const local = this.newLocal({ name: '', type, span: node.span, parameter: false, static: false });
      const place = this.localPlace(local, node);
      this.emit({ op: 'begin', local }, node);
      this.initialize(place, only, true);
      return this.load(place);
    }
    const values = this.#arguments(args, undefined);
    const temp = this.newTemp(type);
    this.emit({ op: 'call', temp, callee: { kind: 'constructor', class: type }, args: values, type }, node);
    return this.temp(temp, node);
  }

  #sizeof(node: ExprNode & { k: 'sizeof' }): Expr {
    const { span } = node;
    if (node.operator === 'type') return { op: 'unknown', reason: 'type as argument', type: unknownType, span };
    const of = node.type ? this.type(node.type) : this.#sizeOperand(node.value!);
    const value = node.operator === 'sizeof' ? sizeOf(of) : undefined;
    if (value !== undefined) return { op: 'int', value, type: sizeType, span };
    return { op: 'sizeof', of, type: sizeType, span };
  }

  #sizeOperand(node: ExprNode): Type {
    if (node.k === 'string') return { kind: 'array', of: charType, length: stringOf(node.text).length + 1 };
    const place = this.#placeWithoutEffects(node);
    return place?.type ?? this.typeOfExpression(node);
  }

  #placeWithoutEffects(node: ExprNode): Place | undefined {
    return node.k === 'name'
      ? this.#namedPlace(node)
      : node.k === 'member' && this.#isEffectFree(node)
        ? this.place(node)
        : undefined;
  }

  #new(node: ExprNode & { k: 'new' }): Expr {
    const of = this.type(node.type);
    const count = node.count && this.value(node.count);
    for (const each of node.placement) this.value(each);
    const values = this.#arguments(node.args, undefined);
    const type = pointerTo(of);
    const temp = this.newTemp(type);
    this.emit({ op: 'new', temp, of, ...(count && { count }), type }, node);
    const pointer = this.temp(temp, node);
    if (!node.count && (of.kind === 'class' || of.kind === 'unknown'))
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

  // ── Conditions ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Branches on an expression. */
  condition(node: ExprNode, yes: BlockId, no: BlockId): void {
    if (node.k === 'binary' && (node.operator === '&&' || node.operator === '||')) {
      const next = this.newBlock();
      if (node.operator === '&&') this.condition(node.left, next, no);
      else this.condition(node.left, yes, next);
      this.enter(next);
      this.condition(node.right, yes, no);
      return;
    }
    if (node.k === 'unary' && node.operator === '!') {
      this.condition(node.value, no, yes);
      return;
    }
    if (node.k === 'call' && node.callee.k === 'name' && node.callee.name === '__builtin_expect' && node.args[0]) {
      this.condition(node.args[0], yes, no);
      return;
    }
    const condition = this.#truth(this.value(node));
    this.terminate({ op: 'branch', condition, then: yes, else: no }, node);
  }

  protected truthOf(value: Expr): Expr {
    return this.#truth(value);
  }

  #truth(value: Expr): Expr {
    return this.#rawPointer(value);
  }

  /** A smart pointer as the pointer inside it; other values as they are. */
  #rawPointer(value: Expr): Expr {
    const type = pointeeType(value.type);
    return type ? { op: 'pointee', value, type, span: value.span } : value;
  }

  // ── Places ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Where an expression's value is stored; undefined for a mere value. */
  place(node: ExprNode): Place | undefined {
    switch (node.k) {
      case 'name': {
        const place = this.#namedPlace(node);
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
        return this.#memberPlace(node);
      case 'index': {
        const base = this.#arrayPlace(node.object);
        if (base) {
          const index = this.value(node.index);
          return {
            kind: 'index',
            base,
            index,
            type: base.type.kind === 'array' ? base.type.of : unknownType,
            span: node.span,
          };
        }
        const pointer = this.#rawPointer(this.#early(node.object, [node.index]));
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
          const pointer = this.#rawPointer(this.value(node.value));
          return { kind: 'deref', pointer, type: targetOf(pointer.type), span: node.span };
        }
        if (node.operator === '++' || node.operator === '--') {
          this.value(node);
          return this.place(node.value);
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
        this.value(node);
        return this.place(node.left);
      case 'binary':
        if (node.operator !== ',') return undefined;
        this.value(node.left);
        return this.place(node.right);
      case 'conditional': {
        if (!node.then) return undefined;
        const value = this.#conditional({ ...node, then: addressNode(node.then), else: addressNode(node.else) });
        return { kind: 'deref', pointer: value, type: targetOf(value.type), span: node.span };
      }
      case 'call':
      case 'construct':
      case 'statements': {
        const value = this.value(node);
        if (value.op === 'load') return value.place;
        return { kind: 'value', value, type: value.type, span: node.span };
      }
      default:
        return undefined;
    }
  }

  #arrayPlace(node: ExprNode): Place | undefined {
    if (node.k !== 'name' && node.k !== 'member' && node.k !== 'index') return undefined;
    const place = this.place(node);
    return place?.type.kind === 'array' ? place : undefined;
  }

  #namedPlace(node: ExprNode & { k: 'name' }): Place | undefined {
    const { name, span } = node;
    if (!name.includes('::')) {
      const local = this.findLocal(name) ?? this.capture(name);
      if (local !== undefined) return this.#throughReference(this.localPlace(local, node));
      if (this.className === undefined) return undefined;
    }
    if (this.className === undefined && !name.includes('::')) return undefined;
    const member = name.includes('::') ? this.#qualifiedMember(name) : this.names.member(this.className!, name);
    if (member?.kind !== 'field') return undefined;
    if (member.field.static)
      return { kind: 'global', name: `${member.owner}::${member.field.name}`, type: member.field.type, span };
    if (this.isStatic) return undefined;
    const self = this.#this(node);
    const base: Place = { kind: 'deref', pointer: self, type: targetOf(self.type), span };
    return this.#throughReference({
      kind: 'field',
      base,
      name: member.field.name,
      owner: member.owner,
      type: member.field.type,
      span,
    });
  }

  #throughReference(place: Place): Place {
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
    const local = outer.findLocal(name) ?? outer.capture(name);
    if (local === undefined) return undefined;
    const variable = outer.locals[local]!;
    this.locals.push({
      name,
      type: variable.type,
      span: variable.span,
      parameter: false,
      static: false,
      captures: { local, byReference: this.capturesByReference(name) },
    });
    const own = this.locals.length - 1;
    this.scopes[0]?.names.set(name, own);
    return own;
  }

  protected capturesByReference(name: string): boolean {
    return name === '';
  }

  #memberPlace(node: ExprNode & { k: 'member' }): Place | undefined {
    const base = this.#objectPlace(node.object, node.arrow);
    const owner = classOf(base.type);
    const name = node.name.slice(node.name.lastIndexOf(':') + 1);
    const member = owner === undefined ? undefined : this.names.member(owner, name);
    if (member?.kind === 'method') return undefined;
    if (member)
      return this.#throughReference({
        kind: 'field',
        base,
        name,
        owner: member.owner,
        type: member.field.type,
        span: node.span,
      });
    return { kind: 'field', base, name, type: unknownType, span: node.span };
  }

  /** The object that `.` or `->` goes into. */
  #objectPlace(object: ExprNode, arrow: boolean): Place {
    if (!arrow) {
      const place = this.place(object);
      if (place) return place;
      const value = this.value(object);
      return { kind: 'value', value, type: value.type, span: object.span };
    }
    const pointer = this.#rawPointer(this.value(object));
    return { kind: 'deref', pointer, type: targetOf(pointer.type), span: object.span };
  }

  // ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  #call(node: ExprNode & { k: 'call' }): Expr {
    const { callee } = node;
    if (callee.k === 'member') return this.#memberCall(node, callee);
    if (callee.k === 'name') return this.#namedCall(node, callee);
    const target = this.#early(callee, node.args);
    return this.#indirectCall(node, target);
  }

  #indirectCall(node: ExprNode & { k: 'call' }, target: Expr): Expr {
    const args = this.#arguments(node.args, undefined);
    const type = target.type.kind === 'pointer' ? target.type.to : target.type;
    return this.#emitCall(
      node,
      { kind: 'pointer', value: target },
      args,
      type.kind === 'function' ? type.result : unknownType,
    );
  }

  #memberCall(node: ExprNode & { k: 'call' }, callee: ExprNode & { k: 'member' }): Expr {
    const base = this.#objectPlace(callee.object, callee.arrow);
    const smart = callee.arrow ? undefined : this.#smartPointerCall(node, callee, base);
    if (smart) return smart;
    const pointer: Expr =
      base.kind === 'deref'
        ? base.pointer
        : { op: 'address', place: base, type: pointerTo(base.type), span: callee.object.span };
    const receiver = node.args.some((each) => this.#hasEffects(each)) ? this.materialize(pointer, callee) : pointer;
    const cut = callee.name.lastIndexOf('::');
    const written = cut > 0 ? callee.name.slice(0, cut) : undefined;
    const name = callee.name.slice(cut > 0 ? cut + 2 : 0);
    const owner = written ?? classOf(base.type);
    const member = owner === undefined ? undefined : this.names.member(owner, name);
    if (member?.kind === 'field')
      return this.#indirectCall(
        node,
        this.load({ kind: 'field', base, name, owner: member.owner, type: member.field.type, span: callee.span }),
      );
    const declaration = member && pickOverload(member.methods, node.args.length);
    const args = this.#arguments(node.args, declaration);
    return this.#emitCall(
      node,
      { kind: 'method', receiver, ...(owner !== undefined && { class: owner }), name, direct: written !== undefined },
      args,
      declaration?.result ?? unknownType,
    );
  }

  /** p.get(), p.reset(…) and so on of a smart pointer; get() is the pointer itself. */
  #smartPointerCall(
    node: ExprNode & { k: 'call' },
    callee: ExprNode & { k: 'member' },
    base: Place,
  ): Expr | undefined {
    const type = pointeeType(base.type);
    if (!type) return undefined;
    if (callee.name === 'get' && node.args.length === 0)
      return { op: 'pointee', value: this.load(base), type, span: node.span };
    const receiver: Expr = { op: 'address', place: base, type: pointerTo(base.type), span: callee.object.span };
    const args = this.#arguments(node.args, undefined);
    const result =
      callee.name === 'detach' ? type : callee.name === 'reset' || callee.name === 'swap' ? voidType : unknownType;
    return this.#emitCall(
      node,
      {
        kind: 'method',
        receiver,
        class: base.type.kind === 'class' ? base.type.name : '',
        name: callee.name,
        direct: true,
      },
      args,
      result,
    );
  }

  #namedCall(node: ExprNode & { k: 'call' }, callee: ExprNode & { k: 'name' }): Expr {
    const { name } = callee;
    if (callee.args) return this.#templateCall(node, callee, callee.args);
    const place = this.#namedPlace(callee);
    if (place) return this.#indirectCall(node, this.load(place));
    const cut = name.lastIndexOf('::');
    if (cut > 0) return this.#qualifiedCall(node, name.slice(0, cut), name.slice(cut + 2));
    if (this.className !== undefined) {
      const member = this.names.member(this.className, name);
      if (member?.kind === 'method') return this.#methodOfClass(node, member.owner, name, member.methods, false);
    }
    const functions = this.names.functions(name, this.scope);
    if (functions) {
      const declaration = pickOverload(functions, node.args.length);
      return this.#emitCall(
        node,
        { kind: 'function', name: declaration?.qualifiedName ?? name },
        this.#arguments(node.args, declaration),
        declaration?.result ?? unknownType,
      );
    }
    const type = this.names.type(name, this.scope);
    if (type) return this.#construct(type, node.args, node);
    if (name.startsWith('__builtin_')) {
      const builtin = this.#builtin(node, name);
      if (builtin) return builtin;
    }
    return this.#emitCall(node, { kind: 'function', name }, this.#arguments(node.args, undefined), unknownType);
  }

  #builtin(node: ExprNode & { k: 'call' }, name: string): Expr | undefined {
    if (name === '__builtin_expect' && node.args[0]) return this.value(node.args[0]);
    if (name === '__builtin_constant_p') return { op: 'int', value: 0n, type: intType, span: node.span };
    if (name === '__builtin_unreachable' || name === '__builtin_trap') {
      this.terminate({ op: 'unreachable' }, node);
      this.enter(this.newBlock());
      return { op: 'unknown', reason: name, type: voidType, span: node.span };
    }
    return undefined;
  }

  #qualifiedCall(node: ExprNode & { k: 'call' }, qualifier: string, name: string): Expr {
    const super_ =
      qualifier === 'super' && this.className !== undefined ? this.names.class(this.className)?.bases[0] : undefined;
    const type = this.names.type(qualifier, this.scope);
    const owner = super_ ?? (type?.kind === 'class' ? type.name : qualifier);
    const member = this.names.member(owner, name);
    if (member?.kind === 'method') return this.#methodOfClass(node, owner, name, member.methods, true);
    const functions = this.names.functions(`${qualifier}::${name}`, this.scope);
    const declaration = functions && pickOverload(functions, node.args.length);
    const isBase =
      this.className !== undefined &&
      !this.isStatic &&
      !declaration &&
      (qualifier === 'super' || this.names.derives(this.className, owner));
    const args = this.#arguments(node.args, declaration);
    const callee: Callee = isBase
      ? { kind: 'method', receiver: this.#this(node), class: owner, name, direct: true }
      : { kind: 'function', name: declaration?.qualifiedName ?? `${owner}::${name}` };
    return this.#emitCall(node, callee, args, declaration?.result ?? unknownType);
  }

  #methodOfClass(
    node: ExprNode & { k: 'call' },
    owner: string,
    name: string,
    methods: readonly FunctionDeclaration[],
    direct: boolean,
  ): Expr {
    const declaration = pickOverload(methods, node.args.length);
    const args = this.#arguments(node.args, declaration);
    const ownName = declaration?.class ?? owner;
    const callee: Callee =
      declaration?.static || this.isStatic || this.className === undefined || !this.names.derives(this.className, owner)
        ? { kind: 'function', name: `${ownName}::${name}` }
        : { kind: 'method', receiver: this.#this(node), class: direct ? owner : this.className, name, direct };
    return this.#emitCall(node, callee, args, declaration?.result ?? unknownType);
  }

  /** name<T>(args): a construction, a dynamic cast, or a function template. */
  #templateCall(node: ExprNode & { k: 'call' }, callee: ExprNode & { k: 'name' }, typeArgs: readonly TypeNode[]): Expr {
    const args = typeArgs.map((arg) => this.type(arg));
    const type: Type = { kind: 'class', name: callee.name, args };
    if (pointeeType(type)) return this.#construct(type, node.args, node);
    const first = typeArgs[0];
    const values = this.#arguments(node.args, undefined);
    if ((callee.name === 'OSDynamicCast' || callee.name === 'OSRequiredCast') && args[0]) {
      const name = first?.k === 'named' ? first.name : '';
      return this.#emitCall(node, { kind: 'function', name: `${callee.name}<${name}>` }, values, pointerTo(args[0]));
    }
    const functions = this.names.functions(callee.name, this.scope);
    const declaration = functions && pickOverload(functions, node.args.length);
    return this.#emitCall(node, { kind: 'function', name: callee.name }, values, declaration?.result ?? unknownType);
  }

  #arguments(nodes: readonly ExprNode[], declaration: FunctionDeclaration | undefined): Expr[] {
    return nodes.map((node, index) => {
      const parameter = declaration?.parameters[index]?.type;
      if (parameter?.kind === 'reference' && pointeeType(parameter.to) === undefined) {
        const place = this.place(node);
        if (place) return { op: 'address', place, type: pointerTo(place.type), span: node.span };
      } else if (parameter?.kind === 'reference') {
        const place = this.place(node);
        if (place && place.kind !== 'value')
          return { op: 'address', place, type: pointerTo(place.type), span: node.span };
      }
      const value = this.#early(node, nodes.slice(index + 1));
      return parameter ? this.convert(value, parameter) : value;
    });
  }

  #emitCall(node: Node, callee: Callee, args: readonly Expr[], result: Type): Expr {
    if (result.kind === 'reference') {
      const type = pointerTo(result.to);
      const temp = this.newTemp(type);
      this.emit({ op: 'call', temp, callee, args, type }, node);
      return this.load({ kind: 'deref', pointer: this.temp(temp, node), type: result.to, span: node.span });
    }
    if (result.kind === 'void') {
      this.emit({ op: 'call', callee, args, type: result }, node);
      return { op: 'unknown', reason: 'void', type: result, span: node.span };
    }
    const temp = this.newTemp(result);
    this.emit({ op: 'call', temp, callee, args, type: result }, node);
    return this.temp(temp, node);
  }

  // ── Initialisers ────────────────────────────────────────────────────────────────────────────────────────────────────

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
    let position = 0n;
    for (const item of list.items) {
      const target = this.#element(place, item, type, declaration?.fields, position, list);
      if (item.index) {
        const index = this.value(item.index);
        if (index.op === 'int') position = index.value;
      } else if (item.field !== undefined && declaration)
        position = BigInt(
          Math.max(
            0,
            declaration.fields.findIndex((field) => field.name === item.field),
          ),
        );
      position++;
      if (!target) {
        this.value(item.value);
        continue;
      }
      if (item.value.k === 'list') this.initialize(target, item.value, false);
      else
        this.emit(
          { op: 'store', place: target, value: this.convert(this.value(item.value), target.type), initial: true },
          item.value,
        );
    }
  }

  #element(
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

function zero(at: { span: Expr['span'] }): Expr {
  return { op: 'int', value: 0n, type: longType, span: at.span };
}

function addressNode(value: ExprNode): ExprNode {
  return { k: 'unary', operator: '&', value, span: value.span };
}

/** 0 as NULL, where a pointer is wanted. */
function nullWhere(value: Expr, type: Type): Expr {
  return type.kind === 'pointer' && value.op === 'int' && value.value === 0n
    ? { op: 'null', type, span: value.span }
    : value;
}

function targetOf(type: Type): Type {
  return type.kind === 'pointer' || type.kind === 'reference' ? type.to : type.kind === 'array' ? type.of : unknownType;
}

/** The class whose members an object of the type has. */
function classOf(type: Type): string | undefined {
  if (type.kind === 'reference') return classOf(type.to);
  return type.kind === 'class' || type.kind === 'unknown' ? type.name : undefined;
}

function functionType(declaration: FunctionDeclaration): Type {
  return {
    kind: 'function',
    result: declaration.result,
    params: declaration.parameters.map((parameter) => parameter.type),
  };
}

/** The declaration that takes that many arguments, defaults counted; else the first. */
export function pickOverload(
  declarations: readonly FunctionDeclaration[],
  count: number,
): FunctionDeclaration | undefined {
  return (
    declarations.find(({ parameters, variadic }) =>
      count <= parameters.length
        ? parameters.slice(count).every((parameter) => parameter.default !== undefined)
        : variadic,
    ) ?? declarations[0]
  );
}

function literalType(text: string, value: bigint): Type {
  const unsigned = /u/i.test(text.replace(/^0x/i, ''));
  const long =
    /l/i.test(text) || value > 0xffffffffn || (value > 0x7fffffffn && !unsigned && !/^0/.test(text) && text !== '');
  if (long) return { kind: 'int', bits: 64, signed: !unsigned && value < 1n << 63n };
  return { kind: 'int', bits: 32, signed: !unsigned && value <= 0x7fffffffn };
}

function promote(type: Type): Type {
  if (type.kind === 'bool' || type.kind === 'enum') return intType;
  return type.kind === 'int' && type.bits < 32 ? intType : type;
}

function arithmeticType(operator: string, left: Type, right: Type): Type {
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
