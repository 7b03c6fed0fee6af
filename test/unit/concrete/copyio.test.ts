import { describe, expect, it } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { inShort, simulate } from '../../support/simulate';

/** copyin() and copyout() (xnu osfmk/arm64/copyio.c) on two pages of the client's at `user`; 14 is EFAULT, 22 is EINVAL. */

const source = (body: string): string => `
int f() {
  vm_map_t map = get_task_map(current_task());
  mach_vm_address_t user = 0;
  mach_vm_allocate(map, &user, 2 * page_size, VM_FLAGS_ANYWHERE);
  unsigned char data[4] = { 1, 2, 3, 4 };
  unsigned char back[4] = { 9, 9, 9, 9 };
  int answer = 0;
  ${body}
  return answer;
}`;

type Case = readonly [what: string, body: string, outcome: string, defect?: string];

const cases: readonly Case[] = [
  ['there and back', 'answer = copyout(data, user, 4) + copyin(user, back, 4); answer += back[3];', '4'],
  ['nothing is mapped there', 'answer = copyin(0x40, back, 4) * 100 + copyout(data, 0x40, 4);', '1414'],
  ["an address of the kernel's", 'answer = copyin((user_addr_t)data, back, 4);', '14'],
  ['a range that wraps around', 'answer = copyin(~0ULL - 1, back, 4);', '14'],
  ['no bytes are never refused', 'answer = copyin(0x40, back, 0) + copyout(data, 0x40, 0);', '0'],
  ['more than can be copied at once', 'answer = copyin(user, back, 0x10000000000);', '22'],
  [
    'through a read-only mapping',
    'mach_vm_protect(map, user, 1, FALSE, VM_PROT_READ); answer = copyout(data, user, 4) * 10 + copyin(user, back, 4) + back[0];',
    '140',
  ],
  [
    'out to a range whose second page is gone: its first bytes are written',
    `mach_vm_deallocate(map, user + page_size, page_size);
      answer = copyout(data, user + page_size - 2, 4) * 10; copyin(user + page_size - 2, back, 2); answer += back[1];`,
    '142',
  ],
  [
    'in from a range whose second page is gone: its first bytes are read',
    `copyout(data, user + page_size - 2, 4);
      mach_vm_deallocate(map, user + page_size, page_size);
      answer = copyin(user + page_size - 2, back, 4) * 100 + back[1] * 10 + back[3];`,
    '1429',
  ],
  ['into less than that many bytes', 'answer = copyin(user, back, 5);', 'fault', 'fault'],
  ['out of less than that many bytes', 'answer = copyout(data, user, 5);', 'fault', 'fault'],
  [
    'into less than that many bytes, from a range of which the first page alone is there: refused before any byte is copied',
    'mach_vm_deallocate(map, user + page_size, page_size); copyin(user + page_size - 2, back, 5);',
    'fault',
    'fault',
  ],
  ['into NULL', 'answer = copyin(user, NULL, 4);', 'fault', 'null-dereference'],
  ['out of NULL', 'answer = copyout(NULL, user, 4);', 'fault', 'null-dereference'],
  [
    'into a block that is gone',
    'void *block = IOMalloc(16); IOFree(block, 16); copyin(user, block, 4);',
    'fault',
    'use-after-free',
  ],
  [
    'into read-only memory of the kernel',
    `mach_vm_address_t own = 0;
      mach_vm_allocate(kernel_map, &own, page_size, VM_FLAGS_ANYWHERE);
      mach_vm_protect(kernel_map, own, page_size, FALSE, VM_PROT_READ);
      copyin(user, (void *)own, 4);`,
    'fault',
    'fault',
  ],
  [
    'a string with its end',
    'copyout("abc", user, 4); size_t copied; char text[8]; answer = copyinstr(user, text, 8, &copied) * 100 + copied * 10 + (text[2] == 99);',
    '41',
  ],
  [
    'a string that does not fit is cut',
    'copyout("abc", user, 4); size_t copied; char text[8]; answer = copyinstr(user, text, 2, &copied) * 100 + copied * 10 + (text[1] == 98);',
    '6321',
  ],
  [
    'a string that runs into an unmapped page',
    `copyout("ab", user + page_size - 2, 2);
      mach_vm_deallocate(map, user + page_size, page_size);
      size_t copied = 5; char text[8]; answer = copyinstr(user + page_size - 2, text, 8, &copied) * 10 + copied;`,
    '140',
  ],
  [
    'a string that ends right before an unmapped page',
    `copyout("a", user + page_size - 2, 2);
      mach_vm_deallocate(map, user + page_size, page_size);
      size_t copied; char text[8]; answer = copyinstr(user + page_size - 2, text, 8, &copied) * 10 + copied;`,
    '2',
  ],
  [
    'a string whose length nobody wants to know',
    'char text[8]; copyinstr(user, text, 8, NULL);',
    'fault',
    'null-dereference',
  ],
  [
    'a string into less than its room',
    'size_t copied; char text[8]; copyinstr(user, text, 9, &copied);',
    'fault',
    'fault',
  ],
];

describe.each(machineNames)('%s', (machine) => {
  it.each(cases.map(([what, body, outcome, defect]) => ({ what, body, outcome, defect })))('$what', (each) => {
    expect(inShort(simulate(source(each.body), 'f', { machine }))).toMatchObject({
      outcome: each.outcome,
      defects: each.defect === undefined ? [] : [each.defect],
    });
  });
});

it('a fault has the place of the call and names the pointer', () => {
  const { steps } = simulate(source('\n  copyin(user, back, 5);'), 'f');
  const step = steps.find(({ defects }) => defects.length > 0);
  expect(step).toMatchObject({
    place: { file: 'driver.cpp', line: 10 },
    defects: [{ message: 'back: writes 5 bytes of back, which has 4.' }],
  });
});

it('no room for a string is an error on arm64 alone', () => {
  const body = 'size_t copied; char text[8]; answer = copyinstr(user, text, 0, &copied);';
  const answers = machineNames.map((machine) => inShort(simulate(source(body), 'f', { machine })).outcome);
  expect(new Set(answers)).toEqual(new Set(['63', '0']));
});
