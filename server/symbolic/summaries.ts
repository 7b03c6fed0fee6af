import type { Function } from '../ir/types';
import { has } from '../api/attributes';
import { classOf } from './context';
import { Interpreter } from './interpreter';
import { rootName } from './liveness';
import type { Dependency, Program, Target } from './program';
import { RecordingProgram, stillHolds } from './program';
import { baseOf } from './values';
import { isOwned } from './state';

/** What a call does to the reference of an object that it is given. */
export type Effect =
  /** Nothing: it may look at the object. */
  | 'none'
  | 'releases'
  | 'retains'
  /** Something that can't be told, or that depends: nothing can be claimed about the object afterwards. */
  | 'escapes';

export interface Summary {
  readonly receiver: Effect;
  readonly parameters: readonly Effect[];
  /** 'retained': every result that isn't NULL carries a reference for the caller. */
  readonly returns: 'retained' | 'unknown';
  /** Of such a result: it is what a call of the API answered, NULL where that failed, and nothing has tested it. */
  readonly nullable: boolean;
  /** Names of the fields and globals that it or what it calls may write. */
  readonly writes: 'all' | ReadonlySet<string>;
  /** No path returns. */
  readonly noreturn: boolean;
}

/** How many calls deep bodies are looked into from a function. */
const deepest = 2;
const budget = { instructions: 2000, states: 300 };

const nothing: ReadonlySet<string> = new Set();

interface Kept {
  readonly summary: Summary | undefined;
  readonly dependencies: readonly Dependency[];
}

/** By function and by how many calls deeper its own callees are looked into. A function's code never changes. */
const kept: readonly WeakMap<Function, Kept>[] = Array.from({ length: deepest + 1 }, () => new WeakMap());

/** What workspace functions do, found out from their bodies, a few calls deep. */
export class Summaries {
  readonly #program: Program;
  readonly #levels: number;
  readonly #known = new Map<Function, Summary | undefined>();

  constructor(program: Program, levels = deepest) {
    this.#program = program;
    this.#levels = levels;
  }

