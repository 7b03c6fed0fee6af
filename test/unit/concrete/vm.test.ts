import { describe, expect, it } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { inShort, simulate } from '../../support/simulate';

/** mach_vm_… calls (xnu osfmk/vm/vm_user.c, vm_map.c, vm_kern.c) on four pages at `at` in the kernel's map. */

interface Case {
  readonly what: string;
  readonly body: string;
  readonly outcome: string;
  readonly defects?: readonly string[];
}

const source = (body: string): string => `
int f() {
  mach_vm_address_t at = 0;
  if (mach_vm_allocate_kernel(kernel_map, &at, 4 * page_size, VM_FLAGS_ANYWHERE, 0)) return -1;
  volatile unsigned char *bytes = (volatile unsigned char *)at;
  mach_vm_address_t address = at;
  mach_vm_size_t size = 0;
  vm_region_extended_info_data_t info;
  mach_msg_type_number_t count = VM_REGION_EXTENDED_INFO_COUNT;
  mach_port_t port;
  int answer = 0;
  ${body}
  return answer;
}`;

const look =
  'mach_vm_region(kernel_map, &address, &size, VM_REGION_EXTENDED_INFO, (vm_region_info_t)&info, &count, &port)';
const mapped = `IOMemoryDescriptor *md = IOMemoryDescriptor::withAddressRange(at, 2 * page_size, kIODirectionInOut, kernel_task);
  IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique`;

