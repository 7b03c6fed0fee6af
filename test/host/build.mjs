// Bundles the tests that run outside vitest into .cache/tests: the extension-host suite and the end-to-end test.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function bundleTests() {
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    outdir: '.cache/tests',
    external: ['vscode', 'mocha', 'playwright-core'],
    logLevel: 'warning',
    entryPoints: {
      e2e: 'test/e2e/main.ts',
      'host-index': 'test/host/index.ts',
      'maplens.test': 'test/host/maplens.test.ts',
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleTests();
