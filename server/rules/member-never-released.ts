import type { FieldHistory, FieldReport } from '../symbolic/field-history';
import { isGivenUp, isOnlyUnmapped, leavesNothing, ownReferences, report } from './fields';
import type { Rule } from './rule';
import { nothing } from './rule';

const why =
  'The field takes a reference each time this runs, and no method of the class, its bases or derived classes gives it ' +
  'up: the mapping, its descriptor and the memory stay behind. Release the field where the instance ends, in stop() or ' +
  'free(), with OSSafeReleaseNULL(), or make it an OSSharedPtr.';

function checkField(history: FieldHistory): readonly FieldReport[] {
  if (history.singleton || isGivenUp(history) || isOnlyUnmapped(history)) return [];
  return ownReferences(history)
    .filter((take) => !leavesNothing(take))
    .map((take) => report(history, take, `'${history.field.name}' is never released by its class`, why));
}

/** A field takes a reference that no method of its class gives up. */
export const memberNeverReleased: Rule = {
  id: 'member-never-released',
  title: 'A field is never released',
  severity: 'warning',
  confidence: 'medium',
  semantics: ['J05', 'J25'],
  check: nothing,
  checkField,
  explanation: `A field that takes the result of \`createMappingInTask()\`, \`map()\` or a descriptor's \`with…()\` owns
a reference. MapLens looks at every function of the workspace that names the field, through the helpers that it is given
to, and reports a field that nothing releases, hands on or copies to where somebody else could release it.

Each instance that goes away then leaves its mapping behind. Release the field in \`stop()\`, \`clientClose()\` or
\`free()\`.

The only instance of a class that keeps it in a static member lives as long as the kernel, and nothing is said about it.`,
  examples: {
    bad: [
      {
        title: 'stop() releases the buffer and forgets its map',
        source: `class Scope : public IOService {
    IOBufferMemoryDescriptor *fBuffer;
    IOMemoryMap *fBufferMap;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
};

bool Scope::start(IOService *provider)
{
    fBuffer = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut);
    if (fBuffer == NULL)
        return false;
    fBufferMap = fBuffer->map();
//               ^^^^^^^^^^^^^^ warning: 'fBufferMap' is never released by its class
    return fBufferMap != NULL && fBufferMap->getLength() >= 4096;
}

void Scope::stop(IOService *provider)
{
    OSSafeReleaseNULL(fBuffer);
    IOService::stop(provider);
}
`,
      },
      {
        title: "A DriverKit driver's instance variables",
        source: `struct Probe_IVars {
    IOMemoryMap *registers;
    IOMemoryDescriptor *memory;
};

class Probe : public IOService {
    Probe_IVars *ivars;
public:
    kern_return_t connect(IOMemoryDescriptor *memory);
    void free() override;
};

kern_return_t Probe::connect(IOMemoryDescriptor *memory)
{
    return memory->CreateMapping(0, 0, 0, 0, 0, &ivars->registers);
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: 'registers' is never released by its class
}

void Probe::free()
{
    IOLog("gone");
}
`,
      },
    ],
    good: [
      {
        title: 'A helper of another class releases what it is given',
        source: `static void dropMap(IOMemoryMap **which)
{
    if (*which != NULL)
        (*which)->release();
    *which = NULL;
}

class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void free() override { dropMap(&fWindow); }
};
`,
      },
      {
        title: 'A derived class releases what the base took',
        source: `class Scope : public IOService {
protected:
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
};

class FastScope : public Scope {
public:
    void stop(IOService *provider) override;
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

#define DROP(pointer) if (pointer) { pointer->release(); pointer = NULL; }

void FastScope::stop(IOService *provider)
{
    DROP(fWindow);
}
`,
      },
      {
        title: 'A loop over an array of maps',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindows[4];
public:
    void openWindow(IOMemoryDescriptor *memory, unsigned int index) { fWindows[index] = memory->map(); }
    void free() override;
};

void Scope::free()
{
    for (unsigned int i = 0; i < 4; i++) {
        IOMemoryMap *each = fWindows[i];
        if (each)
            each->release();
    }
    IOService::free();
}
`,
      },
      {
        title: 'The only instance lives as long as the kernel',
        source: `class Scope : public IOService {
    static Scope *instance;
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}
`,
      },
      {
        title: 'Another field takes the reference over',
        source: `class Scope : public IOService {
    IOMemoryMap *fNext;
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fNext = memory->map(); }
    void turn() { fWindow = fNext; fNext = NULL; }
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};
`,
      },
      {
        title: 'A smart pointer releases itself',
        source: `class Scope : public IOService {
    OSSharedPtr<IOMemoryMap> fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = OSSharedPtr<IOMemoryMap>(memory->map(), OSNoRetain); }
};
`,
      },
    ],
  },
};
