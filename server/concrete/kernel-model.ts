import { Machine } from '../../sim/machine';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import type { CodeResult, DescriptorResult, MapResult, Panic, UseAfterFree } from '../../sim/outcomes';
import type { Recorder } from '../../sim/recorder';
import type { Task } from '../../sim/task';
import type { Defect } from '../../sim/trace';
import type { CallSite } from './call-site';
import { fault, notModelled, panic, undefinedBehaviour } from './halt';
import { HeldLocks } from './held-locks';
import type { Interpreter } from './interpreter';
import type { Region } from './memory';
import type { RunObject } from './objects';
import { Steps } from './steps';
import type { Access } from './typed-memory';

/** Of an assumed descriptor, map or user buffer. */
const assumedSize = 65536n;
/** After so many reads of zero from one register the code is taken to wait for another value. */
const patience = 256;
/** An object of the simulator's costs about as much as so many instructions. */
const objectCost = 3000;
/** kIODirectionInOut. */
const inOut = 3;
/** Where an assumed provider's registers are. */
const deviceStart = 0xc000_0000n;

/** A machine that there is before the run and after it, with the trace that is being made of it. */
export interface Stage {
  readonly machine: Machine;
  readonly recorder: Recorder;
}

/** The run's side of the simulator: kernel objects as addresses, outcomes as the end of the run. */
export class KernelModel {
  readonly machine: Machine;
  readonly steps: Steps;
  readonly locks: HeldLocks;
  readonly #run: Interpreter;
  readonly #tasks = new Map<Task, bigint>();
  readonly #escaped = new Set<object>();
  readonly #shared = new Set<Region>();
  /** Whose addresses the code uses: the kernel's, or those of a DriverKit driver's own task. */
  codeTask: Task;
  #client: Task | undefined;
  #devices = 0n;
  /** How often a register was read as zero. */
  readonly #reads = new Map<bigint, number>();

  /** The task whose call it is that the run serves, where that is known. */
  caller: Task | undefined;

  constructor(run: Interpreter, stage?: Stage) {
    this.#run = run;
    this.machine = stage?.machine ?? new Machine(run.profile.name);
    this.codeTask = this.machine.kernelTask;
    this.locks = new HeldLocks(run);
    this.steps = new Steps(run, this.machine, stage?.recorder);
  }

  // Tasks.

  kernelTask(): bigint {
    return this.taskAddress(this.machine.kernelTask);
  }

  /** The user task that calls the driver. */
  client(): Task {
    if (this.caller) return this.caller;
    if (!this.#client) {
      const made = this.steps.before(() => this.machine.createTask('client'));
      this.#client = made;
    }
    return this.#client;
  }

  /** The value of a task_t. */
  taskAddress(task: Task): bigint {
    const known = this.#tasks.get(task);
    if (known !== undefined) return known;
    const { base } = this.#run.objects.make('task', task.name, { assumed: true, task }).region;
    this.#tasks.set(task, base);
    return base;
  }

  /** The task that a task_t means; undefined for NULL. */
  taskAt(address: bigint): Task | undefined {
    if (address === 0n) return undefined;
    return this.#run.objects.at(address)?.task ?? notModelled('a task_t that is no task');
  }

  /** Memory of the client's, as a user program would pass it. */
  userBuffer(name: string, size: number): bigint {
    const client = this.client();
    return this.steps.before(() => {
      const made = this.machine.allocate(client, { size: BigInt(size), ...(name === '' ? {} : { note: name }) });
      return made.kind === 'allocated' ? made.address : 0n;
    });
  }

  // Objects that existed before the run.

