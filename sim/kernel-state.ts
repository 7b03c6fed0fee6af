import { AddressSpace, type VmEntry } from './address-space';
import type { KernelObject } from './kernel-object';
import { decodeMapOptions, type MapOptions } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import { PageStore, type MemoryObject } from './memory-object';
import type { UseAfterFree } from './outcomes';
import { PhysicalPages } from './physical-pages';
import type { MachineLayout } from './profiles';
import { Task } from './task';
import type { Change, Defect, NullCause, StepKind } from './trace';
import { descriptorView, entryView, mapView, memoryOf, memoryOfMap, taskView } from './views';

/** Something that an operation has to say; a recorder puts it into the step. */
export interface Note {
  readonly kind: StepKind;
  readonly sentence: string;
  readonly defect?: Defect;
  readonly nullCauses?: readonly NullCause[];
}

/**
 * The kernel's state behind a Machine: tasks, objects, what changed since it was last asked, and what there is to say.
 * Changes and notes are kept from the first `takeChanges` on; a machine that nobody records keeps neither.
 */
export class KernelState {
  readonly layout: MachineLayout;
  readonly pageSize: number;
  readonly kernelTask: Task;
  readonly tasks: Task[] = [];
  readonly descriptors = new Map<string, MemoryDescriptor>();
  readonly maps = new Set<MemoryMap>();
  /** Physical memory: device descriptors of the same range see the same bytes. */
  readonly physical: PageStore;
  readonly frames: PhysicalPages;
  /** Device memory's mode where the request names none: the platform's attribute of the page (osfmk/arm/pmap, VM_WIMG_IO). */
  readonly deviceCache = 1;
  /** The heap page that small kernel allocations come from. */
  heap: { readonly page: number; readonly store: VmEntry; next: number } | undefined;
  readonly #counters = new Map<string, number>();
  #lastEntry = 0;
  #decoded: MapOptions | undefined;
  readonly #dirty = new Set<Task | KernelObject>();
  /** Entries know no task. */
  readonly #dirtyEntries = new Map<string, { readonly task: Task; readonly entry: VmEntry | null }>();
  #recorded = false;
  /** Freed objects to which no variable points, and which a step has shown as freed. */
  readonly #gone: Change[] = [];
  #notes: Note[] = [];

  constructor(layout: MachineLayout) {
    this.layout = layout;
    this.pageSize = layout.profile.pageSize;
    this.physical = new PageStore(this.pageSize);
    this.frames = new PhysicalPages(layout.profile);
    this.kernelTask = this.addTask('kernel_task', true);
  }

