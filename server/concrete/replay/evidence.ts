import type { Claim } from '../../ir/claim';
import type { Expr, Function, Instruction, Type } from '../../ir/types';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { Outcome } from '../../../sim/trace';
import { compileAddress, compileInteger, isSmart, type Context } from '../compile-expr';
import type { Frame } from '../frame';
import type { Interpreter } from '../interpreter';
import type { RunObject } from '../objects';
import { pointed } from '../values';
import { holdsAddress, referencesLeft, type Besides } from './held';

type Span = Function['span'];

/** What a guided run shows of its claim. */
export class Evidence {
  readonly #claim: Claim;
  #run!: Interpreter;
  #frame!: Frame;
  /** The object's address; 0 where it is NULL. */
  #subject: bigint | undefined;
  /** Of the object, where it is a map. */
  #range: { readonly start: bigint; readonly end: bigint } | undefined;
  /** How often its memory was wired when it came into view. */
  #wired = 0;
  /** The descriptors that a method was called on, with how often their memory was wired before. */
  readonly #met = new Map<MemoryDescriptor, number>();
  #shown = false;
  /** The place of the claim was reached. */
  reached = false;

  constructor(claim: Claim) {
    this.#claim = claim;
  }

  attach(run: Interpreter): void {
    this.#run = run;
  }

  begin(frame: Frame): void {
    this.#frame = frame;
    const { subject } = this.#claim;
    if (subject?.kind === 'parameter') {
      const value = frame.registers[subject.local];
      if (typeof value === 'bigint') this.made(value);
    }
    if (subject?.kind !== 'field') return;
    const held = this.#field(subject.name);
    if (held !== undefined) this.made(held);
  }

  /** What a field of the object holds when its method begins. */
  #field(name: string): bigint | undefined {
    const run = this.#run;
    const className = this.#frame.code.function.class;
    if (className === undefined) return undefined;
    const layout = run.layouts.field({ kind: 'class', name: className }, name);
    if (!layout || layout.type.kind !== 'pointer') return undefined;
    const value = run.load(this.#frame.self + BigInt(layout.offset), layout.type, run.access(undefined, name));
    return run.integer(value);
  }

  /** Whether an instruction makes the object. */
  isMaking(instruction: Instruction): boolean {
    const { subject } = this.#claim;
    if (subject?.kind !== 'made' || (instruction.op !== 'call' && instruction.op !== 'new')) return false;
    return equal(instruction.span, subject.at) || this.#outArgument(instruction) !== undefined;
  }

  /** Where the call that makes the object stores it, if not as its result. */
  outOf(instruction: Instruction, frame: Frame): { readonly address: bigint; readonly type: Type } | undefined {
    const arg = this.#outArgument(instruction);
    if (!arg) return undefined;
    const context: Context = { run: this.#run, source: frame.code.source, storage: frame.code.storage };
    return { address: compileInteger(context, arg)(frame), type: pointed(arg.type) };
  }

  #outArgument(instruction: Instruction): Expr | undefined {
    const { subject } = this.#claim;
    if (subject?.kind !== 'made' || instruction.op !== 'call') return undefined;
    const outs = instruction.args.filter(({ type }) => type.kind === 'pointer' && isObjectPointer(type.to));
    const told = outs.find(({ span }) => equal(span, subject.at));
    if (told || !equal(instruction.span, subject.at)) return told;
    // Of a call whose result is no object.
    return isObjectPointer(instruction.type) ? undefined : outs[0];
  }

  /** An instruction is about to store over what the claim is about, or to call it. */
  meeting(instruction: Instruction, frame: Frame): void {
    const { subject } = this.#claim;
    if (!subject || !('at' in subject) || !equal(instruction.span, subject.at)) return;
    const run = this.#run;
    const context: Context = { run, source: frame.code.source, storage: frame.code.storage };
    if (subject.kind === 'overwritten' && instruction.op === 'store') {
      const address = compileAddress(context, instruction.place)(frame);
      this.made(run.integer(run.load(address, instruction.place.type, run.access(undefined, ''))));
    } else if (subject.kind === 'receiver' && instruction.op === 'call' && instruction.callee.kind === 'method') {
      this.made(compileInteger(context, instruction.callee.receiver)(frame));
      if (this.#memory && !this.#met.has(this.#memory)) this.#met.set(this.#memory, this.#wired);
    }
  }

  made(address: bigint): void {
    this.#subject = address;
    const sim = this.#object?.sim;
    this.#wired = this.#memory?.wireCount ?? 0;
    this.#range = sim?.kind === 'map' ? { start: sim.address, end: sim.address + sim.length } : undefined;
  }

  get #object(): RunObject | undefined {
    return this.#subject === undefined ? undefined : this.#run.objects.at(this.#subject);
  }

