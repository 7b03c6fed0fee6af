import type { Frame, Page } from 'playwright-core';
import { until } from './workbench';

/** What one can press, choose or type into, or scroll by keys. */
export const controls = 'button:not(:disabled, [tabindex="-1"]), select, input, summary, [tabindex="0"]';

/** The panel's page, as its reader uses it. */
export class PanelPage {
  #frame: Frame | undefined;

  constructor(private readonly page: Page) {}

  /** Looks for the page that shows something, after the panel was opened or moved. */
  async find(): Promise<this> {
    await until('the panel’s page', async () => {
      this.#frame = undefined;
      for (const frame of this.page.frames()) {
        if (frame.isDetached() || (await frame.locator('main > .page').count()) === 0) continue;
        if (await (await frame.frameElement()).isVisible()) this.#frame = frame;
      }
      return this.#frame !== undefined;
    });
    return this;
  }

  get frame(): Frame {
    if (!this.#frame) throw new Error('the panel did not open');
    return this.#frame;
  }

  get slider(): ReturnType<Frame['locator']> {
    return this.frame.getByRole('slider', { name: 'Step' });
  }

  get steps(): ReturnType<Frame['locator']> {
    return this.frame.locator('.steps li button');
  }

  get picture(): ReturnType<Frame['locator']> {
    return this.frame.locator('.spaces .paper svg');
  }

  get banner(): ReturnType<Frame['locator']> {
    return this.frame.locator('.banner');
  }

  /** What the current step did, and why. */
  async why(): Promise<string> {
    return this.frame.locator('.why').innerText();
  }

  async defect(text?: string | RegExp): Promise<void> {
    const defects = this.frame.locator('.why .defect');
    await (text === undefined ? defects : defects.filter({ hasText: text })).first().waitFor();
  }

  async chip(text: string | RegExp): Promise<void> {
    await this.frame.locator('header .chip', { hasText: text }).first().waitFor();
  }

  async isAt(step: number | string): Promise<void> {
    await until(`step ${step}`, async () => (await this.why()).includes(`step ${step} of`));
  }

  /** Whether it is on a function; the page may be another one by now. */
  async isOn(name: string): Promise<boolean> {
    await this.find();
    return (await this.frame.locator('select.function').inputValue()).endsWith(name);
  }

  async shows(name: string): Promise<void> {
    await until(`the panel on ${name}`, () => this.isOn(name));
  }

  /** Opens or closes the list of steps. */
  async toggleSteps(): Promise<void> {
    await this.frame.locator('.steps summary').click();
  }

  /** Chooses a step in the list, by a part of what stands there. */
  async choose(step: string): Promise<void> {
    await this.steps.filter({ hasText: step }).first().click();
  }

  /** Controls that one can’t see whole, in a page that should not scroll sideways. */
  async beyondTheEdge(): Promise<readonly string[]> {
    return this.frame.evaluate((all: string) => {
      const { clientWidth, scrollWidth } = document.documentElement;
      const lost = [...document.querySelectorAll(all)].filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        const scrolls = one.closest('.spaces, .tracks, .tables') !== null;
        const { right: edge } = one.closest('.editor')?.getBoundingClientRect() ?? { right: clientWidth };
        return width > 0 && one.checkVisibility() && !scrolls && (left < 0 || right > edge + 0.5);
      });
      return [
        ...(scrollWidth > clientWidth ? [`the page, which is ${scrollWidth} pixels wide`] : []),
        ...lost.map((one) => `${one.tagName.toLowerCase()} ${one.getAttribute('id') ?? one.textContent ?? ''}`),
      ];
    }, controls);
  }
}
