import { allRules } from '../rules/index';
import type { Finding, Suggestion } from './service';
import { isBetweenLines } from './suppressions';

const uncheckable = new Set(allRules.filter(({ semantics }) => semantics.length === 0).map(({ id }) => id));

/** For each finding a comment above its line that suppresses it, in that line's indentation. */
export function suggestSuppressions(text: string, findings: readonly Finding[]): readonly Suggestion[] {
  const suggestions: Suggestion[] = [];
  const seen = new Set<string>();
  for (const { rule, line, suppressed } of findings) {
    const key = `${String(line)} ${rule}`;
    if (suppressed || uncheckable.has(rule) || seen.has(key)) continue;
    seen.add(key);
    const start = offsetOfLine(text, line);
    if (!isBetweenLines(text, start)) continue;
    const lineText = /[^\r\n]*(?:\r?\n)?/.exec(text.slice(start))![0];
    suggestions.push({
      title: `Suppress ${rule} here`,
      rule,
      range: { line, column: 1, endLine: line, endColumn: 1 },
      before: `${/^[ \t]*/.exec(lineText)![0]}// maplens-ignore-next-line ${rule} -- `,
      placeholder: '<reason>',
      after: lineText.endsWith('\r\n') ? '\r\n' : '\n',
    });
  }
  return suggestions;
}

function offsetOfLine(text: string, line: number): number {
  let at = 0;
  for (let current = 1; current < line; current++) at = text.indexOf('\n', at) + 1;
  return at;
}
