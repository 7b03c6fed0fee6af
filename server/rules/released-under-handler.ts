import type { FieldHistory, FieldReport } from '../symbolic/field-history';
import { ownReferences } from './fields';
import type { Rule } from './rule';
import { nothing } from './rule';

function checkField(history: FieldHistory): readonly FieldReport[] {
  const { field, program } = history;
  if (!ownReferences(history).some((take) => program.isA(take.class ?? '', 'IOMemoryMap'))) return [];
  return history.stoppedLate().map(({ release, source, call, stop, use }) => ({
    fn: release.fn,
    at: release.at,
    message:
      `'${field.name}' is released while '${source}' may still call ${use.fn.name}(), which uses its mapping\n` +
      `${call}() comes only afterwards: what runs in between, on another thread or at an interrupt, accesses an address ` +
      'that is gone. Stop the source first, then release the map.',
    steps: [
      { fn: release.fn, span: release.at, message: `'${field.name}' is released` },
      { fn: use.fn, span: use.at, message: `${use.fn.name}() uses the mapping` },
      { fn: stop.fn, span: stop.at, message: `${call}() stops '${source}', too late` },
    ],
  }));
}

/** A method by which an instance ends releases a map before it stops the event source whose handler uses the mapping. */
export const releasedUnderHandler: Rule = {
  id: 'released-under-handler',
  title: 'A map is released before the event source that uses it is stopped',
  severity: 'error',
  confidence: 'high',
  semantics: ['J12'],
  check: nothing,
  checkField,
  explanation: `A timer's action and an interrupt's run on other threads than \`stop()\`, a filter at the interrupt itself (xnu
\`iokit/Kernel/IOTimerEventSource.cpp\`, \`IOTimerEventSource::timeout\`; \`IOWorkLoop.cpp\`, \`IOWorkLoop::threadMain\`;
\`IOFilterInterruptEventSource.cpp\`). Until \`cancelTimeout()\`, \`disable()\` or \`removeEventSource()\` they may be called at any moment, also
between the release of the map and the end of \`stop()\`. The last \`release()\` removes the mapping, and the next access is a panic.

MapLens reports it where the same method stops the source only after the release, nothing else in view stops it, and the
handler uses the map, or a field with its address, without asking whether it is still there.`,
  examples: {
    bad: [
      {
        title: 'The map goes first, then the timer',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    volatile UInt32 *fRegisters;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    if (fWindow == NULL)
        return false;
    fRegisters = (volatile UInt32 *)fWindow->getVirtualAddress();
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    if (fTimer == NULL)
        return false;
    fLoop->addEventSource(fTimer);
    fTimer->setTimeoutMS(10);
    return true;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    self->fCount += self->fRegisters[2];
    timer->setTimeoutMS(10);
}

void Scope::stop(IOService *provider)
{
    OSSafeReleaseNULL(fWindow);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: 'fWindow' is released while 'fTimer' may still call tick(), which uses its mapping
    if (fTimer != NULL) {
        fTimer->cancelTimeout();
        fLoop->removeEventSource(fTimer);
        OSSafeReleaseNULL(fTimer);
    }
    IOService::stop(provider);
}
`,
      },
      {
        title: 'A filter that reads through a helper',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOInterruptEventSource *fSource;
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    void handle(IOInterruptEventSource *source, int count);
    bool filter(IOFilterInterruptEventSource *source);
    UInt32 status() { return *(volatile UInt32 *)fWindow->getVirtualAddress(); }
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    if (fWindow == NULL)
        return false;
    IOInterruptEventSource *source = IOFilterInterruptEventSource::filterInterruptEventSource(this,
        OSMemberFunctionCast(IOInterruptEventAction, this, &Scope::handle),
        OSMemberFunctionCast(IOFilterInterruptEventSource::Filter, this, &Scope::filter), provider);
    if (source == NULL)
        return false;
    fSource = source;
    return fLoop->addEventSource(source) == kIOReturnSuccess;
}

void Scope::handle(IOInterruptEventSource *source, int count) { IOLog("%d\\n", count); }

bool Scope::filter(IOFilterInterruptEventSource *source) { return (status() & 1) != 0; }

void Scope::stop(IOService *provider)
{
    fWindow->release();
//  ^^^^^^^^^^^^^^^^^^ error: 'fWindow' is released while 'fSource' may still call filter(), which uses its mapping
    fWindow = NULL;
    fSource->disable();
    fSource->release();
    fSource = NULL;
    IOService::stop(provider);
}
`,
      },
    ],
    good: [
      {
        title: 'The timer goes first',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    return fWindow != NULL && fTimer != NULL;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    self->fCount += *(UInt32 *)self->fWindow->getVirtualAddress();
}

void Scope::stop(IOService *provider)
{
    fTimer->cancelTimeout();
    OSSafeReleaseNULL(fTimer);
    OSSafeReleaseNULL(fWindow);
    IOService::stop(provider);
}
`,
      },
      {
        title: 'Disabled first, removed afterwards',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    return fWindow != NULL && fTimer != NULL;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    self->fCount += *(UInt32 *)self->fWindow->getVirtualAddress();
}

void Scope::stop(IOService *provider)
{
    fTimer->disable();
    OSSafeReleaseNULL(fWindow);
    fLoop->removeEventSource(fTimer);
    OSSafeReleaseNULL(fTimer);
    IOService::stop(provider);
}
`,
      },
      {
        title: 'The action does not use the mapping',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    return fWindow != NULL && fTimer != NULL;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    self->fCount++;
}

void Scope::stop(IOService *provider)
{
    OSSafeReleaseNULL(fWindow);
    fTimer->cancelTimeout();
    OSSafeReleaseNULL(fTimer);
    IOService::stop(provider);
}
`,
      },
      {
        title: 'The action asks whether the map is there',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    return fWindow != NULL && fTimer != NULL;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    if (self->fWindow != NULL)
        self->fCount += *(UInt32 *)self->fWindow->getVirtualAddress();
}

void Scope::stop(IOService *provider)
{
    OSSafeReleaseNULL(fWindow);
    fTimer->cancelTimeout();
    OSSafeReleaseNULL(fTimer);
    IOService::stop(provider);
}
`,
      },
      {
        title: 'Another method has stopped the timer',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
    bool willTerminate(IOService *provider, IOOptionBits options) override { fTimer->cancelTimeout(); return true; }
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    return fWindow != NULL && fTimer != NULL;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    self->fCount += *(UInt32 *)self->fWindow->getVirtualAddress();
}

