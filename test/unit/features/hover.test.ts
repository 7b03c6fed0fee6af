import { expect, test } from 'vitest';
import { marked } from '../../support/marked';

const within = (body: string): string => `class Grabber : public IOService { IOMemoryMap *fMap; task_t fTask; };
void Grabber::grab(IOMemoryDescriptor *md, task_t task, IOOptionBits options, bool ro)
{
    ${body}
}
`;

function hover(body: string): string {
  const { service, file, line, column } = marked(within(body));
  return service.hover(file, line, column)?.markdown ?? 'nothing';
}

test('a call says what it does, whose its result is, what its options do, and since when it exists', () => {
  const text = hover('fMap = md->createMapping‖InTask(task, 0, kIOMapAnywhere | kIOMapReadOnly);');
  expect(text).toContain('IOMemoryMap *IOMemoryDescriptor::createMappingInTask(task_t intoTask,');
  expect(text).toContain('- Answers **+1** or NULL: the reference is yours to release');
  expect(text).toMatch(/\*\*Here\*\*\n\n- `kIOMapAnywhere` – .+\n- `kIOMapReadOnly` – /);
  expect(text).toContain(
    'Since macOS 10.5. XNU: `IOMemoryDescriptor::createMappingInTask` in `iokit/Kernel/IOMemoryDescriptor.cpp`.',
  );
});

test.each([
  ['fMap = md->map(0x11‖01);', '`0x1101` is `kIOMapAnywhere | kIOMapInhibitCache | kIOMapReadOnly`'],
  ['fMap = md->map(‖0);', '`0x0` is `0: no option`'],
  ['fMap = md->map(kIOMapGuardedMask ‖| 1);', '`0xc0000001` is `kIOMapAnywhere`'],
  ['fMap = md->map(0x100‖00);', '| `0x10000` | | **no option has these bits** |'],
  ['fMap = md->map(kIOMapAnywhere ‖| (ro ? kIOMapReadOnly : 0));', 'Depending on the path: `kIOMapReadOnly`.'],
  ['fMap = md->map(kIOMapReadOnly ‖| options);', 'What else is set depends on the path, or on the caller.'],
  ['fMap = md->map(kIOMap‖WriteThruCache | kIOMapAnywhere);', 'kIOMapWriteThruCache = 0x200'],
  [
    'IOMemoryDescriptor::withAddressRange(0, 8, kIODirectionOut | 0x10‖0, task);',
    '`0x102` is `kIODirectionOut | kIOMemoryAsReference`',
  ],
  [
    'IOBufferMemoryDescriptor::inTaskWithOptions(task, kIODirectionInOut ‖| kIOMemoryPageable | 0x10000, 4096);',
    '`0x10023` is `kIODirectionInOut | kIOMemoryPageable | kIOMemoryKernelUserShared`',
  ],
  ['md->CreateMapping(0x20‖2, 0, 0, 0, 0, &fMap);', '`kIOMemoryMapReadOnly | kIOMemoryMapCacheModeCopyback`'],
])('options are decoded: %s', (body, expected) => {
  expect(hover(body)).toContain(expected);
});

test.each(['md->pre‖pare();', 'fMap->rel‖ease();', 'md->CreateMapping‖(0, 0, 0, 0, 0, &fMap);'])(
  'no file of XNU is named that does not define the call: %s',
  (body) => {
    expect(hover(body)).not.toContain('XNU:');
  },
);

test.each([
  [
    'IOOptionBits o = 0x11‖01; fMap = md->map(o);',
    '`0x1101` is `kIOMapAnywhere | kIOMapInhibitCache | kIOMapReadOnly`',
  ],
  ['IOOptionBits o = kIOMapAnywhere ‖| kIOMapReadOnly;', '`0x1001` is `kIOMapAnywhere | kIOMapReadOnly`'],
  ['options |= (kIOMapUnique | 0x10‖00);', '`0x4001000` is `kIOMapReadOnly | kIOMapUnique`'],
  ['IOOptionBits o = options ‖| kIOMapReadOnly;', 'What else is set depends on the path, or on the caller.'],
  ['\n#define HOW (kIOMapAnywhere ‖| kIOMapReadOnly)\n    fMap = md->map(HOW);', '`0x1001` is'],
  ['\n#define HOW 0x10‖01 // both\n    fMap = md->map(HOW);', '`0x1001` is `kIOMapAnywhere | kIOMapReadOnly`'],
  ['\n#define RO kIOMapReadOnly\n    options = R‖O | kIOMapAnywhere;', '`0x1001` is `kIOMapAnywhere | kIOMapReadOnly`'],
])('options that a variable or a macro stands for are decoded: %s', (body, expected) => {
  expect(hover(body)).toContain(expected);
});

test('a constant says its value and what it does wherever it stands', () => {
  const text = hover('options |= kIOMap‖Unique;');
  expect(text).toContain('kIOMapUnique = 0x4000000');
  expect(text).toContain('redirect()');
});

test.each([
  ['md->ret‖ain();', 'Takes one more reference'],
  ['md->rel‖ease();', 'Gives up one reference'],
  ['fMap->un‖map();', 'Ends the mapping for everybody who shares the map'],
  ['fMap->getVirtual‖Address();', 'valid as long as the mapping'],
  ['fMap->getMemory‖Descriptor();', 'Answers **+0**'],
  ['md->CreateMapping‖(0, 0, 0, 0, 0, &fMap);', 'On success stores **+1** in `map`'],
  ['OSArray::withCapacity(1)->set‖Object(md);', 'Retains `anObject`'],
])('ownership: %s', (body, expected) => {
  expect(hover(body)).toContain(expected);
});

test.each([
  'int x‖ = 1;',
  'int x = 0x10‖01; f(x);',
  'x = a ‖| b;',
  'int x = f(‖1);',
  'unknown‖(md);',
  'md = n‖ullptr;',
  '// kIOMap‖ Anywhere is not code',
])('nothing is said of %s', (body) => {
  expect(hover(body)).toBe('nothing');
});

test('the range is the word, or the whole options', () => {
  const { service, file, line, column } = marked(within('fMap = md->map(kIOMapAnywhere ‖| kIOMapReadOnly);'));
  expect(service.hover(file, line, column)).toMatchObject({ line: 4, column: 20, endLine: 4, endColumn: 51 });
});
