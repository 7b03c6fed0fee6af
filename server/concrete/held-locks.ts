import type { CallSite } from './call-site';
import type { Interpreter } from './interpreter';
import type { Region } from './memory';

export type LockKind = 'mutex' | 'recursive' | 'spin' | 'shared' | 'exclusive';

interface Held {
  readonly kind: LockKind;
  readonly name: string;
  count: number;
}

/** Calls that may wait, so that a thread with a spin lock must not make them. */
const waits =
  /^(?:IOSleep|IOSleepWithLeeway|IOLockSleep\w*|IORecursiveLockSleep\w*|lck_(?:mtx|rw)_sleep\w*|msleep|tsleep|thread_block\w*|semaphore_wait\w*|IOMalloc\w*|copyin|copyout|(?:IOWorkLoop|IOCommandGate)::(?:runAction|runActionBlock|attemptAction|commandSleep|sleepGate)|IO(?:Buffer)?MemoryDescriptor::(?:createMappingInTask|map|setMapping|prepare|complete|inTaskWith\w+|withOptions|withCapacity))$/;

/** The locks that the run's one thread holds. */
export class HeldLocks {
  readonly #run: Interpreter;
  readonly #held = new Map<bigint, Held>();
  /** Locks that the run has taken or made itself. */
  readonly #known = new Set<bigint>();
  #spinning: Held | undefined;

  constructor(run: Interpreter) {
    this.#run = run;
  }

  /** Whether a spin lock is held. */
  get spinning(): boolean {
    return this.#spinning !== undefined;
  }

  made(address: bigint): void {
    this.#known.add(address);
  }

  holds(address: bigint): boolean {
    return this.#held.has(address);
  }

  take(site: CallSite, address: bigint, kind: LockKind): void {
    const name = this.#name(site, address);
    this.#known.add(address);
    const held = this.#held.get(address);
    if (held && kind === 'recursive') {
      held.count++;
      return;
    }
    if (held && kind === 'shared' && held.kind === 'shared') {
      held.count++;
      return;
    }
    if (held) this.#twice(site, name, kind);
    if (kind !== 'spin') this.mayWait(site.name);
    const taken = { kind, name, count: 1 };
    this.#held.set(address, taken);
    if (kind === 'spin') this.#spinning = taken;
  }

  give(site: CallSite, address: bigint): void {
    const name = this.#name(site, address);
    const held = this.#held.get(address);
    if (!held) {
      // Whoever calls the function that runs may have taken it.
      if (!this.#known.has(address) && this.#before(address)) {
        this.#known.add(address);
        this.#run.assume(`whether ${name} is held`, 'yes, when the run begins', site.place);
        return;
      }
      // Mutex %p is unexpectedly not owned by thread %p: osfmk/kern/lock_mtx.c, __lck_mtx_not_owned_panic.
      this.#run.kernel.stop('lock', `${site.name}(): ${name} is not held.`);
    }
    if (--held.count > 0) return;
    this.#held.delete(address);
    if (this.#spinning === held) this.#spinning = [...this.#held.values()].findLast(({ kind }) => kind === 'spin');
  }

  /** A call that may wait: with a spin lock held, preemption is disabled (osfmk/kern/sched_prim.c, thread_invoke). */
  mayWait(name: string): void {
    if (!this.#spinning) return;
    const lock = /^(?:IOLockLock|IORecursiveLockLock|IORWLock|lck_)/.test(name);
    if (!lock && !waits.test(name)) return;
    this.#run.kernel.stop('lock', `${name}() may wait, and the spin lock ${this.#spinning.name} is held.`);
  }

  #twice(site: CallSite, name: string, kind: LockKind): never {
    const message = `${site.name}(): this thread holds ${name} already`;
    // osfmk/kern/lock_mtx.c, __lck_mtx_owned_panic; a spin lock's wait ends in a panic after its timeout; a lock for
    // reading and writing is waited for without an end (osfmk/kern/lock_rw.c, lck_rw_lock_exclusive_gen).
    const panics = kind === 'mutex' || kind === 'spin';
    return this.#run.kernel.stop('lock', panics ? `${message}.` : `${message}, so it waits for ever.`);
  }

  #name(site: CallSite, address: bigint): string {
    return site.texts[0] ?? this.#run.memory.find(address)?.name ?? 'the lock';
  }

  #before(address: bigint): boolean {
    const region: Region | undefined = this.#run.memory.find(address);
    return region === undefined || region.kind === 'assumed' || region.kind === 'object' || region.kind === 'global';
  }
}
