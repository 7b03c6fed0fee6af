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
    'a reader that gives up as a writer',
    'lck_rw_t *l = lck_rw_alloc_init(NULL, NULL); lck_rw_lock_shared(l); lck_rw_unlock_exclusive(l);',
    'lck_rw_unlock_exclusive(): l is held for reading.',
  ],
  [
    'a sleep on a lock that is not held',
    'IOLock *l = IOLockAlloc(); IOLockSleep(l, &l, THREAD_UNINT);',
    'IOLockSleep(): l is not held.',
  ],
  [
    'a mutex that is held as a spin lock',
    'lck_mtx_t *l = lck_mtx_alloc_init(NULL, NULL); lck_mtx_lock_spin(l); IOMalloc(16);',
    'IOMalloc() may wait, and the spin lock l is held.',
  ],
  [
    'an action at the gate with a spin lock',
    'IOCommandGate *g = IOCommandGate::commandGate(NULL, NULL); IOSimpleLock *l = IOSimpleLockAlloc(); IOSimpleLockLock(l); g->runAction(NULL);',
    'IOCommandGate::runAction() may wait, and the spin lock l is held.',
  ],
  [
    'a spin lock that is destroyed while it is held',
    'IOSimpleLock *l = IOSimpleLockAlloc(); IOSimpleLockLock(l); IOSimpleLockDestroy(l);',
    'IOSimpleLockDestroy(): l is held.',
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

/** [what it shows, body of f]: what is right, and looks like something else. */
const right: readonly (readonly [string, string])[] = [
  [
    'spin locks inside of each other, with both names of them',
    'lck_spin_t *a = lck_spin_alloc_init(NULL, NULL); IOSimpleLock *b = IOSimpleLockAlloc(); lck_spin_lock(a); IOSimpleLockLock(b); IOSimpleLockUnlock(b); lck_spin_unlock(a); lck_spin_lock_grp(a, NULL); lck_spin_unlock(a); IOSleep(1);',
  ],
  [
    'a mutex that is taken as a spin lock and turned into one that may wait',
    'lck_mtx_t *l = lck_mtx_alloc_init(NULL, NULL); lck_mtx_lock_spin(l); lck_mtx_convert_spin(l); IOSleep(1); lck_mtx_unlock(l);',
  ],
  [
    'try-locks that fail and that succeed',
    'lck_mtx_t *l = lck_mtx_alloc_init(NULL, NULL); if (lck_mtx_try_lock(l)) { if (lck_mtx_try_lock(l)) lck_mtx_lock(l); lck_mtx_unlock(l); } lck_mtx_lock(l); lck_mtx_unlock(l);',
  ],
  [
    'a mutex given up under a spin lock',
    'IOLock *m = IOLockAlloc(); IOSimpleLock *s = IOSimpleLockAlloc(); IOLockLock(m); IOSimpleLockLock(s); IOLockUnlock(m); IOSimpleLockUnlock(s);',
  ],
  [
    'reading twice, and a writer that goes on as a reader',
    'lck_rw_t *l = lck_rw_alloc_init(NULL, NULL); lck_rw_lock_shared(l); lck_rw_lock_shared(l); lck_rw_unlock_shared(l); lck_rw_unlock_shared(l); lck_rw_lock_exclusive(l); lck_rw_lock_exclusive_to_shared(l); lck_rw_unlock_shared(l); lck_rw_free(l, NULL);',
  ],
  [
    'a sleep with the lock held',
    'IOLock *l = IOLockAlloc(); IOLockLock(l); IOLockSleep(l, &l, THREAD_UNINT); IOLockWakeup(l, &l, true); IOLockUnlock(l);',
  ],
  [
    'two locks in one order, given up in either',
    'IOLock *a = IOLockAlloc(); IOLock *b = IOLockAlloc(); for (int i = 0; i < 3; i++) { IOLockLock(a); IOLockLock(b); IOLockUnlock(i ? a : b); IOLockUnlock(i ? b : a); }',
  ],
  [
    'two locks one after the other, in both orders',
    'IOLock *a = IOLockAlloc(); IOLock *b = IOLockAlloc(); IOLockLock(a); IOLockUnlock(a); IOLockLock(b); IOLockUnlock(b); IOLockLock(a); IOLockUnlock(a);',
  ],
  [
    'the other order with a try-lock',
    'IOLock *a = IOLockAlloc(); IOLock *b = IOLockAlloc(); IOLockLock(a); IOLockLock(b); IOLockUnlock(b); IOLockUnlock(a); IOLockLock(b); if (IOLockTryLock(a)) IOLockUnlock(a); IOLockUnlock(b);',
  ],
  [
    'both orders under a third lock',
    'IOLock *c = IOLockAlloc(); IOLock *a = IOLockAlloc(); IOLock *b = IOLockAlloc(); IOLockLock(c); IOLockLock(a); IOLockLock(b); IOLockUnlock(b); IOLockUnlock(a); IOLockLock(b); IOLockLock(a); IOLockUnlock(a); IOLockUnlock(b); IOLockUnlock(c);',
  ],
  [
    'a recursive lock taken again under another one',
    'IORecursiveLock *a = IORecursiveLockAlloc(); IOLock *b = IOLockAlloc(); IORecursiveLockLock(a); IOLockLock(b); IORecursiveLockLock(a); IORecursiveLockUnlock(a); IOLockUnlock(b); IORecursiveLockUnlock(a);',
  ],
  [
    'both orders for reading',
    'IORWLock *a = IORWLockAlloc(); IORWLock *b = IORWLockAlloc(); IORWLockRead(a); IORWLockRead(b); IORWLockUnlock(b); IORWLockUnlock(a); IORWLockRead(b); IORWLockRead(a); IORWLockUnlock(a); IORWLockUnlock(b);',
  ],
];

it.each(right)('%s', (_what, body) => {
  expect(inShort(simulate(`int f() { ${body} return 7; }`, 'f'))).toMatchObject({ outcome: '7', defects: [] });
});

it('two locks in both orders: a defect at the second one, and the run goes on', () => {
  const both = simulate(
    `class D : public IOService { IOLock *fA; IOLock *fB; int f(); };
int D::f() {
  for (int i = 0; i < 2; i++) {
    IOLockLock(fA);
    IOLockLock(fB);
    IOLockUnlock(fB);
    IOLockUnlock(fA);
    IOLockLock(fB);
    IOLockLock(fA);
    IOLockUnlock(fA);
    IOLockUnlock(fB);
  }
  return 7;
}`,
    'D::f',
  );
  expect(both.outcome).toEqual({ kind: 'returned', value: '7' });
  const told = both.steps.filter(({ defects }) => defects.length > 0);
  expect(told).toMatchObject([
    {
      place: { line: 9 },
      defects: [
        {
          kind: 'lock',
          message:
            'fA is taken while fB is held, and in line 5 the other way round: two threads that do this at once wait for each other for ever.',
        },
      ],
    },
  ]);
});

it('a lock that is held at the end, and that only a local knew', () => {
  const { steps, outcome } = simulate(
    'int f(int n) {\n  IOLock *l = IOLockAlloc();\n  IOLockLock(l);\n  if (n == 0) return 1;\n  IOLockUnlock(l);\n  IOLockFree(l);\n  return 0;\n}',
    'f',
    { values: { n: '0' } },
  );
  expect(outcome).toEqual({ kind: 'returned', value: '1' });
  expect(steps.flatMap(({ defects }) => defects)).toMatchObject([
    { kind: 'lock', message: 'l is still held, taken in line 3, and nothing that could give it up is left.' },
  ]);
});

/** [what it shows, source of D::f]: locks that others may give up, or may have taken. */
const elsewhere: readonly (readonly [string, string])[] = [
  [
    'a field has it',
    'class D : public IOService { IOLock *fLock; int f(); }; int D::f() { fLock = IOLockAlloc(); IOLockLock(fLock); return 7; }',
  ],
  [
    'a field that was there before',
    'class D : public IOService { IOLock *fLock; int f(); }; int D::f() { IOLockLock(fLock); return 7; }',
  ],
  [
    'code that is not modelled took it',
    'extern void other(IOLock *); class D : public IOService { int f(); }; int D::f() { IOLock *l = IOLockAlloc(); other(l); IOLockUnlock(l); return 7; }',
  ],
  [
    'code that is not modelled gave it up',
    'extern void other(IOLock *); class D : public IOService { int f(); }; int D::f() { IOLock *l = IOLockAlloc(); IOLockLock(l); other(l); IOLockLock(l); return 7; }',
  ],
];

it.each(elsewhere)('no defect: %s', (_what, source) => {
  expect(inShort(simulate(source, 'D::f'))).toMatchObject({ outcome: '7', defects: [] });
});