void Scope::stop(IOService *provider)
{
    OSSafeReleaseNULL(fWindow);
    fTimer->cancelTimeout();
    OSSafeReleaseNULL(fTimer);
    IOService::stop(provider);
}
`,
      },
      {
        title: 'With the gate closed',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    return fWindow != NULL && fTimer != NULL;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    self->fCount += *(UInt32 *)self->fWindow->getVirtualAddress();
}

void Scope::stop(IOService *provider)
{
    fLoop->closeGate();
    OSSafeReleaseNULL(fWindow);
    fTimer->cancelTimeout();
    OSSafeReleaseNULL(fTimer);
    fLoop->openGate();
    IOService::stop(provider);
}
`,
      },
      {
        title: 'A helper may have stopped the timer',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    return fWindow != NULL && fTimer != NULL;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    self->fCount += *(UInt32 *)self->fWindow->getVirtualAddress();
}

void Scope::stop(IOService *provider)
{
    quiesce(this);
    OSSafeReleaseNULL(fWindow);
    fTimer->cancelTimeout();
    OSSafeReleaseNULL(fTimer);
    IOService::stop(provider);
}
`,
      },
      {
        title: 'The work loop is stopped first',
        source: `class Scope : public IOService {
    IOWorkLoop *fLoop;
    IOTimerEventSource *fTimer;
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    static void tick(OSObject *owner, IOTimerEventSource *timer);
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    fTimer = IOTimerEventSource::timerEventSource(this, &Scope::tick);
    return fWindow != NULL && fTimer != NULL;
}

void Scope::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Scope *self = (Scope *)owner;
    self->fCount += *(UInt32 *)self->fWindow->getVirtualAddress();
}

void Scope::stop(IOService *provider)
{
    fLoop->disableAllEventSources();
    OSSafeReleaseNULL(fWindow);
    fTimer->cancelTimeout();
    OSSafeReleaseNULL(fTimer);
    IOService::stop(provider);
}
`,
      },
    ],
  },
};
