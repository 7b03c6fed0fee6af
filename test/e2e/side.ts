import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { axe, command, goToLine, openFile, panelFrame } from './hands';
import { root } from './install';
import type { Result } from './main';
import { until } from './workbench';
import type { Theme, Workbench } from './workbench';

type Report = (result: Result) => void;
type Check = (name: string, look: () => Promise<void>) => Promise<void>;

function checker(page: Page, pictures: string, report: Report): Check {
  return async (name, look) => {
    try {
      await look();
      report({ name });
    } catch (error) {
      report({ name, failure: error instanceof Error ? error.message : String(error) });
      await page.screenshot({ path: join(pictures, `failed-${name.replaceAll(/\W+/g, '-')}.png`) });
    }
  };
}

/** A row of the workbench’s trees in the side bar. */
const rows = (page: Page): ReturnType<Page['locator']> => page.locator('.sidebar .monaco-list-row');

/** The page of the table of mappings. */
async function tableFrame(page: Page): Promise<Frame> {
  let found: Frame | undefined;
  await until('the table’s page', async () => {
    for (const frame of page.frames())
      if (!frame.isDetached() && (await frame.locator('#root > section, #root > p').count()) > 0) found = frame;
    return found !== undefined;
  });
  return found!;
}

async function showSide(page: Page): Promise<void> {
  await page.keyboard.press('Control+1');
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input.input').fill('>View: Show MapLens');
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Show MapLens' }).first().click();
  await page.locator('.sidebar .pane-header', { hasText: 'Findings' }).waitFor();
}

