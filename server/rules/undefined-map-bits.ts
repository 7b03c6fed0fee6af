import type { Event, Report } from '../symbolic/events';
import type { CallArgument } from '../symbolic/events';
import { bitFamilies, has, mapsContract } from '../api/attributes';
import { optionsOf, sure } from './calls';
import { withoutBits } from './fixes';
import type { Rule } from './rule';

// xnu iokit/IOKit/IOMapTypes.h: what is between and beside the constants there; kIOMap64Bit is the kernel's own.
const unused = 0x00ffe0fen;
const map64Bit = 0x08000000n;
const cacheMask = 0xf00n;
const lastCacheMode = 9n;
const bothGuards = 0xc0000000n;

// xnu iokit/DriverKit/IOMemoryDescriptor.iig.
const driverUnused = 0xffff00e0n;
const driverCacheMask = 0xff00n;
const driverCacheModes = [0x000n, 0x100n, 0x200n, 0x400n, 0x800n];

interface Fault {
  readonly message: string;
  /** Bits that the kernel ignores, whoever sets them. */
  readonly ignored?: bigint;
}

/** Why bits of the kernel's options are none; undefined where all are. */
function kernelFault({ bits: { ones }, constants }: CallArgument): Fault | undefined {
  const hex = (bits: bigint): string => `0x${bits.toString(16)}`;
  if ((ones & map64Bit) !== 0n)
    return {
      message:
        `${hex(map64Bit)} (kIOMap64Bit) is private to the kernel\n` +
        'createMappingInTask() sets it itself, so passing it changes nothing. Remove it.',
      ignored: map64Bit,
    };
  if (sure(ones, bothGuards))
    return {
      message:
        'Both kinds of guard pages in one word\n' +
        'They are values of one field, not flags; together the kernel takes them for the small one. Choose ' +
        'kIOMapGuardedSmall or kIOMapGuardedLarge.',
    };
  const modes = constants.filter(({ value }) => (value & cacheMask) !== 0n && (value & ~cacheMask) === 0n);
  if ((ones & cacheMask) >> 8n > lastCacheMode && modes.length < 2)
    return {
      message:
        `There is no cache mode ${String((ones & cacheMask) >> 8n)}: the last is ${String(lastCacheMode)}\n` +
        "The kernel falls back to the memory's default mode; a development kernel panics. Use one of the kIOMap...Cache " +
        'constants.',
    };
  if ((ones & unused) !== 0n)
    return {
      message:
        `No map option has the bits ${hex(ones & unused)}\n` +
        'The kernel ignores them today and may give them a meaning tomorrow. Whatever they were meant for does not ' +
        'happen. Remove them.',
      ignored: unused,
    };
  return undefined;
}

function driverFault({ bits: { ones }, constants }: CallArgument): Fault | undefined {
  const modes = constants.filter(({ value }) => (value & driverCacheMask) !== 0n);
  if (!driverCacheModes.includes(ones & driverCacheMask) && modes.length < 2)
    return {
      message:
        `0x${(ones & driverCacheMask).toString(16)} is no cache mode of DriverKit: the call fails\n` +
        'CreateMapping() answers kIOReturnBadArgument unless the bits 0xff00 are exactly one of the ' +
        'kIOMemoryMapCacheMode constants.',
    };
  if ((ones & driverUnused) !== 0n)
    return {
      message:
        `No map option of DriverKit has the bits 0x${(ones & driverUnused).toString(16)}\n` +
        'The kernel ignores them. Whatever they were meant for does not happen. Remove them.',
      ignored: driverUnused,
    };
  return undefined;
}

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  if (!mapsContract(event.declaration) && !has(event.declaration, 'redirects')) return undefined;
  const kernel = optionsOf(event, 'kernel_map_options');
  const driver = optionsOf(event, 'driverkit_map_options');
  const options = kernel ?? driver;
  // Where several families belong, other bits are theirs; a constant of a stranger is another rule's.
  if (!options || bitFamilies(options.parameter).length > 1) return undefined;
  const family = bitFamilies(options.parameter)[0]!;
  if (options.constants.some((one) => one.family !== family)) return undefined;
  const fault = kernel ? kernelFault(options) : driverFault(options);
  return (
    fault && {
      at: options.span,
      about: event.at,
      message: fault.message,
      ...withoutBits(event, options, fault.ignored ?? 0n),
    }
  );
}

