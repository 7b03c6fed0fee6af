import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { HostMessage, PageMessage, PanelRun } from '../../client/panel-messages';
import type { Trace } from '../../sim/trace';

/** The panel's page in a browser, without VS Code: its bundle, its content policy, a theme's variables, and a host that only listens. */

export const themes = ['light', 'dark', 'hc-dark', 'hc-light'] as const;
export type ThemeName = (typeof themes)[number];

interface ThemeValues {
  /** The classes of the page's body. */
  readonly body: string;
  /** `--vscode-*` variables as the workbench sets them on the page's root. */
  readonly variables: Readonly<Record<string, string>>;
}

const origin = 'http://panel.test/';

function variablesOf(theme: ThemeName): ThemeValues {
  const all = JSON.parse(readFileSync('test/panel/themes.json', 'utf8')) as Record<ThemeName, ThemeValues>;
  return all[theme];
}

export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
}

export interface Stage {
  readonly page: Page;
  show(run: Partial<PanelRun>): Promise<void>;
  post(message: HostMessage): Promise<void>;
  /** What the page has said to its host. */
  said(): Promise<readonly PageMessage[]>;
}

export async function openPanel(
  browser: Browser,
  theme: ThemeName,
  size: { readonly width: number; readonly height: number },
): Promise<Stage> {
  const page = await browser.newPage({ viewport: size });
  const { body, variables } = variablesOf(theme);
  const policy = `default-src 'none'; style-src ${origin}; script-src 'nonce-n'; img-src data:`;
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>MapLens</title><meta http-equiv="Content-Security-Policy" content="${policy}"><link rel="stylesheet" href="${origin}webview.css"></head><body class="${body}"><main id="root"></main><script nonce="n" src="${origin}webview.js"></script></body></html>`;
  await page.route(`${origin}**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ contentType: 'text/html', body: html });
    const contentType = name.endsWith('.css') ? 'text/css' : 'text/javascript';
    return route.fulfill({ contentType, body: readFileSync(`dist/${name}`, 'utf8') });
  });
  await page.addInitScript((values) => {
    const said: unknown[] = [];
    let state: unknown;
    Object.assign(window, {
      said,
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => said.push(message),
        getState: () => state,
        setState: (next: unknown) => (state = next),
      }),
    });
    document.addEventListener('DOMContentLoaded', () => {
      for (const [name, value] of Object.entries(values)) document.documentElement.style.setProperty(name, value);
    });
  }, variables);
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`page: ${message.text()}`);
  });
  await page.goto(origin);
  const post = (message: HostMessage): Promise<void> =>
    page.evaluate((data) => window.dispatchEvent(new MessageEvent('message', { data })), message).then(() => undefined);
  return {
    page,
    post,
    show: async (run) => {
      await post({
        type: 'run',
        run: { uri: 'file:///driver.cpp', file: 'driver.cpp', functions: [], values: {}, ...run },
        heard: 0,
      });
      await page.locator('.page').waitFor();
    },
    said: () => page.evaluate(() => (window as unknown as { said: PageMessage[] }).said),
  };
}

/** What the panel shows for a function's trace. */
export function runOf(trace: Trace): Partial<PanelRun> {
  return { functions: [{ name: trace.title, line: 1 }], function: trace.title, trace };
}
