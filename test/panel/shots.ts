/**
 * Pictures of the panel, to look at: each trace in each theme.
 *
 *   npm run shots -- DIRECTORY [--size WIDTHxHEIGHT] [--step NUMBER] [--theme NAME] FILE#FUNCTION…
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, openPanel, runOf, themes } from './stage';
import { traceOf } from './traces';

const { values, positionals } = parseArgs({
  options: {
    size: { type: 'string', default: '1180x780' },
    step: { type: 'string' },
    theme: { type: 'string', multiple: true },
    table: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const [directory, ...named] = positionals;
if (directory === undefined) throw new Error('usage: npm run shots -- DIRECTORY FILE#FUNCTION…');
mkdirSync(directory, { recursive: true });
const [width, height] = values.size.split('x').map(Number) as [number, number];
const browser = await launch();
for (const each of named) {
  const trace = await traceOf(each);
  for (const theme of themes) {
    if (values.theme && !values.theme.includes(theme)) continue;
    const stage = await openPanel(browser, theme, { width, height });
    await stage.show(runOf(trace));
    if (values.step !== undefined) await stage.post({ type: 'select', index: Number(values.step) });
    if (values.table) await stage.page.getByRole('tab', { name: 'Table' }).click();
    await stage.page.waitForTimeout(150);
    const step = values.step === undefined ? '' : `-${values.step}`;
    const path = join(
      directory,
      `${trace.title.replaceAll(/\W+/g, '-')}${step}-${width}${values.table ? '-table' : ''}-${theme}.png`,
    );
    await stage.page.screenshot({ path });
    console.log(path);
    await stage.page.close();
  }
}
await browser.close();
