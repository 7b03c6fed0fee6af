import { isScenario, Scenarios } from '../../../server/features/scenarios';
import { Workspace } from '../../../server/workspace/workspace';
import type { Finding, LanguageService, SimulationResult } from '../../../server/features/service';
import { runCli } from '../../../server/cli/main';
import type { RuleInfo } from '../../../server/cli/sarif';

const page = {
  confidence: 'high',
  semantics: ['J1'],
  page: '# A page\n\nWhy.\n',
  helpUri: 'https://example.org/',
} as const;

export const rules: readonly RuleInfo[] = [
  { id: 'leaked-reference', title: 'A reference is leaked', description: 'Why.', severity: 'warning', ...page },
  { id: 'ignored-address', title: 'An address is ignored', description: 'Why.', severity: 'info', ...page },
];

/** A service that finds each "LEAK" (a warning) and "NOTE" (an info) in a text, and runs nothing. */
export function fakeService(simulate?: LanguageService['simulate']): LanguageService {
  const texts = new Map<string, string>();
  const scenarios = new Scenarios(new Workspace());
  return {
    setFile: (file, text) => (isScenario(file) ? scenarios.setFile(file, text) : void texts.set(file, text)),
    removeFile: (file) => texts.delete(file),
    files: () => [...texts.keys()],
    diagnose: (file) =>
      [...(texts.get(file) ?? '').matchAll(/LEAK|NOTE/g)].map((match) => find(file, texts.get(file)!, match.index)),
    suggestions: () => [],
    setRules: () => [],
    configurationProblems: () => [],
    isIncluded: () => true,
    hover: () => undefined,
    signatureHelp: () => undefined,
    completions: () => [],
    inlayHints: () => [],
    lifetimes: () => ({ tracks: [], released: [] }),
    counterparts: () => ({ creations: [], releases: [] }),
    mappingSymbols: () => [],
    ruleLinks: () => [],
    entryPoints: () => [
      { file: 'a.cpp', function: 'A::start', mappings: 1, line: 1, column: 1, endLine: 1, endColumn: 2, lastLine: 1 },
      { file: 'a.cpp', function: 'A::twice', mappings: 1, line: 1, column: 1, endLine: 1, endColumn: 2, lastLine: 1 },
      { file: 'a.cpp', function: 'B::twice', mappings: 1, line: 1, column: 1, endLine: 1, endColumn: 2, lastLine: 1 },
    ],
    replay: () => ({ verdict: 'not-replayable', reason: 'a fake', step: 0 }),
    simulate: simulate ?? ((plan): SimulationResult => ({ ok: false, reason: `no function ${plan.function}` })),
    scenarioSources: (file) => scenarios.sources(file),
    simulateScenario: (file) => scenarios.simulate(file),
    scenarioForm: (file) => scenarios.form(file),
    scenarioFormWords: () => scenarios.formWords(),
    editScenario: (file, action) => scenarios.edit(file, action),
    stats: (all) => ({
      files: texts.size,
      scannedOnly: all ? 0 : 1,
      bytes: 10,
      functions: 4,
      delimited: 4,
      lowered: { whole: 3, part: 1, none: 0 },
      gaps: { 'asm statement': 1 },
      budgetEnded: [],
      merged: 0,
    }),
  };
}

function find(file: string, text: string, at: number): Finding {
  const before = text.slice(0, at).split('\n');
  const line = before.length;
  const column = before.at(-1)!.length + 1;
  const leak = text.startsWith('LEAK', at);
  const range = { line, column, endLine: line, endColumn: column + 4 };
  return {
    ...range,
    file,
    rule: leak ? 'leaked-reference' : 'ignored-address',
    severity: leak ? 'warning' : 'info',
    message: leak ? "'map' leaks\nRelease it." : 'the address is ignored',
    function: 'A::start',
    path: leak
      ? [
          { file, ...range, message: 'map gets a reference' },
          { file: 'other.h', line: 7, column: 3, endLine: 7, endColumn: 4, message: 'the function returns' },
        ]
      : [],
  };
}

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly errors: readonly string[];
}

/** Runs the command line in a folder, with standard streams caught. */
export async function run(
  directory: string,
  argv: readonly string[],
  options: { readonly color?: boolean; readonly simulate?: LanguageService['simulate'] } = {},
): Promise<Run> {
  let out = '';
  const errors: string[] = [];
  const code = await runCli(
    argv.map((arg) => arg.replace('$', directory)),
    {
      createService: () => fakeService(options.simulate),
      rules,
      version: '1.2.3',
      directory,
      terminal: {
        out: (text) => (out += text),
        error: (line) => errors.push(line.replaceAll(directory, '$')),
        color: options.color ?? false,
        columns: 100,
      },
    },
  );
  return { code, out, errors };
}
