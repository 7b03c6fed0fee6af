import { describe, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { allRules } from '../../../server/rules/index';
import { surroundings } from '../../support/rule-examples';

interface Squiggle {
  readonly line: number;
  readonly column: number;
  readonly end: number;
  readonly severity: string;
  readonly rule: string;
  readonly text: string;
}

/** The squiggles drawn under the lines of an example, and those of findings, in one form. */
function expected(source: string, rule: string): Squiggle[] {
  const found: Squiggle[] = [];
  let above = 0;
  source.split('\n').forEach((line, index) => {
    const mark = /^\s*\/\/\s*(\^+) (error|warning|info)(?:\(([a-z-]+)\))?: (.*)$/.exec(line);
    if (!mark) {
      above = index + 1;
      return;
    }
    const column = line.indexOf('^') + 1;
    found.push({
      line: above,
      column,
      end: column + mark[1]!.length,
      severity: mark[2]!,
      rule: mark[3] ?? rule,
      text: mark[4]!,
    });
  });
  return found;
}

function actual(source: string): Squiggle[] {
  const service = createService();
  service.setFile('FrameGrabber.cpp', surroundings + source);
  const skip = surroundings.split('\n').length - 1;
  const findings = service.diagnose('FrameGrabber.cpp').filter((finding) => !finding.suppressed);
  return findings.map((finding) => ({
    line: finding.line - skip,
    column: finding.column,
    end: finding.endColumn,
    severity: finding.severity,
    rule: finding.rule,
    text: finding.message.split('\n')[0]!,
  }));
}

const byPlace = (a: Squiggle, b: Squiggle): number =>
  a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : 1);

describe.each(allRules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test.each(rule.examples.bad.map((example) => [example.title, example.source] as const))('bad: %s', (_, source) => {
    const wanted = expected(source, id);
    expect(wanted.some((squiggle) => squiggle.rule === id)).toBe(true);
    expect(actual(source).toSorted(byPlace)).toEqual(wanted.toSorted(byPlace));
  });

  test.each(rule.examples.good.map((example) => [example.title, example.source] as const))('good: %s', (_, source) => {
    expect(expected(source, id)).toEqual([]);
    expect(actual(source)).toEqual([]);
  });
});
