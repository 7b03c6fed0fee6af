import type { Event, Report } from '../symbolic/events';
import { mapBits, mapRequest, optionsOf, sure } from './calls';
import { withoutBits } from './fixes';
import type { Rule } from './rule';

// xnu iokit/DriverKit/IOMemoryDescriptor.iig: kIOMemoryMapFixedAddress, kIOMemoryMapGuardedMask and its small and large.
const fixedAddress = 0x1n;
const driverGuards = [0x8n, 0xcn];
const driverGuardMask = 0x1cn;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const request = mapRequest(event);
  if (request?.options && sure(request.ones, mapBits.overwrite) && (request.ones & mapBits.guardedMask) !== 0n)
    return {
      at: request.options.span,
      about: event.at,
      message:
        'With kIOMapOverwrite no guard pages are made\n' +
        'The mapping goes over what is there, and the step that reserves room for guard pages is skipped, silently. ' +
        'Drop the guard bits, or map without kIOMapOverwrite.',
      ...withoutBits(event, request.options, mapBits.guardedMask),
    };
  const driver = optionsOf(event, 'driverkit_map_options');
  if (driver && sure(driver.bits.ones, fixedAddress) && driverGuards.includes(driver.bits.ones & driverGuardMask))
    return {
      at: driver.span,
      about: event.at,
      message:
        'With kIOMemoryMapFixedAddress no guard pages are made\n' +
        'The kernel looks at the guard bits only where it chooses the address. Drop them, or leave the address to the ' +
        'kernel.',
      ...withoutBits(event, driver, driverGuardMask),
    };
  return undefined;
}

/** Guard pages that are asked for and not made. */
export const guardWithoutEffect: Rule = {
  id: 'guard-without-effect',
  title: 'Guard pages that are not made',
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J51', 'J100'],
  fix: 'takes the guard bits out',
  check,
  explanation: `Guard pages are made while room is reserved for a mapping. Where no room is reserved there are none, and
nothing says so: with \`kIOMapOverwrite\` (xnu \`IOMemoryDescriptor.cpp\`, \`memoryReferenceMap\`), and in DriverKit with
\`kIOMemoryMapFixedAddress\` (xnu \`IOUserServer.cpp\`, \`IOMemoryDescriptor::CreateMapping_Impl\`). Code that relies on
them to stop an overrun is not protected.`,
  examples: {
    bad: [
      {
        title: 'Over a reserved range',
        source: `IOMemoryMap *FrameGrabber::mapInto(IOMemoryDescriptor *memory, task_t task, mach_vm_address_t reserved)
{
    return memory->createMappingInTask(task, reserved, kIOMapOverwrite | kIOMapGuardedSmall);
//                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: With kIOMapOverwrite no guard pages are made
}
`,
      },
      {
        title: 'DriverKit, at a fixed address',
        source: `kern_return_t FrameGrabber::mapFixed(IOMemoryDescriptor *memory, uint64_t where, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapFixedAddress | kIOMemoryMapGuardedLarge, where, 0, 0, 0, map);
//                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: With kIOMemoryMapFixedAddress no guard pages are made
}
`,
      },
    ],
    good: [
      {
        title: 'DriverKit, where the kernel chooses',
        source: `kern_return_t FrameGrabber::mapWithGuards(IOMemoryDescriptor *memory, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapGuardedLarge, 0, 0, 0, 0, map);
}
`,
      },
      {
        title: 'DriverKit, without guard pages at a fixed address',
        source: `kern_return_t FrameGrabber::mapWithoutGuards(IOMemoryDescriptor *memory, uint64_t where, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapFixedAddress | kIOMemoryMapGuardedNone, where, 0, 0, 0, map);
}
`,
      },
      {
        title: 'Over a reserved range, nothing more',
        source: `IOMemoryMap *FrameGrabber::mapOverReserved(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, fRegisters, kIOMapOverwrite);
}
`,
      },
    ],
  },
};
