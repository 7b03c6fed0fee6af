import type { Configuration, Level } from '../settings/configuration';
import { configurationName, readConfiguration, readRulesSetting } from '../settings/configuration';
import { LineMap } from '../syntax/text';
import type { ConfigurationProblem } from './service';

interface Read {
  readonly configuration: Configuration;
  readonly problems: readonly ConfigurationProblem[];
}

/** Whether a path or URI is that of a configuration. */
export function isConfiguration(file: string): boolean {
  return file === configurationName || file.endsWith(`/${configurationName}`);
}

/**
 * The configurations of a workspace. The nearest `.maplens.json` above a file says what it says; of what it does not
 * mention, the editor's setting of the innermost folder.
 */
export class Configurations {
  readonly #rules: readonly string[];
  readonly #root: string;
  /** By folder. */
  readonly #files = new Map<string, Read>();
  readonly #settings = new Map<string, Configuration>();

  /** `root`: the folder that relative names start from; '' where all are relative to one that need not be known. */
  constructor(rules: readonly string[], root: string) {
    this.#rules = rules;
    this.#root = root.replaceAll('\\', '/');
  }

  setFile(file: string, text: string): void {
    const { configuration, problems } = readConfiguration(text, this.#rules);
    const lines = new LineMap(text);
    this.#files.set(folderOf(this.#absolute(file)), {
      configuration,
      problems: problems.map(({ message, start, end }) => {
        const from = lines.position(start);
        const to = lines.position(end);
        return { file, message, ...from, endLine: to.line, endColumn: to.column };
      }),
    });
  }

  removeFile(file: string): void {
    this.#files.delete(folderOf(this.#absolute(file)));
  }

  /** Takes the editor's setting for a folder, undefined where it has none; yields what is wrong with it. */
  setRules(folder: string, value: unknown): readonly string[] {
    const name = this.#absolute(folder).replace(/\/$/, '');
    this.#settings.delete(name);
    if (value === undefined || value === null) return [];
    const { configuration, problems } = readRulesSetting(value, this.#rules);
    this.#settings.set(name, configuration);
    return problems;
  }

  /** By file name, and in a file in the order of the text. */
  problems(): readonly ConfigurationProblem[] {
    return [...this.#files.values()]
      .flatMap(({ problems }) => problems)
      .toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
  }

  /** The level that a rule has in a file where anybody says so. */
  level(rule: string, file: string): Level | undefined {
    const name = this.#absolute(file);
    const own = nearest(this.#files, name);
    const set = nearest(this.#settings, name);
    return own?.value.configuration.level(rule, own.path) ?? set?.value.level(rule, set.path);
  }

  /** Whether findings of a file are wanted. */
  includes(file: string): boolean {
    const own = nearest(this.#files, this.#absolute(file));
    return own?.value.configuration.includes(own.path) ?? true;
  }

  /** URIs and absolute paths as they are; others from the root on, without `.` and `..`. */
  #absolute(name: string): string {
    if (/^(?:\/|[a-z][a-z0-9+.-]*:)/i.test(name)) return uriPath(name);
    const parts = this.#root === '' ? [] : this.#root.split('/');
    for (const part of name.split('/'))
      if (part === '..' && parts.length > 0) parts.pop();
      else if (part !== '.') parts.push(part);
    return parts.join('/');
  }
}

function nearest<T>(
  byFolder: ReadonlyMap<string, T>,
  file: string,
): { readonly value: T; readonly path: string } | undefined {
  if (byFolder.size === 0) return undefined;
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    const value = byFolder.get(folder);
    if (value !== undefined) return { value, path: file.slice(folder === '' ? 0 : folder.length + 1) };
    if (folder === '') return undefined;
  }
}

/** What stands before the last slash; '' at the top. */
function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}

/** A URI with its percent signs resolved, so that globs name what people see. */
function uriPath(name: string): string {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(name)) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
