import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '../features/service';
import { displayPath, problemOf } from '../files';

/** Findings that a team knows of already: only others are reported. */

export interface BaselineEntry {
  /** Relative to the baseline's folder, with forward slashes. */
  readonly file: string;
  readonly rule: string;
  readonly function: string;
  readonly fingerprint: string;
}

export type ReadBaseline =
  | { readonly ok: true; readonly entries: readonly BaselineEntry[] }
  /** One line, without the file's name. */
  | { readonly ok: false; readonly message: string };

export async function readBaseline(path: string): Promise<ReadBaseline> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return { ok: false, message: problemOf(path, error).message };
  }
  try {
    const value: unknown = JSON.parse(text);
    const entries = isObject(value) && value['version'] === 1 ? value['findings'] : undefined;
    if (Array.isArray(entries) && entries.every(isEntry)) return { ok: true, entries };
  } catch {
    // Told below, like JSON that is no baseline.
  }
  return { ok: false, message: 'is no baseline; --write-baseline writes one' };
}

/** Writes all findings as known; yields what went wrong, in one line without the file's name. */
export async function writeBaseline(
  path: string,
  findings: readonly Finding[],
  prints: ReadonlyMap<Finding, string>,
  from: string,
): Promise<string | undefined> {
  const text = `${JSON.stringify({ version: 1, findings: entriesOf(path, findings, prints, from) }, null, 2)}\n`;
  try {
    await writeFile(path, text);
    return undefined;
  } catch (error) {
    return problemOf(path, error).message.replace(/read/, 'written');
  }
}

export interface Comparison {
  readonly fresh: readonly Finding[];
  readonly known: number;
  /** Entries that no finding answers to, of files that were checked or are gone. */
  readonly stale: readonly BaselineEntry[];
}

/** Tells new findings from known ones. One that moved to another file as it is stays known. */
export function compare(
  path: string,
  entries: readonly BaselineEntry[],
  findings: readonly Finding[],
  prints: ReadonlyMap<Finding, string>,
  checked: ReadonlySet<string>,
  from: string,
): Comparison {
  const open = new Set(entries);
  const take = (fits: (entry: BaselineEntry) => boolean): boolean => {
    for (const entry of open)
      if (fits(entry)) {
        open.delete(entry);
        return true;
      }
    return false;
  };
  const nameOf = (finding: Finding): string => relativeTo(path, finding.file, from);
  const unknown = findings.filter(
    (finding) => !take((entry) => entry.fingerprint === prints.get(finding) && entry.file === nameOf(finding)),
  );
  const folder = dirname(path);
  const isGone = (entry: BaselineEntry): boolean => !existsSync(resolve(folder, entry.file));
  const fresh = unknown.filter(
    (finding) => !take((entry) => entry.fingerprint === prints.get(finding) && isGone(entry)),
  );
  const names = new Set([...checked].map((file) => relativeTo(path, file, from)));
  return {
    fresh,
    known: findings.length - fresh.length,
    stale: [...open].filter((entry) => names.has(entry.file) || isGone(entry)),
  };
}

function entriesOf(
  path: string,
  findings: readonly Finding[],
  prints: ReadonlyMap<Finding, string>,
  from: string,
): readonly BaselineEntry[] {
  return findings.map((finding) => ({
    file: relativeTo(path, finding.file, from),
    rule: finding.rule,
    function: finding.function,
    fingerprint: prints.get(finding) ?? '',
  }));
}

function relativeTo(path: string, file: string, from: string): string {
  return displayPath(resolve(from, file), dirname(path));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isEntry(value: unknown): value is BaselineEntry {
  return (
    isObject(value) && ['file', 'rule', 'function', 'fingerprint'].every((name) => typeof value[name] === 'string')
  );
}
