import type { Program, SourceFunction } from '../concrete/program';
import type { ClassDeclaration, FunctionDeclaration } from '../ir/declarations';
import { lowerField, lowerFunction, lowerGlobal } from '../ir/lower';
import type { TemplateArgument, Type } from '../ir/types';
import type { DeclarationNode } from '../syntax/tree';
import { parseDeclaration } from '../syntax/parse';
import { preprocess } from '../syntax/preprocess';
import type { FunctionEntry, OtherEntry } from '../workspace/facts';
import type { LoweredFunction } from '../workspace/lowered';
import { isHeader } from '../workspace/scoped-names';
import type { Workspace } from '../workspace/workspace';

/** The workspace as the concrete interpreter asks about it, from where one file stands. */
export class ConcreteProgram implements Program {
  readonly #workspace: Workspace;
  readonly #file: string;
  readonly #own: ReadonlySet<string>;

  /** @param own files whose functions go before those of others. */
  constructor(workspace: Workspace, file: string, own: readonly string[] = [file]) {
    this.#workspace = workspace;
    this.#file = file;
    this.#own = new Set(own);
  }

  functions(
    qualifiedName: string,
    template?: readonly TemplateArgument[],
    from = this.#file,
  ): readonly SourceFunction[] {
    const entries = this.#workspace.table
      .functions(qualifiedName)
      .filter((entry) => entry.hasBody && (entry.ownerClass !== undefined || isVisible(entry, from)));
    const near = entries.filter((entry) => entry.file === from);
    const own = near.length > 0 ? near : entries.filter((entry) => this.#own.has(entry.file));
    return (own.length > 0 ? own : entries).flatMap((entry) => {
      const file = this.#workspace.file(entry.file);
      if (!file) return [];
      const { lowerer } = this.#workspace;
      return this.placed(
        template && entry.node.template ? lowerer.instance(file, entry, template) : lowerer.lower(file, entry),
      );
    });
  }

  /** A lowered function's bodies with their place in the file. */
  placed(lowered: LoweredFunction): SourceFunction[] {
    const { chunk, file } = lowered.entry;
    return lowered.variants.slice(0, 1).map((variant) => ({ file, function: variant, start: chunk.start }));
  }

  declaration(qualifiedName: string): FunctionDeclaration | undefined {
    const names = this.#workspace.namesOf(this.#file);
    const cut = qualifiedName.lastIndexOf('::');
    const member = cut > 0 ? names.member(qualifiedName.slice(0, cut), qualifiedName.slice(cut + 2)) : undefined;
    return member?.kind === 'method' ? member.methods[0] : names.functions(qualifiedName, '')?.[0];
  }

  classOf(name: string): ClassDeclaration | undefined {
    return this.#workspace.namesOf(this.#file).class(name);
  }

  derived(name: string): readonly string[] {
    return this.#workspace.table.derived(name).map((entry) => entry.name);
  }

  constant(name: string, file = this.#file): bigint | undefined {
    return this.#workspace.namesOf(file).constant(name, '')?.value;
  }

  typeNamed(name: string): Type | undefined {
    return this.#workspace.namesOf(this.#file).type(name, '');
  }

  global(name: string, file: string): { key: string; type: Type | undefined } {
    const own = this.#workspace.table
      .others(name)
      .some((entry) => entry.file === file && entry.node.k === 'variable' && isFileStatic(entry, entry.node));
    return { key: own ? `${file}:${name}` : name, type: this.#workspace.namesOf(file).global(name, '') };
  }

  initializer(name: string, from: string): { source: SourceFunction; constant: boolean } | undefined {
    const entries = this.#workspace.table.others(name).filter((entry) => {
      const { node } = entry;
      return (
        node.k === 'variable' &&
        !node.extern &&
        (node.init ?? node.arguments) !== undefined &&
        (!isFileStatic(entry, node) || isVisible(entry, from))
      );
    });
    const entry =
      entries.find(({ file }) => file === from) ?? entries.find(({ file }) => this.#own.has(file)) ?? entries[0];
    if (entry?.node.k !== 'variable') return undefined;
    const cut = name.lastIndexOf('::');
    const scope = entry.node.name.includes('::') ? name.slice(0, cut) : entry.scope;
    const lowered = lowerGlobal(entry.node, name, this.#workspace.namesOf(entry.file), scope);
    return {
      source: { file: entry.file, function: lowered, start: entry.chunk.start },
      // const T *p may point elsewhere later.
      constant: entry.node.constant && entry.node.type.k !== 'pointer',
    };
  }

  defaultArgument(qualifiedName: string, index: number): SourceFunction | undefined {
    const parameter = this.declaration(qualifiedName)?.parameters[index];
    if (parameter?.default === undefined) return undefined;
    const names = this.#workspace.namesOf(this.#file);
    const text = `auto argument() { return ${parameter.default}; }`;
    const file = this.#workspace.file(this.#file);
    const macro = (name: string) => file && this.#workspace.macro(file, name, file.text.length);
    const { tokens } = preprocess(text, 0, text.length, macro, 'first-arm');
    const cut = qualifiedName.lastIndexOf('::');
    const scope = cut > 0 ? qualifiedName.slice(0, cut) : '';
    const isType = (name: string): boolean => names.type(name, scope) !== undefined;
    const [node] = parseDeclaration(tokens, { isType }).declarations;
    if (node?.k !== 'function' || !node.body) return undefined;
    const owner = this.classOf(scope) && { class: scope };
    const lowered = lowerFunction(node, names, { scope, ...owner, static: true, span: { start: 0, end: 0 } });
    return { file: this.#file, aside: true, function: { ...lowered, result: parameter.type }, start: 0 };
  }

  fieldInitializers(className: string): { field: string; source: SourceFunction }[] {
    const entries = this.#workspace.table.classes(className);
    const entry = entries.find(({ file }) => this.#own.has(file)) ?? entries[0];
    if (!entry) return [];
    const names = this.#workspace.namesOf(entry.file);
    return entry.fields
      .filter((node) => !node.static && (node.init ?? node.arguments) !== undefined)
      .map((node) => ({
        field: node.name,
        source: { file: entry.file, function: lowerField(node, className, names), start: entry.chunk.start },
      }));
  }

  position(file: string, offset: number): { line: number; column: number } | undefined {
    return this.#workspace.file(file)?.lines.position(offset);
  }

  text(file: string): string | undefined {
    return this.#workspace.file(file)?.text;
  }
}

/** Whether each file that sees a variable has one of its own: static outside of a class. */
function isFileStatic(entry: OtherEntry, node: DeclarationNode & { readonly k: 'variable' }): boolean {
  return node.static && entry.scope === '' && !node.name.includes('::');
}

/** Whether code in a file can mean what an entry declares. */
function isVisible({ file, node }: FunctionEntry | OtherEntry, from: string): boolean {
  return file === from || !('static' in node && node.static) || isHeader(file);
}
