import type { KernelState } from './kernel-state';
import type { MemoryObject, PageBytes } from './memory-object';
import type { Fault, ReadResult, WriteResult } from './outcomes';
import type { Task } from './task';
import { addressText, hex } from './text';

/** Loads and stores by the CPU, through a task's address space. */

function walk(
  state: KernelState,
  task: Task,
  address: bigint,
  size: number,
  write: boolean,
  each: (object: MemoryObject, page: number, offset: number, from: number, size: number) => void,
): Fault | undefined {
  const space = task.space;
  const fault = (reason: Fault['reason'], at: bigint, what: string): Fault => {
    const why = `A ${write ? 'write to' : 'read of'} ${addressText(at)} in ${task.name} faults: ${what}.`;
    state.note('access', why, { kind: 'fault', message: why, task: task.id, address: hex(at) });
    return { kind: 'fault', reason, address: at, why };
  };
  for (let done = 0; done < size;) {
    const at = address + BigInt(done);
    const page = space.pageOf(at);
    const entry = space.entryAt(page);
    if (!entry) return fault('unmapped', at, 'nothing is mapped there');
    if (entry.kind === 'guard') return fault('guard page', at, 'it is a guard page');
    if (!entry.object) return fault('unmapped', at, `no memory is there (${entry.note ?? 'reserved'})`);
    if (entry.protection === '---' || (write && entry.protection !== 'rw-'))
      return fault('protection', at, `the mapping${entry.map ? ` ${entry.map.name}` : ''} is ${entry.protection}`);
    if (entry.unmade) space.replace({ ...entry, unmade: false });
    const blocker = entry.object.blockedBy;
    // Of device memory only the map's own pages left the page tables; the kernel's other mappings never fault on them.
    if (blocker && (!entry.object.device || entry.map === blocker || !task.kernel))
      return fault('blocked', at, `${blocker.name} is redirected to nothing, so the thread sleeps`);
    const offset = space.offsetInPage(at);
    if (!entry.object.hasPage(entry.objectPage + (page - entry.start)))
      return fault('blocked', at, 'its device pager was given no page for it, so the thread sleeps');
    const left = Number(space.addressOf(page + 1) - at);
    const run = Math.min(left, size - done);
    each(entry.object, entry.objectPage + (page - entry.start), offset, done, run);
    done += run;
  }
  return undefined;
}

/**
 * The page around an address as bytes, for accesses that nothing can go wrong with: until the next operation of the kernel
 * they are what the task sees there. Undefined where an access faults, sleeps, or reaches a device.
 */
export function pageAt({ space }: Task, address: bigint, write: boolean): PageBytes | undefined {
  const page = space.pageOf(address);
  const entry = space.entryAt(page);
  const object = entry?.object;
  if (!entry || !object || entry.kind === 'guard' || entry.unmade || object.blockedBy || object.device)
    return undefined;
  if (entry.protection === '---' || (write && entry.protection !== 'rw-') || entry.descriptor?.physical)
    return undefined;
  const place = object.place(entry.objectPage + (page - entry.start));
  return place?.store.pageSize === space.pageSize
    ? { start: space.addressOf(page), bytes: place.store.bytes(place.page) }
    : undefined;
}

export function read(state: KernelState, task: Task, address: bigint, size: number): ReadResult {
  const bytes = new Uint8Array(size);
  const fault = walk(state, task, address, size, false, (object, page, offset, from, run) => {
    object.read(page, offset, bytes.subarray(from, from + run));
  });
  return fault ?? { kind: 'bytes', bytes };
}

/** Bytes before the fault are written, as the CPU would. */
export function write(state: KernelState, task: Task, address: bigint, bytes: Uint8Array): WriteResult {
  const fault = walk(state, task, address, bytes.length, true, (object, page, offset, from, run) => {
    object.write(page, offset, bytes.subarray(from, from + run));
  });
  return fault ?? { kind: 'written' };
}
