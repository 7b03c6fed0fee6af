import { attribute } from '../api/attributes';
import type { Callee, Function } from '../ir/types';
import type { Workspace } from '../workspace/workspace';
import { rangeOf } from './positions';
import type { EntryPoint } from './service';
import { SymbolicProgram } from './symbolic-program';

/** The functions of a file that map memory themselves, in the order of the text. */
export function entryPointsOf(workspace: Workspace, path: string): EntryPoint[] {
  const file = workspace.file(path);
  if (file?.mentions !== 'mapping' && !file?.text.includes('map')) return [];
  const program = new SymbolicProgram(workspace, path);
  const found: EntryPoint[] = [];
  for (const lowered of workspace.mappingFunctions(path)) {
    const fn = lowered.variants[0];
    const mappings = fn ? countMappings(fn, program) : 0;
    if (fn && mappings > 0)
      found.push({
        file: path,
        ...rangeOf(file, lowered.entry.chunk.start, fn.nameSpan),
        function: lowered.qualifiedName,
        mappings,
      });
  }
  return found;
}

function countMappings(fn: Function, program: SymbolicProgram): number {
  let count = 0;
  for (const block of fn.blocks)
    for (const instruction of block.instructions)
      if (instruction.op === 'call' && maps(instruction.callee, instruction.args.length, program)) count++;
  for (const closure of fn.closures) count += countMappings(closure, program);
  return count;
}

function maps(callee: Callee, count: number, program: SymbolicProgram): boolean {
  switch (callee.kind) {
    case 'function':
      return isMapping(program.findFunction(callee.name, count).api);
    case 'method':
      return (
        callee.class !== undefined && isMapping(program.findMethod(callee.class, callee.name, count, callee.direct).api)
      );
    case 'pointer':
    case 'constructor':
      return false;
  }
}

function isMapping(declaration: Parameters<typeof attribute>[0] | undefined): boolean {
  return declaration !== undefined && attribute(declaration, 'maps') !== undefined;
}
