import type { Event, Report } from '../symbolic/events';
import { isUnprepared } from './calls';
import { isCertain, nameOf } from './wording';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'complete' || !event.by || event.undoes !== 'preparation') return undefined;
  const { object, by } = event;
  if (!isCertain(object) || !isCertain(by)) return undefined;
  const { creation } = object;
  if (creation ? !creation.made || !isUnprepared(creation.made) : object.class === 'IOBufferMemoryDescriptor')
    return undefined;
  const open = object.preparations.filter(({ undoneAt }) => undoneAt === undefined);
  if (open.length !== 1) return undefined;
  return {
    at: event.at,
    about: event.at,
    message:
      `${nameOf(object)} is completed while ${nameOf(by)} still works on it\n` +
      'The last complete() unwires the memory; while an IODMACommand has it, the kernel panics ("complete() while dma ' +
      'active"). Call clearMemoryDescriptor() of the command first, which also completes the command.',
    step: 'the memory is unwired under the command',
  };
}

/** Memory is unwired while an IODMACommand has it. */
export const completeDuringDma: Rule = {
  id: 'complete-during-dma',
  title: 'complete() while an IODMACommand has the memory',
  severity: 'error',
  confidence: 'high',
  semantics: ['J87'],
  check,
  explanation: `\`IODMACommand::setMemoryDescriptor()\` counts the descriptor as in use until \`clearMemoryDescriptor()\`: on
machines without an IOMMU the whole time, on others while the command is prepared (xnu \`IODMACommand.cpp\`). A
\`complete()\` of the descriptor that unwires it in between panics (\`IOMemoryDescriptor.cpp\`,
\`IOGeneralMemoryDescriptor::complete\`). Undo in reverse order: the command, then the descriptor.`,
  examples: {
    bad: [
      {
        title: 'In the wrong order',
        source: `IOReturn FrameGrabber::transfer(IOMemoryDescriptor *memory, IODMACommand *command)
{
    IOReturn result = memory->prepare();
    if (result != kIOReturnSuccess)
        return result;
    result = command->setMemoryDescriptor(memory);
    memory->complete();
//  ^^^^^^^^^^^^^^^^^^ error: 'memory' is completed while 'command' still works on it
    command->clearMemoryDescriptor();
    return result;
}
`,
      },
    ],
    good: [
      {
        title: 'A buffer was prepared when it was made',
        source: `void FrameGrabber::transfer(IOBufferMemoryDescriptor *given, IODMACommand *command)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut);
    if (buffer == NULL)
        return;
    if (buffer->prepare() == kIOReturnSuccess && given->prepare() == kIOReturnSuccess) {
        command->setMemoryDescriptor(buffer);
        buffer->complete();
        command->setMemoryDescriptor(given);
        given->complete();
    }
    command->clearMemoryDescriptor();
    buffer->release();
}
`,
      },
      {
        title: 'The command first',
        source: `IOReturn FrameGrabber::transfer(IOMemoryDescriptor *memory, IODMACommand *command)
{
    IOReturn result = memory->prepare();
    if (result != kIOReturnSuccess)
        return result;
    result = command->setMemoryDescriptor(memory);
    if (result == kIOReturnSuccess)
        command->clearMemoryDescriptor();
    memory->complete();
    return result;
}
`,
      },
      {
        title: 'Not the last complete()',
        source: `void FrameGrabber::transfer(IOMemoryDescriptor *memory, IODMACommand *command, IOMemoryDescriptor *other)
{
    if (memory->prepare() != kIOReturnSuccess || other->prepare() != kIOReturnSuccess)
        return;
    if (memory->prepare() != kIOReturnSuccess || command->setMemoryDescriptor(memory) != kIOReturnSuccess)
        return;
    memory->complete();
    other->complete();
}
`,
      },
      {
        title: 'Prepared by somebody else as well, perhaps',
        source: `void FrameGrabber::finish(IOMemoryDescriptor *memory, IODMACommand *command)
{
    if (command->setMemoryDescriptor(memory) == kIOReturnSuccess)
        memory->complete();
}
`,
      },
    ],
  },
};
