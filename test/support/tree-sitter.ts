import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';
import type { Node } from 'web-tree-sitter';

/** What another parser, tree-sitter with its C++ grammar, sees of a text: an oracle, not used by the product. */
export interface Seen {
  /** Function definitions: end offset of the body, by its start. */
  readonly bodies: ReadonlyMap<number, number>;
  readonly errors: number;
}

const require = createRequire(import.meta.url);
let parser: Promise<Parser> | undefined;

async function load(): Promise<Parser> {
  await Parser.init();
  const language = await Language.load(require.resolve('tree-sitter-cpp/tree-sitter-cpp.wasm'));
  const made = new Parser();
  made.setLanguage(language);
  return made;
}

/** Parses a text; undefined where the oracle itself gives up. Offsets are UTF-16. */
export async function seenByTreeSitter(text: string): Promise<Seen | undefined> {
  const tree = (await (parser ??= load())).parse(text);
  if (!tree) return undefined;
  const bodies = new Map<number, number>();
  let errors = 0;
  const visit = (node: Node): void => {
    if (node.isError || node.isMissing) errors++;
    if (node.type === 'function_definition') {
      const body = node.childForFieldName('body');
      if (body && !body.hasError) bodies.set(body.startIndex, body.endIndex);
      return;
    }
    for (const child of node.children) if (child) visit(child);
  };
  visit(tree.rootNode);
  tree.delete();
  return { bodies, errors };
}
