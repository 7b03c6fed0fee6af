import { bitFamilies } from '../api/attributes';
import type { Workspace } from '../workspace/workspace';
import { describeConstant } from './hover';
import { knownCallAt } from './open-calls';
import { alternatives, constantsOf } from './option-words';
import { rangeOf } from './positions';
import type { OptionCompletion } from './service';

/** A word of the options, by its offsets in the text. */
interface Word {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The constants that belong where an options word is typed. Those that stand there already are left out. One that
 * excludes another that stands there, as a second cache mode does, takes its place.
 */
export function completionAt(
  workspace: Workspace,
  path: string,
  line: number,
  column: number,
): readonly OptionCompletion[] {
  const file = workspace.file(path);
  const offset = file?.lines.offset(line, column);
  const call = offset === undefined ? undefined : knownCallAt(workspace, path, offset);
  if (!file || offset === undefined || !call) return [];
  const families = call.declarations
    .flatMap(({ parameters }) => parameters[call.argument] ?? [])
    .map(bitFamilies)
    .find((each) => each.length > 0);
  if (!families) return [];
  const { text } = file;
  // What follows in the same word of options counts as well.
  const end = offset + (/^[\w\s|]*/.exec(text.slice(offset))?.[0].length ?? 0);
  const words = [...text.slice(call.from, end).matchAll(/\w+/g)].map(({ 0: name, index }): Word => {
    const start = call.from + index;
    return { name, start, end: start + name.length };
  });
  const typed = words.find((word) => word.start <= offset && offset <= word.end);
  const others = words.filter((word) => word !== typed);
  const present = new Set(others.map(({ name }) => name));
  const { model } = workspace.api;
  const groups = alternatives(model, families);
  const groupOf = (name: string): ReadonlySet<string> | undefined => groups.find((group) => group.has(name));
  const place = rangeOf(file, 0, typed ?? { start: offset, end: offset });
  return constantsOf(model, families)
    .filter(({ name }) => !present.has(name) && name !== typed?.name)
    .map((constant): OptionCompletion => {
      const group = groupOf(constant.name);
      const excluded = group && others.find(({ name }) => group.has(name));
      const removed = excluded && withBar(text, excluded, typed?.start ?? offset);
      // All alternatives to a word that is whole are worth seeing, though none begins like it.
      const instead = group && typed && group.has(typed.name) ? typed.name : undefined;
      return {
        label: constant.name,
        detail: excluded
          ? `instead of ${excluded.name}`
          : instead === undefined
            ? (constant.family ?? '')
            : `instead of ${instead}`,
        markdown: describeConstant(constant),
        place,
        ...(removed && { removes: rangeOf(file, 0, removed) }),
        ...(instead !== undefined && { filter: instead }),
      };
    });
}

/** A word with the "|" between it and what is typed. */
function withBar(text: string, { start, end }: Word, typed: number): { readonly start: number; readonly end: number } {
  if (end <= typed) return { start, end: end + (/^\s*\|\s*/.exec(text.slice(end, typed))?.[0].length ?? 0) };
  return { start: start - (/\s*\|\s*$/.exec(text.slice(typed, start))?.[0].length ?? 0), end };
}
