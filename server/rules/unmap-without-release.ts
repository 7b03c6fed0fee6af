import type { FieldHistory, FieldReport } from '../symbolic/field-history';
import { isOnlyUnmapped, leavesNothing, ownReferences, report } from './fields';
import type { Rule } from './rule';
import { nothing } from './rule';

const why =
  'unmap() removes the mapping, but gives up no reference: the map object stays, and with it its descriptor and the ' +
  'memory. Release the map; its last release unmaps.';

function checkField(history: FieldHistory): readonly FieldReport[] {
  if (history.singleton || !isOnlyUnmapped(history)) return [];
  return ownReferences(history)
    .filter((take) => !leavesNothing(take))
    .map((take) => report(history, take, `'${history.field.name}' is unmapped, but never released`, why));
}

/** unmap() is all that a class does to get rid of a field's map. */
export const unmapWithoutRelease: Rule = {
  id: 'unmap-without-release',
  title: 'A field is unmapped in place of released',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J15'],
  check: nothing,
  checkField,
  explanation: `\`unmap()\` takes the mapping away from all who share it, at once. It does not touch the reference that
\`createMappingInTask()\` or \`map()\` gave: the map object, its descriptor and the memory stay for ever (xnu
\`IOMemoryDescriptor.cpp\`, \`IOMemoryMap::unmap\`).

Call \`release()\`, as \`OSSafeReleaseNULL()\` does. The last release removes the mapping.`,
  examples: {
    bad: [
      {
        title: 'stop() unmaps',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool openWindow(IOMemoryDescriptor *memory);
    void stop(IOService *provider) override;
};

bool Scope::openWindow(IOMemoryDescriptor *memory)
{
    fWindow = memory->map();
//            ^^^^^^^^^^^^^ warning: 'fWindow' is unmapped, but never released
    return fWindow != NULL;
}

void Scope::stop(IOService *provider)
{
    if (fWindow != NULL)
        fWindow->unmap();
    fWindow = NULL;
    IOService::stop(provider);
}
`,
      },
    ],
    good: [
      {
        title: 'Released after it',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool openWindow(IOMemoryDescriptor *memory);
    void stop(IOService *provider) override;
};

bool Scope::openWindow(IOMemoryDescriptor *memory)
{
    fWindow = memory->map();
    return fWindow != NULL;
}

void Scope::stop(IOService *provider)
{
    if (fWindow != NULL)
        fWindow->unmap();
    OSSafeReleaseNULL(fWindow);
    IOService::stop(provider);
}
`,
      },
      {
        title: 'The only instance lives as long as the kernel',
        source: `class Scope : public IOService {
    static Scope *instance;
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void closeWindow() { fWindow->unmap(); }
};
`,
      },
      {
        title: 'Another field takes the reference over',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
    IOMemoryMap *fOld;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void closeWindow() { fWindow->unmap(); fOld = fWindow; fWindow = NULL; }
    void free() override { OSSafeReleaseNULL(fOld); IOService::free(); }
};
`,
      },
    ],
  },
};
