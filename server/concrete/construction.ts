import type { Function, Place, Type } from '../ir/types';
import type { CallSite } from './call-site';
import type { Interpreter } from './interpreter';
import { notModelled } from './halt';
import { isSmartPointer } from './layout';
import { ByteState } from './memory';
import type { SourceFunction } from './program';
import { Aggregate, type Value } from './values';

type ClassType = Type & { kind: 'class' };

/** Constructors and destructors, in the order of C++: bases, members, the body; and back. */
export class Construction {
  readonly #run: Interpreter;
  readonly #needed = new Map<string, boolean>();
  readonly #assigned = new Map<string, boolean>();
  readonly #explicit = new WeakMap<Function, ReadonlySet<string>>();
  /** The dynamic classes of objects that are not of the kernel's, by address. */
  readonly #dynamic = new Map<bigint, string>();

  constructor(run: Interpreter) {
    this.#run = run;
  }

  dynamicClass(address: bigint): string | undefined {
    return this.#dynamic.get(address);
  }

  /** Whether a declaration without an initialiser runs code, or makes virtual calls possible. */
  needed(type: Type): boolean {
    if (type.kind === 'array') return this.needed(type.of);
    if (type.kind !== 'class' || isSmartPointer(type.name)) return false;
    const known = this.#needed.get(type.name);
    if (known !== undefined) return known;
    // A class that contains itself is broken text.
    this.#needed.set(type.name, false);
    const { program, resolver } = this.#run;
    const declared = program.classOf(type.name);
    const answer =
      resolver.own(type.name, shortName(type.name), 0) !== undefined ||
      this.#polymorphic(type.name) ||
      program.fieldInitializers(type.name).length > 0 ||
      (declared?.bases.some((name) => this.needed({ kind: 'class', name })) ?? false) ||
      (declared?.fields.some((field) => !field.static && this.needed(field.type)) ?? false);
    this.#needed.set(type.name, answer);
    return answer;
  }

