import { bitFamilies } from '../api/attributes';
import type { KnownBits } from '../symbolic/values';
import type { Span } from '../syntax/text';
import type { SourceFile } from '../workspace/source-file';
import type { Workspace } from '../workspace/workspace';
import { knownCallAt } from './open-calls';

/** An options word that is written outside of a call. */
export interface OptionExpression {
  /** In the file. */
  readonly span: Span;
  readonly bits: KnownBits;
  readonly families: readonly string[];
}

const width = 0xffffffffn;
/** How often a macro may stand for another one. */
const deepest = 4;
const mostUses = 50;

/** The options around an offset that a variable takes (`options = a | b;`), or that a macro stands for. */
export function optionExpressionAt(workspace: Workspace, path: string, offset: number): OptionExpression | undefined {
  const file = workspace.file(path);
  const found = file && (macroAt(file.text, offset) ?? assignedAt(file.text, offset));
  if (!found) return undefined;
  const { name, span } = found;
  const text = file.text.slice(span.start, span.end);
  const bits = evaluate(workspace, file, text, offset, deepest);
  if (!bits) return undefined;
  const named = new Set(bits.named.flatMap((each) => workspace.api.model.constant(each.name)?.family ?? []));
  // One constant says itself what it is.
  if (named.size > 0) return /\|/.test(text) ? { span, bits, families: [...named] } : undefined;
  const families = familiesOfUse(workspace, file, name, found.scope);
  return families && { span, bits, families };
}

interface Named {
  readonly name: string;
  readonly span: Span;
  /** Where the name is used. */
  readonly scope: Span | undefined;
}

/** `#define NAME options`, the offset in the options. */
function macroAt(text: string, offset: number): Named | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(start, lineEnd < 0 ? text.length : lineEnd);
  const match = /^(\s*#\s*define\s+(\w+)\s+)([\w\s|()]+?)\s*(?:\/[/*].*)?$/.exec(line);
  if (!match) return undefined;
  const from = start + match[1]!.length;
  const span = { start: from, end: from + match[3]!.length };
  return span.start <= offset && offset <= span.end ? { name: match[2]!, span, scope: undefined } : undefined;
}

/** `name = options;`, also with `|=` and in a declaration, the offset in the options. */
function assignedAt(text: string, offset: number): Named | undefined {
  let start = offset;
  while (start > 0 && /[\w\s|()]/.test(text[start - 1]!)) start--;
  if (text[start - 1] !== '=') return undefined;
  const before = /(\w+)\s*\|?\s*=$/.exec(text.slice(Math.max(0, start - 200), start));
  const [whole = ''] = /^[\w\s|()]*/.exec(text.slice(start)) ?? [];
  const end = start + whole.length;
  if (!before || !/[;,}]/.test(text[end] ?? '')) return undefined;
  const lead = /^\s*/.exec(whole)![0].length;
  const span = { start: start + lead, end: start + whole.trimEnd().length };
  if (span.start >= span.end || offset < span.start || offset > span.end) return undefined;
  return { name: before[1]!, span, scope: { start, end: text.length } };
}

/** What is known of constants and numbers that are OR-ed; undefined for anything else. */
function evaluate(
  workspace: Workspace,
  file: SourceFile,
  text: string,
  at: number,
  depth: number,
): KnownBits | undefined {
  if (/[\w)]\s+[\w(]|\w\(|\)\(/.test(text.trim())) return undefined;
  const words = text.match(/\w+/g) ?? [];
  if (words.length === 0) return undefined;
  let ones = 0n;
  let open = false;
  const named = new Map<string, bigint>();
  for (const word of words) {
    const number = /^(0[xX][\da-fA-F]+|\d+)[uUlL]*$/.exec(word)?.[1];
    const constant = workspace.api.model.constant(word);
    if (number !== undefined) ones |= BigInt(number) & width;
    else if (constant?.value !== undefined) {
      ones |= BigInt.asUintN(32, constant.value);
      named.set(word, BigInt.asUintN(32, constant.value));
    } else {
      const body = depth > 0 ? workspace.macro(file, word, at) : undefined;
      const inner = body && !body.parameters ? evaluate(workspace, file, body.body, at, depth - 1) : undefined;
      if (!inner) open = true;
      ones |= inner?.ones ?? 0n;
      for (const each of inner?.named ?? []) named.set(each.name, each.bits);
    }
  }
  // Nothing of it is a number.
  if (open && ones === 0n) return undefined;
  return {
    ones,
    zeros: open ? 0n : ~ones & width,
    named: [...named].map(([name, bits]) => ({ name, bits })),
  };
}

/** The families of the argument that a name is passed as. */
function familiesOfUse(
  workspace: Workspace,
  file: SourceFile,
  name: string,
  scope: Span | undefined,
): readonly string[] | undefined {
  const { text } = file;
  const chunk = scope && file.chunks.find((each) => each.start <= scope.start && scope.start <= each.end);
  const [start, end] = chunk ? [scope.start, chunk.end] : [0, text.length];
  const pattern = new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g');
  pattern.lastIndex = start;
  for (let uses = 0; uses < mostUses; uses++) {
    const match = pattern.exec(text);
    if (!match || match.index > end) return undefined;
    const call = knownCallAt(workspace, file.path, match.index);
    const families = call?.declarations
      .flatMap(({ parameters }) => parameters[call.argument] ?? [])
      .map(bitFamilies)
      .find((each) => each.length > 0);
    if (families) return families;
  }
  return undefined;
}
