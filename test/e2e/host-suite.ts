import { format } from 'node:util';
import { join } from 'node:path';
import type { Result } from './visit';
import { cache, root } from './install';
import { start } from './workbench';

/** Runs the Mocha suite of test/host inside the extension host of a real workbench. */
export async function runHostSuite(report: (result: Result) => void): Promise<void> {
  let exit: (code: number) => void = () => undefined;
  const ended = new Promise<number>((done) => (exit = done));
  const output: string[] = [];
  const workbench = await start({
    arguments: ['--enable-smoke-test-driver'],
    query: (port) => {
      const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`;
      const payload = [
        ['extensionDevelopmentPath', remote(root)],
        ['extensionTestsPath', remote(join(cache, 'tests/host-index.cjs'))],
      ];
      return `&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    },
    async prepare(page) {
      await page.exposeFunction('codeAutomationExit', (code: number) => exit(code));
      await page.exposeFunction(
        'codeAutomationLog',
        (_type: string, args: unknown[]) => void output.push(format(...args)),
      );
    },
  });
  try {
    const limit = setTimeout(() => exit(-1), 120_000);
    const code = await ended;
    clearTimeout(limit);
    // One line a test, as test/host/index.ts writes them.
    const lines = output.join('\n').matchAll(/MAPLENS (pass|fail) (.*?)(?: ::: (.*))?$/gm);
    let count = 0;
    for (const [, kind, name, reason] of lines) {
      count++;
      report(kind === 'pass' ? { name: name! } : { name: name!, failure: reason ?? 'no reason given' });
    }
    if (count === 0 || code < 0)
      report({ name: 'the extension-host suite runs', failure: `code ${code}\n${output.slice(-20).join('\n')}` });
  } finally {
    await workbench.stop();
  }
}
