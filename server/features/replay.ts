import { replay } from '../concrete/replay/replay';
import type { Workspace } from '../workspace/workspace';
import { ConcreteProgram } from './concrete-program';
import type { Diagnostics } from './diagnostics';
import type { Finding, ReplayResult } from './service';

/** Runs the function of a finding along the finding's path, and says whether the defect shows. */
export function replayFinding(workspace: Workspace, diagnostics: Diagnostics, finding: Finding): ReplayResult {
  const known = diagnostics.claimOf(finding);
  if (!known) return { verdict: 'not-replayable', reason: unclaimed(finding), step: 0 };
  const { trace, ...result } = replay(new ConcreteProgram(workspace, finding.file), known.source, known.claim);
  return { verdict: result.verdict, reason: result.reason, step: result.step, ...(trace && { trace }) };
}

function unclaimed(finding: Finding): string {
  if (finding.path.length === 0) return 'it has no path: it can be seen in the code as it stands';
  return 'its path goes through several methods or a block';
}
