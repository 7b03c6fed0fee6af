import type { KernelState } from './kernel-state';
import { MemoryObject } from './memory-object';
import type { Panic } from './outcomes';
import type { Task } from './task';
import { addressText, countText } from './text';

/** The ends of tasks, and fork(). */

export type TaskResult = { readonly kind: 'done'; readonly why: string } | Panic;

/**
 * task_terminate_internal (osfmk/kern/task.c): the port space goes first, with the task's user clients, then
 * vm_map_terminate() empties the map. Whoever holds the task can still map into it: vm_map_enter() has no test.
 * @param died tells the owners of the task's ports.
 */
export function terminateTask(state: KernelState, task: Task, died: (task: Task) => Panic | undefined): TaskResult {
  if (task.kernel) {
    const why = 'The kernel task does not die.';
    return { kind: 'done', why };
  }
  if (task.state !== 'alive') return { kind: 'done', why: `${task.name} is ${task.state} already.` };
  const panicked = died(task);
  if (panicked) return panicked;
  task.state = 'terminated';
  const { space } = task;
  const wired = space.entries.filter((entry) => entry.wired);
  if (wired.length) {
    const why = `Terminating ${task.name} sleeps until ${addressText(space.addressOf(wired[0]!.start))} is unwired (vm_map_delete waits for the kernel's wirings): pair each wireRange() with one that unwires.`;
    state.note('unmap', why, { kind: 'fault', message: why });
    return { kind: 'done', why };
  }
  const { entries } = space;
  for (const entry of entries) {
    space.remove(entry.start, entry.end);
    if (entry.map) state.touchShown(entry.map);
  }
  state.touch(task);
  const why = `${task.name} ends: its address space is emptied, ${countText(entries.length, 'entry').replace('entrys', 'entries')}. Maps of it keep their addresses.`;
  state.note('unmap', why);
  return { kind: 'done', why };
}

/** The last reference of a task is gone (task_deallocate): what points to it dangles. An IOMemoryMap keeps the vm_map. */
export function freeTask(state: KernelState, task: Task, died: (task: Task) => Panic | undefined): TaskResult {
  const ended = terminateTask(state, task, died);
  if (ended.kind === 'panic' || task.kernel) return ended;
  task.state = 'freed';
  state.touch(task);
  const why = `${task.name} is freed: maps and descriptors do not hold their task, so theirs dangles.`;
  state.note('free', why);
  return { kind: 'done', why };
}

/**
 * fork() (osfmk/vm/vm_map.c, vm_map_fork): mappings of descriptors have VM_INHERIT_NONE, so the child sees nothing there;
 * prefaulted ones and the task's own memory are copied. Wirings are not inherited.
 */
export function forkTask(state: KernelState, parent: Task, name: string): Task {
  const child = state.addTask(name, false, parent.space.pageSize);
  child.sizeLimit = parent.sizeLimit;
  for (const entry of parent.space.entries) {
    if (!(entry.inherited ?? (entry.permanent === true || entry.kind === 'buffer'))) continue;
    const { start, end, protection, kind, permanent } = entry;
    const object = entry.object && MemoryObject.ofPages(state.pageSize, end - start, { cache: entry.object.cache });
    if (object && entry.object) {
      object.copyPages(entry.object, entry.objectPage, 0, end - start);
      entry.object.copied = true;
    }
    const note = kind === 'mapping' ? 'copied by fork()' : entry.note;
    child.space.insert({
      start,
      end,
      protection,
      kind,
      objectPage: 0,
      ...(object ? { object } : {}),
      ...(permanent ? { permanent } : {}),
      ...(entry.inherited ? { inherited: true } : {}),
      ...(note === undefined ? {} : { note }),
    });
  }
  state.note(
    'create',
    `${parent.name} forks: ${name} has copies of its memory, and no mapping of a descriptor but prefaulted ones.`,
  );
  return child;
}
