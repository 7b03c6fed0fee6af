import { BufferMemoryDescriptor } from '../../sim/buffer-memory-descriptor';
import { InterleavedMemoryDescriptor } from '../../sim/interleaved-memory-descriptor';
import type { KernelObject } from '../../sim/kernel-object';
import { Machine } from '../../sim/machine';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import { SubMemoryDescriptor } from '../../sim/sub-memory-descriptor';
import type { Task } from '../../sim/task';
import type { Check } from './check';

/**
 * A random driver. Each operation is a few small numbers; what they mean depends on what there is. `check` is told of
 * every call and what it gave, and may be absent.
 */

export type Operation = readonly [kind: number, a: number, b: number, c: number, d: number, e: number, f: number];

interface Allocation {
  readonly task: Task;
  readonly address: bigint;
  readonly size: bigint;
}

export interface Call {
  readonly what: string;
  readonly text: string;
}

/** How often each kind of operation comes; the numbers add up to what `Operation[0]` is taken modulo. */
const weights = {
  map: 30,
  release: 24,
  allocate: 4,
  describe: 7,
  physical: 2,
  buffer: 5,
  sub: 3,
  multi: 2,
  interleaved: 1,
  retain: 2,
  unmap: 2,
  prepare: 4,
  complete: 3,
  setLength: 1,
  transfer: 4,
  access: 6,
  redirect: 2,
  deallocate: 1,
  setMapping: 1,
} as const;

export type Kind = keyof typeof weights;

export interface DriverOptions {
  /** No operation of these kinds is done. */
  readonly without?: ReadonlySet<Kind>;
  /**
   * Nothing is done after which the kernel itself leaves pages behind: mappings that overwrite (B.8.3), a prefault of what
   * is not wired (B.9), ranges that do not meet on pages (B.19), composed memory whose parts do not (B.16), and memory
   * that is taken from under a mapping (E.8).
   */
  readonly clean?: boolean;
}

const kinds = Object.entries(weights).flatMap(([kind, weight]) => new Array<Kind>(weight).fill(kind as Kind));

const inPages = [0, 0, 0, 0, 0x10, 0x800, 0xfff, 1] as const;

const composed = (of: MemoryDescriptor): boolean =>
  of instanceof SubMemoryDescriptor ? composed(of.parent) : of.composed;

const reaches = (from: MemoryDescriptor, to: MemoryDescriptor): boolean =>
  from === to ||
  (from instanceof SubMemoryDescriptor ? reaches(from.parent, to) : from.parts.some((part) => reaches(part, to)));

const hexOf = (value: bigint | number): string => `0x${value.toString(16)}`;

export class Driver {
  machine!: Machine;
  descriptors: MemoryDescriptor[] = [];
  maps: MemoryMap[] = [];
  allocations: Allocation[] = [];
  /** What the driver owns, as it believes; below zero where a redirect that failed took what others own. */
  owned = new Map<KernelObject, number>();
  /**
   * Maps that a failing redirect gave back a reference of while the driver owned none: makeMapping releases the map that
   * it was given, and the reference may be that of a map inside it (IOMemoryDescriptor.cpp, makeMapping).
   */
  undermined = new WeakSet<MemoryMap>();
  /** Physical ranges that do not meet on pages. */
  readonly #ragged = new WeakSet<MemoryDescriptor>();
  /** How many times the machine came down, and was started again. */
  panics = 0;
  readonly log: string[] = [];

  constructor(
    readonly profile: string,
    readonly check?: Check,
    readonly options: DriverOptions = {},
  ) {
    this.#boot();
  }

