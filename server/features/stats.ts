import type { Function } from '../ir/types';
import type { Workspace } from '../workspace/workspace';
import type { Diagnostics } from './diagnostics';
import type { Stats } from './service';

/** Counts what was read, and what of it was not understood. */
export function statsOf(workspace: Workspace, diagnostics: Diagnostics, all: boolean): Stats {
  if (all) workspace.readAll();
  const read = workspace.readFiles();
  const lowered = { whole: 0, part: 0, none: 0 };
  const gaps = new Map<string, number>();
  let functions = 0;
  let delimited = 0;
  let bytes = 0;
  let budgetEnded = 0;
  for (const file of read) {
    bytes += file.text.length;
    budgetEnded += diagnostics.budgetEnded(file.path);
    for (const each of workspace.functions(file.path)) {
      functions++;
      if (each.delimited) delimited++;
      if (each.variants.length === 0) {
        lowered.none++;
        continue;
      }
      const constructs = new Set(each.variants.flatMap(gapsOf));
      if (constructs.size === 0) lowered.whole++;
      else lowered.part++;
      for (const construct of constructs) gaps.set(construct, (gaps.get(construct) ?? 0) + 1);
    }
  }
  const files = workspace.paths().length;
  return {
    files,
    scannedOnly: files - read.length,
    bytes,
    functions,
    delimited,
    lowered,
    gaps: Object.fromEntries([...gaps].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))),
    budgetEnded,
  };
}

function gapsOf(fn: Function): string[] {
  return [...fn.gaps.map((gap) => gap.construct), ...fn.closures.flatMap(gapsOf)];
}