  /** A descriptor, a map or a task to take for a pointer that nothing in the code gives. */
  assumedObject(className: string, label: string): { readonly address: bigint; readonly text: string } | undefined {
    const { resolver, objects } = this.#run;
    this.#run.spend(objectCost);
    if (className === 'task' || className === 'task_t')
      return { address: this.taskAddress(this.client()), text: "the client's task" };
    if (resolver.isKind(className, 'IOMemoryMap')) {
      const map = this.steps.before(() => this.#assumedMap(label));
      return (
        map && { address: objects.ofSim(map, className, true).region.base, text: 'a 64 KiB mapping in kernel_task' }
      );
    }
    if (!resolver.isKind(className, 'IOMemoryDescriptor')) return undefined;
    const device = className === 'IODeviceMemory' || this.#run.guide?.assumedDevice(label) === true;
    const made = this.steps.before(() => (device ? this.deviceMemory(label) : this.#assumedBuffer(label)));
    if (!made) return undefined;
    this.steps.before(() => {
      this.machine.setName(made, label);
    });
    const general = className === 'IOMemoryDescriptor' || className === 'IOGeneralMemoryDescriptor';
    const object = objects.ofSim(made, general ? made.class : className, true);
    return { address: object.region.base, text: device ? '64 KiB of device memory' : 'a 64 KiB buffer descriptor' };
  }

  /** Registers of a device, at a physical address of their own. */
  deviceMemory(label = ''): MemoryDescriptor | undefined {
    const base = this.#run.guide?.assumedBase() ?? deviceStart + this.#devices * assumedSize;
    const made = this.machine.deviceMemory(base, this.#lengthOf(label));
    if (made.kind === 'descriptor') this.#run.guide?.assumed(made.descriptor);
    this.#devices++;
    return made.kind === 'descriptor' ? made.descriptor : undefined;
  }

  /** How long a descriptor is that nothing in the code makes. */
  #lengthOf(label: string): bigint {
    return this.#run.guide?.assumedLength(label) ?? assumedSize;
  }

  #assumedBuffer(label: string): MemoryDescriptor | undefined {
    const { machine } = this;
    const made = machine.bufferInTask(machine.kernelTask, inOut, this.#lengthOf(label), BigInt(machine.pageSize));
    if (made.kind !== 'descriptor') return undefined;
    this.#run.guide?.assumed(made.descriptor);
    machine.setName(made.descriptor, label);
    return made.descriptor;
  }

  #assumedMap(label: string): MemoryMap | undefined {
    const { machine } = this;
    const made = this.deviceMemory(label);
    const result = made && machine.map(made);
    if (!made || result?.kind !== 'map') return undefined;
    machine.setName(result.map, label);
    machine.setName(made, `memory of ${label}`);
    // Whoever made the descriptor may still have it.
    this.#run.objects.ofSim(made, made.class, true);
    return result.map;
  }

  // Results.

  /** The value of a call that makes or finds a mapping. */
  mapResult(site: CallSite, result: MapResult): bigint {
    this.#run.spend(objectCost);
    switch (result.kind) {
      case 'map': {
        const object = this.#run.objects.ofSim(result.map, 'IOMemoryMap');
        if (site.into !== '') this.firstName(result.map, site.into);
        this.steps.note();
        return object.region.base;
      }
      case 'null':
        this.steps.note();
        return 0n;
      case 'panic':
      case 'use-after-free':
      case 'not-modelled':
        return this.#fatal(result);
    }
  }

  /** The value of a call that makes a descriptor. */
  descriptorResult(site: CallSite, result: DescriptorResult, className?: string): bigint {
    this.#run.spend(objectCost);
    switch (result.kind) {
      case 'descriptor': {
        const object = this.#run.objects.ofSim(result.descriptor, className ?? result.descriptor.class);
        if (site.into !== '') this.firstName(result.descriptor, site.into);
        this.steps.note();
        return object.region.base;
      }
      case 'null':
        this.steps.note('null', `NULL: ${result.why}`);
        return 0n;
      case 'use-after-free':
        return this.#fatal(result);
    }
  }

  codeResult(result: CodeResult): bigint {
    if (result.kind !== 'code') return this.#fatal(result);
    this.steps.note();
    return BigInt(result.code);
  }

  /** A number that a getter of a descriptor or map answers. */
  getter(object: MemoryDescriptor | MemoryMap, name: string): bigint {
    const result = this.machine.get(object, name);
    if (!result) return notModelled(`${name}()`);
    return result.kind === 'value' ? result.value : this.#fatal(result);
  }

  #fatal(result: Panic | UseAfterFree | { readonly kind: 'not-modelled'; readonly what: string }): never {
    this.steps.note();
    switch (result.kind) {
      case 'panic':
        return panic(`${result.reason}: ${result.why}`);
      case 'use-after-free':
        return fault(result.why);
      case 'not-modelled':
        return notModelled(result.what);
    }
  }

  retain(object: MemoryDescriptor | MemoryMap): void {
    this.steps.close();
    const result = this.machine.retain(object);
    this.steps.note();
    if (result.kind === 'use-after-free') fault(result.why);
  }

  release(object: MemoryDescriptor | MemoryMap): void {
    this.#run.quick.forget();
    this.steps.close();
    const result = this.machine.release(object);
    this.steps.note();
    if (object.freed) this.#releaseContexts();
    switch (result.kind) {
      case 'released':
      case 'over-release':
        return;
      case 'panic':
      case 'use-after-free':
        this.#fatal(result);
    }
  }

  /** A descriptor that is freed gives up its context (IOMemoryDescriptor::free). */
  #releaseContexts(): void {
    const { objects } = this.#run;
    for (const object of objects.simulated()) {
      const context = object.sim?.freed ? object.state.get('context') : undefined;
      if (context === undefined) continue;
      object.state.delete('context');
      if (context !== 0n) objects.release(context);
    }
  }

