import { BufferMemoryDescriptor } from '../../sim/buffer-memory-descriptor';
import { InterleavedMemoryDescriptor } from '../../sim/interleaved-memory-descriptor';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import { SubMemoryDescriptor } from '../../sim/sub-memory-descriptor';
import { hexOf, inPages, type DriverState } from './driver-state';

/** A random driver's descriptors. */

const reaches = (from: MemoryDescriptor, to: MemoryDescriptor): boolean =>
  from === to ||
  (from instanceof SubMemoryDescriptor ? reaches(from.parent, to) : from.parts.some((part) => reaches(part, to)));

export function describe(driver: DriverState, a: number, b: number, c: number, d: number, e: number, f: number): void {
  const count = a % 4 === 0 && !driver.clean ? 1 + (b % 3) : 1;
  const first = driver.pick(driver.allocations, b);
  if (!first) return;
  const { task } = first;
  const ranges = [];
  for (let i = 0; i < count; i++) {
    const from =
      i === 0
        ? first
        : driver.pick(
            driver.allocations.filter((each) => each.task === task),
            c + i * 7,
          )!;
    const pages = Number(from.size / driver.page);
    const start = BigInt((c >> i) % pages) * driver.page + BigInt(d % 3 === 0 ? inPages[(d >> 2) % 8]! : 0);
    const left = from.size - start;
    const length = d % 5 === 0 ? left : BigInt(1 + ((d * 257 + e) % Number(left))) + (d % 41 === 7 ? left : 0n);
    const whole = a % 8 === 0 || length < driver.page ? length : length - (length % driver.page);
    ranges.push({ address: from.address + start, length: d % 53 === 0 ? 0n : whole });
  }
  // Sometimes what is described is a mapping, or nothing at all.
  const map = driver.pick(driver.maps, f);
  if (f % 11 === 0 && map && map.alive && map.task === task && count === 1)
    ranges[0] = { address: map.address, length: map.length };
  const options = (e % 4) | (f % 9 === 1 ? 0x10000 : 0) | (f % 13 === 2 ? 0x20000 : 0);
  if (task.kernel && f % 5 === 0 && !(options & 0x30000) && count === 1) {
    const { address, length } = ranges[0]!;
    driver.say(`withAddress ${hexOf(address)} ${hexOf(length)} ${hexOf(options)}`);
    const result = driver.machine.withAddress(address, length, options);
    driver.check?.described(task, ranges, options, true, result);
    if (result.kind === 'descriptor') driver.made(result.descriptor);
    return;
  }
  driver.say(
    `describe ${task.name} ${ranges.map((r) => `${hexOf(r.address)}+${hexOf(r.length)}`).join(' ')} ${hexOf(options)}`,
  );
  const result = driver.machine.withAddressRanges(ranges, options, task);
  driver.check?.described(task, ranges, options, false, result);
  if (result.kind === 'descriptor') driver.made(result.descriptor);
}

export function physical(driver: DriverState, a: number, b: number, c: number, d: number, e: number): void {
  const ranges = [];
  let next = 0x80000000n + BigInt(a % 64) * driver.page;
  const count = e % 2 === 0 ? 1 : 1 + (b % 3);
  for (let i = 0; i < count; i++) {
    const address = next + BigInt(i === 0 || c % 5 === 0 ? inPages[(c >> i) % 8]! : 0);
    let length = BigInt(1 + ((b >> i) % 6)) * driver.page - (address % driver.page);
    if ((c >> 4) % 4 === 0) {
      const less = BigInt(inPages[(d >> i) % 8]!);
      if (length > less) length -= less;
    }
    ranges.push({ address, length });
    next = address + length + ((d >> 3) % 2 ? 0n : driver.page * BigInt(1 + (d % 5)));
    if ((d >> 3) % 2 === 0) next -= next % driver.page;
  }
  const direction = e % 4;
  driver.say(`physical ${ranges.map((r) => `${hexOf(r.address)}+${hexOf(r.length)}`).join(' ')} ${String(direction)}`);
  const one = ranges[0]!;
  const result =
    count === 1 && d % 2
      ? driver.machine.deviceMemory(one.address, one.length)
      : driver.machine.withAddressRanges(ranges, direction, undefined);
  driver.check?.described(undefined, ranges, count === 1 && d % 2 ? 0 : direction, false, result);
  if (result.kind !== 'descriptor') return;
  driver.made(result.descriptor);
  const end = (range: { address: bigint; length: bigint }): bigint => (range.address + range.length) % driver.page;
  if (ranges.slice(0, -1).some((range) => end(range)) || ranges.slice(1).some((range) => range.address % driver.page))
    driver.ragged.add(result.descriptor);
}

