// Draws scripts/icon.svg as resources/icon.png, 128 by 128 pixels. Needs a Chromium: CHROMIUM, else /usr/bin/chromium.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const svg = readFileSync(at('icon.svg'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
await page.setContent(`<style>html, body { margin: 0; background: transparent }</style>${svg}`);
writeFileSync(at('../resources/icon.png'), await page.screenshot({ omitBackground: true }));
await browser.close();
