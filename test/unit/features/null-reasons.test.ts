import { expect, test } from 'vitest';
import { marked } from '../../support/marked';

/** Which of the kernel's reasons the hover of a call lists, and which it rules out. */
function reasons(body: string): { readonly may: string; readonly not: string } {
  const source = `class Grabber : public IOService {};
void Grabber::grab(IOMemoryDescriptor *md, task_t task, mach_vm_size_t offset, IOOptionBits options)
{
    ${body}
}
`;
  const { service, file, line, column } = marked(source);
  const [, list = ''] = (service.hover(file, line, column)?.markdown ?? '').split('**Why NULL?**');
  const [may = '', not = ''] = list.split('Ruled out: ');
  return { may, not };
}

test.each([
  ['md->createMapping‖InTask(NULL, 0, kIOMapAnywhere);', '**Always here:** the task is NULL'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere);', '- the task is NULL\n'],
  ['md->createMapping‖InTask(task, 0, 0);', '**Always here:** address 0 without kIOMapAnywhere'],
  ['md->createMapping‖InTask(task, 0x10000, 0);', 'something is mapped already at the address'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere, 4096);', '**Always here:** length 0 means the full length'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere, offset, 16);', 'offset + length ends beyond getLength()'],
  [
    'IOBufferMemoryDescriptor *b = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionIn); b->createMapping‖InTask(task, 0, kIOMapAnywhere, 4096, 8);',
    '**Always here:** offset + length is 4104, the descriptor has 4096 bytes',
  ],
  ['md->createMapping‖InTask(task, 0x10000, kIOMapGuardedSmall);', '**Always here:** guard pages need kIOMapAnywhere'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere | kIOMapReference);', 'kIOMapReference finds no compatible map'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere | kIOMapPrefault);', 'kIOMapPrefault needs memory that prepare()'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere | kIOMapUnique);', 'not one contiguous range'],
  ['md->createMapping‖InTask(task, 0, options);', 'guard pages are asked for without kIOMapAnywhere'],
  ['md->ma‖p();', 'the kernel has no free range of that size'],
  ['md->set‖Mapping(task, 4096);', 'memory for the IOMemoryMap is short'],
  [
    'IOInterleavedMemoryDescriptor *i = IOInterleavedMemoryDescriptor::withCapacity(4096, kIODirectionIn); i->ma‖p();',
    '**Always here:** an IOInterleavedMemoryDescriptor can never be mapped',
  ],
  ['IOMemoryDescriptor *m = IOMemoryDescriptor::withAddress(&md, 8, kIODirectionIn); m->ma‖p();', 'small IOMalloc()'],
])('it may be so: %s', (body, expected) => {
  expect(reasons(body).may).toContain(expected);
});

test.each([
  ['md->createMapping‖InTask(kernel_task, 0, kIOMapAnywhere);', 'kernel_task is never NULL'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere);', 'the kernel chooses a free address'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere);', 'the whole descriptor is mapped'],
  ['md->createMapping‖InTask(task, 0x10000, kIOMapOverwrite);', 'kIOMapOverwrite takes the address'],
  ['md->createMapping‖InTask(task, 0, kIOMapAnywhere | kIOMapGuardedLarge);', 'the kIOMapAnywhere that they need'],
  ['md->prepare(); md->createMapping‖InTask(task, 0, kIOMapAnywhere | kIOMapPrefault);', 'prepare() was called'],
  [
    'IOBufferMemoryDescriptor *b = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionIn); b->createMapping‖InTask(task, 0, kIOMapAnywhere, 4088, 8);',
    "within the descriptor's 4096 bytes",
  ],
  [
    'IOMemoryDescriptor *p = IOMemoryDescriptor::withPhysicalAddress(4096, 8, kIODirectionIn); p->ma‖p();',
    'the memory is physical',
  ],
])('it cannot be: %s', (body, expected) => {
  expect(reasons(body).not).toContain(expected);
});

test('a call that does not map has no such list', () => {
  expect(reasons('md->get‖Length();')).toEqual({ may: '', not: '' });
});

/** What the kernel's return table has, in its order, with words of each. */
const table: readonly (readonly [string, RegExp])[] = [
  ['range', /beyond the descriptor|getLength/],
  ['fixed conflict', /occupied|the address is taken|mapped already at the address/],
  ['out of the map', /outside the (task's )?address space/],
  ['no room', /no free range|looks for no free range/],
  ['reference', /no map to share|compatible map/],
  ['guard', /guard pages/],
  ['prefault', /kIOMapPrefault/],
  ['not accessible', /memory that is not there|not all that is described/],
  ['not writable', /read-only/],
  ['kernel object', /memory of the kernel object|small IOMalloc/],
  ['interleaved', /IOInterleavedMemoryDescriptor/],
  ['unique', /kIOMapUnique/],
  ['pageable cap', /pageable/],
  ['allocation', /no memory for the objects/],
  ['task', /no task|the task is NULL/],
];

test.each([
  'md->createMapping‖InTask(task, 0x10000, options);',
  'md->createMapping‖InTask(kernel_task, 0, kIOMapAnywhere);',
  'IOBufferMemoryDescriptor *b = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionIn); b->createMapping‖InTask(task, 0, kIOMapAnywhere);',
  'IOMemoryDescriptor *p = IOMemoryDescriptor::withPhysicalAddress(4096, 8, kIODirectionIn); p->ma‖p();',
])('each of the kernel’s reasons is either open or ruled out: %s', (body) => {
  const { may, not } = reasons(body);
  for (const [, words] of table) expect(`${may}\n${not}`).toMatch(words);
});
