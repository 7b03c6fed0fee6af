import type { VmEntry } from '../../../sim/address-space';
import type { Task } from '../../../sim/task';
import type { Protection } from '../../../sim/trace';
import type { CallSite, KernelCall, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import { ByteState } from '../memory';
import type { Access } from '../typed-memory';
import { uint32, uint64, type Value } from '../values';
import { storeOut } from './receivers';

/** Calls on ranges of a VM map (osfmk/vm/vm_user.c, osfmk/vm/vm_kern.c). */
export const vmCalls: KernelTable = {
  vm_allocate: inMap(allocate),
  vm_allocate_kernel: inMap(allocate),
  mach_vm_allocate: inMap(allocate),
  mach_vm_allocate_kernel: inMap(allocate),
  vm_deallocate: inMap(deallocate),
  mach_vm_deallocate: inMap(deallocate),
  vm_protect: inMap(protect),
  mach_vm_protect: inMap(protect),
  mach_vm_inherit: inMap(inherit),
  mach_vm_region: inMap(region),
};

/** osfmk/mach/kern_return.h. */
const success = 0n;
const invalidAddress = 1n;
const noSpace = 3n;
const invalidArgument = 4n;

/** Whether a range's end, rounded up to a page, is beyond the last address. */
function roundsToZero(end: bigint, pageSize: number): boolean {
  return end + BigInt(pageSize - 1) >= 1n << 64n;
}

/** A call whose first argument is a map: for VM_MAP_NULL all of them answer KERN_INVALID_ARGUMENT. */
function inMap(call: (site: CallSite, task: Task) => Value): KernelCall {
  return (site) => {
    const task = site.run.kernel.taskAt(site.pointer(0));
    return task ? call(site, task) : invalidArgument;
  };
}

function accessTo(site: CallSite, index: number): Access {
  return site.run.access(undefined, site.texts[index] ?? '');
}

/** VM_FLAGS_ANYWHERE, VM_FLAGS_NO_CACHE and a tag (osfmk/mach/vm_statistics.h); the last two change nothing that is modelled. */
const anywhere = 0x1n;
const harmless = 0xff00_0010n;

/** vm_allocate(map, &address, size, flags): zeroed memory of a task's own. */
function allocate(site: CallSite, task: Task): Value {
  const { kernel, typed } = site.run;
  const access = accessTo(site, 1);
  const at = site.pointer(1);
  const flags = site.unsigned(3, 32);
  const size = site.unsigned(2);
  if (flags & ~(anywhere | harmless)) return notModelled(`${site.name}() with the flags 0x${flags.toString(16)}`);
  if (size === 0n) {
    typed.store(at, uint64, 0n, access);
    return success;
  }
  const { space } = task;
  const wanted = (flags & anywhere) === 0n ? site.run.integer(typed.load(at, uint64, access)) : undefined;
  if (roundsToZero((wanted ?? 0n) + size, space.pageSize))
    return wanted === undefined ? invalidArgument : invalidAddress;
  // The size counts from the page's start: osfmk/vm/vm_sanitize.c, VM_SANITIZE_FLAGS_REALIGN_START.
  const fixed = wanted === undefined ? undefined : wanted - BigInt(space.offsetInPage(wanted));
  if (fixed !== undefined) {
    // osfmk/vm/vm_map.c, vm_map_locate_space_fixed.
    const start = space.pageOf(fixed);
    const placed = space.canPlace(start, start + space.pagesFor(size));
    if (!placed.ok) return placed.why === 'outside' ? invalidAddress : noSpace;
  }
  const made = kernel.machine.allocate(task, {
    size,
    ...(fixed === undefined ? {} : { address: fixed }),
    note: 'vm_allocate',
  });
  if (made.kind === 'null') return noSpace;
  typed.store(at, uint64, made.address, access);
  return success;
}

/** The run's own memory may be meant: blocks of IOMallocPageable() lie in the kernel's map, zones and stacks are not modelled there. */
function shared(site: CallSite, task: Task, address: bigint): void {
  const { kernel, memory } = site.run;
  if (!task.kernel) return;
  const region = memory.find(address);
  if (region && !region.pageable) notModelled(`${site.name}() on ${region.name}, which is not whole pages`);
  kernel.share(address);
}

function deallocate(site: CallSite, task: Task): Value {
  const { kernel } = site.run;
  const address = site.unsigned(1);
  shared(site, task, address);
  return kernel.codeResult(kernel.machine.vm.deallocate(task, address, site.unsigned(2)));
}

/** VM_INHERIT_SHARE, VM_INHERIT_NONE (osfmk/mach/vm_inherit.h). */
const inheritShare = 0n;
const inheritNone = 2n;

function inherit(site: CallSite, task: Task): Value {
  const { kernel } = site.run;
  const inheritance = site.unsigned(3, 32);
  if (site.unsigned(2) === 0n) return success;
  if (inheritance > inheritNone) return invalidArgument;
  // A kernel is not forked.
  if (inheritance === inheritShare && !task.kernel) return notModelled(`${site.name}() with VM_INHERIT_SHARE`);
  return kernel.codeResult(
    kernel.machine.vm.inherit(task, site.unsigned(1), site.unsigned(2), inheritance !== inheritNone),
  );
}

/** VM_PROT_READ, VM_PROT_WRITE. */
const protections = { '---': 0n, 'r--': 1n, 'rw-': 3n } as const;
const named = new Map<bigint, Protection>([
  [0n, '---'],
  [1n, 'r--'],
  [3n, 'rw-'],
]);

/** mach_vm_protect(map, address, size, set_maximum, protection). */
function protect(site: CallSite, task: Task): Value {
  const { kernel } = site.run;
  if (site.unsigned(2) === 0n) return success;
  if (site.bits(3) !== 0n) return notModelled(`${site.name}() of the largest protection`);
  const bits = site.unsigned(4, 32);
  const protection = named.get(bits) ?? notModelled(`${site.name}() with the protection 0x${bits.toString(16)}`);
  shared(site, task, site.unsigned(1));
  return kernel.codeResult(kernel.machine.vm.protect(task, site.unsigned(1), site.unsigned(2), protection));
}

/** VM_REGION_EXTENDED_INFO and its size in natural_t; flavors that there are besides (osfmk/mach/vm_region.h). */
const extendedInfo = 13n;
const extendedInfoCount = 9n;
const otherFlavors: readonly bigint[] = [9n, 10n, 11n, 12n];

/** mach_vm_region(map, &address, &size, flavor, info, &count, &name): the VM entry at the address, or the next one. */
function region(site: CallSite, task: Task): Value {
  const { typed, memory } = site.run;
  const flavor = site.bits(3);
  if (otherFlavors.includes(flavor)) return notModelled(`${site.name}() with flavor ${flavor.toString()}`);
  if (flavor !== extendedInfo) return invalidArgument;
  const count = site.run.integer(typed.load(site.pointer(5), uint32, accessTo(site, 5)));
  if (count < extendedInfoCount) return invalidArgument;
  const { space } = task;
  const address = site.run.integer(typed.load(site.pointer(1), uint64, accessTo(site, 1)));
  shared(site, task, address);
  const [entry] = space.overlapping(space.pageOf(address), space.max);
  if (!entry) return invalidAddress;
  typed.store(site.pointer(1), uint64, space.addressOf(entry.start), accessTo(site, 1));
  typed.store(site.pointer(2), uint64, space.addressOf(entry.end) - space.addressOf(entry.start), accessTo(site, 2));
  const info = site.pointer(4);
  const size = Number(extendedInfoCount) * 4;
  typed.writeBytes(info, new Uint8Array(size), accessTo(site, 4));
  typed.store(info, { kind: 'int', bits: 32, signed: true }, protectionOf(site, entry), accessTo(site, 4));
  // How many pages are resident, shared or dirty is not modelled: whoever reads that gets assumed values.
  const into = memory.find(info);
  if (into) {
    const offset = memory.offset(into, info);
    into.state.fill(ByteState.Assumed, offset + 4, offset + size);
  }
  storeOut(site, 5, extendedInfoCount, 32);
  storeOut(site, 6, 0n, 32);
  return success;
}

function protectionOf(site: CallSite, entry: VmEntry): bigint {
  // The program and the shared region have protections that are not modelled.
  if (entry.kind === 'reserved' && !entry.map)
    return notModelled(`${site.name}() of ${entry.note ?? 'a reserved range'}`);
  return protections[entry.protection];
}
