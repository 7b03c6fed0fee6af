import type { Callee, Function, Type } from '../ir/types';
import { pointeeClass } from '../api/model';
import type { Program } from '../symbolic/program';

/** Whether a function touches any counted object, so that references may come and go in it. */
export function touchesReferences(fn: Function, program: Program): boolean {
  return touches(fn, program, ['OSMetaClassBase']);
}

/**
 * Whether a function touches a memory descriptor or a map: in a variable, a value or a call. All rules look at
 * such functions; at others, only those that are about references.
 */
export function touchesMappings(fn: Function, program: Program): boolean {
  return touches(fn, program, ['IOMemoryDescriptor', 'IOMemoryMap']);
}

function touches(fn: Function, program: Program, roots: readonly string[]): boolean {
  const known = new Map<string, boolean>();
  const isWanted = (name: string): boolean => {
    let answer = known.get(name);
    if (answer === undefined) known.set(name, (answer = roots.some((root) => program.isA(name, root))));
    return answer;
  };
  const ofType = (type: Type): boolean => {
    const name = pointeeClass(type);
    return name !== undefined ? isWanted(name) : type.kind === 'array' && ofType(type.of);
  };
  const ofCallee = (callee: Callee): boolean => {
    if (callee.kind === 'method')
      return (callee.class !== undefined && isWanted(callee.class)) || ofType(callee.receiver.type);
    return (
      callee.kind === 'function' &&
      callee.name.includes('::') &&
      isWanted(callee.name.slice(0, callee.name.lastIndexOf('::')))
    );
  };
  const visit = (one: Function): boolean =>
    one.locals.some((local) => ofType(local.type)) ||
    one.temps.some(ofType) ||
    one.blocks.some((block) =>
      block.instructions.some(
        (each) => (each.op === 'call' && ofCallee(each.callee)) || (each.op === 'store' && ofType(each.place.type)),
      ),
    ) ||
    one.closures.some(visit);
  return visit(fn);
}
