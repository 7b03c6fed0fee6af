import type { Claim } from '../../ir/claim';
import type { BlockId, Function, Instruction, Terminator, Type } from '../../ir/types';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { Place } from '../../../sim/trace';
import type { CallSite } from '../call-site';
import type { Frame } from '../frame';
import { returned } from '../frame';
import type { Interpreter } from '../interpreter';
import { ByteState } from '../memory';
import type { Target } from '../resolve';
import { Aggregate, isPointer, Unknown, voidPointer, type Value } from '../values';
import { readInteger } from '../memory';
import { failureOf, mayFail } from './answers';
import { Choices, type Choice, type Overrides } from './choices';
import { Evidence } from './evidence';
import { Steering, type Option } from './steering';
import { around, detours, reaches, type Way } from './ways';

/** A branch that went another way than the claim's. */
export interface Conflict {
  /** How many blocks of the way were gone. */
  readonly position: number;
  /** What may be chosen otherwise so that it goes the claim's way. */
  readonly options: readonly Option[];
  /** Ways to try instead, over places that define what the condition asks. */
  readonly detours: readonly Way[];
  /** Ways to try instead that do not come to the condition. */
  readonly around: readonly Way[];
  /** The condition as it is written, and its place. */
  readonly condition: string;
  readonly place: Place | undefined;
}

/** What an instruction has done, for whoever asks where a value came from. */
export interface Definition {
  readonly instruction: Instruction;
  /** The choices that came up while it ran. */
  readonly from: number;
  readonly to: number;
  readonly answer: Answer | undefined;
}

/** A call that was made from the function itself. */
export interface Answer {
  readonly choice: Choice;
  readonly target: Target;
  readonly site: CallSite;
}

/** Choices about a descriptor that a run assumed to exist. */
export interface AssumedMemory {
  readonly length: Choice;
  readonly base: Choice | undefined;
}

/** Of the client, behind an address that is not 0. */
const userBuffer = 65536;

/** What an instruction counts that is watched, as it takes about so much longer than others. */
const costOfLeading = 8;

/** Of these, so many are tried, one in each run. */
const mostFailable = 8;

const address: Type = { kind: 'int', bits: 64, signed: false };

/** Leads a run along the way of a claim: values that nothing gives are chosen so that each branch goes the claim's way. */
export class Guide {
  readonly choices: Choices;
  /** The first branch that went another way and did not come back to it later, as a loop does. */
  conflict: Conflict | undefined;
  /** Every branch went the claim's way at once. */
  exact = true;
  /** What else could have been chosen where a branch went the right way. */
  readonly alternatives: Option[] = [];
  readonly evidence: Evidence;
  /** The block of the way that the run is in or looks for. */
  position = 0;
  /** By "t3" (temps), "l2" (locals) or the text of a place: what defined it last. */
  readonly definitions = new Map<string, Definition>();
  readonly ofUnknown = new Map<Unknown, Choice>();
  readonly ofMemory = new Map<bigint, Choice>();
  readonly memory = new Map<MemoryDescriptor, AssumedMemory>();
  /** The way is still to be gone; not of what runs after the function. */
  leads = true;
  /** The instruction of the function itself that runs or ran last. */
  current: Function['span'] | undefined;
  #run!: Interpreter;
  #steering!: Steering;
  readonly #failable: Option[] = [];
  readonly #missed: Option[] = [];
  readonly #failures = new Map<string, readonly bigint[]>();
  #wish: bigint | undefined;
  #settling: Unknown | undefined;
  #loading: bigint | undefined;
  #length: Choice | undefined;
  #base: Choice | undefined;
  #answer: Answer | undefined;
  #result: Value | undefined;
  /** Where the way goes on as the code has it, whatever is chosen: in a loop that counts. */
  #closed = -1;
  /** The call that runs is to fail. */
  #failing = false;

  constructor(
    readonly claim: Claim,
    readonly way: Way,
    overrides: Overrides,
  ) {
    this.choices = new Choices(overrides);
    this.evidence = new Evidence(claim);
  }

  attach(run: Interpreter): void {
    this.#run = run;
    this.evidence.attach(run);
  }

  /** The way has been gone to its end. */
  get arrived(): boolean {
    return this.position >= this.way.length - 1;
  }

  // What the interpreter asks.

  /** An unknown value is about to be chosen. */
  settling(unknown: Unknown): void {
    this.#settling = unknown;
  }

  /** The value at an address, which existed before the run, is about to be chosen. */
  loading(address: bigint): void {
    this.#loading = address;
  }

