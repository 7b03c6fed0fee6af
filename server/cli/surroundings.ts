import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { displayPath, listSources, readSource } from '../files';

/** How many files a run reads at most beside its own. */
const fileLimit = 2000;

/**
 * What a run of one file's function may need: the sources of its folder, the headers that these include, found anywhere
 * in the project, and the sources that belong to those headers. The project is the nearest folder above with a .git, else
 * the working directory where the file is in it, else the file's folder.
 */
export async function surroundings(file: string, from: string): Promise<ReadonlyMap<string, string>> {
  const folder = dirname(resolve(from, file));
  const root = await projectOf(folder, resolve(from));
  const project = root === folder ? undefined : (await listSources(root)).paths.map((path) => resolve(path));
  const byName = new Map<string, string[]>();
  for (const path of project ?? []) {
    const same = byName.get(basename(path));
    if (same) same.push(path);
    else byName.set(basename(path), [path]);
  }
  const texts = new Map<string, string>();
  const queue = (await listSources(folder)).paths.map((path) => resolve(path));
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
