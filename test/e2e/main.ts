import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asReader } from './code';
import { asDriverReader } from './driver';
import { asEditor, editingFiles } from './editing';
import { runHostSuite } from './host-suite';
import { byKeyboard } from './keys';
import { cache, install, root, run } from './install';
import { asPerson, emptySidePanel } from './person';
import { asScenarioAuthor, scenarioFiles } from './scenario';
import { asNewcomer, inSidePanel, manySources, plainFiles, stopping } from './side';
import { Visit } from './visit';
import type { Report, Result } from './visit';
import { start } from './workbench';
import type { Start } from './workbench';

/** What is done in one workbench. */
interface Tour {
  readonly title: string;
  readonly start?: Start;
  readonly drive: (visit: Visit) => Promise<void>;
}

const parts: Readonly<Record<string, readonly Tour[]>> = {
  person: [
    { title: 'As a person, in a real VS Code workbench', drive: asPerson },
    { title: 'In an empty folder', start: { empty: true }, drive: emptySidePanel },
  ],
  scenario: [
    {
      title: 'As the author of a scenario',
      start: { empty: true, files: scenarioFiles },
      drive: asScenarioAuthor,
    },
  ],
  code: [{ title: 'As a reader of code', drive: asReader }],
  side: [
    { title: 'In the side panel', drive: inSidePanel },
    { title: 'In a folder of many runs', start: { empty: true, files: manySources() }, drive: stopping },
    { title: 'As a newcomer', start: { empty: true, files: plainFiles }, drive: asNewcomer },
  ],
  panel: [
    {
      title: 'Reading a driver in the panel, and by keyboard alone',
      drive: async (visit) => {
        await asDriverReader(visit);
        await byKeyboard(visit);
      },
    },
  ],
  editing: [{ title: 'Editing in the panel', start: { empty: true, files: editingFiles }, drive: asEditor }],
};

/** Runs all parts, or those that are named; `host` is the suite in the extension host. */
async function main(named: readonly string[]): Promise<void> {
  const known = [...Object.keys(parts), 'host'];
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}, but ${known.join(', ')}`);
  install();
  const pictures = join(root, 'test-results');
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  const vsix = join(cache, 'tests/maplens.vsix');
  run('npx', ['vsce', 'package', '--no-dependencies', '--out', vsix]);
  const results: Result[] = [];
  const report: Report = (result) => {
    results.push(result);
    console.log(
      `${result.failure === undefined ? '  ✓' : '  ✗'} ${result.name}${result.failure === undefined ? '' : `\n      ${result.failure}`}`,
    );
  };
  const wanted = (name: string): boolean => named.length === 0 || named.includes(name);

  for (const [name, tours] of Object.entries(parts).filter(([each]) => wanted(each)))
    for (const tour of tours)
      await timed(`${tour.title} (${name})`, () =>
        drive({ ...tour, start: { vsix, ...tour.start } }, pictures, report),
      );
  if (wanted('host')) await timed('In the extension host (host)', () => runHostSuite(report));

  const failed = results.filter((result) => result.failure !== undefined).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function drive(tour: Required<Tour>, pictures: string, report: Report): Promise<void> {
  const workbench = await start(tour.start);
  try {
    await tour.drive(new Visit(workbench, pictures, report));
  } catch (error) {
    report({
      name: `${tour.title}: it runs to its end`,
      failure: error instanceof Error ? error.message : String(error),
    });
    await workbench.page.screenshot({ path: join(pictures, `failed-${tour.title.replaceAll(/\W+/g, '-')}.png`) });
  } finally {
    await workbench.stop();
  }
}

async function timed(title: string, work: () => Promise<void>): Promise<void> {
  console.log(`${title}:`);
  const from = performance.now();
  await work();
  console.log(`  ${Math.round((performance.now() - from) / 1000)} s`);
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
