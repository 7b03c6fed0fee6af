import { findRule } from '../rules/index';
import { LineMap } from '../syntax/text';
import type { Workspace } from '../workspace/workspace';
import { isConfiguration } from './configurations';
import type { RuleLink } from './service';
import { readSuppressions } from './suppressions';

/** Where a file names rules: in comments that suppress findings, and in a configuration. */
export function ruleLinks(workspace: Workspace, path: string, text: string | undefined): readonly RuleLink[] {
  if (isConfiguration(path)) return linksIn(text ?? '', namedIn(text ?? ''));
  const file = workspace.file(path);
  if (!file) return [];
  const { suppressions } = readSuppressions(file.text, () => file.chunks);
  return linksIn(
    file.text,
    suppressions.flatMap(({ rules }) => rules.map(({ id, span }) => ({ id, start: span.start }))),
  );
}

interface Named {
  readonly id: string;
  readonly start: number;
}

/** The names of members that are rules, whatever object they are in: one of levels, or one of a glob. */
function namedIn(text: string): readonly Named[] {
  return [...text.matchAll(/"([\w-]+)"(?=\s*:)/g)].map(({ 1: id, index }) => ({ id: id!, start: index + 1 }));
}

function linksIn(text: string, named: readonly Named[]): readonly RuleLink[] {
  const lines = new LineMap(text);
  return named.flatMap(({ id, start }) => {
    if (!findRule(id)) return [];
    const { line, column } = lines.position(start);
    return [{ line, column, endLine: line, endColumn: column + id.length, rule: id }];
  });
}
