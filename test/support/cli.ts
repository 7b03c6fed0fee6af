import { join } from 'node:path';
import { build } from 'esbuild';

/** Builds the command line into a folder; yields the path of the program for Node. */
export async function buildCli(folder: string): Promise<string> {
  const outfile = join(folder, 'cli.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../server/cli.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    format: 'cjs',
    loader: { '.h': 'text' },
    logLevel: 'error',
  });
  return outfile;
}
