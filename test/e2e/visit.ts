import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { axe } from './axe';
import { until } from './workbench';
import type { Theme, Workbench } from './workbench';

/** What a part of the test found: a line for each thing that was looked at. */
export interface Result {
  readonly name: string;
  /** Why it failed; absent where it passed. */
  readonly failure?: string;
}

export type Report = (result: Result) => void;

/** All that VS Code has kinds of; the one that the workbench starts in is last. */
export const themes: readonly (readonly [theme: Theme, name: string])[] = [
  ['Default Light Modern', 'light'],
  ['Default High Contrast', 'high-contrast'],
  ['Default High Contrast Light', 'high-contrast-light'],
  ['Default Dark Modern', 'dark'],
];

/** Something to look at in every theme. */
export interface View {
  /** What its pictures are called. */
  readonly name: string;
  readonly show?: () => Promise<void>;
  /** The page that axe looks at. */
  readonly frame: () => Frame | Promise<Frame>;
  /** The part of the workbench that shows through the page. */
  readonly ground?: string;
}

/** A workbench while a part of the test uses it, with where the findings and the pictures of the part go. */
export class Visit {
  readonly page: Page;
  readonly folder: string;
  /** Where the workbench keeps settings and backups. */
  readonly data: string;

  constructor(
    private readonly workbench: Workbench,
    private readonly pictures: string,
    private readonly report: Report,
  ) {
    this.page = workbench.page;
    this.folder = workbench.folder;
    this.data = workbench.data;
  }

  /** Looks at one thing. What throws is a failure, and the window as it was then a picture. */
  async check(name: string, look: () => Promise<void>): Promise<void> {
    try {
      await look();
      this.report({ name });
    } catch (error) {
      this.report({ name, failure: error instanceof Error ? error.message : String(error) });
      await this.glimpse(`failed-${name.replaceAll(/\W+/g, '-')}`);
    }
  }

  /** Takes a picture of the window, once nothing in it moves. */
  async picture(name: string): Promise<void> {
    let last = await this.page.screenshot();
    // What never rests, such as a spinner, is taken as it is in the end.
    for (let times = 0; times < 12; times++) {
      await this.page.waitForTimeout(150);
      const now = await this.page.screenshot();
      if (now.equals(last)) break;
      last = now;
    }
    writeFileSync(join(this.pictures, `${name}.png`), last);
  }

  /** Takes a picture of something that does not last. */
  async glimpse(name: string): Promise<void> {
    await this.page.screenshot({ path: join(this.pictures, `${name}.png`) });
  }

  /** Takes the mouse to where it points at nothing. */
  async letGo(): Promise<void> {
    const { width, height } = this.page.viewportSize()!;
    await this.page.mouse.move(width >> 1, height - 10);
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.workbench.setTheme(theme);
  }

  /** Takes a picture of each view in every theme, and has axe look at the page that it shows. */
  async inThemes(views: readonly View[]): Promise<void> {
    const wrong: string[] = [];
    for (const [theme, short] of themes) {
      await this.setTheme(theme);
      for (const { name, show, frame, ground } of views) {
        await show?.();
        await this.letGo();
        await this.picture(`${name}-${short}`);
        wrong.push(...(await axe(await frame(), ground)).map((one) => `${theme}: ${one}`));
      }
    }
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  }

  /** Acts until something comes of it: an extension’s keys are bound, and rows drawn anew, a moment after one sees them. */
  async act(what: string, act: () => Promise<void>, ask: () => Promise<boolean>): Promise<void> {
    await until(what, async () => {
      await act();
      await until(what, ask, 5);
      return true;
    });
  }
}
