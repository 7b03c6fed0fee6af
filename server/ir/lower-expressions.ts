import { integerOf } from '../syntax/condition';
import type { ExprNode, Node } from '../syntax/tree';
import type { FunctionDeclaration } from './declarations';
import { CallLowering } from './lower-calls';
import { nullWhere } from './lower-objects';
import { isClass } from './lower-operators';
import {
  arithmeticType,
  boolType,
  characterOf,
  charType,
  intType,
  memberPointerTo,
  pointerTo,
  promote,
  sizeOf,
  sizeType,
  stringOf,
  unknownType,
  voidType,
} from './type-of';
import type { BinaryOperator, BlockId, Expr, Place, Type } from './types';

const comparisons = new Set(['==', '!=', '<', '>', '<=', '>=']);

/** Lowers expressions to values, and conditions to branches. */
export abstract class ExpressionLowering extends CallLowering {
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
        return this.self(node);
      case 'name':
        return this.named(node);
      case 'member':
      case 'index': {
        const place = this.place(node);
        return place ? this.load(place) : { op: 'unknown', reason: 'member', type: unknownType, span };
      }
      case 'unary':
        return this.unary(node);
      case 'postfix':
        return this.step(node.value, node.operator, node, true);
      case 'binary':
        return this.binary(node);
      case 'assign':
        return this.assign(node);
      case 'conditional':
        return this.conditional(node);
      case 'call':
        return this.call(node);
      case 'cast':
        return this.cast(this.value(node.value), this.type(node.type), node);
      case 'construct':
        return this.construct(this.type(node.type), node.args, node);
      case 'sizeof':
        return this.sizeof(node);
      case 'offsetof':
        return {
          op: 'name',
          name: `offsetof(${node.type.k === 'named' ? node.type.name : '?'}, ${node.member})`,
          type: sizeType,
          span,
        };
      case 'new':
        return this.newObject(node);
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
        this.terminate({ op: 'unreachable' }, node);
        this.enter(this.newBlock());
        return { op: 'unknown', reason: 'throw', type: voidType, span };
    }
  }

  protected named(node: ExprNode & { k: 'name' }): Expr {
    const { span } = node;
    const place = this.namedPlace(node);
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
      ? this.qualifiedMember(node.name)
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

  protected unary(node: ExprNode & { k: 'unary' }): Expr {
    const { span } = node;
    switch (node.operator) {
      case '+':
        return this.value(node.value);
      case '-':
      case '~': {
        const value = this.value(node.value);
        const own = this.ownOperator(node.operator, [value], node);
        if (own) return own;
        if (value.op === 'int' && value.name === undefined)
          return {
            op: 'int',
            value: node.operator === '-' ? -value.value : ~value.value,
            type: promote(value.type),
            span,
          };
        return { op: 'unary', operator: node.operator, value, type: promote(value.type), span };
      }
      case '!': {
        const value = this.value(node.value);
        return (
          this.ownOperator('!', [value], node) ?? {
            op: 'unary',
            operator: '!',
            value: this.truth(value),
            type: boolType,
            span,
          }
        );
      }
      case '*': {
        const place = this.place(node);
        return place ? this.load(place) : { op: 'unknown', reason: 'dereference', type: unknownType, span };
      }
      case '&': {
        const inner = this.addressOfFunction(node.value) ?? this.#addressOfMember(node.value);
        if (inner) return inner;
        const place = this.place(node.value);
        if (place) return { op: 'address', place, type: pointerTo(place.type), span };
        return { op: 'unknown', reason: 'address', type: unknownType, span };
      }
      case '++':
      case '--':
        return this.step(node.value, node.operator, node, false);
    }
  }

  protected addressOfFunction(node: ExprNode): Expr | undefined {
    if (node.k !== 'name') return undefined;
    const value = this.named(node);
    return value.op === 'function' ? value : undefined;
  }

  /** &Class::field */
  #addressOfMember(node: ExprNode): Expr | undefined {
    if (node.k !== 'name' || !node.name.includes('::')) return undefined;
    const member = this.qualifiedMember(node.name);
    if (member?.kind !== 'field' || member.field.static) return undefined;
    const { span } = node;
    const type = memberPointerTo(member.field.type);
    const left: Expr = { op: 'name', name: `offsetof(${member.owner}, ${member.field.name})`, type, span };
    return { op: 'binary', operator: '+', left, right: { op: 'int', value: 1n, type, span }, type, span };
  }

  protected step(target: ExprNode, operator: '++' | '--', node: Node, postfix: boolean): Expr {
    const place = this.place(target);
    if (!place) {
      const value = this.value(target);
      return { op: 'unknown', reason: operator, type: value.type, span: node.span };
    }
    return this.stepAt(place, operator, node, postfix);
  }

  protected override stepAt(place: Place, operator: '++' | '--', node: Node, postfix: boolean): Expr {
    if (isClass(place.type)) {
      const zero: Expr = { op: 'int', value: 0n, type: intType, span: node.span };
      const own = this.ownOperator(operator, postfix ? [this.load(place), zero] : [this.load(place)], node);
      if (own) return own;
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
    return postfix ? before : isBitField(place) ? this.load(place) : after;
  }

  protected binary(node: ExprNode & { k: 'binary' }): Expr {
    const { operator, span } = node;
    if (operator === ',') {
      this.discard(node.left);
      return this.value(node.right);
    }
    if (operator === '&&' || operator === '||') return this.branchValue(node);
    if (operator === '.*' || operator === '->*') {
      const place = this.place(node);
      return place ? this.load(place) : { op: 'unknown', reason: `operator ${operator}`, type: unknownType, span };
    }
    const left = this.early(node.left, [node.right]);
    const right = this.value(node.right);
    const own = this.ownOperator(operator, [left, right], node);
    if (own) return own;
    if (operator === '<=>') return { op: 'unknown', reason: `operator ${operator}`, type: unknownType, span };
    if (comparisons.has(operator)) return this.comparison(operator as BinaryOperator, left, right, node);
    return {
      op: 'binary',
      operator: operator as BinaryOperator,
      left,
      right,
      type: arithmeticType(operator, left.type, right.type),
      span,
    };
  }

  protected comparison(operator: BinaryOperator, a: Expr, b: Expr, node: Node): Expr {
    const left = this.rawPointer(a);
    const right = this.rawPointer(b);
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
  protected branchValue(node: ExprNode): Expr {
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

  protected conditional(node: ExprNode & { k: 'conditional' }): Expr {
    const object = node.then && this.#eitherObject(node, node.then);
    if (object) return object;
    const copied = (value: Expr, at: Node): Expr => this.copied(value, at);
    const yes = this.newBlock();
    const no = this.newBlock();
    const after = this.newBlock();
    let same: Expr | undefined;
    if (node.then) this.condition(node.condition, yes, no);
    else {
      same = this.materialize(this.value(node.condition), node);
      this.terminate({ op: 'branch', condition: this.truth(same), then: yes, else: no }, node);
    }
    this.enter(yes);
    const first = same ?? copied(this.value(node.then!), node);
    const firstEnd = this.current;
    this.enter(no);
    const second = copied(this.value(node.else), node);
    const type =
      first.op === 'null' || (first.op === 'int' && second.type.kind === 'pointer') || first.type.kind === 'unknown'
        ? second.type
        : isArithmetic(first.type) && isArithmetic(second.type) && !sameArithmetic(first.type, second.type)
          ? arithmeticType('+', first.type, second.type)
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

  /** One of two objects that stay: it is not copied. */
  #eitherObject(node: ExprNode & { k: 'conditional' }, then: ExprNode): Expr | undefined {
    const stays = (each: ExprNode): boolean => {
      const value = this.withoutEffects(() => this.value(each));
      return value.op === 'load' && isClass(value.type) && this.traits.copies(value.type);
    };
    if (!stays(then) || !stays(node.else)) return undefined;
    const place = this.place(node);
    return place && this.load(place);
  }

  protected assign(node: ExprNode & { k: 'assign' }): Expr {
    const { value, place } = this.assignment(node);
    if (!place) return value;
    const stored = this.load(place);
    // A bit field's value is what its bits hold.
    if (value.type.kind === 'class' || isBitField(place)) return stored;
    const { type } = stored;
    if (!isArithmetic(type) || !isArithmetic(value.type) || sameArithmetic(type, value.type)) return value;
    return { op: 'cast', value, type, explicit: false, span: node.span };
  }

  /** What an assignment stores, and where: the right operand is evaluated before the left one (C++17, [expr.ass]). */
  protected override assignment(node: ExprNode & { k: 'assign' }): { value: Expr; place: Place | undefined } {
    const { left, right, span } = node;
    const compound = node.operator !== '=';
    const type = this.typeOfExpression(left);
    if (right.k === 'list' && isClass(type) && !this.hasConstructor(type)) {
      const place = this.place(left);
      if (place) this.initialize(place, right, false);
      return { value: place ? this.load(place) : this.value(right), place };
    }
    const first = this.hasEffects(left) || this.hasEffects(right);
    const own = isClass(type) ? this.#ownAssignment(node, type, first) : undefined;
    if (own) return { value: own, place: this.objectOf(own, node) };
    let operand = this.#assigned(right, type);
    if (!compound || first) operand = this.kept(operand, compound ? node : right);
    const place = this.place(left);
    if (!compound) return this.assignTo(place, operand, node);
    const before = place ? this.load(place) : this.value(left);
    const operator = node.operator.slice(0, -1) as BinaryOperator;
    const value: Expr = { op: 'binary', operator, left: before, right: operand, type: before.type, span };
    return this.assignTo(place, this.kept(value, node), node);
  }

  /** The right operand; braces are an object of the left one's class. */
  #assigned(node: ExprNode, type: Type): Expr {
    return node.k === 'list' && isClass(type) ? this.construct(type, [node], node) : this.value(node);
  }

  /** An assignment by the operator that the left operand's class declares. */
  #ownAssignment(
    node: ExprNode & { k: 'assign' },
    type: Type & { kind: 'class' },
    rightFirst: boolean,
  ): Expr | undefined {
    // A class that declares no `operator=` has one of its own, which hides its base's.
    const declared = this.names.member(type.name, 'operator=');
    if (node.operator === '=' && (declared?.kind !== 'method' || declared.owner !== type.name)) return undefined;
    const value = this.#assigned(node.right, type);
    const right = rightFirst ? this.materialize(value, node.right) : value;
    const place = this.place(node.left);
    const left = place ? this.load(place) : this.value(node.left);
    const own = this.ownOperator(node.operator, [left, right], node);
    if (own || node.operator === '=') return own;
    return { op: 'unknown', reason: `operator${node.operator} of ${type.name}`, type, span: node.span };
  }

  /** An assignment's value is used again after the store, so it must not read what that overwrites. */
  protected kept(value: Expr, node: Node): Expr {
    return this.materialize(value, node);
  }

  protected assignTo(place: Place | undefined, value: Expr, node: Node): { value: Expr; place: Place | undefined } {
    if (!place) {
      this.gap('assignment to something that is no place', node, [value]);
      return { value, place };
    }
    const converted = this.convert(value, place.type);
    // What was made for the assignment alone ends after it.
    const stored =
      converted.op === 'temp' && isClass(converted.type) && this.traits.ends(converted.type)
        ? this.load(this.objectOf(converted, node))
        : converted;
    this.emit({ op: 'store', place, value: stored, initial: false }, node);
    return { value: converted, place };
  }

  protected sizeof(node: ExprNode & { k: 'sizeof' }): Expr {
    const { span } = node;
    if (node.operator === 'type') return { op: 'unknown', reason: 'type as argument', type: unknownType, span };
    const of = node.type ? this.type(node.type) : this.sizeOperand(node.value!);
    const value = node.operator === 'sizeof' ? sizeOf(of) : undefined;
    if (value !== undefined) return { op: 'int', value, type: sizeType, span };
    return { op: 'sizeof', of, type: sizeType, span };
  }

  protected override sizeOperand(node: ExprNode): Type {
    if (node.k === 'string') return { kind: 'array', of: charType, length: stringOf(node.text).length + 1 };
    // A type of the method's class looks like a variable to the parser, where the method stands outside of it.
    const named = node.k === 'name' && !this.namedPlace(node) ? this.names.type(node.name, this.scope) : undefined;
    return named ?? this.typeOfPlace(node);
  }

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
    const condition = this.truth(this.value(node));
    this.terminate({ op: 'branch', condition, then: yes, else: no }, node);
  }

  protected truth(value: Expr): Expr {
    if (isClass(value.type)) return this.converted(value, ['bool', 'pointer', 'int'], value) ?? value;
    return this.rawPointer(value);
  }
}

function isBitField(place: Place): boolean {
  return place.kind === 'field' && place.bits !== undefined;
}

function isArithmetic(type: Type): boolean {
  return type.kind === 'int' || type.kind === 'bool' || type.kind === 'float' || type.kind === 'enum';
}

function sameArithmetic(a: Type, b: Type): boolean {
  if (a.kind === 'int' && b.kind === 'int') return a.bits === b.bits && a.signed === b.signed;
  return a.kind === b.kind && (a.kind !== 'float' || b.kind !== 'float' || a.bits === b.bits);
}

function functionType(declaration: FunctionDeclaration): Type {
  return {
    kind: 'function',
    result: declaration.result,
    params: declaration.parameters.map((parameter) => parameter.type),
  };
}

function literalType(text: string, value: bigint): Type {
  const unsigned = /u/i.test(text.replace(/^0x/i, ''));
  const long =
    /l/i.test(text) || value > 0xffffffffn || (value > 0x7fffffffn && !unsigned && !/^0/.test(text) && text !== '');
  if (long) return { kind: 'int', bits: 64, signed: !unsigned && value < 1n << 63n };
  return { kind: 'int', bits: 32, signed: !unsigned && value <= 0x7fffffffn };
}
