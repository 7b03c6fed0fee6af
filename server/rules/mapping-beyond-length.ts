import type { Event, Report } from '../symbolic/events';
import { mapsContract } from '../api/attributes';
import { answerOf, argumentWith, exceeds, setting } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !mapsContract(event.declaration)) return undefined;
  const length = argumentWith(event, 'map_length');
  const limit = setting(event.receiver, 'length');
  if (!length || !limit) return undefined;
  const offset = argumentWith(event, 'map_offset')?.constant ?? 0n;
  const shortened = event.receiver?.settings['length'] !== undefined;
  const capacity = answerOf(length.value, 'getCapacity') === event.receiverValue;
  const isMore =
    length.constant !== undefined && limit.constant !== undefined
      ? offset + length.constant > limit.constant
      : exceeds(length.value, limit) || (offset > 0n && length.value.timeless === limit.timeless);
  const restored = answerOf(limit, 'getCapacity') !== undefined;
  if (!isMore && !(shortened && capacity && !restored)) return undefined;
  return {
    at: length.span,
    about: event.at,
    message:
      'This reaches past the end of the memory\n' +
      `${event.declaration.name}() fails unless offset and length together are within the descriptor's length` +
      (shortened ? ', which setLength() has changed. Set it back first.' : '. Map less, or describe more.'),
  };
}

/** More is mapped than the descriptor has. */
export const mappingBeyondLength: Rule = {
  id: 'mapping-beyond-length',
  title: 'A mapping past the end of the memory',
  severity: 'error',
  confidence: 'high',
  semantics: ['J67'],
  check,
  explanation: `Offset and length are checked against the descriptor's length (xnu \`IOMemoryDescriptor.cpp\`,
\`IOGeneralMemoryDescriptor::doMap\`); beyond it the call returns NULL. Of a buffer that is what \`setLength()\` said last, not
its capacity.`,
  examples: {
    bad: [
      {
        title: 'More than was described',
        source: `IOMemoryMap *FrameGrabber::mapTwoPages(mach_vm_address_t address, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, 0x1000, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0x800, 0x1000);
//                                                                                        ^^^^^^ error: This reaches past the end of the memory
    memory->release();
    return map;
}
`,
      },
      {
        title: 'A buffer that was shortened',
        source: `IOMemoryMap *FrameGrabber::mapShort(IOBufferMemoryDescriptor *buffer)
{
    buffer->setLength(16);
    return buffer->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, buffer->getCapacity());
//                                                                        ^^^^^^^^^^^^^^^^^^^^^ error: This reaches past the end of the memory
}
`,
      },
      {
        title: 'All of it, but not from the start',
        source: `IOMemoryMap *FrameGrabber::mapAllFrom(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 64, length);
//                                                                                     ^^^^^^ error: This reaches past the end of the memory
    memory->release();
    return map;
}
`,
      },
      {
        title: 'A header too much',
        source: `IOMemoryMap *FrameGrabber::mapWithHeader(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, length + 16);
//                                                                                    ^^^^^^^^^^^ error: This reaches past the end of the memory
    memory->release();
    return map;
}
`,
      },
    ],
    good: [
      {
        title: 'The whole of it',
        source: `IOMemoryMap *FrameGrabber::mapAll(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, length);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'A part, up to the end',
        source: `IOMemoryMap *FrameGrabber::mapSecondPage(mach_vm_address_t address, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, 0x2000, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0x1000, 0x1000);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'A buffer at its full length again',
        source: `IOMemoryMap *FrameGrabber::mapRestored(IOBufferMemoryDescriptor *buffer)
{
    buffer->setLength(buffer->getCapacity());
    return buffer->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, buffer->getCapacity());
}
`,
      },
      {
        title: 'The capacity of a buffer that nothing shortened',
        source: `IOMemoryMap *FrameGrabber::mapCapacity(IOBufferMemoryDescriptor *buffer)
{
    return buffer->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0, buffer->getCapacity());
}
`,
      },
    ],
  },
};
