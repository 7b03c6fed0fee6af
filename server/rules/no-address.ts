import { has, bitFamilies, mapsContract } from '../api/attributes';
import type { CallArgument, Event, Report } from '../symbolic/events';
import { withBits } from './fixes';
import type { Rule } from './rule';

// xnu iokit/IOKit/IOMapTypes.h: kIOMapAnywhere, kIOMapStatic.
const anywhere = 0x00000001n;
const isStatic = 0x01000000n;

/** The address and the options of a call that places a mapping; undefined for other calls. */
export function placement(event: Event): { address: CallArgument; options: CallArgument } | undefined {
  if (event.kind !== 'call') return undefined;
  const maps = mapsContract(event.declaration);
  if (!maps || maps.anywhere || maps.static) return undefined;
  const address = event.arguments.find((argument) => has(argument.parameter, 'address_hint'));
  const options = event.arguments.find((argument) => bitFamilies(argument.parameter).includes('kernel_map_options'));
  return address && options ? { address, options } : undefined;
}

/** Whether the placement is the kernel's choice, the caller's, or can't be told; static maps place nothing. */
export function choice(options: CallArgument): 'kernel' | 'caller' | undefined {
  if ((options.bits.zeros & isStatic) === 0n) return undefined;
  if ((options.bits.ones & anywhere) !== 0n) return 'kernel';
  return (options.bits.zeros & anywhere) !== 0n ? 'caller' : undefined;
}

function check(event: Event): Report | undefined {
  const call = placement(event);
  if (!call || event.kind !== 'call') return undefined;
  if (call.address.constant !== 0n || choice(call.options) !== 'caller') return undefined;
  return {
    at: call.options.span,
    about: event.at,
    message:
      'The mapping is asked for at address 0: kIOMapAnywhere is missing\n' +
      "Without kIOMapAnywhere the mapping goes exactly to the given address. Page zero can't be mapped, in the kernel " +
      'or in a 64-bit task, so the call returns NULL. Add kIOMapAnywhere, or give an address.',
    ...withBits(event, call.options, 'kIOMapAnywhere'),
  };
}

/** Neither kIOMapAnywhere nor an address: the call can only fail. */
export const noAddress: Rule = {
  id: 'no-address',
  title: 'Neither kIOMapAnywhere nor an address',
  severity: 'error',
  confidence: 'certain',
  semantics: ['J34'],
  fix: 'adds `kIOMapAnywhere`',
  check,
  explanation: `Without \`kIOMapAnywhere\`, \`createMappingInTask()\` maps at \`atAddress\`, exactly. Address 0 then means
page zero, which no task lets be mapped: the call returns NULL, always.

Add \`kIOMapAnywhere\` to let the kernel choose, or pass the address that is wanted.`,
  examples: {
    bad: [
      {
        title: 'Only the protection is given',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
//                                              ^^^^^^^^^^^^^^ error: The mapping is asked for at address 0: kIOMapAnywhere is missing
}
`,
      },
    ],
    good: [
      {
        title: 'The kernel chooses',
        source: `IOMemoryMap *FrameGrabber::exposeAnywhere(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly);
}
`,
      },
      {
        title: 'The caller chooses',
        source: `IOMemoryMap *FrameGrabber::exposeAt(IOMemoryDescriptor *memory, task_t task, mach_vm_address_t where)
{
    return memory->createMappingInTask(task, where, kIOMapReadOnly);
}
`,
      },
      {
        title: 'map() chooses itself',
        source: `IOMemoryMap *FrameGrabber::exposeToKernel(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapReadOnly);
}
`,
      },
    ],
  },
};
