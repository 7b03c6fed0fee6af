import type { Range } from '../features/service';

const gutter = 5;
const tab = 4;

/**
 * The source line that a range begins in, with a caret under it, as compilers draw it. Tabs become spaces, and a line
 * that is too long is cut around the range.
 */
export function excerpt(line: string, range: Range, columns: number): readonly [string, string] {
  const start = width(line, range.column - 1);
  const endColumn = range.endLine === range.line ? range.endColumn - 1 : line.trimEnd().length;
  const end = Math.max(width(line, endColumn), start + 1);
  const shown = expand(line).trimEnd();
  const room = Math.max(columns - gutter - 3, 40);
  const from = end <= room ? 0 : Math.min(start, Math.max(0, Math.floor(start - room / 4)));
  const part = shown.slice(from, from + room);
  const marks = Math.max(1, Math.min(end, from + room) - start);
  return [
    `${String(range.line).padStart(gutter)} | ${from > 0 ? `…${part.slice(1)}` : part}`,
    `${' '.repeat(gutter)} | ${' '.repeat(start - from)}^${'~'.repeat(marks - 1)}`,
  ];
}

/** A line of a text by its number, without its end; undefined when the text has no such line. */
export function lineOf(text: string, line: number): string | undefined {
  let at = 0;
  for (let current = 1; current < line; current++) {
    at = text.indexOf('\n', at) + 1;
    if (at === 0) return undefined;
  }
  const end = text.indexOf('\n', at);
  return text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
}

function width(line: string, column: number): number {
  return expand(line.slice(0, column)).length;
}

/** Tabs as spaces; other control characters, which a terminal might obey, as a dot. */
function expand(line: string): string {
  let out = '';
  for (const unit of line)
    if (unit === '\t') out += ' '.repeat(tab - (out.length % tab));
    else out += unit < ' ' || unit === '\u007f' || (unit >= '\u0080' && unit < '\u00a0') ? '·' : unit;
  return out;
}
