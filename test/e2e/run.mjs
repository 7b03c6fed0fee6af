// Bundles the end-to-end test and the extension-host suite, then runs the first, which runs the second.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleTests } from '../host/build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
await bundleTests();
const child = spawn(process.execPath, ['.cache/tests/e2e.cjs', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
child.on('exit', (code) => (process.exitCode = code ?? 1));
