import type { FieldHistory, FieldReport } from '../symbolic/field-history';
import { ownReferences } from './fields';
import type { Rule } from './rule';
import { nothing } from './rule';

function checkField(history: FieldHistory): readonly FieldReport[] {
  const { field, program } = history;
  if (!ownReferences(history).some((take) => program.isA(take.class ?? '', 'IOMemoryMap'))) return [];
  return history.closedMeanwhile().map(({ release, declined, use }) => ({
    fn: release.fn,
    at: release.at,
    message:
      `'${field.name}' is released while another thread may be in ${use.fn.name}(), which uses it\n` +
      'The class sets kIOUserClientDefaultLockingKey to false, so that the kernel runs clientClose() beside calls that are ' +
      'under way, and neither takes a lock. A test for NULL does not help: the map can go right after it. Run both ' +
      'through a command gate, or release the map in free().',
    steps: [
      { fn: declined.fn, span: declined.at, message: "the class does without the kernel's lock" },
      { fn: use.fn, span: use.at, message: `${use.fn.name}() uses the map` },
      { fn: release.fn, span: release.at, message: `clientClose() releases '${field.name}'` },
    ],
  }));
}

/** A user client that has declined the kernel's lock releases a map in clientClose() that an external method uses. */
export const closedDuringCall: Rule = {
  id: 'closed-during-call',
  title: 'A map is released while another call may use it',
  severity: 'error',
  confidence: 'high',
  semantics: ['J96'],
  check: nothing,
  checkField,
  explanation: `A program may close its connection on one thread while another is in a call. The kernel keeps the two apart only for a
client with default locking: a call holds the client's lock shared, \`clientClose()\` holds it alone (xnu
\`iokit/Kernel/IOUserClient.cpp\`, \`is_io_service_close\`, \`IOUserClient::callExternalMethod\`, \`IOUserClient::ipcEnter\`). With
\`kIOUserClientDefaultLockingKey\` set to \`kOSBooleanFalse\` a call takes nothing (\`is_io_service_open_extended\` reads the
property), and the driver has to see to it.

MapLens reports it where the class sets that property itself, and none of the functions that touch the map calls anything
that sounds like a lock or a gate. A release in \`free()\` is fine: each call holds a reference to the client until it
returns.`,
  examples: {
    bad: [
      {
        title: 'Closed on one thread, read on another',
        source: `class ScopeClient : public IOUserClient {
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    IOReturn clientClose() override;
    static IOReturn readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments);
    IOReturn read(UInt64 index, UInt64 *result);
};

bool ScopeClient::start(IOService *provider)
{
    setProperty(kIOUserClientDefaultLockingKey, kOSBooleanFalse);
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

IOReturn ScopeClient::readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments)
{
    return ((ScopeClient *)target)->read(arguments->scalarInput[0], arguments->scalarOutput);
}

IOReturn ScopeClient::read(UInt64 index, UInt64 *result)
{
    if (fWindow == NULL || index >= 64)
        return kIOReturnBadArgument;
    *result = ((volatile UInt32 *)fWindow->getVirtualAddress())[index];
    return kIOReturnSuccess;
}

IOReturn ScopeClient::clientClose()
{
    OSSafeReleaseNULL(fWindow);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: 'fWindow' is released while another thread may be in readWord(), which uses it
    return terminate() ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
      {
        title: 'The key as it is spelled, and a plain release',
        source: `class ScopeClient : public IOUserClient {
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    IOReturn clientClose() override;
    static IOReturn readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments);
    IOReturn read(UInt64 index, UInt64 *result);
};

bool ScopeClient::start(IOService *provider)
{
    setProperty("IOUserClientDefaultLocking", kOSBooleanFalse);
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

IOReturn ScopeClient::readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments)
{
    return ((ScopeClient *)target)->read(arguments->scalarInput[0], arguments->scalarOutput);
}

IOReturn ScopeClient::read(UInt64 index, UInt64 *result)
{
    if (fWindow == NULL || index >= 64)
        return kIOReturnBadArgument;
    *result = ((volatile UInt32 *)fWindow->getVirtualAddress())[index];
    return kIOReturnSuccess;
}

IOReturn ScopeClient::clientClose()
{
    fWindow->release();
//  ^^^^^^^^^^^^^^^^^^ error: 'fWindow' is released while another thread may be in readWord(), which uses it
    fWindow = NULL;
    return terminate() ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
    ],
    good: [
      {
        title: "The kernel's lock keeps them apart",
        source: `class ScopeClient : public IOUserClient {
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    IOReturn clientClose() override;
    static IOReturn readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments);
    IOReturn read(UInt64 index, UInt64 *result);
};

bool ScopeClient::start(IOService *provider)
{
    setProperty(kIOUserClientDefaultLockingKey, kOSBooleanTrue);
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

IOReturn ScopeClient::readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments)
{
    return ((ScopeClient *)target)->read(arguments->scalarInput[0], arguments->scalarOutput);
}

IOReturn ScopeClient::read(UInt64 index, UInt64 *result)
{
    if (fWindow == NULL || index >= 64)
        return kIOReturnBadArgument;
    *result = ((volatile UInt32 *)fWindow->getVirtualAddress())[index];
    return kIOReturnSuccess;
}

IOReturn ScopeClient::clientClose()
{
    OSSafeReleaseNULL(fWindow);
    return terminate() ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
      {
        title: 'A lock of its own',
        source: `class ScopeClient : public IOUserClient {
    IOMemoryMap *fWindow;
    IOLock *fLock;
public:
    bool start(IOService *provider) override;
    IOReturn clientClose() override;
    static IOReturn readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments);
    IOReturn read(UInt64 index, UInt64 *result);
};

bool ScopeClient::start(IOService *provider)
{
    setProperty(kIOUserClientDefaultLockingKey, kOSBooleanFalse);
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

IOReturn ScopeClient::readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments)
{
    return ((ScopeClient *)target)->read(arguments->scalarInput[0], arguments->scalarOutput);
}

IOReturn ScopeClient::read(UInt64 index, UInt64 *result)
{
    if (fWindow == NULL || index >= 64)
        return kIOReturnBadArgument;
    IOLockLock(fLock);
    if (fWindow != NULL)
        *result = ((volatile UInt32 *)fWindow->getVirtualAddress())[index];
    IOLockUnlock(fLock);
    return kIOReturnSuccess;
}

IOReturn ScopeClient::clientClose()
{
    IOLockLock(fLock);
    OSSafeReleaseNULL(fWindow);
    IOLockUnlock(fLock);
    return terminate() ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
      {
        title: 'No external method uses the map',
        source: `class ScopeClient : public IOUserClient {
    IOMemoryMap *fWindow;
    UInt32 fCount;
public:
    bool start(IOService *provider) override;
    IOReturn clientClose() override;
    static IOReturn readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments);
    IOReturn read(UInt64 index, UInt64 *result);
};

bool ScopeClient::start(IOService *provider)
{
    setProperty(kIOUserClientDefaultLockingKey, kOSBooleanFalse);
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

IOReturn ScopeClient::readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments)
{
    return ((ScopeClient *)target)->read(arguments->scalarInput[0], arguments->scalarOutput);
}

IOReturn ScopeClient::read(UInt64 index, UInt64 *result)
{
    if (index >= 64)
        return kIOReturnBadArgument;
    *result = fCount;
    return kIOReturnSuccess;
}

IOReturn ScopeClient::clientClose()
{
    OSSafeReleaseNULL(fWindow);
    return terminate() ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
      {
        title: 'Another property',
        source: `class ScopeClient : public IOUserClient {
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    IOReturn clientClose() override;
    static IOReturn readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments);
    IOReturn read(UInt64 index, UInt64 *result);
};

bool ScopeClient::start(IOService *provider)
{
    setProperty(kIOUserClientDefaultLockingSetPropertiesKey, kOSBooleanFalse);
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

IOReturn ScopeClient::readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments)
{
    return ((ScopeClient *)target)->read(arguments->scalarInput[0], arguments->scalarOutput);
}

IOReturn ScopeClient::read(UInt64 index, UInt64 *result)
{
    if (fWindow == NULL || index >= 64)
        return kIOReturnBadArgument;
    *result = ((volatile UInt32 *)fWindow->getVirtualAddress())[index];
    return kIOReturnSuccess;
}

IOReturn ScopeClient::clientClose()
{
    OSSafeReleaseNULL(fWindow);
    return terminate() ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
      {
        title: 'Released with the client, which each call holds',
        source: `class ScopeClient : public IOUserClient {
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    IOReturn clientClose() override;
    void free() override { OSSafeReleaseNULL(fWindow); IOUserClient::free(); }
    static IOReturn readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments);
    IOReturn read(UInt64 index, UInt64 *result);
};

bool ScopeClient::start(IOService *provider)
{
    setProperty(kIOUserClientDefaultLockingKey, kOSBooleanFalse);
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

IOReturn ScopeClient::readWord(OSObject *target, void *reference, IOExternalMethodArguments *arguments)
{
    return ((ScopeClient *)target)->read(arguments->scalarInput[0], arguments->scalarOutput);
}

IOReturn ScopeClient::read(UInt64 index, UInt64 *result)
{
    if (fWindow == NULL || index >= 64)
        return kIOReturnBadArgument;
    *result = ((volatile UInt32 *)fWindow->getVirtualAddress())[index];
    return kIOReturnSuccess;
}

IOReturn ScopeClient::clientClose()
{
    return terminate() ? kIOReturnSuccess : kIOReturnError;
}
`,
      },
    ],
  },
};
