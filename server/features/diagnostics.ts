import type { Function } from '../ir/types';
import { findRule, rules } from '../rules/index';
import type { FunctionAnalysis } from '../symbolic/analyze';
import { analyzeFunction } from '../symbolic/analyze';
import { RecordingProgram, stillHolds } from '../symbolic/program';
import type { LoweredFunction } from '../workspace/lowered';
import type { SourceFile } from '../workspace/source-file';
import type { Workspace } from '../workspace/workspace';
import { applySuppressions } from './apply-suppressions';
import type { Configurations } from './configurations';
import { rangeOf } from './positions';
import { touchesMappings, touchesReferences } from './relevance';
import type { Finding } from './service';
import { SymbolicProgram } from './symbolic-program';

/** The rules for functions that have to do with kernel objects, but not with mappings. */
const everyObject = rules.filter((rule) => rule.everyObject);

/** Findings of files. What was found in a function is kept as long as its code and the answers it was found with hold. */
export class Diagnostics {
  readonly #workspace: Workspace;
  readonly #configurations: Configurations;
  readonly #kept = new WeakMap<Function, FunctionAnalysis & { checked: number }>();
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
    const program = new SymbolicProgram(this.#workspace, file.path);
    const found: Finding[] = [];
    for (const lowered of this.#workspace.checkedFunctions(file.path)) {
      // Another arm of an #if tells the same place again, perhaps in other words.
      const seen = new Set<string>();
      for (const variant of lowered.variants) {
        const { findings } = this.#analyze(variant, program);
        const fresh = findings.filter((finding) => !seen.has(placeOf(finding)));
        for (const finding of fresh) {
          seen.add(placeOf(finding));
          found.push(this.#place(file, lowered, finding));
        }
      }
    }
    return found;
  }

  #functionAt(file: SourceFile, offset: number): string {
    const entries = file.facts?.functions ?? [];
    return entries.find(({ chunk }) => chunk.start <= offset && offset < chunk.end)?.name ?? '';
  }

  /** How many functions of a file ended at their budget. */
  budgetEnded(path: string): number {
    if ((this.#workspace.file(path)?.mentions ?? 'nothing') === 'nothing') return 0;
    const program = new SymbolicProgram(this.#workspace, path);
    return this.#workspace
      .functions(path)
      .filter((lowered) => lowered.variants.some((variant) => this.#analyze(variant, program).budgetEnded)).length;
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
        : { findings: [], budgetEnded: false, dependencies: recording.dependencies };
    const dependencies =
      checks.length > 0 ? [...recording.dependencies, ...analysis.dependencies] : analysis.dependencies;
    const result = { ...analysis, dependencies, checked: this.#generation };
    this.#kept.set(fn, result);
    return result;
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

function placeOf({ rule, span }: FunctionAnalysis['findings'][number]): string {
  return `${rule} ${span.start} ${span.end}`;
}