  /** Ends the run with a defect that the run itself found. */
  stop(kind: Defect['kind'], message: string): never {
    this.steps.note('access', message, { kind, message });
    return kind === 'panic' || kind === 'lock'
      ? panic(message)
      : kind === 'undefined'
        ? undefinedBehaviour(message)
        : fault(message);
  }

  useAfterFree(object: RunObject, what: string): never {
    return this.stop(
      'use-after-free',
      `${what} on ${object.region.name}, which was freed: keep a reference of your own for as long as you use it.`,
    );
  }

  /** Names an object after the variable that first holds it. */
  firstName(object: MemoryDescriptor | MemoryMap, name: string): void {
    if (object.unnamed && name !== '') this.machine.setName(object, name);
  }

  /** An object was given to code that nothing models: it may be kept there, so it is not reported as leaked. */
  escaped(object: MemoryDescriptor | MemoryMap): void {
    this.#escaped.add(object);
  }

  hasEscaped(object: object): boolean {
    return this.#escaped.has(object);
  }

  // Memory.

  /** A load by the kernel from an address that is not of the run's own memory. */
  read(address: bigint, size: number, access: Access): Uint8Array {
    const { machine } = this;
    const result = machine.read(this.codeTask, address, size);
    if (result.kind === 'fault') {
      this.steps.note();
      return fault(result.why);
    }
    return this.#registers(address, result.bytes, access);
  }

  /** Device registers read as zero; where the code waits for something else, as ones. */
  #registers(address: bigint, bytes: Uint8Array, access: Access): Uint8Array {
    const { space } = this.codeTask;
    if (!space.entryAt(space.pageOf(address))?.descriptor?.physical || bytes.some((byte) => byte !== 0)) return bytes;
    const reads = (this.#reads.get(address) ?? 0) + 1;
    this.#reads.set(address, reads);
    const place = access.source && access.span ? this.#run.place(access.source, access.span) : undefined;
    this.#run.assume(access.what, '0 (device memory)', place);
    if (reads <= patience) return bytes;
    this.#run.assume(`${access.what}, after ${String(patience)} reads`, 'all ones (device memory)', place);
    return bytes.fill(0xff);
  }

  write(address: bigint, bytes: Uint8Array): void {
    const result = this.machine.write(this.codeTask, address, bytes);
    if (result.kind !== 'fault') return;
    this.steps.note();
    fault(result.why);
  }

  /**
   * Makes memory of the run visible to the simulator, because a descriptor is about to describe it: from now on it lives
   * there, at the same address. Stacks and small blocks belong to the kernel object, so they can't be mapped.
   */
  share(address: bigint): void {
    this.#run.quick.forget();
    const region = this.#run.memory.find(address);
    if (!region || region.freed || this.#shared.has(region)) return;
    const { machine } = this;
    const size = BigInt(Math.max(1, region.size));
    const small = region.kind === 'stack' || !region.pageable;
    const made = machine.allocate(machine.kernelTask, {
      size,
      address: region.base,
      kernelObject: small,
      note: region.name,
    });
    if (made.kind === 'null') return;
    this.#shared.add(region);
    machine.write(machine.kernelTask, region.base, region.bytes);
    this.#run.memory.forget(region);
  }

  /** Takes memory that a descriptor may describe out of the kernel's address space again. */
  unshare(address: bigint): boolean {
    this.#run.quick.forget();
    for (const region of this.#shared) {
      if (region.base !== address) continue;
      this.machine.vm.deallocate(this.machine.kernelTask, address, BigInt(Math.max(1, region.size)));
      this.#shared.delete(region);
      region.freed = true;
      return true;
    }
    return false;
  }
}
