import type { Fact } from './facts/fact';

/** docs/model.md: each fact with the scenarios that show it, and how they ran. */

export interface ShownScenario {
  /** Relative to test/conformance. */
  readonly file: string;
  readonly title: string;
  readonly facts: readonly string[];
  readonly machines: readonly string[];
  /** Machines on which something was not as expected. */
  readonly failing: readonly string[];
}

const sections: Readonly<Record<string, string>> = {
  A: 'Constants',
  B: 'createMappingInTask() step by step',
  C: 'Sharing, sub-maps, lifetime',
  D: 'The methods of IOMemoryMap',
  E: 'Where mappings are placed',
  F: 'prepare(), complete() and mappings',
  G: 'Who owns what',
  H: 'Releases of macOS',
  I: 'XNU’s own tests',
  K: 'Where the kernel does otherwise than it is often told',
  L: 'How a mapping request is decided',
  seed: 'The introductory text, sentence by sentence',
};

/** "C.3" → "C". */
export function sectionOf(id: string): string {
  return /^[A-Za-z]+/.exec(id)?.[0] ?? id;
}

export function modelPage(introduction: string, facts: readonly Fact[], scenarios: readonly ShownScenario[]): string {
  const used = [...new Set(facts.map(({ id }) => sectionOf(id)))];
  const order = Object.keys(sections);
  used.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const parts = used.map((section) => sectionText(section, facts, scenarios));
  return [introduction.trimEnd(), ...parts].join('\n\n') + '\n';
}

function sectionText(section: string, facts: readonly Fact[], scenarios: readonly ShownScenario[]): string {
  const own = facts.filter(({ id }) => sectionOf(id) === section);
  const rows = own.map((fact) => {
    const shown = scenarios.filter((scenario) => scenario.facts.includes(fact.id));
    return `| ${cell(fact.id)} | ${cell(fact.text)} | ${cell(fact.source)} | ${scenarioCell(fact, shown)} | ${resultCell(shown)} |`;
  });
  const settled = own.flatMap(({ id, settled: text }) => (text ? [`- **${id}**: ${escaped(text)}`] : []));
  return [
    `## ${section === 'seed' ? '' : `${section}. `}${sections[section] ?? ''}`.trimEnd(),
    '',
    '| fact | what the kernel does | where | shown by | result |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ...(settled.length ? ['', 'How what was only inferred was settled:', '', ...settled] : []),
  ].join('\n');
}

function scenarioCell(fact: Fact, shown: readonly ShownScenario[]): string {
  if (!shown.length) return fact.unshown ? `can’t be shown: ${cell(fact.unshown)}` : 'nothing';
  return shown.map(({ file, title }) => `[${cell(title)}](../test/conformance/${file})`).join('<br>');
}

function resultCell(shown: readonly ShownScenario[]): string {
  const machines = [...new Set(shown.flatMap((scenario) => scenario.machines))];
  return machines
    .map((machine) => `${machine}: ${shown.some(({ failing }) => failing.includes(machine)) ? 'FAILS' : 'holds'}`)
    .join('<br>');
}

function cell(text: string): string {
  return escaped(text).replaceAll('|', '\\|');
}

function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('<', '&lt;').replaceAll('*', '\\*').replaceAll('_', '\\_');
}