  /** Whether objects of a class have virtual methods, and are not the kernel's, whose class is known otherwise. */
  #polymorphic(name: string): boolean {
    const { program, resolver } = this.#run;
    const chain = resolver.chain(name);
    if (chain.includes('OSObject') || chain.includes('OSMetaClassBase')) return false;
    return chain.some((each) => program.classOf(each)?.methods.some((method) => method.virtual) ?? false);
  }

  /** Runs a class's constructor; without a body its bases and members are constructed alone. */
  construct(address: bigint, type: Type, args: readonly Value[], types: readonly Type[] = [], site?: CallSite): void {
    const run = this.#run;
    if (type.kind === 'array') {
      const stride = run.layouts.stride(type.of);
      for (let at = 0; at < (type.length ?? 0); at++)
        this.construct(address + BigInt(at * stride), type.of, args, types);
      return;
    }
    if (type.kind !== 'class') return;
    const body = run.resolver.own(type.name, shortName(type.name), args.length, types);
    const [only] = args;
    if (args.length === 1 && (only instanceof Aggregate || (!body && this.#isOf(types[0], type)))) {
      if (only instanceof Aggregate) run.typed.store(address, type, only, run.access(undefined, ''));
      else if (this.assigned(type)) {
        const value = run.typed.load(run.integer(only!), type, run.access(undefined, ''));
        if (value instanceof Aggregate) this.assign(address, type, value, true, true);
      } else run.typed.copy(address, run.integer(only!), run.layouts.size(type), run.access(undefined, ''));
      if (this.#polymorphic(type.name)) this.#dynamic.set(address, type.name);
      return;
    }
    // A constructor that is not in view may set any of it, and keep what it is given.
    if (!body && (args.length > 0 || this.#declaresConstructor(type.name))) {
      if (site) run.assumer.call(site, type.name, undefined);
      this.#assume(address, type);
    }
    const outer = this.#dynamic.get(address);
    const polymorphic = this.#polymorphic(type.name);
    const explicit = body ? this.#initialised(body) : new Set<string>();
    if (!explicit.has(type.name)) {
      const bases = run.program.classOf(type.name)?.bases ?? [];
      for (const name of bases)
        if (!explicit.has(name) && this.needed({ kind: 'class', name }))
          this.construct(address, { kind: 'class', name }, []);
      if (polymorphic) this.#dynamic.set(address, type.name);
      if (!bases.some((name) => explicit.has(name))) this.members(address, type.name, body);
    }
    if (body) run.invoke(body, address, args);
    // Inside of a derived class's constructor the object becomes one of that class again.
    if (outer !== undefined && outer !== type.name && run.resolver.isKind(outer, type.name))
      this.#dynamic.set(address, outer);
  }

  /** Whether more happens than a copy of the bytes when an object of a class is assigned. */
  assigned(type: Type): boolean {
    if (type.kind !== 'class') return false;
    if (isSmartPointer(type.name)) return true;
    const known = this.#assigned.get(type.name);
    if (known !== undefined) return known;
    this.#assigned.set(type.name, false);
    const declared = this.#run.program.classOf(type.name);
    const answer =
      declared !== undefined &&
      (declared.bases.some((name) => this.assigned({ kind: 'class', name })) ||
        declared.fields.some((field) => !field.static && (this.#ownCopy(field.type) || this.assigned(field.type))));
    this.#assigned.set(type.name, answer);
    return answer;
  }

  #ownCopy(type: Type): boolean {
    if (type.kind !== 'class' || isSmartPointer(type.name)) return false;
    const { resolver } = this.#run;
    return (
      resolver.own(type.name, 'operator=', 1) !== undefined ||
      (resolver
        .own(type.name, shortName(type.name), 1, [type])
        ?.function.locals.some(
          (local) => local.parameter && local.type.kind === 'reference' && this.#isOf(local.type, type),
        ) ??
        false)
    );
  }

  /**
   * Assigns an object member by member, as a class does that declares no operator= of its own.
   * @param copies the value stays what it is; else it hands over what it owns.
   */
  assign(address: bigint, type: Type & { kind: 'class' }, value: Aggregate, copies: boolean, initial: boolean): void {
    const run = this.#run;
    if (isSmartPointer(type.name)) return run.smart.assign(address, value, copies, initial);
    const size = run.layouts.size(type);
    const kept = new Map<string, Type & { kind: 'class' }>();
    for (const name of run.resolver.chain(type.name))
      for (const field of run.program.classOf(name)?.fields ?? []) {
        if (field.static || field.type.kind !== 'class') continue;
        if (this.#ownCopy(field.type)) notModelled(`a copy of ${type.name}::${field.name}`);
        if (this.assigned(field.type)) kept.set(field.name, field.type);
      }
    const access = run.access(undefined, '');
    const old = initial ? undefined : run.typed.load(address, type, access);
    const bytes = new Aggregate(value.bytes.slice(0, size), value.state.slice(0, size));
    // The members that count stay as they are until their own turn.
    for (const name of kept.keys()) {
      const layout = run.layouts.field(type, name);
      if (!layout) continue;
      const end = layout.offset + run.layouts.size(layout.type);
      for (let at = layout.offset; at < end; at++) {
        bytes.bytes[at] = old instanceof Aggregate ? old.bytes[at]! : 0;
        bytes.state[at] = old instanceof Aggregate ? old.state[at]! : ByteState.Defined;
      }
    }
    run.typed.store(address, type, bytes, access);
    for (const [name, of] of kept) {
      const layout = run.layouts.field(type, name);
      if (!layout) continue;
      const end = layout.offset + run.layouts.size(of);
      const part = new Aggregate(value.bytes.slice(layout.offset, end), value.state.slice(layout.offset, end));
      this.assign(address + BigInt(layout.offset), of, part, copies, initial);
    }
  }

  #declaresConstructor(name: string): boolean {
    const declared = this.#run.program.classOf(name);
    return declared?.methods.some((method) => method.name === shortName(name)) ?? true;
  }

  #assume(address: bigint, type: Type): void {
    const run = this.#run;
    const region = run.memory.find(address);
    if (!region) return;
    const start = run.memory.offset(region, address);
    const end = Math.min(region.size, start + run.layouts.size(type));
    for (let at = Math.max(0, start); at < end; at++)
      if (region.state[at] === ByteState.Uninitialised) region.state[at] = ByteState.Assumed;
  }

  /** A base was constructed by a constructor's list: now come the members. */
  afterBase(address: bigint, className: string, body: SourceFunction): void {
    if (this.#polymorphic(className)) this.#dynamic.set(address, className);
    this.members(address, className, body);
  }

  /** Constructs the members that the constructor does not name. */
  members(address: bigint, className: string, body: SourceFunction | undefined): void {
    const run = this.#run;
    const explicit = body ? this.#initialised(body) : new Set<string>();
    const own = run.program.classOf(className);
    const first = new Map(run.program.fieldInitializers(className).map(({ field, source }) => [field, source]));
    for (const field of own?.fields ?? []) {
      if (field.static || explicit.has(`.${field.name}`)) continue;
      const source = first.get(field.name);
      if (source) run.invoke(source, address, []);
      else if (this.needed(field.type)) {
        const layout = run.layouts.field({ kind: 'class', name: className }, field.name);
        if (layout) this.construct(address + BigInt(layout.offset), field.type, []);
      }
    }
  }

  /** The bases that a constructor's list names, and its members, as ".name". */
  #initialised(body: SourceFunction): ReadonlySet<string> {
    const known = this.#explicit.get(body.function);
    if (known) return known;
    const found = new Set<string>();
    for (const { instructions } of body.function.blocks)
      for (const each of instructions)
        if (each.op === 'call' && each.callee.kind === 'constructor') {
          const { object, class: type } = each.callee;
          if (object?.op === 'this' && type.kind === 'class') found.add(this.#baseNamed(body, type.name));
          else if (object?.op === 'address') addField(found, object.place);
        } else if (each.op === 'store' && each.initial) addField(found, each.place);
    this.#explicit.set(body.function, found);
    return found;
  }

  #baseNamed(body: SourceFunction, written: string): string {
    const own = body.function.class ?? '';
    const bases = this.#run.program.classOf(own)?.bases ?? [];
    return [own, ...bases].find((name) => name === written || name.endsWith(`::${written}`)) ?? written;
  }

  #isOf(given: Type | undefined, type: ClassType): boolean {
    const to = given?.kind === 'pointer' || given?.kind === 'reference' ? given.to : given;
    return to?.kind === 'class' && to.name === type.name;
  }

  /** Runs a class's destructor, then those of its members and its bases. */
  destroy(address: bigint, type: Type): void {
    const run = this.#run;
    if (type.kind === 'array') {
      const stride = run.layouts.stride(type.of);
      for (let at = (type.length ?? 0) - 1; at >= 0; at--) this.destroy(address + BigInt(at * stride), type.of);
      return;
    }
    if (type.kind !== 'class') return;
    if (isSmartPointer(type.name)) {
      run.smart.destroy(address);
      return;
    }
    for (const name of run.resolver.chain(type.name)) {
      const body = run.resolver.own(name, `~${shortName(name)}`, 0);
      if (this.#dynamic.has(address)) this.#dynamic.set(address, name);
      if (body) run.invoke(body, address, []);
      for (const field of (run.program.classOf(name)?.fields ?? []).toReversed()) {
        if (field.static || (field.type.kind !== 'class' && field.type.kind !== 'array')) continue;
        const layout = run.layouts.field({ kind: 'class', name }, field.name);
        if (layout) this.destroy(address + BigInt(layout.offset), field.type);
      }
    }
    this.#dynamic.delete(address);
  }
}

/** Adds the member of `this` that a place is. */
function addField(found: Set<string>, place: Place): void {
  if (place.kind === 'field' && place.base.kind === 'deref' && place.base.pointer.op === 'this')
    found.add(`.${place.name}`);
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
