import { AddressSpace, type VmEntry } from './address-space';
import type { KernelObject } from './kernel-object';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import { PageStore } from './memory-object';
import type { UseAfterFree } from './outcomes';
import type { MachineLayout } from './profiles';
import { Task } from './task';
import type { Change, Defect, StepKind } from './trace';
import { descriptorView, entryView, mapView, taskView } from './views';

/** Something that an operation has to say; a recorder puts it into the step. */
export interface Note {
  readonly kind: StepKind;
  readonly sentence: string;
  readonly defect?: Defect;
}

/** The kernel's state behind a Machine: tasks, objects, what changed since it was last asked, and what there is to say. */
export class KernelState {
  readonly layout: MachineLayout;
  readonly pageSize: number;
  readonly kernelTask: Task;
  readonly tasks: Task[] = [];
  readonly descriptors = new Map<string, MemoryDescriptor>();
  readonly maps = new Map<string, MemoryMap>();
  /** Physical memory: device descriptors of the same range see the same bytes. */
  readonly physical: PageStore;
  /** Device memory's mode where the request names none: the platform's attribute of the page (osfmk/arm/pmap, VM_WIMG_IO). */
  readonly deviceCache = 1;
  /** The heap page that small kernel allocations come from. */
  heap: { readonly page: number; readonly store: VmEntry; next: number } | undefined;
  /** The task whose space an entry is in; entries know no task. */
  readonly #entryTasks = new Map<string, Task>();
  readonly #counters = new Map<string, number>();
  readonly #dirty = new Set<Task | KernelObject>();
  readonly #dirtyEntries = new Map<string, VmEntry | null>();
  /** Freed objects to which no variable points, and which a step has shown as freed. */
  readonly #gone: Change[] = [];
  #notes: Note[] = [];

  constructor(layout: MachineLayout) {
    this.layout = layout;
    this.pageSize = layout.profile.pageSize;
    this.physical = new PageStore(this.pageSize);
    this.kernelTask = this.addTask('kernel_task', true);
  }

  nextNumber(prefix: string): number {
    const number = (this.#counters.get(prefix) ?? 0) + 1;
    this.#counters.set(prefix, number);
    return number;
  }

  addTask(name: string, kernel: boolean): Task {
    const space = new AddressSpace(
      this.pageSize,
      kernel ? this.layout.kernel : this.layout.user,
      () => `e${String(this.nextNumber('e'))}`,
      (entry, present) => {
        if (present) this.#entryTasks.set(entry.id, task);
        this.#dirtyEntries.set(entry.id, present ? entry : null);
      },
    );
    const task = new Task(`t${String(this.nextNumber('t'))}`, name, kernel, space);
    this.tasks.push(task);
    this.touch(task);
    return task;
  }

  /** Marks an object, and those whose view names it, as changed. */
  touch(object: Task | KernelObject): void {
    this.#dirty.add(object);
    if ('kind' in object && object.kind === 'descriptor')
      for (const whole of (object as MemoryDescriptor).partOf) this.#dirty.add(whole);
    if ('kind' in object && object.kind === 'map') {
      const map = object as MemoryMap;
      if (map.memory) this.#dirty.add(map.memory);
      if (map.superMap) this.#dirty.add(map.superMap);
      for (const sub of map.subMaps) this.#dirty.add(sub);
    }
  }

  /** Drops a freed map that no step is to show. */
  forget(map: MemoryMap): void {
    this.#dirty.delete(map);
    this.maps.delete(map.id);
  }

  /** Marks all entries that show an object of memory, and their maps and descriptors. */
  touchMemory(shows: (entry: VmEntry) => boolean): void {
    for (const task of this.tasks)
      for (const entry of task.space.entries)
        if (shows(entry)) {
          this.#dirtyEntries.set(entry.id, entry);
          if (entry.map) this.touch(entry.map);
          if (entry.descriptor) this.touch(entry.descriptor);
        }
    for (const map of this.maps.values()) this.touch(map);
  }

  note(kind: StepKind, sentence: string, defect?: Defect): void {
    this.#notes.push({ kind, sentence, ...(defect ? { defect } : {}) });
  }

  takeNotes(): readonly Note[] {
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  /** What changed since the last call, tasks first. */
  takeChanges(): readonly Change[] {
    const tasks: Change[] = [];
    const descriptors: Change[] = [];
    const maps: Change[] = [];
    const entries: Change[] = [];
    const freed: KernelObject[] = [];
    for (const object of this.#dirty) {
      if (object instanceof Task) tasks.push({ of: 'task', id: object.id, value: taskView(object) });
      else {
        if (object.kind === 'map') maps.push({ of: 'map', id: object.id, value: mapView(object as MemoryMap) });
        else
          descriptors.push({
            of: 'descriptor',
            id: object.id,
            value: descriptorView(object as MemoryDescriptor, this),
          });
        if (object.freed && object.holders.size === 0) freed.push(object);
      }
    }
    for (const [id, entry] of this.#dirtyEntries) {
      const task = this.#entryTasks.get(id)!;
      entries.push({ of: 'entry', id, value: entry ? entryView(entry, task) : null });
      if (!entry) this.#entryTasks.delete(id);
    }
    this.#dirty.clear();
    this.#dirtyEntries.clear();
    for (const object of freed) {
      this.#gone.push({ of: object.kind, id: object.id, value: null });
      this.maps.delete(object.id);
      this.descriptors.delete(object.id);
    }
    return [...tasks, ...descriptors, ...maps, ...entries];
  }

  /** The end of the objects that `takeChanges` has shown as freed: a step later, so that their end can be seen. */
  takeGone(): readonly Change[] {
    return this.#gone.splice(0);
  }
}

/** The answer of any method called on a freed object. */
export function useAfterFree(state: KernelState, object: KernelObject, method: string): UseAfterFree {
  const why = `${method} on ${object.name}, which was freed: keep a reference of your own for as long as you use it.`;
  state.note('access', why, { kind: 'use-after-free', message: why, object: object.id });
  return { kind: 'use-after-free', object, why };
}
