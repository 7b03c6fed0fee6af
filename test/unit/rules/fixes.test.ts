import { describe, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import type { Finding } from '../../../server/features/service';

const surroundings = `#include <IOKit/IOMemoryDescriptor.h>
class FrameGrabber : public IOService {
    IOMemoryMap *grab(IOMemoryDescriptor *memory, task_t task, IOOptionBits more, bool quiet);
};
`;

function find(body: string): readonly Finding[] {
  const service = createService();
  service.setFile('a.cpp', body);
  return service.diagnose('a.cpp');
}

/** The text with all edits of a fix made. */
function apply(text: string, { edits }: NonNullable<Finding['fix']>): string {
  const lines = text.split('\n');
  for (const edit of edits.toSorted((a, b) => b.line - a.line || b.column - a.column)) {
    const line = lines[edit.line - 1]!;
    lines[edit.line - 1] = line.slice(0, edit.column - 1) + edit.text + line.slice(edit.endColumn - 1);
  }
  return lines.join('\n');
}

/** What stands in the function, and what the first fix makes of it. */
const cases: readonly { readonly rule: string; readonly before: string; readonly after: string }[] = [
  {
    rule: 'no-address',
    before: 'return memory->createMappingInTask(task, 0, kIOMapReadOnly);',
    after: 'return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly);',
  },
  {
    rule: 'no-address',
    before: 'return memory->createMappingInTask(task, 0, 0);',
    after: 'return memory->createMappingInTask(task, 0, kIOMapAnywhere);',
  },
  {
    rule: 'no-address',
    before: 'return memory->createMappingInTask(task, 0, quiet ? kIOMapReadOnly : kIOMapInhibitCache);',
    after:
      'return memory->createMappingInTask(task, 0, kIOMapAnywhere | (quiet ? kIOMapReadOnly : kIOMapInhibitCache));',
  },
];

describe('a fix', () => {
  test.each(cases)('$rule: $before', ({ rule, before, after }) => {
    const write = (body: string): string =>
      `${surroundings}IOMemoryMap *FrameGrabber::grab(IOMemoryDescriptor *memory, task_t task, IOOptionBits more, bool quiet)\n{\n    ${body}\n}\n`;
    const finding = find(write(before)).find((one) => one.rule === rule);
    const fixed = apply(write(before), finding!.fix!);
    expect(fixed).toBe(write(after));
    expect(find(fixed).filter((one) => one.rule === rule)).toEqual([]);
  });

  test('is not offered where a macro wrote the call', () => {
    const text = `${surroundings}#define GRAB(m, t) (m)->createMappingInTask((t), 0, kIOMapReadOnly)
IOMemoryMap *FrameGrabber::grab(IOMemoryDescriptor *memory, task_t task, IOOptionBits more, bool quiet)
{
    return GRAB(memory, task);
}
`;
    expect(find(text).map(({ rule, fix }) => ({ rule, fix }))).toEqual([{ rule: 'no-address', fix: undefined }]);
  });
});