  /** Undefined when the body is too deep or too large to be summed up. */
  of(fn: Function): Summary | undefined {
    if (this.#levels === 0) return undefined;
    if (this.#known.has(fn)) return this.#known.get(fn);
    const store = kept[this.#levels]!;
    let entry = store.get(fn);
    // Asking again also notes the questions for whoever needs this summary now.
    if (!entry || !stillHolds(entry.dependencies, this.#program)) {
      const recording = new RecordingProgram(this.#program);
      const summary = new Summaries(recording, this.#levels - 1).#compute(fn);
      entry = { summary, dependencies: recording.dependencies };
      store.set(fn, entry);
    }
    this.#known.set(fn, entry.summary);
    return entry.summary;
  }

  /** What a call does, whichever of the bodies it reaches. */
  ofTarget({ body, bodies }: Target): Summary | undefined {
    if (body) return this.of(body);
    const all = bodies?.map((each) => this.of(each)) ?? [];
    let sum = all[0];
    for (const each of all.slice(1)) sum = sum && each && either(sum, each);
    return sum;
  }

  #compute(fn: Function): Summary | undefined {
    if (fn.gaps.length > 0) return undefined;
    const writes = this.#writes(fn, 0);
    const track: number[] = [];
    fn.locals.slice(0, fn.parameters).forEach((local, index) => {
      if (local.type.kind === 'pointer' && classOf(local.type) !== undefined) track.push(index);
    });
    const quiet = track.length === 0 && classOf(fn.result) === undefined;
    const effects = new Map<number, Effect>();
    let returns = quiet ? fn.blocks.filter((block) => block.terminator.op === 'return').length : 0;
    let retained = 0;
    let other = 0;
    let nullable = false;
    const interpreter = new Interpreter(
      fn,
      this.#program,
      this,
      {
        event: () => undefined,
        returned: (state, value) => {
          returns++;
          for (const local of track) {
            const initial = interpreter.values.initial(interpreter.values.local(local), 0, fn.locals[local]!.type);
            // It isn't there on paths where it is NULL.
            const object = state.objects.get(initial);
            if (!object) continue;
            const effect: Effect =
              object.escaped || object.stored.length > 0 || (value && baseOf(value) === initial)
                ? 'escapes'
                : object.owed === 0
                  ? 'none'
                  : object.owed === -1
                    ? 'releases'
                    : object.owed === 1
                      ? 'retains'
                      : 'escapes';
            const before = effects.get(local);
            effects.set(local, before === undefined || before === effect ? effect : 'escapes');
          }
          if (!value || value.constant === 0n || state.isNull(value)) return;
          const object = state.objects.get(baseOf(value));
          if (object && isOwned(object) && object.owed === 1 && object.stored.length === 0) {
            retained++;
            nullable ||= object.creation?.nullable === true && !object.doubtful && state.mayBeNull(object.value);
          } else other++;
        },
      },
      budget,
    );
    if (!quiet) interpreter.run(track);
    if (interpreter.budgetEnded) return undefined;
    return {
      receiver: fn.class === undefined || fn.static ? 'none' : 'escapes',
      parameters: fn.locals.slice(0, fn.parameters).map((local, index) => {
        if (track.includes(index)) return effects.get(index) ?? 'none';
        return local.type.kind === 'int' || local.type.kind === 'bool' || local.type.kind === 'enum'
          ? 'none'
          : 'escapes';
      }),
      returns: retained > 0 && other === 0 ? 'retained' : 'unknown',
      nullable,
      writes,
      noreturn: returns === 0,
    };
  }

  /** Names that the function may write, calls included. Only what is reachable through other means than locals counts. */
  #writes(fn: Function, depth: number): 'all' | ReadonlySet<string> {
    const names = new Set<string>();
    for (const block of fn.blocks)
      for (const instruction of block.instructions) {
        if (instruction.op === 'opaque' || instruction.op === 'new' || instruction.op === 'delete') return 'all';
        if (instruction.op === 'store') {
          const name = rootName(instruction.place);
          if (name !== undefined) names.add(name);
        }
        if (instruction.op !== 'call') continue;
        const { callee, args } = instruction;
        if (callee.kind === 'constructor' || callee.kind === 'pointer') return 'all';
        let target: Target;
        if (callee.kind === 'function') target = this.#program.findFunction(callee.name, args.length);
        else {
          const className = callee.class ?? classOf(callee.receiver.type);
          if (className === undefined) {
            if ((callee.name === 'release' || callee.name === 'retain') && args.length === 0) continue;
            return 'all';
          }
          target = this.#program.findMethod(className, callee.name, args.length, callee.direct);
        }
        if (target.api && !has(target.api, 'frees')) continue;
        const bodies = target.body ? [target.body] : target.bodies;
        if (!bodies || depth > this.#levels) return 'all';
        for (const body of bodies) {
          const inner = this.#writes(body, depth + 1);
          if (inner === 'all') return 'all';
          for (const name of inner) names.add(name);
        }
      }

    return names.size === 0 ? nothing : names;
  }
}

/** What a call does that reaches one of two bodies. */
function either(a: Summary, b: Summary): Summary {
  const effect = (one: Effect | undefined, other: Effect | undefined): Effect =>
    one !== undefined && one === other ? one : 'escapes';
  return {
    receiver: effect(a.receiver, b.receiver),
    parameters: a.parameters.map((each, index) => effect(each, b.parameters[index])),
    returns: a.returns === b.returns ? a.returns : 'unknown',
    nullable: a.nullable || b.nullable,
    writes: a.writes === 'all' || b.writes === 'all' ? 'all' : new Set([...a.writes, ...b.writes]),
    noreturn: a.noreturn && b.noreturn,
  };
}
