import type { Place } from '../../sim/trace';

/** Something that is wrong with a scenario's text: it can't be read so, or can't be run so. */
export interface Problem {
  /** One line. */
  readonly message: string;
  readonly place: Place;
  /** True for what the JSON Schema says as well, false for what only the reader finds. */
  readonly bySchema: boolean;
  /** The text is no JSON at this place: what follows may have been read as something else. */
  readonly syntax?: boolean;
}

/** Offsets of a text as places. */
export class Places {
  readonly #file: string;
  readonly #lineStarts: readonly number[];

  constructor(file: string, text: string) {
    this.#file = file;
    const starts = [0];
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x0a || (code === 0x0d && text.charCodeAt(at + 1) !== 0x0a)) starts.push(at + 1);
    }
    this.#lineStarts = starts;
  }

  /** The place of [offset, offset + length). */
  place(offset: number, length: number): Place {
    const [line, column] = this.#position(offset);
    const [endLine, endColumn] = this.#position(offset + length);
    return { file: this.#file, line, column, endLine, endColumn };
  }

  #position(offset: number): readonly [line: number, column: number] {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - this.#lineStarts[low]! + 1];
  }
}

/** The order of reading; the same problem, found on several machines, once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return [...problems]
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .filter(({ place, message }) => {
      const key = `${String(place.line)}:${String(place.column)}:${message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}
