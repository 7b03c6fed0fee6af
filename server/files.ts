import { opendir, open, realpath, stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Reading sources from a disk, for the front doors that have one (command line, language server). */

/** Endings of files that a folder is searched for. A file that is named itself is read whatever its ending. */
export const sourceExtensions: readonly string[] = [
  '.c',
  '.cc',
  '.cpp',
  '.cxx',
  '.h',
  '.hh',
  '.hpp',
  '.hxx',
  '.iig',
  '.mm',
];

/** Larger files are not read: no hand-written source comes near. */
export const maximumBytes = 8 * 1024 * 1024;

const skippedFolders = new Set(['node_modules', 'build', 'Build', 'DerivedData', 'dist', 'out', 'CMakeFiles', 'Pods']);

export interface FileProblem {
  /** As it was given or found. */
  readonly path: string;
  readonly kind: 'missing' | 'unreadable' | 'binary' | 'empty' | 'too-large' | 'no-sources';
  /** One line without the path, e.g. "no such file or folder". */
  readonly message: string;
}

export type SourceText =
  | { readonly ok: true; readonly path: string; readonly text: string }
  | { readonly ok: false; readonly problem: FileProblem };

export interface SourceListing {
  /** Paths of the sources below a folder, in the order of their names, each file once. */
  readonly paths: readonly string[];
  readonly problems: readonly FileProblem[];
}

export interface ListOptions {
  /** False: the folder's own files only. */
  readonly deep?: boolean;
  /** When so many directory entries were seen, no further folder is entered. */
  readonly entryLimit?: number;
  /** Which files are wanted, by their names; sources where it is left out. */
  readonly wanted?: (name: string) => boolean;
}

export function isSource(path: string): boolean {
  return sourceExtensions.includes(extname(path).toLowerCase());
}

/** Whether a walk leaves a folder out: hidden ones, dependencies and build results. */
export function isSkippedFolder(name: string): boolean {
  return name.startsWith('.') || name.startsWith('cmake-build-') || skippedFolders.has(basename(name));
}

/**
 * The sources below a folder. Links are followed after everything else, and never to a place that was visited, so
 * cycles end. What can't be listed is a problem, not an exception.
 */
export async function listSources(folder: string, options: ListOptions = {}): Promise<SourceListing> {
  const { deep = true, entryLimit = Infinity, wanted = isSource } = options;
  let entriesSeen = 0;
  const paths: string[] = [];
  const problems: FileProblem[] = [];
  const seen = new Set<string>();
  const links: string[] = [];

  const visitFile = (path: string, real: string): void => {
    if (seen.has(real)) return;
    seen.add(real);
    paths.push(path);
  };
  const visitFolder = async (path: string): Promise<void> => {
    if (entriesSeen > entryLimit) return;
    try {
      const real = await realpath(path);
      if (seen.has(real)) return;
      seen.add(real);
      const entries = [];
      for await (const entry of await opendir(path)) entries.push(entry);
      entriesSeen += entries.length;
      entries.sort((a, b) => compare(a.name, b.name));
      for (const entry of entries) {
        const child = join(path, entry.name);
        if (entry.isSymbolicLink()) links.push(child);
        else if (entry.isDirectory()) {
          if (deep && !isSkippedFolder(entry.name)) await visitFolder(child);
        } else if (entry.isFile() && wanted(entry.name)) visitFile(child, join(real, entry.name));
      }
    } catch (error) {
      problems.push(problemOf(path, error));
    }
  };

  await visitFolder(folder);
  for (let link = links.shift(); link !== undefined; link = links.shift()) {
    const target = await stat(link).catch(() => undefined);
    if (target?.isDirectory()) {
      if (deep && !isSkippedFolder(basename(link))) await visitFolder(link);
    } else if (target?.isFile() && wanted(link)) visitFile(link, await realpath(link).catch(() => link));
  }
  return { paths: paths.sort(compare), problems };
}

/**
 * A source's text. UTF-8 and UTF-16 (by its mark) are decoded as such, other bytes one to one as Latin-1, so that old
 * files can be read too.
 */
export async function readSource(path: string): Promise<SourceText> {
  try {
    const handle = await open(path, 'r');
    try {
      const info = await handle.stat();
      if (info.isDirectory()) return failed(path, 'unreadable', 'is a folder');
      if (info.size > maximumBytes)
        return failed(
          path,
          'too-large',
          `${megabytes(info.size)}, more than the ${megabytes(maximumBytes)} that are read`,
        );
      const bytes = await handle.readFile();
      if (bytes.length === 0) return failed(path, 'empty', 'is empty');
      const text = decode(bytes);
      return text === undefined ? failed(path, 'binary', 'is not text') : { ok: true, path, text };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { ok: false, problem: problemOf(path, error) };
  }
}

/** A path as it is shown and reported: relative to a folder, with forward slashes. */
export function displayPath(path: string, from: string): string {
  const absolute = isAbsolute(path) ? path : resolve(from, path);
  return (relative(from, absolute) || basename(absolute)).split(sep).join('/');
}

/** What a failed file operation means, in words. */
export function problemOf(path: string, error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { path, kind: 'missing', message: 'no such file or folder' };
    case 'EACCES':
    case 'EPERM':
      return { path, kind: 'unreadable', message: 'may not be read' };
    case 'ELOOP':
      return { path, kind: 'unreadable', message: 'is a link that leads back to itself' };
    default:
      return { path, kind: 'unreadable', message: `can't be read${code ? ` (${code})` : ''}` };
  }
}

function failed(path: string, kind: FileProblem['kind'], message: string): SourceText {
  return { ok: false, problem: { path, kind, message } };
}

function decode(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.subarray(0, 8192).includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`;
}

/** By code units, as no locale may change the order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
