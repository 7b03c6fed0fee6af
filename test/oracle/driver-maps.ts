import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import { kIOMemoryMapCopyOnWrite } from '../../sim/map-options';
import { SubMemoryDescriptor } from '../../sim/sub-memory-descriptor';
import type { Task } from '../../sim/task';
import type { KernelObject } from '../../sim/kernel-object';
import { hexOf, inPages, type DriverState } from './driver-state';

/** A random driver's maps. */

const composed = (of: MemoryDescriptor): boolean =>
  of instanceof SubMemoryDescriptor ? composed(of.parent) : of.composed;

function address(driver: DriverState, task: Task, a: number, b: number): bigint {
  const on = driver.pick(
    driver.maps.filter((map) => map.alive && map.task === task),
    b,
  );
  const odd = BigInt(inPages[(b >> 3) % 8]!);
  const base = task.kernel
    ? (driver.check?.iokit ?? 0xffffff9300000000n) + 0x100000000n
    : 0x140000000n + (b % 7 === 0 ? 0x700000000n : 0n);
  switch (a % 10) {
    case 0:
      return 0n;
    case 1:
      return on?.address ?? 0x2000n;
    case 2:
      return (on?.address ?? base) + (on?.length ?? 0n);
    case 3:
      return on ? on.address - driver.page : base;
    case 4:
      return 0x00007ffffffff000n;
    default:
      return base + BigInt(b % 200) * driver.page + odd;
  }
}

export function map(driver: DriverState, a: number, b: number, c: number, d: number, e: number, f: number): void {
  const of = driver.pick(driver.descriptors, a);
  if (!of) return;
  const task = driver.task(b);
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
    if (d % 2) offset -= offset % driver.page;
    size = BigInt(1 + ((e * 131 + d) % (Number(length - offset) || 1)));
    if (d % 7 === 0) size = length - offset;
    if (d % 23 === 0) size += length;
    if (d % 29 === 0) offset += length;
    if (d % 997 === 0) size = BigInt.asUintN(64, -offset) || 5n;
  }
  if (composed(of) && length === 0n) return;
  if (driver.clean) {
    options &= ~0x30000000;
    if (composed(of)) return;
    // Of a copy-on-write copy all is entered, over whatever lies beside a part of it.
    if (rootOf(of).flags & kIOMemoryMapCopyOnWrite) {
      if (of instanceof SubMemoryDescriptor) return;
      offset = size = 0n;
    }
  }
  const at = options & 1 && f % 3 ? 0n : address(driver, task, e, f);
  // Overwriting only what is a mapping, or free: elsewhere it is an application's memory.
  if ((c >> 6) % 32 === 6 && !driver.clean) options |= 0x20000000;
  if (options & 0x20000000 && task.kernel && f % 8) options &= ~0x20000000;
  if (options & 0x20000000 && f % 64) options &= ~1;
  const nobody = f % 4999 === 0;
  if (!nobody && (options & 0x06000000) === 0x06000000 && f % 256) options &= ~0x02000000;
  options >>>= 0;
  driver.say(
    `map ${driver.name(of)} in ${nobody ? 'NULL' : task.name} at ${hexOf(at)} ${hexOf(options)} ${hexOf(offset)}+${hexOf(size)}`,
  );
  const to = nobody ? undefined : task;
  const result = driver.machine.createMappingInTask(of, to, at, options, offset, size);
  driver.check?.mapped(of, to, at, options, offset, size, result);
  if (result.kind === 'map') {
    if (!driver.maps.includes(result.map)) driver.maps.push(result.map);
    driver.own(result.map, 1);
  } else if (result.kind === 'panic') driver.panicked();
}

function rootOf(of: MemoryDescriptor): MemoryDescriptor {
  let root = of;
  while (root instanceof SubMemoryDescriptor) root = root.parent;
  return root;
}

export function setMapping(driver: DriverState, a: number, b: number, c: number, d: number): void {
  const of = driver.pick(driver.descriptors, a);
  if (!of) return;
  const task = driver.task(b);
  const options = c % 3 === 0 ? 0x1000 : 0;
  driver.say(`setMapping ${driver.name(of)} ${task.name}`);
  const address = 0x180000000n + BigInt(d) * driver.page;
  // A record longer than the memory is left without a descriptor (IOMemoryMap::setMemoryDescriptor).
  if (of.length > rootOf(of).length || of.length === 0n) return;
  const result = driver.machine.setMapping(of, task, address, options);
  driver.check?.mapped(of, task, address, options | 0x01000000, 0n, of.length, result);
  if (result.kind !== 'map') return;
  if (!driver.maps.includes(result.map)) driver.maps.push(result.map);
  driver.own(result.map, 1);
}

export function unmap(driver: DriverState, a: number): void {
  const map = driver.pick(driver.maps, a);
  if (!map) return;
  driver.say(`unmap ${driver.name(map)}`);
  const result = driver.machine.unmap(map);
  driver.check?.unmapped(map, result);
  if (result.kind === 'panic') driver.panicked();
}

export function redirect(driver: DriverState, a: number, b: number, c: number): void {
  const able = driver.maps.filter((each) => !each.freed && each.length > 0n);
  const map = driver.pick(able, a);
  const to = driver.pick(
    driver.descriptors.filter((each) => c % 5 === 0 || each.length >= (map?.length ?? 0n)),
    b,
  );
  if (!map || !to || to.freed) return;
  driver.say(`redirect ${driver.name(map)} to ${driver.name(to)}`);
  const result = driver.machine.redirect(map, to);
  driver.check?.redirected(map, to, result);
  if (result.kind === 'panic') {
    driver.panicked();
    return;
  }
  const owned = driver.owned.get(map) ?? 0;
  if (map.references === owned) return;
  if (owned <= 0) driver.undermined.add(map);
  driver.own(map, -1);
}

export function release(driver: DriverState, a: number, b: number): void {
  const held = driver.held();
  const list = b % 2 ? held.filter((each) => each.kind === 'map') : held;
  const object = driver.pick(list, a);
  if (!object) return;
  // Few things stay for long, or there would be no room for new ones.
  const times = held.length > 60 && b % 4 ? (driver.owned.get(object) ?? 1) : 1;
  for (let i = 0; i < times && !object.freed; i++) if (!driver.giveBack(object)) return;
}

export function retain(driver: DriverState, a: number, b: number): void {
  const object = driver.pick<KernelObject>(b % 2 ? driver.maps : driver.descriptors, a);
  if (!object) return;
  driver.say(`retain ${driver.name(object)}`);
  const result = driver.machine.retain(object);
  driver.check?.retained(object, result);
  if (result.kind === 'retained') driver.own(object, 1);
}
