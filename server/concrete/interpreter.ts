import type { BlockId, Expr, Function, Type } from '../ir/types';
import type { Assumption, MachineProfile, Place } from '../../sim/trace';
import { Assumer, type Given } from './assume';
import { bytesOf, shown } from './byte-strings';
import { Callables } from './callables';
import type { CallSite } from './call-site';
import { compileFunction } from './compile';
import { Construction } from './construction';
import type { Hint } from './compile-expr';
import { generate } from './generate';
import { QuickMemory } from './quick-memory';
import { Frame, returned, type Captured, type Code } from './frame';
import { Halt, notModelled, panic } from './halt';
import { booleanObject } from './kernel/libkern-values';
import { harmlessCalls } from './kernel/table';
import { KernelModel, type Stage } from './kernel-model';
import { isSmartPointer, Layouts, unknownArray } from './layout';
import { ByteState, readInteger, RunMemory, type Region } from './memory';
import { Objects } from './objects';
import type { Program, SourceFunction, Span } from './program';
import type { Guide } from './replay/guide';
import { Resolver, type Target } from './resolve';
import { SmartPointers } from './smart-pointer';
import { Sources } from './sources';
import { TypedMemory, type Access } from './typed-memory';
import { Aggregate, normaliser, Unknown, type Known, type Value } from './values';

/** The largest memory object that a run may have. */
const largestRegion = 256 << 20;
/** A function of which so many blocks ran is turned into JavaScript. */
const hot = 1000;
/** Making one costs about as much as so many instructions. */
const regionCost = 600;

export interface Limits {
  /** Instructions that a run may execute. */
  readonly steps: number;
  /** Calls inside of calls. */
  readonly depth: number;
  /** After how many blocks a function is turned into JavaScript; 1,000 where it is left out. */
  readonly hot?: number;
}

/** One run: its memory, its objects, what it assumed, and the functions that it executed, compiled. */
export class Interpreter {
  readonly layouts: Layouts;
  readonly memory: RunMemory;
  readonly quick: QuickMemory;
  readonly typed: TypedMemory;
  readonly objects: Objects;
  readonly smart: SmartPointers;
  readonly construction: Construction;
  readonly callables: Callables;
  readonly resolver: Resolver;
  readonly sources: Sources;
  readonly assumer: Assumer;
  readonly kernel: KernelModel;
  /** Nanoseconds since the machine was started. */
  clock = 60_000_000_000n;
  /** Told of every assertion that is evaluated, and whether it holds. */
  asserted: ((holds: boolean) => void) | undefined;
  /** Activations, outermost first. */
  readonly frames: Frame[] = [];
  readonly #codes = new Map<object, Code>();
  readonly #strings = new Map<string, bigint>();
  readonly #globals = new Map<string, bigint>();
  readonly #statics = new Map<Function, Map<number, Region>>();
  readonly #initialised = new Set<bigint>();
  readonly #fields = new Map<string, Region>();
  readonly #unresolved = new Map<string, Value>();
  /** What is left of the budget. */
  readonly left = new Float64Array(1);
  /** Where the run is, for steps and messages. */
  #here: { readonly source: SourceFunction; readonly span: Span } | undefined;
  /** Where the function that was left last was left. */
  #exit: { readonly source: SourceFunction; readonly span: Span } | undefined;

  constructor(
    readonly program: Program,
    readonly profile: MachineProfile,
    given: Given,
    readonly limits: Limits,
    stage?: Stage,
    /** Leads the run along a finding's path. */
    readonly guide?: Guide,
  ) {
    this.layouts = new Layouts(program);
    this.memory = new RunMemory(profile.arch);
    this.typed = new TypedMemory(this);
    this.quick = new QuickMemory(this);
    this.resolver = new Resolver(program);
    this.objects = new Objects(this);
    this.smart = new SmartPointers(this);
    this.construction = new Construction(this);
    this.callables = new Callables(this);
    this.sources = new Sources(program);
    this.assumer = new Assumer(this, given);
    this.kernel = new KernelModel(this, stage);
    this.left[0] = limits.steps;
    guide?.attach(this);
  }

  /** Another call from outside begins, with a budget of its own. */
  begin(given: Given): void {
    for (const frame of this.frames.splice(0)) for (const region of frame.regions) if (region) this.memory.free(region);
    this.left[0] = this.limits.steps;
    this.quick.forget();
    this.#here = undefined;
    this.#exit = undefined;
    this.assumer.begin(given);
    this.kernel.steps.begin();
  }

