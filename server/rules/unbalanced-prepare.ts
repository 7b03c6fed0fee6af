import type { Event, Report } from '../symbolic/events';
import { isDead, isOwned } from '../symbolic/state';
import { isCertain, nameOf, upper } from './wording';
import type { Rule } from './rule';

const others =
  'Each success of prepare() wants one complete(), and nothing else does: one too many undoes a prepare() of somebody ' +
  'else, or unwires a buffer that was prepared when it was made. ';

function check(event: Event): Report | undefined {
  if (event.kind === 'complete') {
    if (!isCertain(event.object)) return undefined;
    const name = nameOf(event.object);
    switch (event.undoes) {
      case 'failure':
        return {
          at: event.at,
          message: `complete() of ${name} after prepare() failed\n${others}Leave it out on this way.`,
          step: 'nothing was prepared',
        };
      case 'again':
        return {
          at: event.at,
          message: `${upper(name)} is completed once more than it was prepared\n${others}Leave one out.`,
          step: 'what was prepared is complete already',
        };
      case 'preparation':
      case 'unknown':
        return undefined;
      default: {
        const impossible: never = event.undoes;
        return impossible;
      }
    }
  }
  if (event.kind !== 'left-prepared' || !isCertain(event.object)) return undefined;
  // A descriptor that leaks is another rule's; one that is gone is complete.
  const { origin, owed } = event.object;
  if (isDead(event.object) || isOwned(event.object) || (origin === 'created' && owed <= 0)) return undefined;
  return {
    at: event.at,
    about: event.preparation.at,
    message:
      `${upper(nameOf(event.object))} stays prepared on this way out\n` +
      'Other ways complete() what this function has prepared, this one does not: the memory stays wired until the ' +
      'descriptor is freed. Call complete() before you return the error.',
    step: 'returns with the memory prepared',
  };
}

