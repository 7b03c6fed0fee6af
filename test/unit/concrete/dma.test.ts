import { describe, expect, it } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { inShort, simulate } from '../../support/simulate';

/** IODMACommand in driver code (xnu iokit/Kernel/IODMACommand.cpp), on a Mac without a system mapper. */

interface Case {
  readonly what: string;
  /** What `f` does with `memory`, four wired pages, and `command`, which has it; it returns a number. */
  readonly body: string;
  /** The arguments of withSpecification after the output function. */
  readonly limits?: string;
  readonly output?: string;
  readonly outcome: string;
  readonly defects?: readonly string[];
}

const source = ({ body, limits = '64, 0', output = '64' }: Case): string => `
int f() {
  IOBufferMemoryDescriptor *memory = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task,
      kIODirectionInOut | kIOMemoryPageable, 4 * page_size, page_size);
  unsigned char *bytes = (unsigned char *)memory->getBytesNoCopy();
  memory->prepare();
  IODMACommand *command = IODMACommand::withSpecification(kIODMACommandOutputHost${output}, ${limits});
  IOReturn set = command->setMemoryDescriptor(memory);
  UInt64 offset = 0;
  UInt32 count = 8;
  IODMACommand::Segment${output} segments[8];
  int answer = 0;
  ${body}
  command->clearMemoryDescriptor();
  command->release();
  memory->complete();
  memory->release();
  return answer;
}`;

