import type { BlockId, Expr, Instruction, Place, Terminator, Type } from '../../ir/types';
import { compileAddress, compileExpr, rootIsValue, type Context } from '../compile-expr';
import type { Frame } from '../frame';
import type { Interpreter } from '../interpreter';
import { Aggregate, isPointer, Unknown, type Value } from '../values';
import { mayFail } from './answers';
import type { Choice } from './choices';
import type { Definition, Guide } from './guide';
import {
  all,
  candidates,
  fails,
  holds,
  isCode,
  isComparison,
  isSymmetric,
  mirror,
  opposite,
  undo,
  undoMask,
  type Want,
} from './wants';

/** A choice to make otherwise, with the values that would do. */
export interface Option {
  readonly choice: Choice;
  readonly values: readonly (bigint | 'unread')[];
}

/** Numbers that calls take more often than 0: a base address register, a page, one. */
const usual: readonly bigint[] = [0x10n, 0x1000n, 1n];
/** How far back a value is traced. */
const farthest = 12;
/** Of these, so many are tried before the call is taken as answered. */
const mostFlips = 3;
/** Choices within a call of the workspace that are tried. */
const mostWithin = 12;

/** Makes branches of the function itself go one way: finds what their conditions hang on, and chooses it. */
export class Steering {
  readonly #run: Interpreter;
  readonly #guide: Guide;
  readonly #frame: Frame;
  readonly #context: Context;
  readonly #asked = new Set<string>();

  constructor(run: Interpreter, guide: Guide, frame: Frame) {
    this.#run = run;
    this.#guide = guide;
    this.#frame = frame;
    this.#context = { run, source: frame.code.source, storage: frame.code.storage };
  }

  /**
   * Chooses what is open yet. Yields what was chosen before and would have to be otherwise, and the names of what was
   * asked (see `defines`).
   */
  steer(
    terminator: Terminator,
    to: BlockId,
  ): { readonly options: readonly Option[]; readonly asked: ReadonlySet<string> } {
    this.#asked.clear();
    return { options: this.#steer(terminator, to), asked: new Set(this.#asked) };
  }

  #steer(terminator: Terminator, to: BlockId): readonly Option[] {
    switch (terminator.op) {
      case 'branch':
        if (terminator.then === terminator.else) return [];
        return this.#decide(terminator.condition, terminator.then === to, 0);
      case 'switch': {
        const one = terminator.cases.find((each) => each.to === to);
        const value = (expr: Expr): bigint => this.#integer(expr);
        if (one) return this.#demand(terminator.value, [value(one.low)], 0);
        const taken = new Set(terminator.cases.map(({ low }) => value(low)));
        let free = 0n;
        while (taken.has(free)) free++;
        return this.#demand(terminator.value, [free], 0);
      }
      case 'jump':
      case 'return':
      case 'unreachable':
        return [];
    }
  }

