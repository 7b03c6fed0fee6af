import type { Event, Report } from '../symbolic/events';
import { argumentWith, mapBits, mapRequest, sure, taskOf } from './calls';
import { withBits } from './fixes';
import type { Rule } from './rule';

const { anywhere, cacheMask, guardedMask, prefault, readOnly, unique } = mapBits;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const request = mapRequest(event);
  const made = event.receiver?.creation?.made;
  if (!request?.options || !made || event.receiver?.escaped) return undefined;
  const { ones, zeros } = request;
  if (!sure(ones, anywhere) || !sure(zeros, unique | guardedMask)) return undefined;
  const offset = argumentWith(event, 'map_offset');
  if (offset && offset.constant !== 0n) return undefined;
  const source = taskOf(made);
  const target = argumentWith(event, 'task')?.value.timeless;
  const same = source === 'kernel' ? request.task === 'kernel' : source !== undefined && source === target;
  if (!same) return undefined;
  const what =
    (ones & readOnly) !== 0n
      ? 'kIOMapReadOnly'
      : (ones & cacheMask) !== 0n
        ? 'The cache mode'
        : (ones & prefault) !== 0n
          ? 'kIOMapPrefault'
          : undefined;
  if (what === undefined) return undefined;
  return {
    at: request.options.span,
    about: event.at,
    message:
      `${what} has no effect here: the memory is in that task already\n` +
      'The kernel answers with the address where the memory is and makes no mapping, so it stays as writable and as ' +
      'cached as it is. Add kIOMapUnique for a mapping of its own, or make the buffer with the wanted mode.',
    ...withBits(event, request.options, 'kIOMapUnique'),
  };
}

/** Options that the same-task shortcut ignores. */
export const optionWithoutEffect: Rule = {
  id: 'option-without-effect',
  title: 'An option of a mapping that is none',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J43'],
  fix: 'adds `kIOMapUnique`, so that a mapping is made',
  check,
  explanation: `Mapped into the task that it belongs to, as a whole and anywhere, memory is not mapped again: the map's address is where the
memory is (xnu \`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::doMap\`). \`kIOMapReadOnly\`, a cache mode and
\`kIOMapPrefault\` are recorded and do nothing.`,
  examples: {
    bad: [
      {
        title: 'A buffer in the kernel, read-only',
        source: `IOMemoryMap *FrameGrabber::mapBufferReadOnly(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 4096);
    if (buffer == NULL)
        return NULL;
    IOMemoryMap *map = buffer->map(kIOMapReadOnly);
//                                 ^^^^^^^^^^^^^^ warning: kIOMapReadOnly has no effect here: the memory is in that task already
    buffer->release();
    return map;
}
`,
      },
      {
        title: "A task's memory in that task, uncached",
        source: `IOMemoryMap *FrameGrabber::mapBack(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapInhibitCache);
//                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: The cache mode has no effect here: the memory is in that task already
    memory->release();
    return map;
}
`,
      },
      {
        title: 'Kernel memory, prefaulted',
        source: `IOMemoryMap *FrameGrabber::mapPrefaulted(void *bytes, IOByteCount length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddress(bytes, length, kIODirectionInOut);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapPrefault);
//                                 ^^^^^^^^^^^^^^ warning: kIOMapPrefault has no effect here: the memory is in that task already
    memory->release();
    return map;
}
`,
      },
    ],
    good: [
      {
        title: 'A mapping of its own',
        source: `IOMemoryMap *FrameGrabber::mapAlias(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut);
    if (buffer == NULL)
        return NULL;
    IOMemoryMap *map = buffer->map(kIOMapReadOnly | kIOMapUnique);
    buffer->release();
    return map;
}
`,
      },
      {
        title: 'Into another task',
        source: `IOMemoryMap *FrameGrabber::mapOut(task_t task)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 4096);
    if (buffer == NULL)
        return NULL;
    IOMemoryMap *map = buffer->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly);
    buffer->release();
    return map;
}
`,
      },
      {
        title: 'A part of it',
        source: `IOMemoryMap *FrameGrabber::mapHalf(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 0x8000);
    if (buffer == NULL)
        return NULL;
    IOMemoryMap *map = buffer->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapReadOnly, 0x4000, 0x4000);
    buffer->release();
    return map;
}
`,
      },
      {
        title: 'Registers are in no task',
        source: `IOMemoryMap *FrameGrabber::mapUncachedRegisters(IOPhysicalAddress address, IOByteCount length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withPhysicalAddress(address, length, kIODirectionInOut);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapInhibitCache);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'Nothing that could be without effect',
        source: `IOMemoryMap *FrameGrabber::mapAgain(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 4096);
    if (buffer == NULL)
        return NULL;
    IOMemoryMap *map = buffer->map();
    buffer->release();
    return map;
}
`,
      },
    ],
  },
};
