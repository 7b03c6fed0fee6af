import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { root } from './install';

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

let source: string | undefined;
/** So many places of a violation are told. */
const told = 5;

/**
 * What axe has against a page.
 * @param ground the part of the workbench that shows through, where the page has no background of its own.
 */
export async function axe(frame: Frame, ground?: string): Promise<readonly string[]> {
  source ??= readFileSync(createRequire(join(root, 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');
  if (!(await frame.evaluate(`'axe' in window`))) await frame.evaluate(source);
  if (ground !== undefined) {
    const behind = frame.page().locator(ground).first();
    const colour = await behind.evaluate((one) => getComputedStyle(one).backgroundColor);
    await frame.evaluate((seen: string) => (document.documentElement.style.background = seen), colour);
  }
  const results: AxeResults = await frame.evaluate('axe.run(document)');
  return results.violations.map(({ id, nodes }) => {
    const places = nodes.slice(0, told).map(({ html, failureSummary }) => `${html}\n  ${failureSummary ?? ''}`);
    return `${id}, ${nodes.length} times: ${places.join('\n')}`;
  });
}

/** Throws with what axe has against a page. */
export async function expectAccessible(frame: Frame): Promise<void> {
  const wrong = await axe(frame);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}
