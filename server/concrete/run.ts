import { machineLayout, machineLayouts, type MachineLayout } from '../../sim/profiles';
import { returnName } from '../../sim/returns';
import type { Outcome, Trace } from '../../sim/trace';
import type { Type } from '../ir/types';
import { Halt } from './halt';
import { Interpreter } from './interpreter';
import { ByteState, readInteger } from './memory';
import type { Program, SourceFunction } from './program';
import { Aggregate, isPointer, Unknown, withArticle, type Value } from './values';

export interface RunPlan {
  readonly source: SourceFunction;
  /** Values by the name of a parameter, field, global or call, as C literals ("4096", "0x1000", "NULL", "true"). */
  readonly values?: Readonly<Record<string, string>>;
  /** A machine profile by its name; the default machine where it is left out or unknown. */
  readonly machine?: string;
  /** Instructions that the run may execute, 2,000,000 where it is left out. */
  readonly steps?: number;
  /** See `Limits`. */
  readonly hot?: number;
  /** Told of every assertion that is evaluated, and whether it holds. */
  readonly asserted?: (holds: boolean) => void;
}

export const defaultSteps = 2_000_000;
/** Calls inside of calls; the JavaScript stack holds a few times as many. */
export const depth = 200;

/**
 * Runs one function of the workspace on a fresh machine. Never throws for what a text says: what goes wrong in the code
 * is the trace's outcome.
 */
export function runFunction(program: Program, plan: RunPlan): Trace {
  const layout: MachineLayout = machineLayout(plan.machine ?? '') ?? machineLayouts[0]!;
  const run = new Interpreter(program, layout.profile, plan.values ?? {}, {
    steps: plan.steps ?? defaultSteps,
    depth,
    ...(plan.hot === undefined ? {} : { hot: plan.hot }),
  });
  run.asserted = plan.asserted;
  const code = plan.source.function;
  const namePlace = run.place(plan.source, code.nameSpan);
  let returned: Value = 0n;
  let outcome: Outcome;
  try {
    run.at(plan.source, code.nameSpan);
    const self = code.class !== undefined && !code.static ? thisObject(run, plan.source) : 0n;
    const args = parameters(run, plan.source);
    run.kernel.steps.start(code.qualifiedName, namePlace);
    returned = run.invoke(plan.source, self, args);
    outcome = { kind: 'returned', value: valueText(run, returned, code.result) };
  } catch (thrown) {
    outcome = outcomeOf(thrown);
  }
  const end = outcome.kind === 'returned' ? run.leftAt() : run.here();
  return run.kernel.steps.finish(
    outcome,
    {
      label: end.label,
      ...((end.place ?? namePlace) ? { place: end.place ?? namePlace! } : {}),
    },
    returnedAddress(returned),
  );
}

/** How a run ended that something thrown ended. */
export function outcomeOf(thrown: unknown): Outcome {
  if (thrown instanceof Halt) return thrown.outcome;
  // The JavaScript stack or heap ends before the run's own limits do only for code that nobody wrote.
  if (thrown instanceof RangeError) return { kind: 'budget', reason: 'more stack or memory than a run may have' };
  throw thrown;
}

/** The pointer in what was returned, raw or smart. */
export function returnedAddress(value: Value): bigint {
  if (value instanceof Aggregate) return value.bytes.length === 8 ? readInteger(value.bytes, 0, 8) : 0n;
  return typeof value === 'bigint' ? value : 0n;
}

/** The methods that IOKit calls on an object before any other: init(), initWithTask(); not initHardware(). */
const initialiser = /^init(?:$|(?:With|For|From)(?:[A-Z]|$))/;

/** An object of the method's class. Before init() its fields are zero; later they hold what the run assumes. */
export function thisObject(run: Interpreter, source: SourceFunction): bigint {
  const { class: className = '', name } = source.function;
  const simulated = run.kernel.assumedObject(className, 'this');
  if (simulated) {
    run.assume('this', simulated.text, run.place(source, source.function.nameSpan));
    return simulated.address;
  }
  const fresh = initialiser.test(name) || name === className.slice(className.lastIndexOf(':') + 1);
  return run.objects.make(className, 'this', { assumed: true, zero: fresh }).region.base;
}

/** The arguments: given by the caller or the plan, else assumed by type and name. */
export function parameters(
  run: Interpreter,
  source: SourceFunction,
  passed: ReadonlyMap<number, bigint> = new Map(),
): Value[] {
  const code = source.function;
  const args: Value[] = [];
  for (let index = 0; index < code.parameters; index++) {
    const { name, type } = code.locals[index]!;
    const given = passed.get(index) ?? run.assumer.given(name, type);
    if (given !== undefined) args.push(given);
    // A number takes its value where the code first looks at it, so that what the code expects can be assumed.
    else if (type.kind === 'int' || type.kind === 'bool' || type.kind === 'enum')
      args.push(new Unknown(name, name, type, run.place(source, code.locals[index]!.span)));
    else if (type.kind === 'class') args.push(aggregate(run, type));
    else args.push(run.settle(new Unknown(name, name, type, run.place(source, code.locals[index]!.span)), type, {}));
  }
  return args;
}

function aggregate(run: Interpreter, type: Type): Aggregate {
  const size = run.layouts.size(type);
  return new Aggregate(new Uint8Array(size), new Uint8Array(size).fill(ByteState.Assumed));
}

/** A value as a reader wants it: names for return codes and objects. */
export function valueText(run: Interpreter, value: Value, type: Type): string {
  if (type.kind === 'void') return '';
  const known = run.settleValue(value, type);
  if (known instanceof Aggregate) return type.kind === 'class' ? withArticle(type.name) : '';
  if (type.kind === 'bool') return known === 0n ? 'false' : 'true';
  if (isPointer(type)) {
    if (known === 0n) return 'NULL';
    const object = typeof known === 'bigint' ? run.objects.at(known) : undefined;
    return object ? (object.sim?.name ?? object.region.name) : `0x${known.toString(16)}`;
  }
  if (type.kind === 'int' && (type.name === 'IOReturn' || type.name === 'kern_return_t')) {
    const code = Number(BigInt.asUintN(32, run.integer(known)));
    return code === 0 && type.name === 'IOReturn' ? 'kIOReturnSuccess' : returnName(code);
  }
  return String(known);
}
