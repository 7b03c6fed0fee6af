import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'cast' || event.to !== 'IODeviceMemory') return undefined;
  return {
    at: event.at,
    message:
      'No object is an IODeviceMemory: this cast never succeeds\n' +
      "What IODeviceMemory's factories make is an IOGeneralMemoryDescriptor or an IOSubMemoryDescriptor, and the kernel " +
      'has no metaclass of that name. Cast to IOMemoryDescriptor.',
  };
}

/** OSDynamicCast to a class that no object has. */
export const deviceMemoryCast: Rule = {
  id: 'device-memory-cast',
  title: 'A cast to IODeviceMemory',
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J91'],
  check,
  explanation: `\`IODeviceMemory::withRange()\` makes an \`IOGeneralMemoryDescriptor\`, \`withSubRange()\` an \`IOSubMemoryDescriptor\`; both only
call it by another name (xnu \`IODeviceMemory.cpp\`). The class is declared, but nothing defines or exports its metaclass, so
\`OSDynamicCast(IODeviceMemory, x)\` has nothing to compare with: it does not link, and could give nothing but NULL.

Cast to \`IOMemoryDescriptor\`, which has all the methods.`,
  examples: {
    bad: [
      {
        title: "An element of the provider's device memory",
        source: `IOByteCount FrameGrabber::lengthOfFirst(OSArray *ranges)
{
    IODeviceMemory *memory = OSDynamicCast(IODeviceMemory, ranges->getObject(0));
//                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: No object is an IODeviceMemory: this cast never succeeds
    return memory ? memory->getLength() : 0;
}
`,
      },
    ],
    good: [
      {
        title: 'As what it is',
        source: `IOByteCount FrameGrabber::lengthOfSecond(OSArray *ranges)
{
    IOMemoryDescriptor *memory = OSDynamicCast(IOMemoryDescriptor, ranges->getObject(1));
    return memory ? memory->getLength() : 0;
}
`,
      },
      {
        title: 'The provider says what it is',
        source: `IOByteCount FrameGrabber::lengthOfIndex(IOService *provider)
{
    IODeviceMemory *memory = provider->getDeviceMemoryWithIndex(0);
    return memory ? memory->getLength() : 0;
}
`,
      },
    ],
  },
};
