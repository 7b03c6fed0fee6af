import { createHash } from 'node:crypto';
import type { Finding } from '../features/service';
import { Kind, Scanner } from '../syntax/scan';
import { LineMap } from '../syntax/text';

/**
 * What a finding is recognised by when lines move: its rule, its function, the statement that it begins in without white
 * space and comments, the names that its first line quotes, and which of several such it is in the file. One value for
 * each finding, in their order; `text` is that of the file that all of them are in.
 */
export function fingerprints(findings: readonly Finding[], text: string): readonly string[] {
  if (findings.length === 0) return [];
  const lines = new LineMap(text);
  const statements = statementsAt(
    text,
    findings.map(({ line, column }) => lines.offset(line, column)),
  );
  const seen = new Map<string, number>();
  return findings.map((finding, index) => {
    const names = finding.message.split('\n')[0]!.match(/'\w+'/g) ?? [];
    const key = [finding.rule, finding.function, statements[index]!, ...names].join('\n');
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${hash}:${String(count)}`;
  });
}

/** The tokens between braces and semicolons around each offset, with single spaces. */
function statementsAt(text: string, offsets: readonly number[]): readonly string[] {
  const found = offsets.map(() => '');
  const scanner = new Scanner(text);
  let words: string[] = [];
  let start = 0;
  const close = (end: number): void => {
    for (const [index, offset] of offsets.entries())
      if (start <= offset && offset < end) found[index] = words.join(' ');
    words = [];
    start = end;
  };
  while (scanner.next()) {
    if (scanner.kind === Kind.Directive) continue;
    words.push(scanner.word);
    if (scanner.kind === Kind.Punctuator && /^[;{}]$/.test(scanner.word)) close(scanner.end);
  }
  close(text.length + 1);
  return found;
}

/** Fingerprints of findings in several files, by finding. */
export function fingerprintsOf(
  findings: readonly Finding[],
  texts: ReadonlyMap<string, string>,
): ReadonlyMap<Finding, string> {
  const byFile = new Map<string, Finding[]>();
  for (const finding of findings) {
    const list = byFile.get(finding.file);
    if (list) list.push(finding);
    else byFile.set(finding.file, [finding]);
  }
  const found = new Map<Finding, string>();
  for (const [file, list] of byFile)
    fingerprints(list, texts.get(file) ?? '').forEach((value, index) => found.set(list[index]!, value));
  return found;
}
