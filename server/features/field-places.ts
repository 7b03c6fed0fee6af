import type { Function } from '../ir/types';
import type { FieldName } from '../symbolic/field-facts';
import { keptUses } from '../symbolic/field-history';
import type { Variable } from '../symbolic/holdings';
import type { Workspace } from '../workspace/workspace';
import { WordIndex } from './field-program';
import { rangeOf } from './positions';
import type { Range } from './service';
import { SymbolicProgram } from './symbolic-program';

/** A place of the workspace where a field takes a value, or where what it holds is given up. */
export interface FieldPlace extends Range {
  readonly file: string;
  readonly kind: 'set' | 'released';
  /** Of the function, without its class. */
  readonly name: string;
}

/** A name that more functions have is a word like any other. */
const mostFunctions = 100;

const index = new WordIndex();

/** Where the functions of the workspace set and give up a field, in the order of files and texts. */
export function fieldPlaces(
  workspace: Workspace,
  path: string,
  fn: Function,
  { place, name }: Variable,
): readonly FieldPlace[] {
  const owner = place.kind === 'field' ? (place.owner ?? fn.class) : undefined;
  if (owner === undefined) return [];
  const asking = new SymbolicProgram(workspace, path);
  const isIt = (field: FieldName): boolean =>
    field.owner === owner ||
    (field.owner !== undefined && (asking.isA(owner, field.owner) || asking.isA(field.owner, owner)));
  const entries = workspace
    .readFiles()
    .flatMap((file) => index.functions(file, name).map((entry) => ({ file, entry })));
  if (entries.length > mostFunctions) return [];
  const found = new Map<string, FieldPlace>();
  for (const { file, entry } of entries) {
    const program = new SymbolicProgram(workspace, file.path);
    for (const variant of workspace.lowerer.lower(file, entry).variants)
      for (const use of keptUses(variant, name, program)) {
        const kind = use.kind === 'stores' ? 'set' : use.kind === 'releases' ? 'released' : undefined;
        if (!kind || !isIt(use.field)) continue;
        const range = rangeOf(file, entry.chunk.start, use.at);
        const key = `${file.path} ${kind} ${range.line} ${range.column}`;
        if (!found.has(key)) found.set(key, { file: file.path, kind, name: variant.name, ...range });
      }
  }
  return [...found.values()];
}
