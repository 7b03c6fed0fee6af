import { getLanguageService, TextDocument, type LanguageService } from 'vscode-json-languageservice';
import { scenarioSchema } from '../scenario/schema';
import type { Problem } from '../features/service';

/** Checks scenarios against their JSON Schema, as VS Code does. */

const schemaUri = 'maplens:iomap.schema.json';
let service: LanguageService | undefined;

/** What the schema says about a text; `file` is its name in places. */
export async function schemaProblems(text: string, file: string): Promise<readonly Problem[]> {
  service ??= makeService();
  const document = TextDocument.create('file:///scenario.iomap', 'iomap', 1, text);
  const settings = { comments: 'ignore', trailingCommas: 'ignore' } as const;
  let found: Awaited<ReturnType<LanguageService['doValidation']>>;
  try {
    found = await service.doValidation(document, service.parseJSONDocument(document), settings);
  } catch (error) {
    // Of a text that is nested too deeply; the reader tells it.
    if (error instanceof RangeError) return [];
    throw error;
  }
  return found.map(({ message, range: { start, end } }) => ({
    message: (typeof message === 'string' ? message : message.value).replace(/\s*\n\s*/g, ' '),
    place: {
      file,
      line: start.line + 1,
      column: start.character + 1,
      endLine: end.line + 1,
      endColumn: end.character + 1,
    },
    bySchema: true,
  }));
}

function makeService(): LanguageService {
  const made = getLanguageService({});
  made.configure({ schemas: [{ uri: schemaUri, fileMatch: ['*'], schema: { ...scenarioSchema() } as object }] });
  return made;
}
