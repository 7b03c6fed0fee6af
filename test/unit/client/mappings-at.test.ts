import { expect, test } from 'vitest';
import { entryAround, whyNothing } from '../../../client/cursor-subject';
import { readMappingsMessage } from '../../../client/mappings-messages';
import { mappingRows, stepForLine } from '../../../client/webview/mappings-at';
import type { EntryPointItem } from '../../../server/protocol';
import { Timeline } from '../../../sim/timeline';
import { simulate } from '../../support/simulate';

const text = `class D : public IOService { public: IOReturn go(task_t task); };
IOReturn D::go(task_t task)
{
    IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 0x8000, page_size);
    IOMemoryMap *umap = md->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly);
    IOMemoryMap *part = md->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly, 0x4000, 0x4000);

    part->release();
    umap->release();
    md->release();
    return kIOReturnSuccess;
}`;
const trace = simulate(text, 'D::go');
const file = trace.steps[1]!.place!.file;
const rowsAt = (line: number): ReturnType<typeof mappingRows> =>
  mappingRows(new Timeline(trace), stepForLine(trace, file, line));

test('a line shows what is mapped once its steps are done', () => {
  expect(
    rowsAt(5).map(({ task, name, size, protection, descriptor, references, state }) => ({
      task,
      name,
      size,
      protection,
      descriptor,
      references,
      state,
    })),
  ).toEqual([
    {
      task: 'client',
      name: 'umap',
      size: '32 KB',
      protection: 'r--',
      descriptor: 'md',
      references: 1,
      state: 'new',
    },
  ]);
  expect(rowsAt(6).map(({ name, descriptor, state }) => [name, descriptor, state])).toEqual([
    ['umap', 'md', expect.any(String)],
    ['part', 'md +0x4000', 'new, sub-map of umap'],
  ]);
  expect(rowsAt(10)).toEqual([]);
});

test('a line without a step shows the last one before it, one before all steps nothing', () => {
  expect(stepForLine(trace, file, 7)).toBe(stepForLine(trace, file, 6));
  expect(stepForLine(trace, file, 2)).toBe(0);
  expect(rowsAt(2)).toEqual([]);
  expect(stepForLine(trace, 'another.cpp', 7)).toBe(0);
});

test('a row knows where its mapping was made', () => {
  expect(rowsAt(7).map(({ name, place }) => [name, place?.line])).toEqual([
    ['umap', 5],
    ['part', 6],
  ]);
});

const entry = (name: string, line: number, lastLine: number): EntryPointItem => ({
  uri: 'file:///d.cpp',
  function: name,
  mappings: 1,
  line,
  column: 1,
  endLine: line,
  endColumn: 4,
  lastLine,
});

test('the function around a line is the one whose body has it', () => {
  const entries = [entry('A::a', 3, 9), entry('A::b', 12, 20)];
  expect([2, 3, 9, 10, 12, 21].map((line) => entryAround(entries, 'file:///d.cpp', line)?.function)).toEqual([
    undefined,
    'A::a',
    'A::a',
    undefined,
    'A::b',
    undefined,
  ]);
  expect(entryAround(entries, 'file:///e.cpp', 5)).toBeUndefined();
});

test('an empty table says why, and what to do', () => {
  expect(whyNothing(undefined, []).hint).toContain('Open a C or C++ source');
  expect(whyNothing({ name: 'd.cpp', readable: true }, []).title).toBe('No function of d.cpp maps memory');
  const many = ['a', 'b', 'c', 'd'].map((name, index) => entry(`A::${name}`, index, index));
  expect(whyNothing({ name: 'd.cpp', readable: true }, many).hint).toBe(
    'Put it into one of those that do: a, b, c and 1 more.',
  );
});

test('messages of the page are told from others', () => {
  expect(readMappingsMessage({ type: 'ready' })).toEqual({ type: 'ready' });
  for (const other of [undefined, 'ready', {}, { type: 'run' }]) expect(readMappingsMessage(other)).toBeUndefined();
});
