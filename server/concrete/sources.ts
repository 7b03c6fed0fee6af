import type { Place } from '../../sim/trace';
import type { Program, SourceFunction, Span } from './program';

/** Longest label: one line of the panel. */
const longest = 96;

/** Texts and places of spans in functions. */
export class Sources {
  readonly #program: Program;
  constructor(program: Program) {
    this.#program = program;
  }

  /** Where a span of a function is in its file. */
  place(source: SourceFunction, span: Span): Place | undefined {
    if (source.aside) return undefined;
    const from = source.start;
    const start = this.#program.position(source.file, from + span.start);
    const end = this.#program.position(source.file, from + span.end);
    if (!start || !end) return undefined;
    return { file: source.file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  }

  /** The text of a span on one line, cut where it is long, without a closing semicolon. */
  text(source: SourceFunction, span: Span): string {
    const file = source.aside ? undefined : this.#program.text(source.file);
    return file === undefined ? '' : inShort(file.slice(source.start + span.start, source.start + span.end));
  }
}

function inShort(text: string): string {
  const short = text
    .replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/\s*;\s*$/, '')
    .trim();
  return short.length > longest ? `${short.slice(0, longest - 1)}…` : short;
}
