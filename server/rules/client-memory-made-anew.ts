import type { Event, Report } from '../symbolic/events';
import type { Rule } from './rule';
import { theObject } from './wording';

/** A part of one parent is found again: the map belongs to the parent (xnu IOSubMemoryDescriptor.cpp, makeMapping). */
const partOfAnother = 'withSubRange';

function check(event: Event): Report | undefined {
  if (event.kind !== 'client-memory' || event.value?.constant !== 0n) return undefined;
  const out = event.outs.find(({ reference }) => reference === 'own');
  const object = out?.object;
  const creation = object?.creation;
  if (!creation?.made || creation.call === partOfAnother || object!.stored.length > 1) return undefined;
  return {
    at: creation.span,
    message:
      `A new descriptor for each call: ${theObject(object!)} is not found again at unmap\n` +
      `IOConnectUnmapMemory calls ${event.function}() again and looks for a map of what it gets. A new descriptor has ` +
      'none, so the unmap fails and the mapping stays until the client closes. Keep one descriptor for each type.',
    step: `the function hands out ${theObject(object!)}, which nothing keeps`,
  };
}

/** clientMemoryForType() makes a descriptor each time it is called. */
export const clientMemoryMadeAnew: Rule = {
  id: 'client-memory-made-anew',
  title: 'Memory for a client is described anew in each call',
  severity: 'warning',
  confidence: 'medium',
  semantics: ['J23', 'J26'],
  check,
  explanation: `To unmap, the kernel asks \`clientMemoryForType()\` again and searches the maps of the descriptor that it gets
(xnu \`IOUserClient.cpp\`, \`is_io_connect_unmap_memory_from_task\`). Where each call makes a descriptor, none of its maps can
be the one to unmap: \`IOConnectUnmapMemory\` fails, and each \`IOConnectMapMemory\` adds a mapping that stays until the
client is closed.

Make the descriptor once, keep it in a field, and retain it for each call. A new \`IOSubMemoryDescriptor\` of one parent is
fine: its maps are the parent's.`,
  examples: {
    bad: [
      {
        title: 'A descriptor for each call',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    IOMemoryDescriptor *ring = IOMemoryDescriptor::withAddressRange(fRing, 4096, kIODirectionInOut, kernel_task);
//                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: A new descriptor for each call: the memory descriptor from withAddressRange() is not found again at unmap
    if (ring == NULL)
        return kIOReturnNoMemory;
    *memory = ring;
    return kIOReturnSuccess;
}
`,
      },
    ],
    good: [
      {
        title: 'Made once, retained for each call',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    if (fRingMemory == NULL)
        fRingMemory = IOMemoryDescriptor::withAddressRange(fRing, 4096, kIODirectionInOut, kernel_task);
    if (fRingMemory == NULL)
        return kIOReturnNoMemory;
    fRingMemory->retain();
    *memory = fRingMemory;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'A part of one parent',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
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
