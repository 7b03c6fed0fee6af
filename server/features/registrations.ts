import { has } from '../api/attributes';
import type { Program } from '../symbolic/program';
import type { RunsIn } from '../symbolic/registrations';
import { registrationsIn } from '../symbolic/registrations';
import type { FileFacts, FunctionEntry } from '../workspace/facts';
import type { SourceFile } from '../workspace/source-file';
import type { Workspace } from '../workspace/workspace';

interface Kept {
  readonly text: string;
  readonly facts: FileFacts | undefined;
  readonly entries: readonly FunctionEntry[];
}

const registering = new WeakMap<SourceFile, Kept>();

/**
 * In which contexts the kernel calls the workspace's functions, by their names; of free functions those that `path`
 * hands over itself. Where a function is called in two, the stricter one.
 */
export function registeredFunctions(workspace: Workspace, path: string, program: Program): ReadonlyMap<string, RunsIn> {
  const found = new Map<string, RunsIn>();
  for (const file of workspace.readFiles())
    for (const entry of registeringFunctions(workspace, file))
      for (const variant of workspace.lowerer.lower(file, entry).variants)
        for (const { what, runs } of registrationsIn(variant, program)) {
          if (typeof what === 'number' || (!what.includes('::') && file.path !== path)) continue;
          if (found.get(what)?.context !== 'interrupt') found.set(what, runs);
        }
  return found;
}

/** Functions whose text has the name of a call that functions are handed to. */
function registeringFunctions(workspace: Workspace, file: SourceFile): readonly FunctionEntry[] {
  const known = registering.get(file);
  if (known?.text === file.text && known.facts === file.facts) return known.entries;
  const words = wordsOf(workspace);
  const entries = words.test(file.text)
    ? (file.facts?.functions ?? []).filter(
        ({ hasBody, chunk }) => hasBody && words.test(file.text.slice(chunk.start, chunk.end)),
      )
    : [];
  registering.set(file, { text: file.text, facts: file.facts, entries });
  return entries;
}

const patterns = new WeakMap<object, RegExp>();

function wordsOf({ api: { model } }: Workspace): RegExp {
  let pattern = patterns.get(model);
  if (!pattern) {
    const names = [...model.functions()]
      .filter(({ parameters }) => parameters.some((parameter) => has(parameter, 'runs')))
      .map(({ name }) => name);
    patterns.set(model, (pattern = new RegExp(`\\b(?:${[...new Set(names)].join('|')})\\b`)));
  }
  return pattern;
}
