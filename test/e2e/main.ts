import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asReader } from './code';
import { asDriverReader, asEditor, editingFiles } from './editing';
import { runHostSuite } from './host-suite';
import { cache, install, root, run } from './install';
import { asPerson, emptySidePanel } from './person';
import { asScenarioAuthor, scenarioFiles } from './scenario';
import { asNewcomer, inSidePanel, manySources, plainFiles, stopping } from './side';
import { start } from './workbench';
import type { Start, Workbench } from './workbench';

/** What a part of the test found: a line for each thing that was looked at. */
export interface Result {
  readonly name: string;
  /** Why it failed; absent where it passed. */
  readonly failure?: string;
}

/**
 * `person`, `scenario`, `side`, `editing` or `host` runs that part only, `all` every one. Without a name those parts run that
 * have been seen to pass whole: not yet `side` and `editing`.
 */
async function main(part: string | undefined): Promise<void> {
  install();
  const pictures = join(root, 'test-results');
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  const vsix = join(cache, 'tests/maplens.vsix');
  run('npx', ['vsce', 'package', '--no-dependencies', '--out', vsix]);
  const results: Result[] = [];
  const report = (result: Result): void => {
    results.push(result);
    console.log(
      `${result.failure === undefined ? '  ✓' : '  ✗'} ${result.name}${result.failure === undefined ? '' : `\n      ${result.failure}`}`,
    );
  };

  if (part === undefined || part === 'all' || part === 'person') await runPerson(vsix, pictures, report);
  if (part === undefined || part === 'all' || part === 'scenario') await runScenarioAuthor(vsix, pictures, report);
  if (part === 'all' || part === 'code') await runIn({ vsix }, 'As a reader of code', asReader, pictures, report);
  if (part === 'all' || part === 'side') {
    await runIn({ vsix }, 'In the side panel', inSidePanel, pictures, report);
    await runIn({ vsix, empty: true, files: manySources() }, 'In a folder of many runs', stopping, pictures, report);
    await runIn({ vsix, empty: true, files: plainFiles }, 'As a newcomer', asNewcomer, pictures, report);
  }
  if (part === 'all' || part === 'editing') {
    await runIn({ vsix, empty: true, files: editingFiles }, 'Editing in the panel', asEditor, pictures, report);
    await runIn({ vsix }, 'Reading a driver in the panel', asDriverReader, pictures, report);
  }
  if (part === undefined || part === 'all' || part === 'host') {
    console.log('In the extension host:');
    await runHostSuite(report);
  }

  const failed = results.filter((result) => result.failure !== undefined).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function runPerson(vsix: string, pictures: string, report: (result: Result) => void): Promise<void> {
  console.log('As a person, in a real VS Code workbench:');
  const workbench = await start({ vsix });
  try {
    await asPerson(workbench, pictures, report);
  } catch (error) {
    report({
      name: 'the test as a person runs to its end',
      failure: error instanceof Error ? error.message : String(error),
    });
    await workbench.page.screenshot({ path: join(pictures, 'failure.png') });
  } finally {
    await workbench.stop();
  }
  const empty = await start({ vsix, empty: true });
  try {
    await emptySidePanel(empty, pictures);
    report({ name: 'without sources the side panel says why it is empty, and what to do' });
  } catch (error) {
    report({
      name: 'without sources the side panel says why it is empty, and what to do',
      failure: error instanceof Error ? error.message : String(error),
    });
  } finally {
    await empty.stop();
  }
}

async function runIn(
  options: Start,
  title: string,
  drive: (workbench: Workbench, pictures: string, report: (result: Result) => void) => Promise<void>,
  pictures: string,
  report: (result: Result) => void,
): Promise<void> {
  console.log(`${title}:`);
  const workbench = await start(options);
  try {
    await drive(workbench, pictures, report);
  } catch (error) {
    report({ name: `${title}: it runs to its end`, failure: error instanceof Error ? error.message : String(error) });
    await workbench.page.screenshot({ path: join(pictures, `failure-${title.replaceAll(/\W+/g, '-')}.png`) });
  } finally {
    await workbench.stop();
  }
}

async function runScenarioAuthor(vsix: string, pictures: string, report: (result: Result) => void): Promise<void> {
  console.log('As the author of a scenario:');
  const workbench = await start({ vsix, empty: true, files: scenarioFiles });
  try {
    await asScenarioAuthor(workbench, pictures, report);
  } catch (error) {
    report({
      name: 'the test as a scenario’s author runs to its end',
      failure: error instanceof Error ? error.message : String(error),
    });
    await workbench.page.screenshot({ path: join(pictures, 'failure-scenario.png') });
  } finally {
    await workbench.stop();
  }
}

void main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
