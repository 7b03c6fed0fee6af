import type { Node } from 'jsonc-parser';
import type { Assumption, Outcome } from '../../sim/trace';
import type { Task } from '../../sim/task';
import type { KernelObject } from '../../sim/kernel-object';
import type { DriverValue } from './driver';
import type { Field } from './fields';
import type { JsonSchema } from './json-schema';
import type { AllocatedMemory } from './names';
import type { Scope } from './scope';

/**
 * A verb: what a step can do. It is data and one function; the runner, the JSON Schema and the reference are made from
 * it. A verb that makes something (`makes`) gets the new name in `call.name`; another one reads its object through
 * `subject`.
 */
export interface Verb {
  readonly name: string;
  /** Which part of the reference it stands in. */
  readonly family: VerbFamily;
  /** What it does, with the kernel function that it calls. */
  readonly description: string;
  /** What the verb's own value is. */
  readonly subject: Field<unknown> | undefined;
  readonly makes: boolean;
  readonly fields: Readonly<Record<string, Field<unknown>>>;
  /** The outcomes that it can have besides the common ones. "code" stands for the names of return codes. */
  readonly outcomes: readonly string[];
  run(values: Readonly<Record<string, unknown>>, call: Call): StepResult | undefined;
}

export type VerbFamily = 'making' | 'mapping' | 'lifetime' | 'memory' | 'clients' | 'DriverKit' | 'driver' | 'other';

export interface Call {
  readonly scope: Scope;
  /** The whole step. */
  readonly step: Node;
  /** The new name, of a verb that makes something; else the verb's value where it is a string. */
  readonly name: string;
  readonly nameNode: Node;
}

/** What a step did; expectations are about this. */
export interface StepResult {
  /** The outcome's word: "new", "NULL", "kIOReturnSuccess", "freed", "panic", "fault" … */
  readonly outcome: string;
  /** Of a call that returns a code. */
  readonly code?: number;
  /** The machine's word for why: NullReason, the panic's or the fault's reason. */
  readonly reason?: string;
  /** The machine's sentence. */
  readonly why?: string;
  /** What members such as address, length or retainCount speak of. */
  readonly about?: About;
  readonly value?: bigint;
  readonly bytes?: Uint8Array;
  /** The address of a fault. */
  readonly at?: bigint;
  /** Of a call that answers a range: what address and length speak of. */
  readonly range?: { readonly address: bigint; readonly length: bigint };
  /** Of a run of the driver's code: what it returned, and what it had to assume. */
  readonly returned?: DriverValue;
  readonly assumed?: readonly Assumption[];
  /** How the run ended that did not return: nothing can follow. */
  readonly ends?: Outcome;
}

export type About =
  | { readonly kind: 'object'; readonly object: KernelObject }
  | { readonly kind: 'task'; readonly task: Task }
  | AllocatedMemory;

type Values<F extends Readonly<Record<string, Field<unknown>>>> = {
  readonly [K in keyof F]: F[K] extends { readonly required: true; read(...args: never[]): infer T }
    ? Exclude<T, undefined>
    : F[K] extends Field<infer T>
      ? T | undefined
      : never;
};

/** Fields by name, with their types. */
export interface VerbDefinition<F extends Readonly<Record<string, Field<unknown>>>, S> {
  readonly name: string;
  readonly family: VerbFamily;
  readonly description: string;
  readonly fields: F;
  readonly outcomes?: readonly string[];
  /** Undefined: a problem was told. */
  run(values: Values<F> & { readonly subject: S }, call: Call): StepResult | undefined;
}

/** A verb whose value is the name of something that there is. */
export function verb<const F extends Readonly<Record<string, Field<unknown>>>, S>(
  subject: Field<S>,
  definition: VerbDefinition<F, S>,
): Verb {
  return {
    ...definition,
    subject,
    makes: false,
    outcomes: definition.outcomes ?? [],
    run: (values, call) => definition.run(values as unknown as Values<F> & { readonly subject: S }, call),
  };
}

/** A verb whose value is the name of something new. */
export function makingVerb<const F extends Readonly<Record<string, Field<unknown>>>>(
  definition: VerbDefinition<F, undefined>,
): Verb {
  return {
    ...definition,
    subject: undefined,
    makes: true,
    outcomes: definition.outcomes ?? [],
    run: (values, call) => definition.run(values as unknown as Values<F> & { readonly subject: undefined }, call),
  };
}

/** The schema of the verb's own value. */
export function subjectSchema(of: Verb): JsonSchema {
  return of.subject?.schema ?? { $ref: '#/definitions/name', description: 'The new name.' };
}

/** The outcomes that every verb can have. */
export const commonOutcomes: readonly string[] = ['use-after-free', 'panic', 'fault', 'not-modelled'];
