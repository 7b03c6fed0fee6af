import type { Callee, Expr, Function, Instruction, Place, Terminator } from '../ir/types';
import type { Storage } from './frame';
import { isAggregate } from './values';

/** Decides where each local lives: in the frame, unless something takes its address or it is made of parts. */
export function storageOf(code: Function): Storage[] {
  const addressed = new Set<number>();
  const visit = (expr: Expr): void => {
    if (expr.op === 'address') {
      const root = rootLocal(expr.place);
      if (root !== undefined) addressed.add(root);
    }
  };
  for (const block of code.blocks) {
    for (const instruction of block.instructions) walkInstruction(instruction, visit);
    walkTerminator(block.terminator, visit);
  }
  for (const closure of code.closures)
    for (const local of closure.locals) if (local.captures?.byReference) addressed.add(local.captures.local);
  return code.locals.map((local, index) => {
    if (local.static) return 'static';
    if (local.captures?.byReference) return 'reference';
    if (local.parameter && local.type.kind === 'array') return 'register';
    return isAggregate(local.type) || addressed.has(index) ? 'memory' : 'register';
  });
}

export function rootLocal(place: Place): number | undefined {
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

type Visit = (expr: Expr) => void;

function walkExpr(expr: Expr, visit: Visit): void {
  visit(expr);
  switch (expr.op) {
    case 'load':
    case 'address':
      walkPlace(expr.place, visit);
      return;
    case 'unary':
    case 'cast':
    case 'pointee':
      walkExpr(expr.value, visit);
      return;
    case 'binary':
      walkExpr(expr.left, visit);
      walkExpr(expr.right, visit);
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

function walkPlace(place: Place, visit: Visit): void {
  switch (place.kind) {
    case 'local':
    case 'global':
      return;
    case 'deref':
      walkExpr(place.pointer, visit);
      return;
    case 'field':
      walkPlace(place.base, visit);
      return;
    case 'index':
      walkPlace(place.base, visit);
      walkExpr(place.index, visit);
      return;
    case 'value':
      walkExpr(place.value, visit);
      return;
  }
}

function walkCallee(callee: Callee, visit: Visit): void {
  if (callee.kind === 'method') walkExpr(callee.receiver, visit);
  else if (callee.kind === 'pointer') walkExpr(callee.value, visit);
  else if (callee.kind === 'constructor' && callee.object) walkExpr(callee.object, visit);
}

export function walkInstruction(instruction: Instruction, visit: Visit): void {
  switch (instruction.op) {
    case 'set':
      walkExpr(instruction.value, visit);
      return;
    case 'store':
      walkPlace(instruction.place, visit);
      walkExpr(instruction.value, visit);
      return;
    case 'call':
      walkCallee(instruction.callee, visit);
      for (const arg of instruction.args) walkExpr(arg, visit);
      return;
    case 'new':
      if (instruction.count) walkExpr(instruction.count, visit);
      return;
    case 'delete':
      walkExpr(instruction.pointer, visit);
      return;
    case 'opaque':
      for (const expr of instruction.touches) walkExpr(expr, visit);
      return;
    case 'begin':
    case 'end':
      return;
  }
}

export function walkTerminator(terminator: Terminator, visit: Visit): void {
  switch (terminator.op) {
    case 'branch':
      walkExpr(terminator.condition, visit);
      return;
    case 'switch':
      walkExpr(terminator.value, visit);
      return;
    case 'return':
      if (terminator.value) walkExpr(terminator.value, visit);
      return;
    case 'jump':
    case 'unreachable':
      return;
  }
}
