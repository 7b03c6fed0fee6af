import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { exampleScenario } from '../../client/example-scenario';
import { axe, command, openFile, panelFrame } from './hands';
import type { Result } from './main';
import { until } from './workbench';
import type { Theme, Workbench } from './workbench';

/** The folder that the test works in, besides the sample driver. */
export const editingFiles = { 'edit.iomap': exampleScenario };

const themes: readonly (readonly [Theme, string])[] = [
  ['Default Light Modern', 'light'],
  ['Default High Contrast', 'hc'],
  ['Default High Contrast Light', 'hc-light'],
  ['Default Dark Modern', 'dark'],
];

/** Edits a scenario in the panel that its file opens in, by keys and mouse, and follows the code with the panel. */
export async function asEditor(
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
  const editor = (): ReturnType<Frame['locator']> => inPanel().locator('aside.editor');
  const heading = (text: string): Promise<void> => editor().locator('h2', { hasText: text }).waitFor();
  const goToStep = async (label: string): Promise<void> => {
    await inPanel().locator('.steps li button', { hasText: label }).first().click();
  };
  const field = (name: string): ReturnType<Frame['locator']> => editor().getByLabel(name, { exact: true });
  const onDisk = (): string => readFileSync(join(folder, 'edit.iomap'), 'utf8');
  const dirty = page.locator('.tab.dirty[data-resource-name="edit.iomap"]').first();
  /** Undoes by the key, with the focus in the panel. */
  const undo = async (): Promise<void> => {
    await editor().locator('h2').click();
    await page.keyboard.press('Control+Z');
  };

  await page.locator('.monaco-workbench .part.sidebar').waitFor({ timeout: 60_000 });

  await check('a double click opens a scenario in the panel, with the form of its step', async () => {
    // Editors of an extension are known a moment after its folder is there.
    await until('the panel', async () => {
      await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'edit.iomap' }).dblclick();
      const text = page.locator('.view-lines .view-line').first();
      await page.locator('iframe.webview').first().or(text).first().waitFor({ state: 'attached' });
      if (!(await text.isVisible())) return true;
      await command(page, 'View: Close Editor');
      return false;
    });
    panel = await panelFrame(page);
    await inPanel().locator('header .chip', { hasText: '✓ 9 expectations hold' }).waitFor();
    await inPanel().locator('.steps summary').click();
    await goToStep('map second');
    await heading('Edit step 3 of 9');
  });

  await check(
    'a checkbox set by the mouse adds its option, one undo takes it back, and the picture follows',
    async () => {
      const box = editor().getByLabel('kIOMapReadOnly', { exact: true });
      await box.click();
      await until(
        'the option in the text',
        async () => (await field('options').inputValue()) === 'kIOMapAnywhere|kIOMapReadOnly',
      );
      await dirty.waitFor();
      await inPanel().locator('.why .defect').first().waitFor();
      await page.screenshot({ path: join(pictures, 'editing-changed-dark.png') });
      await undo();
      await until('the text as it was', async () => (await field('options').inputValue()) === 'kIOMapAnywhere');
      await inPanel().locator('header .chip', { hasText: '✓ 9 expectations hold' }).waitFor();
      await dirty.waitFor({ state: 'detached' });
    },
  );

  await check('the same by keys alone', async () => {
    await editor().getByLabel('kIOMapUnique', { exact: true }).focus();
    await page.keyboard.press('Space');
    await until(
      'the option in the text',
      async () => (await field('options').inputValue()) === 'kIOMapAnywhere|kIOMapUnique',
    );
    const focused = await inPanel().evaluate('document.activeElement?.labels?.[0]?.textContent');
    if (focused !== 'kIOMapUnique') throw new Error(`the focus is on ${String(focused)}`);
    await page.keyboard.press('Control+Z');
    await until('the text as it was', async () => (await field('options').inputValue()) === 'kIOMapAnywhere');
  });

  await check('a cache mode is one of several', async () => {
    const mode = editor().getByLabel('kIOMapWriteCombineCache', { exact: true });
    await mode.click();
    await until('the mode in the text', async () =>
      (await field('options').inputValue()).endsWith('|kIOMapWriteCombineCache'),
    );
    await editor().getByLabel('kIOMapInhibitCache', { exact: true }).click();
    await until(
      'the other in its place',
      async () => (await field('options').inputValue()) === 'kIOMapAnywhere|kIOMapInhibitCache',
    );
    await undo();
    await until('the first', async () => (await field('options').inputValue()).endsWith('|kIOMapWriteCombineCache'));
    await undo();
    await until('none', async () => (await field('options').inputValue()) === 'kIOMapAnywhere');
  });

  await check('arrow keys move a length by pages, as one edit', async () => {
    await goToStep('buffer ring');
    await heading('Edit step 1 of 9');
    await field('capacity').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Shift+ArrowUp');
    await until('22 pages', async () => (await inPanel().locator('.why').innerText()).includes('22P'));
    await undo();
    await until('4 pages', async () => (await field('capacity').inputValue()) === '4P');
  });

  await check('what is wrong says why, and changes nothing', async () => {
    await field('capacity').fill('four pages');
    await page.keyboard.press('Enter');
    await editor().locator('.wrong', { hasText: '"four pages" is no number' }).waitFor();
    const wrong = await axe(inPanel());
    await page.screenshot({ path: join(pictures, 'editing-refused-dark.png') });
    await page.keyboard.press('Escape');
    await until('the value as it was', async () => (await field('capacity').inputValue()) === '4P');
    if (await dirty.isVisible()) throw new Error('the text was changed');
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });

  await check('a part of a descriptor is dragged', async () => {
    await goToStep('map first');
    const handle = editor().getByRole('slider', { name: 'Length' });
    await handle.scrollIntoViewIfNeeded();
    const box = (await handle.boundingBox())!;
    const track = (await editor().locator('.range-track').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(track.x + track.width / 2, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await until('two pages', async () => (await field('length').inputValue()) === '2P');
    await handle.focus();
    await page.keyboard.press('ArrowRight');
    await until('three pages', async () => (await field('length').inputValue()) === '3P');
    await undo();
    await until('two again', async () => (await field('length').inputValue()) === '2P');
    await undo();
    await until('the whole', async () => (await field('length').inputValue()) === '');
  });

  await check('a step is added, moved and removed', async () => {
    await goToStep('map first');
    await heading('Edit step 2 of 9');
    await editor().getByLabel('Add a step after this one').selectOption('unmap');
    await editor().getByRole('button', { name: 'Add' }).click();
    await heading('Edit step 3 of 10');
    await until('it is about the map', async () => (await field('unmap').inputValue()) === 'first');
    await editor().getByRole('button', { name: 'Move down' }).click();
    await heading('Edit step 4 of 10');
    await editor().getByRole('button', { name: 'Remove' }).click();
    await until('nine steps', async () => (await editor().locator('h2').innerText()).endsWith('of 9'));
    for (let times = 0; times < 3; times++) await undo();
    await dirty.waitFor({ state: 'detached' });
    if (onDisk() !== exampleScenario) throw new Error('the file was written');
  });

  await check('it looks well in all four themes, and axe finds nothing', async () => {
    await goToStep('map second');
    await heading('Edit step 3 of 9');
    await inPanel().locator('.steps summary').click();
    const all: string[] = [];
    for (const [theme, name] of themes) {
      await setTheme(theme);
      await page.mouse.move(700, 1010);
      await page.waitForTimeout(1200);
      await page.screenshot({ path: join(pictures, `editing-${name}.png`) });
      all.push(...(await axe(inPanel())).map((one) => `${theme}: ${one}`));
    }
    await inPanel().locator('.steps summary').click();
    if (all.length > 0) throw new Error(all.join('\n'));
  });

  await check('save writes the edit', async () => {
    await goToStep('map second');
    await editor().getByLabel('kIOMapUnique', { exact: true }).click();
    await dirty.waitFor();
    await page.keyboard.press('Control+S');
    await dirty.waitFor({ state: 'detached' });
    const wanted = exampleScenario.replace(
      '"map": "second", "of": "ring", "into": "app", "options": "kIOMapAnywhere"',
      '"map": "second", "of": "ring", "into": "app", "options": "kIOMapAnywhere|kIOMapUnique"',
    );
    if (onDisk() !== wanted) throw new Error(`on the disk:\n${onDisk()}`);
    await undo();
    await dirty.waitFor();
    await page.keyboard.press('Control+S');
    await dirty.waitFor({ state: 'detached' });
  });

  await check('an edit that is not saved is there after the window was loaded again, and so is the step', async () => {
    await goToStep('map second');
    await editor().getByLabel('kIOMapPrefault', { exact: true }).click();
    await dirty.waitFor();
    // The workbench backs up a moment later.
    await page.waitForTimeout(2500);
    await page.reload();
    await page.locator('.monaco-workbench .part.sidebar').waitFor({ timeout: 60_000 });
    panel = await panelFrame(page);
    await heading('Edit step 3 of 9');
    await until('the option', async () => (await field('options').inputValue()) === 'kIOMapAnywhere|kIOMapPrefault');
    await dirty.waitFor();
    if (onDisk() !== exampleScenario) throw new Error('the file was written');
    await command(page, 'File: Revert File');
    await until('the text as on the disk', async () => (await field('options').inputValue()) === 'kIOMapAnywhere');
  });

  await check(
    'half-typed text in the editor beside keeps the picture and says that it is old; the form waits',
    async () => {
      await goToStep('map second');
      // Beside the text the panel is narrower, and lays the picture out anew.
      const picture = (): Promise<string | null> => inPanel().locator('.spaces svg').getAttribute('aria-label');
      const before = await picture();
      await page.locator('.editor-actions .action-label[aria-label^="Open as Text Beside"]').click();
      const text = page.locator('.monaco-editor .view-lines');
      await text.first().waitFor();
      await page.locator('.view-line', { hasText: '"second"' }).first().click();
      await page.keyboard.press('End');
      await page.keyboard.type(' "oops');
      const banner = inPanel().locator('.banner', { hasText: 'Stale' });
      await banner.filter({ hasText: /Line \d+: .* — the picture is of the last text that could be read/ }).waitFor();
      if ((await picture()) !== before) throw new Error('the picture changed');
      if (!(await field('options').isDisabled())) throw new Error('the form can be used');
      await page.screenshot({ path: join(pictures, 'editing-stale-dark.png') });
      const wrong = await axe(inPanel());
      for (let times = 0; times < 6; times++) await page.keyboard.press('Backspace');
      await banner.waitFor({ state: 'detached' });
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    },
  );

  await check('the caret goes to the step, and a step to its line while the focus stays in the panel', async () => {
    await page.locator('.view-line', { hasText: '"release": "second"' }).first().click();
    await heading('Edit step 6 of 9');
    await goToStep('map first');
    await heading('Edit step 2 of 9');
    const line = exampleScenario.split('\n').findIndex((one) => one.includes('"map": "first"')) + 1;
    await page.locator('.monaco-editor .line-numbers.active-line-number', { hasText: String(line) }).waitFor();
    if (!(await inPanel().evaluate('document.hasFocus()'))) throw new Error('the panel lost the focus');
  });
}

/** Follows a driver source that was opened with the MapLens editor. */
export async function asDriverReader(
  { page }: Workbench,
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
  await check('a driver source is reopened with the MapLens editor, and its text opens beside', async () => {
    await openFile(page, 'FrameGrabber.cpp');
    await reopenWith(page, 'MapLens Mappings');
    panel = await panelFrame(page);
    await panel.locator('.why').waitFor();
    await page.locator('.editor-actions .action-label[aria-label^="Open as Text Beside"]').click();
    await page.locator('.monaco-editor .view-lines').first().waitFor();
  });

  await check('the caret in the code goes to the step of its line, and stays with it', async () => {
    const why = (): Promise<string> => panel!.locator('.why').innerText();
    await panel!.locator('.steps summary').click();
    await panel!.locator('.steps li button').nth(3).click();
    const there = await why();
    const line = Number(/line (\d+)/.exec(there)![1]);
    await panel!.locator('.steps li button').nth(1).click();
    await until('another step', async () => (await why()) !== there);
    await page.locator('.monaco-editor .view-line').first().click();
    await page.keyboard.press('Control+G');
    await page.locator('.quick-input-widget input.input').fill(`:${line}`);
    await page.keyboard.press('Enter');
    await until('a step of the line', async () => (await why()).includes(`line ${line}\n`));
    const first = await why();
    for (const key of ['ArrowRight', 'ArrowRight', 'End', 'Home']) {
      await page.keyboard.press(key);
      await page.waitForTimeout(150);
      if ((await why()) !== first) throw new Error(`${key} went to another step`);
    }
  });
}

async function reopenWith(page: Page, name: string): Promise<void> {
  await command(page, 'View: Reopen Editor With...');
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: name }).first().click();
}
