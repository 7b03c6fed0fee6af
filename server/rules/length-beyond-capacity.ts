import type { Event, Report } from '../symbolic/events';
import { attribute } from '../api/attributes';
import { exceeds } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !event.receiver || event.receiver.escaped) return undefined;
  const setsLength = ({ parameter }: (typeof event.arguments)[number]): boolean =>
    attribute(parameter, 'sets')?.args[0] === 'length';
  const length = event.arguments.find(setsLength);
  const capacity = event.receiver.creation?.made?.arguments.find(setsLength);
  if (!length || !capacity || !exceeds(length.value, capacity.value)) return undefined;
  return {
    at: length.span,
    about: event.at,
    message:
      'The buffer has less room than this length\n' +
      'The length stays as it was and no error is reported; a development kernel panics. Make the buffer larger, or ' +
      'compare first.',
  };
}

/** A buffer is told to be longer than it is. */
export const lengthBeyondCapacity: Rule = {
  id: 'length-beyond-capacity',
  title: 'A length beyond the capacity',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J101'],
  check,
  explanation: `\`setLength()\` takes at most the capacity that the buffer was made with. With more it does nothing (xnu
\`IOBufferMemoryDescriptor.cpp\`, \`IOBufferMemoryDescriptor::setLength\`), and DriverKit's \`SetLength()\` answers success all
the same. What is then transferred or mapped is as long as before.`,
  examples: {
    bad: [
      {
        title: 'DriverKit, twice the capacity',
        source: `kern_return_t FrameGrabber::grow(uint64_t capacity, IOBufferMemoryDescriptor **result)
{
    IOBufferMemoryDescriptor *buffer = NULL;
    kern_return_t error = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionInOut, capacity, 0, &buffer);
    if (error != kIOReturnSuccess)
        return error;
    buffer->SetLength(2 * capacity);
//                    ^^^^^^^^^^^^ warning: The buffer has less room than this length
    *result = buffer;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Two numbers that disagree',
        source: `IOBufferMemoryDescriptor *FrameGrabber::page(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(512, kIODirectionIn);
    if (buffer != NULL)
        buffer->setLength(1024);
//                        ^^^^ warning: The buffer has less room than this length
    return buffer;
}
`,
      },
    ],
    good: [
      {
        title: 'Within the capacity',
        source: `IOBufferMemoryDescriptor *FrameGrabber::half(vm_size_t capacity)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(capacity, kIODirectionIn);
    if (buffer != NULL)
        buffer->setLength(capacity / 2);
    return buffer;
}
`,
      },
      {
        title: 'As long as it is',
        source: `IOBufferMemoryDescriptor *FrameGrabber::full(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(512, kIODirectionIn);
    if (buffer != NULL)
        buffer->setLength(512);
    return buffer;
}
`,
      },
    ],
  },
};
