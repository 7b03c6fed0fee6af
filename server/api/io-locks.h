struct IOLock {};
struct IORecursiveLock {};
struct IORWLock {};
struct IOSimpleLock {};
typedef boolean_t IOInterruptState;

[[maplens::allocates]] [[maplens::returns(retained, nullable)]] IOLock *IOLockAlloc();
void IOLockFree([[maplens::deallocates]] IOLock *lock);
void IOLockLock(IOLock *lock);
bool IOLockTryLock(IOLock *lock);
void IOLockUnlock(IOLock *lock);
int IOLockSleep(IOLock *lock, void *event, UInt32 interType);
int IOLockSleepDeadline(IOLock *lock, void *event, AbsoluteTime deadline, UInt32 interType);
void IOLockWakeup(IOLock *lock, void *event, bool oneThread);
void IOLockAssert(IOLock *lock, int type);

[[maplens::allocates]] [[maplens::returns(retained, nullable)]] IORecursiveLock *IORecursiveLockAlloc();
void IORecursiveLockFree([[maplens::deallocates]] IORecursiveLock *lock);
void IORecursiveLockLock(IORecursiveLock *lock);
bool IORecursiveLockTryLock(IORecursiveLock *lock);
void IORecursiveLockUnlock(IORecursiveLock *lock);
bool IORecursiveLockHaveLock(const IORecursiveLock *lock);
int IORecursiveLockSleep(IORecursiveLock *lock, void *event, UInt32 interType);
int IORecursiveLockSleepDeadline(IORecursiveLock *lock, void *event, AbsoluteTime deadline, UInt32 interType);
void IORecursiveLockWakeup(IORecursiveLock *lock, void *event, bool oneThread);

[[maplens::allocates]] [[maplens::returns(retained, nullable)]] IORWLock *IORWLockAlloc();
void IORWLockFree([[maplens::deallocates]] IORWLock *lock);
void IORWLockRead(IORWLock *lock);
void IORWLockWrite(IORWLock *lock);
void IORWLockUnlock(IORWLock *lock);

/// A spin lock: while it is held, nothing may block, hence no mapping and no last release.
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] IOSimpleLock *IOSimpleLockAlloc();
void IOSimpleLockFree([[maplens::deallocates]] IOSimpleLock *lock);
void IOSimpleLockInit(IOSimpleLock *lock);
void IOSimpleLockDestroy(IOSimpleLock *lock);
void IOSimpleLockLock([[maplens::spin_locks]] IOSimpleLock *lock);
bool IOSimpleLockTryLock(IOSimpleLock *lock);
void IOSimpleLockUnlock([[maplens::spin_unlocks]] IOSimpleLock *lock);
IOInterruptState IOSimpleLockLockDisableInterrupt([[maplens::spin_locks]] IOSimpleLock *lock);
void IOSimpleLockUnlockEnableInterrupt([[maplens::spin_unlocks]] IOSimpleLock *lock, IOInterruptState state);

struct lck_mtx_t {};
struct lck_spin_t {};
struct lck_rw_t {};
struct lck_grp_t {};
struct lck_attr_t {};
struct lck_grp_attr_t {};
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] lck_grp_t *lck_grp_alloc_init(const char *name, lck_grp_attr_t *attributes);
void lck_grp_free([[maplens::deallocates]] lck_grp_t *group);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] lck_mtx_t *lck_mtx_alloc_init(lck_grp_t *group, lck_attr_t *attributes);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] lck_spin_t *lck_spin_alloc_init(lck_grp_t *group, lck_attr_t *attributes);
void lck_spin_free([[maplens::deallocates]] lck_spin_t *lock, lck_grp_t *group);
void lck_mtx_free([[maplens::deallocates]] lck_mtx_t *lock, lck_grp_t *group);
void lck_mtx_lock(lck_mtx_t *lock);
void lck_mtx_unlock(lck_mtx_t *lock);
void lck_spin_lock([[maplens::spin_locks]] lck_spin_t *lock);
void lck_spin_lock_grp([[maplens::spin_locks]] lck_spin_t *lock, lck_grp_t *group);
void lck_spin_unlock([[maplens::spin_unlocks]] lck_spin_t *lock);
void lck_rw_lock_shared(lck_rw_t *lock);
void lck_rw_lock_exclusive(lck_rw_t *lock);
void lck_rw_unlock_shared(lck_rw_t *lock);
void lck_rw_unlock_exclusive(lck_rw_t *lock);
void lck_rw_done(lck_rw_t *lock);
