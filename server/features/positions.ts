import type { Span } from '../syntax/text';
import type { SourceFile } from '../workspace/source-file';
import type { Range } from './service';

/** A span of offsets in a file as lines and columns. */
export function rangeOf(file: SourceFile, start: number, span: Span): Range {
  const from = file.lines.position(start + span.start);
  const to = file.lines.position(start + Math.max(span.end, span.start));
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}
