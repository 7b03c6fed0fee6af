import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { InterleavedMemoryDescriptor } from './interleaved-memory-descriptor';
import type { MapOptions } from './map-options';
import type { MapRequest } from './mapping';
import type { NullReason } from './outcomes';
import { addressText, hex, sizeText } from './text';
import type { NullCause } from './trace';

/** What each of the kernel's reasons is called; a reason that no list names is told by its name alone. */
export const nullReasonNames: Readonly<Record<NullReason | 'no-memory', string>> = {
  'null-task': 'no task',
  'not-contiguous': 'memory of several ranges',
  'no-shared-map': 'no map to share',
  unsupported: 'a class that can’t be mapped',
  'beyond-descriptor': 'beyond the descriptor',
  'kernel-object': 'memory of the kernel object',
  'not-accessible': 'memory that is not there',
  'not-writable': 'memory that is read-only',
  'guard-needs-anywhere': 'guard pages at a fixed address',
  'size-limit': 'the task’s size limit',
  'no-address': 'address 0',
  'outside-address-space': 'outside the address space',
  occupied: 'the address is taken',
  'pageable-cap': 'too much for the pageable map',
  'no-space': 'no free range',
  'not-prepared': 'kIOMapPrefault of memory that is not wired',
  'no-memory': 'the kernel is out of memory',
  'not-aligned': 'ranges that do not meet on pages',
  'no-device-memory': 'no such device memory',
  underrun: 'less memory than is mapped',
  overrun: 'a memory entry that is too short',
  'several-entries': 'memory of several entries',
  empty: 'a mapping of no bytes',
};

type Cause = NullReason | 'no-memory';

/**
 * The order in which a mapping call comes upon its reasons: makeMapping and doMap (iokit/Kernel/IOMemoryDescriptor.cpp),
 * memoryReferenceCreate, memoryReferenceMap with IOMemoryReferenceMapAlloc, vm_map_enter (osfmk/vm/vm_map.c).
 */
const order: readonly Cause[] = [
  'null-task',
  'not-contiguous',
  'no-shared-map',
  'unsupported',
  'beyond-descriptor',
  'kernel-object',
  'not-accessible',
  'not-writable',
  'guard-needs-anywhere',
  'size-limit',
  'no-address',
  'outside-address-space',
  'occupied',
  'pageable-cap',
  'no-space',
  'not-prepared',
  'no-memory',
];

/** What of a request rules a reason out, whatever else there is in the kernel; undefined where that depends. */
type Excuse = (request: MapRequest, options: MapOptions) => string | undefined;

const chooses = 'kIOMapAnywhere: the kernel chooses a free address';

const excuses: Readonly<Partial<Record<Cause, Excuse>>> = {
  'null-task': ({ task }) =>
    task &&
    (task.kernel
      ? 'the task is kernel_task, which never ends'
      : `the task is ${task.name}, which ${task.state === 'alive' ? 'is alive' : 'is terminated but held'}`),
  'not-contiguous': ({ descriptor }, { unique }) =>
    unique
      ? descriptor.physical
        ? undefined
        : 'kIOMapUnique asks for one range of physical memory only'
      : 'kIOMapUnique is not set',
  'no-shared-map': (_, { reference }) => (reference ? undefined : 'kIOMapReference is not set'),
  unsupported: ({ descriptor }) =>
    descriptor instanceof InterleavedMemoryDescriptor ? undefined : `${descriptor.name} is an ${descriptor.class}`,
  'beyond-descriptor': ({ descriptor, offset, length }) =>
    offset < descriptor.length && offset + (length || descriptor.length) <= descriptor.length
      ? `+${hex(offset)}, ${sizeText(length || descriptor.length)} lies within ${descriptor.name}, ${sizeText(descriptor.length)}`
      : undefined,
  'kernel-object': ownMemory,
  'not-accessible': ownMemory,
  'not-writable': (request, { readOnly }) =>
    ownMemory(request) ??
    (readOnly && request.descriptor.direction === 'out'
      ? 'kIODirectionOut with kIOMapReadOnly asks to read only'
      : undefined),
  'guard-needs-anywhere': (_, { guard, anywhere }) =>
    guard === 'none' ? 'no guard pages are asked for' : anywhere ? 'the guard pages have kIOMapAnywhere' : undefined,
  'no-address': ({ at }, options) => placed(options) ?? (at === 0n ? undefined : `the address is ${addressText(at)}`),
  'outside-address-space': (_, options) => (options.anywhere ? chooses : undefined),
  occupied: (_, options) => placed(options),
  'pageable-cap': ({ descriptor, task }) =>
    !task?.kernel
      ? 'the task is not the kernel'
      : descriptor instanceof BufferMemoryDescriptor && descriptor.pageable
        ? undefined
        : `${descriptor.name} is not pageable`,
  'no-space': (_, { anywhere }) => (anywhere ? undefined : 'the address is given, so none is looked for'),
  'not-prepared': ({ descriptor }, { prefault }) =>
    prefault ? (descriptor.wireCount > 0 ? `${descriptor.name} is wired` : undefined) : 'kIOMapPrefault is not set',
};

function ownMemory({ descriptor }: MapRequest): string | undefined {
  if (descriptor.physical) return `${descriptor.name} is physical memory, which needs no task’s mapping`;
  if (descriptor.reference) return `the memory of ${descriptor.name} was found before`;
  return descriptor instanceof BufferMemoryDescriptor
    ? `${descriptor.name} is a buffer with pages of its own`
    : undefined;
}

function placed({ anywhere, overwrite }: MapOptions): string | undefined {
  if (anywhere) return chooses;
  return overwrite ? 'kIOMapOverwrite takes the address whether it is free or not' : undefined;
}

/**
 * Every reason for which a mapping call gives NULL, in the kernel's order: the one that struck, those that the request
 * rules out or the kernel had passed by then, and those that it did not come to.
 */
export function nullCauses(
  request: MapRequest,
  options: MapOptions,
  struck: { readonly reason: NullReason; readonly why: string },
): readonly NullCause[] {
  const at = order.indexOf(struck.reason);
  const causes = order.map((reason, index): NullCause => {
    const name = nullReasonNames[reason];
    if (index === at) return { reason, name, verdict: 'struck', why: struck.why };
    const why = excuses[reason]?.(request, options);
    if (why !== undefined) return { reason, name, verdict: 'excluded', why };
    if (index < at) return { reason, name, verdict: 'excluded', why: 'the kernel looked, and it is not so' };
    return { reason, name, verdict: 'not-reached', why: 'the kernel did not come to it' };
  });
  if (at >= 0) return causes;
  return [
    { reason: struck.reason, name: nullReasonNames[struck.reason], verdict: 'struck', why: struck.why },
    ...causes,
  ];
}

/** "reason 5 of 17, beyond the descriptor"; empty where none is marked. */
export function struckText(causes: readonly NullCause[]): string {
  const index = causes.findIndex(({ verdict }) => verdict === 'struck');
  const struck = causes[index];
  return struck ? `reason ${index + 1} of ${causes.length}, ${struck.name}` : '';
}
