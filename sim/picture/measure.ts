import type { TextRun } from './scene';

/** Text widths without a font at hand: averages on the wide side, so that text never leaves its box. */

const monoWidth = 6.95;
const sansWidth = 6.35;
const smallWidth = 5.9;
const smallMonoWidth = 6.65;

function charWidth(classes: string): number {
  const mono = /\bmono\b/.test(classes);
  const small = /\bsmall\b/.test(classes);
  return mono ? (small ? smallMonoWidth : monoWidth) : small ? smallWidth : sansWidth;
}

/** The width of a text in pixels, for its class names. */
export function textWidth(text: string, classes: string): number {
  return [...text].length * charWidth(classes);
}

/** Shortens a text with an ellipsis at its end until it fits. */
export function fit(text: string, width: number, classes: string): string {
  const room = Math.floor(width / charWidth(classes));
  const characters = [...text];
  if (characters.length <= room) return text;
  return room < 2
    ? ''
    : `${characters
        .slice(0, room - 1)
        .join('')
        .trimEnd()}…`;
}

/** Shortens runs of text as one: what does not fit goes from the end. */
export function fitRuns(runs: readonly TextRun[], width: number, classes: string): TextRun[] {
  const fitted: TextRun[] = [];
  let left = width;
  for (const run of runs) {
    const text = fit(run.text, left, `${classes} ${run.class ?? ''}`);
    if (text) fitted.push({ ...run, text });
    if (text !== run.text) break;
    left -= textWidth(run.text, `${classes} ${run.class ?? ''}`);
  }
  return fitted;
}

/** Breaks a text into lines at spaces. */
export function wrap(text: string, width: number, classes: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word;
    if (line && textWidth(longer, classes) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  return lines;
}
