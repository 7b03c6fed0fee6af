import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { arrive, command, goToLine, lineOf, openFile } from './hands';
import { controls, PanelPage } from './panel';
import type { Visit } from './visit';
import { until } from './workbench';

type Found = ReturnType<Frame['locator']>;

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Uses the whole panel without a mouse. */
export async function byKeyboard(visit: Visit): Promise<void> {
  const { page, folder } = visit;
  const panel = new PanelPage(page);
  const press = (key: string): Promise<void> => page.keyboard.press(key);
  const zoom = (): Found => panel.frame.locator('.zoom .text');
  const search = (): Found => panel.frame.getByLabel('Search an address in hexadecimal, or a name');
  const found = (): Found => panel.frame.locator('#found');
  const spaces = (): Found => panel.frame.getByRole('group', { name: 'Address spaces' });

  await arrive(page);

  await visit.check('keys open the panel, and go from the code into it', async () => {
    await command(page, 'View: Close All Editors');
    await openFile(page, 'FrameGrabber.cpp');
    await goToLine(page, lineOf('IOMemoryMap *umap'));
    await visit.act(
      'the panel on showHeader',
      () => press('Control+Alt+M'),
      () => panel.isOn('::showHeader'),
    );
    await press('Control+2');
    await until('the focus in the panel', () => hasFocus(panel.frame));
  });

  await visit.check('Tab comes to every control, and shows where it is', async () => {
    const all = panel.frame.locator(controls).filter({ visible: true });
    await panel.frame.evaluate('document.activeElement?.blur()');
    const quiet: Buffer[] = [];
    for (const control of await all.all()) quiet.push(await around(control));
    const passed = new Set<number>();
    for (let times = 0; times < quiet.length + 2 && passed.size < quiet.length; times++) {
      await press('Tab');
      const at = await all.evaluateAll((list) => list.findIndex((one) => one === document.activeElement));
      if (at < 0 || passed.has(at)) continue;
      passed.add(at);
      if ((await around(all.nth(at))).equals(quiet[at]!))
        throw new Error(`one does not see the focus on ${await nameOf(all.nth(at))}`);
    }
    const missed: string[] = [];
    for (let at = 0; at < quiet.length; at++) if (!passed.has(at)) missed.push(await nameOf(all.nth(at)));
    if (missed.length > 0) throw new Error(`Tab does not come to ${missed.join(', ')}`);
  });

  await visit.check('another function is chosen', async () => {
    await tabTo(panel, panel.frame.locator('select.function'));
    for (let times = 0; times < 8 && !(await panel.isOn('::readVersion')); times++) {
      const before = await panel.frame.locator('select.function').inputValue();
      await press('ArrowUp');
      await until('another one', async () => (await panel.frame.locator('select.function').inputValue()) !== before);
    }
    await panel.shows('::readVersion');
    await panel.defect('fault');
  });

  await visit.check('keys go to the next and the previous step and defect, to the first and the last', async () => {
    await tabTo(panel, spaces());
    const visits: readonly (readonly [key: string, step: number])[] = [
      ['Home', 0],
      ['ArrowRight', 1],
      ['ArrowRight', 2],
      ['ArrowLeft', 1],
      ['n', 3],
      ['End', 4],
      ['p', 3],
      ['ArrowRight', 4],
      ['Shift+ArrowLeft', 3],
      ['Home', 0],
      ['Shift+ArrowRight', 3],
    ];
    for (const [key, step] of visits) {
      await press(key);
      await panel.isAt(step);
    }
    await press('Enter');
    const line = lineOf('*version = registers');
    await page.locator('.monaco-editor .line-numbers.active-line-number', { hasText: `${line}` }).waitFor();
    if (!(await hasFocus(panel.frame))) throw new Error('the panel lost the focus');
  });

  await visit.check('a step is chosen in the list', async () => {
    await tabTo(panel, panel.frame.locator('.steps summary'));
    await press('Enter');
    await tabTo(panel, panel.steps.nth(1));
    await press('Enter');
    await panel.isAt(1);
    await page
      .locator('.monaco-editor .line-numbers.active-line-number', {
        hasText: `${lineOf('fDevice->mapDeviceMemoryWithIndex(1')}`,
      })
      .waitFor();
    await tabTo(panel, panel.frame.locator('.steps summary'));
    await press('Enter');
    await panel.steps.first().waitFor({ state: 'detached' });
  });

  await visit.check('an address and a name are searched, and what is found is marked', async () => {
    const marked = panel.frame.locator('.spaces .marked');
    await press('/');
    await page.keyboard.type('map');
    await until('what was found', async () => (await found().innerText()) !== '');
    await marked.waitFor();
    const address = /0x[\da-f]+(?:_[\da-f]{4})+/.exec((await panel.picture.textContent()) ?? '')![0];
    // A key may come while the page takes what was found before.
    await until('the address', async () => {
      if ((await search().inputValue()) === address) return true;
      await search().press('Control+A');
      await search().pressSequentially(address, { delay: 20 });
      return (await search().inputValue()) === address;
    });
    await marked.waitFor();
    await visit.picture('search-dark');
    await press('Control+A');
    await page.keyboard.type('0x1');
    await panel.frame.locator('#found.bad').waitFor();
    await marked.waitFor({ state: 'detached' });
    await press('Escape');
    if ((await search().inputValue()) !== '') throw new Error('the search did not end');
  });

  await visit.check('the picture is zoomed, fitted and moved', async () => {
    await tabTo(panel, spaces());
    const shows = (text: string): Promise<void> =>
      until(`zoom ${text}`, async () => (await zoom().innerText()) === text);
    await press('+');
    await shows('125 %');
    await press('-');
    await shows('Fit');
    await press('-');
    await shows('80 %');
    await press('0');
    await shows('Fit');
    for (let times = 0; times < 5; times++) await press('+');
    await shows('305 %');
    const scrolled = (): Promise<readonly [number, number]> =>
      spaces().evaluate((box) => [box.scrollLeft, box.scrollTop] as const);
    for (const [key, axis, sign] of [
      ['Control+ArrowRight', 0, 1],
      ['Control+ArrowLeft', 0, -1],
      ['Control+ArrowDown', 1, 1],
      ['Control+ArrowUp', 1, -1],
    ] as const) {
      const before = await scrolled();
      await press(key);
      await until(`${key} moves the paper`, async () => sign * ((await scrolled())[axis] - before[axis]) > 0);
    }
    await press('0');
    await shows('Fit');
  });

  await visit.check('the table takes the picture’s place, and back', async () => {
    await tabTo(panel, panel.frame.getByRole('tab', { name: 'Picture' }));
    await press('ArrowRight');
    await panel.frame.getByRole('table', { name: 'Memory maps' }).waitFor();
    await until('the focus on the other tab', () => isFocused(panel.frame.getByRole('tab', { name: 'Table' })));
    await press('ArrowLeft');
    await panel.picture.waitFor();
    await until('the focus on the first tab', () => isFocused(panel.frame.getByRole('tab', { name: 'Picture' })));
  });

  await visit.check('an assumed value is replaced', async () => {
    await tabTo(panel, panel.frame.getByRole('button', { name: /assumed/ }));
    await press('Enter');
    const value = panel.frame.locator('.assumptions input').first();
    await tabTo(panel, value);
    await page.keyboard.type('1');
    await press('Tab');
    await panel.frame.getByRole('button', { name: /1 given/ }).waitFor();
    await tabTo(panel, value);
    await press('Control+A');
    await press('Delete');
    await press('Tab');
    await panel.frame.getByRole('button', { name: /given/ }).waitFor({ state: 'detached' });
    await tabTo(panel, panel.frame.getByRole('button', { name: /assumed/ }));
    await press('Enter');
    await value.waitFor({ state: 'detached' });
  });

  const exported = async (item: string): Promise<void> => {
    await tabTo(panel, panel.frame.locator('.menu summary'));
    await press('Enter');
    await tabTo(panel, panel.frame.getByRole('button', { name: item }));
    await press('Enter');
  };

  await visit.check('what the picture shows is copied as text', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await tabTo(panel, spaces());
    await press('Home');
    await press('n');
    await panel.isAt(3);
    await exported('Copy as text');
    let text = '';
    await until('text in the clipboard', async () => {
      text = await panel.frame.evaluate('navigator.clipboard.readText()');
      return text.includes('FrameGrabber::readVersion');
    });
    for (const part of [': registers[kVersionRegister]', 'fault: A read of', 'kernel_task', 'fDevice memory 1'])
      if (!text.includes(part)) throw new Error(`it does not say "${part}":\n${text}`);
  });

  const saved = async (item: string, extension: string): Promise<Buffer> => {
    await exported(item);
    const input = page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await until('a name for the file', async () => (await input.inputValue()).endsWith(`.${extension}`));
    const path = await input.inputValue();
    if (!path.startsWith(folder)) throw new Error(`it would go to ${path}`);
    await press('Enter');
    await until('the file', () => Promise.resolve(existsSync(path) && readFileSync(path).length > 0));
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await press('Control+2');
    await until('the focus in the panel', () => hasFocus(panel.frame));
    return readFileSync(join(path));
  };

  await visit.check('the picture is saved as SVG', async () => {
    const svg = (await saved('Save as SVG…', 'svg')).toString('utf8');
    const said = await panel.frame.evaluate((text: string) => {
      const drawn = new DOMParser().parseFromString(text, 'image/svg+xml');
      return `${drawn.documentElement.nodeName}: ${drawn.documentElement.textContent ?? ''}`;
    }, svg);
    for (const part of ['svg: ', 'kernel_task', 'fault', 'DANGLING'])
      if (!said.includes(part)) throw new Error(`the picture does not say "${part}":\n${said}`);
  });

  await visit.check('the picture is saved as PNG', async () => {
    const png = await saved('Save as PNG…', 'png');
    if (!png.subarray(0, 8).equals(pngSignature)) throw new Error('it is no PNG');
    if (png.readUInt32BE(16) < 2000) throw new Error(`it is ${png.readUInt32BE(16)} pixels wide`);
    const drawn = await panel.frame.evaluate(async (data: string) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const pen = canvas.getContext('2d')!;
      pen.drawImage(image, 0, 0);
      return new Set(new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer)).size;
    }, png.toString('base64'));
    if (drawn < 20) throw new Error(`it has ${drawn} colours`);
  });

  await visit.check('where motion is to be reduced, nothing moves', async () => {
    await panel.toggleSteps();
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    if ((await moving(panel.frame)).length === 0) throw new Error('nothing moves anyway: this check sees nothing');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const still = await moving(panel.frame);
    if (still.length > 0) throw new Error(`these move: ${still.join(', ')}`);
    await page.emulateMedia({ reducedMotion: null });
    await panel.toggleSteps();
  });

  await visit.check('in a narrow window everything is there, and axe finds nothing', async () => {
    await panel.frame.locator('select.function').selectOption({ label: 'FrameGrabberClient::showHeader' });
    await panel.defect('leak');
    await page.setViewportSize({ width: 1000, height: 800 });
    await until('a narrow panel', async () => Number(await panel.frame.evaluate('innerWidth')) <= 400);
    const frame = (): Frame => panel.frame;
    const show = (name: string) => async () => {
      await panel.frame.getByRole('tab', { name }).click();
      const menu = panel.frame.locator('.menu summary');
      await menu.click();
      await panel.frame.getByRole('button', { name: 'Save as PNG…' }).waitFor();
      const lost = await panel.beyondTheEdge();
      if (lost.length > 0) throw new Error(`in the narrow panel these are cut: ${lost.join(', ')}`);
      await menu.click();
    };
    await visit.inThemes([
      { name: 'narrow-table', show: show('Table'), frame },
      { name: 'narrow', show: show('Picture'), frame },
    ]);
  });
}

