import { arrive, caretPlace, command, openFile } from './hands';
import { PanelPage } from './panel';
import type { Visit } from './visit';
import { until } from './workbench';

/** Opens the sample driver with the MapLens editor, and its text beside it. */
export async function asDriverReader(visit: Visit): Promise<void> {
  const { page } = visit;
  const panel = new PanelPage(page);
  await arrive(page);

  await visit.check('a driver source is reopened with the MapLens editor, and its text opens beside', async () => {
    await openFile(page, 'FrameGrabber.cpp');
    const choice = page.locator('.quick-input-widget .monaco-list-row', { hasText: 'MapLens Mappings' }).first();
    await visit.act(
      'the editor among those there are',
      async () => {
        await page.keyboard.press('Escape');
        await command(page, 'View: Reopen Editor With...');
        await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Text Editor' }).first().waitFor();
      },
      () => choice.isVisible(),
    );
    await choice.click();
    await panel.find();
    await page.locator('.editor-actions .action-label[aria-label^="Open as Text Beside"]').click();
    await page.locator('.monaco-editor .view-lines').first().waitFor();
  });

  await visit.check('the caret in the code goes to the step of its line, and stays with it', async () => {
    await panel.toggleSteps();
    await panel.steps.nth(3).click();
    await panel.isAt(3);
    const there = await panel.why();
    const line = Number(/line (\d+)/.exec(there)![1]);
    await panel.steps.nth(1).click();
    await until('another step', async () => (await panel.why()) !== there);
    await page.locator('.monaco-editor .view-line').first().click();
    await page.keyboard.press('Control+G');
    await page.locator('.quick-input-widget input.input').fill(`:${line}`);
    await page.keyboard.press('Enter');
    await until('a step of the line', async () => (await panel.why()).includes(`line ${line}\n`));
    const first = await panel.why();
    for (const key of ['ArrowRight', 'ArrowRight', 'End', 'Home']) {
      const before = await caretPlace(page);
      await page.keyboard.press(key);
      await until('the caret elsewhere', async () => (await caretPlace(page)) !== before);
      // What must not happen would happen now.
      await page.waitForTimeout(150);
      if ((await panel.why()) !== first) throw new Error(`${key} went to another step`);
    }
  });
}
