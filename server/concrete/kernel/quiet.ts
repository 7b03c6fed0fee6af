import type { KernelTable } from '../call-site';

/**
 * Calls that change nothing that a run can see: wakeups on the one thread that there is, barriers. Each with what it
 * answers.
 */
const answers: Readonly<Record<string, bigint>> = {
  IOLockWakeup: 0n,
  IORecursiveLockWakeup: 0n,
  OSSynchronizeIO: 0n,
  OSMemoryBarrier: 0n,
  __sync_synchronize: 0n,
  thread_deallocate: 0n,
  IOFlushProcessorCache: 0n,
  IOSetProcessorCacheMode: 0n,
};

export const quietCalls: KernelTable = Object.fromEntries(
  Object.entries(answers).map(([name, value]) => [name, () => value]),
);
