import { expect, it } from 'vitest';
import { inShort, simulate } from '../../support/simulate';

/** [what it shows, body of f, the defect's message]: a lock that is misused ends the run. */
const wrong: readonly (readonly [string, string, string])[] = [
  [
    'a mutex that is taken twice',
    'IOLock *l = IOLockAlloc(); IOLockLock(l); IOLockLock(l);',
    'IOLockLock(): this thread holds l already.',
  ],
  ['a mutex that is not held', 'IOLock *l = IOLockAlloc(); IOLockUnlock(l);', 'IOLockUnlock(): l is not held.'],
  [
    'a recursive lock that is given up too often',
    'IORecursiveLock *l = IORecursiveLockAlloc(); IORecursiveLockLock(l); IORecursiveLockUnlock(l); IORecursiveLockUnlock(l);',
    'IORecursiveLockUnlock(): l is not held.',
  ],
  [
    'a spin lock that is taken twice',
    'IOSimpleLock *l = IOSimpleLockAlloc(); IOSimpleLockLock(l); IOSimpleLockLock(l);',
    'IOSimpleLockLock(): this thread holds l already.',
  ],
  [
    'a sleep with a spin lock',
    'IOSimpleLock *l = IOSimpleLockAlloc(); IOSimpleLockLock(l); IOSleep(1);',
    'IOSleep() may wait, and the spin lock l is held.',
  ],
  [
    'a mutex with a spin lock',
    'IOSimpleLock *l = IOSimpleLockAlloc(); IOLock *m = IOLockAlloc(); IOSimpleLockLock(l); IOLockLock(m);',
    'IOLockLock() may wait, and the spin lock l is held.',
  ],
  [
    'a mapping with a spin lock',
    'IOBufferMemoryDescriptor *b = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut); IOSimpleLock *l = IOSimpleLockAlloc(); IOSimpleLockLock(l); b->createMappingInTask(kernel_task, 0, kIOMapAnywhere);',
    'IOMemoryDescriptor::createMappingInTask() may wait, and the spin lock l is held.',
  ],
  ...(
    [
      ['IOMalloc(16);', 'IOMalloc'],
      ['msleep(p, NULL, 0, "x", NULL);', 'msleep'],
      ['semaphore_wait(p);', 'semaphore_wait'],
      ['thread_block(NULL);', 'thread_block'],
      ['IOLockSleep(m, p, 0);', 'IOLockSleep'],
    ] as const
  ).map(
    ([call, name]) =>
      [
        `${name} with a spin lock`,
        `IOSimpleLock *l = IOSimpleLockAlloc(); IOLock *m = IOLockAlloc(); void *p = m; IOSimpleLockLock(l); ${call}`,
        `${name}() may wait, and the spin lock l is held.`,
      ] as const,
  ),
  [
    'reading after writing',
    'IORWLock *l = IORWLockAlloc(); IORWLockWrite(l); IORWLockRead(l);',
    'IORWLockRead(): this thread holds l already, so it waits for ever.',
  ],
  [
    'writing twice',
    'IORWLock *l = IORWLockAlloc(); IORWLockWrite(l); IORWLockWrite(l);',
    'IORWLockWrite(): this thread holds l already, so it waits for ever.',
  ],
  [
    'a lock that is freed while it is held',
    'IOLock *l = IOLockAlloc(); IOLockLock(l); IOLockFree(l);',
    'IOLockFree(): l is held.',
  ],
];

it.each(wrong)('%s', (_what, body, message) => {
  const trace = simulate(`int f() { ${body} return 0; }`, 'f');
  expect(trace.steps.flatMap(({ defects }) => defects)).toMatchObject([{ kind: 'lock', message }]);
  expect(trace.outcome.kind).toBe('panic');
});

it('locks in their order', () => {
  const { outcome } = simulate(
    `int f() { IOLock *l = IOLockAlloc(); IORecursiveLock *r = IORecursiveLockAlloc(); IOSimpleLock *s = IOSimpleLockAlloc();
      IOLockLock(l); IORecursiveLockLock(r); IORecursiveLockLock(r); IOSimpleLockLock(s); int got = IOLockTryLock(l);
      IOSimpleLockUnlock(s); IOSleep(1); IORecursiveLockUnlock(r); IORecursiveLockUnlock(r); IOLockUnlock(l);
      got = got * 10 + IOLockTryLock(l); IOLockUnlock(l); IOLockFree(l); IORecursiveLockFree(r); IOSimpleLockFree(s); return got; }`,
    'f',
  );
  expect(outcome).toEqual({ kind: 'returned', value: '1' });
});

it('a lock that was there before may be held by whoever calls', () => {
  const trace = simulate(
    'class D : public IOService { IOLock *fLock; void f(); }; void D::f() { IOLockUnlock(fLock); }',
    'D::f',
  );
  expect(inShort(trace).defects).toEqual([]);
  expect(trace.assumptions).toContainEqual(
    expect.objectContaining({ what: 'whether fLock is held', value: 'yes, when the run begins' }),
  );
});

it('a freed lock is not taken', () => {
  const trace = simulate('void f() { IOLock *l = IOLockAlloc(); IOLockFree(l); IOLockLock(l); }', 'f');
  expect(inShort(trace).defects).toEqual(['use-after-free']);
});
