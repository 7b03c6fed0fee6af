import { describe, expect, it } from 'vitest';
import { compare, expectedWarnings, findingsIn } from '../../peers/warnings';

const text = `#include "os_object_base.h"

struct OSArray : public OSObject {
  static OSArray *withCapacity(unsigned int capacity);
  unsigned int getCount();
};

void lose() {
  OSArray *array = OSArray::withCapacity(1);
} // expected-warning{{Potential leak of an object stored into 'array'}}
  // expected-note@-1{{Object leaked}}

void consume(OS_CONSUME OSArray *array) {
  if (array->getCount() == 0)
    return;
  array->release();
}

void hand() {
  OSArray *array = OSArray::withCapacity(1);
  consume(array); // expected-note{{Calling 'consume'}}
} // expected-warning{{Potential leak of an object stored into 'array'}}

void useDead() {
  OSArray *array = OSArray::withCapacity(1);
  array->release();
  array->getCount();
  // expected-warning@-1{{Reference-counted object is used after it is released}}
  clang_analyzer_eval(true); // expected-warning{{TRUE}}
}
`;
const base = `#define OS_CONSUME __attribute__((os_consumed))
struct OSObject { virtual void retain(); virtual void release(); };
`;

describe('a test in the manner of clang -verify', () => {
  it('says what to find, on this line or another', () => {
    expect(expectedWarnings(text).map(({ line, message }) => [line, message.slice(0, 9)])).toEqual([
      [10, 'Potential'],
      [22, 'Potential'],
      [27, 'Reference'],
    ]);
  });

  it('is met: a leak in its function or in one that is called, anything else on its line', () => {
    const findings = findingsIn(
      new Map([
        ['test.cpp', text],
        ['os_object_base.h', base],
      ]),
    );
    expect(findings.map(({ line }) => line)).toEqual([9, 15, 27]);
    const { found, missed, extra } = compare(text, findings);
    expect([found.length, missed, extra]).toEqual([3, [], []]);
  });

  it.each([
    ['nothing is found', [], 3, 0],
    ['a leak in another function', [{ line: 25, message: '' }], 3, 1],
    ['a use beside its line', [{ line: 26, message: '' }], 3, 1],
    [
      'one leak told twice',
      [
        { line: 9, message: '' },
        { line: 9, message: '' },
      ],
      2,
      1,
    ],
  ])('is not met where %s', (_what, found, missed, extra) => {
    const result = compare(text, found);
    expect([result.missed.length, result.extra.length]).toEqual([missed, extra]);
  });
});
