import { KernelObject, namesOf } from './kernel-object';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryObject } from './memory-object';
import type { Protection } from './trace';
import type { Task } from './task';

/** IOMemoryMap: the record of a mapping (iokit/IOKit/IOMemoryDescriptor.h). */
export class MemoryMap extends KernelObject {
  readonly kind = 'map';
  /** fMemory, retained. A map has none until it is made, and none once freed. */
  memory: MemoryDescriptor | undefined;
  /** The id of the last descriptor, for a freed map's view. */
  lastMemory = '';
  /** fAddressTask: not retained; none after taskDied(). */
  task: Task | undefined;
  /** The task that it was made for, for the view. */
  readonly madeFor: Task;
  /** fAddressMap != NULL. */
  alive = true;
  /** fAddress: of the first mapped byte; 0 after unmap(). */
  address: bigint;
  /** fOffset into `memory`. */
  offset: bigint;
  readonly length: bigint;
  /** fOptions. */
  options: number;
  protection: Protection = '---';
  /** fSuperMap, retained. */
  superMap: MemoryMap | undefined;
  /** fRedirUPL: the objects whose accesses sleep until the next redirect(). */
  blocks: MemoryObject | undefined;
  /** Flushed out of the set that listed it: the set's reference is gone, so the callers' last-but-one frees it. */
  unlisted = false;
  /** fUserClientUnmap: taskDied() is to unmap too. */
  userClientUnmap = false;
  /** How many VM entries it has made and still has. */
  entries = 0;
  // Most maps have neither; sets are made when somebody asks.
  #subMaps: Set<MemoryMap> | undefined;
  #keepers: Set<string> | undefined;

  constructor(id: string, name: string, task: Task, address: bigint, options: number, offset: bigint, length: bigint) {
    super(id, name);
    this.task = task;
    this.madeFor = task;
    this.address = address;
    this.options = options;
    this.offset = offset;
    this.length = length;
  }

  get subMaps(): Set<MemoryMap> {
    return (this.#subMaps ??= new Set());
  }

  /** Who else in the kernel retains it, e.g. the buffer whose memory it makes. */
  get keepers(): Set<string> {
    return (this.#keepers ??= new Set());
  }

  override get internalReferences(): number {
    return (this.#subMaps?.size ?? 0) + (this.#keepers?.size ?? 0) + super.collectionReferences;
  }

  /** The descriptor's set is a collection too. */
  override get collectionReferences(): number {
    return super.collectionReferences + (this.memory && !this.unlisted ? 1 : 0);
  }

  /** It is freed when fewer than two references are left, of which the set's is one (IOMemoryMap::taggedRelease). */
  override get owners(): number {
    return super.owners - (this.unlisted ? 1 : 0);
  }

  override get retainCount(): number {
    return super.retainCount + (this.unlisted ? 0 : 1);
  }

  override get internalHolders(): readonly string[] {
    return [...this.keepers, ...this.collections, ...namesOf('sub-map', this.subMaps)];
  }
}
