import { allRules } from '../rules/index';
import { Workspace } from '../workspace/workspace';
import { completionAt } from './completion';
import { Configurations, isConfiguration } from './configurations';
import { counterpartsAt } from './counterparts';
import { Diagnostics } from './diagnostics';
import { entryPointsOf } from './entry-points';
import { hoverAt } from './hover';
import { inlayHintsOf } from './inlay-hints';
import { lifetimesOf } from './lifetimes';
import { mappingSymbols } from './mapping-symbols';
import { ruleLinks } from './rule-links';
import { isScenario, Scenarios } from './scenarios';
import { replayFinding } from './replay';
import type { LanguageService } from './service';
import { signatureHelpAt } from './signature-help';
import { simulateFunction } from './simulation';
import { statsOf } from './stats';
import { suggestSuppressions } from './suggest-suppressions';

/**
 * A language service over an empty workspace. `root`: the folder from which relative file names start, where it matters;
 * `definitions`: macros by name, as a compiler's -D gives them.
 */
export function createService(root = '', definitions?: ReadonlyMap<string, string>): LanguageService {
  const workspace = new Workspace(definitions);
  const configurations = new Configurations(
    allRules.map(({ id }) => id),
    root,
  );
  const diagnostics = new Diagnostics(workspace, configurations);
  const scenarios = new Scenarios(workspace);
  return {
    setFile(file, text) {
      if (isScenario(file)) return scenarios.setFile(file, text);
      if (isConfiguration(file)) return configurations.setFile(file, text);
      workspace.setFile(file, text);
      scenarios.sourcesChanged();
      diagnostics.changed();
    },
    removeFile(file) {
      if (isScenario(file)) return scenarios.removeFile(file);
      if (isConfiguration(file)) return configurations.removeFile(file);
      workspace.removeFile(file);
      scenarios.sourcesChanged();
      diagnostics.changed();
    },
    files: () => workspace.paths(),
    diagnose: (file) => diagnostics.diagnose(file),
    suggestions: (file, firstLine, lastLine) =>
      suggestSuppressions(
        workspace.file(file)?.text ?? '',
        diagnostics.diagnose(file).filter(({ line }) => firstLine <= line && line <= lastLine),
      ),
    setRules: (folder, value) => configurations.setRules(folder, value),
    configurationProblems: () => configurations.problems(),
    isIncluded: (file) => configurations.includes(file),
    hover: (file, line, column) => hoverAt(workspace, file, line, column),
    signatureHelp: (file, line, column) => signatureHelpAt(workspace, file, line, column),
    completions: (file, line, column) => completionAt(workspace, file, line, column),
    inlayHints: (file, firstLine, lastLine) => inlayHintsOf(workspace, file, firstLine, lastLine),
    lifetimes: (file, firstLine, lastLine) => lifetimesOf(workspace, file, firstLine, lastLine),
    counterparts: (file, line, column) => counterpartsAt(workspace, file, line, column),
    mappingSymbols: (query) => mappingSymbols(workspace, query),
    ruleLinks: (file, text) => ruleLinks(workspace, file, text),
    entryPoints: (file) =>
      file === undefined
        ? workspace.readFiles().flatMap((each) => entryPointsOf(workspace, each.path))
        : entryPointsOf(workspace, file),
    simulate: (plan) => simulateFunction(workspace, plan),
    replay: (finding) => replayFinding(workspace, diagnostics, finding),
    scenarioSources: (file, text) => scenarios.sources(file, text),
    simulateScenario: (file, text) => scenarios.simulate(file, text),
    scenarioForm: (file, text) => scenarios.form(file, text),
    scenarioFormWords: () => scenarios.formWords(),
    editScenario: (file, action, text) => scenarios.edit(file, action, text),
    stats: (all = false, files) => statsOf(workspace, diagnostics, all, files),
  };
}
