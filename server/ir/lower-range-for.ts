import type { DeclarationNode, ExprNode, Node, StatementNode, TypeNode } from '../syntax/tree';
import { ExpressionLowering } from './lower-expressions';
import { boolType, longType, pointerTo } from './type-of';
import { classOf, targetOf } from './lower-places';
import type { BlockId, Expr, Local, Place, Type } from './types';

export interface Loop {
  readonly breakTo: BlockId;
  readonly continueTo: BlockId | undefined;
  /** How many scopes stay open at the targets. */
  readonly depth: number;
}

type RangeFor = StatementNode & { k: 'range-for' };

/** Where a range-based loop stands: the variable that says so, and the test of its end. */
interface Walk {
  readonly position: Place;
  readonly done: Expr;
  readonly element: () => Place;
  readonly advance: () => void;
}

/** Lowers `for (x : range)`. */
export abstract class RangeLowering extends ExpressionLowering {
  abstract statement(node: StatementNode): void;
  protected abstract loop(loop: Loop, body: StatementNode): void;

  protected rangeFor(node: RangeFor): void {
    const test = this.newBlock();
    const body = this.newBlock();
    const step = this.newBlock();
    const after = this.newBlock();
    this.openScope(undefined);
    const walk = this.#walk(node.range);
    this.jump(test, node);
    this.enter(test);
    const more: Expr = walk
      ? {
          op: 'binary',
          operator: '!=',
          left: this.load(walk.position),
          right: walk.done,
          type: boolType,
          span: node.range.span,
        }
      : { op: 'unknown', reason: 'range', type: boolType, span: node.range.span };
    this.terminate({ op: 'branch', condition: more, then: body, else: after }, node.range);
    this.enter(body);
    this.openScope(undefined);
    if (node.variable.k === 'variable') this.#variable(node.variable, walk?.element(), node.range);
    this.loop({ breakTo: after, continueTo: step, depth: this.scopes.length - 1 }, node.body);
    this.closeScope(node.body);
    this.jump(step, node);
    this.enter(step);
    walk?.advance();
    this.jump(test, node);
    this.enter(after);
    this.closeScope(node);
  }

  /** The variable of one round. Of a range that is not understood its element is any value. */
  #variable(node: DeclarationNode & { k: 'variable' }, element: Place | undefined, range: Node): void {
    const declared = this.type(node.type);
    const byReference = declared.kind === 'reference';
    const known = element && hasAuto(node.type) ? autoOf(declared, element.type) : declared;
    const type = element || !byReference || known.kind !== 'reference' ? known : known.to;
    const local = this.newLocal({ name: node.name, type, span: node.span, parameter: false, static: false });
    this.emit({ op: 'begin', local }, node);
    const value: Expr = !element
      ? { op: 'unknown', reason: 'element', type: declared, span: range.span }
      : byReference
        ? { op: 'address', place: element, type: pointerTo(element.type), span: node.span }
        : this.convert(this.copied(this.load(element), node), type);
    this.emit({ op: 'store', place: this.localPlace(local, node), value, initial: true }, node);
  }

  #walk(range: ExprNode): Walk | undefined {
    if (range.k === 'list') return this.#list(range);
    const place = this.place(range);
    if (place?.type.kind === 'array' && place.type.length !== undefined) return this.#array(place, range);
    const owner = place && classOf(place.type);
    if (place && owner !== undefined && owner !== '') {
      const [begin, end] = [this.names.member(owner, 'begin'), this.names.member(owner, 'end')];
      if (begin?.kind === 'method' && end?.kind === 'method') {
        const first = this.#call(range, 'begin');
        if (first.type.kind === 'pointer') return this.#from(first, this.#call(range, 'end'), range);
      }
      return undefined;
    }
    if (!place) this.value(range);
    return undefined;
  }

  #call(range: ExprNode, name: string): Expr {
    const { span } = range;
    return this.value({ k: 'call', callee: { k: 'member', object: range, arrow: false, name, span }, args: [], span });
  }

  /** for (x : { a, b }) */
  #list(range: ExprNode & { k: 'list' }): Walk | undefined {
    const first = range.items[0];
    if (!first) return undefined;
    const of = this.typeOfExpression(first.value);
    const type: Type = { kind: 'array', of, length: range.items.length };
    const local = this.#hidden(type, range);
    const place = this.localPlace(local, range);
    this.initialize(place, range, true);
    return this.#array(place, range);
  }

  #array(place: Place, range: Node): Walk {
    const { type } = place;
    const of = targetOf(type);
    const length: Expr = {
      op: 'int',
      value: BigInt(type.kind === 'array' ? (type.length ?? 0) : 0),
      type: longType,
      span: range.span,
    };
    const first = this.materialize(this.load(place), range);
    const end: Expr = {
      op: 'binary',
      operator: '+',
      left: first,
      right: length,
      type: pointerTo(of),
      span: range.span,
    };
    return this.#from(first, end, range);
  }

  #from(first: Expr, last: Expr, range: Node): Walk {
    const { type, span } = { type: first.type, span: range.span };
    const begin = this.#hidden(type, range);
    const end = this.#hidden(type, range);
    const position = this.localPlace(begin, range);
    this.emit({ op: 'store', place: position, value: first, initial: true }, range);
    this.emit({ op: 'store', place: this.localPlace(end, range), value: last, initial: true }, range);
    const one: Expr = { op: 'int', value: 1n, type: longType, span };
    return {
      position,
      done: this.load(this.localPlace(end, range)),
      element: () => ({ kind: 'deref', pointer: this.load(position), type: targetOf(type), span }),
      advance: () => {
        const value: Expr = { op: 'binary', operator: '+', left: this.load(position), right: one, type, span };
        this.emit({ op: 'store', place: position, value, initial: false }, range);
      },
    };
  }

  /** A local of the loop's own. */
  #hidden(type: Type, at: Node): Local {
    const local = this.newLocal({ name: '', type, span: at.span, parameter: false, static: false });
    this.emit({ op: 'begin', local }, at);
    return local;
  }
}

/** The type of `auto`, `auto &` or `auto *` for an element. */
function autoOf(declared: Type, element: Type): Type {
  return declared.kind === 'reference' ? { kind: 'reference', to: element } : element;
}

export function hasAuto(type: TypeNode): boolean {
  switch (type.k) {
    case 'auto':
      return true;
    case 'pointer':
    case 'reference':
      return hasAuto(type.to);
    default:
      return false;
  }
}
