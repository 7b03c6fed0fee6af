import type { BufferMemoryDescriptor } from '../../sim/buffer-memory-descriptor';
import type { AddResult } from '../../sim/composition';
import type { KernelObject } from '../../sim/kernel-object';
import type { Machine } from '../../sim/machine';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import type { MemoryObject } from '../../sim/memory-object';
import type {
  AllocateResult,
  CodeResult,
  DescriptorResult,
  MapResult,
  ReadResult,
  ReleaseResult,
  UseAfterFree,
  WriteResult,
} from '../../sim/outcomes';
import type { TransferResult } from '../../sim/preparation';
import { machineLayout } from '../../sim/profiles';
import type { Task } from '../../sim/task';
import { kIOReturnNotWritable } from './memory';
import type { Pages } from './space';
import { Panic, type OracleDescriptor, type OracleMap, type OracleTask, type Range } from './things';
import { layoutOf, World } from './world';

/** The machine and the oracle do not agree. */
export class Disagreement extends Error {}

/** Reasons that the kernel does not tell apart, or tells apart by where it happens to look first. */
const classes: Readonly<Record<string, string>> = {
  'no-address': 'placement',
  'outside-address-space': 'placement',
  occupied: 'placement',
  'not-accessible': 'source',
  'not-writable': 'source',
  'kernel-object': 'source',
  empty: 'placement',
  nothing: 'placement',
  'not-aligned': 'placement',
  overrun: 'placement',
  'guard-needs-anywhere': 'placement',
  'not-prepared': 'placement',
  'no-space': 'placement',
  'pageable-cap': 'placement',
};
const classOf = (reason: string): string => classes[reason] ?? reason;

const protections = ['---', 'r--', '-w-', 'rw-'];

/** Does every call on the oracle too, and compares what it gave and what it left. */
export class Check {
  #machine!: Machine;
  #world!: World;
  #tasks = new Map<Task, OracleTask>();
  #descriptors = new WeakMap<MemoryDescriptor, OracleDescriptor>();
  #maps = new WeakMap<MemoryMap, OracleMap>();
  readonly #liveDescriptors = new Set<MemoryDescriptor>();
  readonly #liveMaps = new Set<MemoryMap>();
  /** Which oracle's pages a VM object's are. */
  #objects = new Map<MemoryObject, Pages>();
  #down = false;
  /** Calls compared. */
  calls = 0;

  boot(machine: Machine): void {
    this.#machine = machine;
    this.#world = new World(layoutOf(machineLayout(machine.profile.name)!));
    this.#tasks = new Map([[machine.kernelTask, this.#world.kernel.kernelTask]]);
    for (const task of machine.tasks) if (!task.kernel) this.#tasks.set(task, this.#world.kernel.newTask(task.name));
    this.#descriptors = new WeakMap();
    this.#maps = new WeakMap();
    this.#liveDescriptors.clear();
    this.#liveMaps.clear();
    this.#objects.clear();
    this.#down = false;
  }

  get iokit(): bigint {
    return BigInt(this.#world.kernel.layout.iokit.start) * this.#world.kernel.page;
  }

  #equal(what: string, machine: unknown, oracle: unknown): void {
    if (machine === oracle) return;
    const show = (value: unknown): string => (typeof value === 'bigint' ? `0x${value.toString(16)}` : String(value));
    throw new Disagreement(`${what}: the machine says ${show(machine)}, the oracle ${show(oracle)}`);
  }

