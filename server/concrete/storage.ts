import { rootLocal } from '../ir/lower-places';
import type { Expr, Function } from '../ir/types';
import { walkInstruction, walkTerminator } from '../ir/walk';
import type { Storage } from './frame';
import { isAggregate } from './values';

/** Decides where each local lives: in the frame, unless something takes its address or it is made of parts. */
export function storageOf(code: Function): Storage[] {
  const addressed = new Set<number>();
  const expr = (each: Expr): void => {
    if (each.op === 'address') {
      const root = rootLocal(each.place);
      if (root !== undefined) addressed.add(root);
    }
  };
  for (const block of code.blocks) {
    for (const instruction of block.instructions) walkInstruction(instruction, { expr });
    walkTerminator(block.terminator, { expr });
  }
  for (const closure of code.closures)
    for (const local of closure.locals) if (local.captures?.byReference) addressed.add(local.captures.local);
  return code.locals.map((local, index) => {
    if (local.static) return 'static';
    if (local.captures) return 'reference';
    if (local.parameter && local.type.kind === 'array') return 'register';
    return isAggregate(local.type) || addressed.has(index) ? 'memory' : 'register';
  });
}