  /** An instruction or the end of a block at the end of the way is about to run. */
  before(span: Span): void {
    if (!this.#touches(span)) return;
    this.reached = true;
    switch (this.#claim.what) {
      case 'gone':
        this.#shown ||= this.#isGone();
        break;
      case 'not-prepared':
        this.#shown ||= this.#memory !== undefined && this.#memory.wireCount <= this.#wired;
        break;
      case 'unprepared':
        this.#shown ||= this.#memory !== undefined && !this.#memory.physical && this.#memory.wireCount === 0;
        break;
      case 'with-memory':
        this.#shown ||= this.#object?.dma?.memory !== undefined;
        break;
      default:
    }
  }

  after(span: Span): void {
    if (this.#touches(span)) this.reached = true;
  }

  #touches(span: Span): boolean {
    const { at } = this.#claim;
    return span.start < at.end && at.start < span.end;
  }

  #isGone(): boolean {
    const object = this.#object;
    if (!object) return false;
    const { sim } = object;
    // What existed before may have other holders; of the reference that was its own, none is left.
    if (!sim) return object.freed || (object.assumed && object.references <= 0);
    return sim.freed || (sim.kind === 'map' && (!sim.alive || sim.blocks !== undefined));
  }

  /** The descriptor, also where the object is a map of it. */
  get #memory(): MemoryDescriptor | undefined {
    const sim = this.#object?.sim;
    return sim?.kind === 'map' ? sim.memory : sim;
  }

  /**
   * Whether the run shows what is claimed, now that it is over. `current`: the instruction of the function itself that
   * ran last.
   */
  shows(outcome: Outcome, current: Span | undefined, returned: bigint, defects: ReadonlySet<string>): boolean {
    const object = this.#object;
    switch (this.#claim.what) {
      case 'lost':
        return object !== undefined && referencesLeft(this.#run, object, returned, this.#besides(object)) > 0;
      case 'lost-with-instance':
        return (
          outcome.kind === 'returned' &&
          object !== undefined &&
          referencesLeft(this.#run, object, returned, { gone: this.#frame.self }) > 0
        );
      case 'null':
        return defects.has('null-dereference') && outcome.kind === 'fault' && !!current && this.#touches(current);
      case 'gone':
        if (this.#shown) return true;
        return outcome.kind === 'fault' && !defects.has('null-dereference') && !!current && this.#touches(current);
      case 'dangling':
        return this.#isGone() && this.#range !== undefined && holdsAddress(this.#run, this.#range);
      case 'over-released':
        if (defects.has('over-release') || defects.has('use-after-free')) return true;
        if (!object) return false;
        return referencesLeft(this.#run, object, returned) < 0 || (this.#isGone() && this.#subject === returned);
      case 'gives-reference':
        return object !== undefined && this.#subject === returned && referencesLeft(this.#run, object, 0n) > 0;
      case 'gives-none':
        return object !== undefined && this.#subject === returned && referencesLeft(this.#run, object, 0n) <= 0;
      case 'left-prepared':
        if (this.#memory) this.#met.set(this.#memory, this.#met.get(this.#memory) ?? this.#wired);
        return [...this.#met].some(([memory, wired]) => !memory.freed && memory.wireCount > wired);
      case 'not-prepared':
      case 'unprepared':
      case 'with-memory':
        return this.#shown;
      case 'other':
        return false;
    }
  }

  /** What an overwritten place held, it held with its reference, as a parameter that is handed over. */
  #besides({ assumed }: RunObject): Besides {
    const { subject } = this.#claim;
    const lent = subject?.kind === 'overwritten' || (subject?.kind === 'parameter' && subject.handedOver);
    return assumed && lent ? { lent: 1 } : {};
  }

  /** Whether the object of the claim came into being, or was asked for and is not there. */
  get found(): boolean {
    return this.#claim.subject === undefined || (this.#subject !== undefined && !this.missing);
  }

  /** The object of the claim was to be made, and was not. */
  get missing(): boolean {
    return this.#subject === 0n && this.#claim.what !== 'null';
  }
}

function isObjectPointer(type: Type): boolean {
  return type.kind === 'pointer' || isSmart(type);
}

function equal(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end;
}
