import { describeExpr } from '../symbolic/describe';
import type { Workspace } from '../workspace/workspace';
import { mappingCallsOf } from './entry-points';
import { rangeOf } from './positions';
import type { MappingSymbol } from './service';
import { SymbolicProgram } from './symbolic-program';

/** The calls of the workspace that map memory and whose words have the letters of a query, in its order. */
export function mappingSymbols(workspace: Workspace, query: string): readonly MappingSymbol[] {
  const found: MappingSymbol[] = [];
  for (const file of workspace.readFiles()) {
    if (file.mentions !== 'mapping' && !file.text.includes('map')) continue;
    const program = new SymbolicProgram(workspace, file.path);
    for (const { entry, variants, qualifiedName } of workspace.mappingFunctions(file.path)) {
      const [fn] = variants;
      if (!fn) continue;
      for (const { fn: within, call } of mappingCallsOf(fn, program)) {
        const of = call.callee.kind === 'method' ? describeExpr(within, call.callee.receiver) : undefined;
        const name = `map of ${of ?? 'memory'} in ${qualifiedName}`;
        if (!hasLetters(name, query)) continue;
        found.push({ file: file.path, ...rangeOf(file, entry.chunk.start, call.span), name });
      }
    }
  }
  return found;
}

/** As editors search for symbols: the letters in order, whatever stands between. */
function hasLetters(text: string, query: string): boolean {
  const letters = query.toLowerCase().replaceAll(/\s+/g, '');
  let at = 0;
  for (const letter of text.toLowerCase()) if (letter === letters[at]) at++;
  return at === letters.length;
}
