import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { displayPath, listSources, readSource } from '../files';

/** How many files are read at most beside the named ones, and how far a project is searched for headers. */
const fileLimit = 2000;
const entryLimit = 100_000;

/**
 * What files that are named themselves may need to be understood: the sources of their folders, the headers that these
 * include, found anywhere in the project, and the sources that belong to those headers. The project is the nearest folder
 * above with a .git, else the working directory where the file is in it, else the file's folder.
 */
export async function surroundings(files: readonly string[], from: string): Promise<ReadonlyMap<string, string>> {
  const folders = new Set(files.map((file) => dirname(resolve(from, file))));
  const roots = new Set<string>();
  for (const folder of folders) roots.add(await projectOf(folder, resolve(from)));
  const byName = new Map<string, string[]>();
  for (const root of roots)
    for (const path of (await listSources(root, { entryLimit })).paths) {
      const same = byName.get(basename(path));
      if (same) same.push(path);
      else byName.set(basename(path), [path]);
    }
  const texts = new Map<string, string>();
  const queue: string[] = [];
  for (const folder of folders) queue.push(...(await listSources(folder, { deep: false })).paths);
  const seen = new Set(queue);
  const want = (path: string | undefined): void => {
    if (path === undefined || seen.has(path)) return;
    seen.add(path);
    queue.push(path);
  };
  for (let next = queue.shift(); next !== undefined && texts.size < fileLimit; next = queue.shift()) {
    const source = await readSource(next);
    if (!source.ok) continue;
    texts.set(displayPath(next, from), source.text);
    for (const [, name] of source.text.matchAll(/^[ \t]*#[ \t]*(?:include|import)[ \t]*["<]([^">\n]+)[">]/gm)) {
      const header = nearest(byName.get(basename(name!)) ?? [], name!, next);
      want(header);
      if (header !== undefined)
        for (const ending of ['.cpp', '.c', '.cc', '.cxx', '.mm']) {
          const stem = basename(header).replace(/\.[^.]*$/, '');
          want(nearest(byName.get(stem + ending) ?? [], stem + ending, header));
        }
    }
  }
  return new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function projectOf(folder: string, directory: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if (await stat(join(at, '.git')).catch(() => undefined)) return at;
    if (dirname(at) === at) break;
  }
  return folder === directory || folder.startsWith(directory + sep) ? directory : folder;
}

/** Of the files that end as an #include names them, the one that shares most folders with the includer. */
function nearest(paths: readonly string[], name: string, includer: string): string | undefined {
  const wanted = name.split('/').filter((part) => part !== '..' && part !== '.');
  let best: string | undefined;
  let most = -1;
  for (const path of paths) {
    const parts = path.split(sep);
    if (wanted.some((part, index) => parts[parts.length - wanted.length + index] !== part)) continue;
    const own = includer.split(sep);
    let shared = 0;
    while (shared < own.length && own[shared] === parts[shared]) shared++;
    if (shared > most) {
      most = shared;
      best = path;
    }
  }
  return best;
}
