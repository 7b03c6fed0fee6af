import { Kind, Scanner } from '../syntax/scan';
import type { Span } from '../syntax/text';

/** The comments by which a source says that a finding is known and right as it is. */

export interface NamedRule {
  readonly id: string;
  /** Where the comment names it; offsets in the text. */
  readonly span: Span;
}

export interface Suppression extends Span {
  readonly kind: 'line' | 'next-line' | 'function';
  /** The whole comment; the suppression itself begins with its word. */
  readonly comment: Span;
  readonly rules: readonly NamedRule[];
  /** Undefined where none is given: then nothing is suppressed. */
  readonly reason: string | undefined;
  /** Offsets between which the findings begin that it is for; undefined where nothing stands that it could be for. */
  readonly target: Span | undefined;
  /** It stands in code that some builds leave out, so that nobody can tell whether it is needed. */
  readonly conditional: boolean;
}

/** A comment that begins like a suppression and is none. */
export interface UnknownSuppression extends Span {
  readonly word: string;
}

export interface Suppressions {
  readonly suppressions: readonly Suppression[];
  readonly unknown: readonly UnknownSuppression[];
}

/** What of a file's chunks is asked here. */
export interface TextChunk extends Span {
  readonly kind: string;
  /** Of a function: where its body begins, relative to `start`. */
  readonly bodyStart: number;
}

const marker = 'maplens-ignore';
const none: Suppressions = { suppressions: [], unknown: [] };

/** Reads the suppressions of a text, in its order; `chunks` are its declarations, asked for only if there is any. */
export function readSuppressions(text: string, chunks: () => readonly TextChunk[]): Suppressions {
  if (!text.includes(marker)) return none;
  const comments = findComments(text);
  if (comments.length === 0) return none;
  const suppressions: Suppression[] = [];
  const unknown: UnknownSuppression[] = [];
  for (const comment of comments) {
    const read = readComment(text, comment);
    if (!read) continue;
    if ('word' in read) {
      unknown.push(read);
      continue;
    }
    const inside = chunks().find((chunk) => chunk.start < comment.end && comment.start < chunk.end);
    suppressions.push({
      ...read,
      comment: { start: comment.start, end: comment.end },
      target: targetOf(text, read.kind, comment, chunks()),
      conditional:
        inside?.kind === 'inactive' || (inside?.kind === 'function' && comment.depth > depthAt(inside.start)),
    });
  }
  return { suppressions, unknown };

  function depthAt(start: number): number {
    return conditionalDepth(text, start);
  }
}

interface Comment extends Span {
  /** Where the token after it starts; the text's length at its end. */
  readonly next: number;
  /** How many conditionals it stands in. */
  readonly depth: number;
}

/** The comments that hold the marker. Strings are none, directives may end with one. */
function findComments(text: string): readonly Comment[] {
  const found: Comment[] = [];
  const scanner = new Scanner(text);
  let from = 0;
  let depth = 0;
  for (let more = true; more; from = scanner.end) {
    more = scanner.next();
    for (const span of commentsIn(text, from, scanner.start)) found.push({ ...span, next: scanner.start, depth });
    if (!more || scanner.kind !== Kind.Directive) continue;
    depth = Math.max(0, depth + depthChange(scanner.word));
    const after = scanner.end;
    for (const span of commentsIn(text, scanner.start, after)) found.push({ ...span, next: after, depth });
  }
  return found.filter(({ start, end }) => text.slice(start, end).includes(marker));
}

function conditionalDepth(text: string, limit: number): number {
  const scanner = new Scanner(text, 0, limit);
  let depth = 0;
  while (scanner.next()) if (scanner.kind === Kind.Directive) depth = Math.max(0, depth + depthChange(scanner.word));
  return depth;
}

