import type { Place } from '../../sim/trace';
import { LineMap, type Span } from '../syntax/text';
import type { Program, SourceFunction } from './program';

/** Longest label: one line of the panel. */
const longest = 96;

/** Texts and places of spans in functions. */
export class Sources {
  readonly #program: Program;
  readonly #files = new Map<string, { readonly text: string; readonly lines: LineMap } | undefined>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** Where a span of a function is in its file. */
  place(source: SourceFunction, span: Span): Place | undefined {
    const file = this.#file(source.file);
    if (!file) return undefined;
    const from = source.function.span.start;
    const start = file.lines.position(from + span.start);
    const end = file.lines.position(from + span.end);
    return { file: source.file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  }

  /** The text of a span on one line, cut where it is long, without a closing semicolon. */
  text(source: SourceFunction, span: Span): string {
    const file = this.#file(source.file);
    if (!file) return '';
    const from = source.function.span.start;
    const text = file.text
      .slice(from + span.start, from + span.end)
      .replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ')
      .replace(/\s+/g, ' ')
      .replace(/\s*;\s*$/, '')
      .trim();
    return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  }

  #file(name: string): { readonly text: string; readonly lines: LineMap } | undefined {
    if (this.#files.has(name)) return this.#files.get(name);
    const text = this.#program.text(name);
    const file = text === undefined ? undefined : { text, lines: new LineMap(text) };
    this.#files.set(name, file);
    return file;
  }
}
