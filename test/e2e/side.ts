import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { expectAccessible } from './axe';
import {
  answer,
  arrive,
  caretIn,
  caretPlace,
  command,
  goToLine,
  lineOf,
  openFile,
  openSidePanel,
  runAll,
  runRows,
  sideRows,
  tableFrame,
} from './hands';
import { PanelPage } from './panel';
import { themes } from './visit';
import type { Visit } from './visit';
import { until } from './workbench';

/** Findings, mappings at the cursor and runs in the folder of the sample driver. */
export async function inSidePanel(visit: Visit): Promise<void> {
  const { page, folder } = visit;
  const rows = sideRows(page);
  const leak = rows.filter({ hasText: 'A reference is leaked' });
  await arrive(page);
  await openFile(page, 'FrameGrabber.cpp');
  await openSidePanel(page);

  await visit.check(
    'findings are listed by rule with their count, each with its path, which goes to its place',
    async () => {
      await leak.waitFor();
      await page.locator('.sidebar .pane-header', { hasText: '3 findings' }).waitFor();
      const finding = rows.filter({ hasText: 'showHeader:' }).first();
      const line = Number(/showHeader:(\d+)/.exec(await finding.innerText())![1]);
      await visit.act(
        'its line',
        () => finding.click(),
        async () => (await caretPlace(page)).startsWith(`Ln ${line},`),
      );
      await finding.locator('.monaco-tl-twistie').click();
      const step = rows.filter({ hasText: /^2\. / }).first();
      await step.waitFor();
      const place = Number(/line (\d+)/.exec(await step.innerText())![1]);
      await step.click();
      await caretIn(page, place);
    },
  );

  await visit.check('a button groups them by class, and back', async () => {
    const header = page.locator('.sidebar .pane-header', { hasText: 'Findings' });
    await header.hover();
    await page.locator('.sidebar').getByRole('button', { name: 'Group Findings by Class' }).click();
    await rows.filter({ hasText: /^FrameGrabberClient\s*2/ }).waitFor();
    await header.hover();
    await page.locator('.sidebar').getByRole('button', { name: 'Group Findings by Rule' }).click();
    await leak.waitFor();
  });

  await visit.check('keys go to the next and the previous finding', async () => {
    await goToLine(page, 1);
    const line = (): Promise<string> => caretPlace(page);
    const visited: string[] = [];
    for (let count = 0; count < 3; count++) {
      const before = await line();
      await page.keyboard.press('Control+Alt+N');
      await until('another line', async () => (await line()) !== before);
      visited.push(await line());
    }
    if (new Set(visited).size !== 3) throw new Error(visited.join(' '));
    await page.keyboard.press('Control+Alt+Shift+N');
    await until('the one before', async () => (await line()) === visited[1]);
  });

  await visit.check('the filter leaves what has its words, and says so; an empty one shows all', async () => {
    await command(page, 'MapLens: Filter Findings');
    await answer(page, 'redirect');
    await page.locator('.sidebar .pane-header', { hasText: '1 of 3 findings with “redirect”' }).waitFor();
    await leak.waitFor({ state: 'detached' });
    await command(page, 'MapLens: Filter Findings');
    await answer(page, 'nothing has this');
    await page.locator('.sidebar .welcome-view', { hasText: 'No finding has the words of the filter' }).waitFor();
    await page.locator('.sidebar').getByRole('button', { name: 'Clear the Filter', exact: true }).click();
    await leak.waitFor();
  });

  let table: Frame | undefined;
  await visit.check('the table follows the cursor, and names what is mapped there', async () => {
    await goToLine(page, lineOf('IOMemoryMap *header = ring->createMappingInTask'));
    table = await tableFrame(page);
    await table.getByRole('row', { name: /header.*new/ }).waitFor();
    const heads = await table.locator('thead th').allInnerTexts();
    for (const head of ['Task', 'Address', 'Size', 'Protection', 'Cache', 'Descriptor', '+refs'])
      if (!heads.includes(head)) throw new Error(`no column ${head}: ${heads.join(' ')}`);
    await goToLine(page, lineOf('IOMemoryMap *kmap = ring->map()'));
    await table.getByRole('row', { name: /kmap.*new/ }).waitFor();
    if ((await table.locator('tbody tr').count()) !== 1) throw new Error('more than kmap is mapped');
  });

  await visit.check('outside of such functions the table says why it is empty, and what to do', async () => {
    await goToLine(page, 1);
    await table!.getByText('The cursor is in no function that maps memory').waitFor();
    await table!.getByText('Put it into one of those that do').waitFor();
  });

  await visit.check('a map in the table goes to where it is made', async () => {
    await goToLine(page, lineOf('RingHeader *ringHeader ='));
    await table!.getByRole('button', { name: 'umap' }).click();
    await caretIn(page, lineOf('IOMemoryMap *umap'));
  });

  await visit.check('a key runs the function at the cursor', async () => {
    await goToLine(page, lineOf('volatile UInt32 *registers'));
    await page.keyboard.press('Control+Alt+R');
    await rows.filter({ hasText: /readVersion.*1 defect/s }).waitFor();
  });

  await visit.check('what has run runs again on save, where the setting says so', async () => {
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode/settings.json'), '{ "maplens.runOnSave": true }');
    await goToLine(page, lineOf('volatile UInt32 *registers') + 1);
    await page.keyboard.press('Home');
    await page.keyboard.insertText('//');
    const row = rows.filter({ hasText: 'readVersion' });
    await row.filter({ hasText: 'before the edit' }).waitFor();
    // A setting counts a moment after it is on the disk.
    const renewed = row.filter({ hasText: /1 mapping · 1 held at the end/ }).filter({ hasNotText: 'before the edit' });
    await visit.act(
      'another outcome',
      () => page.keyboard.press('Control+S'),
      async () => (await renewed.count()) > 0,
    );
    await page.keyboard.press('Control+Z');
    await page.keyboard.press('Control+S');
    await row.filter({ hasText: '1 defect' }).filter({ hasNotText: 'before the edit' }).waitFor();
  });

  await visit.check('the status item says that it checks, and what it could not read', async () => {
    const status = page.locator('.statusbar-item[id="status.languageStatus"]');
    const said = async (): Promise<string> => {
      await status.click();
      const text = await page.locator('.language-status, .hover-language-status').allInnerTexts();
      return text.join('\n');
    };
    await until('idle', async () => (await said()).includes('MapLens: checking as you type'));
    await page.keyboard.press('Escape');
    writeFileSync(
      join(folder, 'Part.cpp'),
      'void go(IOMemoryDescriptor *md) { IOMemoryMap *m = md->map(); try { m->release(); } catch (...) {} }\n',
    );
    await page.keyboard.press('Control+Shift+E');
    await openFile(page, 'Part.cpp');
    await until('partial', async () => (await said()).includes('1 of 1 function could be read in part only: try'));
    await visit.picture('status-partial-dark');
    await page.keyboard.press('Escape');
    await command(page, 'View: Close Editor');
    rmSync(join(folder, 'Part.cpp'));
  });

  await visit.check(
    'a mapping that gives NULL says which of the kernel’s reasons it was, and what rules out the others',
    async () => {
      writeFileSync(join(folder, 'Null.cpp'), nullSource);
      await page.keyboard.press('Control+Shift+E');
      await openFile(page, 'Null.cpp');
      await goToLine(page, 4);
      const panel = new PanelPage(page);
      await visit.act(
        'the panel',
        () => page.keyboard.press('Control+Alt+M'),
        () => panel.isOn('go'),
      );
      await panel.slider.focus();
      const why = panel.frame.locator('.null-causes summary');
      await page.keyboard.press('Home');
      await until('the step of the NULL', async () => {
        if ((await why.count()) > 0) return true;
        await page.keyboard.press('ArrowRight');
        return false;
      });
      if (!(await why.innerText()).includes('reason 5 of 17, beyond the descriptor'))
        throw new Error(await why.innerText());
      await why.click();
      await panel.frame.getByText('the task is kernel_task, which never ends').waitFor();
      await visit.picture('why-null-dark');
      await expectAccessible(panel.frame);
    },
  );

  await visit.check('what is gone from the folder is gone from the lists', async () => {
    await command(page, 'View: Close All Editors');
    await openFile(page, 'FrameGrabber.cpp');
    await openSidePanel(page);
    await runRows(page).filter({ hasText: 'Null.cpp' }).waitFor();
    rmSync(join(folder, 'Null.cpp'));
    await runRows(page).filter({ hasText: 'Null.cpp' }).waitFor({ state: 'detached' });
    await page.locator('.sidebar .pane-header', { hasText: '3 findings' }).waitFor();
  });

  await visit.check('it looks well in every theme, and axe has nothing against the table', async () => {
    await command(page, 'MapLens: Run All Simulations');
    await runRows(page)
      .filter({ hasText: 'FrameGrabber.iomap' })
      .filter({ hasText: /held|failed/ })
      .waitFor();
    await page.setViewportSize({ width: 1500, height: 900 });
    const place = (line: string) => () => goToLine(page, lineOf(line));
    const table = { frame: (): Promise<Frame> => tableFrame(page), ground: '.part.sidebar' };
    await visit.inThemes([
      { name: 'side-empty', show: place('#define super IOService'), ...table },
      { name: 'side', show: place('RingHeader *ringHeader ='), ...table },
    ]);
  });
}

