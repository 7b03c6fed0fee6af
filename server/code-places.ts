import { SymbolKind } from 'vscode-languageserver';
import type {
  CodeLens,
  Connection,
  DocumentLink,
  Location,
  ServerCapabilities,
  SymbolInformation,
} from 'vscode-languageserver';
import type { Attempt } from './code-help';
import type { CodePlace, LanguageService } from './features/service';
import { rulePages, toLspRange } from './findings';
import { messages } from './protocol';
import type { CodePlaceItem, CounterpartsResult, LifetimesParams, LifetimesResult, PlaceParams } from './protocol';

/** What leads from the code to other places: lenses, links, symbols, and what VS Code alone asks. */
export const codePlaces: ServerCapabilities = {
  codeLensProvider: {},
  documentLinkProvider: {},
  workspaceSymbolProvider: true,
};

/** Commands of the client that lenses name. */
export const lensCommands = {
  /** (uri, function) → the panel on that function. */
  showMappings: 'maplens.showMappings',
  /** (uri, function) → runs it, and says how it went. */
  runFunction: 'maplens.runFunction',
  /** (uri, LSP position, LSP locations) → lists findings. */
  showFindings: 'maplens.showFindings',
} as const;

/** `textOf`: of a document that is open and no source. */
export function serveCodePlaces(
  connection: Connection,
  service: LanguageService,
  attempt: Attempt,
  textOf: (uri: string) => string | undefined,
  isScenario: (uri: string) => boolean,
): void {
  connection.onCodeLens(({ textDocument: { uri } }, token) =>
    attempt<CodeLens[]>('code lenses', [], token, () => (isScenario(uri) ? [] : lenses(service, uri))),
  );

  connection.onDocumentLinks(({ textDocument: { uri } }, token) =>
    attempt<DocumentLink[]>('links', [], token, () =>
      service.ruleLinks(uri, textOf(uri)).map((link) => ({
        range: toLspRange(link),
        target: `${rulePages}${link.rule}.md`,
        tooltip: `What the rule ${link.rule} says`,
      })),
    ),
  );

  connection.onWorkspaceSymbol(({ query }, token) =>
    attempt<SymbolInformation[]>('symbols', [], token, () =>
      service.mappingSymbols(query).map(({ file, name, ...range }) => ({
        name,
        kind: SymbolKind.Object,
        location: { uri: file, range: toLspRange(range) },
      })),
    ),
  );

  connection.onRequest(messages.lifetimes, ({ uri, firstLine, lastLine }: LifetimesParams, token) =>
    attempt<LifetimesResult>('lifetimes', { tracks: [], released: [] }, token, () =>
      service.lifetimes(uri, firstLine, lastLine),
    ),
  );

  connection.onRequest(messages.counterparts, ({ uri, line, column }: PlaceParams, token) =>
    attempt<CounterpartsResult>('releases', { creations: [], releases: [] }, token, () => {
      const { creations, releases } = service.counterparts(uri, line, column);
      return { creations: creations.map(toItem), releases: releases.map(toItem) };
    }),
  );
}

/** Over each function that maps memory: its mappings, a run of it, and its findings where it has some. */
function lenses(service: LanguageService, uri: string): CodeLens[] {
  const findings = service.diagnose(uri).filter(({ suppressed }) => !suppressed);
  return service.entryPoints(uri).flatMap((entry) => {
    const range = toLspRange(entry);
    const own = findings.filter((finding) => finding.function === entry.function);
    const locations = own.map((finding): Location => ({ uri, range: toLspRange(finding) }));
    const found: CodeLens['command'] = {
      title: own.length === 1 ? '1 finding' : `${own.length} findings`,
      command: lensCommands.showFindings,
      arguments: [uri, range.start, locations],
    };
    return [
      { title: 'Show mappings', command: lensCommands.showMappings, arguments: [uri, entry.function] },
      { title: 'Run', command: lensCommands.runFunction, arguments: [uri, entry.function] },
      ...(own.length > 0 ? [found] : []),
    ].map((command) => ({ range, command }));
  });
}

function toItem({ file, ...place }: CodePlace): CodePlaceItem {
  return { ...place, uri: file };
}