  get assumptions(): readonly Assumption[] {
    return this.assumer.assumptions;
  }

  // Places and texts.

  place(source: SourceFunction, span: Span): Place | undefined {
    return this.sources.place(source, span);
  }

  sourceText(source: SourceFunction, span: Span): string {
    return this.sources.text(source, span);
  }

  /** Says where the run is now. */
  at(source: SourceFunction, span: Span): void {
    this.#here = { source, span };
  }

  /** A function is left here. The last one to be left is the one that the run began with. */
  returnAt(source: SourceFunction, span: Span): void {
    this.at(source, span);
    this.#exit = this.#here;
  }

  /** The statement that left the function that was left last, in short, and its place. */
  leftAt(): { readonly label: string; readonly place: Place | undefined } {
    this.#here = this.#exit ?? this.#here;
    return this.here();
  }

  /** The statement that runs now, in short, and its place. */
  here(): { readonly label: string; readonly place: Place | undefined } {
    const here = this.#here;
    return here
      ? { label: this.sourceText(here.source, here.span), place: this.place(here.source, here.span) }
      : { label: '', place: undefined };
  }

  // Functions.

  /** Runs a function of the workspace. Missing arguments take their declared defaults, or are assumed. */
  invoke(source: SourceFunction, self: bigint, args: readonly Value[], captured: readonly Captured[] = []): Value {
    let code = this.#codes.get(source.function);
    if (!code) this.#codes.set(source.function, (code = compileFunction(this, source)));
    if (this.frames.length >= this.limits.depth)
      throw new Halt({
        kind: 'budget',
        reason: `${String(this.limits.depth)} calls deep in ${code.function.qualifiedName}`,
      });
    const frame = new Frame(code, self, this.frames.length);
    const here = this.#here;
    this.frames.push(frame);
    this.#bind(frame, args, captured);
    this.#execute(frame);
    // A closure that is returned keeps what it took; others end with the function.
    if (!(typeof frame.result === 'bigint' && this.callables.at(frame.result)?.kind === 'closure'))
      for (const region of frame.closed.toReversed()) this.smart.destroy(region.base);
    // The last step still shows which locals held what.
    if (this.frames.length === 1) this.kernel.steps.close();
    for (let local = 0; local < frame.regions.length; local++) {
      const region = frame.regions[local];
      if (region && code.storage[local] === 'memory' && !code.function.locals[local]!.shared) this.memory.free(region);
    }
    this.frames.pop();
    this.#here = here;
    return frame.result ?? 0n;
  }

