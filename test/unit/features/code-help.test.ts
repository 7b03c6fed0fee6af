import { expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { marked } from '../../support/marked';

const within = (
  body: string,
): string => `class Grabber : public IOService { IOMemoryMap *fMap; IOMemoryDescriptor *fMemory; };
void Grabber::grab(IOMemoryDescriptor *md, task_t task)
{
    ${body}
}
`;

function signatures(body: string): { readonly argument: number | undefined; readonly labels: readonly string[] } {
  const { service, file, line, column } = marked(within(body));
  const help = service.signatureHelp(file, line, column);
  return { argument: help?.argument, labels: help?.signatures.map(({ label }) => label) ?? [] };
}

function completions(body: string): readonly string[] {
  const { service, file, line, column } = marked(within(body));
  return service.completions(file, line, column).map(({ label }) => label);
}

test.each([
  ['fMap = md->createMappingInTask(‖', 0],
  ['fMap = md->createMappingInTask(task, ‖', 1],
  ['fMap = md->createMappingInTask(task, f(1, 2), ‖);', 2],
  ['fMap = fMemory->createMappingInTask(task, (0, 1), kIOMapAnywhere, ‖', 3],
  ['if ((fMap = md->createMappingInTask(task, "a,(", ‖', 2],
])('signature help while typing: %s', (body, argument) => {
  const help = signatures(body);
  expect(help.argument).toBe(argument);
  expect(help.labels[0]).toMatch(/^IOMemoryMap \*IOMemoryDescriptor::createMappingInTask\(/);
});

test('overloads that take so many arguments come first', () => {
  expect(signatures('fMap = md->map(‖').labels).toHaveLength(2);
  const labels = signatures('IOBufferMemoryDescriptor::inTaskWithOptions(task, 0, 4096, 1, 2, ‖').labels;
  expect(labels[0]).toContain('userTag');
});

test('where a parameter stands in its label', () => {
  const { service, file, line, column } = marked(within('md->prepare(‖'));
  const [first] = service.signatureHelp(file, line, column)!.signatures;
  expect(first!.parameters.map(([start, end]) => first!.label.slice(start, end))).toEqual([
    'IODirection forDirection = kIODirectionNone',
  ]);
});

test.each(['md->createMappingInTask(task); ‖', 'unknown(‖', 'if (‖', 'IOMemoryDescriptor ‖'])('no help: %s', (body) => {
  expect(signatures(body).labels).toEqual([]);
});

test('options of the right family, without those that stand there', () => {
  const labels = completions('fMap = md->createMappingInTask(task, 0, kIOMapAnywhere | ‖');
  expect(labels).toContain('kIOMapReadOnly');
  expect(labels).toContain('kIOMapInhibitCache');
  expect(labels).not.toContain('kIOMapAnywhere');
  expect(labels).not.toContain('kIODirectionIn');
  expect(labels).not.toContain('kIOMapCacheMask');
});

/** The text of the line after a completion was taken. */
function taken(body: string, label: string): string {
  const source = within(body);
  const { service, file, line, column } = marked(source);
  const item = service.completions(file, line, column).find((each) => each.label === label);
  let text = source.replace('‖', '').split('\n')[line - 1]!;
  if (!item) return 'not offered';
  const edits = [{ ...item.place, text: label }, ...(item.removes ? [{ ...item.removes, text: '' }] : [])];
  for (const edit of edits.toSorted((a, b) => b.column - a.column))
    text = text.slice(0, edit.column - 1) + edit.text + text.slice(edit.endColumn - 1);
  return text.trim();
}

test.each([
  ['md->map(kIOMapInhibitCache | ‖);', 'kIOMapCopybackCache', 'md->map(kIOMapCopybackCache);'],
  ['md->map(kIOMapInhibitCache | kIOMapCop‖);', 'kIOMapCopybackCache', 'md->map(kIOMapCopybackCache);'],
  ['md->map(kIOMapCop‖ | kIOMapInhibitCache);', 'kIOMapCopybackCache', 'md->map(kIOMapCopybackCache);'],
  [
    'md->map(kIOMapInhibitCache | kIOMapUnique | ‖);',
    'kIOMapCopybackCache',
    'md->map(kIOMapUnique | kIOMapCopybackCache);',
  ],
  [
    'md->map(kIOMapUnique | kIOMapGuardedSmall | ‖);',
    'kIOMapGuardedLarge',
    'md->map(kIOMapUnique | kIOMapGuardedLarge);',
  ],
  [
    'md->map(kIOMapInhibit‖Cache | kIOMapUnique);',
    'kIOMapCopybackCache',
    'md->map(kIOMapCopybackCache | kIOMapUnique);',
  ],
  ['md->map(kIOMapRea‖d | kIOMapUnique);', 'kIOMapReadOnly', 'md->map(kIOMapReadOnly | kIOMapUnique);'],
])('values of one field exclude each other, so one takes the place of the other: %s', (body, label, expected) => {
  expect(taken(body, label)).toBe(expected);
});

test('alternatives to a whole word say what they replace, and are compared with it', () => {
  const { service, file, line, column } = marked(within('md->map(kIOMapInhibitCache‖);'));
  const item = service.completions(file, line, column).find(({ label }) => label === 'kIOMapCopybackCache');
  expect(item).toMatchObject({ detail: 'instead of kIOMapInhibitCache', filter: 'kIOMapInhibitCache' });
});

test('what follows the caret counts, the word at it does not', () => {
  const labels = completions('fMap = md->map(kIOMapRea‖ | kIOMapUnique);');
  expect(labels).toContain('kIOMapReadOnly');
  expect(labels).not.toContain('kIOMapUnique');
});

test.each([
  ['IOBufferMemoryDescriptor::withOptions(‖', ['kIODirectionInOut', 'kIOMemoryPageable', 'kIOMapInhibitCache']],
  ['md->CreateMapping(‖', ['kIOMemoryMapReadOnly', 'kIOMemoryMapCacheModeInhibit']],
  ['IOMemoryDescriptor::withAddress(0, 4, ‖', ['kIODirectionOut']],
])('other families: %s', (body, expected) => {
  expect(completions(body)).toEqual(expect.arrayContaining(expected));
});

test('nothing is offered where no options belong', () => {
  expect(completions('md->createMappingInTask(‖')).toEqual([]);
  expect(completions('‖')).toEqual([]);
});

function hints(body: string): readonly string[] {
  const service = createService();
  const text = within(body);
  service.setFile('driver.cpp', text);
  const line = text.split('\n')[3]!;
  return service
    .inlayHints('driver.cpp', 1, 6)
    .map((hint) => `${hint.line} ${line.slice(0, hint.column - 1).slice(-6)} ${hint.text}`);
}

test('a number is spelled out, and a mapping says its protection', () => {
  expect(hints('fMap = md->createMappingInTask(task, 0, 0x1001);')).toEqual([
    '4 0x1001 = kIOMapAnywhere | kIOMapReadOnly',
    '4 x1001) r--',
  ]);
  expect(hints('fMap = md->map();')).toEqual(['4 >map() rw-']);
  expect(hints('fMap = md->map(kIOMapReadOnly);')).toEqual(['4 dOnly) r--']);
  expect(hints('fMap = md->map(0x10000);')[0]).toBe('4 x10000 = 0x10000');
});

test('nothing is said of names, of zero, of macros, and where it is not known', () => {
  expect(hints('md->prepare(kIODirectionOut); md->getLength();')).toEqual([]);
  expect(hints('fMap = md->map(task ? kIOMapReadOnly : 0);')).toEqual([]);
  expect(hints('\n#define MAP md->map(0x1000)\n    fMap = MAP;')).toEqual([]);
});

test('only the lines that are asked for', () => {
  const service = createService();
  service.setFile('driver.cpp', within('fMap = md->map();'));
  expect(service.inlayHints('driver.cpp', 5, 9)).toEqual([]);
  expect(service.inlayHints('driver.cpp', 4, 4)).toHaveLength(1);
});
