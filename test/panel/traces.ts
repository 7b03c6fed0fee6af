import { resolve } from 'node:path';
import { displayPath } from '../../server/files';
import { surroundings } from '../../server/cli/surroundings';
import { createService } from '../../server/features/create-service';
import type { Trace } from '../../sim/trace';

const budget = 50_000_000;

/** Runs FILE#FUNCTION, or FILE.iomap on its first machine, as the panel's server does. Throws where it can't be run. */
export async function traceOf(named: string): Promise<Trace> {
  const [given, name] = named.split('#') as [string, string?];
  const file = displayPath(resolve(given), process.cwd());
  const service = createService();
  for (const [path, text] of await surroundings([resolve(given)], process.cwd())) service.setFile(path, text);
  if (name !== undefined) {
    const result = service.simulate({ file, function: name, budget });
    if (!result.ok) throw new Error(`${named}: ${result.reason}`);
    return result.trace;
  }
  const result = service.simulateScenario(file);
  const run = result.ok ? result.runs[0] : undefined;
  if (!run) throw new Error(`${named}: ${result.ok ? 'no run' : result.reason}`);
  return run.trace;
}
