import { has } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import { isCertain, nameOf } from './wording';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !event.receiver?.unmappedAt || !isCertain(event.receiver)) return undefined;
  const { declaration, receiver } = event;
  const address = has(declaration, 'address');
  if (!address && !has(declaration, 'redirects')) return undefined;
  return {
    at: event.at,
    about: receiver.unmappedAt!,
    message:
      `${declaration.name}() of ${nameOf(receiver)} after its unmap()\n` +
      (address
        ? 'The map has no address any more: the answer is 0. Read it before unmap(), or make a new map.'
        : 'The map shows nothing any more: redirect() succeeds and does nothing. Make a new map.'),
    step: `${declaration.name}() is called after unmap()`,
  };
}

/** A map is asked for its address, or redirected, after unmap(). */
export const addressAfterUnmap: Rule = {
  id: 'address-after-unmap',
  title: 'A map is asked for its address after unmap()',
  severity: 'error',
  confidence: 'high',
  semantics: ['J14'],
  check,
  explanation: `\`unmap()\` ends a mapping and leaves the object: \`getVirtualAddress()\` and \`getAddress()\` answer 0 from then
on, \`redirect()\` succeeds without doing anything (xnu \`IOMemoryDescriptor.cpp\`, \`IOMemoryMap::unmap\`). Nothing says so to
the code that goes on.`,
  examples: {
    bad: [
      {
        title: 'The address of nothing',
        source: `bool FrameGrabber::isMapped(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return false;
    map->unmap();
    bool mapped = map->getAddress() != 0;
//                ^^^^^^^^^^^^^^^^^ error: getAddress() of 'map' after its unmap()
    map->release();
    return mapped;
}
`,
      },
      {
        title: 'Redirected in vain',
        source: `IOReturn FrameGrabber::swap(IOMemoryDescriptor *memory, IOMemoryDescriptor *other)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return kIOReturnNoMemory;
    map->unmap();
    IOReturn result = map->redirect(other, 0, 0ULL);
//                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: redirect() of 'map' after its unmap()
    map->release();
    return result;
}
`,
      },
    ],
    good: [
      {
        title: 'Asked before',
        source: `mach_vm_size_t FrameGrabber::where(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return 0;
    mach_vm_address_t address = map->getAddress();
    map->unmap();
    mach_vm_size_t length = map->getLength();
    map->release();
    return address != 0 ? length : 0;
}
`,
      },
    ],
  },
};
