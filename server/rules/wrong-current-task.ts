import type { CallFacts, Event, Report } from '../symbolic/events';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || event.runs === undefined || !/^IO\w*Memory/.test(event.declaration.class ?? ''))
    return undefined;
  const argument = event.arguments.find(({ task }) => task === 'current');
  if (!argument) return undefined;
  return {
    at: argument.span,
    message:
      `current_task() is not the client's task in ${event.runs.call === undefined ? `${event.caller}()` : 'this function'}\n` +
      `${whichTask(event)} Keep the task that initWithTask() gets, with a reference, and pass that; for a mapping ` +
      'that the driver itself uses, pass kernel_task.',
    about: argument.span,
  };
}

function whichTask({ runs, caller }: CallFacts): string {
  const called = runs?.call === undefined ? `${caller}()` : `What ${runs.call}() takes`;
  switch (runs?.context) {
    case 'interrupt':
      return `${called} runs at an interrupt: the task is that of whatever the processor was doing.`;
    case 'thread':
      return `${called} runs on a thread of the kernel's, so that it is kernel_task.`;
    case 'any':
    case undefined:
      return `${called} runs on the thread of whoever makes it happen: mostly it is kernel_task, else any program's.`;
  }
}

/** current_task() names the task of a client in a function that is not called by that client. */
export const wrongCurrentTask: Rule = {
  id: 'wrong-current-task',
  title: 'current_task() where no client is the caller',
  severity: 'error',
  confidence: 'high',
  semantics: ['J75'],
  check,
  explanation: `\`current_task()\` is the task of the running thread. It is a client's only in what that client calls:
\`externalMethod()\`, \`clientMemoryForType()\`, and an \`IOUserClient\`'s \`start()\` (xnu \`iokit/Kernel/IOService.cpp\`,
\`IOService::newUserClient\`). The action of a command gate runs on its caller's thread too (\`IOCommandGate.cpp\`, \`IOCommandGate::runAction\`).

Everywhere else it is another task. The actions of interrupt sources run on the work loop's thread (\`IOWorkLoop.cpp\`,
\`IOWorkLoop::threadMain\`), those of timers and thread calls on threads of the kernel (\`IOTimerEventSource.cpp\`,
\`IOTimerEventSource::timeout\`), \`setPowerState()\` on one of the power manager's (\`IOServicePM.cpp\`,
\`IOService::driverSetPowerState\`). A filter runs on whatever thread the interrupt has stopped. A driver's \`start()\` runs on
a matching thread, or on that of the caller of \`registerService()\` (\`IOService::startMatching\`); \`stop()\` and the methods
around it on that of whoever terminates the driver. What is mapped there lands in the kernel, or in a program that has nothing to do with it.`,
  examples: {
    bad: [
      {
        title: 'In the action of a timer',
        source: `class Camera : public IOService {
    IOTimerEventSource *fTimer;
    IOMemoryDescriptor *fFrame;
    IOMemoryMap *fShown;
public:
    bool begin() { fTimer = IOTimerEventSource::timerEventSource(this, &Camera::tick); return fTimer != NULL; }
    static void tick(OSObject *owner, IOTimerEventSource *timer);
    void free() override { OSSafeReleaseNULL(fTimer); OSSafeReleaseNULL(fShown); IOService::free(); }
};

void Camera::tick(OSObject *owner, IOTimerEventSource *timer)
{
    Camera *self = (Camera *)owner;
    if (self->fShown == NULL)
        self->fShown = self->fFrame->createMappingInTask(current_task(), 0, kIOMapAnywhere);
//                                                       ^^^^^^^^^^^^^^ error: current_task() is not the client's task in this function
}
`,
      },
      {
        title: 'In the start of a driver',
        source: `class Camera : public IOService {
public:
    bool start(IOService *provider) override;
    bool describe(mach_vm_address_t address, IOMemoryDescriptor *memory);
};

bool Camera::start(IOService *provider)
{
    IODeviceMemory *memory = provider->getDeviceMemoryWithIndex(0);
    if (memory == NULL)
        return false;
    IOMemoryMap *map = memory->createMappingInTask(current_task(), 0, kIOMapAnywhere);
//                                                 ^^^^^^^^^^^^^^ error: current_task() is not the client's task in start()
    if (map == NULL)
        return false;
    map->release();
    return IOService::start(provider);
}
`,
      },
      {
        title: 'In a filter, and when the power comes back',
        source: `class Camera : public IOService {
    IOInterruptEventSource *fSource;
    mach_vm_address_t fAddress;
    IOMemoryDescriptor *fFrame;
public:
    void listen(IOService *provider);
    static bool filter(OSObject *owner, IOFilterInterruptEventSource *source);
    static void handle(OSObject *owner, IOInterruptEventSource *source, int count);
    IOReturn setPowerState(unsigned long state, IOService *device) override;
    void free() override { OSSafeReleaseNULL(fSource); OSSafeReleaseNULL(fFrame); IOService::free(); }
};

void Camera::listen(IOService *provider)
{
    if (fSource == NULL)
        fSource = IOFilterInterruptEventSource::filterInterruptEventSource(this, &Camera::handle, &Camera::filter, provider);
}

bool Camera::filter(OSObject *owner, IOFilterInterruptEventSource *source)
{
    Camera *self = (Camera *)owner;
    IOMemoryDescriptor *range = IOMemoryDescriptor::withAddressRange(self->fAddress, PAGE_SIZE, kIODirectionIn, current_task());
//                                                                                                              ^^^^^^^^^^^^^^ error: current_task() is not the client's task in this function
    if (range)
        range->release();
    return true;
}

IOReturn Camera::setPowerState(unsigned long state, IOService *device)
{
    if (state != 0 && fFrame == NULL)
        fFrame = IOMemoryDescriptor::withAddressRange(fAddress, PAGE_SIZE, kIODirectionIn, current_task());
//                                                                                         ^^^^^^^^^^^^^^ error: current_task() is not the client's task in setPowerState()
    return kIOPMAckImplied;
}
`,
      },
    ],
    good: [
      {
        title: 'In the start of a user client',
        source: `class CameraClient : public IOUserClient {
    IOMemoryMap *fMap;
public:
    bool start(IOService *provider) override;
    void free() override { OSSafeReleaseNULL(fMap); IOUserClient::free(); }
};

bool CameraClient::start(IOService *provider)
{
    IODeviceMemory *memory = provider->getDeviceMemoryWithIndex(0);
    if (memory == NULL || fMap != NULL)
        return false;
    fMap = memory->createMappingInTask(current_task(), 0, kIOMapAnywhere | kIOMapReadOnly);
    return fMap != NULL;
}
`,
      },
      {
        title: 'In the action of a command gate, which its caller runs',
        source: `class Camera : public IOService {
    IOCommandGate *fGate;
    IOMemoryDescriptor *fFrame;
public:
    IOReturn show(IOMemoryMap **map) { return fGate->runAction((IOCommandGate::Action)&Camera::gated, map); }
    static IOReturn gated(OSObject *owner, void *map, void *, void *, void *);
};

IOReturn Camera::gated(OSObject *owner, void *map, void *, void *, void *)
{
    Camera *self = (Camera *)owner;
    IOMemoryMap *made = self->fFrame->createMappingInTask(current_task(), 0, kIOMapAnywhere);
    *(IOMemoryMap **)map = made;
    return made ? kIOReturnSuccess : kIOReturnVMError;
}
`,
      },
      {
        title: 'A start for the kernel itself, and a question about the caller',
        source: `class Camera : public IOService {
public:
    bool start(IOService *provider) override;
};

bool Camera::start(IOService *provider)
{
    if (IOUserClient::clientHasAuthorization(current_task(), this) != kIOReturnSuccess)
        return false;
    IOMemoryMap *map = provider->mapDeviceMemoryWithIndex(0);
    if (map == NULL)
        return false;
    map->release();
    return IOService::start(provider);
}
`,
      },
    ],
  },
};
