import type { Function } from '../ir/types';
import type { Workspace } from '../workspace/workspace';
import type { Diagnostics } from './diagnostics';
import type { Stats } from './service';

/** Counts what was read of some files, and what of it was not understood. */
export function statsOf(
  workspace: Workspace,
  diagnostics: Diagnostics,
  all: boolean,
  files: readonly string[] = workspace.paths(),
): Stats {
  if (all) workspace.readAll();
  const wanted = new Set(files);
  const read = workspace.readFiles().filter(({ path }) => wanted.has(path));
  const lowered = { whole: 0, part: 0, none: 0 };
  const gaps = new Map<string, number>();
  let functions = 0;
  let delimited = 0;
  let bytes = 0;
  const budgetEnded: string[] = [];
  let merged = 0;
  for (const file of read) {
    bytes += file.text.length;
    const limits = diagnostics.limits(file.path);
    budgetEnded.push(...limits.budgetEnded);
    merged += limits.merged;
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
  return {
    files: wanted.size,
    scannedOnly: wanted.size - read.length,
    bytes,
    functions,
    delimited,
    lowered,
    gaps: mostFirst(gaps),
    budgetEnded: budgetEnded.toSorted(),
    merged,
  };
}

/** The counts of two sets of files that have no file in common, together. */
export function addStats(a: Stats, b: Stats): Stats {
  const gaps = new Map(Object.entries(a.gaps));
  for (const [construct, count] of Object.entries(b.gaps)) gaps.set(construct, (gaps.get(construct) ?? 0) + count);
  return {
    files: a.files + b.files,
    scannedOnly: a.scannedOnly + b.scannedOnly,
    bytes: a.bytes + b.bytes,
    functions: a.functions + b.functions,
    delimited: a.delimited + b.delimited,
    lowered: {
      whole: a.lowered.whole + b.lowered.whole,
      part: a.lowered.part + b.lowered.part,
      none: a.lowered.none + b.lowered.none,
    },
    gaps: mostFirst(gaps),
    budgetEnded: [...a.budgetEnded, ...b.budgetEnded].toSorted(),
    merged: a.merged + b.merged,
  };
}

function mostFirst(gaps: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...gaps].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

function gapsOf(fn: Function): string[] {
  return [...fn.gaps.map((gap) => gap.construct), ...fn.closures.flatMap(gapsOf)];
}
