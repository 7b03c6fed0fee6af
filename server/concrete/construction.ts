import type { Function, Place, Type } from '../ir/types';
import type { CallSite } from './call-site';
import type { Interpreter } from './interpreter';
import { notModelled } from './halt';
import { isSmartPointer } from './layout';
import { ByteState, isUnset } from './memory';
import { Traits } from '../ir/traits';
import type { SourceFunction } from './program';
import { Aggregate, type Value } from './values';

type ClassType = Type & { kind: 'class' };

/** Constructors and destructors, in the order of C++: bases, members, the body; and back. */
export class Construction {
  readonly #run: Interpreter;
  readonly #needed = new Map<string, boolean>();
  readonly #traits: Traits;
  readonly #known = new Map<string, readonly { readonly offset: bigint; readonly type: ClassType }[]>();
  readonly #withVirtual = new Map<string, boolean>();
  readonly #explicit = new WeakMap<Function, ReadonlySet<string>>();
  /** The dynamic classes of objects that are not of the kernel's, by address. */
  readonly #dynamic = new Map<bigint, string>();

  constructor(run: Interpreter) {
    this.#run = run;
    this.#traits = new Traits((name) => run.layouts.declared(name));
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
    const [only] = args;
    const [given] = types;
    if (args.length === 1 && only instanceof Aggregate && this.#isOf(given, type)) {
      run.typed.store(address, type, only, run.access(undefined, ''));
      this.became(address, type);
      return;
    }
    const isDefaulted = args.length === 0 && this.#isDefaulted(type.name);
    const body = isDefaulted ? undefined : run.resolver.own(type.name, shortName(type.name), args.length, types);
    if (args.length === 1 && this.#isOf(given, type) && !(body && this.#takes(body, given))) {
      this.#copyParts(address, type, run.integer(only!), given?.kind === 'reference' && given.rvalue === true);
      return;
    }
    this.#ownOnly(type.name, shortName(type.name), body);
    // A constructor that is not in view may set any of it, and keep what it is given.
    if (!body && !isDefaulted && (args.length > 0 || this.#declaresConstructor(type.name))) {
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

  /** Whether more happens than a copy of the bytes when an object of a class is assigned, or copied. */
  assigned(type: Type): boolean {
    return this.#traits.assigns(type);
  }

  copied(type: Type): boolean {
    return this.#traits.copies(type);
  }

  /** Copies an object part by part, as a class does that declares no copy constructor, or moves its parts. */
  #copyParts(to: bigint, type: ClassType, from: bigint, moved: boolean): void {
    const run = this.#run;
    run.typed.copy(to, from, run.layouts.size(type), run.access(undefined, ''));
    const declared = run.program.classOf(type.name);
    // A class with a destructor of its own has no move constructor but the one that it declares.
    const moves = moved && !declared?.methods.some(({ name }) => name.startsWith('~'));
    for (const part of this.#parts(type)) {
      if (!this.#traits.copies(part.type)) continue;
      const [at, source] = [to + part.offset, from + part.offset];
      if (isSmartPointer(part.type.name)) {
        run.smart.construct(at, [run.smart.value(run.smart.get(source))], [], !moves);
        if (moves) run.smart.clear(source);
      } else
        this.construct(at, part.type, [source], [{ kind: 'reference', to: part.type, ...(moves && { rvalue: true }) }]);
    }
    this.became(to, type);
  }

  /** Assigns an object part by part, as a class does that declares no operator= of its own. */
  assign(to: bigint, type: ClassType, from: bigint): void {
    const run = this.#run;
    if (isSmartPointer(type.name)) {
      run.smart.assign(to, run.smart.value(run.smart.get(from)), true, false);
      return;
    }
    const parts = this.#parts(type).filter((part) => this.#traits.assigns(part.type));
    const access = run.access(undefined, '');
    let at = 0n;
    for (const part of parts) {
      run.typed.copy(to + at, from + at, Number(part.offset - at), access);
      at = part.offset + BigInt(run.layouts.size(part.type));
    }
    run.typed.copy(to + at, from + at, run.layouts.size(type) - Number(at), access);
    for (const { offset, type: of } of parts) {
      const body = isSmartPointer(of.name)
        ? undefined
        : run.resolver.own(of.name, 'operator=', 1, [{ kind: 'reference', to: of }]);
      if (body) run.invoke(body, to + offset, [from + offset]);
      else this.assign(to + offset, of, from + offset);
    }
  }

  /** The direct bases and the fields of a class that are objects, in their order; of arrays each element. */
  #parts(type: ClassType): readonly { readonly offset: bigint; readonly type: ClassType }[] {
    const known = this.#known.get(type.name);
    if (known) return known;
    const { program, layouts } = this.#run;
    const found: { readonly offset: bigint; readonly type: ClassType }[] = [];
    const add = (offset: number, of: Type): void => {
      if (of.kind === 'class') found.push({ offset: BigInt(offset), type: of });
      else if (of.kind === 'array')
        for (let at = 0; at < (of.length ?? 0); at++) add(offset + at * layouts.stride(of.of), of.of);
    };
    const declared = program.classOf(type.name);
    for (const base of declared?.bases ?? []) add(0, { kind: 'class', name: base });
    for (const field of declared?.fields ?? []) {
      if (field.static || (field.type.kind !== 'class' && field.type.kind !== 'array')) continue;
      const layout = layouts.field(type, field.name);
      if (layout) add(layout.offset, field.type);
    }
    this.#known.set(type.name, found);
    return found;
  }

  /** An object came to be by a copy of its bytes: virtual calls find its class. */
  became(address: bigint, type: Type): void {
    if (type.kind !== 'class' || isSmartPointer(type.name)) return;
    if (this.#polymorphic(type.name)) this.#dynamic.set(address, type.name);
    else this.#dynamic.delete(address);
    if (this.#virtual(type))
      for (const part of this.#parts(type)) if (part.offset !== 0n) this.became(address + part.offset, part.type);
  }

  /** Whether objects of a class have virtual methods, or parts that have. */
  #virtual(type: ClassType): boolean {
    const known = this.#withVirtual.get(type.name);
    if (known !== undefined) return known;
    this.#withVirtual.set(type.name, false);
    const answer = this.#polymorphic(type.name) || this.#parts(type).some((part) => this.#virtual(part.type));
    this.#withVirtual.set(type.name, answer);
    return answer;
  }

  /** Whether a constructor takes an object of a class, or of a base of it: copies it, moves it. */
  #takes(body: SourceFunction, given: Type | undefined): boolean {
    const parameter = body.function.locals[0];
    const to = parameter?.parameter && parameter.type.kind === 'reference' ? parameter.type.to : parameter?.type;
    return to?.kind === 'class' && this.#isOf(given, to);
  }

  /** The methods of a class that a function declares in its body are not in view. */
  #ownOnly(className: string, method: string, body: SourceFunction | undefined): void {
    if (body || !className.includes('()::')) return;
    const declared = this.#run.layouts.declared(className);
    if (declared?.methods.some(({ name }) => name === method))
      notModelled(`${method}() of ${className}, a class of a function's own`);
  }

  #declaresConstructor(name: string): boolean {
    const declared = this.#run.program.classOf(name);
    return declared?.methods.some((method) => method.name === shortName(name)) ?? true;
  }

  /** Whether a class declares its constructor without arguments with = default. */
  #isDefaulted(name: string): boolean {
    const methods = this.#run.program.classOf(name)?.methods ?? [];
    return methods.some((each) => each.defaulted && each.name === shortName(name) && each.parameters.length === 0);
  }

  #assume(address: bigint, type: Type): void {
    const run = this.#run;
    const region = run.memory.find(address);
    if (!region) return;
    const start = run.memory.offset(region, address);
    const end = Math.min(region.size, start + run.layouts.size(type));
    for (let at = Math.max(0, start); at < end; at++)
      if (isUnset(region.state[at]!)) region.state[at] = ByteState.Assumed;
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
    return to?.kind === 'class' && (to.name === type.name || this.#run.resolver.isKind(to.name, type.name));
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
    if (type.name.includes('()::')) this.#ownOnly(type.name, `~${shortName(type.name)}`, undefined);
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