  #boot(): void {
    this.machine = new Machine(this.profile);
    this.machine.createTask('A');
    this.machine.createTask('B');
    this.descriptors = [];
    this.maps = [];
    this.allocations = [];
    this.owned = new Map();
    this.check?.boot(this.machine);
  }

  do(operation: Operation): void {
    const [kind, a, b, c, d, e, f] = operation;
    const name = kinds[kind % kinds.length]!;
    if (this.options.without?.has(name)) return;
    this.#prune();
    this[name](a, b, c, d, e, f);
  }

  get page(): bigint {
    return BigInt(this.machine.pageSize);
  }

  #say(text: string): void {
    this.log.push(text);
    if (this.log.length > 400) this.log.splice(0, 200);
  }

  #prune(): void {
    const old = (object: KernelObject): boolean => object.freed;
    if (this.descriptors.filter(old).length > 12) this.descriptors = this.descriptors.filter((each) => !old(each));
    if (this.maps.filter(old).length > 12) this.maps = this.maps.filter((each) => !old(each));
  }

  #pick<T>(list: readonly T[], index: number): T | undefined {
    return list.length ? list[index % list.length] : undefined;
  }

  #task(index: number): Task {
    return this.machine.tasks[index % 3]!;
  }

  #own(object: KernelObject, delta: number): void {
    const count = (this.owned.get(object) ?? 0) + delta;
    if (count) this.owned.set(object, count);
    else this.owned.delete(object);
  }

  #made(descriptor: MemoryDescriptor): void {
    this.descriptors.push(descriptor);
    this.#own(descriptor, 1);
  }

  #panicked(): void {
    this.panics++;
    this.#say('  the machine came down');
    this.#boot();
  }

  #name(object: KernelObject): string {
    return object.id;
  }

  #isRagged(of: MemoryDescriptor): boolean {
    if (of instanceof SubMemoryDescriptor) return this.#isRagged(of.parent);
    return this.#ragged.has(of) || of.parts.some((part) => this.#isRagged(part));
  }

  allocate(a: number, b: number, c: number, d: number): void {
    const task = this.#task(a % 8 === 0 ? 0 : 1 + (a % 2));
    if (this.allocations.length > 40) return;
    const pages = b % 24 === 0 ? 70 + (c % 220) : 1 + (b % 12);
    const size = BigInt(pages) * this.page;
    const protection = d % 8 === 0 ? 'r--' : 'rw-';
    this.#say(`allocate ${task.name} ${String(pages)} pages ${protection}`);
    const result = this.machine.allocate(task, { size, protection });
    this.check?.allocated(task, size, protection, result);
    if (result.kind !== 'allocated') return;
    this.allocations.push({ task, address: result.address, size });
    if (protection === 'rw-') this.#stamp(task, result.address, size, d + b);
  }

  /** Something to recognise each page by. */
  #stamp(task: Task, address: bigint, size: bigint, seed: number): void {
    for (let at = 0n; at < size; at += this.page)
      this.#store(task, address + at, (seed * 31 + Number(at / this.page)) & 0xffff);
  }

  #store(task: Task, address: bigint, seed: number): void {
    const bytes = Uint8Array.from({ length: 12 }, (_, i) => (seed * (i + 3) + (seed >> (i & 7))) & 255);
    const result = this.machine.write(task, address, bytes);
    this.check?.accessed(task, address, bytes, true, result);
  }

  describe(a: number, b: number, c: number, d: number, e: number, f: number): void {
    const count = a % 4 === 0 && !this.options.clean ? 1 + (b % 3) : 1;
    const first = this.#pick(this.allocations, b);
    if (!first) return;
    const { task } = first;
    const ranges = [];
    for (let i = 0; i < count; i++) {
      const from =
        i === 0
          ? first
          : this.#pick(
              this.allocations.filter((each) => each.task === task),
              c + i * 7,
            )!;
      const pages = Number(from.size / this.page);
      const start = BigInt((c >> i) % pages) * this.page + BigInt(d % 3 === 0 ? inPages[(d >> 2) % 8]! : 0);
      const left = from.size - start;
      const length = d % 5 === 0 ? left : BigInt(1 + ((d * 257 + e) % Number(left))) + (d % 41 === 7 ? left : 0n);
      const whole = a % 8 === 0 || length < this.page ? length : length - (length % this.page);
      ranges.push({ address: from.address + start, length: d % 53 === 0 ? 0n : whole });
    }
    // Sometimes what is described is a mapping, or nothing at all.
    const map = this.#pick(this.maps, f);
    if (f % 11 === 0 && map && map.alive && map.task === task && count === 1)
      ranges[0] = { address: map.address, length: map.length };
    const options = (e % 4) | (f % 9 === 1 ? 0x10000 : 0) | (f % 13 === 2 ? 0x20000 : 0);
    if (task.kernel && f % 5 === 0 && !(options & 0x30000) && count === 1) {
      const { address, length } = ranges[0]!;
      this.#say(`withAddress ${hexOf(address)} ${hexOf(length)} ${hexOf(options)}`);
      const result = this.machine.withAddress(address, length, options);
      this.check?.described(task, ranges, options, true, result);
      if (result.kind === 'descriptor') this.#made(result.descriptor);
      return;
    }
    this.#say(
      `describe ${task.name} ${ranges.map((r) => `${hexOf(r.address)}+${hexOf(r.length)}`).join(' ')} ${hexOf(options)}`,
    );
    const result = this.machine.withAddressRanges(ranges, options, task);
    this.check?.described(task, ranges, options, false, result);
    if (result.kind === 'descriptor') this.#made(result.descriptor);
  }

  physical(a: number, b: number, c: number, d: number, e: number): void {
    const ranges = [];
    let next = 0x80000000n + BigInt(a % 64) * this.page;
    const count = e % 2 === 0 ? 1 : 1 + (b % 3);
    for (let i = 0; i < count; i++) {
      const address = next + BigInt(i === 0 || c % 5 === 0 ? inPages[(c >> i) % 8]! : 0);
      let length = BigInt(1 + ((b >> i) % 6)) * this.page - (address % this.page);
      if ((c >> 4) % 4 === 0) {
        const less = BigInt(inPages[(d >> i) % 8]!);
        if (length > less) length -= less;
      }
      ranges.push({ address, length });
      next = address + length + ((d >> 3) % 2 ? 0n : this.page * BigInt(1 + (d % 5)));
      if ((d >> 3) % 2 === 0) next -= next % this.page;
    }
    const direction = e % 4;
    this.#say(`physical ${ranges.map((r) => `${hexOf(r.address)}+${hexOf(r.length)}`).join(' ')} ${String(direction)}`);
    const one = ranges[0]!;
    const result =
      count === 1 && d % 2
        ? this.machine.deviceMemory(one.address, one.length)
        : this.machine.withAddressRanges(ranges, direction, undefined);
    this.check?.described(undefined, ranges, count === 1 && d % 2 ? 0 : direction, false, result);
    if (result.kind !== 'descriptor') return;
    this.#made(result.descriptor);
    const end = (range: { address: bigint; length: bigint }): bigint => (range.address + range.length) % this.page;
    if (ranges.slice(0, -1).some((range) => end(range)) || ranges.slice(1).some((range) => range.address % this.page))
      this.#ragged.add(result.descriptor);
  }

  buffer(a: number, b: number, c: number, d: number, e: number, f: number): void {
    const capacity =
      a % 31 === 0 ? 0n : a % 5 === 0 ? BigInt(1 + (b % 9)) * this.page : BigInt(1 + ((b * 7 + c) % 0x28000));
    const options =
      (c % 4) |
      (d % 3 === 0 ? 0x20 : 0) |
      (d % 5 === 1 ? 0x10000 : 0) |
      (e % 7 === 0 ? (1 + (e % 9)) << 8 : 0) |
      (e % 43 === 3 && !this.options.clean ? 0x10000000 : 0);
    const task =
      f % 3 === 0 && d % 3 === 0
        ? this.#task(f)
        : f % 17 === 0
          ? undefined
          : f % 19 === 0
            ? this.#task(1)
            : this.machine.kernelTask;
    const kind = e % 11 === 5 ? 'guard buffer' : e % 13 === 6 ? 'guard pages' : 'buffer';
    this.#say(`${kind} ${task?.name ?? 'NULL'} ${hexOf(options)} ${hexOf(capacity)}`);
    if (kind === 'guard pages') {
      const size = capacity % (5n * this.page);
      if (size === 0n) return;
      const result = this.machine.guardPages(size);
      this.check?.guardPages(size, result);
      if (result.kind === 'descriptor') this.#made(result.descriptor);
      return;
    }
    const guards = kind === 'guard buffer';
    const result = guards
      ? this.machine.bufferWithGuardPages(task, options, capacity)
      : this.machine.bufferInTask(task, options, capacity);
    this.check?.buffer(task, options, capacity, guards, result);
    if (result.kind !== 'descriptor') return;
    this.#made(result.descriptor);
    const { task: owner, ranges } = result.descriptor;
    if (owner && ranges[0]!.address) this.#stamp(owner, ranges[0]!.address, result.descriptor.capacity, a + f);
  }

  sub(a: number, b: number, c: number, d: number): void {
    const parent = this.#pick(this.descriptors, a);
    if (!parent) return;
    const length = Number(parent.length) || 1;
    let from = BigInt((b * 31 + c) % length);
    if (d % 2) from -= from % this.page;
    let size = BigInt(1 + ((c * 97 + d) % (length - Number(from) || 1)));
    if (d % 29 === 0) size += BigInt(length);
    if (d % 31 === 1) from = BigInt.asUintN(64, -this.page);
    if (d % 37 === 0) size = 0n;
    this.#say(`sub of ${this.#name(parent)} ${hexOf(from)}+${hexOf(size)}`);
    const result = this.machine.subRange(parent, from, size, c % 4);
    this.check?.sub(parent, from, size, c % 4, result);
    if (result.kind === 'descriptor') this.#made(result.descriptor);
  }

  multi(a: number, b: number, c: number, d: number, e: number): void {
    const parts: MemoryDescriptor[] = [];
    for (const index of [a, b, c, d].slice(0, 1 + (e % 4))) {
      // Mostly whole pages: the kernel's own condition (IOMultiMemoryDescriptor.h).
      const able = this.descriptors.filter(
        (each) =>
          !each.freed && !this.#isRagged(each) && (e % 5 === 0 || (each.length % this.page === 0n && each.length > 0n)),
      );
      const part = this.#pick(able, index);
      if (part) parts.push(part);
    }
    if (!parts.length && e % 9) return;
    this.#say(`multi ${parts.map((part) => this.#name(part)).join(' ')}`);
    const result = this.machine.multi(parts, e % 4);
    this.check?.multi(parts, e % 4, result);
    if (result.kind === 'descriptor') this.#made(result.descriptor);
  }

  interleaved(a: number, b: number, c: number, d: number): void {
    const wholes = this.descriptors.filter((each) => each instanceof InterleavedMemoryDescriptor);
    const whole = this.#pick(wholes, a);
    if (!whole || c % 6 === 0) {
      this.#say('interleaved');
      const result = this.machine.interleaved(BigInt(1 + (b % 4)), d % 4);
      this.check?.interleaved(BigInt(1 + (b % 4)), d % 4, result);
      if (result.kind === 'descriptor') this.#made(result.descriptor);
      return;
    }
    if (c % 6 === 1) {
      this.#say(`clear ${this.#name(whole)}`);
      const result = this.machine.clearSegments(whole, d % 4);
      this.check?.clearSegments(whole, d % 4, result);
      return;
    }
    const part = this.#pick(this.descriptors, b);
    // A ring of descriptors would keep itself alive.
    if (!part || reaches(part, whole)) return;
    const offset = BigInt(d) % (part.length || 1n);
    const size = c % 17 === 2 ? part.length : part.length - offset;
    this.#say(`add ${this.#name(part)} to ${this.#name(whole)}`);
    const result = this.machine.addSegment(whole, part, offset, size);
    this.check?.addSegment(whole, part, offset, size, result);
  }

  #address(task: Task, a: number, b: number): bigint {
    const on = this.#pick(
      this.maps.filter((map) => map.alive && map.task === task),
      b,
    );
    const odd = BigInt(inPages[(b >> 3) % 8]!);
    const base = task.kernel
      ? (this.check?.iokit ?? 0xffffff9300000000n) + 0x100000000n
      : 0x140000000n + (b % 7 === 0 ? 0x700000000n : 0n);
    switch (a % 10) {
      case 0:
        return 0n;
      case 1:
        return on?.address ?? 0x2000n;
      case 2:
        return (on?.address ?? base) + (on?.length ?? 0n);
      case 3:
        return on ? on.address - this.page : base;
      case 4:
        return 0x00007ffffffff000n;
      default:
        return base + BigInt(b % 200) * this.page + odd;
    }
  }

  map(a: number, b: number, c: number, d: number, e: number, f: number): void {
    const of = this.#pick(this.descriptors, a);
    if (!of) return;
    const task = this.#task(b);
    const length = of.length;
    let options = c % 4 === 0 ? 0 : 1;
    if ((c >> 2) % 4 === 0) options |= 0x1000;
    if ((c >> 4) % 4 === 0) options |= 0x04000000;
    if ((c >> 6) % 16 === 0) options |= 0x02000000;
    if ((c >> 6) % 16 === 1) options |= 0x10000000;
    if ((c >> 6) % 16 === 2 || (c >> 6) % 16 === 3) options |= 0x40000000;
    if ((c >> 6) % 16 === 4) options |= 0x80000000;
    if ((c >> 6) % 64 === 5) options |= 0xc0000000;
    if ((c >> 10) % 8 === 0) options |= (1 + (d % 12)) << 8;
    let offset = 0n;
    let size = 0n;
    if (d % 3 && length > 0n) {
      offset = BigInt((d * 61 + e) % Number(length));
      if (d % 2) offset -= offset % this.page;
      size = BigInt(1 + ((e * 131 + d) % (Number(length - offset) || 1)));
      if (d % 7 === 0) size = length - offset;
      if (d % 23 === 0) size += length;
      if (d % 29 === 0) offset += length;
      if (d % 997 === 0) size = BigInt.asUintN(64, -offset) || 5n;
    }
    const copied = (each: MemoryDescriptor): boolean =>
      each instanceof SubMemoryDescriptor
        ? copied(each.parent)
        : (each.flags & 0x20000) !== 0 || each.parts.some((part) => copied(part));
    if (composed(of) && length === 0n) return;
    if (this.options.clean) {
      options &= ~0x30000000;
      if (composed(of)) return;
    }
    if (copied(of)) {
      if (of instanceof SubMemoryDescriptor || of.composed) return;
      offset = 0n;
      size = 0n;
    }
    const at = options & 1 && f % 3 ? 0n : this.#address(task, e, f);
    // Overwriting only what is a mapping, or free: elsewhere it is an application's memory.
    if ((c >> 6) % 32 === 6 && !this.options.clean) options |= 0x20000000;
    if (options & 0x20000000 && task.kernel && f % 8) options &= ~0x20000000;
    if (options & 0x20000000 && f % 64) options &= ~1;
    // Where the pager refuses what it was to replace, the pages stay; the machine enters none.
    if (this.#isRagged(of)) options &= ~0x20000000;
    const nobody = f % 4999 === 0;
    if (!nobody && (options & 0x06000000) === 0x06000000 && f % 256) options &= ~0x02000000;
    options >>>= 0;
    this.#say(
      `map ${this.#name(of)} in ${nobody ? 'NULL' : task.name} at ${hexOf(at)} ${hexOf(options)} ${hexOf(offset)}+${hexOf(size)}`,
    );
    const to = nobody ? undefined : task;
    const result = this.machine.createMappingInTask(of, to, at, options, offset, size);
    this.check?.mapped(of, to, at, options, offset, size, result);
    if (result.kind === 'map') {
      if (!this.maps.includes(result.map)) this.maps.push(result.map);
      this.#own(result.map, 1);
    } else if (result.kind === 'panic') this.#panicked();
  }

  setMapping(a: number, b: number, c: number, d: number): void {
    const of = this.#pick(this.descriptors, a);
    if (!of) return;
    const task = this.#task(b);
    const options = c % 3 === 0 ? 0x1000 : 0;
    this.#say(`setMapping ${this.#name(of)} ${task.name}`);
    const address = 0x180000000n + BigInt(d) * this.page;
    // A record longer than the memory is left without a descriptor (IOMemoryMap::setMemoryDescriptor).
    let root = of;
    while (root instanceof SubMemoryDescriptor) root = root.parent;
    if (of.length > root.length || of.length === 0n) return;
    const result = this.machine.setMapping(of, task, address, options);
    this.check?.mapped(of, task, address, options | 0x01000000, 0n, of.length, result);
    if (result.kind !== 'map') return;
    if (!this.maps.includes(result.map)) this.maps.push(result.map);
    this.#own(result.map, 1);
  }

  #held(): KernelObject[] {
    return [...this.owned].filter(([, count]) => count > 0).map(([object]) => object);
  }

  release(a: number, b: number): void {
    const held = this.#held();
    const list = b % 2 ? held.filter((each) => each.kind === 'map') : held;
    const object = this.#pick(list, a);
    if (!object) return;
    // Few things stay for long, or there would be no room for new ones.
    const times = held.length > 60 && b % 4 ? (this.owned.get(object) ?? 1) : 1;
    for (let i = 0; i < times && !object.freed; i++) if (!this.giveBack(object)) return;
  }

  /** @returns false where the machine came down. */
  giveBack(object: KernelObject): boolean {
    this.#say(`release ${this.#name(object)}`);
    const result = this.machine.release(object);
    this.check?.released(object, result);
    this.#own(object, -1);
    if (result.kind !== 'panic') return true;
    this.#panicked();
    return false;
  }

  retain(a: number, b: number): void {
    const object = this.#pick<KernelObject>(b % 2 ? this.maps : this.descriptors, a);
    if (!object) return;
    this.#say(`retain ${this.#name(object)}`);
    const result = this.machine.retain(object);
    this.check?.retained(object, result);
    if (result.kind === 'retained') this.#own(object, 1);
  }

  unmap(a: number): void {
    const map = this.#pick(this.maps, a);
    if (!map) return;
    this.#say(`unmap ${this.#name(map)}`);
    const result = this.machine.unmap(map);
    this.check?.unmapped(map, result);
    if (result.kind === 'panic') this.#panicked();
  }

  redirect(a: number, b: number, c: number): void {
    const able = this.maps.filter((each) => !each.freed && each.length > 0n);
    const map = this.#pick(able, a);
    const to = this.#pick(
      this.descriptors.filter((each) => c % 5 === 0 || each.length >= (map?.length ?? 0n)),
      b,
    );
    if (!map || !to || to.freed) return;
    this.#say(`redirect ${this.#name(map)} to ${this.#name(to)}`);
    const result = this.machine.redirect(map, to);
    this.check?.redirected(map, to, result);
    if (result.kind === 'panic') {
      this.#panicked();
      return;
    }
    const owned = this.owned.get(map) ?? 0;
    if (map.references === owned) return;
    if (owned <= 0) this.undermined.add(map);
    this.#own(map, -1);
  }

  prepare(a: number, b: number): void {
    const of = this.#pick(this.descriptors, a);
    if (!of) return;
    this.#say(`prepare ${this.#name(of)} ${String(b % 4)}`);
    const result = this.machine.prepare(of, b % 4);
    this.check?.prepared(of, b % 4, result);
  }

  complete(a: number): void {
    const of = this.#pick(this.descriptors, a);
    if (!of) return;
    this.#say(`complete ${this.#name(of)}`);
    const result = this.machine.complete(of);
    this.check?.completed(of, result);
  }

  setLength(a: number, b: number): void {
    const able = this.descriptors.filter((each) => each instanceof BufferMemoryDescriptor);
    const of = this.#pick(able, a);
    if (!of) return;
    const length = b % 4 ? of.capacity : BigInt(b * 11) % (of.capacity + of.capacity / 4n + 1n);
    this.#say(`setLength ${this.#name(of)} ${hexOf(length)}`);
    const result = this.machine.setLength(of, length);
    this.check?.lengthSet(of, length, result);
  }

  transfer(a: number, b: number, c: number, d: number): void {
    // Unprepared memory brings the machine down (IOMemoryDescriptor.cpp, dmaCommandOperation); once in a while is enough.
    const of = this.#pick(this.descriptors, a);
    if (!of || (d % 512 && !this.#wired(of))) return;
    const offset = BigInt(b * 37) % (of.length + 16n);
    const bytes = Uint8Array.from({ length: 1 + (c % 48) }, (_, i) => (c * 7 + i) & 255);
    const write = d % 2 === 0;
    this.#say(`${write ? 'writeBytes' : 'readBytes'} ${this.#name(of)} ${hexOf(offset)} ${String(bytes.length)}`);
    const result = write
      ? this.machine.writeBytes(of, offset, bytes)
      : this.machine.readBytes(of, offset, bytes.length);
    this.check?.transferred(of, offset, bytes, write, result);
    if (result.kind === 'panic') this.#panicked();
  }

  #wired(of: MemoryDescriptor): boolean {
    if (of instanceof SubMemoryDescriptor) return this.#wired(of.parent);
    return of.composed ? of.parts.every((part) => this.#wired(part)) : of.wireCount > 0;
  }

  access(a: number, b: number, c: number, d: number): void {
    const map = this.#pick(this.maps, a);
    const place = this.#pick(this.allocations, a);
    const task = d % 3 ? map?.task : place?.task;
    const base = d % 3 ? map?.address : place?.address;
    const size = d % 3 ? map?.length : place?.size;
    if (!task || base === undefined || size === undefined) return;
    const address = base + (BigInt(b * 53) % (size + 4n)) - (d % 17 === 0 ? this.page : 0n);
    if (address < 0n) return;
    if (c % 2) {
      this.#say(`store ${task.name} ${hexOf(address)}`);
      this.#store(task, address, c);
      return;
    }
    this.#say(`load ${task.name} ${hexOf(address)}`);
    const result = this.machine.read(task, address, 1 + (c % 24));
    this.check?.accessed(task, address, new Uint8Array(1 + (c % 24)), false, result);
  }

  deallocate(a: number, b: number, c: number): void {
    // An application may give back what is mapped for it, too; the kernel's map would not bear that.
    const map = this.#pick(
      this.maps.filter((each) => each.alive && each.task && !each.task.kernel),
      a,
    );
    if (c % 6 === 0 && map && !this.options.clean) {
      this.#say(`deallocate ${map.task!.name} ${hexOf(map.address)}`);
      const size = 1n + (BigInt(b * 17) % (map.length || 1n));
      this.machine.deallocate(map.task!, map.address, size);
      this.check?.deallocated(map.task!, map.address, size);
      return;
    }
    const index = a % (this.allocations.length || 1);
    const place = this.allocations[index];
    if (!place || (this.allocations.length < 30 && c % 4)) return;
    this.allocations.splice(index, 1);
    this.#say(`deallocate ${place.task.name} ${hexOf(place.address)}`);
    this.machine.deallocate(place.task, place.address, place.size);
    this.check?.deallocated(place.task, place.address, place.size);
  }

  /** Gives back everything that is owned, in some order. */
  releaseAll(order: number): void {
    for (let keys = this.#held(); keys.length; keys = this.#held()) this.giveBack(keys[order % keys.length]!);
    for (const place of this.allocations) {
      this.machine.deallocate(place.task, place.address, place.size);
      this.check?.deallocated(place.task, place.address, place.size);
    }
    this.allocations = [];
  }
}
