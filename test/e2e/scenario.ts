import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { exampleScenario } from '../../client/example-scenario';
import { expectAccessible } from './axe';
import {
  arrive,
  caretIn,
  caretPlace,
  command,
  goToLine,
  lineOf,
  openAsText,
  openSidePanel,
  runAll,
  runRows,
  tab,
} from './hands';
import { PanelPage } from './panel';
import type { Visit } from './visit';
import { until } from './workbench';

const torn = `{
  "title": "Half a scenario",
  "steps": [
    { "buffer": "ring", "task": "kernel_task", "capacity":
`;

/** The folder that the test works in. */
export const scenarioFiles = { 'ring.iomap': exampleScenario, 'torn.iomap': torn };

/** Writes scenarios with the packaged extension: the picture, what fails, what can't be read, and what is on the disk. */
export async function asScenarioAuthor(visit: Visit): Promise<void> {
  const { page, folder } = visit;
  const panel = new PanelPage(page);
  /** Replaces a line of the text, as one edit. */
  const replaceLine = async (line: number, text: string): Promise<void> => {
    await goToLine(page, line);
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+End');
    await page.keyboard.insertText(text);
  };

  await arrive(page);
  await openAsText(page, 'ring.iomap');

  await visit.check('the key opens a scenario’s panel beside its text', async () => {
    await goToLine(page, 1);
    // Keys of an extension are bound a moment after its text is there.
    await visit.act(
      'the panel’s page',
      () => page.keyboard.press('Control+Alt+M'),
      async () => (await page.locator('iframe.webview').count()) > 0,
    );
    await panel.find();
    await panel.frame.locator('header .title', { hasText: 'A second request for the same range' }).waitFor();
    await panel.chip('✓ 9 expectations hold');
    await until('kernel_task and app in the picture', async () => {
      const text = (await panel.frame.locator('.spaces').textContent()) ?? '';
      return text.includes('kernel_task') && text.includes('app');
    });
  });

  await visit.check('the caret on a step selects it', async () => {
    await goToLine(page, lineIn('"map": "second"'));
    await panel.isAt(3);
    await page.keyboard.press('ArrowUp');
    await panel.isAt(2);
  });

  await visit.check('choosing a step shows its line', async () => {
    await panel.toggleSteps();
    await panel.choose('release second');
    await panel.isAt(6);
    await panel.toggleSteps();
    await page.keyboard.press('Control+1');
    await caretIn(page, lineIn('"release": "second"'));
  });

  await visit.check('another machine shows its own run', async () => {
    const machine = panel.frame.getByLabel('Machine');
    await machine.selectOption('macos-15.4-x86_64');
    await goToLine(page, lineIn('"map": "first"'));
    await until('4 pages of 4 KB', async () => (await panel.why()).includes('16 KB'));
    await machine.selectOption('macos-15.4-arm64');
    await until('4 pages of 16 KB', async () => (await panel.why()).includes('64 KB'));
  });

  await visit.check('it looks well in every theme, and axe finds nothing', async () => {
    await goToLine(page, lineIn('"map": "second"'));
    await visit.inThemes([{ name: 'scenario', frame: () => panel.frame }]);
  });

  await visit.check('an expectation that fails is a defect of its step, counted, and underlined', async () => {
    await replaceLine(lineIn('"release": "first"'), '    { "release": "first", "expect": "released" },');
    await panel.defect('Expected released, is freed');
    await panel.chip('1 of 9 expectations failed');
    await page.locator('.squiggly-error').first().waitFor();
    await visit.letGo();
    await visit.picture('scenario-failed-dark');
    await expectAccessible(panel.frame);
  });

  await visit.check('text that is no JSON keeps the last good picture, marked stale with the reason', async () => {
    // What is in view is drawn, and the reason takes room: the head stays as it is.
    const before = await panel.frame.locator('.spaces svg.head').textContent();
    await replaceLine(lineIn('"release": "first"'), '    { "release": "first", "expect": ');
    const banner = panel.banner.filter({ hasText: 'Stale' });
    await banner.filter({ hasText: /line \d+: a .* is missing here/i }).waitFor();
    if ((await panel.frame.locator('.spaces svg.head').textContent()) !== before)
      throw new Error('the picture changed');
    await visit.picture('scenario-stale-dark');
    await expectAccessible(panel.frame);
    await banner.getByRole('button', { name: /Go to line/ }).click();
    await caretIn(page, Number(/line (\d+):/i.exec(await banner.innerText())![1]));
  });

  await visit.check('undoing it brings the picture back, and the file was never written', async () => {
    await page.keyboard.press('Control+1');
    await until('all expectations hold', async () => {
      await page.keyboard.press('Control+Z');
      return (await panel.frame.locator('header .chip', { hasText: '✓ 9 expectations hold' }).count()) > 0;
    });
    await panel.banner.waitFor({ state: 'detached' });
    if (readFileSync(join(folder, 'ring.iomap'), 'utf8') !== exampleScenario) throw new Error('ring.iomap was written');
  });

  await visit.check(
    'opened first while it can’t be read, it says why and where, and the file stays as it is',
    async () => {
      await page.keyboard.press('Control+1');
      await openAsText(page, 'torn.iomap');
      await command(page, 'MapLens: Show Mappings');
      await until('the reason', async () => {
        await panel.find();
        return /can’t be read[\s\S]*Line \d+: /.test(await panel.frame.locator('.problem').innerText());
      });
      await visit.picture('scenario-torn-dark');
      await expectAccessible(panel.frame);
      await panel.frame.getByRole('button', { name: /Go to line/ }).click();
      await until('its line', async () => /^Ln [45],/.test(await caretPlace(page)));
      if (readFileSync(join(folder, 'torn.iomap'), 'utf8') !== torn) throw new Error('torn.iomap was written');
    },
  );

  await visit.check('a new scenario is text with an example that holds, and nothing is written', async () => {
    await command(page, 'MapLens: New Scenario');
    await tab(page, 'scenario.iomap').waitFor();
    await command(page, 'MapLens: Show Mappings');
    await until('its picture', async () => {
      await panel.find();
      return (await panel.frame.locator('header .chip', { hasText: '✓ 9 expectations hold' }).count()) > 0;
    });
    const there = readdirSync(folder).filter((name) => name.endsWith('.iomap'));
    if (existsSync(join(folder, 'scenario.iomap')) || there.length !== 2)
      throw new Error(`there are ${there.join(', ')}`);
  });

  await visit.check('the side panel lists scenarios, runs them, and opens one', async () => {
    await openSidePanel(page);
    const rows = runRows(page);
    await rows.filter({ hasText: 'ring.iomap' }).waitFor();
    await runAll(page);
    await rows.filter({ hasText: 'held · 9 expectations on 2 machines' }).waitFor();
    await rows.filter({ hasText: 'not read: line' }).waitFor();
    await visit.letGo();
    await visit.picture('scenario-runs-dark');
    await visit.act(
      'its text',
      () => rows.filter({ hasText: 'ring.iomap' }).click(),
      async () => (await page.locator('.tab.active[data-resource-name="ring.iomap"]').count()) > 0,
    );
    await visit.setTheme('Default Light Modern');
    await visit.picture('scenario-runs-light');
  });
}

/** 1-based line of the scenario that contains a text. */
function lineIn(part: string): number {
  return lineOf(part, exampleScenario);
}
