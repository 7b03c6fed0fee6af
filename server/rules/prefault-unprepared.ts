import type { Event, Report } from '../symbolic/events';
import { has } from '../api/attributes';
import { mapBits, mapRequest, sure, taskOf } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !event.receiver || event.receiver.escaped) return undefined;
  const request = mapRequest(event);
  if (!request?.options || !sure(request.ones, mapBits.prefault)) return undefined;
  const made = event.receiver.creation?.made;
  if (!made || !has(made.declaration, 'unprepared') || event.receiver.settings['prepared']) return undefined;
  // A physical range is always prepared; one of the kernel may not be mapped at all.
  const source = taskOf(made);
  if (source === undefined || source === 'kernel') return undefined;
  return {
    at: request.options.span,
    about: event.at,
    message:
      'kIOMapPrefault needs prepared memory: the result is NULL\n' +
      'The pages must be wired before their page-table entries can be made; the failure also leaves address space ' +
      'behind. Call prepare() first and test its result.',
  };
}

/** Page-table entries are asked for before the pages are wired. */
export const prefaultUnprepared: Rule = {
  id: 'prefault-unprepared',
  title: 'kIOMapPrefault of memory that is not prepared',
  severity: 'error',
  confidence: 'high',
  semantics: ['J82'],
  check,
  explanation: `With \`kIOMapPrefault\` a descriptor that is not wired is refused (xnu \`IOMemoryDescriptor.cpp\`,
\`IOGeneralMemoryDescriptor::memoryReferenceMap\`), after the address range was reserved, which then stays reserved.
\`withAddressRange()\` does not prepare; \`withAddress()\` and buffers that are not pageable are prepared from the start.`,
  examples: {
    bad: [
      {
        title: 'Described and mapped at once',
        source: `IOMemoryMap *FrameGrabber::mapAtOnce(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapPrefault);
//                                 ^^^^^^^^^^^^^^ error: kIOMapPrefault needs prepared memory: the result is NULL
    memory->release();
    return map;
}
`,
      },
    ],
    good: [
      {
        title: 'Prepared first',
        source: `IOMemoryMap *FrameGrabber::mapPrepared(mach_vm_address_t address, mach_vm_size_t length, task_t task)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, task);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = NULL;
    if (memory->prepare() == kIOReturnSuccess)
        map = memory->map(kIOMapPrefault);
    fMemory = memory;
    return map;
}
`,
      },
      {
        title: 'Physical',
        source: `IOMemoryMap *FrameGrabber::mapPhysical(mach_vm_address_t address, mach_vm_size_t length)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, length, kIODirectionInOut, NULL);
    if (memory == NULL)
        return NULL;
    IOMemoryMap *map = memory->map(kIOMapPrefault);
    memory->release();
    return map;
}
`,
      },
      {
        title: 'Somebody else may have prepared it',
        source: `IOMemoryMap *FrameGrabber::mapGiven(IOMemoryDescriptor *memory)
{
    return memory->map(kIOMapPrefault);
}
`,
      },
    ],
  },
};
