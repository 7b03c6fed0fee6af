import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import packageJson from '../package.json';
import { work } from './cli/jobs';
import type { Share, ThreadJob } from './cli/jobs';
import { runCli } from './cli/main';
import { wantsColor } from './cli/terminal';
import { createService } from './features/create-service';
import { rulePages } from './findings';
import { allRules } from './rules/index';
import { rulePage } from './rules/page';

/** The command line's front door: standard streams, the exit code, and threads, which run this file as well. */

if (isMainThread) main();
else parentPort?.postMessage(work(createService(process.cwd()), workerData as ThreadJob));

function main(): void {
  let closed = false;
  process.stdout.on('error', () => (closed = true));
  process.stderr.on('error', () => undefined);

  void runCli(process.argv.slice(2), {
    createService: (definitions) => createService(process.cwd(), definitions),
    startThread,
    rules: allRules.map((rule) => ({
      id: rule.id,
      title: rule.title,
      description: rule.explanation,
      severity: rule.severity,
      confidence: rule.confidence,
      semantics: rule.semantics,
      page: rulePage(rule),
      helpUri: `${rulePages}${rule.id}.md`,
    })),
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
}

function startThread(job: ThreadJob): Promise<Share> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(__filename, { workerData: job });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('a thread ended before its work was done')));
  });
}
