import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { exampleScenario } from '../../client/example-scenario';
import { expectAccessible } from './axe';
import { arrive, command, lineOf } from './hands';
import { PanelPage } from './panel';
import type { Visit } from './visit';
import { until } from './workbench';

/** The folder that the test works in, besides the sample driver. */
export const editingFiles = { 'edit.iomap': exampleScenario };

/** Edits a scenario in the panel that its file opens in, by keys and mouse, and follows the code with the panel. */
export async function asEditor(visit: Visit): Promise<void> {
  const { page, folder } = visit;
  const panel = new PanelPage(page);
  const editor = (): ReturnType<Frame['locator']> => panel.frame.locator('aside.editor');
  const heading = (text: string): Promise<void> => editor().locator('h2', { hasText: text }).waitFor();
  const field = (name: string): ReturnType<Frame['locator']> => editor().getByLabel(name, { exact: true });
  const onDisk = (): string => readFileSync(join(folder, 'edit.iomap'), 'utf8');
  const dirty = page.locator('.tab.dirty[data-resource-name="edit.iomap"]').first();
  /** Undoes by the key, with the focus in the panel. */
  const undo = async (): Promise<void> => {
    await editor().locator('h2').click();
    await page.keyboard.press('Control+Z');
  };

  await arrive(page);

  await visit.check('a double click opens a scenario in the panel, with the form of its step', async () => {
    // Editors of an extension are known a moment after its folder is there.
    await until('the panel', async () => {
      await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'edit.iomap' }).dblclick();
      const text = page.locator('.view-lines .view-line').first();
      await page.locator('iframe.webview').first().or(text).first().waitFor({ state: 'attached' });
      if (!(await text.isVisible())) return true;
      await command(page, 'View: Close Editor');
      return false;
    });
    await panel.find();
    await panel.chip('✓ 9 expectations hold');
    await panel.toggleSteps();
    await panel.choose('map second');
    await heading('Edit step 3 of 9');
  });

  await visit.check(
    'a checkbox set by the mouse adds its option, one undo takes it back, and the picture follows',
    async () => {
      const box = editor().getByLabel('kIOMapReadOnly', { exact: true });
      await box.click();
      await until(
        'the option in the text',
        async () => (await field('options').inputValue()) === 'kIOMapAnywhere|kIOMapReadOnly',
      );
      await dirty.waitFor();
      await panel.defect();
      await visit.picture('editing-changed-dark');
      await undo();
      await until('the text as it was', async () => (await field('options').inputValue()) === 'kIOMapAnywhere');
      await panel.chip('✓ 9 expectations hold');
      await dirty.waitFor({ state: 'detached' });
    },
  );

  await visit.check('the same by keys alone', async () => {
    await editor().getByLabel('kIOMapUnique', { exact: true }).focus();
    await page.keyboard.press('Space');
    await until(
      'the option in the text',
      async () => (await field('options').inputValue()) === 'kIOMapAnywhere|kIOMapUnique',
    );
    const focused = await panel.frame.evaluate('document.activeElement?.labels?.[0]?.textContent');
    if (focused !== 'kIOMapUnique') throw new Error(`the focus is on ${String(focused)}`);
    await page.keyboard.press('Control+Z');
    await until('the text as it was', async () => (await field('options').inputValue()) === 'kIOMapAnywhere');
  });

  await visit.check('a cache mode is one of several', async () => {
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

  await visit.check('arrow keys move a length by pages, as one edit', async () => {
    await panel.choose('buffer ring');
    await heading('Edit step 1 of 9');
    await field('capacity').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Shift+ArrowUp');
    await until('22 pages', async () => (await panel.why()).includes('22P'));
    await undo();
    await until('4 pages', async () => (await field('capacity').inputValue()) === '4P');
  });

  await visit.check('what is wrong says why, and changes nothing', async () => {
    await field('capacity').fill('four pages');
    await page.keyboard.press('Enter');
    await editor().locator('.wrong', { hasText: '"four pages" is no number' }).waitFor();
    await visit.picture('editing-refused-dark');
    const lost = await panel.beyondTheEdge();
    if (lost.length > 0) throw new Error(`these are cut: ${lost.join(', ')}`);
    await expectAccessible(panel.frame);
    await page.keyboard.press('Escape');
    await until('the value as it was', async () => (await field('capacity').inputValue()) === '4P');
    if (await dirty.isVisible()) throw new Error('the text was changed');
  });

  await visit.check('a part of a descriptor is dragged', async () => {
    await panel.choose('map first');
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

  await visit.check('a step is added, moved and removed', async () => {
    await panel.choose('map first');
    await heading('Edit step 2 of 9');
    await editor().getByLabel('Add a step after this one').selectOption('unmap');
    await editor().getByRole('button', { name: 'Add' }).click();
    await heading('Edit step 3 of 10');
    await until('it is about the map', async () => (await field('unmap').inputValue()) === 'first');
    await editor().getByRole('button', { name: 'Move down' }).click();
    await heading('Edit step 4 of 10');
    await editor().getByRole('button', { name: 'Remove' }).click();
    await until('nine steps', async () => (await editor().locator('h2').innerText()).endsWith('of 9'));
    const listed = async (first: string, second: string): Promise<void> =>
      until(`${first} before ${second}`, async () => {
        const all = await panel.steps.allInnerTexts();
        const [before, after] = [first, second].map((label) => all.findIndex((one) => one.includes(label)));
        return before! >= 0 && before! < after!;
      });
    await undo();
    await listed('map second', 'unmap first');
    await undo();
    await listed('unmap first', 'map second');
    await undo();
    await panel.steps.filter({ hasText: 'unmap first' }).waitFor({ state: 'detached' });
    await dirty.waitFor({ state: 'detached' });
    if (onDisk() !== exampleScenario) throw new Error('the file was written');
  });

  await visit.check('it looks well in all four themes, and axe finds nothing', async () => {
    await panel.choose('map second');
    await heading('Edit step 3 of 9');
    await panel.toggleSteps();
    await visit.inThemes([{ name: 'editing', frame: () => panel.frame }]);
    await panel.toggleSteps();
  });

  await visit.check('in a narrow window the form is below the picture, and all of it is there', async () => {
    const wide = page.viewportSize()!;
    await page.setViewportSize({ width: 720, height: 900 });
    await visit.picture('editing-narrow-dark');
    const lost = await panel.beyondTheEdge();
    if (lost.length > 0) throw new Error(`these are cut: ${lost.join(', ')}`);
    const below = await editor().evaluate((form) => {
      const picture = document.querySelector('#view')!.getBoundingClientRect();
      return form.getBoundingClientRect().top >= picture.bottom;
    });
    if (!below) throw new Error('the form is beside the picture');
    await expectAccessible(panel.frame);
    await page.setViewportSize(wide);
  });

  await visit.check('save writes the edit', async () => {
    await panel.choose('map second');
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

  await visit.check('an edit is compared with the disk as text', async () => {
    await panel.choose('map second');
    await editor().getByLabel('kIOMapUnique', { exact: true }).click();
    await dirty.waitFor();
    await command(page, 'File: Compare Active File with Saved');
    const diff = page.locator('.monaco-diff-editor');
    await diff.locator('.line-insert').first().waitFor();
    await diff.locator('.view-line', { hasText: 'kIOMapAnywhere|kIOMapUnique' }).first().waitFor();
    await visit.picture('editing-compared-dark');
    await command(page, 'File: Revert File');
    await dirty.waitFor({ state: 'detached' });
    await command(page, 'View: Close Editor');
    await panel.find();
    await until('the text as on the disk', async () => (await field('options').inputValue()) === 'kIOMapAnywhere');
  });

  await visit.check(
    'an edit that is not saved is there after the window was loaded again, and so is the step',
    async () => {
      await panel.choose('map second');
      await editor().getByLabel('kIOMapPrefault', { exact: true }).click();
      await dirty.waitFor();
      await until('a backup of it', () => Promise.resolve(isKept(visit.data, 'kIOMapPrefault')));
      // In a browser the workbench keeps its state every few seconds, as it can't when it is left.
      await until('the step and the open list among what is kept', async () =>
        /"step":3,[^{}]*"list":true/.test((await keptState(page)).replaceAll('\\', '')),
      );
      await page.reload();
      await arrive(page);
      await panel.find();
      await heading('Edit step 3 of 9');
      await until('the option', async () => (await field('options').inputValue()) === 'kIOMapAnywhere|kIOMapPrefault');
      await dirty.waitFor();
      if (onDisk() !== exampleScenario) throw new Error('the file was written');
      await command(page, 'File: Revert File');
      await until('the text as on the disk', async () => (await field('options').inputValue()) === 'kIOMapAnywhere');
    },
  );

  await visit.check(
    'half-typed text in the editor beside keeps the picture and says that it is old; the form waits',
    async () => {
      await panel.choose('map second');
      // Beside the text the panel is narrower, and lays the picture out anew.
      const picture = (): Promise<string | null> => panel.picture.getAttribute('aria-label');
      const before = await picture();
      await page.locator('.editor-actions .action-label[aria-label^="Open as Text Beside"]').click();
      const text = page.locator('.monaco-editor .view-lines');
      await text.first().waitFor();
      await page.locator('.view-line', { hasText: '"second"' }).first().click();
      await page.keyboard.press('End');
      await page.keyboard.type(' "oops');
      const banner = panel.banner.filter({ hasText: 'Stale' });
      await banner.filter({ hasText: /Line \d+: .* — the picture is of the last text that could be read/ }).waitFor();
      if ((await picture()) !== before) throw new Error('the picture changed');
      if (!(await field('options').isDisabled())) throw new Error('the form can be used');
      await visit.picture('editing-stale-dark');
      await expectAccessible(panel.frame);
      for (let times = 0; times < 6; times++) await page.keyboard.press('Backspace');
      await banner.waitFor({ state: 'detached' });
    },
  );

  await visit.check(
    'the caret goes to the step, and a step to its line while the focus stays in the panel',
    async () => {
      await page.locator('.view-line', { hasText: '"release": "second"' }).first().click();
      await heading('Edit step 6 of 9');
      await panel.choose('map first');
      await heading('Edit step 2 of 9');
      const line = lineOf('"map": "first"', exampleScenario);
      await page.locator('.monaco-editor .line-numbers.active-line-number', { hasText: String(line) }).waitFor();
      if (!(await panel.frame.evaluate('document.hasFocus()'))) throw new Error('the panel lost the focus');
    },
  );
}

/** What the workbench keeps of its editors in the browser. */
function keptState(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('the database can’t be read'));
      });
    let all = '';
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith('vscode-web-state-db')) continue;
      const database = await done(indexedDB.open(name));
      const values: unknown[] = await done(database.transaction('ItemTable').objectStore('ItemTable').getAll());
      database.close();
      all += values.map(String).join('\n');
    }
    return all;
  });
}

/** Whether a file of a folder has a text in it. */
function isKept(folder: string, text: string): boolean {
  const backups = join(folder, 'User/Backups');
  return (
    existsSync(backups) &&
    readdirSync(backups, { recursive: true, withFileTypes: true }).some(
      (one) => one.isFile() && readFileSync(join(one.parentPath, one.name), 'utf8').includes(text),
    )
  );
}
