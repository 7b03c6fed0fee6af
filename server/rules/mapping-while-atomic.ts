import type { Event, Report } from '../symbolic/events';
import type { Atomic } from '../symbolic/atomic';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'blocking') return undefined;
  const { call, at, atomic } = event;
  return {
    at,
    message:
      `${call}() may block ${whileWhat(atomic)}\n` +
      'It takes a mutex, and panics ("Attempt to take mutex with preemption disabled") or stops the processor for good ' +
      `when it has to wait. ${remedy(atomic)}`,
    about: at,
  };
}

/** What keeps a path from sleeping, as the end of a sentence. */
export function whileWhat({ by, name, call }: Atomic): string {
  if (by === 'handler') return `in a function that ${call}() takes to be called at an interrupt`;
  if (by === 'interrupts') return 'while interrupts are off';
  return name === undefined ? `under the spin lock of ${call}()` : `under the spin lock '${name}'`;
}

function remedy({ by }: Atomic): string {
  switch (by) {
    case 'lock':
      return 'Take the pointer out of its field under the lock, and do this after the lock is given up.';
    case 'interrupts':
      return 'Do it before or afterwards.';
    case 'handler':
      return "Leave it to the action of an IOInterruptEventSource, which runs on the work loop's thread.";
    default: {
      const impossible: never = by;
      return impossible;
    }
  }
}

