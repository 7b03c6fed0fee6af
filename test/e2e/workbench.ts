import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium as browserType } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { chromium, quietEnvironment, root, run, serverMain } from './install';

export type Theme =
  'Default Light Modern' | 'Default Dark Modern' | 'Default High Contrast' | 'Default High Contrast Light';

/** A VS Code server of its own, with its own settings and a copy of the sample driver, and a browser on it. */
export interface Workbench {
  readonly page: Page;
  readonly folder: string;
  /** Where it keeps settings and backups. */
  readonly data: string;
  readonly port: number;
  setTheme(theme: Theme): Promise<void>;
  stop(): Promise<void>;
}

export interface Start {
  /** Installed before the start. */
  readonly vsix?: string;
  /** Opens a folder with nothing in it, instead of the sample driver. */
  readonly empty?: boolean;
  /** Files that the folder has besides, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
  /** Appended to the workbench's address, given the server's port. */
  readonly query?: (port: number) => string;
  readonly prepare?: (page: Page) => Promise<void>;
}

/** How long anything is waited for, in seconds: machines that test may have two cores, and others at work on them. */
const patience = 60;

const settings = {
  'files.autoSave': 'off',
  'extensions.autoUpdate': false,
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'workbench.enableExperiments': false,
  'editor.minimap.enabled': false,
  // A caret that blinks makes no two pictures alike.
  'editor.cursorBlinking': 'solid',
  'workbench.colorTheme': 'Default Dark Modern',
};

export async function start(options: Start): Promise<Workbench> {
  const temporary = mkdtempSync(join(tmpdir(), 'maplens-e2e-'));
  const folder = join(temporary, 'FrameGrabber');
  if (options.empty) mkdirSync(folder);
  else cpSync(join(root, 'samples/FrameGrabber'), folder, { recursive: true });
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(folder, name), text);
  const data = join(temporary, 'data');
  const user = join(data, 'User');
  mkdirSync(user, { recursive: true });
  writeFileSync(join(user, 'settings.json'), JSON.stringify(settings, null, 2));

  const places = ['--server-data-dir', join(temporary, 'server'), '--user-data-dir', data];
  const extensions = ['--extensions-dir', join(temporary, 'extensions')];
  if (options.vsix !== undefined)
    run(process.execPath, [serverMain, ...places, ...extensions, '--install-extension', options.vsix]);

  const port = await freePort();
  const server = spawn(
    process.execPath,
    [
      serverMain,
      ...['--host', '127.0.0.1', '--port', String(port)],
      '--without-connection-token',
      '--accept-server-license-terms',
      '--disable-telemetry',
      '--disable-workspace-trust',
      ...places,
      ...extensions,
      ...(options.arguments ?? []),
    ],
    { env: quietEnvironment(), stdio: 'ignore', detached: true },
  );
  let browser: Browser | undefined;
  const stop = async (): Promise<void> => {
    await browser?.close();
    await end(server);
    rmSync(temporary, { recursive: true, force: true });
  };
  try {
    await until('the workbench’s server answers', async () => (await fetch(`http://127.0.0.1:${port}/version`)).ok);
    browser = await browserType.launch({
      executablePath: chromium,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const page = await browser.newPage({ viewport: { width: 1680, height: 1020 } });
    page.setDefaultTimeout(patience * 1000);
    await options.prepare?.(page);
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURI(folder)}${options.query?.(port) ?? ''}`);
    return {
      page,
      folder,
      data,
      port,
      stop,
      async setTheme(theme) {
        const light = theme.includes('Light');
        const kind = theme.includes('High Contrast') ? (light ? 'hc-light' : 'hc-black') : light ? 'vs' : 'vs-dark';
        const picker = page.locator('.quick-input-widget');
        // What takes the focus closes the picker.
        await until(`the theme ${theme}`, async () => {
          await page.keyboard.press('Escape');
          await page.keyboard.press('Control+K');
          await page.keyboard.press('Control+T');
          await picker.locator('input.input').fill(theme, { timeout: 5000 });
          await picker.locator('.monaco-list-row', { hasText: theme }).first().click({ timeout: 5000 });
          await page.locator(`.monaco-workbench.${kind}`).waitFor({ timeout: 5000 });
          return true;
        });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Asks again until the answer is yes; a question that throws is a no. Throws after `seconds`. */
export async function until(what: string, ask: () => Promise<boolean>, seconds = patience): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      if (await ask()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(150);
  }
  throw new Error(`waited ${seconds} s, but not: ${what}${last ? ` (${String(last)})` : ''}`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise<unknown>((done) => probe.close(done));
  return port;
}

/** Ends the server with the processes that it started, and waits until it is gone. */
async function end(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null) return;
  const gone = new Promise<void>((done) => server.once('exit', () => done()));
  process.kill(-server.pid, 'SIGTERM');
  await Promise.race([gone, sleep(5000)]);
  if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid, 'SIGKILL');
}
