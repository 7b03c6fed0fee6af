import type { CallSite } from './call-site';
import type { Interpreter } from './interpreter';
import { LockOrder } from './lock-order';
import type { Region } from './memory';
import type { RunObject } from './objects';

export type LockKind = 'mutex' | 'recursive' | 'spin' | 'shared' | 'exclusive';

export interface Held {
  kind: LockKind;
  readonly address: bigint;
  readonly name: string;
  /** Where it was taken. */
  readonly line: number | undefined;
  count: number;
}

/** Calls that may wait, so that a thread with a spin lock must not make them. */
const waits = new RegExp(
  `^(?:${[
    'IOSleep|IOSleepWithLeeway|IOLockSleep\\w*|IORecursiveLockSleep\\w*|lck_(?:mtx|rw)_sleep\\w*',
    'IOLockLock|IORecursiveLockLock|IORWLock(?:Read|Write)|lck_mtx_lock|lck_rw_lock_(?:shared|exclusive)',
    'msleep|tsleep|thread_block\\w*|semaphore_wait\\w*|IOMalloc\\w*|copyin|copyout|copyinstr',
    'IOWorkLoop::(?:runAction|runActionBlock|closeGate)',
    'IOCommandGate::(?:runAction|runActionBlock|runCommand|attemptAction|commandSleep)',
    'IO\\w*MemoryDescriptor::(?:createMappingInTask|map|setMapping|prepare|complete|inTaskWith\\w+|withOptions|withCapacity)',
  ].join('|')})$`,
);

/** The locks that the run's one thread holds. */
export class HeldLocks {
  readonly #run: Interpreter;
  readonly #held = new Map<bigint, Held>();
  /** Locks that the run has taken or made itself. */
  readonly #known = new Set<bigint>();
  readonly #order: LockOrder;
  #spinning: Held | undefined;

  constructor(run: Interpreter) {
    this.#run = run;
    this.#order = new LockOrder(run);
  }

  /** Whether a spin lock is held. */
  get spinning(): boolean {
    return this.#spinning !== undefined;
  }

  /** Locks that the run made and holds, which no code that is not modelled was given. */
  get own(): ReadonlyMap<RunObject, Held> {
    const own = new Map<RunObject, Held>();
    for (const held of this.#held.values()) {
      const object = this.#run.objects.at(held.address);
      if (object && !object.assumed && !object.escaped && object.region.base === held.address) own.set(object, held);
    }
    return own;
  }

  made(address: bigint): void {
    this.#known.add(address);
  }

  gone(address: bigint): void {
    this.#order.forget(address);
  }

  holds(address: bigint): boolean {
    return this.#held.has(address);
  }

  take(site: CallSite, address: bigint, kind: LockKind): void {
    const name = this.#name(site, address);
    this.#known.add(address);
    const held = this.#held.get(address);
    if (held && this.#again(held, kind)) return;
    if (held && !this.#elsewhere(address)) this.#twice(site, name, kind);
    if (held) this.#run.assume(`whether ${name} is held`, 'no, code that is not modelled gave it up', site.place);
    const taken = this.#taken(site, address, name, kind);
    this.#order.taken(this.#held.values(), taken);
    this.#hold(taken);
  }

  /** A call that answers instead of waiting. */
  attempt(site: CallSite, address: bigint, kind: LockKind): boolean {
    const held = this.#held.get(address);
    this.#known.add(address);
    if (held) return this.#again(held, kind);
    this.#hold(this.#taken(site, address, this.#name(site, address), kind));
    return true;
  }

  /** @param kind how it has to be held; undefined: any way. */
  give(site: CallSite, address: bigint, kind?: LockKind): void {
    const held = this.needs(site, address);
    if (!held) return;
    // osfmk/kern/lock_rw.c, lck_rw_unlock_shared, lck_rw_unlock_exclusive: "held in mode".
    if (kind !== undefined && held.kind !== kind)
      this.#run.kernel.stop('lock', `${site.name}(): ${held.name} is held ${modes[held.kind]}.`);
    if (--held.count > 0) return;
    this.#held.delete(address);
    this.#spins();
  }

  /** A lock that has to be held; undefined where it is assumed that the caller has it. */
  needs(site: CallSite, address: bigint): Held | undefined {
    const held = this.#held.get(address);
    if (held) return held;
    const name = this.#name(site, address);
    // Whoever calls the function that runs may have taken it.
    if (!this.#known.has(address) && this.#before(address)) {
      this.#known.add(address);
      this.#run.assume(`whether ${name} is held`, 'yes, when the run begins', site.place);
      return undefined;
    }
    if (this.#elsewhere(address)) {
      this.#run.assume(`whether ${name} is held`, 'yes, code that is not modelled took it', site.place);
      return undefined;
    }
    // Mutex %p is unexpectedly not owned by thread %p: osfmk/kern/lock_mtx.c, __lck_mtx_not_owned_panic.
    return this.#run.kernel.stop('lock', `${site.name}(): ${name} is not held.`);
  }

  /** A lock that is held goes on being held in another way. */
  turn(site: CallSite, address: bigint, kind: LockKind): void {
    const held = this.needs(site, address);
    if (!held) return;
    held.kind = kind;
    this.#spins();
  }

  /** A call that may wait: with a spin lock held, preemption is disabled (osfmk/kern/sched_prim.c, thread_invoke). */
  mayWait(name: string): void {
    if (!this.#spinning || !waits.test(name)) return;
    this.#run.kernel.stop('lock', `${name}() may wait, and the spin lock ${this.#spinning.name} is held.`);
  }

  #taken(site: CallSite, address: bigint, name: string, kind: LockKind): Held {
    return { kind, address, name, line: site.place?.line, count: 1 };
  }

  #hold(taken: Held): void {
    this.#held.set(taken.address, taken);
    this.#spins();
  }

  /** What one thread may take more than once. */
  #again(held: Held, kind: LockKind): boolean {
    if (held.kind !== kind || (kind !== 'recursive' && kind !== 'shared')) return false;
    held.count++;
    return true;
  }

  #spins(): void {
    this.#spinning = [...this.#held.values()].findLast(({ kind }) => kind === 'spin');
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

  /** Code that is not modelled was given the lock: it may have taken it, or given it up. */
  #elsewhere(address: bigint): boolean {
    return this.#run.objects.at(address)?.escaped === true;
  }

  #before(address: bigint): boolean {
    const region: Region | undefined = this.#run.memory.find(address);
    return region === undefined || region.kind === 'assumed' || region.kind === 'object' || region.kind === 'global';
  }
}

const modes: Readonly<Record<LockKind, string>> = {
  mutex: 'as a mutex',
  recursive: 'as a recursive lock',
  spin: 'as a spin lock',
  shared: 'for reading',
  exclusive: 'for writing',
};
