import type { Callee, Expr, Instruction, Place, Terminator } from './types';

/** Called for every expression, and for every place that is read, written or whose address is taken; outer ones first. */
export interface Visitor {
  expr?(expr: Expr): void;
  place?(place: Place): void;
}

function walkExpr(expr: Expr, visitor: Visitor): void {
  visitor.expr?.(expr);
  switch (expr.op) {
    case 'load':
    case 'address':
      walkPlace(expr.place, visitor);
      return;
    case 'unary':
    case 'cast':
    case 'pointee':
      walkExpr(expr.value, visitor);
      return;
    case 'binary':
      walkExpr(expr.left, visitor);
      walkExpr(expr.right, visitor);
      return;
    case 'int':
    case 'float':
    case 'string':
    case 'null':
    case 'this':
    case 'temp':
    case 'sizeof':
    case 'function':
    case 'closure':
    case 'name':
    case 'unknown':
      return;
  }
}

function walkPlace(place: Place, visitor: Visitor): void {
  visitor.place?.(place);
  switch (place.kind) {
    case 'local':
    case 'global':
      return;
    case 'deref':
      walkExpr(place.pointer, visitor);
      return;
    case 'field':
      walkPlace(place.base, visitor);
      return;
    case 'index':
      walkPlace(place.base, visitor);
      walkExpr(place.index, visitor);
      return;
    case 'value':
      walkExpr(place.value, visitor);
      return;
  }
}

function walkCallee(callee: Callee, visitor: Visitor): void {
  if (callee.kind === 'method') walkExpr(callee.receiver, visitor);
  else if (callee.kind === 'pointer') walkExpr(callee.value, visitor);
  else if (callee.kind === 'constructor' && callee.object) walkExpr(callee.object, visitor);
}

export function walkInstruction(instruction: Instruction, visitor: Visitor): void {
  switch (instruction.op) {
    case 'set':
      walkExpr(instruction.value, visitor);
      return;
    case 'store':
      walkPlace(instruction.place, visitor);
      walkExpr(instruction.value, visitor);
      return;
    case 'call':
      walkCallee(instruction.callee, visitor);
      for (const arg of instruction.args) walkExpr(arg, visitor);
      return;
    case 'new':
      if (instruction.count) walkExpr(instruction.count, visitor);
      return;
    case 'delete':
      walkExpr(instruction.pointer, visitor);
      return;
    case 'opaque':
      for (const expr of instruction.touches) walkExpr(expr, visitor);
      return;
    case 'begin':
    case 'end':
      return;
  }
}

export function walkTerminator(terminator: Terminator, visitor: Visitor): void {
  switch (terminator.op) {
    case 'branch':
      walkExpr(terminator.condition, visitor);
      return;
    case 'switch':
      walkExpr(terminator.value, visitor);
      return;
    case 'return':
      if (terminator.value) walkExpr(terminator.value, visitor);
      return;
    case 'jump':
    case 'unreachable':
      return;
  }
}
