import type { Event, Report } from '../symbolic/events';
import { mapBits, sure } from './calls';
import type { Rule } from './rule';

/** Constants of other families that a driver may take for the protection of a client's mapping. */
const families = ['direction', 'driverkit_direction', 'driverkit_map_options', 'driverkit_user_client'];

function check(event: Event): Report | undefined {
  if (event.kind !== 'client-options' || event.function !== 'clientMemoryForType') return undefined;
  const wrong = event.constants.find(({ family, value }) => value !== 0n && families.includes(family));
  if (!wrong || sure(event.bits.ones, mapBits.readOnly)) return undefined;
  return {
    at: event.at,
    message:
      `${wrong.name} does not protect the memory: the client's mapping is writable\n` +
      'These are mapping options, and only kIOMapReadOnly among them takes the right to write from the client. Neither a ' +
      "direction nor the descriptor's own does so.",
  };
}

/** clientMemoryForType() stores something that looks like a protection and is none. */
export const clientProtection: Rule = {
  id: 'client-protection',
  title: "A client's mapping that is writable against appearances",
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J42'],
  check,
  explanation: `What a client may do with memory from \`clientMemoryForType()\` is decided by one bit, \`kIOMapReadOnly\` in the options
that the driver stores (xnu \`IOUserClient.cpp\`, \`IOUserClient::mapClientMemory64\`). The direction of the descriptor does not
make a mapping read-only (\`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::doMap\`), and a constant of another family
lies in the bits that the kernel replaces.`,
  examples: {
    bad: [
      {
        title: 'A direction as protection',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    fRing->retain();
    *memory = fRing;
    *options = kIODirectionIn;
//             ^^^^^^^^^^^^^^ warning: kIODirectionIn does not protect the memory: the client's mapping is writable
    return kIOReturnSuccess;
}
`,
      },
      {
        title: "DriverKit's constant",
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    fRing->retain();
    *memory = fRing;
    *options |= kIOMemoryMapReadOnly;
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: kIOMemoryMapReadOnly does not protect the memory: the client's mapping is writable
    return kIOReturnSuccess;
}
`,
      },
    ],
    good: [
      {
        title: 'The bit that counts',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    fRing->retain();
    *memory = fRing;
    *options = kIOMapReadOnly;
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'No bits at all, and both',
        source: `IOReturn FrameGrabberClient::clientMemoryForType(UInt32 type, IOOptionBits *options, IOMemoryDescriptor **memory)
{
    fRing->retain();
    *memory = fRing;
    *options = type == 0 ? kIODirectionNone : kIOMapReadOnly | kIODirectionIn;
    return kIOReturnSuccess;
}
`,
      },
    ],
  },
};
