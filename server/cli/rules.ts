import type { RuleInfo } from './sarif';
import type { Terminal } from './terminal';
import { paint } from './terminal';

/** `maplens rules`: each rule in a line, or all that is known of them as JSON. */
export function listRules(rules: readonly RuleInfo[], format: 'text' | 'json', terminal: Terminal): number {
  if (format === 'json') {
    terminal.out(`${JSON.stringify({ rules }, null, 2)}\n`);
    return 0;
  }
  const brush = paint(terminal.color);
  const width = Math.max(...rules.map(({ id }) => id.length));
  for (const { id, severity, title } of rules)
    terminal.out(`${brush.bold(id.padEnd(width))}  ${severity.padEnd(7)}  ${title}\n`);
  return 0;
}

/** `maplens explain`: what a rule finds, why it matters and what to do, with examples. */
export function explainRule(id: string, rules: readonly RuleInfo[], terminal: Terminal): number {
  const rule = rules.find((each) => each.id === id);
  if (!rule) {
    terminal.error(`no rule "${id}"; "maplens rules" lists them`);
    return 2;
  }
  terminal.out(rule.page);
  return 0;
}