  #taskOf(task: Task): OracleTask {
    return this.#tasks.get(task)!;
  }

  #of(descriptor: MemoryDescriptor): OracleDescriptor {
    const found = this.#descriptors.get(descriptor);
    if (!found) throw new Disagreement(`the oracle has no ${descriptor.id}`);
    return found;
  }

  /** The oracle's part of a call; undefined where it panics. */
  #try<T>(action: () => T): T | 'panic' {
    this.calls++;
    try {
      return action();
    } catch (error) {
      if (!(error instanceof Panic)) throw error;
      this.#down = true;
      return 'panic';
    }
  }

  /** A call on a freed object does nothing. */
  #stale(objects: readonly (OracleDescriptor | OracleMap)[], kind: string): boolean {
    const freed = objects.some((each) => each.freed);
    if (freed) this.calls++;
    this.#equal('use after free', kind === 'use-after-free', freed);
    return freed;
  }

  #know(descriptor: MemoryDescriptor, own: OracleDescriptor): void {
    this.#descriptors.set(descriptor, own);
    this.#liveDescriptors.add(descriptor);
  }

  #knowMap(map: MemoryMap, own: OracleMap): void {
    this.#maps.set(map, own);
    this.#liveMaps.add(map);
  }

  #make(what: string, result: DescriptorResult, oracle: OracleDescriptor | undefined): void {
    this.#equal(what, result.kind, oracle ? 'descriptor' : 'null');
    if (result.kind !== 'descriptor' || !oracle) return;
    this.#know(result.descriptor, oracle);
    this.#descriptor(result.descriptor, oracle);
  }

  allocated(task: Task, size: bigint, protection: string, result: AllocateResult): void {
    this.calls++;
    const own = this.#taskOf(task);
    if (!task.kernel) {
      const address = this.#world.firstHole(own, size);
      this.#equal('allocate', result.kind, address === undefined ? 'null' : 'allocated');
      if (result.kind === 'allocated') this.#equal('allocated address', result.address, address);
    }
    if (result.kind === 'allocated') this.#world.allocated(own, result.address, size, protections.indexOf(protection));
  }

  deallocated(task: Task, address: bigint, size: bigint): void {
    this.calls++;
    this.#world.deallocate(this.#taskOf(task), address, size);
  }

  described(
    task: Task | undefined,
    ranges: readonly Range[],
    options: number,
    autoPrepare: boolean,
    result: DescriptorResult,
  ): void {
    const own = task && this.#taskOf(task);
    const made = this.#try(() => this.#world.describe(own, ranges, options, autoPrepare));
    if (made === 'panic') throw new Disagreement('the oracle panics on describing');
    this.#make('withAddressRanges', result, made);
  }

  buffer(
    task: Task | undefined,
    options: number,
    capacity: bigint,
    guards: boolean,
    result: DescriptorResult<BufferMemoryDescriptor>,
  ): void {
    const own = task && this.#taskOf(task);
    if (!this.#world.bufferAllowed(own, options, capacity, guards)) {
      this.#make('buffer', result, undefined);
      return;
    }
    const page = this.#world.kernel.page;
    const whole = guards ? ((capacity + page - 1n) / page) * page : capacity;
    const address = result.kind === 'descriptor' ? result.descriptor.ranges[0]!.address : 0n;
    const made = this.#try(() => this.#world.buffer(own, options, whole, address, guards));
    if (made === 'panic') throw new Disagreement('the oracle panics on a buffer');
    this.#make('buffer', result, made);
    if (result.kind === 'descriptor' && made?.ownMap) this.#knowMap(result.descriptor.ownMap!, made.ownMap);
  }

  guardPages(size: bigint, result: DescriptorResult): void {
    this.calls++;
    if (result.kind !== 'descriptor') throw new Disagreement('no guard pages');
    this.#make('guard pages', result, this.#world.guardPages(result.descriptor.ranges[0]!.address, size));
  }

  sub(parent: MemoryDescriptor, offset: bigint, length: bigint, direction: number, result: DescriptorResult): void {
    const of = this.#of(parent);
    if (this.#stale([of], result.kind)) return;
    this.calls++;
    this.#make('withSubRange', result, this.#world.sub(of, offset, length, direction));
  }

  multi(parts: readonly MemoryDescriptor[], direction: number, result: DescriptorResult): void {
    const of = parts.map((part) => this.#of(part));
    if (this.#stale(of, result.kind)) return;
    this.calls++;
    this.#make('withDescriptors', result, this.#world.multi(of, direction));
  }

  interleaved(capacity: bigint, direction: number, result: DescriptorResult): void {
    this.calls++;
    this.#make('interleaved', result, this.#world.interleaved(capacity, direction));
  }

  addSegment(whole: MemoryDescriptor, part: MemoryDescriptor, offset: bigint, length: bigint, result: AddResult): void {
    const of = this.#of(whole);
    const piece = this.#of(part);
    if (this.#stale([of, piece], result.kind)) return;
    this.calls++;
    this.#equal('setMemoryDescriptor', result.kind === 'added', this.#world.addSegment(of, piece, offset, length));
    this.#descriptor(whole, of);
  }

  clearSegments(whole: MemoryDescriptor, direction: number, result: UseAfterFree | undefined): void {
    const of = this.#of(whole);
    if (this.#stale([of], result?.kind ?? '')) return;
    this.calls++;
    this.#world.clearSegments(of, direction);
    this.#descriptor(whole, of);
  }

  mapped(
    descriptor: MemoryDescriptor,
    task: Task | undefined,
    at: bigint,
    options: number,
    offset: bigint,
    length: bigint,
    result: MapResult,
  ): void {
    const of = this.#of(descriptor);
    if (this.#stale([of], result.kind)) return;
    const own = task && this.#taskOf(task);
    const made = this.#try(() => this.#world.map({ of, task: own, at, options, offset, length }));
    if (made === 'panic') throw new Disagreement('a panic out of place');
    if (made.kind === 'panic') this.#down = true;
    const reason = made.kind === 'map' ? made.how : made.reason;
    this.#equal(`createMappingInTask (${reason}, ${'why' in result ? result.why : ''})`, result.kind, made.kind);
    if (result.kind === 'null' && made.kind === 'null' && offset + (length || descriptor.length) < 1n << 64n)
      this.#equal(`NULL (${result.reason}, ${made.reason})`, classOf(result.reason), classOf(made.reason));
    if (result.kind !== 'map' || made.kind !== 'map') return;
    this.#equal('how', result.how, made.how);
    const known = this.#maps.get(result.map);
    this.#equal('a map that was there', known !== undefined, made.how === 'shared');
    if (known) {
      this.#equal('the same map', known === made.map, true);
      known.owned++;
    } else this.#knowMap(result.map, made.map);
    this.#map(result.map, made.map);
  }

  released(object: KernelObject, result: ReleaseResult): void {
    const own = this.#own(object);
    if (this.#stale([own], result.kind)) return;
    const done = this.#try(() => {
      this.#world.releaseOwned(own);
    });
    this.#equal('release', result.kind, done === 'panic' ? 'panic' : 'released');
    if (result.kind === 'released') this.#equal('freed', result.freed, own.freed);
  }

  retained(object: KernelObject, result: { readonly kind: string }): void {
    const own = this.#own(object);
    if (this.#stale([own], result.kind)) return;
    this.calls++;
    own.count++;
    own.owned++;
  }

  unmapped(map: MemoryMap, result: CodeResult): void {
    const own = this.#maps.get(map)!;
    if (this.#stale([own], result.kind)) return;
    const done = this.#try(() => {
      this.#world.kernel.unmap(own);
    });
    this.#equal('unmap', result.kind, done === 'panic' ? 'panic' : 'code');
    if (!this.#down) this.#map(map, own);
  }

  redirected(map: MemoryMap, to: MemoryDescriptor, result: CodeResult): void {
    const own = this.#maps.get(map)!;
    const of = this.#of(to);
    if (this.#stale([own, of], result.kind)) return;
    const before = own.count;
    const done = this.#try(() => this.#world.redirect(own, of, 0n));
    this.#equal(
      `redirect (${result.kind === 'code' || result.kind === 'panic' ? result.why : ''})`,
      result.kind,
      done === 'panic' ? 'panic' : 'code',
    );
    if (result.kind !== 'code' || done === 'panic') return;
    this.#equal(`redirect (${result.why})`, result.code === 0, done);
    if (!done && own.count < before) own.owned--;
    this.#map(map, own);
    this.#descriptor(to, of);
  }

  prepared(descriptor: MemoryDescriptor, direction: number, result: CodeResult): void {
    const of = this.#of(descriptor);
    if (this.#stale([of], result.kind)) return;
    const done = this.#try(() => this.#world.memory.prepare(of, direction));
    this.#equal('prepare', result.kind, done === 'panic' ? 'panic' : 'code');
    if (result.kind !== 'code') return;
    this.#equal(`prepare (${result.why})`, result.code === 0, done === 'ok');
    if (done === 'not-writable') this.#equal('prepare', result.code, kIOReturnNotWritable);
    this.#descriptor(descriptor, of);
  }

  completed(descriptor: MemoryDescriptor, result: CodeResult): void {
    const of = this.#of(descriptor);
    if (this.#stale([of], result.kind)) return;
    this.#try(() => {
      this.#world.memory.complete(of);
    });
    this.#equal('complete', result.kind === 'code' ? result.code : result.kind, 0);
    this.#descriptor(descriptor, of);
  }

  lengthSet(descriptor: MemoryDescriptor, length: bigint, result: UseAfterFree | undefined): void {
    const of = this.#of(descriptor);
    if (this.#stale([of], result?.kind ?? '')) return;
    this.calls++;
    this.#world.setLength(of, length);
    this.#descriptor(descriptor, of);
  }

  transferred(
    descriptor: MemoryDescriptor,
    offset: bigint,
    bytes: Uint8Array,
    write: boolean,
    result: TransferResult,
  ): void {
    const of = this.#of(descriptor);
    if (this.#stale([of], result.kind)) return;
    const own = bytes.slice();
    const done = this.#try(() => this.#world.memory.transfer(of, offset, own, write));
    this.#equal('transfer', result.kind, done === 'panic' ? 'panic' : 'transferred');
    if (result.kind !== 'transferred' || done === 'panic') return;
    this.#equal('bytes transferred', result.bytes.length, done);
    this.#equal('bytes', Buffer.from(result.bytes).toString('hex'), Buffer.from(own.subarray(0, done)).toString('hex'));
  }

  accessed(task: Task, address: bigint, bytes: Uint8Array, write: boolean, result: ReadResult | WriteResult): void {
    const own = bytes.slice();
    const fault = this.#try(() => this.#world.memory.access(this.#taskOf(task), address, own, write));
    this.#equal('access', result.kind, fault === undefined ? (write ? 'written' : 'bytes') : 'fault');
    if (result.kind === 'fault') this.#equal('fault', result.address, fault);
    if (result.kind === 'bytes')
      this.#equal('bytes loaded', Buffer.from(result.bytes).toString('hex'), Buffer.from(own).toString('hex'));
  }

  #own(object: KernelObject): OracleDescriptor | OracleMap {
    return object.kind === 'map' ? this.#maps.get(object as MemoryMap)! : this.#of(object as MemoryDescriptor);
  }

  #value(object: KernelObject, getter: string): bigint | undefined {
    const result = this.#machine.get(object, getter);
    if (result && result.kind !== 'value') throw new Disagreement(`${getter}: ${result.kind}`);
    return result?.value;
  }

  #map(map: MemoryMap, own: OracleMap): void {
    this.#equal(`${map.id} freed`, map.freed, own.freed);
    if (own.freed) return;
    const is = (getter: string, value: bigint): void => {
      this.#equal(`${map.id} ${getter}`, this.#value(map, getter), value);
    };
    is('getAddress', own.address);
    is('getLength', own.length);
    is('getOffset', own.offset);
    is('getMapOptions', BigInt(own.options));
    if (own.owned) is('getRetainCount', BigInt(own.count));
    this.#equal(`${map.id} alive`, map.alive, own.alive);
    this.#equal(`${map.id} super`, map.superMap && this.#maps.get(map.superMap), own.superMap);
    const memory = map.memory && this.#descriptors.get(map.memory);
    // A physical Unique mapping has a descriptor of its own, which nobody was given.
    if (map.memory && !memory && own.memory && own.memory.owned === 0) this.#know(map.memory, own.memory);
    else if (own.owned) this.#equal(`${map.id} getMemoryDescriptor`, memory, own.memory);
  }

  #descriptor(descriptor: MemoryDescriptor, own: OracleDescriptor): void {
    this.#equal(`${descriptor.id} freed`, descriptor.freed, own.freed);
    if (own.freed) return;
    this.#equal(`${descriptor.id} getLength`, this.#value(descriptor, 'getLength'), own.length);
    this.#equal(`${descriptor.id} getDirection`, this.#value(descriptor, 'getDirection'), BigInt(own.direction));
    this.#equal(`${descriptor.id} getRetainCount`, this.#value(descriptor, 'getRetainCount'), BigInt(own.count));
    const set = [...descriptor.maps].map((map) => this.#maps.get(map));
    this.#equal(`${descriptor.id} maps`, set.length, own.set.length);
    set.forEach((map, index) => {
      this.#equal(`${descriptor.id} map ${String(index)}`, map, own.set[index]);
    });
    if (own.kind === 'sub' || own.kind === 'multi' || own.kind === 'interleaved') return;
    this.#equal(`${descriptor.id} wireCount`, descriptor.wireCount, own.wireCount);
  }

  /** Everything there is, page by page. */
  all(): void {
    if (this.#down) throw new Disagreement('only the oracle came down');
    for (const map of this.#liveMaps) {
      this.#map(map, this.#maps.get(map)!);
      if (map.freed) this.#liveMaps.delete(map);
    }
    for (const descriptor of this.#liveDescriptors) {
      this.#descriptor(descriptor, this.#of(descriptor));
      if (descriptor.freed) this.#liveDescriptors.delete(descriptor);
    }
    for (const [task, own] of this.#tasks) this.#space(task, own);
  }

  #space(task: Task, own: OracleTask): void {
    const { table, kept } = own.space;
    let seen = 0;
    const head = new Uint8Array(16);
    for (const entry of task.space.entries) {
      if (kept.some((region) => entry.start >= region.start && entry.end <= region.end)) continue;
      for (let page = entry.start; page < entry.end; page++) {
        const found = table.get(page);
        const where = `${task.name} page 0x${task.space.addressOf(page).toString(16)}`;
        if (!found) throw new Disagreement(`${where}: the oracle has none (${entry.kind})`);
        seen++;
        this.#equal(`${where} protection`, entry.protection, protections[found.protection]);
        if (!found.protection || !entry.object) continue;
        const same = this.#objects.get(entry.object);
        if (!same) this.#objects.set(entry.object, found.pages);
        this.#equal(`${where} object`, same === undefined || same === found.pages, true);
        this.#equal(`${where} cache`, entry.object.cache, found.pages.cache);
        const address = task.space.addressOf(page);
        const read = this.#machine.read(task, address, head.length);
        const fault = this.#world.memory.access(own, address, head, false);
        this.#equal(`${where} read`, read.kind, fault === undefined ? 'bytes' : 'fault');
        if (read.kind === 'bytes')
          this.#equal(`${where} bytes`, Buffer.from(read.bytes).toString('hex'), Buffer.from(head).toString('hex'));
      }
    }
    if (seen === table.size) return;
    for (const page of table.keys())
      if (!task.space.entryAt(page))
        throw new Disagreement(
          `${task.name} page 0x${task.space.addressOf(page).toString(16)}: only the oracle has it`,
        );
  }
}
