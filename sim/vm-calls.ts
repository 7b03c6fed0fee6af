import type { VmEntry } from './address-space';
import type { KernelState } from './kernel-state';
import type { CodeResult } from './outcomes';
import {
  KERN_INVALID_ADDRESS,
  KERN_INVALID_ARGUMENT,
  KERN_PROTECTION_FAILURE,
  KERN_SUCCESS,
  returnName,
} from './returns';
import type { Task } from './task';
import { addressText, sizeText } from './text';
import type { Protection } from './trace';

interface Pages {
  readonly start: number;
  readonly end: number;
}

const addressEnd = 1n << 64n;

const strength: Readonly<Record<Protection, number>> = { '---': 0, 'r--': 1, 'rw-': 2 };

const answer = (code: number, why: string): CodeResult => ({
  kind: 'code',
  code,
  why: code === KERN_SUCCESS ? why : `${returnName(code)}: ${why}`,
});

/** The pages of a range, or the answer to one that is empty or wraps around (osfmk/vm/vm_sanitize.c, vm_sanitize_addr_size). */
function pagesOf({ space }: Task, address: bigint, size: bigint): Pages | CodeResult {
  if (size === 0n) return answer(KERN_SUCCESS, 'The range is empty.');
  const start = space.pageOf(address);
  const end = start + space.pagesFor(size + BigInt(space.offsetInPage(address)));
  if (address + size >= addressEnd || space.addressOf(end) >= addressEnd)
    return answer(KERN_INVALID_ARGUMENT, 'The range runs beyond the last address.');
  return { start, end };
}

const isAnswer = (pages: Pages | CodeResult): pages is CodeResult => 'kind' in pages;

/** mach_vm_… calls on ranges of a task's VM map (osfmk/vm/vm_user.c). */
export class VmCalls {
  readonly #state: KernelState;

  constructor(state: KernelState) {
    this.#state = state;
  }

  /** mach_vm_deallocate(): removes whatever is mapped in the pages of [address, address + size). */
  deallocate(task: Task, address: bigint, size: bigint): CodeResult {
    return deallocate(this.#state, task, address, size);
  }

  /** mach_vm_inherit(): whether a forked task has the pages of [address, address + size). */
  inherit(task: Task, address: bigint, size: bigint, inherited: boolean): CodeResult {
    return inherit(task, address, size, inherited);
  }

  /** mach_vm_protect() of the pages of [address, address + size), without set_maximum. */
  protect(task: Task, address: bigint, size: bigint, protection: Protection): CodeResult {
    return protect(task, address, size, protection);
  }
}

/** osfmk/vm/vm_map.c, vm_map_delete. */
function deallocate(state: KernelState, task: Task, address: bigint, size: bigint): CodeResult {
  const pages = pagesOf(task, address, size);
  if (isAnswer(pages)) return pages;
  const { space } = task;
  const { start, end } = pages;
  const found = space.overlapping(start, end);
  const permanent = found.find((entry) => entry.permanent);
  if (permanent) return { kind: 'not-modelled', what: `removing the ${permanent.note ?? 'permanent range'} of a task` };
  if (space.isWired(start, end))
    return { kind: 'not-modelled', what: 'the wait of mach_vm_deallocate() until the range is unwired' };
  // A user's map may have gaps; a range that leaves it is not touched.
  if (!task.kernel && (start < space.min || end > space.max)) return answer(KERN_SUCCESS, 'Nothing of it is mapped.');
  if (task.kernel && covered(found, start, end) < end) {
    const gap = addressText(space.addressOf(covered(found, start, end)));
    const why = `mach_vm_deallocate() of ${sizeText(size)} at ${addressText(address)} finds no entry of the kernel's map at ${gap}.`;
    state.note('unmap', why, { kind: 'panic', message: why });
    return { kind: 'panic', reason: 'vm_map_delete: gap', why };
  }
  space.remove(start, end);
  return answer(KERN_SUCCESS, `${sizeText(size)} at ${addressText(address)} are gone.`);
}

/** The first page of [start, end) that no entry covers; `end` where there is none. */
function covered(found: readonly VmEntry[], start: number, end: number): number {
  let at = start;
  for (const entry of found) {
    if (entry.start > at) break;
    at = entry.end;
  }
  return Math.min(at, end);
}

/** osfmk/vm/vm_map.c, vm_map_inherit: gaps do not matter. */
function inherit(task: Task, address: bigint, size: bigint, inherited: boolean): CodeResult {
  const pages = pagesOf(task, address, size);
  if (isAnswer(pages)) return pages;
  task.space.inherit(pages.start, pages.end, inherited);
  return answer(
    KERN_SUCCESS,
    `fork() ${inherited ? 'copies' : 'leaves out'} ${sizeText(size)} at ${addressText(address)}.`,
  );
}

/** osfmk/vm/vm_map.c, vm_map_protect: all or nothing is changed. */
function protect(task: Task, address: bigint, size: bigint, protection: Protection): CodeResult {
  const pages = pagesOf(task, address, size);
  if (isAnswer(pages)) return pages;
  const { space } = task;
  const { start, end } = pages;
  const found = space.overlapping(start, end);
  let at = start;
  for (const entry of found) {
    if (entry.start > at) break;
    const most = maximum(entry);
    if (!most)
      return { kind: 'not-modelled', what: `mach_vm_protect() of a range that is ${entry.note ?? entry.kind}` };
    if (strength[protection] > strength[most])
      return answer(
        KERN_PROTECTION_FAILURE,
        `${entry.map?.name ?? addressText(space.addressOf(entry.start))} can't be made ${protection}, at most ${most}.`,
      );
    at = entry.end;
  }
  if (at < end) return answer(KERN_INVALID_ADDRESS, `Nothing is mapped at ${addressText(space.addressOf(at))}.`);
  space.protect(start, end, protection);
  return answer(KERN_SUCCESS, `${sizeText(size)} at ${addressText(address)} are now ${protection}.`);
}

/**
 * max_protection, where it is known: memory of a task's own has all (osfmk/vm/vm_kern.c, mach_vm_allocate_kernel); a mapping
 * of a descriptor has what it was made with (IOMemoryDescriptor::memoryReferenceMap passes it twice).
 */
function maximum(entry: VmEntry): Protection | undefined {
  if (entry.kind === 'buffer') return 'rw-';
  return entry.kind === 'mapping' ? entry.map?.protection : undefined;
}
