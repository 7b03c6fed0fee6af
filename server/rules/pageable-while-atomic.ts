import type { Event, Report } from '../symbolic/events';
import { isUnprepared, mapBits, mapRequest, sure } from './calls';
import { whileWhat } from './mapping-while-atomic';
import type { Rule } from './rule';
import { isCertain, nameOf } from './wording';

function check(event: Event): Report | undefined {
  if (event.kind !== 'atomic-access' || !event.memory) return undefined;
  const { object, memory, atomic, at } = event;
  if (!isCertain(object) || memory.escaped || memory.settings['prepared']) return undefined;
  const request = object.creation?.made && mapRequest(object.creation.made);
  if (request?.task !== 'kernel' || !sure(request.zeros, mapBits.prefault)) return undefined;
  const made = memory.creation?.made;
  if (!made || !isUnprepared(made)) return undefined;
  return {
    at,
    message:
      `The mapping of ${nameOf(object)} may fault ${whileWhat(atomic)}\n` +
      'Its memory is pageable, and no prepare() has wired it: a page that is not there can only be brought in by a thread ' +
      'that may wait, so that the kernel panics. Call prepare() and map with kIOMapPrefault, or copy the data beforehand.',
    step: `the memory of ${nameOf(object)} is accessed`,
  };
}

/** Memory that may be paged out is touched where a page fault can't be served. */
export const pageableWhileAtomic: Rule = {
  id: 'pageable-while-atomic',
  title: 'Pageable memory is touched where nothing may block',
  severity: 'error',
  confidence: 'high',
  semantics: ['J88'],
  check,
  explanation: `A kernel mapping of a task's memory, or of a buffer made with \`kIOMemoryPageable\`, is pageable until \`prepare()\` has
wired the memory: mapping alone brings no page in. A page fault with preemption off, as under a spin lock or in an
interrupt handler, is refused (xnu \`osfmk/vm/vm_fault.c\`, \`vm_fault_internal\`: not at a preemption level above zero), and a fault in the kernel
that is refused is a panic. It happens only when memory is short, hence never on the developer's machine.

\`prepare()\` keeps the pages; \`kIOMapPrefault\` also enters them into the page table, so that not even the first access faults.`,
  examples: {
    bad: [
      {
        title: "A client's memory, read under a spin lock",
        source: `UInt32 Scope::sample(mach_vm_address_t address, task_t client, IOSimpleLock *lock)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, PAGE_SIZE, kIODirectionIn, client);
    if (memory == NULL)
        return 0;
    IOMemoryMap *map = memory->map();
    memory->release();
    if (map == NULL)
        return 0;
    UInt32 *words = (UInt32 *)map->getVirtualAddress();
    IOSimpleLockLock(lock);
    UInt32 first = words[0];
//                 ^^^^^^^^ error: The mapping of 'map' may fault under the spin lock 'lock'
    IOSimpleLockUnlock(lock);
    map->release();
    return first;
}
`,
      },
      {
        title: 'A pageable buffer, cleared with interrupts off',
        source: `bool Scope::clear()
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut | kIOMemoryPageable, PAGE_SIZE);
    if (buffer == NULL)
        return false;
    IOMemoryMap *map = buffer->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
    if (map != NULL) {
        bool before = ml_set_interrupts_enabled(false);
        bzero((void *)map->getVirtualAddress(), PAGE_SIZE);
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: The mapping of 'map' may fault while interrupts are off
        ml_set_interrupts_enabled(before);
        map->release();
    }
    buffer->release();
    return true;
}
`,
      },
    ],
    good: [
      {
        title: 'Prepared, and in the page table',
        source: `UInt32 Scope::sample(mach_vm_address_t address, task_t client, IOSimpleLock *lock)
{
    UInt32 first = 0;
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, PAGE_SIZE, kIODirectionIn, client);
    if (memory == NULL)
        return 0;
    if (memory->prepare() == kIOReturnSuccess) {
        IOMemoryMap *map = memory->map(kIOMapPrefault);
        if (map != NULL) {
            IOSimpleLockLock(lock);
            first = *(UInt32 *)map->getVirtualAddress();
            IOSimpleLockUnlock(lock);
            map->release();
        }
        memory->complete();
    }
    memory->release();
    return first;
}
`,
      },
      {
        title: 'Prepared after it was mapped',
        source: `UInt32 Scope::sample(IOSimpleLock *lock)
{
    UInt32 first = 0;
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut | kIOMemoryPageable, PAGE_SIZE);
    if (buffer == NULL)
        return 0;
    IOMemoryMap *map = buffer->map();
    if (map != NULL && buffer->prepare() == kIOReturnSuccess) {
        IOSimpleLockLock(lock);
        first = *(UInt32 *)map->getVirtualAddress();
        IOSimpleLockUnlock(lock);
        buffer->complete();
    }
    OSSafeReleaseNULL(map);
    buffer->release();
    return first;
}
`,
      },
      {
        title: 'Copied before the lock is taken',
        source: `UInt32 Scope::sample(IOMemoryDescriptor *window, mach_vm_address_t address, task_t client, IOSimpleLock *lock)
{
    IOMemoryDescriptor *memory = IOMemoryDescriptor::withAddressRange(address, PAGE_SIZE, kIODirectionIn, client);
    if (memory == NULL)
        return 0;
    IOMemoryMap *map = memory->map();
    memory->release();
    if (map == NULL)
        return 0;
    UInt32 first = *(UInt32 *)map->getVirtualAddress();
    IOSimpleLockLock(lock);
    gLatest = first;
    IOSimpleLockUnlock(lock);
    map->release();
    return first;
}
`,
      },
      {
        title: "A device's registers, and a buffer that is wired from the start",
        source: `UInt32 Scope::sample(IODeviceMemory *registers, IOSimpleLock *lock)
{
    IOMemoryMap *map = registers->map();
    if (map == NULL)
        return 0;
    UInt32 sum = 0;
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(PAGE_SIZE, kIODirectionInOut);
    if (buffer != NULL) {
        IOMemoryMap *words = buffer->map();
        if (words != NULL) {
            IOSimpleLockLock(lock);
            sum = *(UInt32 *)map->getVirtualAddress() + *(UInt32 *)words->getVirtualAddress();
            IOSimpleLockUnlock(lock);
            words->release();
        }
        buffer->release();
    }
    map->release();
    return sum;
}
`,
      },
    ],
  },
};