  nextNumber(prefix: string): number {
    const number = (this.#counters.get(prefix) ?? 0) + 1;
    this.#counters.set(prefix, number);
    return number;
  }

  /** What an options word asks this kernel for; a driver mostly repeats its last one. */
  mapOptions(bits: number): MapOptions {
    if (this.#decoded?.bits !== bits) this.#decoded = decodeMapOptions(bits, this.layout.rules);
    return this.#decoded;
  }

  /** @param pageSize of its map; 4096 under Rosetta. */
  addTask(name: string, kernel: boolean, pageSize = this.pageSize): Task {
    const space = new AddressSpace(
      pageSize,
      kernel ? this.layout.kernel : this.layout.user,
      () => ++this.#lastEntry,
      (entry, present) => {
        if (entry.map) entry.map.entries += present ? 1 : -1;
        if (this.#recorded) this.#dirtyEntries.set(entry.id, { task, entry: present ? entry : null });
      },
    );
    const task = new Task(`t${String(this.nextNumber('t'))}`, name, kernel, space);
    this.tasks.push(task);
    this.touch(task);
    return task;
  }

  /** Marks an object, and those whose view names it, as changed. */
  touch(object: Task | KernelObject): void {
    if (!this.#recorded) {
      if (!(object instanceof Task) && isGone(object)) this.#remove(object);
      return;
    }
    this.#dirty.add(object);
    if (object instanceof Task) return;
    if (object.kind === 'descriptor') {
      for (const whole of (object as MemoryDescriptor).partOf) this.#dirty.add(whole);
      return;
    }
    const map = object as MemoryMap;
    if (map.memory) this.#dirty.add(map.memory);
    if (map.superMap) this.#dirty.add(map.superMap);
  }

  /** Marks what a map shows as changed for its sub-maps too: they have no entry of their own. */
  touchShown(map: MemoryMap): void {
    this.touch(map);
    if (this.#recorded) for (const sub of map.subMaps) this.#dirty.add(sub);
  }

  /** Drops a freed map that no step is to show. */
  forget(map: MemoryMap): void {
    this.#dirty.delete(map);
    this.maps.delete(map);
  }

  /**
   * Marks all entries for which `shows` holds, their maps and descriptors, and whatever else shows the same memory.
   * O(n) in all entries: for changes of the memory itself, not of one mapping.
   */
  touchMemory(shows: (entry: VmEntry) => boolean): void {
    if (!this.#recorded) return;
    const memory = new Set<MemoryObject>();
    for (const task of this.tasks)
      for (const entry of task.space.entries)
        if (shows(entry)) {
          this.#dirtyEntries.set(entry.id, { task, entry });
          if (entry.object) memory.add(entry.object);
          if (entry.map) this.touch(entry.map);
          if (entry.descriptor) this.touch(entry.descriptor);
        }
    const has = (object: MemoryObject | undefined): boolean => object !== undefined && memory.has(object);
    for (const descriptor of this.descriptors.values()) if (has(memoryOf(descriptor))) this.touch(descriptor);
    for (const map of this.maps) if (has(memoryOfMap(map))) this.touch(map);
  }

  /** @param sentence made only where somebody records; a function where making it costs. */
  note(kind: StepKind, sentence: string | (() => string), defect?: Defect): void {
    if (!this.#recorded) return;
    const said = typeof sentence === 'string' ? sentence : sentence();
    this.#notes.push({ kind, sentence: said, ...(defect ? { defect } : {}) });
  }

  /** A mapping call gave NULL. `causes` is asked only where somebody records. */
  noteNull(sentence: string, causes: () => readonly NullCause[]): void {
    if (this.#recorded) this.#notes.push({ kind: 'null', sentence, nullCauses: causes() });
  }

  /** Work that the kernel does on the way: of what it says, only defects are told. */
  quietly<T>(work: () => T): T {
    const before = this.#notes.length;
    const result = work();
    this.#notes.push(...this.#notes.splice(before).filter(({ defect }) => defect));
    return result;
  }

  takeNotes(): readonly Note[] {
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  /** What changed since the last call, tasks first; the first call tells all that there is. */
  takeChanges(): readonly Change[] {
    const { arch } = this.layout.profile;
    if (!this.#recorded) this.#beginRecording();
    const tasks: Change[] = [];
    const descriptors: Change[] = [];
    const maps: Change[] = [];
    const entries: Change[] = [];
    const freed: KernelObject[] = [];
    for (const object of this.#dirty) {
      if (object instanceof Task) tasks.push({ of: 'task', id: object.id, value: taskView(object) });
      else {
        if (object.kind === 'map') maps.push({ of: 'map', id: object.id, value: mapView(object as MemoryMap, arch) });
        else
          descriptors.push({
            of: 'descriptor',
            id: object.id,
            value: descriptorView(object as MemoryDescriptor, this),
          });
        if (isGone(object)) freed.push(object);
      }
    }
    for (const [id, { task, entry }] of this.#dirtyEntries)
      entries.push({ of: 'entry', id, value: entry ? entryView(entry, task, arch) : null });
    this.#dirty.clear();
    this.#dirtyEntries.clear();
    for (const object of freed) {
      this.#gone.push({ of: object.kind, id: object.id, value: null });
      this.#remove(object);
    }
    return [...tasks, ...descriptors, ...maps, ...entries];
  }

  /** The end of the objects that `takeChanges` has shown as freed: a step later, so that their end can be seen. */
  takeGone(): readonly Change[] {
    return this.#gone.splice(0);
  }

  #beginRecording(): void {
    this.#recorded = true;
    for (const object of [...this.tasks, ...this.descriptors.values(), ...this.maps]) this.#dirty.add(object);
    for (const task of this.tasks)
      for (const entry of task.space.entries) this.#dirtyEntries.set(entry.id, { task, entry });
  }

  #remove(object: KernelObject): void {
    if (object.kind === 'map') this.maps.delete(object as MemoryMap);
    else this.descriptors.delete(object.id);
  }
}

/** Freed, and no variable points to it. */
function isGone(object: KernelObject): boolean {
  return object.freed && !object.held;
}

/** The answer of any method called on a freed object. */
export function useAfterFree(state: KernelState, object: KernelObject, method: string): UseAfterFree {
  const why = `${method} on ${object.name}, which was freed: keep a reference of your own for as long as you use it.`;
  state.note('access', why, { kind: 'use-after-free', message: why, object: object.id });
  return { kind: 'use-after-free', object, why };
}