const nullSource = `void go(void)
{
    IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::withCapacity(0x8000, kIODirectionInOut);
    IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0x4000);
    OSSafeReleaseNULL(map);
    md->release();
}
`;

/** A large folder: runs and checks that take long, and can be stopped. */
export async function stopping(visit: Visit): Promise<void> {
  const { page } = visit;
  const rows = runRows(page);
  await arrive(page);
  await openSidePanel(page);
  await visit.check('many runs show how far they are, and can be stopped', async () => {
    await rows.filter({ hasText: 'not run yet' }).first().waitFor({ timeout: 120_000 });
    const toasts = page.locator('.notification-toast', { hasText: 'MapLens runs simulations' });
    await runAll(page);
    await toasts.waitFor();
    await visit.glimpse('runs-progress-dark');
    await toasts.getByRole('button', { name: 'Cancel' }).click();
    await toasts.waitFor({ state: 'detached' });
    await until('rows that have not run', async () => (await rows.filter({ hasText: 'running' }).count()) === 0);
  });
}

/** Sources whose runs take long together. */
export function manySources(): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (let file = 0; file < 60; file++) {
    const functions = Array.from(
      { length: 5 },
      (_, index) => `
IOReturn Many${file}::go${index}(void)
{
    UInt32 sum = 0;
    IOMemoryMap *map = fMemory->map();
    for (UInt32 at = 0; at < 400000; at++)
        sum += at ^ (sum >> 3);
    fSum = sum;
    map->release();
    return kIOReturnSuccess;
}
`,
    );
    files[`Many${file}.cpp`] =
      `class Many${file} : public IOService { public: ${functions.map((_, index) => `IOReturn go${index}(void);`).join(' ')} private: IOMemoryDescriptor *fMemory; UInt32 fSum; };\n${functions.join('')}`;
  }
  return files;
}

