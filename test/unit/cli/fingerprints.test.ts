import { describe, expect, test } from 'vitest';
import { fingerprints } from '../../../server/cli/fingerprints';
import { createService } from '../../../server/features/create-service';

const text = `IOMemoryMap *one(IOMemoryDescriptor *memory, task_t task)
{
    IOLog("one");
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
}
IOMemoryMap *two(IOMemoryDescriptor *memory, task_t task, bool again)
{
    if (again)
        return memory->createMappingInTask(task, 0, kIOMapReadOnly);
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
}
`;

function prints(source: string): readonly string[] {
  const service = createService();
  service.setFile('a.cpp', source);
  return fingerprints(service.diagnose('a.cpp'), source);
}

describe('fingerprints', () => {
  const before = prints(text);

  test('differ, and count what is equal', () => {
    expect(new Set(before).size).toBe(3);
    expect(before.every((print) => /^[0-9a-f]{16}:1$/.test(print))).toBe(true);
    const twice = prints(
      text
        .replace('if (again)', 'if (again) { ;')
        .replace('kIOMapReadOnly);\n    return', 'kIOMapReadOnly); }\n    return'),
    );
    expect(twice[2]).toBe(`${twice[1]!.slice(0, 16)}:2`);
  });

  test.each([
    ['lines before', (source: string) => `// new\n\n#include "x.h"\nint fresh;\n${source}`],
    ['another statement', (source: string) => source.replace('IOLog("one");', 'IOLog("two"); IOSleep(1);')],
    ['white space', (source: string) => source.replaceAll('(task, 0, ', '( task,\n 0,  ')],
    ['comments', (source: string) => source.replaceAll('(task, 0, ', '(task, /* zero */ 0, ')],
    ['Windows line ends', (source: string) => source.replaceAll('\n', '\r\n')],
  ])('stay after a change of %s', (_name, change) => {
    expect(prints(change(text))).toEqual(before);
  });

  test.each([
    ['the statement', (source: string) => source.replace('kIOMapReadOnly', 'kIOMapReadOnly | kIOMapInhibitCache')],
    ['the function', (source: string) => source.replace('*one(', '*first(')],
  ])('change with %s', (_name, change) => {
    const after = prints(change(text));
    expect(after[0]).not.toBe(before[0]);
    expect(after.slice(1)).toEqual(before.slice(1));
  });
});
