import type { SourceFunction } from '../concrete/program';
import type { Claim } from '../ir/claim';
import type { Function } from '../ir/types';
import type { Rule } from '../rules/index';
import { findRule, rules } from '../rules/index';
import type { FunctionAnalysis } from '../symbolic/analyze';
import { analyzeFunction, noFieldFacts } from '../symbolic/analyze';
import type { FieldReport } from '../symbolic/field-history';
import { historyOf } from '../symbolic/field-history';
import { RecordingProgram, stillHolds } from '../symbolic/program';
import type { LoweredFunction } from '../workspace/lowered';
import type { SourceFile } from '../workspace/source-file';
import type { Workspace } from '../workspace/workspace';
import { applySuppressions } from './apply-suppressions';
import type { Configurations } from './configurations';
import { WordIndex, WorkspaceFields } from './field-program';
import { rangeOf } from './positions';
import { touchesMappings, touchesReferences } from './relevance';
import type { Finding } from './service';
import { SymbolicProgram } from './symbolic-program';

/** A finding's claim, with the function that it is about. */
export interface FindingClaim {
  readonly claim: Claim;
  readonly source: SourceFunction;
}

/** The rules for functions that have to do with kernel objects, but not with mappings. */
const everyObject = rules.filter((rule) => rule.everyObject);

/** Findings of files. What was found in a function is kept as long as its code and the answers it was found with hold. */
export class Diagnostics {
  readonly #workspace: Workspace;
  readonly #configurations: Configurations;
  readonly #kept = new WeakMap<Function, FunctionAnalysis & { checked: number }>();
  readonly #words = new WordIndex();
  readonly #reports = new Map<string, readonly { readonly rule: Rule; readonly report: FieldReport }[]>();
  readonly #programs = new Map<string, SymbolicProgram>();
  /** By file and `findingKey`. */
  readonly #claims = new Map<string, Map<string, FindingClaim>>();
  #analyses = 0;
  #generation = 0;

  constructor(workspace: Workspace, configurations: Configurations) {
    this.#workspace = workspace;
    this.#configurations = configurations;
  }

  /** How many functions were analysed so far. */
  get analyses(): number {
    return this.#analyses;
  }

  /** To be called when any text changes. */
  changed(): void {
    this.#generation++;
    this.#reports.clear();
    this.#programs.clear();
  }

