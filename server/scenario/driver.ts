import type { Device } from '../../sim/device';
import type { KernelObject } from '../../sim/kernel-object';
import type { Machine } from '../../sim/machine';
import type { Recorder } from '../../sim/recorder';
import type { Task } from '../../sim/task';
import type { Assumption, Outcome, Place } from '../../sim/trace';
import type { ClientMemoryAnswer } from '../../sim/user-client';

/**
 * What a scenario asks of whatever runs its driver. The scenario knows no source text and no language; who runs it hands
 * it a `DriverHost` (server/features/scenario-driver.ts).
 */
export interface DriverHost {
  /** The texts that a member of "sources" stands for: how many there are; 0 where none can be read. */
  count(source: string): number;
  /** A driver of those sources, on a machine of its own. */
  start(sources: readonly string[], machine: Machine, recorder: Recorder): Driver;
}

/** A driver on a machine: its instances and globals last as long as the machine does. */
export interface Driver {
  /**
   * A function by its name, with or without its class.
   * @param source one of the sources, where the function is to be found in that one.
   * @returns or one line on why there is none.
   */
  find(name: string, source?: string): DriverFunction | string;
  /** Runs a function; its steps go to the recorder. */
  run(target: DriverFunction, plan: DriverPlan): DriverResult;
  instance(name: string): DriverInstance | undefined;
  /** The instance of that name, made where there is none yet; or one line on why the function is not for it. */
  receiver(name: string, target: DriverFunction): DriverInstance | string;
  /** Whether a value can be a parameter's or field's; one line on why not. */
  mismatch(value: DriverValue, type: DriverType): string | undefined;
  /** A field of an instance, also a part of one ("fState.ring"). */
  field(instance: DriverInstance, path: string): DriverField | undefined;
  setField(field: DriverField, value: DriverValue): void;
  /** What a field has now. */
  value(field: DriverField): DriverValue;
  /** What "outcome" means to the source: a literal, or a constant's name, or several joined with |. */
  constant(text: string): bigint | undefined;
  /** Whether the instance has a clientMemoryForType() of its own. */
  servesMemory(instance: DriverInstance): boolean;
  /** Calls it. `ended` is how the call ended where it did not return. */
  clientMemory(
    instance: DriverInstance,
    type: number,
    caller: Task,
  ): ClientMemoryAnswer | { readonly kind: 'ended'; readonly outcome: Outcome };
}

/** A function that can be run; what it is beyond this is the host's own business. */
export interface DriverFunction {
  /** Qualified. */
  readonly name: string;
  /** Whether it runs on an instance. */
  readonly method: boolean;
  readonly parameters: readonly { readonly name: string; readonly type: DriverType }[];
}

/** A type, as far as a scenario has to know it. */
export interface DriverType {
  /** As the source writes it. */
  readonly text: string;
  readonly takes: 'number' | 'pointer' | 'other';
}

export interface DriverInstance {
  readonly name: string;
  readonly class: string;
}

export interface DriverField {
  readonly path: string;
  readonly type: DriverType;
}

export type DriverValue =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'null' }
  | { readonly kind: 'object'; readonly object: KernelObject }
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'device'; readonly device: Device }
  | { readonly kind: 'instance'; readonly instance: DriverInstance }
  /** Memory for what the function stores through a pointer; the result's `outs` have it by this name. */
  | { readonly kind: 'out'; readonly name: string };

export interface DriverPlan {
  readonly instance: DriverInstance | undefined;
  /** By the parameter's index. */
  readonly passed: ReadonlyMap<number, DriverValue>;
  /** C literals by the name of a parameter, field, global or call, where nothing in the code gives a value. */
  readonly values: Readonly<Record<string, string>>;
  /** The task whose call the driver serves. */
  readonly caller: Task | undefined;
}

export interface DriverResult {
  readonly outcome: Outcome;
  /** Absent where the function returns nothing, or did not return. */
  readonly returned: DriverValue | undefined;
  /** The returned value is an IOReturn or kern_return_t. */
  readonly isCode: boolean;
  readonly outs: ReadonlyMap<string, DriverValue>;
  readonly assumptions: readonly Assumption[];
  /** The statement that left the function, or in which the run ended. */
  readonly end: { readonly label: string; readonly place: Place | undefined };
}

/** How the trace calls the holder of a reference that a function returned. */
export const returnedHolder = 'the returned value (driver)';
