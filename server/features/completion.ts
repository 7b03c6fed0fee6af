import { bitFamilies } from '../api/attributes';
import type { Workspace } from '../workspace/workspace';
import { describeConstant } from './hover';
import { knownCallAt } from './open-calls';
import { alternativesTo, constantsOf } from './option-words';
import type { OptionCompletion } from './service';

/**
 * The constants that belong where an options word is typed. Those that stand there already are left out, and so are
 * values that exclude one of them, such as a second cache mode.
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
  const written = file.text.slice(call.from, offset).match(/\w+/g) ?? [];
  const typing = /\w+$/.exec(file.text.slice(call.from, offset))?.[0];
  const present = new Set(typing === undefined ? written : written.slice(0, -1));
  // What follows in the same word of options counts as well.
  for (const [name] of /^[\w\s|]*/.exec(file.text.slice(offset))?.[0].matchAll(/\w+/g) ?? []) present.add(name);
  const { model } = workspace.api;
  const excluded = alternativesTo(model, families, present);
  return constantsOf(model, families)
    .filter(({ name }) => !present.has(name) && !excluded.has(name))
    .map((constant) => ({ label: constant.name, detail: constant.family ?? '', markdown: describeConstant(constant) }));
}
