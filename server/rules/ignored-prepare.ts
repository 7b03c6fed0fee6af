import { has } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';

/** Wired from the start, so that prepare() only counts (xnu IOBufferMemoryDescriptor.cpp; IOMemoryDescriptor.cpp, prepare). */
const wiredClass = /^IO(?:Buffer|GuardPage)MemoryDescriptor$/;
const wiredCreation = /^with(?:Physical)?Address$/;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || event.used || !event.written || !has(event.declaration, 'prepares')) return undefined;
  const { receiver } = event;
  const classes = [event.receiverClass, receiver?.class, receiver?.creation?.receiver];
  if (classes.some((name) => name !== undefined && wiredClass.test(name))) return undefined;
  if (receiver?.creation && wiredCreation.test(receiver.creation.call)) return undefined;
  return {
    at: event.at,
    message:
      'The result of prepare() is not looked at\n' +
      'prepare() fails where the memory is gone, may not be written, or cannot be wired. What follows then panics, or ' +
      'complete() undoes a prepare() of somebody else. Test the result, and complete only what was prepared.',
    step: 'the result is not looked at',
  };
}

/** prepare() is called and its result dropped. */
export const ignoredPrepare: Rule = {
  id: 'ignored-prepare',
  title: 'The result of prepare() is not looked at',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J86'],
  check,
  explanation: `\`prepare()\` wires memory that belongs to a task, and a task can take it away, protect it, or exhaust what may be
wired. It then answers \`kIOReturnCannotWire\`, \`kIOReturnNotWritable\`, \`kIOReturnNoMemory\` or an error of the VM, and the
memory is as it was. \`getPhysicalSegment()\` or \`readBytes()\` on memory that is not prepared panics (xnu
\`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::prepare\`, \`getPhysicalSegment\`).

A buffer of the kernel's own (\`IOBufferMemoryDescriptor\`) and memory of \`withAddress()\` are wired from the start; nothing is
reported for them.`,
  examples: {
    bad: [
      {
        title: "An application's memory",
        source: `void FrameGrabber::read(IOMemoryDescriptor *memory, void *bytes, IOByteCount length)
{
    memory->prepare();
//  ^^^^^^^^^^^^^^^^^ warning: The result of prepare() is not looked at
    memory->readBytes(0, bytes, length);
    memory->complete();
}
`,
      },
    ],
    good: [
      {
        title: 'Tested',
        source: `IOReturn FrameGrabber::read(IOMemoryDescriptor *memory, void *bytes, IOByteCount length)
{
    IOReturn result = memory->prepare();
    if (result != kIOReturnSuccess)
        return result;
    memory->readBytes(0, bytes, length);
    memory->complete();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: "The kernel's own memory is wired already",
        source: `void FrameGrabber::wire(IOBufferMemoryDescriptor *buffer, void *bytes)
{
    buffer->prepare();
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddress(bytes, 4096, kIODirectionInOut);
    if (memory == NULL)
        return;
    memory->prepare();
    memory->release();
    IOMemoryDescriptor *registers = IOMemoryDescriptor::withPhysicalAddress(0xfe410000, 4096, kIODirectionInOut);
    if (registers == NULL)
        return;
    registers->prepare();
    registers->release();
}
`,
      },
    ],
  },
};
