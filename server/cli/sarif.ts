import type { Location, Log, Region, Result } from 'sarif';
import type { Finding, Range, Severity } from '../features/service';
import type { CheckResult } from './check';

/** What the command line says about a rule. */
export interface RuleInfo {
  readonly id: string;
  /** A few words. */
  readonly title: string;
  /** A sentence or two. */
  readonly description: string;
  readonly severity: Severity;
}

const base = '%SRCROOT%';

/** SARIF 2.1.0: places relative to the working directory, paths as code flows. */
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
            rules: rules.map((rule) => ({
              id: rule.id,
              shortDescription: { text: rule.title },
              fullDescription: { text: rule.description },
              defaultConfiguration: { level: level(rule.severity) },
              help: { text: rule.description, markdown: rule.description },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: exitCode !== 2,
            exitCode,
            toolExecutionNotifications: result.problems.map((problem) => ({
              level: 'warning',
              message: { text: `${problem.path}: ${problem.message}` },
            })),
          },
        ],
        results: result.findings.map((finding) => sarifResult(finding, rules)),
        ...(result.stats ? { properties: { stats: result.stats } } : {}),
      },
    ],
  };
}

function sarifResult(finding: Finding, rules: readonly RuleInfo[]): Result {
  const ruleIndex = rules.findIndex((rule) => rule.id === finding.rule);
  return {
    ruleId: finding.rule,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    level: level(finding.severity),
    message: { text: finding.message },
    locations: [
      {
        ...location(finding.file, finding),
        logicalLocations: [{ fullyQualifiedName: finding.function, kind: 'function' }],
      },
    ],
    ...(finding.path.length === 0
      ? {}
      : {
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
  };
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
  return severity === 'info' ? 'note' : severity;
}
