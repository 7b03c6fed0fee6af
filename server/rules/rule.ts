import type { Check, Report } from '../symbolic/events';
import type { FieldHistory, FieldReport } from '../symbolic/field-history';

export type Severity = 'error' | 'warning' | 'info';

/** How sure a finding is, by the rule's nature: see section J of the semantics that `semantics` refers to. */
export type Confidence = 'certain' | 'high' | 'medium';

/** What is told of a rule. Its examples are its tests, its page (docs/rules) and its hover. */
export interface RuleDescription {
  /** Stable, kebab-case; what suppressions and settings name. */
  readonly id: string;
  readonly title: string;
  /** What only a look at the whole class tells: all that the workspace does with one field. */
  checkField?(history: FieldHistory): readonly FieldReport[];
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Entries of the misuse catalogue that it finds; none for rules about suppressions. */
  readonly semantics: readonly string[];
  /** It speaks about every counted object, also in functions that have nothing to do with mappings. */
  readonly everyObject?: true;
  /** What its quick fix does, where it offers one: "adds `kIOMapAnywhere`". */
  readonly fix?: string;
  /** Why it matters and what to do; Markdown. */
  readonly explanation: string;
  readonly examples: {
    /** Nothing is reported here by any rule. */
    readonly good: readonly Example[];
    /** The expected squiggle is drawn under the line: `//  ^^^^ warning: first line of the message`. */
    readonly bad: readonly Example[];
  };
}

/** A rule about code. It sees what the interpreter says happens on a path and what the API declares, never a syntax tree. */
export interface Rule extends RuleDescription, Check {}

export interface Example {
  readonly title: string;
  readonly source: string;
}

/** For a rule that looks at fields only. */
export function nothing(): Report | undefined {
  return undefined;
}
