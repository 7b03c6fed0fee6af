import { expect, test } from 'vitest';
import {
  classOf,
  countText,
  groups,
  headline,
  matching,
  neighbour,
  ordered,
  shortPlace,
} from '../../../client/findings-model';
import type { FindingItem } from '../../../server/protocol';

function finding(uri: string, line: number, more: Partial<FindingItem> = {}): FindingItem {
  return {
    uri,
    line,
    column: 5,
    endLine: line,
    endColumn: 9,
    rule: 'leaked-reference',
    title: 'A reference is leaked',
    severity: 'warning',
    message: 'map leaks\nRelease it.',
    function: 'A::go',
    path: [],
    ...more,
  };
}

const a = 'file:///d/a.cpp';
const b = 'file:///d/b%20c.cpp';
const dead = {
  rule: 'dead-address',
  title: 'An address is used after its mapping is gone',
  severity: 'error',
} as const;

test('findings are in the order of files and text', () => {
  const files = [
    { uri: b, findings: [finding(b, 3)] },
    { uri: a, findings: [finding(a, 9), finding(a, 2), finding(a, 9, { rule: 'dead-address' })] },
  ];
  expect(ordered(files).map(({ uri, line, rule }) => `${uri === a ? 'a' : 'b'}${line} ${rule}`)).toEqual([
    'a2 leaked-reference',
    'a9 dead-address',
    'a9 leaked-reference',
    'b3 leaked-reference',
  ]);
});

test('groups have the most serious first, then the largest', () => {
  const all = [
    finding(a, 1),
    finding(a, 2),
    finding(b, 1, { rule: 'null-task', title: 'No task' }),
    finding(b, 2, dead),
  ];
  expect(groups(all, 'rule').map(({ key, label, findings }) => [key, label, findings.length])).toEqual([
    ['dead-address', dead.title, 1],
    ['leaked-reference', 'A reference is leaked', 2],
    ['null-task', 'No task', 1],
  ]);
});

test('a finding’s class is that of its function, else its file', () => {
  const all = [
    finding(a, 1, { function: 'N::A::go' }),
    finding(b, 1, { function: 'go' }),
    finding(b, 2, { function: '' }),
  ];
  expect(all.map(classOf)).toEqual(['N::A', 'b c.cpp', 'b c.cpp']);
  expect(groups(all, 'class').map(({ label, findings }) => [label, findings.length])).toEqual([
    ['b c.cpp', 2],
    ['N::A', 1],
  ]);
  expect(classOf(finding('file:///d/100%.cpp', 1, { function: '' }))).toBe('100%.cpp');
});

test.each([
  ['', 2],
  ['LEAK', 1],
  ['b c.cpp gone', 1],
  ['leak gone', 0],
  ['  ', 2],
])('the filter %j leaves %i', (filter, left) => {
  expect(
    matching(
      [finding(a, 1), finding(b, 1, dead)].map((one) => ({ ...one, message: one.title })),
      filter,
    ),
  ).toHaveLength(left);
});

test('the next and the previous finding go through all files, and round the end', () => {
  const all = [finding(a, 2), finding(a, 9), finding(b, 3)];
  const at = (uri: string, line: number, column = 1): { uri: string; line: number; column: number } => ({
    uri,
    line,
    column,
  });
  const line = (from: Parameters<typeof neighbour>[1], direction: 1 | -1): number | undefined =>
    neighbour(all, from, direction)?.line;
  expect(line(undefined, 1)).toBe(2);
  expect(line(undefined, -1)).toBe(3);
  expect(line(at(a, 2), 1)).toBe(2);
  expect(line(at(a, 2, 5), 1)).toBe(9);
  expect(line(at(a, 9, 5), 1)).toBe(3);
  expect(line(at(b, 3, 5), 1)).toBe(2);
  expect(line(at(a, 9, 5), -1)).toBe(2);
  expect(line(at(a, 2, 5), -1)).toBe(3);
  expect(line(at('file:///d/aa.cpp', 1), 1)).toBe(3);
  expect(neighbour([], at(a, 1), 1)).toBeUndefined();
});

test('counts and headlines read well', () => {
  expect(headline(finding(a, 1))).toBe('map leaks');
  expect(shortPlace(finding(a, 7))).toBe('go:7');
  expect(shortPlace(finding(b, 7, { function: '' }))).toBe('b c.cpp:7');
  expect([countText(1, 1, ''), countText(3, 3, ' '), countText(2, 3, ' leak ')]).toEqual([
    '1 finding',
    '3 findings',
    '2 of 3 findings with “leak”',
  ]);
});
