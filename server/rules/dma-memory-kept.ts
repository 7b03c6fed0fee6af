import type { Event, Report } from '../symbolic/events';
import type { FieldHistory, FieldReport } from '../symbolic/field-history';
import { isCertain, nameOf } from './wording';
import type { Rule } from './rule';

const why =
  'The command has a reference to its memory until clearMemoryDescriptor(). Freed with it, the command leaves the ' +
  'reference behind: the descriptor and its memory stay. Call clearMemoryDescriptor() before release().';

function check(event: Event): Report | undefined {
  if (event.kind !== 'release' || !event.works) return undefined;
  const { object } = event;
  if (object.origin !== 'created' || object.owed !== 1 || object.kept || !isCertain(object)) return undefined;
  return {
    at: event.at,
    message: `${nameOf(object)} is released with its memory\n${why}`,
    step: 'the command takes its reference to the memory along',
  };
}

/** A field's command is given memory and released, and no function of the class takes the memory from it. */
function checkField(history: FieldHistory): readonly FieldReport[] {
  const { uses, field } = history;
  const given = uses.filter(({ kind, what }) => kind === 'calls' && what === 'setMemoryDescriptor');
  const takes = history.takes.filter((take) => history.program.isA(take.class ?? '', 'IODMACommand'));
  if (given.length === 0 || takes.length === 0) return [];
  if (uses.some(({ kind, what }) => kind === 'escapes' || what === 'clearMemoryDescriptor')) return [];
  return uses
    .filter(({ kind }) => kind === 'releases')
    .map(({ fn, at }) => ({
      fn,
      at,
      message: `'${field.name}' is released with its memory\n${why}`,
      steps: given.map((use) => ({
        fn: use.fn,
        span: use.at,
        message: `'${field.name}' takes a reference to its memory`,
      })),
    }));
}

/** An IODMACommand is released while it has memory. */
export const dmaMemoryKept: Rule = {
  id: 'dma-memory-kept',
  title: 'An IODMACommand is released with its memory',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J27'],
  check,
  checkField,
  explanation: `\`IODMACommand::setMemoryDescriptor()\` retains the memory, \`clearMemoryDescriptor()\` gives the reference back.
\`IODMACommand::free\` (xnu \`IODMACommand.cpp\`) leaves the reference of memory that it finds set behind on purpose, so that
drivers that gave it up themselves don't crash: one descriptor leaks with each command.`,
  examples: {
    bad: [
      {
        title: 'Segments for one transfer',
        source: `IOReturn FrameGrabber::segments(IOMemoryDescriptor *memory, IODMACommand::Segment64 *list, UInt32 count)
{
    IODMACommand *command = IODMACommand::withSpecification(IODMACommand::OutputHost64, 64, 0);
    if (command == NULL)
        return kIOReturnNoMemory;
    UInt64 offset = 0;
    IOReturn result = command->setMemoryDescriptor(memory);
    if (result == kIOReturnSuccess)
        result = command->gen64IOVMSegments(&offset, list, &count);
    command->release();
//  ^^^^^^^^^^^^^^^^^^ warning: 'command' is released with its memory
    return result;
}
`,
      },
      {
        title: 'A command in a field',
        source: `class FrameRing : public IOService {
    IODMACommand *fCommand;
    IOBufferMemoryDescriptor *fRing;
public:
    bool start(IOService *provider) override;
    void free() override;
};

bool FrameRing::start(IOService *provider)
{
    fRing = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut);
    fCommand = IODMACommand::withSpecification(IODMACommand::OutputHost64, 64, 0);
    return fRing != NULL && fCommand != NULL && fCommand->setMemoryDescriptor(fRing) == kIOReturnSuccess;
}

void FrameRing::free()
{
    if (fCommand != NULL)
        fCommand->release();
//      ^^^^^^^^^^^^^^^^^^^ warning: 'fCommand' is released with its memory
    OSSafeReleaseNULL(fRing);
    IOService::free();
}
`,
      },
    ],
    good: [
      {
        title: 'Cleared first',
        source: `IOReturn FrameGrabber::segments(IOMemoryDescriptor *memory, IODMACommand::Segment64 *list, UInt32 count)
{
    IODMACommand *command = IODMACommand::withSpecification(IODMACommand::OutputHost64, 64, 0);
    if (command == NULL)
        return kIOReturnNoMemory;
    UInt64 offset = 0;
    IOReturn result = command->setMemoryDescriptor(memory);
    if (result != kIOReturnSuccess) {
        command->release();
        return result;
    }
    result = command->gen64IOVMSegments(&offset, list, &count);
    command->clearMemoryDescriptor();
    command->release();
    return result;
}
`,
      },
      {
        title: 'Not the last reference',
        source: `IOReturn FrameGrabber::hand(IOMemoryDescriptor *memory, OSArray *commands)
{
    IODMACommand *command = IODMACommand::withSpecification(IODMACommand::OutputHost64, 64, 0);
    if (command == NULL)
        return kIOReturnNoMemory;
    IOReturn result = command->setMemoryDescriptor(memory);
    commands->setObject(command);
    command->release();
    return result;
}
`,
      },
      {
        title: 'Another method clears it',
        source: `class FrameRing : public IOService {
    IODMACommand *fCommand;
    IOBufferMemoryDescriptor *fRing;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
    void free() override;
};

bool FrameRing::start(IOService *provider)
{
    fRing = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut);
    fCommand = IODMACommand::withSpecification(IODMACommand::OutputHost64, 64, 0);
    return fRing != NULL && fCommand != NULL && fCommand->setMemoryDescriptor(fRing) == kIOReturnSuccess;
}

void FrameRing::stop(IOService *provider)
{
    fCommand->clearMemoryDescriptor();
    IOService::stop(provider);
}

void FrameRing::free()
{
    OSSafeReleaseNULL(fCommand);
    OSSafeReleaseNULL(fRing);
    IOService::free();
}
`,
      },
    ],
  },
};
