import type { Device } from '../../sim/device';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import type { Task } from '../../sim/task';
import type { Assumption, Outcome, Place } from '../../sim/trace';
import type { Type } from '../ir/types';
import type { Given } from './assume';
import { Interpreter } from './interpreter';
import type { Stage } from './kernel-model';
import { literal } from './literal';
import { ByteState } from './memory';
import type { RunObject } from './objects';
import type { Program, SourceFunction } from './program';
import { defaultSteps, depth, outcomeOf, parameters, returnedAddress, thisObject, valueText } from './run';
import { isPointer, pointed, type Value } from './values';

/** Of an instance whose class may turn out to be a subclass of the one that is known. */
const instanceSize = 4096;

export interface SessionCall {
  readonly source: SourceFunction;
  /** The address of the object; an assumed one where a method gets none. */
  readonly self: bigint | undefined;
  /** By the parameter's index; the others are given by `given`, or assumed. */
  readonly passed: ReadonlyMap<number, bigint>;
  readonly given: Given;
  /** The task whose call the driver serves. */
  readonly caller: Task | undefined;
}

export interface SessionResult {
  readonly outcome: Outcome;
  /** An integer, or an address; undefined where the function returns nothing, or did not return. */
  readonly value: bigint | undefined;
  readonly type: Type;
  readonly assumptions: readonly Assumption[];
  /** The statement that left the function, or in which the run ended. */
  readonly end: { readonly label: string; readonly place: Place | undefined };
}

/**
 * A driver that lives on a machine beside other things: its functions are called one after the other, and its objects,
 * fields and globals last from one call to the next.
 */
export class Session {
  readonly #run: Interpreter;
  readonly #stage: Stage;

  constructor(program: Program, stage: Stage) {
    this.#stage = stage;
    this.#run = new Interpreter(program, stage.machine.profile, {}, { steps: defaultSteps, depth }, stage);
  }

  /** Calls a function. Never throws for what its text says. */
  call({ source, self, passed, given, caller }: SessionCall): SessionResult {
    const run = this.#run;
    const code = source.function;
    run.begin(given);
    run.kernel.caller = caller;
    let returned: Value = 0n;
    let outcome: Outcome;
    try {
      run.at(source, code.nameSpan);
      const object = code.class === undefined || code.static ? 0n : (self ?? thisObject(run, source));
      returned = run.invoke(source, object, parameters(run, source, passed));
      outcome = { kind: 'returned', value: valueText(run, returned, code.result) };
    } catch (thrown) {
      outcome = outcomeOf(thrown);
    }
    const came = outcome.kind === 'returned' && code.result.kind !== 'void';
    const end = outcome.kind === 'returned' ? run.leftAt() : run.here();
    const address = isPointer(code.result) || code.result.kind === 'class' ? returnedAddress(returned) : undefined;
    run.kernel.steps.end(outcome, address ?? 0n);
    for (const assumption of run.assumptions) this.#stage.recorder.assume(assumption);
    return {
      outcome,
      value: came ? (address ?? run.integer(returned)) : undefined,
      type: code.result,
      assumptions: run.assumptions,
      end,
    };
  }

  /** A new instance of a class, zeroed as OSObject::operator new leaves it. */
  instance(className: string, name: string): RunObject {
    const size = Math.max(instanceSize, this.#run.layouts.size({ kind: 'class', name: className }));
    return this.#run.objects.make(className, name, { size });
  }

  /** The provider that a device of the machine is to its driver. */
  provider(device: Device, className: string): RunObject {
    const made = this.#run.objects.make(className, device.name, { assumed: true });
    made.device = device;
    return made;
  }

  taskAddress(task: Task): bigint {
    return this.#run.kernel.taskAddress(task);
  }

  /** The address of an object that the machine has. */
  addressOf(object: MemoryDescriptor | MemoryMap): bigint {
    const className = object.kind === 'map' ? 'IOMemoryMap' : object.class;
    return this.#run.objects.ofSim(object, className).region.base;
  }

  objectAt(address: bigint): RunObject | undefined {
    return this.#run.objects.at(address);
  }

  isKind(className: string, base: string): boolean {
    return this.#run.resolver.isKind(className, base);
  }

  /** An object turns out to be of a subclass. */
  refine(object: RunObject, className: string): void {
    this.#run.objects.refine(object, className);
  }

  /** The body of a class's method, its own or inherited. */
  method(className: string, name: string, args: number): SourceFunction | undefined {
    const target = this.#run.resolver.method(className, className, name, args);
    return target.kind === 'source' ? target.source : undefined;
  }

  /** The type of a field, of a part of it ("fState.ring") or of a pointer's object ("fRing.fMap"); undefined: none. */
  field(object: RunObject, path: string): { readonly address: bigint; readonly type: Type } | undefined {
    const run = this.#run;
    let address = object.region.base;
    let type: Type = { kind: 'class', name: object.class };
    for (const name of path.split('.')) {
      if (isPointer(type)) {
        address = this.load(address, type) ?? 0n;
        type = pointed(type);
        const target = run.objects.at(address);
        if (target) type = { kind: 'class', name: target.class };
        if (address === 0n) return undefined;
      }
      const layout = run.layouts.field(type, name);
      if (!layout) return undefined;
      address += BigInt(layout.offset);
      type = layout.type;
    }
    return { address, type };
  }

  /** Undefined where nothing can be read there. */
  load(address: bigint, type: Type): bigint | undefined {
    const run = this.#run;
    return attempt(() => {
      const value = run.load(address, type, run.access(undefined, ''));
      return type.kind === 'class' ? returnedAddress(value) : run.integer(value);
    });
  }

  /** @param name what holds the value from now on. */
  store(address: bigint, type: Type, value: bigint, name: string): void {
    attempt(() => this.#run.store(address, type, value, this.#run.access(undefined, name)));
  }

  /** Memory for what a function stores through a pointer, zeroed. */
  out(type: Type, name: string): bigint {
    return this.#run.allocate(Math.max(8, this.#run.layouts.size(type)), ByteState.Defined, 'stack', name).base;
  }

  /** A value of the source's: a literal, a constant's name, or several joined with |. */
  constant(text: string): bigint | undefined {
    const value = literal(text, this.#run.program);
    return typeof value === 'bigint' ? value : undefined;
  }
}

/** Undefined where the memory is gone. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    outcomeOf(thrown);
    return undefined;
  }
}
