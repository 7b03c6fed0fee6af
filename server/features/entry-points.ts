import { attribute } from '../api/attributes';
import type { Callee, Function, Instruction } from '../ir/types';
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
    const mappings = fn ? [...mappingCallsOf(fn, program)].length : 0;
    if (fn && mappings > 0)
      found.push({
        file: path,
        ...rangeOf(file, lowered.entry.chunk.start, fn.nameSpan),
        function: lowered.qualifiedName,
        mappings,
        lastLine: file.lines.position(lowered.entry.chunk.end - 1).line,
      });
  }
  return found;
}

type Call = Extract<Instruction, { readonly op: 'call' }>;

/** The calls of a function and of its closures that make a mapping, each with the one that it stands in. */
export function* mappingCallsOf(
  fn: Function,
  program: SymbolicProgram,
): Iterable<{ readonly fn: Function; readonly call: Call }> {
  for (const block of fn.blocks)
    for (const instruction of block.instructions)
      if (instruction.op === 'call' && maps(instruction.callee, instruction.args.length, program))
        yield { fn, call: instruction };
  for (const closure of fn.closures) yield* mappingCallsOf(closure, program);
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
