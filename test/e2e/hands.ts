import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { root } from './install';
import { until } from './workbench';

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** Opens a file of the explorer, to stay. */
export async function openFile(page: Page, name: string): Promise<void> {
  await page.locator('.explorer-viewlet .monaco-list-row', { hasText: name }).dblclick();
  await page.locator(`.tab[data-resource-name="${name}"]`).first().waitFor();
  await page.locator('.view-lines .view-line').first().waitFor();
}

/** Opens a file of the explorer as text, to stay, though it has an editor of its own. */
export async function openAsText(page: Page, name: string): Promise<void> {
  await page.locator('.explorer-viewlet .monaco-list-row', { hasText: name }).dblclick();
  await page.locator(`.tab[data-resource-name="${name}"]`).first().waitFor();
  await until('its text', async () => {
    await page.waitForTimeout(500);
    if (await page.locator('.view-lines .view-line').first().isVisible()) return true;
    await command(page, 'View: Reopen Editor With Text Editor');
    return false;
  });
}

/** Puts the caret at the start of a line, in the code editor. */
export async function goToLine(page: Page, line: number): Promise<void> {
  await page.keyboard.press('Control+1');
  await page.keyboard.press('Control+G');
  await page.locator('.quick-input-widget input.input').fill(`:${line}`);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await page.locator('.view-line').first().waitFor();
}

/** Runs a command by its name, from the palette. */
export async function command(page: Page, name: string): Promise<void> {
  const input = page.locator('.quick-input-widget input.input');
  await page.keyboard.press('Control+1');
  await until('the palette', async () => {
    if (!(await input.isVisible())) await page.keyboard.press('F1');
    return input.isVisible();
  });
  await input.fill(`>${name}`);
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: name }).first().click();
}

/** The rows of the side bar's view of simulation runs. */
export function runRows(page: Page): ReturnType<Page['locator']> {
  return page
    .locator('.sidebar .pane')
    .filter({ has: page.locator('.pane-header', { hasText: 'Simulation runs' }) })
    .locator('.monaco-list-row');
}

/** Runs all simulations by the button of their view, which shows under the mouse. */
export async function runAll(page: Page): Promise<void> {
  const pane = page.locator('.sidebar .pane-header', { hasText: 'Simulation runs' });
  await pane.hover();
  await pane.getByRole('button', { name: 'Run All Simulations' }).click();
}

/** The frame of the panel's page, once it shows something. */
export async function panelFrame(page: Page): Promise<Frame> {
  let found: Frame | undefined;
  await until('the panel’s page', async () => {
    for (const frame of page.frames()) {
      if (frame.isDetached() || (await frame.locator('main > .page').count()) === 0) continue;
      if (await (await frame.frameElement()).isVisible()) found = frame;
    }
    return found !== undefined;
  });
  return found!;
}

/** What axe has against a page. */
export async function axe(frame: Frame): Promise<readonly string[]> {
  const source = readFileSync(createRequire(join(root, 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');
  await frame.evaluate(source);
  const results: AxeResults = await frame.evaluate('axe.run(document)');
  return results.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
}
