import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { displayPath, problemOf } from '../files';
import type { FileProblem } from '../files';
import { configurationName } from '../settings/configuration';

/**
 * The `.maplens.json` files that may count for some sources: in their folders and above, up to the one that has a `.git`,
 * or to the root. Texts by the name that the sources' names go with.
 */
export async function loadConfigurations(
  files: Iterable<string>,
  from: string,
): Promise<{ readonly texts: ReadonlyMap<string, string>; readonly problems: readonly FileProblem[] }> {
  const texts = new Map<string, string>();
  const problems: FileProblem[] = [];
  const seen = new Set<string>();
  for (const file of files)
    for (let folder = dirname(resolve(from, file)); !seen.has(folder); folder = dirname(folder)) {
      seen.add(folder);
      const path = join(folder, configurationName);
      const name = displayPath(path, from);
      try {
        texts.set(name, await readFile(path, 'utf8'));
      } catch (error) {
        const problem = problemOf(name, error);
        if (problem.kind !== 'missing') problems.push(problem);
      }
      if (await stat(join(folder, '.git')).catch(() => undefined)) break;
    }
  return { texts, problems };
}
