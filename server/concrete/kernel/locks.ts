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
    'lck_grp_alloc_init',
  ]),
  ...all(free, [
    'IOLockFree',
    'IORecursiveLockFree',
    'IOSimpleLockFree',
    'IORWLockFree',
    'lck_mtx_free',
    'lck_spin_free',
  ]),
  ...all(take('mutex'), ['IOLockLock', 'lck_mtx_lock']),
  ...all(take('recursive'), ['IORecursiveLockLock']),
  ...all(take('spin'), ['IOSimpleLockLock', 'IOSimpleLockLockDisableInterrupt', 'lck_spin_lock']),
  ...all(take('shared'), ['IORWLockRead', 'lck_rw_lock_shared']),
  ...all(take('exclusive'), ['IORWLockWrite', 'lck_rw_lock_exclusive']),
  ...all(tryLock('mutex'), ['IOLockTryLock']),
  ...all(tryLock('recursive'), ['IORecursiveLockTryLock']),
  ...all(tryLock('spin'), ['IOSimpleLockTryLock']),
  ...all(give, [
    'IOLockUnlock',
    'IORecursiveLockUnlock',
    'IOSimpleLockUnlock',
    'IOSimpleLockUnlockEnableInterrupt',
    'IORWLockUnlock',
    'lck_mtx_unlock',
    'lck_spin_unlock',
    'lck_rw_unlock_shared',
    'lck_rw_unlock_exclusive',
    'lck_rw_done',
  ]),
  IORecursiveLockHaveLock: (site) => (site.run.kernel.locks.holds(lockOf(site)) ? 1n : 0n),
  IOSimpleLockInit: (site) => {
    site.run.kernel.locks.made(lockOf(site));
    return 0n;
  },
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

/** A thread that holds a mutex does not get it again; a recursive lock it does. */
function tryLock(kind: LockKind): KernelCall {
  return (site) => {
    const lock = lockOf(site);
    if (kind !== 'recursive' && site.run.kernel.locks.holds(lock)) return 0n;
    site.run.kernel.locks.take(site, lock, kind);
    return 1n;
  };
}

function give(site: CallSite): Value {
  site.run.kernel.locks.give(site, lockOf(site));
  return 0n;
}

function free(site: CallSite): Value {
  const address = site.pointer(0);
  if (address === 0n) return 0n;
  const lock = lockOf(site);
  const { kernel, objects } = site.run;
  if (kernel.locks.holds(lock)) kernel.stop('lock', `${site.name}(): ${site.texts[0] ?? 'the lock'} is held.`);
  const object = objects.at(lock);
  if (object && !object.assumed) objects.freed(object);
  return 0n;
}
