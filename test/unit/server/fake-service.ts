import { Workspace } from '../../../server/workspace/workspace';
import { Scenarios } from '../../../server/features/scenarios';
import type { EntryPoint, Finding, LanguageService, Range } from '../../../server/features/service';
import { frameGrabber } from '../sim/example';

const range = (line: number, text: string, part: string): Range => {
  const column = text.indexOf(part) + 1;
  return { line, column, endLine: line, endColumn: column + part.length };
};

/** A service for tests of the front door and the panel: it finds by line what the real one finds by analysis. */
export function fakeService(): LanguageService & { fail: boolean } {
  const texts = new Map<string, string>();
  const scenarios = new Scenarios(new Workspace());
  const entryPoints = (file: string): EntryPoint[] => {
    const found: EntryPoint[] = [];
    let current: { name: string; at: Range } | undefined;
    for (const [index, line] of (texts.get(file) ?? '').split('\n').entries()) {
      const name = /^\w.*?(\w+::\w+)\(/.exec(line)?.[1];
      if (name !== undefined) current = { name, at: range(index + 1, line, name) };
      if (line === '}') current = undefined;
      if (!current || !/createMappingInTask|->map\(/.test(line)) continue;
      const last = found.at(-1);
      if (last?.function === current.name)
        found[found.length - 1] = { ...last, mappings: last.mappings + 1, lastLine: index + 1 };
      else found.push({ ...current.at, file, function: current.name, mappings: 1, lastLine: index + 1 });
    }
    return found;
  };
  return {
    fail: false,
    setFile: (file, text) => void texts.set(file, text),
    removeFile(file) {
      texts.delete(file);
      scenarios.removeFile(file);
    },
    files: () => [...texts.keys()],
    diagnose(file): Finding[] {
      if (this.fail) throw new Error('the fake failed as told');
      return (texts.get(file) ?? '').split('\n').flatMap((text, index) => {
        if (!text.includes('redirect(')) return [];
        const at = range(index + 1, text, 'redirect(');
        return [
          {
            ...at,
            file,
            rule: 'redirect-not-unique',
            severity: 'warning' as const,
            message: 'redirect() on a map made without kIOMapUnique',
            function: 'FrameGrabber::swap',
            path: [
              { ...at, file, line: at.line - 1, endLine: at.line - 1, message: 'the map is made without kIOMapUnique' },
              { ...at, file, message: 'and redirected here' },
            ],
            fix: { title: 'Do not redirect', edits: [{ ...at, text: 'unmap(' }] },
          },
        ];
      });
    },
    suggestions: (file, first, last) =>
      first <= 4 && 4 <= last && texts.get(file)?.includes('redirect(')
        ? [
            {
              title: 'Suppress redirect-not-unique here',
              rule: 'redirect-not-unique',
              range: { line: 4, column: 1, endLine: 4, endColumn: 1 },
              before: '    // maplens-ignore-next-line redirect-not-unique -- ',
              placeholder: '<reason>',
              after: '\n',
            },
          ]
        : [],
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
    entryPoints: (file) => (file === undefined ? [...texts.keys()].flatMap(entryPoints) : entryPoints(file)),
    replay: (finding) => ({
      verdict: 'confirmed',
      reason: '',
      step: 2,
      trace: { ...frameGrabber(undefined), title: finding.function },
    }),
    simulate(plan) {
      if (this.fail) throw new Error('the fake failed as told');
      const entry = entryPoints(plan.file).find((one) => one.function === plan.function);
      if (!entry) return { ok: false, reason: `there is no function ${plan.function}` };
      const trace = frameGrabber(plan.machine);
      const steps = trace.steps.map((step, index) =>
        step.place
          ? {
              ...step,
              place: { ...step.place, file: plan.file, line: entry.line + index, endLine: entry.line + index },
            }
          : step,
      );
      return { ok: true, trace: { ...trace, title: plan.function, steps } };
    },
    scenarioSources: (file, text) => scenarios.sources(file, text),
    scenarioForm: (file, text) => scenarios.form(file, text),
    scenarioFormWords: () => scenarios.formWords(),
    editScenario: (file, action, text) => scenarios.edit(file, action, text),
    simulateScenario(file, text) {
      if (this.fail) throw new Error('the fake failed as told');
      if (texts.has(file)) scenarios.setFile(file, texts.get(file)!);
      return scenarios.simulate(file, text);
    },
    stats: () => {
      throw new Error('not asked by a front door of the editor');
    },
  };
}
