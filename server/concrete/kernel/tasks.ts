import type { CallSite, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import { readInteger } from '../memory';
import type { Access } from '../typed-memory';
import { uint64, type Value } from '../values';
import { storeOut } from './receivers';

/** Tasks and threads, as far as drivers that map memory ask for them. */
export const taskCalls: KernelTable = {
  current_task: (site) => {
    if (!site.run.kernel.caller) site.run.assume('current_task()', "the client's task", site.place);
    return site.run.kernel.taskAddress(site.run.kernel.client());
  },
  task_reference: () => 0n,
  task_deallocate: () => 0n,
  // A VM map stands for its task.
  get_task_map: (site) => site.pointer(0),
  current_map: (site) => site.run.kernel.taskAddress(site.run.kernel.client()),
  vm_allocate: (site) => allocate(site),
  vm_allocate_kernel: (site) => allocate(site),
  mach_vm_allocate: (site) => allocate(site),
  mach_vm_allocate_kernel: (site) => allocate(site),
  vm_deallocate: (site) => deallocate(site),
  mach_vm_deallocate: (site) => deallocate(site),
  mach_vm_inherit: (site) => inherit(site),
  mach_vm_region: (site) => region(site),
  current_proc: (site) => assumedProcess(site),
  copyin: (site) => copyIn(site, site.bits(0), site.pointer(1), Number(site.bits(2))),
  copyout: (site) => copyOut(site, site.pointer(0), site.bits(1), Number(site.bits(2))),
};

/** KERN_SUCCESS, KERN_NO_SPACE, VM_FLAGS_ANYWHERE (osfmk/mach/kern_return.h, vm_statistics.h). */
const success = 0n;
const noSpace = 3n;
const anywhere = 1n;

/** vm_allocate(map, &address, size, flags): zeroed memory of a task's own. */
function allocate(site: CallSite): Value {
  const { kernel, typed } = site.run;
  const task = kernel.taskAt(site.pointer(0)) ?? notModelled(`${site.name}() in a NULL map`);
  const access = site.run.access(undefined, site.texts[1] ?? '');
  const at = site.pointer(1);
  const wanted = (site.bits(3) & anywhere) === 0n ? readInteger(typed.readBytes(at, 8, access), 0, 8) : undefined;
  const made = kernel.machine.allocate(task, {
    size: site.bits(2),
    ...(wanted === undefined ? {} : { address: wanted }),
    note: 'vm_allocate',
  });
  if (made.kind === 'null') return noSpace;
  typed.store(at, uint64, made.address, access);
  return success;
}

function deallocate(site: CallSite): Value {
  const { kernel } = site.run;
  const task = kernel.taskAt(site.pointer(0)) ?? notModelled(`${site.name}() in a NULL map`);
  kernel.machine.deallocate(task, site.bits(1), site.bits(2));
  return success;
}

/** VM_INHERIT_NONE (osfmk/mach/vm_inherit.h). */
const inheritNone = 2n;

function inherit(site: CallSite): Value {
  const { kernel } = site.run;
  const task = kernel.taskAt(site.pointer(0)) ?? notModelled(`${site.name}() in a NULL map`);
  kernel.machine.inherit(task, site.bits(1), site.bits(2), site.bits(3) !== inheritNone);
  return success;
}

/** VM_REGION_EXTENDED_INFO and its size in natural_t (osfmk/mach/vm_region.h). */
const extendedInfo = 13n;
const extendedInfoCount = 9n;
/** KERN_INVALID_ADDRESS. */
const nothingThere = 1n;
/** VM_PROT_READ, VM_PROT_WRITE. */
const protections = { '---': 0n, 'r--': 1n, 'rw-': 3n } as const;

/** mach_vm_region(map, &address, &size, flavor, info, &count, &name): the VM entry at the address, or the next one. */
function region(site: CallSite): Value {
  const { kernel, typed } = site.run;
  const task = kernel.taskAt(site.pointer(0)) ?? notModelled(`${site.name}() in a NULL map`);
  if (site.bits(3) !== extendedInfo) return notModelled(`${site.name}() with flavor ${site.bits(3).toString()}`);
  const access = (index: number): Access => site.run.access(undefined, site.texts[index] ?? '');
  const { space } = task;
  const page = space.pageOf(readInteger(typed.readBytes(site.pointer(1), 8, access(1)), 0, 8));
  const [entry] = space.overlapping(page, space.max);
  if (!entry) return nothingThere;
  typed.store(site.pointer(1), uint64, space.addressOf(entry.start), access(1));
  typed.store(site.pointer(2), uint64, space.addressOf(entry.end) - space.addressOf(entry.start), access(2));
  const info = site.pointer(4);
  typed.writeBytes(info, new Uint8Array(Number(extendedInfoCount) * 4), access(4));
  typed.store(info, { kind: 'int', bits: 32, signed: true }, protections[entry.protection], access(4));
  storeOut(site, 5, extendedInfoCount, 32);
  storeOut(site, 6, 0n, 32);
  return success;
}

/** EFAULT (bsd/sys/errno.h). */
const badAddress = 14n;

function assumedProcess(site: CallSite): Value {
  if (!site.run.kernel.caller) site.run.assume('current_proc()', "the client's process", site.place);
  return site.run.objects.make('proc', 'current_proc()', { assumed: true }).region.base;
}

function copyIn(site: CallSite, from: bigint, to: bigint, size: number): Value {
  const { kernel, typed } = site.run;
  const result = kernel.machine.read(kernel.client(), from, size);
  if (result.kind === 'fault') {
    kernel.machine.takeNotes();
    return badAddress;
  }
  typed.writeBytes(to, result.bytes, site.run.access(undefined, site.texts[1] ?? ''));
  return 0n;
}

function copyOut(site: CallSite, from: bigint, to: bigint, size: number): Value {
  const { kernel, typed } = site.run;
  const bytes = typed.readBytes(from, size, site.run.access(undefined, site.texts[0] ?? ''));
  const result = kernel.machine.write(kernel.client(), to, bytes);
  if (result.kind !== 'fault') return 0n;
  kernel.machine.takeNotes();
  return badAddress;
}
