import { Kind, Scanner } from '../syntax/scan';

/** A call whose argument list is open at a place, also where it isn't typed to its end. */
export interface OpenCall {
  /** The function's or method's name, without what qualifies it. */
  readonly name: string;
  /** What stands before the name: "->" and "." with the variable or the call before them, or "Class::". */
  readonly receiver: { readonly kind: 'member' | 'class'; readonly name: string } | undefined;
  /** Which argument the place stands in, from 0. */
  readonly argument: number;
  /** Where that argument begins. */
  readonly from: number;
}

interface Level extends Partial<OpenCall> {
  argument: number;
  from: number;
}

/**
 * The innermost call around an offset, by its tokens alone: the text may be broken after it, and before it as long as
 * brackets match. `start`: where the declaration around it begins.
 */
export function openCallAt(text: string, start: number, offset: number): OpenCall | undefined {
  const scanner = new Scanner(text, start, offset);
  const stack: Level[] = [];
  let words: { text: string; kind: Kind }[] = [];
  while (scanner.next()) {
    const token = text.slice(scanner.start, scanner.end);
    if (token === '(' || token === '[') {
      stack.push({ ...(token === '(' ? calleeOf(words) : {}), argument: 0, from: scanner.end });
    } else if (token === ')' || token === ']') stack.pop();
    else if (token === '{' || token === '}' || token === ';') stack.length = 0;
    else if (token === ',') {
      const level = stack.at(-1);
      if (level) {
        level.argument++;
        level.from = scanner.end;
      }
    }
    words.push({ text: token, kind: scanner.kind });
    if (words.length > 4) words = words.slice(-4);
  }
  const level = stack.at(-1);
  const { name } = level ?? {};
  return level && name !== undefined ? { ...level, name, receiver: level.receiver } : undefined;
}

const joints: ReadonlyMap<string, 'member' | 'class'> = new Map([
  ['->', 'member'],
  ['.', 'member'],
  ['::', 'class'],
]);
const keywords = new Set(['if', 'while', 'for', 'switch', 'return', 'sizeof', 'catch']);

function calleeOf(words: readonly { text: string; kind: Kind }[]): Pick<OpenCall, 'name' | 'receiver'> | undefined {
  const [before, joint, name] = [words.at(-3), words.at(-2), words.at(-1)];
  if (name?.kind !== Kind.Identifier || keywords.has(name.text)) return undefined;
  const kind = joint === undefined ? undefined : joints.get(joint.text);
  const receiver = kind && before?.kind === Kind.Identifier ? { kind, name: before.text } : undefined;
  return { name: name.text, receiver };
}
