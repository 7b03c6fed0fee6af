import { commonFolders } from '../workspace/scoped-names';
import type { Workspace } from '../workspace/workspace';
import type { Program, SourceFunction } from './program';

/** A workspace as the interpreter sees it when it runs a function of the file `home`: names mean what they mean there. */
export function programOf(workspace: Workspace, home: string): Program {
  const names = workspace.namesOf(home);
  const bodies = new Map<string, readonly SourceFunction[]>();
  return {
    functions: (name) => {
      let found = bodies.get(name);
      if (!found) bodies.set(name, (found = bodiesOf(workspace, home, name)));
      return found;
    },
    declaration: (name) => {
      const cut = name.lastIndexOf('::');
      const member = cut > 0 ? names.member(name.slice(0, cut), name.slice(cut + 2)) : undefined;
      return member?.kind === 'method' ? member.methods[0] : names.functions(name, '')?.[0];
    },
    classOf: (name) => names.class(name),
    derived: (name) => workspace.table.derived(name).map((entry) => entry.name),
    constant: (name) => names.constant(name, '')?.value,
    typeNamed: (name) => names.type(name, ''),
    global: (name) => names.global(name, ''),
    text: (file) => workspace.file(file)?.text,
    position: (file, offset) => workspace.file(file)?.lines.position(offset),
  };
}

/** A function of a file by its qualified name; the first of several. */
export function findFunction(workspace: Workspace, file: string, qualifiedName: string): SourceFunction | undefined {
  for (const { entry, variants, qualifiedName: name } of workspace.functions(file)) {
    const [code] = variants;
    if (name === qualifiedName && code) return { file, function: code, start: entry.chunk.start };
  }
  return undefined;
}

/** Bodies under a name, those of the file `home` and then of the nearest files first. */
function bodiesOf(workspace: Workspace, home: string, name: string): readonly SourceFunction[] {
  const near = (file: string): number => (file === home ? Number.MAX_SAFE_INTEGER : commonFolders(file, home));
  return workspace.table
    .functions(name)
    .filter((entry) => entry.hasBody)
    .toSorted((a, b) => near(b.file) - near(a.file) || (a.file < b.file ? -1 : 1))
    .flatMap((entry) => {
      const file = workspace.file(entry.file);
      const [code] = file ? workspace.lowerer.lower(file, entry).variants : [];
      return code ? [{ file: entry.file, function: code, start: entry.chunk.start }] : [];
    });
}
