import type { Event, Report } from '../symbolic/events';
import { isDead } from '../symbolic/state';
import type { Rule } from './rule';
import { isCertain, nameOf } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind !== 'address-use') return undefined;
  const { object } = event;
  if (!isCertain(object)) return undefined;
  const unmapped = object.unmappedAt !== undefined;
  if (!unmapped && !isDead(object)) return undefined;
  // Mapped into the task that it belongs to, a buffer stays where it is (IOGeneralMemoryDescriptor::makeMapping, doMap).
  if (event.how === 'kept' && object.creation?.receiver === 'IOBufferMemoryDescriptor') return undefined;
  const ended = unmapped ? `${nameOf(object)} was unmapped` : `the release of ${nameOf(object)}`;
  const verb = {
    read: 'read from',
    write: 'written to',
    argument: 'passed on',
    return: 'returned',
    store: 'stored',
    kept: `kept in '${event.name ?? ''}'`,
  }[event.how];
  return {
    at: event.at,
    about: (object.unmappedAt ?? object.releasedAt)!,
    message:
      `An address is ${verb} after ${ended}\n` +
      'The mapping is gone then: the access faults (in the kernel: a panic), or hits whatever was mapped there next. ' +
      'Keep the map until the last access.',
    step: `the address is ${verb}`,
  };
}

/** An address that a map gave is used after the mapping is gone. */
export const deadAddress: Rule = {
  id: 'dead-address',
  title: 'An address is used after its mapping is gone',
  severity: 'error',
  confidence: 'high',
  semantics: ['J11', 'J14'],
  check,
  explanation: `The address that \`getVirtualAddress()\` or \`getAddress()\` returns is good as long as the map. The last
release of the map, and \`unmap()\` at once and for all who share it, remove the mapping. An access then faults, or
reaches whatever was mapped at that place next.

MapLens follows the address through locals and arithmetic, and reports an access, passing it to a call as a pointer,
storing it, returning it, and keeping it in a field when the function ends.`,
  examples: {
    bad: [
      {
        title: 'Released before the last access',
        source: `UInt32 FrameGrabber::readStatus(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    volatile UInt32 *registers = (volatile UInt32 *)map->getVirtualAddress();
    map->release();
    return registers[2];
//         ^^^^^^^^^^^^ error: An address is read from after the release of 'map'
}
`,
      },
      {
        title: 'Unmapped, then written to',
        source: `void FrameGrabber::reset(IOMemoryMap *map)
{
    UInt8 *bytes = (UInt8 *)map->getVirtualAddress();
    map->unmap();
    bytes[0] = 1;
//  ^^^^^^^^ error: An address is written to after 'map' was unmapped
}
`,
      },
      {
        title: 'Only the address is returned',
        source: `void *FrameGrabber::registers(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return NULL;
    void *address = (void *)map->getVirtualAddress();
    map->release();
    return address;
//  ^^^^^^^^^^^^^^^ error: An address is returned after the release of 'map'
}
`,
      },
      {
        title: 'Only the address is kept',
        source: `bool FrameGrabber::openRegisters(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return false;
    fRegisters = map->getVirtualAddress();
    map->release();
//  ^^^^^^^^^^^^^^ error: An address is kept in 'fRegisters' after the release of 'map'
    return fRegisters != 0;
}
`,
      },
    ],
    good: [
      {
        title: 'The record that holds both is freed with the map',
        source: `struct Window { IOMemoryMap *map; void *address; };

void closeWindow(Window *window, IOMemoryDescriptor *memory)
{
    window->map = memory->map();
    if (window->map == NULL)
        return;
    window->address = (void *)window->map->getVirtualAddress();
    window->map->release();
    window->map = NULL;
    IOFree(window, sizeof(*window));
}
`,
      },
      {
        title: 'Cleared together with the map',
        source: `void FrameGrabber::closeRegisters()
{
    fRegisters = 0;
    OSSafeReleaseNULL(fMap);
}
`,
      },
      {
        title: 'Released after the last access',
        source: `UInt32 FrameGrabber::readControl(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->map();
    if (map == NULL)
        return 0;
    volatile UInt32 *registers = (volatile UInt32 *)map->getVirtualAddress();
    UInt32 value = registers[2];
    map->release();
    return value;
}
`,
      },
      {
        title: 'The field keeps the map',
        source: `bool FrameGrabber::mapRegisters(IOMemoryDescriptor *memory)
{
    fMap = memory->map();
    if (fMap == NULL)
        return false;
    fRegisters = fMap->getVirtualAddress();
    return true;
}

void FrameGrabber::free()
{
    OSSafeReleaseNULL(fMap);
    IOService::free();
}
`,
      },
    ],
  },
};
