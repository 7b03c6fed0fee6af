import type { CallSite, KernelTable } from '../call-site';
import type { Value } from '../values';

/** Tasks and threads, as far as drivers that map memory ask for them. */
export const taskCalls: KernelTable = {
  current_task: (site) => {
    site.run.assume('current_task()', "the client's task", site.place);
    return site.run.kernel.taskAddress(site.run.kernel.client());
  },
  task_reference: () => 0n,
  task_deallocate: () => 0n,
  get_task_map: (site) => site.pointer(0),
  current_map: (site) => site.run.kernel.taskAddress(site.run.kernel.client()),
  current_proc: (site) => assumedProcess(site),
  copyin: (site) => copyIn(site, site.bits(0), site.pointer(1), Number(site.bits(2))),
  copyout: (site) => copyOut(site, site.pointer(0), site.bits(1), Number(site.bits(2))),
};

/** EFAULT (bsd/sys/errno.h). */
const badAddress = 14n;

function assumedProcess(site: CallSite): Value {
  site.run.assume('current_proc()', "the client's process", site.place);
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
