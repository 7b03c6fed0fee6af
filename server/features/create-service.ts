import { Workspace } from '../workspace/workspace';
import { Diagnostics } from './diagnostics';
import { entryPointsOf } from './entry-points';
import { isScenario, Scenarios } from './scenarios';
import type { LanguageService } from './service';
import { simulateFunction } from './simulation';
import { statsOf } from './stats';

/** A language service over an empty workspace. */
export function createService(): LanguageService {
  const workspace = new Workspace();
  const diagnostics = new Diagnostics(workspace);
  const scenarios = new Scenarios();
  return {
    setFile(file, text) {
      if (isScenario(file)) return scenarios.setFile(file, text);
      workspace.setFile(file, text);
      diagnostics.changed();
    },
    removeFile(file) {
      if (isScenario(file)) return scenarios.removeFile(file);
      workspace.removeFile(file);
      diagnostics.changed();
    },
    files: () => workspace.paths(),
    diagnose: (file) => diagnostics.diagnose(file),
    entryPoints: (file) =>
      file === undefined
        ? workspace.readFiles().flatMap((each) => entryPointsOf(workspace, each.path))
        : entryPointsOf(workspace, file),
    simulate: (plan) => simulateFunction(workspace, plan),
    simulateScenario: (file, text) => scenarios.simulate(file, text),
    stats: (all = false) => statsOf(workspace, diagnostics, all),
  };
}
