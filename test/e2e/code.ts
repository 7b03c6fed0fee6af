import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { arrive, caretPlace, command, goToLine, lineOf, openFile, sampleText } from './hands';
import { themes } from './visit';
import type { Visit } from './visit';
import { until } from './workbench';

const release = 'map->release();\n    return kIOReturnSuccess';

/** What stands in the code itself: hovers, lifetimes, releases, lenses, links, symbols, completion. */
export async function asReader(visit: Visit): Promise<void> {
  const { page, folder } = visit;
  const hover = page.locator('.monaco-hover').filter({ visible: true });
  const icons = (): Promise<number> =>
    page.evaluate(
      () =>
        [...document.querySelectorAll('.glyph-margin-widgets div')].filter((each) =>
          getComputedStyle(each).backgroundImage.includes('svg+xml'),
        ).length,
    );
  const line = (): Promise<string> => caretPlace(page);

  await arrive(page);
  await openFile(page, 'FrameGrabber.cpp');
  await page.locator('.codelens-decoration a', { hasText: 'Show mappings' }).first().waitFor();

  await visit.check('a variable’s hover says what it holds here, and where that is released', async () => {
    await caret(page, release, 1);
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    await hover.filter({ hasText: 'this function has 1 reference to give up' }).waitFor();
    await hover.filter({ hasText: /released at line \d+: the pointer dangles/ }).waitFor();
    await hover.filter({ hasText: /Mapped in kernel_task from fRing/ }).waitFor();
    await visit.picture('hover-variable-dark');
    await page.keyboard.press('Escape');
  });

  await visit.check('a key shows the lifetimes of maps in the gutter, and hides them', async () => {
    await caret(page, 'IOMemoryMap *kmap', 0);
    if ((await icons()) > 0) throw new Error('they are shown from the start');
    await page.keyboard.press('Control+Alt+K');
    await until('tracks', async () => (await icons()) > 8);
    await page.keyboard.press('Control+Alt+K');
    await until('no tracks', async () => (await icons()) === 0);
    await page.keyboard.press('Control+Alt+K');
    await until('tracks', async () => (await icons()) > 8);
  });

  await visit.check('go to the release of a map, and back', async () => {
    await caret(page, 'IOMemoryMap *map = fRing', 15);
    const made = await line();
    await page.keyboard.press('Control+Alt+G');
    await until('the line of the release', async () => (await line()) !== made);
    const selected = await page.evaluate(() => document.querySelectorAll('.selected-text').length);
    if (selected === 0) throw new Error('the release is not selected');
    await page.keyboard.press('Control+Alt+Shift+G');
    await until('the line where it is made', async () => lineNumber(await line()) === lineNumber(made));
  });

  await visit.check('of a field that is released in several places, one is chosen', async () => {
    await caret(page, 'fView  = view', 1);
    await page.keyboard.press('Control+Alt+G');
    const rows = page.locator('.quick-input-widget .monaco-list-row');
    await rows.filter({ hasText: 'clientClose' }).waitFor();
    await visit.picture('go-to-release-dark');
    await rows.filter({ hasText: 'clientClose' }).click();
    await until('the place in clientClose', async () =>
      (await line()).startsWith(`Ln ${lineOf('OSSafeReleaseNULL(fView)')},`),
    );
  });

  await visit.check('lenses run a function and list its findings', async () => {
    await caret(page, 'IOReturn FrameGrabberClient::showHeader', 0);
    const lenses = page.locator('.codelens-decoration a').filter({ visible: true });
    await lenses
      .filter({ hasText: /^\d+ findings?$/ })
      .first()
      .waitFor();
    await visit.picture('lenses-tracks-dark');
    await lenses.filter({ hasText: /^Run$/ }).first().click();
    await page.locator('.notification-toast', { hasText: /mapping/ }).waitFor();
    await command(page, 'Notifications: Clear All Notifications');
  });

  await visit.check('a variable that is read after its release is struck through', async () => {
    await caret(page, release, 0);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('map->getLength();');
    await until('a variable with a line through it', () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.view-line span')].some(
          (span) => span.textContent === 'map' && getComputedStyle(span).textDecorationLine.includes('line-through'),
        ),
      ),
    );
  });

  await visit.check('a rule’s id in a comment is a link', async () => {
    await page.keyboard.press('End');
    await page.keyboard.type(' // maplens-ignore use-after-release -- to see it');
    await until('a link', () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.view-line .detected-link')].some((each) =>
          (each.textContent ?? '').includes('use-after-release'),
        ),
      ),
    );
  });

  await visit.check('mappings are found among the symbols of the workspace', async () => {
    await page.keyboard.press('Control+T');
    await page.locator('.quick-input-widget input.input').fill('#map of fRing');
    await page
      .locator('.quick-input-widget .monaco-list-row', { hasText: 'map of fRing in FrameGrabber::start' })
      .waitFor();
    await page.keyboard.press('Escape');
  });

  await visit.check('another cache mode replaces the one that is there', async () => {
    await caret(page, 'kIOMapAnywhere, 0, kHeaderBytes);', 'kIOMapAnywhere'.length);
    await page.keyboard.type(' | kIOMapInhibitCache | kIOMapWriteT');
    const wanted = page.locator('.suggest-widget .monaco-list-row', { hasText: 'kIOMapWriteThruCache' }).first();
    await until('the mode among what is suggested', async () => {
      if (await wanted.isVisible()) return true;
      await page.keyboard.press('Control+Space');
      await wanted.waitFor({ timeout: 5000 });
      return true;
    });
    await page.keyboard.press('Enter');
    const text = page.locator('.view-line', { hasText: 'kIOMapWriteThruCache' }).first();
    await until('the new mode alone', async () =>
      (await text.innerText()).replaceAll('\u00a0', ' ').includes('kIOMapAnywhere | kIOMapWriteThruCache, 0'),
    );
  });

  await visit.check('inlay hints are off where the setting says so', async () => {
    const hints = (): Promise<boolean> =>
      page
        .locator('.view-lines')
        .first()
        .innerText()
        .then((text) => /rw-|r--/.test(text));
    await until('hints', hints);
    mkdirSync(join(folder, '.vscode'), { recursive: true });
    writeFileSync(join(folder, '.vscode/settings.json'), '{ "maplens.inlayHints": false }');
    await until('no hints', async () => !(await hints()));
    rmSync(join(folder, '.vscode'), { recursive: true });
    await until('hints again', hints);
  });

  await visit.check('it looks well in every theme', async () => {
    for (const [theme, name] of themes) {
      await visit.setTheme(theme);
      await caret(page, 'IOMemoryMap *kmap', 15, 1);
      await page.keyboard.press('Control+K');
      await page.keyboard.press('Control+I');
      await hover.filter({ hasText: 'Made by' }).waitFor();
      await visit.picture(`hover-tracks-${name}`);
      await page.keyboard.press('Escape');
      await caret(page, release, 0, 1);
      await visit.picture(`released-variable-${name}`);
    }
  });
}

/** Puts the caret where a text of the sample begins, so many letters further, and so many lines that were typed. */
async function caret(page: Page, text: string, letters = 0, typed = 0): Promise<void> {
  const content = sampleText();
  const index = content.indexOf(text);
  if (index < 0) throw new Error(`the sample has no ${text}`);
  const before = content.slice(0, index).split('\n');
  await goToLine(page, before.length + typed, before.at(-1)!.length + 1 + letters);
}

function lineNumber(status: string): string | undefined {
  return /Ln (\d+)/.exec(status)?.[1];
}
