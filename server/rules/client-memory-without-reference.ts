import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'client-memory' || event.value?.constant !== 0n) return undefined;
  const out = event.outs.find(({ reference }) => reference === 'borrowed');
  if (!out) return undefined;
  return {
    at: event.at,
    about: event.at,
    message:
      `'*${out.parameter}' is handed out without a reference of its own\n` +
      `The kernel releases what ${event.function}() gives it, once for each IOConnectMapMemory and once for each ` +
      'IOConnectUnmapMemory. Without a retain() here these releases free the memory under the driver. Retain it each time.',
    step: `the function succeeds, and '*${out.parameter}' was not retained`,
  };
}

/** clientMemoryForType() gives out what a field holds without a retain. */
export const clientMemoryWithoutReference: Rule = {
  id: 'client-memory-without-reference',
  title: 'Memory for a client is handed out without a reference',
  severity: 'error',
  confidence: 'high',
  semantics: ['J21', 'J26'],
  check,
  explanation: `\`clientMemoryForType()\` hands the kernel a memory descriptor *with a reference*. The kernel gives it up when
it has made the map, and again when it has looked the map up for an unmap (xnu \`IOUserClient.cpp\`,
\`IOUserClient::mapClientMemory64\`, \`is_io_connect_unmap_memory_from_task\`). A driver that stores a field's pointer as it is
loses one reference with each call, which any application that can open the client may make.

\`CopyClientMemoryForType()\` of DriverKit has the same contract.`,
  examples: {
    bad: [
      {
        title: 'A field as it is',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    if (fBuffer == NULL)
        return kIOReturnNotReady;
    *memory = fBuffer;
    return kIOReturnSuccess;
//  ^^^^^^^^^^^^^^^^^^^^^^^^ error: '*memory' is handed out without a reference of its own
}
`,
      },
      {
        title: 'What the provider owns',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    IOMemoryDescriptor *registers = fProvider->getDeviceMemoryWithIndex(0);
    if (registers == NULL)
        return kIOReturnNoDevice;
    *memory = registers;
    return kIOReturnSuccess;
//  ^^^^^^^^^^^^^^^^^^^^^^^^ error: '*memory' is handed out without a reference of its own
}
`,
      },
    ],
    good: [
      {
        title: 'Retained each time',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    if (fBuffer == NULL)
        return kIOReturnNotReady;
    *memory = fBuffer;
    (*memory)->retain();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Retained, and a call that may change fields in between',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    if (fBuffer == NULL)
        return kIOReturnNotReady;
    fBuffer->retain();
    prepareForClient(type);
    *memory = fBuffer;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Another function, whose caller takes no reference over',
        source: `IOReturn FrameGrabberClient::findMemory(UInt32 type, IOMemoryDescriptor **memory)
{
    *memory = fBuffer;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A copy that another object makes',
        source: `IOMemoryDescriptor *FrameGrabber::copyBuffer()
{
    if (fBuffer != NULL)
        fBuffer->retain();
    return fBuffer;
}

IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    *memory = fDriver->copyBuffer();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A failure, for which the kernel looks at nothing',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    *memory = fBuffer;
    return kIOReturnUnsupported;
}
`,
      },
    ],
  },
};