const cases: readonly Case[] = [
  { what: 'new memory is zero', body: 'answer = bytes[0] + bytes[4 * page_size - 1];', outcome: '0' },
  {
    what: 'a fixed address that is taken',
    body: 'mach_vm_address_t again = at; answer = mach_vm_allocate(kernel_map, &again, page_size, VM_FLAGS_FIXED);',
    outcome: '3',
  },
  {
    what: 'a fixed address outside of the map',
    body: 'mach_vm_address_t low = 0x1000; answer = mach_vm_allocate(kernel_map, &low, page_size, VM_FLAGS_FIXED);',
    outcome: '1',
  },
  {
    what: 'a fixed address begins at its page, and the size counts from there',
    body: `mach_vm_deallocate(kernel_map, at, 4 * page_size);
      mach_vm_address_t fixed = at + page_size + 5;
      answer = mach_vm_allocate(kernel_map, &fixed, page_size, VM_FLAGS_FIXED) * 1000 + (fixed == at + page_size) * 10;
      ${look};
      answer += size / page_size;`,
    outcome: '11',
  },
  {
    what: 'ranges that run beyond the last address',
    body: `mach_vm_address_t high = ~0ULL - page_size;
      answer = mach_vm_allocate(kernel_map, &high, 4 * page_size, VM_FLAGS_FIXED) * 10 +
          mach_vm_allocate(kernel_map, &high, ~0ULL, VM_FLAGS_ANYWHERE);`,
    outcome: '14',
  },
  {
    what: 'a fixed address that was never set',
    body: 'mach_vm_address_t unset; mach_vm_allocate(kernel_map, &unset, page_size, VM_FLAGS_FIXED);',
    outcome: 'undefined',
    defects: ['undefined'],
  },
  {
    what: 'an address in a gap answers the next region',
    body: `mach_vm_deallocate(kernel_map, at + page_size, page_size);
      address = at + page_size + 7;
      ${look};
      answer = (address == at + 2 * page_size) * 10 + size / page_size;`,
    outcome: '12',
  },
  {
    what: 'the range of a mapping, deallocated under it, is found by whoever uses the mapping',
    body: `${mapped});
      volatile unsigned char *shown = (volatile unsigned char *)map->getAddress();
      shown[0] = 1;
      mach_vm_deallocate(kernel_map, map->getAddress(), map->getSize());
      answer = shown[0];`,
    outcome: 'fault',
    defects: ['fault'],
  },
  {
    what: 'the range of a mapping, deallocated under it, is missing when the mapping is unmapped',
    body: `${mapped});
      mach_vm_deallocate(kernel_map, map->getAddress(), map->getSize());
      map->release();`,
    outcome: 'panic',
    defects: ['panic'],
  },
  {
    what: 'the memory under a mapping outlives its own range',
    body: `bytes[3] = 6;
      ${mapped});
      mach_vm_deallocate(kernel_map, at, 4 * page_size);
      answer = *((volatile unsigned char *)map->getAddress() + 3);
      map->release(); md->release();`,
    outcome: '6',
  },
  {
    what: 'no bytes',
    body: `mach_vm_address_t none = 7;
      answer = mach_vm_allocate(kernel_map, &none, 0, VM_FLAGS_ANYWHERE) + mach_vm_deallocate(kernel_map, 7, 0) +
          mach_vm_protect(kernel_map, 7, 0, FALSE, 99) + mach_vm_inherit(kernel_map, 7, 0, 99) + (int)none;`,
    outcome: '0',
  },
  {
    what: 'a map that is NULL, a range that wraps around and an inheritance that there is not are refused',
    body: `vm_map_t none = NULL;
      answer = mach_vm_deallocate(none, at, 1) == KERN_INVALID_ARGUMENT &&
          mach_vm_protect(none, at, 1, FALSE, VM_PROT_READ) == KERN_INVALID_ARGUMENT &&
          mach_vm_inherit(none, at, 1, VM_INHERIT_NONE) == KERN_INVALID_ARGUMENT &&
          mach_vm_allocate(none, &address, 1, VM_FLAGS_ANYWHERE) == KERN_INVALID_ARGUMENT &&
          mach_vm_deallocate(kernel_map, at, ~0ULL) == KERN_INVALID_ARGUMENT &&
          mach_vm_protect(kernel_map, at, ~0ULL, FALSE, VM_PROT_READ) == KERN_INVALID_ARGUMENT &&
          mach_vm_inherit(kernel_map, at, page_size, 3) == KERN_INVALID_ARGUMENT;`,
    outcome: '1',
  },
  {
    what: 'what is deallocated is gone',
    body: 'mach_vm_deallocate(kernel_map, at, page_size); bytes[page_size] = 1; answer = bytes[0];',
    outcome: 'fault',
    defects: ['fault'],
  },
  {
    what: "a gap in what is deallocated of the kernel's map",
    body: 'mach_vm_deallocate(kernel_map, at + page_size, page_size); mach_vm_deallocate(kernel_map, at, 4 * page_size);',
    outcome: 'panic',
    defects: ['panic'],
  },
  {
    what: "a gap in a user's map does not matter",
    body: `mach_vm_address_t user = 0;
      task_t task = current_task();
      mach_vm_allocate(get_task_map(task), &user, 4 * page_size, VM_FLAGS_ANYWHERE);
      mach_vm_deallocate(get_task_map(task), user + page_size, page_size);
      answer = mach_vm_deallocate(get_task_map(task), user, 4 * page_size) * 100 + copyout(&size, user, 4);`,
    outcome: '14',
  },
  {
    what: 'read-only memory is read',
    body: 'bytes[7] = 3; answer = mach_vm_protect(kernel_map, at, page_size, FALSE, VM_PROT_READ) * 10 + bytes[7];',
    outcome: '3',
  },
  {
    what: 'a write to read-only memory',
    body: 'mach_vm_protect(kernel_map, at + 1, 1, FALSE, VM_PROT_READ); bytes[page_size] = 1; bytes[page_size - 1] = 1;',
    outcome: 'fault',
    defects: ['fault'],
  },
  {
    what: 'memory without access, and with it again',
    body: `mach_vm_protect(kernel_map, at, page_size, FALSE, VM_PROT_NONE);
      vm_protect(kernel_map, at, page_size, FALSE, VM_PROT_READ | VM_PROT_WRITE);
      bytes[0] = 4; answer = bytes[0]; mach_vm_protect(kernel_map, at, page_size, FALSE, VM_PROT_NONE); answer += bytes[0];`,
    outcome: 'fault',
    defects: ['fault'],
  },
  {
    what: 'a range with a gap is left as it is',
    body: `mach_vm_deallocate(kernel_map, at + page_size, page_size);
      answer = mach_vm_protect(kernel_map, at, 3 * page_size, FALSE, VM_PROT_READ);
      bytes[0] = 1;`,
    outcome: '1',
  },
  {
    what: 'a mapping can lose write access and get it back',
    body: `${mapped});
      mach_vm_address_t shown = map->getAddress();
      answer = mach_vm_protect(kernel_map, shown, page_size, FALSE, VM_PROT_READ) +
          mach_vm_protect(kernel_map, shown, page_size, FALSE, VM_PROT_READ | VM_PROT_WRITE);
      *(volatile char *)shown = 5; answer = answer * 10 + bytes[0]; map->release(); md->release();`,
    outcome: '5',
  },
  {
    what: 'a mapping made read-only gets no write access (IOMemoryDescriptor.cpp, memoryReferenceMap)',
    body: `${mapped} | kIOMapReadOnly);
      answer = mach_vm_protect(kernel_map, map->getAddress(), page_size, FALSE, VM_PROT_READ | VM_PROT_WRITE);
      map->release(); md->release();`,
    outcome: '2',
  },
  {
    what: 'blocks of whole pages can be protected',
    body: `char *block = (char *)IOMallocPageable(page_size, page_size);
      answer = mach_vm_protect(kernel_map, (mach_vm_address_t)block, page_size, FALSE, VM_PROT_READ);
      block[0] = 1;`,
    outcome: 'fault',
    defects: ['fault'],
  },
  {
    what: 'a region is an entry, with its protection',
    body: `mach_vm_protect(kernel_map, at + page_size, page_size, FALSE, VM_PROT_READ);
      address = at + page_size + 3;
      ${look};
      answer = (address == at + page_size) * 1000 + (size == page_size) * 100 + info.protection * 10 + (count == 9);`,
    outcome: '1111',
  },
  {
    what: 'there is no region behind the last one, a count that is too small and a flavor that there is not are refused',
    body: `count = 8; answer = ${look} * 100;
      count = 9; answer += mach_vm_region(kernel_map, &address, &size, 99, (vm_region_info_t)&info, &count, &port) * 10;
      address = ~0ULL; answer += ${look};`,
    outcome: '441',
  },
  ...(
    [
      ['another flavor', 'mach_vm_region(kernel_map, &address, &size, 9, (vm_region_info_t)&info, &count, &port);'],
      ['the largest protection', 'mach_vm_protect(kernel_map, at, page_size, TRUE, VM_PROT_READ);'],
      ['executable memory', 'mach_vm_protect(kernel_map, at, page_size, FALSE, VM_PROT_READ | VM_PROT_EXECUTE);'],
      ['superpages', 'mach_vm_allocate(kernel_map, &address, page_size, VM_FLAGS_ANYWHERE | 0x10000);'],
      ['shared memory of a fork', 'mach_vm_inherit(get_task_map(current_task()), 0x1000, 1, VM_INHERIT_SHARE);'],
    ] as const
  ).map(([what, body]) => ({ what: `not modelled: ${what}`, body, outcome: 'not-modelled' })),
];

describe.each(machineNames)('%s', (machine) => {
  it.each(cases)('$what', ({ body, outcome, defects = [] }) => {
    expect(inShort(simulate(source(body), 'f', { machine }))).toMatchObject({ outcome, defects });
  });
});

it('what mach_vm_region() tells of pages is assumed when it is read, and only then', () => {
  const assumed = (body: string): readonly string[] =>
    simulate(source(`${look}; ${body}`), 'f').assumptions.map(({ what }) => what);
  expect(assumed('answer = info.protection;')).toEqual([]);
  expect(assumed('answer = info.pages_resident;')).toEqual(['info.pages_resident']);
});