/** Presses Tab, or Shift and Tab, until a control has the focus. */
async function tabTo(panel: PanelPage, control: Found): Promise<void> {
  await control.first().waitFor();
  await until(`the focus on ${await nameOf(control)}`, async () => {
    const where = await control.first().evaluate((one) => {
      const active = document.activeElement;
      if (active === one) return 'here';
      const place = active === null || active === document.body ? 0 : active.compareDocumentPosition(one);
      return place & Node.DOCUMENT_POSITION_PRECEDING ? 'before' : 'after';
    });
    if (where === 'here') return true;
    await panel.frame.page().keyboard.press(where === 'before' ? 'Shift+Tab' : 'Tab');
    return false;
  });
}

function isFocused(control: Found): Promise<boolean> {
  return control.evaluate((one) => one === document.activeElement);
}

function hasFocus(frame: Frame): Promise<boolean> {
  return frame.evaluate('document.hasFocus()');
}

/** A picture of a control with what is close around it. */
async function around(control: Found): Promise<Buffer> {
  const { x, y, width, height } = (await control.boundingBox())!;
  const clip = { x: x - 4, y: y - 4, width: width + 8, height: height + 8 };
  return control.page().screenshot({ clip });
}

function nameOf(control: Found): Promise<string> {
  return control
    .first()
    .evaluate((one) => `${one.tagName.toLowerCase()} ${one.getAttribute('aria-label') ?? one.textContent ?? ''}`);
}

/** What would move: elements with a transition or an animation. */
function moving(frame: Frame): Promise<string[]> {
  return frame.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((one) =>
      [undefined, '::before', '::after'].flatMap((part) => {
        const style = getComputedStyle(one, part);
        const still =
          style.animationName === 'none' &&
          style.scrollBehavior !== 'smooth' &&
          style.transitionDuration.split(', ').every((time) => Number.parseFloat(time) === 0);
        return still ? [] : [`${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''}${part ?? ''}`];
      }),
    ),
  );
}