/** Bits of an options word that the kernel does not define, or keeps for itself. */
export const undefinedMapBits: Rule = {
  id: 'undefined-map-bits',
  title: 'Map options that mean nothing',
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J38', 'J99'],
  fix: 'takes out bits that the kernel ignores',
  check,
  explanation: `Between the constants of \`IOMapTypes.h\` there are bits that no option has, and \`kIOMap64Bit\` (0x08000000) is set by the
kernel itself. The cache mode is a field that holds a number up to 9, the guard pages a field that holds 1 or 2. A number
that is none of these is ignored, or taken for the default (xnu \`IOMemoryDescriptor.cpp\`, \`vmProtForCacheMode\`,
\`IOMemoryDescriptorMapAlloc\`), so the code does not do what it says.

DriverKit's \`CreateMapping()\` refuses what it does not know in the bits 0xff00 (xnu \`IOUserServer.cpp\`,
\`IOMemoryDescriptor::CreateMapping_Impl\`).`,
  examples: {
    bad: [
      {
        title: 'Private to the kernel',
        source: `IOMemoryMap *FrameGrabber::map64(IOMemoryDescriptor *memory)
{
    return memory->map(0x08000000);
//                     ^^^^^^^^^^ warning: 0x8000000 (kIOMap64Bit) is private to the kernel
}
`,
      },
      {
        title: 'No option at all',
        source: `IOMemoryMap *FrameGrabber::mapTypo(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | 0x10000);
//                                              ^^^^^^^^^^^^^^^^^^^^^^^^ warning: No map option has the bits 0x10000
}
`,
      },
      {
        title: 'A mask as a mode',
        source: `IOMemoryMap *FrameGrabber::mapMask(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapCacheMask);
//                     ^^^^^^^^^^^^^^^ warning: There is no cache mode 15: the last is 9
}
`,
      },
      {
        title: 'Small and large',
        source: `IOMemoryMap *FrameGrabber::mapBothGuards(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapGuardedSmall | kIOMapGuardedLarge);
//                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: Both kinds of guard pages in one word
}
`,
      },
      {
        title: 'DriverKit refuses it',
        source: `kern_return_t FrameGrabber::mapMode(IOMemoryDescriptor *memory, IOMemoryMap **map)
{
    return memory->CreateMapping(0x300, 0, 0, 0, 0, map);
//                               ^^^^^ warning: 0x300 is no cache mode of DriverKit: the call fails
}
`,
      },
      {
        title: 'DriverKit ignores it',
        source: `kern_return_t FrameGrabber::mapFlag(IOMemoryDescriptor *memory, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapReadOnly | 0x10000, 0, 0, 0, 0, map);
//                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: No map option of DriverKit has the bits 0x10000
}
`,
      },
    ],
    good: [
      {
        title: 'Every defined bit',
        source: `IOMemoryMap *FrameGrabber::mapDefined(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapReadOnly | kIOMapUnique | kIOMapPostedCombinedReordered | kIOMapGuardedLarge);
}
`,
      },
      {
        title: 'Inside the kernel, the call that the bit is for',
        source: `IOMemoryMap *FrameGrabber::make(IOMemoryDescriptor *memory, IOMemoryMap *map, task_t task)
{
    return memory->makeMapping(memory, task, (IOVirtualAddress)map, kIOMapAnywhere | kIOMap64Bit, 0, map->getLength());
}
`,
      },
      {
        title: 'A buffer has options of its own',
        source: `IOBufferMemoryDescriptor *FrameGrabber::allocate(vm_size_t size)
{
    return IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task,
        kIODirectionInOut | kIOMemoryKernelUserShared | kIOMemoryThreadSafe | kIOMapInhibitCache, size, page_size);
}
`,
      },
      {
        title: "DriverKit's own modes",
        source: `kern_return_t FrameGrabber::mapUncached(IOMemoryDescriptor *memory, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapReadOnly | kIOMemoryMapGuardedLarge | kIOMemoryMapCacheModeRealTime, 0, 0, 0, 0, map);
}
`,
      },
    ],
  },
};