export function buffer(driver: DriverState, a: number, b: number, c: number, d: number, e: number, f: number): void {
  const capacity =
    a % 31 === 0 ? 0n : a % 5 === 0 ? BigInt(1 + (b % 9)) * driver.page : BigInt(1 + ((b * 7 + c) % 0x28000));
  const options =
    (c % 4) |
    (d % 3 === 0 ? 0x20 : 0) |
    (d % 5 === 1 ? 0x10000 : 0) |
    (e % 7 === 0 ? (1 + (e % 9)) << 8 : 0) |
    (e % 43 === 3 && !driver.clean ? 0x10000000 : 0);
  const task =
    f % 3 === 0 && d % 3 === 0
      ? driver.task(f)
      : f % 17 === 0
        ? undefined
        : f % 19 === 0
          ? driver.task(1)
          : driver.machine.kernelTask;
  const kind = e % 11 === 5 ? 'guard buffer' : e % 13 === 6 ? 'guard pages' : 'buffer';
  driver.say(`${kind} ${task?.name ?? 'NULL'} ${hexOf(options)} ${hexOf(capacity)}`);
  if (kind === 'guard pages') {
    const size = capacity % (5n * driver.page);
    if (size === 0n) return;
    const result = driver.machine.guardPages(size);
    driver.check?.guardPages(size, result);
    if (result.kind === 'descriptor') driver.made(result.descriptor);
    return;
  }
  const guards = kind === 'guard buffer';
  const result = guards
    ? driver.machine.bufferWithGuardPages(task, options, capacity)
    : driver.machine.bufferInTask(task, options, capacity);
  driver.check?.buffer(task, options, capacity, guards, result);
  if (result.kind !== 'descriptor') return;
  driver.made(result.descriptor);
  const { task: owner, ranges } = result.descriptor;
  if (owner && ranges[0]!.address) driver.stamp(owner, ranges[0]!.address, result.descriptor.capacity, a + f);
}

export function sub(driver: DriverState, a: number, b: number, c: number, d: number): void {
  const parent = driver.pick(driver.descriptors, a);
  if (!parent) return;
  const length = Number(parent.length) || 1;
  let from = BigInt((b * 31 + c) % length);
  if (d % 2) from -= from % driver.page;
  let size = BigInt(1 + ((c * 97 + d) % (length - Number(from) || 1)));
  if (d % 29 === 0) size += BigInt(length);
  if (d % 31 === 1) from = BigInt.asUintN(64, -driver.page);
  if (d % 37 === 0) size = 0n;
  driver.say(`sub of ${driver.name(parent)} ${hexOf(from)}+${hexOf(size)}`);
  const result = driver.machine.subRange(parent, from, size, c % 4);
  driver.check?.sub(parent, from, size, c % 4, result);
  if (result.kind === 'descriptor') driver.made(result.descriptor);
}

export function multi(driver: DriverState, a: number, b: number, c: number, d: number, e: number): void {
  const parts: MemoryDescriptor[] = [];
  for (const index of [a, b, c, d].slice(0, 1 + (e % 4))) {
    // Mostly whole pages: the kernel's own condition (IOMultiMemoryDescriptor.h).
    const able = driver.descriptors.filter(
      (each) =>
        !each.freed &&
        !driver.isRagged(each) &&
        (e % 5 === 0 || (each.length % driver.page === 0n && each.length > 0n)),
    );
    const part = driver.pick(able, index);
    if (part) parts.push(part);
  }
  if (!parts.length && e % 9) return;
  driver.say(`multi ${parts.map((part) => driver.name(part)).join(' ')}`);
  const result = driver.machine.multi(parts, e % 4);
  driver.check?.multi(parts, e % 4, result);
  if (result.kind === 'descriptor') driver.made(result.descriptor);
}

export function interleaved(driver: DriverState, a: number, b: number, c: number, d: number): void {
  const wholes = driver.descriptors.filter((each) => each instanceof InterleavedMemoryDescriptor);
  const whole = driver.pick(wholes, a);
  if (!whole || c % 6 === 0) {
    driver.say('interleaved');
    const result = driver.machine.interleaved(BigInt(1 + (b % 4)), d % 4);
    driver.check?.interleaved(BigInt(1 + (b % 4)), d % 4, result);
    if (result.kind === 'descriptor') driver.made(result.descriptor);
    return;
  }
  if (c % 6 === 1) {
    driver.say(`clear ${driver.name(whole)}`);
    const result = driver.machine.clearSegments(whole, d % 4);
    driver.check?.clearSegments(whole, d % 4, result);
    return;
  }
  const part = driver.pick(driver.descriptors, b);
  // A ring of descriptors would keep itself alive.
  if (!part || reaches(part, whole)) return;
  const offset = BigInt(d) % (part.length || 1n);
  const size = c % 17 === 2 ? part.length : part.length - offset;
  driver.say(`add ${driver.name(part)} to ${driver.name(whole)}`);
  const result = driver.machine.addSegment(whole, part, offset, size);
  driver.check?.addSegment(whole, part, offset, size, result);
}

export function setLength(driver: DriverState, a: number, b: number): void {
  const able = driver.descriptors.filter((each) => each instanceof BufferMemoryDescriptor);
  const of = driver.pick(able, a);
  if (!of) return;
  const length = b % 4 ? of.capacity : BigInt(b * 11) % (of.capacity + of.capacity / 4n + 1n);
  driver.say(`setLength ${driver.name(of)} ${hexOf(length)}`);
  const result = driver.machine.setLength(of, length);
  driver.check?.lengthSet(of, length, result);
}