  /** Findings of one file, in the order of the text; suppressed ones are marked, those that are switched off left out. */
  diagnose(path: string): readonly Finding[] {
    const file = this.#workspace.file(path);
    if (!file || !this.#configurations.includes(path)) return [];
    const found = applySuppressions(file, this.#find(file), (offset) => this.#functionAt(file, offset));
    return found
      .flatMap((finding): readonly Finding[] => {
        const severity = this.#configurations.level(finding.rule, path) ?? finding.severity;
        return severity === 'off' ? [] : [{ ...finding, severity }];
      })
      .toSorted((a, b) => a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
  }

  #find(file: SourceFile): readonly Finding[] {
    if (file.mentions === 'nothing') return [];
    const claims = new Map<string, FindingClaim>();
    this.#claims.set(file.path, claims);
    const program = new SymbolicProgram(this.#workspace, file.path);
    const found: Finding[] = [];
    const own: Function[] = [];
    for (const lowered of this.#workspace.checkedFunctions(file.path)) {
      // Another arm of an #if tells the same place again, perhaps in other words.
      const seen = new Set<string>();
      for (const variant of lowered.variants) {
        const { findings } = this.#analyze(variant, program);
        const fresh = findings.filter((finding) => !seen.has(placeOf(finding)));
        for (const finding of fresh) {
          seen.add(placeOf(finding));
          const placed = this.#place(file, lowered, finding);
          found.push(placed);
          if (finding.claim)
            claims.set(findingKey(placed), {
              claim: finding.claim,
              source: { file: file.path, function: variant, start: lowered.entry.chunk.start },
            });
        }
      }
      own.push(...lowered.variants);
    }
    found.push(...this.#ofFields(file, own, claims));
    return found;
  }

  /** What a run has to show of a finding; undefined for one without a path of one function. */
  claimOf(finding: Finding): FindingClaim | undefined {
    this.diagnose(finding.file);
    return this.#claims.get(finding.file)?.get(findingKey(finding));
  }

  #functionAt(file: SourceFile, offset: number): string {
    const entries = file.facts?.functions ?? [];
    return entries.find(({ chunk }) => chunk.start <= offset && offset < chunk.end)?.name ?? '';
  }

  /** The functions of a file whose paths were too many to follow each: by name, those that ended at their budget. */
  limits(path: string): { readonly budgetEnded: readonly string[]; readonly merged: number } {
    if ((this.#workspace.file(path)?.mentions ?? 'nothing') === 'nothing') return { budgetEnded: [], merged: 0 };
    const program = new SymbolicProgram(this.#workspace, path);
    const budgetEnded: string[] = [];
    let merged = 0;
    for (const { variants, qualifiedName } of this.#workspace.checkedFunctions(path)) {
      const analyses = variants.map((variant) => this.#analyze(variant, program));
      if (analyses.some((each) => each.budgetEnded)) budgetEnded.push(qualifiedName);
      else if (analyses.some((each) => each.merged)) merged++;
    }
    return { budgetEnded, merged };
  }

  #analyze(fn: Function, program: SymbolicProgram): FunctionAnalysis {
    const kept = this.#kept.get(fn);
    if (kept && (kept.checked === this.#generation || stillHolds(kept.dependencies, program))) {
      kept.checked = this.#generation;
      return kept;
    }
    this.#analyses++;
    const recording = new RecordingProgram(program);
    const checks = touchesMappings(fn, recording) ? rules : touchesReferences(fn, recording) ? everyObject : [];
    const analysis =
      checks.length > 0
        ? analyzeFunction(fn, program, checks, checks === rules ? 'full' : 'less')
        : {
            findings: [],
            budgetEnded: false,
            merged: false,
            fields: noFieldFacts,
            dependencies: recording.dependencies,
          };
    const result = {
      ...analysis,
      // What others than mappings do with fields is not judged.
      fields: checks === rules ? analysis.fields : noFieldFacts,
      dependencies: checks.length > 0 ? [...recording.dependencies, ...analysis.dependencies] : analysis.dependencies,
      checked: this.#generation,
    };
    this.#kept.set(fn, result);
    return result;
  }

  /** What the rules say of fields that these functions of a file take, keep or release something in. */
  #ofFields(file: SourceFile, functions: readonly Function[], claims: Map<string, FindingClaim>): Finding[] {
    const own = new Set(functions);
    const found: Finding[] = [];
    const seen = new Set<string>();
    for (const { fields } of functions.map((fn) => this.#analyze(fn, this.#programOf(file.path))))
      for (const { field } of [...fields.takes, ...fields.releases, ...fields.borrows]) {
        if (field.owner === undefined || seen.has(`${field.owner} ${field.name}`)) continue;
        seen.add(`${field.owner} ${field.name}`);
        for (const { rule, report } of this.#reportsOn({ owner: field.owner, name: field.name }, file.path))
          if (own.has(report.fn)) {
            const placed = this.#placeReport(file, rule, report);
            found.push(placed);
            const claim = this.#claimOf(report);
            if (claim) claims.set(findingKey(placed), claim);
          }
      }
    const places = new Set<string>();
    return found.filter((finding) => {
      const key = `${finding.rule} ${finding.line} ${finding.column} ${finding.endLine} ${finding.endColumn}`;
      return !places.has(key) && places.add(key);
    });
  }

  /** The rules' words about a field, from where one file stands. */
  #reportsOn(
    field: { readonly owner: string; readonly name: string },
    path: string,
  ): readonly { readonly rule: Rule; readonly report: FieldReport }[] {
    const key = `${path} ${field.owner} ${field.name}`;
    let reports = this.#reports.get(key);
    if (!reports) {
      const world = new WorkspaceFields(
        this.#workspace,
        this.#words,
        (file) => this.#programOf(file),
        (fn) => this.#analyze(fn, this.#programOf(this.#workspace.lowerer.home(fn)?.file ?? path)).fields,
      );
      const history = historyOf(field, world, this.#programOf(path));
      reports = history
        ? rules.flatMap((rule) => (rule.checkField?.(history) ?? []).map((report) => ({ rule, report })))
        : [];
      this.#reports.set(key, reports);
    }
    return reports;
  }

  #programOf(path: string): SymbolicProgram {
    let program = this.#programs.get(path);
    if (!program) this.#programs.set(path, (program = new SymbolicProgram(this.#workspace, path)));
    return program;
  }

  #placeReport(file: SourceFile, rule: Rule, { fn, at, message, steps, fix }: FieldReport): Finding {
    // A fix is for the finding's own file.
    const near = fix?.edits.every((edit) => this.#workspace.lowerer.home(edit.fn)?.file === file.path);
    return {
      file: file.path,
      ...rangeOf(file, this.#startOf(fn), at),
      rule: rule.id,
      severity: rule.severity,
      message,
      function: fn.qualifiedName,
      path: steps.flatMap((step) => {
        const home = this.#workspace.file(this.#workspace.lowerer.home(step.fn)?.file ?? '');
        const range = home && rangeOf(home, this.#startOf(step.fn), step.span);
        return home && range ? [{ file: home.path, ...range, message: step.message }] : [];
      }),
      ...(fix &&
        near && {
          fix: {
            title: fix.title,
            edits: fix.edits.map((edit) => ({
              ...rangeOf(file, this.#startOf(edit.fn), edit.span),
              text: edit.text,
            })),
          },
        }),
    };
  }

  #claimOf({ claim }: FieldReport): FindingClaim | undefined {
    const home = claim && this.#workspace.lowerer.home(claim.fn);
    if (!home || claim.blocks.length === 0) return undefined;
    return { claim, source: { file: home.file, function: claim.fn, start: this.#startOf(claim.fn) } };
  }

  /** Where a function's declaration starts in its file. */
  #startOf(fn: Function): number {
    const home = this.#workspace.lowerer.home(fn);
    const entries = this.#workspace.file(home?.file ?? '')?.facts?.functions ?? [];
    return entries.find((entry) => entry.chunk.id === home?.id)?.chunk.start ?? 0;
  }

  #place(file: SourceFile, lowered: LoweredFunction, finding: FunctionAnalysis['findings'][number]): Finding {
    const { start } = lowered.entry.chunk;
    return {
      file: file.path,
      ...rangeOf(file, start, finding.span),
      rule: finding.rule,
      severity: findRule(finding.rule)?.severity ?? 'warning',
      message: finding.message,
      function: lowered.qualifiedName,
      path: finding.path.map((step) => ({
        file: file.path,
        ...rangeOf(file, start, step.span),
        message: step.message,
      })),
      ...(finding.fix && {
        fix: {
          title: finding.fix.title,
          edits: finding.fix.edits.map(({ span, text }) => ({ ...rangeOf(file, start, span), text })),
        },
      }),
    };
  }
}

function findingKey({ rule, line, column, endLine, endColumn, message }: Finding): string {
  return `${rule} ${line}:${column}-${endLine}:${endColumn} ${message}`;
}

function placeOf({ rule, span }: FunctionAnalysis['findings'][number]): string {
  return `${rule} ${span.start} ${span.end}`;
}