  /** Under which names an instruction defines something. */
  defines(instruction: Instruction): readonly string[] {
    switch (instruction.op) {
      case 'set':
      case 'new':
        return [`t${String(instruction.temp)}`];
      case 'store':
        return [this.#nameOf(instruction.place)];
      case 'call': {
        const { callee, temp, args } = instruction;
        const names = temp === undefined ? [] : [`t${String(temp)}`];
        if (callee.kind === 'constructor' && callee.object?.op === 'address')
          names.push(this.#nameOf(callee.object.place));
        for (const arg of args) if (arg.op === 'address') names.push(this.#nameOf(arg.place));
        return names;
      }
      case 'begin':
      case 'delete':
      case 'end':
      case 'opaque':
        return [];
    }
  }

  #nameOf(place: Place): string {
    if (place.kind === 'local') return `l${String(place.local)}`;
    return `p${this.#run.sourceText(this.#frame.code.source, place.span).replace(/^this->/, '')}`;
  }

  /** A condition is to be true, or false. */
  #decide(expr: Expr, truth: boolean, depth: number): readonly Option[] {
    if (depth > farthest) return [];
    if (expr.op === 'unary' && expr.operator === '!') return this.#decide(expr.value, !truth, depth + 1);
    if (expr.op === 'cast') return this.#decide(expr.value, truth, depth + 1);
    if (expr.op === 'binary' && isComparison(expr.operator)) {
      const { left, right, operator } = expr;
      const want = (than: bigint): Want => (truth ? { operator, than } : opposite({ operator, than }));
      if (this.#isOpen(left)) {
        const options = this.#demand(left, candidates(want(this.#integer(right)), left.type), depth + 1);
        if (options.length > 0 || !this.#isOpen(right)) return options;
      }
      const { than, operator: meant } = want(this.#integer(left));
      return this.#demand(right, candidates({ operator: mirror(meant), than }, right.type), depth + 1);
    }
    return this.#demand(expr, candidates(truth ? holds : fails, expr.type), depth);
  }

  /** An expression is to have one of these values. */
  #demand(expr: Expr, values: readonly bigint[], depth: number, mask = all): readonly Option[] {
    if (depth > farthest || values.length === 0) return [];
    switch (expr.op) {
      case 'cast':
      case 'pointee':
        return this.#demand(expr.value, values, depth + 1, mask);
      case 'unary':
        if (expr.operator === '-')
          return this.#demand(
            expr.value,
            values.map((value) => -value),
            depth + 1,
          );
        return expr.operator === '!' ? this.#decide(expr.value, values[0] === 0n, depth + 1) : [];
      case 'binary': {
        if (isComparison(expr.operator)) return this.#decide(expr, values[0] !== 0n, depth + 1);
        const { left, right, operator } = expr;
        for (const [open, closed] of [[left, right] as const, [right, left] as const]) {
          if (!this.#isOpen(open) || (open === right && !isSymmetric(operator))) continue;
          const by = this.#integer(closed);
          const before = undo(operator, values, by);
          const options = before ? this.#demand(open, before, depth + 1, undoMask(operator, mask, by)) : [];
          if (options.length > 0) return options;
        }
        return [];
      }
      case 'temp': {
        const value = this.#frame.temps[expr.temp];
        if (value instanceof Unknown) return this.#ofUnknown(value, expr.type, values, mask);
        return this.#ofDefinition(`t${String(expr.temp)}`, values, depth + 1, mask);
      }
      case 'name': {
        const value = compileExpr(this.#context, expr)(this.#frame);
        return value instanceof Unknown ? this.#ofUnknown(value, expr.type, values, mask) : [];
      }
      case 'load':
        return this.#ofPlace(expr, expr.place, values, depth + 1, mask);
      default:
        return [];
    }
  }

  #ofPlace(expr: Expr, place: Place, values: readonly bigint[], depth: number, mask: bigint): readonly Option[] {
    if (place.kind === 'value') return this.#demand(place.value, values, depth, mask);
    if (rootIsValue(place)) return [];
    this.#asked.add(this.#nameOf(place));
    if (place.kind === 'local' && this.#context.storage[place.local] === 'register') {
      const value = this.#frame.registers[place.local];
      if (value instanceof Unknown) return this.#ofUnknown(value, expr.type, values, mask);
      const defined = this.#ofDefinition(`l${String(place.local)}`, values, depth, mask);
      if (defined.length > 0 || place.local >= this.#frame.code.function.parameters) return defined;
      const { name } = this.#frame.code.function.locals[place.local]!;
      const choice = this.#guide.choices.made.find((each) => each.kind === 'value' && each.what === name);
      return choice ? [{ choice, values: this.#keeping(value, values, mask) }] : [];
    }
    const load = compileExpr(this.#context, expr);
    const address = compileAddress(this.#context, place)(this.#frame);
    const open = this.#guide.settleMemory(address, () => load(this.#frame), values[0]!);
    const choice = this.#guide.ofMemory.get(address);
    if (open && choice) return [{ choice, values: values.slice(1) }];
    const defined = this.#ofDefinition(this.#nameOf(place), values, depth, mask);
    if (defined.length > 0) return defined;
    return choice ? [{ choice, values: this.#keeping(load(this.#frame), values, mask) }] : [];
  }

  #ofUnknown(unknown: Unknown, type: Type, values: readonly bigint[], mask: bigint): readonly Option[] {
    const open = unknown.value === undefined && unknown.reason === undefined && unknown.neverSet === undefined;
    if (open) this.#guide.settle(unknown, type, values[0]!);
    const choice = this.#guide.ofUnknown.get(unknown);
    return choice ? [{ choice, values: open ? values.slice(1) : this.#keeping(unknown.value, values, mask) }] : [];
  }

  /** Values that differ from the present one only in the bits that matter. */
  #keeping(present: Value | undefined, values: readonly bigint[], mask: bigint): readonly bigint[] {
    if (mask === all || typeof present !== 'bigint') return values;
    return values.map((value) => (present & ~mask) | (value & mask));
  }

  #ofDefinition(name: string, values: readonly bigint[], depth: number, mask = all): readonly Option[] {
    const definition = this.#guide.definitions.get(name);
    if (!definition) return [];
    const { instruction } = definition;
    switch (instruction.op) {
      case 'set':
      case 'store':
        return this.#demand(instruction.value, values, depth, mask);
      case 'call':
        return this.#ofCall(definition, instruction, values, depth, mask);
      default:
        return [];
    }
  }

  #ofCall(
    { answer, from, to }: Definition,
    { args }: Instruction & { op: 'call' },
    values: readonly bigint[],
    depth: number,
    mask: bigint,
  ): readonly Option[] {
    const first = args[0];
    if (!answer) return first ? this.#demand(first, values, depth) : [];
    const { choice, target, site } = answer;
    const own: Option = { choice, values: target.kind === 'kernel' ? this.#failing(values, site.result) : ['unread'] };
    if (target.kind === 'kernel') {
      const options = mayFail(site) && own.values.length > 0 ? [own] : [];
      const cast = /^OS(Dynamic|Required)Cast\b/.test(target.name) && first ? this.#demand(first, values, depth) : [];
      return [
        ...options,
        ...cast,
        ...this.#ofArguments(args, values),
        ...this.#ofMemory(site.receiver, target.name, values, mask),
      ];
    }
    const { made } = this.#guide.choices;
    const within = made.slice(from, Math.min(to, from + mostWithin)).filter((each) => each !== choice);
    const flips = within.flatMap((each): Option[] => {
      if (each.kind === 'answer') {
        const possible = this.#guide.failures(each);
        return possible.length > 0 ? [{ choice: each, values: possible }] : [];
      }
      return each.kind === 'value' ? [{ choice: each, values: [0n, 1n, ...candidates(holds, each.type)] }] : [];
    });
    // Something is to be found that it does not find in what the run assumes.
    const before = isPointer(site.result) && !values.includes(0n) ? 0 : mostFlips;
    return [...flips.slice(0, before), own, ...flips.slice(before)];
  }

  /** Of a call that the model answers, only its failure can be chosen. */
  #failing(values: readonly bigint[], type: Type): readonly bigint[] {
    if (isPointer(type) || type.kind === 'class' || type.kind === 'unknown')
      return values.filter((value) => value === 0n);
    if (type.kind === 'bool') return values.filter((value) => value === 0n || value === 1n);
    return isCode(type) ? values.filter((value) => value !== 0n) : values;
  }

  /** A call of the model fails for what it is given, and has to succeed. */
  #ofArguments(args: readonly Expr[], values: readonly bigint[]): readonly Option[] {
    if (values.includes(0n)) return [];
    return args.flatMap((arg) =>
      arg.type.kind === 'int' && this.#isOpen(arg) ? this.#demand(arg, usual, farthest - 2) : [],
    );
  }

  /** The length, or the physical address, of a descriptor that the run assumed to exist, or of a map of it. */
  #ofMemory(receiver: bigint, name: string, values: readonly bigint[], mask: bigint): readonly Option[] {
    const sim = this.#run.objects.at(receiver)?.sim;
    const memory = sim?.kind === 'map' ? sim.memory : sim;
    const assumed = memory && this.#guide.memory.get(memory);
    if (!assumed) return [];
    if (/::getLength$/.test(name)) return [{ choice: assumed.length, values: values.filter((value) => value > 0n) }];
    if (!/::getPhysicalAddress$/.test(name) || !assumed.base) return [];
    const present = memory.ranges[0]?.address ?? 0n;
    return [{ choice: assumed.base, values: this.#keeping(present, values, mask) }];
  }

  /** Whether something in an expression can be chosen. */
  #isOpen(expr: Expr): boolean {
    switch (expr.op) {
      case 'temp':
      case 'load':
      case 'name':
        return true;
      case 'cast':
      case 'pointee':
      case 'unary':
        return this.#isOpen(expr.value);
      case 'binary':
        return this.#isOpen(expr.left) || this.#isOpen(expr.right);
      default:
        return false;
    }
  }

  #integer(expr: Expr): bigint {
    const value = compileExpr(this.#context, expr)(this.#frame);
    const known = this.#run.settleValue(value, expr.type);
    return known instanceof Aggregate ? 0n : this.#run.integer(known);
  }
}