/** A call that takes the lock of all maps, or allocates, is made where nothing may sleep. */
export const mappingWhileAtomic: Rule = {
  id: 'mapping-while-atomic',
  title: 'A map or buffer is made or released where nothing may block',
  severity: 'error',
  confidence: 'high',
  semantics: ['J89'],
  check,
  explanation: `Making, releasing or unmapping a map takes a lock that all maps share, \`gIOMemoryLock\`, an \`IORecursiveLock\` (xnu
\`iokit/Kernel/IOMemoryDescriptor.cpp\`: \`IOMemoryDescriptor::makeMapping\`, \`IOMemoryMap::taggedRelease\`,
\`IOMemoryMap::unmap\`, \`IOMemoryMap::getPhysicalSegment\`, \`IOMemoryMap::redirect\`). **Each** \`release()\` of a map takes it, not
only the last one. Making a buffer allocates memory and may wait for it.

While a spin lock (\`IOSimpleLock\`, \`lck_spin_t\`) is held or interrupts are off, a thread must not sleep: the kernel
panics on a mutex that is taken there (\`osfmk/kern/lock_mtx.c\`, \`lck_mtx_check_preemption\`). The same is true of the
filter of an \`IOFilterInterruptEventSource\` and of the handler that \`registerInterrupt()\` takes, which run at the
interrupt itself (\`iokit/Kernel/IOFilterInterruptEventSource.cpp\`, \`normalInterruptOccurred\` and
\`disableInterruptOccurred\`; \`IOService.cpp\`, \`IOService::registerInterrupt\`). An action runs on the work loop's thread and may block.

A lock counts as held from its \`…Lock()\` on a path until its \`…Unlock()\`; a call of code that isn't in view ends that.`,
  examples: {
    bad: [
      {
        title: 'Released under a spin lock',
        source: `class Scope : public IOService {
    IOSimpleLock *fLock;
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void closeWindow();
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};

void Scope::closeWindow()
{
    IOInterruptState state = IOSimpleLockLockDisableInterrupt(fLock);
    OSSafeReleaseNULL(fWindow);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: release() may block under the spin lock 'fLock'
    IOSimpleLockUnlockEnableInterrupt(fLock, state);
}
`,
      },
      {
        title: 'A smart pointer emptied under a spin lock',
        source: `class Scope : public IOService {
    IOSimpleLock *fLock;
    OSSharedPtr<IOMemoryMap> fWindow;
public:
    void closeWindow();
};

void Scope::closeWindow()
{
    IOSimpleLockLock(fLock);
    fWindow.reset();
//  ^^^^^^^^^^^^^^^ error: release() may block under the spin lock 'fLock'
    IOSimpleLockUnlock(fLock);
}
`,
      },
      {
        title: 'Mapped with interrupts off',
        source: `IOMemoryMap *Scope::openWindow(IOMemoryDescriptor *memory)
{
    bool before = ml_set_interrupts_enabled(false);
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
//                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: createMappingInTask() may block while interrupts are off
    ml_set_interrupts_enabled(before);
    return map;
}
`,
      },
      {
        title: 'A buffer made under a lock that a structure holds',
        source: `struct Ring {
    lck_spin_t lock;
};

IOBufferMemoryDescriptor *createBuffer(Ring *ring)
{
    lck_spin_lock(&ring->lock);
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(PAGE_SIZE, kIODirectionInOut);
//                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: withCapacity() may block under the spin lock 'ring->lock'
    lck_spin_unlock(&ring->lock);
    return buffer;
}
`,
      },
      {
        title: 'Released in a filter',
        source: `class Scope : public IOService {
    IOFilterInterruptEventSource *fSource;
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    static bool filter(OSObject *owner, IOFilterInterruptEventSource *source);
    static void handle(OSObject *owner, IOInterruptEventSource *source, int count);
    void free() override { OSSafeReleaseNULL(fWindow); OSSafeReleaseNULL(fSource); IOService::free(); }
};

bool Scope::start(IOService *provider)
{
    fSource = IOFilterInterruptEventSource::filterInterruptEventSource(this, &Scope::handle, &Scope::filter, provider);
    return fSource != NULL;
}

bool Scope::filter(OSObject *owner, IOFilterInterruptEventSource *source)
{
    Scope *self = (Scope *)owner;
    OSSafeReleaseNULL(self->fWindow);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: release() may block in a function that filterInterruptEventSource() takes to be called at an interrupt
    return true;
}

void Scope::handle(OSObject *owner, IOInterruptEventSource *source, int count)
{
    Scope *self = (Scope *)owner;
    OSSafeReleaseNULL(self->fWindow);
}
`,
      },
      {
        title: 'A block that handles an interrupt',
        source: `IOReturn Scope::listen(IOService *provider, IOMemoryDescriptor *memory)
{
    return provider->registerInterrupt(0, this, ^(OSObject *target, void *refCon, IOService *nub, int source) {
        IOMemoryMap *map = memory->map();
//                         ^^^^^^^^^^^^^ error: map() may block in a function that registerInterrupt() takes to be called at an interrupt
        if (map)
            map->release();
//          ^^^^^^^^^^^^^^ error: release() may block in a function that registerInterrupt() takes to be called at an interrupt
    });
}
`,
      },
      {
        title: 'On the way out of a helper that leaves the lock alone',
        source: `static UInt32 countOf(const UInt32 *words) { return words[0]; }

UInt32 Scope::sample(IOMemoryMap *map, IOSimpleLock *lock)
{
    IOSimpleLockLock(lock);
    UInt32 count = countOf((const UInt32 *)map->getVirtualAddress());
    map->unmap();
//  ^^^^^^^^^^^^ error: unmap() may block under the spin lock 'lock'
    IOSimpleLockUnlock(lock);
    return count;
}
`,
      },
    ],
    good: [
      {
        title: 'A smart pointer that is empty already, and another that is emptied afterwards',
        source: `class Scope : public IOService {
    IOSimpleLock *fLock;
    OSSharedPtr<IOMemoryMap> fWindow;
public:
    void closeWindow();
};

void Scope::closeWindow()
{
    OSSharedPtr<IOMemoryMap> window;
    IOSimpleLockLock(fLock);
    window.reset();
    window.swap(fWindow);
    IOSimpleLockUnlock(fLock);
    window.reset();
}
`,
      },
      {
        title: 'Taken out under the lock, released afterwards',
        source: `class Scope : public IOService {
    IOSimpleLock *fLock;
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void closeWindow();
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};

void Scope::closeWindow()
{
    IOSimpleLockLock(fLock);
    IOMemoryMap *window = fWindow;
    fWindow = NULL;
    IOSimpleLockUnlock(fLock);
    OSSafeReleaseNULL(window);
}
`,
      },
      {
        title: 'Under a mutex',
        source: `void Scope::closeWindow(IOMemoryMap *window, IOLock *lock)
{
    IOLockLock(lock);
    window->release();
    IOLockUnlock(lock);
}
`,
      },
      {
        title: 'Interrupts are on again',
        source: `IOMemoryMap *Scope::openWindow(IOMemoryDescriptor *memory)
{
    ml_set_interrupts_enabled(false);
    writeEnable(0);
    ml_set_interrupts_enabled(true);
    return memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
}
`,
      },
      {
        title: 'A helper gives the lock up',
        source: `static void leave(IOSimpleLock *lock) { IOSimpleLockUnlock(lock); }

void Scope::closeWindow(IOMemoryMap *window, IOSimpleLock *lock)
{
    IOSimpleLockLock(lock);
    leave(lock);
    window->release();
}
`,
      },
      {
        title: 'The lock is given up by another name',
        source: `void Scope::closeWindow(IOMemoryMap *window, IOSimpleLock *lock, IOSimpleLock *same)
{
    IOSimpleLockLock(lock);
    IOSimpleLockUnlock(same);
    window->release();
}
`,
      },
      {
        title: 'Only looked at under the lock',
        source: `IOByteCount Scope::lengthOf(IOMemoryMap *window, IOSimpleLock *lock)
{
    IOSimpleLockLock(lock);
    IOByteCount length = window->getLength();
    IOSimpleLockUnlock(lock);
    return length;
}
`,
      },
    ],
  },
};
