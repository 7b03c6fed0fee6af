import { has, mapsContract } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import { mapBits, optionsOf, sure } from './calls';
import { isCertain, nameOf } from './wording';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !has(event.declaration, 'frees_mapping') || !event.receiver) return undefined;
  const made = event.receiver.creation?.made;
  if (!made || !isCertain(event.receiver)) return undefined;
  const record = mapsContract(made.declaration)?.static === true;
  if (!record && !sure(optionsOf(made, 'kernel_map_options')?.bits.ones ?? 0n, mapBits.static)) return undefined;
  return {
    at: event.at,
    message:
      `unmap() removes nothing: ${nameOf(event.receiver)} only records a mapping\n` +
      `${record ? 'setMapping()' : 'kIOMapStatic'} makes no mapping of its own, and neither unmap() nor release() takes ` +
      'away the one that it records. Undo that with the call that fits the one that made it.',
    step: 'nothing is unmapped',
  };
}

/** unmap() of a map that setMapping() made. */
export const unmapOfRecord: Rule = {
  id: 'unmap-of-record',
  title: 'unmap() of a map that only records a mapping',
  severity: 'warning',
  confidence: 'certain',
  semantics: ['J28'],
  check,
  explanation: `\`setMapping()\` notes that the memory is mapped at an address already, by somebody else (xnu
\`IOMemoryDescriptor.cpp\`, \`IOMemoryDescriptor::setMapping\`: \`createMappingInTask()\` with \`kIOMapStatic\`).
\`IOMemoryMap::unmap\` leaves the address space alone for such a map. The map still wants its \`release()\`.`,
  examples: {
    bad: [
      {
        title: 'An allocation of its own',
        source: `void FrameGrabber::useAt(IOMemoryDescriptor *memory, vm_map_t map, vm_size_t length)
{
    vm_address_t address = 0;
    if (vm_allocate(map, &address, length, VM_FLAGS_ANYWHERE) != KERN_SUCCESS)
        return;
    IOMemoryMap *record = memory->setMapping(kernel_task, address);
    if (record == NULL)
        return;
    record->unmap();
//  ^^^^^^^^^^^^^^^ warning: unmap() removes nothing: 'record' only records a mapping
    record->release();
}
`,
      },
    ],
    good: [
      {
        title: 'Each undone by its own call',
        source: `void FrameGrabber::useAt(IOMemoryDescriptor *memory, vm_map_t map, vm_size_t length)
{
    vm_address_t address = 0;
    if (vm_allocate(map, &address, length, VM_FLAGS_ANYWHERE) != KERN_SUCCESS)
        return;
    IOMemoryMap *record = memory->setMapping(kernel_task, address);
    OSSafeReleaseNULL(record);
    vm_deallocate(map, address, length);
    IOMemoryMap *own = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (own == NULL)
        return;
    own->unmap();
    own->release();
}
`,
      },
    ],
  },
};
