import type { CallSite, KernelCall, KernelTable } from '../call-site';
import type { LockKind } from '../held-locks';
import type { Value } from '../values';

/** Locks on the one thread that a run has: what is taken twice, or given up without being held, ends it. */
export const lockCalls: KernelTable = {
  ...all(makeLock, [
    'IOLockAlloc',
    'IORecursiveLockAlloc',
    'IOSimpleLockAlloc',
    'IORWLockAlloc',
    'lck_mtx_alloc_init',
    'lck_spin_alloc_init',
    'lck_rw_alloc_init',
    'lck_grp_alloc_init',
  ]),
  ...all(free, [
    'IOLockFree',
    'IORecursiveLockFree',
    'IOSimpleLockFree',
    'IORWLockFree',
    'lck_mtx_free',
    'lck_spin_free',
    'lck_rw_free',
    'lck_grp_free',
  ]),
  ...all(take('mutex'), ['IOLockLock', 'lck_mtx_lock']),
  ...all(take('recursive'), ['IORecursiveLockLock']),
  ...all(take('spin'), [
    'IOSimpleLockLock',
    'IOSimpleLockLockDisableInterrupt',
    'lck_spin_lock',
    'lck_spin_lock_grp',
    'lck_mtx_lock_spin',
  ]),
  ...all(take('shared'), ['IORWLockRead', 'lck_rw_lock_shared']),
  ...all(take('exclusive'), ['IORWLockWrite', 'lck_rw_lock_exclusive']),
  ...all(tryLock('mutex'), ['IOLockTryLock', 'lck_mtx_try_lock']),
  ...all(tryLock('recursive'), ['IORecursiveLockTryLock']),
  ...all(tryLock('spin'), ['IOSimpleLockTryLock', 'lck_spin_try_lock']),
  ...all(tryLock('shared'), ['lck_rw_try_lock_shared']),
  ...all(tryLock('exclusive'), ['lck_rw_try_lock_exclusive']),
  ...all(give(), [
    'IOLockUnlock',
    'IORecursiveLockUnlock',
    'IOSimpleLockUnlock',
    'IOSimpleLockUnlockEnableInterrupt',
    'IORWLockUnlock',
    'lck_mtx_unlock',
    'lck_spin_unlock',
    'lck_rw_done',
  ]),
  ...all(give('shared'), ['lck_rw_unlock_shared']),
  ...all(give('exclusive'), ['lck_rw_unlock_exclusive']),
  ...all(sleep, ['IOLockSleep', 'IOLockSleepDeadline', 'IORecursiveLockSleep', 'IORecursiveLockSleepDeadline']),
  ...all(init, ['IOSimpleLockInit', 'lck_mtx_init', 'lck_spin_init', 'lck_rw_init']),
  ...all(destroy, ['IOSimpleLockDestroy', 'lck_mtx_destroy', 'lck_spin_destroy', 'lck_rw_destroy']),
  lck_mtx_convert_spin: (site) => {
    site.run.kernel.locks.turn(site, lockOf(site), 'mutex');
    return 0n;
  },
  lck_rw_lock_exclusive_to_shared: (site) => {
    site.run.kernel.locks.turn(site, lockOf(site), 'shared');
    return 0n;
  },
  IORecursiveLockHaveLock: (site) => (site.run.kernel.locks.holds(lockOf(site)) ? 1n : 0n),
};

function all(call: KernelCall, names: readonly string[]): KernelTable {
  return Object.fromEntries(names.map((name) => [name, call]));
}

function makeLock(site: CallSite): Value {
  const { base } = site.run.objects.make('lock', site.into === '' ? 'lock' : site.into).region;
  site.run.kernel.locks.made(base);
  return base;
}

/** The lock that a call is about: what is no lock, NULL or freed, ends the run. */
function lockOf(site: CallSite): bigint {
  const address = site.pointer(0);
  site.run.checkReceiver(address, site.texts[0] ?? 'lock', site.name);
  return address;
}

function take(kind: LockKind): KernelCall {
  return (site) => {
    site.run.kernel.locks.take(site, lockOf(site), kind);
    return 0n;
  };
}

/** A thread that holds a mutex does not get it again; a recursive lock it does, and a lock for reading that it reads. */
function tryLock(kind: LockKind): KernelCall {
  return (site) => (site.run.kernel.locks.attempt(site, lockOf(site), kind) ? 1n : 0n);
}

/** @param kind how it has to be held, where the call says it. */
function give(kind?: LockKind): KernelCall {
  return (site) => {
    site.run.kernel.locks.give(site, lockOf(site), kind);
    return 0n;
  };
}

/** lck_mtx_sleep() (osfmk/kern/lock_mtx.c) gives the lock up and takes it again; the run's one thread is woken at once. */
function sleep(site: CallSite): Value {
  site.run.kernel.locks.needs(site, lockOf(site));
  return 0n;
}

function init(site: CallSite): Value {
  site.run.kernel.locks.made(lockOf(site));
  return 0n;
}

function destroy(site: CallSite): Value {
  const { kernel } = site.run;
  const lock = lockOf(site);
  if (kernel.locks.holds(lock)) kernel.stop('lock', `${site.name}(): ${site.texts[0] ?? 'the lock'} is held.`);
  kernel.locks.gone(lock);
  return 0n;
}

function free(site: CallSite): Value {
  const address = site.pointer(0);
  if (address === 0n) return 0n;
  const lock = lockOf(site);
  const { kernel, objects } = site.run;
  if (kernel.locks.holds(lock)) kernel.stop('lock', `${site.name}(): ${site.texts[0] ?? 'the lock'} is held.`);
  kernel.locks.gone(lock);
  const object = objects.at(lock);
  if (object && !object.assumed) objects.freed(object);
  return 0n;
}
