import type { FunctionDeclaration } from '../ir/declarations';
import { has } from '../api/attributes';
import { pointeeClass } from '../api/model';
import type { Workspace } from '../workspace/workspace';
import { openCallAt } from './argument-list';
import type { OpenCall } from './argument-list';
import { functionAt } from './code-at';

/** An open call with what it may be, as the kernel and DriverKit declare it; the likeliest first. */
export interface KnownOpenCall extends OpenCall {
  readonly declarations: readonly [FunctionDeclaration, ...FunctionDeclaration[]];
}

/** The call of the API whose arguments are typed at an offset. */
export function knownCallAt(workspace: Workspace, path: string, offset: number): KnownOpenCall | undefined {
  workspace.refresh();
  const file = workspace.file(path);
  const chunk = file?.chunks.find((each) => each.start <= offset && offset <= each.end);
  const open = file && chunk && openCallAt(file.text, chunk.start, offset);
  if (!open) return undefined;
  const { model } = workspace.api;
  const owner = open.receiver && classNamed(workspace, path, offset, open.receiver);
  const found = owner === undefined ? [] : model.methods(owner, open.name);
  const all = found.length > 0 ? found : [...model.functions()].filter(({ name }) => name === open.name);
  const rank = (one: FunctionDeclaration): number =>
    (one.parameters.length <= open.argument ? 2 : 0) + (has(one, 'deprecated') ? 1 : 0);
  // An override is declared like what it overrides.
  const seen = new Set<string>();
  const distinct = all
    .filter((each) => open.receiver !== undefined || each.class === undefined || !each.static)
    .filter((each) => {
      const key = each.parameters.map(({ name }) => name).join();
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => rank(a) - rank(b));
  const [first, ...rest] = distinct;
  return first && { ...open, declarations: [first, ...rest] };
}

/** The class that a receiver's name leads to: a class itself, or that of a local, a parameter or a field. */
function classNamed(
  workspace: Workspace,
  path: string,
  offset: number,
  { kind, name }: NonNullable<OpenCall['receiver']>,
): string | undefined {
  if (kind === 'class') return name;
  for (const fn of functionAt(workspace, path, offset)?.variants ?? []) {
    const local = fn.locals.find((each) => each.name === name);
    if (local) return pointeeClass(local.type);
    const member = fn.class === undefined ? undefined : workspace.namesOf(path).member(fn.class, name);
    if (member?.kind === 'field') return pointeeClass(member.field.type);
  }
  return undefined;
}
