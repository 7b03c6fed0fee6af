import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import type { Result } from './main';
import { root } from './install';
import { axe, command, goToLine, openFile, panelFrame, runAll, runRows } from './hands';
import { until } from './workbench';
import type { Theme, Workbench } from './workbench';

/** Drives the packaged extension with keys and mouse. */
export async function asPerson(
  workbench: Workbench,
  pictures: string,
  report: (result: Result) => void,
): Promise<void> {
  const { page } = workbench;
  const check = async (name: string, look: () => Promise<void>): Promise<void> => {
    try {
      await look();
      report({ name });
    } catch (error) {
      report({ name, failure: error instanceof Error ? error.message : String(error) });
      await page.screenshot({ path: join(pictures, `failed-${name.replaceAll(/\W+/g, '-')}.png`) });
    }
  };
  const problems = page.locator('.markers-panel');
  let panel: Frame | undefined;
  const inPanel = (): Frame => {
    if (!panel) throw new Error('the panel did not open');
    return panel;
  };

  await page.locator('.monaco-workbench .part.sidebar').waitFor({ timeout: 60_000 });
  await openFile(page, 'FrameGrabber.cpp');

  await check('a finding is underlined in the code', async () => {
    await goToLine(page, lineOf('fWindow->redirect(second'));
    await page.locator('.squiggly-warning, .squiggly-error').first().waitFor();
  });

  await check('the Problems view lists findings with their rule, and their path as numbered steps', async () => {
    await page.keyboard.press('Control+Shift+M');
    const rows = problems.locator('.monaco-list-row');
    await rows.filter({ hasText: 'dead-address' }).waitFor();
    await until('a row “1. …”', async () => (await rows.filter({ hasText: /\b1\. / }).count()) > 0);
    await page.screenshot({ path: join(pictures, 'problems.png') });
    const filter = page.locator('.part.panel .viewpane-filter input');
    await filter.fill('redirect');
    await rows.filter({ hasText: 'redirect-not-unique' }).waitFor();
    await rows.filter({ hasText: 'leaked-reference' }).waitFor({ state: 'detached' });
    await filter.fill('');
  });

  const rows = problems.locator('.monaco-list-row');
  const leak = rows.filter({ hasText: 'leaked-reference' });
  const isListed = (): Promise<boolean> => leak.count().then((count) => count > 0);

  await check('a level in .maplens.json counts at once, and what is wrong there is listed', async () => {
    const configuration = join(workbench.folder, '.maplens.json');
    const text = '{ "rules": { /* kept by the client */ "leaked-reference": "off", "no-adress": "off", }, }';
    writeFileSync(configuration, text);
    await leak.first().waitFor({ state: 'detached' });
    await rows.filter({ hasText: 'Unknown rule "no-adress"' }).waitFor();
    // Once it is open, the schema tells, and comments are no error.
    await openFile(page, '.maplens.json');
    await rows.filter({ hasText: 'There is no such rule' }).waitFor();
    await rows.filter({ hasText: 'Unknown rule' }).waitFor({ state: 'detached' });
    if ((await rows.filter({ hasText: /Comment|comma/ }).count()) > 0) throw new Error('comments are told as errors');
    await command(page, 'View: Close Editor');
    await rows.filter({ hasText: 'Unknown rule' }).waitFor();
    rmSync(configuration);
    await leak.first().waitFor();
    await rows.filter({ hasText: 'Unknown rule' }).waitFor({ state: 'detached' });
  });

  await check('the setting maplens.rules counts at once', async () => {
    const folder = join(workbench.folder, '.vscode');
    mkdirSync(folder);
    writeFileSync(join(folder, 'settings.json'), '{ "maplens.rules": { "leaked-reference": "off" } }');
    await leak.first().waitFor({ state: 'detached' });
    rmSync(folder, { recursive: true });
    await leak.first().waitFor();
  });

  const choose = async (title: string): Promise<void> => {
    const widget = page.locator('.action-widget');
    await until(`the action ${title}`, async () => {
      await page.keyboard.press('Escape');
      await goToLine(page, lineOf('if (ringHeader->magic != kRingMagic)') + 3);
      await page.keyboard.press('Control+.');
      await page.waitForTimeout(1000);
      return (await widget.isVisible()) && (await widget.innerText()).replaceAll('\u00a0', ' ').includes(title);
    });
    const focused = widget.locator('.monaco-list-row.focused');
    await until(`${title} chosen`, async () => {
      if ((await focused.innerText()).replaceAll('\u00a0', ' ').includes(title)) return true;
      await page.keyboard.press('ArrowDown');
      return false;
    });
    await page.keyboard.press('Enter');
  };

  await check('a quick fix suppresses a finding, with its reason selected', async () => {
    await choose('Suppress leaked-reference here');
    const comment = page.locator('.view-line', { hasText: 'maplens-ignore-next-line' });
    await comment.waitFor();
    await page.keyboard.type('the client keeps it');
    await until('the reason in its place', async () =>
      (await comment.innerText()).replaceAll('\u00a0', ' ').endsWith('leaked-reference -- the client keeps it'),
    );
    await until('no finding', async () => !(await isListed()));
    await page.keyboard.press('Escape');
    await command(page, 'File: Revert File');
    await leak.first().waitFor();
  });

  await check('a finding is shown in the simulator, at the step that shows it', async () => {
    await choose('Show in the simulator');
    panel = await panelFrame(page);
    await panel.locator('.chip', { hasText: 'replay of leaked-reference: confirmed' }).waitFor();
    await panel.locator('.why .defect', { hasText: 'leak' }).first().waitFor();
    await page.screenshot({ path: join(pictures, 'replay-dark.png') });
    await panel.locator('select.function').selectOption({ index: 0 });
    await panel.locator('.chip', { hasText: 'replay of' }).waitFor({ state: 'detached' });
  });

  await check('the lens over a function opens the panel beside the code', async () => {
    await page.keyboard.press('Control+J');
    await problems.waitFor({ state: 'hidden' });
    await goToLine(page, lineOf('FrameGrabberClient::showHeader'));
    const line = page.locator('.view-line', { hasText: 'FrameGrabberClient::showHeader' }).first();
    const lenses = page.locator('.codelens-decoration a', { hasText: 'Show mappings' });
    let index: number | undefined;
    await until('a lens over the line', async () => {
      index = await nearest(lenses, (await line.boundingBox())!.y);
      return index !== undefined;
    });
    await lenses.nth(index!).click();
    panel = await panelFrame(page);
    await until('the function’s name', async () =>
      (await panel!.locator('select.function').inputValue()).endsWith('::showHeader'),
    );
  });

  const slider = (): ReturnType<Frame['locator']> => inPanel().getByRole('slider', { name: 'Step' });
  const stepText = (): Promise<string> => inPanel().locator('.why').innerText();

  await check('the panel begins at the defect, and says what leaked', async () => {
    await inPanel().locator('.why .defect', { hasText: 'leak' }).first().waitFor();
    await inPanel().locator('.chip.bad').waitFor();
  });

  await check('the slider moves through the steps, and the code follows', async () => {
    await slider().focus();
    await page.keyboard.press('Home');
    await until('step 0', async () => (await stepText()).includes('step 0 of'));
    await page.keyboard.press('ArrowRight');
    await until('step 1', async () => (await stepText()).includes('step 1 of'));
    await until('a marked line with a note', async () => {
      const decorations = await page.evaluate(() =>
        [...document.querySelectorAll('.view-line span')].some((span) =>
          getComputedStyle(span, '::after').content.includes('1 of'),
        ),
      );
      return decorations;
    });
    await page.keyboard.press('Shift+ArrowRight');
    await inPanel().locator('.why .defect').first().waitFor();
  });

  await check('the picture shows the address spaces of both tasks', async () => {
    const scene = inPanel().locator('.spaces');
    await until('kernel_task and client', async () => {
      const text = (await scene.textContent()) ?? '';
      return text.includes('kernel_task') && text.includes('client');
    });
  });

  await check('the table is the picture’s twin', async () => {
    await inPanel().getByRole('tab', { name: 'Table' }).click();
    const maps = inPanel().getByRole('table', { name: 'Memory maps' });
    await until('a leaked map', async () => (await maps.getByRole('row', { name: /leaked/ }).count()) > 0);
    await inPanel()
      .getByRole('table', { name: /Address space of kernel_task/ })
      .waitFor();
    await page.screenshot({ path: join(pictures, 'table-dark.png') });
  });

  await check('the panel has no accessibility violation (axe), as table and as picture', async () => {
    const first = await axe(inPanel());
    await inPanel().getByRole('tab', { name: 'Picture' }).click();
    const second = await axe(inPanel());
    if (first.length + second.length > 0) throw new Error([...first, ...second].join('\n'));
  });

  await check('an assumed value can be replaced, and given back', async () => {
    await inPanel()
      .getByRole('button', { name: /assumed/ })
      .click();
    const value = inPanel().getByLabel('fTask');
    await value.fill('NULL');
    await value.press('Tab');
    await until(
      'no mapping in the client',
      async () => !((await inPanel().locator('.spaces .paper svg').textContent()) ?? '').includes('umap'),
    );
    await inPanel().locator('.steps summary').click();
    await page.screenshot({ path: join(pictures, 'assumed-dark.png') });
    const wrong = await axe(inPanel());
    await inPanel().locator('.steps summary').click();
    await value.fill('');
    await value.press('Tab');
    await inPanel().locator('.why .defect, .chip.bad').first().waitFor();
    await inPanel()
      .getByRole('button', { name: /assumed/ })
      .click();
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });

  await check('an edit is followed live', async () => {
    const before = await slider().getAttribute('max');
    await goToLine(page, lineOf('IOMemoryMap *header = ring->createMappingInTask'));
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('IOMemoryMap *extra = ring->map();');
    await until('more steps', async () => Number(await slider().getAttribute('max')) > Number(before));
  });

  await check('a half-typed line keeps the last good picture, marked stale', async () => {
    await goToLine(page, lineOf('IOReturn FrameGrabberClient::showHeader') + 2);
    await page.keyboard.press('Home');
    await page.keyboard.type('}');
    await inPanel().locator('.banner', { hasText: 'Stale' }).waitFor();
    await inPanel().locator('.spaces .paper svg').waitFor();
    await page.screenshot({ path: join(pictures, 'stale-dark.png') });
    await page.keyboard.press('Control+Z');
    await inPanel().locator('.banner').waitFor({ state: 'detached' });
  });

  await check('the side panel lists entry points, and runs one', async () => {
    await page.locator('.activitybar .action-label[aria-label*="MapLens"]').first().click({ force: true });
    const rows = runRows(page);
    const row = rows.filter({ hasText: 'readVersion' });
    await row.waitFor();
    await row.hover();
    await row.getByRole('button', { name: /Run Simulation/ }).click();
    await until('an outcome', async () => /1 defect · 1 mapping/.test(await row.innerText()));
  });

  await check('it runs all of them, and tells each outcome in words', async () => {
    await runAll(page);
    const rows = runRows(page)
      .filter({ has: page.locator('.label-description') })
      .filter({ hasNotText: /\.(cpp|iomap)|^Scenarios/ });
    await until(
      'all outcomes',
      async () => (await rows.filter({ hasText: /mappings? ·|no mapping|not run:/ }).count()) === (await rows.count()),
    );
    const failed = await rows.filter({ hasText: 'not run:' }).count();
    if (failed > 0) throw new Error(`${failed} could not be run`);
    await page.screenshot({ path: join(pictures, 'runs-dark.png') });
  });

  await check('choosing a run opens the panel on it', async () => {
    await until('the function’s name', async () => {
      await runRows(page).filter({ hasText: 'openRing' }).click();
      await page.waitForTimeout(1000);
      panel = await panelFrame(page);
      return (await panel.locator('select.function').inputValue()).endsWith('::openRing');
    });
  });

  await check('a file without mappings says why the panel is empty, and what to do', async () => {
    await page.keyboard.press('Control+Shift+E');
    await openFile(page, 'FrameGrabber.hpp');
    await command(page, 'MapLens: Show Mappings');
    let empty: Frame | undefined;
    await until('the explanation', async () => {
      empty = await panelFrame(page);
      return (await empty.locator('.problem').innerText()).includes('No function in this file maps memory');
    });
    const wrong = await axe(empty!);
    await page.screenshot({ path: join(pictures, 'empty-dark.png') });
    await empty!.getByRole('button', { name: 'Show simulation runs' }).click();
    await runRows(page).filter({ hasText: 'showHeader' }).waitFor();
    const tabs = page.locator('.tab[data-resource-name="FrameGrabber.hpp"]');
    for (let left = await tabs.count(); left > 0; left--) {
      await tabs.first().hover();
      await tabs.first().locator('.codicon-close').click();
      await until('one tab fewer', async () => (await tabs.count()) < left);
    }
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });

  await check('it looks well in light, dark and high contrast', async () => {
    await command(page, 'File: Revert File');
    await runAll(page);
    await runRows(page).filter({ hasText: 'showHeader' }).click();
    await until('the function’s name', async () => {
      panel = await panelFrame(page);
      return (await panel.locator('select.function').inputValue()).endsWith('::showHeader');
    });
    await page.setViewportSize({ width: 1500, height: 880 });
    const shoot = async (theme: Theme, name: string): Promise<void> => {
      await workbench.setTheme(theme);
      await slider().focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('End');
      await page.mouse.move(700, 870);
      // The workbench fades its notifications and scroll bars.
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(pictures, `panel-${name}.png`) });
      const wrong = await axe(inPanel());
      if (wrong.length > 0) throw new Error(`${theme}: ${wrong.join('\n')}`);
    };
    await shoot('Default Light Modern', 'light-runs');
    await command(page, 'View: Toggle Primary Side Bar Visibility');
    await shoot('Default Light Modern', 'light');
    await shoot('Default High Contrast', 'high-contrast');
    await shoot('Default Dark Modern', 'dark');
  });

  await check('keys in the code move the panel, too', async () => {
    await page.keyboard.press('Control+1');
    const before = Number(await slider().inputValue());
    await page.keyboard.press('Control+Alt+,');
    await until('the step before', async () => Number(await slider().inputValue()) === before - 1);
    await page.keyboard.press('Control+Alt+.');
    await until('the step again', async () => Number(await slider().inputValue()) === before);
  });

  await check('a run that can not be drawn costs the picture, not the panel', async () => {
    const functions = [{ name: 'A::broken', line: 1 }];
    const entry = { id: 'e', task: 't', start: 'no address', end: '', protection: 'rw-', kind: 'mapping', cache: '' };
    const step = { kind: 'map', label: 'broken()', sentence: 'Broken.', defects: [] };
    const task = { id: 't', name: 'a task', kernel: true, pageSize: 4096, min: '0x0', max: '0x1000' };
    const changes = [
      { of: 'task', id: 't', value: task },
      { of: 'entry', id: 'e', value: entry },
    ];
    const machine = { name: 'm', arch: 'arm64', release: '15.4', pageSize: 4096 };
    const outcome = { kind: 'returned', value: '0' };
    const trace = { version: 1, title: 'A::broken', machine, assumptions: [], steps: [{ ...step, changes }], outcome };
    const run = { uri: 'file:///a.cpp', file: 'a.cpp', functions, function: 'A::broken', values: {}, trace };
    await inPanel().evaluate((message) => window.postMessage(message), { type: 'run', run });
    await inPanel().getByText('This step could not be drawn').waitFor();
    await command(page, 'MapLens: Show Mappings');
    await page.keyboard.press('Control+1');
    await page.keyboard.press('End');
    await page.keyboard.type(' ');
    await inPanel().locator('.spaces .paper svg').waitFor();
  });
}

/** Looks at the side panel of a folder without sources. */
export async function emptySidePanel({ page }: Workbench, pictures: string): Promise<void> {
  await page.locator('.activitybar .action-label[aria-label*="MapLens"]').first().click({ timeout: 60_000 });
  await page.locator('.sidebar .welcome-view', { hasText: 'No function in this folder maps memory' }).waitFor();
  await page.screenshot({ path: join(pictures, 'side-panel-empty.png') });
}

/** 1-based line of the sample that contains a text. */
function lineOf(text: string): number {
  const lines = readFileSync(join(root, 'samples/FrameGrabber/FrameGrabber.cpp'), 'utf8').split('\n');
  const index = lines.findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`the sample has no line with ${text}`);
  return index + 1;
}

/** Index of the element that lies closest above a height. */
async function nearest(all: ReturnType<Page['locator']>, y: number): Promise<number | undefined> {
  let best: { readonly index: number; readonly distance: number } | undefined;
  for (let index = 0; index < (await all.count()); index++) {
    const box = await all.nth(index).boundingBox();
    const distance = box ? y - box.y : -1;
    if (distance >= 0 && distance < 40 && (!best || distance < best.distance)) best = { index, distance };
  }
  return best?.index;
}