  #bind(frame: Frame, args: readonly Value[], captured: readonly Captured[]): void {
    const code = frame.code.function;
    for (let index = 0; index < code.parameters; index++) {
      const parameter = code.locals[index]!;
      const raw = args[index] ?? this.assumer.parameterDefault(frame.code.source, index);
      const value = typeof raw === 'bigint' || typeof raw === 'number' ? normaliser(parameter.type)(raw) : raw;
      this.#initialise(frame, index, value);
    }
    if (args.length > code.parameters) frame.extra = args.slice(code.parameters);
    for (const { local, region } of captured) frame.regions[local] = region;
  }

  #initialise(frame: Frame, local: number, value: Value): void {
    if (frame.code.storage[local] === 'memory') {
      const { name, type } = frame.code.function.locals[local]!;
      this.beginLocal(frame, local);
      const address = frame.regions[local]!.base;
      if (type.kind === 'class' && isSmartPointer(type.name)) this.smart.assign(address, value, true, true);
      else {
        this.typed.store(address, type, value, this.access(frame.code.source, name));
        if (value instanceof Aggregate) this.construction.became(address, type);
      }
    } else frame.registers[local] = value;
  }

  #execute(frame: Frame): void {
    if (this.frames.length === 1 && this.guide?.leads) {
      this.guide.follow(frame);
      return;
    }
    const { code } = frame;
    const { blocks } = code;
    const limit = this.limits.hot ?? hot;
    let id = code.function.entry;
    while (id !== returned) {
      if (++code.heat > limit) {
        code.generated ??= generate(this, code);
        if (code.generated.entries.has(id)) {
          code.generated.execute(frame, id);
          return;
        }
      }
      const block = blocks[id]!;
      const { instructions } = block;
      if ((this.left[0]! -= instructions.length + 1) < 0) this.exhausted(code, id);
      for (let at = 0; at < instructions.length; at++) instructions[at]!(frame);
      id = block.next(frame);
    }
  }

  /** The budget ends before a block. */
  exhausted({ source, function: { blocks } }: Code, id: BlockId): never {
    const { instructions, terminator } = blocks[id]!;
    this.at(source, (instructions[0] ?? terminator).span);
    return this.#end();
  }

  /** Counts work; ends the run where it was too much. */
  spend(count: number): void {
    if ((this.left[0]! -= count) < 0) this.#end();
  }

  #end(): never {
    const name = this.frames.at(-1)?.code.function.qualifiedName ?? '';
    throw new Halt({
      kind: 'budget',
      reason: `${String(this.limits.steps)} steps, the last in ${name}: a loop that waits for the outside, or a very long one`,
    });
  }

  /** Performs a call whose target is known. */
  perform(target: Target, site: CallSite): Value {
    if (!this.guide) return this.#perform(target, site);
    const result = this.guide.answer(target, site) ?? this.#perform(target, site);
    this.guide.answered(result);
    return result;
  }

  #perform(target: Target, site: CallSite): Value {
    if (this.kernel.locks.spinning && target.kind !== 'source') this.kernel.locks.mayWait(target.name);
    switch (target.kind) {
      case 'kernel':
        this.kernel.steps.close();
        return harmlessCalls.has(target.call) ? target.call(site) : this.#changing(() => target.call(site));
      case 'source':
        return this.invoke(target.source, site.receiver, site.args);
      case 'none':
        return this.assumer.call(site, target.name, target.declaration);
    }
  }

  /** A kernel call may change mappings before it calls back, a driver's free(), and after that. */
  #changing(call: () => Value): Value {
    this.quick.forget();
    const result = call();
    this.quick.forget();
    return result;
  }

  // Locals.

  beginLocal(frame: Frame, local: number): void {
    if (frame.code.storage[local] === 'register') {
      frame.registers[local] = undefined;
      return;
    }
    if (frame.code.storage[local] !== 'memory') return;
    const { name, type } = frame.code.function.locals[local]!;
    const smart = type.kind === 'class' && isSmartPointer(type.name);
    const previous = frame.regions[local];
    if (previous) this.memory.free(previous);
    frame.regions[local] = this.allocate(
      type.kind === 'array' && type.length === undefined ? unknownArray : this.layouts.size(type),
      smart ? ByteState.Defined : this.#unseen(type) ? ByteState.Assumed : ByteState.Uninitialised,
      'stack',
      name,
    );
  }

  /** Whether a type is a class that nothing declares: it may have a constructor. */
  #unseen(type: Type): boolean {
    if (type.kind === 'array') return this.#unseen(type.of);
    return type.kind === 'unknown' || (type.kind === 'class' && this.layouts.class(type).assumed);
  }

  endLocal(frame: Frame, local: number): void {
    if (frame.code.storage[local] !== 'memory') return;
    const region = frame.regions[local];
    if (!region || region.freed || frame.code.function.locals[local]!.shared) return;
    const { type } = frame.code.function.locals[local]!;
    if (type.kind === 'class' || type.kind === 'array') this.construction.destroy(region.base, type);
    this.memory.free(region);
  }

  localAddress(frame: Frame, local: number): bigint {
    const storage = frame.code.storage[local];
    if (storage === 'static') return this.#static(frame.code.source, local).base;
    const existing = frame.regions[local];
    if (existing) return existing.base;
    if (storage === 'register') {
      const value = frame.registers[local];
      if (value !== undefined) return this.integer(this.settleValue(value, frame.code.function.locals[local]!.type));
    }
    this.beginLocal(frame, local);
    const region = frame.regions[local];
    return region ? region.base : notModelled(`the address of ${frame.code.function.locals[local]!.name}`);
  }

  #static(source: SourceFunction, local: number): Region {
    // Each instance of a template and each lambda has its own.
    const own = this.#statics.get(source.function) ?? new Map<number, Region>();
    const known = own.get(local);
    if (known) return known;
    const { name, type, initializer, constant } = source.function.locals[local]!;
    // It was initialised when the function first ran, which may have been before.
    const region = this.allocate(this.layouts.size(type), ByteState.Assumed, 'global', name);
    this.#statics.set(source.function, own.set(local, region));
    if (initializer) {
      const captured = initializer.locals.flatMap((each, at) =>
        each.captures?.local === local ? [{ local: at, region }] : [],
      );
      this.#firstValue(region, { ...source, function: initializer }, captured, constant ?? false);
    }
    return region;
  }

  /** Stores what a variable is initialised with. Unless it is const, that it still holds it is an assumption. */
  #firstValue(region: Region, source: SourceFunction, captured: readonly Captured[], constant: boolean): void {
    region.state.fill(ByteState.Defined);
    this.invoke(source, 0n, [], captured);
    if (constant) return;
    region.initialised = true;
    region.state.fill(ByteState.Assumed);
  }

  /** Whether a static was initialised before; from now on it is. */
  initialisedStatic(address: bigint): boolean {
    if (this.#initialised.has(address)) return true;
    this.#initialised.add(address);
    return false;
  }

  // Addresses of things that have none in the IR.

  allocate(size: number, state: ByteState, kind: Region['kind'], name: string): Region {
    this.spend(regionCost + (size >> 8));
    return (
      (size <= largestRegion ? this.memory.allocate(size, state, kind, name) : undefined) ??
      (() => {
        throw new Halt({ kind: 'budget', reason: 'more memory objects than the run may have' });
      })()
    );
  }

  stringAddress(text: string): bigint {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const bytes = bytesOf(text);
    const region = this.allocate(bytes.length + 1, ByteState.Defined, 'global', JSON.stringify(shown(text)));
    region.bytes.set(bytes);
    this.#strings.set(text, region.base);
    return region.base;
  }

  /** @param file the one that names it. */
  globalAddress(name: string, type: Type, file: string): bigint {
    const global = this.program.global(name, file);
    const known = this.#globals.get(global.key);
    if (known !== undefined) return known;
    const declared = global.type ?? type;
    const unknown = declared.kind === 'array' && declared.length === undefined;
    const size = unknown ? unknownArray : Math.max(8, this.layouts.size(declared));
    const region = this.allocate(size, ByteState.Assumed, 'global', name);
    this.#globals.set(global.key, region.base);
    const first = this.program.initializer(name, file);
    if (first) this.#firstValue(region, first.source, [], first.constant);
    return region.base;
  }

  /** Globals of the kernel that the model knows: kernel_task and the page's size. */
  wellKnown(name: string): Value | undefined {
    switch (name) {
      case 'kernel_task':
      case 'kernel_map':
        return this.kernel.kernelTask();
      case 'kOSBooleanTrue':
      case 'kOSBooleanFalse':
        return booleanObject(this, name === 'kOSBooleanTrue');
      case 'TRUE':
      case 'YES':
        return 1n;
      case 'FALSE':
      case 'NO':
        return 0n;
      case 'page_size':
      case 'vm_page_size':
      case 'PAGE_SIZE':
        return BigInt(this.profile.pageSize);
      case 'page_mask':
      case 'vm_page_mask':
      case 'PAGE_MASK':
        return BigInt(this.profile.pageSize - 1);
      case 'page_shift':
      case 'vm_page_shift':
      case 'PAGE_SHIFT':
        return BigInt(Math.log2(this.profile.pageSize));
      default:
        // TASK_NULL, MACH_PORT_NULL, VM_MAP_NULL …
        return /^[A-Z_]+_NULL$/.test(name) ? 0n : undefined;
    }
  }

  /** A field that no declaration of its class has: it gets memory of its own, in the state of the object's. */
  undeclaredField(base: bigint, name: string, type: Type): bigint {
    if (base < 4096n) return base + 8n;
    const key = `${base.toString(16)}.${name}`;
    const known = this.#fields.get(key);
    if (known) return known.base;
    const owner = this.memory.find(base);
    const state = owner?.fresh ?? ByteState.Assumed;
    // Of a type that is not known either, so it may have fields of its own.
    const least = type.kind === 'unknown' || type.kind === 'class' ? unknownArray : 8;
    const region = this.allocate(Math.max(least, this.layouts.size(type)), state, owner?.kind ?? 'assumed', name);
    this.#fields.set(key, region);
    return region.base;
  }

  /** Gives a value by value an address, so that parts of it can be read. */
  materialise(value: Value, type: Type): bigint {
    const known = this.settleValue(value, type);
    if (!(known instanceof Aggregate)) {
      const region = this.allocate(Math.max(8, this.layouts.size(type)), ByteState.Defined, 'stack', 'temporary');
      this.typed.store(
        region.base,
        type.kind === 'class' ? { kind: 'int', bits: 64, signed: false } : type,
        known,
        this.access(undefined, ''),
      );
      return region.base;
    }
    const region = this.allocate(known.bytes.length, ByteState.Defined, 'stack', 'temporary');
    region.bytes.set(known.bytes);
    region.state.set(known.state);
    return region.base;
  }

  /** Memory for a temporary object that a constructor fills. */
  temporary(type: Type): bigint {
    return this.allocate(this.layouts.size(type), ByteState.Defined, 'stack', 'temporary').base;
  }

  /** Takes a temporary's value out of its memory. */
  take(address: bigint, type: Type): Value {
    const value = this.typed.load(address, type, this.access(undefined, ''));
    const region = this.memory.find(address);
    if (region) this.memory.free(region);
    return value;
  }

  // Values.

  load(address: bigint, type: Type, access: Access): Value {
    return this.typed.load(address, type, access);
  }

  store(address: bigint, type: Type, value: Value, access: Access): void {
    this.typed.store(address, type, value, access);
  }

  access(source: SourceFunction | undefined, name: string): Access {
    return { what: name, name, hint: {}, source, span: undefined };
  }

  /** An unknown value takes its value now. */
  settle(unknown: Unknown, wanted: Type, hint: Hint): Known {
    return this.assumer.settle(unknown, wanted, hint);
  }

  settleValue(value: Value, wanted: Type): Known {
    return value instanceof Unknown ? this.settle(value, wanted, {}) : value;
  }

  integer(value: Value): bigint {
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
    if (value instanceof Unknown) return this.integer(this.settle(value, { kind: 'int', bits: 64, signed: false }, {}));
    return readInteger(value.bytes, 0, Math.min(8, value.bytes.length));
  }

  /** The value of a local or temporary that is read before anything was stored to it. */
  unset(source: SourceFunction, expr: Expr, name: string): Value {
    const value = new Unknown(name, name, expr.type, this.place(source, expr.span));
    if (expr.type.kind === 'unknown') return value;
    value.neverSet = 'whole';
    return value;
  }

  /** Something depends on a value that was never set. */
  neverSet({ what, neverSet, place }: Unknown): never {
    const here = this.here().place;
    const read = place && here && place.line !== here.line ? ` (read in line ${String(place.line)})` : '';
    return this.kernel.stop(
      'undefined',
      neverSet === 'part'
        ? `depends on ${what}${read}, of which a part was never set.`
        : `depends on ${what}${read}, which was never set.`,
    );
  }

  /** @param file the one that names it. */
  unresolved(name: string, type: Type, place: Place | undefined, file: string): Value {
    const known = this.wellKnown(name) ?? this.program.constant(name, file) ?? this.#unresolved.get(name);
    if (known !== undefined) return known;
    const value = this.#offset(name) ?? new Unknown(name, name, type, place);
    this.#unresolved.set(name, value);
    return value;
  }

  /** offsetof(Class, field) comes as a name. */
  #offset(name: string): bigint | undefined {
    const [, className, path] = /^offsetof\(([\w:]+), (.+)\)$/.exec(name) ?? [];
    if (className === undefined || path === undefined) return undefined;
    let type: Type = { kind: 'class', name: className };
    let offset = 0;
    for (const field of path.split('.')) {
      const layout = this.layouts.field(type, field);
      if (!layout) return /^[\w.]+$/.test(path) ? undefined : notModelled(name);
      offset += layout.offset;
      type = layout.type;
    }
    return BigInt(offset);
  }

  /** An expression that lowering did not understand: nothing may depend on it. */
  misunderstood(reason: string, source: SourceFunction, span: Span): Value {
    const text = this.sourceText(source, span);
    const unknown = new Unknown(text, text, { kind: 'unknown' }, this.place(source, span));
    // Assembly reads what the model has not: a port, a machine register.
    if (reason !== 'inline assembly') unknown.reason = reason;
    return unknown;
  }

  assume(what: string, value: string, place: Place | undefined): void {
    this.assumer.record(what, value, place);
  }

  /** Integer division by zero: Intel traps, ARM gives 0 (and the dividend as the remainder). */
  divisionByZero(divide: boolean, dividend: bigint): bigint {
    if (this.profile.arch === 'x86_64') panic('division by zero');
    return divide ? 0n : dividend;
  }

  // Objects.

  checkReceiver(self: bigint, text: string, method: string): void {
    if (self < 4096n) this.typed.nullDereference(self, `${text}->${method}()`);
    const object = this.objects.at(self);
    if (object?.freed && !object.sim) this.kernel.useAfterFree(object, `${method}()`);
  }

  /** Tells the picture under which name an object is held first. */
  named(address: bigint, name: string): void {
    const target = this.memory.find(address);
    if (!target) return;
    const held = readInteger(target.bytes, this.memory.offset(target, address), 8);
    this.objects.heldBy(address, held, name);
  }
}
