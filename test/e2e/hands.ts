import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { root } from './install';
import { until } from './workbench';

type Found = ReturnType<Page['locator']>;

/** Waits until the workbench is there. */
export async function arrive(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .part.sidebar').waitFor();
}

/** Opens a file of the explorer, to stay. */
export async function openFile(page: Page, name: string): Promise<void> {
  await page.locator('.explorer-viewlet .monaco-list-row', { hasText: name }).dblclick();
  await tab(page, name).waitFor();
  await page.locator('.view-lines .view-line').first().waitFor();
}

/** Opens a file of the explorer as text, to stay, though it has an editor of its own. */
export async function openAsText(page: Page, name: string): Promise<void> {
  await page.locator('.explorer-viewlet .monaco-list-row', { hasText: name }).dblclick();
  await tab(page, name).waitFor();
  const text = page.locator('.view-lines .view-line').first();
  const other = page.locator('iframe.webview').first();
  await text.or(other).first().waitFor({ state: 'attached' });
  await until('its text', async () => {
    if (await text.isVisible()) return true;
    await command(page, 'View: Reopen Editor With Text Editor');
    await text.waitFor({ timeout: 5000 });
    return true;
  });
}

export function tab(page: Page, name: string): Found {
  return page.locator(`.tab[data-resource-name="${name}"]`).first();
}

/** Puts the caret at a line of the code editor, at its start or at a column. */
export async function goToLine(page: Page, line: number, column = 1): Promise<void> {
  const picker = page.locator('.quick-input-widget');
  await until(`the caret at ${line}:${column}`, async () => {
    await page.keyboard.press('Control+1');
    await page.keyboard.press('Control+G');
    await picker.locator('input.input').fill(`:${line}:${column}`, { timeout: 5000 });
    await page.keyboard.press('Enter');
    await picker.waitFor({ state: 'hidden', timeout: 5000 });
    return true;
  });
  await page.locator('.view-line').first().waitFor();
}

/** The line that the caret is said to be in, and the column; empty where there is no caret. */
export async function caretPlace(page: Page): Promise<string> {
  const item = page.locator('.statusbar-item[id="status.editor.selection"]');
  return (await item.count()) > 0 ? item.innerText() : '';
}

/** Waits until the caret is in a line. */
export async function caretIn(page: Page, line: number): Promise<void> {
  await until(`the caret in line ${line}`, async () => (await caretPlace(page)).startsWith(`Ln ${line},`));
}

/** Runs a command by its name, from the palette. */
export async function command(page: Page, name: string): Promise<void> {
  const input = page.locator('.quick-input-widget input.input');
  await page.keyboard.press('Control+1');
  await until(`the command ${name}`, async () => {
    if (!(await input.isVisible())) await page.keyboard.press('F1');
    await input.fill(`>${name}`, { timeout: 5000 });
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: name }).first().click({ timeout: 5000 });
    return true;
  });
}

/** Answers a question that the workbench asks in its input box. */
export async function answer(page: Page, text: string): Promise<void> {
  await page.locator('.quick-input-widget input.input').fill(text);
  await page.keyboard.press('Enter');
}

/** Opens the side panel by its icon. */
export async function openSidePanel(page: Page): Promise<void> {
  await page.locator('.activitybar .action-label[aria-label*="MapLens"]').first().click({ force: true });
  await page.locator('.sidebar .pane-header', { hasText: 'Findings' }).waitFor();
}

/** The rows of the side bar's trees. */
export function sideRows(page: Page): Found {
  return page.locator('.sidebar .monaco-list-row');
}

/** The rows of the side bar's view of simulation runs. */
export function runRows(page: Page): Found {
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

/** The page of the side panel's table. */
export async function tableFrame(page: Page): Promise<Frame> {
  let found: Frame | undefined;
  await until('the table’s page', async () => {
    found = undefined;
    for (const frame of page.frames())
      if (!frame.isDetached() && (await frame.locator('#root > section, #root > p').count()) > 0) found = frame;
    return found !== undefined;
  });
  return found!;
}

/** The text of the sample driver. */
export function sampleText(): string {
  return readFileSync(join(root, 'samples/FrameGrabber/FrameGrabber.cpp'), 'utf8');
}

/** 1-based line of the sample driver that contains a text, or of another text. */
export function lineOf(part: string, text = sampleText()): number {
  const index = text.split('\n').findIndex((line) => line.includes(part));
  if (index < 0) throw new Error(`there is no line with ${part}`);
  return index + 1;
}
