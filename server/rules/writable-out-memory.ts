import type { Event, Report } from '../symbolic/events';
import { bitFamilies } from '../api/attributes';
import { mapBits, mapRequest, sure, taskOf } from './calls';
import { withBits } from './fixes';
import type { Rule } from './rule';

const directionMask = 0x3n;
const out = 0x2n;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !event.receiver || event.receiver.escaped) return undefined;
  const request = mapRequest(event);
  const made = event.receiver.creation?.made;
  if (!request || !made || request.task !== 'kernel' || !sure(request.zeros, mapBits.readOnly)) return undefined;
  const direction = made.arguments.find(({ parameter }) => bitFamilies(parameter).includes('direction'))?.bits;
  if (!direction || (direction.ones & directionMask) !== out || !sure(direction.zeros, 0x1n)) return undefined;
  const source = taskOf(made);
  if (source === undefined || source === 'kernel') return undefined;
  const options = request.options;
  return {
    at: options?.span ?? event.at,
    about: event.at,
    message:
      'This mapping is writable, and kIODirectionOut says that the memory is only read\n' +
      'The direction does not protect the mapping: a stray write reaches the memory, and after an earlier read-only ' +
      'mapping it faults. Add kIOMapReadOnly, or describe the memory with kIODirectionInOut.',
    ...(options ? withBits(event, options, 'kIOMapReadOnly') : {}),
  };
}

/** Memory of a task that is described with kIODirectionOut is mapped into the kernel without kIOMapReadOnly. */
export const writableOutMemory: Rule = {
  id: 'writable-out-memory',
  title: 'A writable mapping of memory that is only to be read',
  severity: 'info',
  confidence: 'high',
  semantics: ['J40'],
  fix: 'adds `kIOMapReadOnly`',
  check,
  explanation: `A mapping is writable unless \`kIOMapReadOnly\` is given; the direction \`kIODirectionOut\` (the device or the driver reads) does not
change that. A development kernel logs a backtrace (xnu \`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::doMap\`). Once
the memory was mapped read-only, a later mapping without the option looks writable and faults at the first write.`,
  examples: {
    bad: [
      {
        title: "A client's output, mapped like input",
        source: `IOMemoryMap *FrameGrabber::mapOutput(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
//                                                                 ^^^^^^^^^^^^^^ info: This mapping is writable, and kIODirectionOut says that the memory is only read
    memory->release();
    return map;
}
`,
      },
    ],
    good: [
      {
        title: 'Read-only',
        source: `IOMemoryMap *FrameGrabber::mapOutputReadOnly(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapReadOnly);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'Both ways',
        source: `IOMemoryMap *FrameGrabber::mapBothWays(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map();
    memory->release();
    return map;
}
`,
      },
      {
        title: "A buffer of the kernel's own",
        source: `IOMemoryMap *FrameGrabber::mapCommand(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionOut);
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
