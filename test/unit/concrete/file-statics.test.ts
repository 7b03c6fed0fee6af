import { expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';

/** What `function` of the first file returns. */
function returnOf(files: Readonly<Record<string, string>>, name: string): string {
  const service = createService();
  for (const [file, text] of Object.entries(files))
    service.setFile(file, `#include <IOKit/IOMemoryDescriptor.h>\n${text}`);
  const result = service.simulate({ file: Object.keys(files)[0]!, function: name });
  if (!result.ok) return result.reason;
  const { outcome } = result.trace;
  return outcome.kind === 'returned' ? outcome.value : outcome.kind;
}

test('a static variable of another file is not this one’s, though it has its name and another type', () => {
  const files = {
    'a.cpp': 'static int counter; int first() { counter = 3; second(); return counter; }',
    'b.cpp': 'struct Wide { int a[8]; }; static struct Wide counter = {{1, 2, 3}}; void second() { counter.a[0] = 7; }',
  };
  expect(returnOf(files, 'first')).toBe('3');
});

test('one that all files share is one', () => {
  const files = {
    'a.cpp': 'int counter; void second(); int first() { counter = 3; second(); return counter; }',
    'b.cpp': 'extern int counter; void second() { counter += 4; }',
  };
  expect(returnOf(files, 'first')).toBe('7');
});

test('a static function is the calling file’s own', () => {
  const files = {
    'a.cpp': 'static int size() { return 1; } int second(); int first() { return 10 * size() + second(); }',
    'b.cpp': 'static int size() { return 2; } int second() { return size(); }',
  };
  expect(returnOf(files, 'first')).toBe('12');
});

test('a constant is the file’s own', () => {
  const files = {
    'a.cpp': 'static const int kSize = 1; int second(); int first() { return 10 * kSize + second(); }',
    'b.cpp': 'static const int kSize = 2; int second() { return kSize; }',
  };
  expect(returnOf(files, 'first')).toBe('12');
});

test('a pointer to what is constant is no constant', () => {
  const files = {
    'a.cpp':
      'static int one = 1; static int two = 2; static const int *which = &one; int first() { which = &two; return *which; }',
  };
  expect(returnOf(files, 'first')).toBe('2');
});
