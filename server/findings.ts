import type { CodeDescription, Diagnostic, Location } from 'vscode-languageserver';
import { DiagnosticSeverity } from 'vscode-languageserver';
import type { Finding, Range, Severity } from './features/service';

/** Where the rules' pages are read; `<rule id>.md` follows. */
export const rulePages = 'https://github.com/maplens/maplens/blob/main/docs/rules/';

/** A range of the service (1-based) as one of LSP (0-based); both end exclusive. */
export function toLspRange(range: Range): Location['range'] {
  return {
    start: { line: range.line - 1, character: range.column - 1 },
    end: { line: range.endLine - 1, character: range.endColumn - 1 },
  };
}

/** A finding as a diagnostic; its path becomes related information, as numbered steps in order. */
export function toDiagnostic(finding: Finding): Diagnostic {
  const codeDescription: CodeDescription = { href: `${rulePages}${finding.rule}.md` };
  return {
    range: toLspRange(finding),
    severity: toLspSeverity(finding.severity),
    source: 'MapLens',
    code: finding.rule,
    codeDescription,
    message: finding.message,
    relatedInformation: finding.path.map((step, index) => ({
      location: { uri: step.file, range: toLspRange(step) },
      message: `${index + 1}. ${step.message}`,
    })),
    data: { function: finding.function },
  };
}

function toLspSeverity(severity: Severity): DiagnosticSeverity {
  switch (severity) {
    case 'error':
      return DiagnosticSeverity.Error;
    case 'warning':
      return DiagnosticSeverity.Warning;
    case 'info':
      return DiagnosticSeverity.Information;
    default: {
      const never: never = severity;
      return never;
    }
  }
}
