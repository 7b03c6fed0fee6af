/** Where the command line writes to and what that place can show. */
export interface Terminal {
  out(text: string): void;
  /** One line on standard error. */
  error(line: string): void;
  readonly color: boolean;
  /** Width in columns for excerpts of source. */
  readonly columns: number;
}

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
}

/** ANSI colours, or none. */
export function paint(color: boolean): Paint {
  const wrap =
    (code: number, end: number) =>
    (text: string): string =>
      color && text !== '' ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  return {
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    yellow: wrap(33, 39),
    green: wrap(32, 39),
    cyan: wrap(36, 39),
  };
}

/** Colours only on a terminal that has them, and never against NO_COLOR (no-color.org). */
export function wantsColor(isTty: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  return isTty && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** Breaks a text at spaces into lines of at most `width`; a longer word stands alone. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}
