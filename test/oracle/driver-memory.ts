import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import { SubMemoryDescriptor } from '../../sim/sub-memory-descriptor';
import { hexOf, type DriverState } from './driver-state';

/** A random driver's memory, and what it does with it. */

function wired(driver: DriverState, of: MemoryDescriptor): boolean {
  if (of instanceof SubMemoryDescriptor) return wired(driver, of.parent);
  return of.composed ? of.parts.every((part) => wired(driver, part)) : of.wireCount > 0;
}

export function allocate(driver: DriverState, a: number, b: number, c: number, d: number): void {
  const task = driver.task(a % 8 === 0 ? 0 : 1 + (a % 2));
  if (driver.allocations.length > 40) return;
  const pages = b % 24 === 0 ? 70 + (c % 220) : 1 + (b % 12);
  const size = BigInt(pages) * driver.page;
  const protection = d % 8 === 0 ? 'r--' : 'rw-';
  driver.say(`allocate ${task.name} ${String(pages)} pages ${protection}`);
  const result = driver.machine.allocate(task, { size, protection });
  driver.check?.allocated(task, size, protection, result);
  if (result.kind !== 'allocated') return;
  driver.allocations.push({ task, address: result.address, size });
  if (protection === 'rw-') driver.stamp(task, result.address, size, d + b);
}

export function deallocate(driver: DriverState, a: number, b: number, c: number): void {
  // An application may give back what is mapped for it, too; the kernel's map would not bear that.
  const map = driver.pick(
    driver.maps.filter((each) => each.alive && each.task && !each.task.kernel),
    a,
  );
  if (c % 6 === 0 && map && !driver.clean) {
    driver.say(`deallocate ${map.task!.name} ${hexOf(map.address)}`);
    const size = 1n + (BigInt(b * 17) % (map.length || 1n));
    driver.machine.vm.deallocate(map.task!, map.address, size);
    driver.check?.deallocated(map.task!, map.address, size);
    return;
  }
  const index = a % (driver.allocations.length || 1);
  const place = driver.allocations[index];
  if (!place || (driver.allocations.length < 30 && c % 4)) return;
  driver.allocations.splice(index, 1);
  driver.say(`deallocate ${place.task.name} ${hexOf(place.address)}`);
  driver.machine.vm.deallocate(place.task, place.address, place.size);
  driver.check?.deallocated(place.task, place.address, place.size);
}

export function access(driver: DriverState, a: number, b: number, c: number, d: number): void {
  const map = driver.pick(driver.maps, a);
  const place = driver.pick(driver.allocations, a);
  const task = d % 3 ? map?.task : place?.task;
  const base = d % 3 ? map?.address : place?.address;
  const size = d % 3 ? map?.length : place?.size;
  if (!task || base === undefined || size === undefined) return;
  const address = base + (BigInt(b * 53) % (size + 4n)) - (d % 17 === 0 ? driver.page : 0n);
  if (address < 0n) return;
  if (c % 2) {
    driver.say(`store ${task.name} ${hexOf(address)}`);
    driver.store(task, address, c);
    return;
  }
  driver.say(`load ${task.name} ${hexOf(address)}`);
  const result = driver.machine.read(task, address, 1 + (c % 24));
  driver.check?.accessed(task, address, new Uint8Array(1 + (c % 24)), false, result);
}

export function transfer(driver: DriverState, a: number, b: number, c: number, d: number): void {
  // Unprepared memory brings the machine down (IOMemoryDescriptor.cpp, dmaCommandOperation); once in a while is enough.
  const of = driver.pick(driver.descriptors, a);
  if (!of || (d % 512 && !wired(driver, of))) return;
  const offset = BigInt(b * 37) % (of.length + 16n);
  const bytes = Uint8Array.from({ length: 1 + (c % 48) }, (_, i) => (c * 7 + i) & 255);
  const write = d % 2 === 0;
  driver.say(`${write ? 'writeBytes' : 'readBytes'} ${driver.name(of)} ${hexOf(offset)} ${String(bytes.length)}`);
  const result = write
    ? driver.machine.writeBytes(of, offset, bytes)
    : driver.machine.readBytes(of, offset, bytes.length);
  driver.check?.transferred(of, offset, bytes, write, result);
  if (result.kind === 'panic') driver.panicked();
}

export function prepare(driver: DriverState, a: number, b: number): void {
  const of = driver.pick(driver.descriptors, a);
  if (!of) return;
  driver.say(`prepare ${driver.name(of)} ${String(b % 4)}`);
  const result = driver.machine.prepare(of, b % 4);
  driver.check?.prepared(of, b % 4, result);
  if (result.kind === 'panic') driver.panicked();
}

export function complete(driver: DriverState, a: number): void {
  const of = driver.pick(driver.descriptors, a);
  if (!of) return;
  driver.say(`complete ${driver.name(of)}`);
  const result = driver.machine.complete(of);
  driver.check?.completed(of, result);
}
