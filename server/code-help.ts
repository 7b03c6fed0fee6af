import { CompletionItemKind, MarkupKind } from 'vscode-languageserver';
import type {
  CancellationToken,
  CompletionItem,
  Connection,
  Hover,
  InlayHint,
  InlayHintParams,
  MarkupContent,
  ServerCapabilities,
  SignatureHelp,
  TextDocumentPositionParams,
} from 'vscode-languageserver';
import type { LanguageService } from './features/service';
import { toLspRange } from './findings';

/** What the editor may ask about a place in the code. */
export const codeHelp: ServerCapabilities = {
  hoverProvider: true,
  completionProvider: { triggerCharacters: ['|', '(', ','] },
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  inlayHintProvider: true,
};

/** Runs a handler's work once the workspace was read; what fails is logged, and answered with the fallback. */
export type Attempt = <T>(what: string, fallback: T, token: CancellationToken, work: () => T) => Promise<T>;

/** Answers hovers, completions, signature help and inlay hints: translates, and nothing else. */
export function serveCodeHelp(connection: Connection, service: LanguageService, attempt: Attempt): void {
  const placeOf = ({ textDocument, position }: TextDocumentPositionParams): [string, number, number] => [
    textDocument.uri,
    position.line + 1,
    position.character + 1,
  ];

  connection.onHover((params, token) =>
    attempt<Hover | null>('hover', null, token, () => {
      const hover = service.hover(...placeOf(params));
      return hover ? { range: toLspRange(hover), contents: markup(hover.markdown) } : null;
    }),
  );

  connection.onCompletion((params, token) =>
    attempt<CompletionItem[]>('completions', [], token, () =>
      service.completions(...placeOf(params)).map(({ label, detail, markdown, place, removes, filter }, index) => ({
        label,
        detail,
        textEdit: { range: toLspRange(place), newText: label },
        ...(removes && { additionalTextEdits: [{ range: toLspRange(removes), newText: '' }] }),
        ...(filter !== undefined && { filterText: filter }),
        kind: CompletionItemKind.EnumMember,
        documentation: markup(markdown),
        sortText: String(index).padStart(3, '0'),
      })),
    ),
  );

  connection.onSignatureHelp((params, token) =>
    attempt<SignatureHelp | null>('signature help', null, token, () => {
      const help = service.signatureHelp(...placeOf(params));
      if (!help) return null;
      return {
        activeSignature: 0,
        activeParameter: help.argument,
        signatures: help.signatures.map(({ label, parameters, markdown }) => ({
          label,
          documentation: markup(markdown),
          parameters: parameters.map(([start, end]) => ({ label: [start, end] })),
        })),
      };
    }),
  );

  connection.languages.inlayHint.on((params: InlayHintParams, token) =>
    attempt<InlayHint[]>('inlay hints', [], token, () =>
      service
        .inlayHints(params.textDocument.uri, params.range.start.line + 1, params.range.end.line + 1)
        .map(({ line, column, text, tooltip }) => ({
          position: { line: line - 1, character: column - 1 },
          label: text,
          tooltip,
          paddingLeft: true,
        })),
    ),
  );
}

function markup(value: string): MarkupContent {
  return { kind: MarkupKind.Markdown, value };
}
