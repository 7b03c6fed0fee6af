import type {
  CodeAction,
  CodeDescription,
  Diagnostic,
  Location,
  SnippetTextEdit,
  TextEdit,
} from 'vscode-languageserver';
import { CodeActionKind, DiagnosticSeverity } from 'vscode-languageserver';
import type {
  ConfigurationProblem,
  Finding,
  Range,
  ScenarioSimulation,
  Severity,
  Suggestion,
} from './features/service';
import type { FindingPlace } from './protocol';
import { showReplayCommand } from './protocol';

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

/** The quick fixes of the findings that a range of the document touches. */
export function fixActions(uri: string, findings: readonly Finding[], range: Location['range']): CodeAction[] {
  return findings.flatMap((finding): CodeAction[] => {
    const diagnostic = toDiagnostic(finding);
    if (!finding.fix || !touch(diagnostic.range, range)) return [];
    const edits = finding.fix.edits.map((edit) => ({ range: toLspRange(edit), newText: edit.text }));
    return [
      {
        title: finding.fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        isPreferred: true,
        edit: { changes: { [uri]: edits } },
      },
    ];
  });
}

/** Actions that show the replays of the findings with a path that begin in the lines of a range of the document. */
export function replayActions(uri: string, findings: readonly Finding[], range: Location['range']): CodeAction[] {
  return findings.flatMap((finding): CodeAction[] => {
    const diagnostic = toDiagnostic(finding);
    const at = diagnostic.range.start.line;
    if (finding.path.length === 0 || at < range.start.line || at > range.end.line) return [];
    const { rule, line, column } = finding;
    const place: FindingPlace = { rule, line, column };
    const title = 'Show in the simulator';
    return [
      {
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        command: { title, command: showReplayCommand, arguments: [uri, place] },
      },
    ];
  });
}

/**
 * Actions that write a suppression. With `snippets` the place of its reason is selected; else it is for the person to find,
 * and until then the suppression is reported as one without a reason.
 */
export function suppressActions(
  uri: string,
  findings: readonly Finding[],
  suggestions: readonly Suggestion[],
  snippets: boolean,
): CodeAction[] {
  return suggestions.map((suggestion): CodeAction => {
    const { title, rule, before, placeholder, after } = suggestion;
    const range = toLspRange(suggestion.range);
    const edit: TextEdit | SnippetTextEdit = snippets
      ? {
          range,
          snippet: { kind: 'snippet', value: `${escape(before)}\${1:${escape(placeholder)}}${escape(after)}` },
        }
      : { range, newText: before + placeholder + after };
    return {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: findings
        .filter((finding) => finding.rule === rule && finding.line === suggestion.range.line && !finding.suppressed)
        .map(toDiagnostic),
      edit: snippets
        ? { documentChanges: [{ textDocument: { uri, version: null }, edits: [edit] }] }
        : { changes: { [uri]: [edit as TextEdit] } },
    };
  });
}

/** A text as a snippet's text. */
function escape(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

function touch(a: Location['range'], b: Location['range']): boolean {
  const before = (x: Location['range'], y: Location['range']): boolean =>
    x.end.line < y.start.line || (x.end.line === y.start.line && x.end.character < y.start.character);
  return !before(a, b) && !before(b, a);
}

/**
 * What is wrong with a scenario: what could not be read, and expectations that did not hold. `bySchema`: also what the
 * JSON Schema says, for editors that don't check by it; VS Code's own JSON service does.
 */
export function scenarioDiagnostics(simulation: ScenarioSimulation, bySchema: boolean): Diagnostic[] {
  const problems = simulation.problems.filter((problem) => bySchema || !problem.bySchema);
  const runs = simulation.ok ? simulation.runs : [];
  const failures = new Map<string, { readonly place: Range; readonly message: string; readonly machines: string[] }>();
  for (const { machine, checks } of runs)
    for (const { ok, place, message } of checks) {
      if (ok) continue;
      const key = `${String(place.line)}:${String(place.column)}:${message}`;
      const known = failures.get(key);
      if (known) known.machines.push(machine);
      else failures.set(key, { place, message, machines: [machine] });
    }
  return [
    ...problems.map(({ place, message }) => errorDiagnostic(toLspRange(place), message, 'scenario')),
    ...[...failures.values()].map(({ place, message, machines }) => {
      const where = runs.length > 1 ? ` (on ${machines.join(', ')})` : '';
      return errorDiagnostic(toLspRange(place), message + where, 'expectation');
    }),
  ];
}

/** What is wrong with configurations, by file. */
export function configurationDiagnostics(problems: readonly ConfigurationProblem[]): Map<string, Diagnostic[]> {
  const byFile = new Map<string, Diagnostic[]>();
  for (const problem of problems) {
    const known = byFile.get(problem.file) ?? [];
    byFile.set(problem.file, [...known, errorDiagnostic(toLspRange(problem), problem.message, 'configuration')]);
  }
  return byFile;
}

function errorDiagnostic(range: Location['range'], message: string, code: string): Diagnostic {
  return { range, severity: DiagnosticSeverity.Error, source: 'MapLens', code, message: sentence(message) };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function toLspSeverity(severity: Severity): DiagnosticSeverity {
  switch (severity) {
    case 'error':
      return DiagnosticSeverity.Error;
    case 'warning':
      return DiagnosticSeverity.Warning;
    case 'info':
      return DiagnosticSeverity.Information;
    case 'hint':
      return DiagnosticSeverity.Hint;
    default: {
      const never: never = severity;
      return never;
    }
  }
}
