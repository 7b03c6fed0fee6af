import { describeClass } from '../symbolic/describe';
import type { Take } from '../symbolic/field-facts';
import type { FieldHistory, FieldReport, Located } from '../symbolic/field-history';
import { isBorrower, leavesNothing, ownReferences } from './fields';
import type { Rule } from './rule';
import { nothing } from './rule';

function checkField(history: FieldHistory): readonly FieldReport[] {
  if (isBorrower(history)) return [];
  return ownReferences(history)
    .filter((take) => (take.old === 'owned' || take.old === 'held') && !leavesNothing(take))
    .map((take) => overwritten(take));
}

function overwritten(take: Located<Take>): FieldReport {
  const { fn, field, created, stored, blocks } = take;
  const what = describeClass(take.class);
  const before =
    take.old === 'owned' ? `'${field.name}' holds what this function put there` : `'${field.name}' is not NULL here`;
  return {
    fn,
    at: stored,
    message:
      `'${field.name}' takes another ${what} without releasing the one that it holds\n` +
      'Nothing points at the old one any more, and its reference is never given up: it leaks each time that this runs. ' +
      `OSSafeReleaseNULL(${field.name}) first.`,
    steps: [
      { fn, span: created, message: `${take.call}() returns a ${what} with a reference to give up (+1)` },
      { fn, span: stored, message: `${before}, and is overwritten` },
    ],
    claim: { fn, blocks, what: 'lost', subject: { kind: 'overwritten', at: stored }, at: stored },
  };
}

/** A field that holds a reference takes another one. */
export const memberOverwritten: Rule = {
  id: 'member-overwritten',
  title: 'A field that holds a reference is overwritten',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J04'],
  check: nothing,
  checkField,
  explanation: `A field that owns a map or a descriptor takes the result of another call. The old object is not released, and
nothing points at it any more.

MapLens reports it where a path shows that the field still holds something: the same function has stored a new object
there, or a condition has found that the field is not NULL. Release what the field holds before it takes something else.`,
  examples: {
    bad: [
      {
        title: 'A second try does not give up the first one',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool openWindow(IOMemoryDescriptor *memory);
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};

bool Scope::openWindow(IOMemoryDescriptor *memory)
{
    fWindow = memory->map(kIOMapInhibitCache);
    if (fWindow == NULL)
        return false;
    if (fWindow->getLength() < 4096)
        fWindow = memory->map();
//      ^^^^^^^^^^^^^^^^^^^^^^^ warning: 'fWindow' takes another map without releasing the one that it holds
    return fWindow != NULL;
}
`,
      },
      {
        title: 'Told that it is mapped, it maps again',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool openWindow(IOMemoryDescriptor *memory);
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};

bool Scope::openWindow(IOMemoryDescriptor *memory)
{
    if (fWindow != NULL)
        IOLog("mapped already\\n");
    fWindow = memory->map();
//  ^^^^^^^^^^^^^^^^^^^^^^^ warning: 'fWindow' takes another map without releasing the one that it holds
    return fWindow != NULL;
}
`,
      },
    ],
    good: [
      {
        title: 'Released first',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool openWindow(IOMemoryDescriptor *memory);
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};

bool Scope::openWindow(IOMemoryDescriptor *memory)
{
    if (fWindow != NULL)
        fWindow->release();
    fWindow = memory->map();
    return fWindow != NULL;
}
`,
      },
      {
        title: 'Kept in a local, and released later',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool openWindow(IOMemoryDescriptor *memory);
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};

bool Scope::openWindow(IOMemoryDescriptor *memory)
{
    IOMemoryMap *old = fWindow;
    fWindow = memory->map();
    if (old != NULL)
        old->release();
    return fWindow != NULL;
}
`,
      },
      {
        title: 'The first one has failed',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool openWindow(IOMemoryDescriptor *memory);
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};

bool Scope::openWindow(IOMemoryDescriptor *memory)
{
    fWindow = memory->map(kIOMapInhibitCache);
    if (fWindow == NULL)
        fWindow = memory->map();
    return fWindow != NULL;
}
`,
      },
      {
        title: 'A field that holds what others own',
        source: `class Scope : public IOService {
    IOMemoryDescriptor *fSource;
    IOMemoryDescriptor *fOwn;
public:
    void use(IOMemoryDescriptor *memory) { fSource = memory; }
    bool useOwn();
    void free() override { OSSafeReleaseNULL(fOwn); IOService::free(); }
};

bool Scope::useOwn()
{
    if (fSource != NULL)
        IOLog("replaced\\n");
    fSource = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut);
    fOwn = fSource;
    return fOwn != NULL;
}
`,
      },
      {
        title: 'A helper releases it',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
    void closeWindow() { OSSafeReleaseNULL(fWindow); }
public:
    bool openWindow(IOMemoryDescriptor *memory);
    void free() override { closeWindow(); IOService::free(); }
};

bool Scope::openWindow(IOMemoryDescriptor *memory)
{
    if (fWindow != NULL)
        closeWindow();
    fWindow = memory->map();
    return fWindow != NULL;
}
`,
      },
    ],
  },
};
