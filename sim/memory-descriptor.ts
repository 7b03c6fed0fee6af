import { KernelObject, namesOf } from './kernel-object';
import type { MemoryMap } from './memory-map';
import type { Pager } from './memory-object';
import type { Chunk, MemoryReference } from './memory-reference';
import { directionOf, kIOMemoryAsReference, type Direction } from './map-options';
import type { Task } from './task';

export interface MemoryRange {
  /** Virtual in `task`, else physical. */
  address: bigint;
  length: bigint;
}

/** IOGeneralMemoryDescriptor: ranges of a task's virtual memory, or physical ranges (device memory). */
export class MemoryDescriptor extends KernelObject {
  readonly kind = 'descriptor';
  readonly class: string;
  task: Task | undefined;
  ranges: MemoryRange[];
  /** kIOMemory* flags and the direction. */
  flags: number;
  length: bigint;
  /** The buffer's cache mode (kIOMemoryBufferCacheMask), 0 = default. */
  cache = 0;
  wireCount = 0;
  preparedReadOnly = false;
  /** The pages that the first prepare() wired, as long as they are. */
  wired: readonly Chunk[] = [];
  /** The object that setContext() stored, retained. */
  context: KernelObject | undefined;
  /** _memRef: built by the first mapping, or at once by kIOMemoryPersistent. */
  reference: MemoryReference | undefined;
  /** reserved->dp.devicePager: of physical memory that has made a reference. */
  pager: Pager | undefined;
  /** _mappings, in insertion order. */
  readonly maps = new Set<MemoryMap>();
  /** Maps that retain this descriptor (fMemory). */
  readonly mappedBy = new Set<MemoryMap>();
  /** Sub-descriptors that retain this one. */
  readonly subs = new Set<MemoryDescriptor>();
  /** The descriptors that it is a part of, one element for each reference that they own. */
  readonly partOf: MemoryDescriptor[] = [];
  /** Who else in the kernel retains it, e.g. "IOPCIDevice". */
  readonly keepers = new Set<string>();

  constructor(
    id: string,
    name: string,
    className: string,
    task: Task | undefined,
    ranges: readonly MemoryRange[],
    flags: number,
  ) {
    super(id, name);
    this.class = className;
    this.task = task;
    // With kIOMemoryAsReference the array stays the caller's, who may change it.
    this.ranges = flags & kIOMemoryAsReference ? (ranges as MemoryRange[]) : ranges.map((range) => ({ ...range }));
    this.flags = flags;
    this.length = ranges.reduce((sum, range) => sum + range.length, 0n);
  }

  get direction(): Direction {
    return directionOf(this.flags);
  }

  /** Physical memory has no task (kIOMemoryTypePhysical). */
  get physical(): boolean {
    return this.task === undefined && !this.composed;
  }

  /** Made of `parts`, with no memory of its own to describe. */
  get composed(): boolean {
    return false;
  }

  /** The descriptors that it is composed of, and retains. */
  get parts(): readonly MemoryDescriptor[] {
    return [];
  }

  override get internalReferences(): number {
    const { mappedBy, subs, partOf, keepers } = this;
    return mappedBy.size + subs.size + partOf.length + keepers.size + this.collectionReferences;
  }

  override get internalHolders(): readonly string[] {
    return [
      ...this.keepers,
      ...this.collections,
      ...namesOf('map', this.mappedBy),
      ...namesOf('sub', this.subs),
      ...this.partOf.map((whole) => `multi ${whole.name}`),
    ];
  }
}
