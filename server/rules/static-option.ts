import type { Event, Report } from '../symbolic/events';
import { mapsContract } from '../api/attributes';
import { argumentWith, mapBits, optionsOf, sure } from './calls';
import { exchanged, withoutBits } from './fixes';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const maps = mapsContract(event.declaration);
  const options = optionsOf(event, 'kernel_map_options');
  if (!maps || maps.static || !options || !sure(options.bits.ones, mapBits.static)) return undefined;
  // With an address it records where the driver has mapped the memory itself.
  if (!maps.anywhere && argumentWith(event, 'address_hint')?.constant !== 0n) return undefined;
  return {
    at: options.span,
    about: event.at,
    message:
      'kIOMapStatic maps nothing: the address of this map is 0\n' +
      'It makes a record of a mapping that exists already at the given address. Remove it to map the memory.',
    ...(maps.anywhere || sure(options.bits.ones, mapBits.anywhere)
      ? withoutBits(event, options, mapBits.static)
      : exchanged(event, options, 'kIOMapStatic', 'kIOMapAnywhere')),
  };
}

/** kIOMapStatic where a mapping is wanted. */
export const staticOption: Rule = {
  id: 'static-option',
  title: 'kIOMapStatic maps nothing',
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J54'],
  fix: 'takes `kIOMapStatic` out, or writes `kIOMapAnywhere` in its place',
  check,
  explanation: `\`kIOMapStatic\` wins over every other option: \`makeMapping()\` returns a map with the address that was passed and enters nothing
into the address space (xnu \`IOMemoryDescriptor.cpp\`, \`IOMemoryDescriptor::makeMapping\`). It is for code that has mapped the
memory by other means and records where. Without an address the map's address is 0, and the first access faults.`,
  examples: {
    bad: [
      {
        title: 'Taken for a mapping that stays',
        source: `IOMemoryMap *FrameGrabber::mapForGood(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapStatic);
//                     ^^^^^^^^^^^^ warning: kIOMapStatic maps nothing: the address of this map is 0
}
`,
      },
      {
        title: 'In a task, without an address',
        source: `IOMemoryMap *FrameGrabber::mapStaticInTask(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapStatic);
//                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: kIOMapStatic maps nothing: the address of this map is 0
}
`,
      },
    ],
    good: [
      {
        title: 'A record of what the driver mapped',
        source: `IOMemoryMap *FrameGrabber::recordMapping(IOMemoryDescriptor *memory, task_t task, mach_vm_address_t where)
{
    return memory->createMappingInTask(task, where, kIOMapStatic);
}
`,
      },
      {
        title: 'A mapping',
        source: `IOMemoryMap *FrameGrabber::mapPlainly(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapUnique);
}
`,
      },
    ],
  },
};