/** prepare() and complete() that don't go together on a path. */
export const unbalancedPrepare: Rule = {
  id: 'unbalanced-prepare',
  title: 'prepare() and complete() out of balance',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J85'],
  check,
  explanation: `\`prepare()\` wires the memory and counts, \`complete()\` counts down and unwires it at zero (xnu
\`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::prepare\`, \`complete\`). After a failure there is nothing to
complete: the call undoes what somebody else has prepared, whose device then works on memory that is not wired. Without
\`complete()\` the memory stays wired until the descriptor is freed.

A path that returns an error is compared with the others: nothing is said where the function prepares for somebody else to
complete, nor where the last reference is released, which completes as well.`,
  examples: {
    bad: [
      {
        title: 'One exit for all errors',
        source: `IOReturn FrameGrabber::send(IOMemoryDescriptor *memory, void *bytes, IOByteCount length)
{
    IOReturn result = memory->prepare();
    if (result != kIOReturnSuccess)
        goto out;
    memory->readBytes(0, bytes, length);
out:
    memory->complete();
//  ^^^^^^^^^^^^^^^^^^ warning: complete() of 'memory' after prepare() failed
    return result;
}
`,
      },
      {
        title: 'An error in the middle',
        source: `IOReturn FrameGrabber::send(IOMemoryDescriptor *memory, void *bytes, IOByteCount length)
{
    IOReturn result = memory->prepare();
    if (result != kIOReturnSuccess)
        return result;
    if (memory->readBytes(0, bytes, length) != length)
        return kIOReturnUnderrun;
//      ^^^^^^^^^^^^^^^^^^^^^^^^^ warning: 'memory' stays prepared on this way out
    memory->complete();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Completed on the way and at the end',
        source: `bool FrameGrabber::send(IOMemoryDescriptor *memory, void *bytes, IOByteCount length)
{
    if (memory->prepare() != kIOReturnSuccess)
        return false;
    bool whole = memory->readBytes(0, bytes, length) == length;
    if (!whole)
        memory->complete();
    memory->complete();
//  ^^^^^^^^^^^^^^^^^^ warning: 'memory' is completed once more than it was prepared
    return whole;
}
`,
      },
    ],
    good: [
      {
        title: 'Given up on the way out: the last release completes what is prepared',
        source: `IOReturn FrameGrabber::peek(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOReturn result = kIOReturnNoMemory;
    IOMemoryMap *map = NULL;
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionOut, task);
    if (memory == NULL)
        return kIOReturnNoMemory;
    if (memory->prepare() != kIOReturnSuccess)
        goto out;
    map = memory->map(kIOMapReadOnly);
    if (map == NULL || map->getLength() < 4096)
        goto out;
    memory->complete();
    result = kIOReturnSuccess;
out:
    if (map != NULL)
        map->release();
    memory->release();
    return result;
}
`,
      },
      {
        title: 'One complete() for each success',
        source: `IOReturn FrameGrabber::send(IOMemoryDescriptor *first, IOMemoryDescriptor *second, void *bytes, IOByteCount length)
{
    bool prepared = false;
    IOReturn result = first->prepare();
    if (result != kIOReturnSuccess)
        return result;
    result = second->prepare();
    if (result == kIOReturnSuccess) {
        prepared = true;
        first->readBytes(0, bytes, length);
        second->readBytes(0, bytes, length);
    }
    if (prepared)
        second->complete();
    first->complete();
    return result;
}
`,
      },
      {
        title: 'Prepared for the transfer that is started',
        source: `IOReturn FrameGrabber::begin(IOMemoryDescriptor *memory, IODMACommand *command)
{
    IOReturn result = memory->prepare();
    if (result != kIOReturnSuccess)
        return result;
    result = command->setMemoryDescriptor(memory);
    if (result != kIOReturnSuccess)
        memory->complete();
    return result;
}
`,
      },
      {
        title: 'The last reference completes, too',
        source: `IOReturn FrameGrabber::fetch(mach_vm_address_t address, task_t task, UInt32 *word)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, 4, kIODirectionOut, task);
    if (memory == NULL)
        return kIOReturnNoMemory;
    IOReturn result = memory->prepare();
    if (result == kIOReturnSuccess && memory->readBytes(0, word, 4) != 4) {
        memory->release();
        return kIOReturnUnderrun;
    }
    if (result == kIOReturnSuccess)
        memory->complete();
    memory->release();
    return result;
}
`,
      },
      {
        title: 'All of an array, up to the one that failed',
        source: `class FrameSet : public OSObject {
    IOMemoryDescriptor **fParts;
    IOMemoryDescriptor *fFirst[4];
    struct Slice { IOMemoryDescriptor *memory; } *fSlices;
    UInt32 fPartCount;
    IOReturn wire(void);
};

IOReturn FrameSet::wire(void)
{
    IOReturn result = kIOReturnInternalError;
    UInt32 index;
    for (index = 0; index < fPartCount; index++) {
        result = fParts[index]->prepare();
        if (result == kIOReturnSuccess)
            result = fFirst[index]->prepare();
        if (result == kIOReturnSuccess)
            result = fSlices[index].memory->prepare();
        if (result != kIOReturnSuccess)
            break;
    }
    if (result != kIOReturnSuccess) {
        for (UInt32 undo = 0; undo < index; undo++) {
            fParts[undo]->complete();
            fFirst[undo]->complete();
            fSlices[undo].memory->complete();
        }
    }
    return result;
}
`,
      },
      {
        title: 'A field that others may have changed',
        source: `class FrameSet : public OSObject {
    IOMemoryDescriptor *fPart;
    UInt32 fTurns;
    void note() { fPart = fPart; fTurns++; }
    IOReturn wire(IOMemoryDescriptor *given);
};

IOReturn FrameSet::wire(IOMemoryDescriptor *given)
{
    IOReturn result = fPart->prepare();
    if (result != kIOReturnSuccess)
        return result;
    note();
    result = given->prepare();
    if (result == kIOReturnSuccess)
        given->complete();
    if (fPart != NULL)
        fPart->complete();
    return result;
}
`,
      },
      {
        title: 'A helper completes, another prepares again',
        source: `class FrameQueue : public OSObject {
    IOMemoryDescriptor *fFrames;
    void unwire() { fFrames->complete(); }
    IOReturn rewire() { return fFrames->prepare(); }
    IOReturn turn(void *bytes, IOByteCount length);
};

IOReturn FrameQueue::turn(void *bytes, IOByteCount length)
{
    IOReturn result = fFrames->prepare();
    if (result != kIOReturnSuccess)
        return result;
    if (fFrames->readBytes(0, bytes, length) != length) {
        unwire();
        return kIOReturnUnderrun;
    }
    fFrames->complete();
    if (rewire() == kIOReturnSuccess)
        fFrames->complete();
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
