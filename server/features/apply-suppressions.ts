import { findRule } from '../rules/index';
import { suppressionOfUnknownRule, unknownSuppression, unknownRule } from '../rules/suppression-of-unknown-rule';
import { missingReason, suppressionWithoutReason } from '../rules/suppression-without-reason';
import { needlessSuppression, unusedSuppression } from '../rules/unused-suppression';
import type { Span } from '../syntax/text';
import type { SourceFile } from '../workspace/source-file';
import { rangeOf } from './positions';
import type { Finding, Fix } from './service';
import type { Suppression } from './suppressions';
import { readSuppressions } from './suppressions';

/**
 * Findings with those marked that a comment suppresses, and with what is wrong with the comments. `functionAt` names the
 * function that an offset of the text is in.
 */
export function applySuppressions(
  file: SourceFile,
  findings: readonly Finding[],
  functionAt: (offset: number) => string,
): readonly Finding[] {
  const { suppressions, unknown } = readSuppressions(file.text, () => file.chunks);
  if (suppressions.length === 0 && unknown.length === 0) return findings;
  const used = new Set<string>();
  const marked = findings.map((finding): Finding => {
    const offset = file.lines.offset(finding.line, finding.column);
    const covering = suppressions.filter((each) => covers(each, finding.rule, offset));
    for (const each of covering) used.add(keyOf(each, finding.rule));
    const reason = covering[0]?.reason;
    return reason === undefined ? finding : { ...finding, suppressed: { reason } };
  });
  const report = (rule: string, span: Span, message: string, fix?: Fix): Finding => ({
    file: file.path,
    ...rangeOf(file, 0, span),
    rule,
    severity: findRule(rule)?.severity ?? 'warning',
    message,
    function: functionAt(span.start),
    path: [],
    ...(fix && { fix }),
  });
  const about: Finding[] = unknown.map(({ word, ...span }) =>
    report(suppressionOfUnknownRule.id, span, unknownSuppression(word)),
  );
  for (const suppression of suppressions) {
    for (const { id, span } of suppression.rules)
      if (!findRule(id)) about.push(report(suppressionOfUnknownRule.id, span, unknownRule(id)));
    if (suppression.rules.length === 0) about.push(report(suppressionOfUnknownRule.id, suppression, unknownRule('')));
    if (suppression.reason === undefined) about.push(report(suppressionWithoutReason.id, suppression, missingReason));
    else if (!suppression.conditional)
      for (const rule of suppression.rules.filter(({ id }) => findRule(id) && !used.has(keyOf(suppression, id))))
        about.push(
          report(unusedSuppression.id, rule.span, needlessSuppression(rule.id, suppression.kind), {
            title: 'Remove the suppression',
            edits: [{ ...rangeOf(file, 0, removal(file.text, suppression, rule.span)), text: '' }],
          }),
        );
  }
  return [...marked, ...about];
}

function covers(suppression: Suppression, rule: string, offset: number): boolean {
  const { reason, target, rules } = suppression;
  return (
    reason !== undefined &&
    target !== undefined &&
    target.start <= offset &&
    offset < Math.max(target.end, target.start + 1) &&
    rules.some(({ id }) => id === rule)
  );
}

function keyOf(suppression: Suppression, rule: string): string {
  return `${String(suppression.start)} ${rule}`;
}

/** What to delete so that one rule is not suppressed any more: its name, or the comment, with its line if that is all. */
function removal(text: string, suppression: Suppression, rule: Span): Span {
  if (suppression.rules.length > 1) {
    const last = suppression.rules.at(-1)!.span.start === rule.start;
    return last
      ? { start: suppression.rules.at(-2)!.span.end, end: rule.end }
      : { start: rule.start, end: rule.end + /^[\s,]*/.exec(text.slice(rule.end))![0].length };
  }
  const { comment } = suppression;
  const start = text.lastIndexOf('\n', comment.start - 1) + 1;
  const newline = text.indexOf('\n', comment.end);
  const end = newline < 0 ? text.length : newline;
  const before = text.slice(start, comment.start);
  const after = text.slice(comment.end, end);
  if (after.trim() !== '') return comment;
  if (before.trim() === '') return { start, end: Math.min(text.length, end + 1) };
  return { start: comment.start - /\s*$/.exec(before)![0].length, end: comment.end };
}
