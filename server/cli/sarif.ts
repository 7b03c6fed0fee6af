import type { Fix, Location, Log, Notification, Region, ReportingDescriptor, Result } from 'sarif';
import type { ConfigurationProblem, Finding, Range, Severity } from '../features/service';
import type { CheckResult } from './report';

/** What the command line says about a rule. */
export interface RuleInfo {
  readonly id: string;
  /** A few words. */
  readonly title: string;
  /** Why it matters and what to do; Markdown. */
  readonly description: string;
  readonly severity: Severity;
  readonly confidence: 'certain' | 'high' | 'medium';
  /** Entries of the catalogue of misuses. */
  readonly semantics: readonly string[];
  /** Where its page is read. */
  readonly page: string;
  readonly helpUri: string;
}

const base = '%SRCROOT%';
const precision = { certain: 'very-high', high: 'high', medium: 'medium' } as const;

/**
 * SARIF 2.1.0: places relative to the working directory, paths as code flows, suppressed findings as such. Where the
 * working directory is, it does not say, so that reports are the same on each machine.
 */
export function sarifLog(result: CheckResult, rules: readonly RuleInfo[], version: string, exitCode: number): Log {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'MapLens',
            semanticVersion: version,
            rules: rules.map(descriptor),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [base]: { description: { text: 'The working directory of the check.' } } },
        invocations: [
          {
            executionSuccessful: exitCode !== 2,
            exitCode,
            toolExecutionNotifications: result.problems.map(({ path, message }): Notification => ({
              level: 'warning',
              message: { text: `${path}: ${message}` },
              locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path), uriBaseId: base } } }],
            })),
            toolConfigurationNotifications: result.configurationProblems.map(configurationNotification),
          },
        ],
        results: [...result.findings, ...result.suppressed]
          .toSorted(inOrder)
          .map((finding) => sarifResult(finding, result, rules)),
        ...(result.stats || result.baseline
          ? {
              properties: {
                ...(result.stats && { stats: result.stats }),
                ...(result.baseline && { baseline: result.baseline }),
              },
            }
          : {}),
      },
    ],
  };
}

function descriptor(rule: RuleInfo): ReportingDescriptor {
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: plain(rule.description) },
    defaultConfiguration: { level: level(rule.severity) },
    help: { text: plain(rule.description), markdown: rule.page },
    helpUri: rule.helpUri,
    properties: {
      precision: precision[rule.confidence],
      'problem.severity': level(rule.severity) === 'note' ? 'recommendation' : rule.severity,
      tags: rule.semantics.length > 0 ? ['correctness', 'iokit', 'memory-mapping'] : ['suppressions'],
      semantics: [...rule.semantics],
    },
  };
}

function configurationNotification(problem: ConfigurationProblem): Notification {
  return { level: 'error', message: { text: problem.message }, locations: [location(problem.file, problem)] };
}

function sarifResult(finding: Finding, result: CheckResult, rules: readonly RuleInfo[]): Result {
  const ruleIndex = rules.findIndex((rule) => rule.id === finding.rule);
  const print = result.fingerprints.get(finding);
  const [origin] = finding.path;
  return {
    ruleId: finding.rule,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    level: level(finding.severity),
    message: { text: finding.message },
    locations: [
      {
        ...location(finding.file, finding),
        ...(finding.function !== '' && {
          logicalLocations: [{ fullyQualifiedName: finding.function, kind: 'function' }],
        }),
      },
    ],
    ...(print !== undefined && { partialFingerprints: { 'maplens/v1': print } }),
    ...(result.baseline && !finding.suppressed && { baselineState: 'new' as const }),
    ...(origin && {
      relatedLocations: [{ id: 1, ...location(origin.file, origin), message: { text: origin.message } }],
      codeFlows: [
        {
          threadFlows: [
            {
              locations: finding.path.map((step, index) => ({
                executionOrder: index + 1,
                location: { ...location(step.file, step), message: { text: step.message } },
              })),
            },
          ],
        },
      ],
    }),
    ...(finding.suppressed && {
      suppressions: [
        { kind: 'inSource' as const, status: 'accepted' as const, justification: finding.suppressed.reason },
      ],
    }),
    ...(finding.replay && { properties: { replay: finding.replay.verdict, replayReason: finding.replay.reason } }),
    ...(finding.fix && { fixes: [sarifFix(finding.file, finding.fix)] }),
  };
}

function sarifFix(file: string, fix: NonNullable<Finding['fix']>): Fix {
  return {
    description: { text: fix.title },
    artifactChanges: [
      {
        artifactLocation: { uri: uriOf(file), uriBaseId: base },
        replacements: fix.edits.map((edit) => ({ deletedRegion: region(edit), insertedContent: { text: edit.text } })),
      },
    ],
  };
}

function inOrder(a: Finding, b: Finding): number {
  return (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column;
}

/** Markdown as text: without the marks of code and links. */
function plain(markdown: string): string {
  return markdown.replace(/`([^`]*)`/g, '$1').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

function location(file: string, range: Range): Location {
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(file), uriBaseId: base }, region: region(range) },
  };
}

function region({ line, column, endLine, endColumn }: Range): Region {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

/** A relative URI reference (RFC 3986): each part percent-encoded. */
function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

function level(severity: Severity): 'error' | 'warning' | 'note' {
  return severity === 'info' || severity === 'hint' ? 'note' : severity;
}
