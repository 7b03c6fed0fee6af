import type { Node } from 'jsonc-parser';

/**
 * Edits of a JSON text's lists (elements of an array, members of an object) that leave alone what they are not about:
 * comments, line breaks and spaces. jsonc-parser's modify() takes comments between elements away with them, and its
 * formatter spreads one-line objects over many lines.
 */

export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.offset - a.offset)
    .reduce((all, edit) => all.slice(0, edit.offset) + edit.text + all.slice(edit.offset + edit.length), text);
}

/** A value as scenarios are written: one line, with spaces in braces. */
export function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`);
  return members.length ? `{ ${members.join(', ')} }` : '{}';
}

/** Puts an element before the one at `index`, or after the last. */
export function insertElement(text: string, list: Node, index: number, content: string): readonly TextEdit[] {
  const children = list.children ?? [];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const insert = (offset: number, what: string): TextEdit => ({ offset, length: 0, text: what });
  const previous = children[index - 1];
  if (!previous) {
    const [first] = children;
    if (first) return [insert(first.offset, `${content},${ownLine(text, first) ? eol + indentOf(text, first) : ' '}`)];
    if (list.type === 'object') return [insert(list.offset + 1, ` ${content} `)];
    const outer = indentOfLine(text, list.offset);
    const inside = text.slice(list.offset + 1, list.offset + list.length - 1);
    const end = /[\r\n]\s*$/.test(inside) ? '' : `${eol}${outer}`;
    return [insert(list.offset + 1, `${eol}${outer}  ${content}${end}`)];
  }
  const separator = ownLine(text, previous) ? eol + indentOf(text, previous) : ' ';
  const comma = commaAfter(text, previous);
  if (comma !== undefined) {
    const rest = restOfLine(text, comma + 1);
    const at = separator !== ' ' && rest.empty ? rest.end : comma + 1;
    return [insert(at, `${separator}${content},`)];
  }
  const end = endOf(previous);
  const rest = restOfLine(text, end);
  const at = separator !== ' ' && rest.empty ? rest.end : end;
  return at === end ? [insert(end, `,${separator}${content}`)] : [insert(end, ','), insert(at, separator + content)];
}

/** Takes an element away, with the line that is its own. Comments on lines of their own stay. */
export function removeElement(text: string, list: Node, index: number): readonly TextEdit[] {
  const children = list.children ?? [];
  const node = children[index];
  if (!node) return [];
  const cut = (from: number, to: number): TextEdit => ({ offset: from, length: to - from, text: '' });
  const previous = children[index - 1];
  const comma = commaAfter(text, node);
  const end = comma === undefined ? endOf(node) : comma + 1;
  const rest = restOfLine(text, end);
  const whole = ownLine(text, node) && rest.empty;
  const removed = whole ? cut(lineStart(text, node.offset), nextLine(text, rest.end)) : undefined;
  if (comma !== undefined || !previous) {
    if (removed) return [removed];
    const after = end + /^[ \t]*/.exec(text.slice(end))![0].length;
    return [cut(node.offset, comma === undefined ? endOf(node) : after)];
  }
  // The last one: the comma before it goes too.
  const before = commaAfter(text, previous);
  if (before === undefined) return [removed ?? cut(node.offset, endOf(node))];
  if (!removed && text.slice(before + 1, node.offset).trim() === '') return [cut(before, endOf(node))];
  return [cut(before, before + 1), removed ?? cut(node.offset, endOf(node))];
}

/** Exchanges an element with the one after it; comments at the ends of their lines go with them. */
export function swapElements(text: string, list: Node, index: number): readonly TextEdit[] {
  const [first, second] = (list.children ?? []).slice(index, index + 2);
  if (!first || !second) return [];
  const edits = [
    { offset: first.offset, length: first.length, text: textOf(text, second) },
    { offset: second.offset, length: second.length, text: textOf(text, first) },
  ];
  const one = remark(text, first);
  const other = remark(text, second);
  if (!one || !other || one.text === other.text) return edits;
  return [...edits, { ...one, text: other.text }, { ...other, text: one.text }];
}

/** What stands after an element on its line, where that is no other element. */
function remark(text: string, node: Node): TextEdit | undefined {
  const comma = commaAfter(text, node);
  const from = comma === undefined ? endOf(node) : comma + 1;
  const rest = restOfLine(text, from);
  return rest.empty ? { offset: from, length: rest.end - from, text: text.slice(from, rest.end) } : undefined;
}

function textOf(text: string, node: Node): string {
  return text.slice(node.offset, endOf(node));
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

/** Where the comma after a node stands, where there is one. */
function commaAfter(text: string, node: Node): number | undefined {
  const at = skipTrivia(text, endOf(node));
  return text[at] === ',' ? at : undefined;
}

function skipTrivia(text: string, from: number): number {
  const trivia = /(?:\s+|\/\/[^\r\n]*|\/\*[^]*?\*\/)*/y;
  trivia.lastIndex = from;
  return from + (trivia.exec(text)?.[0].length ?? 0);
}

/** Where the line ends, and whether only spaces and comments stand before that. */
function restOfLine(text: string, from: number): { readonly end: number; readonly empty: boolean } {
  const match = /^(?:[ \t]+|\/\*[^\r\n]*?\*\/)*(?:\/\/[^\r\n]*)?/.exec(text.slice(from))![0];
  const end = from + match.length;
  return { end, empty: end === text.length || text[end] === '\n' || text[end] === '\r' };
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

function nextLine(text: string, lineEnd: number): number {
  return lineEnd + (/^(\r\n|\n|\r)/.exec(text.slice(lineEnd))?.[0].length ?? 0);
}

/** Only spaces stand before it on its line. */
function ownLine(text: string, node: Node): boolean {
  const start = lineStart(text, node.offset);
  return start > 0 && text.slice(start, node.offset).trim() === '';
}

function indentOf(text: string, node: Node): string {
  return text.slice(lineStart(text, node.offset), node.offset);
}

function indentOfLine(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))![0];
}
