import { apiHeaders, macroHeaders } from '../api/headers';
import { ApiModel } from '../api/model';
import type { Declaration } from '../ir/declarations';
import type { Macro } from '../syntax/preprocess';
import { split } from '../syntax/split';
import { DeclarationTable } from './declarations';
import { docAbove, FactReader, macrosOf } from './facts';
import { ScopedNames } from './scoped-names';

export interface Api {
  readonly model: ApiModel;
  /** Well-known macros by name, for every source. */
  readonly macros: ReadonlyMap<string, Macro>;
  /** Those of AssertMacros.h, whose names are ordinary words. */
  readonly assertMacros: ReadonlyMap<string, Macro>;
  /** Those of .iig files. */
  readonly iigMacros: ReadonlyMap<string, Macro>;
  /** Finds the names whose presence makes a file worth reading for its mappings, and for its counted objects. */
  readonly mapping: RegExp;
  readonly objects: RegExp;
}

let loaded: Api | undefined;

/** The API model and the well-known macros, out of the bundled headers; read once. */
export function loadApi(): Api {
  return (loaded ??= readApi());
}

function readApi(): Api {
  const table = new DeclarationTable();
  const reader = new FactReader({ isType: () => true });
  const all = apiHeaders.map((header) => {
    const facts = reader.read(header.name, header.text, split(header.text), () => () => undefined, 0);
    table.add(facts);
    return { text: header.text, facts };
  });
  const names: ScopedNames = new ScopedNames('', {
    table,
    api: undefined,
    revision: () => 0,
    macroConstant: () => undefined,
    namesOf: () => names,
  });
  const declarations: Declaration[] = [];
  for (const { text, facts } of all) {
    for (const entry of facts.others)
      declarations.push(
        ...table
          .resolve(entry, names, 0)
          .map((each) =>
            each.kind === 'constant' ? { ...each, doc: docAbove(text, entry.chunk.start + each.span.start) } : each,
          ),
      );
    for (const entry of facts.classes) {
      const [declaration] = table.resolve(entry, names, 0, docAbove(text, entry.chunk.start));
      if (declaration?.kind !== 'class') continue;
      const methods = declaration.methods.map((method, index) => ({
        ...method,
        doc: docAbove(text, entry.methods[index]!.chunk.start),
      }));
      declarations.push({ ...declaration, methods });
    }
    for (const entry of facts.functions)
      if (entry.ownerClass === undefined)
        declarations.push(...table.resolve(entry, names, 0, docAbove(text, entry.chunk.start)));
  }
  const model = new ApiModel(declarations);
  const objects = model
    .classNames()
    .filter((name) => model.isObject(name))
    .toSorted();
  const mapping = [...model.mappingNames()].toSorted();
  return {
    model,
    macros: new Map([...readMacros(macroHeaders.predefined.text), ...readMacros(macroHeaders.wellKnown.text)]),
    assertMacros: readMacros(macroHeaders.assert.text),
    iigMacros: readMacros(macroHeaders.iig.text),
    mapping: new RegExp(`\\b(?:${mapping.join('|')})\\b`),
    // Their classes, and libkern's macros that make one.
    objects: new RegExp(`\\b(?:${objects.join('|')}|OS(?:Declare|Define|TypeAlloc|DynamicCast|SafeRelease)\\w*)\\b`),
  };
}

function readMacros(text: string): Map<string, Macro> {
  const found = new Map<string, Macro>();
  for (const [name, list] of macrosOf(text, split(text))) {
    const macro = list.at(-1)?.macro;
    if (macro) found.set(name, { ...macro, wellKnown: macro.parameters !== undefined });
  }
  return found;
}
