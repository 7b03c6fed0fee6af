import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';
import { theObject } from './wording';

function check(event: Event): Report | undefined {
  const result = event.kind === 'client-memory' ? event.value?.constant : undefined;
  if (event.kind !== 'client-memory' || result === undefined) return undefined;
  const failed = result !== 0n;
  const out = event.outs.find(({ reference }) => reference === (failed ? 'own' : 'none'));
  if (!out) return undefined;
  const place = `'*${out.parameter}'`;
  return {
    at: event.at,
    about: event.at,
    message: failed
      ? `The function fails with ${place} set: ${theObject(out.object!)} leaks\n` +
        `The kernel does not look at ${place} after a failure, so nothing releases it. Store it only when all went well.`
      : `The function succeeds with ${place} NULL\n` +
        'The kernel answers the application kIOReturnBadArgument. Return an error that says what is missing.',
    step: failed ? `the function fails, and ${place} has a reference` : `the function succeeds, and ${place} is NULL`,
  };
}

/** clientMemoryForType() whose result and out-parameter don't go together. */
export const clientMemoryResult: Rule = {
  id: 'client-memory-result',
  title: 'Memory for a client and the result do not go together',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J22'],
  check,
  explanation: `The kernel takes the memory descriptor of \`clientMemoryForType()\` only where the call succeeds (xnu
\`IOUserClient.cpp\`, \`IOUserClient::mapClientMemory64\`). With an error, a reference that was stored is lost; with success
and NULL the application gets \`kIOReturnBadArgument\`, which says nothing about the cause.`,
  examples: {
    bad: [
      {
        title: 'An error after the store',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    fBuffer->retain();
    IOMemoryDescriptor *window = IOSubMemoryDescriptor::withSubRange(fBuffer, 0, 4096, kIODirectionInOut);
    if (window == NULL)
        return kIOReturnNoMemory;
    *memory = window;
    if (!fReady)
        return kIOReturnNotReady;
//      ^^^^^^^^^^^^^^^^^^^^^^^^^ warning: The function fails with '*memory' set: the memory descriptor from withSubRange() leaks
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'Success with nothing',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    *memory = NULL;
    return kIOReturnSuccess;
//  ^^^^^^^^^^^^^^^^^^^^^^^^ warning: The function succeeds with '*memory' NULL
}
`,
      },
    ],
    good: [
      {
        title: 'An error with nothing',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    *memory = NULL;
    if (type != 0)
        return kIOReturnUnsupported;
    IOMemoryDescriptor *window = IOSubMemoryDescriptor::withSubRange(fBuffer, 0, 4096, kIODirectionInOut);
    if (window == NULL)
        return kIOReturnNoMemory;
    *memory = window;
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
