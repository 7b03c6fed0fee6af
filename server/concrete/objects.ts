import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { Device } from '../../sim/device';
import type { DmaCommand } from '../../sim/dma-command';
import type { MemoryMap } from '../../sim/memory-map';
import type { Task } from '../../sim/task';
import type { Type } from '../ir/types';
import type { Interpreter } from './interpreter';
import { ByteState, readInteger, type Region } from './memory';
import { pointed, type Value } from './values';

/** An instance of a class in the run's memory. */
export interface RunObject {
  readonly region: Region;
  /** Its dynamic class. */
  class: string;
  /** Counted here, unless the simulator counts it. */
  references: number;
  freed: boolean;
  /** The simulator's object behind it. */
  sim?: MemoryDescriptor | MemoryMap;
  readonly task?: Task;
  /** The device whose provider it is. */
  device?: Device;
  /** What the model keeps of an IODMACommand. */
  dma?: DmaCommand;
  /** It existed before the run. */
  readonly assumed: boolean;
  /** Given to a call that nothing models, which may have kept a reference. */
  escaped?: boolean;
  /** Addresses of objects that it retains (an array's elements). */
  readonly contents: bigint[];
  /** Of an array of objects. */
  elements?: number;
  /** What a modelled kernel class keeps beside its fields. */
  readonly state: Map<string, bigint>;
}

/** Of an object that may be of any subclass. */
const assumedObjectSize = 4096;

/** All objects of a run, by address; and which variables point to the simulator's. */
export class Objects {
  readonly #run: Interpreter;
  readonly #objects = new Map<bigint, RunObject>();
  readonly #ofSim = new Map<object, RunObject>();
  /** Memory that was seen to hold the address of a simulator's object: where, and how the source calls it. */
  readonly #slots = new Map<bigint, { readonly name: string; readonly target: bigint }>();

  constructor(run: Interpreter) {
    this.#run = run;
  }

  at(address: bigint): RunObject | undefined {
    return this.#objects.get(address);
  }

  classAt(address: bigint): string | undefined {
    return this.#objects.get(address)?.class ?? this.#run.construction.dynamicClass(address);
  }

  all(): Iterable<RunObject> {
    return this.#objects.values();
  }

  /** How the source names the variable at an address, where it was seen to hold one of the simulator's objects. */
  slotName(address: bigint): string | undefined {
    return this.#slots.get(address)?.name;
  }

  /** All objects that stand for one of the simulator's. */
  *simulated(): Iterable<RunObject> {
    yield* this.#ofSim.values();
  }

  /**
   * `new T`, `new T[count]`: zeroed memory (operator new in libkern/c++/OSRuntime.cpp), in which kernel objects start with
   * one reference.
   */
  create(type: Type, count: bigint | undefined, name: string): bigint {
    const run = this.#run;
    const elements = count === undefined ? 1 : Number(count > 1_000_000n ? 1_000_000n : count);
    const size = type.kind === 'unknown' ? assumedObjectSize : Math.max(1, run.layouts.size(type) * elements);
    if (type.kind !== 'class') return run.allocate(size, ByteState.Defined, 'heap', name === '' ? 'new' : name).base;
    const object = this.make(type.name, name === '' ? `new ${type.name}` : name, { size });
    if (count !== undefined) {
      object.elements = elements;
      if (run.construction.needed(type))
        run.construction.construct(object.region.base, { kind: 'array', of: type, length: elements }, []);
    }
    return object.region.base;
  }

  /** A new object. `assumed` ones existed before the run: their fields have values that the run assumes. */
  make(
    className: string,
    name: string,
    options: { assumed?: boolean; size?: number; sim?: MemoryDescriptor | MemoryMap; task?: Task; zero?: boolean } = {},
  ): RunObject {
    const run = this.#run;
    const assumed = options.assumed ?? false;
    const least = assumed ? assumedObjectSize : 64;
    const size = options.size ?? Math.max(least, run.layouts.size({ kind: 'class', name: className }));
    const state = assumed && !options.zero ? ByteState.Assumed : ByteState.Defined;
    const region = run.allocate(size, state, 'object', name);
    const object: RunObject = {
      region,
      class: className,
      references: 1,
      freed: false,
      ...(options.sim ? { sim: options.sim } : {}),
      ...(options.task ? { task: options.task } : {}),
      assumed,
      contents: [],
      state: new Map(),
    };
    this.#objects.set(region.base, object);
    if (options.sim) this.#ofSim.set(options.sim, object);
    return object;
  }