const cases: readonly Case[] = [
  {
    what: 'segments are the pages of the memory, which are no neighbours',
    body: 'command->gen64IOVMSegments(&offset, segments, &count); answer = count * 10 + (offset == 4 * page_size);',
    outcome: '41',
  },
  {
    what: 'a segment is where getPhysicalSegment says',
    body: 'command->gen64IOVMSegments(&offset, segments, &count); answer = segments[1].fIOVMAddr == memory->getPhysicalSegment(page_size, 0);',
    outcome: '1',
  },
  {
    what: 'segments are cut to the largest size, and the next call goes on',
    limits: '64, 1024',
    body: `count = 2;
      command->gen64IOVMSegments(&offset, segments, &count);
      UInt64 first = segments[1].fIOVMAddr;
      command->gen64IOVMSegments(&offset, segments, &count);
      answer = count * 10000 + (int)offset + (segments[0].fIOVMAddr == first + 1024 && segments[0].fLength == 1024);`,
    outcome: '24097',
  },
  {
    what: 'what the device writes to a page that stands for another comes back with clearMemoryDescriptor()',
    output: '32',
    limits: '32, 0',
    body: `bytes[0] = 7;
      command->gen32IOVMSegments(&offset, segments, &count);
      IOMappedWrite8(segments[0].fIOVMAddr, 9);
      int before = bytes[0];
      command->clearMemoryDescriptor();
      answer = count * 100 + before * 10 + bytes[0];`,
    outcome: '479',
  },
  {
    what: 'a forced copy is seen by the device, and given back',
    body: `bytes[5] = 1;
      command->synchronize(IODMACommand::kForceDoubleBuffer | kIODirectionOut);
      count = 1;
      command->gen64IOVMSegments(&offset, segments, &count);
      int seen = IOMappedRead8(segments[0].fIOVMAddr + 5);
      IOMappedWrite8(segments[0].fIOVMAddr + 5, 4);
      command->clearMemoryDescriptor();
      answer = seen * 10 + bytes[5];`,
    outcome: '14',
  },
  {
    what: 'readBytes and writeBytes go through what is prepared',
    body: `unsigned char data[3] = { 1, 2, 3 };
      int written = (int)command->writeBytes(page_size - 1, data, 3);
      data[0] = data[1] = data[2] = 0;
      int got = (int)command->readBytes(page_size, data, 2);
      answer = written * 1000 + got * 100 + data[0] * 10 + bytes[page_size - 1];`,
    outcome: '3221',
  },
  {
    what: 'an active command takes no other memory, and is not cleared without completing',
    body: `IOBufferMemoryDescriptor *other = IOBufferMemoryDescriptor::withCapacity(page_size, kIODirectionInOut);
      answer = (set == kIOReturnSuccess) + 10 * (command->setMemoryDescriptor(other) == kIOReturnBusy) +
          100 * (command->clearMemoryDescriptor(false) == kIOReturnNotReady) + 1000 * (command->complete() == kIOReturnSuccess) +
          10000 * (command->gen64IOVMSegments(&offset, segments, &count) == kIOReturnNotReady);
      other->release();`,
    outcome: '11111',
  },
  {
    what: 'a transfer longer than allowed is refused, and the memory given up',
    limits: '64, 0, IODMACommand::kMapped, 4096',
    body: 'answer = (set == kIOReturnNoSpace) + 10 * (command->getMemoryDescriptor() == 0);',
    outcome: '11',
  },
  {
    what: 'each prepare() asks for a complete(), and one more is refused',
    body: `answer = (command->prepare() == kIOReturnSuccess) + 10 * (command->complete() == kIOReturnSuccess) +
          100 * (command->clearMemoryDescriptor(false) == kIOReturnNotReady) + 1000 * (command->complete() == kIOReturnSuccess) +
          10000 * (command->complete() == kIOReturnNotReady) + 100000 * (command->clearMemoryDescriptor(false) == kIOReturnSuccess);`,
    outcome: '111111',
  },
  {
    what: 'prepare() for another range is refused, and counts',
    body: `answer = (command->prepare(page_size, page_size) == kIOReturnNotReady) + 10 * (command->complete() == kIOReturnSuccess) +
          100 * (command->gen64IOVMSegments(&offset, segments, &count) == kIOReturnSuccess) + 1000 * (command->complete() == kIOReturnSuccess) +
          10000 * (command->complete() == kIOReturnNotReady);`,
    outcome: '11111',
  },
  {
    what: 'memory that is set without preparing it has no segments until prepare(), which may be of a part',
    body: `command->clearMemoryDescriptor();
      command->setMemoryDescriptor(memory, false);
      answer = (command->gen64IOVMSegments(&offset, segments, &count) == kIOReturnNotReady);
      command->prepare(page_size, page_size);
      offset = 0; count = 8;
      answer += 10 * (command->gen64IOVMSegments(&offset, segments, &count) == kIOReturnSuccess) + 100 * count +
          1000 * (segments[0].fIOVMAddr == memory->getPhysicalSegment(page_size, 0)) + 10000 * (offset == page_size);`,
    outcome: '11111',
  },
  {
    what: 'no segments behind the end, and none where none are asked for',
    body: `offset = 4 * page_size;
      answer = (command->gen64IOVMSegments(&offset, segments, &count) == kIOReturnOverrun);
      offset = 0; count = 0;
      answer += 10 * (command->gen64IOVMSegments(&offset, segments, &count) == kIOReturnBadArgument);`,
    outcome: '11',
  },
  {
    what: 'synchronize() takes one direction, of a command that is prepared',
    body: `answer = (command->synchronize(kIODirectionInOut) == kIOReturnBadArgument) + 10 * (command->synchronize(kIODirectionOut) == kIOReturnSuccess);
      command->complete();
      answer += 100 * (command->synchronize(kIODirectionIn) == kIOReturnNotReady);`,
    outcome: '111',
  },
  {
    what: 'the same memory again is no change, and NULL gives it up only where nothing is prepared',
    body: `answer = (command->setMemoryDescriptor(memory) == kIOReturnSuccess) + 10 * memory->getRetainCount() +
          100 * (command->setMemoryDescriptor(NULL) == kIOReturnBusy);
      command->complete();
      answer += 1000 * (command->setMemoryDescriptor(NULL) == kIOReturnSuccess) + 10000 * memory->getRetainCount();`,
    outcome: '11121',
  },
  {
    what: 'memory whose last reference of the driver goes while the command has it lives on until that is cleared',
    body: 'memory->retain(); memory->release(); memory->complete(); memory->release(); answer = memory->getRetainCount(); command->clearMemoryDescriptor(); command->release(); return answer;',
    outcome: '1',
  },
  {
    what: 'prepare() without memory is not modelled',
    body: 'command->clearMemoryDescriptor(); command->prepare();',
    outcome: 'not-modelled',
  },
  {
    what: 'a command released with its memory keeps that for ever',
    body: 'command->release(); return memory->getRetainCount();',
    outcome: '2',
    defects: ['leak', 'leak'],
  },
];

describe.each(machineNames)('%s', (machine) => {
  it.each(cases)('$what', (each) => {
    const { outcome, defects = [] } = each;
    expect(inShort(simulate(source(each), 'f', { machine }))).toMatchObject({ outcome, defects });
  });
});
