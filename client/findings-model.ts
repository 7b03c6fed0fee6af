import type { FileFindings, FindingItem } from '../server/protocol';

/** The tree of findings, as data; knows no VS Code. */

export type Grouping = 'rule' | 'class';

export interface FindingGroup {
  readonly key: string;
  readonly label: string;
  readonly findings: readonly FindingItem[];
}

/** Qualified name of a finding's class; of a function without one, its file. */
export function classOf({ function: name, uri }: FindingItem): string {
  const at = name.lastIndexOf('::');
  return at < 0 ? fileName(uri) : name.slice(0, at);
}

export function fileName(uri: string): string {
  const path = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The finding's first line, which says what is wrong. */
export function headline({ message }: Pick<FindingItem, 'message'>): string {
  return message.split('\n', 1)[0]!;
}

/** "readVersion:76", or outside of functions "Driver.cpp:3". */
export function shortPlace({ function: name, uri, line }: FindingItem): string {
  return `${name === '' ? fileName(uri) : name.slice(name.lastIndexOf(':') + 1)}:${line}`;
}

/** All findings by file and place. */
export function ordered(files: readonly FileFindings[]): readonly FindingItem[] {
  return files
    .toSorted((a, b) => (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : 0))
    .flatMap(({ findings }) => findings.toSorted(byPlace));
}

function byPlace(a: FindingItem, b: FindingItem): number {
  return a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}

/** Those that have every word of the filter in their rule, text, function or file; the filter knows no case. */
export function matching(findings: readonly FindingItem[], filter: string): readonly FindingItem[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return findings.filter((finding) => {
    const { rule, title, message, function: name, uri } = finding;
    const text = [rule, title, message, name, fileName(uri)].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Groups with the most serious findings first, then the largest, then by name. */
export function groups(findings: readonly FindingItem[], by: Grouping): readonly FindingGroup[] {
  const found = new Map<string, FindingItem[]>();
  for (const finding of findings) {
    const key = by === 'rule' ? finding.rule : classOf(finding);
    const known = found.get(key);
    if (known) known.push(finding);
    else found.set(key, [finding]);
  }
  return [...found]
    .map(([key, members]) => ({ key, label: by === 'rule' ? members[0]!.title : key, findings: members }))
    .toSorted(
      (a, b) =>
        worst(a) - worst(b) ||
        b.findings.length - a.findings.length ||
        (a.label < b.label ? -1 : a.label > b.label ? 1 : 0),
    );
}

const severities = ['error', 'warning', 'info', 'hint'] as const;

function worst({ findings }: FindingGroup): number {
  return Math.min(...findings.map(({ severity }) => severities.indexOf(severity)));
}

/** Where a person looks: a file, and a place in it that counts from 1. */
export interface Caret {
  readonly uri: string;
  readonly line: number;
  readonly column: number;
}

/** The finding after or before a place, in the order of files and text; round the end to the beginning. */
export function neighbour(
  findings: readonly FindingItem[],
  from: Caret | undefined,
  direction: 1 | -1,
): FindingItem | undefined {
  if (!from) return direction === 1 ? findings[0] : findings.at(-1);
  const compare = (one: FindingItem): number =>
    one.uri === from.uri ? one.line - from.line || one.column - from.column : one.uri < from.uri ? -1 : 1;
  return direction === 1
    ? (findings.find((one) => compare(one) > 0) ?? findings[0])
    : (findings.findLast((one) => compare(one) < 0) ?? findings.at(-1));
}

/** "3 findings", "2 of 3 findings with “leak”". */
export function countText(shown: number, all: number, filter: string): string {
  const noun = `finding${all === 1 ? '' : 's'}`;
  return filter.trim() === '' ? `${all} ${noun}` : `${shown} of ${all} ${noun} with “${filter.trim()}”`;
}
