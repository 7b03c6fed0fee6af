import type { Event, Report } from '../symbolic/events';
import { mapBits } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'client-options' || event.function !== 'clientMemoryForType') return undefined;
  if ((event.bits.ones & mapBits.cacheMask) === 0n) return undefined;
  return {
    at: event.at,
    message:
      'The cache mode for a client is not taken from here\n' +
      "The kernel drops the low twelve bits and takes the cache mode from the application's call. Give it to the buffer " +
      'when it is made; in the options only kIOMapReadOnly and what lies above it counts.',
  };
}

/** clientMemoryForType() stores a cache mode among its options. */
export const clientCacheMode: Rule = {
  id: 'client-cache-mode',
  title: 'A cache mode among the options for a client',
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J44'],
  check,
  explanation: `Of the options that \`clientMemoryForType()\` stores, the kernel replaces everything in \`kIOMapUserOptionsMask\`
(0xfff: placement and cache mode) by what the application passed to \`IOConnectMapMemory\` (xnu \`IOUserClient.cpp\`,
\`IOUserClient::mapClientMemory64\`). A driver that asks for an uncached mapping there hands out a cached one.

Make the buffer with the mode (\`kIOMapInhibitCache\` among the options of \`inTaskWithOptions()\`); every mapping then has it.`,
  examples: {
    bad: [
      {
        title: 'Uncached, it seems',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    fRing->retain();
    *memory = fRing;
    *options |= kIOMapInhibitCache | kIOMapReadOnly;
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: The cache mode for a client is not taken from here
    return kIOReturnSuccess;
}
`,
      },
    ],
    good: [
      {
        title: 'What counts is the protection',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    fRing->retain();
    *memory = fRing;
    *options = kIOMapAnywhere | kIOMapReadOnly;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: "A DriverKit client's options are others",
        source: `kern_return_t FrameGrabberClient::CopyClientMemoryForType_Impl(uint64_t type, uint64_t *options, IOMemoryDescriptor **memory)
{
    fRing->retain();
    *memory = fRing;
    *options = 0x100;
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