/** Findings, mappings at the cursor and runs in the folder of the sample driver. */
export async function inSidePanel(
  { page, folder, setTheme }: Workbench,
  pictures: string,
  report: Report,
): Promise<void> {
  const check = checker(page, pictures, report);
  await page.locator('.monaco-workbench .part.sidebar').waitFor({ timeout: 60_000 });
  await openFile(page, 'FrameGrabber.cpp');
  await showSide(page);

  await check('findings are listed by rule with their count, each with its path, which goes to its place', async () => {
    const leak = rows(page).filter({ hasText: 'A reference is leaked' });
    await leak.waitFor();
    await page.locator('.sidebar .pane-header', { hasText: '3 findings' }).waitFor();
    const finding = rows(page).filter({ hasText: 'showHeader:' }).first();
    const line = Number(/showHeader:(\d+)/.exec(await finding.innerText())![1]);
    await until('its line', async () => {
      await finding.click();
      await page.waitForTimeout(700);
      return (await page.locator('.statusbar-item', { hasText: `Ln ${line},` }).count()) > 0;
    });
    await finding.locator('.monaco-tl-twistie').click();
    const step = rows(page).filter({ hasText: /^2\. / }).first();
    await step.waitFor();
    const place = Number(/line (\d+)/.exec(await step.innerText())![1]);
    await step.click();
    await page.locator('.statusbar-item', { hasText: `Ln ${place},` }).waitFor();
  });

  await check('a button groups them by class, and back', async () => {
    const header = page.locator('.sidebar .pane-header', { hasText: 'Findings' });
    await header.hover();
    await page.locator('.sidebar').getByRole('button', { name: 'Group Findings by Class' }).click();
    await rows(page)
      .filter({ hasText: /^FrameGrabberClient\s*2/ })
      .waitFor();
    await header.hover();
    await page.locator('.sidebar').getByRole('button', { name: 'Group Findings by Rule' }).click();
    await rows(page).filter({ hasText: 'A reference is leaked' }).waitFor();
  });

  await check('keys go to the next and the previous finding', async () => {
    await goToLine(page, 1);
    const line = async (): Promise<string> => page.locator('.statusbar-item', { hasText: /Ln \d+,/ }).innerText();
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

  await check('the filter leaves what has its words, and says so; an empty one shows all', async () => {
    await command(page, 'MapLens: Filter Findings');
    await page.locator('.quick-input-widget input.input').fill('redirect');
    await page.keyboard.press('Enter');
    await page.locator('.sidebar .pane-header', { hasText: '1 of 3 findings with “redirect”' }).waitFor();
    await rows(page).filter({ hasText: 'A reference is leaked' }).waitFor({ state: 'detached' });
    await command(page, 'MapLens: Filter Findings');
    await page.locator('.quick-input-widget input.input').fill('nothing has this');
    await page.keyboard.press('Enter');
    await page.locator('.sidebar .welcome-view', { hasText: 'No finding has the words of the filter' }).waitFor();
    await page.locator('.sidebar').getByRole('button', { name: 'Clear the Filter', exact: true }).click();
    await rows(page).filter({ hasText: 'A reference is leaked' }).waitFor();
  });

  let table: Frame | undefined;
  await check('the table follows the cursor, and names what is mapped there', async () => {
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

  await check('outside of such functions the table says why it is empty, and what to do', async () => {
    await goToLine(page, 1);
    await table!.getByText('The cursor is in no function that maps memory').waitFor();
    await table!.getByText('Put it into one of those that do').waitFor();
  });

  await check('a map in the table goes to where it is made', async () => {
    await goToLine(page, lineOf('RingHeader *ringHeader ='));
    await table!.getByRole('button', { name: 'umap' }).click();
    await page.locator('.statusbar-item', { hasText: `Ln ${lineOf('IOMemoryMap *umap')},` }).waitFor();
  });

  await check('a key runs the function at the cursor', async () => {
    await goToLine(page, lineOf('volatile UInt32 *registers'));
    await page.keyboard.press('Control+Alt+R');
    await rows(page)
      .filter({ hasText: /readVersion.*1 defect/s })
      .waitFor();
  });

  await check('what has run runs again on save, where the setting says so', async () => {
    await command(page, 'Preferences: Open User Settings (JSON)');
    await page.locator('.tab.active', { hasText: 'settings.json' }).waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('End');
    await page.keyboard.insertText('"maplens.runOnSave": true,');
    await page.keyboard.press('Control+S');
    await page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
    // A setting counts a moment after it is on the disk.
    await page.waitForTimeout(3000);
    await command(page, 'View: Close Editor');
    await goToLine(page, lineOf('volatile UInt32 *registers') + 1);
    await page.keyboard.press('Home');
    await page.keyboard.insertText('//');
    const row = rows(page).filter({ hasText: 'readVersion' });
    await row.filter({ hasText: 'before the edit' }).waitFor();
    await page.keyboard.press('Control+S');
    await row
      .filter({ hasText: /1 mapping · 1 held at the end/ })
      .filter({ hasNotText: 'before the edit' })
      .waitFor();
    await page.keyboard.press('Control+Z');
    await page.keyboard.press('Control+S');
    await row.filter({ hasText: '1 defect' }).filter({ hasNotText: 'before the edit' }).waitFor();
  });

  await check('the status item says that it checks, and what it could not read', async () => {
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
    await page.screenshot({ path: join(pictures, 'status-partial-dark.png') });
    await page.keyboard.press('Escape');
    await command(page, 'View: Close Editor');
  });

  await check(
    'a mapping that gives NULL says which of the kernel’s reasons it was, and what rules out the others',
    async () => {
      writeFileSync(join(folder, 'Null.cpp'), nullSource);
      await page.keyboard.press('Control+Shift+E');
      await openFile(page, 'Null.cpp');
      await goToLine(page, 4);
      let panel: Frame | undefined;
      await until('the panel', async () => {
        await page.keyboard.press('Control+Alt+M');
        await page.waitForTimeout(1500);
        panel = await panelFrame(page);
        return (await panel.locator('select.function').inputValue()) === 'go';
      });
      await panel!.getByRole('slider', { name: 'Step' }).focus();
      const why = panel!.locator('.null-causes summary');
      await page.keyboard.press('Home');
      await until('the step of the NULL', async () => {
        if ((await why.count()) > 0) return true;
        await page.keyboard.press('ArrowRight');
        return false;
      });
      if (!(await why.innerText()).includes('reason 5 of 17, beyond the descriptor'))
        throw new Error(await why.innerText());
      await why.click();
      await panel!.getByText('the task is kernel_task, which never ends').waitFor();
      await page.screenshot({ path: join(pictures, 'why-null-dark.png') });
      const wrong = await axe(panel!);
      await command(page, 'View: Close All Editors');
      await openFile(page, 'FrameGrabber.cpp');
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    },
  );

  await check('it looks well in every theme, and axe has nothing against the table', async () => {
    await showSide(page);
    await command(page, 'MapLens: Run All Simulations');
    await rows(page)
      .filter({ hasText: 'FrameGrabber.iomap' })
      .filter({ hasText: /held|failed/ })
      .waitFor();
    await goToLine(page, lineOf('RingHeader *ringHeader ='));
    await page.setViewportSize({ width: 1500, height: 900 });
    const themes: readonly (readonly [Theme, string])[] = [
      ['Default Light Modern', 'light'],
      ['Default High Contrast', 'high-contrast'],
      ['Default High Contrast Light', 'high-contrast-light'],
      ['Default Dark Modern', 'dark'],
    ];
    for (const [theme, name] of themes) {
      await setTheme(theme);
      await page.keyboard.press('Control+1');
      await page.mouse.move(900, 890);
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(pictures, `side-${name}.png`) });
      const wrong = await axe(await tableFrame(page));
      if (wrong.length > 0) throw new Error(`${theme}: ${wrong.join('\n')}`);
    }
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
export async function stopping({ page }: Workbench, pictures: string, report: Report): Promise<void> {
  const check = checker(page, pictures, report);
  await page.locator('.monaco-workbench .part.sidebar').waitFor({ timeout: 60_000 });
  await page.locator('.activitybar .action-label[aria-label*="MapLens"]').first().click({ force: true });
  await check('many runs show how far they are, and can be stopped', async () => {
    await rows(page).filter({ hasText: 'not run yet' }).first().waitFor({ timeout: 120_000 });
    const toasts = page.locator('.notification-toast', { hasText: 'MapLens runs simulations' });
    await page.locator('.sidebar .pane-header', { hasText: 'Simulation runs' }).hover();
    await page.locator('.sidebar').getByRole('button', { name: 'Run All Simulations' }).click();
    await toasts.waitFor();
    await page.screenshot({ path: join(pictures, 'runs-progress-dark.png') });
    await toasts.getByRole('button', { name: 'Cancel' }).click();
    await toasts.waitFor({ state: 'detached' });
    await until('rows that have not run', async () => (await rows(page).filter({ hasText: 'running' }).count()) === 0);
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
export async function asNewcomer(
  { page, folder, setTheme }: Workbench,
  pictures: string,
  report: Report,
): Promise<void> {
  const check = checker(page, pictures, report);
  const activated = async (): Promise<boolean> => {
    await command(page, 'Developer: Show Running Extensions');
    const list = page.locator('.runtime-extensions-editor');
    await list.locator('.monaco-list-row').first().waitFor();
    await page.waitForTimeout(1500);
    const found = (await list.locator('.monaco-list-row', { hasText: 'MapLens' }).count()) > 0;
    await command(page, 'View: Close Editor');
    return found;
  };
  await page.locator('.monaco-workbench .part.sidebar').waitFor({ timeout: 60_000 });

  await check('a folder without driver code does not start the extension', async () => {
    await openFile(page, 'notes.md');
    await openFile(page, 'script.py');
    if (await activated()) throw new Error('MapLens runs');
  });

  await check('without sources every view says why it is empty, and offers the sample', async () => {
    await page.locator('.activitybar .action-label[aria-label*="MapLens"]').first().click({ force: true });
    await page.locator('.sidebar .welcome-view', { hasText: 'No function in this folder maps memory' }).waitFor();
    await page.locator('.sidebar .welcome-view', { hasText: 'has no C or C++ sources' }).waitFor();
    await (await tableFrame(page)).getByText('No driver source in front').waitFor();
    await page.screenshot({ path: join(pictures, 'welcome-dark.png') });
    if (!(await activated())) throw new Error('MapLens does not run');
  });

  await check('the walkthrough opens the sample driver in one click', async () => {
    await command(page, 'MapLens: Get Started');
    const tour = page.locator('.gettingStartedContainer');
    await tour.getByText('Open a driver with mistakes').first().waitFor();
    await page.waitForTimeout(1000);
    await page.screenshot({ path: join(pictures, 'walkthrough-dark.png') });
    const began = Date.now();
    await tour.getByRole('button', { name: 'Open Sample Driver' }).click();
    await page.locator('.tab.active[data-resource-name="FrameGrabber.cpp"]').waitFor();
    await rows(page).filter({ hasText: 'A reference is leaked' }).waitFor();
    await rows(page)
      .filter({ hasText: /readVersion.*not run yet/s })
      .waitFor();
    console.log(`      the sample with its findings after ${Date.now() - began} ms`);
    await page.screenshot({ path: join(pictures, 'sample-dark.png') });
  });

  await check('a finding, its run, and its mending: the sample’s first mistake in seven steps', async () => {
    const finding = rows(page)
      .filter({ hasText: /readVersion:\d+/ })
      .first();
    await finding.click();
    await page.locator('.statusbar-item', { hasText: `Ln ${sampleLine('*version = registers')},` }).waitFor();
    let panel: Frame | undefined;
    await until('the panel', async () => {
      await page.keyboard.press('Control+Alt+M');
      await page.waitForTimeout(1500);
      panel = await panelFrame(page);
      return (await panel.locator('select.function').inputValue()).endsWith('::readVersion');
    });
    await panel!.locator('.why .defect').first().waitFor();
    await page.screenshot({ path: join(pictures, 'first-minutes-dark.png') });
    await goToLine(page, sampleLine('volatile UInt32 *registers') + 1);
    await page.keyboard.press('Control+Shift+K');
    await goToLine(page, sampleLine('*version = registers') - 1);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('map->release();');
    await rows(page)
      .filter({ hasText: /readVersion:\d+/ })
      .waitFor({ state: 'detached' });
    await panel!.locator('.chip.bad').waitFor({ state: 'detached' });
  });

  await check('the tour ticks what was done', async () => {
    await command(page, 'MapLens: Get Started');
    const tour = page.locator('.gettingStartedContainer');
    await tour.getByText('Open a driver with mistakes').first().waitFor();
    await until(
      'four steps ticked',
      async () => (await tour.locator('.codicon-getting-started-step-checked.complete').count()) >= 4,
    );
    for (const [theme, name] of [
      ['Default Light Modern', 'light'],
      ['Default Dark Modern', 'dark'],
    ] as const) {
      await setTheme(theme);
      await page.waitForTimeout(1000);
      await page.screenshot({ path: join(pictures, `walkthrough-done-${name}.png`) });
    }
  });

  await check('the workspace’s folder is as it was', () => {
    if (readFileSync(join(folder, 'notes.md'), 'utf8') !== plainFiles['notes.md']) throw new Error('notes.md differs');
    return Promise.resolve();
  });
}

/** A folder without driver code. */
export const plainFiles = { 'notes.md': '# Notes\n', 'script.py': 'print("no driver")\n' };

const sampleLine = lineOf;

/** 1-based line of the sample that contains a text. */
function lineOf(text: string): number {
  const lines = readFileSync(join(root, 'samples/FrameGrabber/FrameGrabber.cpp'), 'utf8').split('\n');
  const index = lines.findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`the sample has no line with ${text}`);
  return index + 1;
}
