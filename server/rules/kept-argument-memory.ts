import type { Borrow } from '../symbolic/field-facts';
import type { FieldHistory, FieldReport, Located } from '../symbolic/field-history';
import type { Rule } from './rule';
import { nothing } from './rule';

/** What an application passes to an external method (IOUserClient.h, IOUserClient.iig). */
const argumentStructs: ReadonlySet<string> = new Set(['IOExternalMethodArguments', 'IOUserClientMethodArguments']);

function checkField(history: FieldHistory): readonly FieldReport[] {
  const { borrows, uses, field } = history;
  if (uses.some(({ kind }) => kind === 'retains')) return [];
  return borrows.flatMap((borrow): FieldReport[] => {
    const use = uses.find(({ fn, kind }) => fn !== borrow.fn && kind !== 'clears' && kind !== 'stores');
    if (!borrow.own || !isArgument(borrow) || !use) return [];
    return [
      {
        fn: borrow.fn,
        at: borrow.stored,
        message:
          `'${field.name}' keeps a descriptor of the call's arguments without a reference\n` +
          'The kernel releases it when the external method returns. What is done with the field later reaches freed ' +
          'memory. Retain the descriptor when it is stored, and release it when the request is done.',
        steps: [
          { fn: borrow.fn, span: borrow.stored, message: `'${field.name}' keeps the caller's descriptor` },
          { fn: use.fn, span: use.at, message: `'${field.name}' is used after the external method has returned` },
        ],
      },
    ];
  });
}

function isArgument({ from }: Located<Borrow>): boolean {
  return from.kind === 'field' && argumentStructs.has(from.owner);
}

/** A descriptor of an external method's arguments is kept beyond the call. */
export const keptArgumentMemory: Rule = {
  id: 'kept-argument-memory',
  title: "A descriptor of a call's arguments is kept without a reference",
  severity: 'error',
  confidence: 'high',
  semantics: ['J20'],
  check: nothing,
  checkField,
  explanation: `\`structureInputDescriptor\` and \`structureOutputDescriptor\` are made for one call of an external method, and
released as soon as it returns (xnu \`IOUserClient.cpp\`, \`is_io_connect_method\`). An asynchronous request that keeps one of
them in a field for its completion needs a reference of its own.

Call \`retain()\` when the descriptor is stored, and \`release()\` when the request is done.`,
  examples: {
    bad: [
      {
        title: 'Kept for the completion',
        source: `class Scope : public IOUserClient {
    IOMemoryDescriptor *fPending;
public:
    IOReturn readLater(IOExternalMethodArguments *arguments);
    void complete();
};

IOReturn Scope::readLater(IOExternalMethodArguments *arguments)
{
    if (arguments->structureOutputDescriptor == NULL)
        return kIOReturnBadArgument;
    fPending = arguments->structureOutputDescriptor;
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: 'fPending' keeps a descriptor of the call's arguments without a reference
    if (arguments->scalarInputCount == 0)
        return kIOReturnNotReady;
    return kIOReturnSuccess;
}

void Scope::complete()
{
    if (fPending != NULL)
        (void)fPending->getLength();
    fPending = NULL;
}
`,
      },
    ],
    good: [
      {
        title: 'Retained as long as it is kept',
        source: `class Scope : public IOUserClient {
    IOMemoryDescriptor *fPending;
public:
    IOReturn readLater(IOExternalMethodArguments *arguments);
    void complete();
};

IOReturn Scope::readLater(IOExternalMethodArguments *arguments)
{
    if (arguments->structureOutputDescriptor == NULL)
        return kIOReturnBadArgument;
    fPending = arguments->structureOutputDescriptor;
    fPending->retain();
    return kIOReturnSuccess;
}

void Scope::complete()
{
    OSSafeReleaseNULL(fPending);
}
`,
      },
      {
        title: 'Cleared before the call returns',
        source: `class Scope : public IOUserClient {
    IOMemoryDescriptor *fPending;
public:
    IOReturn readNow(IOExternalMethodArguments *arguments);
    void transfer() { (void)fPending->getLength(); }
};

IOReturn Scope::readNow(IOExternalMethodArguments *arguments)
{
    fPending = arguments->structureOutputDescriptor;
    if (fPending == NULL)
        return kIOReturnBadArgument;
    transfer();
    fPending = NULL;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A helper takes the reference',
        source: `class Scope : public IOUserClient {
    IOMemoryDescriptor *fPending;
public:
    IOReturn readLater(IOExternalMethodArguments *arguments);
    void begin() { fPending->retain(); }
    void complete() { OSSafeReleaseNULL(fPending); }
};

IOReturn Scope::readLater(IOExternalMethodArguments *arguments)
{
    begin();
    fPending = arguments->structureOutputDescriptor;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: "A record of the caller's, which ends with the call",
        source: `struct Request { IOMemoryDescriptor *memory; };

class Scope : public IOUserClient {
public:
    IOReturn fill(Request *request, IOExternalMethodArguments *arguments);
    void transfer(Request *request) { (void)request->memory->getLength(); }
};

IOReturn Scope::fill(Request *request, IOExternalMethodArguments *arguments)
{
    request->memory = arguments->structureOutputDescriptor;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: "Another client's descriptor, whose owner keeps it",
        source: `class Scope : public IOUserClient {
    IOMemoryDescriptor *fPending;
    IOMemoryDescriptor *fOther;
public:
    void share() { fPending = fOther; }
    void complete() { if (fPending) (void)fPending->getLength(); }
};
`,
      },
      {
        title: 'Never used again',
        source: `class Scope : public IOUserClient {
    IOMemoryDescriptor *fLast;
public:
    IOReturn note(IOExternalMethodArguments *arguments);
    void forget() { fLast = NULL; }
};

IOReturn Scope::note(IOExternalMethodArguments *arguments)
{
    fLast = arguments->structureOutputDescriptor;
    (void)fLast->getLength();
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
