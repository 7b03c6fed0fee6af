import type { Event, Report } from '../symbolic/events';
import { has } from '../api/attributes';
import { argumentWith, optionsOf } from './calls';
import { asZero } from './fixes';
import type { Rule } from './rule';

// xnu iokit/DriverKit/IOMemoryDescriptor.iig: kIOMemoryMapFixedAddress.
const fixedAddress = 0x1n;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const options = optionsOf(event, 'driverkit_map_options');
  if (!options) return undefined;
  const address = argumentWith(event, 'address_hint');
  if (address && address.constant !== 0n && (options.bits.zeros & fixedAddress) !== 0n)
    return {
      at: address.span,
      about: event.at,
      message:
        'Without kIOMemoryMapFixedAddress this address is ignored\n' +
        'It is not even a hint: the kernel chooses. Pass 0, or add kIOMemoryMapFixedAddress.',
      ...asZero(event, address),
    };
  const ignored = event.arguments.find(({ parameter }) => has(parameter, 'ignored'));
  if (ignored?.constant === undefined || ignored.constant === 0n) return undefined;
  return {
    at: ignored.span,
    about: event.at,
    message:
      `${event.declaration.name}() does not look at the ${ignored.parameter.name}\n` +
      'The mapping starts on a page, plus the offset of the data in its page. Pass 0, and align in what you map.',
    ...asZero(event, ignored),
  };
}

/** DriverKit takes an address only with kIOMemoryMapFixedAddress, and never an alignment. */
export const ignoredDriverkitArgument: Rule = {
  id: 'ignored-driverkit-argument',
  title: 'An argument that CreateMapping ignores',
  severity: 'info',
  confidence: 'certain',
  semantics: ['J98'],
  fix: 'passes 0',
  check,
  explanation: `The kernel's side of \`CreateMapping()\` uses the address only with \`kIOMemoryMapFixedAddress\`, and the alignment never (xnu
\`IOUserServer.cpp\`, \`IOMemoryDescriptor::CreateMapping_Impl\`).`,
  examples: {
    bad: [
      {
        title: 'An alignment',
        source: `kern_return_t FrameGrabber::mapAligned(IOMemoryDescriptor *memory, IOMemoryMap **map)
{
    return memory->CreateMapping(0, 0, 0, 0, 0x10000, map);
//                                           ^^^^^^^ info: CreateMapping() does not look at the alignment
}
`,
      },
      {
        title: 'An address without its flag',
        source: `kern_return_t FrameGrabber::mapHere(IOMemoryDescriptor *memory, uint64_t where, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapReadOnly, where, 0, 0, 0, map);
//                                                     ^^^^^ info: Without kIOMemoryMapFixedAddress this address is ignored
}
`,
      },
    ],
    good: [
      {
        title: 'A fixed address',
        source: `kern_return_t FrameGrabber::mapThere(IOMemoryDescriptor *memory, uint64_t where, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapFixedAddress, where, 0, 0, 0, map);
}
`,
      },
      {
        title: 'Nothing to ignore',
        source: `kern_return_t FrameGrabber::mapPlain(IOMemoryDescriptor *memory, uint64_t options, uint64_t where, IOMemoryMap **map)
{
    if (where != 0)
        return memory->CreateMapping(options, where, 0, 0, 0, map);
    return memory->CreateMapping(kIOMemoryMapReadOnly, 0, 0, 0, 0, map);
}
`,
      },
    ],
  },
};
