import type { Expr, Function, Instruction, Place } from '../ir/types';
import { calledBy } from './program';
import type { Program } from './program';
import type { Span } from './span';

/** How many calls deep helpers are searched. */
const deepest = 2;

/** Fields of one class, by name. */
export interface Fields {
  readonly owner: string;
  readonly names: ReadonlySet<string>;
}

/** Where a function, or what it calls, reads one of the fields. Functions for which `skips` holds are not looked into. */
export function readOf(
  fn: Function,
  fields: Fields,
  program: Program,
  skips: (fn: Function) => boolean,
  depth = 0,
): Span | undefined {
  if (skips(fn)) return undefined;
  const isIt = (place: Place): boolean =>
    place.kind === 'field' &&
    fields.names.has(place.name) &&
    place.owner !== undefined &&
    program.isA(fields.owner, place.owner);
  for (const { instructions } of fn.blocks)
    for (const each of instructions) {
      if (expressionsOf(each).some((expr) => reads(expr, isIt))) return each.span;
      if (each.op !== 'call' || depth >= deepest) continue;
      const { body } = calledBy(each, program);
      if (body && readOf(body, fields, program, skips, depth + 1)) return each.span;
    }
  return undefined;
}

function expressionsOf(instruction: Instruction): readonly Expr[] {
  switch (instruction.op) {
    case 'set':
      return [instruction.value];
    case 'store':
      // What a store goes through is read.
      return [...pointersOf(instruction.place), instruction.value];
    case 'call':
      return [...(instruction.callee.kind === 'method' ? [instruction.callee.receiver] : []), ...instruction.args];
    default:
      return [];
  }
}

function pointersOf(place: Place): readonly Expr[] {
  switch (place.kind) {
    case 'deref':
      return [place.pointer];
    case 'field':
      return pointersOf(place.base);
    case 'index':
      return [...pointersOf(place.base), place.index];
    default:
      return [];
  }
}

function reads(expr: Expr, isIt: (place: Place) => boolean): boolean {
  switch (expr.op) {
    case 'load':
      return isIt(expr.place) || pointersOf(expr.place).some((pointer) => reads(pointer, isIt));
    case 'unary':
    case 'cast':
    case 'pointee':
      return reads(expr.value, isIt);
    case 'binary':
      return reads(expr.left, isIt) || reads(expr.right, isIt);
    default:
      return false;
  }
}
