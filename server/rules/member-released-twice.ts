import type { FieldRelease } from '../symbolic/field-facts';
import type { FieldHistory, FieldReport, Located } from '../symbolic/field-history';
import { beginsInstance, lastMethods } from './fields';
import type { Rule } from './rule';
import { nothing } from './rule';

function checkField(history: FieldHistory): readonly FieldReport[] {
  const { releases, uses, field } = history;
  if (uses.some(({ kind, fn }) => kind === 'escapes' || (kind === 'retains' && !lends(history, fn)))) return [];
  const second = releases.find(({ fn, own, always }) => fn.name === 'free' && own && always);
  if (!second) return [];
  return releases
    .filter((first) => first.own && first.leaves && rank(first) < rank(second) && !isCleared(history, first))
    .map((first) => ({
      fn: second.fn,
      at: second.at,
      message:
        `'${field.name}' is released in ${first.fn.name}() already, and still set here\n` +
        `${first.fn.name}() gives the reference up and leaves the pointer in the field, so that free() gives up a second ` +
        'one that nobody has: the object is freed under another owner, or twice. Use OSSafeReleaseNULL() in both.',
      steps: [
        { fn: first.fn, span: first.at, message: `${first.fn.name}() releases '${field.name}' and does not clear it` },
        { fn: second.fn, span: second.at, message: `free() finds '${field.name}' set, and releases it again` },
      ],
      claim: {
        fn: first.fn,
        blocks: first.blocks,
        what: 'over-released',
        subject: { kind: 'field', name: field.name },
        at: first.at,
        then: [second.fn.name],
      },
      ...(first.written && {
        fix: {
          title: `Clear '${field.name}' in ${first.fn.name}()`,
          edits: [{ fn: first.fn, span: first.at, text: `OSSafeReleaseNULL(${field.name})` }],
        },
      }),
    }));
}

function rank({ fn }: Located<FieldRelease>): number {
  const index = lastMethods.indexOf(fn.name);
  return index < 0 ? Infinity : index;
}

/** Something may set the field between the two releases. */
function isCleared({ uses }: FieldHistory, first: Located<FieldRelease>): boolean {
  return uses.some(
    ({ kind, fn }) =>
      (kind === 'clears' || kind === 'stores') && fn !== first.fn && fn.name !== 'free' && !beginsInstance(fn),
  );
}

/** A reference that the function takes for its caller. */
function lends({ uses }: FieldHistory, fn: FieldHistory['uses'][number]['fn']): boolean {
  return uses.some((use) => use.fn === fn && use.kind === 'lends');
}

/** stop() releases a field, and free() again. */
export const memberReleasedTwice: Rule = {
  id: 'member-released-twice',
  title: 'A field is released in stop() and in free()',
  severity: 'error',
  confidence: 'high',
  semantics: ['J06'],
  fix: 'writes `OSSafeReleaseNULL()` in place of the release that comes first, where both stand in one file',
  check: nothing,
  checkField,
  explanation: `\`stop()\` (or another method that the kernel calls before the last release) gives a field's reference up and
leaves the pointer where it is. \`free()\` runs later for the same instance, finds the field set, and releases it again.

MapLens reports it where nothing but the field itself decides about the release in \`free()\`, no method takes another
reference, and nothing sets the field in between. \`OSSafeReleaseNULL()\` clears the field, and the second release does
nothing.`,
  examples: {
    bad: [
      {
        title: 'Released in stop(), and again in free()',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    void free() override;
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

void Scope::stop(IOService *provider)
{
    if (fWindow != NULL)
        fWindow->release();
    IOService::stop(provider);
}

void Scope::free()
{
    OSSafeReleaseNULL(fWindow);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: 'fWindow' is released in stop() already, and still set here
    IOService::free();
}
`,
      },
    ],
    good: [
      {
        title: 'Cleared in stop()',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void stop(IOService *provider) override { OSSafeReleaseNULL(fWindow); IOService::stop(provider); }
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};
`,
      },
      {
        title: 'Another field tells free() what to do',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
    bool fOpen;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); fOpen = true; }
    void stop(IOService *provider) override;
    void free() override;
};

void Scope::stop(IOService *provider)
{
    fWindow->release();
    fOpen = false;
    IOService::stop(provider);
}

void Scope::free()
{
    if (fOpen)
        fWindow->release();
    IOService::free();
}
`,
      },
      {
        title: 'stop() calls a method that clears the field',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
    void forget() { fWindow = NULL; }
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void stop(IOService *provider) override { fWindow->release(); forget(); IOService::stop(provider); }
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};
`,
      },
      {
        title: 'Another method clears the field in between',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override;
    bool willTerminate(IOService *provider, IOOptionBits options) override { fWindow->release(); return true; }
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};

bool Scope::didTerminate(IOService *provider, IOOptionBits options, bool *defer)
{
    fWindow = NULL;
    return IOService::didTerminate(provider, options, defer);
}
`,
      },
      {
        title: 'Two references',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void holdWindow() { fWindow->retain(); }
    void stop(IOService *provider) override { fWindow->release(); IOService::stop(provider); }
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};
`,
      },
      {
        title: 'Another instance is released',
        source: `class Scope : public IOService {
    Scope *fNext;
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    void stop(IOService *provider) override { fNext->fWindow->release(); IOService::stop(provider); }
    void free() override { OSSafeReleaseNULL(fWindow); IOService::free(); }
};
`,
      },
    ],
  },
};
