import type { CallSite, KernelTable } from '../call-site';
import type { Value } from '../values';

/**
 * Calls that change nothing that a run can see: locks on the one thread that there is, delays, barriers. Each with what
 * it answers.
 */
const answers: Readonly<Record<string, bigint>> = {
  IOLockLock: 0n,
  IOLockUnlock: 0n,
  IOLockTryLock: 1n,
  IOLockFree: 0n,
  IOLockWakeup: 0n,
  IOLockSleep: 0n,
  IORecursiveLockLock: 0n,
  IORecursiveLockUnlock: 0n,
  IORecursiveLockTryLock: 1n,
  IORecursiveLockHaveLock: 1n,
  IORecursiveLockFree: 0n,
  IOSimpleLockInit: 0n,
  IOSimpleLockLock: 0n,
  IOSimpleLockUnlock: 0n,
  IOSimpleLockTryLock: 1n,
  IOSimpleLockFree: 0n,
  IOSimpleLockLockDisableInterrupt: 0n,
  IOSimpleLockUnlockEnableInterrupt: 0n,
  IORWLockRead: 0n,
  IORWLockWrite: 0n,
  IORWLockUnlock: 0n,
  IORWLockFree: 0n,
  lck_mtx_lock: 0n,
  lck_mtx_unlock: 0n,
  lck_spin_lock: 0n,
  lck_spin_unlock: 0n,
  lck_rw_lock_shared: 0n,
  lck_rw_lock_exclusive: 0n,
  lck_rw_unlock_shared: 0n,
  lck_rw_unlock_exclusive: 0n,
  OSSynchronizeIO: 0n,
  OSMemoryBarrier: 0n,
  __sync_synchronize: 0n,
  thread_deallocate: 0n,
  IOFlushProcessorCache: 0n,
  IOSetProcessorCacheMode: 0n,
};

const makers = [
  'IOLockAlloc',
  'IORecursiveLockAlloc',
  'IOSimpleLockAlloc',
  'IORWLockAlloc',
  'lck_mtx_alloc_init',
  'lck_spin_alloc_init',
  'lck_grp_alloc_init',
];

export const quietCalls: KernelTable = {
  ...Object.fromEntries(Object.entries(answers).map(([name, value]) => [name, () => value])),
  ...Object.fromEntries(makers.map((name) => [name, makeLock])),
};

function makeLock(site: CallSite): Value {
  return site.run.objects.make('lock', site.into === '' ? 'lock' : site.into).region.base;
}