function depthChange(directive: string): -1 | 0 | 1 {
  if (/^#\s*if/.test(directive)) return 1;
  return /^#\s*endif/.test(directive) ? -1 : 0;
}

/** Comments between two offsets where there are no tokens, or a directive's, whose strings hold none. */
function commentsIn(text: string, from: number, to: number): readonly Span[] {
  const found: Span[] = [];
  for (const match of text
    .slice(from, to)
    .matchAll(/\/\*[\s\S]*?(?:\*\/|$)|\/\/(?:\\\r?\n|[^\n])*|"(?:\\[\s\S]|[^"\\\n])*"/g)) {
    if (match[0].startsWith('"')) continue;
    const start = from + match.index;
    found.push({ start, end: start + match[0].trimEnd().length });
  }
  return found;
}

const kinds: Readonly<Record<string, Suppression['kind']>> = {
  [marker]: 'line',
  [`${marker}-next-line`]: 'next-line',
  [`${marker}-function`]: 'function',
};

function readComment(
  text: string,
  { start, end }: Span,
): Pick<Suppression, 'kind' | 'rules' | 'reason' | 'start' | 'end'> | UnknownSuppression | undefined {
  const whole = text.slice(start, end);
  const head = /^\/[/*][/*!<\s]*(maplens-ignore[\w-]*)/.exec(whole);
  const word = head?.[1];
  if (!head || word === undefined) return undefined;
  const kind = kinds[word];
  const wordAt = start + head[0].length - word.length;
  if (!kind) return { word, start: wordAt, end: wordAt + word.length };
  const rest = whole.slice(head[0].length).replace(/\s*\*\/$/, '');
  const dashes = rest.search(/(?:^|\s)--(?=\s|$|\w|<)/);
  const list = dashes < 0 ? rest : rest.slice(0, dashes);
  const rules = [...list.matchAll(/[^\s,\\*]+/g)].map((match) => {
    const at = start + head[0].length + match.index;
    return { id: match[0], span: { start: at, end: at + match[0].length } };
  });
  const reason =
    dashes < 0
      ? ''
      : rest
          .slice(dashes)
          .replace(/^\s*--/, '')
          .replace(/\s*\\?\r?\n[\s*]*/g, ' ')
          .trim();
  return {
    kind,
    rules,
    reason: isReason(reason) ? reason : undefined,
    start: wordAt,
    end: wordAt + word.length + rest.trimEnd().length,
  };
}

/** Words, and not the place held for them: <reason>. */
function isReason(text: string): boolean {
  return /\p{L}/u.test(text) && !/^<.*>$/.test(text);
}

function targetOf(
  text: string,
  kind: Suppression['kind'],
  comment: Comment,
  chunks: readonly TextChunk[],
): Span | undefined {
  switch (kind) {
    case 'line':
      return { start: lineStart(text, comment.start), end: lineEnd(text, comment.end) };
    case 'next-line':
      return comment.next >= text.length
        ? undefined
        : { start: Math.max(comment.end, lineStart(text, comment.next)), end: lineEnd(text, comment.next) };
    case 'function':
      return chunks.find(
        (chunk) =>
          chunk.kind === 'function' &&
          ((chunk.start <= comment.start && comment.start < chunk.start + chunk.bodyStart) ||
            (comment.end <= chunk.start && onlyComments(text, comment.end, chunk.start))),
      );
    default:
      return kind satisfies never;
  }
}

function onlyComments(text: string, from: number, to: number): boolean {
  return !new Scanner(text, from, to).next();
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Whether a new line may begin here that is a comment: not in the middle of one, nor after a line that goes on. */
export function isBetweenLines(text: string, at: number): boolean {
  if (at > 0 && /\\\r?\n$/.test(text.slice(Math.max(0, at - 3), at))) return false;
  const scanner = new Scanner(text);
  let from = 0;
  do {
    scanner.next();
    if (scanner.start < at && at < scanner.end) return false;
    if (commentsIn(text, from, scanner.start).some(({ start, end }) => start < at && at < end)) return false;
    from = scanner.end;
  } while (scanner.end < at);
  return true;
}
