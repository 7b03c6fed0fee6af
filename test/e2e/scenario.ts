import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { exampleScenario } from '../../client/example-scenario';
import { axe, command, goToLine, openAsText, panelFrame, runAll, runRows } from './hands';
import type { Result } from './main';
import { until } from './workbench';
import type { Theme, Workbench } from './workbench';

const torn = `{
  "title": "Half a scenario",
  "steps": [
    { "buffer": "ring", "task": "kernel_task", "capacity":
`;

/** The folder that the test works in. */
export const scenarioFiles = { 'ring.iomap': exampleScenario, 'torn.iomap': torn };

/** Writes scenarios with the packaged extension: the picture, what fails, what can't be read, and what is on the disk. */
export async function asScenarioAuthor(
  { page, folder, setTheme }: Workbench,
  pictures: string,
  report: (result: Result) => void,
): Promise<void> {
  const check = async (name: string, look: () => Promise<void>): Promise<void> => {
    try {
      await look();
      report({ name });
    } catch (error) {
      report({ name, failure: error instanceof Error ? error.message : String(error) });
      await page.screenshot({ path: join(pictures, `failed-${name.replaceAll(/\W+/g, '-')}.png`) });
    }
  };
  let panel: Frame | undefined;
  const inPanel = (): Frame => {
    if (!panel) throw new Error('the panel did not open');
    return panel;
  };
  const chip = (text: string | RegExp): Promise<void> =>
    inPanel().locator('header .chip', { hasText: text }).first().waitFor();
  const stepText = (): Promise<string> => inPanel().locator('.why').innerText();
  /** Replaces a line of the text, as one edit. */
  const replaceLine = async (line: number, text: string): Promise<void> => {
    await goToLine(page, line);
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+End');
    await page.keyboard.insertText(text);
  };

  await page.locator('.monaco-workbench .part.sidebar').waitFor({ timeout: 60_000 });
  await openAsText(page, 'ring.iomap');

  await check('the key opens a scenario’s panel beside its text', async () => {
    await goToLine(page, 1);
    // Keys of an extension are bound a moment after its text is there.
    await until('the panel’s page', async () => {
      await page.keyboard.press('Control+Alt+M');
      await page.waitForTimeout(1500);
      return (await page.locator('iframe.webview').count()) > 0;
    });
    panel = await panelFrame(page);
    await panel.locator('header .title', { hasText: 'A second request for the same range' }).waitFor();
    await chip('✓ 9 expectations hold');
    await until('kernel_task and app in the picture', async () => {
      const text = (await inPanel().locator('.spaces').textContent()) ?? '';
      return text.includes('kernel_task') && text.includes('app');
    });
  });

  await check('the caret on a step selects it', async () => {
    await goToLine(page, lineOf('"map": "second"'));
    await until('the step', async () => (await stepText()).includes('step 3 of'));
    await until('the step before', async () => {
      await goToLine(page, lineOf('"map": "second"'));
      await page.keyboard.press('ArrowUp');
      await page.waitForTimeout(700);
      return (await stepText()).includes('step 2 of');
    });
  });

  await check('choosing a step shows its line', async () => {
    await inPanel().locator('.steps summary').click();
    await inPanel().locator('.steps li button', { hasText: 'release second' }).click();
    await until('the step', async () => (await stepText()).includes('step 6 of'));
    await inPanel().locator('.steps summary').click();
    await page.keyboard.press('Control+1');
    const line = lineOf('"release": "second"');
    await page.locator('.statusbar-item', { hasText: `Ln ${line},` }).waitFor();
  });

  await check('another machine shows its own run', async () => {
    const machine = inPanel().getByLabel('Machine');
    await machine.selectOption('macos-15.4-x86_64');
    await goToLine(page, lineOf('"map": "first"'));
    await until('4 pages of 4 KB', async () => (await stepText()).includes('16 KB'));
    await machine.selectOption('macos-15.4-arm64');
    await until('4 pages of 16 KB', async () => (await stepText()).includes('64 KB'));
  });

  await check('it looks well in light and dark, and axe finds nothing', async () => {
    await goToLine(page, lineOf('"map": "second"'));
    const shoot = async (theme: Theme, name: string): Promise<void> => {
      await setTheme(theme);
      await page.mouse.move(700, 1010);
      // The workbench fades its notifications and scroll bars.
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(pictures, `scenario-${name}.png`) });
      const wrong = await axe(inPanel());
      if (wrong.length > 0) throw new Error(`${theme}: ${wrong.join('\n')}`);
    };
    await shoot('Default Light Modern', 'light');
    await shoot('Default Dark Modern', 'dark');
  });

  await check('an expectation that fails is a defect of its step, counted, and underlined', async () => {
    await replaceLine(lineOf('"release": "first"'), '    { "release": "first", "expect": "released" },');
    await inPanel().locator('.why .defect', { hasText: 'Expected released, is freed' }).waitFor();
    await chip('1 of 9 expectations failed');
    await page.locator('.squiggly-error').first().waitFor();
    await page.mouse.move(700, 1010);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(pictures, 'scenario-failed-dark.png') });
    const wrong = await axe(inPanel());
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });

  await check('text that is no JSON keeps the last good picture, marked stale with the reason', async () => {
    // What is in view is drawn, and the reason takes room: the head stays as it is.
    const before = await inPanel().locator('.spaces svg.head').textContent();
    await replaceLine(lineOf('"release": "first"'), '    { "release": "first", "expect": ');
    const banner = inPanel().locator('.banner', { hasText: 'Stale' });
    await banner.filter({ hasText: /line \d+: a .* is missing here/i }).waitFor();
    if ((await inPanel().locator('.spaces svg.head').textContent()) !== before) throw new Error('the picture changed');
    await page.screenshot({ path: join(pictures, 'scenario-stale-dark.png') });
    const wrong = await axe(inPanel());
    await banner.getByRole('button', { name: /Go to line/ }).click();
    const told = Number(/line (\d+):/i.exec(await banner.innerText())![1]);
    await page.locator('.statusbar-item', { hasText: `Ln ${told},` }).waitFor();
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });

  await check('undoing it brings the picture back, and the file was never written', async () => {
    await page.keyboard.press('Control+1');
    await until('all expectations hold', async () => {
      await page.keyboard.press('Control+Z');
      return (await inPanel().locator('header .chip', { hasText: '✓ 9 expectations hold' }).count()) > 0;
    });
    await inPanel().locator('.banner').waitFor({ state: 'detached' });
    if (readFileSync(join(folder, 'ring.iomap'), 'utf8') !== exampleScenario) throw new Error('ring.iomap was written');
  });

  await check('opened first while it can’t be read, it says why and where, and the file stays as it is', async () => {
    await page.keyboard.press('Control+1');
    await openAsText(page, 'torn.iomap');
    await command(page, 'MapLens: Show Mappings');
    let problem: Frame | undefined;
    await until('the reason', async () => {
      problem = await panelFrame(page);
      return /can’t be read[\s\S]*Line \d+: /.test(await problem.locator('.problem').innerText());
    });
    await page.screenshot({ path: join(pictures, 'scenario-torn-dark.png') });
    const wrong = await axe(problem!);
    await problem!.getByRole('button', { name: /Go to line/ }).click();
    await page.locator('.statusbar-item', { hasText: /Ln [45],/ }).waitFor();
    if (readFileSync(join(folder, 'torn.iomap'), 'utf8') !== torn) throw new Error('torn.iomap was written');
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });

  await check('a new scenario is text with an example that holds, and nothing is written', async () => {
    await command(page, 'MapLens: New Scenario');
    await page.locator('.tab[data-resource-name="scenario.iomap"]').first().waitFor();
    await command(page, 'MapLens: Show Mappings');
    await until('its picture', async () => {
      panel = await panelFrame(page);
      return (await panel.locator('header .chip', { hasText: '✓ 9 expectations hold' }).count()) > 0;
    });
    const there = readdirSync(folder).filter((name) => name.endsWith('.iomap'));
    if (existsSync(join(folder, 'scenario.iomap')) || there.length !== 2)
      throw new Error(`there are ${there.join(', ')}`);
  });

  await check('the side panel lists scenarios, runs them, and opens one', async () => {
    await page.locator('.activitybar .action-label[aria-label*="MapLens"]').first().click({ force: true });
    const rows = runRows(page);
    await rows.filter({ hasText: 'ring.iomap' }).waitFor();
    await runAll(page);
    await rows.filter({ hasText: 'held · 9 expectations on 2 machines' }).waitFor();
    await rows.filter({ hasText: 'not read: line' }).waitFor();
    await page.mouse.move(700, 1010);
    await page.screenshot({ path: join(pictures, 'scenario-runs-dark.png') });
    await until('its text', async () => {
      await rows.filter({ hasText: 'ring.iomap' }).click();
      await page.waitForTimeout(500);
      return (await page.locator('.tab.active[data-resource-name="ring.iomap"]').count()) > 0;
    });
    await setTheme('Default Light Modern');
    await page.waitForTimeout(1000);
    await page.screenshot({ path: join(pictures, 'scenario-runs-light.png') });
  });
}

/** 1-based line of the scenario that contains a text. */
function lineOf(text: string): number {
  const index = exampleScenario.split('\n').findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`the scenario has no line with ${text}`);
  return index + 1;
}