  /** The value that is to be chosen; undefined for the usual one. */
  value(what: string, type: Type, place: Place | undefined): bigint | undefined {
    const choice = this.choices.open('value', what, type, place);
    if (this.#settling) this.ofUnknown.set(this.#settling, choice);
    if (this.#loading !== undefined) this.ofMemory.set(this.#loading, choice);
    this.#settling = undefined;
    this.#loading = undefined;
    const override = this.choices.of(choice);
    const wanted = typeof override === 'bigint' ? override : this.#wish;
    this.#wish = undefined;
    // Any pointer but NULL is the usual one.
    if (wanted === 1n && type.kind === 'int' && type.bits === 64 && /addr|ptr/i.test(what))
      return this.#run.kernel.userBuffer(what, userBuffer);
    const usual = wanted !== undefined && isPointer(type) && wanted !== 0n && !this.#run.memory.find(wanted);
    return usual ? undefined : wanted;
  }

  /** How long an assumed descriptor is to be. */
  assumedLength(label: string): bigint | undefined {
    this.#length = this.choices.open('length', label, address, undefined);
    const override = this.choices.of(this.#length);
    return typeof override === 'bigint' && override > 0n ? override : undefined;
  }

  /** Whether a descriptor is to be one of device memory. */
  assumedDevice(label: string): boolean {
    const choice = this.choices.open('device', label, { kind: 'bool' }, undefined);
    this.#failable.push({ choice, values: [1n] });
    return this.choices.of(choice) === 1n;
  }

  /** The physical address that assumed device memory is to have. */
  assumedBase(): bigint | undefined {
    this.#base = this.choices.open('base', '', address, undefined);
    const override = this.choices.of(this.#base);
    return typeof override === 'bigint' && override > 0n ? override : undefined;
  }

  assumed(descriptor: MemoryDescriptor): void {
    if (this.#length) this.memory.set(descriptor, { length: this.#length, base: this.#base });
    this.#length = undefined;
    this.#base = undefined;
  }

  /** What a call is to answer instead of running; undefined where it runs. */
  answer(target: Target, site: CallSite): Value | undefined {
    const choice = this.choices.open('answer', site.name, site.result, site.place);
    const own = this.#run.frames.length === 1;
    if (own) this.#answer = { choice, target, site };
    // A path may have a cast fail without a branch that asks for it.
    if (own && this.evidence.found && /^OSDynamicCast\b/.test(target.name))
      this.#failable.push({ choice, values: [0n] });
    else if (target.kind === 'kernel' && mayFail(site))
      this.#failures.set(choice.key, [this.#run.integer(failureOf(site))]);
    const override = this.choices.of(choice);
    if (override === 'unread') return this.#run.assumer.call(site, target.name, undefined);
    if (override !== undefined) {
      this.#run.assume(`${target.name}()`, failureText(override), site.place);
      return override;
    }
    if (own && this.#failing && target.kind !== 'none') {
      this.#run.assume(`${target.name}()`, 'fails', site.place);
      return failureOf(site);
    }
    return undefined;
  }

  answered(result: Value): void {
    if (this.#run.frames.length === 1) this.#result = result;
  }

  // The run.

  /** Runs the function itself. */
  follow(frame: Frame): void {
    const { code } = frame;
    this.#steering = new Steering(this.#run, this, frame);
    this.evidence.begin(frame);
    let id = code.function.entry;
    this.leads = false;
    while (id !== returned) {
      const block = code.blocks[id]!;
      this.#run.spend((block.instructions.length + 1) * costOfLeading);
      code.function.blocks[id]!.instructions.forEach((instruction, at) => {
        this.#execute(frame, id, instruction, block.instructions[at]!);
      });
      const { terminator } = code.function.blocks[id]!;
      this.current = terminator.span;
      if (this.arrived) this.evidence.before(terminator.span);
      id = this.#leave(frame, id);
    }
  }

  #execute(frame: Frame, block: BlockId, instruction: Instruction, execute: (frame: Frame) => void): void {
    this.current = instruction.span;
    const { evidence } = this;
    const makes = evidence.isMaking(instruction);
    evidence.meeting(instruction, frame);
    if (this.arrived) evidence.before(instruction.span);
    this.#failing = makes && this.claim.what === 'null' && this.#isLast(block);
    const from = this.choices.made.length;
    this.#answer = undefined;
    this.#result = undefined;
    execute(frame);
    const answer = this.#answer as Answer | undefined;
    const definition: Definition = { instruction, from, to: this.choices.made.length, answer };
    for (const key of this.#steering.defines(instruction)) this.definitions.set(key, definition);
    if (makes) this.#made(frame, instruction);
    this.#failing = false;
    if (this.arrived) evidence.after(instruction.span);
  }

  /** Whether the way comes to a block no more. */
  #isLast(block: BlockId): boolean {
    return !this.way.includes(block, this.position + 1);
  }

  /** The object of the claim was made, or was not. */
  #made(frame: Frame, instruction: Instruction): void {
    this.#find(frame, instruction);
    if (!this.evidence.missing || this.#answer?.target.kind !== 'source') return;
    this.#missed.push({ choice: this.#answer.choice, values: ['unread'] });
  }

  #find(frame: Frame, instruction: Instruction): void {
    const run = this.#run;
    const out = this.evidence.outOf(instruction, frame);
    if (out !== undefined) {
      if (this.#failing) run.store(out.address, voidPointer, 0n, run.access(undefined, ''));
      else {
        const object = run.integer(run.load(out.address, out.type, run.access(undefined, '')));
        if (this.#answer?.target.kind !== 'source')
          this.#withReference(object, run.sourceText(frame.code.source, instruction.span));
        this.evidence.made(object);
      }
      return;
    }
    const temp = instruction.op === 'call' || instruction.op === 'new' ? instruction.temp : undefined;
    const value = (temp === undefined ? undefined : frame.temps[temp]) ?? this.#result;
    if (value instanceof Unknown) {
      if (this.#failing) this.#wish = 0n;
      const unsettled = value.value === undefined;
      const known = run.integer(run.settle(value, voidPointer, {}));
      this.#wish = undefined;
      if (unsettled) this.#withReference(known, value.what);
      this.evidence.made(known);
    } else if (value instanceof Aggregate) this.evidence.made(readInteger(value.bytes, 0, 8));
    else if (value !== undefined) this.evidence.made(run.integer(value));
  }

  /** What a call answers that nothing models: its declaration, or its name, says that it comes with a reference. */
  #withReference(address: bigint, what: string): void {
    const { what: claimed } = this.claim;
    if (address === 0n || (claimed !== 'lost' && claimed !== 'gives-reference')) return;
    this.#run.objects.retain(address);
    this.#run.assume(what, 'comes with a reference for its caller', undefined);
  }

  #leave(frame: Frame, id: BlockId): BlockId {
    const { way } = this;
    const next = frame.code.blocks[id]!.next;
    if (this.arrived || way[this.position] !== id) {
      const to = next(frame);
      if (!this.arrived) this.#rejoin(frame.code.function, to);
      return to;
    }
    const wanted = way[this.position + 1]!;
    const { terminator } = frame.code.function.blocks[id]!;
    if (this.#closed === this.position) {
      const to = next(frame);
      if (to === wanted) this.#goOn();
      else this.#rejoin(frame.code.function, to);
      return to;
    }
    const { options, asked } = this.#steering.steer(terminator, wanted);
    const to = next(frame);
    if (to === wanted) {
      this.alternatives.push(...options);
      this.#goOn();
      return to;
    }
    this.exact = false;
    this.conflict ??= this.#conflict(frame, terminator, options, asked);
    if (options.length === 0) this.#closed = this.position;
    this.#rejoin(frame.code.function, to);
    return to;
  }

  #goOn(): void {
    if (this.conflict?.position === this.position) this.conflict = undefined;
    this.position++;
  }

  #conflict(frame: Frame, terminator: Terminator, options: readonly Option[], asked: ReadonlySet<string>): Conflict {
    const { source, function: fn } = frame.code;
    const span = terminator.op === 'branch' ? terminator.condition.span : terminator.span;
    return {
      position: this.position,
      options,
      detours: this.#detours(fn, asked),
      around: options.length > 0 ? [] : around(fn, this.way, this.position),
      condition: this.#run.sourceText(source, span),
      place: this.#run.place(source, span),
    };
  }

  /** Ways over other definitions of what a condition asks. */
  #detours(fn: Function, asked: ReadonlySet<string>): Way[] {
    const blocks = fn.blocks.flatMap(({ instructions }, block) =>
      instructions.some((each) => this.#steering.defines(each).some((name) => asked.has(name))) ? [block] : [],
    );
    return blocks.flatMap((block) => detours(fn, this.way, this.position, block));
  }

  /** Off the way: it goes on where a later block of it is met that the missed one can't come before any more. */
  #rejoin(fn: Function, at: BlockId): void {
    if (at === returned) return;
    const { way } = this;
    if (reaches(fn, at, way[this.position]!)) return;
    const found = way.indexOf(at, this.position + 1);
    if (found >= 0) this.position = found;
  }

  /** The call of the function itself that has not come back, to go on without what it runs. */
  unread(): readonly Option[] {
    const answer = this.#answer;
    return answer?.target.kind === 'source' ? [{ choice: answer.choice, values: ['unread'] }] : [];
  }

  /** Calls that should have made the object of the claim and made none, to be taken as answered. */
  missed(): readonly Option[] {
    return this.#missed;
  }

  /** Casts that may fail, made since the object of the claim came into being, and what memory may be of a device. */
  failable(): readonly Option[] {
    return this.#failable.slice(0, mostFailable);
  }

  // What steering asks.

  /** What a call of the kernel below may answer instead. */
  failures(choice: Choice): readonly bigint[] {
    return this.#failures.get(choice.key) ?? [];
  }

  /** Gives an unknown value that nothing depended on yet. */
  settle(unknown: Unknown, type: Type, value: bigint): void {
    this.#wish = value;
    this.#run.settle(unknown, type, {});
    this.#wish = undefined;
  }

  /** Gives memory that existed before the run its value, by loading it. */
  settleMemory(address: bigint, load: () => void, value: bigint): boolean {
    const region = this.#run.memory.find(address);
    if (!region || region.freed) return false;
    if (region.state[this.#run.memory.offset(region, address)] !== ByteState.Assumed) return false;
    this.#wish = value;
    load();
    this.#wish = undefined;
    return true;
  }
}

function failureText(value: bigint): string {
  return value === 0n ? 'NULL, 0 or false, as the path has it' : `0x${value.toString(16)}, as the path has it`;
}