  /** The object that stands for one of the simulator's; made when first asked for. */
  ofSim(sim: MemoryDescriptor | MemoryMap, className: string, assumed = false): RunObject {
    return this.#ofSim.get(sim) ?? this.make(className, sim.name, { sim, assumed });
  }

  /** An object that was allocated becomes one of the simulator's, by its init method. */
  bind(object: RunObject, sim: MemoryDescriptor | MemoryMap): void {
    object.sim = sim;
    this.#ofSim.set(sim, object);
  }

  /** An assumed object turns out to be of a subclass. */
  refine(object: RunObject, className: string): void {
    object.class = className;
  }

  isKind(object: RunObject, className: string): boolean {
    return this.#run.resolver.isKind(object.class, className);
  }

  retain(address: bigint): void {
    const object = this.#objects.get(address);
    if (!object) return;
    if (object.sim) this.#run.kernel.retain(object.sim);
    else if (object.freed) this.#run.kernel.useAfterFree(object, 'retain()');
    else object.references++;
  }

  /** Gives up a reference; the last one frees the object, by its own free() where the workspace has one. */
  release(address: bigint): void {
    const object = this.#objects.get(address);
    if (!object) return;
    if (object.sim) {
      this.#run.kernel.release(object.sim);
      return;
    }
    if (object.freed) this.#run.kernel.useAfterFree(object, 'release()');
    if (--object.references > 0) return;
    // What existed before the run, or was given away, may have holders that the run does not know.
    if (object.assumed || object.escaped) return;
    this.#free(object);
  }

  #free(object: RunObject): void {
    const run = this.#run;
    const free = run.resolver.method(object.class, object.class, 'free', 0);
    if (free.kind === 'source') run.invoke(free.source, object.region.base, []);
    run.construction.destroy(object.region.base, { kind: 'class', name: object.class });
    this.freed(object);
  }

  /** Marks an object as gone and releases what it retained. */
  freed(object: RunObject): void {
    if (object.freed) return;
    object.freed = true;
    object.dma?.free();
    for (const element of object.contents.splice(0)) this.release(element);
    this.#run.memory.free(object.region);
  }

  /** `delete p`. */
  delete(address: bigint): void {
    if (address === 0n) return;
    const object = this.#objects.get(address);
    const region = this.#run.memory.find(address);
    if (!region) return;
    if (region.freed) this.#run.kernel.stop('use-after-free', `delete of ${region.name}, which is gone.`);
    if (object) {
      const of: Type = { kind: 'class', name: object.class };
      const length = object.elements;
      this.#run.construction.destroy(address, length === undefined ? of : { kind: 'array', of, length });
      object.freed = true;
    }
    this.#run.memory.free(region);
  }

  /** Notes that the variable at `address` points to something, for the picture's holders. */
  heldBy(address: bigint, target: bigint, name: string): void {
    const object = this.#objects.get(target);
    if (!object?.sim) return;
    this.#slots.set(address, { name, target });
    this.#run.kernel.firstName(object.sim, name);
  }

  /** The names of the variables that point to each of the simulator's objects now. */
  holders(): ReadonlyMap<bigint, readonly string[]> {
    const run = this.#run;
    const found = new Map<bigint, string[]>();
    const add = (target: bigint, name: string): void => {
      const names = found.get(target);
      if (names) names.push(name);
      else found.set(target, [name]);
    };
    for (const [address, slot] of this.#slots) {
      const region = run.memory.find(address);
      if (!region || region.freed || readInteger(region.bytes, run.memory.offset(region, address), 8) !== slot.target)
        this.#slots.delete(address);
      else add(slot.target, slot.name);
    }
    for (const frame of run.frames)
      frame.registers.forEach((value, index) => {
        const address = addressIn(value);
        if (address !== undefined && this.#objects.get(address)?.sim)
          add(address, frame.code.function.locals[index]!.name);
      });
    return found;
  }

  /** Forgets a simulator's object that is gone and that nothing points to. */
  forget(object: RunObject): void {
    if (object.sim) this.#ofSim.delete(object.sim);
  }

  /** Whether a pointer type leads to a kernel object of a class, or of one that derives from it. */
  pointsTo(type: Type, className: string): boolean {
    const to = pointed(type);
    return to.kind === 'class' && this.#run.resolver.isKind(to.name, className);
  }
}

/** The address that a frame may hold: compiled code keeps it as a number, taken as signed (see `wide`). */
function addressIn(value: Value | undefined): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt.asUintN(64, BigInt(value)) : undefined;
  return typeof value === 'bigint' ? value : undefined;
}
