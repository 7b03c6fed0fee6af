import type { Example, RuleDescription } from './rule';

/** The text of docs/rules/<id>.md. */
export function rulePage(rule: RuleDescription): string {
  return [
    `# ${rule.title}`,
    '',
    [
      `Rule \`${rule.id}\``,
      rule.severity,
      `confidence: ${rule.confidence}`,
      ...(rule.semantics.length > 0 ? [`finds ${rule.semantics.join(', ')}`] : []),
    ].join(' · '),
    '',
    ...(rule.fix === undefined ? [] : [`A quick fix ${rule.fix}.`, '']),
    rule.explanation,
    '',
    '## Reported',
    '',
    ...rule.examples.bad.flatMap(writeExample),
    '## Not reported',
    '',
    ...rule.examples.good.flatMap(writeExample),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function writeExample(example: Example): string[] {
  return [`${example.title}:`, '', '```cpp', example.source.trimEnd(), '```', ''];
}
