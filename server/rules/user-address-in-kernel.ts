import { has } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import { isCertain, nameOf, theObject } from './wording';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'address-use' || (event.how !== 'read' && event.how !== 'write')) return undefined;
  const { object } = event;
  const task = object.creation?.made?.arguments.find(({ parameter }) => has(parameter, 'task'))?.task;
  if (task !== 'client' || !isCertain(object)) return undefined;
  return {
    at: event.at,
    message:
      `An address in the client's task is used as if it were the kernel's: that of ${nameOf(object)}\n` +
      `${theObject(object)} lies in the address space of the client. In the kernel the same number is other memory, or ` +
      'none: a fault or silent damage. Map the memory into kernel_task as well, or use copyin() and copyout().',
    step: `the kernel accesses an address of ${nameOf(object)}, which is mapped in the client's task`,
  };
}

/** The kernel reads or writes through the address of a mapping in a user task. */
export const userAddressInKernel: Rule = {
  id: 'user-address-in-kernel',
  title: "An address in a client's task is used in the kernel",
  severity: 'error',
  confidence: 'high',
  semantics: ['J77'],
  check,
  explanation: `\`getVirtualAddress()\` of a map answers an address *in the task that it was mapped into*. Of a mapping in a
client's task it is a number for the client; a driver that dereferences it in the kernel reads or writes something else.

Map the same descriptor into \`kernel_task\` for the driver's own accesses: both mappings show the same memory.`,
  examples: {
    bad: [
      {
        title: "A store through the client's mapping",
        source: `class FrameGrabberClient : public IOUserClient
{
    IOBufferMemoryDescriptor *fBuffer;
    IOMemoryMap *fMap;
    mach_vm_address_t fAddress;
    virtual bool initWithTask(task_t owningTask, void *security, UInt32 type);
    virtual void free() { OSSafeReleaseNULL(fMap); IOUserClient::free(); }
};

bool FrameGrabberClient::initWithTask(task_t owningTask, void *security, UInt32 type)
{
    IOMemoryMap *map = fBuffer->createMappingInTask(owningTask, 0, kIOMapAnywhere);
    if (map == NULL)
        return false;
    UInt32 *words = (UInt32 *)map->getVirtualAddress();
    words[0] = type;
//  ^^^^^^^^ error: An address in the client's task is used as if it were the kernel's: that of 'map'
    fMap = map;
    return true;
}
`,
      },
    ],
    good: [
      {
        title: 'A mapping for each side',
        source: `class FrameGrabberClient : public IOUserClient
{
    IOBufferMemoryDescriptor *fBuffer;
    IOMemoryMap *fMap;
    mach_vm_address_t fAddress;
    virtual bool initWithTask(task_t owningTask, void *security, UInt32 type);
    virtual void free() { OSSafeReleaseNULL(fMap); IOUserClient::free(); }
};

bool FrameGrabberClient::initWithTask(task_t owningTask, void *security, UInt32 type)
{
    IOMemoryMap *own = fBuffer->map();
    if (own == NULL)
        return false;
    UInt32 *words = (UInt32 *)own->getVirtualAddress();
    words[0] = type;
    own->release();
    fMap = fBuffer->createMappingInTask(owningTask, 0, kIOMapAnywhere);
    if (fMap == NULL)
        return false;
    fAddress = fMap->getVirtualAddress();
    return true;
}
`,
      },
    ],
  },
};
