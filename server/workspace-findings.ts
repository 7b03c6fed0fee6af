import type { CancellationToken, Connection } from 'vscode-languageserver';
import type { Attempt } from './code-help';
import type { Finding, LanguageService } from './features/service';
import { messages } from './protocol';
import type { FileFindings, FindingItem, Reading } from './protocol';
import { findRule } from './rules/index';

/** Answers what the side panel asks about all files: translates, and nothing else. */
export function serveFindings(connection: Connection, service: LanguageService, attempt: Attempt): void {
  connection.onRequest(messages.checkedFiles, (token: CancellationToken) =>
    attempt<string[]>('checked files', [], token, () =>
      service
        .files()
        .filter((uri) => service.isIncluded(uri))
        .toSorted(),
    ),
  );

  connection.onRequest(messages.findings, ({ uris }: { uris: readonly string[] }, token: CancellationToken) =>
    attempt<FileFindings[]>('findings', [], token, () =>
      uris.map((uri) => ({ uri, findings: service.diagnose(uri).filter(isReported).map(toItem) })),
    ),
  );

  connection.onRequest(messages.reading, ({ uri }: { uri: string }, token: CancellationToken) =>
    attempt<Reading>('reading', { functions: 0, part: 0, gaps: [], budgetEnded: [] }, token, () => {
      const { functions, lowered, gaps, budgetEnded } = service.stats(false, [uri]);
      return { functions, part: lowered.part + lowered.none, gaps: Object.keys(gaps), budgetEnded };
    }),
  );
}

function isReported(finding: Finding): boolean {
  return !finding.suppressed;
}

function toItem(finding: Finding): FindingItem {
  const { file, line, column, endLine, endColumn, rule, severity, message, path } = finding;
  return {
    uri: file,
    ...{ line, column, endLine, endColumn },
    rule,
    title: findRule(rule)?.title ?? rule,
    severity,
    message,
    function: finding.function,
    path: path.map(({ file: uri, ...step }) => ({ ...step, uri })),
  };
}
