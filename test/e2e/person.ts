import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { expectAccessible } from './axe';
import { arrive, command, goToLine, lineOf, openFile, openSidePanel, runAll, runRows } from './hands';
import { PanelPage } from './panel';
import type { Visit } from './visit';
import { until } from './workbench';

/** Drives the packaged extension with keys and mouse. */
export async function asPerson(visit: Visit): Promise<void> {
  const { page, folder } = visit;
  const panel = new PanelPage(page);
  const problems = page.locator('.markers-panel');

  await arrive(page);
  await openFile(page, 'FrameGrabber.cpp');

  await visit.check('a finding is underlined in the code', async () => {
    await goToLine(page, lineOf('fWindow->redirect(second'));
    await page.locator('.squiggly-warning, .squiggly-error').first().waitFor();
  });

  await visit.check('the Problems view lists findings with their rule, and their path as numbered steps', async () => {
    await page.keyboard.press('Control+Shift+M');
    const rows = problems.locator('.monaco-list-row');
    await rows.filter({ hasText: 'dead-address' }).waitFor();
    await until('a row “1. …”', async () => (await rows.filter({ hasText: /\b1\. / }).count()) > 0);
    await visit.picture('problems');
    const filter = page.locator('.part.panel .viewpane-filter input');
    await filter.fill('redirect');
    await rows.filter({ hasText: 'redirect-not-unique' }).waitFor();
    await rows.filter({ hasText: 'leaked-reference' }).waitFor({ state: 'detached' });
    await filter.fill('');
  });

  const rows = problems.locator('.monaco-list-row');
  const leak = rows.filter({ hasText: 'leaked-reference' });
  const isListed = (): Promise<boolean> => leak.count().then((count) => count > 0);

  await visit.check('a level in .maplens.json counts at once, and what is wrong there is listed', async () => {
    const configuration = join(folder, '.maplens.json');
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

  await visit.check('the setting maplens.rules counts at once', async () => {
    const place = join(folder, '.vscode');
    mkdirSync(place);
    writeFileSync(join(place, 'settings.json'), '{ "maplens.rules": { "leaked-reference": "off" } }');
    await leak.first().waitFor({ state: 'detached' });
    rmSync(place, { recursive: true });
    await leak.first().waitFor();
  });

  const choose = async (title: string): Promise<void> => {
    const widget = page.locator('.action-widget');
    await visit.act(
      `the action ${title}`,
      async () => {
        await page.keyboard.press('Escape');
        await goToLine(page, lineOf('if (ringHeader->magic != kRingMagic)') + 3);
        await page.keyboard.press('Control+.');
      },
      async () => (await widget.isVisible()) && (await widget.innerText()).replaceAll('\u00a0', ' ').includes(title),
    );
    const focused = widget.locator('.monaco-list-row.focused');
    await until(`${title} chosen`, async () => {
      if ((await focused.innerText()).replaceAll('\u00a0', ' ').includes(title)) return true;
      await page.keyboard.press('ArrowDown');
      return false;
    });
    await page.keyboard.press('Enter');
  };

  await visit.check('a quick fix suppresses a finding, with its reason selected', async () => {
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

  await visit.check('a finding is shown in the simulator, at the step that shows it', async () => {
    await choose('Show in the simulator');
    await panel.find();
    await panel.chip('replay of leaked-reference: confirmed');
    await panel.defect('leak');
    await visit.picture('replay-dark');
    await panel.frame.locator('select.function').selectOption({ index: 0 });
    await panel.frame.locator('.chip', { hasText: 'replay of' }).waitFor({ state: 'detached' });
  });

  await visit.check('the lens over a function opens the panel beside the code', async () => {
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
    await panel.shows('::showHeader');
  });

  await visit.check('the panel begins at the defect, and says what leaked', async () => {
    await panel.defect('leak');
    await panel.frame.locator('.chip.bad').waitFor();
  });

  await visit.check('the slider moves through the steps, and the code follows', async () => {
    await panel.slider.focus();
    await page.keyboard.press('Home');
    await panel.isAt(0);
    await page.keyboard.press('ArrowRight');
    await panel.isAt(1);
    await until('a marked line with a note', async () => {
      const decorations = await page.evaluate(() =>
        [...document.querySelectorAll('.view-line span')].some((span) =>
          getComputedStyle(span, '::after').content.includes('1 of'),
        ),
      );
      return decorations;
    });
    await page.keyboard.press('Shift+ArrowRight');
    await panel.defect();
  });

  await visit.check('the picture shows the address spaces of both tasks', async () => {
    const scene = panel.frame.locator('.spaces');
    await until('kernel_task and client', async () => {
      const text = (await scene.textContent()) ?? '';
      return text.includes('kernel_task') && text.includes('client');
    });
  });

  await visit.check('the table is the picture’s twin', async () => {
    await panel.frame.getByRole('tab', { name: 'Table' }).click();
    const maps = panel.frame.getByRole('table', { name: 'Memory maps' });
    await until('a leaked map', async () => (await maps.getByRole('row', { name: /leaked/ }).count()) > 0);
    await panel.frame.getByRole('table', { name: /Address space of kernel_task/ }).waitFor();
    await visit.picture('table-leaked-dark');
  });

  await visit.check('the panel has no accessibility violation (axe), as table and as picture', async () => {
    await expectAccessible(panel.frame);
    await panel.frame.getByRole('tab', { name: 'Picture' }).click();
    await expectAccessible(panel.frame);
  });

  await visit.check('an assumed value can be replaced, and given back', async () => {
    await panel.frame.getByRole('button', { name: /assumed/ }).click();
    const value = panel.frame.getByLabel('fTask');
    await value.fill('NULL');
    await value.press('Tab');
    await until('no mapping in the client', async () => !((await panel.picture.textContent()) ?? '').includes('umap'));
    await panel.toggleSteps();
    await visit.picture('assumed-dark');
    await expectAccessible(panel.frame);
    await panel.toggleSteps();
    await value.fill('');
    await value.press('Tab');
    await panel.frame.locator('.why .defect, .chip.bad').first().waitFor();
    await panel.frame.getByRole('button', { name: /assumed/ }).click();
  });

  await visit.check('an edit is followed live', async () => {
    const before = await panel.slider.getAttribute('max');
    await goToLine(page, lineOf('IOMemoryMap *header = ring->createMappingInTask'));
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('IOMemoryMap *extra = ring->map();');
    await until('more steps', async () => Number(await panel.slider.getAttribute('max')) > Number(before));
  });

  await visit.check('a half-typed line keeps the last good picture, marked stale', async () => {
    await goToLine(page, lineOf('IOReturn FrameGrabberClient::showHeader') + 2);
    await page.keyboard.press('Home');
    await page.keyboard.type('}');
    await panel.banner.filter({ hasText: 'Stale' }).waitFor();
    await panel.picture.waitFor();
    await visit.picture('stale-dark');
    await page.keyboard.press('Control+Z');
    await panel.banner.waitFor({ state: 'detached' });
  });

  await visit.check('the side panel lists entry points, and runs one', async () => {
    await openSidePanel(page);
    const rows = runRows(page);
    const row = rows.filter({ hasText: 'readVersion' });
    await row.waitFor();
    await row.hover();
    await row.getByRole('button', { name: /Run Simulation/ }).click();
    await until('an outcome', async () => /1 defect · 1 mapping/.test(await row.innerText()));
  });

  await visit.check('it runs all of them, and tells each outcome in words', async () => {
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
    await visit.picture('runs-dark');
  });

  const row = (name: string): ReturnType<Page['locator']> =>
    runRows(page).filter({ has: page.locator('.label-name', { hasText: new RegExp(`^${name}$`) }) });
  const chooseRun = (name: string): Promise<void> =>
    visit.act(
      `the panel on ${name}`,
      () => row(name).click(),
      () => panel.isOn(`::${name}`),
    );

  await visit.check('choosing a run opens the panel on it', () => chooseRun('openRing'));

  await visit.check('a file without mappings says why the panel is empty, and what to do', async () => {
    await page.keyboard.press('Control+Shift+E');
    await openFile(page, 'FrameGrabber.hpp');
    await command(page, 'MapLens: Show Mappings');
    await until('the explanation', async () => {
      await panel.find();
      const problem = await panel.frame.locator('.problem').innerText();
      return problem.includes('No function in this file maps memory');
    });
    await expectAccessible(panel.frame);
    await visit.picture('empty-dark');
    await panel.frame.getByRole('button', { name: 'Show simulation runs' }).click();
    await runRows(page).filter({ hasText: 'showHeader' }).waitFor();
    const tabs = page.locator('.tab[data-resource-name="FrameGrabber.hpp"]');
    for (let left = await tabs.count(); left > 0; left--) {
      await tabs.first().hover();
      await tabs.first().locator('.codicon-close').click();
      await until('one tab fewer', async () => (await tabs.count()) < left);
    }
  });

  await visit.check('a run is chosen while all of them run', async () => {
    await command(page, 'File: Revert File');
    await runAll(page);
    for (const name of ['switchWindow', 'start', 'showHeader']) await chooseRun(name);
    await panel.defect('leak');
    const error = page.locator('.notification-toast', { hasText: 'not found' });
    if ((await error.count()) > 0) throw new Error(await error.first().innerText());
  });

  await visit.check('it looks well in every theme, with nothing for axe, as picture and as table', async () => {
    await page.setViewportSize({ width: 1500, height: 880 });
    await panel.slider.focus();
    await page.keyboard.press('End');
    await visit.picture('panel-runs-dark');
    await visit.setTheme('Default Light Modern');
    await visit.picture('panel-runs-light');
    await command(page, 'View: Toggle Primary Side Bar Visibility');
    const tab = (name: string) => () => panel.frame.getByRole('tab', { name }).click();
    const frame = (): Frame => panel.frame;
    await visit.inThemes([
      { name: 'table', show: tab('Table'), frame },
      { name: 'panel', show: tab('Picture'), frame },
    ]);
  });

  await visit.check('keys in the code move the panel, too', async () => {
    await page.keyboard.press('Control+1');
    const before = Number(await panel.slider.inputValue());
    await page.keyboard.press('Control+Alt+,');
    await until('the step before', async () => Number(await panel.slider.inputValue()) === before - 1);
    await page.keyboard.press('Control+Alt+.');
    await until('the step again', async () => Number(await panel.slider.inputValue()) === before);
  });

  await visit.check('a run that can not be drawn costs the picture, not the panel', async () => {
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
    await panel.frame.evaluate((message) => window.postMessage(message), { type: 'run', run });
    await panel.frame.getByText('This step could not be drawn').waitFor();
    await command(page, 'MapLens: Show Mappings');
    await page.keyboard.press('Control+1');
    await page.keyboard.press('End');
    await page.keyboard.type(' ');
    await panel.picture.waitFor();
  });
}

/** Looks at the side panel of a folder without anything in it. */
export async function emptySidePanel(visit: Visit): Promise<void> {
  const { page } = visit;
  await arrive(page);
  await visit.check('without sources the side panel says why it is empty, and what to do', async () => {
    await openSidePanel(page);
    await page.locator('.sidebar .welcome-view', { hasText: 'No function in this folder maps memory' }).waitFor();
    await visit.picture('side-panel-empty');
  });
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
