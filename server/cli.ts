import packageJson from '../package.json';
import { runCli } from './cli/main';
import { wantsColor } from './cli/terminal';
import { createService } from './features/create-service';
import { allRules } from './rules/index';

/** The command line's front door: standard streams and the exit code. */

let closed = false;
process.stdout.on('error', () => (closed = true));
process.stderr.on('error', () => undefined);

void runCli(process.argv.slice(2), {
  createService: () => createService(process.cwd()),
  rules: allRules.map(({ id, title, explanation, severity }) => ({ id, title, description: explanation, severity })),
  version: packageJson.version,
  directory: process.cwd(),
  terminal: {
    out: (text) => {
      if (!closed) process.stdout.write(text);
    },
    error: (line) => process.stderr.write(`maplens: ${line}\n`),
    color: wantsColor(process.stdout.isTTY, process.env),
    columns: Math.min(process.stdout.columns || 120, 160),
  },
}).then((code) => {
  process.exitCode = code;
});
