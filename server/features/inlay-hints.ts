import { bitFamilies, mapsContract } from '../api/attributes';
import { mapRequest, mapBits, sure } from '../rules/calls';
import type { CallFacts } from '../symbolic/events';
import type { Workspace } from '../workspace/workspace';
import { insightOf } from './insight';
import { agreedBits, readOptions } from './option-words';
import { rangeOf } from './positions';
import type { InlayHint } from './service';

/**
 * What the text of some lines (1-based, both inclusive) leaves open for the reader: which options a number stands for,
 * and with which protection a mapping ends up.
 */
export function inlayHintsOf(
  workspace: Workspace,
  path: string,
  firstLine: number,
  lastLine: number,
): readonly InlayHint[] {
  const file = workspace.file(path);
  if (!file || file.mentions !== 'mapping') return [];
  const hints: InlayHint[] = [];
  for (const { entry, variants } of workspace.mappingFunctions(path)) {
    const { start, end } = entry.chunk;
    const fn = variants[0];
    if (!fn || file.lines.position(end).line < firstLine || file.lines.position(start).line > lastLine) continue;
    for (const paths of insightOf(workspace, path, fn).calls.values())
      for (const { at, text, tooltip } of hintsOf(workspace, paths)) {
        const { line, column } = rangeOf(file, start, { start: at, end: at });
        if (firstLine <= line && line <= lastLine) hints.push({ line, column, text, tooltip });
      }
  }
  return hints.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function* hintsOf(
  workspace: Workspace,
  paths: readonly CallFacts[],
): Iterable<{ readonly at: number; readonly text: string; readonly tooltip: string }> {
  const [first] = paths;
  if (!first?.written) return;
  for (const { parameter, shape, span } of first.arguments) {
    const families = bitFamilies(parameter);
    if (families.length === 0 || shape !== 'constant') continue;
    const bits = agreedBits(
      paths.flatMap((path) => path.arguments.filter((one) => one.parameter === parameter).map((one) => one.bits)),
    );
    if (!bits || bits.ones === 0n || bits.named.length > 0) continue;
    const { words, strange } = readOptions(workspace.api.model, families, bits);
    const names = words.map(({ name }) => name);
    if (strange !== 0n) names.push(`0x${strange.toString(16)}`);
    yield { at: span.end, text: `= ${names.join(' | ')}`, tooltip: 'The options that this number stands for' };
  }
  const protection = protectionOf(paths);
  if (protection) yield { at: first.at.end, ...protection };
}

/** What a mapping lets its task do, where every path agrees. */
function protectionOf(paths: readonly CallFacts[]): { readonly text: string; readonly tooltip: string } | undefined {
  const requests = paths.map(mapRequest);
  if (!mapsContract(paths[0]!.declaration)) return undefined;
  if (requests.every((one) => one && sure(one.ones, mapBits.readOnly)))
    return { text: 'r--', tooltip: 'The mapping can be read only (kIOMapReadOnly)' };
  if (requests.every((one) => one && sure(one.zeros, mapBits.readOnly)))
    return {
      text: 'rw-',
      tooltip:
        'The mapping can be read and written, unless the memory itself is read-only: the direction is no protection',
    };
  return undefined;
}
