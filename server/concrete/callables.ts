import type { LocalVariable } from '../ir/types';
import type { CallSite } from './call-site';
import type { Callable, Captured, Frame } from './frame';
import { notModelled } from './halt';
import type { Interpreter } from './interpreter';
import { isSmartPointer } from './layout';
import { ByteState, type Region } from './memory';
import type { Value } from './values';

/** What can be called through an address: functions, lambdas and blocks. */
export class Callables {
  readonly #run: Interpreter;
  readonly #callables = new Map<bigint, Callable>();
  readonly #functions = new Map<string, bigint>();

  constructor(run: Interpreter) {
    this.#run = run;
  }

  /** Calls through a function pointer, a lambda or a block. */
  call(address: bigint, site: CallSite): Value {
    const callable = this.#callables.get(address);
    if (!callable) {
      if (address < 4096n) this.#run.typed.nullDereference(address, `call of ${site.name}`);
      return this.#run.assumer.call(site, site.name, undefined);
    }
    if (callable.kind === 'closure')
      return this.#run.invoke(callable.source, callable.self, site.args, callable.captured);
    const target = this.#run.resolver.function(callable.name, site.args.length, '');
    // OSMemberFunctionCast: a method that is called as a function gets its object as the first argument.
    const code = target.kind === 'source' ? target.source.function : undefined;
    if (target.kind === 'source' && code?.class && !code.static && site.count === code.parameters + 1) {
      const self = site.pointer(0);
      const method = this.#run.resolver.overriding(callable.name, this.#run.objects.classAt(self), code.parameters);
      return this.#run.invoke(method ?? target.source, self, site.args.slice(1));
    }
    return this.#run.perform(target, site);
  }

  /** What a function pointer, lambda or block points to. */
  at(address: bigint): Callable | undefined {
    return this.#callables.get(address);
  }

  functionAddress(name: string): bigint {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const address = this.#run.allocate(1, ByteState.Defined, 'code', name).base;
    this.#functions.set(name, address);
    this.#callables.set(address, { kind: 'function', name });
    return address;
  }

  closureAddress(frame: Frame, index: number): bigint {
    const code = frame.code.function.closures[index];
    if (!code) return notModelled('a lambda whose body was not understood');
    const captured: Captured[] = [];
    code.locals.forEach((local, at) => {
      if (!local.captures) return;
      const outer = local.captures.local;
      if (local.captures.byReference) {
        const region = this.#run.memory.find(this.#run.localAddress(frame, outer));
        if (region) captured.push({ local: at, region });
        return;
      }
      captured.push({ local: at, region: this.#copyOf(frame, outer, local) });
    });
    const address = this.#run.allocate(1, ByteState.Defined, 'code', 'lambda').base;
    const { file, start } = frame.code.source;
    const source = { file, start, function: code };
    this.#callables.set(address, { kind: 'closure', source, self: frame.self, captured });
    return address;
  }

  /** A closure's own copy of a local: it keeps it from one call to the next. */
  #copyOf(frame: Frame, outer: number, { name, type }: LocalVariable): Region {
    const region = this.#run.allocate(
      Math.max(1, this.#run.layouts.size(type)),
      ByteState.Uninitialised,
      'stack',
      name,
    );
    const access = this.#run.access(frame.code.source, name);
    const from = frame.regions[outer];
    if (type.kind === 'class' && isSmartPointer(type.name)) {
      const value = from && this.#run.typed.load(from.base, type, access);
      if (value === undefined) return region;
      this.#run.smart.construct(region.base, [value], [], true);
      frame.closed.push(region);
    } else if (from) this.#run.typed.copy(region.base, from.base, region.size, access);
    else {
      const value = frame.registers[outer];
      if (value !== undefined) this.#run.typed.store(region.base, type, value, access);
    }
    return region;
  }
}
