import type { CallSite, KernelTable } from '../call-site';
import type { Value } from '../values';

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
  current_proc: (site) => assumedProcess(site),
};

function assumedProcess(site: CallSite): Value {
  if (!site.run.kernel.caller) site.run.assume('current_proc()', "the client's process", site.place);
  return site.run.objects.make('proc', 'current_proc()', { assumed: true }).region.base;
}