/** A folder without driver code, and then the first minutes of a new user. */
export async function asNewcomer(visit: Visit): Promise<void> {
  const { page, folder } = visit;
  const rows = sideRows(page);
  /** Whether the extension runs, as VS Code says once it lists one that does. */
  const runsBeside = async (other: string): Promise<boolean> => {
    await command(page, 'Developer: Show Running Extensions');
    const list = page.locator('.runtime-extensions-editor .monaco-list-row');
    await list.filter({ hasText: other }).first().waitFor();
    const found = (await list.filter({ hasText: 'MapLens' }).count()) > 0;
    await command(page, 'View: Close Editor');
    return found;
  };
  await arrive(page);

  await visit.check('a folder without driver code does not start the extension', async () => {
    await openFile(page, 'notes.md');
    await openFile(page, 'script.py');
    // The notes start one that comes with VS Code.
    if (await runsBeside('Markdown')) throw new Error('MapLens runs');
  });

  await visit.check('without sources every view says why it is empty, and offers the sample', async () => {
    await openSidePanel(page);
    await page.locator('.sidebar .welcome-view', { hasText: 'No function in this folder maps memory' }).waitFor();
    await page.locator('.sidebar .welcome-view', { hasText: 'has no C or C++ sources' }).waitFor();
    await (await tableFrame(page)).getByText('No driver source in front').waitFor();
    await visit.picture('welcome-dark');
    await until('MapLens among what runs', () => runsBeside('Markdown'));
  });

  await visit.check('the walkthrough opens the sample driver in one click', async () => {
    await command(page, 'MapLens: Get Started');
    const tour = page.locator('.gettingStartedContainer');
    await tour.getByText('Open a driver with mistakes').first().waitFor();
    await visit.picture('walkthrough-dark');
    const began = Date.now();
    await tour.getByRole('button', { name: 'Open Sample Driver' }).click();
    await page.locator('.tab.active[data-resource-name="FrameGrabber.cpp"]').waitFor();
    await rows.filter({ hasText: 'A reference is leaked' }).waitFor();
    await rows.filter({ hasText: /readVersion.*not run yet/s }).waitFor();
    console.log(`      the sample with its findings after ${Date.now() - began} ms`);
    await visit.picture('sample-dark');
  });

  await visit.check('a finding, its run, and its mending: the sample’s first mistake in seven steps', async () => {
    const finding = rows.filter({ hasText: /readVersion:\d+/ }).first();
    await finding.click();
    await caretIn(page, lineOf('*version = registers'));
    const panel = new PanelPage(page);
    await visit.act(
      'the panel',
      () => page.keyboard.press('Control+Alt+M'),
      () => panel.isOn('::readVersion'),
    );
    await panel.defect();
    await visit.picture('first-minutes-dark');
    await goToLine(page, lineOf('volatile UInt32 *registers') + 1);
    await page.keyboard.press('Control+Shift+K');
    await goToLine(page, lineOf('*version = registers') - 1);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('map->release();');
    await rows.filter({ hasText: /readVersion:\d+/ }).waitFor({ state: 'detached' });
    await panel.frame.locator('.chip.bad').waitFor({ state: 'detached' });
  });

  await visit.check('the tour ticks what was done', async () => {
    await command(page, 'MapLens: Get Started');
    const tour = page.locator('.gettingStartedContainer');
    await tour.getByText('Open a driver with mistakes').first().waitFor();
    await until(
      'four steps ticked',
      async () => (await tour.locator('.codicon-getting-started-step-checked.complete').count()) >= 4,
    );
    for (const [theme, name] of themes) {
      await visit.setTheme(theme);
      await visit.letGo();
      await visit.picture(`walkthrough-done-${name}`);
    }
  });

  await visit.check('the workspace’s folder is as it was', () => {
    if (readFileSync(join(folder, 'notes.md'), 'utf8') !== plainFiles['notes.md']) throw new Error('notes.md differs');
    return Promise.resolve();
  });
}

/** A folder without driver code. */
export const plainFiles = { 'notes.md': '# Notes\n', 'script.py': 'print("no driver")\n' };
